"""Reading of observations: one sequence, a batch of equally long ones, or a list."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._packing import Kind, Packing

Codes = NDArray[np.intp]


def read_symbols(name: str, value: Any, symbols: Sequence[str]) -> tuple[Codes, Packing]:
    """Return sequences of symbols, one after the other, as indices into `symbols`.

    Parameters
    ----------
    name : str
        Name of the argument, for messages.
    value : array_like, str or list
        A string is one sequence of letters, an array with one axis one sequence, one with two axes a batch. A
        list is a sequence if it holds integers, or strings each of which is a symbol; otherwise it holds
        sequences. Integers are indices; they are never looked up among `symbols`.
    symbols : sequence of str
        The alphabet.

    Returns
    -------
    codes : ndarray of shape (n_observations,)
        Indices, packed.
    packing : Packing
        How the sequences are laid out.

    Raises
    ------
    ValueError
        If there is nothing, a sequence is empty, or something is not in the alphabet.
    """
    if isinstance(value, str):
        return _joined([_codes(name, value, symbols, None)], "one")
    if isinstance(value, list | tuple):
        parts = list(value)
        if not parts:
            raise ValueError(f"{name} must not be empty")
        if _is_one_sequence(parts, symbols):
            return _joined([_codes(name, parts, symbols, None)], "one")
        return _joined([_codes(name, part, symbols, i) for i, part in enumerate(parts)], "list")
    array = np.asarray(value)
    if array.ndim == 1:
        return _joined([_codes(name, array, symbols, None)], "one")
    if _are_codes(array, 2, len(symbols)):
        return _joined(list(array), "batch")
    if array.ndim == 2 and len(array):
        return _joined([_codes(name, row, symbols, i) for i, row in enumerate(array)], "batch")
    raise ValueError(f"{name} must be a sequence, a batch with two axes or a list, got shape {array.shape}")


def read_vectors(name: str, value: Any, n_features: int | None) -> tuple[NDArray[np.float64], Packing]:
    """Return sequences of vectors, one after the other.

    Parameters
    ----------
    name : str
        Name of the argument, for messages.
    value : array_like or list
        An array with two axes is one sequence, one with three a batch. A list of arrays with two axes holds
        several sequences.
    n_features : int, optional
        Required number of elements of a vector. Without it any will do, if it is the same everywhere.

    Returns
    -------
    vectors : ndarray of shape (n_observations, n_features)
        The vectors, packed.
    packing : Packing
        How the sequences are laid out.

    Raises
    ------
    ValueError
        If there is nothing, a shape is another, or a number is not finite.
    """
    if isinstance(value, list | tuple):
        if len(value) == 0:
            raise ValueError(f"{name} must not be empty")
        if _n_axes(value[0]) >= 2:
            parts = []
            for i, part in enumerate(value):
                parts.append(_vectors(name, part, n_features, i))
                n_features = parts[0].shape[1]
            return _joined(parts, "list")
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be numbers, rows of equal length, got {value!r:.80}") from error
    if array.ndim == 3 and len(array):
        if n_features in (None, array.shape[2]) and array.size and np.isfinite(array).all():
            return _joined(list(array), "batch")
        return _joined([_vectors(name, part, n_features, i) for i, part in enumerate(array)], "batch")
    return _joined([_vectors(name, array, n_features, None)], "one")


def _are_codes(array: NDArray, n_axes: int, n_symbols: int) -> bool:
    """Whether an array holds nothing but indices, found out for all at once."""
    if array.ndim != n_axes or array.size == 0 or array.dtype.kind not in "iu":
        return False
    return bool(array.min() >= 0 and array.max() < n_symbols)


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


def _where(name: str, sequence: int | None) -> str:
    return name if sequence is None else f"sequence {sequence} of {name}"


def _codes(name: str, value: Iterable[Any], symbols: Sequence[str], sequence: int | None) -> Codes:
    where = _where(name, sequence)
    try:
        array = np.asarray(list(value) if isinstance(value, str) else value)
    except ValueError as error:
        raise ValueError(f"{where} must have one axis, got {value!r:.80}") from error
    if array.ndim != 1:
        raise ValueError(f"{where} must have one axis, got shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{where} must hold at least one observation, got none")
    if _are_codes(array, 1, len(symbols)):
        return array.astype(np.intp)
    if array.dtype.kind in "iu":
        position = int(np.flatnonzero((array < 0) | (array >= len(symbols)))[0])
        raise ValueError(
            f"{where} must hold symbols from 0 to {len(symbols) - 1}, got {array[position]} "
            f"at position {position}"
        )
    index = {symbol: i for i, symbol in enumerate(symbols)}
    items = array.tolist()
    codes = [index.get(item, -1) if isinstance(item, str) else -1 for item in items]
    if -1 in codes:
        position = codes.index(-1)
        wanted = f"indices or symbols of the alphabet {tuple(symbols[:8])}{'...' if len(symbols) > 8 else ''}"
        raise ValueError(f"{where} must hold {wanted}, got {items[position]!r} at position {position}")
    return np.array(codes, dtype=np.intp)


def _vectors(name: str, value: Any, n_features: int | None, sequence: int | None) -> NDArray[np.float64]:
    where = _where(name, sequence)
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where} must be numbers, rows of equal length, got {value!r:.80}") from error
    if array.ndim != 2 or array.shape[1] != (array.shape[1] if n_features is None else n_features):
        wanted = "n_features" if n_features is None else n_features
        raise ValueError(f"{where} must have shape (n_steps, {wanted}), got {array.shape}")
    if array.size == 0:
        raise ValueError(f"{where} must hold at least one observation, got shape {array.shape}")
    wrong = np.argwhere(~np.isfinite(array))
    if len(wrong):
        step, feature = (int(i) for i in wrong[0])
        raise ValueError(
            f"{where} must be finite, got {array[step, feature]} at step {step}, feature {feature}"
        )
    return array
