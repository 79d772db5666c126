"""Drawings of Markov chains: the graph of their states."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ... import checks
from . import _geometry as geometry
from ._diagram import TEXT, Diagram
from ._scene import Scene, check_alt, label_width


def state_graph(
    transition: Any,
    states: Sequence[Any] | None = None,
    *,
    alt: str,
    highlight_states: Iterable[int] = (),
    highlight_edges: Iterable[tuple[int, int]] = (),
    labels: Any = None,
    digits: int = 3,
) -> Diagram:
    """Draw the graph of a Markov chain: a circle of states, an arrow for each transition that can happen.

    Parameters
    ----------
    transition : array of shape (n_states, n_states)
        Probability of going from the state of the row to the state of the column. Rows sum to 1; zeros have
        no arrow.
    states : sequence of str, optional
        Names of the states. Without them they are s_1 to s_n.
    alt : str
        What the drawing shows, in words.
    highlight_states : iterable of int
        States to draw in the colour of attention, counted from 0.
    highlight_edges : iterable of (state_from, state_to)
        Arrows to draw in the colour of attention.
    labels : array of shape (n_states, n_states), optional
        Labels of the arrows in place of the probabilities.
    digits : int
        Largest number of decimals of a probability.

    Returns
    -------
    Diagram
        The drawing.

    Raises
    ------
    ValueError
        If `transition` is not a matrix of probabilities, or another argument does not fit it.

    Examples
    --------
    >>> from dlbook.display import diagrams
    >>> diagrams.state_graph([[0.9, 0.1], [0.5, 0.5]], ["sunny", "rainy"], alt="A chain of two states")
    Diagram('A chain of two states')
    """
    alt = check_alt(alt)
    n_states = len(checks.array(transition, "transition", ("n_states", "n_states")))
    matrix = checks.probabilities(transition, "transition", (n_states, n_states))
    names = [f"s_{{{i}}}" for i in range(1, n_states + 1)] if states is None else list(states)
    if len(names) != n_states:
        raise ValueError(f"states must be as many as the {n_states} rows of transition, got {len(names)}")
    if labels is not None and np.shape(labels) != matrix.shape:
        raise ValueError(f"labels must have shape {matrix.shape}, got {np.shape(labels)}")
    bright_states, bright_edges = set(highlight_states), set(highlight_edges)
    if any(not 0 <= state < n_states for state in bright_states):
        raise ValueError(f"highlight_states must lie in 0 to {n_states - 1}, got {sorted(bright_states)}")
    for source, target in bright_edges:
        if not (0 <= source < n_states and 0 <= target < n_states) or matrix[source, target] == 0:
            raise ValueError(f"highlight_edges must name transitions that can happen, got {(source, target)}")

    scene = Scene()
    radius = max(22.0, max(label_width(name) for name in names) / 2 + 9)
    crowded = n_states > 3 and (matrix > 0).sum() - (np.diag(matrix) > 0).sum() > 2 * n_states
    spread = max(2 * radius + (130 if crowded else 92), 140.0)
    first = {2: np.pi, 4: -3 * np.pi / 4}.get(n_states, -np.pi / 2)
    angles = first + 2 * np.pi * np.arange(n_states) / n_states
    ring = 0.0 if n_states == 1 else spread / (2 * np.sin(np.pi / n_states))
    centres = ring * np.column_stack([np.cos(angles), np.sin(angles)])
    for state, (x, y) in enumerate(centres):
        bright = state in bright_states
        line = {"thickness": 2.4, "tint": 0.2} if bright else {}
        scene.circle(x, y, radius, "vermilion" if bright else "blue", **line)
        scene.text(names[state], x, y, size=TEXT)
    for source in range(n_states):
        for target in range(n_states):
            if matrix[source, target] == 0:
                continue
            bright = (source, target) in bright_edges
            style: dict[str, Any] = {"colour": "muted", "thickness": 1.4}
            if bright:
                style = {"colour": "vermilion", "thickness": 2.4}
            label = matrix[source, target] if labels is None else labels[source][target]
            if source == target:
                angle = angles[source] if n_states > 1 else -np.pi / 2
                curve = _loop(centres[source], radius, angle)
                scene.edge(curve, end=(*centres[source], radius), **style)
                outward = np.array([np.cos(angle), np.sin(angle)])
                scene.text_beside(label, geometry.at(curve, 0.5), outward, digits=digits)
                continue
            distance = float(np.hypot(*(centres[target] - centres[source])))
            both = matrix[target, source] > 0
            curve = geometry.bent(centres[source], centres[target], (0.09 * distance + 8) if both else 0.0)
            circle_from, circle_to = (*centres[source], radius), (*centres[target], radius)
            scene.edge(curve, label, start=circle_from, end=circle_to, digits=digits, **style)
    return scene.finish(alt)


def _loop(centre: np.ndarray, radius: float, angle: float) -> np.ndarray:
    """Return an arrow from a state to itself, on the side given by the angle."""
    width, reach = 0.40, radius + 54
    ends = [
        centre + radius * np.array([np.cos(angle + side), np.sin(angle + side)]) for side in (-width, width)
    ]
    wide = 0.56
    pulls = [
        centre + reach * np.array([np.cos(angle + side), np.sin(angle + side)]) for side in (-wide, wide)
    ]
    return np.array([ends[0], pulls[0], pulls[1], ends[1]])
