"""Reading of states, symbols and vectors: one sequence, a batch of equally long ones, or a list."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import checks
from ._packing import Kind, Packing

Codes = NDArray[np.intp]

Path = str | Sequence[str] | Sequence[int] | NDArray[np.integer]
"""States in order, by name or by index. A string counts as the sequence of its letters."""


def read_codes(value: Any, name: str, labels: Sequence[str]) -> Codes:
    """Return one sequence of states or symbols, given by name or by index, as indices.

    Integers are indices, whatever the names; they are never looked up among them.
    """
    array = value if isinstance(value, np.ndarray) else None
    if array is not None and (array.dtype.kind in "iu" or isinstance(array, np.ma.MaskedArray)):
        return checks.integers(array, name, ("n_steps",), most=len(labels) - 1).astype(np.intp)
    if not isinstance(value, Iterable) or isinstance(value, bytes) or (array is not None and array.ndim != 1):
        got = f"shape {array.shape}" if array is not None else f"{value!r:.80}"
        raise ValueError(f"{name} must be a sequence with one axis, got {got}")
    items = list(value)
    if not items:
        raise ValueError(f"{name} must hold at least one element, got none")
    number = {label: index for index, label in enumerate(labels)}
    codes = [_code(item, number) for item in items]
    if -1 in codes:
        position = codes.index(-1)
        wrong = items[position]
        wrong = wrong.item() if isinstance(wrong, np.generic) else wrong
        known = f"{', '.join(labels[:8])}{', ...' if len(labels) > 8 else ''}"
        raise ValueError(
            f"{name} must hold names among {known}, or indices from 0 to {len(labels) - 1}, "
            f"got {wrong!r:.80} at position {position}"
        )
    return np.array(codes, dtype=np.intp)


def read_symbols(value: Any, name: str, symbols: Sequence[str]) -> tuple[Codes, Packing]:
    """Return sequences of symbols as indices, packed, and how they are laid out.

    A string is one sequence of letters, an array with one axis one sequence, one with two axes a batch. A
    list is a sequence if it holds integers, or strings that are symbols each; otherwise it holds sequences.
    """
    if isinstance(value, str):
        return _joined([read_codes(value, name, symbols)], "one")
    if isinstance(value, list | tuple):
        parts = list(value)
        if not parts:
            raise ValueError(f"{name} must not be empty")
        if _is_one_sequence(parts, symbols):
            return _joined([read_codes(parts, name, symbols)], "one")
        return _joined([read_codes(part, _part(name, i), symbols) for i, part in enumerate(parts)], "list")
    array = value if isinstance(value, np.ndarray) else np.asarray(value)
    if array.ndim == 1:
        return _joined([read_codes(array, name, symbols)], "one")
    if array.ndim != 2 or not len(array):
        raise ValueError(f"{name} must be a sequence, a batch with two axes or a list, got {value!r:.80}")
    refuse_column(array, name)
    if array.dtype.kind in "iu":
        return _joined(list(checks.integers(array, name, most=len(symbols) - 1).astype(np.intp)), "batch")
    return _joined([read_codes(row, _part(name, i), symbols) for i, row in enumerate(array)], "batch")


def read_vectors(value: Any, name: str, n_features: int | None) -> tuple[NDArray[np.float64], Packing]:
    """Return sequences of vectors, packed, and how they are laid out.

    An array with two axes is one sequence, one with three a batch. A list of arrays with two axes holds
    several sequences. Without `n_features` vectors may have any length that is the same everywhere.
    """
    wanted: int | str = "n_features" if n_features is None else n_features
    if isinstance(value, list | tuple):
        if len(value) == 0:
            raise ValueError(f"{name} must not be empty")
        if _n_axes(value[0]) >= 2:
            parts = [checks.array(value[0], _part(name, 0), ("n_steps", wanted))]
            shape = ("n_steps", parts[0].shape[1])
            parts += [checks.array(v, _part(name, i), shape) for i, v in enumerate(value[1:], start=1)]
            return _joined(parts, "list")
    if _n_axes(value) == 3:
        return _joined(list(checks.array(value, name, ("n_sequences", "n_steps", wanted))), "batch")
    return _joined([checks.array(value, name, ("n_steps", wanted))], "one")


def several(sequences: Any) -> list[Path]:
    """Return sequences of states as a list; refuse a single one, none, and empty ones."""
    if isinstance(sequences, str | bytes) or not isinstance(sequences, Iterable):
        raise ValueError(f"sequences must be a list of sequences, got {sequences!r:.40}")
    if isinstance(sequences, np.ndarray):
        refuse_column(sequences, "sequences")
    given = list(sequences)
    if not given:
        raise ValueError("sequences must hold at least one sequence, got none")
    for position, sequence in enumerate(given):
        if not isinstance(sequence, Iterable):
            raise ValueError(
                f"sequences must be a list of sequences, got {sequence!r:.40} at position {position}"
            )
    result: list[Any] = [part if isinstance(part, str | np.ndarray) else list(part) for part in given]
    empty = [position for position, part in enumerate(result) if len(part) == 0]
    if empty:
        raise ValueError(f"sequences must not be empty, got an empty one at position {empty[0]}")
    return result


def labels_of(sequences: Iterable[Path], name: str = "sequences") -> tuple[str, ...]:
    """Return the names that occur, sorted, or the numbers up to the largest."""
    found: set[Any] = set()
    for sequence in sequences:
        items = sequence.ravel().tolist() if isinstance(sequence, np.ndarray) else sequence
        try:
            found.update(items)
        except TypeError:
            raise ValueError(f"{name} must hold names or numbers, got {sequence!r:.80}") from None
    found = {item.item() if isinstance(item, np.generic) else item for item in found}
    if not found:
        raise ValueError(f"{name} must hold at least one element, got none")
    if all(isinstance(item, str) for item in found):
        return tuple(sorted(found))
    if all(isinstance(item, int) and not isinstance(item, bool) and item >= 0 for item in found):
        return tuple(str(number) for number in range(max(found) + 1))
    raise ValueError(
        f"{name} must hold names alone or numbers from 0 alone, got {sorted(found, key=str)[:8]}"
    )


def refuse_column(array: NDArray, name: str) -> None:
    """Refuse a column, which may mean one sequence, as in hmmlearn, or many of a single step."""
    if array.ndim == 2 and array.shape[1] == 1:
        raise ValueError(
            f"{name} must say what its only column is, got shape {array.shape}: "
            f"give {name}[:, 0] for one sequence, or list({name}) for {len(array)} of a single step"
        )


def _code(item: Any, number: dict[str, int]) -> int:
    """Return the index of a name or an index, -1 for anything else."""
    if isinstance(item, str):
        return number.get(item, -1)
    if isinstance(item, int | np.integer) and not isinstance(item, bool) and 0 <= item < len(number):
        return int(item)
    return -1


def _joined(parts: list[NDArray], kind: Kind) -> tuple[NDArray, Packing]:
    packing = Packing(np.array([len(part) for part in parts], dtype=np.intp), kind)
    return packing.pack(parts[0] if len(parts) == 1 else np.concatenate(parts)), packing


def _is_one_sequence(parts: list[Any], symbols: Sequence[str]) -> bool:
    """Whether a list is a sequence, and not a list of sequences."""
    first = parts[0]
    if not isinstance(first, str):
        return _n_axes(first) == 0
    words = [part for part in parts if isinstance(part, str)]
    known = set(symbols)
    if len(words) < len(parts):
        return False
    return known.issuperset(words) or all(len(word) == 1 for word in words) or max(map(len, symbols)) > 1


def _n_axes(value: Any) -> int:
    try:
        return np.ndim(value)
    except ValueError:  # rows of unequal length
        return 1


def _part(name: str, sequence: int) -> str:
    return f"{name}[{sequence}]"
