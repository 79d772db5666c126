"""Diagrams: complete, legible, without overlaps, and the same on every machine."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlbook.display import LIGHT, diagrams
from dlbook.display.diagrams import _geometry as geometry
from dlbook.display.diagrams._text import markup, number

WEIGHTS = [np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]]), np.array([[-0.3], [-0.2]])]
NAMES = [[[f"w_{{{i}{j}}}" for j in (1, 2, 3)] for i in (1, 2, 3)], None]
THREE = [[0.5, 0.25, 0.25], [0.2, 0.6, 0.2], [0.1, 0.3, 0.6]]
VITERBI = np.array([[0.3, 0.04], [0.1944, 0.0096], [0.0117, 0.0467], [0.0009, 0.0224]])
PRODUCT = [("w", "m"), ("x", "m"), ("m", "z"), ("b", "z"), ("z", "L"), ("y", "L")]

GALLERY = {
    "neuron": lambda: diagrams.neuron(3, alt="A neuron"),
    "neuron with numbers": lambda: diagrams.neuron(
        [1, 0, 1], [0.2, 0.4, -0.5], -0.4, "step", below=r"\theta=2", total=-0.7, output=0.332, alt="A neuron"
    ),
    "network": lambda: diagrams.layered_network(
        [3, 4, 4, 2], layer_names=["input", "hidden", "hidden", "output"], alt="A network"
    ),
    "network with weights": lambda: diagrams.layered_network(
        [3, 2, 1], weights=WEIGHTS, values=[[1, 0, 1], [0.332, 0.525], [0.474]], alt="A network"
    ),
    "network with names": lambda: diagrams.layered_network(
        [3, 3, 2], weights=NAMES, highlight_edges=[(0, 0, 1)], alt="A network"
    ),
    "network with biases": lambda: diagrams.layered_network(
        [2, 2, 1], weights=[[[1, 1], [1, 1]], [[1], [-2]]], biases=[[0, -1], [0]], alt="XOR"
    ),
    "large network": lambda: diagrams.layered_network(
        [784, 128, 10], biases=True, max_units=6, highlight_units=[(1, 2)], alt="A network"
    ),
    "unrolled": lambda: diagrams.unrolled(3, alt="A recurrent network"),
    "unrolled words": lambda: diagrams.unrolled(
        4, inputs=["the", "film", "was", "wonderful"], outputs=[None] * 3 + ["y"], compact=False, alt="One"
    ),
    "unrolled backward": lambda: diagrams.unrolled(3, backward=True, open_end=True, alt="Gradients"),
    "two states": lambda: diagrams.state_graph([[0.9, 0.1], [0.5, 0.5]], ["sunny", "rainy"], alt="Weather"),
    "three states": lambda: diagrams.state_graph(
        THREE, ["bull", "bear", "stagnant"], highlight_states=[0], highlight_edges=[(0, 1)], alt="A market"
    ),
    "five states": lambda: diagrams.state_graph(np.full((5, 5), 0.2), alt="Five states"),
    "one state": lambda: diagrams.state_graph([[1]], alt="One state"),
    "trellis": lambda: diagrams.trellis(
        6, ["S", "R"], path=[0, 0, 0, 1, 1, 0], steps=list("HHGGGH"), alt="A trellis"
    ),
    "trellis with values": lambda: diagrams.trellis(
        4, ["sun", "rain"], path=[0, 0, 1, 1], values=VITERBI, edge_labels=np.eye(2), alt="A path"
    ),
    "computation": lambda: diagrams.computation_graph(
        PRODUCT, labels={"m": r"\times"}, values={"w": 2, "z": 1}, gradients={"w": -0.3}, alt="A loss"
    ),
    "computation with long edges": lambda: diagrams.computation_graph(
        [("x", "u"), ("u", "v"), ("v", "y"), ("x", "y"), ("u", "y")], highlight=["x", "u"], alt="Paths"
    ),
}  # fmt: skip


@pytest.fixture(params=GALLERY)
def diagram(request: pytest.FixtureRequest) -> diagrams.Diagram:
    return GALLERY[request.param]()


def texts(diagram: diagrams.Diagram) -> list[str]:
    """Return the labels without what only Matplotlib needs."""
    found = [re.sub(r"\{?\\mathrm\{([^}]*)\}\}?", r"\1", label.text).strip("$") for label in diagram.labels]
    return [re.sub(r"_\{(\w+)\}", r"_\1", text) for text in found]


def strokes(diagram: diagrams.Diagram, colour: str) -> int:
    return sum(shape.stroke == colour for shape in diagram.shapes)


def heads(diagram: diagrams.Diagram, colour: str = "muted") -> int:
    return sum(shape.codes == (1, 2, 2, 2, 79) and shape.fill == colour for shape in diagram.shapes)


# -- every drawing -------------------------------------------------------------


def test_labels_keep_off_one_another(diagram) -> None:
    for one, other in combinations(diagram.labels, 2):
        assert geometry.overlap(one.box, other.box) == 0, (one.text, other.text)


def test_everything_lies_in_the_frame_with_a_margin(diagram) -> None:
    for label in diagram.labels:
        left, top, right, bottom = label.box
        assert left >= 7.9
        assert top >= 7.9
        assert right <= diagram.width - 7.9
        assert bottom <= diagram.height - 7.9
    inked = np.vstack(
        [s.vertices[np.array(s.codes) != 79] for s in diagram.shapes if s.codes != (1, 4, 4, 4)]
    )
    assert inked.min() >= 7.9
    assert (inked.max(axis=0) <= np.array([diagram.width, diagram.height]) - 7.9).all()


def test_lines_keep_off_labels(diagram) -> None:
    for shape in diagram.shapes:
        if shape.codes in ((1, 2), (1, 4, 4, 4)):
            curve = geometry.straight(*shape.vertices) if len(shape.vertices) == 2 else shape.vertices
            points = geometry.samples(curve)
            for label in diagram.labels:
                assert not geometry.in_box(points, label.box).any(), label.text


def test_svg_is_well_formed_and_named(diagram) -> None:
    root = ET.fromstring(diagram.svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("role") == "img"
    assert root.get("aria-label") == diagram.alt
    left, top, width, height = map(float, str(root.get("viewBox")).split())
    assert (left, top) == (0, 0)
    assert width / height == pytest.approx(diagram.width / diagram.height, rel=0.01)
    assert float(str(root.get("width"))) / float(str(root.get("height"))) == pytest.approx(
        width / height, rel=0.01
    )


def test_svg_has_no_ids_no_text_no_other_host(diagram) -> None:
    svg = diagram.svg
    assert not re.search(r"\sid=|<text|<style|url\(|href", svg)
    assert re.findall(r"https?://[^\"]+", svg) == ["http://www.w3.org/2000/svg"]
    assert len(svg) < 40_000


def test_colours_are_variables_with_the_light_value(diagram) -> None:
    svg = diagram.svg
    found = set(re.findall(r"(?:fill|stroke):([^;\"]+)", svg)) - {"none"}
    assert found
    assert found <= {f"var(--dlb-{name},{value})" for name, value in LIGHT.items()}
    assert "paper" not in svg
    assert "background" not in svg


def test_labels_stay_legible_on_a_phone(diagram) -> None:
    least = re.search(r"min-width:(\d+)px", diagram.svg)
    assert least is not None
    smallest = min(label.size for label in diagram.labels)
    for container in (200, 320, 700):
        shown = max(float(least[1]), min(container, diagram.width * 1.15))
        assert smallest * shown / diagram.width >= 8.9
    assert "max-width:100%" in diagram.svg


def test_drawing_on_axes_has_ink(diagram) -> None:
    ax = diagram.draw()
    try:
        figure = ax.figure
        figure.canvas.draw()
        pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)
        assert 0.01 < (np.abs(pixels - 255).sum(axis=2) > 60).mean() < 0.7
        width, height = figure.get_size_inches()
        assert width / height == pytest.approx(diagram.width / diagram.height)
    finally:
        plt.close(figure)


# -- showing and saving --------------------------------------------------------


def test_html_follows_the_output(monkeypatch) -> None:
    diagram = GALLERY["neuron"]()
    assert "background:#ffffff" in diagram._repr_html_()
    monkeypatch.setenv("DLBOOK_OUTPUT", "page")
    html = diagram._repr_html_()
    assert html == f'<div class="dlb-diagram" style="overflow-x:auto">{diagram.svg}</div>'


def test_wide_diagram_can_be_scrolled_by_keyboard(monkeypatch) -> None:
    monkeypatch.setenv("DLBOOK_OUTPUT", "page")
    wide = diagrams.trellis(9, ["a", "b"], alt='A "wide" <trellis>')
    assert 'tabindex="0" role="group" aria-label="A &quot;wide&quot; &lt;trellis&gt;"' in wide._repr_html_()


def test_same_svg_whatever_the_settings_and_the_process() -> None:
    code = (
        "import matplotlib; matplotlib.rcParams.update({'mathtext.fontset': 'stix', 'font.size': 30})\n"
        "from dlbook.display import diagrams\n"
        "print(diagrams.layered_network([2, 3, 1], alt='A network').svg)"
    )
    here = diagrams.layered_network([2, 3, 1], alt="A network").svg
    there = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    ).stdout
    assert there.strip() == here


def test_import_needs_no_matplotlib() -> None:
    code = (
        "import sys, dlbook.display\n"
        "from dlbook.display import diagrams\n"
        "print([name for name in ('matplotlib', 'IPython', 'ipywidgets', 'keras') if name in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    ).stdout
    assert out.strip() == "[]"


def test_save(tmp_path) -> None:
    diagram = GALLERY["two states"]()
    diagram.save(tmp_path / "a.svg")
    svg = (tmp_path / "a.svg").read_text("utf-8")
    assert "var(" not in svg
    assert LIGHT["blue"] in svg
    diagram.save(str(tmp_path / "a.png"))
    assert plt.imread(tmp_path / "a.png").shape[1] == pytest.approx(diagram.width * 1.15 * 2, abs=2)
    assert plt.get_fignums() == []


def test_draw_beside_a_plot_scales_its_lines() -> None:
    shares = []
    for size in (3.0, 6.0):
        figure, (left, right) = plt.subplots(1, 2, figsize=(2 * size, size), layout="constrained")
        right.plot([0, 1])
        assert GALLERY["three states"]().draw(left) is left
        figure.canvas.draw()
        box = left.get_window_extent()
        pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)
        height = len(pixels)
        part = pixels[height - int(box.y1) : height - int(box.y0), int(box.x0) : int(box.x1)]
        shares.append((255 - part).mean())  # ink, whatever the smoothing of edges
        plt.close(figure)
    assert shares[0] == pytest.approx(shares[1], rel=0.1)


def test_nodes_are_painted_in_a_tint_of_their_colour() -> None:
    ax = diagrams.layered_network([1, 1], labels=[None, None], alt="Two units").draw()
    ax.figure.canvas.draw()
    pixels = np.asarray(ax.figure.canvas.buffer_rgba())[..., :3].astype(int)
    plt.close(ax.figure)
    blue = np.array([int(LIGHT["blue"][i : i + 2], 16) for i in (1, 3, 5)])
    tint = 0.12 * blue + 0.88 * 255
    assert (np.abs(pixels - tint).max(axis=2) <= 2).mean() > 0.05
    assert 0 < (np.abs(pixels - blue).max(axis=2) <= 2).mean() < 0.05


@pytest.mark.parametrize("ending", ["svg", "pdf"])
def test_painting_works_on_vector_canvases(tmp_path, ending: str) -> None:
    ax = GALLERY["network with biases"]().draw()
    ax.figure.savefig(tmp_path / f"a.{ending}")
    plt.close(ax.figure)
    assert (tmp_path / f"a.{ending}").stat().st_size > 5000


@pytest.mark.parametrize("alt", ["", "  ", None])
@pytest.mark.parametrize(
    "function",
    [
        lambda alt: diagrams.neuron(1, alt=alt),
        lambda alt: diagrams.layered_network([1, 1], alt=alt),
        lambda alt: diagrams.unrolled(1, alt=alt),
        lambda alt: diagrams.state_graph([[1]], alt=alt),
        lambda alt: diagrams.trellis(1, ["a"], alt=alt),
        lambda alt: diagrams.computation_graph([("a", "b")], alt=alt),
    ],
)
def test_alt_is_needed(function, alt) -> None:
    with pytest.raises(ValueError, match="alt must be a text that says what the drawing shows"):
        function(alt)


# -- labels --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x", "$x$"),
        ("x_1", r"$x_{\mathrm{1}}$"),
        (r"\vect{x}", r"$\mathbf{x}$"),
        (r"\Relu", r"$\Relu$"),
        ("sunny", "sunny"),
        ("784 pixels", "784 pixels"),
        ("t=1", r"$t={\mathrm{1}}$"),
        ("gate $f_2$ of 3", r"gate $f_{\mathrm{2}}$ of 3"),
        ("देव", "देव"),
        (1, r"$\mathrm{1}$"),
        (np.float64(-0.5), r"$\mathrm{-0.5}$"),
        (True, "True"),
        (None, ""),
        (" ", ""),
    ],
)
def test_markup(value, expected: str) -> None:
    found = markup(value)
    assert found.replace("_{{", "_{").replace("}}$", "}$") == expected.replace("_{{", "_{").replace(
        "}}$", "}$"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.5"), (2.0, "2"), (0.3333, "0.333"), (-0.0, "0"), (1200.0, "1200"), (np.inf, r"\infty"),
     (0.00012, r"1.2\cdot 10^{-4}")],
)  # fmt: skip
def test_number(value: float, text: str) -> None:
    assert number(value) == text


def test_bad_mathematics_is_named() -> None:
    with pytest.raises(ValueError, match=r"label .*\\nothing.* is not valid mathematics"):
        diagrams.neuron([r"\nothing{x}"], alt="A neuron")


# -- the single functions ------------------------------------------------------


def test_neuron_shows_inputs_weights_bias_output() -> None:
    diagram = diagrams.neuron([1, 0.5], ["w_1", "w_2"], "b", r"\varphi", output=r"\hat{y}", alt="A neuron")
    assert sorted(texts(diagram)) == sorted(
        ["1", "0.5", "w_1", "w_2", "b", "z", r"\Sigma", r"\varphi", r"\hat{y}"]
    )
    assert heads(diagram) == 5
    assert heads(diagrams.neuron(2, bias=None, alt="A neuron")) == 4


@pytest.mark.parametrize("activation", ["step", "sign", "sigmoid", "tanh", "relu", "softplus", "identity"])
def test_activations_are_drawn_within_their_node(activation: str) -> None:
    diagram = diagrams.neuron(1, activation=activation, alt="A neuron")
    assert activation not in texts(diagram)
    node = next(shape for shape in diagram.shapes if shape.fill == "green").vertices
    curve = next(s for s in diagram.shapes if s.stroke == "green" and s.fill is None).vertices
    assert (curve >= node.min(axis=0) + 4).all()
    assert (curve <= node.max(axis=0) - 4).all()


def test_network_has_all_edges_and_labels() -> None:
    diagram = diagrams.layered_network([3, 2, 1], weights=WEIGHTS, alt="A network")
    assert heads(diagram) == 8
    units = ["x_1", "x_2", "x_3", "h_1", "h_2", r"\hat{y}"]
    weights = ["0.2", "-0.3", "0.4", "0.1", "-0.5", "0.2", "-0.3", "-0.2"]
    assert sorted(texts(diagram)) == sorted([*units, *weights])


def test_weight_labels_stand_on_their_own_edge() -> None:
    rows = [[f"w_{{{i}{j}}}" for j in range(3)] for i in range(3)]
    diagram = diagrams.layered_network([3, 3], weights=[rows], alt="A network")
    centres = {t: ((b.box[0] + b.box[2]) / 2, (b.box[1] + b.box[3]) / 2)
               for t, b in zip(texts(diagram), diagram.labels, strict=True)}  # fmt: skip
    circles = sorted(
        (
            tuple((s.vertices.min(axis=0) + s.vertices.max(axis=0)) / 2)
            for s in diagram.shapes
            if len(s.codes) == 14
        ),
        key=lambda centre: (round(centre[0]), centre[1]),
    )
    for i in range(3):
        for j in range(3):
            start, end = np.array(circles[i]), np.array(circles[3 + j])
            offset = np.array(centres[f"w_{i}{j}"]) - start
            along = (end - start) / np.hypot(*(end - start))
            assert abs(offset[0] * along[1] - offset[1] * along[0]) < 0.5


def test_large_layers_are_cut() -> None:
    diagram = diagrams.layered_network([784, 10], max_units=5, alt="A network")
    assert [text for text in texts(diagram) if text.startswith("x")] == ["x_1", "x_2", "x_3", "x_784"]
    assert sum(shape.fill == "muted" for shape in diagram.shapes) == 6
    assert strokes(diagram, "muted") == 16


def test_biases_and_highlights() -> None:
    diagram = diagrams.layered_network(
        [2, 2, 1], biases=[[0, -1], [0.5]], highlight_units=[(0, 1)], highlight_edges=[(0, 1, 0)], alt="XOR"
    )
    assert {"-1", "0.5"} <= set(texts(diagram))
    assert heads(diagram, "amber") == 3
    assert heads(diagram, "vermilion") == 1
    assert strokes(diagram, "vermilion") == 2


def test_unrolled_counts() -> None:
    diagram = diagrams.unrolled(3, alt="A network")
    found = texts(diagram)
    assert {"x_t", "s_t", "y_t", "s_0", "x_3", "s_3", "y_3"} <= set(found)
    assert (found.count("U"), found.count("W"), found.count("V")) == (4, 4, 4)
    plain = diagrams.unrolled(2, outputs=[None, "y"], compact=False, initial=False, alt="One output")
    assert sorted(texts(plain)) == sorted(["x_1", "x_2", "s_1", "s_2", "y", "U", "U", "W", "V"])
    assert heads(plain) == 4
    assert heads(diagrams.unrolled(3, backward=True, compact=False, alt="Gradients"), "vermilion") == 3


def test_state_graph_has_an_arrow_for_each_transition() -> None:
    diagram = diagrams.state_graph([[0.5, 0.5, 0], [0, 0, 1], [0.25, 0, 0.75]], alt="A chain")
    assert heads(diagram) == 5
    assert sorted(texts(diagram)) == sorted(["s_1", "s_2", "s_3", "0.5", "0.5", "1", "0.25", "0.75"])


def test_arrows_touch_no_node() -> None:
    diagram = diagrams.state_graph(THREE, alt="A chain")
    nodes = [shape.vertices for shape in diagram.shapes if shape.stroke == "blue"]
    for node in nodes:
        low, high = node.min(axis=0), node.max(axis=0)
        centre, radius = (low + high) / 2, (high - low)[0] / 2
        for shape in diagram.shapes:
            if shape.stroke == "muted" or shape.codes == (1, 2, 2, 2, 79):
                points = shape.vertices
                points = geometry.samples(points) if shape.codes == (1, 4, 4, 4) else points
                assert np.hypot(*(points - centre).T).min() >= radius - 0.2


def test_trellis_path_values_and_labels() -> None:
    diagram = diagrams.trellis(
        3, ["S", "R"], path=[0, 1, 1], values=[[0.3, np.nan], [0.1, 0.2], [None, 1]],
        edge_labels=[[0.8, 0.2], [0.4, 0.6]], alt="Viterbi",
    )  # fmt: skip
    assert heads(diagram, "vermilion") == 2
    assert heads(diagram) == 6
    found = texts(diagram)
    assert sorted(found) == sorted(
        ["S", "R", "t=1", "t=2", "t=3", "0.3", "0.1", "0.2", "1", "0.8", "0.2", "0.4", "0.6"]
    )
    each = diagrams.trellis(3, ["S", "R"], edge_labels=np.full((2, 2, 2), 0.5), alt="All labels")
    assert texts(each).count("0.5") == 8


def test_trellis_draws_only_the_given_edges() -> None:
    mask = np.eye(3, dtype=bool)
    assert heads(diagrams.trellis(4, ["a", "b", "c"], edges=mask, alt="Stay")) == 9
    with_path = diagrams.trellis(4, ["a", "b", "c"], edges=mask, path=[0, 1, 2, 2], alt="Path")
    assert heads(with_path, "vermilion") == 3


def test_computation_runs_from_left_to_right() -> None:
    diagram = diagrams.computation_graph(PRODUCT, values={"w": 2, "x": 3}, gradients={"w": 0.5}, alt="A loss")
    place = {text: label.box[0] for text, label in zip(texts(diagram), diagram.labels, strict=True)}
    for source, target in PRODUCT:
        assert place[source] < place[target]
    assert {"2", "3", "0.5"} <= set(place)
    assert heads(diagram) == len(PRODUCT)


def test_inputs_are_not_changed() -> None:
    matrix = np.array(THREE)
    before = matrix.copy()
    diagrams.state_graph(matrix, alt="A chain")
    np.testing.assert_array_equal(matrix, before)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda d: d.neuron([], alt="a"), "inputs"),
        (lambda d: d.neuron(2, ["w"], alt="a"), "weights"),
        (lambda d: d.layered_network([3], alt="a"), "sizes"),
        (lambda d: d.layered_network([3, 0], alt="a"), "sizes"),
        (lambda d: d.layered_network([2, 1], max_units=2, alt="a"), "max_units"),
        (lambda d: d.layered_network([2, 1], labels=["x"], alt="a"), "labels"),
        (lambda d: d.layered_network([2, 1], labels=[["x"], "y"], alt="a"), "labels"),
        (lambda d: d.layered_network([2, 1], weights=[], alt="a"), "weights"),
        (lambda d: d.layered_network([2, 1], weights=[np.ones((1, 2))], alt="a"), r"weights\[0\]"),
        (lambda d: d.layered_network([2, 1], biases=[[1, 2]], alt="a"), "biases"),
        (lambda d: d.layered_network([2, 1], values=[[1], [2]], alt="a"), "values"),
        (lambda d: d.layered_network([2, 1], values=[[1, 2]], alt="a"), "values"),
        (lambda d: d.layered_network([2, 1], layer_names=["a"], alt="a"), "layer_names"),
        (lambda d: d.layered_network([2, 1], highlight_units=[(0, 2)], alt="a"), "highlight_units"),
        (lambda d: d.layered_network([2, 1], highlight_edges=[(1, 0, 0)], alt="a"), "highlight_edges"),
        (lambda d: d.unrolled(0, alt="a"), "n_steps"),
        (lambda d: d.unrolled(2, inputs=["a"], alt="a"), "inputs"),
        (lambda d: d.unrolled(2, weights=["U"], alt="a"), "weights"),
        (lambda d: d.unrolled(2, highlight_steps=[3], alt="a"), "highlight_steps"),
        (lambda d: d.state_graph([[0.5, 0.4], [0, 1]], alt="a"), "transition"),
        (lambda d: d.state_graph([[1.5, -0.5], [0, 1]], alt="a"), "transition"),
        (lambda d: d.state_graph([[0.5, 0.5]], alt="a"), "transition"),
        (lambda d: d.state_graph(1.0, alt="a"), "transition"),
        (lambda d: d.state_graph([[1]], ["a", "b"], alt="a"), "states"),
        (lambda d: d.state_graph([[1]], labels=["a"], alt="a"), "labels"),
        (lambda d: d.state_graph([[1]], highlight_states=[1], alt="a"), "highlight_states"),
        (lambda d: d.state_graph(np.eye(2), highlight_edges=[(0, 1)], alt="a"), "highlight_edges"),
        (lambda d: d.trellis(0, ["a"], alt="a"), "n_steps"),
        (lambda d: d.trellis(2, [], alt="a"), "states"),
        (lambda d: d.trellis(2, ["a"], path=[0, 1], alt="a"), "path"),
        (lambda d: d.trellis(2, ["a"], values=[[1]], alt="a"), "values"),
        (lambda d: d.trellis(2, ["a"], edge_labels=[1], alt="a"), "edge_labels"),
        (lambda d: d.trellis(2, ["a"], edges=[1], alt="a"), "edges"),
        (lambda d: d.trellis(2, ["a"], steps=["x"], alt="a"), "steps"),
        (lambda d: d.computation_graph([], alt="a"), "edges"),
        (lambda d: d.computation_graph([("a", "b"), ("b", "a")], alt="a"), "edges"),
        (lambda d: d.computation_graph([("a", "b")], values={"c": 1}, alt="a"), "values"),
        (lambda d: d.computation_graph([("a", "b")], highlight=["c"], alt="a"), "highlight"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(call, name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} must"):
        call(diagrams)


# -- curves --------------------------------------------------------------------


def test_part_of_a_curve_is_the_same_curve() -> None:
    curve = np.array([[0.0, 0.0], [1.0, 3.0], [4.0, -2.0], [6.0, 1.0]])
    piece = geometry.part(curve, 0.2, 0.7)
    t = np.linspace(0, 1, 7)
    np.testing.assert_allclose(geometry.at(piece, t), geometry.at(curve, 0.2 + 0.5 * t), rtol=0, atol=1e-12)


def test_bent_curve_passes_its_distance_from_the_line() -> None:
    curve = geometry.bent((0, 0), (10, 0), 3.0)
    np.testing.assert_allclose(geometry.at(curve, 0.5), [5.0, -3.0], rtol=0, atol=1e-12)
    assert not geometry.is_straight(curve)
    assert geometry.is_straight(geometry.straight((0, 0), (3, 4)))


def test_boxes_are_cut_out() -> None:
    line = geometry.straight((0, 0), (100, 0))
    pieces = geometry.without(line, [(40, -5, 60, 5)])
    assert [(round(p[0, 0]), round(p[3, 0])) for p in pieces] == [(0, 40), (60, 100)]
    assert geometry.without(line, [(-5, -5, 105, 5)]) == []


def test_labels_are_placed_apart_where_lines_cross() -> None:
    lines = [geometry.straight((0, 0), (100, 60)), geometry.straight((0, 60), (100, 0))]
    sizes = [(20.0, 10.0), (20.0, 10.0)]
    first, second = (geometry.at(c, t) for c, t in zip(lines, geometry.place(lines, sizes, []), strict=True))
    assert (np.abs(first - second) >= [20, 10]).any()
