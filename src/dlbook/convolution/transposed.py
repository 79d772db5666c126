"""Transposed convolution: the way that gradients take through a convolution, used as a layer."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import count, room
from ..nn import Activation, LayerGradients
from ._arguments import Padding, Pads, Sides, check_batch, check_padding, check_pair, pads_of, per_axis, reach
from ._windows import correlated, input_gradient, kernel_gradient, padded, table_of, unpadded
from .layer import Initializer, KernelCache, KernelLayer


def transposed_convolve(
    x: ArrayLike,
    kernel: ArrayLike,
    *,
    stride: int | Sequence[int] = 1,
    padding: Padding = "valid",
    dilation: int | Sequence[int] = 1,
) -> NDArray:
    r"""Put a copy of the kernel, times each number of the input, on a larger grid, and sum the copies.

    Parameters
    ----------
    x : array_like of shape (length,) or (height, width)
        The numbers to put down.
    kernel : array_like of shape (size,) or (size, size)
        What is put down, with as many axes.
    stride : int or sequence of int, default 1
        Distance of the copies.
    padding : str, int or sequence, default "valid"
        Padding of the convolution that is transposed: so much is cut off at the ends.
    dilation : int or sequence of int, default 1
        Distance of the entries of the kernel.

    Returns
    -------
    ndarray of as many axes
        The sum. Its sides are :math:`(n - 1) s + k` without padding, :math:`n s` with ``"same"``.

    Notes
    -----
    .. math:: Y_p = \sum_{s i + d a = p} X_i \, K_a

    It is the product with the transpose of the matrix of `cross_correlate`, see `convolution_matrix`: shapes
    go back to where they came from, values do not. Where the stride s does not divide the size k of the
    kernel, some outputs are sums of more terms than others: a checkerboard.

    As in Keras, a kernel shorter than the stride leaves :math:`n s` outputs, the last of them zero.

    References
    ----------
    - V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285, 2016,
      chapter 4.
    - A. Odena, V. Dumoulin and C. Olah, "Deconvolution and checkerboard artifacts", Distill, 2016.

    Examples
    --------
    >>> transposed_convolve([1, 2, 3], [1, 1, 1], stride=2)
    array([1., 1., 3., 2., 5., 3., 3.])
    """
    x, kernel = check_pair(x, kernel)
    steps, gaps = per_axis(stride, "stride", x.ndim), per_axis(dilation, "dilation", x.ndim)
    sides, pads = _grid(check_padding(padding, x.ndim), x.shape, kernel.shape, steps, gaps)
    shape = (1, *(n + a + b for n, (a, b) in zip(sides, pads, strict=True)), 1)
    spread = input_gradient(x[None, ..., None], kernel[..., None, None], shape, steps, gaps, 1)
    return unpadded(spread, pads)[0, ..., 0]


class TransposedConvolution(KernelLayer):
    r"""A layer that runs a convolution backwards: `Conv1DTranspose` and `Conv2DTranspose` are of this kind.

    Parameters
    ----------
    n_channels : int
        Number of channels of the input.
    n_filters : int
        Number of channels of the output.
    kernel_size : int or sequence of int
        Sides of the kernel.
    stride : int or sequence of int, default 1
        Distance of the copies of the kernel: by so much the output is larger.
    padding : str, int or sequence, default "valid"
        Padding of the convolution that is transposed, see `transposed_convolve`.
    dilation : int or sequence of int, default 1
        Distance of the entries of the kernel.
    kernel : array_like of shape (\*kernel_size, n_filters, n_channels), optional
        Weights to start from: the output's channels stand before the input's, as in Keras.
    bias : array_like of shape (n_filters,), optional
        Biases to start from, zero if not given.
    activation : str or Activation, default "identity"
        What is applied to every net input.
    initializer : str or callable, default "glorot_uniform"
        Draws the first kernel.
    rng : numpy.random.Generator, optional
        Draws the kernel. Needed unless `kernel` is given.

    Notes
    -----
    Forward it does what `Convolution` does backward with the gradient, and backward what that does forward.
    """

    def __init__(
        self,
        n_channels: int,
        n_filters: int,
        kernel_size: int | Sequence[int],
        *,
        stride: int | Sequence[int] = 1,
        padding: Padding = "valid",
        dilation: int | Sequence[int] = 1,
        kernel: ArrayLike | None = None,
        bias: ArrayLike | None = None,
        activation: str | Activation = "identity",
        initializer: Initializer = "glorot_uniform",
        rng: np.random.Generator | None = None,
    ) -> None:
        self._set_window(kernel_size, stride, padding, dilation)
        self.n_channels, self.n_filters = count(n_channels, "n_channels"), count(n_filters, "n_filters")
        shape = (*self.kernel_size, self.n_filters, self.n_channels)
        self._set_kernel(shape, self.n_filters, kernel, bias, activation, initializer, rng)

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[NDArray, KernelCache]:
        x = check_batch(x, self.n_axes, self.n_channels)
        sides, pads = _grid(self.padding, x.shape[1:-1], self.kernel_size, self.stride, self.dilation)
        grid = tuple(n + a + b for n, (a, b) in zip(sides, pads, strict=True))
        shape = (len(x), *grid, self.n_filters)
        kernel = self._parameters["kernel"].astype(x.dtype, copy=False)
        spread = input_gradient(x, kernel, shape, self.stride, self.dilation, 1)
        net_inputs = unpadded(spread, pads) + self._parameters["bias"].astype(x.dtype, copy=False)
        return self._activated(net_inputs), KernelCache(x, shape, pads, kernel, net_inputs)

    def backward(self, grad: ArrayLike, cache: Any) -> LayerGradients:
        grad = self._to_net_inputs(grad, cache)
        x = cache.table
        table = table_of(padded(grad, cache.pads), self.kernel_size, self.stride, self.dilation)
        gradients = {
            "kernel": kernel_gradient(table, x, cache.kernel.shape),
            "bias": grad.reshape(-1, self.n_filters).sum(axis=0),
        }
        return LayerGradients(correlated(table, cache.kernel, x.shape), gradients)


class Conv1DTranspose(TransposedConvolution):
    r"""A transposed convolution of signals of shape (n_samples, length, n_channels).

    Parameters
    ----------
    n_channels : int
        Number of channels of the input.
    n_filters : int
        Number of channels of the output.
    kernel_size : int or sequence of int
        Length of the kernel.
    stride : int or sequence of int, default 1
        Distance of the copies of the kernel.
    padding : str, int or sequence, default "valid"
        Padding of the convolution that is transposed.
    dilation : int or sequence of int, default 1
        Distance of the entries of the kernel.
    kernel : array_like of shape (kernel_size, n_filters, n_channels), optional
        Weights to start from.
    bias : array_like of shape (n_filters,), optional
        Biases to start from, zero if not given.
    activation : str or Activation, default "identity"
        What is applied to every net input.
    initializer : str or callable, default "glorot_uniform"
        Draws the first kernel.
    rng : numpy.random.Generator, optional
        Draws the kernel. Needed unless `kernel` is given.

    Examples
    --------
    >>> layer = Conv1DTranspose(1, 1, 2, stride=2, kernel=[[[1.0]], [[-1.0]]])
    >>> output, cache = layer.forward([[[1.0], [5.0]]])
    >>> output[0, :, 0]
    array([ 1., -1.,  5., -5.])
    """

    n_axes: ClassVar[int] = 1


class Conv2DTranspose(TransposedConvolution):
    r"""A transposed convolution of images of shape (n_samples, height, width, n_channels).

    Parameters
    ----------
    n_channels : int
        Number of channels of the input.
    n_filters : int
        Number of channels of the output.
    kernel_size : int or sequence of int
        Height and width of the kernel, or one number for both.
    stride : int or sequence of int, default 1
        Distance of the copies of the kernel.
    padding : str, int or sequence, default "valid"
        Padding of the convolution that is transposed.
    dilation : int or sequence of int, default 1
        Distance of the entries of the kernel.
    kernel : array_like of shape (\*kernel_size, n_filters, n_channels), optional
        Weights to start from.
    bias : array_like of shape (n_filters,), optional
        Biases to start from, zero if not given.
    activation : str or Activation, default "identity"
        What is applied to every net input.
    initializer : str or callable, default "glorot_uniform"
        Draws the first kernel.
    rng : numpy.random.Generator, optional
        Draws the kernel. Needed unless `kernel` is given.

    Examples
    --------
    >>> layer = Conv2DTranspose(3, 2, 4, stride=2, padding="same", rng=np.random.default_rng(0))
    >>> layer.forward(np.ones((5, 7, 6, 3)))[0].shape
    (5, 14, 12, 2)
    """

    n_axes: ClassVar[int] = 2


def _grid(
    padding: str | Pads, sides: Sides, size: Sides, stride: Sides, dilation: Sides
) -> tuple[Sides, Pads]:
    """Return the sides of the output of a transposed convolution, and what is cut off around it."""
    spans = reach(size, dilation)
    axes = list(zip(sides, stride, spans, strict=True))
    if padding == "same":
        outputs = tuple(n * s for n, s, _ in axes)
    else:
        pads = pads_of(padding, sides, size, stride, dilation)
        more = [max(s - k, 0) if padding == "valid" else 0 for _, s, k in axes]
        outputs = tuple(
            (n - 1) * s + k + m - a - b for (n, s, k), m, (a, b) in zip(axes, more, pads, strict=True)
        )
        if any(n < 1 for n in outputs):
            raise ValueError(f"padding must leave something of the output, got sides {outputs}")
    room(outputs, "stride")
    return outputs, pads_of(padding, outputs, size, stride, dilation)
