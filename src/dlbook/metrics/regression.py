"""Metrics of predicted numbers. The squared and the absolute error are losses too, and stand with these."""

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ._arguments import mean, numbers


def root_mean_squared_error(
    y: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float:
    r"""Root of the mean squared error, in the units of the target.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets.
    prediction : array_like of the shape of `y`
        Predictions.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The root of the mean over all samples and outputs together, as in Keras. scikit-learn takes one root
        for each output and averages these.

    Raises
    ------
    ValueError
        If shapes differ, a number is not finite, there is no sample, or weights are negative or all zero.

    Notes
    -----
    .. math:: \sqrt{\frac{\sum_i w_i \sum_j (\hat{y}_{ij} - y_{ij})^2}{m \sum_i w_i}}

    ====================  ===============  ======================
    symbol                name             meaning
    ====================  ===============  ======================
    :math:`y_{ij}`        `y`              target
    :math:`\hat{y}_{ij}`  `prediction`     prediction
    :math:`w_i`           `sample_weight`  weight of a sample
    :math:`m`             (shape)          number of outputs
    ====================  ===============  ======================

    Examples
    --------
    >>> root_mean_squared_error([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 10.0])
    3.0
    """
    targets, predicted = numbers(y, prediction)
    gaps = np.abs(predicted - targets)
    scale = gaps.max() or 1.0  # squares of very large errors overflow, of very small ones vanish
    return float(scale * np.sqrt(mean((gaps / scale) ** 2, sample_weight)))


def mean_absolute_percentage_error(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    epsilon: float = 1e-7,
    sample_weight: ArrayLike | None = None,
) -> float:
    r"""Mean error in percent of the target.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets.
    prediction : array_like of the shape of `y`
        Predictions.
    epsilon : float, default 1e-7
        A smaller target, in absolute value, is divided by as if it were this large. A target of zero
        therefore makes the metric huge.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        Percent: 100 means errors as large as the targets. scikit-learn gives one hundredth of it.

    Raises
    ------
    ValueError
        If `epsilon` is not positive, or for a reason that `root_mean_squared_error` has.

    Notes
    -----
    .. math:: 100 \, \frac{1}{n} \sum_i
              \frac{\lvert \hat{y}_i - y_i \rvert}{\max(\lvert y_i \rvert, \varepsilon)}

    Here :math:`\varepsilon` is `epsilon`; the other symbols are those of `root_mean_squared_error`.

    Examples
    --------
    >>> mean_absolute_percentage_error([100.0, 200.0], [150.0, 150.0])
    37.5
    """
    targets, predicted = numbers(y, prediction)
    least = checks.positive(epsilon, "epsilon")
    shares = np.abs(predicted - targets) / np.maximum(np.abs(targets), least)
    return 100.0 * mean(shares, sample_weight)


def mean_squared_logarithmic_error(
    y: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float:
    r"""Mean squared error of the logarithms: what counts is the ratio of prediction and target.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets, not negative.
    prediction : array_like of the shape of `y`
        Predictions. A negative one counts as zero, as in Keras; scikit-learn refuses those from -1 down.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The mean over samples and outputs.

    Raises
    ------
    ValueError
        If a target is negative, or for a reason that `root_mean_squared_error` has.

    Notes
    -----
    .. math:: \frac{1}{n} \sum_i \left( \log (1 + \hat{y}_i) - \log (1 + y_i) \right)^2

    The symbols are those of `root_mean_squared_error`.

    Examples
    --------
    >>> round(mean_squared_logarithmic_error([9.0, 99.0], [99.0, 9.0]), 4)  # ln(10) squared
    5.3019
    """
    targets, predicted = numbers(y, prediction)
    checks.array(targets, "y", least=0)
    difference = np.log1p(np.maximum(predicted, 0.0)) - np.log1p(targets)
    return mean(difference**2, sample_weight)
