import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.nn import L1, L1L2, L2, check_gradients, max_norm, smooth_labels

# 1. by hand


def test_penalties_by_hand():
    weights = [[1.0, -2.0], [0.0, 3.0]]
    assert L1(0.1).value(weights) == pytest.approx(0.6)
    assert L2(0.1).value(weights) == pytest.approx(1.4)
    assert L1L2(0.1, 0.1).value(weights) == pytest.approx(2.0)
    np.testing.assert_allclose(L1(0.1).gradient(weights), [[0.1, -0.1], [0, 0.1]], rtol=1e-12)
    np.testing.assert_allclose(L2(0.1).gradient(weights), [[0.2, -0.4], [0, 0.6]], rtol=1e-12)


def test_the_rule_as_the_lecture_prints_it_stretches_short_columns_and_ours_does_not():
    weights = np.array([[3.0, 0.3], [4.0, 0.4]])
    printed = weights * 1.0 / np.linalg.norm(weights, axis=0)
    np.testing.assert_allclose(np.linalg.norm(printed, axis=0), [1, 1], rtol=1e-12)
    np.testing.assert_allclose(max_norm(weights, 1.0), [[0.6, 0.3], [0.8, 0.4]], rtol=1e-12)


def test_smooth_labels_by_hand():
    smooth = smooth_labels([[1, 0, 0], [0, 0, 1]], 0.3)
    np.testing.assert_allclose(smooth, [[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]], rtol=1e-12)


# 2. parity with Keras


@pytest.mark.parametrize("penalty", [L1(1 / 32), L2(0.25), L1L2(1 / 32, 0.25)])
def test_penalties_equal_those_of_keras(penalty):
    import keras
    import tensorflow as tf

    reference = keras.regularizers.L1L2(penalty.l1, penalty.l2)  # powers of two: kept in single precision
    weights = tf.Variable(np.random.default_rng(1).normal(size=(4, 3)))
    with tf.GradientTape() as tape:
        value = reference(weights)
    assert penalty.value(weights.numpy()) == pytest.approx(float(value), rel=1e-12)
    expected = tape.gradient(value, weights).numpy()
    np.testing.assert_allclose(penalty.gradient(weights.numpy()), expected, rtol=1e-12)


def test_max_norm_equals_that_of_keras():
    import keras

    weights = np.random.default_rng(2).normal(size=(5, 7))
    expected = keras.ops.convert_to_numpy(keras.constraints.MaxNorm(2.0, axis=0)(weights))
    assert 0 < (np.linalg.norm(weights, axis=0) > 2).sum() < 7
    np.testing.assert_allclose(max_norm(weights, 2.0), expected, rtol=1e-6)  # Keras adds 1e-7 to the norm


def test_smooth_labels_equal_those_of_keras():
    import keras

    rng = np.random.default_rng(3)
    y, p = np.eye(4)[rng.integers(0, 4, size=6)], rng.dirichlet(np.ones(4), size=6)
    reference = keras.losses.CategoricalCrossentropy(label_smoothing=0.15, dtype="float64")
    ours = -(smooth_labels(y, 0.15) * np.log(p)).sum(axis=1).mean()
    assert ours == pytest.approx(float(reference(y, p)), rel=1e-9)


# 3. central differences


@pytest.mark.parametrize("penalty", [L1(0.3), L2(0.2), L1L2(0.3, 0.2)])
def test_gradients_of_penalties(penalty):
    weights = np.random.default_rng(4).normal(size=(4, 3))
    assert np.abs(weights).min() > 1e-3  # away from the kink
    report = check_gradients(
        lambda v: penalty.value(v["w"]), {"w": weights}, {"w": penalty.gradient(weights)}
    )
    report.raise_if_failed()


# 4. invariants


@given(seed=st.integers(0, 2**32 - 1), limit=st.floats(0.01, 10))
@settings(deadline=None, max_examples=40)
def test_max_norm_keeps_directions_and_short_columns(seed, limit):
    weights = np.random.default_rng(seed).normal(size=(4, 6)) * [0, 0.1, 1, 1, 3, 10]
    before = weights.copy()
    after = max_norm(weights, limit)
    norms = np.linalg.norm(weights, axis=0)
    np.testing.assert_allclose(np.linalg.norm(after, axis=0), np.minimum(norms, limit), rtol=1e-12)
    np.testing.assert_array_equal(after[:, norms <= limit], weights[:, norms <= limit])
    np.testing.assert_allclose(after * norms, weights * np.minimum(norms, limit), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(max_norm(after, limit), after, rtol=1e-12)
    np.testing.assert_array_equal(weights, before)


@pytest.mark.parametrize("size", [1e-320, 1e-200, 3e200, 1e307])
def test_max_norm_squares_nothing_that_overflows_or_vanishes(size):
    weights = size * np.array([[3.0, 0.3], [4.0, 0.4]])
    after = max_norm(weights, size)
    np.testing.assert_allclose(after[:, 0], [0.6 * size, 0.8 * size], rtol=1e-3 if size < 1e-300 else 1e-14)
    np.testing.assert_array_equal(after[:, 1], weights[:, 1])


@given(seed=st.integers(0, 2**32 - 1), amount=st.floats(0, 0.99))
@settings(deadline=None, max_examples=30)
def test_smooth_labels_stay_probabilities_and_keep_the_winner(seed, amount):
    y = np.random.default_rng(seed).integers(0, 5, size=8)
    smooth = smooth_labels(np.eye(5)[y], amount)
    np.testing.assert_allclose(smooth.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_array_equal(smooth.argmax(axis=1), y)
    assert (smooth >= 0).all()


def test_the_elastic_net_is_the_sum_of_its_parts():
    weights = np.random.default_rng(5).normal(size=(3, 2))
    both = L1L2(0.2, 0.7)
    assert both.value(weights) == pytest.approx(L1(0.2).value(weights) + L2(0.7).value(weights), rel=1e-12)
    assert (both.l1, L1(0.2).l2, L2(0.7).l1) == (0.2, 0, 0)


def test_lasso_steps_reach_zero_and_ridge_steps_only_shrink():
    lasso = ridge = np.array([1.0])
    for _ in range(200):
        lasso, ridge = lasso - 0.1 * L1(0.1).gradient(lasso), ridge - 0.1 * L2(0.1).gradient(ridge)
    assert abs(lasso[0]) <= 0.01
    assert ridge[0] == pytest.approx(0.98**200, rel=1e-9)


# bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: L1(-0.1), "^l1 must"),
        (lambda: L2(np.nan), "^l2 must"),
        (lambda: L1L2(0.1, np.inf), "^l2 must"),
        (lambda: max_norm([1.0, 2.0], 1.0), "^weights must"),
        (lambda: max_norm([[1.0, np.nan]], 1.0), "^weights must"),
        (lambda: max_norm([[1.0]], 0.0), "^limit must"),
        (lambda: smooth_labels([0, 1, 2], 0.1), "^one_hot must"),
        (lambda: smooth_labels([[1, 0], [1, 1]], 0.1), "^one_hot must"),
        (lambda: smooth_labels([[2, -1]], 0.1), "^one_hot must"),
        (lambda: smooth_labels([[1, 0]], 1.0), "^amount must"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
