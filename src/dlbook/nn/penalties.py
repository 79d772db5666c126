"""What keeps a network from fitting the noise: penalties, max-norm and soft labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, not_negative, number, positive, probabilities
from .layer import check_finite


@dataclass(frozen=True)
class L1L2:
    r"""Penalty on the size and on the square of every weight, also called the elastic net.

    Parameters
    ----------
    l1 : float, default 0.01
        Strength of the penalty on sizes, 0 or more.
    l2 : float, default 0.01
        Strength of the penalty on squares, 0 or more.

    Notes
    -----
    .. math:: \Omega(W) = \lambda_1 \sum_{ij} |w_{ij}| + \lambda_2 \sum_{ij} w_{ij}^2, \qquad
              \frac{\partial \Omega}{\partial w_{ij}} = \lambda_1 \operatorname{sign}(w_{ij})
              + 2 \lambda_2 w_{ij}

    ===================  =========  =========================================
    symbol               name       meaning
    ===================  =========  =========================================
    :math:`W`            `weights`  weights of a layer, without the biases
    :math:`\lambda_1`    `l1`       strength of the penalty on sizes
    :math:`\lambda_2`    `l2`       strength of the penalty on squares
    :math:`\Omega`       `value`    what is added to the loss
    ===================  =========  =========================================

    There is no factor 1/2 before the squares, as in Keras; other books have one. The slope at a weight of
    exactly 0 is taken as 0.

    References
    ----------
    - H. Zou and T. Hastie, "Regularization and variable selection via the elastic net", Journal of the Royal
      Statistical Society B 67(2), 2005, pp. 301-320.

    Examples
    --------
    >>> L1L2(l1=0.1, l2=0.5).value([1.0, -2.0])
    2.8
    """

    l1: float = 0.01
    l2: float = 0.01

    def __post_init__(self) -> None:
        for name in ("l1", "l2"):
            object.__setattr__(self, name, not_negative(getattr(self, name), name))  # it is frozen

    def value(self, weights: ArrayLike) -> float:
        """Return the penalty of some weights.

        Parameters
        ----------
        weights : array_like of any shape
            The weights.

        Returns
        -------
        float
            The penalty.
        """
        weights = check_finite(weights, "weights")
        with np.errstate(over="ignore"):  # infinite is the right answer then
            return float(self.l1 * np.abs(weights).sum() + self.l2 * (weights**2).sum())

    def gradient(self, weights: ArrayLike) -> NDArray[np.float64]:
        """Return the slope of the penalty for every weight.

        Parameters
        ----------
        weights : array_like of any shape
            The weights.

        Returns
        -------
        ndarray of the shape of `weights`
            The slopes.
        """
        weights = check_finite(weights, "weights")
        with np.errstate(over="ignore"):
            return self.l1 * np.sign(weights) + 2 * self.l2 * weights


class L1(L1L2):
    """Penalty on the size of every weight: the lasso, which drives weights to exactly zero.

    Parameters
    ----------
    l1 : float, default 0.01
        Strength, 0 or more.

    References
    ----------
    - R. Tibshirani, "Regression shrinkage and selection via the lasso", Journal of the Royal Statistical
      Society B 58(1), 1996, pp. 267-288.

    Examples
    --------
    >>> L1(0.1).gradient([3.0, -0.5, 0.0])
    array([ 0.1, -0.1,  0. ])
    """

    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1, 0.0)


class L2(L1L2):
    """Penalty on the square of every weight: ridge regression, which shrinks large weights most.

    Parameters
    ----------
    l2 : float, default 0.01
        Strength, 0 or more.

    References
    ----------
    - A. E. Hoerl and R. W. Kennard, "Ridge regression: biased estimation for nonorthogonal problems",
      Technometrics 12(1), 1970, pp. 55-67.

    Examples
    --------
    >>> L2(0.1).gradient([3.0, -0.5, 0.0])
    array([ 0.6, -0.1,  0. ])
    """

    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(0.0, l2)


def max_norm(weights: ArrayLike, limit: float) -> NDArray[np.float64]:
    r"""Shorten the weight vectors that are too long and leave the others as they are.

    Parameters
    ----------
    weights : array_like of shape (n_inputs, n_units)
        Weights of a layer, one column a unit.
    limit : float
        The longest a column may be, positive.

    Returns
    -------
    ndarray of shape (n_inputs, n_units)
        The weights, no column longer than `limit`.

    Notes
    -----
    .. math:: w \leftarrow w \, \min\left(1, \frac{r}{\lVert w \rVert_2}\right)

    for the incoming weights :math:`w` of one unit, a column of `weights`, and the `limit` :math:`r`.
    Without the minimum every column would be stretched or cut to the length :math:`r`.

    References
    ----------
    - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov, "Dropout: a simple way to
      prevent neural networks from overfitting", Journal of Machine Learning Research 15, 2014, section 5.1.

    Examples
    --------
    >>> max_norm([[3.0, 0.3], [4.0, 0.4]], limit=1.0)
    array([[0.6, 0.3],
           [0.8, 0.4]])
    """
    weights = array(weights, "weights", ("n_inputs", "n_units"), empty=True)
    return shortened_columns(weights, positive(limit, "limit"))


def shortened_columns(weights: NDArray[np.float64], limit: float) -> NDArray[np.float64]:
    """Shorten the columns longer than the limit. One that is not finite stays as it is."""
    largest = np.abs(weights).max(axis=0, initial=0.0)
    unit = np.where((largest > 1e150) | ((largest < 1e-150) & (largest > 0)), largest, 1.0)
    scaled = weights / unit  # no square overflows, and none vanishes
    norms = np.linalg.norm(scaled, axis=0)
    with np.errstate(over="ignore"):
        too_long = norms > limit / unit
    return np.where(too_long, scaled * (limit / np.where(too_long, norms, 1.0)), weights)


def smooth_labels(one_hot: ArrayLike, amount: float) -> NDArray[np.float64]:
    r"""Take a little probability from the right class and spread it over all of them.

    Parameters
    ----------
    one_hot : array_like of shape (n_samples, n_classes)
        Target probabilities, each row with the sum 1.
    amount : float
        How much is spread, from 0 to below 1.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        Softer targets; the rows still have the sum 1.

    Notes
    -----
    .. math:: y'_k = (1 - \alpha) \, y_k + \frac{\alpha}{K}

    for the target :math:`y_k` of one of :math:`K` classes, and the `amount` :math:`\alpha`.

    References
    ----------
    - C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens and Z. Wojna, "Rethinking the Inception architecture for
      computer vision", Computer Vision and Pattern Recognition, 2016, section 7.

    Examples
    --------
    >>> smooth_labels([[0.0, 1.0, 0.0, 0.0]], amount=0.2)
    array([[0.05, 0.85, 0.05, 0.05]])
    """
    targets = probabilities(one_hot, "one_hot", ("n_samples", "n_classes"))
    amount = number(amount, "amount", least=0, below=1)
    return (1 - amount) * targets + amount / targets.shape[1]
