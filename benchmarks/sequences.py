"""The LSTM in NumPy against Keras, and the memory of backpropagation through time."""

import tracemalloc
from collections.abc import Callable

import numpy as np
from common import show
from layers import against_keras, start_keras

from dlbook.sequences import LSTM

BATCH, STEPS, FEATURES, UNITS = 32, 50, 16, 64
REPEATS = 15
LENGTHS = (100, 200, 400, 800)


def passes() -> None:
    """Compare forward and backward pass with Keras's, step by step (eager) and compiled."""
    start_keras()
    import keras

    rng = np.random.default_rng(0)
    ours = LSTM(FEATURES, UNITS, rng=rng)
    theirs = keras.layers.LSTM(UNITS, return_sequences=True)
    theirs.build((BATCH, STEPS, FEATURES))
    theirs.set_weights(ours.get_weights())
    x = rng.normal(size=(BATCH, STEPS, FEATURES))
    what = f"an LSTM, {BATCH} x {STEPS} x {FEATURES} inputs, {UNITS} units"
    against_keras(what, ours, theirs, x, rng, goals=(1, 2), repeats=REPEATS)


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
    passes()


if __name__ == "__main__":
    main()
