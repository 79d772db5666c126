import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook.metrics import (
    mean_absolute_percentage_error,
    mean_squared_logarithmic_error,
    root_mean_squared_error,
)
from dlbook.nn import LOSSES, mean_squared_error

RNG = np.random.default_rng(0)
Y, PREDICTION = RNG.uniform(0.5, 9, size=(6, 4)), RNG.uniform(0.5, 9, size=(6, 4))
WEIGHTS = np.array([0.5, 2.0, 0.0, 1.0, 3.5, 1.0])
BOTH = pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
METRICS = [root_mean_squared_error, mean_absolute_percentage_error, mean_squared_logarithmic_error]


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def test_values_worked_out_by_hand():
    assert root_mean_squared_error([0.0, 0.0], [3.0, 4.0]) == pytest.approx(math.sqrt(12.5), rel=1e-15)
    assert mean_absolute_percentage_error([10.0, -4.0], [11.0, -5.0]) == pytest.approx(17.5, rel=1e-14)
    assert mean_squared_logarithmic_error([0.0], [math.e - 1]) == pytest.approx(1, rel=1e-15)
    weighted = root_mean_squared_error([0.0, 0.0], [3.0, 4.0], sample_weight=[1.0, 3.0])
    assert weighted == pytest.approx(math.sqrt((9 + 48) / 4), rel=1e-15)


@BOTH
@pytest.mark.parametrize(
    ("ours", "reference"),
    [
        (root_mean_squared_error, "RootMeanSquaredError"),
        (mean_absolute_percentage_error, "MeanAbsolutePercentageError"),
        (mean_squared_logarithmic_error, "MeanSquaredLogarithmicError"),
    ],
)
def test_a_metric_is_that_of_keras(keras, ours, reference, weights):
    metric = getattr(keras.metrics, reference)(dtype="float64")
    metric.update_state(Y, PREDICTION, sample_weight=weights)
    assert ours(Y, PREDICTION, sample_weight=weights) == pytest.approx(float(metric.result()), rel=1e-9)


@BOTH
@pytest.mark.parametrize(
    ("loss", "reference"),
    [
        ("mean_squared_error", "MeanSquaredError"),
        ("mean_absolute_error", "MeanAbsoluteError"),
        ("poisson_loss", "Poisson"),
        ("binary_cross_entropy", "BinaryCrossentropy"),
        ("categorical_cross_entropy", "CategoricalCrossentropy"),
        ("sparse_categorical_cross_entropy", "SparseCategoricalCrossentropy"),
        ("kl_divergence", "KLDivergence"),
    ],
)
def test_a_loss_with_the_weighted_mean_is_the_metric_of_keras(keras, loss, reference, weights):
    y, prediction = Y, PREDICTION
    if "cross_entropy" in loss or loss == "kl_divergence":
        y, prediction = (table / table.sum(axis=1, keepdims=True) for table in (Y, PREDICTION))
    if loss.startswith("sparse"):
        y = np.array([0, 3, 1, 2, 2, 0])
    metric = getattr(keras.metrics, reference)(dtype="float64")
    metric.update_state(y, prediction, sample_weight=weights)
    ours = LOSSES[loss](y, prediction, sample_weight=weights, reduction="weighted_mean")
    assert ours == pytest.approx(float(metric.result()), rel=1e-9)


@BOTH
def test_values_are_those_of_scikit_learn(weights):
    from sklearn import metrics

    settings = {"sample_weight": weights}
    column = Y[:, 1], PREDICTION[:, 1]
    expected = metrics.root_mean_squared_error(*column, **settings)
    assert root_mean_squared_error(*column, **settings) == pytest.approx(expected, rel=1e-14)
    expected = 100 * metrics.mean_absolute_percentage_error(Y, PREDICTION, **settings)
    assert mean_absolute_percentage_error(Y, PREDICTION, **settings) == pytest.approx(expected, rel=1e-13)
    expected = metrics.mean_squared_log_error(Y, PREDICTION, **settings)
    assert mean_squared_logarithmic_error(Y, PREDICTION, **settings) == pytest.approx(expected, rel=1e-13)


def test_the_root_is_taken_once_and_not_for_each_output():
    from sklearn import metrics

    together = root_mean_squared_error(Y, PREDICTION)
    assert together == pytest.approx(math.sqrt(mean_squared_error(Y, PREDICTION)), rel=1e-15)
    assert metrics.root_mean_squared_error(Y, PREDICTION) < together - 1e-3


def test_a_target_of_zero_is_divided_by_epsilon_as_in_keras(keras):
    y, prediction = np.array([[0.0, 2.0]]), np.array([[0.5, 1.0]])
    metric = keras.metrics.MeanAbsolutePercentageError(dtype="float64")
    metric.update_state(y, prediction)
    assert mean_absolute_percentage_error(y, prediction) == pytest.approx(float(metric.result()), rel=1e-9)
    assert mean_absolute_percentage_error(y, prediction, epsilon=1.0) == pytest.approx(50, rel=1e-14)
    assert mean_absolute_percentage_error([0.0], [0.0]) == 0


def test_a_negative_prediction_counts_as_zero_in_the_logarithmic_error_as_in_keras(keras):
    y, prediction = np.array([[0.0, 2.0]]), np.array([[-5.0, -0.5]])
    metric = keras.metrics.MeanSquaredLogarithmicError(dtype="float64")
    metric.update_state(y, prediction)
    value = mean_squared_logarithmic_error(y, prediction)
    # Keras puts 1e-7 in the place of numbers below it
    assert value == pytest.approx(float(metric.result()), rel=1e-6)
    assert value == pytest.approx(math.log(3) ** 2 / 2, rel=1e-15)


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 10))
def test_scaling_all_numbers_scales_the_root_and_leaves_the_percentage(seed, factor):
    y, prediction = np.random.default_rng(seed).uniform(0.1, 5, size=(2, 7))
    root = root_mean_squared_error(y, prediction)
    assert root_mean_squared_error(factor * y, factor * prediction) == pytest.approx(factor * root, rel=1e-12)
    percent = mean_absolute_percentage_error(y, prediction)
    scaled = mean_absolute_percentage_error(factor * y, factor * prediction)
    assert scaled == pytest.approx(percent, rel=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_perfect_predictions_have_no_error(metric):
    assert metric(Y, Y) == 0
    assert metric(Y, Y, sample_weight=WEIGHTS) == 0
    assert type(metric(Y, PREDICTION)) is float


def test_very_large_and_very_small_errors_have_a_root():
    assert root_mean_squared_error([3e200, 0.0], [0.0, 4e200]) == pytest.approx(math.sqrt(12.5) * 1e200)
    assert root_mean_squared_error([3e-200, 0.0], [0.0, 4e-200]) == pytest.approx(math.sqrt(12.5) * 1e-200)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"prediction": [[1.0], [2.0]]}, "prediction"),
        ({"y": [1.0, np.nan]}, "y"),
        ({"prediction": [1.0, np.inf]}, "prediction"),
        ({"y": []}, "y"),
        ({"sample_weight": [0.0, 0.0]}, "sample_weight"),
        ({"sample_weight": [1.0]}, "sample_weight"),
    ],
)
def test_bad_arguments_are_named(metric, change, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        metric(**({"y": [1.0, 2.0], "prediction": [1.0, 2.0]} | change))


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match=r"^epsilon must"):
        mean_absolute_percentage_error([1.0], [2.0], epsilon=0.0)
    with pytest.raises(ValueError, match=r"^y must"):
        mean_squared_logarithmic_error([-1.0], [2.0])
