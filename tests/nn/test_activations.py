import copy
import dataclasses
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook.nn import (
    ACTIVATIONS,
    Activation,
    arctan,
    identity,
    logistic,
    step,
    tanh,
)

NAMES = sorted(set(ACTIVATIONS) - {"softmax"})  # all that act on single numbers
LARGE = np.array([-1000.0, -700.0, -40.0, -1e-300, 0.0, 1e-300, 40.0, 700.0, 1000.0])
HUGE = np.array([-1e308, -1e155, -1e103, 1e103, 1e155, 1e308])


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def central_difference(function, z, step=1e-6):
    return (function(z + step) - function(z - step)) / (2 * step)


# 1. numbers worked out by hand


def test_values_worked_out_by_hand():
    z = np.array([-2.0, 0.0, 1.0])
    np.testing.assert_array_equal(identity(z), z)
    np.testing.assert_array_equal(step(z), [0, 1, 1])
    np.testing.assert_allclose(tanh(z), [-0.9640275800758169, 0, 0.7615941559557649], rtol=1e-15)
    np.testing.assert_allclose(arctan(z), [-1.1071487177940904, 0, np.pi / 4], rtol=1e-15)
    np.testing.assert_array_equal(identity.derivative(z), [1, 1, 1])
    np.testing.assert_array_equal(step.derivative(z), [0, 0, 0])
    np.testing.assert_allclose(arctan.derivative(z), [0.2, 1, 0.5], rtol=1e-15)


def test_the_units_of_the_lecture_have_the_slope_output_times_one_minus_output():
    """Units 4, 5 and 6 of the 3-2-1 network, net inputs -0.7, 0.1 and -0.105."""
    np.testing.assert_allclose(logistic.derivative([-0.7, 0.1, -0.105]), [0.2217, 0.2494, 0.2493], atol=5e-5)


# 2. parity with Keras


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("identity", "linear"),
        ("logistic", "sigmoid"),
        ("tanh", "tanh"),
        ("relu", "relu"),
        ("elu", "elu"),
        ("selu", "selu"),
        ("softplus", "softplus"),
        ("silu", "silu"),
    ],
)
def test_same_values_as_keras(keras, name, reference):
    z = np.concatenate([np.random.default_rng(4).normal(scale=3, size=57), LARGE]).reshape(6, 11)
    theirs = keras.ops.convert_to_numpy(getattr(keras.activations, reference)(z))
    assert theirs.dtype == np.float64
    np.testing.assert_allclose(ACTIVATIONS[name](z), theirs, rtol=1e-12, atol=1e-14)


def test_arctan_is_that_of_keras(keras):
    z = np.random.default_rng(4).normal(scale=3, size=(4, 7))
    np.testing.assert_allclose(arctan(z), keras.ops.convert_to_numpy(keras.ops.arctan(z)), rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_single_precision_gives_the_same_to_single_precision(name):
    z = np.random.default_rng(9).normal(scale=3, size=(3, 8))
    single = ACTIVATIONS[name](z.astype(np.float32))
    np.testing.assert_allclose(single, ACTIVATIONS[name](z), rtol=1e-5, atol=1e-6)


# 3. derivatives


@pytest.mark.parametrize("name", NAMES)
def test_the_derivative_is_the_slope_of_the_function(name):
    rng = np.random.default_rng(7)
    z = np.concatenate([rng.normal(scale=2, size=50), rng.uniform(-12, 12, size=40)]).reshape(9, 10)
    assert np.abs(z).min() > 1e-3  # away from the kink
    activation = ACTIVATIONS[name]
    slope = central_difference(activation, z)
    np.testing.assert_allclose(activation.derivative(z), slope, rtol=1e-6, atol=2e-9)


@pytest.mark.parametrize(
    "name", ["relu", "leaky_relu", "prelu", "randomized_relu", "elu", "selu", "softplus", "gelu", "silu"]
)
def test_at_zero_the_derivative_is_the_slope_on_the_left(name):
    activation = ACTIVATIONS[name]
    slope = (activation(0.0) - activation(-1e-8)) / 1e-8
    assert activation.derivative(0.0) == pytest.approx(slope, abs=1e-6)


# 4. invariants


@pytest.mark.parametrize("name", NAMES)
def test_nothing_overflows_at_large_numbers(name):
    """Warnings are errors, so an overflow on the way would fail here."""
    activation = ACTIVATIONS[name]
    for z in (LARGE, HUGE):
        assert np.isfinite(activation(z)).all()
        assert np.isfinite(activation.derivative(z)).all()


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"step", "arctan", "logistic", "tanh"}))
def test_a_rectifier_of_a_huge_number_is_the_number_and_its_slope_is_one(name):
    scale = 1.0507009873554805 if name == "selu" else 1.0
    np.testing.assert_allclose(ACTIVATIONS[name](HUGE[3:]), scale * HUGE[3:], rtol=1e-15)
    np.testing.assert_allclose(ACTIVATIONS[name].derivative(HUGE[3:]), scale, rtol=1e-15)


@pytest.mark.parametrize("name", ["silu", "gelu", "gelu_tanh", "logistic", "softplus", "relu"])
def test_minus_infinity_is_answered_by_the_limit(name):
    assert ACTIVATIONS[name](-np.inf) == ACTIVATIONS[name].derivative(-np.inf) == 0


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
@pytest.mark.parametrize(
    "z", ["1", [1j], [[1.0], [1.0, 2.0]], None, np.ma.masked_array([1.0, 2.0], [False, True])]
)
def test_what_is_no_real_number_is_named(name, z):
    for call in (ACTIVATIONS[name], ACTIVATIONS[name].derivative):
        with pytest.raises(ValueError, match=r"^z must"):
            call(z)
    with pytest.raises(ValueError, match=r"^gradient must"):
        ACTIVATIONS[name].backward(np.ones(2), np.ones(3))


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_a_gradient_passed_back_is_the_gradient_times_the_slopes(name):
    rng = np.random.default_rng(3)
    z, gradient = rng.normal(size=(2, 4, 5)), rng.normal(size=(2, 4, 5))
    slopes = ACTIVATIONS[name].derivative(z)
    expected = np.einsum("...i,...ij->...j", gradient, slopes) if name == "softmax" else gradient * slopes
    np.testing.assert_allclose(ACTIVATIONS[name].backward(z, gradient), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_an_activation_is_copied_and_sent_by_its_name(name):
    activation = ACTIVATIONS[name]
    assert copy.deepcopy(activation) is pickle.loads(pickle.dumps(activation)) is activation
    assert activation.__doc__
    assert not activation.__doc__.startswith("An activation with its slope")


def test_one_of_your_own_keeps_its_name():
    sine = Activation("sine", np.sin, np.cos)
    again = pickle.loads(pickle.dumps(sine))
    assert (again.name, again([0.0]).tolist(), again.derivative([0.0]).tolist()) == ("sine", [0], [1])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 3), (2, 3, 4)])
def test_shape_is_kept_and_the_input_left_alone(name, shape):
    z = np.random.default_rng(1).normal(size=shape)
    before = z.copy()
    for function in (ACTIVATIONS[name], ACTIVATIONS[name].derivative):
        result = function(z)
        assert result.shape == shape
        assert result.dtype == np.float64
        assert not np.shares_memory(result, z)
    np.testing.assert_array_equal(z, before)


@pytest.mark.parametrize("name", NAMES)
def test_integers_and_lists_will_do(name):
    np.testing.assert_array_equal(ACTIVATIONS[name]([-2, 1]), ACTIVATIONS[name]([-2.0, 1.0]))


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"gelu", "gelu_tanh", "silu"}))
def test_all_but_gelu_and_silu_are_monotonic(name):
    values = ACTIVATIONS[name](np.linspace(-20, 20, 2001))
    assert np.diff(values).min() >= 0


@pytest.mark.parametrize("name", ["gelu", "gelu_tanh", "silu"])
def test_gelu_and_silu_fall_before_they_rise(name):
    values = ACTIVATIONS[name](np.linspace(-20, 20, 2001))
    assert np.diff(values).min() < -1e-4
    assert -0.3 < values.min() < -0.1


@given(st.floats(-300, 300))
def test_tanh_is_a_stretched_logistic_function(z):
    assert float(tanh(z)) == pytest.approx(2 * float(logistic(2 * z)) - 1, abs=1e-15)
    assert 0 <= tanh.derivative(z) <= 1
    assert 0 <= logistic.derivative(z) <= 0.25
    assert float(logistic.derivative(z)) == pytest.approx(float(logistic.derivative(-z)), rel=1e-15)


def test_the_slope_of_the_logistic_function_is_exact_far_to_the_right():
    assert float(logistic.derivative(40.0)) == pytest.approx(np.exp(-40.0), rel=1e-14)


def test_the_table_holds_every_activation_under_its_own_name():
    assert set(ACTIVATIONS) == {
        *("identity", "step", "logistic", "tanh", "arctan", "relu", "leaky_relu", "prelu", "randomized_relu"),
        *("elu", "selu", "softplus", "gelu", "gelu_tanh", "silu", "softmax"),
    }
    for name, activation in ACTIVATIONS.items():
        assert isinstance(activation, Activation)
        assert activation.name == activation.__name__ == name
    with pytest.raises(dataclasses.FrozenInstanceError):
        ACTIVATIONS["relu"].name = "other"
