"""A layer in NumPy against the same layer of Keras, forward and backward, on the CPU."""

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from common import show

from dlbook.runtime import setup

EAGER, COMPILED = "Keras, TensorFlow on the CPU, eager", "Keras, compiled"


def start_keras() -> None:
    """Import Keras on TensorFlow, without a GPU: the goals are those of the CPU."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    setup(keras=True)


def interleaved(calls: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Return the median time of each call in milliseconds, after a warm-up; they take turns."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for repeat in range(repeats + 3):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            if repeat >= 3:
                times[name].append(time.perf_counter() - started)
    return {name: statistics.median(values) * 1000 for name, values in times.items()}


def against_keras(
    what: str,
    ours: Any,
    theirs: Any,
    x: np.ndarray,
    rng: np.random.Generator,
    *,
    goals: tuple[float, float],
    repeats: int,
) -> None:
    """Compare two layers of equal weights: that they agree, then their forward and backward passes."""
    import tensorflow as tf

    grad = rng.normal(size=ours.forward(x)[0].shape)
    x32, grad32 = x.astype(np.float32), grad.astype(np.float32)
    tensor, grad_tensor = tf.constant(x32), tf.constant(grad32)
    weights = [weight.value for weight in theirs.trainable_variables]

    def gradient(inputs: Any, factors: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_sum(theirs(inputs) * factors)
        return tape.gradient(loss, [*weights, inputs])

    compiled_forward, compiled_gradient = tf.function(theirs), tf.function(gradient)

    def both(array: np.ndarray, factors: np.ndarray) -> Any:
        outputs, cache = ours.forward(array)
        return outputs, ours.backward(factors, cache)

    outputs, found = both(x, grad)
    np.testing.assert_allclose(outputs, theirs(tensor), rtol=1e-3, atol=1e-4)
    expected = [*found.parameters.values(), found.inputs]
    for mine, other in zip(expected, gradient(tensor, grad_tensor), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-2, atol=1e-2)
    passes: dict[str, dict[str, Callable[[], object]]] = {
        "Forward pass": {
            "dlbook, NumPy, float64": lambda: ours.forward(x),
            "dlbook, NumPy, float32": lambda: ours.forward(x32),
            EAGER: lambda: theirs(tensor),
            COMPILED: lambda: compiled_forward(tensor),
        },
        "Forward and backward pass": {
            "dlbook, NumPy, float64": lambda: both(x, grad),
            "dlbook, NumPy, float32": lambda: both(x32, grad32),
            EAGER: lambda: gradient(tensor, grad_tensor),
            COMPILED: lambda: compiled_gradient(tensor, grad_tensor),
        },
    }
    for (name, calls), goal in zip(passes.items(), goals, strict=True):
        times = interleaved(calls, repeats)
        rows: list[list[object]] = [
            [library, ms, ms / times[EAGER], ms / times[COMPILED]] for library, ms in times.items()
        ]
        show(
            f"{name} of {what}",
            rows,
            ["library", "ms", f"share of eager Keras's time (goal: {goal} at most)", "of compiled Keras's"],
        )
