import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook.feedforward import logistic_unit, mcculloch_pitts
from dlbook.nn import logistic

INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [(0, [1, 1, 1, 1]), (1, [0, 1, 1, 1]), (2, [0, 0, 0, 1]), (3, [0, 0, 0, 0])],
    ids=["always", "or", "and", "never"],
)
def test_the_threshold_chooses_the_logic_function(threshold, expected):
    np.testing.assert_array_equal(mcculloch_pitts(INPUTS, threshold), expected)


def test_not_is_a_veto_on_a_neuron_that_fires_by_itself():
    nothing = np.zeros((2, 0))
    np.testing.assert_array_equal(mcculloch_pitts(nothing, 0, inhibitory=[[0], [1]]), [1, 0])


def test_one_veto_beats_any_number_of_excitatory_inputs():
    assert mcculloch_pitts([[1, 1, 1, 1]], 1, inhibitory=[[0, 1]]) == 0
    assert mcculloch_pitts([[1, 1, 1, 1]], 1, inhibitory=[[0, 0]]) == 1


def test_logistic_unit_gives_the_worked_example_of_the_lecture():
    """Units 4 and 5 of the 3-2-1 network: net inputs -0.7 and 0.1, outputs 0.332 and 0.525."""
    x = [[1.0, 0.0, 1.0]]
    assert logistic_unit(x, [0.2, 0.4, -0.5], -0.4)[0] == pytest.approx(0.332, abs=5e-4)
    assert logistic_unit(x, [-0.3, 0.1, 0.2], 0.2)[0] == pytest.approx(0.525, abs=5e-4)


def test_logistic_equals_its_definition_and_a_library():
    z = np.linspace(-30, 30, 241)
    np.testing.assert_allclose(logistic(z), 1 / (1 + np.exp(-z)), rtol=1e-13)
    from scipy.special import expit

    np.testing.assert_allclose(logistic(z), expit(z), rtol=1e-13)


def test_logistic_unit_equals_logistic_regression_of_a_library():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(3)
    x = rng.normal(size=(40, 3))
    y = (x @ [1.0, -2.0, 0.5] + 0.3 * rng.normal(size=40) > 0.2).astype(int)
    model = LogisticRegression().fit(x, y)
    ours = logistic_unit(x, model.coef_[0], model.intercept_[0])
    np.testing.assert_allclose(ours, model.predict_proba(x)[:, 1], rtol=1e-12)


@given(st.floats(-1e6, 1e6))
def test_logistic_is_a_probability_and_symmetric(z):
    a = logistic(z)
    assert 0 <= a <= 1
    assert a + logistic(-z) == pytest.approx(1, abs=1e-15)


def test_logistic_has_the_slope_a_times_one_minus_a():
    z, step = np.linspace(-6, 6, 25), 1e-6
    slope = (logistic(z + step) - logistic(z - step)) / (2 * step)
    np.testing.assert_allclose(slope, logistic(z) * (1 - logistic(z)), atol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 1], 1), "^excitatory must"),
        (([[0, 2]], 1), "^excitatory must"),
        (([[0, np.nan]], 1), "^excitatory must"),
        (([[0, 1]], np.nan), "^threshold must"),
        (([[0, 1]], 1, [[0], [1]]), "^inhibitory must"),
        (([[0, 1]], 1, [[0.5]]), "^inhibitory must"),
    ],
)
def test_bad_input_of_a_threshold_unit_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        mcculloch_pitts(*arguments)


@pytest.mark.parametrize(
    ("x", "weights", "message"),
    [
        ([1.0, 2.0], [1.0, 2.0], "^x must"),
        ([[1.0, 2.0]], [1.0], "^weights must"),
        ([["a", "b"]], [1.0, 1.0], "^x must"),
        ([[1.0, 2.0], [1.0]], [1.0, 1.0], "^x must"),
    ],
)
def test_bad_input_of_a_logistic_unit_is_named(x, weights, message):
    with pytest.raises(ValueError, match=message):
        logistic_unit(x, weights)
