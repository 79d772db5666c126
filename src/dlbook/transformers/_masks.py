"""Masks, and the softmax over what they leave."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks

Floats = NDArray[np.floating]
Mask = NDArray[np.bool_]
_SAFE = 60.0  # the exponentials of numbers up to this size, and many of them added, fit in single precision


def check_mask(mask: ArrayLike | None, shape: tuple[int, ...], name: str = "mask") -> Mask | None:
    """Return which keys are there, in a shape that broadcasts to `shape`."""
    if mask is None:
        return None
    given = checks.array(mask, name)
    if not np.isin(given, (0, 1)).all():
        raise ValueError(f"{name} must be True or False everywhere, got other numbers")
    try:
        np.broadcast_to(given, shape)
    except ValueError:
        raise ValueError(f"{name} must have a shape that broadcasts to {shape}, got {given.shape}") from None
    return given.astype(bool)


def check_heads_mask(mask: ArrayLike | None, shape: tuple[int, int, int], name: str = "mask") -> Mask | None:
    """Return a mask of the keys of a batch, or of the keys of every query, with an axis for the heads."""
    if mask is None:
        return None
    batch, _, n_keys = shape
    given = checks.array(mask, name)
    present = check_mask(given, (batch, n_keys) if given.ndim == 2 else shape, name)
    if present is None or given.ndim == 2:
        return None if present is None else np.broadcast_to(present, (batch, n_keys))[:, None, None]
    return np.broadcast_to(present, shape)[:, None]


def lower_triangle(n_queries: int, n_keys: int) -> Mask:
    """Return which keys each query may look at, where the queries are the last of the keys."""
    return np.tri(n_queries, n_keys, n_keys - n_queries, dtype=bool)


def both(present: Mask | None, seen: Mask | None) -> Mask | None:
    """Return what two masks leave."""
    if present is None or seen is None:
        return seen if present is None else present
    return present & seen


def masked_softmax(scores: Floats, present: Mask | None, name: str = "mask") -> Floats:
    """Turn scores into weights, in place; refuse a row in which nothing is left."""
    if present is not None:
        rows = present.any(axis=-1)
        if not rows.all():
            row = tuple(int(i) for i in np.argwhere(~rows)[0])
            raise ValueError(f"{name} must leave each query at least one key, got none in row {row}")
    # where no power overflows or vanishes, the shift by the largest score is not needed
    moderate = scores.min() > -_SAFE and scores.max() < _SAFE
    if not moderate:
        if present is not None:
            scores = np.where(present, scores, scores.dtype.type(-np.inf))
        scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    if moderate and present is not None:
        scores *= present
    scores /= scores.sum(axis=-1, keepdims=True)
    return scores


def softmax_backward(weights: Floats, to_weights: Floats) -> Floats:
    """Return the gradient for the scores, from that for the weights; the latter array is used up."""
    along = np.einsum("...k,...k->...", to_weights, weights)
    to_weights -= along[..., None]
    to_weights *= weights
    return to_weights
