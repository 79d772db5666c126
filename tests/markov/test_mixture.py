import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dlbook.markov import GaussianHMM, MixtureHMM, baum_welch, random_mixture_hmm

FEW = pytest.mark.filterwarnings("ignore:sequences hold")


def draw(rng, n_states, n_components, n_features):
    return MixtureHMM(
        rng.dirichlet(np.ones(n_states)),
        rng.dirichlet(np.ones(n_states), n_states),
        rng.dirichlet(3 * np.ones(n_components), n_states),
        rng.normal(size=(n_states, n_components, n_features), scale=2),
        rng.uniform(0.3, 2, size=(n_states, n_components, n_features)),
    )


def reference(model, *, n_iter=1, params="stmcw"):
    """hmmlearn's model with the same parameters; its default priors maximize the likelihood."""
    from hmmlearn.hmm import GMMHMM

    other = GMMHMM(
        model.n_states,
        model.n_components,
        covariance_type="diag",
        init_params="",
        params=params,
        n_iter=n_iter,
        tol=-np.inf,
    )
    other.n_features = model.n_features
    other.startprob_, other.transmat_ = model.start.copy(), model.transition.copy()
    other.weights_, other.means_ = model.weights.copy(), model.means.copy()
    other.covars_ = model.covariances.copy()
    return other


def compare(model, other):
    assert_allclose(model.start, other.startprob_, rtol=1e-7, atol=1e-12)
    assert_allclose(model.transition, other.transmat_, rtol=1e-7, atol=1e-12)
    assert_allclose(model.weights, other.weights_, rtol=1e-7, atol=1e-12)
    assert_allclose(model.means, other.means_, rtol=1e-7, atol=1e-10)


# 1. numbers worked out by hand


@FEW
def test_density_and_one_update_by_hand():
    """Two components at -1 and 1 with halves; 0 belongs to both in equal parts, and so does its update."""
    model = MixtureHMM([1], [[1]], [[0.5, 0.5]], [[[-1.0], [1.0]]], [[[1.0], [1.0]]])
    assert model.score([[0.0]]) == pytest.approx(-0.5 - 0.5 * math.log(2 * math.pi), rel=1e-14)
    r = 1 / (1 + math.exp(-4.0))  # share of the nearer component at 2 and at -2
    fitted = baum_welch(model, [[-2.0], [0.0], [2.0]], max_iterations=1).model
    mean = (2 * r - 2 * (1 - r)) / 1.5
    assert_allclose(fitted.weights, [[0.5, 0.5]], rtol=1e-14)
    assert_allclose(fitted.means, [[[-mean], [mean]]], rtol=1e-14)
    assert_allclose(fitted.covariances, np.full((1, 2, 1), 4 / 1.5 - mean**2), rtol=1e-13)


# 2. parity with hmmlearn


@pytest.mark.parametrize(("n_states", "n_components", "n_features"), [(3, 2, 4), (2, 5, 1), (1, 3, 2)])
def test_score_posteriors_and_decoding_equal_those_of_hmmlearn(n_states, n_components, n_features):
    rng = np.random.default_rng(10 * n_states + n_features)
    model = draw(rng, n_states, n_components, n_features)
    lengths = [17, 1, 30, 8]
    sequences = [model.sample(length, rng=rng).observations for length in lengths]
    other, stacked = reference(model), np.concatenate(sequences)
    total, gamma = other.score_samples(stacked, lengths)
    posteriors = model.posteriors(sequences)
    assert posteriors.log_likelihood.sum() == pytest.approx(total, rel=1e-10)
    assert_allclose(np.concatenate(posteriors.gamma), gamma, rtol=1e-7, atol=1e-12)
    best, states = other.decode(stacked, lengths)
    path = model.viterbi(sequences)
    assert path.log_probability.sum() == pytest.approx(best, rel=1e-10)
    assert_array_equal(np.concatenate(path.states), states)


def training_data(seed):
    rng = np.random.default_rng(seed)
    truth, model = draw(rng, 3, 2, 4), draw(rng, 3, 2, 4)
    sequences = [truth.sample(n, rng=rng).observations for n in (60, 1, 45, 80)]
    return model, sequences, np.concatenate(sequences), [len(s) for s in sequences]


def test_steps_of_learning_with_fixed_variances_equal_those_of_hmmlearn():
    model, sequences, stacked, lengths = training_data(5)
    names = ["start", "transition", "weights", "means"]
    fit = baum_welch(model, sequences, max_iterations=6, tolerance=0, update=names)
    other = reference(model, n_iter=6, params="stmw").fit(stacked, lengths)
    compare(fit.model, other)
    assert_array_equal(fit.model.covariances, model.covariances)
    assert_allclose(fit.log_likelihoods[:-1], list(other.monitor_.history), rtol=1e-9)


def test_steps_of_learning_with_fixed_means_equal_those_of_hmmlearn():
    model, sequences, stacked, lengths = training_data(6)
    names = ["start", "transition", "weights", "covariances"]
    fit = baum_welch(model, sequences, max_iterations=6, tolerance=0, update=names)
    other = reference(model, n_iter=6, params="stcw").fit(stacked, lengths)
    compare(fit.model, other)
    assert_allclose(fit.model.covariances, other.covars_, rtol=1e-7)


def test_steps_of_learning_of_everything_equal_those_of_hmmlearn_but_for_the_centre_of_the_variances():
    """hmmlearn takes squared differences from the old means: larger by the squared step of the means."""
    rng = np.random.default_rng(7)
    model = draw(rng, 3, 2, 4)
    sequences = [model.sample(n, rng=rng).observations for n in (160, 1, 145)]
    stacked, lengths = np.concatenate(sequences), [160, 1, 145]
    model = model.replace(means=model.means + 0.2 * rng.normal(size=model.means.shape))
    for _ in range(4):
        fitted = baum_welch(model, sequences, max_iterations=1).model
        other = reference(model).fit(stacked, lengths)
        compare(fitted, other)
        assert fitted.covariances.min() > 0.01  # far from the floor
        moved = (fitted.means - model.means) ** 2
        assert moved.max() > 1e-6
        assert_allclose(fitted.covariances + moved, other.covars_, rtol=1e-8)
        model = fitted


# 3. all paths, of states and components


def test_likelihood_equals_the_sum_over_all_states_and_components(enumerate_paths):
    """A mixture model is a Gaussian model with a state for each component."""
    rng = np.random.default_rng(2)
    model = draw(rng, 2, 3, 2)
    x = rng.normal(size=(4, 2), scale=2)
    apart = GaussianHMM(
        (model.start[:, None] * model.weights).ravel(),
        np.repeat((model.transition[:, :, None] * model.weights).reshape(2, 6), 3, axis=0),
        model.means.reshape(6, 2),
        model.covariances.reshape(6, 2),
    )
    _, probability = enumerate_paths(apart.start, apart.transition, np.exp(apart._log_likelihood(x)))
    assert model.score(x) == pytest.approx(math.log(probability.sum()), rel=1e-12)
    assert apart.score(x) == pytest.approx(model.score(x), rel=1e-12)
    assert_allclose(
        apart.posteriors(x).gamma.reshape(4, 2, 3).sum(axis=2), model.posteriors(x).gamma, rtol=1e-11
    )


# 4. invariants and degenerate cases


def test_one_component_is_a_gaussian_model():
    rng = np.random.default_rng(3)
    model = draw(rng, 3, 1, 2)
    gaussian = GaussianHMM(model.start, model.transition, model.means[:, 0], model.covariances[:, 0])
    x = model.sample(60, rng=rng).observations
    assert model.score(x) == pytest.approx(gaussian.score(x), rel=1e-13)
    ours, other = (baum_welch(m, x, max_iterations=3, tolerance=0) for m in (model, gaussian))
    assert_allclose(ours.log_likelihoods, other.log_likelihoods, rtol=1e-12)
    assert_allclose(ours.model.covariances[:, 0], other.model.covariances, rtol=1e-9)


def test_the_order_of_components_does_not_matter():
    rng = np.random.default_rng(4)
    model, x = draw(rng, 2, 3, 2), rng.normal(size=(9, 2))
    order = [2, 0, 1]
    other = model.replace(
        weights=model.weights[:, order], means=model.means[:, order], covariances=model.covariances[:, order]
    )
    assert other.score(x) == pytest.approx(model.score(x), rel=1e-13)


def test_a_component_of_weight_zero_is_as_good_as_absent_and_stays_so():
    rng = np.random.default_rng(5)
    model, x = draw(rng, 2, 2, 3), rng.normal(size=(30, 3))
    padded = MixtureHMM(
        model.start,
        model.transition,
        np.column_stack([model.weights, np.zeros(2)]),
        np.concatenate([model.means, np.ones((2, 1, 3))], axis=1),
        np.concatenate([model.covariances, np.ones((2, 1, 3))], axis=1),
    )
    assert padded.score(x) == pytest.approx(model.score(x), rel=1e-14)
    ours, other = (baum_welch(m, x, max_iterations=4, tolerance=0).model for m in (model, padded))
    assert_allclose(other.means[:, :2], ours.means, rtol=1e-9)
    assert_array_equal(other.weights[:, 2], 0)
    assert_array_equal(other.means[:, 2], 1)
    assert_array_equal(other.covariances[:, 2], 1)


@FEW
def test_a_component_without_observations_keeps_mean_and_variance():
    model = MixtureHMM([1], [[1]], [[0.5, 0.5]], [[[0.0], [1000.0]]], [[[1.0], [2.0]]])
    fitted = baum_welch(model, [[0.5], [-0.1], [0.2]], max_iterations=2).model
    assert_array_equal(fitted.weights, [[1, 0]])
    assert_array_equal(fitted.means[0, 1], [1000.0])
    assert_array_equal(fitted.covariances[0, 1], [2.0])


@FEW
def test_a_state_without_observations_keeps_its_weights():
    rng = np.random.default_rng(6)
    model = draw(rng, 2, 2, 1).replace(start=[1, 0], transition=[[1, 0], [0, 1]])
    fitted = baum_welch(model, rng.normal(size=(9, 1)), max_iterations=2).model
    assert_array_equal(fitted.weights[1], model.weights[1])
    assert_array_equal(fitted.means[1], model.means[1])


@FEW
def test_an_observation_beyond_all_numbers_has_no_likelihood_and_is_no_nan():
    model = draw(np.random.default_rng(7), 2, 2, 1)
    assert model.score([[0.0], [1e200]]) == -np.inf
    with pytest.raises(ValueError, match="step 1"):
        baum_welch(model, [[0.0], [1e200]])


@FEW
def test_the_variance_floor_holds():
    rng = np.random.default_rng(8)
    model = draw(rng, 2, 2, 2)
    fit = baum_welch(model, [[1.0, 2.0]] * 9, max_iterations=20, variance_floor=0.05)
    assert fit.model.covariances.min() == 0.05
    assert np.diff(fit.log_likelihoods).min() >= -1e-9
    with pytest.raises(ValueError, match="variance_floor must not be above a variance of the model"):
        baum_welch(model, [[1.0, 2.0]] * 9, variance_floor=2.0)


def test_samples_have_the_moments_of_the_mixtures():
    model = draw(np.random.default_rng(9), 2, 3, 2)
    states, x = model.sample(5000, rng=np.random.default_rng(10), n_sequences=4)
    means, covariances = model._moments()
    for k in range(2):
        mine = x[states == k]
        assert_allclose(mine.mean(axis=0), means[k], atol=5 * math.sqrt(covariances[k].max() / len(mine)))
        assert_allclose(np.cov(mine.T), covariances[k], atol=8 * covariances[k].max() / math.sqrt(len(mine)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"weights": [[0.5, 0.6], [0.5, 0.5]]},
            "^weights must",
        ),
        ({"weights": [[0.5, 0.5]]}, "^weights must"),
        ({"means": np.zeros((2, 3, 1))}, "^means must"),
        ({"covariances": np.ones((2, 2))}, "^covariances must"),
        ({"covariances": np.zeros((2, 2, 1))}, "^covariances must be positive variances"),
    ],
)
def test_bad_parameters_are_named(change, message):
    good = {
        "start": [0.5, 0.5],
        "transition": np.full((2, 2), 0.5),
        "weights": np.full((2, 2), 0.5),
        "means": np.zeros((2, 2, 1)),
        "covariances": np.ones((2, 2, 1)),
    }
    with pytest.raises(ValueError, match=message):
        MixtureHMM(**{**good, **change})


# 5. starting points


def test_left_to_right_models_take_each_state_from_its_part_of_the_sequences():
    """Part k of each sequence lies at 10 k, so the states must."""
    rng = np.random.default_rng(0)
    sequences = [np.repeat([0.0, 10.0, 20.0], n)[:, None] + rng.normal(size=(3 * n, 1)) for n in (4, 7)]
    model = random_mixture_hmm(3, 2, sequences, rng=rng, left_to_right=True)
    assert_array_equal(model.start, [1, 0, 0])
    assert np.abs(model.means[:, :, 0] - [[0], [10], [20]]).max() < 5
    stay = 1 - 1 / 5.5  # 16.5 steps on average, 5.5 a state
    assert_allclose(model.transition, [[stay, 1 - stay, 0], [0, stay, 1 - stay], [0, 0, 1]], rtol=1e-12)
    fit = baum_welch(model, sequences, max_iterations=20)
    assert_array_equal(fit.model.transition > 0, model.transition > 0)
    assert_array_equal(fit.model.start, [1, 0, 0])
    assert_array_equal(fit.model.viterbi(sequences).states[0], np.repeat([0, 1, 2], 4))


def test_other_models_take_all_components_from_all_observations():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(5, 12, 2))
    model = random_mixture_hmm(3, 2, x, rng=rng, states="abc")
    flat = x.reshape(-1, 2)
    assert all((flat == mean).all(axis=1).any() for mean in model.means.reshape(-1, 2))
    assert_allclose(model.covariances, np.broadcast_to(flat.var(axis=0), (3, 2, 2)), rtol=1e-12)
    assert model.states == ("a", "b", "c")
    assert (model.transition > 0).all()


def test_too_few_observations_for_the_components_are_refused():
    rng = np.random.default_rng(2)
    with pytest.raises(
        ValueError, match="x must hold at least n_states \\* n_components = 6 observations, got 5"
    ):
        random_mixture_hmm(3, 2, np.zeros((5, 1)), rng=rng)
    # of 1, 3 and 5 steps the first halves, rounded up, belong to state 0
    sequences = [np.zeros((n, 1)) for n in (1, 3, 5)]
    with pytest.raises(ValueError, match="n_components = 4 observations for each state, got 3 for state 1"):
        random_mixture_hmm(2, 4, sequences, rng=rng, left_to_right=True)
