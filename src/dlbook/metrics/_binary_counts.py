"""Counting of hits and false alarms, which the metrics of yes-or-no decisions share."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ._arguments import Floats, decisions, to_precision, weights


class Counts(NamedTuple):
    """Positives and negatives above the thresholds, and in all."""

    true_positives: Floats
    false_positives: Floats
    positives: float
    negatives: float


def counts_at(
    y: ArrayLike, prediction: ArrayLike, threshold: float, sample_weight: ArrayLike | None
) -> Counts:
    """Counts for one threshold."""
    positive, scores, weight = _flat(y, prediction, sample_weight)
    cut = to_precision(checks.number(threshold, "threshold"), prediction)
    return _counts_above(positive, scores, weight, cut)


def counts_by_threshold(
    y: ArrayLike,
    prediction: ArrayLike,
    n_thresholds: int | None,
    sample_weight: ArrayLike | None,
    *,
    zero: bool = True,
) -> tuple[Counts, Floats]:
    """Counts for every different prediction as threshold or for evenly spaced ones, and the thresholds.

    The last threshold is minus infinity, below everything. Evenly spaced ones have 0 before it, or not.
    """
    positive, scores, weight = _flat(y, prediction, sample_weight)
    if n_thresholds is None:
        thresholds = np.unique(scores[weight > 0])[::-1]
    else:
        last = checks.count(n_thresholds, "n_thresholds", least=2) - 1
        checks.room((n_thresholds,), "n_thresholds")
        scores = _shares(scores)
        # Each is the quotient of two whole numbers and so the nearest float to it: 3 / 10 is 0.3, which steps
        # of 0.1 would miss.
        thresholds = to_precision(np.arange(last, -1 if zero else 0, -1) / last, prediction)
    thresholds = np.append(thresholds, -np.inf)
    return _counts_above(positive, scores, weight, thresholds), thresholds


def ratio(part: NDArray | float, whole: NDArray | float) -> Floats:
    """Divide, and give zero where nothing is divided by nothing."""
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=float), whole)
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)


def _shares(scores: Floats) -> Floats:
    """Return scores from 0 to 1; a millionth beyond counts as rounding, such as that of a softmax."""
    if scores.min() < -1e-6 or scores.max() > 1 + 1e-6:
        wrong = scores.min() if scores.min() < -1e-6 else scores.max()
        raise ValueError(f"prediction must be from 0 to 1 for a grid of thresholds, got {wrong:.10g}")
    return np.clip(scores, 0.0, 1.0)


def _counts_above(positive: NDArray, scores: Floats, weight: Floats, thresholds: Floats) -> Counts:
    order = np.argsort(-scores)
    tp = np.append(0.0, np.cumsum((weight * positive)[order]))
    fp = np.append(0.0, np.cumsum((weight * ~positive)[order]))
    n_above = len(scores) - np.searchsorted(scores[order[::-1]], thresholds, side="right")
    return Counts(tp[n_above], fp[n_above], float(tp[-1]), float(fp[-1]))


def _flat(
    y: ArrayLike, prediction: ArrayLike, sample_weight: ArrayLike | None
) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Return whether each entry is positive, its score and its weight, as flat arrays."""
    positive, scores = decisions(y, prediction)
    weight = weights(sample_weight, len(scores))
    return positive.ravel(), scores.ravel(), weight.repeat(scores.size // len(scores))
