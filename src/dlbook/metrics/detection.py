"""Average precision: of a ranking, and of boxes that a detector has drawn."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ._arguments import decisions

Floats = NDArray[np.float64]
COCO_THRESHOLDS = tuple(round(0.5 + 0.05 * i, 2) for i in range(10))
"""Overlaps from 0.50 to 0.95: AP of COCO is the mean over them."""


def average_precision(
    y: ArrayLike, prediction: ArrayLike, *, n_positives: int | None = None, points: int | None = None
) -> float:
    r"""Average the precision over the places of the positives in a ranking.

    Parameters
    ----------
    y : array_like of shape (n_samples,)
        Targets, each 0 or 1.
    prediction : array_like of shape (n_samples,)
        Scores. What has a higher one stands further up.
    n_positives : int, optional
        How many positives there are, those included that are not in the ranking, as objects that a detector
        has missed. Those in `y` if not given.
    points : int, optional
        Take the mean of the best precision at a recall of at least 0, 1/(points - 1), ..., 1 instead: 11 as
        the older Pascal VOC, 101 as COCO. At least 2.

    Returns
    -------
    float
        From 0 to 1. Where all positives stand first it is 1.

    Raises
    ------
    ValueError
        If there are no positives, `n_positives` is below their number in `y`, or shapes do not fit.

    Notes
    -----
    .. math:: \text{AP} = \sum_k (R_k - R_{k-1}) \, P_k

    over the thresholds from the highest score down, with precision :math:`P_k` and recall :math:`R_k` of all
    that reach threshold k. Equal scores are one threshold.

    References
    ----------
    - M. Everingham et al., "The Pascal visual object classes (VOC) challenge", International Journal of
      Computer Vision 88, 2010, section 4.2.

    Examples
    --------
    >>> round(average_precision([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]), 4)
    0.8333
    """
    positive, scores = decisions(y, prediction)
    if positive.ndim != 1:
        raise ValueError(f"y must have shape (n_samples,), got shape {positive.shape}")
    total = int(positive.sum())
    if n_positives is not None:
        total = checks.count(n_positives, "n_positives", total)
    if not total:
        raise ValueError("y must hold positives: without them there is no recall")
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)  # the last place of each score
    hits = np.cumsum(positive[order])[last]
    precision, recall = hits / (np.flatnonzero(last) + 1), hits / total
    if points is None:
        return float(np.diff(recall, prepend=0.0) @ precision)
    n = checks.count(points, "points", 2, 10**6)
    best = np.append(np.maximum.accumulate(precision[::-1])[::-1], 0.0)  # from each place down; 0 at the end
    wanted = np.arange(n) / (n - 1)
    return float(best[np.searchsorted(recall, wanted - 1e-12)].mean())


def box_overlaps(boxes: ArrayLike, others: ArrayLike) -> Floats:
    """Divide the common area of two boxes by the area of their union, for all pairs.

    Parameters
    ----------
    boxes : array_like of shape (n_boxes, 4)
        Left, top, right and bottom of each; right is at least left, and bottom at least top.
    others : array_like of shape (n_others, 4)
        The other boxes.

    Returns
    -------
    ndarray of shape (n_boxes, n_others)
        From 0, where they do not touch, to 1, where they are the same (IoU). 0 where both have no area.

    Raises
    ------
    ValueError
        If a box has no such form.

    Examples
    --------
    >>> box_overlaps([[0, 0, 2, 2]], [[1, 0, 3, 2], [0, 0, 2, 2], [5, 5, 6, 6]]).round(3)
    array([[0.333, 1.   , 0.   ]])
    """
    a, b = _boxes(boxes, "boxes"), _boxes(others, "others")
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.maximum(high - low, 0.0).prod(axis=-1)
    union = (a[:, 2:] - a[:, :2]).prod(axis=1)[:, None] + (b[:, 2:] - b[:, :2]).prod(axis=1) - common
    return np.divide(common, union, out=np.zeros(common.shape), where=union > 0)


def detection_average_precision(
    boxes: Sequence[ArrayLike],
    scores: Sequence[ArrayLike],
    true_boxes: Sequence[ArrayLike],
    *,
    overlap: float = 0.5,
    points: int | None = 101,
) -> float:
    """Average precision of a detector for one class, over several pictures.

    Parameters
    ----------
    boxes : sequence of array_like, each of shape (n_found, 4)
        For every picture the boxes found: left, top, right, bottom.
    scores : sequence of array_like, each of shape (n_found,)
        How sure the detector is of each.
    true_boxes : sequence of array_like, each of shape (n_objects, 4)
        For every picture the boxes of its objects.
    overlap : float, default 0.5
        The least overlap of a hit, above 0 and at most 1.
    points : int or None, default 101
        As for `average_precision`.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If the sequences differ in length, a shape does not fit, or there are no objects at all.

    Notes
    -----
    In each picture the boxes take their turn from the highest score down. Each takes the object with which
    it overlaps most, among those that are not taken yet, if that is enough: a hit. Otherwise it is a false
    alarm, as is a second box on the same object. The average precision is that of all boxes of all pictures
    in one ranking, where objects that nobody has found count as missed.

    References
    ----------
    - T.-Y. Lin et al., "Microsoft COCO: common objects in context", European Conference on Computer Vision,
      2014.

    Examples
    --------
    >>> found, objects = [[0, 0, 2, 2], [0, 0, 2, 2.2], [7, 7, 9, 9]], [[0, 0, 2, 2], [4, 4, 5, 5]]
    >>> round(detection_average_precision([found], [[0.9, 0.8, 0.7]], [objects]), 3)
    0.505
    """
    least = checks.number(overlap, "overlap", above=0, most=1)
    found, sure, objects = (
        _several(value, name)
        for value, name in ((boxes, "boxes"), (scores, "scores"), (true_boxes, "true_boxes"))
    )
    for name, several in (("scores", sure), ("true_boxes", objects)):
        if len(several) != len(found):
            raise ValueError(f"{name} must be of {len(found)} pictures, as boxes, got {len(several)}")
    hits: list[NDArray[np.bool_]] = []
    ranks: list[Floats] = []
    n_objects = 0
    for some, certain, real in zip(found, sure, objects, strict=True):
        drawn, there = _boxes(some, "boxes"), _boxes(real, "true_boxes")
        score = np.zeros(0) if np.size(certain) == 0 else checks.array(certain, "scores", ("n_found",))
        if len(score) != len(drawn):
            raise ValueError(f"scores must be {len(drawn)} for the boxes of a picture, got {len(score)}")
        hits.append(_hits(box_overlaps(drawn, there), score, least))
        ranks.append(score)
        n_objects += len(there)
    if not n_objects:
        raise ValueError("true_boxes must hold at least one object, got none")
    if not sum(map(len, ranks)):
        return 0.0
    y = np.concatenate(hits).astype(int)
    return average_precision(y, np.concatenate(ranks), n_positives=n_objects, points=points)


def _hits(overlaps: Floats, scores: Floats, least: float) -> NDArray[np.bool_]:
    """Return for each box whether it has an object to itself."""
    hit = np.zeros(len(scores), dtype=bool)
    free = np.ones(overlaps.shape[1], dtype=bool)
    for i in np.argsort(-scores, kind="stable"):
        left = np.where(free, overlaps[i], -1.0)
        if len(left) and left.max() >= least:
            hit[i], free[left.argmax()] = True, False
    return hit


def _several(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list | tuple) and not (isinstance(value, np.ndarray) and value.ndim):
        raise ValueError(f"{name} must be a list with an array for each picture, got {value!r:.60}")
    return list(value)


def _boxes(value: ArrayLike, name: str) -> Floats:
    if isinstance(value, list | tuple | np.ndarray) and len(value) == 0:
        return np.zeros((0, 4))
    boxes = checks.array(value, name, ("n_boxes", 4), empty=True)
    if (boxes[:, 2:] < boxes[:, :2]).any():
        wrong = boxes[(boxes[:, 2:] < boxes[:, :2]).any(axis=1)][0]
        raise ValueError(f"{name} must be left, top, right, bottom, got {wrong.tolist()}")
    return boxes
