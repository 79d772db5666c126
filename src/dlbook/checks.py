"""Checks of arguments: one signature and one wording each, for every function of the package.

A check takes the value and the argument's name, and returns the value in the form that the mathematics needs:
a float, an int, an array of float64. What does not fit is refused with a ValueError that names the argument,
what it must be, and what was given. Nothing is coerced in silence: no mask and no imaginary part is lost, no
text or date becomes a number. Inputs are never changed; a result may share memory with what was given.
"""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Iterable
from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "array",
    "choice",
    "count",
    "integers",
    "not_negative",
    "number",
    "positive",
    "probabilities",
    "probability",
    "real",
    "rng",
    "room",
    "sides",
    "text",
    "texts",
    "values",
]

Shape = tuple[int | str | EllipsisType, ...]
"""A size, a name that stands for any size, and once ``...`` for any number of axes."""

_ODD = {"c": "complex numbers", "U": "texts", "S": "bytes", "M": "dates", "m": "durations", "V": "records"}
_TOLERANCE = 1e-8  # how far a sum of probabilities in double precision may be from 1
_SHOWN = 60  # characters of a value in a message
_LARGEST = 2**63 - 1
_ROOM = 2**29  # numbers in an array that a few arguments ask for: 4 GiB of float64


def array(
    value: ArrayLike,
    name: str,
    shape: Shape | None = None,
    *,
    least: float | None = None,
    most: float | None = None,
    finite: bool = True,
    empty: bool = False,
    float32: bool = False,
) -> NDArray[Any]:
    """Return real numbers as an array of floats.

    Parameters
    ----------
    value : array_like
        The argument.
    name : str
        Its name.
    shape : tuple of (int, str or ...), optional
        What the shape must be: a number for a size, a name for any, ``...`` once for any number of axes.
    least, most : float, optional
        The smallest and the largest number allowed.
    finite : bool, default True
        Whether to refuse infinity and NaN.
    empty : bool, default False
        Whether there may be no number at all.
    float32 : bool, default False
        Whether single precision stays; everything else becomes float64.

    Returns
    -------
    ndarray
        The numbers.

    Raises
    ------
    ValueError
        If they are no real numbers, lie outside, or have another shape.

    Examples
    --------
    >>> array([[1, 2], [3, 4]], "x", ("n_samples", 2))
    array([[1., 2.],
           [3., 4.]])
    >>> array([1, 2], "x", ("n_samples", 2))
    Traceback (most recent call last):
    ...
    ValueError: x must have shape (n_samples, 2), got shape (2,)
    """
    given = _real(value, name)
    if shape is not None or not (empty or given.size):
        _check_shape(given, name, shape, empty)
    keep = given.dtype == np.float64 or (float32 and given.dtype == np.float32)
    with np.errstate(over="ignore"):  # what a longer float holds beyond the largest float64
        result = given if keep else given.astype(np.float64)
    if finite and result.size:
        wrong = ~np.isfinite(result)
        if wrong.any():
            raise ValueError(f"{name} must be finite, got {_first(result, wrong)}")
    if least is not None or most is not None:
        wrong = (result < (-np.inf if least is None else least)) | (
            result > (np.inf if most is None else most)
        )
        if wrong.any():
            raise ValueError(f"{name} must be {_bounds(least=least, most=most)}, got {_first(result, wrong)}")
    return result


def real(
    value: ArrayLike, name: str, shape: Shape | None = None, *, finite: bool = True, empty: bool = False
) -> NDArray[Any]:
    """Return real numbers as an array of their own type, whole or not; the arguments are those of `array`."""
    given = _real(value, name)
    array(given, name, shape, finite=finite, empty=empty)
    return given


def values(
    value: ArrayLike, name: str, shape: Shape | None = None, *, finite: bool = True, empty: bool = False
) -> NDArray[Any]:
    """Return real numbers or texts as an array of their own type; the arguments are those of `array`.

    Examples
    --------
    >>> values(["cat", "dog"], "y")
    array(['cat', 'dog'], dtype='<U3')
    >>> values(["cat", 1], "y")
    Traceback (most recent call last):
    ...
    ValueError: y must be numbers alone or texts alone, got ['cat', 1]
    """
    given = _unmasked(value, name)
    if given.dtype.kind != "U":
        return real(given, name, shape, finite=finite, empty=empty)
    if not isinstance(value, np.ndarray):
        parts = np.asarray(value, dtype=object).flat  # NumPy makes texts of the numbers between texts
        if not all(isinstance(part, str) for part in parts):
            raise ValueError(f"{name} must be numbers alone or texts alone, got {_shown(value)}")
    _check_shape(given, name, shape, empty)
    return given


def integers(
    value: ArrayLike,
    name: str,
    shape: Shape | None = None,
    *,
    least: int = 0,
    most: int | None = None,
    empty: bool = False,
) -> NDArray[np.int64]:
    """Return whole numbers, such as labels or positions, as an array of int64.

    Parameters
    ----------
    value : array_like
        The argument. Floats that are whole are taken.
    name : str
        Its name.
    shape : tuple of (int, str or ...), optional
        What the shape must be, as for `array`.
    least : int, default 0
        The smallest number allowed.
    most : int, optional
        The largest one.
    empty : bool, default False
        Whether there may be no number at all.

    Returns
    -------
    ndarray of int64
        The numbers.

    Raises
    ------
    ValueError
        If one is not whole or lies outside, or the shape is another.

    Examples
    --------
    >>> integers([0, 2, 5], "y", most=4)
    Traceback (most recent call last):
    ...
    ValueError: y must be whole numbers from 0 to 4, got 5 at position 2
    """
    given = _real(value, name)
    _check_shape(given, name, shape, empty)
    largest = _LARGEST if most is None else most
    with np.errstate(invalid="ignore"):
        wrong = ~((given >= least) & (given <= largest) & (given == np.floor(given)))
    # The largest int64 is not a float: 2.0**63 would pass the comparison and wrap around.
    wrong |= (given.dtype.kind == "f") & (given >= 2.0**63)
    if wrong.any():
        span = f"from {least} up" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be whole numbers {span}, got {_first(given, wrong)}")
    return given.astype(np.int64, copy=False)


def count(value: int, name: str, least: int = 1, most: int | None = None) -> int:
    """Return a whole number.

    Parameters
    ----------
    value : int
        The argument.
    name : str
        Its name.
    least, most : int
        The smallest and, if there is one, the largest that is allowed.

    Returns
    -------
    int
        The number.

    Raises
    ------
    ValueError
        If it is no whole number, or lies outside.

    Examples
    --------
    >>> count(0, "epochs")
    Traceback (most recent call last):
    ...
    ValueError: epochs must be a whole number of at least 1, got 0
    """
    try:
        whole = None if isinstance(value, bool | np.bool_) else operator.index(value)
    except TypeError:
        whole = None
    largest = _LARGEST if most is None else most
    if whole is None or not least <= whole <= largest:
        open_ended = most is None and (whole is None or whole < least)
        span = f"of at least {least}" if open_ended else f"from {least} to {largest}"
        raise ValueError(f"{name} must be a whole number {span}, got {_shown(value)}")
    return whole


def number(
    value: float,
    name: str,
    *,
    above: float | None = None,
    least: float | None = None,
    below: float | None = None,
    most: float | None = None,
) -> float:
    """Return a finite real number.

    Parameters
    ----------
    value : float
        The argument.
    name : str
        Its name.
    above, least : float, optional
        A lower bound, without it or with it.
    below, most : float, optional
        An upper bound, without it or with it.

    Returns
    -------
    float
        The number.

    Raises
    ------
    ValueError
        If it is no number, not finite, or lies outside.

    Examples
    --------
    >>> number(1, "rate", least=0, below=1)
    Traceback (most recent call last):
    ...
    ValueError: rate must be a finite number, at least 0 and below 1, got 1
    """
    result = _scalar(value)
    inside = (
        np.isfinite(result)
        and (above is None or result > above)
        and (least is None or result >= least)
        and (below is None or result < below)
        and (most is None or result <= most)
    )
    if not inside:
        bounds = _bounds(above=above, least=least, below=below, most=most)
        comma = ", " if bounds else ""
        raise ValueError(f"{name} must be a finite number{comma}{bounds}, got {_shown(value)}")
    return result


def positive(value: float, name: str) -> float:
    """Return a finite number above 0."""
    return number(value, name, above=0)


def not_negative(value: float, name: str) -> float:
    """Return a finite number of at least 0."""
    return number(value, name, least=0)


def probability(value: float, name: str) -> float:
    """Return a number from 0 to 1."""
    return number(value, name, least=0, most=1)


def probabilities(value: ArrayLike, name: str, shape: Shape | None = None) -> NDArray[np.float64]:
    """Return distributions, one along the last axis each.

    Parameters
    ----------
    value : array_like
        The argument.
    name : str
        Its name.
    shape : tuple of (int, str or ...), optional
        What the shape must be, as for `array`.

    Returns
    -------
    ndarray
        A copy. Sums that differ from 1 by the rounding of the precision that was given are scaled to 1.

    Raises
    ------
    ValueError
        If a number is negative or not finite, or a sum is not 1.

    Examples
    --------
    >>> probabilities(np.float32([0.1, 0.2, 0.7]), "start").sum()
    np.float64(1.0)
    >>> probabilities([[0.5, 0.5], [0.5, 0.4]], "transition")
    Traceback (most recent call last):
    ...
    ValueError: transition must have rows that sum to 1, got row 1 with sum 0.9
    """
    given = _real(value, name)
    rows = array(given, name, shape, finite=False).copy()
    if rows.ndim == 0:
        raise ValueError(f"{name} must be a list of probabilities, got {_shown(value)}")
    wrong = ~(np.isfinite(rows) & (rows >= 0))
    if wrong.any():
        raise ValueError(f"{name} must be probabilities, finite and not negative, got {_first(rows, wrong)}")
    n = rows.shape[-1]
    precision = np.finfo(given.dtype).eps if given.dtype.kind == "f" else 0.0
    totals = rows.sum(axis=-1, keepdims=True)
    off = np.abs(totals - 1.0)
    far = off > max(_TOLERANCE, n * precision)
    if far.any():
        if rows.ndim == 1:
            raise ValueError(f"{name} must sum to 1, got sum {totals[0]:.10g}")
        place = tuple(int(i) for i in np.argwhere(far[..., 0])[0])
        row = place[0] if len(place) == 1 else place
        raise ValueError(
            f"{name} must have rows that sum to 1, got row {row} with sum {totals[place][0]:.10g}"
        )
    # A sum that is off by no more than rounding in double precision stays as it was typed.
    return np.divide(rows, totals, out=rows, where=off > n * np.finfo(np.float64).eps)


def rng(value: np.random.Generator, name: str = "rng") -> np.random.Generator:
    """Return a generator of random numbers; a seed is none."""
    if not isinstance(value, np.random.Generator):
        example = "numpy.random.default_rng(0)"
        raise ValueError(f"{name} must be a numpy.random.Generator, such as {example}, got {_shown(value)}")
    return value


def sides(value: int | tuple[int, ...], name: str, least: int = 0) -> tuple[int, ...]:
    """Return the shape of an array to be made: a whole number, or several."""
    given = value if isinstance(value, tuple | list) else (value,)
    try:
        return tuple(count(side, name, least) for side in given)
    except ValueError:
        sizes = f"whole numbers of at least {least}"
        raise ValueError(f"{name} must be a shape of {sizes}, got {_shown(value)}") from None


def choice(value: str, name: str, options: Iterable[str]) -> str:
    """Return one of several words."""
    known = tuple(options)
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}, got {_shown(value)}")
    return value


def text(value: str, name: str) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text, got {_shown(value)}")
    return value


def texts(value: Iterable[str], name: str) -> tuple[str, ...]:
    """Return several texts. A single one is refused, although Python takes it for its characters."""
    try:
        given = None if isinstance(value, str | bytes) else tuple(value)
    except TypeError:
        given = None
    if given is None or not all(isinstance(part, str) for part in given):
        raise ValueError(f"{name} must be texts, got {_shown(value)}")
    return given


def room(shape: tuple[int, ...], name: str) -> None:
    """Refuse an array that would fill the memory, where a small argument asks for it."""
    if math.prod(shape) > _ROOM:
        raise ValueError(f"{name} must ask for an array of at most {_ROOM} numbers, got shape {shape}")


def _unmasked(value: Any, name: str) -> NDArray[Any]:
    """Return an array of whatever is given, or refuse what is masked or ragged."""
    parts = value if isinstance(value, list | tuple) else [value]
    if any(np.ma.is_masked(part) for part in parts if isinstance(part, np.ma.MaskedArray)):
        raise ValueError(f"{name} must not be masked: fill the masked numbers, or leave them out")
    try:
        given = np.asarray(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of numbers, got {_shown(value)}") from None
    return given


def _real(value: Any, name: str) -> NDArray[Any]:
    """Return an array of real numbers in their own precision, or refuse what is none."""
    if type(value) is np.ndarray and value.dtype.kind in "biuf":  # by far the most frequent
        return value
    given = _unmasked(value, name)
    if given.dtype.kind == "O" and all(isinstance(v, numbers.Real) for v in given.flat):
        given = np.array([_scalar(v) for v in given.flat]).reshape(given.shape)
    if given.dtype.kind not in "biuf":
        found = _ODD.get(given.dtype.kind, _shown(value))
        raise ValueError(f"{name} must be an array of real numbers, got {found}")
    return given


def _check_shape(given: NDArray[Any], name: str, shape: Shape | None, empty: bool) -> None:
    if shape is not None:
        gap = shape.index(...) if ... in shape else len(shape)
        sizes = shape[:gap] + shape[gap + 1 :]
        further = given.ndim - len(sizes)
        found = given.shape[:gap] + given.shape[gap + max(0, further) :]
        fits = further >= 0 if ... in shape else further == 0
        if not (fits and all(isinstance(w, str) or w == n for w, n in zip(sizes, found, strict=True))):
            wanted = ", ".join("..." if size is ... else str(size) for size in shape)
            comma = "," if len(shape) == 1 else ""
            raise ValueError(f"{name} must have shape ({wanted}{comma}), got shape {given.shape}")
    if not (empty or given.size):
        raise ValueError(f"{name} must not be empty, got shape {given.shape}")


def _scalar(value: Any) -> float:
    """Return a number as a float, and what is no real number as NaN."""
    if isinstance(value, bool | np.bool_):
        return float("nan")
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if not isinstance(value, numbers.Real):
        return float("nan")
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _bounds(**bounds: float | None) -> str:
    """Write the bounds that there are."""
    words = {"above": "above", "least": "at least", "below": "below", "most": "at most"}
    return " and ".join(f"{words[key]} {bound:g}" for key, bound in bounds.items() if bound is not None)


def _first(values: NDArray[Any], wrong: NDArray[np.bool_]) -> str:
    """Write the first number that is wrong, and its place."""
    if not values.ndim:
        return f"{values[()]}"
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = f"position {place[0]}" if len(place) == 1 else f"{place}"
    return f"{values[place]:.10g} at {where}"


def _shown(value: Any) -> str:
    """Write a value in one short line."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    try:
        written = " ".join(repr(value).split())
    except ValueError:  # Python does not write numbers of more than 4300 digits
        return f"a very long {type(value).__name__}"
    return written if len(written) <= _SHOWN else f"{written[: _SHOWN - 3]}..."
