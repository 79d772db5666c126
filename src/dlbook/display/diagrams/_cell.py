"""The pieces that drawings of gated cells are made of."""

from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

import numpy as np

from . import _geometry as geometry
from ._diagram import SMALL, Shape
from ._scene import Scene, label_width
from ._text import NUMBER, number

RADIUS, WIDE, HIGH = 11.0, 42.0, 30.0
"""Radius of an operation; width and height of the box of a gate."""

BEFORE, AFTER = 1.5, 2.5
"""Gaps between a node and the line that leaves it, and the tip that reaches it."""

SIDE, TURN = 8.0, 7.0
"""Distance of a name from its line, and radius of the corners of a line."""

LINE, DROP = 15.0, 4.0
"""Height of a row of a vector, and how much lower than a number it starts."""


class Cell:
    """A scene with the pieces that cells are made of: boxes, operations, lines with corners, names."""

    def __init__(
        self,
        names: Mapping[str, str],
        values: Mapping[str, Any] | None,
        highlight: Iterable[str],
        digits: int,
    ) -> None:
        self.scene, self.names, self.digits = Scene(), names, digits
        self.bright = {highlight} if isinstance(highlight, str) else set(highlight)
        for argument, given in (("values", values), ("highlight", self.bright)):
            unknown = sorted(str(name) for name in given or () if name not in names)
            if unknown:
                raise ValueError(f"{argument} must name nodes among {sorted(names)}, got {unknown[0]!r}")
        self.values = {name: _value(name, value, digits) for name, value in (values or {}).items()}
        self._ports: dict[str, tuple[float, float]] = {}

    def width(self, name: str) -> float:
        """Return the width that a name and its value need."""
        value = self.values.get(name)
        parts = value if isinstance(value, list) else [value]
        wide = max(label_width(part, SMALL, self.digits) for part in parts) + 12.0 * isinstance(value, list)
        return max(label_width(self.names.get(name)), wide)

    def deeper(self, *names: str) -> float:
        """Return how much room vectors under these names need beyond that of a number."""
        found = (self.values.get(name) for name in names)
        return max(
            (LINE * (len(value) - 1) + DROP for value in found if isinstance(value, list)), default=0.0
        )

    def value(self, name: str, x: float, y: float, *, left: bool) -> None:
        """Write a number, or a vector as a column whose first number stands a little below `y`."""
        value, style = self.values.get(name), dict[str, Any](size=SMALL, digits=self.digits)
        if not isinstance(value, list):
            self.scene.text(value, x, y, anchor="left" if left else "centre", **style)
            return
        wide = max(label_width(part, SMALL, self.digits) for part in value)
        low = x + 4 if left else x - wide / 2
        y += DROP
        for row, part in enumerate(value):
            self.scene.text(part, low + wide, y + LINE * row, anchor="right", **style)
        top, bottom = y - 7.5, y + LINE * (len(value) - 1) + 7.5
        for side, inward in ((low - 4, 3), (low + wide + 4, -3)):
            bracket = [(side + inward, top), (side, top), (side, bottom), (side + inward, bottom)]
            self.scene.polyline(bracket, "ink", thickness=1.0)

    def frame(self, right: float, top: float, bottom: float) -> None:
        """Draw the outline of the cell, whose left side is at 0."""
        size = (right, bottom - top)
        self.scene.rounded(right / 2, (top + bottom) / 2, *size, "muted", radius=14, tint=0.04, thickness=1.0)

    def box(
        self, name: str | None, x: float, y: float, colour: str, text: str, *,
        width: float = WIDE, height: float = HIGH,
    ) -> None:  # fmt: skip
        """Draw a layer of neurons, or a function of one value."""
        line: dict[str, Any] = {}
        if name in self.bright:
            colour, line = "vermilion", {"thickness": 2.2, "tint": 0.2}
        self.scene.rounded(x, y, width, height, colour, radius=6, **line)
        self.scene.text(text, x, y, size=SMALL)

    def operation(self, text: str, x: float, y: float) -> None:
        """Draw an operation element by element."""
        self.scene.circle(x, y, RADIUS, "ink", tint=0.06)
        self.scene.text(text, x, y, size=SMALL)

    def port(self, name: str, side: int, edge: float, y: float) -> None:
        """Draw what enters or leaves: left (-1) or right (1) of an edge of the cell, or below it (0)."""
        colour = {"x": "blue", "h": "purple", "h_before": "purple"}.get(name, "green")
        line: dict[str, Any] = {}
        if name in self.bright:
            colour, line = "vermilion", {"thickness": 2.2, "tint": 0.2}
        wide = max(34.0, label_width(self.names[name]) + 14)
        x = edge + side * (max(wide, self.width(name)) / 2 + 18)
        self.scene.rounded(x, y, wide, 34, colour, radius=17, **line)
        self.scene.text(self.names[name], x, y)
        if side == 0:
            tall = self.deeper(name)
            raised = (tall + DROP) / 2 if tall else 0.0
            self.value(name, x + wide / 2 + SIDE, y - raised, left=True)
        else:
            self.value(name, x, y + 17 + 11, left=False)
        leaves = name in ("s", "h")
        self._ports[name] = (x - wide / 2 - AFTER if leaves else x + wide / 2 + BEFORE, y)

    def exit(self, name: str) -> tuple[float, float]:
        """Return where the line of a port starts or ends."""
        return self._ports[name]

    def name(self, name: str, x: float, y: float) -> None:
        """Write a name, and its value under it, at the right of an upright line."""
        self.scene.text(self.names[name], x + SIDE, y, anchor="left")
        self.value(name, x + SIDE, y + 16, left=True)

    def dot(self, x: float, y: float, colour: str = "muted") -> None:
        """Draw the point where a line branches."""
        self.scene.circle(x, y, 2.2, colour, tint=1.0, thickness=0.5)

    def state(self, points: Any, bright: bool) -> None:
        """Draw a line of the state."""
        self._line(points, "vermilion" if bright else "green", 2.4, True, None)

    def wire(
        self, points: Any, name: str | None = None, *, arrow: bool = True, leap: float | None = None
    ) -> None:
        """Draw a line of anything else; `leap` is where it passes over an upright one."""
        lit = name in self.bright
        self._line(points, "vermilion" if lit else "muted", 2.2 if lit else 1.4, arrow, leap)

    def _line(self, given: Any, colour: str, thickness: float, arrow: bool, leap: float | None) -> None:
        points = np.asarray(given, dtype=float)
        last = geometry.straight(points[-2], points[-1])
        if arrow:
            tip, last = geometry.head(last, 6.5 + 1.6 * thickness)
            self.scene.back.append(Shape(np.vstack([tip, tip[:1]]), (1, 2, 2, 2, 79), fill=colour))
        path, codes = [points[0]], [1]
        for a, b, c in zip(points[:-2], points[1:-1], points[2:], strict=True):
            back, on = ((p - b) / np.hypot(*(p - b)) for p in (a, c))
            turn = min(TURN, *(float(np.hypot(*(p - b))) / 2 for p in (a, c)))
            path += [b + turn * back, b, b + turn * on]
            codes += [2, 3, 3]
        if leap is not None:
            y, r = float(points[-1][1]), 5.5
            k = 1.34 * r
            path += [np.array(point) for point in ((leap - r, y), (leap - r, y - k))]
            path += [np.array(point) for point in ((leap + r, y - k), (leap + r, y))]
            codes += [2, 4, 4, 4]
        path.append(last[3])
        codes.append(2)
        self.scene.back.append(Shape(np.array(path), tuple(codes), stroke=colour, thickness=thickness))


def _value(name: str, given: Any, digits: int) -> Any:
    """Return a label, or a list of labels for a short vector."""
    if given is None or isinstance(given, (str, Real)):
        return given
    vector = np.asarray(given)
    if vector.ndim == 0 and vector.dtype.kind in "biuf":
        return vector.item()
    if vector.ndim != 1 or not 1 <= len(vector) <= 4 or vector.dtype.kind not in "biuf":
        raise ValueError(
            f"values[{name!r}] must be a text, a number or a vector of 1 to 4 numbers, got {given!r}"
        )
    # With as many decimals as the longest needs, the points stand below one another.
    texts = [number(float(item), digits) for item in vector]
    if all(NUMBER.fullmatch(text.lstrip("-")) for text in texts):
        places = max(len(text.partition(".")[2]) for text in texts)
        texts = [f"{float(text):.{places}f}" for text in texts]
    return [f"${text}$" for text in texts]
