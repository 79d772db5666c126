"""Drawings of neurons and of networks in layers."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ... import checks
from . import _geometry as geometry
from ._diagram import SMALL, TEXT, Diagram
from ._scene import Scene, check_alt

CURVES: dict[str, Any] = {
    "step": lambda x: (x >= 0) * 2.0 - 1.0,
    "sign": lambda x: (x >= 0) * 2.0 - 1.0,
    "sigmoid": lambda x: 2 / (1 + np.exp(-3.2 * x)) - 1,
    "logistic": lambda x: 2 / (1 + np.exp(-3.2 * x)) - 1,
    "tanh": lambda x: np.tanh(2.4 * x),
    "relu": lambda x: np.maximum(x, 0.0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.15 * x),
    "softplus": lambda x: np.log1p(np.exp(4 * x)) / 4,
    "identity": lambda x: x,
    "linear": lambda x: x,
}
"""Activations that are drawn as a small curve; any other text is printed."""


def neuron(
    inputs: Sequence[Any] | int,
    weights: Sequence[Any] | None = None,
    bias: Any = "b",
    activation: str = "sigmoid",
    *,
    alt: str,
    output: Any = "y",
    total: Any = "z",
    below: Any = None,
    digits: int = 3,
) -> Diagram:
    """Draw one neuron: weighted inputs, their sum, the activation and the output.

    Parameters
    ----------
    inputs : sequence of str or float, or int
        Labels or values of the inputs. A whole number n stands for x_1 to x_n.
    weights : sequence of str or float, optional
        Labels or values of the weights, one for each input. Without them they are w_1 to w_n.
    bias : str or float, optional
        Label or value of the bias; None leaves it out.
    activation : str
        ``step``, ``sign``, ``sigmoid``, ``logistic``, ``tanh``, ``relu``, ``leaky_relu``, ``softplus``,
        ``identity`` and ``linear`` are drawn as a small curve; any other text is printed in the node.
    alt : str
        What the drawing shows, in words.
    output : str or float
        Label or value of the output.
    total : str or float, optional
        Label or value on the way from the sum to the activation; None leaves it out.
    below : str or float, optional
        Label under the activation, such as a threshold.
    digits : int
        Largest number of decimals of a value.

    Returns
    -------
    Diagram
        The drawing.

    Raises
    ------
    ValueError
        If there is no input, or `weights` are not as many as the inputs.

    Examples
    --------
    >>> from dlbook.display import diagrams
    >>> diagrams.neuron([1, 0], [0.5, -0.2], 0.1, "step", alt="A threshold unit with inputs 1 and 0")
    Diagram('A threshold unit with inputs 1 and 0')
    """
    alt = check_alt(alt)
    if isinstance(inputs, (int, np.integer)):
        inputs = [f"x_{{{index}}}" for index in range(1, int(inputs) + 1)]
    entries = list(inputs)
    if not entries:
        raise ValueError("inputs must hold at least one input, got none")
    chosen = [f"w_{{{index}}}" for index in range(1, len(entries) + 1)] if weights is None else list(weights)
    if len(chosen) != len(entries):
        raise ValueError(f"weights must be as many as the {len(entries)} inputs, got {len(chosen)}")

    scene, gap, radius = Scene(), 54.0, 19.0
    sum_x, act_x, size = 150.0, 240.0, 25.0
    rows = (np.arange(len(entries)) - (len(entries) - 1) / 2) * gap
    for y, label, weight in zip(rows, entries, chosen, strict=True):
        scene.circle(0, y, radius, "blue")
        scene.text(label, 0, y, digits=digits)
        scene.edge(
            geometry.straight((0, y), (sum_x, 0)),
            weight,
            start=(0, y, radius),
            end=(sum_x, 0, size),
            digits=digits,
        )
    scene.circle(sum_x, 0, size, "ink", tint=0.06)
    scene.text(r"\Sigma", sum_x, 0, size=20)
    if bias is not None:
        box = scene.text(bias, sum_x, -size - 42, digits=digits)
        scene.edge(geometry.straight((sum_x, box[3] + 5), (sum_x, 0)), end=(sum_x, 0, size))
    side = 2 * size
    scene.rounded(act_x, 0, side, side, "green")
    if activation in CURVES:
        _curve(scene, act_x, 0.0, 17.0, activation)
    else:
        scene.text(activation, act_x, 0)
    node = (act_x - size, -size, act_x + size, size)
    scene.edge(geometry.straight((sum_x, 0), (act_x, 0)), start=(sum_x, 0, size), end=node)
    if total is not None:
        scene.text(total, (sum_x + act_x) / 2 - 2, -12, size=SMALL, digits=digits)
    if below is not None:
        scene.text(below, act_x, size + 15, size=SMALL, digits=digits)
    end = act_x + size + 50
    scene.edge(geometry.straight((act_x, 0), (end, 0)), start=node)
    scene.text(output, end + 7, 0, anchor="left", digits=digits)
    return scene.finish(alt, prefer=0.42)


def _curve(scene: Scene, x: float, y: float, half: float, name: str) -> None:
    """Draw the graph of an activation within a node."""
    scene.polyline([(x - half, y), (x + half, y)], "muted", thickness=0.8)
    scene.polyline([(x, y + half), (x, y - half)], "muted", thickness=0.8)
    if name in ("step", "sign"):
        high = 0.75 * half
        low = high if name == "sign" else 0.0
        points = [(x - half, y + low), (x, y + low), (x, y - high), (x + half, y - high)]
        scene.polyline(points, "green", thickness=2.0)
        return
    across = np.linspace(-1, 1, 41)
    height = np.clip(CURVES[name](across), -1, 1) * (0.85 if name != "relu" else 1.0)
    scene.polyline(np.column_stack([x + half * across, y - half * height]), "green", thickness=2.0)


def layered_network(
    sizes: Sequence[int],
    *,
    alt: str,
    labels: Sequence[Any] | None = None,
    weights: Sequence[Any] | None = None,
    biases: Sequence[Any] | bool = False,
    values: Sequence[Any] | None = None,
    layer_names: Sequence[str] | None = None,
    highlight_units: Iterable[tuple[int, int]] = (),
    highlight_edges: Iterable[tuple[int, int, int]] = (),
    max_units: int = 8,
    digits: int = 3,
) -> Diagram:
    r"""Draw a fully connected network, layer by layer from left to right.

    Parameters
    ----------
    sizes : sequence of int
        Number of units in each layer, the inputs first.
    alt : str
        What the drawing shows, in words.
    labels : sequence, optional
        For each layer a symbol that is numbered (``"x"`` gives x_1, x_2, ...), a sequence with a label for
        each unit, or None for empty units. Without it the layers are x, h and \hat{y}.
    weights : sequence of array of shape (n_from, n_to), optional
        For each pair of layers the labels or numbers of the edges, a row for each unit that an edge leaves.
        None in place of an array leaves these edges without labels.
    biases : sequence of sequence, or bool
        For each layer after the first the labels or numbers of its biases; True draws the bias units alone.
        A bias unit is a unit that is always 1.
    values : sequence of sequence, optional
        For each layer the numbers under its units, such as their outputs; None in place of a layer leaves it
        out.
    layer_names : sequence of str, optional
        A name under each layer.
    highlight_units : iterable of (layer, unit)
        Units to draw in the colour of attention, counted from 0.
    highlight_edges : iterable of (layer, unit_from, unit_to)
        Edges to draw in the colour of attention; `layer` is the layer that the edge leaves.
    max_units : int
        Largest number of units drawn in a layer; of a larger one the middle is left out.
    digits : int
        Largest number of decimals of a number.

    Returns
    -------
    Diagram
        The drawing.

    Raises
    ------
    ValueError
        If an argument does not fit `sizes`.

    Examples
    --------
    >>> from dlbook.display import diagrams
    >>> diagrams.layered_network([3, 2, 1], alt="Three inputs, two hidden units and one output")
    Diagram('Three inputs, two hidden units and one output')
    """
    alt = check_alt(alt)
    sizes = checks.integers(sizes, "sizes", ("n_layers",), least=1).tolist()
    if len(sizes) < 2:
        raise ValueError(f"sizes must hold at least two layers, got {sizes}")
    max_units = checks.count(max_units, "max_units", least=3)
    names = _unit_labels(sizes, labels)
    weight_rows = _weight_labels(sizes, weights)
    bias_rows = _bias_labels(sizes, biases)
    numbers = _per_unit(sizes, values, "values")
    if layer_names is not None and len(layer_names) != len(sizes):
        raise ValueError(f"layer_names must be as many as the {len(sizes)} layers, got {len(layer_names)}")
    bright_units, bright_edges = set(highlight_units), set(highlight_edges)
    for layer, lit in bright_units:
        if not (0 <= layer < len(sizes) and 0 <= lit < sizes[layer]):
            raise ValueError(f"highlight_units must name units of the network, got {(layer, lit)}")
    for layer, source, target in bright_edges:
        inside = 0 <= layer < len(sizes) - 1 and 0 <= source < sizes[layer] and 0 <= target < sizes[layer + 1]
        if not inside:
            raise ValueError(f"highlight_edges must name edges of the network, got {(layer, source, target)}")

    scene, radius = Scene(), 18.0
    has_labels = weights is not None or bool(bias_rows and bias_rows[0])
    most = max(a * b for a, b in pairwise(sizes))
    across = (190.0 if most > 6 else 175.0 if most > 4 else 150.0) if has_labels else 112.0
    down = (76.0 if most > 4 else 66.0) if has_labels else (66.0 if numbers else 52.0)
    shown = [_shown(size, max_units) for size in sizes]
    dense = not has_labels and max(len(a) * len(b) for a, b in pairwise(shown)) > 16
    colours = ["blue", *["green"] * (len(sizes) - 2), "purple"]
    places: list[dict[int, tuple[float, float]]] = []
    for layer, column in enumerate(shown):
        heights = (np.arange(len(column)) - (len(column) - 1) / 2) * down
        places.append({})
        for unit, y in zip(column, heights, strict=True):
            x = layer * across
            if unit is None:
                scene.dots(x, y)
                continue
            places[layer][unit] = (x, y)
            colour = "vermilion" if (layer, unit) in bright_units else colours[layer]
            line = {"thickness": 2.2, "tint": 0.2} if (layer, unit) in bright_units else {}
            scene.circle(x, y, radius, colour, **line)
            scene.text(names[layer][unit], x, y, size=TEXT - 0.5 - 1.5 * (len(sizes) > 3), digits=digits)
            if numbers is not None and numbers[layer] is not None:
                scene.text(numbers[layer][unit], x, y + radius + 11, size=SMALL, digits=digits)
    tops = [min(y for _, y in layer.values()) for layer in places]
    for layer in range(len(sizes) - 1):
        for source, (x0, y0) in places[layer].items():
            for target, (x1, y1) in places[layer + 1].items():
                bright = (layer, source, target) in bright_edges
                row = weight_rows[layer]
                scene.edge(
                    geometry.straight((x0, y0), (x1, y1)), None if row is None else row[source][target],
                    start=(x0, y0, radius), end=(x1, y1, radius), arrow=has_labels or bright, digits=digits,
                    colour="vermilion" if bright else "muted", thickness=2.2 if bright else 1.1,
                    opacity=0.55 if dense and not bright else 1.0,
                )  # fmt: skip
        if bias_rows is not None:
            x, y = layer * across, min(tops[layer], tops[layer + 1]) - down
            scene.circle(x, y, radius - 3, "amber")
            scene.text(1, x, y, size=SMALL)
            for target, (x1, y1) in places[layer + 1].items():
                label = bias_rows[layer][target] if bias_rows[layer] else None
                scene.edge(
                    geometry.straight((x, y), (x1, y1)), label,
                    start=(x, y, radius - 3), end=(x1, y1, radius), arrow=has_labels, digits=digits,
                    colour="amber", thickness=1.1, dashed=True, opacity=0.6 if dense else 1.0,
                )  # fmt: skip
    if layer_names is not None:
        bottom = max(y for layer in places for _, y in layer.values()) + radius + (34 if numbers else 20)
        for layer, name in enumerate(layer_names):
            scene.text(name, layer * across, bottom, size=SMALL, colour="muted", baseline=True)
    return scene.finish(alt, prefer=0.35)


def _shown(size: int, largest: int) -> list[int | None]:
    """Return the units of a layer that are drawn; None stands for those left out."""
    if size <= largest:
        return list(range(size))
    ahead = largest - 2
    return [*range(ahead), None, size - 1]


def _unit_labels(sizes: Sequence[int], labels: Sequence[Any] | None) -> list[list[Any]]:
    """Return a label for each unit of each layer."""
    hidden = len(sizes) - 2
    if labels is None:
        middle = ["h"] if hidden == 1 else [rf"h^{{({layer})}}" for layer in range(1, hidden + 1)]
        labels = ["x", *middle[:hidden], r"\hat{y}"]
    if len(labels) != len(sizes):
        raise ValueError(f"labels must be as many as the {len(sizes)} layers, got {len(labels)}")
    result: list[list[Any]] = []
    for size, given in zip(sizes, labels, strict=True):
        if given is None:
            result.append([None] * size)
        elif isinstance(given, str):
            one = size == 1
            result.append([given if one else f"{given}_{{{unit}}}" for unit in range(1, size + 1)])
        else:
            result.append(list(given))
            if len(result[-1]) != size:
                raise ValueError(
                    f"labels must name each of the {size} units of a layer, got {len(result[-1])}"
                )
    return result


def _weight_labels(sizes: Sequence[int], weights: Sequence[Any] | None) -> list[Any]:
    if weights is None:
        return [None] * (len(sizes) - 1)
    if len(weights) != len(sizes) - 1:
        raise ValueError(
            f"weights must hold an array for each pair of layers, {len(sizes) - 1}, got {len(weights)}"
        )
    result = []
    for layer, given in enumerate(weights):
        rows = None if given is None else [list(row) for row in given]
        wanted = (sizes[layer], sizes[layer + 1])
        if rows is not None and (len(rows) != wanted[0] or any(len(row) != wanted[1] for row in rows)):
            got = (len(rows), *sorted({len(row) for row in rows}))
            raise ValueError(f"weights[{layer}] must have shape {wanted}, got {got}")
        result.append(rows)
    return result


def _bias_labels(sizes: Sequence[int], biases: Sequence[Any] | bool) -> list[Any] | None:
    if biases is False or biases is None:
        return None
    if biases is True:
        return [None] * (len(sizes) - 1)
    rows = [list(np.atleast_1d(np.asarray(row, dtype=object)).ravel()) for row in biases]
    if [len(row) for row in rows] != list(sizes[1:]):
        wanted, got = list(sizes[1:]), [len(row) for row in rows]
        raise ValueError(f"biases must hold one for each unit after the inputs, {wanted}, got {got}")
    return rows


def _per_unit(sizes: Sequence[int], values: Sequence[Any] | None, name: str) -> list[Any] | None:
    if values is None:
        return None
    rows = [
        None if row is None else list(np.atleast_1d(np.asarray(row, dtype=object)).ravel()) for row in values
    ]
    if len(rows) != len(sizes):
        raise ValueError(f"{name} must be as many as the {len(sizes)} layers, got {len(rows)}")
    for size, row in zip(sizes, rows, strict=True):
        if row is not None and len(row) != size:
            raise ValueError(f"{name} must hold one for each of the {size} units of a layer, got {len(row)}")
    return rows
