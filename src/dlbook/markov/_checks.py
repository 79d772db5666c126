"""Checks of probabilities and names that the Markov chains and the hidden Markov models share."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

TOLERANCE = 1e-8
"""How far a sum of probabilities may be from 1."""


def probability_vector(name: str, value: ArrayLike, size: int | None = None) -> NDArray[np.float64]:
    """Return a copy of a vector of probabilities, as floats that cannot be written to.

    Parameters
    ----------
    name : str
        Name of the argument, for messages.
    value : array_like of shape (size,)
        The probabilities. They are taken as they are: a sum that is off by less than 1e-8 is not rescaled.
    size : int, optional
        Required number of elements. Without it any number but zero will do.

    Returns
    -------
    ndarray of shape (size,)
        The probabilities.

    Raises
    ------
    ValueError
        If the shape is another, a number is negative, NaN or infinite, or the sum is not 1.
    """
    vector = as_floats(name, value)
    if vector.ndim != 1 or vector.size == 0 or (size is not None and vector.size != size):
        raise ValueError(f"{name} must have shape ({'n' if size is None else size},), got {vector.shape}")
    _check_range(name, vector)
    total = float(vector.sum())
    if abs(total - 1.0) > TOLERANCE:
        raise ValueError(f"{name} must sum to 1, got sum {total:.10g}")
    vector.flags.writeable = False
    return vector


def probability_matrix(
    name: str, value: ArrayLike, shape: tuple[int | None, int | None] | None = None
) -> NDArray[np.float64]:
    """Return a copy of a matrix whose rows are probabilities, as floats that cannot be written to.

    Parameters
    ----------
    name : str
        Name of the argument, for messages.
    value : array_like of shape (n_rows, n_columns)
        One distribution a row. Sums that are off by less than 1e-8 are not rescaled.
    shape : tuple of (int or None, int or None), optional
        Required numbers of rows and of columns; None stands for any number but zero.

    Returns
    -------
    ndarray of shape (n_rows, n_columns)
        The probabilities.

    Raises
    ------
    ValueError
        If the shape is another, a number is negative, NaN or infinite, or a row does not sum to 1.
    """
    matrix = as_floats(name, value)
    wanted = (None, None) if shape is None else shape
    fits = matrix.ndim == 2 and matrix.size > 0
    if not (fits and all(w is None or w == n for w, n in zip(wanted, matrix.shape, strict=True))):
        rows, columns = ("n" if w is None else w for w in wanted)
        raise ValueError(f"{name} must have shape ({rows}, {columns}), got {matrix.shape}")
    _check_range(name, matrix)
    totals = matrix.sum(axis=1)
    wrong = np.flatnonzero(np.abs(totals - 1.0) > TOLERANCE)
    if wrong.size:
        row = int(wrong[0])
        raise ValueError(f"{name} must have rows that sum to 1, got row {row} with sum {totals[row]:.10g}")
    matrix.flags.writeable = False
    return matrix


def square_matrix(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """Return a copy of a square matrix whose rows are probabilities, as floats that cannot be written to.

    Parameters
    ----------
    name : str
        Name of the argument, for messages.
    value : array_like of shape (n_states, n_states)
        One distribution a row. Sums that are off by less than 1e-8 are not rescaled.

    Returns
    -------
    ndarray of shape (n_states, n_states)
        The probabilities.

    Raises
    ------
    ValueError
        If the matrix is not square, a number is negative, NaN or infinite, or a row does not sum to 1.
    """
    shape = as_floats(name, value).shape
    size = shape[0] if shape else None
    return probability_matrix(name, value, (size, size))


def names(name: str, value: Iterable[object] | None, size: int) -> tuple[str, ...]:
    """Return names of states or symbols, "0", "1", ... where none are given.

    Parameters
    ----------
    name : str
        Name of the argument, for messages.
    value : iterable of str, optional
        The names, all different. A string counts as the sequence of its letters.
    size : int
        How many there must be.

    Returns
    -------
    tuple of str
        The names.

    Raises
    ------
    ValueError
        If there are more or fewer, one is not a string, or two are the same.
    """
    if value is None:
        return tuple(str(i) for i in range(size))
    given = tuple(value)
    if len(given) != size:
        raise ValueError(f"{name} must hold {size} names, got {len(given)}: {given[:8]}")
    for position, item in enumerate(given):
        if not isinstance(item, str):
            raise ValueError(f"{name} must be strings, got {item!r} at position {position}")
        first = given.index(item)
        if first != position:
            raise ValueError(
                f"{name} must be different from each other, got {item!r} at positions {first} and {position}"
            )
    return tuple(str(item) for item in given)


def as_floats(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """Return a copy of numbers as floats.

    Parameters
    ----------
    name : str
        Name of the argument, for messages.
    value : array_like
        Numbers in any shape.

    Returns
    -------
    ndarray
        The copy.

    Raises
    ------
    ValueError
        If it holds something else, such as text, or rows of unequal length.
    """
    try:
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of numbers, got {value!r:.80}") from error


def whole(name: str, value: int, least: int) -> int:
    """Return a whole number.

    Parameters
    ----------
    name : str
        Name of the argument, for messages.
    value : int
        The number.
    least : int
        The smallest that is allowed.

    Returns
    -------
    int
        The number.

    Raises
    ------
    ValueError
        If it is no whole number, or smaller.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return int(value)


def not_negative(name: str, value: float) -> float:
    """Return a finite number that is not negative.

    Parameters
    ----------
    name : str
        Name of the argument, for messages.
    value : float
        The number.

    Returns
    -------
    float
        The number.

    Raises
    ------
    ValueError
        If it is negative, NaN or infinite.
    """
    if not (np.isfinite(value) and value >= 0):
        raise ValueError(f"{name} must be finite and not negative, got {value}")
    return float(value)


def _check_range(name: str, values: NDArray[np.float64]) -> None:
    wrong = np.argwhere(~(np.isfinite(values) & (values >= 0)))
    if len(wrong):
        position = tuple(int(i) for i in wrong[0])
        where = f"position {position[0]}" if values.ndim == 1 else f"row {position[0]}, column {position[1]}"
        raise ValueError(
            f"{name} must be probabilities, finite and not negative, got {values[position]:.6g} at {where}"
        )
