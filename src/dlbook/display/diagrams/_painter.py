"""Painting of a diagram on Matplotlib axes. Imported only when it is needed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from ..palette import LIGHT


class Painting(Artist):
    """All shapes of a diagram as one artist whose line widths grow with its axes."""

    def __init__(self, shapes: Sequence[Any]) -> None:
        super().__init__()
        self.shapes = shapes
        self.set_zorder(2)

    def draw(self, renderer: Any) -> None:
        """Paint the shapes, the lowest first."""
        from matplotlib.colors import to_rgb

        transform = self.axes.transData  # type: ignore[union-attr]
        corners = transform.transform([(0.0, 0.0), (1.0, 0.0)])
        unit = float(np.hypot(*(corners[1] - corners[0]))) / renderer.points_to_pixels(1.0)  # points a unit
        for shape in self.shapes:
            path = Path(shape.vertices, shape.codes)
            gc = renderer.new_gc()
            gc.set_antialiased(True)
            gc.set_joinstyle("round")
            gc.set_linewidth(shape.thickness * unit if shape.stroke else 0.0)
            if shape.stroke:
                opacity = 1.0 if shape.fill else shape.opacity
                gc.set_foreground((*to_rgb(LIGHT[shape.stroke]), opacity), isRGBA=True)
            if shape.dashed:
                gc.set_dashes(0.0, [5.0 * unit, 3.5 * unit])
            face = (*to_rgb(LIGHT[shape.fill]), shape.opacity) if shape.fill else None
            renderer.draw_path(gc, path, transform, face)
            gc.restore()

    def get_window_extent(self, renderer: Any = None) -> Bbox:
        """Return the box of the axes, which the drawing fills."""
        return self.axes.get_window_extent(renderer)  # type: ignore[union-attr]
