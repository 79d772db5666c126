"""A finished drawing: as SVG for a page, or painted on Matplotlib axes."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

import numpy as np

from ..palette import LIGHT
from ._geometry import Box

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TEXT, SMALL = 15.0, 12.5
"""Sizes of labels and of secondary labels, in units of the drawing."""

GRAIN = 20
"""Steps of a unit to which the coordinates of the SVG are rounded."""

ZOOM = 1.15
"""Pixels a unit on a wide page."""

LEGIBLE = 9.0
"""Height in pixels below which a label is not shrunk on a narrow page."""


@dataclass(frozen=True)
class Shape:
    """One path with a fill or a line; colours are names of the palette."""

    vertices: np.ndarray
    codes: tuple[int, ...]
    fill: str | None = None
    opacity: float = 1.0
    stroke: str | None = None
    thickness: float = 1.4
    dashed: bool = False


@dataclass(frozen=True)
class Label:
    """A label that was drawn: its markup, its size and the box of its ink."""

    text: str
    size: float
    box: Box


class Diagram:
    """A drawing that follows the light and the dark mode of its page.

    In a notebook it shows itself as inline SVG. `draw` paints the same drawing on Matplotlib axes, so that it
    can stand in a frame of `explore` or beside a plot.

    Parameters
    ----------
    shapes : sequence of Shape
        What is drawn, the lowest first.
    labels : sequence of Label
        The labels among the shapes.
    size : (float, float)
        Width and height of the drawing in units; a label is 15 units high.
    alt : str
        What the drawing shows, in words.

    Attributes
    ----------
    alt : str
        What the drawing shows, in words.
    width, height : float
        Size of the drawing in units.
    labels : tuple of Label
        The labels and their boxes.

    Examples
    --------
    >>> from dlbook.display import diagrams
    >>> diagram = diagrams.neuron(["x_1", "x_2"], ["w_1", "w_2"], alt="A neuron with two inputs")
    >>> diagram
    Diagram('A neuron with two inputs')
    >>> diagram.svg.startswith("<svg")
    True
    """

    def __init__(
        self, shapes: Sequence[Shape], labels: Sequence[Label], size: tuple[float, float], alt: str
    ) -> None:
        self.shapes = tuple(shapes)
        self.labels = tuple(labels)
        self.width, self.height = size
        self.alt = alt

    def __repr__(self) -> str:
        return f"Diagram({self.alt!r})"

    @property
    def svg(self) -> str:
        """The drawing as one SVG element whose colours are the variables of the page."""
        return self._svg(lambda name: f"var(--dlb-{name},{LIGHT[name]})", self._style())

    def _repr_html_(self) -> str:
        paper = "" if os.environ.get("DLBOOK_OUTPUT") == "page" else f"background:{LIGHT['paper']};"
        scrolls = f' tabindex="0" role="group" aria-label="{escape(self.alt)}"' if self._least() > 300 else ""
        return f'<div class="dlb-diagram" style="{paper}overflow-x:auto"{scrolls}>{self.svg}</div>'

    def save(self, path: str | FilePath) -> None:
        """Write the drawing to a file in the colours of the light page.

        Parameters
        ----------
        path : str or path
            Where to write. The ending decides: ``.svg``, or what Matplotlib writes, such as ``.png`` and
            ``.pdf``.
        """
        path = FilePath(path)
        if path.suffix.lower() == ".svg":
            path.write_text(self._svg(LIGHT.__getitem__, "") + "\n", encoding="utf-8")
            return
        import matplotlib.pyplot as plt

        figure: Any = self.draw().figure
        try:
            figure.savefig(path, dpi=144)
        finally:
            plt.close(figure)

    def draw(self, ax: "Axes | None" = None) -> "Axes":
        """Paint the drawing on Matplotlib axes, in the colours of the light page.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Axes to paint on; their scale is taken over. Without it a new figure of the drawing's size is
            made.

        Returns
        -------
        matplotlib.axes.Axes
            The axes painted on.
        """
        from ._painter import Painting

        if ax is None:
            import matplotlib.pyplot as plt

            size = (self.width * ZOOM / 72, self.height * ZOOM / 72)
            figure = plt.figure(figsize=size, layout="none")
            ax = figure.add_axes((0, 0, 1, 1))
        ax.set_axis_off()
        ax.set_aspect("equal")
        ax.set_xlim(0, self.width)
        ax.set_ylim(self.height, 0)
        ax.add_artist(Painting(self.shapes))
        return ax

    def _least(self) -> float:
        """Return the width in pixels below which the smallest label would not be legible."""
        smallest = min((label.size for label in self.labels), default=TEXT)
        return self.width * LEGIBLE / smallest

    def _style(self) -> str:
        return f"display:block;margin:0 auto;max-width:100%;min-width:{self._least():.0f}px;height:auto"

    def _svg(self, colour: Any, style: str) -> str:
        width, height = round(self.width * GRAIN), round(self.height * GRAIN)
        pixels = f'width="{_short(self.width * ZOOM)}" height="{_short(self.height * ZOOM)}"'
        styled = f' style="{style}"' if style else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {pixels} '
            f'role="img" aria-label="{escape(self.alt)}"{styled}>'
            + "".join(
                f'<g style="{look}">{"".join(_element(shape) for shape in shapes)}</g>'
                for look, shapes in groupby(self.shapes, key=lambda shape: _look(shape, colour))
            )
            + "</svg>"
        )


def _short(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _data(vertices: np.ndarray, codes: Sequence[int]) -> str:
    """Write a path as SVG in steps of whole units; 1 moves, 2 is a line, 3 and 4 are curves, 79 closes."""
    words: list[str] = []
    last = start = np.zeros(2, dtype=int)
    index = 0
    while index < len(codes):
        code = codes[index]
        if code == 79:
            words.append("z")
            last, index = start, index + 1
            continue
        count = {1: 1, 2: 1, 3: 2, 4: 3}[code]
        points = vertices[index : index + count]
        steps = " ".join(str(number) for number in (points - last).ravel().tolist())
        words.append("mlqc"[code - 1] + steps.replace(" -", "-"))
        last, index = points[-1], index + count
        start = last if code == 1 else start
    return "".join(words)


def _look(shape: Shape, colour: Any) -> str:
    style = [f"fill:{colour(shape.fill)}" if shape.fill else "fill:none"]
    if shape.fill and shape.opacity < 1:
        style.append(f"fill-opacity:{_short(shape.opacity)}")
    if shape.stroke:
        style.append(f"stroke:{colour(shape.stroke)};stroke-width:{_short(shape.thickness * GRAIN)}")
        if not shape.fill and shape.opacity < 1:
            style.append(f"stroke-opacity:{_short(shape.opacity)}")
        if shape.dashed:
            style.append(f"stroke-dasharray:{5 * GRAIN} {3.5 * GRAIN}")
    return ";".join(style)


def _element(shape: Shape) -> str:
    # Each path starts at its own origin: equal glyphs are then equal text, which compresses well.
    vertices = np.rint(shape.vertices * GRAIN).astype(int)
    x, y = vertices[0]
    return f'<path transform="translate({x} {y})" d="{_data(vertices - vertices[0], shape.codes)}"/>'
