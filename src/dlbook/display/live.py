"""`live`: a figure that computes in the page itself, while the reader plays with it."""

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from .. import checks
from . import embed, frames, texts
from .layers import read_layers
from .palette import LIGHT
from .weights import pack

__all__ = ["live"]

SIDE = 28  # pixels of a drawing, as in the script
REACH, MOST_POINTS, MOST_LETTERS, MOST_WRITTEN, MOST_STEPS = 1.5, 40, 16, 400, 2000  # as in the scripts
MOST_READ, MOST_ANSWERED = 60, 16
SPECIAL = ("<pad>", "<sos>", "<eos>", "<unk>")  # of dlbook.text
TEMPERATURES = (0.75, 0, 0.25, 0.5, 1, 1.5, 2)
CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))
GATES = {"OR": (0, 1, 1, 1), "AND": (0, 0, 0, 1), "XOR": (0, 1, 1, 0)}
# The parts of the engine that only some figures need.
PARTS: dict[str, tuple[str, ...]] = {"draw": ("live_pictures.js",), "attention": ("live_translate.js",)}
# What the controls of the playground offer; the first is where they stand unless the notebook says otherwise.
SETTINGS: dict[str, tuple[Any, ...]] = {
    "data": ("circles", "blobs", "xor", "spirals"),
    "layers": (1, 0, 2, 3, 4, 5, 6),
    "units": (4, 1, 2, 3, 5, 6, 7, 8),
    "activation": ("tanh", "relu", "logistic", "identity"),
    "rate": (0.3, 0.001, 0.003, 0.01, 0.03, 0.1, 1, 3, 10, 30),
    "optimizer": ("sgd", "adam"),
    "initializer": ("glorot_uniform", "he_uniform", "lecun_uniform", "large", "zero"),
    "points": (100, 10, 20, 50, 200, 300),
    "noise": (0, 0.1, 0.2, 0.3, 0.5),
    "batch": (30, 1, 10, 100, 300),
    "l2": (0, 0.0001, 0.001, 0.003, 0.01, 0.1),
    "dropout": (0, 0.1, 0.2, 0.5),
}
_RATES = (0.01, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
_OPTIMIZERS = ("gradient_descent", "momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam")
# The surfaces of the race, each with the window that the page shows.
SURFACES: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "valley": ((-1.5, 1.5), (-1.5, 1.5)),
    "turned_valley": ((-1.5, 1.5), (-1.5, 1.5)),
    "rosenbrock": ((-1.8, 1.8), (-0.8, 2.2)),
    "beale": ((-1, 4.5), (-1.5, 1.5)),
    "saddle": ((-1.6, 1.6), (-1.6, 1.6)),
    "sigmoid_toy": ((-6, 6), (-6, 6)),
}
# What the controls of the race offer, as above.
RACE: dict[str, tuple[Any, ...]] = {
    "surface": tuple(SURFACES),
    "first": _OPTIMIZERS,
    "first_rate": _RATES,
    "second": ("momentum", *(name for name in _OPTIMIZERS if name != "momentum")),
    "second_rate": _RATES,
    "momentum": (0.9, 0.5, 0.7, 0.8, 0.95, 0.99),
}


def live(
    figure: str,
    draw: Callable[[], Any],
    *,
    alt: str,
    task: str,
    max_kilobytes: float = 100,
    **options: Any,
) -> None:
    """Show a figure that the page itself computes: no kernel, no server, no frames made in advance.

    The reader first sees the picture that `draw` makes, and a button that starts the figure. Without
    JavaScript the picture stays. In JupyterLab the figure is the same as on the page.

    Parameters
    ----------
    figure : {"perceptron", "playground", "decode", "gates", "writer", "race", "draw", "attention"}
        Which figure.
    draw : callable
        Draws the picture with pyplot, without arguments.
    alt : str
        Alternative text of the picture.
    task : str
        What the reader should try, in a sentence.
    max_kilobytes : float
        Most kilobytes (of 1000 bytes) that the figure may put into the page beside its picture.
    **options : object
        How the figure opens; see below.

    Raises
    ------
    ValueError
        If there is no such figure, an option is unknown or cannot be, or the figure exceeds its budget. The
        message names the figure.

    See Also
    --------
    dlbook.display.explore : A figure whose pictures are drawn in advance, for whatever Python can compute.
    dlbook.display.pack : How weights become text.

    Notes
    -----
    Options of **perceptron**: ``samples``, a dictionary of names to pairs of points within
    :math:`\\pm 1.5` and their two labels (by default OR, AND and XOR); ``sample``, the name of the first one
    shown; ``steps``, how many corrections are made at the start; ``seed`` of the clouds.

    Options of **playground**: ``data`` (circles, blobs, xor, spirals), ``points``, ``noise``, ``layers``,
    ``units``, ``activation``, ``initializer``, ``optimizer``, ``rate``, ``batch``, ``l2``, ``dropout`` and
    ``seed``: where the controls stand. With ``weights``, a list of weights and biases in turn, the network
    begins as the notebook has trained it; ``score`` is then the function that `pack` needs.

    Options of **decode**: ``states`` and ``symbols``, words that begin with different letters; ``start``,
    ``transition`` and ``emission``, whose rows sum to 1; ``text``, the observations at the start, as the
    first letters of their symbols; ``seed``.

    Options of **gates**: ``weights`` of an embedding, an LSTM or a GRU and one logistic output, in the order
    of Keras, and ``score``; ``words``, the tokens of the rows of the embedding, ``<unk>`` among them;
    ``praise`` and ``blame``, lists of such words; ``verdicts``, the names of 1 and 0; ``samples``, a
    dictionary of names to reviews, of which the first is shown.

    Options of **writer**: ``weights`` of an embedding, a GRU and an output for each character, in the order
    of Keras, and ``score``; ``alphabet``, the characters of the rows of the embedding; ``unknown``, the one
    that stands for all others; ``samples``, a list of beginnings, of which the first is shown; ``steps``, how
    many characters are written at the start; ``temperature`` and ``seed``.

    Options of **race**: ``surface`` (valley, turned_valley, rosenbrock, beale, saddle, sigmoid_toy),
    ``first`` and ``second`` (gradient_descent, momentum, Nesterov, AdaGrad, RMSProp, Adam), their rates
    ``first_rate`` and ``second_rate``, and the ``momentum`` of those that have one: where the controls stand;
    ``start``, a point of the surface; ``steps``, how many are made at the start.

    Options of **draw**: ``layers`` of a convolutional network on pictures of 28 x 28 pixels from 0 (paper) to
    1 (ink), as ``model.get_config()["layers"]`` of Keras lists them; its ``weights`` in the order of Keras,
    and ``score``; ``samples``, a dictionary of names to pictures, of which the first is shown; ``labels``,
    the names of the classes (by default the ten digits); ``centred``, whether a drawing is scaled and shifted
    as those of MNIST were (by default) or seen as it is.

    Options of **attention**: ``weights`` of `dlbook.training.AttentionSeq2Seq` with the additive score, in
    the order of Keras, and ``score``; ``reads`` and ``writes``, the tokens of its two vocabularies, one
    character each beside the special ones, which begin both; ``samples``, a list of texts, of which the first
    is shown; ``most``, how many characters a text may have; ``steps``, how many tokens an answer has at most.

    The random numbers of the page are those of ``numpy.random.RandomState(seed)``, so NumPy repeats what the
    page does: starting weights, order of the samples and dropout are then those of `dlbook.nn.Sequential`
    with a generator of the class ``MT19937`` in that state.

    Examples
    --------
    >>> live("gate", lambda: None, alt="Points", task="Try.")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ValueError: figure must be one of perceptron, playground, ..., attention, got 'gate'
    """
    checks.choice(figure, "figure", FIGURES)
    texts.accepts(draw, 0, [])
    for name, words in (("alt", alt), ("task", task)):
        if not checks.text(words, name).strip():
            raise ValueError(f"{name} must say something, got an empty text")
    known, read = FIGURES[figure]
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise ValueError(f"live {figure} has no option {unknown[0]}; known are {', '.join(known)}")
    data = {
        "options": read(f"live {figure}: ", options),
        "colours": {name: LIGHT[name] for name in ("ink", "muted", "faint", "paper", "blue", "vermilion")},
    }
    n_bytes = len(json.dumps(data))
    if n_bytes > 1000 * max_kilobytes:
        raise ValueError(
            f"live {figure} must take at most {max_kilobytes:g} KB of the page, got {n_bytes / 1000:.1f} KB"
        )
    embed.publish_html(_page(figure, draw, alt, task, data), ("dlbook.css", "live.css", *scripts(figure)))


def scripts(*figures: str) -> tuple[str, ...]:
    """Return the scripts of some figures, each once, in the order in which a page has to load them."""
    parts = (part for figure in figures for part in PARTS.get(figure, ()))
    own = (f"live_{figure}.js" for figure in figures)
    return tuple(dict.fromkeys(("live.js", *parts, "live_stage.js", *own)))


def _page(figure: str, draw: Callable[[], Any], alt: str, task: str, data: Mapping[str, Any]) -> str:
    pictures = frames.render(f"live {figure}", [draw], max_kilobytes=600)
    return f"""<div class="dlb-explorable dlb-live" data-dlb-live="{figure}">
<p class="dlb-live-task"><strong>Try it.</strong> {embed.escape(task)}</p>
{embed.picture(pictures, alt)}
<noscript><p class="dlb-note">The figure needs JavaScript. The picture shows where it begins.</p></noscript>
{embed.json_script(data)}
</div>"""


def _perceptron(where: str, given: Mapping[str, Any]) -> dict[str, Any]:
    samples = given.get("samples", {name: (CORNERS, labels) for name, labels in GATES.items()})
    if not isinstance(samples, Mapping) or not samples:
        raise ValueError(f"{where}samples must be a dictionary of points and labels, got {samples!r}")
    read = {}
    for name, pair in samples.items():
        if not (isinstance(pair, tuple | list) and len(pair) == 2):
            raise ValueError(f"{where}samples[{name!r}] must be a pair of points and labels, got {pair!r}")
        points = checks.array(pair[0], f"{where}points of {name}", ("n_points", 2))
        labels = checks.values(pair[1], f"{where}labels of {name}", (len(points),))
        classes = np.unique(labels)
        if len(classes) != 2 or len(points) > MOST_POINTS or np.abs(points).max() > REACH:
            raise ValueError(
                f"{where}{name} must have two labels and at most {MOST_POINTS} points within {REACH}, got "
                f"{len(classes)} labels and {len(points)} points within {np.abs(points).max():g}"
            )
        ones = (labels == classes[1]).astype(int).tolist()
        read[checks.text(name, f"{where}name")] = {"x": points.ravel().tolist(), "y": ones}
    return {
        "samples": read,
        "sample": checks.choice(given.get("sample", next(iter(read))), f"{where}sample", read),
        "steps": checks.count(given.get("steps", 0), f"{where}steps", least=0, most=2000),
        "seed": _seed(where, given),
    }


def _playground(where: str, given: Mapping[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {"seed": _seed(where, given)}
    for name, values in SETTINGS.items():
        settings[name] = _offered(where, given, name, values)
    read: dict[str, Any] = {"settings": settings}
    if ("weights" in given) != ("score" in given):
        raise ValueError(f"{where}weights and score must be given together")
    if "weights" in given:
        sizes = [2, *[settings["units"]] * settings["layers"], 1]
        expected = [shape for n, m in pairwise(sizes) for shape in ((n, m), (m,))]
        read["weights"] = _packed(where, given, expected)
    return read


def _decode(where: str, given: Mapping[str, Any]) -> dict[str, Any]:
    _given(where, given, ("states", "symbols", "start", "transition", "emission"))
    states = checks.texts(given["states"], f"{where}states")
    symbols = checks.texts(given["symbols"], f"{where}symbols")
    letters = [symbol[0].upper() for symbol in symbols]
    if len(set(letters)) != len(letters) or not 1 < len(letters) < 6 or not 1 < len(states) < 6:
        raise ValueError(
            f"{where}states and symbols must be two to five, symbols with different first letters, "
            f"got {', '.join(states)} and {', '.join(symbols)}"
        )
    n, m = len(states), len(symbols)
    shapes = {"start": (n,), "transition": (n, n), "emission": (n, m)}
    model = {
        name: checks.probabilities(given[name], f"{where}{name}", shape).tolist()
        for name, shape in shapes.items()
    }
    text = str(given.get("text", "")).upper()
    if len(text) > MOST_LETTERS or set(text) - set(letters):
        raise ValueError(
            f"{where}text must be at most {MOST_LETTERS} letters of {', '.join(letters)}, got {text!r}"
        )
    seed = _seed(where, given)
    return {"states": list(states), "symbols": list(symbols), "model": model, "text": text, "seed": seed}


def _gates(where: str, given: Mapping[str, Any]) -> dict[str, Any]:
    _given(where, given, ("weights", "score", "words", "praise", "blame", "samples"))
    words = checks.texts(given["words"], f"{where}words")
    judged = {name: checks.texts(given[name], f"{where}{name}") for name in ("praise", "blame")}
    strange = {"<unk>", *judged["praise"], *judged["blame"]} - set(words)
    if strange or len(set(words)) != len(words):
        raise ValueError(f"{where}words must be different and hold {min(strange, default='each')!r} once")
    verdicts = checks.texts(given.get("verdicts", ("good", "bad")), f"{where}verdicts")
    if len(verdicts) != 2:
        raise ValueError(f"{where}verdicts must be two, got {len(verdicts)}")
    samples = given["samples"]
    if not isinstance(samples, Mapping) or not samples:
        raise ValueError(f"{where}samples must be a dictionary of names and reviews, got {samples!r}")
    samples = {checks.text(k, f"{where}name"): checks.text(v, f"{where}{k}") for k, v in samples.items()}
    d, m, blocks = _sizes(where, given)
    if blocks not in (3, 4):
        raise ValueError(f"{where}weights must be of an LSTM or a GRU, got {blocks} blocks")
    bias = (4 * m,) if blocks == 4 else (2, 3 * m)
    shapes = [(len(words), d), (d, blocks * m), (m, blocks * m), bias, (m, 1), (1,)]
    return {
        "words": list(words),
        **{name: list(values) for name, values in judged.items()},
        "verdicts": list(verdicts),
        "samples": samples,
        "text": next(iter(samples.values())),
        "weights": _packed(where, given, shapes),
    }


def _writer(where: str, given: Mapping[str, Any]) -> dict[str, Any]:
    _given(where, given, ("weights", "score", "alphabet", "unknown", "samples"))
    alphabet = checks.text(given["alphabet"], f"{where}alphabet")
    if len(set(alphabet)) != len(alphabet):
        raise ValueError(f"{where}alphabet must have different characters, got {alphabet!r}")
    samples = checks.texts(given["samples"], f"{where}samples")
    if not all(samples) or set("".join(samples)) - set(alphabet):
        raise ValueError(f"{where}samples must have characters of the alphabet, got {samples}")
    d, m, blocks = _sizes(where, given)
    if blocks != 3:
        raise ValueError(f"{where}weights must be of a GRU with three blocks, got {blocks}")
    n = len(alphabet)
    shapes = [(n, d), (d, 3 * m), (m, 3 * m), (2, 3 * m), (m, n), (n,)]
    return {
        "alphabet": alphabet,
        "unknown": checks.choice(given["unknown"], f"{where}unknown", list(alphabet)),
        "samples": list(samples),
        "steps": checks.count(given.get("steps", 0), f"{where}steps", least=0, most=MOST_WRITTEN),
        "temperature": _offered(where, given, "temperature", TEMPERATURES),
        "seed": _seed(where, given),
        "weights": _packed(where, given, shapes),
    }


def _race(where: str, given: Mapping[str, Any]) -> dict[str, Any]:
    settings = {name: _offered(where, given, name, values) for name, values in RACE.items()}
    read: dict[str, Any] = {"settings": settings, "start": None}
    if "start" in given:
        start = checks.array(given["start"], f"{where}start", (2,))
        window = np.array(SURFACES[settings["surface"]])
        if ((start < window[:, 0]) | (start > window[:, 1])).any():
            raise ValueError(f"{where}start must be on the surface, within {window.tolist()}, got {start}")
        read["start"] = start.tolist()
    read["steps"] = checks.count(given.get("steps", 0), f"{where}steps", least=0, most=MOST_STEPS)
    return read


def _draw(where: str, given: Mapping[str, Any]) -> dict[str, Any]:
    _given(where, given, ("layers", "weights", "score", "samples"))
    layers, shapes = read_layers(given["layers"], (SIDE, SIDE, 1), where)
    labels = checks.texts(given.get("labels", tuple("0123456789")), f"{where}labels")
    n_classes = layers[-1]["output"][2]
    if len(labels) != n_classes or not 1 < n_classes < 11:
        raise ValueError(
            f"{where}the last layer must have two to ten units, with a label each, "
            f"got {n_classes} units and {len(labels)} labels"
        )
    centred = given.get("centred", True)
    if not isinstance(centred, bool):
        raise ValueError(f"{where}centred must be True or False, got {centred!r}")
    samples = given["samples"]
    if not isinstance(samples, Mapping) or not samples:
        raise ValueError(f"{where}samples must be a dictionary of names and pictures, got {samples!r}")
    return {
        "layers": layers,
        "labels": list(labels),
        "centred": "on" if centred else "off",
        "samples": [[checks.text(k, f"{where}name"), _picture(v, f"{where}{k}")] for k, v in samples.items()],
        "weights": _packed(where, given, shapes),
    }


def _attention(where: str, given: Mapping[str, Any]) -> dict[str, Any]:
    _given(where, given, ("weights", "score", "reads", "writes", "samples", "most", "steps"))
    reads, writes = (_tokens(given[name], f"{where}{name}") for name in ("reads", "writes"))
    most = checks.count(given["most"], f"{where}most", most=MOST_READ)
    samples = checks.texts(given["samples"], f"{where}samples")
    if not samples or any(not 0 < len(text) <= most or set(text) - set(reads) for text in samples):
        raise ValueError(
            f"{where}samples must be texts of one to {most} characters that it reads, got {list(samples)}"
        )
    found = [np.shape(value) for value in given["weights"]]
    if len(found) != 13 or any(len(found[k]) != 2 for k in (0, 2, 7)):
        raise ValueError(
            f"{where}weights must be the 13 arrays of a network with the additive score, got shapes {found}"
        )
    n, m, d_x, d_y = len(reads), found[2][0], found[0][1], found[7][1]
    cell = ((m, 3 * m), (2, 3 * m))
    score = ((m, m), (m, m), (m, 1))
    decoder = ((len(writes), d_y), (d_y + m, 3 * m), *cell, (m, len(writes)), (len(writes),))
    return {
        "reads": reads,
        "writes": writes,
        "samples": list(samples),
        "most": most,
        "steps": checks.count(given["steps"], f"{where}steps", most=MOST_ANSWERED),
        "weights": _packed(where, given, [(n, d_x), (d_x, 3 * m), *cell, *score, *decoder]),
    }


def _tokens(value: Any, name: str) -> list[str]:
    tokens = list(checks.texts(value, name))
    special, rest = tokens[: len(SPECIAL)], tokens[len(SPECIAL) :]
    if special != list(SPECIAL) or len(set(rest)) != len(rest) or any(len(token) != 1 for token in rest):
        raise ValueError(
            f"{name} must begin with {', '.join(SPECIAL)}, and go on with different single characters, "
            f"got {tokens}"
        )
    return tokens


def _picture(value: Any, name: str) -> str:
    """Write a picture as text: two hexadecimal digits a pixel, a letter from g to z for 1 to 20 zeros."""
    pixels = np.round(255 * checks.array(value, name, (SIDE, SIDE), least=0, most=1)).astype(int)
    written = ""
    for grey, run in groupby(pixels.ravel().tolist()):
        n = len(list(run))
        zeros = "z" * (n // 20) + chr(102 + n % 20) * (n % 20 > 0)
        written += zeros if grey == 0 else f"{grey:02x}" * n
    return written


def _offered(where: str, given: Mapping[str, Any], name: str, values: tuple[Any, ...]) -> Any:
    """Return what a control offers, by default the first."""
    value = given.get(name, values[0])
    if isinstance(value, bool) or value not in values:
        offered = ", ".join(map(str, sorted(values)))
        raise ValueError(f"{where}{name} must be one of {offered}, got {value!r}")
    return value


def _given(where: str, given: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if name not in given:
            raise ValueError(f"{where}{name} must be given")


def _sizes(where: str, given: Mapping[str, Any]) -> tuple[int, int, int]:
    """Return how many numbers the input, the state and the blocks of a recurrent network have."""
    shapes = [np.shape(value) for value in given["weights"]]
    if len(shapes) != 6 or [len(shape) for shape in shapes[:3]] != [2, 2, 2]:
        raise ValueError(
            f"{where}weights must be an embedding, kernel, recurrent kernel, bias, and weights and bias "
            f"of the output, got shapes {shapes}"
        )
    return shapes[0][1], shapes[2][0], shapes[2][1] // shapes[2][0]


def _packed(where: str, given: Mapping[str, Any], shapes: Sequence[tuple[int, ...]]) -> list[dict[str, Any]]:
    found = [np.shape(value) for value in given["weights"]]
    if found != list(shapes):
        raise ValueError(f"{where}weights must have the shapes {shapes}, got {found}")
    return pack(given["weights"], given["score"], name=f"{where}weights")


def _seed(where: str, given: Mapping[str, Any]) -> int:
    return checks.count(given.get("seed", 0), f"{where}seed", least=0, most=9999)


#: The options of every figure, and what reads them.
FIGURES: dict[str, tuple[tuple[str, ...], Callable[[str, Mapping[str, Any]], dict[str, Any]]]] = {
    "perceptron": (("samples", "sample", "steps", "seed"), _perceptron),
    "playground": ((*SETTINGS, "seed", "weights", "score"), _playground),
    "decode": (("states", "symbols", "start", "transition", "emission", "text", "seed"), _decode),
    "gates": (("weights", "score", "words", "praise", "blame", "verdicts", "samples"), _gates),
    "writer": (
        ("weights", "score", "alphabet", "unknown", "samples", "steps", "temperature", "seed"),
        _writer,
    ),
    "race": ((*RACE, "start", "steps"), _race),
    "draw": (("layers", "weights", "score", "samples", "labels", "centred"), _draw),
    "attention": (("weights", "score", "reads", "writes", "samples", "most", "steps"), _attention),
}
