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

_FAST = 2**17  # numbers that are worked on together
_WORTH = 64  # rows of a matrix from which on a product of its own is worth a call


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
    """Copy all windows into a table, one a row: shape (n_samples, groups, places, columns)."""
    view = windows(x, size, stride, dilation)
    n_places, n_channels = prod(view.shape[1 : 1 + len(size)]), x.shape[-1] // groups
    if groups > 1:
        split = view.reshape(*view.shape[:-1], groups, n_channels)
        view = np.moveaxis(split, -2, 1)  # (n_samples, groups, *outputs, *size, n_channels / groups)
    return view.reshape(len(x), groups, n_places, prod(size) * n_channels)


def correlated(table: NDArray, kernel: NDArray, shape: tuple[int, ...]) -> NDArray:
    """Return the output of all windows in a table: a product of matrices."""
    groups, n_columns = table.shape[1], table.shape[-1]
    matrices = kernel.reshape(n_columns, groups, kernel.shape[-1] // groups).transpose(1, 0, 2)
    return np.moveaxis(_times(table, matrices), 1, 2).reshape(shape)


def kernel_gradient(table: NDArray, grad: NDArray, shape: tuple[int, ...]) -> NDArray:
    """Return the gradient for the kernel: the table, transposed, times the gradient for the outputs."""
    n_samples, groups, n_places, n_columns = table.shape
    rows = _rows(grad, groups)
    if rows.shape[-1] <= n_places:
        found = (table.swapaxes(-1, -2) @ rows).sum(axis=0)
    else:  # a product a sample would take more room than the table
        n_rows = n_samples * n_places
        found = np.stack(
            [
                table[:, g].reshape(n_rows, n_columns).T @ rows[:, g].reshape(n_rows, rows.shape[-1])
                for g in range(groups)
            ]
        )
    return found.transpose(1, 0, 2).reshape(shape)  # from (groups, columns, n_filters / groups)


def input_gradient(
    grad: NDArray, kernel: NDArray, shape: tuple[int, ...], stride: Sides, dilation: Sides, groups: int
) -> NDArray:
    """Return the gradient for the padded input: each place of the window sends back its share.

    A product for each place needs no table, which would have as many entries as that of the forward pass. A
    few samples at a time stay in the fast memory meanwhile.
    """
    size, outputs = kernel.shape[:-2], grad.shape[1:-1]
    inputs = np.zeros(shape, grad.dtype)
    n_filters, n_places = kernel.shape[-1] // groups, prod(outputs)
    backward = kernel.reshape(*size, kernel.shape[-2], groups, n_filters)
    backward = np.ascontiguousarray(np.moveaxis(backward, -3, -1))  # (*size, groups, filters, channels)
    step = max(1, _FAST // (n_places * kernel.shape[-1]))
    for start in range(0, len(grad), step):
        part = inputs[start : start + step]
        rows = _rows(grad[start : start + step], groups)
        for place, at in places(size, outputs, stride, dilation):
            share = np.moveaxis(_times(rows, backward[place]), 1, 2)
            part[at] += share.reshape(len(part), *outputs, shape[-1])
    return inputs


def _rows(grad: NDArray, groups: int) -> NDArray:
    """Return a gradient with one place a row: shape (n_samples, groups, places, n_filters / groups)."""
    split = grad.reshape(len(grad), prod(grad.shape[1:-1]), groups, grad.shape[-1] // groups)
    return np.moveaxis(split, 2, 1)


def _times(rows: NDArray, matrices: NDArray) -> NDArray:
    """Multiply the rows of every sample by the matrix of their group.

    A product a sample is quicker than one of all rows where it is large enough to be worth a call: what it
    needs stays in the fast memory, and no threads have to wait for each other.
    """
    n_samples, groups, n_places, n_columns = rows.shape
    if n_places >= _WORTH:
        return rows @ matrices
    together = rows.swapaxes(0, 1).reshape(groups, n_samples * n_places, n_columns) @ matrices
    return together.reshape(groups, n_samples, n_places, matrices.shape[-1]).swapaxes(0, 1)
