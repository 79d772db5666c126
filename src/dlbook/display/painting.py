"""From a drawing function to pixels, for one picture or for many."""

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from . import panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CSS_DPI = 96
MAX_CSS_WIDTH = 720
SHARP, PLAIN = 1.5, 1.0


class Painter:
    """Draws pictures of one sharpness, one after the other, with as little work as gives the same pixels.

    Parameters
    ----------
    scale : float
        Picture pixels for one CSS pixel.

    Attributes
    ----------
    gaps : list of list of (float, float)
        Of each picture painted, where it may be cut into panels.
    """

    def __init__(self, scale: float = SHARP) -> None:
        self._scale = scale
        self.gaps: list[list[panels.Gap]] = []
        self._canvas: Any = None

    def paint(self, call: Callable[[], Any]) -> np.ndarray:
        """Call a drawing function on a fresh figure and return the picture.

        Every figure the call opens is closed again, also when it fails. Figures that were open before stay
        as they were.

        Parameters
        ----------
        call : callable
            Draws with pyplot. It may open its own figure, and may return it.

        Returns
        -------
        numpy.ndarray of shape (height, width, 3)
            Red, green and blue from 0 to 255, without transparency.

        Raises
        ------
        ValueError
            If nothing was drawn.
        """
        import matplotlib as mpl
        import matplotlib.pyplot as plt

        before = plt.get_fignums()
        current = plt.gcf().number if before else None
        try:
            with plt.ioff(), mpl.rc_context({"figure.dpi": CSS_DPI * self._scale}):
                plt.figure()
                returned = call()
                figure = returned if isinstance(returned, mpl.figure.Figure) else plt.gcf()
                if len(figure.get_children()) < 2:  # the figure's background alone
                    raise ValueError(
                        "draw must leave a drawing on the current figure: it left none "
                        "(it must not call plt.show or plt.close)"
                    )
                return self._pixels(figure)
        finally:
            for number in set(plt.get_fignums()) - set(before):
                plt.close(number)
            if current is not None and plt.fignum_exists(current):
                plt.figure(current)

    def _pixels(self, figure: "Figure") -> np.ndarray:
        canvas, dpi = figure.canvas, figure.dpi
        try:
            with ticks_remembered(figure):
                figure.set_dpi(self._scale * min(CSS_DPI, MAX_CSS_WIDTH / figure.get_figwidth()))
                self._take(figure)
                self._canvas.draw()
                self.gaps.append(panels.gaps(figure, self._canvas.get_renderer()))
                return _on_white(np.asarray(self._canvas.buffer_rgba()))
        finally:
            figure.set_canvas(canvas)
            figure.set_dpi(dpi)

    def _take(self, figure: "Figure") -> None:
        """Put a figure on the canvas of the one before, which knows the sizes of most of its texts."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        if self._canvas is None:
            self._canvas = FigureCanvasAgg(figure)
        self._canvas.figure = figure
        figure.set_canvas(self._canvas)


def _on_white(rgba: np.ndarray) -> np.ndarray:
    from PIL import Image

    if rgba[..., 3].min() == 255:
        return np.ascontiguousarray(rgba[..., :3])
    picture = Image.fromarray(rgba)
    white = Image.new("RGBA", picture.size, "white")
    return np.asarray(Image.alpha_composite(white, picture).convert("RGB"))


@contextmanager
def ticks_remembered(figure: "Figure") -> Iterator[None]:
    """Let each axis of a figure place and measure its ticks once, as long as nothing moves.

    To lay out and draw a figure, Matplotlib asks every axis some eight times before it moves on, which is a
    quarter of the work. The answer depends on where the axes stand and on their limits.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.

    Yields
    ------
    None
        While the figure is drawn. Its content must not be changed.
    """
    with ExitStack() as stack:
        for axes in figure.axes:
            for axis in (axes.xaxis, axes.yaxis):
                # Of Matplotlib's own, so they may be gone one day: then nothing is remembered.
                if axes.name == "rectilinear" and hasattr(axis, "_update_ticks"):
                    stack.enter_context(_remembering(axis))
        yield


@contextmanager
def _remembering(axis: Any) -> Iterator[None]:
    place, measure = axis._update_ticks, axis._get_ticklabel_bboxes
    known: dict[str, Any] = {}

    def where() -> tuple[float, ...]:
        return (*axis.axes.bbox.bounds, *axis.axes.viewLim.extents)

    def place_once() -> Any:
        if known.get("where") != where():
            ticks = place()
            known.clear()
            known.update(where=where(), ticks=ticks)
        return known["ticks"]

    def measure_once(ticks: Any, renderer: Any) -> Any:
        if ticks is not known.get("ticks") or known["where"] != where():
            return measure(ticks, renderer)
        if "boxes" not in known:
            known["boxes"] = measure(ticks, renderer)
        return known["boxes"]

    axis._update_ticks, axis._get_ticklabel_bboxes = place_once, measure_once
    try:
        yield
    finally:
        del axis._update_ticks, axis._get_ticklabel_bboxes


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Keep what exists out of the sight of Python's garbage collector.

    Every figure is a heap of cycles, so that drawing makes the collector run. Each time it would go through
    all objects of the session, for 0.4 seconds where Keras is loaded, and find nothing.

    Yields
    ------
    None
        While many figures are drawn.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
