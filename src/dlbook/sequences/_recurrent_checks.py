"""Checks of sequences, masks, states and gradients that the recurrent layers share."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ..checks import array, count

Floats = NDArray[np.floating]


def check_truncation(truncation: int | None) -> int | None:
    """Refuse a truncation that is neither None nor a whole number from 1 up."""
    return None if truncation is None else count(truncation, "truncation")


def check_sequences(x: ArrayLike, n_features: int) -> Floats:
    """Return a batch of sequences: float32 stays as it is, everything else becomes float64."""
    return array(x, "x", ("batch", "time", n_features), float32=True)


def check_mask(mask: ArrayLike | None, shape: tuple[int, int]) -> NDArray[np.bool_] | None:
    """Return a mask, None where it would mask nothing."""
    if mask is None:
        return None
    if array(mask, "mask", shape).size and np.asarray(mask).dtype != np.bool_:
        raise ValueError(f"mask must be boolean, True for a real step, got {np.asarray(mask).dtype}")
    mask = np.asarray(mask)
    return None if mask.all() else mask


def check_parts(
    state: Any, names: Sequence[str], shape: tuple[int, ...], dtype: DTypeLike, argument: str
) -> tuple[Floats, ...]:
    """Return the arrays that make a state, zeros if there is none, or refuse what is no such state."""
    if state is None:
        return tuple(np.zeros(shape, dtype) for _ in names)
    if len(names) == 1:
        return (in_precision(array(state, argument, shape, float32=True), argument, dtype),)
    if not isinstance(state, Sequence | np.ndarray) or len(state) != len(names):
        got = len(state) if hasattr(state, "__len__") else type(state).__name__
        raise ValueError(f"{argument} must hold {len(names)} arrays, {' and '.join(names)}, got {got}")
    labels = [f"{argument} ({name})" for name in names]
    return tuple(
        in_precision(array(part, label, shape, float32=True), label, dtype)
        for part, label in zip(state, labels, strict=True)
    )


def check_grad_outputs(
    grad_outputs: ArrayLike, shape: tuple[int, int, int], dtype: DTypeLike, check: bool
) -> Floats:
    """Return the gradient for all outputs, or refuse what does not have their shape."""
    grad = array(grad_outputs, "grad_outputs", shape, finite=check, float32=True)
    return in_precision(grad, "grad_outputs", dtype, check)


def in_precision(values: Floats, name: str, dtype: DTypeLike, check: bool = True) -> Floats:
    """Return numbers in the precision of a forward pass, or refuse those that do not fit into it."""
    with np.errstate(over="ignore"):
        cast = values.astype(dtype, copy=False)
    if check and not np.isfinite(cast).all():
        raise ValueError(f"{name} must fit into {np.dtype(dtype)}, got {np.abs(values).max():.4g}")
    return cast
