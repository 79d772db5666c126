"""What the layers of this package have in common: a window that slides over batches with channels."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, choice, room
from ..checks import rng as generator
from ..nn import ACTIVATIONS, INITIALIZERS, Activation, Layer, LayerGradients
from ._arguments import (
    Padding,
    Pads,
    Sides,
    check_output_gradient,
    check_padding,
    outputs_of,
    pads_of,
    per_axis,
)

Initializer = str | Callable[..., NDArray[np.float64]]


class MapLayer(Layer):
    """A layer of signals or images with channels: all layers of this package are of this kind."""

    @abstractmethod
    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[NDArray, Any]:
        """Compute the outputs for a batch.

        Parameters
        ----------
        x : array_like of shape (n_samples, length, n_channels) or (n_samples, height, width, n_channels)
            The batch. What is given in float32 is computed in float32, everything else in float64.
        training : bool, default False
            Whether the layer behaves as in training. No layer here makes a difference.
        rng : numpy.random.Generator, optional
            For layers with random choices. No layer here has any.

        Returns
        -------
        output : ndarray
            The outputs, one sample after the other along the first axis.
        cache : object
            What `backward` needs to know of this call.
        """

    @abstractmethod
    def backward(self, grad: ArrayLike, cache: Any) -> LayerGradients:
        """Send the gradient of the loss from the outputs back to the inputs and the parameters.

        Parameters
        ----------
        grad : array_like of the shape of the outputs
            Gradient of the loss with respect to the outputs.
        cache : object
            What `forward` returned beside the outputs.

        Returns
        -------
        inputs : ndarray of the shape of the inputs
            Gradient with respect to the inputs.
        parameters : dict of str to ndarray
            Gradient with respect to every parameter, under its name.
        """


class SlidingLayer(MapLayer):
    """A layer with a window that slides over signals or images.

    Attributes
    ----------
    kernel_size : tuple of int
        Sides of the window.
    stride : tuple of int
        How many places the window moves at once, on each axis.
    dilation : tuple of int
        Distance of the entries of the window, on each axis.
    """

    n_axes: ClassVar[int] = 2

    def _set_window(
        self,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int],
        padding: Padding,
        dilation: int | Sequence[int] = 1,
        name: str = "kernel_size",
    ) -> None:
        super().__init__()
        self.kernel_size = per_axis(kernel_size, name, self.n_axes)
        self.stride = per_axis(stride, "stride", self.n_axes)
        self.dilation = per_axis(dilation, "dilation", self.n_axes)
        self.padding = check_padding(padding, self.n_axes)

    def _pads(self, sides: Sides) -> Pads:
        return pads_of(self.padding, sides, self.kernel_size, self.stride, self.dilation)

    def _outputs(self, sides: Sides, name: str = "x") -> Sides:
        window = (self.kernel_size, self.stride, self.dilation)
        return outputs_of(sides, *window, self._pads(sides), name)


class KernelCache(NamedTuple):
    """What the backward pass of a convolution needs to know of a forward pass.

    Parameters
    ----------
    table : ndarray of shape (n_samples, groups, places, columns)
        The windows of the input, one a row; of a transposed convolution the input itself.
    padded_shape : tuple of int
        Shape of the input with its padding; of a transposed convolution that of the output.
    pads : tuple of tuple of int
        Zeros before and behind on each axis.
    kernel : ndarray
        The kernel in the precision of the pass.
    net_inputs : ndarray
        The outputs before the activation.
    """

    table: NDArray
    padded_shape: tuple[int, ...]
    pads: Pads
    kernel: NDArray
    net_inputs: NDArray

    @property
    def n_bytes(self) -> int:
        """Memory of the table of windows, in bytes."""
        return self.table.nbytes


class KernelLayer(SlidingLayer):
    """A layer with a kernel, a bias and an activation: what convolutions and their transposes share."""

    def _set_kernel(
        self,
        shape: tuple[int, ...],
        n_filters: int,
        kernel: ArrayLike | None,
        bias: ArrayLike | None,
        activation: str | Activation,
        initializer: Initializer,
        rng: np.random.Generator | None,
    ) -> None:
        self.activation = find_elementwise(activation)
        if kernel is None:
            room(shape, "kernel_size")
            kernel = _draw(shape, initializer, rng)
        self._parameters = {
            "kernel": array(kernel, "kernel", shape).copy(),
            "bias": array(np.zeros(n_filters) if bias is None else bias, "bias", (n_filters,)).copy(),
        }

    def _activated(self, net_inputs: NDArray) -> NDArray:
        if self.activation.name == "identity":
            return net_inputs
        with np.errstate(over="ignore", invalid="ignore"):
            return self.activation.function(net_inputs).astype(net_inputs.dtype, copy=False)

    def _to_net_inputs(self, grad: ArrayLike, cache: KernelCache) -> NDArray:
        net_inputs = cache.net_inputs
        grad = check_output_gradient(grad, net_inputs.shape, net_inputs.dtype)
        if self.activation.name == "identity":
            return grad
        with np.errstate(over="ignore", invalid="ignore"):
            return grad * self.activation.slope(net_inputs).astype(grad.dtype, copy=False)


def find_elementwise(activation: str | Activation) -> Activation:
    """Return an activation that takes each number by itself."""
    known = {name: found for name, found in ACTIVATIONS.items() if found.elementwise}
    if isinstance(activation, Activation) and activation.elementwise:
        return activation
    return known[choice(activation, "activation", known)]  # type: ignore[arg-type]


def _draw(shape: tuple[int, ...], initializer: Initializer, rng: np.random.Generator | None) -> NDArray:
    if rng is None:
        raise ValueError("rng must be a numpy.random.Generator unless kernel is given, got None")
    if not callable(initializer):
        initializer = INITIALIZERS[choice(initializer, "initializer", INITIALIZERS)]
    return initializer(shape, rng=generator(rng))
