"""Metrics of yes-or-no decisions over all thresholds: the ROC curve, its area, and the best trade-offs on it.

What is above a threshold is called positive. Every entry of `y` counts, also where a sample has several
outputs. With sample weights the rates are ratios of sums of weights.

A grid of `n_thresholds` has the fractions 1, ..., 2/m, 1/m, 0 with m one less than `n_thresholds`, each
rounded to the precision of the predictions. So a prediction of 0.3 is at the threshold 3/10 and not above it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ._binary_counts import counts_by_threshold, ratio


class RocCurve(NamedTuple):
    """Rates of a classifier for every threshold, from strict to lenient.

    Parameters
    ----------
    false_positive_rate : ndarray of shape (n_thresholds,)
        Share of the negatives that are called positive, from 0 to 1.
    true_positive_rate : ndarray of shape (n_thresholds,)
        Share of the positives that are called positive, from 0 to 1.
    thresholds : ndarray of shape (n_thresholds,)
        Descending; the last is minus infinity. What is above the threshold is called positive.
    """

    false_positive_rate: NDArray[np.float64]
    true_positive_rate: NDArray[np.float64]
    thresholds: NDArray[np.float64]


def roc_curve(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    n_thresholds: int | None = None,
    sample_weight: ArrayLike | None = None,
) -> RocCurve:
    """Trade-off between hits and false alarms as the threshold falls.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets, each 0 or 1. Both must occur.
    prediction : array_like of the shape of `y`
        Predicted probabilities; without `n_thresholds` any scores will do.
    n_thresholds : int, optional
        Number of thresholds spaced evenly from 1 to 0, as Keras's ``AUC`` has them: the last is below 0. By
        default every different prediction is a threshold, which gives the exact curve, as in scikit-learn.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative. One with a weight of zero is left out.

    Returns
    -------
    RocCurve
        The two rates and the thresholds. The exact curve starts at (0, 0); both end at (1, 1).

    Raises
    ------
    ValueError
        If only one class occurs (with a weight), `n_thresholds` is below 2 or given with predictions outside
        0 to 1, or for a reason that `true_positives` has.

    References
    ----------
    - T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27(8), 2006, algorithm 1.

    Examples
    --------
    >>> curve = roc_curve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])
    >>> curve.false_positive_rate, curve.true_positive_rate
    (array([0. , 0. , 0.5, 0.5, 1. ]), array([0. , 0.5, 0.5, 1. , 1. ]))
    """
    return _curve(y, prediction, n_thresholds, sample_weight, zero=False)


def roc_auc(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    n_thresholds: int | None = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Area under the ROC curve: how often a positive gets a higher score than a negative.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets, each 0 or 1. Both must occur.
    prediction : array_like of the shape of `y`
        Predicted probabilities; without `n_thresholds` any scores will do.
    n_thresholds : int, optional
        Number of thresholds spaced evenly from 1 to 0: 200 gives the approximation of Keras's ``AUC``. By
        default the area is exact, as scikit-learn's.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The area by the trapezoidal rule, from 0 to 1; 0.5 is chance. A tie counts one half.

    Raises
    ------
    ValueError
        If only one class occurs, where the area is not defined (Keras gives 0), or for a reason that
        `roc_curve` has.

    References
    ----------
    - J. A. Hanley and B. J. McNeil, "The meaning and use of the area under a receiver operating
      characteristic (ROC) curve", Radiology 143(1), 1982, pp. 29-36.

    Examples
    --------
    >>> roc_auc([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])
    0.75
    """
    curve = roc_curve(y, prediction, n_thresholds=n_thresholds, sample_weight=sample_weight)
    return float(np.trapezoid(curve.true_positive_rate, curve.false_positive_rate))


def precision_at_recall(
    y: ArrayLike,
    prediction: ArrayLike,
    minimum: float,
    *,
    n_thresholds: int | None = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Best precision of all thresholds with a recall of at least `minimum`.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets, each 0 or 1. A 1 must occur.
    prediction : array_like of the shape of `y`
        Predicted probabilities; without `n_thresholds` any scores will do.
    minimum : float
        The recall that must be reached, from 0 to 1.
    n_thresholds : int, optional
        Number of thresholds spaced evenly from 1 to 0, as in Keras, whose default is 200. One below 0 is
        tried too. By default every different prediction is tried.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The precision. Some threshold always qualifies: the lowest has recall 1.

    Raises
    ------
    ValueError
        If `minimum` is not between 0 and 1, there are no positives, or for a reason that `roc_curve` has.

    Examples
    --------
    >>> precision_at_recall([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1], 0.4)
    1.0
    """
    minimum = checks.probability(minimum, "minimum")
    counts, _ = counts_by_threshold(y, prediction, n_thresholds, sample_weight)
    if counts.positives == 0:
        raise ValueError("y must hold positives: without them there is no recall")
    precisions = ratio(counts.true_positives, counts.true_positives + counts.false_positives)
    return _best(precisions, counts.true_positives / counts.positives, minimum)


def sensitivity_at_specificity(
    y: ArrayLike,
    prediction: ArrayLike,
    minimum: float,
    *,
    n_thresholds: int | None = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Best sensitivity of all thresholds with a specificity of at least `minimum`.

    Sensitivity is the share of the positives that are called positive, specificity the share of the negatives
    that are called negative.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets, each 0 or 1. Both must occur.
    prediction : array_like of the shape of `y`
        Predicted probabilities; without `n_thresholds` any scores will do.
    minimum : float
        The specificity that must be reached, from 0 to 1.
    n_thresholds : int, optional
        Number of thresholds spaced evenly from 1 to 0, as in Keras, whose default is 200. One below 0 is
        tried too. By default every different prediction is tried.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The sensitivity, zero if no threshold qualifies.

    Raises
    ------
    ValueError
        If `minimum` is not between 0 and 1, or for a reason that `roc_curve` has.

    Examples
    --------
    >>> sensitivity_at_specificity([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1], 1.0)
    0.5
    """
    minimum = checks.probability(minimum, "minimum")
    curve = _curve(y, prediction, n_thresholds, sample_weight)
    return _best(curve.true_positive_rate, 1.0 - curve.false_positive_rate, minimum)


def specificity_at_sensitivity(
    y: ArrayLike,
    prediction: ArrayLike,
    minimum: float,
    *,
    n_thresholds: int | None = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Best specificity of all thresholds with a sensitivity of at least `minimum`.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets, each 0 or 1. Both must occur.
    prediction : array_like of the shape of `y`
        Predicted probabilities; without `n_thresholds` any scores will do.
    minimum : float
        The sensitivity that must be reached, from 0 to 1.
    n_thresholds : int, optional
        Number of thresholds spaced evenly from 1 to 0, as in Keras, whose default is 200. One below 0 is
        tried too. By default every different prediction is tried.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The specificity.

    Raises
    ------
    ValueError
        If `minimum` is not between 0 and 1, or for a reason that `roc_curve` has.

    Examples
    --------
    >>> specificity_at_sensitivity([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1], 1.0)
    0.5
    """
    minimum = checks.probability(minimum, "minimum")
    curve = _curve(y, prediction, n_thresholds, sample_weight)
    return _best(1.0 - curve.false_positive_rate, curve.true_positive_rate, minimum)


def _curve(
    y: ArrayLike,
    prediction: ArrayLike,
    n_thresholds: int | None,
    sample_weight: ArrayLike | None,
    *,
    zero: bool = True,
) -> RocCurve:
    counts, thresholds = counts_by_threshold(y, prediction, n_thresholds, sample_weight, zero=zero)
    for name, total in (("positives", counts.positives), ("negatives", counts.negatives)):
        if total == 0:
            raise ValueError(f"y must hold both classes, got no {name} with a weight above zero")
    return RocCurve(
        counts.false_positives / counts.negatives, counts.true_positives / counts.positives, thresholds
    )


def _best(values: NDArray, constrained: NDArray, minimum: float) -> float:
    """Largest value among those whose partner reaches the minimum; sums of weights may be rounded."""
    return float(np.max(values, where=constrained >= minimum - 1e-12, initial=0.0))
