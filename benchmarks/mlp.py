"""The multilayer perceptron in NumPy against Keras, and the vectorised forward pass against loops."""

import os
import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from math import exp

import numpy as np
from common import show

from dlbook.feedforward.mlp import multilayer_perceptron
from dlbook.nn import SGD, ActivationLayer, Dense, Sequential
from dlbook.runtime import setup

SIZES = [64, 32, 10]
BATCH_SIZE = 32
EPOCHS = 5  # timed together, so that what a call of `fit` costs by itself counts little
REPEATS = 7
LOSS = "sparse_categorical_cross_entropy"


def seconds(call: Callable[[], object], repeats: int) -> float:
    """Return the median time of a call."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def epochs(n_samples: int = 2000) -> None:
    """Compare one epoch of training with Keras's, after a warm-up."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # the goal is one on the CPU
    setup(keras=True)
    import keras

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(n_samples, SIZES[0])), rng.integers(0, SIZES[-1], size=n_samples)
    ours = multilayer_perceptron(SIZES, rng=rng)
    theirs = keras.Sequential(
        [
            keras.Input((SIZES[0],)),
            keras.layers.Dense(SIZES[1], "relu"),
            keras.layers.Dense(SIZES[2], "softmax"),
        ]
    )
    theirs.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    x32 = x.astype("float32")  # what Keras computes with

    def fit_ours() -> None:
        ours.fit(x, y, loss=LOSS, optimizer=SGD(0.1), batch_size=BATCH_SIZE, epochs=EPOCHS, rng=rng)

    def fit_theirs() -> None:
        theirs.fit(x32, y, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0)

    fit_ours(), fit_theirs()
    time_ours, time_theirs = (seconds(call, REPEATS) / EPOCHS * 1000 for call in (fit_ours, fit_theirs))
    network = "-".join(map(str, SIZES))
    show(
        f"One epoch, {network} network, {n_samples} samples, batches of {BATCH_SIZE}",
        [
            ["dlbook, NumPy, float64", time_ours, time_ours / time_theirs],
            ["Keras, TensorFlow on the CPU, float32", time_theirs, 1.0],
        ],
        ["library", "ms an epoch", "share of Keras's time (goal: 0.5 at most)"],
    )


def forward_passes(n_samples: int = 10_000) -> None:
    """Compare the matrix form of the forward pass with loops in Python."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n_samples, SIZES[0]))
    layers = [Dense(a, b, rng=rng) for a, b in pairwise(SIZES)]
    activation = ActivationLayer("logistic")
    model = Sequential([layers[0], activation, layers[1], ActivationLayer("logistic")])
    weights = [(layer.parameters["weights"], layer.parameters["bias"]) for layer in layers]

    def loop_over_samples() -> np.ndarray:
        rows = []
        for sample in x:
            a = sample
            for w, b in weights:
                a = 1 / (1 + np.exp(-(w.T @ a + b)))
            rows.append(a)
        return np.array(rows)

    lists = [(w.T.tolist(), b.tolist()) for w, b in weights]

    def loop_over_everything() -> np.ndarray:
        rows = []
        for sample in x.tolist():
            a = sample
            for columns, biases in lists:
                out = []
                for column, z in zip(columns, biases, strict=True):
                    for w, value in zip(column, a, strict=True):
                        z += w * value
                    out.append(1 / (1 + exp(-z)))
                a = out
            rows.append(a)
        return np.array(rows)

    expected = model.predict(x)
    for loop in (loop_over_samples, loop_over_everything):
        np.testing.assert_allclose(loop(), expected, rtol=1e-9)
    fast = seconds(lambda: model.predict(x), REPEATS)
    rows: list[list[object]] = [["matrices", fast * 1000, 1.0]]
    for name, loop, repeats in (
        ("loop over samples", loop_over_samples, 3),
        ("loops over samples, units and inputs", loop_over_everything, 1),
    ):
        slow = seconds(loop, repeats)
        rows.append([name, slow * 1000, slow / fast])
    show(
        f"Forward pass of {n_samples} samples, {'-'.join(map(str, SIZES))} network",
        rows,
        ["way", "ms", "times slower (goal: 50 for loops)"],
    )


def main() -> None:
    """Measure both."""
    forward_passes()
    epochs()


if __name__ == "__main__":
    main()
