"""Methods agree with each other: plain, scaled, log; one, batch, list; and where numbers underflow."""

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from dlbook.markov import CategoricalHMM, GaussianHMM, baum_welch


def gaussian(transition, means, variance=1.0, start=None):
    n_states = len(means)
    start = np.full(n_states, 1 / n_states) if start is None else start
    return GaussianHMM(start, transition, np.reshape(means, (-1, 1)), np.full((n_states, 1), variance))


def posteriors_in_logs(model, x):
    """Gamma, xi and the log-likelihood straight from the definitions, with the log recursions."""
    alpha, beta = model.forward(x, "log").alpha, model.backward(x, "log").beta
    total = model.forward(x, "log").log_likelihood
    with np.errstate(divide="ignore"):
        joint = (
            alpha[:-1, :, None] + np.log(model.transition) + (model._log_likelihood(x) + beta)[1:, None, :]
        )
    return np.exp(alpha + beta - total), np.exp(joint - total), total


# the three methods


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 6), st.booleans())
def test_plain_scaled_and_log_agree(draw_model, seed, n_states, n_symbols, zeros):
    rng = np.random.default_rng(seed)
    model = draw_model(rng, n_states, n_symbols, zeros=zeros)
    sequences = [rng.integers(0, n_symbols, size=n) for n in rng.integers(1, 9, size=4)]
    plain, scaled, log = (model.forward(sequences, m) for m in ("plain", "scaled", "log"))
    assert plain.scale is None
    assert log.scale is None
    assert_allclose(scaled.log_likelihood, plain.log_likelihood, rtol=1e-10, atol=1e-12)
    assert_allclose(log.log_likelihood, plain.log_likelihood, rtol=1e-10, atol=1e-12)
    assert_allclose(model.score(sequences), plain.log_likelihood, rtol=1e-10, atol=1e-12)
    for method in ("plain", "log"):
        back = model.backward(sequences, method)
        assert_allclose(back.log_likelihood, plain.log_likelihood, rtol=1e-10, atol=1e-12)
    for i in range(4):
        assert_allclose(np.exp(log.alpha[i]), plain.alpha[i], rtol=1e-10, atol=1e-300)
        totals = plain.alpha[i].sum(axis=1, keepdims=True)
        expected = plain.alpha[i] / np.where(totals > 0, totals, 1)
        assert_allclose(scaled.alpha[i], expected, rtol=1e-10, atol=1e-300)
        assert_allclose(np.cumprod(scaled.scale[i]), totals[:, 0], rtol=1e-10, atol=1e-300)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.booleans())
def test_posteriors_are_probabilities_that_fit_together(draw_model, seed, n_states, zeros):
    rng = np.random.default_rng(seed)
    model = draw_model(rng, n_states, 4, zeros=zeros)
    x = model.sample(int(rng.integers(1, 12)), rng=rng).observations
    gamma, xi, total = model.posteriors(x)
    assert (gamma >= 0).all()
    assert (xi >= 0).all()
    assert_allclose(gamma.sum(axis=1), 1, rtol=1e-13)
    assert_allclose(xi.sum(axis=2), gamma[:-1], rtol=1e-9, atol=1e-13)
    assert_allclose(xi.sum(axis=1), gamma[1:], rtol=1e-9, atol=1e-13)
    path = model.viterbi(x)
    assert path.log_probability <= total + 1e-12
    assert (gamma[np.arange(len(x)), path.states] > 0).all()
    assert (xi[:, model.transition == 0] == 0).all()


# one sequence, a batch, a list


@pytest.mark.parametrize("lengths", [[5, 5, 5], [1, 7, 3, 7, 2], [4, 1, 1], [1, 1], [6]])
@pytest.mark.parametrize("zeros", [False, True])
def test_sequences_together_give_what_each_gives_alone(draw_model, lengths, zeros):
    rng = np.random.default_rng(sum(lengths))
    model = draw_model(rng, 4, 3, zeros=zeros)
    sequences = [model.sample(n, rng=rng).observations for n in lengths]
    inputs = [sequences]
    if len(set(lengths)) == 1 and lengths[0] > 1:
        inputs.append(np.stack(sequences))
    for together in inputs:
        posteriors, path = model.posteriors(together), model.viterbi(together)
        forward, backward = model.forward(together), model.backward(together)
        for i, x in enumerate(sequences):
            alone = model.posteriors(x)
            assert posteriors.xi[i].shape == (len(x) - 1, 4, 4)
            assert_allclose(posteriors.gamma[i], alone.gamma, rtol=1e-12, atol=1e-15)
            assert_allclose(posteriors.xi[i], alone.xi, rtol=1e-12, atol=1e-15)
            assert posteriors.log_likelihood[i] == pytest.approx(alone.log_likelihood, rel=1e-13)
            assert_array_equal(path.states[i], model.viterbi(x).states)
            assert path.log_probability[i] == pytest.approx(model.viterbi(x).log_probability, rel=1e-13)
            assert_allclose(forward.alpha[i], model.forward(x).alpha, rtol=1e-12, atol=1e-15)
            assert_allclose(forward.scale[i], model.forward(x).scale, rtol=1e-12)
            assert_allclose(backward.beta[i], model.backward(x).beta, rtol=1e-12, atol=1e-15)
            for method in ("plain", "log"):
                assert_allclose(
                    model.backward(together, method).beta[i], model.backward(x, method).beta, rtol=1e-12
                )


# small numbers


def test_states_far_apart_do_not_disturb_each_other():
    """The far state's likelihood underflows at every step; nothing is lost."""
    model = gaussian([[0.9, 0.1], [0.1, 0.9]], [0.0, 1000.0])
    x = np.array([[0.1], [-0.3], [1000.2], [999.0], [0.4]])
    gamma, xi, total = model.posteriors(x)
    expected = posteriors_in_logs(model, x)
    assert np.isfinite(total)
    assert total == pytest.approx(expected[2], rel=1e-13)
    assert_allclose(gamma, expected[0], atol=1e-300)
    assert_allclose(xi, expected[1], rtol=1e-12, atol=1e-300)
    assert model.score(x) == pytest.approx(total, rel=1e-13)


@pytest.mark.parametrize("distance", [5.0, 39.0, 60.0, 1e4])
def test_a_path_that_seems_lost_and_comes_back(distance):
    """From the second state no way leads back, so the first one must bear the outliers in between."""
    model = gaussian([[0.5, 0.5], [0.0, 1.0]], [0.0, distance], start=[1.0, 0.0])
    x = np.concatenate([np.zeros((4, 1)), np.full((2, 1), distance), np.zeros((40, 1))])
    expected = posteriors_in_logs(model, x)
    tolerance = max(1e-9, 1e-15 * abs(expected[2]))  # what exponentials of such logarithms lose
    forward = model.forward(x)
    assert forward.log_likelihood == pytest.approx(expected[2], rel=1e-12)
    assert model.score(x) == pytest.approx(expected[2], rel=1e-12)
    gamma, xi, total = model.posteriors(x)
    assert total == pytest.approx(expected[2], rel=1e-12)
    assert_allclose(gamma, expected[0], rtol=tolerance, atol=1e-300)
    assert_allclose(xi, expected[1], rtol=tolerance, atol=1e-300)
    beta = model.backward(x).beta
    assert np.isfinite(beta).all()
    moderate = beta < 1e300
    assert_allclose((forward.alpha * beta)[moderate], gamma[moderate], rtol=tolerance, atol=1e-300)
    together = model.posteriors([x, np.zeros((3, 1)), x[:9]])
    assert_allclose(together.gamma[0], gamma, rtol=tolerance, atol=1e-300)
    assert_allclose(together.xi[2], model.posteriors(x[:9]).xi, rtol=tolerance, atol=1e-300)


def test_learning_is_the_same_where_it_has_to_be_done_in_logarithms():
    """The sum of the pairs' probabilities with the lost path, against the sum of the stored ones."""
    model = gaussian([[0.5, 0.5], [0.0, 1.0]], [0.0, 60.0], start=[1.0, 0.0])
    lost = np.concatenate([np.zeros((4, 1)), np.full((2, 1), 60.0), np.zeros((40, 1))])
    sequences = [np.array([[0.1], [59.8], [60.3]]), lost, np.array([[0.2]])]
    pairs = sum(p.sum(axis=0) for p in model.posteriors(sequences).xi)
    fitted = baum_welch(model, sequences, max_iterations=1, update=["transition"]).model
    assert_allclose(fitted.transition, pairs / pairs.sum(axis=1, keepdims=True), rtol=1e-12)


def test_an_observation_far_from_all_states_keeps_its_log_likelihood():
    model = gaussian([[0.9, 0.1], [0.1, 0.9]], [0.0, 1.0])
    forward = model.forward([[0.0], [1e3], [0.5]])
    assert forward.scale[1] == 0  # the density is below the smallest number
    assert forward.log_likelihood == pytest.approx(model.forward([[0.0], [1e3], [0.5]], "log").log_likelihood)
    assert math.isfinite(forward.log_likelihood)
    assert_allclose(forward.alpha.sum(axis=1), 1, rtol=1e-13)
    assert model.score([[0.0], [1e200]]) == -np.inf  # its square is above the largest number


def test_densities_that_overflow_are_refused_in_plain_form_only():
    model = GaussianHMM([1.0], [[1.0]], np.zeros((1, 3)), np.full((1, 3), 1e-300))
    x = np.zeros((2, 3))
    assert model.score(x) == pytest.approx(
        2 * 3 * (150 * math.log(10) - 0.5 * math.log(2 * math.pi)), rel=1e-12
    )
    for run in (model.forward, model.backward):
        with pytest.raises(ValueError, match="method must be 'scaled' or 'log'"):
            run(x, "plain")


# long sequences


@pytest.mark.parametrize("kind", ["categorical", "gaussian"])
def test_a_hundred_thousand_steps(draw_model, kind):
    rng = np.random.default_rng(12)
    if kind == "categorical":
        model = draw_model(rng, 3, 4, zeros=True)
    else:
        model = gaussian([[0.9, 0.1], [0.2, 0.8]], [0.0, 30.0])
    states, x = model.sample(100_000, rng=rng)
    posteriors = model.posteriors(x)
    assert np.isfinite(posteriors.log_likelihood)
    assert model.score(x) == pytest.approx(posteriors.log_likelihood, rel=1e-12)
    if kind == "categorical":
        assert model.forward(x, "log").log_likelihood == pytest.approx(posteriors.log_likelihood, rel=1e-9)
    assert_allclose(posteriors.gamma.sum(axis=1), 1, rtol=1e-12)
    assert_allclose(posteriors.xi.sum(axis=2), posteriors.gamma[:-1], rtol=1e-6, atol=1e-9)
    path = model.viterbi(x)
    log_start, log_transition, log_likelihood = (
        np.log(np.maximum(a, 1e-300))
        for a in (model.start, model.transition, np.exp(model._log_likelihood(x)))
    )
    z = path.states
    along = log_start[z[0]] + log_transition[z[:-1], z[1:]].sum() + log_likelihood[np.arange(len(z)), z].sum()
    assert path.log_probability == pytest.approx(along, rel=1e-9)
    assert (model.forward(x, "plain").alpha[-1] == 0).all()  # what scaling is for
    if kind == "gaussian":
        assert (z == states).mean() > 0.999


def test_memory_grows_linearly_with_the_length(draw_model):
    model = draw_model(np.random.default_rng(0), 12, 3)
    peaks = []
    for length in (2000, 8000):
        x = model.sample(length, rng=np.random.default_rng(1)).observations
        for call in (lambda x=x: model.score(x), lambda x=x: baum_welch(model, x, max_iterations=1)):
            tracemalloc.start()
            call()
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[2] < 5 * peaks[0]
    assert peaks[3] < 5 * peaks[1]
    assert peaks[3] < 8000 * 12 * 12 * 8  # less than the pairs of states alone would take


def test_one_long_and_many_short_sequences_are_not_padded(draw_model):
    model = draw_model(np.random.default_rng(0), 4, 3)
    rng = np.random.default_rng(2)
    sequences = [rng.integers(0, 3, size=n) for n in [5000] + [1] * 5000]
    tracemalloc.start()
    scores = model.score(sequences)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert scores.shape == (5001,)
    assert peak < 50 * 10_000 * 4 * 8  # padded, it would be 5000 * 5001 * 4 * 8


# impossible sequences


def impossible_model():
    return CategoricalHMM([1, 0], [[0.5, 0.5], [0, 1]], [[1, 0], [0, 1]])


def test_impossible_sequences_score_minus_infinity():
    model = impossible_model()
    assert model.score([0, 1, 0]) == -np.inf
    assert model.score([1]) == -np.inf
    assert_array_equal(model.score([[0, 0, 1], [0, 1, 0], [1]]), [math.log(0.25), -np.inf, -np.inf])
    forward = model.forward([0, 1, 0, 0])
    assert_array_equal(forward.alpha, [[1, 0], [0, 1], [0, 0], [0, 0]])
    assert_array_equal(forward.scale, [1, 0.5, 0, 0])
    assert forward.log_likelihood == -np.inf
    for method in ("plain", "log"):
        assert model.forward([0, 1, 0], method).log_likelihood == -np.inf
        assert model.backward([0, 1, 0], method).log_likelihood == -np.inf
        assert not np.isnan(model.backward([0, 1, 0], method).beta).any()


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([0, 1, 0, 0], r"probability 0 for the sequence: no states explain .* step 2 \(counted from 0\)"),
        ([1], r"probability 0 for the sequence: .* step 0"),
        ([[0, 0, 1], [0, 1, 0], [1]], r"probability 0 for sequence 1: .* step 2"),
        ([[0, 0], [0, 0, 0, 1, 1, 0], [0, 1, 0]], r"probability 0 for sequence 1: .* step 5"),
    ],
)
def test_impossible_sequences_are_named_with_the_step(x, message):
    model = impossible_model()
    for run in (model.posteriors, model.viterbi, model.backward):
        with pytest.raises(ValueError, match="x must be possible under the model, got " + message):
            run(x)
    if x == [1]:  # fewer observations than states
        return
    with pytest.raises(ValueError, match="sequences must be possible under the model, got " + message):
        baum_welch(model, x)


# degenerate models and sequences


def test_one_state(enumerate_paths):
    model = CategoricalHMM([1.0], [[1.0]], [[0.2, 0.8]])
    assert model.score([0, 1, 1]) == pytest.approx(math.log(0.2 * 0.8 * 0.8), rel=1e-14)
    assert_array_equal(model.posteriors([0, 1, 1]).gamma, np.ones((3, 1)))
    assert_array_equal(model.viterbi([0, 1, 1]).states, [0, 0, 0])


def test_one_step(ice_cream):
    posteriors = ice_cream.posteriors("3")
    assert_allclose(posteriors.gamma, [[0.3 / 0.34, 0.04 / 0.34]], rtol=1e-14)
    assert posteriors.xi.shape == (0, 2, 2)
    assert ice_cream.viterbi("3").log_probability == pytest.approx(math.log(0.3), rel=1e-14)
    assert_array_equal(ice_cream.backward("3").beta, [[1, 1]])
    assert ice_cream.posteriors([[0], [1]]).xi[1].shape == (0, 2, 2)


def test_ties_go_to_the_lowest_state():
    model = CategoricalHMM([0.25] * 4, np.full((4, 4), 0.25), np.full((4, 2), 0.5))
    assert_array_equal(model.viterbi([0, 1, 1]).states, [0, 0, 0])
    assert_array_equal(model.viterbi([[0, 1, 1], [0]]).states[1], [0])
