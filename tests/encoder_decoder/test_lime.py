from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.linear_model import LinearRegression

from dlbook.encoder_decoder import LocalExplanation, fit_explanation, lime


def every_mask(n_parts):
    return np.array(list(product([0, 1], repeat=n_parts)))


def drawn(n_samples=80, n_parts=5, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 2, (n_samples, n_parts)), rng.normal(size=n_samples)


# by hand


def test_two_parts_that_need_each_other():
    # all four masks count alike: z1 z2 is fitted best by z1/2 + z2/2 - 1/4
    masks = every_mask(2)
    found = fit_explanation(masks, masks.prod(axis=1), width=1e9)
    assert_allclose([found.intercept, *found.weights], [-0.25, 0.5, 0.5], atol=1e-12)
    assert_allclose(found.fit, 2 / 3, atol=1e-12)  # of the variance 3/16 only 1/16 is left


def test_the_kernel_by_hand():
    # one part of two is off: D = 1 - sqrt(1/2); the empty mask: D = 1
    masks, scores, width = np.array([[1, 1], [1, 0], [0, 1], [0, 0]]), np.array([1.0, 0.0, 0.0, 0.0]), 0.7
    one_off, all_off = np.exp(-(((1 - np.sqrt(0.5)) / width) ** 2)), np.exp(-((1 / width) ** 2))
    nearness = np.diag([1, one_off, one_off, all_off])
    design = np.column_stack([np.ones(4), masks])
    expected = np.linalg.solve(design.T @ nearness @ design, design.T @ nearness @ scores)
    found = fit_explanation(masks, scores, width=width)
    assert_allclose([found.intercept, *found.weights], expected, rtol=1e-10)


# a library


@pytest.mark.parametrize("width", [0.2, 0.5, 3.0])
def test_agrees_with_scikit_learn(width):
    masks, scores = drawn()
    nearness = np.exp(-(((1 - np.sqrt(masks.mean(axis=1))) / width) ** 2))
    reference = LinearRegression().fit(masks, scores, sample_weight=nearness)
    found = fit_explanation(masks, scores, width=width)
    assert_allclose(found.weights, reference.coef_, rtol=1e-8, atol=1e-10)
    assert_allclose(found.intercept, reference.intercept_, rtol=1e-8, atol=1e-10)
    assert_allclose(found.fit, reference.score(masks, scores, nearness), rtol=1e-8, atol=1e-10)


# the slope of what is minimized is zero


def test_no_change_of_a_weight_makes_the_fit_better():
    masks, scores = drawn(seed=2)
    nearness = np.exp(-(((1 - np.sqrt(masks.mean(axis=1))) / 0.5) ** 2))
    found = fit_explanation(masks, scores, width=0.5)
    solution = np.array([found.intercept, *found.weights])

    def loss(values):
        return nearness @ (scores - values[0] - masks @ values[1:]) ** 2

    for step in 1e-4 * np.eye(6):
        slope = (loss(solution + step) - loss(solution - step)) / 2e-4
        assert abs(slope) < 1e-8


# what always holds


@given(st.integers(1, 8), st.floats(0.2, 5), st.integers(0, 2**31))
def test_a_linear_model_gets_its_own_coefficients(n_parts, width, seed):
    rng = np.random.default_rng(seed)
    slopes, start = rng.normal(size=n_parts), rng.normal()
    found = lime(lambda masks: start + masks @ slopes, n_parts, n_samples=400, width=width, rng=rng)
    assert_allclose(found.weights, slopes, atol=1e-6)
    assert_allclose(found.intercept, start, atol=1e-6)
    assert_allclose(found.fit, 1, atol=1e-9)


def test_parts_in_another_order_have_their_weights_in_that_order():
    masks, scores = drawn(seed=4)
    order = [3, 0, 4, 1, 2]
    one, two = fit_explanation(masks, scores), fit_explanation(masks[:, order], scores)
    assert_allclose(one.weights[order], two.weights, atol=1e-10)


def test_many_draws_come_near_to_all_masks():
    def score(masks):
        return np.tanh(masks @ [1, 2, 0, -1]) + masks[:, 0] * masks[:, 3]

    # each number of parts off is drawn equally often, so a mask counts by how many share its number
    masks = every_mask(4)[:-1]
    n_off = 4 - masks.sum(axis=1)
    times = np.array([60 // {1: 4, 2: 6, 3: 4, 4: 1}[n] for n in n_off])
    repeated = np.repeat(masks, times, axis=0)
    exact = fit_explanation(repeated, score(repeated))
    found = lime(score, 4, n_samples=200_000, rng=np.random.default_rng(0))
    assert_allclose(found.weights, exact.weights, atol=0.02)


def test_the_first_mask_is_whole_and_the_same_generator_draws_the_same():
    seen = []

    def score(masks):
        seen.append(masks)
        return masks[:, 0]

    for _ in range(2):
        lime(score, 3, n_samples=40, rng=np.random.default_rng(3))
    assert seen[0].shape == (40, 3)
    assert seen[0][0].tolist() == [1, 1, 1]
    assert set(seen[0][1:].sum(axis=1)) == {0, 1, 2}
    np.testing.assert_array_equal(*seen)


# degenerate cases


def test_one_part():
    found = lime(lambda masks: 3 * masks[:, 0], 1, n_samples=2, rng=np.random.default_rng(0))
    assert isinstance(found, LocalExplanation)
    assert_allclose([found.intercept, *found.weights], [0, 3], atol=1e-12)


@pytest.mark.parametrize("constant", [0.0, 7.0])
def test_a_constant_score_has_no_reason(constant):
    found = lime(lambda masks: np.full(len(masks), constant), 4, rng=np.random.default_rng(0))
    assert_allclose(found.weights, 0, atol=1e-10)
    assert_allclose(found.intercept, constant, atol=1e-10)
    assert found.fit == 1


# bad input


def test_masks_that_do_not_determine_the_weights():
    with pytest.raises(ValueError, match=r"masks must determine 3 numbers .* got rank 2"):
        fit_explanation([[1, 1], [0, 0], [1, 1]], [1, 0, 1])
    with pytest.raises(ValueError, match="masks must determine 11 numbers"):
        lime(lambda masks: masks[:, 0], 10, n_samples=5, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_parts": 0}, "n_parts must be"),
        ({"n_samples": 1}, "n_samples must be"),
        ({"width": 0}, "width must be"),
        ({"rng": 0}, "rng must be a numpy.random.Generator"),
        ({"predict": 3}, "predict must be a function of masks, got 3"),
        ({"predict": lambda masks: masks}, "what predict returns must have shape"),
        ({"predict": lambda masks: np.full(len(masks), np.nan)}, "what predict returns must be finite"),
    ],
)
def test_refuses(change, message):
    arguments = {"predict": lambda masks: masks[:, 0], "n_parts": 3, "rng": np.random.default_rng(0)}
    with pytest.raises(ValueError, match=message):
        lime(**arguments | change)


def test_refuses_masks_and_scores_that_do_not_fit():
    with pytest.raises(ValueError, match="masks must be 0 or 1 everywhere"):
        fit_explanation([[0.5, 1]], [1])
    with pytest.raises(ValueError, match="scores must have shape"):
        fit_explanation([[0, 1], [1, 1]], [1])
