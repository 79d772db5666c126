import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook.nn import (
    binary_cross_entropy,
    binary_cross_entropy_from_logits,
    logistic,
)


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def test_the_unsure_answer_costs_one_bit():
    assert binary_cross_entropy([0, 1, 1], [0.5, 0.5, 0.5]) == pytest.approx(math.log(2), rel=1e-15)
    assert binary_cross_entropy_from_logits([0, 1], [0.0, 0.0]) == pytest.approx(math.log(2), rel=1e-15)


def test_values_worked_out_by_hand():
    value = binary_cross_entropy([1, 0], [0.9, 0.2])
    assert value == pytest.approx(-(math.log(0.9) + math.log(0.8)) / 2, rel=1e-14)
    np.testing.assert_allclose(binary_cross_entropy.gradient([1, 0], [0.8, 0.2]), [-0.625, 0.625], rtol=1e-14)


@pytest.mark.parametrize("weights", [None, [1.0, 0.0, 2.5, 4.0, 0.5, 1.0, 1.0]], ids=["plain", "weighted"])
def test_the_value_is_that_of_scikit_learn(weights):
    from sklearn.metrics import log_loss

    y, p = [1, 0, 1, 1, 0, 0, 1], [0.7, 0.2, 0.9, 1e-9, 0.5, 0.0, 1.0]
    ours = binary_cross_entropy(
        y, p, epsilon=np.finfo(float).eps, sample_weight=weights, reduction="weighted_mean"
    )
    assert ours == pytest.approx(log_loss(y, p, sample_weight=weights), rel=1e-12)


def test_probabilities_of_exactly_zero_and_one_are_those_of_keras(keras):
    y, p = np.array([[0, 1], [1, 0], [1, 1]]), np.array([[0.0, 1.0], [0.0, 1.0], [1e-9, 0.3]])
    theirs = float(keras.losses.BinaryCrossentropy(dtype="float64")(y, p))
    assert binary_cross_entropy(y, p) == pytest.approx(theirs, rel=1e-8)
    assert binary_cross_entropy([1], [0.0]) == pytest.approx(-math.log(1e-7), rel=1e-14)
    assert binary_cross_entropy([1], [1.0]) == pytest.approx(1e-7, rel=1e-6)


def test_keras_too_learns_nothing_from_a_saturated_probability(keras):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the gradient is taken with TensorFlow's tape")
    import tensorflow as tf

    y, p = np.array([[1.0, 1.0, 0.0]]), tf.constant([[0.0, 0.25, 1.0]], dtype="float64")
    with tf.GradientTape() as tape:
        tape.watch(p)
        loss = keras.losses.BinaryCrossentropy(dtype="float64")(y, p)
    theirs = tape.gradient(loss, p).numpy()
    assert theirs[0, 0] == theirs[0, 2] == 0
    np.testing.assert_allclose(binary_cross_entropy.gradient(y, p.numpy()), theirs, rtol=1e-12)


def test_from_logits_nothing_is_lost_however_wrong_the_answer():
    assert binary_cross_entropy_from_logits([1], [-1000.0]) == 1000
    assert binary_cross_entropy_from_logits([0], [1000.0]) == 1000
    assert binary_cross_entropy_from_logits([0], [-40.0]) == pytest.approx(math.exp(-40), rel=1e-14)
    np.testing.assert_array_equal(
        binary_cross_entropy_from_logits.gradient([1, 0], [-1000.0, 1000.0]), [-0.5, 0.5]
    )


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-12, 12)), min_size=1, max_size=12))
def test_both_forms_agree_where_no_probability_is_moved(pairs):
    y, z = np.array(pairs).T
    from_probabilities = binary_cross_entropy(y, logistic(z))
    assert binary_cross_entropy_from_logits(y, z) == pytest.approx(from_probabilities, rel=1e-9, abs=1e-12)
    through_the_unit = binary_cross_entropy.gradient(y, logistic(z)) * logistic(z) * logistic(-z)
    direct = binary_cross_entropy_from_logits.gradient(y, z)
    np.testing.assert_allclose(direct, through_the_unit, rtol=1e-9, atol=1e-12)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_no_answer_is_better_than_the_target_itself(y, p):
    assert binary_cross_entropy([y], [p]) >= binary_cross_entropy([y], [y]) - 1e-12
    assert abs(binary_cross_entropy.gradient([y], [y])[0]) < 1e-12


@pytest.mark.parametrize("call", [binary_cross_entropy, binary_cross_entropy.gradient])
@pytest.mark.parametrize(
    ("y", "p", "message"),
    [
        ([2], [0.5], "y must be from 0 to 1, got 2"),
        ([-1], [0.5], "y must be from 0 to 1, got -1"),
        ([1], [1.2], "prediction must be from 0 to 1, got 1.2"),
        ([1], [-0.1], "prediction must be from 0 to 1, got -0.1"),
        ([[1, 0]], [0.5, 0.5], "^prediction must"),
    ],
)
def test_bad_probabilities_are_named(call, y, p, message):
    with pytest.raises(ValueError, match=message):
        call(y, p)


@pytest.mark.parametrize("call", [binary_cross_entropy, binary_cross_entropy.gradient])
@pytest.mark.parametrize("epsilon", [0.0, 0.5, -1.0, np.nan])
def test_bad_epsilon_is_named(call, epsilon):
    with pytest.raises(ValueError, match=r"^epsilon must"):
        call([1], [0.5], epsilon=epsilon)


@pytest.mark.parametrize(
    "call", [binary_cross_entropy_from_logits, binary_cross_entropy_from_logits.gradient]
)
def test_bad_targets_of_logits_are_named(call):
    with pytest.raises(ValueError, match="y must be from 0 to 1, got 3"):
        call([3], [0.5])
