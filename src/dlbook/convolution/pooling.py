"""Pooling: one number for each window, the largest or the mean, and one for a whole map."""

from abc import abstractmethod
from collections.abc import Sequence
from math import prod
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..nn import LayerGradients
from ._arguments import Padding, Pads, check_batch, check_output_gradient, per_axis
from ._windows import padded, places, unpadded
from .layer import MapLayer, SlidingLayer


class PoolingCache(NamedTuple):
    """What the backward pass of a pooling layer needs to know of a forward pass.

    Parameters
    ----------
    shape : tuple of int
        Shape of the outputs.
    padded_shape : tuple of int
        Shape of the input with its padding.
    pads : tuple of tuple of int
        How much stands before and behind on each axis.
    kept : ndarray
        For the maximum the place of the winner in each window, for the mean the number of inputs in it.
    precision : str
        Precision of the pass, ``"float32"`` or ``"float64"``.
    """

    shape: tuple[int, ...]
    padded_shape: tuple[int, ...]
    pads: Pads
    kept: NDArray
    precision: str


class Pooling(SlidingLayer):
    """A layer that makes one number of each window: maximum and average pooling are of this kind.

    Parameters
    ----------
    pool_size : int or sequence of int, default 2
        Sides of the window.
    stride : int or sequence of int, optional
        How many places the window moves at once. As many as it is wide if not given.
    padding : str, int or sequence, default "valid"
        What stands around the input, as for `convolve`, less than the window on every side. It never counts:
        not for a maximum, and not for a mean.
    """

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        *,
        stride: int | Sequence[int] | None = None,
        padding: Padding = "valid",
    ) -> None:
        size = per_axis(pool_size, "pool_size", self.n_axes)
        self._set_window(size, size if stride is None else stride, padding, name="pool_size")
        if not isinstance(self.padding, str) and any(
            max(ends) >= k for ends, k in zip(self.padding, size, strict=True)
        ):
            raise ValueError(f"padding must be less than pool_size, {size}, got {self.padding}")

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[NDArray, PoolingCache]:
        x = check_batch(x, self.n_axes, None)
        sides = x.shape[1:-1]
        pads, outputs = self._pads(sides), self._outputs(sides)
        shape = (len(x), *outputs, x.shape[-1])
        output, kept = self._pool(x, pads, shape)
        grid = tuple(n + a + b for n, (a, b) in zip(sides, pads, strict=True))
        return output, PoolingCache(shape, (len(x), *grid, x.shape[-1]), pads, kept, x.dtype.name)

    def backward(self, grad: ArrayLike, cache: Any) -> LayerGradients:
        grad = check_output_gradient(grad, cache.shape, np.dtype(cache.precision))
        inputs = np.zeros(cache.padded_shape, grad.dtype)
        for i, (_, at) in enumerate(self._places(cache.shape)):
            inputs[at] += self._share(grad, cache.kept, i)
        return LayerGradients(unpadded(inputs, cache.pads), {})

    def _places(self, shape: tuple[int, ...]) -> Any:
        return places(self.kernel_size, shape[1:-1], self.stride, self.dilation)

    @abstractmethod
    def _pool(self, x: NDArray, pads: Pads, shape: tuple[int, ...]) -> tuple[NDArray, NDArray]:
        """Return the outputs, and what backward needs beside the shapes."""

    @abstractmethod
    def _share(self, grad: NDArray, kept: NDArray, i: int) -> NDArray:
        """Return what the input at place i of each window gets of the gradient."""


class _MaxPooling(Pooling):
    def _pool(self, x: NDArray, pads: Pads, shape: tuple[int, ...]) -> tuple[NDArray, NDArray]:
        x = padded(x, pads, -np.inf)
        (_, first), *others = self._places(shape)
        output = x[first].copy()
        winner = np.zeros(shape, np.min_scalar_type(len(others)))
        for i, (_, at) in enumerate(others, start=1):
            candidate = x[at]
            winner[candidate > output] = i
            np.maximum(output, candidate, out=output)
        return output, winner

    def _share(self, grad: NDArray, kept: NDArray, i: int) -> NDArray:
        return grad * (kept == i)


class _AveragePooling(Pooling):
    def _pool(self, x: NDArray, pads: Pads, shape: tuple[int, ...]) -> tuple[NDArray, NDArray]:
        inside = padded(np.ones((1, *x.shape[1:-1], 1), x.dtype), pads)
        x = padded(x, pads)
        output, n_inputs = np.zeros(shape, x.dtype), np.zeros((1, *shape[1:-1], 1), x.dtype)
        for _, at in self._places(shape):
            output += x[at]
            n_inputs += inside[at]
        output /= n_inputs
        return output, n_inputs

    def _share(self, grad: NDArray, kept: NDArray, i: int) -> NDArray:
        return grad / kept


class MaxPooling1D(_MaxPooling):
    """The largest number of each window of a signal, for each channel.

    Parameters
    ----------
    pool_size : int or sequence of int, default 2
        Length of the window.
    stride : int or sequence of int, optional
        How many places the window moves at once. As many as it is long if not given.
    padding : str, int or sequence, default "valid"
        What stands around the input, see `convolve`. It is never the largest.

    Notes
    -----
    The equation stands at `MaxPooling2D`.

    Examples
    --------
    >>> MaxPooling1D(2).forward([[[1.0], [3.0], [2.0], [0.0]]])[0].ravel()
    array([3., 2.])
    """

    n_axes: ClassVar[int] = 1


class MaxPooling2D(_MaxPooling):
    r"""The largest number of each window of an image, for each channel.

    Parameters
    ----------
    pool_size : int or sequence of int, default 2
        Height and width of the window, or one number for both.
    stride : int or sequence of int, optional
        How many places the window moves at once. As many as it is wide if not given.
    padding : str, int or sequence, default "valid"
        What stands around the input, see `convolve`. It is never the largest.

    Notes
    -----
    .. math:: Y_{ijc} = \max_{a,b} X_{si + a, \, sj + b, \, c}, \qquad
              \frac{\partial L}{\partial X_{pqc}} = \sum_{(i, j) \text{ won by } (p, q)} G_{ijc}

    The gradient G of an output goes to the input that was the largest in its window. Where several are
    equally large the first of them in the order of reading gets all of it: this is what Keras 3.15 does too,
    with TensorFlow and with JAX on a CPU. Any other share would be a subgradient as well, and
    `GlobalMaxPooling2D` takes another.

    Examples
    --------
    >>> image = np.array([[3.0, 5, 1, 0], [2, 4, 3, 3], [7, 1, 0, 4], [6, 7, 2, 1]])
    >>> layer = MaxPooling2D(2)
    >>> output, cache = layer.forward(image[None, :, :, None])
    >>> output[0, :, :, 0]
    array([[5., 3.],
           [7., 4.]])
    >>> layer.backward(output, cache).inputs[0, :, :, 0]
    array([[0., 5., 0., 0.],
           [0., 0., 3., 0.],
           [7., 0., 0., 4.],
           [0., 0., 0., 0.]])
    """

    n_axes: ClassVar[int] = 2


class AveragePooling1D(_AveragePooling):
    """The mean of each window of a signal, for each channel.

    Parameters
    ----------
    pool_size : int or sequence of int, default 2
        Length of the window.
    stride : int or sequence of int, optional
        How many places the window moves at once. As many as it is long if not given.
    padding : str, int or sequence, default "valid"
        What stands around the input, see `convolve`. It does not count.

    Notes
    -----
    The equation stands at `AveragePooling2D`.

    Examples
    --------
    >>> AveragePooling1D(2).forward([[[1.0], [3.0], [2.0], [0.0]]])[0].ravel()
    array([2., 1.])
    """

    n_axes: ClassVar[int] = 1


class AveragePooling2D(_AveragePooling):
    r"""The mean of each window of an image, for each channel.

    Parameters
    ----------
    pool_size : int or sequence of int, default 2
        Height and width of the window, or one number for both.
    stride : int or sequence of int, optional
        How many places the window moves at once. As many as it is wide if not given.
    padding : str, int or sequence, default "valid"
        What stands around the input, see `convolve`. It does not count.

    Notes
    -----
    .. math:: Y_{ijc} = \frac{1}{m_{ij}} \sum_{a,b} X_{si + a, \, sj + b, \, c}, \qquad
              \frac{\partial L}{\partial X_{pqc}} = \sum_{(i, j) \ni (p, q)} \frac{G_{ijc}}{m_{ij}}

    with :math:`m_{ij}` the number of inputs in a window. At a padded border it is smaller: the zeros there do
    not count, as in Keras.

    Examples
    --------
    >>> image = np.array([[1.0, 2, 3], [4, 5, 6]])
    >>> AveragePooling2D(2, padding="same").forward(image[None, :, :, None])[0].ravel()
    array([3. , 4.5])
    """

    n_axes: ClassVar[int] = 2


class GlobalPooling(MapLayer):
    """A layer that makes one number of each map: shape (n_samples, n_channels)."""

    n_axes: ClassVar[int] = 2

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[NDArray, NDArray]:
        x = check_batch(x, self.n_axes, None)
        if not prod(x.shape[1:-1]):
            raise ValueError(f"x must have at least one place, got shape {x.shape}")
        return self._pool(x, tuple(range(1, 1 + self.n_axes))), x

    def backward(self, grad: ArrayLike, cache: Any) -> LayerGradients:
        x = check_batch(cache, self.n_axes, None, "cache")
        grad = check_output_gradient(grad, (len(x), x.shape[-1]), x.dtype)
        along = tuple(range(1, 1 + self.n_axes))
        return LayerGradients(np.expand_dims(grad, along) * self._weights(x, along), {})

    @abstractmethod
    def _pool(self, x: NDArray, along: tuple[int, ...]) -> NDArray:
        """Return the number of each map."""

    @abstractmethod
    def _weights(self, x: NDArray, along: tuple[int, ...]) -> NDArray:
        """Return the slope of the outputs for each input, in the shape of the input."""


class _GlobalMax(GlobalPooling):
    def _pool(self, x: NDArray, along: tuple[int, ...]) -> NDArray:
        return x.max(axis=along)

    def _weights(self, x: NDArray, along: tuple[int, ...]) -> NDArray:
        winners = (x == x.max(axis=along, keepdims=True)).astype(x.dtype)
        return winners / np.maximum(winners.sum(axis=along, keepdims=True), 1)


class _GlobalAverage(GlobalPooling):
    def _pool(self, x: NDArray, along: tuple[int, ...]) -> NDArray:
        return x.mean(axis=along)

    def _weights(self, x: NDArray, along: tuple[int, ...]) -> NDArray:
        return np.full(x.shape, 1 / prod(x.shape[1:-1]), x.dtype)


class GlobalMaxPooling1D(_GlobalMax):
    """The largest number of each channel of a signal. Several that are equally large share the gradient.

    Examples
    --------
    >>> GlobalMaxPooling1D().forward([[[1.0, 5.0], [3.0, 2.0]]])[0]
    array([[3., 5.]])
    """

    n_axes: ClassVar[int] = 1


class GlobalMaxPooling2D(_GlobalMax):
    """The largest number of each channel of an image.

    Notes
    -----
    Where several inputs are equally large each gets the same share of the gradient. Keras 3.15 does the same,
    with TensorFlow and with JAX: there it is a plain maximum over two axes, and no window slides.

    Examples
    --------
    >>> layer = GlobalMaxPooling2D()
    >>> output, cache = layer.forward([[[[4.0], [1.0]], [[4.0], [0.0]]]])
    >>> output
    array([[4.]])
    >>> layer.backward([[1.0]], cache).inputs[0, :, :, 0]
    array([[0.5, 0. ],
           [0.5, 0. ]])
    """

    n_axes: ClassVar[int] = 2


class GlobalAveragePooling1D(_GlobalAverage):
    """The mean of each channel of a signal.

    Examples
    --------
    >>> GlobalAveragePooling1D().forward([[[1.0, 5.0], [3.0, 2.0]]])[0]
    array([[2. , 3.5]])
    """

    n_axes: ClassVar[int] = 1


class GlobalAveragePooling2D(_GlobalAverage):
    """The mean of each channel of an image: what GoogLeNet has in the place of a flattened last map.

    Examples
    --------
    >>> layer = GlobalAveragePooling2D()
    >>> output, cache = layer.forward([[[[4.0], [1.0]], [[3.0], [0.0]]]])
    >>> output
    array([[2.]])
    >>> layer.backward([[1.0]], cache).inputs.ravel()
    array([0.25, 0.25, 0.25, 0.25])
    """

    n_axes: ClassVar[int] = 2
