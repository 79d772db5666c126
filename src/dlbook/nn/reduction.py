"""What losses and metrics share: checks of their arguments, and the weight of every entry in the mean."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import check_finite

Reduction = Literal["mean", "weighted_mean"]


def check_pair(y: ArrayLike, prediction: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return targets and predictions as finite floats of one shape."""
    y, prediction = check_numbers(y, "y"), check_numbers(prediction, "prediction")
    if y.shape != prediction.shape:
        raise ValueError(f"prediction must have the shape {y.shape} of y, got shape {prediction.shape}")
    return y, prediction


def check_numbers(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return finite floats with at least one sample."""
    array = np.asarray(values, dtype=float)
    if array.ndim == 0 or array.size == 0:
        raise ValueError(f"{name} must hold at least one sample, got shape {array.shape}")
    check_finite(array, name)
    return array


def check_interval(values: NDArray, name: str, lower: float, upper: float = np.inf) -> None:
    """Refuse numbers outside an interval; a millionth beyond it counts as rounding."""
    outside = (values < lower - 1e-6) | (values > upper + 1e-6)
    if outside.any():
        expected = f"at least {lower:g}" if upper == np.inf else f"from {lower:g} to {upper:g}"
        raise ValueError(f"{name} must be {expected}, got {values[outside][0]}")


def check_distribution(values: NDArray, name: str) -> None:
    """Refuse rows that are no probabilities; single precision and finite differences pass."""
    if values.ndim < 2:
        raise ValueError(f"{name} must have shape (n_samples, n_classes), got shape {values.shape}")
    check_interval(values, name, 0.0, 1.0)
    sums = values.sum(axis=-1)
    wrong = np.abs(sums - 1) > 1e-3
    if wrong.any():
        row = int(np.argwhere(wrong)[0][0])
        raise ValueError(f"{name} must have rows that sum to 1, got row {row} with sum {sums[wrong][0]:.4g}")


def check_scores(prediction: ArrayLike) -> NDArray[np.float64]:
    """Return finite floats with one column a class."""
    scores = check_numbers(prediction, "prediction")
    if scores.ndim < 2:
        raise ValueError(f"prediction must have shape (n_samples, n_classes), got shape {scores.shape}")
    return scores


def check_labels(y: ArrayLike, scores: NDArray) -> NDArray[np.int64]:
    """Return labels as indices of the classes that `scores` has a column for."""
    y, n_classes, expected = np.asarray(y), scores.shape[-1], scores.shape[:-1]
    if y.shape != expected:
        hint = ": one-hot rows belong to the categorical functions" if y.shape == scores.shape else ""
        raise ValueError(f"y must have shape {expected}, one class index a sample, got shape {y.shape}{hint}")
    return check_indices(y, "y", n_classes)


def check_indices(labels: ArrayLike, name: str, n_classes: int | None = None) -> NDArray[np.int64]:
    """Return whole numbers from 0 up, below `n_classes` if that is given."""
    labels = np.asarray(labels)
    if labels.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold class indices, got values of type {labels.dtype}")
    last = np.inf if n_classes is None else n_classes - 1
    with np.errstate(invalid="ignore"):
        wrong = (labels != np.floor(labels)) | ~(labels >= 0) | ~(labels <= last)
    if wrong.any():
        expected = "whole numbers from 0 up" if n_classes is None else f"whole numbers from 0 to {last}"
        raise ValueError(f"{name} must hold {expected}, got {labels[wrong][0]}")
    return labels.astype(np.int64)


def check_one_hot(y: ArrayLike, scores: NDArray) -> NDArray[np.float64]:
    """Return rows of class probabilities, one-hot or soft, in the shape of the scores."""
    y = np.asarray(y)
    if y.shape != scores.shape:
        hint = ": class indices belong to the sparse functions" if y.shape == scores.shape[:-1] else ""
        raise ValueError(f"y must have the shape {scores.shape} of prediction, got shape {y.shape}{hint}")
    rows = check_numbers(y, "y")
    check_distribution(rows, "y")
    return rows


def entry_weights(
    shape: tuple[int, ...], sample_weight: ArrayLike | None, reduction: Reduction
) -> NDArray[np.float64]:
    """Factor of every entry in the mean over samples and outputs, in a shape that broadcasts to `shape`."""
    if reduction not in ("mean", "weighted_mean"):
        raise ValueError(f"reduction must be 'mean' or 'weighted_mean', got {reduction!r}")
    n_entries = int(np.prod(shape))
    if sample_weight is None:
        return np.array(1.0 / n_entries)
    weights = check_weights(sample_weight, shape)
    total = weights.sum()
    if reduction == "weighted_mean":
        if total == 0:
            raise ValueError("sample_weight must not be all zero")
        weights = weights * (len(weights) / total)
    return weights.reshape(-1, *[1] * (len(shape) - 1)) / n_entries


def check_weights(sample_weight: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return one weight for each sample, not negative."""
    weights = np.asarray(sample_weight, dtype=float)
    if weights.shape != shape[:1]:
        raise ValueError(
            f"sample_weight must have shape {shape[:1]}, one weight a sample, got shape {weights.shape}"
        )
    check_finite(weights, "sample_weight")
    if (weights < 0).any():
        raise ValueError(f"sample_weight must not be negative, got {weights[weights < 0][0]}")
    return weights


def weighted_sum(values: NDArray, weights: NDArray) -> float:
    """Sum of the entries times their factors."""
    return float((values * weights).sum())
