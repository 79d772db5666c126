"""Drawing from probabilities, drawing probabilities, and estimating them from counts."""

import numpy as np
from numpy.typing import NDArray

from ._densities import EMPTY

Floats = NDArray[np.float64]


def cumulative(probabilities: Floats) -> Floats:
    """Sums up to each element along the last axis, the last of them exactly 1, to draw from."""
    sums = np.cumsum(probabilities, axis=-1)
    return sums / sums[..., -1:]


def random_chain(
    n_states: int, rng: np.random.Generator, concentration: float = 1.0
) -> tuple[Floats, Floats]:
    """Draw the probabilities of the first state, and transition probabilities."""
    start = rng.dirichlet(np.full(n_states, concentration))
    return start, rng.dirichlet(np.full(n_states, concentration), size=n_states)


def shares(counts: Floats, current: Floats, pseudocount: float = 0.0) -> Floats:
    """Divide expected counts by their sum along the last axis.

    What is impossible in the current probabilities stays so, and rows without counts stay as they are.
    """
    counts = np.where(current > 0, counts + pseudocount, 0.0)
    total = counts.sum(axis=-1, keepdims=True)
    seen = total > EMPTY
    return np.where(seen, counts / np.where(seen, total, 1.0), current)
