"""What the modules of this package share: Keras itself, its networks, and ids."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..runtime import load_keras


def check_ids(ids: ArrayLike, n_tokens: int, shape: checks.Shape, name: str) -> NDArray[np.int32]:
    """Return ids as whole numbers of 32 bits."""
    return checks.integers(ids, name, shape, most=n_tokens - 1).astype(np.int32)


def check_model(model: Any, name: str = "model") -> Any:
    """Refuse what is no network of Keras that has been built."""
    if not isinstance(model, load_keras().Model):
        raise ValueError(f"{name} must be a Keras model, got {model!r:.60}")
    if not model.built:
        raise ValueError(f"{name} must be built, got one without weights")
    return model


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
