"""Multi-head attention in NumPy against Keras, and writing with and without the cache, on the CPU."""

from typing import Any

import numpy as np
from common import show
from layers import against_keras, interleaved, start_keras

from dlbook.transformers import GPT, MultiHeadAttention

BATCH, LENGTH, WIDTH, HEADS = 32, 64, 128, 8
REPEATS = 15
CONTEXTS = (32, 64, 128)


class ByKeras:
    """Keras's layer as self-attention, with the weights of another layer."""

    def __init__(self, layer: MultiHeadAttention) -> None:
        import keras

        self.attend = keras.layers.MultiHeadAttention(layer.n_heads, layer.n_key)
        self.attend.build((None, LENGTH, WIDTH), (None, LENGTH, WIDTH))
        self.attend.set_weights(layer.get_weights())
        self.trainable_variables = self.attend.trainable_variables

    def __call__(self, x: Any) -> Any:
        """Return the outputs."""
        return self.attend(x, x)


def attention() -> None:
    """Compare the layers, forward and backward. Forward, the goal against compiled Keras is 2.5 at most."""
    rng = np.random.default_rng(0)
    layer = MultiHeadAttention(WIDTH, HEADS, rng=rng)
    x = rng.normal(size=(BATCH, LENGTH, WIDTH))
    what = f"{HEADS} heads of {WIDTH // HEADS}, {BATCH} x {LENGTH} tokens of {WIDTH}"
    against_keras(what, layer, ByKeras(layer), x, rng, goals=(1, 1), repeats=REPEATS)


def writing() -> None:
    """Write a text with the cache, and read it again for every token."""
    rows = []
    for context in CONTEXTS:
        model = GPT(100, 2, 4, 64, context, rng=np.random.default_rng(0))
        calls = {
            cached: lambda model=model, cached=cached, n=context: model.generate(
                [1], n, temperature=0, cached=cached
            )
            for cached in (True, False)
        }
        np.testing.assert_array_equal(calls[True](), calls[False]())
        times = interleaved({str(cached): call for cached, call in calls.items()}, 3)
        rows.append([context, times["True"], times["False"], times["False"] / times["True"]])
    show(
        "Writing with GPT of 2 layers, width 64",
        rows,
        ["tokens", "ms with the cache", "ms without", "times as long"],
    )


def main() -> None:
    """Show both."""
    start_keras()
    attention()
    writing()


if __name__ == "__main__":
    main()
