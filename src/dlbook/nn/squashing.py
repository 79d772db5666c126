"""Activations that are a line, a step, or a line bent into a band."""

import numpy as np

from .activation import Floats, activation


@activation(np.ones_like)
def identity(z: Floats) -> Floats:
    """Pass every number on as it is. The slope is 1 everywhere.

    Parameters
    ----------
    z : array_like of any shape
        Net inputs.

    Returns
    -------
    ndarray of the shape of `z`
        A copy.

    Examples
    --------
    >>> identity([-2.0, 0.0, 3.0]), identity.derivative([-2.0, 0.0, 3.0])
    (array([-2.,  0.,  3.]), array([1., 1., 1.]))
    """
    return z.copy()


@activation(np.zeros_like)
def step(z: Floats) -> Floats:
    """Answer 1 from zero on, 0 below: the threshold unit. Its slope is 0, so gradient descent gets nothing.

    Parameters
    ----------
    z : array_like of any shape
        Net inputs.

    Returns
    -------
    ndarray of the shape of `z`
        Zeros and ones.

    Examples
    --------
    >>> step([-2.0, 0.0, 3.0]), step.derivative([-2.0, 0.0, 3.0])
    (array([0., 1., 1.]), array([0., 0., 0.]))
    """
    return (z >= 0).astype(float)


def _logistic_slope(z: Floats) -> Floats:
    return logistic.function(z) * logistic.function(-z)


@activation(_logistic_slope)
def logistic(z: Floats) -> Floats:
    r"""Squash every number into the range from 0 to 1.

    Parameters
    ----------
    z : array_like of any shape
        Net inputs.

    Returns
    -------
    ndarray of the shape of `z`
        Numbers from 0 to 1. None of them overflows on the way.

    Notes
    -----
    .. math:: \sigma(z) = \frac{1}{1 + e^{-z}} = \frac{e^{z}}{1 + e^{z}}, \qquad
              \sigma'(z) = \sigma(z) \, (1 - \sigma(z)) = \sigma(z) \, \sigma(-z)

    The second form of the slope is computed: far to the right :math:`1 - \sigma(z)` would round to zero.

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, section 3.10.

    Examples
    --------
    >>> logistic([-1000.0, 0.0, 1000.0]), logistic.derivative([-1000.0, 0.0])
    (array([0. , 0.5, 1. ]), array([0.  , 0.25]))
    """
    small = np.exp(-np.abs(z))  # no exponent is above 0
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


@activation(lambda z: 1.0 - np.tanh(z) ** 2)
def tanh(z: Floats) -> Floats:
    r"""Hyperbolic tangent: a logistic function stretched to the range from -1 to 1.

    Parameters
    ----------
    z : array_like of any shape
        Net inputs.

    Returns
    -------
    ndarray of the shape of `z`
        Numbers from -1 to 1.

    Notes
    -----
    .. math:: \tanh(z) = 2 \, \sigma(2z) - 1, \qquad \tanh'(z) = 1 - \tanh^2(z)

    Examples
    --------
    >>> tanh([-1000.0, 0.0, 0.5]).round(4), tanh.derivative([0.0, 0.5]).round(4)
    (array([-1.    ,  0.    ,  0.4621]), array([1.    , 0.7864]))
    """
    return np.tanh(z)


@activation(lambda z: 1.0 / (1.0 + np.square(np.clip(z, -1e154, 1e154))))  # no square overflows
def arctan(z: Floats) -> Floats:
    """Arc tangent: like `tanh`, but it saturates much more slowly. The slope is ``1 / (1 + z**2)``.

    Parameters
    ----------
    z : array_like of any shape
        Net inputs.

    Returns
    -------
    ndarray of the shape of `z`
        Angles in radians, between minus and plus half of pi.

    Examples
    --------
    >>> arctan([-1000.0, 0.0, 1.0]).round(4), arctan.derivative([-2.0, 0.0, 1.0])
    (array([-1.5698,  0.    ,  0.7854]), array([0.2, 1. , 0.5]))
    """
    return np.arctan(z)
