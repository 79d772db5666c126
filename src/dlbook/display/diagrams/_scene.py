"""Where a drawing is laid out: nodes, labels and edges, until all are known and it is finished."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import _geometry as geometry
from ._diagram import SMALL, TEXT, Diagram, Label, Shape
from ._geometry import Box
from ._text import markup, outline


@dataclass
class Scene:
    """Collects nodes, edges and labels while a function lays them out."""

    back: list[Shape] = field(default_factory=list)
    front: list[Shape] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    nodes: list[Box] = field(default_factory=list)
    _edges: list[dict[str, Any]] = field(default_factory=list)

    # What is drawn at once.

    def circle(
        self, x: float, y: float, radius: float, colour: str = "ink", *, tint: float = 0.12, **line: Any
    ) -> None:
        """Draw a node as a circle in a tint of its colour."""
        k = 0.5522847498 * radius
        points = [(x + radius, y)]
        for a, b in (((1, 0), (0, 1)), ((0, 1), (-1, 0)), ((-1, 0), (0, -1)), ((0, -1), (1, 0))):
            points += [
                (x + a[0] * radius + b[0] * k, y + a[1] * radius + b[1] * k),
                (x + b[0] * radius + a[0] * k, y + b[1] * radius + a[1] * k),
                (x + b[0] * radius, y + b[1] * radius),
            ]
        codes = (1, *(4,) * 12, 79)
        self._node(np.array([*points, points[0]]), codes, colour, tint, line)
        self.nodes.append((x - radius, y - radius, x + radius, y + radius))

    def rounded(
        self, x: float, y: float, width: float, height: float, colour: str = "ink", *,
        radius: float = 8.0, tint: float = 0.12, **line: Any,
    ) -> None:  # fmt: skip
        """Draw a node as a box with round corners, centred on a point."""
        left, top, right, bottom = x - width / 2, y - height / 2, x + width / 2, y + height / 2
        r = min(radius, width / 2, height / 2)
        k = r * (1 - 0.5522847498)
        points = [
            (left + r, top), (right - r, top), (right - k, top), (right, top + k), (right, top + r),
            (right, bottom - r), (right, bottom - k), (right - k, bottom), (right - r, bottom),
            (left + r, bottom), (left + k, bottom), (left, bottom - k), (left, bottom - r),
            (left, top + r), (left, top + k), (left + k, top), (left + r, top), (left + r, top),
        ]  # fmt: skip
        codes = (1, 2, 4, 4, 4, 2, 4, 4, 4, 2, 4, 4, 4, 2, 4, 4, 4, 79)
        self._node(np.array(points), codes, colour, tint, line)
        self.nodes.append((left, top, right, bottom))

    def _node(
        self, points: np.ndarray, codes: tuple[int, ...], colour: str, tint: float, line: dict[str, Any]
    ) -> None:
        self.back.append(
            Shape(points, codes, fill=colour if tint else None, opacity=tint, stroke=colour, **line)
        )

    def polyline(self, points: Any, colour: str = "ink", **line: Any) -> None:
        """Draw a line through points."""
        points = np.asarray(points, dtype=float)
        self.front.append(Shape(points, (1, *(2,) * (len(points) - 1)), stroke=colour, **line))

    def dots(
        self, x: float, y: float, colour: str = "muted", *, vertical: bool = True, gap: float = 8.0
    ) -> None:
        """Draw three dots that stand for what is left out."""
        k = 0.5522847498 * 1.7
        for step in (-1, 0, 1):
            cx, cy = (x, y + step * gap) if vertical else (x + step * gap, y)
            points = [
                (cx + 1.7, cy), (cx + 1.7, cy + k), (cx + k, cy + 1.7), (cx, cy + 1.7), (cx - k, cy + 1.7),
                (cx - 1.7, cy + k), (cx - 1.7, cy), (cx - 1.7, cy - k), (cx - k, cy - 1.7), (cx, cy - 1.7),
                (cx + k, cy - 1.7), (cx + 1.7, cy - k), (cx + 1.7, cy), (cx + 1.7, cy),
            ]  # fmt: skip
            self.front.append(Shape(np.array(points), (1, *(4,) * 12, 79), fill=colour))

    def text(
        self, value: Any, x: float, y: float, *, size: float = TEXT, colour: str = "ink",
        anchor: str = "centre", baseline: bool = False, digits: int = 3,
    ) -> Box:  # fmt: skip
        """Draw a label; its ink is centred on the point, or starts or ends there."""
        return self._put(markup(value, digits), x, y, size, colour, anchor, baseline)

    def _put(
        self, text: str, x: float, y: float, size: float, colour: str,
        anchor: str = "centre", baseline: bool = False,
    ) -> Box:  # fmt: skip
        if not text:
            return (x, y, x, y)
        (vertices, codes), box = outline(text, size)
        shift_x = {"centre": (box[0] + box[2]) / 2, "left": box[0], "right": box[2]}[anchor]
        shift_y = 0.0 if baseline else (box[1] + box[3]) / 2
        shift = np.array([x - shift_x, y - shift_y])
        placed = (box[0] + shift[0], box[1] + shift[1], box[2] + shift[0], box[3] + shift[1])
        if codes:
            self.front.append(Shape(vertices + shift, codes, fill=colour))
        self.labels.append(Label(text, size, placed))
        return placed

    def text_beside(self, value: Any, point: np.ndarray, outward: np.ndarray, *, digits: int = 3) -> None:
        """Draw a secondary label just beyond a point, in a direction given as a unit vector."""
        text = markup(value, digits)
        if text:
            _, box = outline(text, SMALL)
            half = np.array([box[2] - box[0], box[3] - box[1]]) / 2
            x, y = point + outward * (half @ np.abs(outward) + 4)
            self.text(value, x, y, size=SMALL, digits=digits)

    # Edges: drawn at the end, when all labels are known.

    def edge(
        self, curve: np.ndarray, label: Any = None, *, start: Any = None, end: Any = None, arrow: bool = True,
        colour: str = "muted", text_colour: str = "ink", thickness: float = 1.4, dashed: bool = False,
        size: float = SMALL, digits: int = 3, at: float | None = None, gap: float = 1.5, opacity: float = 1.0,
    ) -> None:  # fmt: skip
        """Add an edge; `start` and `end` are the node boxes or (x, y, radius) circles that it joins."""
        curve = np.asarray(curve, dtype=float)
        points = geometry.samples(curve)
        trimmed = geometry.outside(curve, _inside(points, start, gap), _inside(points, end, gap + 1.0))
        self._edges.append(
            {
                "curve": trimmed, "label": markup(label, digits), "arrow": arrow, "colour": colour, "at": at,
                "text_colour": text_colour, "thickness": thickness, "dashed": dashed, "size": size,
                "opacity": opacity,
            }
        )  # fmt: skip

    def _draw_edges(self, prefer: float) -> None:
        curves = [edge["curve"] for edge in self._edges]
        sizes: list[tuple[float, float] | None] = []
        for edge in self._edges:
            if not edge["label"]:
                sizes.append(None)
                continue
            _, box = outline(edge["label"], edge["size"])
            sizes.append((box[2] - box[0], box[3] - box[1]))
        obstacles = [*self.nodes, *(label.box for label in self.labels)]
        automatic = [
            None if edge["at"] is not None else size for edge, size in zip(self._edges, sizes, strict=True)
        ]
        positions = geometry.place(curves, automatic, obstacles, prefer)
        cuts: list[Box] = []
        for edge, size, position in zip(self._edges, sizes, positions, strict=True):
            if size is None:
                continue
            x, y = geometry.at(edge["curve"], edge["at"] if edge["at"] is not None else position)
            box = self._put(edge["label"], float(x), float(y), edge["size"], edge["text_colour"])
            cuts.append((box[0] - 3, box[1] - 3, box[2] + 3, box[3] + 3))
        drawn: list[Shape] = []
        for edge in sorted(self._edges, key=lambda edge: edge["thickness"]):
            curve, line = edge["curve"], {key: edge[key] for key in ("thickness", "dashed", "opacity")}
            if edge["arrow"]:
                tip, curve = geometry.head(curve, 6.5 + 1.6 * edge["thickness"])
                drawn.append(Shape(np.vstack([tip, tip[:1]]), (1, 2, 2, 2, 79), fill=edge["colour"]))
            for piece in geometry.without(curve, cuts):
                flat = geometry.is_straight(piece)
                points, codes = (piece[[0, 3]], (1, 2)) if flat else (piece, (1, 4, 4, 4))
                drawn.append(Shape(points, codes, stroke=edge["colour"], **line))
        drawn.sort(key=lambda shape: (shape.thickness, shape.stroke is None))
        self.back = [*drawn, *self.back]

    def finish(self, alt: str, *, prefer: float = 0.5, margin: float = 8.0) -> Diagram:
        """Draw the edges, fit the drawing into its frame and return it."""
        self._draw_edges(prefer)
        shapes = [*self.back, *self.front]
        inked = [shape.vertices[np.asarray(shape.codes) != 79] for shape in shapes if len(shape.vertices)]
        # A Bezier curve lies within its control points, but seldom reaches them.
        inked = [
            geometry.samples(points) if shape.codes == (1, 4, 4, 4) else points
            for shape, points in zip([s for s in shapes if len(s.vertices)], inked, strict=True)
        ]
        low = np.min([points.min(axis=0) for points in inked], axis=0) - margin
        high = np.max([points.max(axis=0) for points in inked], axis=0) + margin
        moved = [
            Shape(s.vertices - low, s.codes, s.fill, s.opacity, s.stroke, s.thickness, s.dashed)
            for s in shapes
        ]
        labels = [
            Label(item.text, item.size, _moved(item.box, -float(low[0]), -float(low[1])))
            for item in self.labels
        ]
        width, height = (high - low).tolist()
        return Diagram(moved, labels, (width, height), alt)


def _moved(box: Box, dx: float, dy: float) -> Box:
    return (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)


def _inside(points: np.ndarray, node: Any, gap: float) -> np.ndarray:
    """Tell which points lie in a node, given as a circle (x, y, radius) or as a box."""
    if node is None:
        return np.zeros(len(points), dtype=bool)
    if len(node) == 3:
        return np.hypot(points[:, 0] - node[0], points[:, 1] - node[1]) < node[2] + gap
    return geometry.in_box(points, (node[0] - gap, node[1] - gap, node[2] + gap, node[3] + gap))


def check_alt(alt: Any) -> str:
    """Return the text that stands for the drawing, or say that it is missing."""
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"alt must be a text that says what the drawing shows, got {alt!r}")
    return alt.strip()


def label_width(value: Any, size: float = TEXT, digits: int = 3) -> float:
    """Return the width of a label in units."""
    text = markup(value, digits)
    if not text:
        return 0.0
    _, box = outline(text, size)
    return box[2] - box[0]
