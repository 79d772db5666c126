"""Cross-entropy and divergence between class probabilities, with one-hot or integer targets."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import number
from .activation import Floats
from .loss import loss
from .reduction import check_distribution, check_labels, check_one_hot, check_scores
from .softmax_functions import log_probabilities, softmax

Labels = NDArray[np.int64]


def _check_probabilities(y: ArrayLike, prediction: ArrayLike) -> tuple[Floats, Floats]:
    p = check_scores(prediction)
    check_distribution(p, "prediction")
    return check_one_hot(y, p), p


def _check_logits(y: ArrayLike, prediction: ArrayLike) -> tuple[Floats, Floats]:
    z = check_scores(prediction)
    return check_one_hot(y, z), z


def _check_sparse_probabilities(y: ArrayLike, prediction: ArrayLike) -> tuple[Labels, Floats]:
    p = check_scores(prediction)
    check_distribution(p, "prediction")
    return check_labels(y, p), p


def _check_sparse_logits(y: ArrayLike, prediction: ArrayLike) -> tuple[Labels, Floats]:
    z = check_scores(prediction)
    return check_labels(y, z), z


def _check_epsilon(epsilon: float) -> float:
    return number(epsilon, "epsilon", above=0, below=0.5)


def _inside(p: Floats, epsilon: float) -> Floats:
    """Move probabilities off 0 and 1."""
    epsilon = _check_epsilon(epsilon)
    return np.clip(p, epsilon, 1 - epsilon)


def _at_label(table: Floats, labels: Labels) -> Floats:
    return np.take_along_axis(table, labels[..., None], axis=-1)[..., 0]


def _one_hot(labels: Labels, n_classes: int) -> Floats:
    return (labels[..., None] == np.arange(n_classes)).astype(float)


def _probability_slope(y: Floats, prediction: Floats, *, epsilon: float = 1e-7) -> Floats:
    p = _inside(prediction, epsilon)
    return np.where(p == prediction, -y / p, 0.0)


@loss(_probability_slope, _check_probabilities, by_row=True)
def categorical_cross_entropy(y: Floats, prediction: Floats, *, epsilon: float = 1e-7) -> Floats:
    r"""Cross-entropy between one-hot targets and predicted class probabilities.

    Parameters
    ----------
    y : array_like of shape (n_samples, ..., n_classes)
        Targets: rows that sum to 1, one-hot or soft.
    prediction : array_like of the shape of `y`
        Predicted probabilities: rows that sum to 1. Scores before the softmax are refused here.
    epsilon : float, default 1e-7
        Probabilities are first moved into the range from `epsilon` to ``1 - epsilon``. Otherwise a
        probability of exactly 0 for the true class would have an infinite loss.

    Returns
    -------
    float
        The loss in nats. Weights and gradient: see `Loss`.

    Notes
    -----
    .. math:: L = -\frac{1}{n} \sum_{i=1}^{n} \sum_{k=1}^{K} y_{ik} \log p_{ik}

    for :math:`n` samples and :math:`K` classes, targets :math:`y` and predictions :math:`p`. The gradient is
    minus target by probability, and zero where the probability had to be moved. Keras first divides every row
    by its sum, which adds one number to each row of it. Behind a softmax the two are the same.

    References
    ----------
    - C. M. Bishop, "Pattern Recognition and Machine Learning", Springer, 2006, equation 4.108.

    Examples
    --------
    >>> round(categorical_cross_entropy([[0, 1, 0]], [[0.2, 0.7, 0.1]]), 4)
    0.3567
    >>> categorical_cross_entropy.gradient([[0, 1, 0]], [[0.25, 0.5, 0.25]]) + 0.0
    array([[ 0., -2.,  0.]])
    """
    return -(y * np.log(_inside(prediction, epsilon))).sum(axis=-1)


@loss(lambda y, prediction: softmax.function(prediction) - y, _check_logits, by_row=True)
def categorical_cross_entropy_from_logits(y: Floats, prediction: Floats) -> Floats:
    r"""Cross-entropy between one-hot targets and scores that a softmax makes probabilities.

    Parameters
    ----------
    y : array_like of shape (n_samples, ..., n_classes)
        Targets: rows that sum to 1, one-hot or soft.
    prediction : array_like of the shape of `y`
        Scores before the softmax, any real numbers.

    Returns
    -------
    float
        The loss in nats, exact also where a probability would round to zero. Its gradient is probability
        minus target.

    Notes
    -----
    .. math:: L = \frac{1}{n} \sum_{i=1}^{n} \sum_{k=1}^{K} y_{ik}
              \Bigl( \log \sum_{j=1}^{K} e^{z_{ij}} - z_{ik} \Bigr)

    Here :math:`z_{ik}` is the score; the other symbols are those of `categorical_cross_entropy`.

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, section 6.2.2.3.

    Examples
    --------
    >>> categorical_cross_entropy_from_logits([[1, 0]], [[0.0, 1000.0]])
    1000.0
    >>> categorical_cross_entropy_from_logits.gradient([[1, 0]], [[0.0, 1000.0]])
    array([[-1.,  1.]])
    """
    return -(y * log_probabilities(prediction)).sum(axis=-1)


def _sparse_slope(y: Labels, prediction: Floats, *, epsilon: float = 1e-7) -> Floats:
    return _probability_slope(_one_hot(y, prediction.shape[-1]), prediction, epsilon=epsilon)


@loss(_sparse_slope, _check_sparse_probabilities, by_row=True)
def sparse_categorical_cross_entropy(y: Labels, prediction: Floats, *, epsilon: float = 1e-7) -> Floats:
    """Give `categorical_cross_entropy` for targets that are class indices.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Class indices from 0 to ``n_classes - 1``.
    prediction : array_like of shape (n_samples, ..., n_classes)
        Predicted probabilities: rows that sum to 1.
    epsilon : float, default 1e-7
        As in `categorical_cross_entropy`.

    Returns
    -------
    float
        The loss in nats: the mean of minus the logarithm of the true class's probability.

    Examples
    --------
    >>> round(sparse_categorical_cross_entropy([1], [[0.2, 0.7, 0.1]]), 4)
    0.3567
    """
    return -np.log(_at_label(_inside(prediction, epsilon), y))


@loss(
    lambda y, prediction: softmax.function(prediction) - _one_hot(y, prediction.shape[-1]),
    _check_sparse_logits,
    by_row=True,
)
def sparse_categorical_cross_entropy_from_logits(y: Labels, prediction: Floats) -> Floats:
    """Give `categorical_cross_entropy_from_logits` for targets that are class indices.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Class indices from 0 to ``n_classes - 1``.
    prediction : array_like of shape (n_samples, ..., n_classes)
        Scores before the softmax, any real numbers.

    Returns
    -------
    float
        The loss in nats. Its gradient: the probabilities, with 1 taken off that of the true class.

    Examples
    --------
    >>> sparse_categorical_cross_entropy_from_logits([0], [[0.0, 1000.0]])
    1000.0
    """
    return -_at_label(log_probabilities(prediction), y)


def _divergence_slope(y: Floats, prediction: Floats, *, epsilon: float = 1e-7) -> Floats:
    epsilon = _check_epsilon(epsilon)
    return np.where(prediction >= epsilon, -np.maximum(y, epsilon) / np.maximum(prediction, epsilon), 0.0)


@loss(_divergence_slope, _check_probabilities, by_row=True)
def kl_divergence(y: Floats, prediction: Floats, *, epsilon: float = 1e-7) -> Floats:
    r"""Kullback-Leibler divergence of predicted class probabilities from the true ones.

    Parameters
    ----------
    y : array_like of shape (n_samples, ..., n_classes)
        True probabilities: rows that sum to 1.
    prediction : array_like of the shape of `y`
        Predicted probabilities: rows that sum to 1.
    epsilon : float, default 1e-7
        Smaller probabilities, in `y` and in `prediction`, are raised to it.

    Returns
    -------
    float
        The divergence in nats: zero where both are equal.

    Notes
    -----
    .. math:: L = \frac{1}{n} \sum_{i=1}^{n} \sum_{k=1}^{K} y_{ik} \log \frac{y_{ik}}{p_{ik}}

    It is `categorical_cross_entropy` minus the entropy of the targets, so both have the same gradient.

    References
    ----------
    - S. Kullback and R. A. Leibler, "On information and sufficiency", Annals of Mathematical Statistics
      22(1), 1951, pp. 79-86.

    Examples
    --------
    >>> round(kl_divergence([[0.5, 0.5]], [[0.25, 0.75]]), 4)
    0.1438
    >>> kl_divergence.gradient([[0.5, 0.5]], [[0.25, 0.75]]).round(4)
    array([[-2.    , -0.6667]])
    """
    epsilon = _check_epsilon(epsilon)
    y = np.maximum(y, epsilon)
    return (y * np.log(y / np.maximum(prediction, epsilon))).sum(axis=-1)
