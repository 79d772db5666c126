"""Softmax: turn a list of scores into probabilities, without overflow, and pass gradients back through it."""

import numpy as np
from numpy.typing import ArrayLike

from ..checks import array, count
from .activation import Floats, activation


def _jacobian(z: Floats, axis: int = -1) -> Floats:
    p = np.moveaxis(softmax.function(z, axis), axis, -1)
    return p[..., :, None] * (np.eye(p.shape[-1]) - p[..., None, :])  # (..., classes, classes)


def _backward(z: Floats, gradient: Floats, axis: int = -1) -> Floats:
    p = softmax.function(z, axis)
    return p * (gradient - (gradient * p).sum(axis=axis, keepdims=True))


@activation(_jacobian, _backward)
def softmax(z: Floats, axis: int = -1) -> Floats:
    r"""Turn scores into probabilities that sum to 1.

    Parameters
    ----------
    z : array_like of shape (..., n_classes)
        Scores, also called logits: any real numbers.
    axis : int, default -1
        The axis along which the probabilities sum to 1.

    Returns
    -------
    ndarray of the shape of `z`
        Probabilities. None of them overflows on the way.

    Raises
    ------
    ValueError
        If `z` is not finite, has no such axis, or no entry along it.

    Notes
    -----
    .. math:: p_k = \frac{e^{z_k}}{\sum_j e^{z_j}} = \frac{e^{z_k - m}}{\sum_j e^{z_j - m}},
              \qquad m = \max_j z_j

    The shift by the largest score leaves the answer as it is, and no exponent is above 0. A score acts on all
    probabilities, so ``softmax.derivative(z)`` is a matrix, of shape (..., n_classes, n_classes).
    ``softmax.backward(z, gradient)`` multiplies by it without building it:

    .. math:: \frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j), \qquad
              \frac{\partial L}{\partial z_j} = p_j \Bigl( g_j - \sum_i g_i \, p_i \Bigr),
              \qquad g_i = \frac{\partial L}{\partial p_i}

    Here :math:`\delta_{ij}` is 1 where :math:`i = j` and 0 elsewhere.

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, sections 4.1 and 6.2.2.3.
    - C. M. Bishop, "Pattern Recognition and Machine Learning", Springer, 2006, equation 4.106.

    Examples
    --------
    >>> softmax([1.0, 2.0, 3.0]).round(4)
    array([0.09  , 0.2447, 0.6652])
    >>> softmax([1000.0, 1001.0, 1002.0]).round(4)
    array([0.09  , 0.2447, 0.6652])
    >>> softmax.derivative([0.0, 0.0])
    array([[ 0.25, -0.25],
           [-0.25,  0.25]])
    >>> softmax.backward([0.0, 0.0], [1.0, 0.0])
    array([ 0.25, -0.25])
    """
    powers = np.exp(_below_zero(z, axis))
    return powers / powers.sum(axis=axis, keepdims=True)


def log_softmax(z: ArrayLike, axis: int = -1) -> Floats:
    r"""Logarithm of `softmax`, exact where the probability itself would round to zero.

    Parameters
    ----------
    z : array_like of shape (..., n_classes)
        Scores.
    axis : int, default -1
        The axis along which the probabilities sum to 1.

    Returns
    -------
    ndarray of the shape of `z`
        Logarithms of the probabilities, none above 0.

    Raises
    ------
    ValueError
        If `z` is not finite, has no such axis, or no entry along it.

    Notes
    -----
    .. math:: \log p_k = z_k - m - \log \sum_j e^{z_j - m}, \qquad m = \max_j z_j

    Examples
    --------
    >>> log_softmax([0.0, 1000.0])
    array([-1000.,     0.])
    """
    return log_probabilities(array(z, "z", empty=True), axis)


def log_probabilities(z: Floats, axis: int = -1) -> Floats:
    """Do what `log_softmax` does, for scores that are known to be numbers, some of them ``-inf``."""
    shifted = _below_zero(z, axis)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def sharpened(z: Floats, temperature: float) -> Floats:
    r"""Return the softmax of :math:`z / \tau` along the last axis, for checked scores and temperatures.

    A temperature of 0 shares among the largest, and an infinite one among all. A score of ``-inf`` has no
    probability at any temperature.
    """
    below = _below_zero(z, -1)
    if temperature == 0:
        weights = (below == 0).astype(float)
    else:
        with np.errstate(over="ignore", invalid="ignore"):  # so far below that the probability is 0
            weights = np.where(np.isfinite(below), np.exp(below / temperature), 0.0)
    return weights / weights.sum(axis=-1, keepdims=True)


def _below_zero(z: Floats, axis: int) -> Floats:
    """Shift the scores so that the largest along the axis is 0."""
    if not z.ndim:
        raise ValueError(f"z must have at least one axis, got {z}")
    axis = count(axis, "axis", -z.ndim, z.ndim - 1)
    if z.shape[axis] == 0:
        raise ValueError(f"z must have at least one entry along axis {axis}, got shape {z.shape}")
    with np.errstate(over="ignore"):  # infinitely far below is the right answer then
        return z - z.max(axis=axis, keepdims=True)
