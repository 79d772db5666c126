"""Central differences: the slope of any function, and a check of gradients that were derived by hand."""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, positive
from .loss import Loss
from .sequential import Sequential

_FLOOR = 1e-4  # below this size gradients are compared absolutely: rounding would spoil the ratio
_ROUNDING = 4 * np.finfo(float).eps  # of a function, relative to its value


@dataclass(frozen=True)
class GradientReport:
    """What a gradient check found: the entry with the largest error.

    Parameters
    ----------
    name : str
        Array that holds the worst entry.
    index : tuple of int
        Place of the worst entry in that array.
    analytic : float
        The gradient under test at the worst entry.
    numeric : float
        The central difference there.
    error : float
        Relative error of the worst entry.
    tolerance : float
        The largest error that passes.
    n_entries : int
        How many entries were compared.
    n_too_small : int
        How many of them are so small that a wrong one would have passed, even a zero.
    """

    name: str
    index: tuple[int, ...]
    analytic: float
    numeric: float
    error: float
    tolerance: float
    n_entries: int
    n_too_small: int = 0

    @property
    def passed(self) -> bool:
        """Whether every entry lies within the tolerance."""
        return self.error <= self.tolerance

    def raise_if_failed(self) -> None:
        """Stop with an error that names the worst entry, if the check failed.

        Raises
        ------
        AssertionError
            If an entry lies outside the tolerance.
        """
        if not self.passed:
            raise AssertionError(str(self))

    def __str__(self) -> str:
        """Say in one line what was compared and which entry is worst."""
        place = self.name + (str(list(self.index)) if self.index else "")
        unknown = f"; {self.n_too_small} too small to tell" if self.n_too_small else ""
        return (
            f"{self.n_entries} gradients {'agree' if self.passed else 'do not agree'}, worst is {place}: "
            f"analytic {self.analytic:.6g}, numeric {self.numeric:.6g}, "
            f"error {self.error:.1e} (tolerance {self.tolerance:.0e}){unknown}"
        )


def numerical_gradient(
    function: Callable[[NDArray[np.float64]], float], x: ArrayLike, *, step: float = 1e-5
) -> NDArray[np.float64]:
    r"""Slope of a function of an array, one entry after the other, by central differences.

    Parameters
    ----------
    function : callable
        Takes an array of the shape of `x` and returns one number.
    x : array_like of any shape
        Where the slope is wanted.
    step : float, default 1e-5
        Half the distance of the two points, positive. Too large and the curve bends between them, too small
        and rounding wins.

    Returns
    -------
    ndarray of the shape of `x`
        The partial derivative for every entry.

    Notes
    -----
    .. math:: \frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2 h}

    =============  ==========  ==================================================
    symbol         name        meaning
    =============  ==========  ==================================================
    :math:`f`      `function`  the function
    :math:`x`      `x`         the point
    :math:`h`      `step`      the step
    :math:`e_i`    (internal)  an array of zeros with a single 1, at place i
    =============  ==========  ==================================================

    The error of the formula shrinks with :math:`h^2`, that of the one-sided difference only with :math:`h`.
    Two calls of the function an entry: right for a check, far too slow for training.

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, section 11.5.

    Examples
    --------
    >>> numerical_gradient(lambda x: float((x**2).sum()), [3.0, -1.0]).round(6)
    array([ 6., -2.])
    """
    point = array(x, "x", empty=True)
    slopes = [slope for _, slope, _ in _slopes(function, point, positive(step, "step"))]
    return np.array(slopes).reshape(point.shape)


def check_gradients(
    function: Callable[[dict[str, NDArray[np.float64]]], float],
    values: Mapping[str, ArrayLike],
    gradients: Mapping[str, ArrayLike],
    *,
    step: float = 1e-5,
    tolerance: float = 1e-6,
) -> GradientReport:
    r"""Compare gradients with central differences and name the worst entry.

    Parameters
    ----------
    function : callable
        Takes a dictionary like `values` and returns one number. It must give the same number when it is
        called twice, so random choices have to be fixed.
    values : mapping of str to array_like
        The arrays that the function depends on: parameters, inputs, or both.
    gradients : mapping of str to array_like
        The gradients under test, with the same names and shapes.
    step : float, default 1e-5
        Half the distance of the two points, positive.
    tolerance : float, default 1e-6
        The largest relative error that passes, positive.

    Returns
    -------
    GradientReport
        The worst entry and whether all passed. Call its `raise_if_failed` to stop at a wrong gradient.

    Notes
    -----
    .. math:: \text{error} = \frac{|a - n|}{\max(|a|, |n|, 10^{-4}, r / t)}, \qquad
              r = 4 \varepsilon \, \frac{|f|}{h}

    ===================  ============  ==================================================
    symbol               name          meaning
    ===================  ============  ==================================================
    :math:`a`            `analytic`    one entry of the gradients
    :math:`n`            `numeric`     the central difference for it
    :math:`t`            `tolerance`   the largest error that passes
    :math:`r`            (internal)    rounding of the difference, for a function of size
                                       :math:`|f|`, the step :math:`h` and the precision
                                       :math:`\varepsilon = 2^{-52}`
    ===================  ============  ==================================================

    What is smaller than :math:`t` times the denominator passes whatever it is; the report counts it.
    Where a function has a kink between the two points, as the ReLU at zero, the two disagree although
    neither is wrong. Choose another point.

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, section 11.5.

    Examples
    --------
    >>> def function(values):
    ...     return float((values["a"] * values["b"]).sum())
    >>> values = {"a": [1.0, 2.0], "b": [3.0, 5.0]}
    >>> print(check_gradients(function, values, {"a": [3.0, 5.0], "b": [1.0, 2.5]}))
    4 gradients do not agree, worst is b[1]: analytic 2.5, numeric 2, error 2.0e-01 (tolerance 1e-06)
    """
    step, tolerance = positive(step, "step"), positive(tolerance, "tolerance")
    points, slopes = _check_pairs(values, gradients)
    worst, n_entries, n_too_small = None, 0, 0
    for name, point in points.items():

        def varied(changed: NDArray, name: str = name) -> float:
            return function({**points, name: changed})

        for index, numeric, size in _slopes(varied, point, step):
            analytic = float(slopes[name][index])
            floor = max(_FLOOR, _ROUNDING * size / step / tolerance)
            largest = max(abs(analytic), abs(numeric))
            error = abs(analytic - numeric) / max(largest, floor)
            if not np.isfinite(error):
                error = np.inf  # not a number is the worst of errors
            n_entries += 1
            n_too_small += 0 < largest <= tolerance * floor
            if worst is None or error > worst[-1]:
                worst = (name, index, analytic, numeric, error)
    if worst is None:
        raise ValueError("values must hold at least one number, got none")
    return GradientReport(*worst, tolerance=tolerance, n_entries=n_entries, n_too_small=n_too_small)


def check_network(
    model: Sequential,
    x: ArrayLike,
    y: ArrayLike,
    *,
    loss: str | Loss,
    training: bool = False,
    rng: np.random.Generator | None = None,
    step: float = 1e-5,
    tolerance: float = 1e-6,
) -> GradientReport:
    """Check the gradients of a network for all its parameters and its inputs.

    Parameters
    ----------
    model : Sequential
        The network. It stays as it is.
    x : array_like of shape (n_samples, n_inputs)
        A few samples: every one of their numbers costs two passes through the network.
    y : array_like
        Their targets, in the form that the loss takes.
    loss : str or Loss
        A key of `LOSSES`, or a loss of your own.
    training : bool, default False
        Whether the layers behave as in training.
    rng : numpy.random.Generator, optional
        Makes the random choices of dropout, the same in every pass. Its state stays as it is.
    step : float, default 1e-5
        Half the distance of the two points, positive.
    tolerance : float, default 1e-6
        The largest relative error that passes, positive.

    Returns
    -------
    GradientReport
        The worst entry, named as in ``"0.weights"`` or ``"x"``, and whether all passed.

    Examples
    --------
    >>> from dlbook.nn import ActivationLayer, Dense
    >>> model = Sequential([Dense(2, 3, rng=np.random.default_rng(0)), ActivationLayer("tanh")])
    >>> report = check_network(model, [[1.0, -2.0]], [[0.5, 0.0, -1.0]], loss="mean_squared_error")
    >>> report.passed, report.n_entries
    (True, 11)
    """
    twin = copy.deepcopy(model)

    def backpropagate(values: Mapping[str, ArrayLike]) -> tuple[float, NDArray, dict[str, NDArray]]:
        twin.parameters = {name: value for name, value in values.items() if name != "x"}
        fixed = copy.deepcopy(rng)
        return twin.loss_and_gradients(values["x"], y, loss=loss, training=training, rng=fixed)

    values: dict[str, ArrayLike] = {**model.parameters, "x": x}
    _, grad_input, gradients = backpropagate(values)
    return check_gradients(
        lambda varied: backpropagate(varied)[0],
        values,
        {**gradients, "x": grad_input},
        step=step,
        tolerance=tolerance,
    )


def _slopes(
    function: Callable[[NDArray], float], point: NDArray, step: float
) -> Iterator[tuple[tuple[int, ...], float, float]]:
    """Yield every index of an array with the central difference there, and with the size of the function."""
    for index in np.ndindex(point.shape):
        above, below = point.copy(), point.copy()
        above[index] += step
        below[index] -= step
        upper, lower = float(function(above)), float(function(below))
        yield index, (upper - lower) / (2 * step), max(abs(upper), abs(lower))


def _check_pairs(
    values: Mapping[str, ArrayLike], gradients: Mapping[str, ArrayLike]
) -> tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]]]:
    for name, given in (("values", values), ("gradients", gradients)):
        if not isinstance(given, Mapping):
            raise ValueError(f"{name} must be a dictionary of arrays, got {type(given).__name__}")
    if set(values) != set(gradients):
        raise ValueError(f"gradients must have the names {sorted(values)}, got {sorted(gradients)}")
    points = {name: array(value, f"values of {name!r}", empty=True) for name, value in values.items()}
    slopes = {
        name: array(given, f"gradients of {name!r}", finite=False, empty=True)
        for name, given in gradients.items()
    }
    for name, slope in slopes.items():
        if slope.shape != points[name].shape:
            shape = points[name].shape
            raise ValueError(f"gradients must have shape {shape} for {name}, as values, got {slope.shape}")
    return points, slopes
