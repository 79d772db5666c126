"""Checks of arguments that the modules on text, clipping and gradient flow share."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def require_count(name: str, value: int, least: int = 1) -> int:
    """Refuse a count that is too small or not whole."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return int(value)


def require_positive(name: str, value: float) -> float:
    """Refuse what is not a positive, finite number."""
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be positive and finite, got {value}")
    return float(value)


def require_ids(name: str, ids: ArrayLike, n_tokens: int) -> NDArray[np.int64]:
    """Return whole numbers from 0 to n_tokens - 1, or name the first that is none."""
    numbers = np.asarray(ids)
    if not numbers.size:
        return numbers.astype(np.int64)
    if numbers.dtype.kind not in "iu":
        raise ValueError(f"{name} must be whole numbers, got an array of {numbers.dtype}")
    wrong = (numbers < 0) | (numbers >= n_tokens)
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        where = f" at position {place[0] if len(place) == 1 else place}" if place else ""
        raise ValueError(f"{name} must be from 0 to {n_tokens - 1}, got {numbers[place]}{where}")
    return numbers.astype(np.int64)


def require_finite(name: str, array: ArrayLike, shape: tuple[int | str, ...]) -> NDArray[np.float64]:
    """Return an array of floats of a shape in which a text stands for any size, or say what is wrong."""
    numbers = np.asarray(array, dtype=float)
    fits = numbers.ndim == len(shape) and all(
        isinstance(wanted, str) or wanted == given
        for wanted, given in zip(shape, numbers.shape, strict=False)
    )
    if not fits:
        wanted = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
        raise ValueError(f"{name} must have shape ({wanted}), got shape {numbers.shape}")
    if not np.isfinite(numbers).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(numbers))[0])
        raise ValueError(f"{name} must be finite, got {numbers[place]} at {place}")
    return numbers


def require_square(name: str, matrix: ArrayLike) -> NDArray[np.float64]:
    """Return a square matrix of finite numbers, or say what is wrong."""
    square = require_finite(name, matrix, ("units", "units"))
    if square.shape[0] != square.shape[1] or not square.size:
        raise ValueError(f"{name} must be square, got shape {square.shape}")
    return square
