"""Activation functions of states and gates, computed in place, with their slopes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..checks import choice
from ..nn import ACTIVATIONS, Activation
from ._recurrent_checks import Floats


@dataclass(frozen=True)
class StateFunction:
    """An activation function that overwrites its argument.

    Most of those that recurrent networks use know their slope from their value alone, so that the
    pre-activations need not be kept. `slope` takes the values if `from_value`, else the pre-activations.
    """

    name: str
    apply: Callable[[Floats], None]
    slope: Callable[[Floats], Floats | float]
    from_value: bool


def logistic_in_place(z: Floats) -> None:
    """Overwrite numbers by their logistic function, 1/2 + tanh(z/2)/2: one fast call, and no overflow."""
    z *= 0.5
    np.tanh(z, out=z)
    z *= 0.5
    z += 0.5


def _tanh_in_place(z: Floats) -> None:
    np.tanh(z, out=z)


def _relu_in_place(z: Floats) -> None:
    np.maximum(z, 0.0, out=z)


def _leave(z: Floats) -> None:
    """The identity."""


_FROM_VALUE = {
    function.name: function
    for function in (
        StateFunction("tanh", _tanh_in_place, lambda a: 1.0 - a * a, True),
        StateFunction("logistic", logistic_in_place, lambda a: a * (1.0 - a), True),
        StateFunction("relu", _relu_in_place, lambda a: (a > 0.0).astype(a.dtype), True),
        StateFunction("identity", _leave, lambda a: 1.0, True),
    )
}


def find_function(activation: str | Activation, name: str, *, from_value: bool) -> StateFunction:
    """Return an activation function by its name, or make one of an activation of chapter 1.

    With `from_value`, only those will do that know their slope from their value.
    """
    known = [name for name in ACTIVATIONS if ACTIVATIONS[name].elementwise]
    if isinstance(activation, str):
        choice(activation, name, _FROM_VALUE if from_value else known)
        if activation in _FROM_VALUE:
            return _FROM_VALUE[activation]
        activation = ACTIVATIONS[activation]
    if from_value or not (isinstance(activation, Activation) and activation.elementwise):
        expected = "one of " + ", ".join(_FROM_VALUE if from_value else known)
        raise ValueError(f"{name} must be {expected}, got {activation!r}")
    function = activation.function

    def apply(z: Floats) -> None:
        z[...] = function(z)

    return StateFunction(activation.name, apply, activation.slope, False)
