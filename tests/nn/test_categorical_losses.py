import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook.nn import (
    categorical_cross_entropy,
    categorical_cross_entropy_from_logits,
    kl_divergence,
    softmax,
    sparse_categorical_cross_entropy,
    sparse_categorical_cross_entropy_from_logits,
)

P = np.array([[0.2, 0.3, 0.5], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.1, 0.8, 0.1]])
LABELS = np.array([0, 1, 2, 1])
FROM_PROBABILITIES = [
    categorical_cross_entropy,
    categorical_cross_entropy.gradient,
    kl_divergence,
    kl_divergence.gradient,
]
SPARSE = [
    sparse_categorical_cross_entropy,
    sparse_categorical_cross_entropy.gradient,
    sparse_categorical_cross_entropy_from_logits,
    sparse_categorical_cross_entropy_from_logits.gradient,
]


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def test_values_worked_out_by_hand():
    y, p = np.eye(3)[[1, 0]], [[0.25, 0.5, 0.25], [0.125, 0.375, 0.5]]
    assert categorical_cross_entropy(y, p) == pytest.approx((math.log(2) + math.log(8)) / 2, rel=1e-14)
    assert sparse_categorical_cross_entropy([1, 0], p) == pytest.approx(2 * math.log(2), rel=1e-14)
    np.testing.assert_allclose(categorical_cross_entropy.gradient(y, p), [[0, -1, 0], [-4, 0, 0]], atol=1e-15)
    z = np.log(p) + 3.0
    assert categorical_cross_entropy_from_logits(y, z) == pytest.approx(2 * math.log(2), rel=1e-14)
    assert kl_divergence([[0.5, 0.5]], [[0.25, 0.75]]) == pytest.approx(0.5 * math.log(4 / 3), rel=1e-14)


def test_probabilities_of_exactly_zero_and_one_are_those_of_keras(keras):
    y = np.eye(3)[LABELS]
    for ours, reference, target, tolerance in (
        (categorical_cross_entropy, "CategoricalCrossentropy", y, 1e-12),
        (kl_divergence, "KLDivergence", y, 1e-12),
        # here Keras scales the rows to a sum of 1 again after moving the probabilities
        (sparse_categorical_cross_entropy, "SparseCategoricalCrossentropy", LABELS, 1e-6),
    ):
        theirs = float(getattr(keras.losses, reference)(dtype="float64")(target, P))
        assert ours(target, P) == pytest.approx(theirs, rel=tolerance)


@pytest.mark.parametrize("weights", [None, [1.0, 0.5, 3.0, 0.0]], ids=["plain", "weighted"])
def test_the_value_is_that_of_scikit_learn(weights):
    from sklearn.metrics import log_loss

    ours = sparse_categorical_cross_entropy(
        LABELS, P, epsilon=np.finfo(float).eps, sample_weight=weights, reduction="weighted_mean"
    )
    assert ours == pytest.approx(log_loss(LABELS, P, sample_weight=weights), rel=1e-12)


def test_the_gradient_of_keras_differs_by_one_number_a_row_and_not_at_all_behind_a_softmax(keras):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the gradient is taken with TensorFlow's tape")
    import tensorflow as tf

    rng = np.random.default_rng(1)
    z, y = rng.normal(size=(5, 4)), np.eye(4)[rng.integers(0, 4, size=5)]
    p = softmax(z)
    variable = tf.constant(p)
    with tf.GradientTape() as tape:
        tape.watch(variable)
        loss = keras.losses.CategoricalCrossentropy(dtype="float64")(y, variable)
    theirs = tape.gradient(loss, variable).numpy()
    ours = categorical_cross_entropy.gradient(y, p)
    np.testing.assert_allclose(theirs - ours, np.full((5, 4), 1 / 5), rtol=1e-9)
    np.testing.assert_allclose(softmax.backward(z, ours), softmax.backward(z, theirs), atol=1e-15)


def test_from_logits_nothing_is_lost_however_wrong_the_answer():
    z = [[0.0, 1000.0, -1000.0]]
    assert categorical_cross_entropy_from_logits([[0, 0, 1]], z) == 2000
    assert sparse_categorical_cross_entropy_from_logits([0], z) == 1000
    np.testing.assert_array_equal(
        categorical_cross_entropy_from_logits.gradient([[0, 0, 1]], z), [[0, 1, -1]]
    )


@given(st.integers(0, 2**32 - 1))
def test_one_hot_and_integer_targets_agree(seed):
    rng = np.random.default_rng(seed)
    labels, z = rng.integers(0, 5, size=7), rng.normal(scale=2, size=(7, 5))
    y, p = np.eye(5)[labels], softmax(z)
    for sparse, dense, prediction in (
        (sparse_categorical_cross_entropy, categorical_cross_entropy, p),
        (sparse_categorical_cross_entropy.gradient, categorical_cross_entropy.gradient, p),
        (sparse_categorical_cross_entropy_from_logits, categorical_cross_entropy_from_logits, z),
        (
            sparse_categorical_cross_entropy_from_logits.gradient,
            categorical_cross_entropy_from_logits.gradient,
            z,
        ),
    ):
        np.testing.assert_allclose(sparse(labels, prediction), dense(y, prediction), rtol=1e-14, atol=1e-15)


@given(st.integers(0, 2**32 - 1))
def test_from_logits_is_from_probabilities_through_a_softmax(seed):
    rng = np.random.default_rng(seed)
    y, z = rng.dirichlet(np.ones(4), size=6), rng.normal(scale=2, size=(6, 4))
    p = softmax(z)
    value = categorical_cross_entropy_from_logits(y, z)
    assert value == pytest.approx(categorical_cross_entropy(y, p), rel=1e-12)
    through = softmax.backward(z, categorical_cross_entropy.gradient(y, p))
    np.testing.assert_allclose(categorical_cross_entropy_from_logits.gradient(y, z), through, atol=1e-14)


@given(st.integers(0, 2**32 - 1))
def test_divergence_is_cross_entropy_minus_entropy_and_never_negative(seed):
    rng = np.random.default_rng(seed)
    y, p = rng.dirichlet(3 * np.ones(4), size=(2, 6))
    entropy = categorical_cross_entropy(y, y)
    assert kl_divergence(y, p) == pytest.approx(categorical_cross_entropy(y, p) - entropy, abs=1e-9)
    assert kl_divergence(y, p) >= 0
    assert kl_divergence(y, y) == 0
    np.testing.assert_allclose(
        kl_divergence.gradient(y, p), categorical_cross_entropy.gradient(y, p), rtol=1e-9, atol=1e-7
    )


def test_a_saturated_probability_has_no_gradient():
    gradient = sparse_categorical_cross_entropy.gradient(LABELS, P)
    np.testing.assert_array_equal(gradient[1:3], 0)
    np.testing.assert_allclose(gradient[[0, 3], [0, 1]], [-1 / 0.2 / 4, -1 / 0.8 / 4], rtol=1e-14)
    np.testing.assert_array_equal(kl_divergence.gradient(np.eye(3)[[2]], [[1.0, 0, 0]])[0, 1:], 0)


@pytest.mark.parametrize("call", FROM_PROBABILITIES)
@pytest.mark.parametrize(
    ("y", "p", "message"),
    [
        ([[0, 1]], [[2.0, -1.0]], "prediction must be from 0 to 1, got 2"),
        ([[0, 1]], [[0.5, 0.7]], "prediction must have rows that sum to 1, got row 0 with sum 1.2"),
        ([[0, 1], [1, 1]], [[0.5, 0.5]] * 2, "y must have rows that sum to 1, got row 1 with sum 2"),
        ([[0, 2]], [[0.5, 0.5]], "y must be from 0 to 1, got 2"),
        ([[0, np.nan]], [[0.5, 0.5]], "^y must"),
        ([1], [[0.5, 0.5]], r"y must have the shape \(1, 2\).* got shape \(1,\): class indices belong to"),
        ([[0, 1, 0]], [[0.5, 0.5]], "^y must"),
        ([0, 1], [0.5, 0.5], "^prediction must"),
    ],
)
def test_bad_distributions_are_named(call, y, p, message):
    with pytest.raises(ValueError, match=message):
        call(y, p)


@pytest.mark.parametrize("call", FROM_PROBABILITIES + SPARSE[:2])
@pytest.mark.parametrize("epsilon", [0.0, 0.5, np.nan])
def test_bad_epsilon_is_named(call, epsilon):
    y = [0] if call in SPARSE else [[1, 0]]
    with pytest.raises(ValueError, match="epsilon must be"):
        call(y, [[0.5, 0.5]], epsilon=epsilon)


@pytest.mark.parametrize("call", SPARSE)
@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0, 3], "^y must"),
        ([0, -1], "^y must"),
        ([0, 0.5], "^y must"),
        ([0, np.nan], "^y must"),
        (["a", "b"], "^y must"),
        ([[1, 0, 0], [0, 1, 0]], r"y must have shape \(2,\), .* got shape \(2, 3\): one-hot rows belong to"),
        ([[0], [1]], "^y must"),
        ([0], "^y must"),
    ],
)
def test_bad_class_indices_are_named(call, y, message):
    with pytest.raises(ValueError, match=message):
        call(y, [[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]])


def test_whole_numbers_may_be_stored_as_floats_and_truth_values():
    p = [[0.25, 0.75], [0.5, 0.5]]
    expected = sparse_categorical_cross_entropy([1, 0], p)
    assert sparse_categorical_cross_entropy([1.0, 0.0], p) == expected
    assert sparse_categorical_cross_entropy([True, False], p) == expected
