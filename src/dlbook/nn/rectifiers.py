"""Rectifiers: activations that pass positive numbers on and hold negative ones back.

All of them bend at zero. There the derivative is the slope on the left side.
"""

import numpy as np
from numpy.typing import ArrayLike

from ..checks import array, number, sides
from ..checks import rng as generator
from .activation import Floats, activation


@activation(lambda z: (z > 0).astype(float))
def relu(z: Floats) -> Floats:
    r"""Rectified linear unit: keep what is positive, put zero for the rest.

    Parameters
    ----------
    z : array_like of any shape
        Net inputs.

    Returns
    -------
    ndarray of the shape of `z`
        The larger of each number and zero.

    Notes
    -----
    .. math:: f(z) = \max(0, z)

    References
    ----------
    - X. Glorot, A. Bordes and Y. Bengio, "Deep sparse rectifier neural networks", AISTATS, 2011.

    Examples
    --------
    >>> relu([-2.0, 0.0, 3.0]), relu.derivative([-2.0, 0.0, 3.0])
    (array([0., 0., 3.]), array([0., 0., 1.]))
    """
    return np.maximum(z, 0.0)


def _prelu_slope(z: Floats, slope: ArrayLike = 0.25) -> Floats:
    return np.where(z > 0, 1.0, _check_slopes(slope, z.shape, "slope"))


@activation(lambda z, slope=0.01: _prelu_slope(z, number(slope, "slope")))
def leaky_relu(z: Floats, slope: float = 0.01) -> Floats:
    r"""Rectifier that lets a fixed share of every negative number through.

    Parameters
    ----------
    z : array_like of any shape
        Net inputs.
    slope : float, default 0.01
        The share, a setting that training does not change. Keras's default is 0.2.

    Returns
    -------
    ndarray of the shape of `z`
        The numbers, the negative ones multiplied by `slope`.

    Notes
    -----
    .. math:: f(z) = z \text{ if } z > 0, \text{ else } \alpha z

    with the `slope` :math:`\alpha`.

    References
    ----------
    - A. L. Maas, A. Y. Hannun and A. Y. Ng, "Rectifier nonlinearities improve neural network acoustic
      models", ICML workshop on deep learning for audio, speech and language processing, 2013.

    Examples
    --------
    >>> leaky_relu([-2.0, 0.0, 3.0]), leaky_relu.derivative([-2.0, 3.0], slope=0.2)
    (array([-0.02,  0.  ,  3.  ]), array([0.2, 1. ]))
    """
    return np.where(z > 0, z, number(slope, "slope") * z)


@activation(_prelu_slope)
def prelu(z: Floats, slope: ArrayLike = 0.25) -> Floats:
    """Parametric rectifier: a leaky one whose slope is learned, by `prelu_slope_derivative`.

    Parameters
    ----------
    z : array_like of shape (..., n_units)
        Net inputs.
    slope : array_like, default 0.25
        The slope on the negative side: one number, one for every unit, or any other shape that broadcasts to
        that of `z`. The default is where He et al. start the training.

    Returns
    -------
    ndarray of the shape of `z`
        The numbers, the negative ones multiplied by their slope.

    References
    ----------
    - K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers: surpassing human-level performance
      on ImageNet classification", ICCV, 2015, equation 1.

    Examples
    --------
    >>> prelu([[-2.0, -2.0], [4.0, 4.0]], slope=[0.25, 0.5])
    array([[-0.5, -1. ],
           [ 4. ,  4. ]])
    """
    return np.where(z > 0, z, _check_slopes(slope, z.shape, "slope") * z)


def prelu_slope_derivative(z: ArrayLike) -> Floats:
    """Slope of `prelu` with respect to its parameter, which is what makes it learnable.

    Parameters
    ----------
    z : array_like of any shape
        Net inputs.

    Returns
    -------
    ndarray of the shape of `z`
        The negative numbers themselves, and zero for the others: equation 3 of He et al.

    Examples
    --------
    >>> prelu_slope_derivative([-2.0, 0.0, 3.0])
    array([-2.,  0.,  0.])
    """
    return np.minimum(array(z, "z", finite=False, empty=True), 0.0)


def randomized_slopes(
    shape: int | tuple[int, ...], lower: float = 1 / 8, upper: float = 1 / 3, *, rng: np.random.Generator
) -> Floats:
    """Draw the slopes that `randomized_relu` uses in one training step.

    Parameters
    ----------
    shape : int or tuple of int
        How many slopes: one for every number that the activation gets.
    lower : float, default 1/8
        The smallest slope.
    upper : float, default 1/3
        The largest slope.
    rng : numpy.random.Generator
        Where the slopes come from.

    Returns
    -------
    ndarray of shape `shape`
        Slopes, uniform between `lower` and `upper`.

    References
    ----------
    - B. Xu, N. Wang, T. Chen and M. Li, "Empirical evaluation of rectified activations in convolutional
      network", arXiv:1505.00853, 2015. Its slopes are one divided by a number between 3 and 8; the form
      with uniform slopes from 1/8 to 1/3 is the one that libraries took over.

    Examples
    --------
    >>> slopes = randomized_slopes((2, 3), rng=np.random.default_rng(0))
    >>> slopes.shape, bool((slopes >= 1 / 8).all()), bool((slopes < 1 / 3).all())
    ((2, 3), True, True)
    """
    _average(lower, upper)
    return generator(rng).uniform(lower, upper, size=sides(shape, "shape"))


def _randomized_slope(
    z: Floats, slopes: ArrayLike | None = None, *, lower: float = 1 / 8, upper: float = 1 / 3
) -> Floats:
    average = _average(lower, upper)
    return np.where(z > 0, 1.0, average if slopes is None else _check_slopes(slopes, z.shape, "slopes"))


@activation(_randomized_slope)
def randomized_relu(
    z: Floats, slopes: ArrayLike | None = None, *, lower: float = 1 / 8, upper: float = 1 / 3
) -> Floats:
    """Leaky rectifier with random slopes while training, and with their average afterwards.

    Parameters
    ----------
    z : array_like of any shape
        Net inputs.
    slopes : array_like, optional
        Training: what `randomized_slopes` drew, one for every number in `z`. The derivative needs the same
        slopes, so they are kept by the caller. Without them the average slope is used, as after training.
    lower : float, default 1/8
        The smallest slope. Only its average with `upper` matters here.
    upper : float, default 1/3
        The largest slope.

    Returns
    -------
    ndarray of the shape of `z`
        The numbers, the negative ones multiplied by their slope.

    References
    ----------
    - B. Xu, N. Wang, T. Chen and M. Li, "Empirical evaluation of rectified activations in convolutional
      network", arXiv:1505.00853, 2015, section 2.4.

    Examples
    --------
    >>> z = np.array([-1.0, -1.0, 2.0])
    >>> randomized_relu(z, randomized_slopes(3, rng=np.random.default_rng(0))).round(3)
    array([-0.258, -0.181,  2.   ])
    >>> randomized_relu(z).round(3)
    array([-0.229, -0.229,  2.   ])
    """
    average = _average(lower, upper)
    return np.where(z > 0, z, (average if slopes is None else _check_slopes(slopes, z.shape, "slopes")) * z)


def _check_slopes(slope: ArrayLike, shape: tuple[int, ...], name: str) -> Floats:
    slopes = array(slope, name, empty=True)
    pairs = zip(slopes.shape[::-1], shape[::-1], strict=False)
    if slopes.ndim > len(shape) or any(size not in (1, whole) for size, whole in pairs):
        raise ValueError(f"{name} must broadcast to the shape {shape} of z, got shape {slopes.shape}")
    return slopes


def _average(lower: float, upper: float) -> float:
    lower, upper = number(lower, "lower"), number(upper, "upper")
    if lower > upper:
        raise ValueError(f"lower must not exceed upper, got {lower} and {upper}")
    return (lower + upper) / 2
