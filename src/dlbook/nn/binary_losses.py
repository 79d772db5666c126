"""Cross-entropy of yes-or-no answers, from probabilities and from scores before the logistic function."""

import numpy as np
from numpy.typing import ArrayLike

from ..checks import number
from .activation import Floats
from .loss import loss
from .reduction import check_interval, check_pair
from .squashing import logistic


def _check_targets(y: ArrayLike, prediction: ArrayLike) -> tuple[Floats, Floats]:
    y, prediction = check_pair(y, prediction)
    check_interval(y, "y", 0.0, 1.0)
    return y, prediction


def _check_both(y: ArrayLike, prediction: ArrayLike) -> tuple[Floats, Floats]:
    y, prediction = _check_targets(y, prediction)
    check_interval(prediction, "prediction", 0.0, 1.0)
    return y, prediction


def _inside(p: Floats, epsilon: float) -> Floats:
    """Move probabilities off 0 and 1."""
    epsilon = number(epsilon, "epsilon", above=0, below=0.5)
    return np.clip(p, epsilon, 1 - epsilon)


def _probability_slope(y: Floats, prediction: Floats, *, epsilon: float = 1e-7) -> Floats:
    p = _inside(prediction, epsilon)
    return np.where(p != prediction, 0.0, (p - y) / (p * (1 - p)))


@loss(_probability_slope, _check_both)
def binary_cross_entropy(y: Floats, prediction: Floats, *, epsilon: float = 1e-7) -> Floats:
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

    Returns
    -------
    float
        The loss in nats. Its gradient is zero where a probability had to be moved, as in Keras: such a
        prediction learns nothing, however wrong it is. `binary_cross_entropy_from_logits` has no such hole.

    Notes
    -----
    .. math:: L = -\frac{1}{n m} \sum_{i=1}^{n} \sum_{j=1}^{m}
              y_{ij} \log p_{ij} + (1 - y_{ij}) \log (1 - p_{ij})

    for :math:`n` samples with :math:`m` outputs, targets :math:`y` and predictions :math:`p`.

    References
    ----------
    - C. M. Bishop, "Pattern Recognition and Machine Learning", Springer, 2006, equation 4.90.

    Examples
    --------
    >>> round(binary_cross_entropy([1, 0], [0.9, 0.2]), 4)
    0.1643
    >>> binary_cross_entropy.gradient([1, 0, 1], [0.5, 0.5, 0.0]).round(4)
    array([-0.6667,  0.6667,  0.    ])
    """
    p = _inside(prediction, epsilon)
    return -(y * np.log(p) + (1 - y) * np.log1p(-p))


@loss(lambda y, prediction: logistic.function(prediction) - y, _check_targets)
def binary_cross_entropy_from_logits(y: Floats, prediction: Floats) -> Floats:
    r"""Cross-entropy between yes-or-no targets and scores that the logistic function makes probabilities.

    Parameters
    ----------
    y : array_like of shape (n_samples, ...)
        Targets: 0 or 1, or probabilities in between.
    prediction : array_like of the shape of `y`
        Scores before the logistic function, any real numbers.

    Returns
    -------
    float
        The loss in nats, exact also where the probability would round to 0 or 1. Its gradient is probability
        minus target.

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
    >>> binary_cross_entropy_from_logits.gradient([1, 0], [-1000.0, 0.0])
    array([-0.5 ,  0.25])
    """
    z = prediction
    # log(1 + e^z) - y z, arranged so that no large numbers are subtracted from each other
    return np.log1p(np.exp(-np.abs(z))) + np.where(z > 0, (1 - y) * z, -y * z)
