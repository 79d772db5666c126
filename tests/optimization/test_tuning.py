"""Tuning: scales of factors, what to try next, and a search by chance that finds more than a grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from dlbook.optimization import DivergenceError, finer, log_grid, log_uniform, random_search


def test_a_grid_has_equal_factors():
    grid = log_grid(1e-4, 10.0, 6)
    assert_allclose(grid[1:] / grid[:-1], 10, rtol=1e-9)
    assert_allclose(grid[[0, -1]], [1e-4, 10], rtol=1e-12)


def test_drawn_values_are_spread_evenly_over_their_logarithms():
    drawn = log_uniform(1e-5, 1e-1, 20_000, rng=np.random.default_rng(0))
    counts, _ = np.histogram(np.log10(drawn), bins=4, range=(-5, -1))
    assert abs(counts - 5000).max() < 250  # four standard deviations are 245
    assert counts.sum() == 20_000
    assert log_uniform(1, 2, (2, 3), rng=np.random.default_rng(0)).shape == (2, 3)


def test_the_finer_grid_lies_between_the_neighbours():
    assert_allclose(finer([1, 10, 100, 1000], [5, 1, 2, 9], 5), [1, 10**0.5, 10, 10**1.5, 100], rtol=1e-9)


@pytest.mark.parametrize("best", [0, 3])
def test_a_best_value_at_the_border_opens_the_range(best):
    scores = np.ones(4)
    scores[best] = 0
    grid = finer([1, 10, 100, 1000], scores)[::2]
    assert_allclose(grid, [0.1, 1, 10] if best == 0 else [100, 1000, 10_000], rtol=1e-9)


def test_what_failed_is_not_the_best():
    assert finer([1, 10, 100], [np.nan, 2.0, np.inf], 5)[2] == pytest.approx(10)
    with pytest.raises(ValueError, match=r"^scores must"):
        finer([1, 10, 100], [np.nan, np.nan, np.inf])
    with pytest.raises(ValueError, match=r"^values must"):
        finer([10, 1], [1.0, 2.0])


@given(st.floats(-8, 2), st.integers(4, 9))
def test_narrowing_down_finds_the_valley(target, n):
    values = log_grid(1e-9, 1e3, 7)
    for _ in range(8):
        values = finer(values, (np.log10(values) - target) ** 2, n)
    assert abs(np.log10(values).mean() - target) < 0.1


def test_random_search_tries_as_many_values_of_each_as_there_are_trials():
    space = {name: lambda rng: log_uniform(1e-3, 1.0, rng=rng) for name in ("rate", "decay")}
    found = random_search(lambda rate, decay: rate, space, n_trials=16, rng=np.random.default_rng(0))
    assert len({s["rate"] for s in found.settings}) == 16  # a grid of 16 would try four
    assert found.best["rate"] == min(s["rate"] for s in found.settings) == found.scores.min()
    assert (np.diff(found.best_so_far) <= 0).all()
    assert found.best_so_far[-1] == found.scores.min()


def test_trials_that_fail_are_counted_and_not_chosen():
    def objective(rate):
        if rate > 0.1:
            raise DivergenceError(3, 1.0)
        return np.nan if rate < 0.01 else -rate

    space = {"rate": lambda rng: log_uniform(1e-3, 1.0, rng=rng)}
    found = random_search(objective, space, n_trials=60, rng=np.random.default_rng(1))
    assert len(found.settings) == 60
    assert 0.01 <= found.best["rate"] <= 0.1
    assert np.isinf(found.scores).sum() > 20


def test_the_same_seed_finds_the_same():
    space = {"rate": lambda rng: log_uniform(1e-3, 1.0, rng=rng)}
    one, two = (random_search(abs_rate, space, n_trials=5, rng=np.random.default_rng(2)) for _ in range(2))
    assert one.settings == two.settings


def abs_rate(rate):
    return abs(rate)


@pytest.mark.parametrize("space", [{}, [1], {"rate": 0.1}, None])
def test_refuses_a_space_that_is_none(space):
    with pytest.raises(ValueError, match=r"^space must"):
        random_search(abs_rate, space, n_trials=5, rng=np.random.default_rng(2))
