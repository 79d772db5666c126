"""Cross-entropy of yes-or-no answers, from probabilities and from scores before the logistic function."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .logistic import logistic
from .reduction import Reduction, check_interval, check_pair, entry_weights, weighted_sum


def binary_cross_entropy(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    epsilon: float = 1e-7,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> float:
    r"""Cross-entropy between yes-or-no targets and predicted probabilities.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets: 0 or 1, or probabilities in between.
    prediction : array_like of the shape of `y`
        Predicted probabilities of a 1.
    epsilon : float, default 1e-7
        Probabilities are first moved into the range from `epsilon` to ``1 - epsilon``. Otherwise a wrong
        prediction of exactly 0 or 1 would have an infinite loss.
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
        If a target or prediction is no probability, `epsilon` is not between 0 and 0.5, shapes differ, or a
        weight is negative.

    Notes
    -----
    .. math:: L = -\frac{1}{n m} \sum_{i=1}^{n} \sum_{j=1}^{m}
              y_{ij} \log p_{ij} + (1 - y_{ij}) \log (1 - p_{ij})

    ==============  ==============  ============================================
    symbol          name            meaning
    ==============  ==============  ============================================
    :math:`y_{ij}`  `y`             target
    :math:`p_{ij}`  `prediction`    probability of a 1, moved off 0 and 1
    :math:`n, m`    (shape)         samples and outputs
    :math:`L`       returned value  loss
    ==============  ==============  ============================================

    References
    ----------
    - C. M. Bishop, "Pattern Recognition and Machine Learning", Springer, 2006, equation 4.90.

    Examples
    --------
    >>> round(binary_cross_entropy([1, 0], [0.9, 0.2]), 4)
    0.1643
    """
    y, p, _ = _check_probabilities(y, prediction, epsilon)
    values = -(y * np.log(p) + (1 - y) * np.log1p(-p))
    return weighted_sum(values, entry_weights(y.shape, sample_weight, reduction))


def binary_cross_entropy_gradient(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    epsilon: float = 1e-7,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> NDArray[np.float64]:
    """Gradient of `binary_cross_entropy` with respect to the predicted probabilities.

    Parameters
    ----------
    y, prediction : array_like of shape (n_samples, ...)
        As in `binary_cross_entropy`.
    epsilon : float, default 1e-7
        As in `binary_cross_entropy`.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        As in `binary_cross_entropy`.

    Returns
    -------
    ndarray of the shape of `y`
        The gradient. It is zero where a probability had to be moved, as in Keras: such a prediction learns
        nothing, however wrong it is. `binary_cross_entropy_from_logits_gradient` has no such hole.

    Raises
    ------
    ValueError
        As `binary_cross_entropy`.

    Examples
    --------
    >>> binary_cross_entropy_gradient([1, 0, 1], [0.5, 0.5, 0.0]).round(4)
    array([-0.6667,  0.6667,  0.    ])
    """
    y, p, moved = _check_probabilities(y, prediction, epsilon)
    slope = np.where(moved, 0.0, (p - y) / (p * (1 - p)))
    return slope * entry_weights(y.shape, sample_weight, reduction)


def binary_cross_entropy_from_logits(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> float:
    r"""Cross-entropy between yes-or-no targets and scores that the logistic function makes probabilities.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets: 0 or 1, or probabilities in between.
    prediction : array_like of the shape of `y`
        Scores before the logistic function, any real numbers.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        Whether the sum is divided by the number of samples, or by the sum of the weights.

    Returns
    -------
    float
        The loss in nats, exact also where the probability would round to 0 or 1.

    Raises
    ------
    ValueError
        If a target is no probability, shapes differ, a number is not finite, or a weight is negative.

    Notes
    -----
    With :math:`p = \sigma(z)` the loss of one score becomes

    .. math:: -y \log \sigma(z) - (1 - y) \log (1 - \sigma(z)) = \log (1 + e^{z}) - y z

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, section 6.2.2.2.

    Examples
    --------
    >>> binary_cross_entropy_from_logits([1, 0], [-1000.0, -1000.0])
    500.0
    """
    y, z = _check_logits(y, prediction)
    # log(1 + e^z) - y z, arranged so that no large numbers are subtracted from each other
    values = np.log1p(np.exp(-np.abs(z))) + np.where(z > 0, (1 - y) * z, -y * z)
    return weighted_sum(values, entry_weights(y.shape, sample_weight, reduction))


def binary_cross_entropy_from_logits_gradient(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> NDArray[np.float64]:
    """Gradient of `binary_cross_entropy_from_logits` with respect to the scores: probability minus target.

    Parameters
    ----------
    y, prediction : array_like of shape (n_samples, ...)
        As in `binary_cross_entropy_from_logits`.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.
    reduction : {"mean", "weighted_mean"}, default "mean"
        As in `binary_cross_entropy_from_logits`.

    Returns
    -------
    ndarray of the shape of `y`
        The gradient.

    Raises
    ------
    ValueError
        As `binary_cross_entropy_from_logits`.

    Examples
    --------
    >>> binary_cross_entropy_from_logits_gradient([1, 0], [-1000.0, 0.0])
    array([-0.5 ,  0.25])
    """
    y, z = _check_logits(y, prediction)
    return (logistic(z) - y) * entry_weights(y.shape, sample_weight, reduction)


def _check_probabilities(
    y: ArrayLike, prediction: ArrayLike, epsilon: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return targets, probabilities moved off 0 and 1, and which had to be moved."""
    y, p = check_pair(y, prediction)
    check_interval(y, "y", 0.0, 1.0)
    check_interval(p, "prediction", 0.0, 1.0)
    if not 0 < epsilon < 0.5:
        raise ValueError(f"epsilon must be between 0 and 0.5, got {epsilon}")
    moved = np.clip(p, epsilon, 1 - epsilon)
    return y, moved, moved != p


def _check_logits(y: ArrayLike, prediction: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    y, z = check_pair(y, prediction)
    check_interval(y, "y", 0.0, 1.0)
    return y, z
