import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from dlbook.markov import backward_recursion, forward_recursion, viterbi_recursion
from dlbook.numerics import log_sum_exp


def logs(values):
    with np.errstate(divide="ignore"):
        return np.log(values)


def draw(rng, shape, n_states, *, zeros=False):
    start, transition = rng.dirichlet(np.ones(n_states)), rng.dirichlet(np.ones(n_states), n_states)
    likelihood = rng.random((*shape, n_states))
    if zeros:
        transition = np.triu(transition)
        transition /= transition.sum(axis=1, keepdims=True)
        likelihood[rng.random(likelihood.shape) < 0.2] = 0
    return start, transition, likelihood


# 1. numbers worked out by hand


def test_two_steps_by_hand():
    """Start (1/4, 3/4), A = (1/2, 1/2; 1, 0), likelihoods (1/2, 1/4) and (1, 1/2)."""
    start, transition = np.array([0.25, 0.75]), np.array([[0.5, 0.5], [1.0, 0.0]])
    likelihood = np.array([[0.5, 0.25], [1.0, 0.5]])
    alpha = np.exp(forward_recursion(logs(start), logs(transition), logs(likelihood)))
    assert_allclose(alpha, [[1 / 8, 3 / 16], [1 / 4, 1 / 32]], rtol=1e-14)
    beta = np.exp(backward_recursion(logs(transition), logs(likelihood)))
    assert_allclose(beta, [[3 / 4, 1.0], [1.0, 1.0]], rtol=1e-14)
    best = viterbi_recursion(logs(start), logs(transition), logs(likelihood))
    assert_array_equal(best.states, [1, 0])
    assert best.log_probability == pytest.approx(np.log(3 / 16), rel=1e-14)


# 2. parity


def test_log_sum_exp_equals_that_of_scipy():
    from scipy.special import logsumexp

    values = np.random.default_rng(0).normal(scale=300, size=(3, 4, 5))
    values[0, :, 1] = -np.inf
    for axis in (0, 1, 2, -1):
        assert_allclose(log_sum_exp(values, axis), logsumexp(values, axis=axis), rtol=1e-14)


# 3. all paths


@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize(("n_steps", "n_states"), [(1, 3), (2, 1), (5, 3), (4, 4)])
def test_recursions_equal_the_sums_and_the_best_over_all_paths(enumerate_paths, zeros, n_steps, n_states):
    rng = np.random.default_rng(n_steps * 10 + n_states)
    start, transition, likelihood = draw(rng, (n_steps,), n_states, zeros=zeros)
    paths, probability = enumerate_paths(start, transition, likelihood)
    log_alpha = forward_recursion(logs(start), logs(transition), logs(likelihood))
    log_beta = backward_recursion(logs(transition), logs(likelihood))
    for t in range(n_steps):
        part, partial = enumerate_paths(start, transition, likelihood[: t + 1])
        for i in range(n_states):
            assert np.exp(log_alpha[t, i]) == pytest.approx(partial[part[:, -1] == i].sum(), rel=1e-12)
            through = probability[paths[:, t] == i].sum()
            assert np.exp(log_alpha[t, i] + log_beta[t, i]) == pytest.approx(through, rel=1e-12)
    best = viterbi_recursion(logs(start), logs(transition), logs(likelihood))
    assert np.exp(best.log_probability) == pytest.approx(probability.max(), rel=1e-12)
    if probability.max() > 0:
        assert_array_equal(best.states, paths[probability.argmax()])


# 4. invariants and degenerate cases


def test_leading_axes_are_sequences_of_their_own():
    start, transition, likelihood = draw(np.random.default_rng(1), (2, 3, 6), 4, zeros=True)
    arguments = logs(start), logs(transition)
    alpha = forward_recursion(*arguments, logs(likelihood))
    beta = backward_recursion(arguments[1], logs(likelihood))
    best = viterbi_recursion(*arguments, logs(likelihood))
    assert alpha.shape == beta.shape == (2, 3, 6, 4)
    assert best.states.shape == (2, 3, 6)
    assert best.log_probability.shape == (2, 3)
    for i, j in np.ndindex(2, 3):
        one = logs(likelihood[i, j])
        assert_allclose(alpha[i, j], forward_recursion(*arguments, one), rtol=1e-14)
        assert_allclose(beta[i, j], backward_recursion(arguments[1], one), rtol=1e-14)
        path = viterbi_recursion(*arguments, one)
        assert_array_equal(best.states[i, j], path.states)
        assert best.log_probability[i, j] == pytest.approx(path.log_probability, rel=1e-14)


def test_equal_paths_go_to_the_lowest_states():
    flat = np.log(np.full((5, 3), 0.5))
    best = viterbi_recursion(np.log(np.full(3, 1 / 3)), np.log(np.full((3, 3), 1 / 3)), flat)
    assert_array_equal(best.states, np.zeros(5))
    # the best last state is 2, states 1 and 2 are equally good before it, state 0 cannot precede it
    transition = logs(np.array([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.0, 0.5, 0.5]]))
    best = viterbi_recursion(np.log(np.full(3, 1 / 3)), transition, np.log([[0.5] * 3, [0.1, 0.1, 0.5]]))
    assert_array_equal(best.states, [1, 2])


def test_impossible_observations_give_minus_infinity_and_no_warning():
    likelihood = logs(np.array([[0.5, 0.5], [0.0, 0.0], [0.5, 0.5]]))
    start, transition = np.log([0.5, 0.5]), np.log([[0.5, 0.5], [0.5, 0.5]])
    assert (forward_recursion(start, transition, likelihood)[1:] == -np.inf).all()
    assert (backward_recursion(transition, likelihood)[:1] == -np.inf).all()
    assert viterbi_recursion(start, transition, likelihood).log_probability == -np.inf


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_forward_and_backward_meet_at_every_step(data):
    n_steps, n_states = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 4))
    numbers = st.one_of(st.just(0.0), st.floats(1e-12, 1.0))
    likelihood = data.draw(arrays(float, (n_steps, n_states), elements=numbers))
    start = data.draw(arrays(float, n_states, elements=st.floats(0.01, 1)))
    transition = data.draw(arrays(float, (n_states, n_states), elements=st.floats(0.01, 1)))
    start, transition = start / start.sum(), transition / transition.sum(axis=1, keepdims=True)
    alpha = forward_recursion(logs(start), logs(transition), logs(likelihood))
    beta = backward_recursion(logs(transition), logs(likelihood))
    totals = log_sum_exp(alpha + beta)
    assert_allclose(totals, np.full(n_steps, totals[-1]), rtol=1e-9, atol=1e-9)
    best = viterbi_recursion(logs(start), logs(transition), logs(likelihood)).log_probability
    assert best <= totals[-1] + 1e-9


def test_inputs_are_not_changed():
    start, transition, likelihood = (logs(a) for a in draw(np.random.default_rng(3), (2, 4), 3))
    before = [a.copy() for a in (start, transition, likelihood)]
    forward_recursion(start, transition, likelihood)
    backward_recursion(transition, likelihood)
    viterbi_recursion(start, transition, likelihood)
    for a, b in zip((start, transition, likelihood), before, strict=True):
        assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros(3), np.zeros((2, 2)), np.zeros((4, 2))), "^log_start must"),
        ((np.zeros(2), np.zeros((2, 3)), np.zeros((4, 2))), "^log_transition must"),
        ((np.zeros(2), np.zeros((2, 2)), np.zeros(2)), r"log_likelihood must have shape .*got \(2,\)"),
        ((np.zeros(2), np.zeros((2, 2)), np.zeros((0, 2))), r"log_likelihood must have shape .*got \(0, 2\)"),
        ((np.zeros(2), np.zeros((2, 2)), [[0.0, 0.0], [0.0, np.nan]]), r"got nan at \(1, 1\)"),
        ((np.zeros(2), [[0.0, np.inf], [0.0, 0.0]], np.zeros((4, 2))), r"below \+inf, got inf at \(0, 1\)"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    for recursion in (forward_recursion, viterbi_recursion):
        with pytest.raises(ValueError, match=message):
            recursion(*arguments)
