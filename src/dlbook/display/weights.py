"""Weights of a model as text for a page: in as few bytes as its score allows."""

import base64
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks

__all__ = ["pack"]

#: From the shortest on, and for whole numbers the largest of them.
KINDS = ("int6", "int7", "int8", "float16", "float32")
LARGEST = {"int6": 31, "int7": 63, "int8": 127}


def pack(
    weights: Sequence[ArrayLike],
    score: Callable[[list[NDArray[np.float64]]], Any],
    *,
    max_kilobytes: float = 100,
    name: str = "weights",
) -> list[dict[str, Any]]:
    """Write arrays as text, each in the smallest form that leaves the score as it is.

    Parameters
    ----------
    weights : sequence of array_like
        The arrays of a model, such as ``model.get_weights()``.
    score : callable
        Takes a list of arrays and returns what must not change: the accuracy on the test data, or the answers
        themselves. A number or an array.
    max_kilobytes : float
        Most kilobytes (of 1000 bytes) allowed for the text.
    name : str
        What the weights are, for messages.

    Returns
    -------
    list of dict
        For each array ``kind`` (int6, int7, int8, float16 or float32), ``shape``, ``scale`` and ``data``,
        which is base64. A whole number stands for itself times ``scale``. Those of int6 and int7 are in the
        code of Rice, with ``shift``.

    Raises
    ------
    ValueError
        If a number is not finite, if the score changes even with float32, or if the text is too long.

    Notes
    -----
    Most weights are small, so a code that gives small numbers few bits is shorter than one with as many bits
    for each: in the code of Rice 0, -1, 1, -2, ... have the places 0, 1, 2, 3, ..., and a place is written as
    its part above the last ``shift`` bits in ones, a zero, and these bits.

    References
    ----------
    - R. F. Rice, "Some practical universal noiseless coding techniques", JPL Publication 79-22, 1979.

    Examples
    --------
    >>> slope = np.array([[0.5, -1.0]])
    >>> (packed,) = pack([slope], lambda arrays: arrays[0] @ [1.0, 1.0] > 0)
    >>> packed["kind"], packed["shape"], packed["data"]
    ('int6', [1, 2], 'gXQ=')
    """
    arrays = [checks.array(value, f"{name}[{k}]") for k, value in enumerate(weights)]
    if not arrays:
        raise ValueError(f"{name} must hold at least one array, got none")
    wanted = np.asarray(score(arrays))
    kinds = ["float32"] * len(arrays)

    def unchanged() -> bool:
        read = [_rounded(array, kind) for array, kind in zip(arrays, kinds, strict=True)]
        return np.array_equal(np.asarray(score(read)), wanted)

    if not unchanged():
        raise ValueError(f"{name} must give the same score as float32, got another one: score too coarsely")
    for k in sorted(range(len(arrays)), key=lambda k: -arrays[k].size):  # where most is to be saved
        for kind in KINDS:
            kinds[k] = kind
            if unchanged():
                break
    packed = [_written(array, kind) for array, kind in zip(arrays, kinds, strict=True)]
    n_bytes = sum(len(one["data"]) for one in packed)
    if n_bytes > 1000 * max_kilobytes:
        raise ValueError(f"{name} must take at most {max_kilobytes:g} KB, got {n_bytes / 1000:.1f} KB")
    return packed


def _scale(array: NDArray[np.float64], kind: str) -> float:
    return float(np.abs(array).max(initial=0.0)) / LARGEST[kind] or 1.0 if kind in LARGEST else 1.0


def _stored(array: NDArray[np.float64], kind: str) -> NDArray[Any]:
    if kind in LARGEST:
        return np.round(array / _scale(array, kind)).astype("<i1")
    with np.errstate(over="ignore"):  # infinite, and then the score changes
        return array.astype({"float16": "<f2", "float32": "<f4"}[kind])


def _rounded(array: NDArray[np.float64], kind: str) -> NDArray[np.float64]:
    return _stored(array, kind).astype(float) * _scale(array, kind)


def _written(array: NDArray[np.float64], kind: str) -> dict[str, Any]:
    stored = _stored(array, kind)
    shift, data = _rice(stored.ravel().astype(int)) if kind in ("int6", "int7") else (None, stored.tobytes())
    written = {
        "kind": kind,
        "shape": list(array.shape),
        "scale": _scale(array, kind),
        "data": base64.b64encode(data).decode("ascii"),
    }
    return written if shift is None else {**written, "shift": shift}


def _rice(numbers: NDArray[np.int_]) -> tuple[int, bytes]:
    """Return the best shift, and the numbers in that code."""
    places = np.where(numbers < 0, -2 * numbers - 1, 2 * numbers)
    shift = min(range(7), key=lambda shift: int((places >> shift).sum()) + shift * len(places))
    ones, n_bits = places >> shift, shift + 1
    ends = np.cumsum(ones + n_bits)
    bits = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    starts = ends - ones - n_bits
    bits[np.repeat(starts - np.cumsum(ones) + ones, ones) + np.arange(ones.sum())] = 1
    for k in range(shift):
        bits[ends - 1 - k] = places >> k & 1
    return shift, np.packbits(bits).tobytes()
