"""Arguments of metrics: targets and predictions as arrays, and means weighted by sample."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


def numbers(y: ArrayLike, prediction: ArrayLike) -> tuple[Floats, Floats]:
    """Return targets and predictions as finite floats of one shape."""
    targets = checks.array(y, "y", ("n_samples", ...))
    return targets, checks.array(prediction, "prediction", targets.shape)


def decisions(y: ArrayLike, prediction: ArrayLike) -> tuple[NDArray[np.bool_], Floats]:
    """Return whether each entry is positive, and its score."""
    positive = checks.integers(y, "y", ("n_samples", ...), most=1) == 1
    return positive, checks.array(prediction, "prediction", positive.shape)


def labels_and_scores(y: ArrayLike, prediction: ArrayLike) -> tuple[Indices, Floats]:
    """Return the index of the true class, and a score for each class along the last axis."""
    scores = checks.array(prediction, "prediction", ("n_samples", ..., "n_classes"))
    return checks.integers(y, "y", scores.shape[:-1], most=scores.shape[-1] - 1), scores


def one_hot_and_scores(y: ArrayLike, prediction: ArrayLike) -> tuple[Indices, Floats]:
    """Do the same for true classes that are written as distributions."""
    scores = checks.array(prediction, "prediction", ("n_samples", ..., "n_classes"))
    return checks.probabilities(y, "y", scores.shape).argmax(axis=-1), scores


def weights(sample_weight: ArrayLike | None, n_samples: int) -> Floats:
    """Return a weight for each sample, 1 if none are given."""
    if sample_weight is None:
        return np.ones(n_samples)
    return checks.array(sample_weight, "sample_weight", (n_samples,), least=0)


def mean(values: NDArray, sample_weight: ArrayLike | None) -> float:
    """Mean over samples and outputs, in which a sample counts as often as its weight says."""
    if sample_weight is None:
        return float(values.mean())
    weight = weights(sample_weight, len(values))
    if not weight.any():
        raise ValueError("sample_weight must not be all zero")
    weight = weight / weight.max()  # the sum of very large ones would be infinite
    return float(weight @ values.reshape(len(values), -1).mean(axis=1) / weight.sum())


def to_precision(threshold: ArrayLike, prediction: ArrayLike) -> Floats:
    """Round thresholds as the predictions are rounded: 0.3 in single precision is not above 0.3."""
    given = np.asarray(prediction).dtype
    with np.errstate(over="ignore"):  # a threshold above all that single precision can hold
        rounded = np.asarray(threshold, dtype=given if given.kind == "f" else np.float64)
    return rounded.astype(np.float64)
