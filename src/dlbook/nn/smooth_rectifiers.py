"""Rectifiers with an exponential in them: most of them have no kink, some are not even monotonic.

Where there is a kink, at zero, the derivative is the slope on the left side.
"""

import math

import numpy as np

from ..checks import positive
from .activation import Floats, activation
from .squashing import logistic

_FAR = 40.0  # from here on a Gaussian density and the distance of tanh from 1 round to exactly 0
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


def _elu_slope(z: Floats, alpha: float = 1.0) -> Floats:
    return np.where(z > 0, 1.0, positive(alpha, "alpha") * np.exp(np.minimum(z, 0.0)))


@activation(_elu_slope)
def elu(z: Floats, alpha: float = 1.0) -> Floats:
    r"""Exponential linear unit: bends smoothly down to a floor on the negative side.

    Parameters
    ----------
    z : array_like of any shape
        Net inputs.
    alpha : float, default 1.0
        Depth of the floor, positive. Only with 1.0 is there no kink at zero.

    Returns
    -------
    ndarray of the shape of `z`
        Numbers above ``-alpha``.

    Notes
    -----
    .. math:: f(z) = z \text{ if } z > 0, \text{ else } \alpha (e^{z} - 1)

    References
    ----------
    - D.-A. Clevert, T. Unterthiner and S. Hochreiter, "Fast and accurate deep network learning by
      exponential linear units (ELUs)", ICLR, 2016, section 3.

    Examples
    --------
    >>> elu([-1000.0, -1.0, 3.0]).round(4), elu.derivative([-1.0, 3.0]).round(4)
    (array([-1.    , -0.6321,  3.    ]), array([0.3679, 1.    ]))
    """
    return np.where(z > 0, z, positive(alpha, "alpha") * np.expm1(np.minimum(z, 0.0)))


@activation(lambda z: SELU_SCALE * _elu_slope(z, SELU_ALPHA))
def selu(z: Floats) -> Floats:
    r"""Scaled exponential linear unit: keeps mean 0 and variance 1 from layer to layer.

    Parameters
    ----------
    z : array_like of any shape
        Net inputs.

    Returns
    -------
    ndarray of the shape of `z`
        `elu` with the floor :math:`\alpha`, multiplied by :math:`\lambda`.

    Notes
    -----
    .. math:: f(z) = \lambda z \text{ if } z > 0, \text{ else } \lambda \alpha (e^{z} - 1)

    The constants :math:`\alpha = 1.6732632423543772` and :math:`\lambda = 1.0507009873554805` follow from the
    demand that a standard normal input gives an output with mean 0 and variance 1. Left of zero the slope
    rises to 1.7581; just right of it, it is 1.0507.

    References
    ----------
    - G. Klambauer, T. Unterthiner, A. Mayr and S. Hochreiter, "Self-normalizing neural networks", NeurIPS,
      2017, equation 2.

    Examples
    --------
    >>> selu([-1000.0, -1.0, 1.0]).round(4), selu.derivative([-1.0, 0.0, 1.0]).round(4)
    (array([-1.7581, -1.1113,  1.0507]), array([0.6468, 1.7581, 1.0507]))
    """
    return SELU_SCALE * elu.function(z, SELU_ALPHA)


@activation(logistic.function)
def softplus(z: Floats) -> Floats:
    r"""Smooth rectifier: close to zero on the left, close to its input on the right.

    Parameters
    ----------
    z : array_like of any shape
        Net inputs.

    Returns
    -------
    ndarray of the shape of `z`
        Positive numbers.

    Notes
    -----
    .. math:: f(z) = \ln(1 + e^{z}), \qquad f'(z) = \sigma(z)

    References
    ----------
    - C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau and R. Garcia, "Incorporating second-order functional
      knowledge for better option pricing", NeurIPS, 2000.

    Examples
    --------
    >>> softplus([-1000.0, 0.0, 1000.0]).round(4), softplus.derivative([-1000.0, 0.0, 1000.0])
    (array([0.000e+00, 6.931e-01, 1.000e+03]), array([0. , 0.5, 1. ]))
    """
    return np.logaddexp(0.0, z)


def _normal_share_below(z: Floats) -> Floats:
    return 0.5 * np.vectorize(math.erfc, otypes=[float])(-z / math.sqrt(2))


def _gelu_slope(z: Floats) -> Floats:
    near = np.clip(z, -_FAR, _FAR)
    density = np.exp(-(near**2) / 2) / math.sqrt(2 * math.pi)
    return _normal_share_below(z) + near * density


@activation(_gelu_slope)
def gelu(z: Floats) -> Floats:
    r"""Gaussian error linear unit: every number times the share of a standard normal below it.

    Parameters
    ----------
    z : array_like of any shape
        Net inputs.

    Returns
    -------
    ndarray of the shape of `z`
        The exact values. `gelu_tanh` is a faster approximation.

    Notes
    -----
    .. math:: f(z) = z \, \Phi(z), \qquad f'(z) = \Phi(z) + z \, \varphi(z), \qquad
              \Phi(z) = \tfrac{1}{2} \operatorname{erfc}\!\left(-\frac{z}{\sqrt{2}}\right), \qquad
              \varphi(z) = \frac{e^{-z^2 / 2}}{\sqrt{2 \pi}}

    The slope is negative left of about -0.75: the function is not monotonic. NumPy has no error function, so
    Python's is called for one number after the other.

    References
    ----------
    - D. Hendrycks and K. Gimpel, "Gaussian error linear units (GELUs)", arXiv:1606.08415, 2016, section 2.

    Examples
    --------
    >>> gelu([-1.0, 0.0, 1.0]).round(4), gelu.derivative([-1.0, 0.0, 1.0]).round(4)
    (array([-0.1587,  0.    ,  0.8413]), array([-0.0833,  0.5   ,  1.0833]))
    """
    return np.maximum(z, -_FAR) * _normal_share_below(z)


def _gelu_inner(z: Floats) -> Floats:
    return math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)


def _gelu_tanh_slope(z: Floats) -> Floats:
    near = np.clip(z, -_FAR, _FAR)
    t = np.tanh(_gelu_inner(near))
    slope_of_inner = math.sqrt(2 / math.pi) * (1.0 + 3 * 0.044715 * near**2)
    return 0.5 * (1.0 + t) + 0.5 * near * (1.0 - t**2) * slope_of_inner


@activation(_gelu_tanh_slope)
def gelu_tanh(z: Floats) -> Floats:
    r"""Approximation of `gelu` by a hyperbolic tangent, within 0.0005.

    Parameters
    ----------
    z : array_like of any shape
        Net inputs.

    Returns
    -------
    ndarray of the shape of `z`
        The values.

    Notes
    -----
    .. math:: f(z) = \tfrac{1}{2} z \left( 1 + \tanh u \right), \qquad
              u = \sqrt{2 / \pi} \, (z + 0.044715 \, z^3)

    .. math:: f'(z) = \tfrac{1}{2} (1 + \tanh u) + \tfrac{1}{2} z \, (1 - \tanh^2 u) \, u',
              \qquad u' = \sqrt{2 / \pi} \, (1 + 0.134145 \, z^2)

    Examples
    --------
    >>> gelu_tanh([-1.0, 0.0, 1.0]).round(4), gelu_tanh.derivative([-1.0, 0.0, 1.0]).round(4)
    (array([-0.1588,  0.    ,  0.8412]), array([-0.083,  0.5  ,  1.083]))
    """
    return 0.5 * np.maximum(z, -_FAR) * (1.0 + np.tanh(_gelu_inner(np.clip(z, -_FAR, _FAR))))


def _silu_slope(z: Floats) -> Floats:
    near = np.clip(z, -800.0, 800.0)  # beyond, one of the two factors is exactly 0
    return logistic.function(z) + near * logistic.function(z) * logistic.function(-z)


@activation(_silu_slope)
def silu(z: Floats) -> Floats:
    r"""Sigmoid linear unit, also called swish: every number times its logistic value.

    Parameters
    ----------
    z : array_like of any shape
        Net inputs.

    Returns
    -------
    ndarray of the shape of `z`
        Numbers above -0.2785.

    Notes
    -----
    .. math:: f(z) = z \, \sigma(z), \qquad f'(z) = \sigma(z) + z \, \sigma(z) \, \sigma(-z)

    The slope is negative left of about -1.28: the function is not monotonic.

    References
    ----------
    - S. Elfwing, E. Uchibe and K. Doya, "Sigmoid-weighted linear units for neural network function
      approximation in reinforcement learning", Neural Networks 107, 2018, pp. 3-11.
    - P. Ramachandran, B. Zoph and Q. V. Le, "Searching for activation functions", arXiv:1710.05941, 2017.

    Examples
    --------
    >>> silu([-1.0, 0.0, 1.0]).round(4), silu.derivative([-2.0, 0.0, 2.0]).round(4)
    (array([-0.2689,  0.    ,  0.7311]), array([-0.0908,  0.5   ,  1.0908]))
    """
    return np.maximum(z, -800.0) * logistic.function(z)  # not minus infinity times 0
