from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook.metrics import (
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    confusion_matrix,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)

N, K = 40, 7
RNG = np.random.default_rng(0)
LABELS, SCORES = RNG.integers(0, K, size=N), RNG.dirichlet(np.ones(K), size=N)
SCORES[np.arange(N), LABELS] += 0.15 * RNG.random(N)
SCORES /= SCORES.sum(axis=1, keepdims=True)
ONE_HOT = np.eye(K)[LABELS]
BINARY, PROBABILITIES = RNG.integers(0, 2, size=(N, 3)), RNG.random((N, 3))
WEIGHTS = np.where(RNG.random(N) < 0.2, 0.0, RNG.uniform(0.1, 4, size=N))
BOTH = pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def keras_value(metric, y, prediction, weights=None):
    metric.update_state(y, prediction, sample_weight=weights)
    return float(metric.result())


# 1. numbers worked out by hand


def test_shares_worked_out_by_hand():
    y, scores = [0, 1, 2, 2], [[0.5, 0.3, 0.2], [0.6, 0.3, 0.1], [0.5, 0.2, 0.3], [0.1, 0.1, 0.8]]
    assert sparse_categorical_accuracy(y, scores) == 0.5
    assert sparse_categorical_accuracy(y, scores, sample_weight=[3, 1, 1, 1]) == pytest.approx(4 / 6)
    assert [sparse_top_k_categorical_accuracy(y, scores, k) for k in (1, 2, 3)] == [0.5, 1, 1]
    assert categorical_accuracy(np.eye(3)[y], scores) == 0.5
    assert accuracy([3, 1, 4, 1, 5], [3, 1, 0, 1, 0]) == 0.6
    np.testing.assert_array_equal(confusion_matrix(y, [0, 0, 0, 2]), [[1, 0, 0], [1, 0, 0], [1, 0, 1]])


def test_a_prediction_at_the_threshold_is_a_no():
    assert binary_accuracy([0, 1], [0.5, 0.5]) == 0.5
    assert binary_accuracy([0, 1], [0.5, 0.5], threshold=0.49) == 0.5
    assert binary_accuracy([0, 1], [0.3, 0.8], threshold=0.8) == 0.5
    assert binary_accuracy([0, 1], [0.0, 1.0]) == 1


# 2. parity with Keras and scikit-learn


@BOTH
def test_accuracies_are_those_of_keras(keras, weights):
    m = keras.metrics
    predicted = SCORES.argmax(axis=1)
    for ours, theirs, y, prediction in (
        (accuracy, m.Accuracy(dtype="float64"), LABELS, predicted),
        (binary_accuracy, m.BinaryAccuracy(dtype="float64"), BINARY, PROBABILITIES),
        (categorical_accuracy, m.CategoricalAccuracy(dtype="float64"), ONE_HOT, SCORES),
        (sparse_categorical_accuracy, m.SparseCategoricalAccuracy(dtype="float64"), LABELS, SCORES),
    ):
        expected = keras_value(theirs, y, prediction, weights)
        assert 0.1 < expected < 0.9
        # Keras computes these matches in single precision
        assert ours(y, prediction, sample_weight=weights) == pytest.approx(expected, rel=2e-7)


@BOTH
@pytest.mark.parametrize("k", [1, 3, 5])
def test_top_k_accuracies_are_those_of_keras(keras, weights, k):
    m = keras.metrics
    for ours, theirs, y in (
        (top_k_categorical_accuracy, m.TopKCategoricalAccuracy(k, dtype="float64"), ONE_HOT),
        (sparse_top_k_categorical_accuracy, m.SparseTopKCategoricalAccuracy(k, dtype="float64"), LABELS),
    ):
        expected = keras_value(theirs, y, SCORES.astype(np.float32), weights)
        assert ours(y, SCORES, k, sample_weight=weights) == pytest.approx(expected, rel=2e-7)


def test_binary_accuracy_with_another_threshold_is_that_of_keras(keras):
    expected = keras_value(
        keras.metrics.BinaryAccuracy(threshold=0.3, dtype="float64"), BINARY, PROBABILITIES
    )
    assert binary_accuracy(BINARY, PROBABILITIES, threshold=0.3) == pytest.approx(expected, rel=2e-7)


def test_ties_at_the_border_of_the_top_k_are_in_as_in_keras(keras):
    y, scores = np.array([0, 1, 2, 3]), np.tile(np.float32([0.4, 0.2, 0.2, 0.2]), (4, 1))
    for k, expected in ((1, 0.25), (2, 1.0), (3, 1.0)):
        if keras.backend.backend() == "tensorflow":
            theirs = keras_value(keras.metrics.SparseTopKCategoricalAccuracy(k), y, scores)
            assert theirs == expected
        assert sparse_top_k_categorical_accuracy(y, scores, k) == expected


@BOTH
def test_values_are_those_of_scikit_learn(weights):
    from sklearn import metrics

    predicted = SCORES.argmax(axis=1)
    settings = {"sample_weight": weights}
    ours = accuracy(LABELS, predicted, **settings)
    assert ours == pytest.approx(metrics.accuracy_score(LABELS, predicted, **settings), rel=1e-14)
    assert sparse_categorical_accuracy(LABELS, SCORES, **settings) == ours
    for k in (1, 2, 4):
        theirs = metrics.top_k_accuracy_score(LABELS, SCORES, k=k, labels=np.arange(K), **settings)
        value = sparse_top_k_categorical_accuracy(LABELS, SCORES, k, **settings)
        assert value == pytest.approx(theirs, rel=1e-14)
    table = confusion_matrix(LABELS, predicted, n_classes=K + 1, **settings)
    theirs = metrics.confusion_matrix(LABELS, predicted, labels=np.arange(K + 1), **settings)
    np.testing.assert_allclose(table, theirs, rtol=1e-14)
    assert not table[K].any()  # a class that never occurs


def test_confusion_matrix_is_that_of_keras(keras):
    predicted = SCORES.argmax(axis=1)
    metric = keras.metrics.MeanIoU(num_classes=K)
    metric.update_state(LABELS, predicted)
    theirs = keras.ops.convert_to_numpy(metric.total_cm + 0)
    np.testing.assert_array_equal(confusion_matrix(LABELS, predicted, n_classes=K), theirs)


# 4. invariants


@given(st.integers(0, 2**32 - 1))
def test_accuracies_hang_together(seed):
    rng = np.random.default_rng(seed)
    y, scores, weights = rng.integers(0, 4, 9), rng.random((9, 4)), rng.uniform(0.1, 2, 9)
    shares = [sparse_top_k_categorical_accuracy(y, scores, k, sample_weight=weights) for k in (1, 2, 3, 4)]
    assert shares == sorted(shares)
    assert shares[3] == pytest.approx(1, rel=1e-14)
    assert shares[0] == sparse_categorical_accuracy(y, scores, sample_weight=weights)
    table = confusion_matrix(y, scores.argmax(axis=1), n_classes=4, sample_weight=weights)
    assert np.trace(table) / table.sum() == pytest.approx(shares[0], rel=1e-12)
    np.testing.assert_allclose(table.sum(axis=1), [weights[y == k].sum() for k in range(4)], atol=1e-12)


def test_of_equal_largest_scores_the_first_counts():
    assert sparse_categorical_accuracy([0, 1], [[0.4, 0.4, 0.2], [0.4, 0.4, 0.2]]) == 0.5
    assert categorical_accuracy([[0.5, 0.5]], [[0.6, 0.4]]) == 1


def test_time_steps_count_like_samples_and_carry_the_weight_of_their_sample():
    y, scores = LABELS.reshape(8, 5), SCORES.reshape(8, 5, K)
    assert sparse_categorical_accuracy(y, scores) == sparse_categorical_accuracy(LABELS, SCORES)
    per_sample = [sparse_categorical_accuracy(a, b) for a, b in zip(y, scores, strict=True)]
    weights = np.arange(8.0)
    expected = np.average(per_sample, weights=weights)
    value = sparse_categorical_accuracy(y, scores, sample_weight=weights)
    assert value == pytest.approx(expected, rel=1e-14)


def test_one_sample_of_one_class():
    assert sparse_categorical_accuracy([0], [[0.3]]) == 1
    np.testing.assert_array_equal(confusion_matrix([0], [0]), [[1]])


# bad input


@pytest.mark.parametrize(
    ("function", "arguments", "name"),
    [
        (accuracy, ([1, 2], [1]), "prediction"),
        (accuracy, ([], []), "y"),
        (accuracy, ([1.0, np.nan], [1.0, 2.0]), "y"),
        (accuracy, (["1", "2"], [1, 2]), "prediction"),
        (accuracy, ([1, 2], ["1", "2"]), "prediction"),
        (accuracy, (["a", 1], ["a", "b"]), "y"),
        (binary_accuracy, ([0, 2], [0.1, 0.2]), "y"),
        (categorical_accuracy, ([0], [[0.1, 0.9]]), "y"),
        (categorical_accuracy, ([[1, 1]], [[0.1, 0.9]]), "y"),
        (sparse_categorical_accuracy, ([[0, 1]], [[0.1, 0.9]]), "y"),
        (sparse_categorical_accuracy, ([2], [[0.1, 0.9]]), "y"),
        (sparse_categorical_accuracy, ([0], [[0.1, np.nan]]), "prediction"),
        (sparse_categorical_accuracy, ([0], [0.1]), "prediction"),
        (sparse_top_k_categorical_accuracy, ([0], [[0.1, 0.9]], 0), "k"),
        (top_k_categorical_accuracy, ([[1, 0]], [[0.1, 0.9]], 1.5), "k"),
        (confusion_matrix, ([-1], [0]), "y"),
        (confusion_matrix, ([0], [0.5]), "prediction"),
        (confusion_matrix, ([[0]], [[0]]), "y"),
        (confusion_matrix, ([0, 1], [0]), "prediction"),
        (partial(binary_accuracy, threshold=np.nan), ([0], [0.1]), "threshold"),
        (partial(accuracy, sample_weight=[0.0]), ([0], [0]), "sample_weight"),
        (partial(confusion_matrix, n_classes=0), ([0], [0]), "n_classes"),
        (partial(confusion_matrix, n_classes=2), ([2], [0]), "y"),
        (partial(confusion_matrix, sample_weight=[-1.0]), ([0], [0]), "sample_weight"),
    ],
)
def test_bad_arguments_are_named(function, arguments, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        function(*arguments)


def test_a_table_that_would_fill_the_memory_is_refused():
    """An index of 100,000, such as that of a word, asks for ten thousand million numbers."""
    for arguments, name in ((([100_000], [0]), "y"), (([0], [100_000]), "prediction")):
        with pytest.raises(ValueError, match=f"^{name} must ask for an array of at most"):
            confusion_matrix(*arguments)
    with pytest.raises(ValueError, match=r"^n_classes must ask .* got shape \(100000, 100000\)"):
        confusion_matrix([0], [0], n_classes=100_000)


def test_single_precision_meets_a_threshold_as_single_precision():
    assert binary_accuracy([0, 1], np.float32([0.3, 0.4]), threshold=0.3) == 1
    assert binary_accuracy([1, 1], np.float16([0.3, 0.4]), threshold=0.3) == 0.5
