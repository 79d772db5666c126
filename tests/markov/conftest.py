"""What the tests of hidden Markov models share: the sum over all paths, and models drawn by chance."""

import itertools

import numpy as np
import pytest

from dlbook.markov import CategoricalHMM


def all_paths(start, transition, likelihood):
    """Every path with its probability together with the observations; `likelihood` is (n_steps, n_states)."""
    n_steps, n_states = likelihood.shape
    paths = np.array(list(itertools.product(range(n_states), repeat=n_steps)))
    probability = start[paths[:, 0]] * likelihood[0, paths[:, 0]]
    for t in range(1, n_steps):
        probability = probability * transition[paths[:, t - 1], paths[:, t]] * likelihood[t, paths[:, t]]
    return paths, probability


@pytest.fixture(scope="session")
def enumerate_paths():
    return all_paths


@pytest.fixture(scope="session")
def ice_cream():
    """The lecture's model: hot and cold days, and the number of ice creams eaten."""
    return CategoricalHMM(
        [0.6, 0.4],
        [[0.7, 0.3], [0.4, 0.6]],
        [[0.1, 0.4, 0.5], [0.7, 0.2, 0.1]],
        states=["hot", "cold"],
        symbols="123",
    )


@pytest.fixture(scope="session")
def draw_model():
    """Draw a categorical model; some probabilities are zero if `zeros`."""

    def draw(rng, n_states, n_symbols, *, zeros=False):
        rows = [rng.dirichlet(np.ones(n)) for n in [n_states] * (n_states + 1) + [n_symbols] * n_states]
        if zeros:
            for row in rows:
                row[(rng.random(len(row)) < 0.4) & (np.arange(len(row)) != row.argmax())] = 0
                row /= row.sum()
        return CategoricalHMM(rows[0], rows[1 : n_states + 1], rows[n_states + 1 :])

    return draw
