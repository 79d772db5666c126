"""Where a picture may be cut into panels that stand below each other on a narrow page."""

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Gap = tuple[float, float]
LEAST_GAP = 0.004  # of the width
# More or narrower pieces than these stay together: a phone would show a narrow one too large.
MOST_PIECES, LEAST_PIECE = 3, 0.3


def gaps(figure: "Figure", renderer: Any) -> list[Gap]:
    """Return the gaps between what stands side by side in a figure.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure, as it was just drawn.
    renderer : matplotlib.backends.backend_agg.RendererAgg
        What drew it.

    Returns
    -------
    list of (float, float)
        Left and right end of each gap, as fractions of the width. There is none where panels share their
        vertical axis, because only the first of them says what it means.
    """
    panels = [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]
    if len(panels) < 2 or any(len(axes.get_shared_y_axes().get_siblings(axes)) > 1 for axes in panels):
        return []
    spans = []
    for artist in figure.get_children():
        box = artist.get_tightbbox(renderer) if artist is not figure.patch and artist.get_visible() else None
        if box is not None and box.width > 0:
            spans.append((box.x0, box.x1, artist.get_label() == "<colorbar>"))
    found: list[Gap] = []
    width, end = figure.bbox.width, None
    for left, right, is_bar in sorted(spans):
        if end is not None and left > end and not is_bar:  # a bar of colours belongs to what is left of it
            found.append((end / width, left / width))
        end = right if end is None else max(end, right)
    return [gap for gap in found if gap[1] - gap[0] >= LEAST_GAP]


def common(several: Iterable[list[Gap]]) -> list[Gap]:
    """Return the gaps that all pictures have.

    Parameters
    ----------
    several : iterable of list of (float, float)
        The gaps of each picture.

    Returns
    -------
    list of (float, float)
        Their common parts; none where one picture has more gaps than another, or has them elsewhere.

    Examples
    --------
    >>> common([[(0.4, 0.6)], [(0.5, 0.7)]])
    [(0.5, 0.6)]
    >>> common([[(0.4, 0.6)], []])
    []
    """
    lists = list(several)
    if len({len(gaps) for gaps in lists}) != 1:
        return []
    shared = [
        (max(left for left, _ in gap), min(right for _, right in gap)) for gap in zip(*lists, strict=True)
    ]
    return shared if all(right - left >= LEAST_GAP for left, right in shared) else []


def cut(shared: list[Gap]) -> tuple[Gap, ...]:
    """Return the pieces between the gaps: single panels, or neighbours where panels are many or narrow.

    Parameters
    ----------
    shared : list of (float, float)
        The gaps.

    Returns
    -------
    tuple of (float, float)
        Left and right end of each piece, as fractions of the width; none without a gap.

    Examples
    --------
    >>> cut([(0.4, 0.6)])
    ((0.0, 0.5), (0.5, 1.0))
    >>> cut([(0.2, 0.2), (0.4, 0.4), (0.6, 0.6), (0.8, 0.8)])
    ((0.0, 0.4), (0.4, 1.0))
    >>> cut([(0.65, 0.67), (0.82, 0.84)])
    ((0.0, 0.66), (0.66, 1.0))
    >>> cut([(0.89, 0.91)])
    ()
    >>> cut([])
    ()
    """
    middles = [round((left + right) / 2, 4) for left, right in shared]
    for n_pieces in range(min(MOST_PIECES, len(middles) + 1), 1, -1):
        chosen = {min(middles, key=lambda at: abs(at - k / n_pieces)) for k in range(1, n_pieces)}
        pieces = tuple(pairwise([0.0, *sorted(chosen), 1.0]))
        if min(right - left for left, right in pieces) >= LEAST_PIECE:
            return pieces
    return ()
