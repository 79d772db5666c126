"""Counting of hits and false alarms, which the metrics of yes-or-no decisions share."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..nn.reduction import check_interval, check_pair, check_weights


class Counts(NamedTuple):
    """Positives and negatives above the thresholds, and in all."""

    true_positives: NDArray[np.float64]
    false_positives: NDArray[np.float64]
    positives: float
    negatives: float


def counts_at(
    y: ArrayLike, prediction: ArrayLike, threshold: float, sample_weight: ArrayLike | None
) -> Counts:
    """Counts for one threshold."""
    if not np.isfinite(threshold):
        raise ValueError(f"threshold must be a finite number, got {threshold}")
    return _counts_above(*_flat(y, prediction, sample_weight), np.asarray(threshold))


def counts_by_threshold(
    y: ArrayLike, prediction: ArrayLike, n_thresholds: int | None, sample_weight: ArrayLike | None
) -> tuple[Counts, NDArray[np.float64]]:
    """Counts for every different prediction as threshold or for evenly spaced ones, and the thresholds."""
    positive, scores, weights = _flat(y, prediction, sample_weight)
    if n_thresholds is None:
        thresholds = np.append(np.unique(scores[weights > 0])[::-1], -np.inf)
    else:
        if n_thresholds < 2:
            raise ValueError(f"n_thresholds must be at least 2, got {n_thresholds}")
        check_interval(scores, "prediction", 0.0, 1.0)
        thresholds = np.linspace(1.0, 0.0, n_thresholds)
        thresholds[-1] = -np.inf  # a prediction of exactly 0 is above the last threshold
    return _counts_above(positive, scores, weights, thresholds), thresholds


def ratio(part: NDArray | float, whole: NDArray | float) -> NDArray[np.float64]:
    """Divide, and give zero where nothing is divided by nothing."""
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=float), whole)
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)


def _counts_above(positive: NDArray, scores: NDArray, weights: NDArray, thresholds: NDArray) -> Counts:
    order = np.argsort(-scores)
    tp = np.append(0.0, np.cumsum((weights * positive)[order]))
    fp = np.append(0.0, np.cumsum((weights * ~positive)[order]))
    n_above = len(scores) - np.searchsorted(scores[order[::-1]], thresholds, side="right")
    return Counts(tp[n_above], fp[n_above], float(tp[-1]), float(fp[-1]))


def _flat(
    y: ArrayLike, prediction: ArrayLike, sample_weight: ArrayLike | None
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Return whether each entry is positive, its score and its weight, as flat arrays."""
    y, scores = check_pair(y, prediction)
    wrong = (y != 0) & (y != 1)
    if wrong.any():
        raise ValueError(f"y must hold only 0 and 1, got {y[wrong][0]}")
    weights = np.ones(len(y)) if sample_weight is None else check_weights(sample_weight, y.shape)
    return y.ravel() == 1, scores.ravel(), weights.repeat(y.size // len(y))
