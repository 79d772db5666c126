"""How one network is trained and timed: what stands behind `fit_model`."""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ._shared import (
    check_ids,
    load_keras,
    network_variables,
    stateful_layers,
    to_numpy,
)
from .builders import reset_states

TASKS = ("classes", "values")

_STEPS_AT_A_TIME = 2**15  # of what is measured and not trained: rows times length

History = dict[str, list[float]]
Samples = dict[str, NDArray]
"""Inputs, targets and weights under the names that ``fit`` has for them: x, y, sample_weight."""


def checked_data(
    model: Any, data: tuple[ArrayLike, ArrayLike], task: str, batch_size: int, name: str
) -> Samples:
    """Return inputs and targets in the types and shapes that Keras wants, or say what is wrong."""
    if not isinstance(data, list | tuple) or len(data) != 2:
        raise ValueError(f"{name} must be a pair of inputs and targets, got {data!r:.60}")
    inputs, targets = f"{name}[0], the inputs,", f"{name}[1], the targets,"
    x = checks.real(data[0], inputs, ("n_samples", *(size or "any" for size in model.input_shape[1:])))
    if len(x) % batch_size and stateful_layers(model):
        raise ValueError(f"{name} must have a multiple of {batch_size} samples, got {len(x)}")
    *axes, n_outputs = model.output_shape
    expected = (len(x), *x.shape[1 : len(axes)])
    if task == "classes":
        y = check_ids(data[1], n_outputs, expected, targets)
    else:
        y = checks.real(data[1], targets, ("n_samples", ...))
        y = y[..., np.newaxis] if n_outputs == 1 and y.shape == expected else y
        y = checks.real(y, targets, (*expected, n_outputs))
    samples = {"x": _narrow(x), "y": _narrow(y)}
    if getattr(model.layers[0], "mask_zero", False) and len(axes) == 2:
        # Losses know the mask on every backend, but metrics lose it under JAX.
        samples["sample_weight"] = (x != 0).astype("float32")
    return samples


def _narrow(array: NDArray) -> NDArray:
    return array.astype("int32" if array.dtype.kind in "iub" else "float32", copy=False)


def make_optimizer(model: Any, name: str, learning_rate: float, clipping: dict[str, float | None]) -> Any:
    """Return a new optimizer for the weights of a network."""
    config = {key: value for key, value in clipping.items() if value is not None}
    if len(config) > 1:
        raise ValueError(f"only one of {', '.join(clipping)} may be given, got {', '.join(config)}")
    config = {
        key: checks.positive(value, key) for key, value in (config | {"learning_rate": learning_rate}).items()
    }
    optimizers = load_keras().optimizers
    optimizer = optimizers.deserialize({"class_name": checks.text(name, "optimizer"), "config": config})
    if not isinstance(optimizer, optimizers.Optimizer):
        raise ValueError(f"optimizer must be the name of an optimizer of Keras, got {name!r}")
    optimizer.build(model.trainable_variables)
    return optimizer


def compile_model(
    model: Any, optimizer: Any, task: str, metrics: Sequence[Any], jit_compile: bool | str
) -> None:
    """Give a network the loss and the metrics of its task."""
    keras = load_keras()
    measured = list(metrics)
    if task == "classes":
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        measured.insert(0, keras.metrics.SparseCategoricalAccuracy(name="accuracy"))
    else:
        loss = keras.losses.MeanSquaredError()
    model.compile(optimizer, loss, weighted_metrics=measured, jit_compile=jit_compile)


def warm_up(model: Any, samples: Samples, batch_size: int) -> float:
    """Compile by training on one batch of each size, undo the training, and return the seconds."""
    variables = [*network_variables(model), *model.optimizer.variables]
    before = [to_numpy(variable) for variable in variables]
    n = len(samples["x"])
    few = {name: array[: min(n, batch_size + n % batch_size)] for name, array in samples.items()}
    seconds = []
    for _ in range(2):
        begin = perf_counter()
        model.fit(**few, batch_size=batch_size, shuffle=False, verbose=0)
        seconds.append(perf_counter() - begin)
    for variable, value in zip(variables, before, strict=True):
        variable.assign(value)
    return max(0.0, seconds[0] - seconds[1])


def train(
    model: Any,
    samples: Samples,
    held_out: Samples | None,
    batch_size: int,
    epochs: int,
    stop_when: Callable[[History], bool] | None,
    seed: int,
) -> tuple[History, list[float]]:
    """Go through the samples epoch by epoch. Return what Keras measured, and the seconds of each epoch."""
    rng, in_order, n = np.random.default_rng(seed), bool(stateful_layers(model)), len(samples["x"])
    history: History = {}
    seconds: list[float] = []
    for _ in range(epochs):
        reset_states(model)
        order = slice(None) if in_order else rng.permutation(n)
        shuffled = {name: array[order] for name, array in samples.items()}
        begin = perf_counter()
        log = model.fit(**shuffled, batch_size=batch_size, shuffle=False, verbose=0).history
        seconds.append(perf_counter() - begin)
        scores = {name: values[0] for name, values in log.items()}
        if held_out is not None:
            scores |= {f"val_{name}": value for name, value in _evaluate(model, held_out, batch_size).items()}
        for name, value in scores.items():
            history.setdefault(name, []).append(float(value))
        if not np.isfinite(history["loss"][-1]) or (stop_when is not None and stop_when(history)):
            break
    reset_states(model)
    return history, seconds


def _evaluate(model: Any, samples: Samples, batch_size: int) -> dict[str, float]:
    """Measure loss and metrics: in one batch, which ``evaluate`` is slower at, if that is not too large."""
    if stateful_layers(model):
        reset_states(model)
        return model.evaluate(**samples, batch_size=batch_size, verbose=0, return_dict=True)
    rows = max(batch_size, _STEPS_AT_A_TIME // samples["x"].shape[1])
    if len(samples["x"]) <= rows:
        return model.test_on_batch(**samples, return_dict=True)
    return model.evaluate(**samples, batch_size=rows, verbose=0, return_dict=True)
