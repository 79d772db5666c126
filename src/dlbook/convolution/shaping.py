"""Layers that change nothing but the shape: rows to images, and images to rows."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, sides
from ..nn import LayerGradients
from ..nn.layer import check_finite
from ._arguments import check_output_gradient
from .layer import MapLayer


class Reshape(MapLayer):
    """Make images, or signals, of rows: as a first layer it lets `dlbook.nn.Sequential` take images as rows.

    Parameters
    ----------
    shape : int or tuple of int
        Shape of one sample, such as ``(28, 28, 1)``.

    Examples
    --------
    >>> layer = Reshape((2, 3, 1))
    >>> layer.forward(np.zeros((5, 6)))[0].shape
    (5, 2, 3, 1)
    """

    def __init__(self, shape: int | tuple[int, ...]) -> None:
        super().__init__()
        self.shape = sides(shape, "shape", least=1)
        self.n_inputs = prod(self.shape)

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[NDArray, tuple[int, ...]]:
        x = _floats(x, ("n_samples", self.n_inputs or 0))
        return x.reshape(len(x), *self.shape), x.shape

    def backward(self, grad: ArrayLike, cache: Any) -> LayerGradients:
        return _in_shape(grad, (cache[0], *self.shape), cache)


class Flatten(MapLayer):
    """Make one row of each sample: what stands between the last map and a dense layer.

    Examples
    --------
    >>> layer = Flatten()
    >>> output, cache = layer.forward(np.ones((5, 4, 4, 16)))
    >>> output.shape, layer.backward(output, cache).inputs.shape
    ((5, 256), (5, 4, 4, 16))
    """

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[NDArray, tuple[int, ...]]:
        x = _floats(x, ("n_samples", ...))
        return x.reshape(len(x), prod(x.shape[1:])), x.shape

    def backward(self, grad: ArrayLike, cache: Any) -> LayerGradients:
        return _in_shape(grad, (cache[0], prod(cache[1:])), cache)


def _floats(x: ArrayLike, shape: tuple) -> NDArray:
    if isinstance(x, np.ndarray) and x.dtype == np.float32:
        return array(x, "x", shape, float32=True, empty=True)
    return check_finite(x, "x", shape)


def _in_shape(grad: ArrayLike, shape: tuple[int, ...], before: tuple[int, ...]) -> LayerGradients:
    dtype = grad.dtype if isinstance(grad, np.ndarray) and grad.dtype == np.float32 else np.dtype(float)
    return LayerGradients(check_output_gradient(grad, shape, dtype).reshape(before), {})
