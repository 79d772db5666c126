"""Checks of arguments that the modules of this package share."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def check_positive(value: float, name: str) -> None:
    """Refuse what is not a positive, finite number."""
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be positive and finite, got {value}")


def check_count(value: int, name: str, least: int = 1) -> None:
    """Refuse what is not a whole number from `least` up."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")


def check_range(value: tuple[float, float], name: str) -> None:
    """Refuse what is not two numbers, the first not negative and the second not below it."""
    if len(value) != 2 or not np.isfinite(value).all() or not 0 <= value[0] <= value[1]:
        raise ValueError(f"{name} must be two numbers, 0 <= shortest <= longest, got {value}")


def check_signal(samples: ArrayLike, name: str = "samples", least: int = 1) -> NDArray[np.float64]:
    """Return a signal as floats, or refuse one that is not a row of finite numbers."""
    signal = np.asarray(samples, dtype=float)
    if signal.ndim != 1:
        raise ValueError(f"{name} must have one axis, a single channel, got shape {signal.shape}")
    if len(signal) < least:
        raise ValueError(f"{name} must hold at least {least} numbers, got {len(signal)}")
    if not np.isfinite(signal).all():
        place = int(np.flatnonzero(~np.isfinite(signal))[0])
        raise ValueError(f"{name} must be finite, got {signal[place]} at index {place}")
    return signal


def check_features(
    x: ArrayLike, name: str = "features", n_features: int | None = None
) -> NDArray[np.float64]:
    """Return features as floats, or refuse what is not a table of finite numbers with a row."""
    table = np.asarray(x, dtype=float)
    columns = "n_features" if n_features is None else n_features
    if table.ndim != 2 or len(table) == 0 or (n_features is not None and table.shape[1] != n_features):
        raise ValueError(f"{name} must have shape (n_frames, {columns}), got shape {table.shape}")
    if not np.isfinite(table).all():
        frame = int(np.argwhere(~np.isfinite(table))[0, 0])
        raise ValueError(f"{name} must be finite, but frame {frame} is not")
    return table


def as_words(words: str | Sequence[str], name: str = "words") -> tuple[str, ...]:
    """Return a text as its words, or a sequence of words as a tuple."""
    given: Any = words.split() if isinstance(words, str) else words
    if not isinstance(given, list | tuple) or not all(isinstance(word, str) and word for word in given):
        raise ValueError(f"{name} must be a text or a sequence of words, got {words!r}")
    return tuple(given)
