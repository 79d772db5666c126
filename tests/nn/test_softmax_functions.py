import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlbook.nn import log_softmax, softmax
from dlbook.nn.softmax_functions import sharpened

SCORES = arrays(float, (3, 5), elements=st.floats(-1000, 1000))


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


# 1. numbers worked out by hand


def test_values_worked_out_by_hand():
    np.testing.assert_allclose(softmax(np.log([1.0, 2.0, 5.0])), [0.125, 0.25, 0.625], rtol=1e-14)
    np.testing.assert_allclose(log_softmax([0.0, 0.0, 0.0, 0.0]), -np.log(4), rtol=1e-15)
    np.testing.assert_allclose(
        softmax.derivative(np.log([1.0, 3.0])), [[0.1875, -0.1875], [-0.1875, 0.1875]], rtol=1e-14
    )


def test_two_classes_are_the_logistic_function_of_the_difference_and_the_second_class_is_its_input():
    """Scores [0, x]: the second class has the logistic value of x, the first that of -x."""
    x = np.linspace(-30, 30, 61)
    p = softmax(np.stack([np.zeros_like(x), x], axis=-1))
    np.testing.assert_allclose(p[:, 1], 1 / (1 + np.exp(-x)), rtol=1e-13)
    np.testing.assert_allclose(p[:, 0], 1 / (1 + np.exp(x)), rtol=1e-13)


# 2. parity with Keras


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_softmax_and_its_logarithm_are_those_of_keras(keras, axis):
    z = np.random.default_rng(1).normal(scale=5, size=(3, 4, 6))
    for ours, theirs in (
        (softmax, keras.activations.softmax),
        (log_softmax, keras.activations.log_softmax),
    ):
        expected = keras.ops.convert_to_numpy(theirs(z, axis=axis))
        np.testing.assert_allclose(ours(z, axis=axis), expected, rtol=1e-12, atol=1e-15)


# 3. derivatives


def test_the_jacobian_holds_the_slopes_of_central_differences():
    z, step = np.random.default_rng(2).normal(size=(3, 5)), 1e-6
    columns = [(softmax(z + step * e) - softmax(z - step * e)) / (2 * step) for e in np.eye(5)]
    jacobian = softmax.derivative(z)
    assert jacobian.shape == (3, 5, 5)
    np.testing.assert_allclose(jacobian, np.stack(columns, axis=-1), atol=1e-9)


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_a_gradient_passed_back_is_that_of_central_differences(axis):
    rng, step = np.random.default_rng(3), 1e-6
    z, weights = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 3, 4))
    expected = np.zeros_like(z)
    for place in np.ndindex(z.shape):
        moved = np.zeros_like(z)
        moved[place] = step
        difference = (weights * softmax(z + moved, axis)).sum() - (weights * softmax(z - moved, axis)).sum()
        expected[place] = difference / (2 * step)
    np.testing.assert_allclose(softmax.backward(z, weights, axis), expected, atol=1e-9)


def test_passing_back_is_multiplying_by_the_jacobian():
    rng = np.random.default_rng(4)
    z, gradient = rng.normal(size=(3, 2, 5)), rng.normal(size=(3, 2, 5))
    expected = np.einsum("...i,...ij->...j", gradient, softmax.derivative(z))
    np.testing.assert_allclose(softmax.backward(z, gradient), expected, rtol=1e-12, atol=1e-15)


# 4. invariants


@given(SCORES, st.floats(-500, 500))
def test_probabilities_sum_to_one_and_a_shift_changes_nothing(z, shift):
    p = softmax(z)
    assert p.min() >= 0
    np.testing.assert_allclose(p.sum(axis=-1), 1, rtol=1e-14)
    np.testing.assert_allclose(softmax(z + shift), p, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(np.exp(log_softmax(z)), p, rtol=1e-12, atol=1e-300)


@given(SCORES)
def test_rows_of_the_jacobian_sum_to_zero_and_it_is_symmetric(z):
    jacobian = softmax.derivative(z)
    np.testing.assert_allclose(jacobian.sum(axis=-1), 0, atol=1e-14)
    np.testing.assert_allclose(jacobian, jacobian.swapaxes(-1, -2), atol=1e-16)


def test_large_scores_neither_overflow_nor_lose_the_answer():
    np.testing.assert_array_equal(softmax([-1000.0, 1000.0]), [0, 1])
    np.testing.assert_array_equal(log_softmax([-1000.0, 1000.0]), [-2000, 0])
    np.testing.assert_allclose(softmax([1000.0, 1001.0, 1002.0]), softmax([0.0, 1.0, 2.0]), rtol=1e-14)
    np.testing.assert_array_equal(softmax([-1.7e308, 1.7e308]), [0, 1])
    np.testing.assert_array_equal(log_softmax([-1.7e308, 1.7e308]), [-np.inf, 0])


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [(0, [1, 0, 0]), (0.5, [0.9, 0.1, 0]), (1, [0.75, 0.25, 0]), (np.inf, [0.5, 0.5, 0])],
)
def test_an_impossible_score_has_no_probability_at_any_temperature(temperature, expected):
    scores = np.array([np.log(3), 0, -np.inf])
    np.testing.assert_allclose(sharpened(scores, temperature), expected, rtol=1e-14)


def test_one_class_has_probability_one():
    np.testing.assert_array_equal(softmax([[3.0], [-4.0]]), [[1], [1]])
    np.testing.assert_array_equal(softmax.derivative([[1.0]]), [[[0]]])


def test_the_scores_are_left_alone():
    z = np.array([[1.0, 2.0, 3.0]])
    softmax(z)
    log_softmax(z)
    np.testing.assert_array_equal(z, [[1, 2, 3]])


def test_another_axis_comes_last_in_the_matrix_of_slopes():
    z = np.random.default_rng(5).normal(size=(3, 4))
    np.testing.assert_array_equal(softmax.derivative(z, axis=0), softmax.derivative(z.T))


# bad input


@pytest.mark.parametrize("function", [softmax, softmax.derivative, log_softmax])
@pytest.mark.parametrize(
    ("z", "axis", "name"),
    [
        (np.ones((2, 3)), 2, "axis"),
        (np.ones((2, 3)), -3, "axis"),
        (np.ones((2, 3)), 0.5, "axis"),
        (1.0, -1, "z"),
        (np.ones((2, 0)), -1, "z"),
        ([1j, 2.0], -1, "z"),
    ],
)
def test_bad_scores_are_named(function, z, axis, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        function(z, axis=axis)


def test_a_gradient_of_another_shape_is_named():
    with pytest.raises(ValueError, match=r"^gradient must"):
        softmax.backward(np.ones((2, 3)), np.ones(3))
