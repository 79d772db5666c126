"""Drawings of computations as graphs."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from . import _geometry as geometry
from ._diagram import SMALL, TEXT, Diagram
from ._scene import Scene, check_alt, label_width


def computation_graph(
    edges: Sequence[tuple[str, str]],
    *,
    alt: str,
    labels: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
    gradients: Mapping[str, Any] | None = None,
    highlight: Iterable[str] = (),
    digits: int = 3,
) -> Diagram:
    """Draw a computation from its inputs on the left to its result on the right.

    Parameters
    ----------
    edges : sequence of (str, str)
        The names of the nodes that each arrow leaves and reaches. They must not form a cycle.
    alt : str
        What the drawing shows, in words.
    labels : mapping of str, optional
        What stands in a node in place of its name.
    values : mapping of str, optional
        Number or label under a node: its value in the forward pass.
    gradients : mapping of str, optional
        Number or label under that: its gradient in the backward pass.
    highlight : iterable of str
        Nodes to draw in the colour of attention; arrows between two of them are drawn so too.
    digits : int
        Largest number of decimals of a number.

    Returns
    -------
    Diagram
        The drawing.

    Raises
    ------
    ValueError
        If there is no edge, the edges form a cycle, or another argument names an unknown node.

    Examples
    --------
    >>> from dlbook.display import diagrams
    >>> edges = [("w", "z"), ("x", "z"), ("z", "L")]
    >>> diagrams.computation_graph(edges, values={"w": 2, "x": 3, "z": 6}, alt="z is the product of w and x")
    Diagram('z is the product of w and x')
    """
    alt = check_alt(alt)
    edges = [(str(source), str(target)) for source, target in edges]
    if not edges:
        raise ValueError("edges must hold at least one edge, got none")
    names = list(dict.fromkeys(name for edge in edges for name in edge))
    bright = set(highlight)
    for argument, given in (
        ("labels", labels),
        ("values", values),
        ("gradients", gradients),
        ("highlight", bright),
    ):
        unknown = sorted(set(given or ()) - set(names))
        if unknown:
            raise ValueError(f"{argument} must name nodes of the graph, got {unknown[0]!r}")
    layers = _layers(names, edges)
    rows, ways = _order(names, edges, layers)

    labels, values, gradients = dict(labels or {}), dict(values or {}), dict(gradients or {})
    below = bool(values) + bool(gradients)
    height, across, down = 36.0, 104.0, 58.0 + 15.0 * below
    widths = {name: max(height, label_width(labels.get(name, name)) + 18) for name in names}
    across = max(across, max(widths.values()) + 56)
    scene = Scene()
    places: dict[str, tuple[float, float]] = {}
    for layer, row in enumerate(rows):
        for position, name in enumerate(row):
            places[name] = (layer * across, (position - (len(row) - 1) / 2) * down)
    sources = {source for source, _ in edges}
    targets = {target for _, target in edges}
    for name in names:
        x, y = places[name]
        colour = "blue" if name not in targets else ("purple" if name not in sources else "green")
        line: dict[str, Any] = {}
        if name in bright:
            colour, line = "vermilion", {"thickness": 2.2, "tint": 0.2}
        scene.rounded(x, y, widths[name], height, colour, radius=height / 2, **line)
        scene.text(labels.get(name, name), x, y, size=TEXT, digits=digits)
        for line_number, (given, tone) in enumerate(((values, "ink"), (gradients, "purple"))):
            if name in given:
                offset = height / 2 + 11 + 16 * (line_number if values else 0)
                scene.text(given[name], x, y + offset, size=SMALL, colour=tone, digits=digits)
    for (source, target), way in zip(edges, ways, strict=True):
        shine = {source, target} <= bright
        style: dict[str, Any] = {"colour": "vermilion", "thickness": 2.2} if shine else {}
        points = [places[name] for name in way]
        for index, (a, b) in enumerate(pairwise(points)):
            first, last = index == 0, index == len(points) - 2
            start = _box(places[source], widths[source], height) if first else None
            end = _box(places[target], widths[target], height) if last else None
            begin = (a[0] + (widths[source] / 2 if first else 0), a[1])
            finish = (b[0] - (widths[target] / 2 if last else 0), b[1])
            pull = 0.45 * (finish[0] - begin[0])
            bends = len(points) > 2
            curve = (
                np.array([begin, (begin[0] + pull, begin[1]), (finish[0] - pull, finish[1]), finish])
                if bends
                else geometry.straight(begin, finish)
            )
            gap = 2.0 if first or last else 0.0
            scene.edge(curve, start=start, end=end, arrow=last, gap=gap, **style)
    return scene.finish(alt)


def _box(place: tuple[float, float], width: float, height: float) -> geometry.Box:
    return (place[0] - width / 2, place[1] - height / 2, place[0] + width / 2, place[1] + height / 2)


def _layers(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return the column of each node: after all that it needs, and of inputs just before their first use."""
    layer = dict.fromkeys(names, 0)
    for _ in range(len(names) + 1):
        changed = False
        for source, target in edges:
            if layer[target] < layer[source] + 1:
                layer[target], changed = layer[source] + 1, True
        if not changed:
            break
    else:
        raise ValueError("edges must not form a cycle")
    reached = {target for _, target in edges}
    for name in names:
        if name not in reached:
            layer[name] = min(layer[target] for source, target in edges if source == name) - 1
    return layer


def _order(
    names: Sequence[str], edges: Sequence[tuple[str, str]], layers: dict[str, int]
) -> tuple[list[list[str]], list[list[str]]]:
    """Return the nodes of each column from top to bottom, and the way of each edge.

    An edge that skips columns gets a place in each of them, so that it passes between the nodes (Sugiyama,
    Tagawa and Toda 1981).
    """
    rows: list[list[str]] = [[] for _ in range(max(layers.values()) + 1)]
    for name in names:
        rows[layers[name]].append(name)
    ways = []
    for number, (source, target) in enumerate(edges):
        between = [f"\0{number}-{column}" for column in range(layers[source] + 1, layers[target])]
        for offset, name in enumerate(between):
            rows[layers[source] + 1 + offset].append(name)
        ways.append([source, *between, target])
    neighbours: dict[str, list[str]] = {}
    for way in ways:
        for a, b in pairwise(way):
            neighbours.setdefault(a, []).append(b)
            neighbours.setdefault(b, []).append(a)

    def heights() -> dict[str, float]:
        return {name: index - (len(row) - 1) / 2 for row in rows for index, name in enumerate(row)}

    def crossings() -> int:
        place = {name: (column, index) for column, row in enumerate(rows) for index, name in enumerate(row)}
        pieces = [(place[a], place[b]) for way in ways for a, b in pairwise(way)]
        return sum(
            p[0][0] == q[0][0] and (p[0][1] - q[0][1]) * (p[1][1] - q[1][1]) < 0
            for index, p in enumerate(pieces)
            for q in pieces[:index]
        )

    best, fewest = [list(row) for row in rows], crossings()
    for sweep in range(8):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            level = heights()
            middle = {name: float(np.mean([level[other] for other in neighbours[name]])) for name in row}
            row.sort(key=middle.__getitem__)
        if crossings() < fewest:
            best, fewest = [list(row) for row in rows], crossings()
    return best, ways
