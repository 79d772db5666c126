"""One step of each optimizer in NumPy against Keras, for a small network and for a million parameters."""

import os
import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from common import show

from dlbook.nn import SGD
from dlbook.optimization import AdaGrad, Adam, AdamW, Lion, Momentum, Nadam, Nesterov, RMSProp
from dlbook.runtime import setup

NETWORKS = {"64-32-10, 2,410 parameters": ([64, 32, 10], 200), "1000-1000, 1,001,000": ([1000, 1000], 11)}
OURS: dict[str, Callable[[], Any]] = {
    "SGD": lambda: SGD(0.01),
    "momentum": lambda: Momentum(0.01),
    "Nesterov": lambda: Nesterov(0.01),
    "AdaGrad": lambda: AdaGrad(0.01),
    "RMSProp": lambda: RMSProp(0.01),
    "Adam": lambda: Adam(0.01),
    "AdamW": lambda: AdamW(0.01),
    "Nadam": lambda: Nadam(0.01),
    "Lion": lambda: Lion(0.01),
}


def milliseconds(calls: list[Callable[[], object]], repeats: int) -> list[float]:
    """Return the median time of each call; they take turns."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(repeats):
        for call, row in zip(calls, times, strict=True):
            started = time.perf_counter()
            call()
            row.append(1000 * (time.perf_counter() - started))
    return [statistics.median(row[len(row) // 5 :]) for row in times]


def steps(name: str, shapes: list[tuple[int, ...]], repeats: int) -> list[float]:
    """Return the time of a step here, in Keras eagerly, and in Keras compiled."""
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(0)
    values, slopes = ([rng.normal(size=shape) for shape in shapes] for _ in range(2))
    parameters, gradients = ({str(k): v for k, v in enumerate(arrays)} for arrays in (values, slopes))
    ours = OURS[name]()

    def here() -> None:
        nonlocal parameters
        parameters = ours.step(parameters, gradients)

    def keras_step(compiled: bool) -> Callable[[], object]:
        makers = {
            "momentum": lambda: keras.optimizers.SGD(0.01, momentum=0.9),
            "Nesterov": lambda: keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
            "AdaGrad": lambda: keras.optimizers.Adagrad(0.01),
            "RMSProp": lambda: keras.optimizers.RMSprop(0.01),
        }
        optimizer = makers.get(name, lambda: getattr(keras.optimizers, name)(0.01))()
        variables = [keras.Variable(value, dtype="float32") for value in values]
        given = [tf.constant(slope, dtype="float32") for slope in slopes]
        optimizer.build(variables)

        def step() -> None:
            optimizer.apply(given, variables)

        run = tf.function(step) if compiled else step

        def wait() -> None:
            run()
            variables[0].numpy()[0]

        return wait

    calls = [here, keras_step(False), keras_step(True)]
    for call in calls:
        call(), call()
    return milliseconds(calls, repeats)


def main() -> None:
    """Measure on one thread each, on the CPU."""
    os.environ.update(KERAS_BACKEND="tensorflow", CUDA_VISIBLE_DEVICES="-1")
    setup(keras=True)
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    for network, (sizes, repeats) in NETWORKS.items():
        shapes = [shape for a, b in pairwise(sizes) for shape in ((a, b), (b,))]
        rows: list[list[object]] = []
        for name in OURS:
            ours, eager, compiled = steps(name, shapes, repeats)
            rows.append([name, ours, eager, compiled, ours / eager, ours / compiled])
        show(
            f"One step, {network}",
            rows,
            ["optimizer", "ms", "ms, Keras eager", "ms, Keras compiled", "share of eager", "of compiled"],
        )


if __name__ == "__main__":
    main()
