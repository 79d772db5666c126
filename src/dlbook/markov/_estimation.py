"""Probabilities from counts."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EMPTY = float(np.finfo(np.float64).tiny / np.finfo(np.float64).eps)
"""Up to this expected number of observations, a state or a component counts as empty."""


def shares(counts: Floats, current: Floats, pseudocount: float = 0.0) -> Floats:
    """Divide expected counts by their sum along the last axis.

    What is impossible in the current probabilities stays so, and rows without counts stay as they are.
    """
    counts = np.where(current > 0, counts + pseudocount, 0.0)
    total = counts.sum(axis=-1, keepdims=True)
    seen = total > EMPTY
    return np.where(seen, counts / np.where(seen, total, 1.0), current)


def pair_counts(rows: NDArray[np.intp], columns: NDArray[np.intp], shape: tuple[int, int]) -> Floats:
    """Count how often each pair of indices occurs."""
    counts = np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1])
    return counts.reshape(shape).astype(np.float64)


def transition_shares(counts: Floats, states: Sequence[str]) -> Floats:
    """Divide counts of transitions by their sums over the rows, none of which may be 0."""
    totals = counts.sum(axis=1, keepdims=True)
    empty = np.flatnonzero(totals == 0)
    if empty.size:
        raise ValueError(
            f"every state must be left at least once, got no transition from state {states[empty[0]]!r}: "
            "count more, leave it out, or pass smoothing above 0"
        )
    return counts / totals
