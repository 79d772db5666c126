"""Drawings of gated recurrent cells, the LSTM and the GRU: gates, states and where they meet."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ._cell import AFTER, BEFORE, HIGH, RADIUS, SIDE, TURN, WIDE, Cell
from ._diagram import Diagram
from ._scene import check_alt

PARTS = ("write", "read", "forget")
"""What the gates of an LSTM are for, in the order in which a cell is built up."""


def lstm_cell(
    *,
    alt: str,
    parts: Iterable[str] = PARTS,
    values: Mapping[str, Any] | None = None,
    highlight: Iterable[str] = (),
    digits: int = 3,
) -> Diagram:
    r"""Draw one LSTM cell: the state on its way along the top, the gates below it.

    Circles are operations element by element, boxes are layers of neurons. The lines of :math:`h_{t-1}` and
    :math:`x_t` join to one vector that goes into each layer.

    Parameters
    ----------
    alt : str
        What the drawing shows, in words.
    parts : iterable of str
        Which gates the cell has. ``write`` alone is a simple state that is shown through an output gate;
        ``write`` and ``read`` add what is read to the state before, through an input gate; with ``forget``
        the cell is the LSTM.
    values : mapping of str to float, sequence or str, optional
        Numbers beside their names, or vectors of up to four numbers, which stand as columns: ``f``, ``i``,
        ``o``, ``candidate``, ``s``, ``s_before``, ``h``, ``h_before`` and ``x``.
    highlight : iterable of str
        Which of the same names to draw in the colour of attention. With ``s_before`` and ``s`` the line of
        the state between them is too.
    digits : int
        Largest number of decimals of a number.

    Returns
    -------
    Diagram
        The drawing.

    Raises
    ------
    ValueError
        If `parts` are not the first ones of ``write``, ``read`` and ``forget``, or a name in `values` or
        `highlight` is not one of the drawing.

    Notes
    -----
    With all parts, and with the weights left out,

    .. math:: s_t = f_t \odot s_{t-1} + i_t \odot \tilde{s}_t, \qquad h_t = o_t \odot \tanh(s_t).

    References
    ----------
    - S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997,
      pp. 1735-1780.
    - F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to forget: continual prediction with LSTM", Neural
      Computation 12(10), 2000, pp. 2451-2471. They added the forget gate.

    Examples
    --------
    >>> from dlbook.display import diagrams
    >>> diagrams.lstm_cell(values={"f": 0.9, "i": [0.1, 0.7]}, highlight=["f"], alt="An LSTM cell")
    Diagram('An LSTM cell')
    """
    alt = check_alt(alt)
    chosen = {parts} if isinstance(parts, str) else set(parts)
    if not chosen or chosen != set(PARTS[: len(chosen)]):
        raise ValueError(f"parts must be the first ones of {PARTS}, got {sorted(map(str, chosen))}")
    reads, forgets = "read" in chosen, "forget" in chosen
    names = {"o": "o_t", "s": "s_t", "h": "h_t", "h_before": "h_{t-1}", "x": "x_t"}
    if reads:
        names |= {"i": "i_t", "candidate": r"\tilde{s}_t", "s_before": "s_{t-1}"}
    if forgets:
        names["f"] = "f_t"
    cell = Cell(names, values, highlight, digits)

    # Columns from left to right; rows from the state at 0 down to the inputs.
    product, shown, named = 66.0, 92.0, 108.0
    gate, bus, bottom = np.array([155.0, 201.0, 221.0]) + cell.deeper("f", "i", "candidate", "o")
    columns = [name for name in ("f", "i", "candidate", "o") if name in names or name == "candidate"]
    place, x = {}, 40.0
    for name in columns:
        place[name] = x
        x += max(60.0, cell.width(name) + SIDE + 12)
    out, right = x, x + 32
    cell.frame(right, -26, bottom)

    # The inputs join, and go into each gate.
    cell.port("h_before", -1, 0, bus)
    cell.port("x", 0, 18, bottom + 34)
    cell.wire([cell.exit("h_before"), (place["o"], bus), (place["o"], gate + HIGH / 2 + AFTER)])
    cell.wire([(18, bottom + 17 - BEFORE), (18, bus), (18 + 2 * TURN, bus)], arrow=False)
    for name in columns[:-1]:
        cell.dot(place[name], bus)
        cell.wire([(place[name], bus), (place[name], gate + HIGH / 2 + AFTER)])
    top = gate - HIGH / 2 - BEFORE
    for name in columns:
        kind = ("green", r"\tanh") if name == "candidate" else ("amber", r"\sigma")
        cell.box(name if name in names else None, place[name], gate, *kind)

    # The state.
    cell.port("s", 1, right, 0)
    end = cell.exit("s")
    if reads:
        x_sum = place["candidate"]
        cell.port("s_before", -1, 0, 0)
        start = cell.exit("s_before")
        carried = "s_before" in cell.bright and "s" in cell.bright
        if forgets:
            x_keep = place["f"]
            cell.operation(r"\times", x_keep, 0)
            cell.wire([(x_keep, top), (x_keep, RADIUS + AFTER)], "f")
            cell.name("f", x_keep, named)
            cell.state([start, (x_keep - RADIUS - AFTER, 0)], carried)
            start = (x_keep + RADIUS + BEFORE, 0)
        cell.operation("+", x_sum, 0)
        cell.operation(r"\times", x_sum, product)
        cell.state([start, (x_sum - RADIUS - AFTER, 0)], carried)
        cell.state([(x_sum + RADIUS + BEFORE, 0), end], carried)
        cell.wire([(place["i"], top), (place["i"], product), (x_sum - RADIUS - AFTER, product)], "i")
        cell.wire([(x_sum, top), (x_sum, product + RADIUS + AFTER)], "candidate")
        cell.wire([(x_sum, product - RADIUS - BEFORE), (x_sum, RADIUS + AFTER)])
        cell.name("i", place["i"], named)
        cell.name("candidate", x_sum, named)
    else:
        cell.state([(place["candidate"], top), (place["candidate"], 0), end], "s" in cell.bright)

    # What the cell shows of it.
    cell.dot(out, 0, "vermilion" if "s" in cell.bright else "green")
    cell.box(None, out, 42, "green", r"\tanh", height=26)
    cell.wire([(out, 0), (out, 29 - AFTER)])
    cell.wire([(out, 55 + BEFORE), (out, shown - RADIUS - AFTER)])
    cell.operation(r"\times", out, shown)
    cell.wire([(place["o"], top), (place["o"], shown), (out - RADIUS - AFTER, shown)], "o")
    cell.name("o", place["o"], named)
    cell.port("h", 1, right, bus)
    cell.wire([(out, shown + RADIUS + BEFORE), (out, bus), cell.exit("h")], "h")
    return cell.scene.finish(alt)


def gru_cell(
    *,
    alt: str,
    values: Mapping[str, Any] | None = None,
    highlight: Iterable[str] = (),
    reset_after: bool = False,
    digits: int = 3,
) -> Diagram:
    r"""Draw one GRU cell: the state on its way along the top, its two gates and the candidate below it.

    Circles are operations element by element, boxes are layers of neurons. The lines of :math:`s_{t-1}` and
    :math:`x_t` join to one vector that goes into both gates.

    Parameters
    ----------
    alt : str
        What the drawing shows, in words.
    values : mapping of str to float, sequence or str, optional
        Numbers beside their names, or vectors of up to four numbers, which stand as columns: ``u``, ``r``,
        ``candidate``, ``s``, ``s_before`` and ``x``.
    highlight : iterable of str
        Which of the same names to draw in the colour of attention. With ``s_before`` and ``s`` the line of
        the state between them is too.
    reset_after : bool
        Whether the reset gate is multiplied after the weights of the candidate, as in Keras, and not with
        the state before them. The weights are then drawn as a box of their own.
    digits : int
        Largest number of decimals of a number.

    Returns
    -------
    Diagram
        The drawing.

    Raises
    ------
    ValueError
        If a name in `values` or `highlight` is not one of the drawing.

    Notes
    -----
    The update gate is the share of the candidate,

    .. math:: s_t = (1 - u_t) \odot s_{t-1} + u_t \odot \tilde{s}_t.

    The candidate is :math:`\tanh(U^\top x_t + W^\top (r_t \odot s_{t-1}) + b)`, and with the reset after the
    product :math:`\tanh(U^\top x_t + b + r_t \odot (W^\top s_{t-1} + b'))`.

    References
    ----------
    - K. Cho, B. van Merriënboer, C. Gulcehre, D. Bahdanau, F. Bougares, H. Schwenk and Y. Bengio, "Learning
      phrase representations using RNN encoder-decoder for statistical machine translation", Conference on
      Empirical Methods in Natural Language Processing, 2014, pp. 1724-1734, section 2.3. Their gate is the
      share of the state before.

    Examples
    --------
    >>> from dlbook.display import diagrams
    >>> diagrams.gru_cell(values={"u": 0.25}, reset_after=True, alt="A GRU cell")
    Diagram('A GRU cell')
    """
    alt = check_alt(alt)
    names = {
        "u": "u_t", "r": "r_t", "candidate": r"\tilde{s}_t", "s": "s_t", "s_before": "s_{t-1}", "x": "x_t",
    }  # fmt: skip
    cell = Cell(names, values, highlight, digits)

    # Columns from left to right; rows from the state at 0 down to the inputs.
    minus, product, reset, named = 36.0, 70.0, 114.0, 135.0
    gate, bus, low, bottom = np.array([180.0, 222.0, 244.0, 260.0]) + cell.deeper("u", "r", "candidate")
    tap, update = 20.0, 62.0
    relevant = update + max(68.0, cell.width("u") + SIDE + 24, 94.0 if reset_after else 0.0)
    turn = relevant + max(34.0, cell.width("r") + SIDE + 10)
    new = turn + WIDE / 2 + 26
    right = new + max(34.0, cell.width("candidate") + SIDE + 10)
    cell.frame(right, -26, bottom)
    top, under = gate - HIGH / 2 - BEFORE, gate + HIGH / 2 + AFTER

    # The state before and the input join, and go into both gates.
    cell.port("s_before", -1, 0, 0)
    cell.port("x", 0, tap, bottom + 34)
    cell.dot(tap, 0, "vermilion" if "s_before" in cell.bright else "green")
    cell.wire([(tap, 0), (tap, bus), (relevant, bus), (relevant, under)])
    cell.wire([(tap, bottom + 17 - BEFORE), (tap, bus), (tap + 2 * TURN, bus)], arrow=False)
    cell.dot(update, bus)
    cell.wire([(update, bus), (update, under)])
    cell.dot(tap, low)
    cell.wire([(tap, low), (new, low), (new, under)])
    cell.box("u", update, gate, "amber", r"\sigma")
    cell.box("r", relevant, gate, "amber", r"\sigma")
    cell.box("candidate", new, gate, "green", r"\tanh")

    # What the candidate sees of the state before; the line leaps over that of the update gate.
    cell.dot(tap, reset)
    enters = relevant - RADIUS - AFTER
    if reset_after:
        weights = update + 44
        cell.wire([(tap, reset), (weights - 14 - AFTER, reset)], leap=update)
        cell.box(None, weights, reset, "green", "W", width=28, height=24)
        cell.wire([(weights + 14 + BEFORE, reset), (enters, reset)])
    else:
        cell.wire([(tap, reset), (enters, reset)], leap=update)
    cell.operation(r"\times", relevant, reset)
    cell.wire([(relevant, top), (relevant, reset + RADIUS + AFTER)], "r")
    side = new - WIDE / 2 - AFTER
    cell.wire([(relevant + RADIUS + BEFORE, reset), (turn, reset), (turn, gate), (side, gate)])

    # The state: one gate says what share of it is new and, with 1 minus, what share stays.
    cell.port("s", 1, right, 0)
    start, end = cell.exit("s_before"), cell.exit("s")
    carried = "s_before" in cell.bright and "s" in cell.bright
    cell.operation(r"\times", update, 0)
    cell.operation("1{-}", update, minus)
    cell.operation("+", new, 0)
    cell.operation(r"\times", new, product)
    cell.state([start, (update - RADIUS - AFTER, 0)], carried)
    cell.state([(update + RADIUS + BEFORE, 0), (new - RADIUS - AFTER, 0)], carried)
    cell.state([(new + RADIUS + BEFORE, 0), end], carried)
    cell.wire([(update, top), (update, minus + RADIUS + AFTER)], "u")
    cell.wire([(update, minus - RADIUS - BEFORE), (update, RADIUS + AFTER)], "u")
    cell.dot(update, product, "vermilion" if "u" in cell.bright else "muted")
    cell.wire([(update, product), (new - RADIUS - AFTER, product)], "u")
    cell.wire([(new, top), (new, product + RADIUS + AFTER)], "candidate")
    cell.wire([(new, product - RADIUS - BEFORE), (new, RADIUS + AFTER)])
    for name, x in (("u", update), ("r", relevant), ("candidate", new)):
        cell.name(name, x, named)
    return cell.scene.finish(alt)
