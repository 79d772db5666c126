"""Drawings of what runs through time: unrolled recurrent cells and trellises."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ... import checks
from . import _geometry as geometry
from ._diagram import SMALL, TEXT, Diagram
from ._scene import Scene, check_alt, label_width


def unrolled(
    n_steps: int = 3,
    *,
    alt: str,
    inputs: Any = "x",
    states: Any = "s",
    outputs: Any = "y",
    weights: Sequence[Any] = ("U", "W", "V"),
    compact: bool = True,
    initial: bool = True,
    open_end: bool = False,
    backward: bool = False,
    highlight_steps: Iterable[int] = (),
) -> Diagram:
    """Draw a recurrent network twice: as a loop, and unrolled with one cell for each time step.

    Parameters
    ----------
    n_steps : int
        Number of time steps drawn.
    alt : str
        What the drawing shows, in words.
    inputs, states, outputs : str, sequence or None
        A symbol that is numbered (``"x"`` gives x_1, x_2, ...), a label for each step, or None for none. In a
        sequence None leaves out a step: ``[None, None, "y_3"]`` is a network with one output at the end.
    weights : sequence of three str
        Labels of the weights from the input, from the state before, and to the output; None for no label.
    compact : bool
        Whether the loop is drawn on the left of the unrolled cells.
    initial : bool
        Whether the state before the first step is drawn.
    open_end : bool
        Whether dots say that the sequence goes on.
    backward : bool
        Whether dashed arrows show the gradient on its way back.
    highlight_steps : iterable of int
        Steps to draw in the colour of attention, counted from 1.

    Returns
    -------
    Diagram
        The drawing.

    Raises
    ------
    ValueError
        If `n_steps` is below 1, or a sequence of labels does not fit it.

    Examples
    --------
    >>> from dlbook.display import diagrams
    >>> diagrams.unrolled(3, alt="A recurrent network as a loop and over three time steps")
    Diagram('A recurrent network as a loop and over three time steps')
    """
    alt = check_alt(alt)
    n_steps = checks.count(n_steps, "n_steps")
    if len(weights) != 3:
        raise ValueError(f"weights must be three labels, got {len(weights)}")
    rows = {
        name: _step_labels(name, given, n_steps)
        for name, given in (("inputs", inputs), ("states", states), ("outputs", outputs))
    }
    bright = set(highlight_steps)
    if any(not 1 <= step <= n_steps for step in bright):
        raise ValueError(f"highlight_steps must lie in 1 to {n_steps}, got {sorted(bright)}")

    scene, radius, down, across = Scene(), 17.0, 76.0, 92.0
    width = max([46.0, *(label_width(label) + 18 for label in rows["states"])])
    across = max(across, width + 46)
    into, over, out = weights
    half = np.array([width / 2, 20.0])

    def cell(x: float, below: Any, state: Any, above: Any, colour: str) -> None:
        scene.rounded(x, 0, width, 40, colour)
        scene.text(state, x, 0)
        box = (x - half[0], -half[1], x + half[0], half[1])
        for label, y, weight, tone in ((below, down, into, "blue"), (above, -down, out, "purple")):
            if label is None:
                continue
            wide = label_width(label) + 14
            if wide > 2 * radius:
                scene.rounded(x, y, wide, 2 * radius, tone, radius=radius)
            else:
                scene.circle(x, y, radius, tone)
            scene.text(label, x, y)
            node = (x - radius, y - radius, x + radius, y + radius)
            line = ((x, y), (x, 0)) if y > 0 else ((x, 0), (x, y))
            ends = (node, box) if y > 0 else (box, node)
            scene.edge(geometry.straight(*line), weight, start=ends[0], end=ends[1], at=0.45)

    left = 0.0
    if compact:
        cell(
            0.0, _symbol(inputs, "x", rows["inputs"]), _symbol(states, "s", rows["states"]),
            _symbol(outputs, "y", rows["outputs"]), "green",
        )  # fmt: skip
        loop = np.array(
            [(half[0] - 6, -half[1] - 1.5), (half[0] + 8, -66.0), (half[0] + 66, -20.0), (half[0] + 1.5, 0.0)]
        )
        scene.edge(loop, end=(-half[0], -half[1], half[0], half[1]))
        scene.text(over, half[0] + 31, -47, size=SMALL, anchor="left")
        arrow = half[0] + 62
        scene.polyline([(arrow, -3), (arrow + 22, -3)], "muted", thickness=1.4)
        scene.polyline([(arrow, 3), (arrow + 22, 3)], "muted", thickness=1.4)
        scene.polyline([(arrow + 17, -9), (arrow + 27, 0), (arrow + 17, 9)], "muted", thickness=1.4)
        left = arrow + 54 + (0.0 if initial else half[0])
    before: Any = None
    if initial:
        start = _initial(states)
        x = left + label_width(start) / 2
        box = scene.text(start, x, 0)
        before = (box[0] - 2, -10.0, box[2] + 3, 10.0)
        first = box[2] + 50 + half[0]
    else:
        first = left
    for step in range(n_steps):
        x = first + step * across
        colour = "vermilion" if step + 1 in bright else "green"
        cell(x, rows["inputs"][step], rows["states"][step], rows["outputs"][step], colour)
        box = (x - half[0], -half[1], x + half[0], half[1])
        if before is not None:
            lift = 9.0 if backward else 0.0
            a, b = (before[2], -lift / 2), (box[0], -lift / 2)
            scene.edge(
                geometry.straight(a, b), None if backward else over, gap=2.0, start=before, end=box, at=0.42
            )
            if backward:
                scene.edge(
                    geometry.straight((box[0], lift), (before[2], lift)), start=box, end=before,
                    colour="vermilion", dashed=True, thickness=1.6,
                )  # fmt: skip
                scene.text(over, (a[0] + b[0]) / 2, -lift / 2 - 12, size=SMALL)
        before = box
    if open_end:
        end = before[2] + 40
        scene.edge(geometry.straight((before[2], 0), (end, 0)), over, start=before, at=0.42)
        scene.dots(end + 16, 0, vertical=False)
    return scene.finish(alt)


def _step_labels(name: str, given: Any, n_steps: int) -> list[Any]:
    if given is None:
        return [None] * n_steps
    if isinstance(given, str):
        return [f"{given}_{{{step}}}" for step in range(1, n_steps + 1)]
    labels = list(given)
    if len(labels) != n_steps:
        raise ValueError(f"{name} must hold a label for each of the {n_steps} steps, got {len(labels)}")
    return labels


def _symbol(given: Any, default: str, labels: Sequence[Any]) -> Any:
    """Return the label of the compact form: the symbol without its number."""
    if isinstance(given, str):
        return f"{given}_t"
    return f"{default}_t" if any(label is not None for label in labels) else None


def _initial(states: Any) -> str:
    return f"{states}_0" if isinstance(states, str) else "s_0"


def trellis(
    n_steps: int,
    states: Sequence[Any],
    *,
    alt: str,
    path: Sequence[int] | None = None,
    values: Any = None,
    edge_labels: Any = None,
    edges: Any = None,
    steps: Sequence[Any] | None = None,
    digits: int = 4,
) -> Diagram:
    """Draw a trellis: every state at every time step, and the moves between them.

    Parameters
    ----------
    n_steps : int
        Number of time steps, drawn from left to right.
    states : sequence of str
        Names of the states, drawn from top to bottom.
    alt : str
        What the drawing shows, in words.
    path : sequence of int, optional
        The state at each step of one path, counted from 0, which is drawn in the colour of attention.
    values : array of shape (n_steps, n_states), optional
        Numbers in the nodes, such as the probabilities of Viterbi's algorithm. Not-a-number leaves a node
        empty.
    edge_labels : array of shape (n_states, n_states) or (n_steps - 1, n_states, n_states), optional
        Labels or numbers of the moves. Of a matrix, which is the same at every step, the labels stand on the
        first moves only.
    edges : array of bool of shape (n_states, n_states) or (n_steps - 1, n_states, n_states), optional
        Which moves are drawn. Without it all are.
    steps : sequence, optional
        Labels over the columns, such as what was observed. Without it they are t = 1, 2, ...
    digits : int
        Largest number of decimals of a number.

    Returns
    -------
    Diagram
        The drawing.

    Raises
    ------
    ValueError
        If an argument does not fit `n_steps` and `states`.

    Examples
    --------
    >>> from dlbook.display import diagrams
    >>> diagrams.trellis(4, ["S", "R"], path=[0, 0, 1, 1], alt="A trellis of two states over four steps")
    Diagram('A trellis of two states over four steps')
    """
    alt = check_alt(alt)
    names = list(states)
    n_steps = checks.count(n_steps, "n_steps")
    if not names:
        raise ValueError("states must hold at least one state, got none")
    n_states = len(names)
    if path is not None and (len(path) != n_steps or any(not 0 <= state < n_states for state in path)):
        raise ValueError(
            f"path must hold a state from 0 to {n_states - 1} for each of {n_steps} steps, got {path}"
        )
    table = None if values is None else np.asarray(values, dtype=object)
    if table is not None and table.shape != (n_steps, n_states):
        raise ValueError(f"values must have shape {(n_steps, n_states)}, got {table.shape}")
    labels, once = _moves("edge_labels", edge_labels, n_steps, n_states)
    drawn, _ = _moves("edges", edges, n_steps, n_states)
    columns = [f"t={step}" for step in range(1, n_steps + 1)] if steps is None else list(steps)
    if len(columns) != n_steps:
        raise ValueError(f"steps must hold a label for each of the {n_steps} steps, got {len(columns)}")

    def value(step: int, state: int) -> Any:
        given = None if table is None else table[step, state]
        return None if given is None or (isinstance(given, float) and np.isnan(given)) else given

    written = [value(step, state) for step in range(n_steps) for state in range(n_states)]
    wide = max([label_width(item, SMALL, digits) for item in written if item is not None], default=0.0)
    width, height = max(34.0, wide + 16), 34.0
    across = width + (62.0 if edge_labels is not None else 44.0)
    down = 74.0 if edge_labels is not None else 62.0
    scene = Scene()
    ways = set() if path is None else {(step, path[step], path[step + 1]) for step in range(n_steps - 1)}
    for step in range(n_steps):
        x = step * across
        scene.text(columns[step], x, -height / 2 - 22, size=SMALL, colour="muted")
        for state in range(n_states):
            bright = path is not None and path[step] == state
            line = {"thickness": 2.4, "tint": 0.2} if bright else {}
            colour = "vermilion" if bright else "blue"
            scene.rounded(x, state * down, width, height, colour, radius=height / 2, **line)
            scene.text(value(step, state), x, state * down, size=SMALL, digits=digits)
    for state, name in enumerate(names):
        scene.text(name, -width / 2 - 12, state * down, anchor="right", size=TEXT)

    def box(step: int, state: int) -> geometry.Box:
        x, y = step * across, state * down
        return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    for step in range(n_steps - 1):
        for source in range(n_states):
            for target in range(n_states):
                bright = (step, source, target) in ways
                if drawn is not None and not drawn[step][source][target] and not bright:
                    continue
                label = None
                if labels is not None and (not once or step == 0):
                    label = labels[step][source][target]
                start, end = box(step, source), box(step + 1, target)
                line_from = (start[2], (start[1] + start[3]) / 2)
                line_to = (end[0], (end[1] + end[3]) / 2)
                scene.edge(
                    geometry.straight(line_from, line_to), label,
                    gap=2.0, start=start, end=end, digits=digits,
                    colour="vermilion" if bright else "muted", thickness=2.6 if bright else 1.1,
                )  # fmt: skip
    return scene.finish(alt, prefer=0.35)


def _moves(name: str, given: Any, n_steps: int, n_states: int) -> tuple[Any, bool]:
    """Return an array with an entry for each move of each step, and whether it repeats one matrix."""
    if given is None:
        return None, False
    array = np.asarray(given, dtype=object)
    one, all_ = (n_states, n_states), (n_steps - 1, n_states, n_states)
    if array.shape == all_:
        return array, False
    if array.shape != one:
        raise ValueError(f"{name} must have shape {one} or {all_}, got {array.shape}")
    return np.broadcast_to(array, all_), True
