"""Gated cells and layers over time: every line arrives, and crosses no label and no node."""

import re
import xml.etree.ElementTree as ET
import zlib
from itertools import combinations

import numpy as np
import pytest

from dlbook.display import LIGHT, diagrams
from dlbook.display.diagrams import _geometry as geometry

LSTM = ["f", "i", "o", "candidate", "s", "s_before", "h", "h_before", "x"]
GRU = ["u", "r", "candidate", "s", "s_before", "x"]
WORDS = ["I", "love", "apple", "juice"]


def numbers(names: list[str], size: int | None = None) -> dict:
    """Return a wide value, or a vector of them, for each name."""
    return {
        name: -0.125 - index / 1000 if size is None else np.linspace(-index, 0.625, size)
        for index, name in enumerate(names)
    }


GALLERY = {
    "lstm": lambda: diagrams.lstm_cell(alt="A cell"),
    "lstm write": lambda: diagrams.lstm_cell(parts=["write"], values={"s": 1, "o": 0.5}, alt="A cell"),
    "lstm write, read": lambda: diagrams.lstm_cell(
        parts=("read", "write"), values={"i": [1, 0]}, highlight=["i", "candidate"], alt="A cell"
    ),
    "lstm numbers": lambda: diagrams.lstm_cell(values=numbers(LSTM), highlight=LSTM, alt="A cell"),
    "lstm vectors": lambda: diagrams.lstm_cell(values=numbers(LSTM, 4), alt="A cell"),
    "lstm texts": lambda: diagrams.lstm_cell(values={"f": r"\approx 1", "x": "the word"}, alt="A cell"),
    "gru": lambda: diagrams.gru_cell(alt="A cell"),
    "gru after": lambda: diagrams.gru_cell(reset_after=True, highlight=["r"], alt="A cell"),
    "gru numbers": lambda: diagrams.gru_cell(values=numbers(GRU), highlight=GRU, alt="A cell"),
    "gru vectors": lambda: diagrams.gru_cell(values=numbers(GRU, 3), alt="A cell"),
    "gru after vectors": lambda: diagrams.gru_cell(values=numbers(GRU, 4), reset_after=True, alt="A cell"),
    "stacked": lambda: diagrams.stacked(alt="Layers"),
    "stacked one": lambda: diagrams.stacked(1, 1, alt="Layers"),
    "stacked words": lambda: diagrams.stacked(
        4, 3, inputs=WORDS, outputs=[None, None, None, "positive"], layer_names=["1st", "2nd", "3rd"],
        highlight_steps=[4], alt="Layers",
    ),
    "bidirectional": lambda: diagrams.stacked(bidirectional=True, alt="Layers"),
    "bidirectional words": lambda: diagrams.stacked(
        4, bidirectional=True, inputs=WORDS, outputs=[None, None, "company", None],
        layer_names=["forward", "backward"], highlight_steps=[3], alt="Layers",
    ),
    "bidirectional step": lambda: diagrams.stacked(1, bidirectional=True, states=None, alt="Layers"),
}  # fmt: skip


@pytest.fixture(params=GALLERY)
def diagram(request: pytest.FixtureRequest) -> diagrams.Diagram:
    return GALLERY[request.param]()


def texts(diagram: diagrams.Diagram) -> list[str]:
    """Return the labels without what only Matplotlib needs."""
    found = [re.sub(r"\{?\\mathrm\{([^}]*)\}\}?", r"\1", label.text).strip("$") for label in diagram.labels]
    return [re.sub(r"_\{([^{}]+)\}", r"_\1", text) for text in found]


def heads(diagram: diagrams.Diagram, *colours: str) -> list[np.ndarray]:
    """Return the tips of the arrows."""
    return [
        shape.vertices[0]
        for shape in diagram.shapes
        if shape.codes == (1, 2, 2, 2, 79) and (not colours or shape.fill in colours)
    ]


def points_on(shape) -> np.ndarray:
    """Return points close to one another along a line of straight pieces and curves."""
    pieces, index = [], 1
    last = shape.vertices[0]
    while index < len(shape.codes):
        count = {2: 1, 3: 2, 4: 3}[shape.codes[index]]
        inner = shape.vertices[index : index + count]
        curve = {
            1: lambda p, q: geometry.straight(p, q[0]),
            2: lambda p, q: np.array([p, p + 2 / 3 * (q[0] - p), q[1] + 2 / 3 * (q[0] - q[1]), q[1]]),
            3: lambda p, q: np.array([p, *q]),
        }[count](last, inner)
        pieces.append(geometry.samples(curve))
        last, index = inner[-1], index + count
    return np.vstack(pieces)


def lines(diagram: diagrams.Diagram) -> list:
    """Return the lines between nodes; brackets of vectors have the colour of ink."""
    return [shape for shape in diagram.shapes if shape.fill is None and shape.stroke != "ink"]


def nodes(diagram: diagrams.Diagram) -> list[tuple[float, float, float, float]]:
    """Return the boxes of the nodes, without the outline of a cell and the points where lines branch."""
    tinted = [shape.vertices for shape in diagram.shapes if shape.fill and 0.05 < shape.opacity < 1]
    return [(*points.min(axis=0), *points.max(axis=0)) for points in tinted]


# -- every drawing -------------------------------------------------------------


def test_labels_keep_off_one_another(diagram) -> None:
    for one, other in combinations(diagram.labels, 2):
        assert geometry.overlap(one.box, other.box) == 0, (one.text, other.text)


def test_labels_lie_within_their_node_or_off_all_nodes(diagram) -> None:
    for label in diagram.labels:
        left, top, right, bottom = label.box
        for node in nodes(diagram):
            shared = geometry.overlap(label.box, node)
            assert shared == 0 or shared == pytest.approx((right - left) * (bottom - top)), label.text


def test_lines_keep_off_labels(diagram) -> None:
    assert lines(diagram)
    for shape in lines(diagram):
        points = points_on(shape)
        for left, top, right, bottom in (label.box for label in diagram.labels):
            assert not geometry.in_box(points, (left - 1, top - 1, right + 1, bottom + 1)).any()


def test_lines_pass_no_node(diagram) -> None:
    for shape in lines(diagram):
        points = points_on(shape)
        for left, top, right, bottom in nodes(diagram):
            # The corners of a box around a circle are not of the circle.
            inner = (left + 5, top + 5, right - 5, bottom - 5)
            assert not geometry.in_box(points, inner).any()


def test_arrows_end_at_a_node(diagram) -> None:
    boxes = nodes(diagram)
    for x, y in heads(diagram):
        gaps = [max(left - x, x - right, top - y, y - bottom) for left, top, right, bottom in boxes]
        assert -6 < min(gaps, key=abs) < 4


def test_everything_lies_in_the_frame_with_a_margin(diagram) -> None:
    size = np.array([diagram.width, diagram.height])
    boxes = np.array([label.box for label in diagram.labels] + nodes(diagram))
    assert boxes[:, :2].min() >= 7.9
    assert (boxes[:, 2:] <= size - 7.9).all()


def test_svg_is_small_and_in_the_colours_of_the_page(diagram) -> None:
    svg = diagram.svg
    root = ET.fromstring(svg)
    assert root.get("aria-label") == diagram.alt
    # A vector at each name is thousands of curves; as equal digits are equal text, they compress.
    assert len(svg) < 40_000 or len(diagram.labels) > 30
    assert len(zlib.compress(svg.encode())) < 14_000
    found = set(re.findall(r"(?:fill|stroke):([^;\"]+)", svg)) - {"none"}
    assert found <= {f"var(--dlb-{name},{value})" for name, value in LIGHT.items()}


def test_drawing_fits_a_phone_with_legible_labels(diagram) -> None:
    least = float(re.search(r"min-width:(\d+)px", diagram.svg)[1])
    assert least <= 360
    assert min(label.size for label in diagram.labels) * least / diagram.width >= 8.9


# -- LSTM ----------------------------------------------------------------------


def test_lstm_is_built_up_part_by_part() -> None:
    write = diagrams.lstm_cell(parts=("write",), alt="A cell")
    read = diagrams.lstm_cell(parts=("write", "read"), alt="A cell")
    full = diagrams.lstm_cell(alt="A cell")
    ports = ["h_t-1", "x_t", "s_t", "h_t", "o_t"]
    assert sorted(texts(write)) == sorted([*ports, r"\sigma", r"\tanh", r"\tanh", r"\times"])
    added = ["s_t-1", "i_t", r"\tilde{s}_t", r"\sigma", r"\times", "+"]
    assert sorted(texts(read)) == sorted([*texts(write), *added])
    assert sorted(texts(full)) == sorted([*texts(read), "f_t", r"\sigma", r"\times"])
    # Two arrows at the output gate, the candidate and tanh, and one at h. Then two at the input gate and at
    # the product, and the state before. Then two at the forget gate, and one more piece of the state.
    assert [len(heads(cell)) for cell in (write, read, full)] == [7, 12, 15]
    assert [len(heads(cell, "green")) for cell in (write, read, full)] == [1, 2, 3]


def test_lstm_multiplies_and_adds_where_the_equation_does() -> None:
    diagram = diagrams.lstm_cell(alt="A cell")
    place = {}
    for text, label in zip(texts(diagram), diagram.labels, strict=True):
        centre = ((label.box[0] + label.box[2]) / 2, (label.box[1] + label.box[3]) / 2)
        place.setdefault(text, []).append(centre)
    [plus], line = place["+"], place["s_t"][0][1]
    keep, into, shown = sorted(place[r"\times"])
    assert keep[1] == pytest.approx(line, abs=1.5)
    assert plus[1] == pytest.approx(line, abs=1.5)
    assert into[0] == pytest.approx(plus[0], abs=0.5)
    assert keep[0] < into[0] < shown[0]
    assert shown[1] > line + 50
    assert place["s_t-1"][0][0] < keep[0] < plus[0] < place["s_t"][0][0]


def test_values_stand_beside_their_names() -> None:
    given = {name: index + 1 for index, name in enumerate(LSTM)}
    diagram = diagrams.lstm_cell(values=given, alt="A cell")
    place = dict(zip(texts(diagram), (label.box for label in diagram.labels), strict=True))
    symbols = {"candidate": r"\tilde{s}_t", "s_before": "s_t-1", "h_before": "h_t-1"}
    for name, value in given.items():
        symbol, box = place[symbols.get(name, f"{name}_t")], place[str(value)]
        assert np.hypot(symbol[0] - box[0], symbol[1] - box[1]) < 42, name


def test_vectors_are_columns_with_points_below_one_another() -> None:
    diagram = diagrams.lstm_cell(values={"f": [0.25, -1, 0.5]}, alt="A cell")
    found = texts(diagram)
    rows = [diagram.labels[found.index(text)].box for text in ("0.25", "-1.00", "0.50")]
    assert rows[0][3] < rows[1][1] < rows[1][3] < rows[2][1]
    # The ink of a digit does not fill its advance.
    np.testing.assert_allclose([row[2] for row in rows], rows[0][2], rtol=0, atol=0.01)
    assert sum(shape.stroke == "ink" and shape.fill is None for shape in diagram.shapes) == 2
    taller = diagram.height - diagrams.lstm_cell(values={"f": 0.25}, alt="A cell").height
    assert 30 < taller < 40


def test_numbers_are_rounded_to_digits() -> None:
    diagram = diagrams.gru_cell(values={"u": 2 / 3, "r": [1 / 3, 1]}, digits=2, alt="A cell")
    assert {"0.67", "0.33", "1.00"} <= set(texts(diagram))
    assert "0.667" in texts(diagrams.gru_cell(values={"u": np.float32(2 / 3)}, alt="A cell"))


@pytest.mark.parametrize("name", LSTM)
def test_lstm_highlights_the_node_and_its_line(name: str) -> None:
    diagram = diagrams.lstm_cell(highlight=[name], alt="A cell")
    lit = [s for s in diagram.shapes if s.stroke == "vermilion" and s.fill == "vermilion" and s.opacity < 1]
    assert len(lit) == 1
    assert len(heads(diagram, "vermilion")) == (name in ("f", "i", "o", "candidate", "h"))


def test_the_state_between_its_ends_is_highlighted_with_both() -> None:
    for cell in (diagrams.lstm_cell, diagrams.gru_cell):
        both = cell(highlight=["s", "s_before"], alt="A cell")
        assert len(heads(both, "vermilion")) == 3
        assert not heads(both, "green")
        assert not heads(cell(highlight=["s"], alt="A cell"), "vermilion")


# -- GRU -----------------------------------------------------------------------


def test_gru_has_two_gates_and_one_candidate() -> None:
    diagram = diagrams.gru_cell(alt="A cell")
    expected = ["s_t-1", "x_t", "s_t", "u_t", "r_t", r"\tilde{s}_t"]
    expected += [r"\sigma", r"\sigma", r"\tanh", r"\times", r"\times", r"\times", "+", "1{-}"]
    assert sorted(texts(diagram)) == sorted(expected)
    assert len(heads(diagram, "green")) == 3
    assert len(heads(diagram, "muted")) == 11


def test_gru_update_gate_goes_to_both_shares() -> None:
    assert len(heads(diagrams.gru_cell(highlight="u", alt="A cell"), "vermilion")) == 3
    assert len(heads(diagrams.gru_cell(highlight="r", alt="A cell"), "vermilion")) == 1


def test_gru_weights_stand_before_the_reset_when_it_comes_after() -> None:
    before, after = (diagrams.gru_cell(reset_after=late, alt="A cell") for late in (False, True))
    assert sorted(texts(after)) == sorted([*texts(before), "W"])
    assert len(heads(after)) == len(heads(before)) + 1
    boxes = dict(zip(texts(after), (label.box for label in after.labels), strict=True))
    assert boxes["u_t"][0] < boxes["W"][2] < boxes["r_t"][0]


# -- layers --------------------------------------------------------------------


def test_stacked_counts() -> None:
    diagram = diagrams.stacked(4, 3, alt="Layers")
    # Between steps 3 in each of 3 layers; upwards 4 in each of 4 columns.
    assert len(heads(diagram)) == 3 * 3 + 4 * 4
    found = texts(diagram)
    assert len(found) == 4 * 3 + 8
    assert {"x_1", "y_4"} <= set(found)
    assert len(heads(diagrams.stacked(4, 3, inputs=None, outputs=None, alt="Layers"))) == 3 * 3 + 4 * 2


def test_stacked_layers_are_numbered_from_below() -> None:
    diagram = diagrams.stacked(1, 2, layer_names=["lower", "upper"], alt="Layers")
    boxes = dict(zip(texts(diagram), (label.box for label in diagram.labels), strict=True))
    first, second = (next(boxes[text] for text in boxes if f"[{layer}]" in text) for layer in (1, 2))
    assert boxes["y_1"][3] < second[1]
    assert second[3] < first[1]
    assert first[3] < boxes["x_1"][1]
    assert boxes["upper"][3] < boxes["lower"][1]
    assert not any("[" in text for text in texts(diagrams.stacked(1, 1, alt="One layer")))


def test_bidirectional_layers_point_in_opposite_directions() -> None:
    diagram = diagrams.stacked(3, bidirectional=True, alt="Layers")
    assert len(heads(diagram)) == 2 * 2 + 3 * 4
    for colour, sign in (("green", 1), ("sky", -1)):
        arrows = [s for s in diagram.shapes if s.codes == (1, 2, 2, 2, 79) and s.fill == colour]
        assert len(arrows) == 2
        for arrow in arrows:
            assert np.sign(arrow.vertices[0, 0] - arrow.vertices[2, 0]) == sign
    assert sum("overleftarrow" in text for text in texts(diagram)) == 3
    assert sum("overrightarrow" in text for text in texts(diagram)) == 3


def test_bidirectional_output_takes_both_directions() -> None:
    diagram = diagrams.stacked(2, bidirectional=True, inputs=None, outputs=[None, "y"], alt="Layers")
    assert len(heads(diagram, "muted")) == 2


def test_a_letter_among_words_is_a_word() -> None:
    assert (
        "$" not in diagrams.stacked(2, inputs=["I", "am"], outputs=None, states=None, alt="a").labels[0].text
    )
    assert "$I$" in [label.text for label in diagrams.stacked(2, inputs=["I", "J"], alt="a").labels]


def test_highlighted_steps_are_columns() -> None:
    diagram = diagrams.stacked(3, 2, highlight_steps=[2], alt="Layers")
    assert len(heads(diagram, "vermilion")) == 3
    assert sum(s.stroke == "vermilion" and s.fill is not None for s in diagram.shapes) == 2


# -- what is wrong -------------------------------------------------------------


def test_inputs_are_not_changed() -> None:
    values = {"u": np.array([0.5, 0.25])}
    words = list(WORDS)
    diagrams.gru_cell(values=values, alt="A cell")
    diagrams.stacked(4, inputs=words, alt="Layers")
    np.testing.assert_array_equal(values["u"], [0.5, 0.25])
    assert words == WORDS


@pytest.mark.parametrize("alt", ["", "  ", None])
@pytest.mark.parametrize("function", [diagrams.lstm_cell, diagrams.gru_cell, diagrams.stacked])
def test_alt_is_needed(function, alt) -> None:
    with pytest.raises(ValueError, match="alt must be a text that says what the drawing shows"):
        function(alt=alt)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda d: d.lstm_cell(parts=(), alt="a"), "parts"),
        (lambda d: d.lstm_cell(parts=("read",), alt="a"), "parts"),
        (lambda d: d.lstm_cell(parts=("write", "forget"), alt="a"), "parts"),
        (lambda d: d.lstm_cell(parts=("write", "erase"), alt="a"), "parts"),
        (lambda d: d.lstm_cell(values={"c": 1}, alt="a"), "values"),
        (lambda d: d.lstm_cell(parts="write", values={"f": 1}, alt="a"), "values"),
        (lambda d: d.lstm_cell(highlight=["z"], alt="a"), "highlight"),
        (lambda d: d.lstm_cell(values={"f": [[1, 2]]}, alt="a"), r"values\['f'\]"),
        (lambda d: d.lstm_cell(values={"f": []}, alt="a"), r"values\['f'\]"),
        (lambda d: d.lstm_cell(values={"f": range(5)}, alt="a"), r"values\['f'\]"),
        (lambda d: d.gru_cell(values={"f": 1}, alt="a"), "values"),
        (lambda d: d.gru_cell(highlight=["h"], alt="a"), "highlight"),
        (lambda d: d.stacked(0, alt="a"), "n_steps"),
        (lambda d: d.stacked(2, 0, alt="a"), "n_layers"),
        (lambda d: d.stacked(2, 3, bidirectional=True, alt="a"), "n_layers"),
        (lambda d: d.stacked(2, inputs=["a"], alt="a"), "inputs"),
        (lambda d: d.stacked(2, outputs=["a"], alt="a"), "outputs"),
        (lambda d: d.stacked(2, layer_names=["a"], alt="a"), "layer_names"),
        (lambda d: d.stacked(2, highlight_steps=[0], alt="a"), "highlight_steps"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(call, name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} must"):
        call(diagrams)
