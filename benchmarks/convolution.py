"""Convolution in NumPy against Keras, and what its table of windows weighs."""

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from common import show

from dlbook.convolution import Conv2D, im2col
from dlbook.runtime import setup

BATCH, SIDE, CHANNELS, SIZE, FILTERS = 32, 28, 8, 3, 16
REPEATS = 41
EAGER, COMPILED = "Keras, TensorFlow on the CPU, eager", "Keras, compiled"


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


def against_keras() -> None:
    """Compare forward and backward pass with Keras's, step by step (eager) and compiled."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # the goal is one on the CPU
    setup(keras=True)
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(0)
    ours = Conv2D(CHANNELS, FILTERS, SIZE, rng=rng)
    theirs = keras.layers.Conv2D(FILTERS, SIZE)
    theirs.build((BATCH, SIDE, SIDE, CHANNELS))
    theirs.set_weights(list(ours.parameters.values()))
    x = rng.normal(size=(BATCH, SIDE, SIDE, CHANNELS))
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
    forward = interleaved(
        {
            "dlbook, NumPy, float32": lambda: ours.forward(x32),
            "dlbook, NumPy, float64": lambda: ours.forward(x),
            EAGER: lambda: theirs(tensor),
            COMPILED: lambda: compiled_forward(tensor),
        },
        REPEATS,
    )
    backward = interleaved(
        {
            "dlbook, NumPy, float32": lambda: both(x32, grad32),
            "dlbook, NumPy, float64": lambda: both(x, grad),
            EAGER: lambda: gradient(tensor, grad_tensor),
            COMPILED: lambda: compiled_gradient(tensor, grad_tensor),
        },
        REPEATS,
    )
    size = f"{BATCH} x {SIDE} x {SIDE} x {CHANNELS} inputs, kernel {SIZE} x {SIZE} x {FILTERS}"
    for what, times, goal in (
        ("Forward pass", forward, 1.5),
        ("Forward and backward pass", backward, 3),
    ):
        rows: list[list[object]] = [
            [name, ms, ms / times[EAGER], ms / times[COMPILED]] for name, ms in times.items()
        ]
        show(
            f"{what} of a convolution, {size}",
            rows,
            ["library", "ms", f"share of eager Keras's time (goal: {goal} at most)", "of compiled Keras's"],
        )


def table_of_windows() -> None:
    """Weigh the table of windows for kernels of several sizes."""
    x = np.zeros((BATCH, SIDE, SIDE, CHANNELS))
    rows: list[list[object]] = []
    for size in (1, 3, 5, 7):
        for stride in (1, 2):
            table = im2col(x, size, stride=stride)
            rows.append([f"{size} x {size}", stride, *table.shape, table.nbytes, table.nbytes / x.nbytes])
    show(
        f"Table of windows (im2col) of {BATCH} x {SIDE} x {SIDE} x {CHANNELS} numbers, {x.nbytes} bytes",
        rows,
        ["kernel", "stride", "rows", "columns", "bytes", "times the input"],
    )


def main() -> None:
    """Measure both."""
    table_of_windows()
    against_keras()


if __name__ == "__main__":
    main()
