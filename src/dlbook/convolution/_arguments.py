"""Checks of what describes a sliding window: sides, strides, padding. Axes without batch and channels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, count, room
from ..nn.layer import check_finite

Sides = tuple[int, ...]
Pads = tuple[tuple[int, int], ...]
Padding = str | int | Sequence[int | Sequence[int]]
"""A word, a number for both ends of each axis, or for each axis a number or two."""

WORDS = ("valid", "same", "full", "causal")


def per_axis(value: int | Sequence[int], name: str, n_axes: int, least: int = 1) -> Sides:
    """Return a whole number for every axis, of one that holds for all, or of one each."""
    if not isinstance(value, list | tuple):
        return (count(value, name, least),) * n_axes  # type: ignore[arg-type]
    if len(value) != n_axes:
        numbers = "one whole number" if n_axes == 1 else f"a whole number, or {n_axes} of them"
        raise ValueError(f"{name} must be {numbers}, got {len(value)}")
    return tuple(count(side, name, least) for side in value)


def check_padding(padding: Padding, n_axes: int) -> str | Pads:
    """Return the word for a padding, or how many zeros stand before and behind on every axis."""
    if isinstance(padding, str):
        if padding not in WORDS:
            raise ValueError(f"padding must be one of {', '.join(WORDS)}, or numbers, got {padding!r}")
        return padding
    given = padding if isinstance(padding, list | tuple) else [padding] * n_axes
    if len(given) != n_axes:
        raise ValueError(f"padding must have {n_axes} entries, one for each axis, got {len(given)}")
    ends = [entry if isinstance(entry, list | tuple) else (entry, entry) for entry in given]
    if any(len(pair) != 2 for pair in ends):
        raise ValueError(f"padding must have one or two numbers for each axis, got {ends}")
    return tuple((count(a, "padding", 0), count(b, "padding", 0)) for a, b in ends)


def reach(size: Sides, dilation: Sides) -> Sides:
    """Return how many places a window spans on every axis, those between its entries included."""
    return tuple((k - 1) * d + 1 for k, d in zip(size, dilation, strict=True))


def pads_of(padding: str | Pads, sides: Sides, size: Sides, stride: Sides, dilation: Sides) -> Pads:
    """Return how many zeros stand before and behind on every axis of an input."""
    spans = reach(size, dilation)
    if not isinstance(padding, str):
        return padding
    if padding == "valid":
        return ((0, 0),) * len(sides)
    if padding == "full":
        return tuple((span - 1, span - 1) for span in spans)
    if padding == "causal":
        return tuple((span - 1, 0) for span in spans)
    totals = [
        max((-(-n // s) - 1) * s + span - n, 0) for n, s, span in zip(sides, stride, spans, strict=True)
    ]
    return tuple((total // 2, total - total // 2) for total in totals)


def outputs_of(
    sides: Sides, size: Sides, stride: Sides, dilation: Sides, pads: Pads, name: str = "x"
) -> Sides:
    """Return the sides of the output, or refuse an input into which the window does not fit."""
    spans = reach(size, dilation)
    padded = tuple(n + a + b for n, (a, b) in zip(sides, pads, strict=True))
    if any(n < span for n, span in zip(padded, spans, strict=True)):
        raise ValueError(
            f"{name} must be at least as large as the window, {spans}, got {padded} with its padding"
        )
    return tuple((n - span) // s + 1 for n, span, s in zip(padded, spans, stride, strict=True))


def check_batch(x: ArrayLike, n_axes: int, n_channels: int | None, name: str = "x") -> NDArray:
    """Return a batch of signals or images with channels: float32 stays, everything else becomes float64."""
    axes = ("length",) if n_axes == 1 else ("height", "width")
    shape = ("n_samples", *axes, "n_channels" if n_channels is None else n_channels)
    if isinstance(x, np.ndarray) and x.dtype == np.float32:
        return array(x, name, shape, float32=True, empty=True)
    return check_finite(x, name, shape)


def check_output_gradient(grad: ArrayLike, shape: tuple[int, ...], dtype: np.dtype) -> NDArray:
    """Return the gradient for the outputs in the precision of the forward pass."""
    if isinstance(grad, np.ndarray) and grad.dtype == dtype == np.float32:
        return array(grad, "grad", shape, float32=True, empty=True)
    return check_finite(grad, "grad", shape).astype(dtype, copy=False)


def check_signal(x: ArrayLike, name: str) -> NDArray:
    """Return a signal or an image without channels."""
    values = array(x, name, float32=True)
    if values.ndim not in (1, 2):
        raise ValueError(f"{name} must have one axis or two, got shape {values.shape}")
    return values


def check_pair(x: ArrayLike, kernel: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return an input and a kernel that have as many axes, in one precision."""
    values, weights = check_signal(x, "x"), check_signal(kernel, "kernel")
    if values.ndim != weights.ndim:
        raise ValueError(f"kernel must have as many axes as x, {values.ndim}, got {weights.ndim}")
    dtype = np.result_type(values, weights)
    return values.astype(dtype, copy=False), weights.astype(dtype, copy=False)


def check_room(sides: Sides, pads: Pads, name: str = "padding") -> None:
    """Refuse a padding that would fill the memory."""
    room(tuple(n + a + b for n, (a, b) in zip(sides, pads, strict=True)), name)
