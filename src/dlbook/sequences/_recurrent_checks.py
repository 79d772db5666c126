"""Checks of sequences, masks, states and weights that the recurrent layers share."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Floats = NDArray[np.floating]


def check_count(value: int, name: str) -> int:
    """Refuse what is not a whole number from 1 up."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")
    return int(value)


def check_truncation(truncation: int | None) -> int | None:
    """Refuse a truncation that is neither None nor a whole number from 1 up."""
    if truncation is None:
        return None
    if isinstance(truncation, bool) or not isinstance(truncation, int | np.integer) or truncation < 1:
        raise ValueError(
            f"truncation must be None or a whole number of steps of at least 1, got {truncation!r}"
        )
    return int(truncation)


def check_finite(array: NDArray, name: str) -> None:
    """Refuse an array with a number that is not finite, and name its place."""
    if not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[place]} at {place}")


def check_parameter(values: ArrayLike, shape: tuple[int, ...], name: str) -> NDArray[np.float64]:
    """Return a copy of weights, or refuse what has another shape or is not finite."""
    parameter = np.array(values, dtype=float)
    if parameter.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got shape {parameter.shape}")
    check_finite(parameter, name)
    return parameter


def check_sequences(x: ArrayLike, n_features: int) -> Floats:
    """Return a batch of sequences: float32 stays as it is, everything else becomes float64."""
    sequences = np.asarray(x)
    if sequences.dtype != np.float32:
        sequences = sequences.astype(np.float64)
    if sequences.ndim != 3:
        raise ValueError(f"x must have shape (batch, time, {n_features}), got shape {sequences.shape}")
    if sequences.shape[2] != n_features:
        raise ValueError(
            f"x must have {n_features} features, got {sequences.shape[2]} (shape {sequences.shape})"
        )
    if not sequences.shape[0]:
        raise ValueError(f"x must hold at least one sequence, got an empty batch of shape {sequences.shape}")
    if not sequences.shape[1]:
        raise ValueError(f"x must hold at least one step, got shape {sequences.shape}")
    check_finite(sequences, "x")
    return sequences


def check_mask(mask: ArrayLike | None, shape: tuple[int, int]) -> NDArray[np.bool_] | None:
    """Return a mask, None where it would mask nothing."""
    if mask is None:
        return None
    mask = np.asarray(mask)
    if mask.dtype != np.bool_:
        raise ValueError(f"mask must be boolean, True for a real step, got an array of {mask.dtype}")
    if mask.shape != shape:
        raise ValueError(f"mask must have shape {shape}, batch and time of x, got shape {mask.shape}")
    return None if mask.all() else mask


def check_parts(
    state: Any, names: Sequence[str], shape: tuple[int, ...], dtype: DTypeLike, argument: str
) -> tuple[Floats, ...]:
    """Return the arrays that make a state, zeros if there is none, or refuse what is no such state."""
    if state is None:
        return tuple(np.zeros(shape, dtype) for _ in names)
    if len(names) == 1:
        parts = [state]
    else:
        if not isinstance(state, Sequence | np.ndarray) or len(state) != len(names):
            got = len(state) if hasattr(state, "__len__") else type(state).__name__
            raise ValueError(f"{argument} must hold {len(names)} arrays, {' and '.join(names)}, got {got}")
        parts = list(state)
    arrays = []
    for part, name in zip(parts, names, strict=True):
        label = argument if len(names) == 1 else f"the {name} state of {argument}"
        array = np.asarray(part, dtype=dtype)
        if array.shape != shape:
            raise ValueError(f"{label} must have shape {shape}, got shape {array.shape}")
        check_finite(array, label)
        arrays.append(array)
    return tuple(arrays)


def check_grad_outputs(
    grad_outputs: ArrayLike, shape: tuple[int, int, int], dtype: DTypeLike, check: bool
) -> Floats:
    """Return the gradient for all outputs, or refuse what does not have their shape."""
    grad = np.asarray(grad_outputs, dtype=dtype)
    if grad.shape != shape:
        raise ValueError(f"grad_outputs must have shape {shape}, that of the outputs, got shape {grad.shape}")
    if check:
        check_finite(grad, "grad_outputs")
    return grad
