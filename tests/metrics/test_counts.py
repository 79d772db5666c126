import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook.metrics import false_negatives, false_positives, precision, recall, true_negatives, true_positives

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 2, size=30)
P = np.clip(0.3 * Y + 0.7 * RNG.random(30), 0, 1)
P[:4], Y[:4] = [0.0, 1.0, 0.0, 1.0], [0, 0, 1, 1]
WEIGHTS = np.where(RNG.random(30) < 0.2, 0.0, RNG.uniform(0.1, 4, size=30))
BOTH = pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
REFERENCES = {
    true_positives: "TruePositives",
    false_positives: "FalsePositives",
    true_negatives: "TrueNegatives",
    false_negatives: "FalseNegatives",
    precision: "Precision",
    recall: "Recall",
}


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def test_counts_worked_out_by_hand():
    y, p = [1, 1, 1, 0, 0], [0.9, 0.6, 0.2, 0.7, 0.1]
    counts = [f(y, p) for f in (true_positives, false_positives, true_negatives, false_negatives)]
    assert counts == [2, 1, 1, 1]
    assert precision(y, p) == recall(y, p) == pytest.approx(2 / 3, rel=1e-15)
    assert recall(y, p, sample_weight=[1, 1, 2, 1, 1]) == 0.5
    assert precision(y, p, threshold=0.75) == 1


def test_a_prediction_at_the_threshold_is_a_no():
    assert true_positives([1, 1], [0.5, 0.6]) == 1
    assert false_negatives([1, 1], [0.5, 0.6]) == 1
    assert true_positives([1, 1], [0.0, 1.0], threshold=0.0) == 1
    assert true_positives([1, 1], [0.0, 1.0], threshold=1.0) == 0


@BOTH
@pytest.mark.parametrize("threshold", [0.5, 0.31])
@pytest.mark.parametrize("ours", REFERENCES)
def test_a_count_is_that_of_keras(keras, ours, threshold, weights):
    metric = getattr(keras.metrics, REFERENCES[ours])(thresholds=threshold, dtype="float64")
    metric.update_state(Y, P, sample_weight=weights)
    value = ours(Y, P, threshold=threshold, sample_weight=weights)
    assert value == pytest.approx(float(np.squeeze(metric.result())), rel=1e-6)  # summed in single precision


@BOTH
def test_values_are_those_of_scikit_learn(weights):
    from sklearn import metrics

    called = P > 0.5
    settings = {"sample_weight": weights}
    table = metrics.confusion_matrix(Y, called, **settings)
    ours = [
        [f(Y, P, **settings) for f in row]
        for row in ((true_negatives, false_positives), (false_negatives, true_positives))
    ]
    np.testing.assert_allclose(ours, table, rtol=1e-13)
    for metric, reference in ((precision, metrics.precision_score), (recall, metrics.recall_score)):
        assert metric(Y, P, **settings) == pytest.approx(reference(Y, called, **settings), rel=1e-13)


def test_outputs_are_counted_together_as_in_keras(keras):
    y, p = Y.reshape(10, 3), P.reshape(10, 3)
    metric = keras.metrics.Precision(dtype="float64")
    metric.update_state(y, p)
    assert precision(y, p) == pytest.approx(float(metric.result()), rel=1e-6)
    assert precision(y, p) == precision(Y, P)
    weights = np.arange(10.0)
    assert recall(y, p, sample_weight=weights) == recall(Y, P, sample_weight=weights.repeat(3))


def test_without_anything_to_divide_by_the_share_is_zero_as_in_keras(keras):
    for ours, y, p in ((precision, [1, 0], [0.1, 0.2]), (recall, [0, 0], [0.9, 0.2])):
        metric = getattr(keras.metrics, REFERENCES[ours])(dtype="float64")
        metric.update_state(y, p)
        assert float(metric.result()) == 0
        assert ours(y, p) == 0


@given(st.integers(0, 2**32 - 1), st.floats(-2, 2))
def test_the_four_counts_add_up(seed, threshold):
    rng = np.random.default_rng(seed)
    y, scores, weights = rng.integers(0, 2, 12), rng.normal(size=12), rng.integers(0, 4, 12)
    settings = {"threshold": threshold, "sample_weight": weights}
    tp, fp, tn, fn = (
        f(y, scores, **settings) for f in (true_positives, false_positives, true_negatives, false_negatives)
    )
    assert tp + fn == weights[y == 1].sum()
    assert fp + tn == weights[y == 0].sum()
    assert precision(y, scores, **settings) == (tp / (tp + fp) if tp + fp else 0)
    assert recall(y, scores, **settings) == (tp / (tp + fn) if tp + fn else 0)
    # a weight of three is the same as three equal samples
    repeated = (
        true_positives(y.repeat(weights), scores.repeat(weights), threshold=threshold) if any(weights) else 0
    )
    assert repeated == tp


@pytest.mark.parametrize("metric", REFERENCES)
@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"y": [0, 2]}, "y"),
        ({"y": []}, "y"),
        ({"prediction": [0.1]}, "prediction"),
        ({"prediction": [0.1, np.nan]}, "prediction"),
        ({"threshold": np.nan}, "threshold"),
        ({"sample_weight": [1.0, -1.0]}, "sample_weight"),
    ],
)
def test_bad_arguments_are_named(metric, change, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        metric(**({"y": [0, 1], "prediction": [0.1, 0.2]} | change))
