"""Checks of arguments that several modules of this package share."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def check_positive(value: float, name: str) -> None:
    """Refuse what is not a positive, finite number."""
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be positive and finite, got {value}")


def check_not_negative(value: float, name: str) -> None:
    """Refuse what is not a finite number from 0 up."""
    if not (np.isfinite(value) and value >= 0):
        raise ValueError(f"{name} must be finite and not negative, got {value}")


def check_rate(value: float, name: str = "rate") -> None:
    """Refuse what lies outside [0, 1)."""
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be in [0, 1), got {value}")


def check_count(value: int, name: str) -> None:
    """Refuse what is not a whole number from 1 up."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")


def check_columns(x: ArrayLike, n_columns: int | None, name: str) -> NDArray[np.float64]:
    """Return a table of floats, or refuse what is none or has the wrong number of columns."""
    table = np.asarray(x, dtype=float)
    if table.ndim != 2 or (n_columns is not None and table.shape[1] != n_columns):
        columns = "n_features" if n_columns is None else n_columns
        raise ValueError(f"{name} must have shape (n_samples, {columns}), got shape {table.shape}")
    return table


def check_finite(table: NDArray, name: str) -> None:
    """Refuse a table with a number that is not finite, and name its place."""
    if table.dtype.kind == "f" and not np.isfinite(table).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(table))[0])
        raise ValueError(f"{name} must be finite, got {table[place]} in row {place[0]}")


def check_gradient(grad: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Refuse a gradient that does not have the shape of the outputs."""
    grad = np.asarray(grad, dtype=float)
    if grad.shape != shape:
        raise ValueError(f"grad must have shape {shape}, that of the outputs, got shape {grad.shape}")
    return grad
