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


# bad input


@pytest.mark.parametrize("metric", [roc_curve, roc_auc])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 0], [0.1, 0.2]), "y must hold both classes, got no positives"),
        (([1, 1], [0.1, 0.2]), "y must hold both classes, got no negatives"),
        (([0, 2], [0.1, 0.2]), "y must hold only 0 and 1, got 2"),
        (([0, 1], [0.1, np.nan]), "^prediction must"),
        (([0, 1], [[0.1, 0.2]]), r"prediction must have the shape \(2,\) of y"),
    ],
)
def test_bad_decisions_are_named(metric, arguments, message):
    with pytest.raises(ValueError, match=message):
        metric(*arguments)


def test_a_class_that_only_has_weights_of_zero_is_an_empty_class():
    with pytest.raises(ValueError, match="got no negatives with a weight above zero"):
        roc_auc([0, 1, 1], [0.1, 0.2, 0.3], sample_weight=[0, 1, 1])


@pytest.mark.parametrize("metric", [roc_curve, roc_auc])
def test_bad_thresholds_are_named(metric):
    with pytest.raises(ValueError, match="n_thresholds must be at least 2, got 1"):
        metric([0, 1], [0.1, 0.2], n_thresholds=1)
    with pytest.raises(ValueError, match="prediction must be from 0 to 1, got 3"):
        metric([0, 1], [0.1, 3.0], n_thresholds=5)


@pytest.mark.parametrize("metric", AT)
def test_bad_demands_are_named(metric):
    for minimum in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match=f"minimum must be from 0 to 1, got {minimum}"):
            metric([0, 1], [0.1, 0.2], minimum)
    with pytest.raises(ValueError, match="y must hold"):
        metric([0, 0], [0.1, 0.2], 0.5)


def test_precision_at_recall_needs_no_negatives():
    assert precision_at_recall([1, 1], [0.1, 0.2], 0.5) == 1
