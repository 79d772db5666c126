"""The engine of the live figures, in V8, against NumPy and the package: same start, same numbers."""

import base64
import gzip
import json
import string
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from py_mini_racer import MiniRacer
from sphinx_book import javascript

from dlbook.convolution import AveragePooling2D, Conv2D, MaxPooling2D
from dlbook.data import english_text, generated_reviews, mnist_digits, written_dates
from dlbook.display import embed, pack
from dlbook.display.layers import read_layers
from dlbook.display.live import SIDE, _picture
from dlbook.encoder_decoder import Attention
from dlbook.feedforward import Perceptron, convergence_bound
from dlbook.markov import backward_recursion, forward_recursion, viterbi_recursion
from dlbook.nn import (
    ACTIVATIONS,
    L2,
    SGD,
    ActivationLayer,
    Dense,
    Dropout,
    Optimizer,
    Sequential,
    binary_cross_entropy_from_logits,
)
from dlbook.optimization import (
    AdaGrad,
    Adam,
    Momentum,
    Nesterov,
    RMSProp,
    Surface,
    beale,
    quadratic,
    rosenbrock,
    saddle,
    sigmoid_toy,
)
from dlbook.sequences import GRU, LSTM
from dlbook.text import Vocabulary
from dlbook.training import temperature_probabilities

ROOT = Path(__file__).resolve().parents[2]
ALPHABET = "\n #\"'()*,-.01234:;=[]_ABCDEFGHILMNOPRSTUW" + string.ascii_lowercase  # of the page on characters
TOLERANCE = 1e-5  # of the promise; what is measured is far below
SIZES = [2, 5, 3, 1]
PLAIN = """
function plain(value) {
    if (ArrayBuffer.isView(value)) return Array.from(value);
    if (Array.isArray(value)) return value.map(plain);
    if (value && typeof value === "object") {
        return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
    }
    return value;
}"""


@cache
def engine() -> MiniRacer:
    """Start V8 with the script."""
    return javascript.start(*map(embed.asset, ("live.js", "live_pictures.js", "live_translate.js")), PLAIN)


def run(body: str, **given: Any) -> Any:
    """Run the body of a function with arguments by name, and return what it returns."""
    names = ", ".join(given)
    values = ", ".join(
        json.dumps(np.asarray(v).tolist() if isinstance(v, np.ndarray) else v) for v in given.values()
    )
    script = f"JSON.stringify(plain((function ({names}) {{ const live = dlbookLive; {body} }})({values})))"
    return json.loads(engine().eval(script))


def numpy_twin(seed: int) -> np.random.Generator:
    """Return NumPy's generator that gives the numbers of the page's."""
    twister = np.random.MT19937()
    twister.state = np.random.RandomState(seed).get_state(legacy=False)
    return np.random.Generator(twister)


def model(
    rng: np.random.Generator,
    activation: str,
    initializer: str = "glorot_uniform",
    dropout: float = 0.0,
    l2: float = 0.0,
) -> Sequential:
    """Build with the package what the page builds."""
    layers: list[Any] = []
    for n_inputs, n_units in pairwise(SIZES):
        penalty = L2(l2) if l2 else None
        layers.append(Dense(n_inputs, n_units, initializer=initializer, rng=rng, penalty=penalty))
        layers.append(ActivationLayer(activation))
        if dropout:
            layers.append(Dropout(dropout))
    return Sequential(layers[: -2 if dropout else -1])


def parameters(network: Sequential, name: str) -> list[np.ndarray]:
    """Return weights or biases, layer by layer, in one dimension each."""
    return [value.ravel() for key, value in network.parameters.items() if key.endswith(name)]


def assert_same(found: list[list[float]], expected: list[np.ndarray], atol: float = TOLERANCE) -> None:
    """Compare layer by layer."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert_allclose(one, other, rtol=0, atol=atol)


@pytest.fixture(scope="module")
def samples() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(23, 2))
    return x, (x[:, 0] * x[:, 1] > 0).astype(float)


# The generator ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1, 12345, 2**32 - 1])
def test_the_generator_is_numpys(seed: int) -> None:
    body = """const rng = live.generator(seed);
    const first = Array.from({length: 700}, () => rng.random());
    return [first, rng.permutation(37), rng.permutation(1), rng.random()];"""
    first, order, single, after = run(body, seed=seed)
    legacy, twin = np.random.RandomState(seed), numpy_twin(seed)
    assert first == legacy.random_sample(700).tolist() == twin.random(700).tolist()
    assert order == twin.permutation(37).tolist()
    assert single == twin.permutation(1).tolist() == [0]
    assert after == twin.random()


def test_normal_numbers_are_normal() -> None:
    drawn = np.array(run("const rng = live.generator(3); return Array.from({length: 20000}, rng.normal)"))
    uniform = np.random.RandomState(3).random_sample(40000).reshape(-1, 2)
    radius = np.sqrt(-2 * np.log(1 - uniform[:, 0]))
    assert_allclose(drawn, radius * np.cos(2 * np.pi * uniform[:, 1]), rtol=0, atol=1e-12)
    assert abs(drawn.mean()) < 0.02
    assert abs(drawn.std() - 1) < 0.02


# Dense networks ---------------------------------------------------------------------------------------------

START = "const rng = live.generator(seed); const net = live.network(sizes, activation, initializer, rng);"


@pytest.mark.parametrize("initializer", ["glorot_uniform", "he_uniform", "lecun_uniform"])
def test_the_same_seed_gives_the_same_start(initializer: str) -> None:
    given = {"seed": 4, "sizes": SIZES, "activation": "tanh", "initializer": initializer}
    net = run(START + "return net;", **given)
    twin = model(numpy_twin(4), "tanh", initializer)
    assert_same(net["weights"], parameters(twin, "weights"), atol=1e-15)
    assert_same(net["biases"], parameters(twin, "bias"), atol=0)


def test_other_starts() -> None:
    weights = run(
        START + "return net.weights[0];", seed=4, sizes=[2, 500, 1], activation="tanh", initializer="large"
    )
    assert_allclose(weights, np.random.RandomState(4).uniform(-3, 3, 1000), rtol=0, atol=1e-14)
    zero = run(START + "return net.weights;", seed=4, sizes=SIZES, activation="tanh", initializer="zero")
    assert not any(map(any, zero))


def test_every_activation_of_the_page_is_one_of_the_package() -> None:
    assert set(run("return live.activations;")) == {"tanh", "relu", "logistic", "identity"}
    assert set(run("return live.activations;")) < set(ACTIVATIONS)


@pytest.mark.parametrize("activation", ["tanh", "relu", "logistic", "identity"])
def test_forward_loss_and_gradients(activation: str, samples: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = samples
    body = (
        START
        + """
    const cache = live.forward(net, x, y.length, 0, null);
    const scores = cache[cache.length - 1].outputs;
    const found = live.loss(scores, y);
    const gradients = live.backward(net, cache, found.grad);
    return [scores, found.value, found.accuracy, gradients];"""
    )
    given = {"seed": 7, "sizes": SIZES, "activation": activation, "initializer": "he_uniform"}
    scores, value, right, gradients = run(body, **given, x=x.ravel(), y=y)
    twin = model(numpy_twin(7), activation, "he_uniform")
    predicted = twin.predict(x)[:, 0]
    mean, for_inputs, slopes = twin.loss_and_gradients(x, y[:, None], loss=binary_cross_entropy_from_logits)
    assert_allclose(scores, predicted, rtol=0, atol=1e-12)
    assert value == pytest.approx(mean, abs=1e-12)
    assert right == ((predicted > 0) == (y > 0.5)).mean()
    for name, key in (("weights", "weights"), ("biases", "bias")):
        expected = [slopes[k].ravel() for k in twin.parameters if k.endswith(key)]
        assert_same(gradients[name], expected, atol=1e-12)
    assert_allclose(gradients["inputs"], for_inputs.ravel(), rtol=0, atol=1e-12)


OPTIMIZERS: dict[str, tuple[float, Callable[[float], Optimizer]]] = {"sgd": (0.3, SGD), "adam": (0.02, Adam)}
TRAIN = (
    START
    + """
const memory = live.optimizer(optimizer);
for (let k = 0; k < epochs; k++) live.epoch(net, x, y, how, memory, rng);
return net;"""
)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize(
    ("batch", "l2", "dropout"), [(100, 0.0, 0.0), (100, 0.01, 0.0), (6, 0.0, 0.0), (6, 0.003, 0.2)]
)
def test_fifty_epochs_are_those_of_the_package(
    optimizer: str, batch: int, l2: float, dropout: float, samples: tuple[np.ndarray, np.ndarray]
) -> None:
    x, y = samples
    rate, make = OPTIMIZERS[optimizer]
    given = {"seed": 11, "sizes": SIZES, "activation": "tanh", "initializer": "glorot_uniform"}
    how = {"batch": batch, "rate": rate, "l2": l2, "dropout": dropout}
    net = run(TRAIN, **given, x=x.ravel(), y=y, optimizer=optimizer, how=how, epochs=50)
    rng = numpy_twin(11)
    twin = model(rng, "tanh", dropout=dropout, l2=l2)
    start = [value.copy() for value in parameters(twin, "weights")]
    size = None if batch > len(x) else batch
    twin.fit(
        x,
        y[:, None],
        loss=binary_cross_entropy_from_logits,
        optimizer=make(rate),
        batch_size=size,
        epochs=50,
        rng=rng,
    )
    assert max(np.abs(a - b).max() for a, b in zip(start, parameters(twin, "weights"), strict=True)) > 0.3
    assert_same(net["weights"], parameters(twin, "weights"), atol=1e-8)
    assert_same(net["biases"], parameters(twin, "bias"), atol=1e-8)


def test_what_overflows_is_not_a_number(samples: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = samples
    body = (
        START
        + """
    const memory = live.optimizer("sgd");
    for (let k = 0; k < 50; k++) live.epoch(net, x, y, how, memory, rng);
    return Number.isFinite(live.loss(live.forward(net, x, y.length, 0, null)[2].outputs, y).value);"""
    )
    given = {"seed": 0, "sizes": SIZES, "activation": "relu", "initializer": "large"}
    assert (
        run(body, **given, x=x.ravel(), y=y, how={"batch": 100, "rate": 1e200, "l2": 0, "dropout": 0})
        is False
    )


# Surfaces and the optimizers that walk down them ------------------------------------------------------------

SURFACES: dict[str, Surface] = {
    "valley": quadratic([1.0, 50.0]),
    "turned_valley": quadratic([1.0, 50.0], angle=45),
    "rosenbrock": rosenbrock,
    "beale": beale,
    "saddle": saddle,
    "sigmoid_toy": sigmoid_toy,
}
WALKERS: dict[str, tuple[float, Callable[[float], Optimizer]]] = {
    "sgd": (0.0005, SGD),
    "momentum": (0.0005, lambda rate: Momentum(rate, momentum=0.8)),
    "nesterov": (0.0005, lambda rate: Nesterov(rate, momentum=0.8)),
    "adagrad": (0.1, AdaGrad),
    "rmsprop": (0.02, RMSProp),
    "adam": (0.05, Adam),
}


def test_the_page_has_these_surfaces() -> None:
    assert run("return Object.keys(live.surfaces)") == list(SURFACES)


@pytest.mark.parametrize("name", SURFACES)
def test_a_surface_is_that_of_the_package(name: str) -> None:
    surface = SURFACES[name]
    body = f"""const surface = live.surfaces.{name};
    return [surface.window, surface.lowest, surface.start,
            points.map(([x, y]) => surface.height(x, y)), points.map(([x, y]) => surface.gradient(x, y))];"""
    low, high = np.array(surface.window).T
    points = np.random.default_rng(3).uniform(low, high, size=(40, 2))
    window, lowest, start, heights, gradients = run(body, points=points)
    assert_allclose(window, surface.window, rtol=0, atol=1e-12)
    assert lowest == pytest.approx(min(surface(minimum) for minimum in surface.minima), abs=1e-12)
    assert ((start > low) & (start < high)).all()
    assert_allclose(heights, surface(points), rtol=1e-10, atol=1e-12)
    assert_allclose(gradients, surface.gradient(points), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", SURFACES)
@pytest.mark.parametrize("optimizer", WALKERS)
def test_fifty_steps_are_those_of_the_package(optimizer: str, name: str) -> None:
    rate, make = WALKERS[optimizer]
    body = f"""const surface = live.surfaces.{name};
    const memory = live.optimizer(optimizer, 0.8);
    const at = Float64Array.from(surface.start);
    const path = [];
    for (let k = 0; k < 50; k++) {{
        memory.walk(at, surface.gradient(at[0], at[1]), rate);
        path.push(Array.from(at));
    }}
    return [surface.start, path];"""
    start, path = run(body, optimizer=optimizer, rate=rate)
    twin, at, expected = make(rate), {"at": np.array(start)}, []
    for _ in range(50):
        at = twin.step(at, {"at": SURFACES[name].gradient(at["at"])})
        expected.append(at["at"])
    assert np.abs(expected[-1] - np.array(start)).max() > 1e-4
    assert_allclose(path, expected, rtol=1e-8, atol=1e-10)


# Points -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["blobs", "circles", "xor", "spirals"])
def test_points_are_where_they_belong(shape: str) -> None:
    found = run(f"return live.points('{shape}', 300, 0, live.generator(2))")
    x, y = np.reshape(found["x"], (-1, 2)), np.array(found["y"])
    assert y.tolist() == [0, 1] * 150
    assert np.abs(x).max() < 1.3
    radius = np.hypot(*x.T)
    if shape == "circles":
        assert radius[y == 1].max() < 0.5 < radius[y == 0].min()
    if shape == "xor":
        assert ((x.prod(axis=1) < 0) == y).mean() > 0.98
    if shape == "blobs":
        assert ((x.sum(axis=1) > 0) == y).mean() > 0.98
    if shape == "spirals":
        turned = np.angle((x[:, 0] + 1j * x[:, 1]) * np.exp(-4j * np.pi * (radius - 0.1)))
        assert (np.abs(turned) > np.pi / 2).mean() == pytest.approx(0.5, abs=0.02)
    noisy = run(f"return live.points('{shape}', 300, 1, live.generator(2))")
    assert 0.35 < (np.array(noisy["y"]) != y).mean() < 0.65


# The perceptron ---------------------------------------------------------------------------------------------

ALL_UPDATES = """
let state = {w: [0, 0], b: 0, at: 0, updates: 0, clean: 0, wrong: -1};
const history = [];
while (history.length < most) {
    state = live.perceptron(x, y, state);
    if (state.clean >= y.length) return [history, state];
    history.push([state.w[0], state.w[1], state.b, state.wrong]);
}
return [history, state];"""


@pytest.mark.parametrize("seed", range(5))
def test_the_perceptron_makes_the_same_corrections(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (15, 2)).round(2)
    y = (x @ rng.normal(size=2) + 0.2 > 0).astype(float)
    history, state = run(ALL_UPDATES, x=x.ravel(), y=y, most=10**5)
    twin = Perceptron(max_epochs=10**5).fit(x, y)
    assert twin.converged
    assert [row[3] for row in history] == [update.sample for update in twin.history]
    expected = [[*update.weights, update.bias] for update in twin.history]
    assert_allclose([row[:3] for row in history], expected, rtol=0, atol=1e-9)
    separator = run("return live.separator(x, y)", x=x.ravel(), y=y)
    bound = run("return live.bound(x, y)", x=x.ravel(), y=y)
    assert bound == pytest.approx(convergence_bound(x, y, separator[:2], separator[2]), rel=1e-9)
    assert state["updates"] == twin.n_updates <= bound
    for other in rng.normal(size=(200, 3)) * 0.1 + separator:  # none has a wider margin
        margins = np.where(y > 0, 1, -1) * (x @ other[:2] + other[2])
        if margins.min() > 0:
            assert convergence_bound(x, y, other[:2], other[2]) >= bound * (1 - 1e-9)


@pytest.mark.parametrize(("labels", "bound"), [([0, 1, 1, 1], 27), ([0, 0, 0, 1], 51)])
def test_the_bounds_of_or_and_and(labels: list[int], bound: int) -> None:
    assert run("return live.bound(x, y)", x=[0, 0, 0, 1, 1, 0, 1, 1], y=labels) == pytest.approx(bound)


def test_no_line_separates_xor() -> None:
    given = {"x": [0, 0, 0, 1, 1, 0, 1, 1], "y": [0, 1, 1, 0]}
    assert run("return live.separator(x, y)", **given) is None
    assert run("return live.bound(x, y) === Infinity", **given)
    history, _ = run(ALL_UPDATES, **given, most=400)
    assert len(history) == 400


def test_points_in_one_place_do_not_separate() -> None:
    assert run("return live.separator([0, 0, 0, 0], [0, 1])") is None
    assert run("return live.separator([1, 1, 1, 1, 0, 0], [1, 1, 0])") is not None


# Hidden Markov models ---------------------------------------------------------------------------------------


def hmm(seed: int, n_states: int, n_symbols: int, zeros: bool) -> tuple[dict[str, Any], np.ndarray]:
    rng = np.random.default_rng(seed)
    start, transition, emission = (
        rng.dirichlet(np.ones(n), size)
        for n, size in ((n_states, None), (n_states, n_states), (n_symbols, n_states))
    )
    if zeros:
        start, transition[0] = np.eye(n_states)[0], np.eye(n_states)[1]
    seen = rng.integers(n_symbols, size=11)
    return {"start": start.tolist(), "transition": transition.tolist(), "emission": emission.tolist()}, seen


@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize(("n_states", "n_symbols"), [(2, 3), (4, 2)])
def test_the_recursions_are_those_of_the_package(n_states: int, n_symbols: int, zeros: bool) -> None:
    given, seen = hmm(3, n_states, n_symbols, zeros)
    found = run("return live.decode(model, seen)", model=given, seen=seen)
    with np.errstate(divide="ignore"):
        start, transition = np.log(given["start"]), np.log(given["transition"])
        likelihood = np.log(np.array(given["emission"])[:, seen].T)
    alpha = np.exp(forward_recursion(start, transition, likelihood))
    beta = np.exp(backward_recursion(transition, likelihood))
    best = viterbi_recursion(start, transition, likelihood)
    gamma = alpha * beta / alpha[-1].sum()
    assert_allclose(found["alpha"], alpha, rtol=1e-10, atol=0)
    assert_allclose(found["beta"], beta, rtol=1e-10, atol=0)
    assert_allclose(found["gamma"], gamma, rtol=0, atol=1e-12)
    assert found["probability"] == pytest.approx(alpha[-1].sum(), rel=1e-10)
    assert found["path"] == best.states.tolist()
    assert found["best"] == pytest.approx(np.exp(best.log_probability), rel=1e-10)
    assert found["states"] == gamma.argmax(axis=1).tolist()


def test_decoding_nothing_and_the_impossible() -> None:
    given, _ = hmm(0, 2, 2, zeros=False)
    assert run("return live.decode(model, [])", model=given)["path"] == []
    given["emission"] = [[1, 0], [1, 0]]
    found = run("return live.decode(model, [0, 1])", model=given)
    assert (found["probability"], found["best"]) == (0, 0)
    assert np.ravel(found["gamma"]).tolist() == [0] * 4


@pytest.mark.parametrize(
    ("row", "place", "value", "expected"),
    [
        ([0.5, 0.5], 0, 0.8, [0.8, 0.2]),
        ([0.2, 0.2, 0.6], 2, 0.2, [0.4, 0.4, 0.2]),
        ([0.0, 0.0, 1.0], 2, 0.4, [0.3, 0.3, 0.4]),
        ([0.3, 0.7], 1, 7, [0.0, 1.0]),
        ([0.3, 0.7], 1, -1, [1.0, 0.0]),
    ],
)
def test_rows_keep_the_sum_one(row: list[float], place: int, value: float, expected: list[float]) -> None:
    found = run("return live.withOne(row, place, value)", row=row, place=place, value=value)
    assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_samples_follow_the_model() -> None:
    given, _ = hmm(8, 2, 2, zeros=False)
    seen = run("return live.sample(model, 4000, live.generator(1))", model=given)
    transition = np.array(given["transition"])
    share = np.linalg.matrix_power(transition, 200)[0] @ given["emission"]
    assert np.bincount(seen) / 4000 == pytest.approx(share, abs=0.03)
    uniform = np.random.RandomState(1).random_sample(2)
    state = int(uniform[0] >= given["start"][0])
    assert seen[0] == int(uniform[1] >= given["emission"][state][0])


# Recurrent networks -----------------------------------------------------------------------------------------

READ = """
const arrays = packed ? weights.map(live.unpack) : weights.map(w => Float64Array.from(w.flat(9)));
const [table, kernel, recurrent, bias, out, last] = arrays;
const cell = {kernel, recurrent, bias};
let state = new Float64Array(units), memory = new Float64Array(units);
return rows.map(row => row.map(id => {
    const step = live[kind](cell, live.embedding(table, id, width), state, memory);
    state = step.state;
    memory = step.memory || state;
    return {...step, scores: live.dense(state, out, last)};
}).map((step, t, all) => {
    if (t === all.length - 1) state = memory = new Float64Array(units);
    return step;
}));"""


def recurrent(kind: str, seed: int, sizes: tuple[int, int, int, int]) -> list[np.ndarray]:
    """Draw the weights of an embedding, a recurrent layer and an output."""
    n, d, m, k = sizes
    rng, blocks = np.random.default_rng(seed), 4 if kind == "lstm" else 3
    bias = (4 * m,) if kind == "lstm" else (2, 3 * m)
    shapes = [(n, d), (d, blocks * m), (m, blocks * m), bias, (m, k), (k,)]
    return [rng.normal(size=shape) for shape in shapes]


def read_by_page(kind: str, weights: list[Any], ids: np.ndarray, units: int, width: int) -> list[Any]:
    """Read sequences with the engine: for each the steps."""
    given = {"weights": [w.tolist() if isinstance(w, np.ndarray) else w for w in weights]}
    packed = isinstance(weights[0], dict)
    return list(run(READ, **given, packed=packed, rows=ids, kind=kind, units=units, width=width))


@pytest.mark.parametrize("kind", ["gru", "lstm"])
def test_recurrent_steps_are_those_of_the_package_and_of_keras(kind: str) -> None:
    import keras

    sizes = n, d, m, _ = (9, 4, 5, 3)
    weights = recurrent(kind, 3, sizes)
    ids = np.random.default_rng(4).integers(n, size=(2, 7))
    steps = read_by_page(kind, weights, ids, m, d)
    table, kernel, matrix, bias, out, last = weights
    layer = (LSTM if kind == "lstm" else GRU)(d, m, kernel=kernel, recurrent_kernel=matrix, bias=bias)
    states, cache = layer.forward(table[ids])
    found = {name: np.array([[step[name] for step in row] for row in steps]) for name in steps[0][0]}
    assert_allclose(found["state"], states, rtol=0, atol=1e-12)
    assert_allclose(found["scores"], states @ out + last, rtol=0, atol=1e-12)
    for name, gate in layer.gates(cache).items():
        if name != "candidate":
            assert_allclose(found[name], gate, rtol=0, atol=1e-12)
    if kind == "lstm":
        assert_allclose(found["memory"], layer.cell_states(cache)[:, 1:], rtol=0, atol=1e-12)
    make = keras.layers.LSTM if kind == "lstm" else keras.layers.GRU
    twin = make(m, return_sequences=True)
    twin.build((None, None, d))
    twin.set_weights([kernel, matrix, bias])
    theirs = keras.ops.convert_to_numpy(twin(table[ids].astype("float32")))
    assert_allclose(found["state"], theirs, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("temperature", [0.25, 1, 2])
def test_probabilities_at_a_temperature(temperature: float) -> None:
    logits = 5 * np.random.default_rng(1).normal(size=11)
    found = run("return live.softmax(logits, t)", logits=logits, t=temperature)
    assert_allclose(found, temperature_probabilities(logits, temperature), rtol=1e-12)
    assert run("return live.softmax(logits, 0)", logits=logits) == np.eye(11)[logits.argmax()].tolist()
    assert run("return live.softmax([1e5, 0], 1)") == [1, 0]


def test_characters_are_drawn_as_numpy_draws_them() -> None:
    p = np.random.default_rng(6).dirichlet(np.ones(20))
    drawn = run(
        "const rng = live.generator(5); return Array.from({length: 3000}, () => live.draw(p, rng))", p=p
    )
    uniform = np.random.RandomState(5).random_sample(3000)
    assert drawn == np.searchsorted(p.cumsum(), uniform, side="right").tolist()


# Convolutional networks -------------------------------------------------------------------------------------

#: As Keras lists them: every kind of layer, with windows of unequal sides.
LAYERS: list[dict[str, Any]] = [
    {"class_name": "InputLayer", "config": {}},
    {
        "class_name": "Conv2D",
        "config": {"filters": 3, "kernel_size": (5, 4), "padding": "same", "activation": "tanh"},
    },
    {"class_name": "MaxPooling2D", "config": {"pool_size": (3, 2), "strides": (2, 2)}},
    {
        "class_name": "Conv2D",
        "config": {"filters": 4, "kernel_size": (3, 5), "padding": "valid", "activation": "relu"},
    },
    {"class_name": "AveragePooling2D", "config": {"pool_size": 2}},
    {"class_name": "Flatten", "config": {}},
    {"class_name": "Dropout", "config": {"rate": 0.5}},
    {"class_name": "Dense", "config": {"units": 7, "activation": "sigmoid"}},
    {"class_name": "Dense", "config": {"units": 10, "activation": "softmax"}},
]
ANSWER = "return live.answer(layers, weights.map(w => Float64Array.from(w)), Float64Array.from(picture))"


@cache
def convolutional() -> tuple[list[dict[str, Any]], list[np.ndarray], np.ndarray]:
    """Draw the weights of these layers, and a picture."""
    rng = np.random.default_rng(6)
    layers, shapes = read_layers(LAYERS, (SIDE, SIDE, 1))
    weights = [rng.normal(scale=0.4, size=shape) for shape in shapes]
    return layers, weights, rng.random((SIDE, SIDE, 1))


def answered() -> list[dict[str, list[float]]]:
    """Return what the page makes of that picture, layer by layer."""
    layers, weights, picture = convolutional()
    return run(ANSWER, layers=layers, weights=[w.ravel().tolist() for w in weights], picture=picture.ravel())


def packages_maps() -> list[np.ndarray]:
    """Return what the layers of the package make of it."""
    _, (k1, b1, k2, b2, w3, b3, w4, b4), picture = convolutional()
    stack: list[Any] = [
        Conv2D(1, 3, (5, 4), padding="same", kernel=k1, bias=b1, activation="tanh"),
        MaxPooling2D((3, 2), stride=2),
        Conv2D(3, 4, (3, 5), kernel=k2, bias=b2, activation="relu"),
        AveragePooling2D(2),
    ]
    x, maps = picture[None], []
    for layer in stack:
        x = layer.forward(x)[0]
        maps.append(x)
    hidden = ACTIVATIONS["logistic"](x.reshape(1, -1) @ w3 + b3)
    scores = np.exp(hidden @ w4 + b4)
    return [*maps, hidden, scores / scores.sum()]


def test_every_layer_is_that_of_the_package() -> None:
    layers, _, _ = convolutional()
    assert [one["kind"] for one in layers] == ["conv", "max", "conv", "mean", "dense", "dense"]
    for one, found, expected in zip(layers, answered(), packages_maps(), strict=True):
        assert np.prod(one["output"]) == expected.size
        assert_allclose(found["outputs"], expected.ravel(), rtol=0, atol=1e-12)


def test_every_layer_is_that_of_keras() -> None:
    import keras

    _, weights, picture = convolutional()
    kinds = keras.layers
    model = keras.Sequential(
        [keras.Input((SIDE, SIDE, 1)), *(getattr(kinds, e["class_name"])(**e["config"]) for e in LAYERS[1:])]
    )
    model.set_weights(weights)
    # what Keras writes is read as what stands above
    assert read_layers(model.get_config()["layers"], (SIDE, SIDE, 1))[0] == convolutional()[0]
    x, expected = keras.ops.convert_to_tensor(picture[None].astype("float32")), []
    for layer in model.layers:
        x = layer(x, training=False) if isinstance(layer, kinds.Dropout) else layer(x)
        if not isinstance(layer, kinds.Flatten | kinds.Dropout):
            expected.append(keras.ops.convert_to_numpy(x).ravel())
    assert_same([found["outputs"] for found in answered()], expected)


def test_the_sum_behind_each_unit() -> None:
    layers, weights, picture = convolutional()
    maps = answered()
    inputs = [picture.ravel(), *(np.array(found["outputs"]) for found in maps)]
    for number, layer in enumerate(layers):
        sums = np.array(maps[number]["sums"])
        for unit in (0, len(sums) // 2 + 1, len(sums) - 1):
            kernel = weights[layer["at"]].ravel() if layer["activation"] else np.zeros(1)
            terms = run(
                "return live.terms(layer, unit, x, kernel)",
                layer=layer,
                unit=unit,
                x=inputs[number],
                kernel=kernel,
            )
            values, products = ([term[key] for term in terms] for key in ("value", "product"))
            assert_allclose(products, [term["value"] * term["weight"] for term in terms], atol=1e-15)
            if layer["kind"] == "max":
                found = max(values)
            elif layer["kind"] == "mean":
                found = np.mean(values)
            else:
                found = sum(products) + weights[layer["at"] + 1][unit % layer["output"][2]]
            assert found == pytest.approx(sums[unit], abs=1e-12)
            size = np.prod(layer["size"]) * (layer["input"][2] if layer["activation"] else 1)
            assert len(terms) == size


# Drawings ---------------------------------------------------------------------------------------------------

CENTRED = "return live.centred(Float64Array.from(picture), 28)"


def test_digits_of_mnist_are_centred_already() -> None:
    digits = mnist_digits().features[::250] / 255
    for digit in digits:
        found = run(CENTRED, picture=digit)
        assert found["scale"] == 1
        assert_allclose(found["moved"], 0, atol=1e-9)
        assert_allclose(found["picture"], digit, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("down", "right"), [(-3, 2), (4, -4), (0, -3)])
def test_a_shifted_digit_comes_back(down: int, right: int) -> None:
    digit = mnist_digits().features[1300].reshape(SIDE, SIDE) / 255
    assert not np.concatenate([digit[:4].ravel(), digit[-4:].ravel(), digit[:, :4].ravel()]).any()
    moved = run("return live.shifted(picture, 28, dx, dy)", picture=digit.ravel(), dx=right, dy=down)
    assert_allclose(np.reshape(moved, (SIDE, SIDE)), np.roll(digit, (down, right), (0, 1)))
    found = run(CENTRED, picture=moved)
    assert_allclose(found["moved"], [-right, -down], atol=1e-9)
    assert_allclose(found["picture"], digit.ravel(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("side", [5, 10, 14, 25, 28])
def test_drawings_of_any_size_fill_the_box(side: int) -> None:
    drawing = np.zeros((SIDE, SIDE))
    drawing[:side, : side // 2 + 1] = 1
    found = run(CENTRED, picture=drawing.ravel())
    assert found["scale"] == pytest.approx(20 / side)
    made = np.reshape(found["picture"], (SIDE, SIDE))
    assert np.ptp(np.flatnonzero(made.max(axis=1) > 0.5)) + 1 == pytest.approx(20, abs=1)
    assert made.sum() == pytest.approx(drawing.sum() * (20 / side) ** 2, rel=0.03)
    middles = np.arange(SIDE) + 0.5
    for axis in (0, 1):
        mass = made.sum(axis=1 - axis) @ middles / made.sum()
        assert 13.9 < mass < 15.1


def test_nothing_is_not_scaled() -> None:
    found = run(CENTRED, picture=np.zeros(SIDE**2))
    assert (found["scale"], found["moved"], max(found["picture"])) == (1, [0, 0], 0)


def test_the_pen_is_soft() -> None:
    body = "return live.stroke(new Uint8Array(784), 28, from, to)"
    line = np.reshape(run(body, **{"from": [5, 10], "to": [20, 10]}), (SIDE, SIDE))
    assert line[8:13, 12].tolist() == [0, 229, 255, 229, 0]
    dot = np.reshape(run(body, **{"from": [3, 3], "to": [3, 3]}), (SIDE, SIDE))
    assert dot[3, 1:6].tolist() == [0, 229, 255, 229, 0]
    far = np.hypot(*np.mgrid[-3:25, -3:25])
    assert_allclose(dot, np.round(255 * np.clip(1.9 - far, 0, 1)), atol=1)


def test_pictures_are_short_texts_that_both_sides_read() -> None:
    for digit in mnist_digits().features[::500]:
        written = _picture(digit.reshape(SIDE, SIDE) / 255, "digit")
        assert len(written) < 500
        assert run("return live.unpackPixels(written, 784)", written=written) == digit.tolist()
        assert run("return live.packPixels(live.unpackPixels(written, 784))", written=written) == written


# An encoder and a decoder that looks back -------------------------------------------------------------------

TRANSLATE = """
const arrays = packed ? weights.map(live.unpack) : weights.map(w => Float64Array.from(w.flat(9)));
const net = live.translator(arrays, widths);
return rows.map(row => live.translate(net, row, most));"""


def translated(weights: Sequence[Any], rows: list[list[int]], most: int) -> list[Any]:
    """Return the steps of the page for each row of ids."""
    packed = isinstance(weights[0], dict)
    shapes = [w["shape"] if packed else w.shape for w in weights]
    given = [w if packed else w.tolist() for w in weights]
    widths = [shapes[0][1], shapes[7][1]]
    return list(run(TRANSLATE, weights=given, packed=packed, rows=rows, widths=widths, most=most))


def looked_back(weights: Sequence[np.ndarray], row: list[int], most: int) -> list[tuple[int, Any, Any]]:
    """Return token, weights and logits of each step, by the layers of the package."""
    table, kernel, matrix, bias, U, W, v, words, into, again, start, out, last = weights
    m = len(matrix)
    layer = GRU(table.shape[1], m, kernel=kernel, recurrent_kernel=matrix, bias=bias)
    writer = GRU(words.shape[1] + m, m, kernel=into, recurrent_kernel=again, bias=start)
    look = Attention(m, m, rng=np.random.default_rng(0))
    look.parameters = {"key_kernel": U, "query_kernel": W, "scale": v[:, 0]}
    states, cache = layer.forward(table[[row]])
    state, token, steps = cache.final_state, 1, []
    while len(steps) < most and token != 2:
        context, seen = look.forward(state[:, None], states)
        x = np.concatenate([words[token], context[0, 0]])
        state = writer.forward(x[None, None], initial_state=state)[1].final_state
        logits = (state @ out + last)[0]
        token = 2 + int(logits[2:].argmax())
        steps.append((token, seen.weights[0, 0], logits))
    return steps


def attentive(seed: int, sizes: tuple[int, int, int, int, int]) -> list[np.ndarray]:
    """Draw the weights of a network with additive attention."""
    n, k, m, d, e = sizes
    cell = [(m, 3 * m), (2, 3 * m)]
    shapes = [(n, d), (d, 3 * m), *cell, (m, m), (m, m), (m, 1), (k, e), (e + m, 3 * m), *cell, (m, k), (k,)]
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


def test_looking_back_is_that_of_the_package_and_of_keras() -> None:
    from dlbook.training import AttentionSeq2Seq

    sizes = n, k, m, d, _ = 9, 7, 5, 4, 4
    rows = [[3, 8, 4, 4, 5, 6], [7, 2], [6]]
    padded = np.array([row + [0] * (6 - len(row)) for row in rows])
    network = AttentionSeq2Seq(n, k, units=m, embedding=d, max_length=8)
    for seed in (1, 2):
        weights = attentive(seed, sizes)
        network.model.set_weights(weights)
        words, maps = network.answer(padded, 8)
        for row, steps, tokens, weighed in zip(rows, translated(weights, rows, 8), words, maps, strict=True):
            found = [step["token"] for step in steps]
            assert found == [int(token) for token in tokens if token]
            theirs = looked_back(weights, row, 8)
            assert found == [token for token, _, _ in theirs]
            for step, (_, seen, logits) in zip(steps, theirs, strict=True):
                assert_allclose(step["weights"], seen, rtol=0, atol=1e-12)
                assert_allclose(step["logits"], logits, rtol=0, atol=1e-12)
                p = np.exp(logits - logits.max())
                assert step["p"] == pytest.approx(p[step["token"]] / p.sum(), abs=1e-12)
            assert_allclose(
                [step["weights"] for step in steps], weighed[: len(steps), : len(row)], rtol=0, atol=TOLERANCE
            )


def test_embeddings_of_two_widths_and_an_answer_of_one_token() -> None:
    weights = attentive(3, (6, 5, 3, 2, 7))
    steps = translated(weights, [[3, 4, 5]], 4)[0]
    assert [step["token"] for step in steps] == [token for token, _, _ in looked_back(weights, [3, 4, 5], 4)]
    weights[12][2] = 1e3  # the end
    assert [step["token"] for step in translated(weights, [[3]], 4)[0]] == [2]
    weights[12][:2] = 1e6  # padding and start, which nobody writes
    assert [step["token"] for step in translated(weights, [[3]], 4)[0]] == [2]


# The models that the pages ship -----------------------------------------------------------------------------


def shipped(name: str, run_number: int = 0, chapter: str = "04_sequences") -> list[np.ndarray]:
    """Return the weights of a run that a record keeps."""
    (path,) = (ROOT / "chapters" / chapter / "records").glob(f"{name}.*.npz")
    with np.load(path) as arrays:
        n_arrays = sum(key.startswith(f"{run_number}.") for key in arrays)
        return [arrays[f"{run_number}.{k}"].astype(float) for k in range(n_arrays)]


def test_the_reader_of_reviews() -> None:
    weights = shipped("lstm.critic")
    texts, labels = generated_reviews(300, rng=np.random.default_rng(77), max_asides=2)
    words = Vocabulary.from_texts(generated_reviews(4000, rng=np.random.default_rng(0), max_asides=2)[0])
    assert len(words) == len(weights[0])
    ids = [words.encode(text) for text in texts]
    d, m = weights[0].shape[1], len(weights[2])

    def verdicts(arrays: list[np.ndarray]) -> np.ndarray:
        table, kernel, matrix, bias, out, last = arrays
        layer = LSTM(d, m, kernel=kernel, recurrent_kernel=matrix, bias=bias)
        return np.array([(layer.forward(table[row][None])[0][0, -1] @ out + last)[0] for row in ids])

    exact = verdicts(weights)
    assert ((exact > 0) == labels).mean() > 0.98
    packed = pack(weights, lambda arrays: verdicts(arrays) > 0)
    for given, atol in ((weights, TOLERANCE), (packed, None)):
        rows = [row.tolist() for row in ids]
        found = np.array([row[-1]["scores"][0] for row in read_by_page("lstm", given, rows, m, d)])
        if atol is not None:
            assert_allclose(found, exact, rtol=0, atol=atol)
        assert np.array_equal(found > 0, exact > 0)  # packed: the score


def test_the_writer() -> None:
    weights = shipped("character_language_model.readers", 2)
    text = "".join(c if c in ALPHABET else "#" for c in english_text())[-2001:]
    ids = np.array([ALPHABET.index(c) for c in text])
    x, comes = ids[:-1].reshape(20, 100), ids[1:].reshape(20, 100)
    d, m = weights[0].shape[1], len(weights[2])

    def bits(logits: np.ndarray) -> float:
        log_p = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
        return float(-np.take_along_axis(log_p, comes[:, :, None], axis=2).mean() / np.log(2))

    def logits(arrays: list[np.ndarray]) -> np.ndarray:
        table, kernel, matrix, bias, out, last = arrays
        layer = GRU(d, m, kernel=kernel, recurrent_kernel=matrix, bias=bias)
        return np.asarray(layer.forward(table[x])[0] @ out + last)

    exact = logits(weights)
    packed = pack(weights, lambda arrays: abs(bits(logits(arrays)) - bits(exact)) < 0.01)
    assert sum(len(one["data"]) for one in packed) < 99_500  # all in int7
    for given in (weights, packed):
        rows = read_by_page("gru", given, x, m, d)
        found = np.array([[step["scores"] for step in row] for row in rows])
        if given is weights:
            assert_allclose(found, exact, rtol=0, atol=TOLERANCE)
        assert abs(bits(found) - bits(exact)) < 0.01


def dates() -> tuple[list[np.ndarray], Vocabulary, Vocabulary]:
    """Return the network that reads dates, and what it reads and writes."""
    known = written_dates(3000, rng=np.random.default_rng(0))[0]
    reads = Vocabulary.from_texts([*known, list("0123456789")], tokenizer=list)
    weights = shipped("attention.dates", 0, "05_encoder_decoder")
    return weights, reads, Vocabulary([*"0123456789", "-"], tokenizer=list)


def test_the_reader_of_dates() -> None:
    weights, reads, writes = dates()
    assert len(reads) == len(weights[0])
    texts, answers = written_dates(60, rng=np.random.default_rng(12))
    rows = [reads.encode(text).tolist() for text in texts]
    packed = pack(weights, lambda arrays: np.concatenate([a.ravel() for a in arrays]).round(2))
    for given, atol in ((weights, TOLERANCE), (packed, 0.1)):
        found = translated(given, rows, 11)
        assert ["".join(writes.decode([step["token"] for step in steps])) for steps in found] == answers
        for steps, row in zip(found, rows, strict=True):
            seen = [seen for _, seen, _ in looked_back(weights, row, 11)]
            assert_allclose([step["weights"] for step in steps], seen, rtol=0, atol=atol)


# What the quizzes ask ---------------------------------------------------------------------------------------

OPENS = {
    "data": "circles", "layers": 1, "units": 1, "activation": "tanh", "initializer": "glorot_uniform",
    "rate": 0.3, "batch": 30, "l2": 0, "dropout": 0, "seed": 0,
}  # fmt: skip
PLAYED = """
const source = live.generator(10000 + now.seed);
const train = live.points(now.data, 100, 0, source);
const test = live.points(now.data, 300, 0, source);
const rng = live.generator(now.seed);
const sizes = [2].concat(Array(now.layers).fill(now.units), 1);
const net = live.network(sizes, now.activation, now.initializer, rng);
const memory = live.optimizer("sgd");
for (let k = 0; k < epochs; k++) live.epoch(net, train.x, train.y, now, memory, rng);
return [train, test].map(set => {
    const found = live.loss(live.forward(net, set.x, set.y.length, 0, null).pop().outputs, set.y);
    return [found.value, found.accuracy];
});"""


@pytest.mark.parametrize(("units", "enough"), [(1, False), (2, False), (3, True), (4, True)])
def test_three_units_close_a_ring(units: int, enough: bool) -> None:
    _, (_, right) = run(PLAYED, now={**OPENS, "units": units}, epochs=1000)
    assert (right > 0.95) is enough


@pytest.mark.parametrize(
    ("change", "learns"),
    [
        ({}, False),
        ({"activation": "tanh"}, True),
        ({"initializer": "large"}, True),
        ({"initializer": "he_uniform"}, False),
        ({"rate": 3}, False),
    ],
)
def test_what_lets_six_layers_learn(change: dict[str, Any], learns: bool) -> None:
    deep = {**OPENS, "layers": 6, "units": 8, "activation": "logistic"}
    (loss, right), _ = run(PLAYED, now={**deep, **change}, epochs=1000)
    assert (right == 1) is learns
    assert (loss > 0.69) is not learns


@pytest.mark.parametrize(("n_grumpy", "rainy"), [(3, False), (4, True)])
def test_how_many_grumpy_days_make_it_rain(n_grumpy: int, rainy: bool) -> None:
    counted = {
        "start": [11 / 16, 5 / 16],
        "transition": [[0.8, 0.2], [0.4, 0.6]],
        "emission": [[9 / 11, 2 / 11], [0.6, 0.4]],
    }
    found = run("return live.decode(model, seen)", model=counted, seen=[0, 0, *[1] * n_grumpy, 0])
    assert found["path"] == ([0, 0, *[1] * (n_grumpy + 1)] if rainy else [0] * (n_grumpy + 3))


@pytest.mark.parametrize(
    ("review", "means", "fooled"),
    [
        ("the plot was not not good .", 1, True),
        ("the plot was not not bad .", -1, False),
        ("the plot was good but the music was bad but the ending was good .", 1, False),
        ("although the plot was good , the music was bad .", -1, False),
    ],
)
def test_what_fools_the_reader(review: str, means: int, fooled: bool) -> None:
    weights = shipped("lstm.critic")
    words = Vocabulary.from_texts(generated_reviews(4000, rng=np.random.default_rng(0), max_asides=2)[0])
    rows = [words.encode(review).tolist()]
    score = read_by_page("lstm", weights, rows, len(weights[2]), 6)[0][-1]["scores"][0]
    assert (score * means < 0) is fooled
    assert abs(score) > 1  # no matter of rounding


def test_which_date_is_written_that_no_calendar_has() -> None:
    weights, reads, writes = dates()
    packed = pack(weights, lambda arrays: np.concatenate([a.ravel() for a in arrays]).round(1))
    for given in (weights, packed):
        steps = translated(given, [reads.encode("february 30, 2022").tolist()], 11)[0]
        assert "".join(writes.decode([step["token"] for step in steps])) == "2022-02-30"
        assert min(step["p"] for step in steps) > 0.99


GREEDY = """
const [table, kernel, recurrent, bias, out, last] = weights.map(live.unpack);
const cell = {kernel, recurrent, bias};
let state = new Float64Array(160), written = begins, logits;
const read = c => {
    state = live.gru(cell, live.embedding(table, alphabet.indexOf(c), 32), state).state;
    logits = live.dense(state, out, last);
};
for (const c of begins) read(c);
while (written.length < 200) {
    const p = live.softmax(logits, 0), c = alphabet[p.indexOf(1)];
    written += c;
    read(c);
}
return written;"""


@pytest.mark.parametrize("kinds", ["float32", "int6"])
@pytest.mark.parametrize("begins", ["The ", "If the "])
def test_which_words_the_writer_repeats(begins: str, kinds: str) -> None:
    weights = shipped("character_language_model.readers", 2)
    packed = pack(
        weights,
        lambda arrays: kinds == "int6" or np.array([a.sum() for a in arrays]).astype("float32"),
        max_kilobytes=1000,
    )
    written = run(GREEDY, weights=packed, begins=begins, alphabet=ALPHABET)
    assert "string of the string of the string of the " in written[-60:]


# Weights ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["int6", "int7", "int8", "float16", "float32"])
def test_the_page_reads_the_weights_that_python_wrote(kind: str) -> None:
    rng = np.random.default_rng(1)
    arrays = [rng.normal(size=(3, 7)), np.array([6e-8, -1.0, 0.0, 2.0])]  # the first is subnormal in float16
    steps = {"int6": 0.2, "int7": 0.03, "int8": 0.015, "float16": 1e-3, "float32": 1e-6}

    def close(read: list[np.ndarray]) -> bool:
        return all(np.abs(a - b).max() < steps[kind] for a, b in zip(read, arrays, strict=True))

    packed = pack(arrays, close)
    assert kind in {one["kind"] for one in packed}
    read = [np.reshape(run("return live.unpack(packed)", packed=one), one["shape"]) for one in packed]
    for one, array, found in zip(packed, arrays, read, strict=True):
        assert_allclose(found, array, rtol=0, atol=steps[kind])
        if "shift" in one:
            assert np.abs(found / one["scale"] - np.round(array / one["scale"])).max() < 1e-9
            continue
        bytes_ = base64.b64decode(one["data"])
        stored = np.frombuffer(bytes_, {"int8": "<i1", "float16": "<f2", "float32": "<f4"}[one["kind"]])
        assert_allclose(found.ravel(), stored.astype(float) * one["scale"], rtol=1e-15, atol=0)


def test_small_numbers_take_few_bits() -> None:
    array = np.random.default_rng(2).normal(size=(200, 50))
    lengths = {
        digits: len(pack([array], lambda read, by=digits: np.abs(read[0] - array).max() < by)[0]["data"])
        for digits in (0.1, 0.04, 0.02)
    }
    # six bits each would be 0.75, seven 0.875
    assert lengths[0.1] < 0.66 * lengths[0.02]
    assert lengths[0.04] < 0.78 * lengths[0.02]


# Size -------------------------------------------------------------------------------------------------------

FIGURES = [
    f"live_{name}.js"
    for name in ("perceptron", "playground", "decode", "gates", "writer", "race", "attention", "draw")
]


def zipped(*names: str) -> int:
    """Return how many bytes of some scripts travel."""
    return sum(len(gzip.compress(embed.asset(name).encode(), 9, mtime=0)) for name in names)


def test_the_engine_and_each_figure_stay_small() -> None:
    assert zipped("live.js") < 8.2 * 1024  # which every page with a figure loads
    assert zipped("live_pictures.js") < 2.5 * 1024
    assert zipped("live_translate.js") < 1.5 * 1024
    assert zipped("live_stage.js") < 6.5 * 1024
    assert max(map(zipped, FIGURES[:-1])) < 4 * 1024
    assert zipped(FIGURES[-1]) < 5.2 * 1024  # seven maps and the sum behind each unit
    assert max(len(embed.asset(name)) for name in FIGURES) <= 15 * 1024
