"""Tasks for a memory: by hand, against the published baselines, and what must hold for any seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.data import adding_problem, copy_problem, recall_task

SEEDS = st.integers(0, 2**32 - 1)


def generator(seed=0):
    return np.random.default_rng(seed)


# 1. published numbers


def test_the_baseline_of_the_adding_problem_is_one_sixth():
    """Arjovsky, Shah and Bengio (2016): the answer 1 has a mean squared error of 0.167."""
    _, y = adding_problem(200_000, 10, rng=generator())
    np.testing.assert_allclose(((y - 1) ** 2).mean(), 1 / 6, rtol=0.01)
    np.testing.assert_allclose(y.mean(), 1, rtol=0.005)


def test_the_copy_problem_has_the_published_form():
    """Arjovsky, Shah and Bengio (2016): T + 20 steps, blank 8 up to the signal 9 at step T + 10."""
    delay = 7
    x, y = copy_problem(50, delay, rng=generator())
    assert x.shape == y.shape == (50, delay + 20)
    assert (x[:, :10] < 8).all()
    assert (x[:, 10 : delay + 9] == 8).all()
    assert (x[:, delay + 9] == 9).all()
    assert (x[:, delay + 10 :] == 8).all()
    assert (y[:, : delay + 10] == 8).all()
    np.testing.assert_array_equal(y[:, delay + 10 :], x[:, :10])


def test_the_baseline_of_the_copy_problem():
    """Blanks for certain, then each of 8 symbols with 1/8: 10 log 8 / (T + 20)."""
    x, y = copy_problem(300, 30, rng=generator())
    probability = np.where(np.arange(50) < 40, 1.0, 1 / 8)
    assert (y[:, :40] == 8).all()
    np.testing.assert_allclose(-np.log(probability).mean(), 10 * np.log(8) / 50, rtol=1e-12)
    counts = np.bincount(x[:, :10].ravel(), minlength=8)
    np.testing.assert_allclose(counts / counts.sum(), 1 / 8, atol=0.02)  # no symbol is worth guessing


# 4. invariants


@given(n_samples=st.integers(1, 20), length=st.integers(2, 40), seed=SEEDS)
@settings(deadline=None, max_examples=60)
def test_adding_problem(n_samples, length, seed):
    x, y = adding_problem(n_samples, length, rng=generator(seed))
    assert x.shape == (n_samples, length, 2)
    assert y.shape == (n_samples,)
    assert set(np.unique(x[:, :, 1])) <= {0.0, 1.0}
    middle = length // 2
    np.testing.assert_array_equal(x[:, :middle, 1].sum(axis=1), 1)
    np.testing.assert_array_equal(x[:, middle:, 1].sum(axis=1), 1)
    assert x.min() >= 0
    assert x[:, :, 0].max() < 1
    np.testing.assert_allclose(y, (x[:, :, 0] * x[:, :, 1]).sum(axis=1), rtol=1e-15)


def test_marks_are_spread_over_their_halves():
    x, _ = adding_problem(8000, 9, rng=generator())
    share = x[:, :, 1].mean(axis=0)
    np.testing.assert_allclose(share, [1 / 4] * 4 + [1 / 5] * 5, atol=0.02)


@given(
    n_samples=st.integers(1, 10),
    delay=st.integers(1, 30),
    n_symbols=st.integers(2, 9),
    n_copied=st.integers(1, 12),
    seed=SEEDS,
)
@settings(deadline=None, max_examples=60)
def test_copy_problem(n_samples, delay, n_symbols, n_copied, seed):
    x, y = copy_problem(n_samples, delay, n_symbols=n_symbols, n_copied=n_copied, rng=generator(seed))
    assert x.shape == y.shape == (n_samples, delay + 2 * n_copied)
    assert x.dtype == y.dtype == np.int64
    np.testing.assert_array_equal(y[:, -n_copied:], x[:, :n_copied])
    assert x[:, :n_copied].max() < n_symbols
    signal = (x == n_symbols + 1).nonzero()
    np.testing.assert_array_equal(signal, [np.arange(n_samples), np.full(n_samples, n_copied + delay - 1)])
    assert (y[:, :-n_copied] == n_symbols).all()
    assert (x == n_symbols).sum() == n_samples * (delay + n_copied - 1)


@given(
    n_samples=st.integers(1, 40),
    delay=st.integers(0, 20),
    n_symbols=st.integers(2, 5),
    n_distractors=st.integers(1, 4),
    seed=SEEDS,
)
@settings(deadline=None, max_examples=60)
def test_recall_task(n_samples, delay, n_symbols, n_distractors, seed):
    x, y = recall_task(
        n_samples, delay, n_symbols=n_symbols, n_distractors=n_distractors, rng=generator(seed)
    )
    assert x.shape == (n_samples, delay + 1)
    np.testing.assert_array_equal(x[:, 0], y)
    counts = np.bincount(y, minlength=n_symbols)
    assert len(counts) == n_symbols
    assert np.ptp(counts) <= 1
    if delay:
        assert x[:, 1:].min() >= n_symbols
        assert x[:, 1:].max() < n_symbols + n_distractors


def test_distractors_say_nothing():
    """For each step, a distractor is as frequent after one symbol as after the other."""
    x, y = recall_task(20_000, 6, rng=generator())
    means = [x[y == symbol, 1:].mean(axis=0) for symbol in (0, 1)]
    np.testing.assert_allclose(means[0], means[1], atol=0.03)
    np.testing.assert_allclose(np.corrcoef(x[:, 1:].T) - np.eye(6), 0, atol=0.03)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: adding_problem(5, 8, rng=rng),
        lambda rng: copy_problem(5, 4, rng=rng),
        lambda rng: recall_task(5, 9, rng=rng),
    ],
)
def test_the_generator_alone_decides(draw):
    first, again, other = draw(generator(1)), draw(generator(1)), draw(generator(2))
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(first[0], other[0])
    for array in first:
        array[:] = 0  # may be written to


# bad input


@pytest.mark.parametrize(
    ("task", "change", "name"),
    [
        (adding_problem, {"n_samples": 0}, "n_samples"),
        (adding_problem, {"length": 1}, "length"),
        (copy_problem, {"n_samples": 0}, "n_samples"),
        (copy_problem, {"delay": 0}, "delay"),
        (copy_problem, {"n_symbols": 1}, "n_symbols"),
        (copy_problem, {"n_copied": 0}, "n_copied"),
        (recall_task, {"n_samples": 2.0}, "n_samples"),
        (recall_task, {"delay": -1}, "delay"),
        (recall_task, {"n_symbols": 1}, "n_symbols"),
        (recall_task, {"n_distractors": 0}, "n_distractors"),
        *((task, {"rng": 42}, "rng") for task in (adding_problem, copy_problem, recall_task)),
    ],
)
def test_bad_arguments_are_named(task, change, name):
    good = {"n_samples": 3, "length" if task is adding_problem else "delay": 5, "rng": generator()}
    with pytest.raises(ValueError, match=f"^{name} must"):
        task(**(good | change))
