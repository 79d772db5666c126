"""Convolution as a product with a matrix: sparse, and with shared weights."""

from collections.abc import Sequence
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import room, sides
from ._arguments import Padding, check_padding, check_room, check_signal, outputs_of, pads_of, per_axis
from ._windows import padded, windows


def convolution_matrix(
    kernel: ArrayLike,
    shape: int | tuple[int, ...],
    *,
    stride: int | Sequence[int] = 1,
    padding: Padding = "valid",
    dilation: int | Sequence[int] = 1,
) -> NDArray:
    r"""Write the cross-correlation with a kernel as a matrix: one row an output, one column an input.

    Parameters
    ----------
    kernel : array_like of shape (size,) or (size, size)
        The kernel.
    shape : int or tuple of int
        Shape of the input, with as many axes.
    stride : int or sequence of int, default 1
        How many places the kernel moves at once.
    padding : str, int or sequence, default "valid"
        Zeros around the input, see `convolve`.
    dilation : int or sequence of int, default 1
        Distance of the entries of the kernel.

    Returns
    -------
    ndarray of shape (n_outputs, n_inputs)
        The matrix M, with ``M @ x.ravel()`` the outputs of `cross_correlate` in one row.

    Notes
    -----
    A dense layer may have any matrix. This one has at most as many numbers in a row as the kernel has
    entries, all others are zero (sparse connectivity), and the same numbers in every row (shared weights).
    With one axis and stride 1 it is a Toeplitz matrix: constant along each diagonal. With two it is one of
    blocks that are such matrices, arranged in the same way. For the convolution proper (`convolve`) turn the
    kernel around first, ``np.flip(kernel)``. The transpose is the matrix of `transposed_convolve`.

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, section 9.1.

    Examples
    --------
    >>> convolution_matrix([1, 2, 3], 5)
    array([[1., 2., 3., 0., 0.],
           [0., 1., 2., 3., 0.],
           [0., 0., 1., 2., 3.]])
    """
    weights = check_signal(kernel, "kernel")
    extent = sides(shape, "shape", 1)
    if len(extent) != weights.ndim:
        raise ValueError(f"shape must have as many sides as kernel has axes, {weights.ndim}, got {extent}")
    size = weights.shape
    steps, gaps = per_axis(stride, "stride", len(size)), per_axis(dilation, "dilation", len(size))
    pads = pads_of(check_padding(padding, len(size)), extent, size, steps, gaps)
    outputs = outputs_of(extent, size, steps, gaps, pads, "shape")
    check_room(extent, pads)
    room((prod(outputs), max(prod(extent), prod(size))), "shape")
    numbered = padded(np.arange(1, prod(extent) + 1).reshape(1, *extent, 1), pads)  # 0 is the border
    seen = windows(numbered, size, steps, gaps).reshape(prod(outputs), prod(size))
    matrix = np.zeros((prod(outputs), prod(extent) + 1), weights.dtype)
    np.put_along_axis(matrix, seen, weights.reshape(1, -1), axis=1)
    return matrix[:, 1:].copy()
