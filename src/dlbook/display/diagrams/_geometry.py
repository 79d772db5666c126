"""Curves, arrow heads and the placing of labels. Points are rows (x, y), y pointing down."""

from collections.abc import Sequence
from typing import Any

import numpy as np

Box = tuple[float, float, float, float]

_FINE = np.linspace(0.0, 1.0, 241)


def straight(start: Any, end: Any) -> np.ndarray:
    """Return a straight line as a cubic curve of shape (4, 2)."""
    start, end = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    return np.array([start, start + (end - start) / 3, start + 2 * (end - start) / 3, end])


def bent(start: Any, end: Any, bend: float) -> np.ndarray:
    """Return a curve whose middle stands `bend` to the left of the straight line, looking along it."""
    curve = straight(start, end)
    direction = curve[3] - curve[0]
    normal = np.array([direction[1], -direction[0]]) / max(float(np.hypot(*direction)), 1e-9)
    curve[1:3] += normal * bend * 4 / 3
    return curve


def is_straight(curve: np.ndarray) -> bool:
    """Tell whether a cubic curve is a straight line."""
    along, pulls = curve[3] - curve[0], curve[1:3] - curve[0]
    area = np.abs(along[0] * pulls[:, 1] - along[1] * pulls[:, 0])
    return bool((area <= 1e-6 * max(float(along @ along), 1e-9)).all())


def at(curve: np.ndarray, t: float | np.ndarray) -> np.ndarray:
    """Return the points of a cubic curve at the parameters `t`."""
    t = np.asarray(t, dtype=float)[..., None]
    s = 1 - t
    return s**3 * curve[0] + 3 * s**2 * t * curve[1] + 3 * s * t**2 * curve[2] + t**3 * curve[3]


def part(curve: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return the piece of a cubic curve between two parameters, by de Casteljau's construction."""

    def blossom(a: float, b: float, c: float) -> np.ndarray:
        points = curve
        for t in (a, b, c):
            points = (1 - t) * points[:-1] + t * points[1:]
        return points[0]

    return np.array(
        [blossom(low, low, low), blossom(low, low, high), blossom(low, high, high), blossom(high, high, high)]
    )


def outside(curve: np.ndarray, inside_start: np.ndarray, inside_end: np.ndarray) -> np.ndarray:
    """Return the piece of a curve between leaving its first node and entering its last one.

    Parameters are boolean arrays over the 241 fine samples of the curve.
    """
    leaving = np.flatnonzero(~inside_start)
    entering = np.flatnonzero(~inside_end)
    low = _FINE[leaving[0]] if len(leaving) else 0.0
    high = _FINE[entering[-1]] if len(entering) else 1.0
    return part(curve, float(low), float(high)) if low < high else curve


def samples(curve: np.ndarray) -> np.ndarray:
    """Return 241 points along a curve."""
    return at(curve, _FINE)


def in_box(points: np.ndarray, box: Box) -> np.ndarray:
    """Tell for each point whether it lies in a box."""
    x, y = points[..., 0], points[..., 1]
    return (x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])


def without(curve: np.ndarray, boxes: Sequence[Box]) -> list[np.ndarray]:
    """Return the pieces of a curve that remain when boxes are cut out of it."""
    points = samples(curve)
    free = np.ones(len(points), dtype=bool)
    for box in boxes:
        free &= ~in_box(points, box)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], free, [False]]).astype(int)))
    pieces = []
    for first, last in zip(edges[::2], edges[1::2] - 1, strict=True):
        if last - first >= 3:
            pieces.append(part(curve, float(_FINE[first]), float(_FINE[last])))
    return pieces


def head(curve: np.ndarray, length: float) -> tuple[np.ndarray, np.ndarray]:
    """Return an arrow head at the end of a curve, and the curve shortened to meet it."""
    points = samples(curve)
    tip = curve[3]
    far = np.flatnonzero(np.hypot(*(points - tip).T) >= 0.75 * length)
    cut = float(_FINE[far[-1]]) if len(far) else 0.0
    base = at(curve, cut)
    direction = (tip - base) / max(float(np.hypot(*(tip - base))), 1e-9)
    normal = np.array([-direction[1], direction[0]])
    back = tip - direction * length
    outline = np.array(
        [tip, back + normal * 0.42 * length, back + direction * 0.25 * length, back - normal * 0.42 * length]
    )
    return outline, part(curve, 0.0, max(cut, 0.01))


def overlap(a: Box, b: Box) -> float:
    """Return the area that two boxes share."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return max(width, 0.0) * max(height, 0.0)


def place(
    curves: Sequence[np.ndarray],
    sizes: Sequence[tuple[float, float] | None],
    obstacles: Sequence[Box],
    prefer: float = 0.5,
    low: float = 0.15,
    high: float = 0.85,
) -> list[float]:
    """Choose where on its curve each label stands, so that labels keep off one another and off other curves.

    Parameters
    ----------
    curves : sequence of ndarray of shape (4, 2)
        The curves, already trimmed to what is visible.
    sizes : sequence of (width, height) or None
        Size of the label of each curve; None for a curve without label.
    obstacles : sequence of box
        Boxes that labels avoid, such as nodes.
    prefer : float
        Parameter that is taken where nothing speaks against it.
    low, high : float
        Smallest and largest parameter that is tried.

    Returns
    -------
    list of float
        A parameter for each curve.
    """
    tried = np.unique(np.append(np.linspace(low, high, 31), prefer))
    points = [samples(curve)[::3] for curve in curves]
    labelled = [index for index, size in enumerate(sizes) if size is not None]
    boxes: dict[int, np.ndarray] = {}
    costs: dict[int, np.ndarray] = {}
    for index in labelled:
        size = sizes[index]
        assert size is not None
        half = np.array(size) / 2 + (4.0, 3.0)
        centres = at(curves[index], tried)
        candidate = np.hstack([centres - half, centres + half])
        cost = 1.5 * np.abs(tried - prefer)
        for row, box in enumerate(candidate):
            cost[row] += sum(40.0 for obstacle in obstacles if overlap(tuple(box), obstacle) > 0)
            cost[row] += sum(
                3.0 + 5.0 * in_box(points[other], tuple(box)).sum() / len(points[other])
                for other in range(len(curves))
                if other != index and in_box(points[other], tuple(box)).any()
            )
        boxes[index], costs[index] = candidate, cost
    chosen = {index: int(np.argmin(costs[index])) for index in labelled}
    for _ in range(6):
        before = dict(chosen)
        for index in labelled:
            total = costs[index].copy()
            for other in labelled:
                if other != index:
                    box = boxes[other][chosen[other]]
                    width = np.minimum(boxes[index][:, 2], box[2]) - np.maximum(boxes[index][:, 0], box[0])
                    height = np.minimum(boxes[index][:, 3], box[3]) - np.maximum(boxes[index][:, 1], box[1])
                    shared = np.clip(width, 0, None) * np.clip(height, 0, None)
                    total += np.where(shared > 0, 20.0 + shared, 0.0)
            chosen[index] = int(np.argmin(total))
        if chosen == before:
            break
    return [float(tried[chosen[index]]) if index in chosen else prefer for index in range(len(curves))]
