"""Sequences as arrays: padded to one length, with a mask of the real steps, and ids as one-hot vectors."""

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks

_SIDES = ("right", "left")


def pad_sequences(
    sequences: Sequence[ArrayLike],
    *,
    length: int | None = None,
    value: float = 0,
    side: Literal["right", "left"] = "right",
    truncate: Literal["right", "left"] | None = None,
) -> tuple[NDArray, NDArray[np.bool_]]:
    """Bring sequences to one length and say which steps are real.

    Parameters
    ----------
    sequences : sequence of array_like, each of shape (steps,) or (steps, ...)
        The sequences, at least one. Ids, or a vector for each step; the axes after the first are the same in
        all. A sequence may be empty: all its steps are padding.
    length : int, optional
        Number of steps of the result. That of the longest sequence if not given.
    value : float, default 0
        What is filled in: a number that the type of the sequences holds.
    side : {"right", "left"}, default "right"
        Where it is filled in: after a short sequence or before it.
    truncate : {"right", "left"}, optional
        Which end of a sequence longer than `length` is cut off. Without it such a sequence is an error.

    Returns
    -------
    padded : ndarray of shape (batch, time) or (batch, time, ...)
        The sequences.
    mask : ndarray of bool, shape (batch, time)
        True for a real step, False for padding.

    Raises
    ------
    ValueError
        If there is no sequence or no step, `length` is not a whole number of at least 1, a sequence is longer
        than that and `truncate` is not given, the sequences differ in their other axes, their type does not
        hold `value` (0.5 among whole numbers, -1 among unsigned ones), or an option is unknown.

    Notes
    -----
    Keras's function of the same name pads and cuts on the left unless told otherwise, and returns no mask.

    Examples
    --------
    >>> padded, mask = pad_sequences([[5, 6, 7], [8]])
    >>> padded
    array([[5, 6, 7],
           [8, 0, 0]])
    >>> mask.sum(axis=1)
    array([3, 1])
    """
    checks.choice(side, "side", _SIDES)
    if truncate is not None:
        checks.choice(truncate, "truncate", _SIDES)
    arrays = _arrays(sequences)
    filled = [array for array in arrays if array.size] or [np.zeros(0, dtype=np.int64)]
    inner = filled[0].shape[1:]
    for row, array in enumerate(arrays):
        if array.size and array.shape[1:] != inner:
            wanted = ", ".join(["steps", *map(str, inner)]) + ("" if inner else ",")
            raise ValueError(f"sequences must have shape ({wanted}), got {array.shape} for sequence {row}")
    longest = max(len(array) for array in arrays)
    n_steps = longest if length is None else checks.count(length, "length")
    if not n_steps:
        raise ValueError("sequences must hold at least one step in all, or length must be given, got no step")
    if longest > n_steps and truncate is None:
        row = next(row for row, array in enumerate(arrays) if len(array) > n_steps)
        raise ValueError(
            f"sequences must have at most length={n_steps} steps, got {len(arrays[row])} for sequence {row}"
        )
    shape = (len(arrays), n_steps, *inner)
    checks.room(shape, "sequences" if length is None else "length")
    dtype = np.result_type(*filled)
    padded = np.full(shape, _filling(value, dtype), dtype)
    for row, array in enumerate(arrays):
        if array.size:
            kept = array[-n_steps:] if truncate == "left" else array[:n_steps]
            padded[row, : len(kept) if side == "right" else None][-len(kept) :] = kept
    lengths = [min(len(array) if array.size else 0, n_steps) for array in arrays]
    mask = length_mask(lengths, n_steps)
    return padded, mask if side == "right" else mask[:, ::-1].copy()


def length_mask(lengths: ArrayLike, length: int | None = None) -> NDArray[np.bool_]:
    """Mark the real steps of sequences that are padded on the right.

    Parameters
    ----------
    lengths : array_like of int, shape (batch,)
        Number of real steps of each sequence, at least one of them, none negative.
    length : int, optional
        Number of steps with padding. The largest of `lengths` if not given.

    Returns
    -------
    ndarray of bool, shape (batch, time)
        True for the first `lengths` steps of each row.

    Raises
    ------
    ValueError
        If `lengths` is empty or not one whole number a sequence, one is negative, or one is above `length`.

    Examples
    --------
    >>> length_mask([3, 1])
    array([[ True,  True,  True],
           [ True, False, False]])
    """
    counts = checks.integers(lengths, "lengths", ("batch",))
    n_steps = int(counts.max()) if length is None else checks.count(length, "length")
    checks.room((len(counts), n_steps), "lengths" if length is None else "length")
    if counts.max() > n_steps:
        row = int(counts.argmax())
        raise ValueError(f"lengths must be at most length={n_steps}, got {counts[row]} for sequence {row}")
    return np.arange(n_steps) < counts[:, None]


def one_hot(ids: ArrayLike, n_tokens: int) -> NDArray[np.float64]:
    r"""Write each id as a vector of zeros with a single 1.

    Parameters
    ----------
    ids : array_like of int, any shape
        Ids from 0 to n_tokens - 1.
    n_tokens : int
        Size of the vocabulary, at least 1.

    Returns
    -------
    ndarray of shape (..., n_tokens)
        The vectors along the last axis.

    Raises
    ------
    ValueError
        If `n_tokens` is not a whole number of at least 1, or an id is not in its range.

    Notes
    -----
    Multiplying by a matrix :math:`\mathbf{S}` of shape (n_tokens, n_features) picks rows of it, so that an
    embedding looks them up instead:

    .. math:: \mathbf{x}^{\top} \mathbf{S} = \text{row } i \text{ of } \mathbf{S} \quad \text{if } x_i = 1

    Examples
    --------
    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    n_tokens = checks.count(n_tokens, "n_tokens")
    tokens = checks.integers(ids, "ids", most=n_tokens - 1, empty=True)
    checks.room((*tokens.shape, n_tokens), "n_tokens")
    return (tokens[..., None] == np.arange(n_tokens)).astype(np.float64)


def _arrays(sequences: Sequence[ArrayLike]) -> list[NDArray]:
    """Return the sequences as arrays of numbers, each with an axis of steps."""
    if not isinstance(sequences, Iterable) or isinstance(sequences, str):
        raise ValueError(f"sequences must be a list of sequences, got {sequences!r:.60}")
    arrays = [
        checks.real(sequence, f"sequences[{row}]", ("steps", ...), finite=False, empty=True)
        for row, sequence in enumerate(sequences)
    ]
    if not arrays:
        raise ValueError("sequences must hold at least one sequence, got none")
    return arrays


def _filling(value: float, dtype: np.dtype) -> NDArray:
    """Return what to fill in as the type of the sequences, if that holds it."""
    if not isinstance(value, {"f": float, "b": bool}.get(dtype.kind, ())):  # NaN may be padding among floats
        checks.number(value, "value")
    try:
        with np.errstate(invalid="ignore", over="ignore"):
            filling = np.asarray(value).astype(dtype)
        same = np.isfinite(filling) == np.isfinite(value) if dtype.kind == "f" else filling.item() == value
    except (OverflowError, TypeError):  # whole numbers beyond all types
        same = False
    if not same:
        raise ValueError(
            f"value must be a number that {dtype}, the type of the sequences, holds, got {value}"
        )
    return filling
