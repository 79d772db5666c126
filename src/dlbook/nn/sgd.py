"""The plain gradient step, and two ways to keep a step from being too long."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..checks import check_positive


def gradient_descent(
    parameters: Mapping[str, NDArray[np.float64]],
    gradients: Mapping[str, NDArray[np.float64]],
    learning_rate: float,
) -> dict[str, NDArray[np.float64]]:
    r"""Take one step down the slope.

    Parameters
    ----------
    parameters : mapping of str to ndarray
        The parameters before the step. They stay as they are.
    gradients : mapping of str to ndarray
        The gradient of the loss for every one of them, under the same names.
    learning_rate : float
        Length of the step as a multiple of the gradient.

    Returns
    -------
    dict of str to ndarray
        The parameters after the step.

    Notes
    -----
    .. math:: \theta \leftarrow \theta - \eta \, \nabla_{\theta} L

    ====================  ===============  ======================
    symbol                name             meaning
    ====================  ===============  ======================
    :math:`\theta`        `parameters`     weights and biases
    :math:`\nabla L`      `gradients`      slope of the loss
    :math:`\eta`          `learning_rate`  size of the step
    ====================  ===============  ======================

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, section 8.3.1,
      algorithm 8.1.

    Examples
    --------
    >>> gradient_descent({"w": np.array([1.0, 2.0])}, {"w": np.array([10.0, -10.0])}, learning_rate=0.1)
    {'w': array([0., 3.])}
    """
    return {name: value - learning_rate * gradients[name] for name, value in parameters.items()}


def clip_by_value(
    gradients: Mapping[str, NDArray[np.float64]], limit: float
) -> dict[str, NDArray[np.float64]]:
    """Cut every partial derivative to a range. The direction of the step may change.

    Parameters
    ----------
    gradients : mapping of str to ndarray
        Gradients under the names of their parameters.
    limit : float
        The largest size an entry may keep, positive.

    Returns
    -------
    dict of str to ndarray
        Gradients with all entries from -limit to limit.

    Raises
    ------
    ValueError
        If `limit` is not positive and finite.

    References
    ----------
    - A. Géron, "Hands-On Machine Learning with Scikit-Learn, Keras & TensorFlow", 2nd edition, O'Reilly,
      2019, chapter 11.

    Examples
    --------
    >>> clip_by_value({"w": np.array([0.9, 100.0])}, limit=1.0)
    {'w': array([0.9, 1. ])}
    """
    check_positive(limit, "limit")
    return {name: np.clip(gradient, -limit, limit) for name, gradient in gradients.items()}


def clip_by_global_norm(
    gradients: Mapping[str, NDArray[np.float64]], limit: float
) -> dict[str, NDArray[np.float64]]:
    r"""Shorten the whole gradient if it is too long. The direction of the step stays.

    Parameters
    ----------
    gradients : mapping of str to ndarray
        Gradients under the names of their parameters.
    limit : float
        The longest the gradient may be, positive.

    Returns
    -------
    dict of str to ndarray
        Gradients whose entries, taken together as one vector, are no longer than `limit`.

    Raises
    ------
    ValueError
        If `limit` is not positive and finite.

    Notes
    -----
    .. math:: g \leftarrow g \, \min\left(1, \frac{c}{\lVert g \rVert_2}\right)

    ============  ===========  =====================================
    symbol        name         meaning
    ============  ===========  =====================================
    :math:`g`     `gradients`  all partial derivatives as one vector
    :math:`c`     `limit`      the longest it may be
    ============  ===========  =====================================

    This is ``global_clipnorm`` of Keras. Its ``clipnorm`` does the same for each array by itself.

    References
    ----------
    - R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks",
      International Conference on Machine Learning, 2013, algorithm 1.

    Examples
    --------
    >>> clip_by_global_norm({"w": np.array([3.0, 0.0]), "b": np.array([4.0])}, limit=1.0)
    {'w': array([0.6, 0. ]), 'b': array([0.8])}
    """
    check_positive(limit, "limit")
    norm = float(np.sqrt(sum(float((gradient**2).sum()) for gradient in gradients.values())))
    scale = limit / norm if norm > limit else 1.0
    return {name: scale * gradient for name, gradient in gradients.items()}
