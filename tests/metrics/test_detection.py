"""Average precision: by hand, against scikit-learn, against a slow definition, boxes, bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from dlbook.metrics import average_precision, box_overlaps, detection_average_precision

# 1. by hand


def test_by_hand():
    """Hits at places 1, 3 and 4 of five: precisions 1, 2/3 and 3/4, each for a third of the recall."""
    found = average_precision([1, 0, 1, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.5])
    assert found == pytest.approx((1 + 2 / 3 + 3 / 4) / 3, rel=1e-12)


def test_missed_positives_lower_it():
    assert average_precision([1, 0, 1], [3, 2, 1], n_positives=4) == pytest.approx((1 + 2 / 3) / 4)


def test_points_by_hand():
    """Recall 1/2 with precision 1, recall 1 with 2/3: of 11 points six have 1, five 2/3; of 3 two and one."""
    y, scores = [1, 0, 1], [3, 2, 1]
    assert average_precision(y, scores, points=11) == pytest.approx((6 + 5 * 2 / 3) / 11)
    assert average_precision(y, scores, points=3) == pytest.approx((2 + 2 / 3) / 3)
    assert average_precision(y, scores, points=11, n_positives=4) == pytest.approx((3 + 3 * 2 / 3) / 11)


def test_overlaps_by_hand():
    boxes = [[0, 0, 4, 2], [0, 0, 0, 0]]
    others = [[2, 1, 4, 3], [0, 0, 4, 2], [4, 0, 5, 2], [0, 0, 0, 0]]
    np.testing.assert_allclose(box_overlaps(boxes, others), [[2 / 10, 1, 0, 0], [0, 0, 0, 0]])


def test_detections_by_hand():
    """A hit, a second box on the same object, a box beside all; two objects in all, in two pictures."""
    boxes = [[[0, 0, 2, 2], [0, 0, 2, 2.2]], [[7, 7, 9, 9]]]
    scores, objects = [[0.9, 0.8], [0.95]], [[[0, 0, 2, 2]], [[4, 4, 5, 5]]]
    assert detection_average_precision(boxes, scores, objects, points=None) == pytest.approx(0.25)
    objects[1] = [[7, 7, 9, 9]]
    assert detection_average_precision(boxes, scores, objects) == 1.0
    assert detection_average_precision(boxes, scores, objects, overlap=0.95) == 1.0
    boxes[0] = [[0, 0, 2, 2.2], [0, 0, 2, 2.2]]
    assert detection_average_precision(boxes, scores, objects, overlap=0.95, points=None) == 0.5


def test_the_surer_box_gets_the_object_and_the_other_the_next_best():
    objects = [[[0, 0, 10, 10], [0, 0, 10, 12]]]
    boxes = [[[0, 0, 10, 10.5], [0, 0, 10, 10.4]]]
    assert detection_average_precision(boxes, [[0.5, 0.9]], objects, points=None) == 1.0
    assert detection_average_precision(boxes, [[0.5, 0.9]], objects, overlap=0.9, points=None) == 0.5


# 2. a library


@given(seed=st.integers(0, 10_000), n=st.integers(1, 40), ties=st.booleans())
@settings(max_examples=100, deadline=None)
def test_equals_scikit_learn(seed, n, ties):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, size=n)
    y[rng.integers(n)] = 1
    scores = rng.integers(0, 5, size=n) / 4 if ties else rng.normal(size=n)
    np.testing.assert_allclose(average_precision(y, scores), average_precision_score(y, scores), rtol=1e-12)


@given(seed=st.integers(0, 10_000), points=st.sampled_from([2, 11, 101]), missed=st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_points_equal_the_definition(seed, points, missed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 20))
    y = np.append(rng.integers(0, 2, size=n), 1)
    scores = rng.permutation(n + 1) / 7
    total = int(y.sum()) + missed
    ranked = y[np.argsort(-scores)]
    pairs = [(ranked[:k].sum() / total, ranked[:k].mean()) for k in range(1, n + 2)]
    wanted = [max((p for r, p in pairs if r >= i / (points - 1) - 1e-12), default=0.0) for i in range(points)]
    found = average_precision(y, scores, n_positives=total, points=points)
    np.testing.assert_allclose(found, np.mean(wanted), rtol=1e-12)


# 4. what must always hold


@given(seed=st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_overlaps_are_symmetric_and_one_with_itself(seed):
    rng = np.random.default_rng(seed)
    corners = np.sort(rng.normal(size=(5, 2, 2)), axis=1)
    boxes = np.concatenate([corners[:, 0], corners[:, 1]], axis=1)
    table = box_overlaps(boxes, boxes)
    np.testing.assert_allclose(table, table.T, atol=1e-14)
    np.testing.assert_allclose(np.diag(table), 1, rtol=1e-9)
    assert ((table >= 0) & (table <= 1 + 1e-12)).all()
    np.testing.assert_allclose(box_overlaps(3 * boxes + 1, 3 * boxes + 1), table, atol=1e-10)


def test_degenerate():
    assert average_precision([1], [0.0]) == 1
    assert average_precision([0, 1], [1.0, 0.0]) == 0.5
    assert average_precision([1, 1], [1.0, 1.0], points=101) == 1
    assert detection_average_precision([[], []], [[], []], [[[0, 0, 1, 1]], []]) == 0
    assert box_overlaps([], [[0, 0, 1, 1]]).shape == (0, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: average_precision([0, 0], [1, 2]), "y must hold positives"),
        (lambda: average_precision([[1]], [[1]]), r"y must have shape \(n_samples,\)"),
        (lambda: average_precision([1, 1], [1, 2], n_positives=1), "n_positives must"),
        (lambda: average_precision([1], [1], points=1), "points must"),
        (lambda: box_overlaps([[1, 1, 0, 2]], [[0, 0, 1, 1]]), "boxes must be left, top, right, bottom"),
        (lambda: box_overlaps([[1, 1, 2]], [[0, 0, 1, 1]]), r"boxes must have shape \(n_boxes, 4\)"),
        (lambda: detection_average_precision([[]], [[]], [[]]), "true_boxes must hold at least one"),
        (lambda: detection_average_precision([[]], [[], []], [[]]), "scores must be of 1 pictures"),
        (lambda: detection_average_precision([[]], [[]], [[]], overlap=0), "overlap must"),
        (
            lambda: detection_average_precision([[[0, 0, 1, 1]]], [[1, 2]], [[[0, 0, 1, 1]]]),
            "scores must be 1 for the boxes of a picture, got 2",
        ),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
