"""Transition probabilities from counts and from observed sequences."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._checks import as_floats, names, not_negative
from ._paths import Path, labels_of, numbers_of, several


def from_counts(
    counts: ArrayLike, states: Iterable[str] | None, smoothing: float
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return the names of the states and the transition matrix."""
    table = as_floats("counts", counts)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or table.size == 0:
        raise ValueError(f"counts must have shape (n_states, n_states), got {table.shape}")
    wrong = np.argwhere(~(np.isfinite(table) & (table >= 0)))
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(
            f"counts must be finite and not negative, got {table[row, column]} in row {row}, column {column}"
        )
    labels = names("states", states, len(table))
    return labels, _normalized(table + not_negative("smoothing", smoothing), labels)


def from_sequences(
    sequences: Iterable[Path], states: Iterable[str] | None, smoothing: float
) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64]]:
    """Return the names of the states, the transition matrix, and the distribution of the first state."""
    smoothing = not_negative("smoothing", smoothing)
    given = several(sequences)
    labels = labels_of(given) if states is None else tuple(states)
    labels = names("states", labels, len(labels))
    number = {name: position for position, name in enumerate(labels)}
    table, first = np.zeros((len(labels), len(labels))), np.zeros(len(labels))
    for position, sequence in enumerate(given):
        path = numbers_of(f"sequence {position}", sequence, number)
        np.add.at(table, (path[:-1], path[1:]), 1)
        first[path[0]] += 1
    first = first + smoothing
    return labels, _normalized(table + smoothing, labels), first / first.sum()


def _normalized(table: NDArray[np.float64], labels: Sequence[str]) -> NDArray[np.float64]:
    totals = table.sum(axis=1, keepdims=True)
    empty = np.flatnonzero(totals == 0)
    if empty.size:
        raise ValueError(
            f"every state must be left at least once, got no transition from state {labels[empty[0]]!r}: "
            "count more, leave it out, or pass smoothing above 0"
        )
    return table / totals
