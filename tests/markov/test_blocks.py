"""One long sequence in blocks gives what the recursions give step by step."""

import math

import numpy as np
import pytest
from hmmlearn.hmm import CategoricalHMM as Reference
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from dlbook.markov import CategoricalHMM, GaussianHMM, baum_welch
from dlbook.markov import _blocks as blocks
from dlbook.markov._kernels import log_viterbi, plain_backward, scaled_forward
from dlbook.numerics.logarithms import safe_log


def by_steps(model, likelihood):
    sizes = np.ones(len(likelihood), dtype=int)
    alpha, scale = scaled_forward(model.start, model.transition, likelihood, sizes)
    with np.errstate(all="ignore"):
        return alpha, scale, plain_backward(model.transition, likelihood / scale[:, None], sizes)


def logs_of(model, likelihood):
    return safe_log(model.start), safe_log(model.transition), safe_log(likelihood)


def likelihoods(model, rng, n_steps, kind):
    """Likelihoods of observations that the model can make: as drawn, or with numbers down to 1e-300 or 0."""
    states, x = model.sample(n_steps, rng=rng)
    likelihood = model.emission.T[x]
    if kind == "wide":
        likelihood = likelihood * 10.0 ** -rng.integers(0, 300, size=likelihood.shape)
        likelihood[np.arange(n_steps), states] = rng.random(n_steps)
    return likelihood


@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 12),
    st.integers(200, 700),
    st.booleans(),
    st.sampled_from(["drawn", "wide"]),
)
def test_sums_in_blocks_are_those_of_the_steps(draw_model, seed, n_states, n_steps, zeros, kind):
    rng = np.random.default_rng(seed)
    model = draw_model(rng, n_states, 5, zeros=zeros)
    likelihood = likelihoods(model, rng, n_steps, kind)
    alpha, scale, beta = by_steps(model, likelihood)
    run = blocks.Scaled(model.start, model.transition, likelihood, np.ones(n_steps, dtype=int))
    assert_allclose(run.alpha, alpha, rtol=1e-11, atol=1e-250)
    assert_allclose(run.scale, scale, rtol=1e-11)
    if beta.max() < 1e200:
        assert_allclose(run.backward(), beta, rtol=1e-10, atol=1e-100)
    else:  # then logarithms are needed, which both must say
        assert not run.backward().max() < 1e199


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(200, 700), st.booleans())
def test_the_best_path_in_blocks_is_that_of_the_steps(draw_model, seed, n_states, n_steps, zeros):
    rng = np.random.default_rng(seed)
    model = draw_model(rng, n_states, 5, zeros=zeros)
    likelihood = likelihoods(model, rng, n_steps, "drawn")
    likelihood = likelihood * np.exp(rng.normal(size=likelihood.shape))  # no two paths are equal on paper
    arguments, sizes = logs_of(model, likelihood), np.ones(n_steps, dtype=int)
    path, log_delta = log_viterbi(*arguments, sizes)
    found, rows = blocks.best_path(*arguments, sizes)
    best = log_delta[-1].max()
    assert rows[-1].max() == pytest.approx(best, rel=1e-12)
    assert_array_equal(rows == -np.inf, log_delta == -np.inf)
    log_start, log_transition, log_likelihood = arguments
    along = log_start[found[0]] + log_transition[found[:-1], found[1:]].sum()
    along += log_likelihood[np.arange(n_steps), found].sum()
    assert along == pytest.approx(best, rel=1e-12)
    assert_array_equal(found, path)


def test_blocks_are_taken_for_one_long_sequence_of_few_states(monkeypatch):
    taken = []
    sums, maxima = blocks._Sums.forward, blocks._viterbi_in_blocks
    monkeypatch.setattr(blocks._Sums, "forward", lambda *a: taken.append("sums") or sums(*a))
    monkeypatch.setattr(blocks, "_viterbi_in_blocks", lambda *a: taken.append("maxima") or maxima(*a))

    def run(n_states, x):
        model = CategoricalHMM(np.full(n_states, 1 / n_states), np.eye(n_states), np.ones((n_states, 1)))
        taken.clear()
        model.score(x), model.viterbi(x)
        return taken

    assert run(3, np.zeros(400, dtype=int)) == ["sums", "maxima"]
    assert run(3, np.zeros(50, dtype=int)) == []
    assert run(40, np.zeros(400, dtype=int)) == ["sums"]
    assert run(150, np.zeros(400, dtype=int)) == []
    assert run(3, np.zeros((2, 400), dtype=int)) == []


def test_ten_thousand_steps_against_hmmlearn(draw_model):
    rng = np.random.default_rng(1)
    model, start = draw_model(rng, 8, 12), draw_model(rng, 8, 12)
    x = model.sample(10_000, rng=rng).observations

    def reference(of):
        other = Reference(8, init_params="", implementation="scaling", n_iter=1, tol=-np.inf)
        other.n_features = 12
        other.startprob_, other.transmat_, other.emissionprob_ = of.start, of.transition, of.emission
        return other

    library = reference(model)
    score, gamma = library.score_samples(x[:, None])
    posteriors = model.posteriors(x)
    assert model.score(x) == pytest.approx(score, rel=1e-12)
    assert posteriors.log_likelihood == pytest.approx(score, rel=1e-12)
    assert_allclose(posteriors.gamma, gamma, atol=1e-10)
    best, path = library.decode(x[:, None])
    assert model.viterbi(x).log_probability == pytest.approx(best, rel=1e-12)
    assert (model.viterbi(x).states == path).mean() > 0.99  # the rest are equally probable
    fitted, learner = baum_welch(start, x, max_iterations=1).model, reference(start).fit(x[:, None])
    assert_allclose(fitted.transition, learner.transmat_, atol=1e-10)
    assert_allclose(fitted.emission, learner.emissionprob_, atol=1e-10)
    assert_allclose(fitted.start, learner.startprob_, atol=1e-10)


def test_a_chain_that_never_forgets():
    """States stay for good and observations say little: blocks depend on all before, and are multiplied."""
    model = CategoricalHMM([0.5, 0.5], np.eye(2), [[0.5, 0.5], [0.49, 0.51]])
    x = np.random.default_rng(0).integers(0, 2, size=3000)
    odds = np.cumsum(np.log(model.emission[0, x]) - np.log(model.emission[1, x]))
    assert_allclose(model.forward(x).alpha[:, 0], 1 / (1 + np.exp(-odds)), rtol=1e-10)
    assert_allclose(model.posteriors(x).gamma[:, 0], 1 / (1 + np.exp(-odds[-1])), rtol=1e-10)
    assert_array_equal(model.viterbi(x).states, np.full(3000, int(odds[-1] < 0)))


def test_states_that_only_lead_on(draw_model):
    """Left to right: the guess that every state is possible lives on from block to block."""
    transition = 0.98 * np.eye(6) + 0.02 * np.eye(6, k=1)
    transition[-1] = np.eye(6)[-1]
    model = draw_model(np.random.default_rng(2), 6, 8).replace(start=np.eye(6)[0], transition=transition)
    x = model.sample(1200, rng=np.random.default_rng(3)).observations
    alpha, _, beta = by_steps(model, model.emission.T[x])
    assert_allclose(model.forward(x).alpha, alpha, rtol=1e-11, atol=1e-250)
    gamma = alpha * beta
    assert_allclose(model.posteriors(x).gamma, gamma / gamma.sum(axis=1, keepdims=True), atol=1e-12)
    expected = log_viterbi(*logs_of(model, model.emission.T[x]), np.ones(1200, dtype=int))[0]
    assert_array_equal(model.viterbi(x).states, expected)


@pytest.mark.parametrize("at", [0, 1, 137, 998, 999])
def test_an_impossible_observation_is_found_at_its_step(at):
    model = CategoricalHMM([0.5, 0.5], [[0.9, 0.1], [0.2, 0.8]], [[0.5, 0.5, 0], [0.4, 0.6, 0]])
    x = np.zeros(1000, dtype=int)
    x[at] = 2
    assert model.score(x) == -np.inf
    forward = model.forward(x)
    assert (forward.alpha[:at].sum(axis=1) > 0.99).all()
    assert_array_equal(forward.alpha[at:], 0)
    assert_array_equal(forward.scale[at:], 0)
    for run in (model.posteriors, model.viterbi, model.backward):
        with pytest.raises(ValueError, match=rf"probability 0 for the sequence: .* step {at} "):
            run(x)


@pytest.mark.parametrize("distance", [5.0, 39.0, 60.0])
@pytest.mark.parametrize("outlier", [3, 150, 290])
def test_what_a_block_loses_is_done_again_in_logarithms(distance, outlier):
    """From the second state no way leads back, so the first one must bear the outliers in between."""
    model = GaussianHMM([1, 0], [[0.5, 0.5], [0, 1]], [[0.0], [distance]], [[1.0], [1.0]])
    x = np.zeros((400, 1))
    x[outlier : outlier + 2] = distance
    alpha, beta = model.forward(x, "log").alpha, model.backward(x, "log").beta
    total = model.forward(x, "log").log_likelihood
    tolerance = max(1e-9, 1e-15 * abs(total))
    assert model.score(x) == pytest.approx(total, rel=1e-12)
    assert_allclose(model.posteriors(x).gamma, np.exp(alpha + beta - total), rtol=tolerance, atol=1e-300)
    backward = model.backward(x)
    moderate = backward.beta < 1e300
    assert_allclose(
        (model.forward(x).alpha * backward.beta)[moderate],
        model.posteriors(x).gamma[moderate],
        rtol=tolerance,
        atol=1e-300,
    )
    learned = baum_welch(model, x, max_iterations=1, update=["transition"]).model.transition
    pairs = model.posteriors(x).xi.sum(axis=0)
    seen = pairs.sum(axis=1) > 0
    assert_allclose(learned[seen], (pairs[seen].T / pairs[seen].sum(axis=1)).T, rtol=1e-9, atol=1e-300)


def test_equal_paths_end_in_the_lowest_states():
    model = CategoricalHMM([0.25] * 4, np.full((4, 4), 0.25), np.full((4, 2), 0.5))
    path = model.viterbi(np.zeros(900, dtype=int))
    assert_array_equal(path.states, np.zeros(900))
    assert path.log_probability == pytest.approx(900 * math.log(0.125), rel=1e-12)
