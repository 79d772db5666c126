"""What the modules of this package share: Keras itself, and checks of arguments."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..runtime import load_keras


def check_count(value: int, name: str) -> int:
    """Refuse what is not a whole number from 1 up."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")
    return int(value)


def check_positive(value: float, name: str) -> float:
    """Refuse what is not a positive, finite number."""
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be positive and finite, got {value}")
    return float(value)


def check_ids(ids: ArrayLike, n_tokens: int, n_axes: int, name: str) -> NDArray[np.int32]:
    """Return ids as whole numbers of 32 bits, or name the first that is none."""
    numbers = np.asarray(ids)
    if numbers.ndim != n_axes or not numbers.size or numbers.dtype.kind not in "iu":
        raise ValueError(
            f"{name} must be whole numbers along {n_axes} axes, at least one, "
            f"got an array of {numbers.dtype} of shape {numbers.shape}"
        )
    wrong = (numbers < 0) | (numbers >= n_tokens)
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(f"{name} must be from 0 to {n_tokens - 1}, got {numbers[place]} at {place}")
    return numbers.astype(np.int32)


def stateful_layers(model: Any) -> list[Any]:
    """Return the layers that carry their state from batch to batch."""
    return [layer for layer in model.layers if getattr(layer, "stateful", False)]


def network_variables(model: Any) -> list[Any]:
    """Return weights, carried states and the states of random generators, but no metric."""
    return [variable for layer in model.layers for variable in layer.variables]


def to_numpy(variable: Any) -> NDArray:
    """Return the value of a variable of Keras as an array of its own, on every backend without a warning."""
    ops = load_keras().ops
    return ops.convert_to_numpy(ops.copy(variable))


def copy_variables(source: Iterable[Any], target: Iterable[Any], name: str) -> None:
    """Give variables the values of others of the same shapes.

    The values go through NumPy: JAX deletes an array that a compiled function has replaced, also where
    another variable shares it.
    """
    ours, theirs = list(target), list(source)
    shapes = [[tuple(variable.shape) for variable in group] for group in (theirs, ours)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"{name} must have weights of shapes {shapes[0]}, got {shapes[1]}")
    for variable, value in zip(ours, theirs, strict=True):
        variable.assign(to_numpy(value))
