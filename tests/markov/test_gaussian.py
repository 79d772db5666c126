import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dlbook.markov import GaussianHMM, baum_welch, random_gaussian_hmm

FEW = pytest.mark.filterwarnings("ignore:sequences hold")


def draw(rng, n_states, n_features, *, full):
    factors = rng.normal(size=(n_states, n_features, n_features))
    covariances = factors @ factors.transpose(0, 2, 1) + 0.3 * np.eye(n_features)
    return GaussianHMM(
        rng.dirichlet(np.ones(n_states)),
        rng.dirichlet(np.ones(n_states), n_states),
        rng.normal(size=(n_states, n_features), scale=2),
        covariances if full else np.diagonal(covariances, axis1=1, axis2=2),
    )


def reference(model, *, n_iter=1, params="stmc"):
    """hmmlearn's model with the same parameters, its priors set so that it maximizes the likelihood."""
    from hmmlearn.hmm import GaussianHMM as Reference

    other = Reference(
        model.n_states,
        "diag" if model.covariances.ndim == 2 else "full",
        covars_prior=0,
        covars_weight=1 if model.covariances.ndim == 2 else 0,
        init_params="",
        params=params,
        n_iter=n_iter,
        tol=-np.inf,
    )
    other.startprob_, other.transmat_ = model.start.copy(), model.transition.copy()
    other.means_, other.covars_ = model.means.copy(), model.covariances.copy()
    return other


def sequences_of(model, rng):
    lengths = [17, 1, 30, 8]
    return [model.sample(length, rng=rng).observations for length in lengths], lengths


# 1. numbers worked out by hand


def test_two_steps_by_hand():
    """Standard deviations 1 and 2; densities at 0 and 2 are multiples of 1 / sqrt(2 pi)."""
    model = GaussianHMM([0.5, 0.5], [[0.8, 0.2], [0.4, 0.6]], [[0.0], [2.0]], [[1.0], [4.0]])
    unit = 1 / math.sqrt(2 * math.pi)
    b = unit * np.array([[1.0, 0.5 * math.exp(-0.5)], [math.exp(-2.0), 0.5]])
    alpha_1 = 0.5 * b[0]
    alpha_2 = np.array([0.8 * alpha_1[0] + 0.4 * alpha_1[1], 0.2 * alpha_1[0] + 0.6 * alpha_1[1]]) * b[1]
    assert_allclose(model.forward([[0.0], [2.0]], "plain").alpha, [alpha_1, alpha_2], rtol=1e-14)
    assert model.score([[0.0], [2.0]]) == pytest.approx(math.log(alpha_2.sum()), rel=1e-14)


def test_one_state_learns_mean_and_variance_of_the_observations():
    """The variance is divided by the number of observations, 4, not by 3."""
    model = GaussianHMM([1], [[1]], [[5.0, 5.0]], [[1.0, 1.0]])
    x = [[1.0, 0.0], [2.0, 0.0], [3.0, 4.0], [6.0, 4.0]]
    fitted = baum_welch(model, x, max_iterations=1).model
    assert_allclose(fitted.means, [[3.0, 2.0]], rtol=1e-15)
    assert_allclose(fitted.covariances, [[3.5, 4.0]], rtol=1e-15)
    full = baum_welch(model.replace(covariances=[np.eye(2)]), x, max_iterations=1).model
    assert_allclose(full.covariances, [[[3.5, 3.0], [3.0, 4.0]]], rtol=1e-15)


# 2. parity with scipy and hmmlearn


@pytest.mark.parametrize("full", [False, True])
def test_densities_equal_those_of_scipy(full):
    from scipy.stats import multivariate_normal

    rng = np.random.default_rng(0)
    model = draw(rng, 3, 4, full=full)
    x = rng.normal(size=(7, 4), scale=3)
    expected = np.stack(
        [
            multivariate_normal(mean, covariance if full else np.diag(covariance)).logpdf(x)
            for mean, covariance in zip(model.means, model.covariances, strict=True)
        ],
        axis=1,
    )
    assert_allclose(model._log_likelihood(x), expected, rtol=1e-11)
    likelihood, shift = model._shifted_likelihood(x)
    assert_allclose(np.log(likelihood) + shift[:, None], expected, rtol=1e-10)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(("n_states", "n_features"), [(3, 5), (4, 1), (2, 3)])
def test_score_posteriors_and_decoding_equal_those_of_hmmlearn(full, n_states, n_features):
    rng = np.random.default_rng(10 * n_states + n_features)
    model = draw(rng, n_states, n_features, full=full)
    sequences, lengths = sequences_of(model, rng)
    other, stacked = reference(model), np.concatenate(sequences)
    total, gamma = other.score_samples(stacked, lengths)
    posteriors = model.posteriors(sequences)
    assert posteriors.log_likelihood.sum() == pytest.approx(total, rel=1e-10)
    assert_allclose(model.score(sequences), [other.score(s) for s in sequences], rtol=1e-10)
    assert_allclose(np.concatenate(posteriors.gamma), gamma, rtol=1e-7, atol=1e-12)
    best, states = other.decode(stacked, lengths)
    path = model.viterbi(sequences)
    assert path.log_probability.sum() == pytest.approx(best, rel=1e-10)
    assert_array_equal(np.concatenate(path.states), states)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("n_iter", [1, 6])
def test_steps_of_learning_equal_those_of_hmmlearn(full, n_iter):
    rng = np.random.default_rng(5)
    truth, model = draw(rng, 3, 2, full=full), draw(rng, 3, 2, full=full)
    sequences = [truth.sample(n, rng=rng).observations for n in (60, 1, 45, 80)]
    fit = baum_welch(model, sequences, max_iterations=n_iter, tolerance=0)
    other = reference(model, n_iter=n_iter).fit(np.concatenate(sequences), [len(s) for s in sequences])
    assert fit.n_iterations == n_iter
    assert_allclose(fit.model.start, other.startprob_, rtol=1e-7, atol=1e-12)
    assert_allclose(fit.model.transition, other.transmat_, rtol=1e-7, atol=1e-12)
    assert_allclose(fit.model.means, other.means_, rtol=1e-7, atol=1e-10)
    covariances = other.covars_ if full else np.diagonal(other.covars_, axis1=1, axis2=2)
    assert_allclose(fit.model.covariances, covariances, rtol=1e-6, atol=1e-10)
    assert_allclose(fit.log_likelihoods[:-1], list(other.monitor_.history), rtol=1e-9)


# 3. all paths


@pytest.mark.parametrize("full", [False, True])
def test_likelihood_and_best_path_equal_those_over_all_paths(enumerate_paths, full):
    rng = np.random.default_rng(7)
    model = draw(rng, 3, 2, full=full)
    x = rng.normal(size=(6, 2), scale=3)
    paths, probability = enumerate_paths(model.start, model.transition, np.exp(model._log_likelihood(x)))
    assert model.score(x) == pytest.approx(math.log(probability.sum()), rel=1e-12)
    assert_array_equal(model.viterbi(x).states, paths[probability.argmax()])
    best = np.array([probability[paths[:, t] == i].sum() for t in range(6) for i in range(3)]).reshape(6, 3)
    assert_allclose(model.posteriors(x).gamma, best / probability.sum(), rtol=1e-10, atol=1e-14)


# 4. invariants and degenerate cases


@pytest.mark.parametrize("full", [False, True])
def test_moving_and_stretching_the_observations_changes_the_score_by_a_known_amount(full):
    rng = np.random.default_rng(2)
    model = draw(rng, 3, 2, full=full)
    x = rng.normal(size=(20, 2))
    stretched = model.replace(means=3 * model.means + 5, covariances=9 * model.covariances)
    assert stretched.score(3 * x + 5) == pytest.approx(model.score(x) - 20 * 2 * math.log(3), rel=1e-11)


def test_a_full_covariance_without_correlation_is_a_diagonal_one():
    rng = np.random.default_rng(3)
    diagonal = draw(rng, 3, 4, full=False)
    full = diagonal.replace(covariances=diagonal.covariances[:, :, None] * np.eye(4))
    x = rng.normal(size=(12, 4))
    assert full.score(x) == pytest.approx(diagonal.score(x), rel=1e-13)


@pytest.mark.parametrize("full", [False, True])
def test_samples_have_the_moments_of_the_states(full):
    model = draw(np.random.default_rng(4), 2, 3, full=full)
    states, x = model.sample(4000, rng=np.random.default_rng(5), n_sequences=5)
    assert x.shape == (5, 4000, 3)
    for k in range(2):
        mine = x[states == k]
        covariance = np.cov(mine.T)
        expected = model.covariances[k] if full else np.diag(model.covariances[k])
        error = math.sqrt(expected.max() / len(mine))
        assert_allclose(mine.mean(axis=0), model.means[k], atol=5 * error)
        assert_allclose(covariance, expected, atol=8 * expected.max() / math.sqrt(len(mine)))


@pytest.mark.parametrize("full", [False, True])
def test_the_variance_floor_holds_and_the_likelihood_still_rises(full):
    """One feature never changes; without a floor its variance would fall to 0."""
    rng = np.random.default_rng(6)
    x = np.column_stack([rng.normal(size=40), np.full(40, 2.0)])
    model = random_gaussian_hmm(2, x, rng=rng, full=full)
    model = model.replace(covariances=[np.eye(2)] * 2 if full else np.ones((2, 2)))
    fit = baum_welch(model, x, max_iterations=30, variance_floor=0.01, tolerance=0)
    smallest = np.linalg.eigvalsh(fit.model.covariances) if full else fit.model.covariances
    assert smallest.min() == pytest.approx(0.01, rel=1e-9)
    assert np.diff(fit.log_likelihoods).min() >= -1e-9
    again = baum_welch(fit.model, x, max_iterations=3, variance_floor=0.01)
    assert again.log_likelihoods[0] == pytest.approx(fit.log_likelihoods[-1], rel=1e-12)


def test_a_model_below_the_floor_is_refused():
    model = GaussianHMM([0.5, 0.5], np.eye(2), [[0.0], [1.0]], [[1.0], [1e-8]])
    with pytest.raises(
        ValueError, match=r"variance_floor must not be above .*1e-06 and a variance of 1e-08 in state 1"
    ):
        baum_welch(model, np.zeros((5, 1)))
    assert baum_welch(model, np.zeros((5, 1)), variance_floor=1e-9, max_iterations=1).n_iterations == 1


@FEW
def test_a_state_without_observations_keeps_its_parameters():
    model = GaussianHMM([1, 0], [[1, 0], [0.5, 0.5]], [[0.0], [7.0]], [[1.0], [3.0]])
    fitted = baum_welch(model, [[0.1], [0.3], [-0.7]], max_iterations=3).model
    assert_array_equal(fitted.means[1], [7.0])
    assert_array_equal(fitted.covariances[1], [3.0])
    assert_array_equal(fitted.transition, model.transition)
    assert fitted.means[0, 0] == pytest.approx(-0.1, rel=1e-12)


@FEW
def test_a_state_so_far_away_that_its_share_underflows_keeps_its_parameters():
    model = GaussianHMM([0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]], [[0.0], [1000.0]], [[1.0], [3.0]])
    fitted = baum_welch(model, [[0.1], [0.3], [-0.7]], max_iterations=2).model
    assert_array_equal(fitted.means[1], [1000.0])
    assert np.isfinite(fitted.covariances).all()


GOOD = {
    "start": [0.5, 0.5],
    "transition": np.full((2, 2), 0.5),
    "means": np.zeros((2, 3)),
    "covariances": np.ones((2, 3)),
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"means": np.zeros((3, 3))}, "^means must"),
        ({"means": [[0, 0, np.nan], [0, 0, 0]]}, "^means must"),
        ({"covariances": np.ones((2, 2))}, "^covariances must"),
        ({"covariances": np.ones(3)}, "^covariances must"),
        ({"covariances": [[1, 1, 1], [1, 0, 1]]}, "^covariances must be positive variances"),
        ({"covariances": [[1, 1, 1], [1, -2, 1]]}, "^covariances must be positive variances"),
        ({"covariances": np.ones((2, 2, 2))}, "^covariances must"),
        ({"covariances": np.stack([np.eye(3), np.ones((3, 3))])}, "^covariances must be positive definite"),
        ({"covariances": np.stack([np.triu(np.ones((3, 3))), np.eye(3)])}, "^covariances must be symmetric"),
        ({"transition": [[0.5, 0.5], [0.5, 0.4]]}, "^transition must"),
    ],
)
def test_bad_parameters_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        GaussianHMM(**{**GOOD, **change})


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros(3), "^x must"),
        (np.zeros((4, 2)), "^x must"),
        (np.zeros((0, 3)), "^x must"),
        ([], "x must not be empty"),
        ([[0.0, 0, 0], [0.0, np.nan, 0]], "^x must"),
        (np.full((2, 4, 3), np.inf), "^x must"),
        (
            [np.zeros((4, 3)), np.zeros((4, 2))],
            r"^x\[1\] must",
        ),
        ([np.zeros((4, 3)), np.zeros((0, 3))], r"^x\[1\] must"),
        ([[0.0, 0, 0], [0.0, 0]], "^x must"),
        ("abc", "^x must"),
        (np.zeros((1, 2, 3, 3)), "^x must"),
    ],
)
def test_bad_observations_are_named(x, message):
    model = GaussianHMM(**GOOD)
    for method in (model.score, model.posteriors, model.viterbi):
        with pytest.raises(ValueError, match=message):
            method(x)


def test_batches_and_nested_lists():
    rng = np.random.default_rng(0)
    model, batch = GaussianHMM(**GOOD), rng.normal(size=(4, 5, 3))
    assert model.posteriors(batch).gamma.shape == (4, 5, 2)
    assert isinstance(model.posteriors(batch.tolist()).gamma, list)
    assert_array_equal(model.score(batch), model.score(list(batch)))
    assert isinstance(model.score(batch[0].tolist()), float)


@pytest.mark.parametrize("full", [False, True])
def test_random_models_start_from_the_observations(full):
    rng = np.random.default_rng(1)
    x = [rng.normal(size=(30, 2)) * [1.0, 50.0] + [0.0, 9.0], rng.normal(size=(4, 2))]
    model = random_gaussian_hmm(4, x, rng=rng, full=full, states="abcd")
    stacked = np.concatenate(x)
    assert all((stacked == mean).all(axis=1).any() for mean in model.means)
    assert len(np.unique(model.means, axis=0)) == 4
    for k in range(4):
        expected = np.cov(stacked.T, ddof=0)
        assert_allclose(model.covariances[k], expected if full else np.diag(expected), rtol=1e-12)
    assert model.states == ("a", "b", "c", "d")


def test_random_models_of_observations_that_hardly_differ():
    rng = np.random.default_rng(0)
    model = random_gaussian_hmm(3, np.zeros((3, 2)), rng=rng)
    assert_array_equal(model.covariances, np.full((3, 2), 1e-6))
    full = random_gaussian_hmm(3, np.zeros((3, 2)), rng=rng, full=True)
    assert_allclose(full.covariances, np.stack([1e-6 * np.eye(2)] * 3), rtol=1e-12)
    with pytest.raises(ValueError, match="x must hold at least n_states = 4 observations, got 3"):
        random_gaussian_hmm(4, np.zeros((3, 2)), rng=rng)
    with pytest.raises(ValueError, match="n_states"):
        random_gaussian_hmm(0, np.zeros((3, 2)), rng=rng)


# too little data


@pytest.mark.parametrize("full", [False, True])
def test_too_little_data_is_said(full):
    """Two states with three features: 1 + 2 + 6 numbers, and 6 or 12 of covariances."""
    rng = np.random.default_rng(0)
    free = 9 + (12 if full else 6)
    enough = rng.normal(size=(-(-free // 3), 3))
    model = random_gaussian_hmm(2, enough, rng=rng, full=full)
    baum_welch(model, enough, max_iterations=1)
    few = enough[:-1]
    message = f"sequences hold {few.size} numbers, too few for the {free} free parameters"
    with pytest.warns(UserWarning, match=message):
        baum_welch(model, few, max_iterations=1)
    baum_welch(model, few, max_iterations=1, update=["transition", "means"])
    start = model.replace(start=[1, 0], transition=[[0.5, 0.5], [0, 1]])  # what is 0 stays 0
    with pytest.warns(UserWarning, match=f"too few for the {free - 2} free parameters"):
        baum_welch(start, few[:4], max_iterations=1)
