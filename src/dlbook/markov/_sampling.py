"""Drawing from chains, and drawing chains."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def cumulative(probabilities: Floats) -> Floats:
    """Sums up to each element along the last axis, the last of them exactly 1, to draw from."""
    sums = np.cumsum(probabilities, axis=-1)
    return sums / sums[..., -1:]


def draw_states(
    start: Floats, transition: Floats, length: int, n_sequences: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Draw sequences of states, of shape (n_sequences, length)."""
    chances = rng.random((length, n_sequences))
    states = np.empty((n_sequences, length), dtype=np.intp)
    moves = cumulative(transition)
    states[:, 0] = np.searchsorted(cumulative(start), chances[0], side="right")
    for t in range(1, length):
        states[:, t] = (moves[states[:, t - 1]] <= chances[t][:, None]).sum(axis=1)
    return states


def random_chain(
    n_states: int, rng: np.random.Generator, concentration: float = 1.0
) -> tuple[Floats, Floats]:
    """Draw the probabilities of the first state, and transition probabilities."""
    start = rng.dirichlet(np.full(n_states, concentration))
    return start, rng.dirichlet(np.full(n_states, concentration), size=n_states)
