"""The live figures as a reader uses them, by mouse, touch and keyboard: their numbers are those of NumPy."""

import gzip
import json
import re
import string
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from numpy.testing import assert_allclose
from playwright.sync_api import Locator, Page, expect

from dlbook.convolution import Conv2D, MaxPooling2D
from dlbook.data import generated_reviews, mnist_digits, written_dates
from dlbook.display import embed, live
from dlbook.display.palette import DARK, LIGHT
from dlbook.encoder_decoder import Attention
from dlbook.feedforward import Perceptron, convergence_bound
from dlbook.markov import CategoricalHMM
from dlbook.nn import SGD, ActivationLayer, Dense, Optimizer, Sequential, binary_cross_entropy_from_logits
from dlbook.optimization import Momentum, Surface, quadratic
from dlbook.sequences import GRU, LSTM
from dlbook.text import Vocabulary

pytestmark = pytest.mark.browser

STATIC = Path(__file__).resolve().parents[2] / "tools" / "sphinx_book" / "static"
CHAPTERS = Path(__file__).resolve().parents[2] / "chapters"
DATE = "mercredi 29 juin 2022"
REVIEW = "although the music was not really good , the ending was brilliant ."
ALPHABET = "\n #\"'()*,-.01234:;=[]_ABCDEFGHILMNOPRSTUW" + string.ascii_lowercase
MOST_BYTES = 250_000  # of the landing page, compressed
KINDS = ("perceptron", "playground", "decode", "gates", "writer", "race", "draw", "attention")
STATES, SYMBOLS = ["sunny", "rainy"], ["happy", "grumpy"]
START, MOVES, SHOWS = [0.6, 0.4], [[0.7, 0.3], [0.4, 0.6]], [[0.8, 0.2], [0.6, 0.4]]
TRAINED = [
    np.array([[3.0, -1.0], [0.5, 2.0]]),
    np.array([0.1, -0.2]),
    np.array([[1.5], [-2.0]]),
    np.array([0.25]),
]
INSIDE = """root => JSON.parse(JSON.stringify(root.dlbookFigure.inside(), (key, value) =>
    ArrayBuffer.isView(value) ? Array.from(value) : value === Infinity ? "endless" : value))"""


def draw() -> None:
    """Draw a picture for those without the figure."""
    import matplotlib.pyplot as plt

    plt.figure(figsize=(4, 3))
    plt.plot([0, 1])


def themed() -> str:
    """Return the colours of the book as its pages have them."""
    return "".join(
        f"{selector} {{{''.join(f'--dlb-{name}: {value};' for name, value in colours.items())}}}\n"
        for selector, colours in ((":root", LIGHT), ('html[data-theme="dark"]', DARK))
    )


def shipped(name: str, place: int = 0, chapter: str = "04_sequences", n: int = 6) -> list[np.ndarray]:
    """Return weights that a record keeps."""
    (path,) = (CHAPTERS / chapter / "records").glob(f"{name}.*.npz")
    with np.load(path) as arrays:
        return [arrays[f"{place}.{k}"].astype(float) for k in range(n)]


def reviewer() -> dict[str, Any]:
    """Return the options of the figure of the page on the LSTM."""
    texts, _ = generated_reviews(4000, rng=np.random.default_rng(0), max_asides=2)
    return {
        "weights": shipped("lstm.critic"),
        "score": lambda read: np.concatenate([w.ravel() for w in read]).round(2),
        "words": Vocabulary.from_texts(texts).tokens,
        "praise": ["good", "great", "brilliant", "moving", "funny", "clever"],
        "blame": ["bad", "dull", "boring", "awful", "weak", "silly"],
        "samples": {"although": REVIEW, "the plot was good": "the plot was good ."},
    }


def letters() -> dict[str, Any]:
    """Return the options of the figure of the page on characters."""
    return {
        "weights": shipped("character_language_model.readers", 2),
        "score": lambda read: True,
        "alphabet": ALPHABET,
        "unknown": "#",
        "samples": ["The ", "A class "],
        "steps": 20,
    }


def images() -> dict[str, Any]:
    """Return the options of a figure for digits, with weights that nobody has trained."""
    kinds = ("Conv2D", "MaxPooling2D", "Conv2D", "Flatten", "Dense", "Dense")
    configs: list[dict[str, Any]] = [
        {"filters": 3, "kernel_size": (5, 5), "padding": "same", "activation": "relu"},
        {"pool_size": (2, 2)},
        {"filters": 4, "kernel_size": (5, 5), "activation": "tanh"},
        {},
        {"units": 50, "activation": "relu"},
        {"units": 10, "activation": "softmax"},
    ]
    rng = np.random.default_rng(8)
    shapes = [(5, 5, 1, 3), (3,), (5, 5, 3, 4), (4,), (400, 50), (50,), (50, 10), (10,)]
    digits = mnist_digits().features.reshape(-1, 28, 28) / 255
    return {
        "layers": [{"class_name": k, "config": c} for k, c in zip(kinds, configs, strict=True)],
        "weights": [rng.normal(scale=0.2, size=shape) for shape in shapes],
        "score": lambda read: True,
        "samples": {str(k): digits[500 * k + 4] for k in (7, 0, 3)},
    }


def translator() -> dict[str, Any]:
    """Return the options of the figure of the page on attention."""
    known, _ = written_dates(3000, rng=np.random.default_rng(0))
    return {
        "weights": shipped("attention.dates", 0, "05_encoder_decoder", 13),
        "score": lambda read: np.concatenate([w.ravel() for w in read]).round(2),
        "reads": Vocabulary.from_texts([*known, list("0123456789")], tokenizer=list).tokens,
        "writes": Vocabulary([*"0123456789", "-"], tokenizer=list).tokens,
        "samples": [DATE, "june 29, 2022", "wednesday, september 25, 2024"],
        "most": 36,
        "steps": 11,
    }


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page with every figure, and a second playground with weights of its own."""
    outputs: list[str] = []
    files: dict[str, None] = {}

    def publish(markup: str, names: tuple[str, ...]) -> None:
        outputs.append(markup)
        files.update(dict.fromkeys(names))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embed, "publish_html", publish)
        words = {"alt": "A line that rises", "task": "Play with it."}
        live("perceptron", draw, **words, sample="AND")
        live("playground", draw, **words, layers=2, units=8, points=50, batch=10)
        model = {"start": START, "transition": MOVES, "emission": SHOWS}
        live("decode", draw, **words, states=STATES, symbols=SYMBOLS, **model, text="HHG")
        given = {"weights": TRAINED, "score": lambda read: np.concatenate([w.ravel() for w in read]).round(4)}
        live("playground", draw, **words, layers=1, units=2, batch=300, **given)
        live("gates", draw, **words, **reviewer())
        live("writer", draw, **words, **letters())
        live("race", draw, **words, first_rate=0.02, second_rate=0.01)
        live("draw", draw, **words, **images())
        live("attention", draw, **words, **translator())
    path = tmp_path_factory.mktemp("live") / "page.html"
    path.write_text(
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>Page</title>"
        "<meta name=viewport content='width=device-width'><link rel=icon href='data:,'>"
        f"<style>{(STATIC / 'figures.css').read_text(encoding='utf-8')}</style>"
        f"<style>{themed()} body {{margin: 8px; background: var(--dlb-paper); color: var(--dlb-ink)}}</style>"
        f"</head><body><main><h1>Page</h1>{embed.with_assets('<p>Text.</p>'.join(outputs), tuple(files))}"
        f"<p id=below>Below.</p></main><script>{(STATIC / 'figures.js').read_text(encoding='utf-8')}</script>"
        "</body></html>",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def at(watched: Callable[..., Any], file: Path) -> Iterator[Callable[..., Page]]:
    """Return a function that opens the page from its file, and see that nothing went wrong."""
    windows: list[tuple[Any, Any]] = []

    def opened(width: int = 1000, fragment: str = "", **settings: Any) -> Page:
        window = watched(viewport={"width": width, "height": 900}, **settings)
        page, log = window.__enter__()
        windows.append((window, log))
        page.goto(file.as_uri() + fragment)
        return page

    yield opened
    for window, _ in windows:
        window.__exit__(None, None, None)
    for _, log in windows:
        assert log.problems == []
        assert log.foreign("file:") == []


def figure(page: Page, kind: str, place: int = 0) -> Locator:
    """Return a figure, started."""
    root = page.locator(f'[data-dlb-live="{kind}"]').nth(place)
    start = root.get_by_role("button", name="Start the live figure")
    if start.count():
        start.click()
    return root


def press(root: Locator, name: str, times: int = 1) -> None:
    """Press a button of a figure."""
    for _ in range(times):
        root.get_by_role("button", name=name, exact=True).click()


def told(root: Locator) -> str:
    """Return the sentence under a figure."""
    return (root.locator(".dlb-live-result").text_content() or "").replace("\u2212", "-")


def spot(root: Locator, x: float, y: float, reach: float) -> tuple[float, float]:
    """Return where a place of the plane is in the window."""
    plane = root.locator("canvas").first
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    assert box is not None
    across, down = (x + reach) / (2 * reach), (reach - y) / (2 * reach)
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def test_nothing_runs_before_the_start(at: Any) -> None:
    page = at()
    assert page.locator("canvas").count() == 0
    assert page.locator("[data-dlb-live]").count() == 9
    for root in page.locator("[data-dlb-live]").all():
        expect(root.locator("img")).to_be_visible()
        assert root.evaluate("root => root.dlbookFigure === undefined")


@pytest.mark.parametrize("width", [300, 1000])
def test_the_figure_takes_the_place_of_its_picture(at: Any, width: int) -> None:
    root = figure(at(width=width), "perceptron")
    expect(root.locator("img")).to_be_hidden()
    expect(root.get_by_role("button", name="Enlarge the figure")).to_have_count(0)
    expect(root.get_by_role("button", name="Step")).to_be_focused()


def test_without_script_the_picture_stays(at: Any) -> None:
    page = at(java_script_enabled=False)
    for root in page.locator("[data-dlb-live]").all():
        expect(root.get_by_alt_text("A line that rises")).to_be_visible()
        assert root.locator("noscript p").evaluate_all("notes => notes.length") == 1
        assert root.locator("button").count() == 0


# The perceptron ---------------------------------------------------------------------------------------------


def assert_is_numpys(root: Locator) -> None:
    """Compare a perceptron that is done with the package's."""
    inside = root.evaluate(INSIDE)
    x, y = np.reshape(inside["points"]["x"], (-1, 2)), np.array(inside["points"]["y"])
    twin = Perceptron(max_epochs=10**5).fit(x, y)
    assert inside["state"]["updates"] == twin.n_updates
    assert_allclose([*inside["state"]["w"], inside["state"]["b"]], [*twin.weights, twin.bias], atol=1e-5)
    assert f"after {twin.n_updates} corrections" in told(root)
    assert twin.n_updates <= inside["bound"] <= convergence_bound(x, y, twin.weights, twin.bias) * (1 + 1e-9)


def step_until_done(root: Locator) -> None:
    """Press Step with the keyboard until the perceptron is right."""
    button = root.get_by_role("button", name="Step", exact=True)
    for _ in range(400):
        if told(root).startswith("Done"):
            return
        button.press("Enter")
    raise AssertionError(told(root))


def test_a_perceptron_step_by_step(at: Any) -> None:
    root = figure(at(), "perceptron")
    assert told(root) == "No correction yet: all weights are 0. By the theorem there are at most 51."
    press(root, "Step")
    assert told(root).startswith("Correction 1, by the square at (0, 0). w = (0, 0), b = -1.")
    expect(root.locator(".dlb-unseen")).to_contain_text("Correction 1")
    step_until_done(root)
    assert_is_numpys(root)
    assert "after 18 corrections" in told(root)
    press(root, "Reset")
    assert told(root).startswith("No correction yet")


def test_xor_never_ends(at: Any) -> None:
    root = figure(at(), "perceptron")
    root.get_by_label("Points", exact=True).select_option("XOR")
    press(root, "Step", 30)
    assert told(root).endswith("No line separates these points: it never ends.")
    assert root.evaluate(INSIDE)["bound"] == "endless"
    assert root.evaluate(INSIDE)["state"]["updates"] == 30


def test_clouds_follow_their_seed(at: Any) -> None:
    root = figure(at(), "perceptron")
    root.get_by_label("Points", exact=True).select_option("two clouds")
    found = []
    for seed in ("1", "4", "1"):
        root.get_by_label("Seed of the clouds").fill(seed)
        root.get_by_label("Seed of the clouds").press("Tab")
        found.append(root.evaluate(INSIDE)["points"]["x"])
    assert found[0] == found[2] != found[1]
    step_until_done(root)
    assert_is_numpys(root)
    assert "after 14 corrections" in told(root)  # what a quiz asks
    assert told(root).endswith("at most 390.")


def test_points_by_mouse(at: Any) -> None:
    page = at()
    root = figure(page, "perceptron")
    page.mouse.click(*spot(root, 0.6, -0.9, 1.5))
    points = root.evaluate(INSIDE)["points"]
    assert points["y"] == [0, 0, 0, 1, 1]
    assert_allclose(points["x"][-2:], [0.6, -0.9], atol=0.02)
    page.mouse.move(*spot(root, 0.6, -0.9, 1.5))
    page.mouse.down()
    page.mouse.move(*spot(root, 1.2, 1.3, 1.5), steps=5)
    page.mouse.up()
    points = root.evaluate(INSIDE)["points"]
    assert len(points["y"]) == 5
    assert_allclose(points["x"][-2:], [1.2, 1.3], atol=0.02)
    step_until_done(root)
    assert_is_numpys(root)
    root.get_by_label("A tap or Enter will").select_option("remove")
    page.mouse.click(*spot(root, 1.2, 1.3, 1.5))
    assert root.evaluate(INSIDE)["points"]["y"] == [0, 0, 0, 1]


def test_points_by_touch(at: Any) -> None:
    page = at(width=360, has_touch=True, is_mobile=True)
    root = figure(page, "perceptron")
    root.get_by_label("A tap or Enter will").select_option("add a square")
    page.touchscreen.tap(*spot(root, -1, -0.5, 1.5))
    points = root.evaluate(INSIDE)["points"]
    assert points["y"] == [0, 0, 0, 1, 0]
    assert_allclose(points["x"][-2:], [-1, -0.5], atol=0.03)
    root.get_by_role("button", name="Step", exact=True).tap()
    assert root.evaluate(INSIDE)["state"]["updates"] == 1
    finger = page.context.new_cdp_session(page)
    for kind, place in (("touchStart", (-1, -0.5)), ("touchMove", (-0.6, 0.8)), ("touchEnd", None)):
        x, y = spot(root, *place, 1.5) if place else (0, 0)
        finger.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}] if place else []}
        )
    assert_allclose(root.evaluate(INSIDE)["points"]["x"][-2:], [-0.6, 0.8], atol=0.03)
    assert root.evaluate(INSIDE)["points"]["y"] == [0, 0, 0, 1, 0]


def test_points_by_keyboard(at: Any) -> None:
    page = at()
    root = figure(page, "perceptron")
    plane = root.get_by_role("application")
    plane.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    assert told(root) == "The cross is at -0.5, 0.1."
    page.keyboard.press("Enter")
    assert root.evaluate(INSIDE)["points"]["y"] == [0, 0, 0, 1, 1]
    page.keyboard.press("m")
    assert told(root) == "You hold a point."
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert told(root) == "The point is at -0.6, 0.13."
    page.keyboard.press("m")
    assert_allclose(root.evaluate(INSIDE)["points"]["x"][-2:], [-0.6, 0.125], atol=1e-9)
    root.get_by_label("A tap or Enter will").select_option("remove")
    plane.focus()
    page.keyboard.press(" ")
    assert root.evaluate(INSIDE)["points"]["y"] == [0, 0, 0, 1]
    page.keyboard.press("Enter")
    assert told(root) == "There is no point to remove here."


# The playground ---------------------------------------------------------------------------------------------


def twin_of(inside: dict[str, Any]) -> tuple[Sequential, np.random.Generator]:
    """Build with the package the network of the page, and its generator."""
    twister = np.random.MT19937()
    twister.state = np.random.RandomState(inside["settings"]["seed"]).get_state(legacy=False)
    rng = np.random.Generator(twister)
    layers: list[Any] = []
    sizes = inside["net"]["sizes"]
    for n_inputs, n_units in pairwise(sizes):
        layers += [
            Dense(n_inputs, n_units, initializer=inside["settings"]["initializer"], rng=rng),
            ActivationLayer(inside["settings"]["activation"]),
        ]
    return Sequential(layers[:-1]), rng


def assert_trained_as_in_numpy(root: Locator) -> None:
    """Repeat the epochs of the page with the package."""
    inside = root.evaluate(INSIDE)
    twin, rng = twin_of(inside)
    x, y = np.reshape(inside["train"]["x"], (-1, 2)), np.array(inside["train"]["y"])[:, None]
    twin.fit(
        x, y, loss=binary_cross_entropy_from_logits, optimizer=SGD(inside["settings"]["rate"]),
        batch_size=inside["settings"]["batch"], epochs=inside["epochs"], rng=rng,
    )  # fmt: skip
    for name, key in (("weights", "weights"), ("biases", "bias")):
        expected = [value.ravel() for part, value in twin.parameters.items() if part.endswith(key)]
        for found, value in zip(inside["net"][name], expected, strict=True):
            assert_allclose(found, value, rtol=0, atol=1e-5)
    test = np.reshape(inside["test"]["x"], (-1, 2)), np.array(inside["test"]["y"])[:, None]
    losses = [twin.evaluate(*part, loss=binary_cross_entropy_from_logits) for part in ((x, y), test)]
    right = [((twin.predict(part[0]) > 0) == (part[1] > 0.5)).mean() for part in ((x, y), test)]
    epoch, *measured = inside["history"][-1]
    assert epoch == inside["epochs"]
    assert_allclose(measured, [*losses, *right], rtol=0, atol=1e-5)
    shown = [float(word) for word in re.findall(r"loss (-?[\d.]+(?:e-?\d+)?)\b", told(root))]
    assert_allclose(shown, losses, rtol=0.05, atol=6e-4)


def test_a_network_step_by_step(at: Any) -> None:
    root = figure(at(), "playground")
    assert told(root).startswith("Epoch 0. Training loss ")
    press(root, "Step", 5)
    assert root.evaluate(INSIDE)["epochs"] == 5
    assert_trained_as_in_numpy(root)


def test_settings_by_keyboard_and_menu(at: Any) -> None:
    root = figure(at(), "playground")
    root.get_by_label("Hidden layers").press("ArrowRight")
    root.get_by_label("Units in each").press("Home")
    root.get_by_label("Units in each").press("ArrowRight")
    root.get_by_label("Activation").select_option("relu")
    root.get_by_label("Points", exact=True).select_option("xor")
    root.get_by_text("More settings").click()
    root.get_by_label("Starting weights").select_option("he_uniform")
    root.get_by_label("Seed", exact=True).fill("7")
    root.get_by_label("Seed", exact=True).press("Tab")
    press(root, "Step", 3)
    settings = root.evaluate(INSIDE)["settings"]
    assert (settings["layers"], settings["units"], settings["activation"]) == (3, 2, "relu")
    assert (settings["data"], settings["initializer"], settings["seed"]) == ("xor", "he_uniform", 7)
    assert_trained_as_in_numpy(root)


def test_playing_pauses_out_of_sight(at: Any) -> None:
    page = at()
    root = figure(page, "playground")
    press(root, "Play")
    page.wait_for_function("root => root.dlbookFigure.inside().epochs > 20", arg=root.element_handle())
    assert root.locator(".dlb-unseen").text_content() != told(root)  # what moves is not read out
    press(root, "Pause")
    assert root.evaluate(INSIDE)["history"][-1][1] < root.evaluate(INSIDE)["history"][0][1]
    expect(root.locator(".dlb-unseen")).to_have_text(root.locator(".dlb-live-result").text_content() or "")
    press(root, "Play")
    page.locator("#below").scroll_into_view_if_needed()
    expect(root.get_by_role("button", name="Play", exact=True)).to_have_count(1)
    epochs = root.evaluate(INSIDE)["epochs"]
    page.wait_for_timeout(200)
    assert root.evaluate(INSIDE)["epochs"] == epochs


def test_divergence_is_a_sentence(at: Any) -> None:
    page = at()
    root = figure(page, "playground")
    root.get_by_label("Activation").select_option("identity")
    root.get_by_label("Learning rate").press("End")
    root.get_by_text("More settings").click()
    root.get_by_label("Starting weights").select_option("large")
    press(root, "Play")
    expect(root.locator(".dlb-live-result")).to_contain_text("diverged at epoch")
    expect(root.get_by_role("button", name="Play", exact=True)).to_have_count(1)
    assert "NaN" not in told(root)
    press(root, "Reset")
    assert told(root).startswith("Epoch 0.")


def test_points_of_the_playground(at: Any) -> None:
    page = at()
    root = figure(page, "playground")
    page.mouse.click(*spot(root, 1.1, 1.1, 1.25))
    inside = root.evaluate(INSIDE)
    assert len(inside["train"]["y"]) == 51
    assert_allclose(inside["train"]["x"][-2:], [1.1, 1.1], atol=0.02)
    press(root, "Reset")  # the reader's points stay
    press(root, "Step", 2)
    assert_trained_as_in_numpy(root)


def test_a_network_that_the_notebook_trained(at: Any) -> None:
    root = figure(at(), "playground", 1)
    inside = root.evaluate(INSIDE)
    for found, wanted in zip(inside["net"]["weights"], TRAINED[::2], strict=True):
        assert_allclose(found, wanted.ravel(), atol=1e-4)
    x, y = np.reshape(inside["test"]["x"], (-1, 2)), np.array(inside["test"]["y"])
    scores = np.tanh(x @ TRAINED[0] + TRAINED[1]) @ TRAINED[2] + TRAINED[3]
    loss = binary_cross_entropy_from_logits(y[:, None], scores)
    assert inside["history"][0][2] == pytest.approx(loss, abs=1e-4)
    press(root, "Step", 3)
    press(root, "Reset")
    assert_allclose(root.evaluate(INSIDE)["net"]["weights"][0], TRAINED[0].ravel(), atol=1e-4)


# Decode as you type -----------------------------------------------------------------------------------------


def assert_decoded_as_in_numpy(root: Locator) -> dict[str, Any]:
    """Decode with the package what the page decodes."""
    inside = root.evaluate(INSIDE)
    model = inside["model"]
    twin = CategoricalHMM(model["start"], model["transition"], model["emission"])
    seen = ["HG".index(letter) for letter in inside["text"]]
    posteriors, path = twin.posteriors(seen), twin.viterbi(seen)
    assert_allclose(inside["found"]["gamma"], posteriors.gamma, rtol=0, atol=1e-5)
    assert inside["found"]["path"] == path.states.tolist()
    assert inside["found"]["probability"] == pytest.approx(np.exp(twin.score(seen)), rel=1e-5)
    words = ", ".join(STATES[i] for i in path.states)
    assert f"P({inside['text']}) = {inside['found']['probability']:.3g}"[:-1] in told(root)
    assert f"The best path is {words}," in told(root)
    return dict(inside)


def test_decoding_while_typing(at: Any) -> None:
    page = at()
    root = figure(page, "decode")
    box = root.get_by_label("What was seen")
    assert_decoded_as_in_numpy(root)
    box.focus()
    page.keyboard.press("End")
    for letters in ("g", "g", "h", "x", "g"):
        page.keyboard.type(letters)
        inside = assert_decoded_as_in_numpy(root)
    assert inside["text"] == "HHGGGHG"
    assert root.locator("svg circle").count() == 14
    values = root.locator("svg .dlb-value").all_text_contents()
    alpha = np.array(inside["found"]["alpha"])
    assert [float(word.replace("\u2212", "-")) for word in values[:2]] == pytest.approx(alpha[0], abs=6e-4)
    root.get_by_label("In the nodes").select_option("posterior")
    first = root.locator("svg .dlb-value").first.text_content()
    assert first == f"{inside['found']['gamma'][0][0]:.3f}"


def test_decoding_by_touch(at: Any) -> None:
    page = at(width=360, has_touch=True, is_mobile=True)
    root = figure(page, "decode")
    for name in ("Add grumpy", "Add happy", "Remove last", "Add grumpy"):
        root.get_by_role("button", name=name).tap()
    assert assert_decoded_as_in_numpy(root)["text"] == "HHGGG"
    root.get_by_role("button", name="Draw by chance").tap()
    assert len(assert_decoded_as_in_numpy(root)["text"]) == 8


def test_rows_stay_at_one(at: Any) -> None:
    root = figure(at(), "decode")
    stays = root.get_by_label("Move from, rainy rainy")
    stays.fill("0.95")
    stays.press("Tab")
    model = assert_decoded_as_in_numpy(root)["model"]
    assert_allclose(model["transition"], [[0.7, 0.3], [0.05, 0.95]], atol=1e-12)
    assert root.get_by_label("Move from, rainy sunny").input_value() == "0.05"
    stays.fill("7")
    stays.press("Tab")
    assert stays.input_value() == "1"
    assert assert_decoded_as_in_numpy(root)["model"]["transition"][1] == [0, 1]
    root.get_by_label("Shows, sunny happy").press("ArrowUp")
    assert_allclose(assert_decoded_as_in_numpy(root)["model"]["emission"][0], [0.85, 0.15], atol=1e-12)
    press(root, "Reset")
    assert root.evaluate(INSIDE)["model"]["transition"] == MOVES


def test_the_impossible_is_a_sentence(at: Any) -> None:
    root = figure(at(), "decode")
    for state in STATES:
        root.get_by_label(f"Shows, {state} happy").fill("0")
    assert told(root) == "This model cannot say HHG: the probability is 0."
    root.get_by_label("What was seen").fill("")
    assert told(root) == "Type H or G."


# Gates while you type ---------------------------------------------------------------------------------------


def weights_of(root: Locator) -> list[np.ndarray]:
    """Return the weights of a figure as its page reads them."""
    packed = json.loads(root.locator('script[type="application/json"]').text_content() or "")
    unpack = "packed => packed.map(one => Array.from(dlbookLive.unpack(one)))"
    found = root.page.evaluate(unpack, packed["options"]["weights"])
    return [
        np.reshape(values, one["shape"])
        for values, one in zip(found, packed["options"]["weights"], strict=True)
    ]


def assert_read_as_in_numpy(root: Locator) -> dict[str, Any]:
    """Read with the package what the page reads."""
    inside: dict[str, Any] = root.evaluate(INSIDE)
    table, kernel, matrix, bias, out, last = weights_of(root)
    tokens = reviewer()["words"]
    layer = LSTM(table.shape[1], len(matrix), kernel=kernel, recurrent_kernel=matrix, bias=bias)
    ids = [tokens.index(word if word in tokens else "<unk>") for word in inside["words"]]
    states, cache = layer.forward(table[ids][None])
    for name, gate in layer.gates(cache).items():
        if name != "candidate":
            assert_allclose([step[name] for step in inside["steps"]], gate[0], rtol=0, atol=1e-5)
    assert_allclose(
        [step["memory"] for step in inside["steps"]], layer.cell_states(cache)[0, 1:], rtol=0, atol=1e-5
    )
    good = 1 / (1 + np.exp(-(states[0] @ out + last)[:, 0]))
    assert_allclose([step["good"] for step in inside["steps"]], good, rtol=0, atol=1e-5)
    now = good[inside["at"]]
    assert f"{'good' if now > 0.5 else 'bad'} with probability" in told(root)
    return inside


def test_a_review_word_by_word(at: Any) -> None:
    root = figure(at(), "gates")
    assert told(root).startswith("After \u201c.\u201d, word 13 of 13: good with probability over 0.999. ")
    assert "The words mean the same." in told(root)
    assert assert_read_as_in_numpy(root)["words"] == REVIEW.split()
    assert root.locator("svg .dlb-more, svg .dlb-less").count() == 13 * 6 * 4
    press(root, "Step", 6)
    assert told(root).startswith("After \u201creally\u201d, word 6 of 13: ")
    assert assert_read_as_in_numpy(root)["at"] == 5
    press(root, "Play")
    expect(root.locator(".dlb-live-result")).to_contain_text("word 13 of 13")
    expect(root.get_by_role("button", name="Play", exact=True)).to_have_count(1)


def test_reading_while_typing(at: Any) -> None:
    page = at()
    root = figure(page, "gates")
    box = root.get_by_label("The review")
    box.fill("")
    assert told(root) == "Type a review, or choose one."
    for typed, words in (
        ("the pl", ["the"]),
        ("ot", ["the", "plot"]),
        (" was", ["the", "plot", "was"]),
        (" stup", ["the", "plot", "was", "stup"]),
    ):
        box.press_sequentially(typed)
        assert assert_read_as_in_numpy(root)["words"] == words
    assert "It has never read \u201cstup\u201d." in told(root)
    root.get_by_label("Review", exact=True).select_option("the plot was good")
    assert assert_read_as_in_numpy(root)["words"] == ["the", "plot", "was", "good", "."]


def test_the_reader_is_fooled(at: Any) -> None:
    root = figure(at(), "gates")
    box = root.get_by_label("The review")
    box.fill("the plot was not good .")
    assert "The words mean the same." in told(root)
    box.fill("the plot was not not good .")
    assert "But the words mean good: you have fooled it, with 7 words." in told(root)
    assert told(root).endswith("Your shortest: 7 words.")
    assert assert_read_as_in_numpy(root)["fooled"] is True
    box.fill("the plot was good . the music was bad .")
    assert "The words do not settle it." in told(root)
    press(root, "Reset")
    assert "shortest" not in told(root)


def test_the_figure_knows_what_reviews_mean(at: Any) -> None:
    root = figure(at(), "gates")
    texts, labels = generated_reviews(60, rng=np.random.default_rng(3))
    meanings = root.evaluate(
        """(root, texts) => texts.map(text => {
            const box = root.querySelector("input[type=text]");
            box.value = text;
            box.dispatchEvent(new Event("input"));
            return root.dlbookFigure.inside().meaning;
        })""",
        texts,
    )
    assert meanings == [1 if label else -1 for label in labels]


def test_a_review_by_touch(at: Any) -> None:
    page = at(width=360, has_touch=True, is_mobile=True)
    root = figure(page, "gates")
    root.get_by_label("Review", exact=True).select_option("the plot was good")
    for _ in range(2):
        root.get_by_role("button", name="Remove last").tap()
    root.get_by_role("button", name="Add word").tap()
    root.get_by_label("Word to add").select_option("dull")
    root.get_by_role("button", name="Add word").tap()
    assert assert_read_as_in_numpy(root)["words"] == ["the", "plot", "was", "not", "dull"]


# The character model writes ---------------------------------------------------------------------------------


def assert_written_as_in_numpy(root: Locator, picked: str = "") -> dict[str, Any]:
    """Write with the package what the page has written, of which the reader picked some at the end."""
    inside: dict[str, Any] = root.evaluate(INSIDE)
    table, kernel, matrix, bias, out, last = weights_of(root)
    layer = GRU(table.shape[1], len(matrix), kernel=kernel, recurrent_kernel=matrix, bias=bias)
    rng, settings = np.random.RandomState(inside["settings"]["seed"]), inside["settings"]
    state, logits, written, bits = None, np.zeros(len(ALPHABET)), "", 0.0

    def read(character: str) -> None:
        nonlocal state, logits
        states, cache = layer.forward(table[[[ALPHABET.index(character)]]], initial_state=state)
        state, logits = cache.final_state, (states @ out + last)[0, 0]

    def softened(temperature: float) -> np.ndarray:
        e = np.exp((logits - logits.max()) / temperature) if temperature else logits == logits.max()
        return np.asarray(e / e.sum())

    for character in inside["begun"]:
        read(character)
    while len(written) < len(inside["written"]):
        drawn = softened(settings["temperature"]).cumsum() > rng.random_sample()
        character = ALPHABET[int(drawn.argmax())]
        if len(inside["written"]) - len(written) <= len(picked):
            character = picked[len(written) - len(inside["written"])]
        bits -= np.log2(softened(1)[ALPHABET.index(character)])
        written += character
        read(character)
    assert inside["written"] == written
    assert inside["bits"] == pytest.approx(bits, abs=1e-5)
    assert_allclose(inside["logits"], logits, rtol=0, atol=1e-5)
    assert_allclose(inside["p"], softened(settings["temperature"]), rtol=0, atol=1e-5)
    assert_allclose(inside["state"], state[0], rtol=0, atol=1e-5)
    return inside


def test_writing_step_by_step(at: Any) -> None:
    root = figure(at(), "writer")
    inside = assert_written_as_in_numpy(root)
    assert (inside["begun"], len(inside["written"])) == ("The ", 20)
    assert re.match("Next: \u201c.\u201d .*20 characters are written, for [\\d.]+ bits each", told(root))
    press(root, "Step", 3)
    inside = assert_written_as_in_numpy(root)
    assert len(inside["written"]) == 23
    assert root.locator(".dlb-live-text").text_content() == inside["begun"] + inside["written"]
    shares = [float(word) for word in root.locator(".dlb-live-bars span").all_text_contents()]
    assert_allclose(shares, np.sort(inside["p"])[::-1][:8], atol=6e-4)
    strongest = np.sort(np.argsort(-np.abs(inside["state"]))[:8]) + 1
    named = root.locator("svg[role=img]").get_attribute("aria-label") or ""
    assert [int(unit) for unit in re.findall(r"(\d+) at ", named)] == strongest.tolist()


def test_temperature_seed_and_beginning(at: Any) -> None:
    root = figure(at(), "writer")
    root.get_by_label("Temperature").press("Home")
    assert "a choice of 0 bits" in told(root)
    press(root, "Reset")
    press(root, "Step", 30)
    assert assert_written_as_in_numpy(root)["settings"]["temperature"] == 0
    for _ in range(6):
        root.get_by_label("Temperature").press("ArrowRight")
    root.get_by_label("Seed", exact=True).fill("5")
    root.get_by_label("Seed", exact=True).press("Tab")
    root.get_by_label("It begins with").fill("Rain\u00e9 ")
    press(root, "Step", 10)
    inside = assert_written_as_in_numpy(root)
    assert inside["begun"] == "Rain# "
    assert (inside["settings"]["temperature"], inside["settings"]["seed"]) == (2, 5)
    root.get_by_label("It begins with").fill("")
    assert told(root).startswith("Nothing is read yet. ")
    root.get_by_label("Beginning").select_option("A class ")
    assert root.evaluate(INSIDE)["begun"] == "A class "


@pytest.mark.parametrize("touch", [False, True])
def test_the_reader_picks_a_character(at: Any, touch: bool) -> None:
    page = at(width=360 if touch else 1000, has_touch=touch, is_mobile=touch)
    root = figure(page, "writer")
    bars = root.locator(".dlb-live-bars button")
    third = bars.nth(2)
    name = third.get_attribute("aria-label") or ""
    picked = {"\u2423": " ", "\u00b6": "\n"}.get(name[7], name[7])
    if touch:
        third.tap()
    else:
        third.press("Enter")
        expect(third).to_be_focused()
    inside = assert_written_as_in_numpy(root, picked)
    assert inside["written"][-1] == picked
    press(root, "Step", 2)


def test_the_page_that_is_full(at: Any) -> None:
    root = figure(at(), "writer")
    press(root, "Play")
    root.page.wait_for_function(
        "root => root.dlbookFigure.inside().written.length > 25", arg=root.element_handle()
    )
    press(root, "Pause")
    root.evaluate(
        """root => {
            const buttons = Array.from(root.querySelectorAll("button"));
            const step = buttons.find(node => node.textContent === "Step");
            for (let k = 0; k < 400; k++) step.click();
        }"""
    )
    assert told(root).endswith("The page is full: Reset.")
    assert len(root.evaluate(INSIDE)["written"]) == 400
    press(root, "Play")
    expect(root.get_by_role("button", name="Play", exact=True)).to_have_count(1)
    press(root, "Reset")
    assert root.evaluate(INSIDE)["written"] == ""


# The race ---------------------------------------------------------------------------------------------------


def raced(optimizer: Optimizer, surface: Surface, start: Sequence[float], most: int = 2000) -> list[float]:
    """Return the heights of a walk with the package, up to a thousandth of the first."""
    lowest = min(surface(minimum) for minimum in surface.minima)
    at = {"at": np.array(start)}
    heights = [surface(start) - lowest]
    while heights[-1] > 0.001 * heights[0] and len(heights) <= most:
        at = optimizer.step(at, {"at": surface.gradient(at["at"])})
        heights.append(surface(at["at"]) - lowest)
    return heights


def test_a_race_step_by_step(at: Any) -> None:
    root = figure(at(), "race")
    assert told(root).startswith("Both start at (-1, 0.9), 20.75 above the lowest point.")
    press(root, "Step")
    valley = quadratic([1.0, 50.0])
    plain, heavy = (raced(one, valley, (-1, 0.9)) for one in (SGD(0.02), Momentum(0.01)))
    assert_allclose(root.evaluate(INSIDE)["runners"][0]["heights"], plain[:2])
    assert told(root) == f"Step 1. Gradient descent is at {plain[1]:.3g}. Momentum is at {heavy[1]:.4g}."
    press(root, "Play")
    expect(root.get_by_role("button", name="Play", exact=True)).to_have_count(1, timeout=20_000)
    for runner, walk in zip(root.evaluate(INSIDE)["runners"], (plain, heavy), strict=True):
        assert_allclose(runner["heights"], walk, rtol=1e-5)
    winner = "Gradient descent" if len(plain) < len(heavy) else "Momentum"
    assert f"Momentum is there after {len(heavy) - 1} steps." in told(root)
    assert told(root).endswith(f"{winner} wins.")
    press(root, "Reset")
    assert told(root).startswith("Both start at (-1, 0.9)")


def test_who_goes_too_far_is_told(at: Any) -> None:
    root = figure(at(), "race")
    root.get_by_label("Rate of the first").focus()
    root.page.keyboard.press("End")
    press(root, "Step", 4)
    # from (-1, 0.9) to (9, -449.1), and then beyond a million times the first height
    assert "Gradient descent diverged at step 2, after a height of 5.0e6: take a smaller rate." in told(root)
    assert "NaN" not in told(root)
    assert "Infinity" not in told(root)
    assert root.evaluate(INSIDE)["runners"][0]["done"] == "lost"


def test_two_of_a_kind_have_two_names(at: Any) -> None:
    root = figure(at(), "race")
    root.get_by_label("Second (dashed, square)").select_option("gradient_descent")
    root.get_by_label("Surface", exact=True).select_option("saddle")
    press(root, "Step")
    assert "The first gradient descent is at" in told(root)
    assert "The second gradient descent is at" in told(root)


def test_the_start_by_mouse_touch_and_keyboard(at: Any) -> None:
    page = at(width=360, has_touch=True, is_mobile=True)
    root = figure(page, "race")
    press(root, "Step", 2)
    page.mouse.move(*spot(root, -1, 0.9, 1.5))
    page.mouse.down()
    page.mouse.move(*spot(root, 0.5, -1, 1.5), steps=4)
    page.mouse.up()
    inside = root.evaluate(INSIDE)
    assert_allclose(inside["start"], [0.5, -1], atol=0.03)
    assert inside["steps"] == 0
    page.touchscreen.tap(*spot(root, 1, 1, 1.5))
    assert_allclose(root.evaluate(INSIDE)["start"], [1, 1], atol=0.03)
    finger = page.context.new_cdp_session(page)
    for kind, place in (("touchStart", (1, 1)), ("touchMove", (-0.6, 0.8)), ("touchEnd", None)):
        x, y = spot(root, *place, 1.5) if place else (0, 0)
        finger.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}] if place else []}
        )
    before = root.evaluate(INSIDE)["start"]
    assert_allclose(before, [-0.6, 0.8], atol=0.05)
    root.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    assert_allclose(root.evaluate(INSIDE)["start"], [before[0] + 0.05, before[1] - 0.0125], atol=1e-9)
    assert told(root).startswith("The start is at -0.")


def test_a_start_at_the_bottom_is_no_race(at: Any) -> None:
    root = figure(at(fragment="#live-race?surface=valley&x=0&y=0"), "race")
    assert told(root).startswith("The start is the lowest point")
    press(root, "Step")
    assert told(root).startswith("The start is the lowest point")


# Draw a digit -----------------------------------------------------------------------------------------------


def assert_answered_as_in_numpy(root: Locator) -> dict[str, Any]:
    """Compute with the package what the page makes of the picture that its network sees."""
    inside: dict[str, Any] = root.evaluate(INSIDE)
    k1, b1, k2, b2, w3, b3, w4, b4 = weights_of(root)
    x, maps = np.reshape(inside["seen"], (1, 28, 28, 1)), []
    for layer in (
        Conv2D(1, 3, 5, padding="same", kernel=k1, bias=b1, activation="relu"),
        MaxPooling2D(2),
        Conv2D(3, 4, 5, kernel=k2, bias=b2, activation="tanh"),
    ):
        x = layer.forward(x)[0]
        maps.append(x)
    hidden = np.maximum(x.reshape(1, -1) @ w3 + b3, 0)
    scores = np.exp(hidden @ w4 + b4 - (hidden @ w4 + b4).max())
    p = scores / scores.sum()
    for found, expected in zip(inside["found"], [*maps, hidden, p], strict=True):
        assert_allclose(found["outputs"], expected.ravel(), rtol=0, atol=1e-5)
    shares = [float(word) for word in root.locator(".dlb-live-bars span").all_text_contents()]
    assert_allclose(shares, p[0], atol=6e-4)
    assert f"The network says {p.argmax()}, with probability" in told(root)
    assert root.locator(".dlb-live-bars .dlb-best b").text_content() == str(p.argmax())
    return inside


def pixel(root: Locator, x: float, y: float, canvas: int = 0) -> tuple[float, float]:
    """Return where the middle of a pixel of a picture is in the window."""
    picture = root.locator("canvas").nth(canvas)
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    return box["x"] + (x + 0.5) / 28 * box["width"], box["y"] + (y + 0.5) / 28 * box["height"]


def drawn(inside: dict[str, Any]) -> np.ndarray:
    """Return the drawing as a picture."""
    return np.reshape(inside["drawing"], (28, 28))


def test_samples_answer_at_once(at: Any) -> None:
    root = figure(at(), "draw")
    inside = assert_answered_as_in_numpy(root)
    digits = mnist_digits().features
    assert inside["drawing"] == digits[3504].tolist()
    assert_allclose(inside["seen"], digits[3504] / 255, atol=1e-12)
    assert told(root).endswith("scaled by 1, moved 0 left and 0 up.")
    root.get_by_role("group", name="Samples").get_by_role("button", name="3").press("Enter")
    assert assert_answered_as_in_numpy(root)["drawing"] == digits[1504].tolist()
    expect(root.locator(".dlb-unseen")).to_contain_text("The network says")
    press(root, "Clear")
    assert told(root).startswith("Nothing is drawn. The network says ")
    assert not any(assert_answered_as_in_numpy(root)["seen"])
    press(root, "Reset")
    assert root.evaluate(INSIDE)["drawing"] == digits[3504].tolist()


def test_a_digit_by_mouse(at: Any) -> None:
    page = at()
    root = figure(page, "draw")
    press(root, "Clear")
    page.mouse.move(*pixel(root, 3, 2))
    page.mouse.down()
    page.mouse.move(*pixel(root, 3, 12), steps=3)
    page.mouse.up()
    inside = assert_answered_as_in_numpy(root)
    assert drawn(inside)[3:12, 3].min() > 230
    assert not drawn(inside)[:, 7:].any()
    picture = np.reshape(inside["seen"], (28, 28))
    middles = np.arange(28) + 0.5
    for axis in (0, 1):
        assert 14 <= picture.sum(axis=1 - axis) @ middles / picture.sum() < 15.05
    assert "right and" in told(root)
    root.get_by_label("Centre and scale, as MNIST did").select_option("off")
    inside = assert_answered_as_in_numpy(root)
    assert_allclose(np.multiply(inside["seen"], 255), inside["drawing"])
    assert told(root).endswith("It sees the drawing as it is.")
    root.get_by_label("Finger or mouse").select_option("moves_the_drawing")
    page.mouse.move(*pixel(root, 4, 4))
    page.mouse.down()
    page.mouse.move(*pixel(root, 14, 10), steps=4)
    page.mouse.up()
    moved = drawn(assert_answered_as_in_numpy(root))
    assert_allclose(moved, np.roll(drawn(inside), (6, 10), (0, 1)))


def test_a_digit_by_touch(at: Any) -> None:
    page = at(width=360, has_touch=True, is_mobile=True)
    root = figure(page, "draw")
    root.get_by_role("button", name="Clear").tap()
    finger = page.context.new_cdp_session(page)
    top = page.evaluate("scrollY")
    for kind, place in (
        ("touchStart", (8, 4)),
        ("touchMove", (14, 12)),
        ("touchMove", (8, 22)),
        ("touchEnd", None),
    ):
        x, y = pixel(root, *place) if place else (0, 0)
        top = page.evaluate("scrollY") if kind == "touchStart" else top
        finger.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}] if place else []}
        )
    inside = assert_answered_as_in_numpy(root)
    assert drawn(inside)[4, 8] > 200 < drawn(inside)[12, 14]
    assert drawn(inside)[22, 8] > 200
    assert page.evaluate("scrollY") == top  # the finger draws, the page stays
    page.touchscreen.tap(*pixel(root, 14, 14, 1))
    inside = assert_answered_as_in_numpy(root)
    assert inside["squares"] == [[14, 14]]
    assert not np.reshape(inside["seen"], (28, 28))[11:18, 11:18].any()
    page.touchscreen.tap(*pixel(root, 12, 16, 1))
    assert root.evaluate(INSIDE)["squares"] == []


def test_a_digit_by_keyboard(at: Any) -> None:
    page = at()
    root = figure(page, "draw")
    press(root, "Clear")
    board = root.get_by_role("application").first
    board.focus()
    page.keyboard.press("ArrowUp")
    expect(root.locator(".dlb-unseen")).to_have_text("Row 14, column 15.")
    assert not any(root.evaluate(INSIDE)["drawing"])
    page.keyboard.press(" ")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    inside = assert_answered_as_in_numpy(root)
    assert drawn(inside)[13, 9:16].tolist() == [0, 229, 255, 255, 255, 255, 229]
    page.keyboard.press("Shift+ArrowDown")
    assert_allclose(drawn(root.evaluate(INSIDE)), np.roll(drawn(inside), 1, axis=0))
    before = inside["p"]
    root.get_by_role("application").nth(1).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    inside = assert_answered_as_in_numpy(root)
    assert inside["squares"] == [[15, 14]]
    assert "Black squares: 1." in told(root)
    assert inside["p"] != before
    page.keyboard.press(" ")
    assert root.evaluate(INSIDE)["squares"] == []


def test_the_sum_behind_a_unit(at: Any) -> None:
    page = at()
    root = figure(page, "draw")
    maps = root.locator(".dlb-live-maps canvas")
    assert maps.count() == 5
    for number, size in ((0, 25), (1, 4), (2, 75), (3, 400), (4, 50)):
        maps.nth(number).focus()
        for key in ("ArrowRight", "Shift+ArrowRight", "ArrowDown", "ArrowRight"):
            page.keyboard.press(key)
        inside = root.evaluate(INSIDE)
        chosen = inside["chosen"]
        found = inside["found"][number]
        assert chosen["layer"] == number
        assert len(inside["terms"]) == size
        values = [term["product"] for term in inside["terms"]]
        result = max(values) if number == 1 else sum(values)
        if number != 1:
            bias = weights_of(root)[{0: 1, 2: 3, 3: 5, 4: 7}[number]]
            result += bias[chosen["unit"] % len(bias)]
        assert result == pytest.approx(found["sums"][chosen["unit"]], abs=1e-9)
        said = (root.locator(".dlb-live-maps > p").last.text_content() or "").replace("\u2212", "-")
        assert f"Layer {number + 1}, " in said
        assert f"{size} {'values is' if number == 1 else 'products is'}" in said
        assert f" {round(found['sums'][chosen['unit']], 3):g}" in said
        cells = {0: 75, 1: 4, 2: 75, 3: 15, 4: 15}[number]
        assert root.locator(".dlb-live-tables td").count() == cells
        expect(root.locator(".dlb-unseen")).to_contain_text(f"Layer {number + 1}, ")
    box = maps.nth(0).bounding_box()
    assert box is not None
    maps.nth(0).click(position={"x": box["width"] * 0.5, "y": box["height"] * 0.25})
    chosen = root.evaluate(INSIDE)["chosen"]
    assert (chosen["layer"], chosen["map"]) == (0, 1)
    assert abs(chosen["row"] - 7) <= 1
    assert abs(chosen["column"] - 14) <= 1


# Attention --------------------------------------------------------------------------------------------------


def assert_translated_as_in_numpy(root: Locator) -> dict[str, Any]:
    """Translate with the package what the page translates."""
    inside: dict[str, Any] = root.evaluate(INSIDE)
    table, kernel, matrix, bias, U, W, v, words, into, again, start, out, last = weights_of(root)
    m, given = len(matrix), translator()
    reader = GRU(table.shape[1], m, kernel=kernel, recurrent_kernel=matrix, bias=bias)
    writer = GRU(words.shape[1] + m, m, kernel=into, recurrent_kernel=again, bias=start)
    look = Attention(m, m, rng=np.random.default_rng(0))
    look.parameters = {"key_kernel": U, "query_kernel": W, "scale": v[:, 0]}
    tokens = list(given["reads"])
    ids = [tokens.index(c if c in tokens else "<unk>") for c in inside["read"]]
    states, cache = reader.forward(table[ids][None])
    state, token, written = cache.final_state, 1, ""
    for step in inside["steps"]:
        context, seen = look.forward(state[:, None], states)
        assert_allclose(step["weights"], seen.weights[0, 0], rtol=0, atol=1e-5)
        x = np.concatenate([words[token], context[0, 0]])
        state = writer.forward(x[None, None], initial_state=state)[1].final_state
        logits = (state @ out + last)[0]
        assert_allclose(step["logits"], logits, rtol=0, atol=1e-5)
        token = 2 + int(logits[2:].argmax())
        written += given["writes"][token]
    assert inside["answer"] == written
    return inside


def test_a_date_letter_by_letter(at: Any) -> None:
    root = figure(at(), "attention")
    inside = assert_translated_as_in_numpy(root)
    assert (inside["answer"], inside["at"]) == ("2022-06-29", 0)
    assert root.locator("svg .dlb-cell").count() == 10 * len(DATE)
    press(root, "Step", 9)
    place = int(np.argmax(inside["steps"][9]["weights"]))
    weight = inside["steps"][9]["weights"][place]
    start = "It writes 2022-06-29. Before \u201c9\u201d, character 10 of the answer, it looked at "
    seen = f"\u201c{DATE[place]}\u201d at {place + 1} with {weight:.3f}"
    assert told(root).startswith(start + seen.rstrip("0"))
    press(root, "Step")
    assert root.evaluate(INSIDE)["at"] == 0
    press(root, "Play")
    expect(root.locator(".dlb-live-result")).to_contain_text("character 3 of the answer")
    press(root, "Pause")


def test_dates_of_the_reader(at: Any) -> None:
    root = figure(at(), "attention")
    box = root.get_by_role("textbox")
    for typed, answer in (("3 NOV  1981 ", "1981-11-03"), ("mittwoch, 11. august 2088", "2088-08-11")):
        box.fill(typed)
        inside = assert_translated_as_in_numpy(root)
        assert (inside["answer"], inside["strange"]) == (answer, [])
    box.fill("3 nov 19?1")
    assert assert_translated_as_in_numpy(root)["strange"] == ["?"]
    assert told(root).endswith("It has never read \u201c?\u201d, which it takes for \u201cunknown\u201d.")
    assert root.locator("svg .dlb-strange").count() == 1
    box.fill("x" * 41)
    assert told(root) == (
        "This text has 41 characters, and the network has learned from texts of at most 36. "
        "Make it shorter by 5."
    )
    assert root.locator(".dlb-live-answer button:visible").count() == 0
    box.fill("  ")
    assert told(root) == "Type something, or choose a sample."
    press(root, "Step")
    root.get_by_label("Sample").select_option("june 29, 2022")
    assert root.evaluate(INSIDE)["answer"] == "2022-06-29"
    press(root, "Reset")
    assert root.evaluate(INSIDE)["read"] == list(DATE)


@pytest.mark.parametrize("touch", [False, True])
def test_a_letter_shows_where_it_looked(at: Any, touch: bool) -> None:
    page = at(width=360 if touch else 1000, has_touch=touch, is_mobile=touch)
    root = figure(page, "attention")
    letters = root.locator(".dlb-live-answer button")
    assert letters.all_text_contents()[:10] == list("2022-06-29")
    if touch:
        letters.nth(6).tap()
    else:
        letters.nth(5).press("Enter")
        letters.nth(5).press("ArrowRight")
        expect(letters.nth(6)).to_be_focused()
    expect(letters.nth(6)).to_have_attribute("aria-pressed", "true")
    expect(letters.nth(5)).to_have_attribute("aria-pressed", "false")
    assert "\u201c6\u201d, character 7 of the answer" in told(root)
    name = letters.nth(6).get_attribute("aria-label") or ""
    weights = root.evaluate(INSIDE)["steps"][6]["weights"]
    assert name.endswith(f"place {np.argmax(weights) + 1}")
    cell = root.locator("svg .dlb-cell").nth(2)  # of the third row: the cells stand column by column
    if touch:
        cell.tap()
    else:
        cell.click()
    assert root.evaluate(INSIDE)["at"] == 2


# All of them ------------------------------------------------------------------------------------------------


def test_an_address_leads_to_a_state(at: Any) -> None:
    page = at()
    root = figure(page, "perceptron")
    page.mouse.click(*spot(root, 0.6, -0.9, 1.5))
    press(root, "Step", 4)
    other = figure(page, "playground")
    other.get_by_label("Units in each").press("Home")
    decode = figure(page, "decode")
    decode.get_by_label("Move from, rainy rainy").fill("0.9")
    decode.get_by_label("What was seen").fill("GGH")
    states = []
    gates = figure(page, "gates")
    gates.get_by_label("The review").fill("the plot was not dull .")
    press(gates, "Step", 4)
    writer = figure(page, "writer")
    writer.get_by_label("It begins with").fill("A new ")
    press(writer, "Step", 5)
    race = figure(page, "race")
    race.get_by_label("Surface", exact=True).select_option("beale")
    race.get_by_label("Second (dashed, square)").select_option("Adam")
    press(race, "Step", 3)
    digit = figure(page, "draw")
    digit.get_by_label("Centre and scale, as MNIST did").select_option("off")
    digit.get_by_role("application").nth(1).press("Enter")
    digit.locator(".dlb-live-maps canvas").nth(2).press("ArrowRight")
    dates = figure(page, "attention")
    dates.get_by_role("textbox").fill("3 nov 1981")
    press(dates, "Step", 3)
    for each in (root, other, decode, gates, writer, race, digit, dates):
        press(each, "Link")
        assert told(each) == "The address of this page now leads to this state."
        states.append(
            (page.evaluate("location.hash"), each.evaluate(INSIDE), each.get_attribute("data-dlb-live"))
        )
    for fragment, inside, kind in states:
        again = at(fragment=fragment).locator(f'[data-dlb-live="{kind}"]').first
        found = again.evaluate(INSIDE)
        if kind == "perceptron":
            assert_allclose(found["points"]["x"], inside["points"]["x"], atol=0.005)
            assert found["state"]["updates"] == 4
        elif kind == "playground":
            assert found["settings"] == inside["settings"]
            assert found["net"] == inside["net"]
        elif kind == "gates":
            assert (found["words"], found["at"]) == (inside["words"], 3)
        elif kind in ("race", "draw", "attention"):
            assert found == inside
        elif kind == "writer":
            assert (found["begun"], found["written"]) == (inside["begun"], inside["written"])
            press(again, "Step")
            press(writer, "Step")
            assert again.evaluate(INSIDE)["written"] == writer.evaluate(INSIDE)["written"]
        else:
            assert found["model"]["transition"] == pytest.approx(np.array(inside["model"]["transition"]))
            assert found["text"] == "GGH"


def test_a_link_to_another_state_on_the_same_page(at: Any, file: Path) -> None:
    page = at()
    figure(page, "perceptron")
    page.goto(f"{file.as_uri()}#live-perceptron?sample=XOR&steps=9")
    expect(page.locator(".dlb-live-result")).to_contain_text("Correction 9, by")
    assert page.locator(".dlb-live-stage").count() == 1


@pytest.mark.parametrize(
    "fragment",
    [
        "#live-perceptron?points=1;%E0%;&steps=x&sample=no",
        "#live-decode?model=,;9",
        "#live-gates?word=x",
        "#live-gates?text=%F0%9F%98%80&word=-3",
        "#live-race?surface=hill&x=9&y=&steps=-1&first=no",
        "#live-writer?wrote=%7B%7D&draws=x&temperature=9",
        "#live-attention?text=%F0%9F%98%80&letter=-3",
        "#live-attention?letter=x",
        "#live-draw?drawing=%E0&squares=1;x,2;,&layer=9&unit=x&hand=no",
        "#live-draw?drawing=zzz&squares=3,99&layer=2&unit=99999",
    ],
)
def test_a_cut_address_does_no_harm(at: Any, fragment: str) -> None:
    page = at(fragment=fragment)
    kind = fragment.removeprefix("#live-").partition("?")[0]
    assert told(figure(page, kind))
    assert "NaN" not in told(figure(page, kind))


@pytest.mark.parametrize("width", [360, 1000])
def test_targets_are_large_and_nothing_overflows(at: Any, width: int) -> None:
    page = at(width=width)
    for place, kind in enumerate((*KINDS, "playground")):
        root = figure(page, kind, int(place == len(KINDS)))
        for more in root.get_by_text("More settings").all():
            more.click()
        small = root.evaluate(
            """root => Array.from(root.querySelectorAll("button, input, select, summary"))
                .filter(node => node.getClientRects().length)
                .map(node => [node.outerHTML.slice(0, 90), node.getBoundingClientRect()])
                .filter(([, box]) => box.height < 44 || box.width < 44).map(([text]) => text)"""
        )
        assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("look.unreachableScrollers()") == []


@pytest.mark.parametrize("width", [344, 1000])
def test_nothing_moves_while_a_figure_plays(at: Any, width: int) -> None:
    root = figure(at(width=width), "race")
    places = """root => Array.from(root.querySelectorAll("button, canvas, select, input"))
        .filter(node => node.getClientRects().length)
        .map(node => node.getBoundingClientRect()).map(box => [box.left, box.top + scrollY, box.height])"""
    before = root.evaluate(places)
    assert len({top for _, top, _ in before[:4]}) == 1  # the buttons stand in a row
    press(root, "Play")
    expect(root.get_by_role("button", name="Pause", exact=True)).to_have_count(1)
    assert_allclose(root.evaluate(places), before, atol=0.5)
    expect(root.get_by_role("button", name="Play", exact=True)).to_have_count(1, timeout=20_000)
    root.get_by_label("Rate of the first").focus()
    root.page.keyboard.press("End")
    press(root, "Step", 30)
    assert "diverged" in told(root)
    assert_allclose(root.evaluate(places), before, atol=0.5)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_barriers_before_and_after_the_start(at: Any, barriers: Any, theme: str) -> None:
    page = at(color_scheme=theme)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    assert barriers(page) == []
    for kind in KINDS:
        for more in figure(page, kind).get_by_text("More settings").all():
            more.click()
    assert barriers(page) == []


def test_focus_is_seen(at: Any, weak_focus: Any) -> None:
    page = at()
    for kind in KINDS:
        root = figure(page, kind)
        controls = root.locator(":is(button, select, canvas[tabindex], .dlb-live-wide):visible").all()
        assert len(controls) > 3
        assert weak_focus(page, controls) == []


def test_dark_pages_and_paper_have_their_colours(at: Any) -> None:
    page = at()
    root = figure(page, "playground")
    corner = """root => {
        const copy = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
        copy.drawImage(root.querySelectorAll("canvas")[1], 2, 100, 1, 1, 0, 0, 1, 1);
        return Array.from(copy.getImageData(0, 0, 1, 1).data);
    }"""
    assert root.evaluate(corner)[:3] == [255, 255, 255]
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(f"root => ({corner})(root)[0] < 60", arg=root.element_handle())
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert root.evaluate(corner)[:3] == [255, 255, 255]
    page.emulate_media(media="print")
    expect(root.locator("canvas").first).to_be_visible()
    expect(root.get_by_role("button", name="Step")).to_be_hidden()
    expect(root.get_by_label("Activation")).to_be_hidden()


def test_less_motion_is_fewer_pictures(at: Any) -> None:
    root = figure(at(reduced_motion="reduce"), "playground")
    counting = """root => {
        const line = root.querySelector(".dlb-live-result");
        root.pictures = 0;
        new MutationObserver(() => { root.pictures += 1; }).observe(line, {childList: true});
    }"""
    root.evaluate(counting)
    press(root, "Play")
    root.page.wait_for_timeout(1500)
    press(root, "Pause")
    assert 1 <= root.evaluate("root => root.pictures") <= 5


def test_the_landing_page_lets_a_neuron_learn(watched: Callable[..., Any], site: Any) -> None:
    page_file = site.folder / "index.html"
    if "data-dlb-live" not in page_file.read_text(encoding="utf-8"):
        pytest.skip("the notebook of its figure has not been executed: run make book first")
    with watched(viewport={"width": 360, "height": 740}, has_touch=True) as (page, log):
        page.goto(page_file.as_uri(), wait_until="networkidle")
        expect(page.locator("[data-dlb-live] img")).to_be_visible()
        assert page.locator("canvas").count() == 0
        read = [site.folder / Path(unquote(urlsplit(url).path)) for url in log.requests]
        size = sum(len(gzip.compress(one.read_bytes())) for one in dict.fromkeys(read))
        assert size < MOST_BYTES
        root = figure(page, "perceptron")
        step_until_done(root)
        assert_is_numpys(root)
        page.goto(page_file.as_uri() + "#live-perceptron?sample=XOR&steps=30", wait_until="networkidle")
        expect(page.locator(".dlb-live-result")).to_contain_text("it never ends")
        assert log.problems == []
        assert log.foreign("file:") == []


def test_the_landing_page_without_script_has_a_picture(watched: Callable[..., Any], site: Any) -> None:
    page_file = site.folder / "index.html"
    if "data-dlb-live" not in page_file.read_text(encoding="utf-8"):
        pytest.skip("the notebook of its figure has not been executed: run make book first")
    with watched(java_script_enabled=False) as (page, _):
        page.goto(page_file.as_uri())
        expect(page.locator("[data-dlb-live] img")).to_be_visible()
