"""What `dlbook.checks` has not: sound, its features, words, and objects of this package."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ... import checks

T = TypeVar("T")


def as_signal(value: ArrayLike, name: str, least: int = 1) -> NDArray[np.float64]:
    """Return a signal of a single channel, at least so many finite numbers."""
    signal = checks.array(value, name, ("n_samples",))
    if len(signal) < least:
        raise ValueError(f"{name} must hold at least {least} numbers, got {len(signal)}")
    return signal


def as_features(value: ArrayLike, name: str, n_features: int | str = "n_features") -> NDArray[np.float64]:
    """Return features, a row of finite numbers for each frame, at least one."""
    return checks.array(value, name, ("n_frames", n_features))


def as_words(value: str | Sequence[str], name: str) -> tuple[str, ...]:
    """Return a text as its words, or a sequence of words as a tuple."""
    given: Any = value.split() if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(isinstance(word, str) and word for word in given):
        raise ValueError(f"{name} must be a text or a sequence of words, got {value!r:.60}")
    return tuple(given)


def as_span(value: tuple[float, float], name: str) -> tuple[float, float]:
    """Return the shortest and the longest of a length, neither of them negative."""
    shortest, longest = checks.array(value, name, (2,)).tolist()
    if not 0 <= shortest <= longest:
        raise ValueError(f"{name} must be two numbers, 0 <= shortest <= longest, got {value}")
    return shortest, longest


def as_a(value: T, name: str, kind: Any) -> T:
    """Return an object that must be of a class."""
    if not isinstance(value, kind):
        raise ValueError(f"{name} must be a {kind.__name__}, got {value!r:.60}")
    return value
