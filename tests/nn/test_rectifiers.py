import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook.nn import (
    leaky_relu,
    prelu,
    prelu_slope_derivative,
    randomized_relu,
    randomized_slopes,
    relu,
)


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


# 1. numbers worked out by hand


def test_values_worked_out_by_hand():
    z = [-2.0, 0.0, 3.0]
    np.testing.assert_array_equal(relu(z), [0, 0, 3])
    np.testing.assert_array_equal(leaky_relu(z), [-0.02, 0, 3])
    np.testing.assert_array_equal(leaky_relu(z, 0.2), [-0.4, 0, 3])
    np.testing.assert_array_equal(prelu(z), [-0.5, 0, 3])
    np.testing.assert_allclose(randomized_relu(z), [-2 * 11 / 48, 0, 3], rtol=1e-15)


def test_at_zero_the_slope_is_that_on_the_left():
    assert relu.derivative(0.0) == 0
    assert leaky_relu.derivative(0.0) == 0.01
    assert prelu.derivative(0.0, 0.3) == 0.3
    assert prelu_slope_derivative(0.0) == 0


# 2. parity with Keras


@pytest.mark.parametrize("slope", [0.01, 0.2, 0.0, 1.5])
def test_leaky_relu_is_that_of_keras(keras, slope):
    z = np.random.default_rng(1).normal(scale=4, size=(5, 7))
    theirs = keras.ops.convert_to_numpy(keras.activations.leaky_relu(z, negative_slope=slope))
    slope = float(np.float32(slope))  # TensorFlow keeps this number in single precision
    np.testing.assert_allclose(leaky_relu(z, slope), theirs, rtol=1e-12, atol=1e-15)


def test_prelu_is_that_of_keras_with_a_slope_for_every_unit(keras):
    rng = np.random.default_rng(2)
    z, slopes = rng.normal(scale=4, size=(5, 7)), rng.uniform(0, 1, size=7)
    layer = keras.layers.PReLU(dtype="float64")
    layer.build((None, 7))
    layer.set_weights([slopes])
    theirs = keras.ops.convert_to_numpy(layer(z))
    np.testing.assert_allclose(prelu(z, slopes), theirs, rtol=1e-12, atol=1e-15)


# 3. derivatives with respect to input and parameter


@pytest.mark.parametrize("slope", [0.3, -0.4, np.linspace(0.1, 0.9, 7)])
def test_prelu_has_the_slopes_of_central_differences(slope):
    z, step = np.random.default_rng(3).normal(size=(5, 7)), 1e-6
    by_input = (prelu(z + step, slope) - prelu(z - step, slope)) / (2 * step)
    by_slope = (prelu(z, slope + step) - prelu(z, slope - step)) / (2 * step)
    np.testing.assert_allclose(prelu.derivative(z, slope), by_input, rtol=1e-8)
    np.testing.assert_allclose(prelu_slope_derivative(z), by_slope, rtol=1e-8, atol=1e-12)


def test_leaky_relu_with_another_slope_has_that_slope():
    z, step = np.random.default_rng(3).normal(size=(4, 3)), 1e-6
    slope = (leaky_relu(z + step, 0.2) - leaky_relu(z - step, 0.2)) / (2 * step)
    np.testing.assert_allclose(leaky_relu.derivative(z, 0.2), slope, rtol=1e-8)


def test_randomized_relu_has_the_slopes_that_were_drawn():
    rng = np.random.default_rng(5)
    z, step = rng.normal(size=(6, 4)), 1e-6
    slopes = randomized_slopes(z.shape, 0.1, 0.4, rng=rng)
    by_input = (randomized_relu(z + step, slopes) - randomized_relu(z - step, slopes)) / (2 * step)
    np.testing.assert_allclose(randomized_relu.derivative(z, slopes), by_input, rtol=1e-8)
    negative = z < 0
    np.testing.assert_array_equal(randomized_relu.derivative(z, slopes)[negative], slopes[negative])


# 4. invariants


def test_drawn_slopes_are_uniform_within_their_bounds():
    slopes = randomized_slopes((200, 300), 0.1, 0.5, rng=np.random.default_rng(0))
    assert slopes.min() >= 0.1
    assert slopes.max() < 0.5
    assert slopes.mean() == pytest.approx(0.3, abs=3 * 0.4 / np.sqrt(12 * slopes.size))
    assert slopes.var() == pytest.approx(0.4**2 / 12, rel=0.02)


def test_the_average_of_training_passes_is_the_pass_after_training():
    rng = np.random.default_rng(6)
    z = rng.normal(size=(3, 5))
    passes = [randomized_relu(z, randomized_slopes(z.shape, rng=rng)) for _ in range(4000)]
    np.testing.assert_allclose(np.mean(passes, axis=0), randomized_relu(z), atol=5 * 0.06 * 3 / np.sqrt(4000))


def test_slopes_follow_the_generator():
    first, again = (randomized_slopes(4, rng=np.random.default_rng(1)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, randomized_slopes(4, rng=np.random.default_rng(2)))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.floats(0, 1))
def test_a_leaky_rectifier_is_the_larger_of_its_two_lines(z, slope):
    np.testing.assert_array_equal(leaky_relu(z, slope), np.maximum(z, slope * np.array(z)))
    np.testing.assert_array_equal(leaky_relu(z, 0.0), relu(z))
    np.testing.assert_array_equal(leaky_relu(z, 1.0), z)


# bad input


@pytest.mark.parametrize("function", [leaky_relu, leaky_relu.derivative])
@pytest.mark.parametrize("slope", [np.nan, np.inf, [0.1, 0.2]])
def test_bad_slope_of_a_leaky_rectifier_is_named(function, slope):
    with pytest.raises(ValueError, match=r"^slope must"):
        function([1.0, 2.0], slope)


@pytest.mark.parametrize("function", [prelu, prelu.derivative])
@pytest.mark.parametrize(
    ("slope", "message"),
    [
        ([0.1, np.nan, 0.2], "^slope must"),
        ([0.1, 0.2], r"slope must broadcast to the shape \(4, 3\) of z, got shape \(2,\)"),
        (np.ones((2, 4, 3)), r"slope must broadcast to the shape \(4, 3\) of z, got shape \(2, 4, 3\)"),
        (np.ones((4, 1, 1)), r"slope must broadcast to the shape \(4, 3\) of z"),
    ],
)
def test_bad_slopes_of_a_parametric_rectifier_are_named(function, slope, message):
    with pytest.raises(ValueError, match=message):
        function(np.ones((4, 3)), slope)


@pytest.mark.parametrize(
    ("lower", "upper", "message"),
    [
        (0.4, 0.3, "lower must not exceed upper, got 0.4 and 0.3"),
        (np.nan, 0.3, "^lower must"),
        (0.1, np.inf, "^upper must"),
    ],
)
def test_bad_bounds_of_random_slopes_are_named(lower, upper, message):
    with pytest.raises(ValueError, match=message):
        randomized_slopes(3, lower, upper, rng=np.random.default_rng(0))
    for function in (randomized_relu, randomized_relu.derivative):
        with pytest.raises(ValueError, match=message):
            function([1.0], lower=lower, upper=upper)
