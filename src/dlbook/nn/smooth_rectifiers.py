"""Rectifiers with an exponential in them: most of them have no kink, some are not even monotonic.

Where there is a kink, at zero, the derivative functions return the slope on the left side.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .logistic import logistic

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


def elu(z: ArrayLike, alpha: float = 1.0) -> NDArray[np.float64]:
    r"""Exponential linear unit: bends smoothly down to a floor on the negative side.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.
    alpha : float, default 1.0
        Depth of the floor, positive. Only with 1.0 is there no kink at zero.

    Returns
    -------
    ndarray of the shape of `z`
        Numbers above ``-alpha``.

    Raises
    ------
    ValueError
        If `alpha` is not positive and finite.

    Notes
    -----
    .. math:: f(z) = z \text{ if } z > 0, \text{ else } \alpha (e^{z} - 1)

    References
    ----------
    - D.-A. Clevert, T. Unterthiner and S. Hochreiter, "Fast and accurate deep network learning by
      exponential linear units (ELUs)", ICLR, 2016, section 3.

    Examples
    --------
    >>> elu([-1000.0, -1.0, 0.0, 3.0]).round(4)
    array([-1.    , -0.6321,  0.    ,  3.    ])
    """
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, z, _check_positive(alpha, "alpha") * np.expm1(np.minimum(z, 0.0)))


def elu_derivative(z: ArrayLike, alpha: float = 1.0) -> NDArray[np.float64]:
    """Slope of `elu`.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.
    alpha : float, default 1.0
        Depth of the floor, positive.

    Returns
    -------
    ndarray of the shape of `z`
        One for positive numbers, ``alpha * exp(z)`` for the others.

    Raises
    ------
    ValueError
        If `alpha` is not positive and finite.

    Examples
    --------
    >>> elu_derivative([-1000.0, -1.0, 0.0, 3.0]).round(4)
    array([0.    , 0.3679, 1.    , 1.    ])
    """
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, 1.0, _check_positive(alpha, "alpha") * np.exp(np.minimum(z, 0.0)))


def selu(z: ArrayLike) -> NDArray[np.float64]:
    r"""Scaled exponential linear unit: keeps mean 0 and variance 1 from layer to layer.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        `elu` with the floor :math:`\alpha`, multiplied by :math:`\lambda`.

    Notes
    -----
    .. math:: f(z) = \lambda z \text{ if } z > 0, \text{ else } \lambda \alpha (e^{z} - 1)

    ===============  ==================  =================================
    symbol           name                meaning
    ===============  ==================  =================================
    :math:`z`        `z`                 input of the activation
    :math:`\alpha`   ``SELU_ALPHA``      1.6732632423543772
    :math:`\lambda`  ``SELU_SCALE``      1.0507009873554805
    ===============  ==================  =================================

    The two constants follow from the demand that a standard normal input gives an output with mean 0 and
    variance 1.

    References
    ----------
    - G. Klambauer, T. Unterthiner, A. Mayr and S. Hochreiter, "Self-normalizing neural networks", NeurIPS,
      2017, equation 2.

    Examples
    --------
    >>> selu([-1000.0, -1.0, 0.0, 1.0]).round(4)
    array([-1.7581, -1.1113,  0.    ,  1.0507])
    """
    return SELU_SCALE * elu(z, SELU_ALPHA)


def selu_derivative(z: ArrayLike) -> NDArray[np.float64]:
    """Slope of `selu`.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        The slopes. At zero it is 1.7581, the slope on the left; just right of zero it is 1.0507.

    Examples
    --------
    >>> selu_derivative([-1.0, 0.0, 1.0]).round(4)
    array([0.6468, 1.7581, 1.0507])
    """
    return SELU_SCALE * elu_derivative(z, SELU_ALPHA)


def softplus(z: ArrayLike) -> NDArray[np.float64]:
    r"""Smooth rectifier: close to zero on the left, close to its input on the right.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        Positive numbers.

    Notes
    -----
    .. math:: f(z) = \ln(1 + e^{z})

    References
    ----------
    - C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau and R. Garcia, "Incorporating second-order functional
      knowledge for better option pricing", NeurIPS, 2000.

    Examples
    --------
    >>> softplus([-1000.0, 0.0, 1000.0]).round(4)
    array([0.000e+00, 6.931e-01, 1.000e+03])
    """
    return np.logaddexp(0.0, np.asarray(z, dtype=float))


def softplus_derivative(z: ArrayLike) -> NDArray[np.float64]:
    """Slope of `softplus`: the logistic function.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        Numbers from 0 to 1.

    Examples
    --------
    >>> softplus_derivative([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    return logistic(z)


def gelu(z: ArrayLike) -> NDArray[np.float64]:
    r"""Gaussian error linear unit: every number times the share of a standard normal below it.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        The exact values. `gelu_tanh` is a faster approximation.

    Notes
    -----
    .. math:: f(z) = z \, \Phi(z), \qquad
              \Phi(z) = \tfrac{1}{2} \operatorname{erfc}\!\left(-\frac{z}{\sqrt{2}}\right)

    NumPy has no error function, so Python's is called for one number after the other.

    References
    ----------
    - D. Hendrycks and K. Gimpel, "Gaussian error linear units (GELUs)", arXiv:1606.08415, 2016, section 2.

    Examples
    --------
    >>> gelu([-1.0, 0.0, 1.0]).round(4)
    array([-0.1587,  0.    ,  0.8413])
    """
    z = np.asarray(z, dtype=float)
    return z * _normal_share_below(z)


def gelu_derivative(z: ArrayLike) -> NDArray[np.float64]:
    r"""Slope of `gelu`.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        The slopes. They are negative left of about -0.75: the function is not monotonic.

    Notes
    -----
    .. math:: f'(z) = \Phi(z) + z \, \varphi(z), \qquad \varphi(z) = \frac{e^{-z^2 / 2}}{\sqrt{2 \pi}}

    Examples
    --------
    >>> gelu_derivative([-1.0, 0.0, 1.0]).round(4)
    array([-0.0833,  0.5   ,  1.0833])
    """
    z = np.asarray(z, dtype=float)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return _normal_share_below(z) + z * density


def gelu_tanh(z: ArrayLike) -> NDArray[np.float64]:
    r"""Approximation of `gelu` by a hyperbolic tangent.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        Values within 0.0005 of `gelu`.

    Notes
    -----
    .. math:: f(z) = \tfrac{1}{2} z \left( 1 + \tanh u \right), \qquad
              u = \sqrt{2 / \pi} \, (z + 0.044715 \, z^3)

    References
    ----------
    - D. Hendrycks and K. Gimpel, "Gaussian error linear units (GELUs)", arXiv:1606.08415, 2016, section 2.

    Examples
    --------
    >>> gelu_tanh([-1.0, 0.0, 1.0]).round(4)
    array([-0.1588,  0.    ,  0.8412])
    """
    z = np.asarray(z, dtype=float)
    return 0.5 * z * (1.0 + np.tanh(_gelu_inner(z)))


def gelu_tanh_derivative(z: ArrayLike) -> NDArray[np.float64]:
    r"""Slope of `gelu_tanh`.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        The slopes.

    Notes
    -----
    .. math:: f'(z) = \tfrac{1}{2} (1 + \tanh u) + \tfrac{1}{2} z \, (1 - \tanh^2 u) \, u',
              \qquad u' = \sqrt{2 / \pi} \, (1 + 0.134145 \, z^2)

    Examples
    --------
    >>> gelu_tanh_derivative([-1.0, 0.0, 1.0]).round(4)
    array([-0.083,  0.5  ,  1.083])
    """
    z = np.asarray(z, dtype=float)
    t = np.tanh(_gelu_inner(z))
    slope_of_inner = math.sqrt(2 / math.pi) * (1.0 + 3 * 0.044715 * z**2)
    return 0.5 * (1.0 + t) + 0.5 * z * (1.0 - t**2) * slope_of_inner


def silu(z: ArrayLike) -> NDArray[np.float64]:
    r"""Sigmoid linear unit, also called swish: every number times its logistic value.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        Numbers above -0.2785.

    Notes
    -----
    .. math:: f(z) = z \, \sigma(z)

    References
    ----------
    - S. Elfwing, E. Uchibe and K. Doya, "Sigmoid-weighted linear units for neural network function
      approximation in reinforcement learning", Neural Networks 107, 2018, pp. 3-11.
    - P. Ramachandran, B. Zoph and Q. V. Le, "Searching for activation functions", arXiv:1710.05941, 2017.

    Examples
    --------
    >>> silu([-1.0, 0.0, 1.0]).round(4)
    array([-0.2689,  0.    ,  0.7311])
    """
    z = np.asarray(z, dtype=float)
    return z * logistic(z)


def silu_derivative(z: ArrayLike) -> NDArray[np.float64]:
    r"""Slope of `silu`.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        The slopes. They are negative left of about -1.28: the function is not monotonic.

    Notes
    -----
    .. math:: f'(z) = \sigma(z) + z \, \sigma(z) \, \sigma(-z)

    Examples
    --------
    >>> silu_derivative([-2.0, 0.0, 2.0]).round(4)
    array([-0.0908,  0.5   ,  1.0908])
    """
    z = np.asarray(z, dtype=float)
    return logistic(z) + z * logistic(z) * logistic(-z)


def _check_positive(value: float, name: str) -> float:
    if np.ndim(value) != 0 or not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be one positive finite number, got {value}")
    return float(value)


def _normal_share_below(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.5 * np.vectorize(math.erfc, otypes=[float])(-z / math.sqrt(2))


def _gelu_inner(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)
