r"""Losses, each with its gradient with respect to the prediction, and the table `LOSSES` of them.

All of them are means over samples and over outputs, as in Keras. With sample weights :math:`w_i` the loss
:math:`L_i` of every sample is multiplied by its weight, and there are two ways to go on:

.. math:: \text{mean: } \frac{1}{n} \sum_i w_i L_i
          \qquad \text{weighted mean: } \frac{\sum_i w_i L_i}{\sum_i w_i}

The first is how Keras trains, the second how Keras reports a metric and what scikit-learn computes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import check_positive
from .binary_losses import (
    binary_cross_entropy,
    binary_cross_entropy_from_logits,
    binary_cross_entropy_from_logits_gradient,
    binary_cross_entropy_gradient,
)
from .categorical_losses import (
    categorical_cross_entropy,
    categorical_cross_entropy_from_logits,
    categorical_cross_entropy_from_logits_gradient,
    categorical_cross_entropy_gradient,
    kl_divergence,
    kl_divergence_gradient,
    sparse_categorical_cross_entropy,
    sparse_categorical_cross_entropy_from_logits,
    sparse_categorical_cross_entropy_from_logits_gradient,
    sparse_categorical_cross_entropy_gradient,
)
from .reduction import Reduction, check_interval, check_pair, entry_weights, weighted_sum

__all__ = [
    "LOSSES",
    "Loss",
    "binary_cross_entropy",
    "binary_cross_entropy_from_logits",
    "binary_cross_entropy_from_logits_gradient",
    "binary_cross_entropy_gradient",
    "categorical_cross_entropy",
    "categorical_cross_entropy_from_logits",
    "categorical_cross_entropy_from_logits_gradient",
    "categorical_cross_entropy_gradient",
    "huber_loss",
    "huber_loss_gradient",
    "kl_divergence",
    "kl_divergence_gradient",
    "mean_absolute_error",
    "mean_absolute_error_gradient",
    "mean_squared_error",
    "mean_squared_error_gradient",
    "poisson_loss",
    "poisson_loss_gradient",
    "sparse_categorical_cross_entropy",
    "sparse_categorical_cross_entropy_from_logits",
    "sparse_categorical_cross_entropy_from_logits_gradient",
    "sparse_categorical_cross_entropy_gradient",
]


def mean_squared_error(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> float:
    r"""Mean of the squared errors.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets.
    prediction : array_like of the shape of `y`
        Predictions.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        Whether the sum is divided by the number of samples, or by the sum of the weights.

    Returns
    -------
    float
        The loss.

    Raises
    ------
    ValueError
        If shapes differ, a number is not finite, there is no sample, or a weight is negative.

    Notes
    -----
    .. math:: L = \frac{1}{n m} \sum_{i=1}^{n} \sum_{j=1}^{m} (\hat{y}_{ij} - y_{ij})^2

    ====================  ==============  ====================
    symbol                name            meaning
    ====================  ==============  ====================
    :math:`y_{ij}`        `y`             target
    :math:`\hat{y}_{ij}`  `prediction`    prediction
    :math:`n, m`          (shape)         samples and outputs
    :math:`L`             returned value  loss
    ====================  ==============  ====================

    References
    ----------
    - C. M. Bishop, "Pattern Recognition and Machine Learning", Springer, 2006, section 3.1.1.

    Examples
    --------
    >>> mean_squared_error([1.0, 2.0, 3.0], [1.0, 2.0, 6.0])
    3.0
    """
    y, prediction = check_pair(y, prediction)
    return weighted_sum((prediction - y) ** 2, entry_weights(y.shape, sample_weight, reduction))


def mean_squared_error_gradient(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> NDArray[np.float64]:
    """Gradient of `mean_squared_error` with respect to the prediction.

    Parameters
    ----------
    y, prediction : array_like of shape (n_samples, ...)
        As in `mean_squared_error`.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        As in `mean_squared_error`.

    Returns
    -------
    ndarray of the shape of `y`
        The gradient.

    Raises
    ------
    ValueError
        As `mean_squared_error`.

    Examples
    --------
    >>> mean_squared_error_gradient([1.0, 2.0, 3.0], [1.0, 2.0, 6.0])
    array([0., 0., 2.])
    """
    y, prediction = check_pair(y, prediction)
    return 2.0 * (prediction - y) * entry_weights(y.shape, sample_weight, reduction)


def mean_absolute_error(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> float:
    r"""Mean of the absolute errors.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets.
    prediction : array_like of the shape of `y`
        Predictions.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        Whether the sum is divided by the number of samples, or by the sum of the weights.

    Returns
    -------
    float
        The loss.

    Raises
    ------
    ValueError
        As `mean_squared_error`.

    Notes
    -----
    .. math:: L = \frac{1}{n m} \sum_{i=1}^{n} \sum_{j=1}^{m} \lvert \hat{y}_{ij} - y_{ij} \rvert

    The symbols are those of `mean_squared_error`.

    References
    ----------
    - P. J. Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35(1), 1964.

    Examples
    --------
    >>> mean_absolute_error([1.0, 2.0, 3.0], [1.0, 2.0, 6.0])
    1.0
    """
    y, prediction = check_pair(y, prediction)
    return weighted_sum(np.abs(prediction - y), entry_weights(y.shape, sample_weight, reduction))


def mean_absolute_error_gradient(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> NDArray[np.float64]:
    """Gradient of `mean_absolute_error` with respect to the prediction.

    Parameters
    ----------
    y, prediction : array_like of shape (n_samples, ...)
        As in `mean_absolute_error`.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        As in `mean_absolute_error`.

    Returns
    -------
    ndarray of the shape of `y`
        The gradient. Where the error is zero, and no derivative exists, it is zero.

    Raises
    ------
    ValueError
        As `mean_squared_error`.

    Examples
    --------
    >>> mean_absolute_error_gradient([1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 6.0, 4.0])
    array([ 0.  , -0.25,  0.25,  0.  ])
    """
    y, prediction = check_pair(y, prediction)
    return np.sign(prediction - y) * entry_weights(y.shape, sample_weight, reduction)


def huber_loss(
    y: ArrayLike,
    prediction: ArrayLike,
    delta: float = 1.0,
    *,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> float:
    r"""Mean of errors that count squared while they are small and by their size when they are large.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets.
    prediction : array_like of the shape of `y`
        Predictions.
    delta : float, default 1.0
        From which absolute error on the loss grows linearly. Positive.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        Whether the sum is divided by the number of samples, or by the sum of the weights.

    Returns
    -------
    float
        The loss.

    Raises
    ------
    ValueError
        If `delta` is not positive, or for a reason that `mean_squared_error` has.

    Notes
    -----
    For one error :math:`e = \hat{y} - y`:

    .. math:: L(e) = \tfrac{1}{2} e^2 \text{ if } \lvert e \rvert \le \delta, \text{ else }
              \delta \left( \lvert e \rvert - \tfrac{1}{2} \delta \right)

    ==============  ==============  =================================
    symbol          name            meaning
    ==============  ==============  =================================
    :math:`e`       (internal)      prediction minus target
    :math:`\delta`  `delta`         where the parabola ends
    :math:`L`       returned value  loss
    ==============  ==============  =================================

    Because of the factor one half the two pieces meet at :math:`\delta`, with the same slope.

    References
    ----------
    - P. J. Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35(1), 1964.

    Examples
    --------
    >>> huber_loss([0.0, 0.0], [0.5, 3.0])
    1.3125
    """
    y, prediction = check_pair(y, prediction)
    check_positive(delta, "delta")
    size = np.abs(prediction - y)
    quadratic = np.minimum(size, delta)
    return weighted_sum(
        quadratic * (size - 0.5 * quadratic), entry_weights(y.shape, sample_weight, reduction)
    )


def huber_loss_gradient(
    y: ArrayLike,
    prediction: ArrayLike,
    delta: float = 1.0,
    *,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> NDArray[np.float64]:
    """Gradient of `huber_loss` with respect to the prediction: the error, cut off at `delta`.

    Parameters
    ----------
    y, prediction : array_like of shape (n_samples, ...)
        As in `huber_loss`.
    delta : float, default 1.0
        From which absolute error on the loss grows linearly. Positive.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        As in `huber_loss`.

    Returns
    -------
    ndarray of the shape of `y`
        The gradient.

    Raises
    ------
    ValueError
        As `huber_loss`.

    Examples
    --------
    >>> huber_loss_gradient([0.0, 0.0], [0.5, 3.0])
    array([0.25, 0.5 ])
    """
    y, prediction = check_pair(y, prediction)
    check_positive(delta, "delta")
    return np.clip(prediction - y, -delta, delta) * entry_weights(y.shape, sample_weight, reduction)


def poisson_loss(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    epsilon: float = 1e-7,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> float:
    r"""Negative log-likelihood of counts that follow a Poisson distribution, without its constant.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Counts, not negative.
    prediction : array_like of the shape of `y`
        Predicted means, not negative.
    epsilon : float, default 1e-7
        Added to the predicted mean in the logarithm, so that a mean of zero has a loss.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        Whether the sum is divided by the number of samples, or by the sum of the weights.

    Returns
    -------
    float
        The loss. It may be negative: the term :math:`\log y!`, which no prediction changes, is left out.

    Raises
    ------
    ValueError
        If a count or mean is negative, `epsilon` is not positive, or for a reason that `mean_squared_error`
        has.

    Notes
    -----
    .. math:: L = \frac{1}{n m} \sum_{i=1}^{n} \sum_{j=1}^{m}
              \hat{y}_{ij} - y_{ij} \log (\hat{y}_{ij} + \varepsilon)

    The symbols are those of `mean_squared_error`; :math:`\varepsilon` is `epsilon`.

    References
    ----------
    - P. McCullagh and J. A. Nelder, "Generalized Linear Models", Chapman and Hall, 2nd edition, 1989,
      chapter 6.

    Examples
    --------
    >>> round(poisson_loss([2.0, 0.0], [2.0, 1.0]), 4)
    0.8069
    """
    y, prediction = _check_counts(y, prediction, epsilon)
    values = prediction - y * np.log(prediction + epsilon)
    return weighted_sum(values, entry_weights(y.shape, sample_weight, reduction))


def poisson_loss_gradient(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    epsilon: float = 1e-7,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> NDArray[np.float64]:
    """Gradient of `poisson_loss` with respect to the prediction.

    Parameters
    ----------
    y, prediction : array_like of shape (n_samples, ...)
        As in `poisson_loss`.
    epsilon : float, default 1e-7
        Added to the predicted mean.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        As in `poisson_loss`.

    Returns
    -------
    ndarray of the shape of `y`
        The gradient.

    Raises
    ------
    ValueError
        As `poisson_loss`.

    Examples
    --------
    >>> poisson_loss_gradient([2.0, 0.0], [4.0, 1.0]).round(4)
    array([0.25, 0.5 ])
    """
    y, prediction = _check_counts(y, prediction, epsilon)
    return (1.0 - y / (prediction + epsilon)) * entry_weights(y.shape, sample_weight, reduction)


@dataclass(frozen=True)
class Loss:
    """A loss together with its gradient with respect to the prediction.

    Parameters
    ----------
    name : str
        The key in `LOSSES`.
    function : callable
        ``function(y, prediction, *, sample_weight=None, reduction="mean")`` gives the loss, a float.
    gradient : callable
        With the same arguments, the gradient: an array of the shape of the prediction.
    """

    name: str
    function: Callable[..., float]
    gradient: Callable[..., NDArray[np.float64]]


#: Every loss by name, with its default settings.
LOSSES: dict[str, Loss] = {
    function.__name__: Loss(function.__name__, function, gradient)
    for function, gradient in (
        (mean_squared_error, mean_squared_error_gradient),
        (mean_absolute_error, mean_absolute_error_gradient),
        (huber_loss, huber_loss_gradient),
        (poisson_loss, poisson_loss_gradient),
        (binary_cross_entropy, binary_cross_entropy_gradient),
        (binary_cross_entropy_from_logits, binary_cross_entropy_from_logits_gradient),
        (categorical_cross_entropy, categorical_cross_entropy_gradient),
        (categorical_cross_entropy_from_logits, categorical_cross_entropy_from_logits_gradient),
        (sparse_categorical_cross_entropy, sparse_categorical_cross_entropy_gradient),
        (sparse_categorical_cross_entropy_from_logits, sparse_categorical_cross_entropy_from_logits_gradient),
        (kl_divergence, kl_divergence_gradient),
    )
}


def _check_counts(y: ArrayLike, prediction: ArrayLike, epsilon: float) -> tuple[NDArray, NDArray]:
    y, prediction = check_pair(y, prediction)
    check_positive(epsilon, "epsilon")
    check_interval(y, "y", 0.0)
    check_interval(prediction, "prediction", 0.0)
    return y, np.maximum(prediction, 0.0)
