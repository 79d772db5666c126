"""Softmax: turn a list of scores into probabilities, without overflow, and pass gradients back through it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def softmax(z: ArrayLike, axis: int = -1) -> NDArray[np.float64]:
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
        If `z` has no such axis, or no entry along it.

    Notes
    -----
    .. math:: p_k = \frac{e^{z_k}}{\sum_j e^{z_j}} = \frac{e^{z_k - m}}{\sum_j e^{z_j - m}},
              \qquad m = \max_j z_j

    The shift by the largest score leaves the answer as it is, and no exponent is above 0.

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, sections 4.1 and 6.2.2.3.

    Examples
    --------
    >>> softmax([1.0, 2.0, 3.0]).round(4)
    array([0.09  , 0.2447, 0.6652])
    >>> softmax([1000.0, 1001.0, 1002.0]).round(4)
    array([0.09  , 0.2447, 0.6652])
    """
    powers = np.exp(_below_zero(z, axis))
    return powers / powers.sum(axis=axis, keepdims=True)


def log_softmax(z: ArrayLike, axis: int = -1) -> NDArray[np.float64]:
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
        If `z` has no such axis, or no entry along it.

    Notes
    -----
    .. math:: \log p_k = z_k - m - \log \sum_j e^{z_j - m}, \qquad m = \max_j z_j

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, section 6.2.2.3.

    Examples
    --------
    >>> log_softmax([0.0, 1000.0])
    array([-1000.,     0.])
    """
    shifted = _below_zero(z, axis)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def softmax_jacobian(p: ArrayLike) -> NDArray[np.float64]:
    r"""Derivative of every probability with respect to every score.

    Parameters
    ----------
    p : array_like of shape (..., n_classes)
        What `softmax` returned.

    Returns
    -------
    ndarray of shape (..., n_classes, n_classes)
        Row `i`, column `j`: how probability `i` changes with score `j`. Symmetric; rows sum to 0.

    Raises
    ------
    ValueError
        If `p` is a single number.

    Notes
    -----
    .. math:: \frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j)

    Here :math:`\delta_{ij}` is 1 where :math:`i = j` and 0 elsewhere.

    References
    ----------
    - C. M. Bishop, "Pattern Recognition and Machine Learning", Springer, 2006, equation 4.106.

    Examples
    --------
    >>> softmax_jacobian([0.5, 0.25, 0.25])
    array([[ 0.25  , -0.125 , -0.125 ],
           [-0.125 ,  0.1875, -0.0625],
           [-0.125 , -0.0625,  0.1875]])
    """
    p = np.asarray(p, dtype=float)
    if p.ndim == 0:
        raise ValueError("p must have shape (..., n_classes), got a single number")
    return p[..., :, None] * (np.eye(p.shape[-1]) - p[..., None, :])  # (..., classes, classes)


def softmax_backward(p: ArrayLike, gradient: ArrayLike, axis: int = -1) -> NDArray[np.float64]:
    r"""Pass a gradient back through `softmax` without building its Jacobian.

    Parameters
    ----------
    p : array_like of shape (..., n_classes)
        What `softmax` returned.
    gradient : array_like of shape (..., n_classes)
        Derivative of the loss with respect to every probability.
    axis : int, default -1
        The axis along which the probabilities sum to 1.

    Returns
    -------
    ndarray of shape (..., n_classes)
        Derivative of the loss with respect to every score.

    Raises
    ------
    ValueError
        If the shapes differ, or there is no such axis.

    Notes
    -----
    .. math:: \frac{\partial L}{\partial z_j} = p_j \Bigl( g_j - \sum_i g_i \, p_i \Bigr),
              \qquad g_i = \frac{\partial L}{\partial p_i}

    References
    ----------
    - C. M. Bishop, "Pattern Recognition and Machine Learning", Springer, 2006, equation 4.106.

    Examples
    --------
    >>> softmax_backward([0.5, 0.25, 0.25], [-2.0, 0.0, 0.0])
    array([-0.5 ,  0.25,  0.25])
    """
    p, gradient = np.asarray(p, dtype=float), np.asarray(gradient, dtype=float)
    if p.shape != gradient.shape:
        raise ValueError(f"gradient must have the shape {p.shape} of p, got shape {gradient.shape}")
    return p * (gradient - (gradient * p).sum(axis=axis, keepdims=True))


def _below_zero(z: ArrayLike, axis: int) -> NDArray[np.float64]:
    """Shift the scores so that the largest along the axis is 0."""
    z = np.asarray(z, dtype=float)
    if not -z.ndim <= axis < z.ndim:
        raise ValueError(f"axis must be one of the {z.ndim} axes of z, got {axis}")
    if z.shape[axis] == 0:
        raise ValueError(f"z must have at least one entry along axis {axis}, got shape {z.shape}")
    return z - z.max(axis=axis, keepdims=True)
