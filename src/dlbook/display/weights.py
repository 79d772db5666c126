"""Weights of a model as text for a page: in as few bytes as its score allows."""

import base64
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks

__all__ = ["pack"]

KINDS = ("int8", "float16", "float32")


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
        For each array ``kind`` (int8, float16 or float32), ``shape``, ``scale`` and ``data``, which is
        base64. A number of int8 stands for itself times ``scale``.

    Raises
    ------
    ValueError
        If a number is not finite, if the score changes even with float32, or if the text is too long.

    Examples
    --------
    >>> slope = np.array([[0.5, -1.0]])
    >>> (packed,) = pack([slope], lambda arrays: arrays[0] @ [2.0, 1.0] > 0)
    >>> packed["kind"], packed["shape"], packed["data"]
    ('int8', [1, 2], 'QIE=')
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


def _scale(array: NDArray[np.float64]) -> float:
    return float(np.abs(array).max(initial=0.0)) / 127 or 1.0


def _stored(array: NDArray[np.float64], kind: str) -> NDArray[Any]:
    if kind == "int8":
        return np.round(array / _scale(array)).astype("<i1")
    with np.errstate(over="ignore"):  # infinite, and then the score changes
        return array.astype({"float16": "<f2", "float32": "<f4"}[kind])


def _rounded(array: NDArray[np.float64], kind: str) -> NDArray[np.float64]:
    return _stored(array, kind).astype(float) * (_scale(array) if kind == "int8" else 1.0)


def _written(array: NDArray[np.float64], kind: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "shape": list(array.shape),
        "scale": _scale(array) if kind == "int8" else 1.0,
        "data": base64.b64encode(_stored(array, kind).tobytes()).decode("ascii"),
    }
