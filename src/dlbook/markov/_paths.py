"""Reading of sequences of states that are given by name or by number."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Path = str | Sequence[str] | Sequence[int] | NDArray[np.integer]
"""States in order, by name or by number. A string counts as the sequence of its letters."""


def several(sequences: Iterable[Path]) -> list[Path]:
    """Return sequences as a list, or refuse a single sequence, no sequence, and empty ones."""
    if isinstance(sequences, str):
        raise ValueError(f"sequences must be a list of sequences, got the text {sequences[:20]!r}")
    given = list(sequences)
    if not given:
        raise ValueError("sequences must hold at least one sequence, got none")
    for position, sequence in enumerate(given):
        if isinstance(sequence, int | np.integer):
            raise ValueError(
                f"sequences must be a list of sequences, got the number {sequence} at position {position}"
            )
        if len(sequence) == 0:
            raise ValueError(f"sequences must not be empty, got an empty one at position {position}")
    return given


def labels_of(sequences: Iterable[Path]) -> tuple[str, ...]:
    """Return the names that occur, or the numbers up to the largest."""
    found = {item for sequence in sequences for item in np.unique(np.asarray(list(sequence))).tolist()}
    if all(isinstance(item, str) for item in found):
        return tuple(sorted(found))
    if all(isinstance(item, int) and not isinstance(item, bool) and item >= 0 for item in found):
        return tuple(str(number) for number in range(max(found) + 1))
    raise ValueError(
        f"sequences must hold names alone or numbers from 0 alone, got {sorted(found, key=str)[:8]}"
    )


def numbers_of(name: str, path: Iterable[object], number: dict[str, int]) -> NDArray[np.int64]:
    """Return a path as the numbers of its states."""
    if isinstance(path, np.ndarray) and path.ndim == 1 and path.dtype.kind in "iu" and path.size:
        inside = (path >= 0) & (path < len(number))
        if inside.all():
            return path.astype(np.int64)
    items = list(path)
    if not items:
        raise ValueError(f"{name} must hold at least one state, got none")
    result = np.empty(len(items), dtype=np.int64)
    for position, item in enumerate(items):
        if isinstance(item, str) and item in number:
            result[position] = number[item]
        elif isinstance(item, int | np.integer) and not isinstance(item, bool) and 0 <= item < len(number):
            result[position] = item
        else:
            given = item.item() if isinstance(item, np.generic) else item
            raise ValueError(
                f"{name} must hold states among {_shortened(number)}, got {given!r} at position {position}"
            )
    return result


def _shortened(labels: Iterable[str]) -> str:
    listed = list(labels)
    return ", ".join(listed[:8]) + (", ..." if len(listed) > 8 else "")
