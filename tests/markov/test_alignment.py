import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from dlbook.markov import CategoricalHMM, GaussianHMM, MixtureHMM, align_states


def models(rng, n_states):
    start, transition = rng.dirichlet(np.ones(n_states)), rng.dirichlet(np.ones(n_states), n_states)
    means = rng.normal(size=(n_states, 3), scale=4)
    factors = rng.normal(size=(n_states, 3, 3))
    weights = rng.dirichlet(np.ones(2), n_states)
    return [
        CategoricalHMM(start, transition, rng.dirichlet(np.ones(6), n_states)),
        GaussianHMM(start, transition, means, rng.uniform(0.5, 2, size=(n_states, 3))),
        GaussianHMM(start, transition, means, factors @ factors.transpose(0, 2, 1) + np.eye(3)),
        MixtureHMM(
            start,
            transition,
            weights,
            rng.normal(size=(n_states, 2, 3)),
            rng.uniform(0.5, 2, (n_states, 2, 3)),
        ),
    ]


def nearly(model, rng):
    """A model that differs a little."""
    changed = {}
    for name in model.emission_parameters:
        value = getattr(model, name)
        noise = 1 + 0.01 * rng.random(value.shape)
        if value.ndim == 3 and isinstance(model, GaussianHMM):
            continue
        value = value * noise
        changed[name] = value / value.sum(axis=1, keepdims=True) if name in ("emission", "weights") else value
    return model.replace(**changed)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 7), st.integers(0, 3))
def test_a_changed_order_is_found(seed, n_states, kind):
    rng = np.random.default_rng(seed)
    model = models(rng, n_states)[kind]
    order = rng.permutation(n_states)
    found = align_states(model, model.permuted(order))
    assert_array_equal(order[found], np.arange(n_states))


def test_the_order_is_found_in_a_model_that_differs_a_little():
    rng = np.random.default_rng(3)
    for model in models(rng, 5):
        order = rng.permutation(5)
        other = nearly(model, rng).permuted(order)
        again = other.permuted(align_states(model, other))
        assert again.states == model.states


def test_distances_of_distributions_by_hand():
    a = CategoricalHMM([0.5, 0.5], np.eye(2), [[1, 0], [0.5, 0.5]])
    b = CategoricalHMM([0.5, 0.5], np.eye(2), [[0.5, 0.5], [0.2, 0.8]])
    np.testing.assert_allclose(a._distances(b), [[0.5, 0.8], [0.0, 0.3]], atol=1e-15)
    # N(0, 1) and N(3, 4): KL = ln 2 + (1 + 9) / 8 - 1/2, and the other way -ln 2 + (4 + 9) / 2 - 1/2
    one = GaussianHMM([1], [[1]], [[0.0]], [[1.0]])
    other = GaussianHMM([1], [[1]], [[3.0]], [[4.0]])
    np.testing.assert_allclose(one._distances(other), [[10 / 8 + 13 / 2 - 1]], rtol=1e-14)
    full = other.replace(covariances=[[[4.0]]])
    np.testing.assert_allclose(one._distances(full), [[10 / 8 + 13 / 2 - 1]], rtol=1e-14)
    # a mixture of N(1, 3) and N(5, 0.5...) with halves has the mean 3 and the variance 4 + 1.75
    mixture = MixtureHMM([1], [[1]], [[0.5, 0.5]], [[[1.0], [5.0]]], [[[3.0], [0.5]]])
    mean, covariance = mixture._moments()
    np.testing.assert_allclose([mean.item(), covariance.item()], [3.0, 5.75], rtol=1e-14)


def test_models_that_cannot_be_compared_are_refused():
    rng = np.random.default_rng(0)
    categorical, gaussian, *_ = models(rng, 3)
    with pytest.raises(
        ValueError, match="estimated must be a CategoricalHMM as the reference is, got a Gauss"
    ):
        align_states(categorical, gaussian)
    with pytest.raises(ValueError, match="estimated must have the n_states of the reference, 3, got 2"):
        align_states(gaussian, models(rng, 2)[1])
    fewer = CategoricalHMM(categorical.start, categorical.transition, np.full((3, 2), 0.5))
    with pytest.raises(ValueError, match="estimated must have the n_symbols of the reference, 6, got 2"):
        align_states(categorical, fewer)


def test_variances_too_different_for_numbers_still_give_an_order():
    model = GaussianHMM([0.5, 0.5], np.eye(2), [[0.0], [1e200]], [[1e-300], [1.0]])
    assert_array_equal(align_states(model, model), [0, 1])
    assert_array_equal(align_states(model, model.permuted([1, 0])), [1, 0])
