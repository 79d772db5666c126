"""Attention in NumPy against Keras, forward and backward, on the CPU."""

from types import SimpleNamespace
from typing import Any

import numpy as np
from layers import against_keras, start_keras

from dlbook.encoder_decoder import Attention

BATCH, LENGTH, UNITS = 32, 30, 64
REPEATS = 15


class OfItself:
    """A layer whose queries, keys and values are all the same input, as the comparison has one."""

    def __init__(self, layer: Attention) -> None:
        self.layer = layer

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, Any]:
        """Return contexts and cache."""
        return self.layer.forward(x, x)

    def backward(self, grad: np.ndarray, cache: Any) -> SimpleNamespace:
        """Return the gradients for the parameters and for the one input."""
        found = self.layer.backward(grad, cache)
        return SimpleNamespace(parameters=found.parameters, inputs=found.inputs + found.keys)


class ByKeras:
    """The same in Keras: products in front of its attention layer."""

    def __init__(self, layer: Attention) -> None:
        import keras

        self.trainable_variables = [
            keras.Variable(value.astype("float32")) for value in layer.parameters.values()
        ]
        self.additive = layer.score == "additive"
        if self.additive:
            self.attend = keras.layers.AdditiveAttention()
            self.attend.build([(BATCH, LENGTH, UNITS)] * 3)
            self.attend.set_weights([layer.parameters["scale"]])
            self.trainable_variables[-1] = self.attend.scale
        else:
            self.attend = keras.layers.Attention()

    def __call__(self, x: Any) -> Any:
        """Return contexts."""
        from keras import ops

        if not self.additive:
            return self.attend([x, x])
        key, query, _ = self.trainable_variables
        return self.attend([ops.matmul(x, query), x, ops.matmul(x, key)])


def main() -> None:
    """Compare the additive and the dot-product score."""
    start_keras()
    rng = np.random.default_rng(0)
    x = rng.normal(size=(BATCH, LENGTH, UNITS))
    for score in ("additive", "dot"):
        layer = Attention(UNITS, UNITS, score=score, rng=rng)
        what = f"{score} attention, {BATCH} x {LENGTH} queries and keys of {UNITS}"
        against_keras(what, OfItself(layer), ByKeras(layer), x, rng, goals=(1, 1), repeats=REPEATS)


if __name__ == "__main__":
    main()
