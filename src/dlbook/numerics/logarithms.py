"""Probabilities that are given by their logarithms."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks

Floats = NDArray[np.float64]

LOWEST = float(np.finfo(np.float64).min)


def log_sum_exp(values: ArrayLike, axis: int = -1) -> NDArray[np.float64]:
    r"""Logarithm of a sum of numbers of which the logarithms are given.

    Parameters
    ----------
    values : array_like
        Logarithms; ``-inf`` stands for the number zero.
    axis : int, default -1
        Axis that is summed over.

    Returns
    -------
    ndarray
        Logarithms of the sums, an array with one axis less. It is ``-inf`` where all numbers are zero.

    Raises
    ------
    ValueError
        If there is nothing to sum, or a value is NaN or ``+inf``.

    Notes
    -----
    The largest value is taken out, so that no exponential overflows and not all of them underflow:

    .. math:: \log \sum_i e^{v_i} = m + \log \sum_i e^{v_i - m}, \qquad m = \max_i v_i

    Examples
    --------
    >>> import numpy as np
    >>> log_sum_exp(np.log([0.1, 0.2, 0.3])).round(6) == np.log(0.6).round(6)
    np.True_
    >>> log_sum_exp([-1000.0, -1000.0])
    np.float64(-999.3068528194401)
    """
    array = logarithms(values, "values", ("n", ...))
    axis = checks.count(axis, "axis", -array.ndim, array.ndim - 1)
    if array.shape[axis] == 0:
        raise ValueError(f"values must hold at least one number on axis {axis}, got shape {array.shape}")
    return sum_logarithms(array, axis)[()]


def logarithms(
    value: ArrayLike, name: str, shape: checks.Shape | None = None, *, empty: bool = True
) -> NDArray[np.float64]:
    """Return numbers that may be -inf, the logarithm of zero, but neither NaN nor +inf.

    Parameters
    ----------
    value : array_like
        The argument.
    name : str
        Its name.
    shape : tuple of (int, str or ...), optional
        What the shape must be, as for `dlbook.checks.array`.
    empty : bool, default True
        Whether there may be no number at all.

    Returns
    -------
    ndarray
        The logarithms.

    Raises
    ------
    ValueError
        If they are no real numbers below infinity, or of another shape.
    """
    array = checks.array(value, name, shape, finite=False, empty=empty)
    wrong = np.argwhere(~(array < np.inf))
    if len(wrong):
        position = tuple(int(i) for i in wrong[0])
        raise ValueError(f"{name} must be logarithms below +inf, got {array[position]} at {position}")
    return array


def sum_logarithms(values: Floats, axis: int) -> Floats:
    """Do what `log_sum_exp` does, without checks: for the inside of loops."""
    largest = values.max(axis=axis, keepdims=True)
    np.maximum(largest, LOWEST, out=largest)  # -inf - -inf would be NaN
    with np.errstate(divide="ignore"):
        total = np.log(np.exp(values - largest).sum(axis=axis, keepdims=True))
    return (total + largest).squeeze(axis)


def safe_log(values: Floats) -> Floats:
    """Logarithm with log 0 = -inf, without a warning."""
    with np.errstate(divide="ignore"):
        return np.log(values)
