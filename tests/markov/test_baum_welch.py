import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from dlbook.markov import (
    CategoricalHMM,
    GaussianHMM,
    align_states,
    baum_welch,
    baum_welch_restarts,
    random_categorical_hmm,
    random_gaussian_hmm,
    random_mixture_hmm,
)

# 1. numbers worked out by hand


def test_one_update_of_the_ice_creams_from_all_sixteen_paths(ice_cream, enumerate_paths):
    """Every path counts with its posterior probability; the updates are shares of these counts."""
    x = np.array([1, 2, 0, 1])
    paths, probability = enumerate_paths(ice_cream.start, ice_cream.transition, ice_cream.emission.T[x])
    start, transition, emission = np.zeros(2), np.zeros((2, 2)), np.zeros((2, 3))
    for path, p in zip(paths, probability / probability.sum(), strict=True):
        start[path[0]] += p
        np.add.at(transition, (path[:-1], path[1:]), p)
        np.add.at(emission, (path, x), p)
    fit = baum_welch(ice_cream, "2312", max_iterations=1)
    assert_allclose(fit.model.start, start, rtol=1e-13)
    assert_allclose(fit.model.transition, transition / transition.sum(axis=1, keepdims=True), rtol=1e-13)
    assert_allclose(fit.model.emission, emission / emission.sum(axis=1, keepdims=True), rtol=1e-13)
    assert fit.log_likelihoods[0] == pytest.approx(math.log(0.0098344), rel=1e-13)
    assert fit.log_likelihoods[1] == pytest.approx(fit.model.score("2312"), rel=1e-14)
    assert (fit.n_iterations, fit.converged) == (1, False)
    assert fit.model.states == ("hot", "cold")
    assert fit.model.symbols == ("1", "2", "3")


# 2. parity with hmmlearn


@pytest.mark.parametrize("implementation", ["log", "scaling"])
@pytest.mark.parametrize("n_iter", [1, 8])
def test_steps_equal_those_of_hmmlearn(draw_model, implementation, n_iter):
    from hmmlearn.hmm import CategoricalHMM as Reference

    rng = np.random.default_rng(n_iter)
    truth, model = draw_model(rng, 3, 5), draw_model(rng, 4, 5)
    sequences = [truth.sample(n, rng=rng).observations for n in (40, 1, 25, 60)]
    other = Reference(
        4, init_params="", params="ste", n_iter=n_iter, tol=-np.inf, implementation=implementation
    )
    other.n_features = 5
    other.startprob_, other.transmat_ = model.start.copy(), model.transition.copy()
    other.emissionprob_ = model.emission.copy()
    other.fit(np.concatenate(sequences)[:, None], [len(s) for s in sequences])
    fit = baum_welch(model, sequences, max_iterations=n_iter, tolerance=0)
    assert_allclose(fit.model.start, other.startprob_, rtol=1e-8, atol=1e-12)
    assert_allclose(fit.model.transition, other.transmat_, rtol=1e-8, atol=1e-12)
    assert_allclose(fit.model.emission, other.emissionprob_, rtol=1e-8, atol=1e-12)
    assert_allclose(fit.log_likelihoods[:-1], list(other.monitor_.history), rtol=1e-11)


# 3. the updates against the stored posterior probabilities


@pytest.mark.parametrize("as_batch", [False, True])
def test_sums_over_sequences_equal_those_of_the_stored_posteriors(draw_model, as_batch):
    rng = np.random.default_rng(1)
    model = draw_model(rng, 3, 4, zeros=True)
    lengths = [6] * 5 if as_batch else [6, 1, 9, 3, 6]
    sequences = [model.sample(n, rng=rng).observations for n in lengths]
    posteriors = model.posteriors(sequences)
    start = sum(gamma[0] for gamma in posteriors.gamma) / 5
    pairs = sum(xi.sum(axis=0) for xi in posteriors.xi)
    emitted = np.zeros((3, 4))
    for x, gamma in zip(sequences, posteriors.gamma, strict=True):
        np.add.at(emitted.T, x, gamma)
    fitted = baum_welch(model, np.stack(sequences) if as_batch else sequences, max_iterations=1).model
    assert_allclose(fitted.start, start, rtol=1e-12, atol=1e-15)
    seen = pairs.sum(axis=1) > 0
    assert_allclose(fitted.transition[seen], (pairs / pairs.sum(axis=1, keepdims=True))[seen], rtol=1e-12)
    assert_allclose(fitted.emission, emitted / emitted.sum(axis=1, keepdims=True), rtol=1e-12)


# 4. invariants


def start_model(kind, x, rng):
    if kind == "categorical":
        return random_categorical_hmm(3, 4, rng=rng)
    if kind == "mixture":
        return random_mixture_hmm(2, 2, x, rng=rng)
    return random_gaussian_hmm(3, x, rng=rng, full=kind == "full")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["categorical", "diagonal", "full", "mixture"]))
def test_the_likelihood_never_falls(seed, kind):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 15, size=4)
    lengths[0] += 4
    if kind == "categorical":
        sequences = [rng.integers(0, 4, size=n) for n in lengths]
    else:
        sequences = [rng.normal(size=(n, 2)) + 4 * rng.integers(0, 2, size=(n, 1)) for n in lengths]
    model = start_model(kind, sequences, rng)
    fit = baum_welch(model, sequences, max_iterations=15, tolerance=0)
    assert np.isfinite(fit.log_likelihoods).all()
    assert np.diff(fit.log_likelihoods, prepend=-np.inf).min() >= -1e-8
    assert len(fit.log_likelihoods) == fit.n_iterations + 1
    assert fit.log_likelihoods[0] == pytest.approx(model.score(sequences).sum(), rel=1e-11)
    assert fit.log_likelihoods[-1] == pytest.approx(fit.model.score(sequences).sum(), rel=1e-11)
    assert_allclose(fit.model.transition.sum(axis=1), 1, rtol=1e-12)


@pytest.mark.parametrize(
    ("kind", "update", "fixed"),
    [
        ("categorical", ["transition"], ["start", "emission"]),
        ("categorical", "emission", ["start", "transition"]),
        ("categorical", [], ["start", "transition", "emission"]),
        ("diagonal", ["means"], ["start", "transition", "covariances"]),
        ("full", ["covariances", "start"], ["transition", "means"]),
        ("mixture", ["weights"], ["start", "transition", "means", "covariances"]),
        ("mixture", ["emission"], ["start", "transition"]),
    ],
)
def test_only_what_is_asked_for_is_updated_and_the_likelihood_rises(kind, update, fixed):
    rng = np.random.default_rng(3)
    if kind == "categorical":
        x = rng.integers(0, 4, size=50)
    else:
        x = rng.normal(size=(50, 2)) + 3 * rng.integers(0, 2, size=(50, 1))
    model = start_model(kind, x, rng)
    fit = baum_welch(model, x, max_iterations=5, tolerance=0, update=update)
    for name in fixed:
        assert_array_equal(getattr(fit.model, name), getattr(model, name))
    changed = {"start", "transition", *model.emission_parameters} - set(fixed)
    for name in changed:
        assert np.abs(getattr(fit.model, name) - getattr(model, name)).max() > 1e-6
    assert np.diff(fit.log_likelihoods).min() >= -1e-9
    if changed:
        assert fit.log_likelihoods[-1] > fit.log_likelihoods[0]


def test_zeros_stay_zeros(draw_model):
    rng = np.random.default_rng(4)
    model = draw_model(rng, 4, 5, zeros=True)
    x = model.sample(40, rng=rng, n_sequences=6).observations
    for pseudocount in (0.0, 0.5):
        fitted = baum_welch(model, x, max_iterations=20, pseudocount=pseudocount).model
        for name in ("start", "transition", "emission"):
            before, after = getattr(model, name), getattr(fitted, name)
            assert (before == 0).any()
            assert_array_equal(after[before == 0], 0)
            if pseudocount:
                assert (after[before > 0] > 0).all()


def test_pseudocounts_by_hand_and_the_objective_that_never_falls():
    """One state: the counts (3, 1) and a half each give 3.5 / 5 and 1.5 / 5."""
    one = baum_welch(
        CategoricalHMM([1], [[1]], [[0.5, 0.5]]), [0, 0, 1, 0], max_iterations=1, pseudocount=0.5
    )
    assert_allclose(one.model.emission, [[0.7, 0.3]], rtol=1e-15)
    rng = np.random.default_rng(5)
    model, x = random_categorical_hmm(3, 4, rng=rng), rng.integers(0, 4, size=(5, 8))
    objectives = []
    for n in range(12):
        fitted = baum_welch(model, x, max_iterations=n, pseudocount=0.7, tolerance=0)
        penalty = sum(
            np.log(getattr(fitted.model, name)).sum() for name in ("start", "transition", "emission")
        )
        objectives.append(fitted.log_likelihoods[-1] + 0.7 * penalty)
    assert np.diff(objectives).min() >= -1e-9
    assert objectives[-1] > objectives[0] + 1
    # what ends it is the gain of that sum, not of the likelihood
    done = baum_welch(model, x, max_iterations=5000, pseudocount=0.7, tolerance=1e-9)
    assert done.converged
    further = baum_welch(done.model, x, max_iterations=1, pseudocount=0.7).model
    assert_allclose(further.emission, done.model.emission, atol=1e-4)


def test_the_tolerance_ends_it():
    rng = np.random.default_rng(6)
    model, x = random_categorical_hmm(2, 3, rng=rng), rng.integers(0, 3, size=30)
    fit = baum_welch(model, x, max_iterations=5000, tolerance=1e-3)
    gains = np.diff(fit.log_likelihoods)
    assert fit.converged
    assert fit.n_iterations == len(gains) < 5000
    assert gains[-1] < 1e-3
    assert (gains[:-1] >= 1e-3).all()
    short = baum_welch(model, x, max_iterations=fit.n_iterations - 1, tolerance=1e-3)
    assert not short.converged
    assert_array_equal(short.log_likelihoods, fit.log_likelihoods[:-1])


def test_no_iteration_only_evaluates(ice_cream):
    fit = baum_welch(ice_cream, ["2312", "11"], max_iterations=0)
    assert fit.model is ice_cream
    assert_allclose(fit.log_likelihoods, [ice_cream.score(["2312", "11"]).sum()], rtol=1e-14)
    assert (fit.converged, fit.n_iterations) == (False, 0)


def test_the_truth_is_found_again():
    truth = CategoricalHMM(
        [0.5, 0.5], [[0.9, 0.1], [0.2, 0.8]], [[0.7, 0.2, 0.1], [0.1, 0.2, 0.7]], symbols="abc"
    )
    x = truth.sample(200, rng=np.random.default_rng(7), n_sequences=40).observations
    found = baum_welch_restarts(
        lambda rng: random_categorical_hmm(2, 3, rng=rng),
        x,
        n_restarts=4,
        rng=np.random.default_rng(8),
        max_iterations=200,
        tolerance=1e-4,
    )
    best = found.best.model.permuted(align_states(truth, found.best.model))
    assert np.abs(best.transition - truth.transition).max() < 0.05
    assert np.abs(best.emission - truth.emission).max() < 0.05
    assert found.best.log_likelihoods[-1] >= truth.score(x).sum()


def test_restarts_keep_all_fits_and_the_best():
    x = np.random.default_rng(9).integers(0, 3, size=40)

    def run(n):
        return baum_welch_restarts(
            lambda rng: random_categorical_hmm(3, 3, rng=rng),
            x,
            n_restarts=n,
            rng=np.random.default_rng(10),
            max_iterations=30,
        )

    five, two = run(5), run(2)
    ends = [fit.log_likelihoods[-1] for fit in five.fits]
    assert len(set(ends)) > 1
    assert five.best.log_likelihoods[-1] == max(ends)
    assert five.best is five.fits[int(np.argmax(ends))]
    assert [fit.log_likelihoods[-1] for fit in two.fits] == ends[:2]
    with pytest.raises(ValueError, match=r"^n_restarts must"):
        run(0)


# 5. degenerate cases and bad arguments


def test_a_state_that_is_never_visited_keeps_its_parameters():
    model = CategoricalHMM([1, 0], [[1, 0], [0.3, 0.7]], [[0.5, 0.5], [0.2, 0.8]])
    fitted = baum_welch(model, [0, 0, 1], max_iterations=3).model
    assert_array_equal(fitted.transition[1], [0.3, 0.7])
    assert_array_equal(fitted.emission[1], [0.2, 0.8])
    assert_allclose(fitted.emission[0], [2 / 3, 1 / 3], rtol=1e-14)


def test_sequences_of_length_one_teach_nothing_about_transitions(ice_cream):
    fitted = baum_welch(ice_cream, [[0], [1], [2]], max_iterations=1).model
    assert_array_equal(fitted.transition, ice_cream.transition)
    gamma = ice_cream.posteriors([[0], [1], [2]]).gamma
    assert_allclose(fitted.start, np.concatenate(gamma).mean(axis=0), rtol=1e-14)


def test_equal_states_stay_equal():
    model = CategoricalHMM([0.5, 0.5], np.full((2, 2), 0.5), [[0.6, 0.4]] * 2)
    fitted = baum_welch(model, [0, 1, 1, 0, 0], max_iterations=5).model
    assert_allclose(fitted.emission, [[0.6, 0.4]] * 2, rtol=1e-12)


def test_a_hundred_thousand_observations():
    truth = GaussianHMM([1, 0], [[0.99, 0.01], [0.02, 0.98]], [[0.0], [50.0]], [[1.0], [4.0]])
    x = truth.sample(100_000, rng=np.random.default_rng(0)).observations
    fit = baum_welch(truth.replace(means=[[1.0], [48.0]]), x, max_iterations=2)
    assert np.diff(fit.log_likelihoods).min() > -1e-6
    assert np.abs(fit.model.means - truth.means).max() < 0.1
    assert np.abs(fit.model.transition - truth.transition).max() < 0.005


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_iterations": -1}, "^max_iterations must"),
        ({"max_iterations": 1.5}, "^max_iterations must"),
        ({"tolerance": -1e-3}, "^tolerance must"),
        ({"tolerance": np.nan}, "^tolerance must"),
        ({"pseudocount": -1}, "^pseudocount must"),
        ({"variance_floor": -1}, "^variance_floor must"),
        ({"update": ["means"]}, r"^update must"),
        ({"update": "trans"}, r"^update must"),
    ],
)
def test_bad_options_are_named(ice_cream, options, message):
    with pytest.raises(ValueError, match=message):
        baum_welch(ice_cream, "2312", **options)


@pytest.mark.parametrize(
    ("sequences", "message"),
    [
        ("2", "sequences must hold at least as many observations as the model has states, 2, got 1"),
        ([], "sequences must not be empty"),
        (["12", ""], r"^sequences\[1\] must hold at least one element"),
        (["12", "14"], r"^sequences\[1\] must hold names among 1, 2, 3, or .*got '4' at position 1"),
    ],
)
def test_bad_sequences_are_named(ice_cream, sequences, message):
    with pytest.raises(ValueError, match=message):
        baum_welch(ice_cream, sequences)
