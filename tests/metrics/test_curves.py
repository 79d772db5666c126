from fractions import Fraction
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.metrics import (
    precision,
    precision_at_recall,
    recall,
    roc_auc,
    roc_curve,
    sensitivity_at_specificity,
    specificity_at_sensitivity,
)

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 2, size=60)
P = np.clip(0.25 * Y + 0.75 * RNG.random(60), 0, 1)
P[10:16] = P[20]  # ties, in both classes
P[:4], Y[:4] = [0.0, 1.0, 0.0, 1.0], [0, 0, 1, 1]
WEIGHTS = np.where(RNG.random(60) < 0.2, 0.0, RNG.uniform(0.1, 4, size=60))
BOTH = pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
AT = {
    precision_at_recall: "PrecisionAtRecall",
    sensitivity_at_specificity: "SensitivityAtSpecificity",
    specificity_at_sensitivity: "SpecificityAtSensitivity",
}


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


# 1. numbers worked out by hand


def test_a_curve_worked_out_by_hand():
    """Ranking + - + + -: of the 6 pairs of a positive and a negative, 4 are in order."""
    y, scores = [1, 0, 1, 1, 0], [9.0, 8.0, 7.0, 6.0, 5.0]
    curve = roc_curve(y, scores)
    np.testing.assert_allclose(curve.false_positive_rate, [0, 0, 0.5, 0.5, 0.5, 1])
    np.testing.assert_allclose(curve.true_positive_rate, [0, 1 / 3, 1 / 3, 2 / 3, 1, 1])
    np.testing.assert_array_equal(curve.thresholds, [9, 8, 7, 6, 5, -np.inf])
    assert roc_auc(y, scores) == pytest.approx(4 / 6, rel=1e-15)
    assert precision_at_recall(y, scores, 0.5) == 0.75  # all three positives before the second negative
    assert sensitivity_at_specificity(y, scores, 0.6) == pytest.approx(1 / 3, rel=1e-15)
    assert sensitivity_at_specificity(y, scores, 0.5) == 1
    assert specificity_at_sensitivity(y, scores, 0.9) == 0.5


def test_perfect_wrong_and_tied_rankings():
    y = [0, 0, 1, 1, 1]
    assert roc_auc(y, [1, 2, 3, 4, 5]) == 1
    assert roc_auc(y, [5, 4, 3, 2, 1]) == 0
    assert roc_auc(y, [7, 7, 7, 7, 7]) == 0.5


# 2. parity with scikit-learn (exact) and with Keras (evenly spaced thresholds)


@BOTH
def test_curve_and_area_are_those_of_scikit_learn(weights):
    from sklearn import metrics

    curve = roc_curve(Y, P, sample_weight=weights)
    fpr, tpr, _ = metrics.roc_curve(Y, P, sample_weight=weights, drop_intermediate=False)
    np.testing.assert_allclose(curve.false_positive_rate, fpr, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(curve.true_positive_rate, tpr, rtol=1e-12, atol=1e-15)
    expected = metrics.roc_auc_score(Y, P, sample_weight=weights)
    assert roc_auc(Y, P, sample_weight=weights) == pytest.approx(expected, rel=1e-12)


@BOTH
@pytest.mark.parametrize("minimum", [0.2, 0.6, 0.95])
def test_the_best_trade_offs_are_read_off_the_curves_of_scikit_learn(weights, minimum):
    from sklearn import metrics

    arguments = {"sample_weight": weights}
    precisions, recalls, _ = metrics.precision_recall_curve(Y, P, **arguments)
    expected = precisions[:-1][recalls[:-1] >= minimum].max()
    assert precision_at_recall(Y, P, minimum, **arguments) == pytest.approx(expected, rel=1e-12)
    fpr, tpr, _ = metrics.roc_curve(Y, P, drop_intermediate=False, **arguments)
    assert sensitivity_at_specificity(Y, P, minimum, **arguments) == pytest.approx(
        tpr[1 - fpr >= minimum].max(), rel=1e-12
    )
    assert specificity_at_sensitivity(Y, P, minimum, **arguments) == pytest.approx(
        (1 - fpr)[tpr >= minimum].max(), rel=1e-12
    )


@BOTH
@pytest.mark.parametrize("n_thresholds", [5, 23, 200])
def test_the_area_over_evenly_spaced_thresholds_is_that_of_keras(keras, weights, n_thresholds):
    metric = keras.metrics.AUC(num_thresholds=n_thresholds)
    metric.update_state(Y, P, sample_weight=weights)
    ours = roc_auc(Y, P, n_thresholds=n_thresholds, sample_weight=weights)
    assert ours == pytest.approx(float(metric.result()), rel=2e-6)  # Keras sums in single precision


@BOTH
@pytest.mark.parametrize("minimum", [0.2, 0.6, 0.95])
@pytest.mark.parametrize("ours", AT)
def test_the_best_trade_off_over_evenly_spaced_thresholds_is_that_of_keras(keras, ours, minimum, weights):
    metric = getattr(keras.metrics, AT[ours])(minimum, num_thresholds=37)
    metric.update_state(Y, P, sample_weight=weights)
    value = ours(Y, P, minimum, n_thresholds=37, sample_weight=weights)
    assert value == pytest.approx(float(metric.result()), rel=2e-6)


KERAS_Y = [0] * 5 + [1] * 5
LOW = [0.0, 0.1, 0.2, 0.3, 0.4, 0.01, 0.02, 0.25, 0.26, 0.26]
HIGH = [0.0, 0.1, 0.2, 0.3, 0.4, 0.1, 0.45, 0.5, 0.8, 0.9]
TIED = [0.0, 0.1, 0.2, 0.5, 0.6, 0.2, 0.5, 0.6, 0.8, 0.9]


@pytest.mark.parametrize("n_thresholds", [None, 200])
@pytest.mark.parametrize("dtype", [bool, np.int32, np.float32])
@pytest.mark.parametrize(
    ("metric", "scores", "minimum", "weights", "expected"),
    [
        (sensitivity_at_specificity, HIGH, 0.8, None, 0.8),
        (sensitivity_at_specificity, LOW, 0.4, None, 0.6),
        (sensitivity_at_specificity, LOW, 0.4, range(1, 11), 0.675),
        (specificity_at_sensitivity, LOW, 1.0, None, 0.2),
        (specificity_at_sensitivity, LOW, 0.4, None, 0.6),
        (specificity_at_sensitivity, LOW, 0.4, range(1, 11), 0.4),
        (precision_at_recall, TIED, 0.8, None, 2 / 3),
        (precision_at_recall, TIED, 0.6, None, 0.75),
        (precision_at_recall, TIED, 7 / 8, [2, 1, 2, 1, 2, 1, 2, 2, 1, 2], 0.7),
    ],
)
def test_values_are_those_that_the_tests_of_keras_name(
    metric, scores, minimum, weights, expected, dtype, n_thresholds
):
    y, scores = np.array(KERAS_Y, dtype), np.float32(scores)
    value = metric(y, scores, minimum, n_thresholds=n_thresholds, sample_weight=weights)
    assert value == pytest.approx(expected, rel=1e-12)


# 4. invariants


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_the_area_is_the_share_of_pairs_in_order(seed):
    rng = np.random.default_rng(seed)
    y, scores = rng.integers(0, 2, 15), rng.integers(0, 6, 15)
    y[:2] = [0, 1]
    weights = rng.uniform(0.1, 2, 15)
    gap = scores[y == 1][:, None] - scores[y == 0][None, :]
    pair_weights = weights[y == 1][:, None] * weights[y == 0][None, :]
    in_order = (gap > 0) + 0.5 * (gap == 0)
    assert roc_auc(y, scores) == pytest.approx(in_order.mean(), rel=1e-12)
    expected = (in_order * pair_weights).sum() / pair_weights.sum()
    assert roc_auc(y, scores, sample_weight=weights) == pytest.approx(expected, rel=1e-12)
    assert roc_auc(y, -scores) == pytest.approx(1 - roc_auc(y, scores), abs=1e-12)
    assert roc_auc(y, np.exp(scores)) == roc_auc(y, scores)


@given(st.integers(0, 2**32 - 1), st.sampled_from([None, 2, 11]))
@settings(deadline=None)
def test_a_curve_rises_from_corner_to_corner(seed, n_thresholds):
    rng = np.random.default_rng(seed)
    y, p = rng.integers(0, 2, 12), rng.choice([0.0, 0.25, 0.5, 0.8, 1.0], 12)
    y[:2] = [0, 1]
    curve = roc_curve(y, p, n_thresholds=n_thresholds)
    assert curve.false_positive_rate[0] == curve.true_positive_rate[0] == 0
    assert curve.false_positive_rate[-1] == curve.true_positive_rate[-1] == 1
    assert np.diff(curve.false_positive_rate).min() >= 0
    assert np.diff(curve.true_positive_rate).min() >= 0
    assert (np.diff(curve.thresholds) < 0).all()
    for i, threshold in enumerate(curve.thresholds[:-1]):
        assert curve.true_positive_rate[i] == recall(y, p, threshold=threshold)


def test_many_thresholds_come_close_to_the_exact_area():
    exact = roc_auc(Y, P)
    gaps = [abs(roc_auc(Y, P, n_thresholds=n) - exact) for n in (3, 30, 30_000)]
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 1e-12


def test_precision_at_recall_is_the_best_single_threshold():
    thresholds = [-1.0, *np.unique(P)]
    shares = [(precision(Y, P, threshold=t), recall(Y, P, threshold=t)) for t in thresholds]
    for minimum in (0.0, 0.3, 0.7, 1.0):
        expected = max(p for p, r in shares if r >= minimum)
        assert precision_at_recall(Y, P, minimum) == pytest.approx(expected, rel=1e-14)


def test_a_demand_that_rounded_weights_just_miss_is_met():
    """Weights of 0.1: three of five are 0.30000000000000004 of 0.5 or a little less than 0.6 of it."""
    y, scores = [1, 1, 1, 1, 1, 0], [6, 5, 4, 2, 1, 3]
    for weight in (0.1, 0.7, 1 / 3):
        assert precision_at_recall(y, scores, 0.6, sample_weight=[weight] * 6) == pytest.approx(1, rel=1e-12)


def test_no_threshold_of_the_grid_may_qualify():
    """Everything is predicted with 1: on the grid all are called positive, or none."""
    assert sensitivity_at_specificity([0, 1], [1.0, 1.0], 1.0, n_thresholds=5) == 0
    assert specificity_at_sensitivity([0, 1], [1.0, 1.0], 1.0, n_thresholds=5) == 0


# the grid


def exact_curve(y, parts, whole, n_thresholds):
    """Rates at the fractions of a grid and below all, for scores that are fractions of a whole."""
    last = n_thresholds - 1
    positives, points = sum(y), []
    for threshold in [*(Fraction(i, last) for i in range(last, -1, -1)), Fraction(-1)]:
        above = [label for label, part in zip(y, parts, strict=True) if Fraction(part, whole) > threshold]
        hits, alarms = sum(above), len(above) - sum(above)
        points.append((Fraction(hits, positives), Fraction(alarms, len(y) - positives)))
    return points


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("whole", [10, 100])
@pytest.mark.parametrize("n_thresholds", [2, 3, 11, 51, 101, 200])
def test_a_grid_meets_round_scores_like_fractions(n_thresholds, whole, dtype):
    rng = np.random.default_rng(n_thresholds + whole)
    for _ in range(3):
        y, parts = rng.integers(0, 2, 25), rng.integers(0, whole + 1, 25)
        y[:2] = [0, 1]
        scores = (parts / whole).astype(dtype)
        points = exact_curve(y.tolist(), parts.tolist(), whole, n_thresholds)
        curve = points[:-2] + points[-1:]  # the area has no threshold of 0, as in Keras
        area = sum((b[1] - a[1]) * (a[0] + b[0]) / 2 for a, b in pairwise(curve))
        assert roc_auc(y, scores, n_thresholds=n_thresholds) == pytest.approx(float(area), rel=1e-12)
        for minimum in (Fraction(1, 5), Fraction(3, 5), Fraction(1)):
            arguments = (y, scores, float(minimum))
            sensitivity = max((hit for hit, alarm in points if 1 - alarm >= minimum), default=0)
            value = sensitivity_at_specificity(*arguments, n_thresholds=n_thresholds)
            assert value == pytest.approx(float(sensitivity), rel=1e-12)
            specificity = max(1 - alarm for hit, alarm in points if hit >= minimum)
            value = specificity_at_sensitivity(*arguments, n_thresholds=n_thresholds)
            assert value == pytest.approx(float(specificity), rel=1e-12)


@pytest.mark.parametrize("whole", [10, 100])
@pytest.mark.parametrize("n_thresholds", [11, 21, 200])
def test_the_area_for_round_scores_is_that_of_keras(keras, n_thresholds, whole):
    """On these grids. On one of 101 Keras multiplies in single precision, and takes 0.3 for above 0.3."""
    parts = np.arange(whole + 1)
    y = np.random.default_rng(0).integers(0, 2, whole + 1)
    metric = keras.metrics.AUC(num_thresholds=n_thresholds)
    metric.update_state(y, parts / whole)
    for scores in (parts / whole, (parts / whole).astype(np.float32)):
        ours = roc_auc(y, scores, n_thresholds=n_thresholds)
        assert ours == pytest.approx(float(metric.result()), rel=2e-6)


def test_a_score_at_a_threshold_is_not_above_it():
    assert roc_auc([1, 0], [0.35, 0.3], n_thresholds=11) == 1
    assert roc_auc([1, 0], np.float32([0.35, 0.3]), n_thresholds=11) == 1
    assert recall([1, 1], np.float32([0.3, 0.4]), threshold=0.3) == 0.5
    thresholds = roc_curve([1, 0], [0.35, 0.3], n_thresholds=11).thresholds
    assert thresholds[:-1].tolist() == [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]


def test_zero_and_less_are_tried_as_thresholds():
    y, scores = [0] * 50 + [1] * 50, [0.0] * 50 + [0.001] * 50
    assert specificity_at_sensitivity(y, scores, 1.0, n_thresholds=200) == 1
    assert sensitivity_at_specificity(y, scores, 1.0, n_thresholds=200) == 1
    assert precision_at_recall(y, scores, 1.0, n_thresholds=200) == 1
    assert precision_at_recall([1, 0], [0.0, 0.0], 1.0, n_thresholds=5) == 0.5  # all are called positive


def test_probabilities_that_rounding_has_put_beyond_the_ends_count_as_the_ends():
    curve = roc_curve([0, 1], [1 + 1e-7, -1e-7], n_thresholds=3)
    assert curve.false_positive_rate.tolist() == [0, 1, 1]
    assert curve.true_positive_rate.tolist() == [0, 0, 1]


# bad input


@pytest.mark.parametrize("metric", [roc_curve, roc_auc, *(partial(m, minimum=0.5) for m in AT)])
@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"y": [0, 0]}, "y"),
        ({"y": [0, 2]}, "y"),
        ({"prediction": [0.1, np.nan]}, "prediction"),
        ({"prediction": [[0.1, 0.2]]}, "prediction"),
        ({"sample_weight": [0, 0]}, "y"),
        ({"sample_weight": [1, -1]}, "sample_weight"),
        ({"n_thresholds": 1}, "n_thresholds"),
        ({"n_thresholds": 10**12}, "n_thresholds"),
        ({"n_thresholds": 5, "prediction": [0.1, 3.0]}, "prediction"),
        ({"n_thresholds": 5, "prediction": [-0.1, 1.0]}, "prediction"),
    ],
)
def test_bad_arguments_are_named(metric, change, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        metric(**({"y": [0, 1], "prediction": [0.1, 0.2]} | change))


@pytest.mark.parametrize("metric", AT)
@pytest.mark.parametrize("minimum", [-0.1, 1.1, np.nan])
def test_bad_demands_are_named(metric, minimum):
    with pytest.raises(ValueError, match=r"^minimum must"):
        metric([0, 1], [0.1, 0.2], minimum)


def test_precision_at_recall_needs_no_negatives():
    assert precision_at_recall([1, 1], [0.1, 0.2], 0.5) == 1
