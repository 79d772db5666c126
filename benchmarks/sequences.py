"""The LSTM in NumPy against Keras, and the memory of backpropagation through time."""

import os
import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
from common import show

from dlbook.runtime import setup
from dlbook.sequences import LSTM

BATCH, STEPS, FEATURES, UNITS = 32, 50, 16, 64
REPEATS = 15
LENGTHS = (100, 200, 400, 800)


def interleaved(calls: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Return the median time of each call in milliseconds, after a warm-up; they take turns."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for repeat in range(repeats + 2):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            if repeat >= 2:
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
    ours = LSTM(FEATURES, UNITS, rng=rng)
    theirs = keras.layers.LSTM(UNITS, return_sequences=True)
    theirs.build((BATCH, STEPS, FEATURES))
    theirs.set_weights(ours.get_weights())
    x = rng.normal(size=(BATCH, STEPS, FEATURES))
    grad = rng.normal(size=(BATCH, STEPS, UNITS))
    x32, grad32 = x.astype(np.float32), grad.astype(np.float32)
    tensor, grad_tensor = tf.constant(x32), tf.constant(grad32)
    weights = [w.value for w in theirs.trainable_variables]

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
    np.testing.assert_allclose(outputs, theirs(tensor), rtol=1e-3, atol=1e-5)
    expected = [*found.parameters.values(), found.inputs]
    for mine, other in zip(expected, gradient(tensor, grad_tensor), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-2, atol=1e-2)
    forward = interleaved(
        {
            "dlbook, NumPy, float64": lambda: ours.forward(x),
            "dlbook, NumPy, float32": lambda: ours.forward(x32),
            "Keras, TensorFlow on the CPU, eager": lambda: theirs(tensor),
            "Keras, compiled": lambda: compiled_forward(tensor),
        },
        REPEATS,
    )
    backward = interleaved(
        {
            "dlbook, NumPy, float64": lambda: both(x, grad),
            "dlbook, NumPy, float32": lambda: both(x32, grad32),
            "Keras, TensorFlow on the CPU, eager": lambda: gradient(tensor, grad_tensor),
            "Keras, compiled": lambda: compiled_gradient(tensor, grad_tensor),
        },
        REPEATS,
    )
    eager = "Keras, TensorFlow on the CPU, eager"
    size = f"{BATCH} x {STEPS} x {FEATURES} inputs, {UNITS} units"
    for what, times, goal in (
        ("Forward pass", forward, 1),
        ("Forward and backward pass", backward, 2),
    ):
        rows: list[list[object]] = [
            [name, ms, ms / times[eager], ms / times["Keras, compiled"]] for name, ms in times.items()
        ]
        show(
            f"{what} of an LSTM, {size}",
            rows,
            ["library", "ms", f"share of eager Keras's time (goal: {goal} at most)", "of compiled Keras's"],
        )


def peak(call: Callable[[], object]) -> float:
    """Return the largest memory that a call holds beyond what was there before, in MB."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def memory(piece: int = 50) -> None:
    """Measure the memory of both passes for longer and longer sequences, whole and in pieces."""
    rng = np.random.default_rng(1)
    layer = LSTM(FEATURES, UNITS, rng=rng)
    grad = np.ones((BATCH, piece, UNITS))
    rows: list[list[object]] = []
    for length in LENGTHS:
        x = rng.normal(size=(BATCH, length, FEATURES))
        whole_grad = np.ones((BATCH, length, UNITS))

        def whole(x: np.ndarray = x, whole_grad: np.ndarray = whole_grad) -> None:
            _, cache = layer.forward(x)
            layer.backward(whole_grad, cache)

        def in_pieces(x: np.ndarray = x) -> None:
            state, total = None, {name: np.zeros_like(p) for name, p in layer.parameters.items()}
            for start in range(0, x.shape[1], piece):
                _, cache = layer.forward(x[:, start : start + piece], state)
                for name, value in layer.backward(grad, cache).parameters.items():
                    total[name] += value
                state = cache.final_state
                del cache

        of_whole = peak(whole)
        rows.append([length, of_whole, 1000 * of_whole / length, peak(in_pieces)])
    show(
        f"Peak memory of forward and backward pass, batch of {BATCH}, {UNITS} units",
        rows,
        ["steps", "whole, MB", "KB a step", f"pieces of {piece} steps, MB"],
    )
    of_pieces: list[list[object]] = []
    x = rng.normal(size=(BATCH, LENGTHS[-1], FEATURES))
    for length in (25, 50, 100, 200, 400):

        def one_piece(length: int = length) -> None:
            _, cache = layer.forward(x[:, :length])
            layer.backward(np.ones((BATCH, length, UNITS)), cache)

        mb = peak(one_piece)
        of_pieces.append([length, mb, 1000 * mb / length])
    show(
        "Peak memory against the length of the pieces: truncation by cutting",
        of_pieces,
        ["steps of a piece", "MB", "KB a step"],
    )


def main() -> None:
    """Measure both."""
    memory()
    against_keras()


if __name__ == "__main__":
    main()
