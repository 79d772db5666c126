"""Convolution and cross-correlation of one signal or image: stride, padding, dilation, and where the index
points.

Everything here takes one channel; the layers `Conv1D` and `Conv2D` take batches with channels.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, choice, count, room
from ._arguments import (
    Padding,
    Pads,
    Sides,
    check_padding,
    check_pair,
    check_room,
    outputs_of,
    pads_of,
    per_axis,
)
from ._windows import padded, slid, table_of

CONVENTIONS: tuple[str, ...] = ("convolution", "cross-correlation", "centred convolution")
"""The three ways to index a sum over a window, see `convolve_at_pixels`."""


def convolve(
    x: ArrayLike,
    kernel: ArrayLike,
    *,
    stride: int | Sequence[int] = 1,
    padding: Padding = "valid",
    dilation: int | Sequence[int] = 1,
) -> NDArray:
    r"""Convolve a signal or an image with a kernel: the kernel is turned around before it slides.

    Parameters
    ----------
    x : array_like of shape (length,) or (height, width)
        The signal or the image.
    kernel : array_like of shape (size,) or (size, size)
        The kernel, with as many axes; its sides may differ.
    stride : int or sequence of int, default 1
        How many places the kernel moves at once, for all axes or one number each.
    padding : str, int or sequence, default "valid"
        Zeros around the input: a word (see Notes), a number for both ends of every axis, or for each axis a
        number or a pair of them, before and behind.
    dilation : int or sequence of int, default 1
        Distance of the entries of the kernel, 1 if they are neighbours.

    Returns
    -------
    ndarray of as many axes
        The outputs, see `output_size`.

    Raises
    ------
    ValueError
        If an argument is none of these, or the kernel is larger than the padded input.

    Notes
    -----
    In one dimension, and with the full padding, which defines the operation on sequences without end:

    .. math:: (x * w)_t = \sum_{a} x_{t-a} \, w_a

    The operation is commutative and associative, which the cross-correlation (`cross_correlate`) is not. A
    kernel that is learned comes out turned around, so that networks do without the turn: the layers called
    convolutional compute cross-correlations.

    ============  ================================================================================
    padding       zeros, for a kernel that spans k places
    ============  ================================================================================
    ``"valid"``   none: the kernel stays inside
    ``"same"``    as Keras does: :math:`\lceil n / s \rceil` outputs for stride s; where the
                  number of zeros is odd, the additional one stands behind
    ``"full"``    k - 1 at both ends: every place where the two overlap
    ``"causal"``  k - 1 before: an output sees nothing that comes after it
    ============  ================================================================================

    For kernels of even size SciPy's "same" puts the additional zero before. With dilation d a kernel of K
    entries spans :math:`k = (K - 1) d + 1` places.

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, section 9.1, equations 9.3
      to 9.6.

    Examples
    --------
    >>> convolve([1, 2, 3], [0, 1, 0.5], padding="full")
    array([0. , 1. , 2.5, 4. , 1.5])
    >>> convolve([[1, 2, 0], [0, 3, 0]], [[1, 10]])
    array([[12., 20.],
           [ 3., 30.]])
    """
    x, kernel = check_pair(x, kernel)
    return _slide(x, np.flip(kernel), stride, padding, dilation)


def cross_correlate(
    x: ArrayLike,
    kernel: ArrayLike,
    *,
    stride: int | Sequence[int] = 1,
    padding: Padding = "valid",
    dilation: int | Sequence[int] = 1,
) -> NDArray:
    r"""Slide a kernel over a signal or an image as it is, and sum the products at every place.

    Parameters
    ----------
    x : array_like of shape (length,) or (height, width)
        The signal or the image.
    kernel : array_like of shape (size,) or (size, size)
        The kernel, with as many axes; its sides may differ.
    stride : int or sequence of int, default 1
        How many places the kernel moves at once, for all axes or one number each.
    padding : str, int or sequence, default "valid"
        Zeros around the input, see `convolve`.
    dilation : int or sequence of int, default 1
        Distance of the entries of the kernel, 1 if they are neighbours.

    Returns
    -------
    ndarray of as many axes
        The outputs, see `output_size`.

    Notes
    -----
    .. math:: S_{ij} = \sum_{a=0}^{m-1} \sum_{b=0}^{n-1} I_{si + da, \; sj + db} \, K_{ab}

    ==============  ============  =======================================================
    symbol          name          meaning
    ==============  ============  =======================================================
    :math:`I`       `x`           image, with its padding
    :math:`K`       `kernel`      kernel, of m rows and n columns
    :math:`s, d`    `stride`,     stride and dilation, which may differ between the axes
                    `dilation`
    :math:`S`       output        what is called a feature map
    ==============  ============  =======================================================

    Examples
    --------
    >>> image = [[3, 5, 2, 8, 1], [9, 7, 5, 4, 3], [2, 0, 6, 1, 6], [6, 3, 7, 9, 2], [1, 4, 9, 5, 1]]
    >>> cross_correlate(image, [[1, 0, 0], [1, 1, 0], [0, 0, 1]])
    array([[25., 18., 17.],
           [18., 22., 14.],
           [20., 15., 23.]])
    """
    x, kernel = check_pair(x, kernel)
    return _slide(x, kernel, stride, padding, dilation)


def convolve_at_pixels(x: ArrayLike, kernel: ArrayLike, *, convention: str) -> NDArray:
    r"""Compute one output for every place of the input, by one of three conventions for the index.

    Parameters
    ----------
    x : array_like of shape (length,) or (height, width)
        The signal or the image. Outside of it everything counts as zero.
    kernel : array_like of shape (size,) or (size, size)
        The kernel, with as many axes. For the centred convolution its sides must be odd.
    convention : str
        One of `CONVENTIONS`.

    Returns
    -------
    ndarray of the shape of `x`
        The output at every place.

    Notes
    -----
    =========================  =====================  ============================================
    convention                 the kernel sees        equation
    =========================  =====================  ============================================
    ``"convolution"``          what came before       :math:`S_{ij} = \sum_{a=0}^{m-1}
                                                      \sum_{b=0}^{n-1} I_{i-a, j-b} K_{ab}`
    ``"cross-correlation"``    what comes next        :math:`S_{ij} = \sum_{a=0}^{m-1}
                                                      \sum_{b=0}^{n-1} I_{i+a, j+b} K_{ab}`
    ``"centred convolution"``  the surroundings       :math:`S_{ij} = \sum_{a=-c}^{c}
                                                      \sum_{b=-e}^{e} I_{i-a, j-b} K_{c+a, e+b}`
    =========================  =====================  ============================================

    with :math:`c = \lfloor m / 2 \rfloor` and :math:`e = \lfloor n / 2 \rfloor`. The first and the third
    differ by a shift of c rows and e columns alone; the second differs from them by the turn of the kernel as
    well. For a side of even length the third sum would leave the kernel, at :math:`a = c`.

    Examples
    --------
    >>> for convention in CONVENTIONS:
    ...     print(convolve_at_pixels([0, 0, 1, 0, 0], [1, 2, 3], convention=convention))
    [0. 0. 1. 2. 3.]
    [3. 2. 1. 0. 0.]
    [0. 1. 2. 3. 0.]
    """
    choice(convention, "convention", CONVENTIONS)
    x, kernel = check_pair(x, kernel)
    if convention == "convolution":
        return _slide(x, np.flip(kernel), 1, [(k - 1, 0) for k in kernel.shape], 1)
    if convention == "cross-correlation":
        return _slide(x, kernel, 1, [(0, k - 1) for k in kernel.shape], 1)
    if not all(k % 2 for k in kernel.shape):
        raise ValueError(f"kernel must have odd sides to have a centre, got shape {kernel.shape}")
    return _slide(x, np.flip(kernel), 1, [k // 2 for k in kernel.shape], 1)


def output_size(
    size: int, kernel_size: int, *, stride: int = 1, padding: Padding = "valid", dilation: int = 1
) -> int:
    r"""Count the places of a window along one axis.

    Parameters
    ----------
    size : int
        Length of the input.
    kernel_size : int
        Number of entries of the window.
    stride : int, default 1
        How many places the window moves at once.
    padding : str or int, default "valid"
        Zeros around the input: a word as for `convolve`, or a number for both ends.
    dilation : int, default 1
        Distance of the entries of the window.

    Returns
    -------
    int
        The number of outputs.

    Raises
    ------
    ValueError
        If an argument is no whole number, or the window is longer than the padded input.

    Notes
    -----
    .. math:: W_2 = \left\lfloor \frac{W_1 - F + 2 P}{S} \right\rfloor + 1, \qquad F = (K - 1) D + 1

    for :math:`W_1` inputs, a kernel of K entries, padding P, stride S and dilation D. Where the division
    leaves a rest, so many of the last inputs are seen by no window.

    Examples
    --------
    >>> output_size(6, 3), output_size(6, 3, stride=2), output_size(6, 3, stride=2, padding=1)
    (4, 2, 3)
    """
    sides, window = (count(size, "size"),), (count(kernel_size, "kernel_size"),)
    steps, gaps = (count(stride, "stride"),), (count(dilation, "dilation"),)
    pads = pads_of(check_padding(padding, 1), sides, window, steps, gaps)
    return outputs_of(sides, window, steps, gaps, pads, "size")[0]


def im2col(
    x: ArrayLike,
    kernel_size: int | Sequence[int],
    *,
    stride: int | Sequence[int] = 1,
    padding: Padding = "valid",
    dilation: int | Sequence[int] = 1,
) -> NDArray:
    """Copy all windows of a batch into a table, so that a convolution becomes one product of matrices.

    Parameters
    ----------
    x : array_like of shape (n_samples, length, n_channels) or (n_samples, height, width, n_channels)
        The batch.
    kernel_size : int or sequence of int
        Sides of the window.
    stride : int or sequence of int, default 1
        How many places the window moves at once.
    padding : str, int or sequence, default "valid"
        Zeros around the input, see `convolve`.
    dilation : int or sequence of int, default 1
        Distance of the entries of the window.

    Returns
    -------
    ndarray of shape (n_samples * places, window * n_channels)
        One window a row, the channels of a place side by side. Where windows overlap, numbers are repeated:
        a window of 3 by 3 with stride 1 makes about nine numbers of each.

    Examples
    --------
    >>> im2col([[[1], [2], [3], [4]]], 3)
    array([[1., 2., 3.],
           [2., 3., 4.]])
    """
    x = array(x, "x", ("n_samples", ..., "n_channels"), float32=True)
    n_axes = x.ndim - 2
    if n_axes not in (1, 2):
        raise ValueError(f"x must have one axis or two beside samples and channels, got shape {x.shape}")
    size = per_axis(kernel_size, "kernel_size", n_axes)
    x, steps, gaps = _prepared(x, size, stride, padding, dilation)
    outputs = outputs_of(x.shape[1:-1], size, steps, gaps, ((0, 0),) * n_axes)
    room((len(x), *outputs, *size, x.shape[-1]), "kernel_size")
    table = table_of(x, size, steps, gaps)
    return table.reshape(-1 if table.size else 0, table.shape[-1])


def _prepared(
    x: NDArray,
    size: Sides,
    stride: int | Sequence[int],
    padding: Padding,
    dilation: int | Sequence[int],
) -> tuple[NDArray, Sides, Sides]:
    """Return a batch with its padding, the strides and the dilations."""
    sides = x.shape[1:-1]
    steps = per_axis(stride, "stride", len(sides))
    gaps = per_axis(dilation, "dilation", len(sides))
    pads: Pads = pads_of(check_padding(padding, len(sides)), sides, size, steps, gaps)
    outputs_of(sides, size, steps, gaps, pads)
    check_room(sides, pads)
    return padded(x, pads), steps, gaps


def _slide(
    x: NDArray,
    kernel: NDArray,
    stride: int | Sequence[int],
    padding: Padding,
    dilation: int | Sequence[int],
) -> NDArray:
    batch, steps, gaps = _prepared(x[None, ..., None], kernel.shape, stride, padding, dilation)
    outputs = outputs_of(batch.shape[1:-1], kernel.shape, steps, gaps, ((0, 0),) * x.ndim)
    return slid(batch, kernel, outputs, steps, gaps)[0, ..., 0]
