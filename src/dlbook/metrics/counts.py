"""Metrics of yes-or-no decisions at one threshold: the four counts, precision and recall.

A prediction above the threshold is a yes; one at the threshold or below is a no. Every entry of `y` counts,
also where a sample has several outputs. With sample weights the counts are sums of weights. The threshold is
rounded to the precision of the predictions: 0.3 in single precision is at the threshold 0.3, not above it.
"""

from numpy.typing import ArrayLike

from ._binary_counts import counts_at, ratio


def true_positives(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    threshold: float = 0.5,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Count the positives that are called positive.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets, each 0 or 1.
    prediction : array_like of the shape of `y`
        Predicted probabilities or scores.
    threshold : float, default 0.5
        A prediction above it is called positive.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The count, or the sum of the weights of what is counted.

    Raises
    ------
    ValueError
        If a target is neither 0 nor 1, shapes differ, a number is not finite, or a weight is negative.

    Examples
    --------
    >>> true_positives([1, 1, 0, 0], [0.9, 0.3, 0.8, 0.1])
    1.0
    """
    return float(counts_at(y, prediction, threshold, sample_weight).true_positives)


def false_positives(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    threshold: float = 0.5,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Count the negatives that are called positive: false alarms.

    Parameters
    ----------
    y, prediction : array_like of shape (n_samples, ...)
        As in `true_positives`.
    threshold : float, default 0.5
        A prediction above it is called positive.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The count, or the sum of the weights of what is counted.

    Raises
    ------
    ValueError
        As `true_positives`.

    Examples
    --------
    >>> false_positives([1, 1, 0, 0], [0.9, 0.3, 0.8, 0.1])
    1.0
    """
    return float(counts_at(y, prediction, threshold, sample_weight).false_positives)


def true_negatives(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    threshold: float = 0.5,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Count the negatives that are called negative.

    Parameters
    ----------
    y, prediction : array_like of shape (n_samples, ...)
        As in `true_positives`.
    threshold : float, default 0.5
        A prediction above it is called positive.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The count, or the sum of the weights of what is counted.

    Raises
    ------
    ValueError
        As `true_positives`.

    Examples
    --------
    >>> true_negatives([1, 1, 0, 0], [0.9, 0.3, 0.8, 0.1])
    1.0
    """
    counts = counts_at(y, prediction, threshold, sample_weight)
    return float(counts.negatives - counts.false_positives)


def false_negatives(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    threshold: float = 0.5,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Count the positives that are called negative: misses.

    Parameters
    ----------
    y, prediction : array_like of shape (n_samples, ...)
        As in `true_positives`.
    threshold : float, default 0.5
        A prediction above it is called positive.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The count, or the sum of the weights of what is counted.

    Raises
    ------
    ValueError
        As `true_positives`.

    Examples
    --------
    >>> false_negatives([1, 1, 0, 0], [0.9, 0.3, 0.8, 0.1])
    1.0
    """
    counts = counts_at(y, prediction, threshold, sample_weight)
    return float(counts.positives - counts.true_positives)


def precision(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    threshold: float = 0.5,
    sample_weight: ArrayLike | None = None,
) -> float:
    r"""Share of the entries called positive that are positive.

    Parameters
    ----------
    y, prediction : array_like of shape (n_samples, ...)
        As in `true_positives`.
    threshold : float, default 0.5
        A prediction above it is called positive.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The share. Zero, as in Keras, if nothing is called positive.

    Raises
    ------
    ValueError
        As `true_positives`.

    Notes
    -----
    .. math:: \frac{TP}{TP + FP}

    :math:`TP` is what `true_positives` counts and :math:`FP` what `false_positives` counts.

    Examples
    --------
    >>> precision([1, 1, 1, 0], [0.9, 0.7, 0.1, 0.8], threshold=0.75)
    0.5
    """
    counts = counts_at(y, prediction, threshold, sample_weight)
    return float(ratio(counts.true_positives, counts.true_positives + counts.false_positives))


def recall(
    y: ArrayLike,
    prediction: ArrayLike,
    *,
    threshold: float = 0.5,
    sample_weight: ArrayLike | None = None,
) -> float:
    r"""Share of the positives that are called positive, also called sensitivity or true positive rate.

    Parameters
    ----------
    y, prediction : array_like of shape (n_samples, ...)
        As in `true_positives`.
    threshold : float, default 0.5
        A prediction above it is called positive.
    sample_weight : array_like of shape (n_samples,), optional
        Weight of every sample, not negative.

    Returns
    -------
    float
        The share. Zero, as in Keras, if there are no positives.

    Raises
    ------
    ValueError
        As `true_positives`.

    Notes
    -----
    .. math:: \frac{TP}{TP + FN}

    :math:`TP` is what `true_positives` counts and :math:`FN` what `false_negatives` counts.

    Examples
    --------
    >>> recall([1, 1, 1, 1, 0], [0.9, 0.7, 0.6, 0.1, 0.8])
    0.75
    """
    counts = counts_at(y, prediction, threshold, sample_weight)
    return float(ratio(counts.true_positives, counts.positives))
