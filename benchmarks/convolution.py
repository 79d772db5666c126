"""Convolution in NumPy against Keras, and what its table of windows weighs."""

import numpy as np
from common import show
from layers import against_keras, start_keras

from dlbook.convolution import Conv2D, im2col

BATCH, SIDE, CHANNELS, SIZE, FILTERS = 32, 28, 8, 3, 16
REPEATS = 41


def passes() -> None:
    """Compare forward and backward pass with Keras's, step by step (eager) and compiled."""
    start_keras()
    import keras

    rng = np.random.default_rng(0)
    ours = Conv2D(CHANNELS, FILTERS, SIZE, rng=rng)
    theirs = keras.layers.Conv2D(FILTERS, SIZE)
    theirs.build((BATCH, SIDE, SIDE, CHANNELS))
    theirs.set_weights(list(ours.parameters.values()))
    x = rng.normal(size=(BATCH, SIDE, SIDE, CHANNELS))
    what = f"a convolution, {BATCH} x {SIDE} x {SIDE} x {CHANNELS} inputs, kernel {SIZE} x {SIZE} x {FILTERS}"
    against_keras(what, ours, theirs, x, rng, goals=(1.5, 3), repeats=REPEATS)


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
    passes()


if __name__ == "__main__":
    main()
