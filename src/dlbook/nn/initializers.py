"""Starting weights: distributions whose variance fits the number of inputs and outputs of a layer.

The variance keeps the size of the activations, or of the gradients, about the same from layer to layer:

=========  ==============================  =======================================
family     variance                        made for
=========  ==============================  =======================================
Xavier     ``1 / fan_in``                  the form the lecture gives, plain normal
Glorot     ``2 / (fan_in + fan_out)``      none, tanh, logistic, softmax
He         ``2 / fan_in``                  ReLU and its variants
LeCun      ``1 / fan_in``                  SELU
=========  ==============================  =======================================

For a weight matrix of shape ``(n_inputs, n_units)`` the fans are its two sides. A kernel of a convolution has
the shape ``(*window, n_inputs, n_units)``, and both fans are multiplied by the size of the window.

The normal distributions of Glorot, He and LeCun are truncated as in Keras: numbers more than two standard
deviations from zero are drawn again, from a normal that is wider to begin with, so that the variance after
truncation is the one in the table.

References
----------
- X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
  AISTATS, 2010, equations 12 and 16: Glorot's form. The one with ``1 / fan_in`` is common in teaching.
- K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers: surpassing human-level performance on
  ImageNet classification", ICCV, 2015, equation 10.
- Y. LeCun, L. Bottou, G. B. Orr and K.-R. Müller, "Efficient BackProp", in "Neural Networks: Tricks of the
  Trade", Springer, 1998, section 4.6.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..checks import rng as generator
from ..checks import sides

Floats = NDArray[np.float64]

#: Standard deviation of a standard normal that is cut off at -2 and 2.
TRUNCATED_DEVIATION = 0.87962566103423978


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Count the inputs that one unit sees and the units that one input reaches.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights: ``(n_inputs, n_units)``, or ``(*window, n_inputs, n_units)`` for a kernel.

    Returns
    -------
    tuple of int
        ``fan_in`` and ``fan_out``.

    Examples
    --------
    >>> fans((784, 300)), fans((3, 3, 16, 32))
    ((784, 300), (144, 288))
    """
    shape = sides(shape, "shape", least=1)
    if len(shape) < 2:
        raise ValueError(f"shape must have at least two sides, got {shape}")
    *window, n_inputs, n_units = shape
    return math.prod(window) * n_inputs, math.prod(window) * n_units


def xavier_normal(shape: tuple[int, ...], *, rng: np.random.Generator) -> Floats:
    """Draw weights from the normal distribution of Xavier, with variance ``1 / fan_in``.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights, ``(n_inputs, n_units)`` or ``(*window, n_inputs, n_units)``.
    rng : numpy.random.Generator
        Where the weights come from.

    Returns
    -------
    ndarray of shape `shape`
        Weights with mean 0. Nothing is truncated, unlike in `lecun_normal`, which has the same variance.

    Examples
    --------
    >>> round(float(xavier_normal((200, 300), rng=np.random.default_rng(0)).var()), 4)
    0.005
    """
    return generator(rng).normal(0.0, math.sqrt(_fan_in_variance(shape, 1.0)), size=shape)


def xavier_uniform(shape: tuple[int, ...], *, rng: np.random.Generator) -> Floats:
    """Draw weights from the uniform distribution of Xavier, with variance ``1 / fan_in``.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights, ``(n_inputs, n_units)`` or ``(*window, n_inputs, n_units)``.
    rng : numpy.random.Generator
        Where the weights come from.

    Returns
    -------
    ndarray of shape `shape`
        Weights, uniform between ``-sqrt(3 / fan_in)`` and ``sqrt(3 / fan_in)``. The same as `lecun_uniform`.

    Examples
    --------
    >>> round(float(xavier_uniform((200, 300), rng=np.random.default_rng(0)).var()), 4)
    0.005
    """
    return _uniform(shape, _fan_in_variance(shape, 1.0), rng)


def glorot_normal(shape: tuple[int, ...], *, rng: np.random.Generator) -> Floats:
    """Draw weights from the truncated normal of Glorot, with variance ``2 / (fan_in + fan_out)``.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights, ``(n_inputs, n_units)`` or ``(*window, n_inputs, n_units)``.
    rng : numpy.random.Generator
        Where the weights come from.

    Returns
    -------
    ndarray of shape `shape`
        Weights with mean 0, none beyond 2.274 standard deviations (``sqrt(2 / (fan_in + fan_out))``).

    Examples
    --------
    >>> round(float(glorot_normal((200, 300), rng=np.random.default_rng(0)).var()), 4)
    0.004
    """
    return _truncated_normal(shape, _fan_average_variance(shape), rng)


def glorot_uniform(shape: tuple[int, ...], *, rng: np.random.Generator) -> Floats:
    """Draw weights from the uniform distribution of Glorot, with variance ``2 / (fan_in + fan_out)``.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights, ``(n_inputs, n_units)`` or ``(*window, n_inputs, n_units)``.
    rng : numpy.random.Generator
        Where the weights come from.

    Returns
    -------
    ndarray of shape `shape`
        Weights, uniform between ``-sqrt(6 / (fan_in + fan_out))`` and ``sqrt(6 / (fan_in + fan_out))``.

    Examples
    --------
    >>> round(float(glorot_uniform((200, 300), rng=np.random.default_rng(0)).var()), 4)
    0.004
    """
    return _uniform(shape, _fan_average_variance(shape), rng)


def he_normal(shape: tuple[int, ...], *, rng: np.random.Generator) -> Floats:
    """Draw weights from the truncated normal of He, with variance ``2 / fan_in``.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights, ``(n_inputs, n_units)`` or ``(*window, n_inputs, n_units)``.
    rng : numpy.random.Generator
        Where the weights come from.

    Returns
    -------
    ndarray of shape `shape`
        Weights with mean 0, none beyond 2.274 standard deviations (``sqrt(2 / fan_in)``).

    Examples
    --------
    >>> round(float(he_normal((200, 300), rng=np.random.default_rng(0)).var()), 4)
    0.01
    """
    return _truncated_normal(shape, _fan_in_variance(shape, 2.0), rng)


def he_uniform(shape: tuple[int, ...], *, rng: np.random.Generator) -> Floats:
    """Draw weights from the uniform distribution of He, with variance ``2 / fan_in``.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights, ``(n_inputs, n_units)`` or ``(*window, n_inputs, n_units)``.
    rng : numpy.random.Generator
        Where the weights come from.

    Returns
    -------
    ndarray of shape `shape`
        Weights, uniform between ``-sqrt(6 / fan_in)`` and ``sqrt(6 / fan_in)``.

    Examples
    --------
    >>> round(float(he_uniform((200, 300), rng=np.random.default_rng(0)).var()), 4)
    0.01
    """
    return _uniform(shape, _fan_in_variance(shape, 2.0), rng)


def lecun_normal(shape: tuple[int, ...], *, rng: np.random.Generator) -> Floats:
    """Draw weights from the truncated normal of LeCun, with variance ``1 / fan_in``.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights, ``(n_inputs, n_units)`` or ``(*window, n_inputs, n_units)``.
    rng : numpy.random.Generator
        Where the weights come from.

    Returns
    -------
    ndarray of shape `shape`
        Weights with mean 0, none beyond 2.274 standard deviations (``sqrt(1 / fan_in)``).

    Examples
    --------
    >>> round(float(lecun_normal((200, 300), rng=np.random.default_rng(0)).var()), 4)
    0.005
    """
    return _truncated_normal(shape, _fan_in_variance(shape, 1.0), rng)


def lecun_uniform(shape: tuple[int, ...], *, rng: np.random.Generator) -> Floats:
    """Draw weights from the uniform distribution of LeCun, with variance ``1 / fan_in``.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights, ``(n_inputs, n_units)`` or ``(*window, n_inputs, n_units)``.
    rng : numpy.random.Generator
        Where the weights come from.

    Returns
    -------
    ndarray of shape `shape`
        Weights, uniform between ``-sqrt(3 / fan_in)`` and ``sqrt(3 / fan_in)``.

    Examples
    --------
    >>> round(float(lecun_uniform((200, 300), rng=np.random.default_rng(0)).var()), 4)
    0.005
    """
    return _uniform(shape, _fan_in_variance(shape, 1.0), rng)


#: Every initializer by name.
INITIALIZERS: dict[str, Callable[..., Floats]] = {
    function.__name__: function
    for function in (
        xavier_normal,
        xavier_uniform,
        glorot_normal,
        glorot_uniform,
        he_normal,
        he_uniform,
        lecun_normal,
        lecun_uniform,
    )
}


def _fan_in_variance(shape: tuple[int, ...], scale: float) -> float:
    return scale / fans(shape)[0]


def _fan_average_variance(shape: tuple[int, ...]) -> float:
    return 2.0 / sum(fans(shape))


def _uniform(shape: tuple[int, ...], variance: float, rng: np.random.Generator) -> Floats:
    bound = math.sqrt(3.0 * variance)  # a uniform distribution from -b to b has variance b^2 / 3
    return generator(rng).uniform(-bound, bound, size=shape)


def _truncated_normal(shape: tuple[int, ...], variance: float, rng: np.random.Generator) -> Floats:
    values = generator(rng).standard_normal(shape)
    while (far := np.abs(values) > 2.0).any():
        values[far] = rng.standard_normal(int(far.sum()))
    return values * (math.sqrt(variance) / TRUNCATED_DEVIATION)
