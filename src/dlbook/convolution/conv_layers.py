"""Convolutional layers for signals and for images, by a table of windows (im2col) and one product."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import count
from ..nn import Activation, LayerGradients
from ._arguments import Padding, check_batch, check_room
from ._windows import correlated, input_gradient, kernel_gradient, padded, table_of, unpadded
from .layer import Initializer, KernelCache, KernelLayer


class Convolution(KernelLayer):
    r"""A layer whose filters slide over its input: `Conv1D` and `Conv2D` are of this kind.

    Parameters
    ----------
    n_channels : int
        Number of channels of the input.
    n_filters : int
        Number of filters, which is that of the channels of the output.
    kernel_size : int or sequence of int
        Sides of the kernel, one for all axes or one each.
    stride : int or sequence of int, default 1
        How many places the kernel moves at once.
    padding : str, int or sequence, default "valid"
        Zeros around the input: ``"valid"``, ``"same"`` as in Keras, ``"full"``, ``"causal"``, or numbers. See
        `convolve`.
    dilation : int or sequence of int, default 1
        Distance of the entries of the kernel.
    groups : int, default 1
        Into how many parts the channels are divided; a filter sees the channels of its part alone. It must
        divide both numbers of channels.
    kernel : array_like of shape (\*kernel_size, n_channels / groups, n_filters), optional
        Weights to start from. Without them the initializer draws some.
    bias : array_like of shape (n_filters,), optional
        Biases to start from, zero if not given.
    activation : str or Activation, default "identity"
        What is applied to every net input.
    initializer : str or callable, default "glorot_uniform"
        Draws the first kernel: a key of `dlbook.nn.INITIALIZERS`, or ``initializer(shape, rng=rng)``.
    rng : numpy.random.Generator, optional
        Draws the kernel. Needed unless `kernel` is given.

    Raises
    ------
    ValueError
        If a number is too small, a shape does not fit, or neither `kernel` nor `rng` is given.

    Notes
    -----
    .. math::

       Z_{nijf} = b_f + \sum_{a,b,c} X_{n, \, si + da, \, sj + db, \, c} \; K_{abcf},
       \qquad
       \frac{\partial L}{\partial K_{abcf}} = \sum_{n,i,j} X_{n, \, si + da, \, sj + db, \, c} \; G_{nijf},
       \qquad
       \frac{\partial L}{\partial X_{n p q c}} = \sum_{\substack{si + da = p \\ sj + db = q}} \sum_f
       G_{nijf} \, K_{abcf}

    ==============  =================================================  ===============================
    symbol          name                                               meaning
    ==============  =================================================  ===============================
    :math:`X`       `x`, (n_samples, height, width, n_channels)        input, with its padding
    :math:`K`       ``parameters["kernel"]``                           the filters
    :math:`b`       ``parameters["bias"]``                             one bias a filter
    :math:`s, d`    `stride`, `dilation`                               which may differ between axes
    :math:`Z`       (n_samples, rows, columns, n_filters)              net inputs: one map a filter
    :math:`G`       `grad`, times the slope of the activation          gradient of the loss for them
    ==============  =================================================  ===============================

    Like every library's, this is a cross-correlation: the kernel is not turned around. With the windows as
    the rows of a table T, `im2col`, and the kernel as a matrix of one column a filter, the first equation is
    :math:`Z = T K + b` and the second :math:`T^{\top} G`. The third needs no table: each place of the kernel
    sends :math:`G K_{ab}^{\top}` back to the inputs that it has seen.

    Channels come last and shapes are those of Keras, so that weights can be copied. Inputs in float32 are
    computed in float32, all others in float64.

    References
    ----------
    - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
      recognition", Proceedings of the IEEE 86(11), 1998, pp. 2278-2324, section II.
    - K. Chellapilla, S. Puri and P. Simard, "High performance convolutional neural networks for document
      processing", International Workshop on Frontiers in Handwriting Recognition, 2006: the table.
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
        groups: int = 1,
        kernel: ArrayLike | None = None,
        bias: ArrayLike | None = None,
        activation: str | Activation = "identity",
        initializer: Initializer = "glorot_uniform",
        rng: np.random.Generator | None = None,
    ) -> None:
        self._set_window(kernel_size, stride, padding, dilation)
        self.n_channels, self.n_filters = count(n_channels, "n_channels"), count(n_filters, "n_filters")
        self.groups = count(groups, "groups")
        if self.n_channels % self.groups or self.n_filters % self.groups:
            raise ValueError(
                f"groups must divide n_channels and n_filters, {n_channels} and {n_filters}, got {groups}"
            )
        shape = (*self.kernel_size, self.n_channels // self.groups, self.n_filters)
        self._set_kernel(shape, self.n_filters, kernel, bias, activation, initializer, rng)

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[NDArray, KernelCache]:
        x = check_batch(x, self.n_axes, self.n_channels)
        sides = x.shape[1:-1]
        pads, outputs = self._pads(sides), self._outputs(sides)
        check_room(sides, pads)
        x = padded(x, pads)
        kernel = self._parameters["kernel"].astype(x.dtype, copy=False)
        table = table_of(x, self.kernel_size, self.stride, self.dilation, self.groups)
        net_inputs = correlated(table, kernel, (len(x), *outputs, self.n_filters))
        net_inputs += self._parameters["bias"].astype(x.dtype, copy=False)
        return self._activated(net_inputs), KernelCache(table, x.shape, pads, kernel, net_inputs)

    def backward(self, grad: ArrayLike, cache: Any) -> LayerGradients:
        grad = self._to_net_inputs(grad, cache)
        gradients = {
            "kernel": kernel_gradient(cache.table, grad, cache.kernel.shape),
            "bias": grad.reshape(-1, self.n_filters).sum(axis=0),
        }
        inputs = input_gradient(
            grad, cache.kernel, cache.padded_shape, self.stride, self.dilation, self.groups
        )
        return LayerGradients(unpadded(inputs, cache.pads), gradients)


class Conv1D(Convolution):
    r"""Filters that slide along signals of shape (n_samples, length, n_channels).

    Parameters
    ----------
    n_channels : int
        Number of channels of the input.
    n_filters : int
        Number of filters.
    kernel_size : int or sequence of int
        Length of the kernel.
    stride : int or sequence of int, default 1
        How many places the kernel moves at once.
    padding : str, int or sequence, default "valid"
        Zeros around the input, see `convolve`.
    dilation : int or sequence of int, default 1
        Distance of the entries of the kernel.
    groups : int, default 1
        Into how many parts the channels are divided.
    kernel : array_like of shape (kernel_size, n_channels / groups, n_filters), optional
        Weights to start from.
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
    The equations are those of `Convolution`, with one axis.

    Examples
    --------
    >>> layer = Conv1D(1, 1, 3, kernel=[[[1.0]], [[0.0]], [[-1.0]]])
    >>> output, cache = layer.forward([[[1.0], [2.0], [4.0], [8.0]]])
    >>> output[0, :, 0]
    array([-3., -6.])
    >>> layer.backward([[[1.0], [10.0]]], cache).inputs[0, :, 0]
    array([  1.,  10.,  -1., -10.])
    """

    n_axes: ClassVar[int] = 1


class Conv2D(Convolution):
    r"""Filters that slide over images of shape (n_samples, height, width, n_channels).

    Parameters
    ----------
    n_channels : int
        Number of channels of the input.
    n_filters : int
        Number of filters.
    kernel_size : int or sequence of int
        Height and width of the kernel, or one number for both.
    stride : int or sequence of int, default 1
        How many places the kernel moves at once.
    padding : str, int or sequence, default "valid"
        Zeros around the input, see `convolve`.
    dilation : int or sequence of int, default 1
        Distance of the entries of the kernel.
    groups : int, default 1
        Into how many parts the channels are divided.
    kernel : array_like of shape (\*kernel_size, n_channels / groups, n_filters), optional
        Weights to start from.
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
    The equations stand at `Convolution`.

    Examples
    --------
    >>> layer = Conv2D(3, 4, (3, 5), padding="same", activation="relu", rng=np.random.default_rng(0))
    >>> output, cache = layer.forward(np.ones((2, 6, 7, 3)))
    >>> output.shape, layer.n_parameters
    ((2, 6, 7, 4), 184)
    >>> gradients = layer.backward(output, cache)
    >>> gradients.inputs.shape, gradients.parameters["kernel"].shape
    ((2, 6, 7, 3), (3, 5, 3, 4))
    """

    n_axes: ClassVar[int] = 2
