"""What losses and metrics share: checks of their arguments, and the weight of every entry in the mean."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, choice, integers

Reduction = Literal["mean", "weighted_mean"]


def check_pair(y: ArrayLike, prediction: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return targets and predictions as finite floats of one shape."""
    y, prediction = check_numbers(y, "y"), check_numbers(prediction, "prediction")
    if y.shape != prediction.shape:
        raise ValueError(f"prediction must have the shape {y.shape} of y, got shape {prediction.shape}")
    return y, prediction


def check_numbers(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return finite floats with at least one sample."""
    return array(values, name, ("n_samples", ...))


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
    labels, expected = array(y, "y", finite=False), scores.shape[:-1]
    if labels.shape != expected:
        hint = ": one-hot rows belong to the categorical functions" if labels.shape == scores.shape else ""
        raise ValueError(
            f"y must have shape {expected}, one class index a sample, got shape {labels.shape}{hint}"
        )
    return check_indices(y, "y", scores.shape[-1])


def check_indices(labels: ArrayLike, name: str, n_classes: int | None = None) -> NDArray[np.int64]:
    """Return whole numbers from 0 up, below `n_classes` if that is given."""
    return integers(labels, name, most=None if n_classes is None else n_classes - 1, empty=True)


def check_one_hot(y: ArrayLike, scores: NDArray) -> NDArray[np.float64]:
    """Return rows of class probabilities, one-hot or soft, in the shape of the scores."""
    rows = check_numbers(y, "y")
    if rows.shape != scores.shape:
        hint = ": class indices belong to the sparse functions" if rows.shape == scores.shape[:-1] else ""
        raise ValueError(f"y must have the shape {scores.shape} of prediction, got shape {rows.shape}{hint}")
    check_distribution(rows, "y")
    return rows


def entry_weights(
    shape: tuple[int, ...], sample_weight: ArrayLike | None, reduction: Reduction
) -> NDArray[np.float64]:
    """Factor of every entry in the mean over samples and outputs, in a shape that broadcasts to `shape`."""
    choice(reduction, "reduction", ("mean", "weighted_mean"))
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
    weights = array(sample_weight, "sample_weight", shape[:1])
    if (weights < 0).any():
        raise ValueError(f"sample_weight must not be negative, got {weights[weights < 0][0]}")
    return weights


def weighted_sum(values: NDArray, weights: NDArray) -> float:
    """Sum of the entries times their factors."""
    return float((values * weights).sum())
