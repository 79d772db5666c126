"""Metrics that count right answers: the accuracies and the confusion matrix.

With sample weights an accuracy is the weight of the right answers divided by the weight of all.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ._arguments import decisions, labels_and_scores, mean, one_hot_and_scores, to_precision, weights


def accuracy(y: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None) -> float:
    """Share of labels that are predicted exactly.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        True labels: numbers or strings.
    prediction : array_like of the shape of `y`
        Predicted labels.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The share, from 0 to 1.

    Raises
    ------
    ValueError
        If shapes differ, there is no sample, texts meet numbers, a number is not finite, or weights are
        negative or all zero.

    Examples
    --------
    >>> accuracy(["cat", "dog", "dog"], ["cat", "cat", "dog"]) == 2 / 3
    True
    """
    true = checks.values(y, "y", ("n_samples", ...))
    predicted = checks.values(prediction, "prediction", true.shape)
    if (true.dtype.kind == "U") != (predicted.dtype.kind == "U"):
        raise ValueError("prediction must be texts if y is, and numbers if y is")
    return mean(true == predicted, sample_weight)


def binary_accuracy(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    threshold: float = 0.5,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Share of yes-or-no answers that are right once the predictions are cut at a threshold.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets, each 0 or 1.
    prediction : array_like of the shape of `y`
        Predicted probabilities or scores.
    threshold : float, default 0.5
        A prediction above it counts as 1, one at it or below as 0. It is rounded to the precision of the
        predictions.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The share, from 0 to 1.

    Raises
    ------
    ValueError
        If a target is neither 0 nor 1, `threshold` is not finite, or for a reason that `accuracy` has.

    Examples
    --------
    >>> binary_accuracy([1, 1, 0, 0], [0.9, 0.5, 0.5, 0.1])
    0.75
    """
    positive, scores = decisions(y, prediction)
    cut = to_precision(checks.number(threshold, "threshold"), prediction)
    return mean((scores > cut) == positive, sample_weight)


def categorical_accuracy(
    y: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float:
    """Share of samples whose largest score is that of the true class, for one-hot targets.

    Parameters
    ----------
    y : array_like of shape (n_samples, ..., n_classes)
        Targets: rows that sum to 1. The class with the largest entry is the true one.
    prediction : array_like of the shape of `y`
        Predicted probabilities or scores. Of equal largest scores the first one counts.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The share, from 0 to 1.

    Raises
    ------
    ValueError
        If `y` is no table of distributions in the shape of `prediction`, a number is not finite, or weights
        are negative or all zero.

    Examples
    --------
    >>> categorical_accuracy([[0, 1, 0], [1, 0, 0]], [[0.1, 0.8, 0.1], [0.4, 0.5, 0.1]])
    0.5
    """
    labels, scores = one_hot_and_scores(y, prediction)
    return mean(labels == scores.argmax(axis=-1), sample_weight)


def sparse_categorical_accuracy(
    y: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float:
    """Give `categorical_accuracy` for targets that are class indices.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Class indices from 0 to ``n_classes - 1``.
    prediction : array_like of shape (n_samples, ..., n_classes)
        Predicted probabilities or scores. Of equal largest scores the first one counts.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The share, from 0 to 1.

    Raises
    ------
    ValueError
        If a label is no class index, shapes do not fit, a number is not finite, or weights are negative or
        all zero.

    Examples
    --------
    >>> sparse_categorical_accuracy([1, 0], [[0.1, 0.8, 0.1], [0.4, 0.5, 0.1]])
    0.5
    """
    labels, scores = labels_and_scores(y, prediction)
    return mean(labels == scores.argmax(axis=-1), sample_weight)


def top_k_categorical_accuracy(
    y: ArrayLike, prediction: ArrayLike, k: int = 5, *, sample_weight: ArrayLike | None = None
) -> float:
    """Share of samples whose true class is among the `k` largest scores, for one-hot targets.

    Parameters
    ----------
    y : array_like of shape (n_samples, ..., n_classes)
        Targets: rows that sum to 1. The class with the largest entry is the true one.
    prediction : array_like of the shape of `y`
        Predicted probabilities or scores.
    k : int, default 5
        How many classes may be named.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The share, from 0 to 1.

    Raises
    ------
    ValueError
        If `k` is not a whole number of at least 1, or for a reason that `categorical_accuracy` has.

    Notes
    -----
    The true class is in when fewer than `k` classes have a larger score. Scores equal to its own do not push
    it out, as in Keras on TensorFlow; scikit-learn's ``top_k_accuracy_score`` breaks such ties by position.

    Examples
    --------
    >>> y, scores = [[1, 0, 0], [0, 0, 1]], [[0.4, 0.5, 0.1], [0.6, 0.3, 0.1]]
    >>> top_k_categorical_accuracy(y, scores, k=2)
    0.5
    """
    labels, scores = one_hot_and_scores(y, prediction)
    return mean(_in_top_k(labels, scores, k), sample_weight)


def sparse_top_k_categorical_accuracy(
    y: ArrayLike, prediction: ArrayLike, k: int = 5, *, sample_weight: ArrayLike | None = None
) -> float:
    """Give `top_k_categorical_accuracy` for targets that are class indices.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Class indices from 0 to ``n_classes - 1``.
    prediction : array_like of shape (n_samples, ..., n_classes)
        Predicted probabilities or scores.
    k : int, default 5
        How many classes may be named.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The share, from 0 to 1.

    Raises
    ------
    ValueError
        If `k` is not a whole number of at least 1, or for a reason that `sparse_categorical_accuracy` has.

    Examples
    --------
    >>> sparse_top_k_categorical_accuracy([0, 2], [[0.4, 0.5, 0.1], [0.6, 0.3, 0.1]], k=2)
    0.5
    """
    labels, scores = labels_and_scores(y, prediction)
    return mean(_in_top_k(labels, scores, k), sample_weight)


def confusion_matrix(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    n_classes: int | None = None,
    sample_weight: ArrayLike | None = None,
) -> NDArray:
    """Count how often each class is taken for each other.

    Parameters
    ----------
    y : array_like of shape (n_samples,)
        True class indices.
    prediction : array_like of shape (n_samples,)
        Predicted class indices.
    n_classes : int, optional
        Number of classes. By default one more than the largest index that occurs. A table of more than
        23,000 classes, over 4 GiB, is refused.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    ndarray of shape (n_classes, n_classes)
        Row: true class; column: predicted class. Whole numbers, or sums of weights where these are given.

    Raises
    ------
    ValueError
        If a label is no class index, the shapes differ, a weight is negative, or the table would be too
        large.

    Examples
    --------
    >>> confusion_matrix([0, 0, 1, 2], [0, 1, 1, 0])
    array([[1, 1, 0],
           [0, 1, 0],
           [1, 0, 0]])
    """
    most = None if n_classes is None else checks.count(n_classes, "n_classes") - 1
    true = checks.integers(y, "y", ("n_samples",), most=most)
    predicted = checks.integers(prediction, "prediction", true.shape, most=most)
    size = int(max(true.max(), predicted.max())) + 1 if most is None else most + 1
    largest = "prediction" if predicted.max() > true.max() else "y"
    checks.room((size, size), largest if most is None else "n_classes")
    weight = None if sample_weight is None else weights(sample_weight, len(true))
    return np.bincount(true * size + predicted, weight, minlength=size**2).reshape(size, size)


def _in_top_k(labels: NDArray[np.int64], scores: NDArray, k: int) -> NDArray[np.bool_]:
    k = checks.count(k, "k")
    of_true_class = np.take_along_axis(scores, labels[..., None], axis=-1)
    return (scores > of_true_class).sum(axis=-1) < k
