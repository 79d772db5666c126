"""Cross-entropy and divergence between class probabilities, with one-hot or integer targets."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import check_positive
from .reduction import (
    Reduction,
    check_distribution,
    check_labels,
    check_one_hot,
    check_scores,
    entry_weights,
    weighted_sum,
)
from .softmax_functions import log_softmax, softmax


def categorical_cross_entropy(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    epsilon: float = 1e-7,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> float:
    r"""Cross-entropy between one-hot targets and predicted class probabilities.

    Parameters
    ----------
    y : array_like of shape (n_samples, ..., n_classes)
        Targets: rows that sum to 1, one-hot or soft.
    prediction : array_like of the shape of `y`
        Predicted probabilities: rows that sum to 1.
    epsilon : float, default 1e-7
        Probabilities are first moved into the range from `epsilon` to ``1 - epsilon``. Otherwise a
        probability of exactly 0 for the true class would have an infinite loss.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        Whether the sum is divided by the number of samples, or by the sum of the weights.

    Returns
    -------
    float
        The loss in nats.

    Raises
    ------
    ValueError
        If rows are no probabilities (scores before the softmax are refused here), `epsilon` is not between 0
        and 0.5, shapes differ, or a weight is negative.

    Notes
    -----
    .. math:: L = -\frac{1}{n} \sum_{i=1}^{n} \sum_{k=1}^{K} y_{ik} \log p_{ik}

    ==============  ==============  =============================================
    symbol          name            meaning
    ==============  ==============  =============================================
    :math:`y_{ik}`  `y`             1 for the true class, else 0
    :math:`p_{ik}`  `prediction`    probability of the class, moved off 0 and 1
    :math:`n, K`    (shape)         samples and classes
    :math:`L`       returned value  loss
    ==============  ==============  =============================================

    References
    ----------
    - C. M. Bishop, "Pattern Recognition and Machine Learning", Springer, 2006, equation 4.108.

    Examples
    --------
    >>> round(categorical_cross_entropy([[0, 1, 0]], [[0.2, 0.7, 0.1]]), 4)
    0.3567
    """
    p, moved = _check_probabilities(prediction, epsilon)
    y = check_one_hot(y, p)
    values = -(y * np.log(moved)).sum(axis=-1)
    return weighted_sum(values, entry_weights(values.shape, sample_weight, reduction))


def categorical_cross_entropy_gradient(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    epsilon: float = 1e-7,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> NDArray[np.float64]:
    """Gradient of `categorical_cross_entropy` with respect to the predicted probabilities.

    Parameters
    ----------
    y, prediction : array_like of shape (n_samples, ..., n_classes)
        As in `categorical_cross_entropy`.
    epsilon : float, default 1e-7
        As in `categorical_cross_entropy`.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        As in `categorical_cross_entropy`.

    Returns
    -------
    ndarray of the shape of `y`
        The gradient: minus target by probability, and zero where the probability had to be moved. Keras first
        divides every row by its sum, which adds one number to each row of this gradient. Behind a softmax the
        two are the same.

    Raises
    ------
    ValueError
        As `categorical_cross_entropy`.

    Examples
    --------
    >>> categorical_cross_entropy_gradient([[0, 1, 0]], [[0.25, 0.5, 0.25]]) + 0.0
    array([[ 0., -2.,  0.]])
    """
    p, moved = _check_probabilities(prediction, epsilon)
    y = check_one_hot(y, p)
    slope = np.where(moved == p, -y / moved, 0.0)
    return slope * entry_weights(p.shape[:-1], sample_weight, reduction)[..., None]


def categorical_cross_entropy_from_logits(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> float:
    r"""Cross-entropy between one-hot targets and scores that a softmax makes probabilities.

    Parameters
    ----------
    y : array_like of shape (n_samples, ..., n_classes)
        Targets: rows that sum to 1, one-hot or soft.
    prediction : array_like of the shape of `y`
        Scores before the softmax, any real numbers.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        Whether the sum is divided by the number of samples, or by the sum of the weights.

    Returns
    -------
    float
        The loss in nats, exact also where a probability would round to zero.

    Raises
    ------
    ValueError
        If a row of `y` is no distribution, shapes differ, a number is not finite, or a weight is negative.

    Notes
    -----
    .. math:: L = \frac{1}{n} \sum_{i=1}^{n} \sum_{k=1}^{K} y_{ik}
              \Bigl( \log \sum_{j=1}^{K} e^{z_{ij}} - z_{ik} \Bigr)

    Here :math:`z_{ik}` is the score in `prediction`; the other symbols are those of
    `categorical_cross_entropy`.

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, section 6.2.2.3.

    Examples
    --------
    >>> categorical_cross_entropy_from_logits([[1, 0]], [[0.0, 1000.0]])
    1000.0
    """
    z = check_scores(prediction)
    values = -(check_one_hot(y, z) * log_softmax(z)).sum(axis=-1)
    return weighted_sum(values, entry_weights(values.shape, sample_weight, reduction))


def categorical_cross_entropy_from_logits_gradient(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> NDArray[np.float64]:
    """Gradient of `categorical_cross_entropy_from_logits` with respect to the scores.

    Parameters
    ----------
    y, prediction : array_like of shape (n_samples, ..., n_classes)
        As in `categorical_cross_entropy_from_logits`.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        As in `categorical_cross_entropy_from_logits`.

    Returns
    -------
    ndarray of the shape of `y`
        The gradient: probability minus target.

    Raises
    ------
    ValueError
        As `categorical_cross_entropy_from_logits`.

    Examples
    --------
    >>> categorical_cross_entropy_from_logits_gradient([[1, 0]], [[0.0, 1000.0]])
    array([[-1.,  1.]])
    """
    z = check_scores(prediction)
    slope = softmax(z) - check_one_hot(y, z)
    return slope * entry_weights(z.shape[:-1], sample_weight, reduction)[..., None]


def sparse_categorical_cross_entropy(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    epsilon: float = 1e-7,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> float:
    """Give `categorical_cross_entropy` for targets that are class indices.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Class indices from 0 to ``n_classes - 1``.
    prediction : array_like of shape (n_samples, ..., n_classes)
        Predicted probabilities: rows that sum to 1.
    epsilon : float, default 1e-7
        As in `categorical_cross_entropy`.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        As in `categorical_cross_entropy`.

    Returns
    -------
    float
        The loss in nats: the mean of minus the logarithm of the true class's probability.

    Raises
    ------
    ValueError
        If a label is no class index, or for a reason that `categorical_cross_entropy` has.

    Examples
    --------
    >>> round(sparse_categorical_cross_entropy([1], [[0.2, 0.7, 0.1]]), 4)
    0.3567
    """
    p, moved = _check_probabilities(prediction, epsilon)
    values = -np.log(_at_label(moved, check_labels(y, p)))
    return weighted_sum(values, entry_weights(values.shape, sample_weight, reduction))


def sparse_categorical_cross_entropy_gradient(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    epsilon: float = 1e-7,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> NDArray[np.float64]:
    """Gradient of `sparse_categorical_cross_entropy` with respect to the predicted probabilities.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Class indices from 0 to ``n_classes - 1``.
    prediction : array_like of shape (n_samples, ..., n_classes)
        Predicted probabilities: rows that sum to 1.
    epsilon : float, default 1e-7
        As in `categorical_cross_entropy`.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        As in `categorical_cross_entropy`.

    Returns
    -------
    ndarray of the shape of `prediction`
        The gradient, as `categorical_cross_entropy_gradient` gives it.

    Raises
    ------
    ValueError
        As `sparse_categorical_cross_entropy`.

    Examples
    --------
    >>> sparse_categorical_cross_entropy_gradient([1], [[0.25, 0.5, 0.25]]) + 0.0
    array([[ 0., -2.,  0.]])
    """
    p, moved = _check_probabilities(prediction, epsilon)
    slope = np.where(moved == p, -_one_hot(check_labels(y, p), p.shape[-1]) / moved, 0.0)
    return slope * entry_weights(p.shape[:-1], sample_weight, reduction)[..., None]


def sparse_categorical_cross_entropy_from_logits(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> float:
    """Give `categorical_cross_entropy_from_logits` for targets that are class indices.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Class indices from 0 to ``n_classes - 1``.
    prediction : array_like of shape (n_samples, ..., n_classes)
        Scores before the softmax, any real numbers.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        As in `categorical_cross_entropy`.

    Returns
    -------
    float
        The loss in nats.

    Raises
    ------
    ValueError
        If a label is no class index, shapes do not fit, a number is not finite, or a weight is negative.

    Examples
    --------
    >>> sparse_categorical_cross_entropy_from_logits([0], [[0.0, 1000.0]])
    1000.0
    """
    z = check_scores(prediction)
    values = -_at_label(log_softmax(z), check_labels(y, z))
    return weighted_sum(values, entry_weights(values.shape, sample_weight, reduction))


def sparse_categorical_cross_entropy_from_logits_gradient(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> NDArray[np.float64]:
    """Gradient of `sparse_categorical_cross_entropy_from_logits` with respect to the scores.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Class indices from 0 to ``n_classes - 1``.
    prediction : array_like of shape (n_samples, ..., n_classes)
        Scores before the softmax, any real numbers.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        As in `categorical_cross_entropy`.

    Returns
    -------
    ndarray of the shape of `prediction`
        The gradient: the probabilities, with 1 taken off that of the true class.

    Raises
    ------
    ValueError
        As `sparse_categorical_cross_entropy_from_logits`.

    Examples
    --------
    >>> sparse_categorical_cross_entropy_from_logits_gradient([0], [[0.0, 1000.0]])
    array([[-1.,  1.]])
    """
    z = check_scores(prediction)
    slope = softmax(z) - _one_hot(check_labels(y, z), z.shape[-1])
    return slope * entry_weights(z.shape[:-1], sample_weight, reduction)[..., None]


def kl_divergence(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    epsilon: float = 1e-7,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> float:
    r"""Kullback-Leibler divergence of predicted class probabilities from the true ones.

    Parameters
    ----------
    y : array_like of shape (n_samples, ..., n_classes)
        True probabilities: rows that sum to 1.
    prediction : array_like of the shape of `y`
        Predicted probabilities: rows that sum to 1.
    epsilon : float, default 1e-7
        Smaller probabilities, in `y` and in `prediction`, are raised to it.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        Whether the sum is divided by the number of samples, or by the sum of the weights.

    Returns
    -------
    float
        The divergence in nats: zero where both are equal.

    Raises
    ------
    ValueError
        If rows are no probabilities, `epsilon` is not between 0 and 0.5, shapes differ, or a weight is
        negative.

    Notes
    -----
    .. math:: L = \frac{1}{n} \sum_{i=1}^{n} \sum_{k=1}^{K} y_{ik} \log \frac{y_{ik}}{p_{ik}}

    The symbols are those of `categorical_cross_entropy`. It is that cross-entropy minus the entropy of the
    targets, so both have the same gradient.

    References
    ----------
    - S. Kullback and R. A. Leibler, "On information and sufficiency", Annals of Mathematical Statistics
      22(1), 1951, pp. 79-86.

    Examples
    --------
    >>> round(kl_divergence([[0.5, 0.5]], [[0.25, 0.75]]), 4)
    0.1438
    """
    p, _ = _check_probabilities(prediction, epsilon)
    y = np.maximum(check_one_hot(y, p), epsilon)
    values = (y * np.log(y / np.maximum(p, epsilon))).sum(axis=-1)
    return weighted_sum(values, entry_weights(values.shape, sample_weight, reduction))


def kl_divergence_gradient(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    epsilon: float = 1e-7,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> NDArray[np.float64]:
    """Gradient of `kl_divergence` with respect to the predicted probabilities.

    Parameters
    ----------
    y, prediction : array_like of shape (n_samples, ..., n_classes)
        As in `kl_divergence`.
    epsilon : float, default 1e-7
        As in `kl_divergence`.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        As in `kl_divergence`.

    Returns
    -------
    ndarray of the shape of `y`
        The gradient: minus target by probability, and zero where the probability had to be raised.

    Raises
    ------
    ValueError
        As `kl_divergence`.

    Examples
    --------
    >>> kl_divergence_gradient([[0.5, 0.5]], [[0.25, 0.75]]).round(4)
    array([[-2.    , -0.6667]])
    """
    p, _ = _check_probabilities(prediction, epsilon)
    y = np.maximum(check_one_hot(y, p), epsilon)
    slope = np.where(p >= epsilon, -y / np.maximum(p, epsilon), 0.0)
    return slope * entry_weights(p.shape[:-1], sample_weight, reduction)[..., None]


def _check_probabilities(
    prediction: ArrayLike, epsilon: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the probabilities as they are, and moved off 0 and 1."""
    p = check_scores(prediction)
    check_distribution(p, "prediction")
    check_positive(epsilon, "epsilon")
    if epsilon >= 0.5:
        raise ValueError(f"epsilon must be between 0 and 0.5, got {epsilon}")
    return p, np.clip(p, epsilon, 1 - epsilon)


def _at_label(table: NDArray, labels: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.take_along_axis(table, labels[..., None], axis=-1)[..., 0]


def _one_hot(labels: NDArray[np.int64], n_classes: int) -> NDArray[np.float64]:
    return (labels[..., None] == np.arange(n_classes)).astype(float)
