"""What every public function promises about its arguments, tried with the calls of its own examples.

The examples in the docstrings are run, and the calls of public functions, classes and methods are kept. Then
one argument at a time is replaced by something that does not fit. Asked for is a ValueError that names an
argument of the call, or a result without NaN: never another exception, a warning, or a change of what was
given. What only writes the same numbers in another way must give the same result.
"""

import contextlib
import copy
import datetime
import doctest
import functools
import importlib
import inspect
import pkgutil
import re
import signal
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from fractions import Fraction
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

import numpy as np
import pytest

import dlbook

HOME = Path(dlbook.__file__).parent
SERVICES = ("cli", "display", "execution", "training")
"""Packages that show, run or train, and are tried in tests of their own."""

PACKAGES = sorted(
    ".".join(file.parent.relative_to(HOME).parts)
    for file in HOME.rglob("__init__.py")
    if file.parent != HOME and file.relative_to(HOME).parts[0] not in SERVICES
)
NOT_YET = ()
"""Packages whose arguments are still being put in order."""

LEFT_OUT = {
    "data.fetch": "asks the network: tests/data/test_downloads.py tries its arguments",
    "data.keras_dataset": "asks the network: tests/data/test_public.py tries its argument",
    "data.load_idx": "needs a file: tests/data/test_downloads.py tries its argument",
    "data.load_npz": "needs a file: tests/data/test_downloads.py tries its argument",
}
"""What is not tried here, and why: a function, or ``function(argument)``."""

NAN_PASSES = ("text.pad_sequences", "text.random_windows", "text.stateful_batches", "text.windows")
"""What hands NaN on, because it may stand for something missing."""

MORE = {
    "convolution": """
rng = np.random.default_rng(0)
images, signals = np.arange(32.0).reshape(1, 4, 4, 2), np.arange(12.0).reshape(1, 6, 2)
layers = [make(2, 2, 2, rng=rng) for make in (Conv2D, Conv2DTranspose)]
layers += [MaxPooling2D(), AveragePooling2D(), GlobalMaxPooling2D(), GlobalAveragePooling2D(), Flatten()]
for layer in layers:
    output, cache = layer.forward(images)
    layer.backward(np.ones(output.shape), cache)
    layer.update_averages(cache)
layers = [make(2, 2, 2, rng=rng) for make in (Conv1D, Conv1DTranspose)]
layers += [MaxPooling1D(), AveragePooling1D(), GlobalMaxPooling1D(), GlobalAveragePooling1D()]
for layer in layers:
    output, cache = layer.forward(signals)
    layer.backward(np.ones(output.shape), cache)
layer = Reshape((2, 2, 1))
output, cache = layer.forward([[1.0, 2.0, 3.0, 4.0]])
layer.backward(np.ones(output.shape), cache)
""",
    "encoder_decoder": """
layer = Attention(2, 2, score="dot")
contexts, cache = layer.forward([[[4, 0]]], [[[1, 0], [0, 1]]], [[[10], [20]]], mask=[[True, True]])
layer.backward(np.ones(contexts.shape), cache)
""",
    "feedforward": """
Perceptron().fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]).decision_function([[1.0, 0.5]])
""",
    "markov": """
model = CategoricalHMM([0.5, 0.5], [[0.75, 0.25], [0.5, 0.5]], [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]])
for method in (model.forward, model.backward, model.posteriors):
    method([0, 2, 1])
model.sample(5, rng=np.random.default_rng(0))
""",
    "metrics": """
bleu_counts("a b c d", ["a b c d e"]).score("exp")
lepor_factors("a b c", "a b d").score()
meteor_counts("a b c", ["a b d"]).score()
""",
    "nn": """
rng = np.random.default_rng(0)
x, y = [[0.5, -1.0], [1.0, 0.25]], [[1.0], [0.0]]
for layer in (Dense(2, 2, rng=rng), ActivationLayer("tanh"), BatchNormalization(2), Dropout(0.5)):
    output, cache = layer.forward(x, training=True, rng=rng)
    layer.backward(np.ones((2, 2)), cache)
    layer.update_averages(cache)
model = Sequential([Dense(2, 1, rng=rng)])
output, cache = model.forward(x)
model.backward([[1.0], [1.0]], cache)
model.evaluate(x, y, loss="mean_squared_error")
model.loss_and_gradients(x, y, loss="mean_squared_error")
""",
    "sequences": """
from dlbook.nn import Dense

rng = np.random.default_rng(0)
x = [[[0.5], [-1.0], [0.25]], [[1.0], [0.0], [0.5]]]
layers = [cls(1, 2, rng=rng) for cls in (SimpleRNN, LSTM, GRU)]
for layer in layers:
    layer.step([[0.5], [1.0]])
layers += [Bidirectional(layers[0], SimpleRNN(1, 2, rng=rng)), Stacked([layers[1]])]
layers[4].step([[0.5], [1.0]])
for layer in layers:
    outputs, cache = layer.forward(x)
    layer.backward(np.ones(outputs.shape), cache)
    layer.set_weights(layer.get_weights())
layers[1].cell_states(layers[1].forward(x)[1])
network = RecurrentNetwork(layers[0], Dense(2, 1, rng=rng))
output, cache = network.forward(x)
network.backward(np.ones(output.shape), cache)
""",
    "text": """
encoding = BytePairEncoding.train(["low lower lowest low"], 16)
encoding.decode(encoding.encode("low slow"))
encoding.id("<unk>")
WordPiece.train(["low lower lowest low"], 16)
BytePairEncoding(["a", "b"], [("a", "b")])
""",
    "transformers": """
rng = np.random.default_rng(0)
x = [[[0.5, -1.0, 0.25, 1.0], [1.0, 0.0, 0.5, -0.5]]]
layer = MultiHeadAttention(4, 2, rng=rng)
outputs, cache = layer.forward(x, x, mask=[[True, True]])
layer.backward(np.ones(outputs.shape), cache)
layer.set_weights(layer.get_weights())
_, past = layer.step(x)
layer.step(x, past)
for layer in (LayerNormalization(4), FeedForward(4, 3, rng=rng), EncoderBlock(4, 2, 3, rng=rng)):
    outputs, cache = layer.forward(x)
    layer.backward(np.ones(outputs.shape), cache)
_, past = layer.step(x)
layer.step(x, past)
layer = DecoderBlock(4, 2, 3, rng=rng)
outputs, cache = layer.forward(x, x, mask=[[True, True]], context_mask=[[True, True]])
layer.backward(np.ones(outputs.shape), cache)
model = GPT(5, 1, 2, 4, 6, rng=rng)
logits, cache = model.forward([[0, 3, 1]], mask=[[True, True, True]])
model.backward(np.ones(logits.shape), cache)
model.loss_and_gradients([[0, 3]], [[3, 1]])
_, past = model.step([[0, 3]])
model.step([[1]], past)
model.generate([0, 3], 2, top_k=2, top_p=0.5, rng=rng)
network = RecursiveNetwork(2, rng=rng)
network.merge([0.5, 1.0], [0.25, -1.0])
network.greedy_tree([[0.5, 1.0], [0.25, -1.0], [0.5, 0.5]], [(0, 1), (1, 2)])
roots, cache = network.forward([[[0.5, 1.0], [0.25, -1.0]]], [(0, 1)])
network.backward(np.ones(roots.shape), cache, [1.0])
""",
}
"""Further examples by package: of what a docstring is too short for, such as a backward pass."""

DATE = np.datetime64("2020-01-01")
MASKED = np.ma.masked_array([0.5, 0.5], [True, False])
RAGGED = [[1, 0], [1]]
HUGE = 10**400


# What is public


def public(package: str) -> dict[str, Any]:
    """Return the functions, classes and callable objects that a package offers, by name."""
    module = importlib.import_module(f"dlbook.{package}")
    offered = {name: getattr(module, name) for name in module.__all__}
    return {name: x for name, x in offered.items() if callable(x) and not is_plain(x)}


def is_plain(thing: Any) -> bool:
    """Say whether this is a named tuple or an exception, which take what they are given."""
    return isinstance(thing, type) and issubclass(thing, tuple | BaseException)


def methods(cls: type) -> Iterator[tuple[type, str]]:
    """Yield each public method of a class of this project, with the class in which it stands."""
    for name in dir(cls):
        owner = next((c for c in cls.__mro__ if name in vars(c)), object)
        shown = not name.startswith("_") or name in ("__init__", "__call__")
        ours = owner.__module__.startswith("dlbook")
        if shown and ours and isinstance(vars(owner)[name], types.FunctionType | classmethod):
            yield owner, name


def targets(package: str) -> dict[str, Any]:
    """Return all that takes an argument, by name: functions, classes, objects, and the methods of both."""
    found = {}
    for name, thing in public(package).items():
        if isinstance(thing, types.FunctionType):
            found[f"{package}.{name}"] = thing
            continue
        for _, method in methods(thing if isinstance(thing, type) else type(thing)):
            if isinstance(thing, type) or method != "__init__":
                whole = method == ("__init__" if isinstance(thing, type) else "__call__")
                found[f"{package}.{name}" + ("" if whole else f".{method}")] = getattr(thing, method)
    return {key: function for key, function in found.items() if arguments(function) and key not in LEFT_OUT}


def relatives(package: str, key: str) -> Iterator[str]:
    """Yield the names under which others have the same method, or a subclass has its own."""
    things = {f"{package}.{name}": thing for name, thing in public(package).items()}
    holder, _, method = (key, "", "") if key in things else key.rpartition(".")
    cls = things[holder] if isinstance(things[holder], type) else type(things[holder])
    for name, thing in things.items():
        other = thing if isinstance(thing, type) else type(thing)
        shared = getattr(cls, method, 0) is getattr(other, method, 1)
        if name != holder and (shared or issubclass(other, cls)):
            yield f"{name}.{method}" if method else name


def arguments(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Return what can be put in another's place in a call."""
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = inspect.signature(function).parameters
    return {n: p for n, p in parameters.items() if n not in ("self", "cls") and p.kind not in several}


# What the examples call


class Call(NamedTuple):
    """A call: of what, with which arguments, and how many seconds it takes."""

    function: Callable[..., Any]
    signature: inspect.Signature
    given: dict[str, Any]
    seconds: float

    def again(self, given: Mapping[str, Any]) -> Any:
        bound = inspect.BoundArguments(self.signature, dict(given))  # type: ignore[arg-type]
        return self.function(*bound.args, **bound.kwargs)


@functools.cache
def calls_of(package: str) -> dict[str, list[Call]]:
    """Run the examples of a package and return the calls that they make."""
    module = importlib.import_module(f"dlbook.{package}")
    inner = pkgutil.iter_modules(getattr(module, "__path__", ()), f"{module.__name__}.")
    modules = [module, *(importlib.import_module(part.name) for part in inner if not part.ispkg)]
    examples = [test for part in modules for test in doctest.DocTestFinder().find(part)]
    recorder = Recorder(package)
    with pytest.MonkeyPatch.context() as patch:
        stand_ins = recorder.install(patch, module)
        runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
        for example in examples:
            example.globs = {name: stand_ins.get(id(x), x) for name, x in example.globs.items()}
            runner.run(example, out=lambda _: None, clear_globs=False)
        exec(
            MORE.get(package, ""),
            {"np": np} | {n: stand_ins.get(id(x), x) for n, x in recorder.public.items()},
        )
    return recorder.calls


class Recorder:
    """Stands in for what a package offers, and keeps the calls that are made from outside."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.public = public(package)
        self.calls: dict[str, list[Call]] = {}
        self.inside = False

    def install(self, patch: pytest.MonkeyPatch, module: types.ModuleType) -> dict[int, Any]:
        """Put recording functions in the place of functions and methods. Return the former by identity."""
        stand_ins = {}
        for name, thing in self.public.items():
            if isinstance(thing, types.FunctionType):
                stand_ins[id(thing)] = self.recording(thing, lambda _, name=name: name)
                patch.setattr(module, name, stand_ins[id(thing)])
        classes = {thing if isinstance(thing, type) else type(thing) for thing in self.public.values()}
        for owner, method in {pair for cls in classes for pair in methods(cls)}:
            static = vars(owner)[method]
            function = static.__func__ if isinstance(static, classmethod) else static
            recording = self.recording(function, functools.partial(self.name_of, method))
            patch.setattr(owner, method, classmethod(recording) if function is not static else recording)
        return stand_ins

    def name_of(self, method: str, owner: Any) -> str | None:
        """Return under which name a call of a method is kept."""
        for name, thing in self.public.items():
            if thing is owner:  # an object that is called, or the class of a class method
                return name if method == "__call__" else f"{name}.{method}"
        for name, thing in self.public.items():
            if thing is type(owner):
                return name if method == "__init__" else f"{name}.{method}"
        return None

    def recording(self, function: Callable[..., Any], name_of: Callable[[Any], str | None]) -> Callable:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def recorded(*args: Any, **kwargs: Any) -> Any:
            name = None if self.inside else name_of(args[0] if args else None)
            if name is None:
                return function(*args, **kwargs)
            self.inside = True
            try:
                given = dict(signature.bind(*args, **kwargs).arguments)
                made: Any = function
                if function.__name__ == "__init__":
                    made, _ = self.public[name], given.pop("self")
                given = copy.deepcopy(given)
                start = process_time()
                result = function(*args, **kwargs)
                call = Call(made, inspect.signature(made), given, process_time() - start)
                self.calls.setdefault(f"{self.package}.{name}", []).append(call)
                return result
            finally:
                self.inside = False

        return recorded


# What does not fit


def hostile(parameter: inspect.Parameter, value: Any) -> Iterator[tuple[Any, bool]]:
    """Yield what may stand in the place of an argument, and whether it has to be refused."""
    wanted = str(parameter.annotation)
    if is_ours(value) or callable(value) or "Callable" in wanted or parameter.name == "cache":
        return  # what is asked for by what it can do: a function, a model, what another method returned
    if isinstance(value, bool) or wanted in ("bool", "<class 'bool'>"):
        return  # whether something is true is for Python to say
    if value is not None and "None" not in wanted and parameter.default is not None:
        yield None, False
    if isinstance(value, np.random.Generator) or "Generator" in wanted:
        yield from ((seed, False) for seed in (42, "seed", [0], np.random.RandomState(0)))
    elif isinstance(value, str):
        yield from ((other, False) for other in (42, 1.5, b"x", "no such word", "", ["a"], {}, np.ones(2)))
    elif isinstance(value, float | np.floating) or (
        "float" in wanted and (value is None or isinstance(value, int))
    ):
        yield from ((other, True) for other in ("1", 1j, DATE, np.ma.masked, MASKED, datetime.date.today()))
        for other in (np.nan, np.inf, -np.inf, -1.0, 0.0, True, HUGE, [0.5], np.ones(2), object()):
            yield other, False
    elif isinstance(value, int | np.integer) or ("int" in wanted and value is None):
        yield from ((other, True) for other in ("3", 1.5, np.nan, 1j, DATE, np.ma.masked, MASKED, "text"))
        yield from ((other, False) for other in (-1, 0, True, 2.0, 2**70, [3], np.ones(2), object()))
    elif (table := numbers(value)) is not None:
        yield from hostile_arrays(table)
    elif "Array" in wanted or "NDArray" in wanted:
        yield from hostile_arrays(np.array([0.5, 0.25]))
    else:
        yield from ((other, False) for other in (42, np.nan, "text", [], [None], [1j], {}, MASKED, DATE))


def is_ours(value: Any) -> bool:
    return type(value).__module__.startswith("dlbook")


def numbers(value: Any) -> np.ndarray | None:
    """Return a value as an array if it is one of numbers."""
    if not isinstance(value, list | tuple | range | np.ndarray):
        return None
    try:
        table = np.asarray(value)
    except ValueError:  # ragged
        return None
    return table if table.dtype.kind in "biuf" and table.size else None


def hostile_arrays(table: np.ndarray) -> Iterator[tuple[Any, bool]]:
    first = np.zeros(table.shape, bool)
    first.flat[0] = True
    yield np.ma.masked_array(table, first), True
    yield table + 1j, True
    yield np.full(table.shape, DATE), True
    yield np.full(table.shape, None), True
    yield np.full(table.shape, "text"), False
    yield from ((np.where(first, wrong, table), False) for wrong in (np.nan, np.inf, -1.0, 0.5, 2.0**70))
    yield from ((other, False) for other in (-table.astype(float) - 1, table > 0, table[:0], table[None]))
    yield from (
        (other, False) for other in (RAGGED, [[1], "a"], "text", table.flat[0], 42, {}, object(), [HUGE])
    )


def equivalent(value: Any) -> Iterator[Any]:
    """Yield the same numbers, written in another way."""
    table = numbers(value)
    if isinstance(value, np.ndarray) and table is not None:
        yield table.tolist()
        single = table.astype(np.float32)
        if table.dtype.kind == "f" and (single == table).all():
            yield single
    elif isinstance(value, float) and np.isfinite(value) and float(np.float32(value)) == value:
        yield from (np.float32(value), Fraction(value), np.array(value))
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from (kind(value) for kind in (np.int64, np.uint8) if value == np.array(value).astype(kind))


# What has to hold


def problem(key: str, call: Call, name: str, other: Any, refused: bool, expected: Any = None) -> str | None:
    """Call with another argument and say what is wrong, if something is."""
    given = copy.deepcopy(call.given) | {name: other}
    before = copy.deepcopy(given)
    shown = f"{key}({name}={' '.join(repr(other).split()):.60})"
    try:
        with warnings.catch_warnings(), in_time():
            warnings.simplefilter("error")
            result = call.again(given)
    except ValueError as error:
        if expected is not None:
            return f"{shown} is refused: {error}"
        words = set(re.findall(r"\w+", str(error)))
        return None if words & set(call.signature.parameters) else f"{shown} names no argument: {error}"
    except Exception as error:
        return f"{shown} raises {type(error).__name__}: {error}"
    if refused:
        return f"{shown} is accepted"
    kept = [n for n, x in before.items() if n not in ("cls", "rng") and not is_ours(x)]  # models are trained
    changed = [n for n in kept if not same(given[n], before[n], 0)]
    if changed:
        return f"{shown} changes {changed[0]}"
    if expected is not None:
        return None if same(result, expected, 1e-5) else f"{shown} gives another result"
    if holds_nan(result) and key not in NAN_PASSES and not only_where_given(result, other):
        return f"{shown} gives NaN"
    return None


def only_where_given(result: Any, other: Any) -> bool:
    """Say whether entries are NaN only where those of the argument are, as in a function of each entry."""
    table = numbers(other)
    alike = isinstance(result, np.ndarray) and table is not None and result.shape == table.shape
    return alike and bool((np.isnan(table) | ~np.isnan(result)).all())


@contextlib.contextmanager
def in_time(seconds: float = 2.0) -> Iterator[None]:
    """Stop what goes on and on, such as a loop of 2**70 steps, where the system can."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: Any) -> None:
        raise TimeoutError(f"no end after {seconds:g} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def same(one: Any, two: Any, tolerance: float) -> bool:
    """Compare results or arguments of any kind."""
    if isinstance(one, np.ndarray) or isinstance(two, np.ndarray):
        one, two = np.asarray(one), np.asarray(two)
        if one.shape != two.shape or one.dtype.kind not in "biufc" or two.dtype.kind not in "biufc":
            return one.shape == two.shape and one.dtype == two.dtype and bool((one == two).all())
        return bool(np.allclose(one, two, rtol=tolerance, atol=tolerance, equal_nan=True))
    if isinstance(one, float | np.floating):
        return bool(np.isclose(one, two, rtol=tolerance, atol=tolerance, equal_nan=True))
    if isinstance(one, Mapping):
        return one.keys() == two.keys() and all(same(one[key], two[key], tolerance) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(two) and all(same(a, b, tolerance) for a, b in zip(one, two, strict=True))
    if hasattr(one, "__dict__") and not callable(one):
        return type(one) is type(two) and same(vars(one), vars(two), tolerance)
    return one is two or bool(one == two) or type(one) is type(two)


def holds_nan(result: Any) -> bool:
    if isinstance(result, Mapping):
        return any(map(holds_nan, result.values()))
    if isinstance(result, list | tuple):
        return any(map(holds_nan, result))
    if is_dataclass(result):
        return holds_nan(vars(result))
    return (
        isinstance(result, float | np.ndarray)
        and np.asarray(result).dtype.kind == "f"
        and bool(np.isnan(result).any())
    )


@pytest.mark.parametrize("key", [key for name in PACKAGES if name not in NOT_YET for key in targets(name)])
def test_arguments_that_do_not_fit_are_named(key):
    package = max((name for name in PACKAGES if key.startswith(f"{name}.")), key=len)
    calls = sorted(calls_of(package).get(key, []), key=lambda call: call.seconds)
    if not calls and any(relative in calls_of(package) for relative in relatives(package, key)):
        return  # a base class, or a method that is inherited
    if not calls and is_dataclass(public(package).get(key.removeprefix(f"{package}."))):
        return  # a record, which functions make
    assert calls, f"dlbook.{key} must be called in an example: add one to its docstring, or to MORE"
    found = []
    for name, parameter in arguments(calls[0].function).items():
        if f"{key}({name})" in LEFT_OUT:
            continue
        call = next((call for call in calls if name in call.given), calls[0])
        value = call.given.get(name, parameter.default)
        found += [problem(key, call, name, other, refused) for other, refused in hostile(parameter, value)]
        others = list(equivalent(value))
        expected = call.again(copy.deepcopy(call.given)) if others else None
        found += [problem(key, call, name, other, False, expected) for other in others]
    found = [text for text in found if text]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("function", "fault"),
    [
        (lambda x: np.asarray(x, dtype=float), "raises"),  # ComplexWarning, and a TypeError for a set
        (lambda x: np.ma.getdata(x), "is accepted"),
        (lambda x: float("text"), "names no argument"),
        (lambda x: x.fill(0), "changes x"),
        (lambda x: np.log(np.abs(np.asarray(x) * np.nan)), "gives NaN"),
    ],
)
def test_faults_are_found(function, fault):
    call = Call(function, inspect.signature(function), {"x": np.array([0.5, 0.25])}, 0.0)
    found = [problem("f", call, "x", other, refused) for other, refused in hostile_arrays(call.given["x"])]
    assert any(fault in text for text in found if text)


def test_another_result_for_the_same_numbers_is_found():
    def function(x):
        return 2.0 if isinstance(x, Fraction) else 1.0

    call = Call(function, inspect.signature(function), {"x": 1.0}, 0.0)
    assert "gives another result" in str(problem("f", call, "x", Fraction(1), False, expected=1.0))
    assert problem("f", call, "x", np.float32(1), False, expected=1.0) is None
