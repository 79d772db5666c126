"""The perceptron: one threshold unit that learns from its mistakes, and the bound on how many it makes."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, count, number, positive, values
from ..checks import rng as generator


class Update(NamedTuple):
    """One correction of a perceptron.

    Parameters
    ----------
    weights : ndarray of shape (n_features,)
        The weights after the correction.
    bias : float
        The bias after the correction.
    sample : int
        Row of the sample that was wrong and caused the correction.
    """

    weights: NDArray[np.float64]
    bias: float
    sample: int


class Perceptron:
    r"""A threshold unit that adds every misclassified sample to its weights.

    Parameters
    ----------
    learning_rate : float, default 1.0
        Size of a correction, positive. As the weights start at zero it only scales them, but for rounding:
        with a rate such as 0.1 a sum that should be zero may miss it, and other corrections follow.
    max_epochs : int, default 1000
        How often the samples are gone through at most. Training ends earlier, after the first pass without
        a mistake.

    Attributes
    ----------
    weights : ndarray of shape (n_features,)
        The weights after `fit`.
    bias : float
        The bias after `fit`.
    classes : ndarray of shape (2,)
        The two labels in ascending order. The second is the positive one.
    n_updates : int
        Number of corrections made.
    n_epochs : int
        Number of passes over the samples, the last one without a mistake included.
    converged : bool
        Whether a whole pass went by without a mistake. If not, `max_epochs` ended the training: the two
        classes may not be separable by a hyperplane, or it may take longer.
    history : list of Update
        Every correction in order.

    Notes
    -----
    With the labels written as :math:`y = \pm 1`, a sample is a mistake when

    .. math:: y \, (w^{\top} x + b) \le 0

    and each mistake changes the weights and the bias by

    .. math:: w \leftarrow w + \eta \, y \, x, \qquad b \leftarrow b + \eta \, y

    ============  ===============  ==============================================
    symbol        name             meaning
    ============  ===============  ==============================================
    :math:`x`     row of `x`       features of one sample
    :math:`y`     element of `y`   its label: -1 for the smaller, 1 for the larger
    :math:`w`     `weights`        weights, zero at the start
    :math:`b`     `bias`           bias, zero at the start
    :math:`\eta`  `learning_rate`  size of a correction
    ============  ===============  ==============================================

    A sample exactly on the line counts as a mistake while learning, and is given the smaller label when
    predicting. scikit-learn's ``Perceptron`` follows the same two conventions.

    References
    ----------
    - F. Rosenblatt, "The perceptron: a probabilistic model for information storage and organization in the
      brain", Psychological Review 65(6), 1958, pp. 386-408.
    - Y. Freund and R. E. Schapire, "Large margin classification using the perceptron algorithm", Machine
      Learning 37(3), 1999, pp. 277-296.

    Examples
    --------
    >>> inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> model = Perceptron().fit(inputs, [0, 1, 1, 1])
    >>> model.predict(inputs)
    array([0, 1, 1, 1])
    >>> model.weights, model.bias, model.n_updates
    (array([2., 2.]), -1.0, 9)
    """

    weights: NDArray[np.float64]
    bias: float
    classes: NDArray
    n_updates: int
    n_epochs: int
    converged: bool
    history: list[Update]

    def __init__(self, learning_rate: float = 1.0, max_epochs: int = 1000) -> None:
        self.learning_rate = positive(learning_rate, "learning_rate")
        self.max_epochs = count(max_epochs, "max_epochs")

    def fit(self, x: ArrayLike, y: ArrayLike, *, rng: np.random.Generator | None = None) -> Self:
        """Learn from labelled samples, starting from weights of zero.

        Parameters
        ----------
        x : array_like of shape (n_samples, n_features)
            One sample a row.
        y : array_like of shape (n_samples,)
            Labels: exactly two different values.
        rng : numpy.random.Generator, optional
            Shuffles the samples before every pass. Without it they are taken in the order given.

        Returns
        -------
        Perceptron
            The model itself.
        """
        if rng is not None:
            generator(rng)
        x, signs, self.classes = _check_samples(x, y)
        weights, bias = np.zeros(x.shape[1]), 0.0
        self.history, self.n_epochs, self.converged = [], 0, False
        while self.n_epochs < self.max_epochs and not self.converged:
            order = np.arange(len(x)) if rng is None else rng.permutation(len(x))
            updates = _one_epoch(x, signs, weights, bias, self.learning_rate, order)
            if updates:
                weights, bias, _ = updates[-1]
            self.history += updates
            self.n_epochs += 1
            self.converged = not updates
        self.weights, self.bias = weights.copy(), bias
        self.n_updates = len(self.history)
        return self

    def decision_function(self, x: ArrayLike) -> NDArray[np.float64]:
        """Score samples: positive on the side of the larger label, zero on the line.

        Parameters
        ----------
        x : array_like of shape (n_samples, n_features)
            One sample a row.

        Returns
        -------
        ndarray of shape (n_samples,)
            The weighted sums plus the bias.
        """
        if not hasattr(self, "weights"):
            raise ValueError("the perceptron must be fitted first, call fit(x, y)")
        x = array(x, "x", ("n_samples", len(self.weights)), empty=True)
        return x @ self.weights + self.bias

    def predict(self, x: ArrayLike) -> NDArray:
        """Label samples.

        Parameters
        ----------
        x : array_like of shape (n_samples, n_features)
            One sample a row.

        Returns
        -------
        ndarray of shape (n_samples,)
            One of the two labels for each sample.
        """
        scores = self.decision_function(x)
        return self.classes[(scores > 0).astype(int)]


def margin(x: ArrayLike, y: ArrayLike, weights: ArrayLike, bias: float = 0.0) -> float:
    r"""How far the nearest sample is on its right side of a separator.

    Parameters
    ----------
    x : array_like of shape (n_samples, n_features)
        One sample a row.
    y : array_like of shape (n_samples,)
        Labels: exactly two different values.
    weights : array_like of shape (n_features,)
        Weights of the separator.
    bias : float, default 0.0
        Bias of the separator.

    Returns
    -------
    float
        The margin, negative if a sample is on the wrong side.

    Notes
    -----
    The bias counts as one more weight, whose input is always 1:

    .. math:: \gamma = \min_i \frac{y_i \, \tilde{w}^{\top} \tilde{x}_i}{\lVert \tilde{w} \rVert},
              \qquad \tilde{x}_i = (x_i, 1), \quad \tilde{w} = (w, b)

    ===================  ===================  =======================================
    symbol               name                 meaning
    ===================  ===================  =======================================
    :math:`\tilde{x}_i`  row of `x`, and 1    sample with the constant input
    :math:`y_i`          element of `y`       its label, written as -1 or 1
    :math:`\tilde{w}`    `weights`, `bias`    the separator
    :math:`\gamma`       returned value       the margin
    ===================  ===================  =======================================

    References
    ----------
    - Y. Freund and R. E. Schapire, "Large margin classification using the perceptron algorithm", Machine
      Learning 37(3), 1999, pp. 277-296, theorem 1.

    Examples
    --------
    >>> inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> round(margin(inputs, [0, 1, 1, 1], weights=[2, 2], bias=-1), 4)
    0.3333
    """
    x, signs, _ = _check_samples(x, y)
    return float(_margins(x, signs, *_check_separator(x, weights, bias)).min())


def convergence_bound(x: ArrayLike, y: ArrayLike, weights: ArrayLike, bias: float = 0.0) -> float:
    r"""Upper bound on the number of corrections that a perceptron makes on separable samples.

    Parameters
    ----------
    x : array_like of shape (n_samples, n_features)
        One sample a row.
    y : array_like of shape (n_samples,)
        Labels: exactly two different values.
    weights : array_like of shape (n_features,)
        Weights of any separator of the two classes. The wider its margin, the sharper the bound.
    bias : float, default 0.0
        Bias of the separator.

    Returns
    -------
    float
        The bound. It holds for every order of the samples and every learning rate.

    Raises
    ------
    ValueError
        If the separator leaves a sample on the wrong side or on the line, or for a reason that `margin` has.

    Notes
    -----
    .. math:: \left( \frac{R}{\gamma} \right)^2, \qquad R = \max_i \lVert \tilde{x}_i \rVert

    ===================  ===================  ==========================================
    symbol               name                 meaning
    ===================  ===================  ==========================================
    :math:`\tilde{x}_i`  row of `x`, and 1    sample with the constant input of the bias
    :math:`R`            (internal)           length of the longest of them
    :math:`\gamma`       `margin`             margin of the separator
    ===================  ===================  ==========================================

    References
    ----------
    - A. B. J. Novikoff, "On convergence proofs on perceptrons", Proceedings of the Symposium on the
      Mathematical Theory of Automata, volume 12, 1962, pp. 615-622.
    - Y. Freund and R. E. Schapire, "Large margin classification using the perceptron algorithm", Machine
      Learning 37(3), 1999, pp. 277-296, theorem 1.

    Examples
    --------
    >>> inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> round(convergence_bound(inputs, [0, 1, 1, 1], weights=[2, 2], bias=-1), 6)
    27.0
    """
    x, signs, _ = _check_samples(x, y)
    margins = _margins(x, signs, *_check_separator(x, weights, bias))
    nearest = int(margins.argmin())
    if margins[nearest] <= 0:
        raise ValueError(
            f"weights and bias must separate the classes, sample {nearest} has margin {margins[nearest]:.4g}"
        )
    unit = _near(np.append(x, 1.0))  # no square overflows
    longest_squared = ((x / unit) ** 2).sum(axis=1).max() + (1.0 / unit) ** 2
    with np.errstate(divide="ignore", over="ignore"):  # beyond all numbers
        return float(longest_squared / (margins[nearest] / unit) ** 2)


def _one_epoch(
    x: NDArray, signs: NDArray, weights: NDArray, bias: float, learning_rate: float, order: NDArray
) -> list[Update]:
    """Go once through the samples and return every correction."""
    updates = []
    position = 0
    while position < len(order):
        rest = order[position:]
        wrong = signs[rest] * (x[rest] @ weights + bias) <= 0  # nothing changes until the next mistake
        if not wrong.any():
            break
        position += int(wrong.argmax())
        sample = int(order[position])
        weights = weights + learning_rate * signs[sample] * x[sample]
        bias = bias + learning_rate * float(signs[sample])
        updates.append(Update(weights, bias, sample))
        position += 1
    return updates


def _margins(x: NDArray, signs: NDArray, weights: NDArray, bias: float) -> NDArray[np.float64]:
    """Distance of every sample to the separator, negative on the wrong side; the bias counts as a weight."""
    unit = _near(np.append(weights, bias))  # a separator may be scaled, and then no square overflows
    weights, bias = weights / unit, bias / unit
    return signs * (x @ weights + bias) / np.sqrt(weights @ weights + bias**2) + 0.0  # no negative zero


def _near(values: NDArray) -> float:
    """Return a power of two near the size of the largest number: dividing by it rounds nothing."""
    return float(np.ldexp(0.5, np.frexp(np.abs(values).max())[1]))


def _check_samples(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray]:
    """Return the samples as floats, the labels as signs, and the two labels in ascending order."""
    x = array(x, "x", ("n_samples", "n_features"))
    y = values(y, "y", (len(x),))
    classes = np.unique(y)
    if len(classes) != 2:
        raise ValueError(f"y must hold exactly two labels, got {len(classes)}: {classes[:5].tolist()}")
    return x, np.where(y == classes[1], 1.0, -1.0), classes


def _check_separator(x: NDArray, weights: ArrayLike, bias: float) -> tuple[NDArray[np.float64], float]:
    weights, bias = array(weights, "weights", x.shape[1:]), number(bias, "bias")
    if not weights.any() and bias == 0:
        raise ValueError("weights and bias must not all be zero: they describe no separator")
    return weights, bias
