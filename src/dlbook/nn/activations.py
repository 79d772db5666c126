"""Activation functions, each with its derivative, and the table `ACTIVATIONS` that finds both by name."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .logistic import logistic
from .rectifiers import (
    leaky_relu,
    leaky_relu_derivative,
    prelu,
    prelu_derivative,
    prelu_slope_derivative,
    randomized_relu,
    randomized_relu_derivative,
    randomized_slopes,
    relu,
    relu_derivative,
)
from .smooth_rectifiers import (
    elu,
    elu_derivative,
    gelu,
    gelu_derivative,
    gelu_tanh,
    gelu_tanh_derivative,
    selu,
    selu_derivative,
    silu,
    silu_derivative,
    softplus,
    softplus_derivative,
)
from .softmax_functions import log_softmax, softmax, softmax_backward, softmax_jacobian

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "arctan",
    "arctan_derivative",
    "elu",
    "elu_derivative",
    "gelu",
    "gelu_derivative",
    "gelu_tanh",
    "gelu_tanh_derivative",
    "identity",
    "identity_derivative",
    "leaky_relu",
    "leaky_relu_derivative",
    "log_softmax",
    "logistic",
    "logistic_derivative",
    "prelu",
    "prelu_derivative",
    "prelu_slope_derivative",
    "randomized_relu",
    "randomized_relu_derivative",
    "randomized_slopes",
    "relu",
    "relu_derivative",
    "selu",
    "selu_derivative",
    "silu",
    "silu_derivative",
    "softmax",
    "softmax_backward",
    "softmax_jacobian",
    "softplus",
    "softplus_derivative",
    "step",
    "step_derivative",
    "tanh",
    "tanh_derivative",
]


def identity(z: ArrayLike) -> NDArray[np.float64]:
    """Pass every number on as it is.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        A copy.

    Examples
    --------
    >>> identity([-2.0, 0.0, 3.0])
    array([-2.,  0.,  3.])
    """
    return np.array(z, dtype=float)


def identity_derivative(z: ArrayLike) -> NDArray[np.float64]:
    """Slope of `identity`: one everywhere.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        Ones.

    Examples
    --------
    >>> identity_derivative([-2.0, 0.0, 3.0])
    array([1., 1., 1.])
    """
    return np.ones_like(np.asarray(z, dtype=float))


def step(z: ArrayLike) -> NDArray[np.float64]:
    """Answer 1 from zero on, 0 below: the threshold unit.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        Zeros and ones. At zero itself the answer is 1.

    Examples
    --------
    >>> step([-2.0, 0.0, 3.0])
    array([0., 1., 1.])
    """
    return (np.asarray(z, dtype=float) >= 0).astype(float)


def step_derivative(z: ArrayLike) -> NDArray[np.float64]:
    """Slope of `step`: zero, so that gradient descent gets nothing from it.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        Zeros, also at zero, where no slope exists.

    Examples
    --------
    >>> step_derivative([-2.0, 0.0, 3.0])
    array([0., 0., 0.])
    """
    return np.zeros_like(np.asarray(z, dtype=float))


def logistic_derivative(z: ArrayLike) -> NDArray[np.float64]:
    r"""Slope of `logistic`: never above one quarter.

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
    .. math:: \sigma'(z) = \sigma(z) \, (1 - \sigma(z)) = \sigma(z) \, \sigma(-z)

    The second form is computed: far to the right :math:`1 - \sigma(z)` would round to zero.

    Examples
    --------
    >>> logistic_derivative([-1000.0, 0.0, 2.0]).round(4)
    array([0.   , 0.25 , 0.105])
    """
    z = np.asarray(z, dtype=float)
    return logistic(z) * logistic(-z)


def tanh(z: ArrayLike) -> NDArray[np.float64]:
    r"""Hyperbolic tangent: a logistic function stretched to the range from -1 to 1.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        Numbers from -1 to 1.

    Notes
    -----
    .. math:: \tanh(z) = \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}} = 2 \, \sigma(2z) - 1

    Examples
    --------
    >>> tanh([-1000.0, 0.0, 0.5]).round(4)
    array([-1.    ,  0.    ,  0.4621])
    """
    return np.tanh(np.asarray(z, dtype=float))


def tanh_derivative(z: ArrayLike) -> NDArray[np.float64]:
    """Slope of `tanh`: one minus the square of its value.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        The slopes, at most 1.

    Examples
    --------
    >>> tanh_derivative([-1000.0, 0.0, 0.5]).round(4)
    array([0.    , 1.    , 0.7864])
    """
    return 1.0 - tanh(z) ** 2


def arctan(z: ArrayLike) -> NDArray[np.float64]:
    """Arc tangent: like `tanh`, but it saturates much more slowly.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        Angles in radians, between minus and plus half of pi.

    Examples
    --------
    >>> arctan([-1000.0, 0.0, 1.0]).round(4)
    array([-1.5698,  0.    ,  0.7854])
    """
    return np.arctan(np.asarray(z, dtype=float))


def arctan_derivative(z: ArrayLike) -> NDArray[np.float64]:
    """Slope of `arctan`: one divided by one plus the square.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        The slopes, at most 1.

    Examples
    --------
    >>> arctan_derivative([-2.0, 0.0, 1.0])
    array([0.2, 1. , 0.5])
    """
    return 1.0 / (1.0 + np.square(np.asarray(z, dtype=float)))


@dataclass(frozen=True)
class Activation:
    """An activation that acts on every number by itself, together with its derivative.

    Parameters
    ----------
    name : str
        The key in `ACTIVATIONS`.
    function : callable
        Maps an array of net inputs to an array of the same shape.
    derivative : callable
        Maps the same net inputs to the slopes of `function` there.
    """

    name: str
    function: Callable[[ArrayLike], NDArray[np.float64]]
    derivative: Callable[[ArrayLike], NDArray[np.float64]]


#: Every elementwise activation by name, with its default settings. Softmax is not among them: each of its
#: outputs depends on all inputs, so that its derivative is a matrix (`softmax_jacobian`, `softmax_backward`).
ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("identity", identity, identity_derivative),
        Activation("step", step, step_derivative),
        Activation("logistic", logistic, logistic_derivative),
        Activation("tanh", tanh, tanh_derivative),
        Activation("arctan", arctan, arctan_derivative),
        Activation("relu", relu, relu_derivative),
        Activation("leaky_relu", leaky_relu, leaky_relu_derivative),
        Activation("prelu", prelu, prelu_derivative),
        Activation("randomized_relu", randomized_relu, randomized_relu_derivative),
        Activation("elu", elu, elu_derivative),
        Activation("selu", selu, selu_derivative),
        Activation("softplus", softplus, softplus_derivative),
        Activation("gelu", gelu, gelu_derivative),
        Activation("gelu_tanh", gelu_tanh, gelu_tanh_derivative),
        Activation("silu", silu, silu_derivative),
    )
}
