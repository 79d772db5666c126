"""Drawings of recurrent layers over time: one above the other, or in opposite directions."""

from collections.abc import Iterable, Sequence
from typing import Any

from ... import checks
from . import _geometry as geometry
from ._diagram import Diagram
from ._scene import Scene, check_alt, label_width
from ._text import PROSE
from .sequences import _step_labels


def stacked(
    n_steps: int = 3,
    n_layers: int = 2,
    *,
    alt: str,
    bidirectional: bool = False,
    inputs: Any = "x",
    outputs: Any = "y",
    states: str | None = "s",
    layer_names: Sequence[str] | None = None,
    highlight_steps: Iterable[int] = (),
) -> Diagram:
    r"""Draw recurrent layers over time: a deep network, or one that reads in both directions.

    Parameters
    ----------
    n_steps : int
        Number of time steps drawn.
    n_layers : int
        Number of recurrent layers, drawn from bottom to top. It is 2 with `bidirectional`.
    alt : str
        What the drawing shows, in words.
    bidirectional : bool
        Whether both layers see the inputs, the lower one from left to right and the upper one from right to
        left, and meet in the outputs. Otherwise each layer sees the states of the one below it.
    inputs, outputs : str, sequence or None
        A symbol that is numbered (``"x"`` gives x_1, x_2, ...), a label for each step, such as a word, or
        None for none. In a sequence None leaves out a step.
    states : str, optional
        Symbol of the states. It gets the number of its layer, or an arrow for its direction; None leaves the
        cells empty.
    layer_names : sequence of str, optional
        A name at the left of each layer, from bottom to top.
    highlight_steps : iterable of int
        Steps to draw in the colour of attention, counted from 1.

    Returns
    -------
    Diagram
        The drawing.

    Raises
    ------
    ValueError
        If `n_steps` or `n_layers` is below 1, `bidirectional` comes with other than 2 layers, or an argument
        does not fit the number of steps or layers.

    References
    ----------
    - M. Schuster and K. K. Paliwal, "Bidirectional recurrent neural networks", IEEE Transactions on Signal
      Processing 45(11), 1997, pp. 2673-2681.

    Examples
    --------
    >>> from dlbook.display import diagrams
    >>> diagrams.stacked(3, 2, alt="Two recurrent layers over three time steps")
    Diagram('Two recurrent layers over three time steps')
    >>> words = ["I", "am", "hungry"]
    >>> diagrams.stacked(3, bidirectional=True, inputs=words, alt="Two layers that read in both directions")
    Diagram('Two layers that read in both directions')
    """
    alt = check_alt(alt)
    n_steps, n_layers = checks.count(n_steps, "n_steps"), checks.count(n_layers, "n_layers")
    if bidirectional and n_layers != 2:
        raise ValueError(f"n_layers must be 2 with bidirectional, one for each direction, got {n_layers}")
    below = _words(_step_labels("inputs", inputs, n_steps))
    above = _words(_step_labels("outputs", outputs, n_steps))
    if layer_names is not None and len(layer_names) != n_layers:
        raise ValueError(f"layer_names must be as many as the {n_layers} layers, got {len(layer_names)}")
    bright = set(highlight_steps)
    if any(not 1 <= step <= n_steps for step in bright):
        raise ValueError(f"highlight_steps must lie in 1 to {n_steps}, got {sorted(bright)}")

    names = [
        [_state(states, layer, step, n_layers, bidirectional) for step in range(1, n_steps + 1)]
        for layer in range(n_layers)
    ]
    scene, radius, height, down = Scene(), 17.0, 36.0, 68.0
    width = max([40.0, *(label_width(label) + 14 for row in names for label in row)])
    wide = max([2 * radius, *(label_width(label) + 14 for label in (*below, *above))])
    # Cells of the two directions stand apart, so that a line passes on either side of them.
    shift = width / 2 + 3 if bidirectional else 0.0
    across = max(wide + 12, width + 36, 2 * shift + 56 if bidirectional else 0.0)
    rows = [-layer * down for layer in range(n_layers)]
    first, last = down, rows[-1] - down

    def box(layer: int, step: int) -> geometry.Box:
        x = step * across + (shift if layer else -shift)
        return (x - width / 2, rows[layer] - height / 2, x + width / 2, rows[layer] + height / 2)

    def slant(layer: int) -> float:
        return 0.35 * radius * (2 * layer - 1) if bidirectional else 0.0

    def end(label: Any, x: float, y: float, colour: str) -> tuple[float, ...]:
        size = label_width(label) + 14
        if size > 2 * radius:
            scene.rounded(x, y, size, 2 * radius, colour, radius=radius)
        else:
            scene.circle(x, y, radius, colour)
        scene.text(label, x, y)
        if size > 2 * radius:
            return (x - size / 2, y - radius, x + size / 2, y + radius)
        return (x, y, radius)

    def join(
        start: Any,
        finish: Any,
        points: tuple[tuple[float, float], tuple[float, float]],
        colour: str = "muted",
    ) -> None:
        thickness = 1.4 if colour == "muted" else 2.0
        scene.edge(geometry.straight(*points), start=start, end=finish, colour=colour, thickness=thickness)

    for step in range(n_steps):
        x, lit = step * across, step + 1 in bright
        tone = "vermilion" if lit else "muted"
        centres = [(x + (shift if layer else -shift), rows[layer]) for layer in range(n_layers)]
        cells = [box(layer, step) for layer in range(n_layers)]
        for layer, centre in enumerate(centres):
            colour = "sky" if bidirectional and layer else "green"
            line = {"thickness": 2.2, "tint": 0.2} if lit else {}
            scene.rounded(*centre, width, height, "vermilion" if lit else colour, **line)
            scene.text(names[layer][step], *centre)
            if step + 1 < n_steps:
                nodes, ends = (cells[layer], box(layer, step + 1)), (centre, (centre[0] + across, centre[1]))
                if bidirectional and layer:
                    nodes, ends = nodes[::-1], ends[::-1]
                join(*nodes, ends, colour if bidirectional else "muted")
        if below[step] is not None:
            node = end(below[step], x, first, "blue")
            for layer in (0, 1) if bidirectional else (0,):
                join(node, cells[layer], ((x + slant(layer), first), centres[layer]), tone)
        if not bidirectional:
            for layer in range(n_layers - 1):
                join(cells[layer], cells[layer + 1], (centres[layer], centres[layer + 1]), tone)
        if above[step] is not None:
            node = end(above[step], x, last, "purple")
            for layer in (0, 1) if bidirectional else (n_layers - 1,):
                join(cells[layer], node, (centres[layer], (x + slant(layer), last)), tone)
    if layer_names is not None:
        for layer, name in enumerate(layer_names):
            scene.text(name, -shift - width / 2 - 12, rows[layer], anchor="right")
    return scene.finish(alt)


def _words(labels: list[Any]) -> list[Any]:
    """Return the labels with a lone letter among words made a word as well, not mathematics."""
    if not any(isinstance(label, str) and PROSE.fullmatch(label) for label in labels):
        return labels
    # A hair space is not ASCII, and only what is ASCII is taken for mathematics.
    alone = (isinstance(label, str) and len(label) == 1 for label in labels)
    return [f"{label}\u200a" if lone else label for label, lone in zip(labels, alone, strict=True)]


def _state(symbol: str | None, layer: int, step: int, n_layers: int, bidirectional: bool) -> str | None:
    if symbol is None:
        return None
    if bidirectional:
        arrow = r"\overleftarrow" if layer else r"\overrightarrow"
        return rf"{arrow}{{{symbol}}}_{{{step}}}"
    return rf"{symbol}_{{{step}}}" if n_layers == 1 else rf"{symbol}^{{[{layer + 1}]}}_{{{step}}}"
