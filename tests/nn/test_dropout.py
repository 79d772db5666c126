import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.nn import Dropout, check_gradients, dropout_mask


class Fixed(Dropout):
    """Dropout with a mask that is given."""

    def __init__(self, rate, mask):
        super().__init__(rate)
        self.given = mask

    def _mask(self, shape, rng):
        return self.given


def test_half_is_dropped_and_the_rest_doubled():
    x = np.arange(1.0, 9.0).reshape(2, 4)
    kept = np.random.default_rng(1).random((2, 4)) >= 0.5
    output, _ = Dropout(0.5).forward(x, training=True, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(output, np.where(kept, 2 * x, 0))
    output, _ = Dropout(0.5, inverted=False).forward(x, training=True, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(output, np.where(kept, x, 0))


def test_after_training_only_the_original_scaling_does_something():
    x = np.array([[1.0, -2.0, 3.0]])
    np.testing.assert_array_equal(Dropout(0.4).forward(x)[0], x)
    np.testing.assert_allclose(Dropout(0.4, inverted=False).forward(x)[0], 0.6 * x, rtol=1e-15)


def test_output_and_gradient_equal_those_of_keras_with_its_mask():
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(2)
    x, factors = rng.uniform(0.5, 2, size=(7, 5)), rng.normal(size=(7, 5))
    inputs = tf.Variable(x)
    with tf.GradientTape() as tape:
        expected = keras.layers.Dropout(0.3, seed=4, dtype="float64")(inputs, training=True)
        value = tf.reduce_sum(expected * factors)
    mask = (expected.numpy() != 0) / 0.7
    assert 0 < (mask == 0).sum() < mask.size
    layer = Fixed(0.3, mask)
    output, cache = layer.forward(x, training=True)
    np.testing.assert_allclose(output, expected.numpy(), rtol=1e-12)
    grad, gradients = layer.backward(factors, cache)
    np.testing.assert_allclose(grad, tape.gradient(value, inputs).numpy(), rtol=1e-12)
    assert gradients == {}


@pytest.mark.parametrize("inverted", [True, False])
@pytest.mark.parametrize("training", [True, False])
def test_gradients(inverted, training):
    rng = np.random.default_rng(3)
    layer, x, factors = Dropout(0.4, inverted=inverted), rng.normal(size=(4, 3)), rng.normal(size=(4, 3))

    def forward(x):
        return layer.forward(x, training=training, rng=np.random.default_rng(8))

    grad, _ = layer.backward(factors, forward(x)[1])
    report = check_gradients(lambda v: float((forward(v["x"])[0] * factors).sum()), {"x": x}, {"x": grad})
    report.raise_if_failed()


@given(rate=st.floats(0, 0.95), seed=st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=25)
def test_both_scalings_keep_the_expectation(rate, seed):
    """In expectation training gives what inference gives: 5 standard errors of 4000 draws."""
    x = np.full((4000, 2), 3.0)
    for inverted in (True, False):
        layer = Dropout(rate, inverted=inverted)
        output, _ = layer.forward(x, training=True, rng=np.random.default_rng(seed))
        scale = 1 / (1 - rate) if inverted else 1.0
        error = 3.0 * scale * np.sqrt(rate * (1 - rate) / 8000)
        assert abs(output.mean() - layer.forward(x)[0].mean()) <= 5 * error + 1e-12


def test_a_rate_of_zero_drops_nothing():
    np.testing.assert_array_equal(dropout_mask((3, 4), 0.0, rng=np.random.default_rng(0)), 1)


def test_the_generator_decides():
    masks = [dropout_mask((5, 6), 0.5, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(masks[0], masks[1])
    assert not np.array_equal(masks[0], masks[2])


@pytest.mark.parametrize("rate", [1, 1.0, -0.1, np.nan, 2])
def test_bad_rates_are_named(rate):
    with pytest.raises(ValueError, match=r"^rate must"):
        Dropout(rate)
    with pytest.raises(ValueError, match=r"^rate must"):
        dropout_mask((2, 2), rate, rng=np.random.default_rng(0))


def test_training_needs_a_generator_and_a_table():
    with pytest.raises(ValueError, match=r"^rng must"):
        Dropout(0.5).forward([[1.0]], training=True)
    with pytest.raises(ValueError, match=r"^x must"):
        Dropout(0.5).forward([1.0, 2.0])
