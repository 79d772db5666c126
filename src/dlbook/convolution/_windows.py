"""The kernels behind convolution and pooling: windows of a batch as views, as tables, and the way back.

A batch has the shape (n_samples, *sides, n_channels), a kernel (*size, n_channels / groups, n_filters).
Nothing is checked here.
"""

from collections.abc import Iterator
from itertools import product
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from ._arguments import Pads, Sides


def padded(x: NDArray, pads: Pads, value: float = 0.0) -> NDArray:
    """Return a batch with a border; the same array where there is none."""
    if not any(map(any, pads)):
        return x
    return np.pad(x, ((0, 0), *pads, (0, 0)), constant_values=value)


def unpadded(x: NDArray, pads: Pads) -> NDArray:
    """Return a batch without its border."""
    cut = tuple(slice(a, n - b) for n, (a, b) in zip(x.shape[1:-1], pads, strict=True))
    return x[(slice(None), *cut)]


def windows(x: NDArray, size: Sides, stride: Sides, dilation: Sides) -> NDArray:
    """Return a view of all windows, of shape (n_samples, *outputs, *size, n_channels). Nothing is copied."""
    n_samples, *sides, n_channels = x.shape
    outputs = [
        (n - (k - 1) * d - 1) // s + 1 for n, k, s, d in zip(sides, size, stride, dilation, strict=True)
    ]
    first, *steps, last = x.strides
    return as_strided(
        x,
        (n_samples, *outputs, *size, n_channels),
        (
            first,
            *(step * s for step, s in zip(steps, stride, strict=True)),
            *(step * d for step, d in zip(steps, dilation, strict=True)),
            last,
        ),
        writeable=False,
    )


def places(size: Sides, outputs: Sides, stride: Sides, dilation: Sides) -> Iterator[tuple[Sides, tuple]]:
    """Yield each place of a window with the slices of a batch that all windows have there."""
    for place in product(*map(range, size)):
        at = tuple(
            slice(p * d, p * d + (n - 1) * s + 1, s)
            for p, n, s, d in zip(place, outputs, stride, dilation, strict=True)
        )
        yield place, (slice(None), *at)


def slid(x: NDArray, kernel: NDArray, outputs: Sides, stride: Sides, dilation: Sides) -> NDArray:
    """Slide one kernel over each channel: the products of one place of the window after the other.

    For a single kernel a table would save no time, and it would be as many times larger than the input as the
    kernel has entries.
    """
    total = np.zeros((len(x), *outputs, x.shape[-1]), x.dtype)
    for place, at in places(kernel.shape, outputs, stride, dilation):
        if kernel[place]:
            total += kernel[place] * x[at]
    return total


def table_of(x: NDArray, size: Sides, stride: Sides, dilation: Sides, groups: int = 1) -> NDArray:
    """Copy all windows into a table, one a row: shape (groups, rows, columns)."""
    view = windows(x, size, stride, dilation)
    n_rows, n_columns = prod(view.shape[: 1 + len(size)]), prod(size) * x.shape[-1] // groups
    if groups == 1:
        return view.reshape(1, n_rows, n_columns)
    split = view.reshape(*view.shape[:-1], groups, x.shape[-1] // groups)
    return np.moveaxis(split, -2, 0).reshape(groups, n_rows, n_columns)


def matrices_of(kernel: NDArray, groups: int) -> NDArray:
    """Return a kernel as one matrix a group: shape (groups, columns, n_filters / groups)."""
    columns, n_filters = prod(kernel.shape[:-1]), kernel.shape[-1] // groups
    return kernel.reshape(columns, groups, n_filters).transpose(1, 0, 2)


def correlated(table: NDArray, kernel: NDArray, shape: tuple[int, ...]) -> NDArray:
    """Return the output of all windows in a table: one matrix product a group."""
    groups = len(table)
    if groups == 1:
        return (table[0] @ kernel.reshape(-1, kernel.shape[-1])).reshape(shape)
    return np.moveaxis(table @ matrices_of(kernel, groups), 0, 1).reshape(shape)


def kernel_gradient(table: NDArray, grad: NDArray, shape: tuple[int, ...]) -> NDArray:
    """Return the gradient for the kernel: the table, transposed, times the gradient for the outputs."""
    groups = len(table)
    rows = grad.reshape(table.shape[1], groups, shape[-1] // groups)
    if groups == 1:
        return (table[0].T @ rows[:, 0]).reshape(shape)
    found = table.transpose(0, 2, 1) @ rows.transpose(1, 0, 2)  # (groups, columns, n_filters / groups)
    return found.transpose(1, 0, 2).reshape(shape)


def input_gradient(
    grad: NDArray, kernel: NDArray, shape: tuple[int, ...], stride: Sides, dilation: Sides, groups: int
) -> NDArray:
    """Return the gradient for the padded input: each place of the window sends back its share.

    A product for each place needs no table, which would have as many entries as that of the forward pass.
    """
    size, outputs = kernel.shape[:-2], grad.shape[1:-1]
    inputs = np.zeros(shape, grad.dtype)
    n_filters = kernel.shape[-1] // groups
    rows = grad.reshape(prod(grad.shape[:-1]), groups, n_filters)
    for place, at in places(size, outputs, stride, dilation):
        weights = kernel[place].reshape(kernel.shape[-2], groups, n_filters)
        if groups == 1:
            share = rows[:, 0] @ weights[:, 0].T
        else:
            share = np.moveaxis(rows.transpose(1, 0, 2) @ weights.transpose(1, 2, 0), 0, 1)
        inputs[at] += share.reshape(*grad.shape[:-1], shape[-1])
    return inputs
