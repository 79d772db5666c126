"""Losses of numbers and counts, and the table `LOSSES` of all. Each knows its gradient: see `Loss`."""

import numpy as np
from numpy.typing import ArrayLike

from ..checks import positive
from .activation import Floats
from .binary_losses import binary_cross_entropy, binary_cross_entropy_from_logits
from .categorical_losses import (
    categorical_cross_entropy,
    categorical_cross_entropy_from_logits,
    kl_divergence,
    sparse_categorical_cross_entropy,
    sparse_categorical_cross_entropy_from_logits,
)
from .loss import Loss, loss
from .reduction import check_interval, check_pair

__all__ = [
    "LOSSES",
    "Loss",
    "binary_cross_entropy",
    "binary_cross_entropy_from_logits",
    "categorical_cross_entropy",
    "categorical_cross_entropy_from_logits",
    "huber_loss",
    "kl_divergence",
    "mean_absolute_error",
    "mean_squared_error",
    "poisson_loss",
    "sparse_categorical_cross_entropy",
    "sparse_categorical_cross_entropy_from_logits",
]


@loss(lambda y, prediction: 2.0 * (prediction - y))
def mean_squared_error(y: Floats, prediction: Floats) -> Floats:
    r"""Mean of the squared errors.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets.
    prediction : array_like of the shape of `y`
        Predictions.

    Returns
    -------
    float
        The loss. Weights and gradient: see `Loss`.

    Notes
    -----
    .. math:: L = \frac{1}{n m} \sum_{i=1}^{n} \sum_{j=1}^{m} (\hat{y}_{ij} - y_{ij})^2

    for :math:`n` samples with :math:`m` outputs, targets :math:`y` and predictions :math:`\hat{y}`.

    References
    ----------
    - C. M. Bishop, "Pattern Recognition and Machine Learning", Springer, 2006, section 3.1.1.

    Examples
    --------
    >>> mean_squared_error([1.0, 2.0, 3.0], [1.0, 2.0, 6.0])
    3.0
    >>> mean_squared_error.gradient([1.0, 2.0, 3.0], [1.0, 2.0, 6.0])
    array([0., 0., 2.])
    """
    return (prediction - y) ** 2


@loss(lambda y, prediction: np.sign(prediction - y))
def mean_absolute_error(y: Floats, prediction: Floats) -> Floats:
    r"""Mean of the absolute errors.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets.
    prediction : array_like of the shape of `y`
        Predictions.

    Returns
    -------
    float
        The loss. Its gradient is 0 where the error is zero, and no derivative exists.

    Notes
    -----
    .. math:: L = \frac{1}{n m} \sum_{i=1}^{n} \sum_{j=1}^{m} \lvert \hat{y}_{ij} - y_{ij} \rvert

    Examples
    --------
    >>> mean_absolute_error([1.0, 2.0, 3.0], [1.0, 2.0, 6.0])
    1.0
    >>> mean_absolute_error.gradient([1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 6.0, 4.0])
    array([ 0.  , -0.25,  0.25,  0.  ])
    """
    return np.abs(prediction - y)


def _huber_slope(y: Floats, prediction: Floats, delta: float = 1.0) -> Floats:
    delta = positive(delta, "delta")
    return np.clip(prediction - y, -delta, delta)


@loss(_huber_slope)
def huber_loss(y: Floats, prediction: Floats, delta: float = 1.0) -> Floats:
    r"""Mean of errors that count squared while they are small and by their size when they are large.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets.
    prediction : array_like of the shape of `y`
        Predictions.
    delta : float, default 1.0
        From which absolute error on the loss grows linearly. Positive.

    Returns
    -------
    float
        The loss. Its gradient is that of half the square, cut off at `delta`.

    Notes
    -----
    For one error :math:`e = \hat{y} - y` and the `delta` :math:`\delta`:

    .. math:: L(e) = \tfrac{1}{2} e^2 \text{ if } \lvert e \rvert \le \delta, \text{ else }
              \delta \left( \lvert e \rvert - \tfrac{1}{2} \delta \right)

    Because of the factor one half the two pieces meet at :math:`\delta`, with the same slope.

    References
    ----------
    - P. J. Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35(1), 1964.

    Examples
    --------
    >>> huber_loss([0.0, 0.0], [0.5, 3.0]), huber_loss.gradient([0.0, 0.0], [0.5, 3.0])
    (1.3125, array([0.25, 0.5 ]))
    """
    size = np.abs(prediction - y)
    quadratic = np.minimum(size, positive(delta, "delta"))
    return quadratic * (size - 0.5 * quadratic)


def _check_counts(y: ArrayLike, prediction: ArrayLike) -> tuple[Floats, Floats]:
    y, prediction = check_pair(y, prediction)
    check_interval(y, "y", 0.0)
    check_interval(prediction, "prediction", 0.0)
    return y, np.maximum(prediction, 0.0)


def _poisson_slope(y: Floats, prediction: Floats, *, epsilon: float = 1e-7) -> Floats:
    return 1.0 - y / (prediction + positive(epsilon, "epsilon"))


@loss(_poisson_slope, _check_counts)
def poisson_loss(y: Floats, prediction: Floats, *, epsilon: float = 1e-7) -> Floats:
    r"""Negative log-likelihood of counts that follow a Poisson distribution, without its constant.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Counts, not negative.
    prediction : array_like of the shape of `y`
        Predicted means, not negative.
    epsilon : float, default 1e-7
        Added to the predicted mean in the logarithm, so that a mean of zero has a loss.

    Returns
    -------
    float
        The loss. It may be negative: the term :math:`\log y!`, which no prediction changes, is left out.

    Notes
    -----
    .. math:: L = \frac{1}{n m} \sum_{i=1}^{n} \sum_{j=1}^{m}
              \hat{y}_{ij} - y_{ij} \log (\hat{y}_{ij} + \varepsilon)

    References
    ----------
    - P. McCullagh and J. A. Nelder, "Generalized Linear Models", Chapman and Hall, 2nd edition, 1989,
      chapter 6.

    Examples
    --------
    >>> round(poisson_loss([2.0, 0.0], [2.0, 1.0]), 4)
    0.8069
    >>> poisson_loss.gradient([2.0, 0.0], [4.0, 1.0]).round(4)
    array([0.25, 0.5 ])
    """
    return prediction - y * np.log(prediction + positive(epsilon, "epsilon"))


#: Every loss by name, with its default settings.
LOSSES: dict[str, Loss] = {
    one.name: one
    for one in (
        mean_squared_error,
        mean_absolute_error,
        huber_loss,
        poisson_loss,
        binary_cross_entropy,
        binary_cross_entropy_from_logits,
        categorical_cross_entropy,
        categorical_cross_entropy_from_logits,
        sparse_categorical_cross_entropy,
        sparse_categorical_cross_entropy_from_logits,
        kl_divergence,
    )
}
