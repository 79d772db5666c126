import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.nn import BatchNormalization, check_gradients


def layer_with_values(seed=0, n_units=3, **keywords):
    rng = np.random.default_rng(seed)
    layer = BatchNormalization(n_units, **keywords)
    layer.parameters = {"gamma": rng.normal(size=n_units), "beta": rng.normal(size=n_units)}
    layer.mean, layer.variance = rng.normal(size=n_units), rng.uniform(0.5, 2, size=n_units)
    return layer


# 1. by hand


def test_three_numbers_by_hand():
    """1, 2, 6: mean 3, variance (4 + 1 + 9) / 3; scaled by 2 and shifted by 10."""
    layer = BatchNormalization(1, epsilon=1 / 3, momentum=0.75)
    layer.parameters = {"gamma": np.array([2.0]), "beta": np.array([10.0])}
    output, cache = layer.forward([[1], [2], [6]], training=True)
    root = np.sqrt(14 / 3 + 1 / 3)
    np.testing.assert_allclose(output.ravel(), [10 - 4 / root, 10 - 2 / root, 10 + 6 / root], rtol=1e-14)
    layer.update_averages(cache)
    np.testing.assert_allclose(layer.mean, [0.25 * 3], rtol=1e-14)
    np.testing.assert_allclose(layer.variance, [0.75 + 0.25 * 14 / 3], rtol=1e-14)


def test_four_vectors_of_which_two_are_trained():
    layer = BatchNormalization(4)
    assert sorted(layer.parameters) == ["beta", "gamma"]
    assert sorted(layer.state) == ["beta", "gamma", "mean", "variance"]


# 2. parity with Keras


def test_training_inference_and_running_averages_equal_those_of_keras():
    import keras

    rng = np.random.default_rng(1)
    layer = layer_with_values(2, momentum=0.9, epsilon=0.01)
    reference = keras.layers.BatchNormalization(momentum=0.9, epsilon=0.01, dtype="float64")
    reference.build((None, 3))
    reference.set_weights([layer.parameters["gamma"], layer.parameters["beta"], layer.mean, layer.variance])
    for step in range(4):
        x = rng.normal(size=(5 + step, 3)) * 2 + 1
        for training in (True, False):
            output, cache = layer.forward(x, training=training)
            expected = keras.ops.convert_to_numpy(reference(x, training=training))
            np.testing.assert_allclose(output, expected, rtol=1e-10, atol=1e-12)
            layer.update_averages(cache)
            *_, mean, variance = reference.get_weights()
            np.testing.assert_allclose(layer.mean, mean, rtol=1e-10)
            np.testing.assert_allclose(layer.variance, variance, rtol=1e-10)


@pytest.mark.parametrize("training", [True, False])
def test_gradients_equal_those_of_tensorflow(training):
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(3)
    layer = layer_with_values(4)
    reference = keras.layers.BatchNormalization(dtype="float64")
    reference.build((None, 3))
    reference.set_weights([layer.parameters["gamma"], layer.parameters["beta"], layer.mean, layer.variance])
    x, factors = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
    inputs = tf.Variable(x)
    with tf.GradientTape() as tape:
        value = tf.reduce_sum(reference(inputs, training=training) * factors)
    sources = [inputs, reference.gamma.value, reference.beta.value]
    expected = [gradient.numpy() for gradient in tape.gradient(value, sources)]
    grad_input, gradients = layer.backward(factors, layer.forward(x, training=training)[1])
    ours = [grad_input, gradients["gamma"], gradients["beta"]]
    for own, other in zip(ours, expected, strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-9, atol=1e-12)


# 3. central differences


@pytest.mark.parametrize("training", [True, False])
def test_gradients(training):
    rng = np.random.default_rng(5)
    layer, x, factors = layer_with_values(6), rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    grad_input, gradients = layer.backward(factors, layer.forward(x, training=training)[1])

    def function(values):
        layer.parameters = {name: values[name] for name in ("gamma", "beta")}
        return float((layer.forward(values["x"], training=training)[0] * factors).sum())

    report = check_gradients(function, {**layer.parameters, "x": x}, {**gradients, "x": grad_input})
    report.raise_if_failed()


# 4. invariants


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 20), scale=st.floats(0.1, 100))
@settings(deadline=None, max_examples=30)
def test_a_batch_leaves_with_mean_zero_and_variance_one(seed, n, scale):
    x = np.random.default_rng(seed).normal(size=(n, 3)) * scale + 7 * scale
    output, cache = BatchNormalization(3, epsilon=1e-12).forward(x, training=True)
    np.testing.assert_allclose(output.mean(axis=0), 0, atol=1e-9)
    variance = x.var(axis=0)  # of two samples that are nearly equal about as small as epsilon
    np.testing.assert_allclose(output.var(axis=0), variance / (variance + 1e-12), rtol=1e-6)
    np.testing.assert_allclose(cache.variance, x.var(axis=0), rtol=1e-10)


def test_scale_and_shift_of_the_input_make_no_difference_in_training():
    layer, x = BatchNormalization(3, epsilon=1e-14), np.random.default_rng(7).normal(size=(6, 3))
    moved = layer.forward(5 * x + 100, training=True)[0]
    np.testing.assert_allclose(moved, layer.forward(x, training=True)[0], rtol=1e-8, atol=1e-10)


def test_the_gradient_for_the_inputs_sums_to_zero_in_every_column():
    rng = np.random.default_rng(8)
    layer = layer_with_values(9)
    grad, _ = layer.backward(
        rng.normal(size=(5, 3)), layer.forward(rng.normal(size=(5, 3)), training=True)[1]
    )
    np.testing.assert_allclose(grad.sum(axis=0), 0, atol=1e-12)


def test_the_averages_approach_mean_and_variance_of_the_data():
    rng = np.random.default_rng(10)
    layer = BatchNormalization(2, momentum=0.9)
    for _ in range(300):
        x = rng.normal(size=(200, 2)) * [1, 3] + [5, -2]
        layer.update_averages(layer.forward(x, training=True)[1])
    np.testing.assert_allclose(layer.mean, [5, -2], atol=0.2)
    np.testing.assert_allclose(layer.variance, [1, 9], rtol=0.1)


def test_forward_changes_nothing_and_frozen_layers_use_the_averages():
    layer = layer_with_values(11)
    x = np.random.default_rng(12).normal(size=(5, 3))
    mean = layer.mean.copy()
    in_training, _ = layer.forward(x, training=True)
    np.testing.assert_array_equal(layer.mean, mean)
    after, _ = layer.forward(x)
    assert np.abs(in_training - after).max() > 0.1
    layer.trainable = False
    frozen, cache = layer.forward(x, training=True)
    np.testing.assert_array_equal(frozen, after)
    layer.update_averages(cache)
    np.testing.assert_array_equal(layer.mean, mean)


def test_a_constant_column_and_a_single_sample_give_the_shift():
    layer = layer_with_values(13)
    for x in (np.full((4, 3), 2.5), np.array([[1.0, 2.0, 3.0]])):
        output, cache = layer.forward(x, training=True)
        np.testing.assert_allclose(output, np.tile(layer.parameters["beta"], (len(x), 1)), atol=1e-12)
        grad, _ = layer.backward(np.ones_like(x), cache)
        np.testing.assert_allclose(grad, 0, atol=1e-12)


# bad input


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"n_units": 0}, "^n_units must"),
        ({"momentum": 1.0}, "^momentum must"),
        ({"epsilon": 0.0}, "^epsilon must"),
    ],
)
def test_bad_settings_are_named(keywords, message):
    with pytest.raises(ValueError, match=message):
        BatchNormalization(**{"n_units": 3, **keywords})


def test_bad_inputs_are_named():
    layer = BatchNormalization(3)
    with pytest.raises(ValueError, match=r"^x must"):
        layer.forward(np.ones((2, 4)))
    with pytest.raises(ValueError, match=r"^x must"):
        layer.forward(np.ones((0, 3)), training=True)
    with pytest.raises(ValueError, match=r"^grad must"):
        layer.backward(np.ones((3, 3)), layer.forward(np.ones((2, 3)))[1])
