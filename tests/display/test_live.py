"""`live`: what the page gets, and what is refused while it is built."""

import json
import re
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlbook.display import embed, live
from dlbook.display.live import (
    FIGURES,
    MOST_READ,
    MOST_STEPS,
    MOST_WRITTEN,
    RACE,
    SETTINGS,
    SIDE,
    SURFACES,
    TEMPERATURES,
    scripts,
)
from dlbook.optimization import beale, quadratic, rosenbrock, saddle, sigmoid_toy

WEATHER: dict[str, Any] = {
    "states": ["sunny", "rainy"],
    "symbols": ["happy", "grumpy"],
    "start": [0.5, 0.5],
    "transition": [[0.7, 0.3], [0.4, 0.6]],
    "emission": [[0.9, 0.1], [0.6, 0.4]],
}


def network(n_tokens: int, blocks: int, n_outputs: int) -> dict[str, Any]:
    """Draw a small recurrent network."""
    rng = np.random.default_rng(1)
    bias = (8,) if blocks == 4 else (2, 6)
    shapes = [(n_tokens, 3), (3, 2 * blocks), (2, 2 * blocks), bias, (2, n_outputs), (n_outputs,)]
    return {"weights": [rng.normal(size=shape) for shape in shapes], "score": lambda read: read[0].round(2)}


REVIEWS: dict[str, Any] = {
    **network(4, 4, 1),
    "words": ["<unk>", "not", "good", "bad"],
    "praise": ["good"],
    "blame": ["bad"],
    "samples": {"first": "not bad", "second": "not good"},
}
LETTERS: dict[str, Any] = {**network(5, 3, 5), "alphabet": "\n abc", "unknown": "c", "samples": ["a b", "\n"]}
LAYERS: list[dict[str, Any]] = [
    {"class_name": "Conv2D", "config": {"filters": 2, "kernel_size": (5, 5), "activation": "relu"}},
    {"class_name": "MaxPooling2D", "config": {"pool_size": (2, 2), "strides": None}},
    {"class_name": "Flatten", "config": {}},
    {"class_name": "Dense", "config": {"units": 10, "activation": "softmax"}},
]
DIGITS: dict[str, Any] = {
    "layers": LAYERS,
    "weights": [
        np.random.default_rng(2).normal(size=shape) for shape in ((5, 5, 1, 2), (2,), (288, 10), (10,))
    ],
    "score": lambda read: read[0].round(1),
    "samples": {"blank": np.zeros((28, 28)), "grey": np.full((28, 28), 0.5)},
}
SPECIAL = ["<pad>", "<sos>", "<eos>", "<unk>"]
TRANSLATOR: dict[str, Any] = {
    "weights": [
        np.random.default_rng(3).normal(size=shape)
        for shape in (
            *((6, 3), (3, 6), (2, 6), (2, 6), (2, 2), (2, 2), (2, 1)),
            *((5, 4), (6, 6), (2, 6), (2, 6), (2, 5), (5,)),
        )
    ],
    "score": lambda read: read[0].round(1),
    "reads": [*SPECIAL, "a", "b"],
    "writes": [*SPECIAL, "1"],
    "samples": ["ab", "bba"],
    "most": 5,
    "steps": 3,
}
OPTIONS: dict[str, dict[str, Any]] = {
    "perceptron": {},
    "playground": {},
    "decode": WEATHER,
    "gates": REVIEWS,
    "writer": LETTERS,
    "race": {},
    "draw": DIGITS,
    "attention": TRANSLATOR,
}
OPENING = {
    "playground": "settings", "gates": "text", "race": "settings", "draw": "samples", "attention": "samples",
}  # fmt: skip


def draw() -> None:
    plt.figure(figsize=(4, 3))
    plt.plot([0, 1])


def data_of(markup: str) -> Any:
    found = re.search(r'<script type="application/json">(.*?)</script>', markup, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that shows a figure and gives its markup and the names of its files."""
    outputs: list[Any] = []
    monkeypatch.setattr(embed, "publish_html", lambda markup, files: outputs.append((markup, files)))

    def show(figure: str, **options: Any) -> Any:
        live(figure, draw, alt='A "line"', task="Try 1 < 2.", **options)
        return outputs.pop()

    return show


@pytest.mark.parametrize("figure", FIGURES)
def test_the_page_has_a_picture_a_task_and_the_opening_state(shown: Any, figure: str) -> None:
    markup, files = shown(figure, **OPTIONS[figure])
    assert 'alt="A &quot;line&quot;"' in markup
    assert "data:image/webp" in markup
    assert "Try 1 &lt; 2." in markup
    assert "<noscript>" in markup
    assert f'data-dlb-live="{figure}"' in markup
    assert files == ("dlbook.css", "live.css", *scripts(figure))
    for name in files:
        assert not re.search(
            r"https?://(?!www\.w3\.org/2000/svg)|</(script|style)|@import", embed.asset(name)
        )
    data = data_of(markup)
    assert re.fullmatch("#[0-9a-f]{6}", data["colours"]["blue"])
    assert data["options"][OPENING.get(figure, "seed")] is not None


def test_a_page_loads_each_script_once_and_only_what_its_figures_need() -> None:
    assert scripts("gates") == ("live.js", "live_stage.js", "live_gates.js")
    assert scripts("attention")[1:] == ("live_translate.js", "live_stage.js", "live_attention.js")
    assert scripts("draw", "gates", "draw") == (
        "live.js",
        "live_pictures.js",
        "live_stage.js",
        "live_draw.js",
        "live_gates.js",
    )


@pytest.mark.parametrize("mode", ["live", "standalone"])
def test_elsewhere_the_figure_brings_its_files(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mode: str
) -> None:
    import IPython.display

    outputs: list[Any] = []
    monkeypatch.setenv("DLBOOK_OUTPUT", mode)
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: outputs.append(data["text/html"]))
    live("perceptron", draw, alt="A line", task="Try.")
    scripts = re.findall(r"<script>\n(.*?)</script>", outputs[0], re.DOTALL)
    assert scripts == [embed.asset(name) for name in ("live.js", "live_stage.js", "live_perceptron.js")]
    assert outputs[0].count("<style>") == 2


def test_the_controls_of_the_playground_offer_what_python_allows() -> None:
    script = Path(embed.__file__).with_name("assets") / "live_playground.js"
    rows = re.findall(
        r'\["(\w+)", "[A-Z][^"]+", (\[.*?\]|live\.activations)\]', script.read_text(encoding="utf-8")
    )
    offered = dict(rows)
    assert set(offered) == set(SETTINGS)
    for name, values in SETTINGS.items():
        if name != "activation":  # test_live_engine compares these
            assert sorted(json.loads(offered[name])) == sorted(values), name


def test_the_perceptron_gets_points_and_labels(shown: Any) -> None:
    samples = {"mine": (np.array([[0.5, 1], [-1, 0]]), ["yes", "no"])}
    options = data_of(shown("perceptron", samples=samples, steps=2, seed=3)[0])["options"]
    assert options["samples"] == {"mine": {"x": [0.5, 1.0, -1.0, 0.0], "y": [1, 0]}}
    assert (options["sample"], options["steps"], options["seed"]) == ("mine", 2, 3)


def test_the_playground_takes_a_trained_network(shown: Any) -> None:
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=shape) for shape in ((2, 3), (3,), (3, 1), (1,))]
    given = {"layers": 1, "units": 3, "weights": weights, "score": lambda read: read[0].sum().round(1)}
    packed = data_of(shown("playground", **given)[0])["options"]["weights"]
    assert [one["shape"] for one in packed] == [[2, 3], [3], [3, 1], [1]]


def test_the_reader_of_reviews_may_be_an_lstm_or_a_gru(shown: Any) -> None:
    for blocks in (3, 4):
        options = data_of(shown("gates", **REVIEWS | network(4, blocks, 1))[0])["options"]
        assert options["weights"][1]["shape"] == [3, 2 * blocks]
    assert options["text"] == "not bad"
    assert options["verdicts"] == ["good", "bad"]


def test_the_writer_opens_where_the_notebook_says(shown: Any) -> None:
    options = data_of(shown("writer", **LETTERS, steps=7, temperature=1.5, seed=4)[0])["options"]
    assert (options["steps"], options["temperature"], options["seed"]) == (7, 1.5, 4)
    assert options["alphabet"] == "\n abc"


def test_the_page_and_python_offer_the_same_temperatures() -> None:
    script = (Path(embed.__file__).with_name("assets") / "live_writer.js").read_text(encoding="utf-8")
    (offered,) = re.findall(r'"Temperature", (\[.*?\])', script)
    assert sorted(json.loads(offered)) == sorted(TEMPERATURES)
    assert f"var MOST = {MOST_WRITTEN};" in script


def test_the_race_opens_where_the_notebook_says(shown: Any) -> None:
    options = data_of(shown("race", surface="beale", second="Adam", start=(4, 1), steps=9)[0])["options"]
    assert options["settings"] | {"surface": "beale", "second": "Adam"} == options["settings"]
    assert (options["start"], options["steps"]) == ([4.0, 1.0], 9)
    assert data_of(shown("race")[0])["options"]["start"] is None


def test_the_page_and_python_offer_the_same_races() -> None:
    script = (Path(embed.__file__).with_name("assets") / "live_race.js").read_text(encoding="utf-8")
    assert sorted(
        json.loads(re.findall(r"var RATES = (\[.*?),?\s*\];", script, re.DOTALL)[0] + "]")
    ) == sorted(RACE["first_rate"])
    assert json.loads(re.findall(r"var NAMES = (\[.*?\]);", script)[0]) == list(RACE["first"])
    assert sorted(json.loads(re.findall(r'"Momentum, where used", (\[.*?\])', script)[0])) == sorted(
        RACE["momentum"]
    )
    assert f"var MOST = {MOST_STEPS};" in script
    surfaces = {
        "valley": quadratic([1, 50]),
        "turned_valley": quadratic([1, 50], angle=45),
        **{surface.name: surface for surface in (rosenbrock, beale, saddle, sigmoid_toy)},
    }
    assert {name: surface.window for name, surface in surfaces.items()} == SURFACES


def test_a_drawing_opens_where_the_notebook_says(shown: Any) -> None:
    options = data_of(shown("draw", **DIGITS, centred=False)[0])["options"]
    assert options["samples"] == [["blank", "z" * 39 + "j"], ["grey", "80" * 784]]
    assert (options["centred"], options["labels"]) == ("off", list("0123456789"))
    assert [layer["title"] for layer in options["layers"]] == [
        "Layer 1, convolution: 2 maps of 24 \u00d7 24",
        "Layer 2, max pooling: 2 maps of 12 \u00d7 12",
        "Layer 3, dense: 10 units",
    ]
    assert [layer["at"] for layer in options["layers"]] == [0, 2, 2]
    assert [one["shape"] for one in options["weights"]] == [[5, 5, 1, 2], [2], [288, 10], [10]]
    assert data_of(shown("draw", **DIGITS)[0])["options"]["centred"] == "on"


def test_the_page_and_python_draw_on_the_same_grid() -> None:
    assert f"var SIDE = {SIDE};" in embed.asset("live_draw.js")


def test_a_translator_opens_where_the_notebook_says(shown: Any) -> None:
    options = data_of(shown("attention", **TRANSLATOR)[0])["options"]
    assert options["reads"] == [*SPECIAL, "a", "b"]
    assert (options["samples"], options["most"], options["steps"]) == (["ab", "bba"], 5, 3)
    assert [one["shape"] for one in options["weights"]] == [list(np.shape(w)) for w in TRANSLATOR["weights"]]


def test_the_page_and_python_read_texts_of_the_same_length() -> None:
    room = re.findall(r"var ROOM = (\d+);", embed.asset("live_attention.js"))
    assert int(room[0]) > MOST_READ  # who types too much is told so


def changed(place: int, **config: Any) -> list[dict[str, Any]]:
    """Return the layers, one of them with another configuration."""
    layers = [{**layer, "config": dict(layer["config"])} for layer in LAYERS]
    layers[place]["config"] |= config
    return layers


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("perceptron", {"rate": 1}, "live perceptron has no option rate; known are samples, sample, steps, seed"),
    ("perceptron", {"samples": {}}, "live perceptron: samples must be a dictionary"),
    ("perceptron", {"samples": {"a": [1]}}, r"live perceptron: samples\['a'\] must be a pair"),
    ("perceptron", {"samples": {"a": ([[0, 1, 2]], [1])}}, "live perceptron: points of a must have shape"),
    ("perceptron", {"samples": {"a": ([[0, 9], [0, 0]], [0, 1])}}, "got 2 labels and 2 points within 9"),
    ("perceptron", {"samples": {"a": ([[0, 1], [0, 0]], [1, 1])}}, "got 1 labels and 2 points within 1"),
    ("perceptron", {"sample": "NAND"}, "live perceptron: sample must be one of OR, AND, XOR, got 'NAND'"),
    ("perceptron", {"steps": -1}, "live perceptron: steps must be"),
    ("playground", {"units": 9}, "live playground: units must be one of 1, 2, 3, 4, 5, 6, 7, 8, got 9"),
    ("playground", {"layers": True}, "live playground: layers must be one of"),
    ("playground", {"activation": "gelu"}, "live playground: activation must be one of identity, logistic"),
    ("playground", {"seed": 10**6}, "live playground: seed must be"),
    ("playground", {"weights": []}, "live playground: weights and score must be given together"),
    (
        "playground",
        {"weights": [np.ones((2, 4))], "score": len},
        r"live playground: weights must have the shapes",
    ),
    ("decode", {}, "live decode: states must be given"),
    (
        "decode",
        {**WEATHER, "symbols": ["happy", "hungry"]},
        "live decode: states and symbols must be two to five",
    ),
    ("decode", {**WEATHER, "transition": [[0.7, 0.4], [0.4, 0.6]]}, "live decode: transition must have rows"),
    ("decode", {**WEATHER, "emission": [[1.0], [1.0]]}, r"live decode: emission must have shape \(2, 2\)"),
    ("decode", {**WEATHER, "text": "HX"}, "live decode: text must be at most 16 letters of H, G, got 'HX'"),
    ("decode", {**WEATHER, "text": "H" * 17}, "live decode: text must be at most 16 letters"),
    ("gates", {}, "live gates: weights must be given"),
    ("gates", {**REVIEWS, "words": ["<unk>", "not", "good", "good"]}, "live gates: words must be different"),
    ("gates", {**REVIEWS, "praise": ["moving"]}, "live gates: words must be different and hold 'moving'"),
    ("gates", {**REVIEWS, "verdicts": ["good"]}, "live gates: verdicts must be two, got 1"),
    ("gates", {**REVIEWS, "samples": {}}, "live gates: samples must be a dictionary"),
    (
        "gates",
        {**REVIEWS, **network(4, 5, 1)},
        "live gates: weights must be of an LSTM or a GRU, got 5",
    ),
    ("gates", {**REVIEWS, **network(3, 4, 1)}, r"live gates: weights must have the shapes \[\(4, 3\)"),
    ("gates", {**REVIEWS, "weights": [1]}, "live gates: weights must be an embedding, kernel"),
    (
        "writer",
        {**LETTERS, **network(5, 4, 5)},
        "live writer: weights must be of a GRU with three blocks",
    ),
    ("writer", {**LETTERS, **network(5, 3, 4)}, "live writer: weights must have the shapes"),
    ("writer", {**LETTERS, "alphabet": "aabc"}, "live writer: alphabet must have different characters"),
    ("writer", {**LETTERS, "samples": ["xyz"]}, "live writer: samples must have characters of the alphabet"),
    ("writer", {**LETTERS, "unknown": "#"}, "live writer: unknown must be one of"),
    (
        "writer",
        {**LETTERS, "temperature": 3},
        "live writer: temperature must be one of 0, 0.25, 0.5",
    ),
    ("writer", {**LETTERS, "steps": 401}, "live writer: steps must be"),
    ("race", {"surface": "hill"}, "live race: surface must be one of beale, rosenbrock, saddle"),
    ("race", {"second_rate": 3}, r"live race: second_rate must be one of 0\.0001"),
    ("race", {"start": (2, 0)}, "live race: start must be on the surface"),
    ("race", {"start": (1, 0, 0)}, "live race: start must have shape"),
    ("race", {"steps": 2001}, "live race: steps must be"),
    ("draw", {}, "live draw: layers must be given"),
    ("draw", {**DIGITS, "layers": []}, "live draw: layers must be a list of layers"),
    ("draw", {**DIGITS, "layers": ["Conv2D"]}, r"live draw: layers\[0\] must have a class_name and a config"),
    (
        "draw",
        {**DIGITS, "layers": [{"class_name": "Conv1D", "config": {}}]},
        r"live draw: layers\[0\] must be one of Conv2D, MaxPooling2D, .*, got 'Conv1D'",
    ),
    ("draw", {**DIGITS, "layers": LAYERS[:1] + LAYERS[3:]}, "there must be a Flatten before Dense"),
    ("draw", {**DIGITS, "layers": LAYERS[2:3] + LAYERS[:1]}, "there must be a Flatten before Dense"),
    ("draw", {**DIGITS, "layers": LAYERS[:2]}, "live draw: the last layer must be Dense with softmax"),
    ("draw", {**DIGITS, "layers": changed(0, activation="softmax")}, "only the last layer may have softmax"),
    ("draw", {**DIGITS, "layers": changed(0, activation="gelu")}, "Conv2D: activation must be one of linear"),
    ("draw", {**DIGITS, "layers": changed(0, strides=(2, 2))}, r"Conv2D: strides must be 1, got \(2, 2\)"),
    ("draw", {**DIGITS, "layers": changed(0, groups=2)}, "Conv2D: groups must be 1, got 2"),
    ("draw", {**DIGITS, "layers": changed(0, use_bias=False)}, "Conv2D: use_bias must be True, got False"),
    ("draw", {**DIGITS, "layers": changed(0, padding="full")}, "Conv2D: padding must be one of valid, same"),
    ("draw", {**DIGITS, "layers": changed(0, kernel_size=(29, 3))}, r"a window of \(29, 3\) must fit into"),
    (
        "draw",
        {**DIGITS, "layers": changed(0, kernel_size=(3, 3, 3))},
        "kernel_size must be one or two",
    ),
    ("draw", {**DIGITS, "layers": changed(0, filters=None)}, "Conv2D: filters must be"),
    ("draw", {**DIGITS, "layers": changed(0, filters=20000)}, "an answer must take at most 5,000,000"),
    ("draw", {**DIGITS, "layers": changed(1, padding="same")}, "MaxPooling2D: padding must be valid"),
    ("draw", {**DIGITS, "layers": changed(3, use_bias=False)}, "Dense: use_bias must be True, got False"),
    ("draw", {**DIGITS, "layers": changed(3, units=11)}, "two to ten units, with a label each, got 11"),
    ("draw", {**DIGITS, "labels": ["a", "b"]}, "got 10 units and 2 labels"),
    (
        "draw",
        {**DIGITS, "weights": [np.ones(3)]},
        r"live draw: weights must have the shapes \[\(5,",
    ),
    ("draw", {**DIGITS, "samples": {}}, "live draw: samples must be a dictionary of names and pictures"),
    ("draw", {**DIGITS, "samples": {"a": np.zeros(784)}}, r"live draw: a must have shape \(28, 28\)"),
    ("draw", {**DIGITS, "samples": {"a": np.full((28, 28), 255.0)}}, "live draw: a must be"),
    ("draw", {**DIGITS, "centred": 1}, "live draw: centred must be True or False, got 1"),
    ("attention", {}, "live attention: weights must be given"),
    ("attention", {**TRANSLATOR, "weights": [1]}, "live attention: weights must be the 13 arrays"),
    (
        "attention",
        {**TRANSLATOR, "weights": [*TRANSLATOR["weights"][:-1], np.ones(4)]},
        r"live attention: weights must have the shapes \[\(6, 3\)",
    ),
    ("attention", {**TRANSLATOR, "reads": ["a", "b"]}, "reads must begin with <pad>, <sos>, <eos>, <unk>"),
    ("attention", {**TRANSLATOR, "reads": [*SPECIAL, "a", "a"]}, "different single characters"),
    ("attention", {**TRANSLATOR, "writes": [*SPECIAL, "one"]}, "live attention: writes must begin with"),
    ("attention", {**TRANSLATOR, "samples": ["abc"]}, "samples must be texts of one to 5 characters that it"),
    ("attention", {**TRANSLATOR, "samples": ["aaaaaa"]}, "samples must be texts of one to 5 characters"),
    ("attention", {**TRANSLATOR, "samples": []}, "samples must be texts of one to 5 characters"),
    ("attention", {**TRANSLATOR, "most": 61}, "live attention: most must be"),
    ("attention", {**TRANSLATOR, "steps": 17}, "live attention: steps must be"),
    (
        "decode",
        {**WEATHER, "max_kilobytes": 0.1},
        r"live decode must take at most 0\.1 KB of the page, got 0\.\d KB",
    ),
]


@pytest.mark.parametrize(("figure", "options", "message"), WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_is_refused_by_name(
    shown: Any, figure: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        shown(figure, **options)


def test_alt_and_task_are_texts() -> None:
    with pytest.raises(ValueError, match="alt must"):
        live("perceptron", draw, alt="", task="Try.")
    with pytest.raises(ValueError, match="task must"):
        live("perceptron", draw, alt="A line", task="")
