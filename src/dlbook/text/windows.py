r"""Windows of a long sequence, for training from zero states and for training that carries the state on.

A language model predicts every token from those before it, so that the targets of a window are its inputs,
moved by one step. The functions take the ids of a text or any other series.

The methods differ in the state with which a window begins. In **stateless** training it is zero, and windows
may overlap and come in any order. In **stateful** training it is the state at the end of the window before.
So the text is cut into as many parallel streams as a batch has rows, and window :math:`k + 1` of a row goes
on where window :math:`k` of the same row ends:

.. code-block:: text

    text      0 1 2 3 4 5 6 7 8 9 10 11 12
                 batch 0   batch 1   batch 2
    row 0        0 1       2 3       4 5
    row 1        6 7       8 9       10 11
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks


def windows(series: ArrayLike, length: int, *, stride: int = 1) -> tuple[NDArray, NDArray]:
    """Cut a series into windows for stateless training.

    Parameters
    ----------
    series : array_like of shape (time,) or (time, ...)
        Ids of a text, or a vector for each step.
    length : int
        Number of steps of a window, at least 1.
    stride : int, default 1
        Steps from the beginning of a window to that of the next, at least 1. With ``stride=length`` the
        windows do not overlap.

    Returns
    -------
    inputs : ndarray of shape (n_windows, length) or (n_windows, length, ...)
        The windows. A view of the series that cannot be written to, so that overlapping windows take no
        memory.
    targets : ndarray of the shape of `inputs`
        What follows each step: the same windows, one step later. ``targets[:, -1]`` is what follows each
        window.

    Raises
    ------
    ValueError
        If `length` or `stride` is not a whole number of at least 1, or the series has fewer than length + 1
        steps.

    Notes
    -----
    There are ``(len(series) - 1 - length) // stride + 1`` windows. What is left over at the end is too short
    for one more.

    Examples
    --------
    >>> inputs, targets = windows(list("hello"), 3)
    >>> ["".join(row) for row in inputs], ["".join(row) for row in targets]
    (['hel', 'ell'], ['ell', 'llo'])
    """
    steps = _checked(series, length)
    stride = checks.count(stride, "stride")
    inputs = _sliding(steps[:-1], length)[::stride]
    targets = _sliding(steps[1:], length)[::stride]
    return inputs, targets


def random_windows(
    series: ArrayLike, length: int, n_windows: int, *, rng: np.random.Generator
) -> tuple[NDArray, NDArray]:
    """Draw windows from anywhere in a series: one batch of stateless training.

    Parameters
    ----------
    series : array_like of shape (time,) or (time, ...)
        Ids of a text, or a vector for each step.
    length : int
        Number of steps of a window, at least 1.
    n_windows : int
        How many windows to draw, at least 1. One may be drawn twice.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    inputs : ndarray of shape (n_windows, length) or (n_windows, length, ...)
        The windows.
    targets : ndarray of the shape of `inputs`
        The same windows, one step later.

    Raises
    ------
    ValueError
        If a number is not whole and at least 1, or the series has fewer than length + 1 steps.

    Examples
    --------
    >>> inputs, targets = random_windows(range(100), 4, 2, rng=np.random.default_rng(0))
    >>> inputs.shape, bool((targets == inputs + 1).all())
    ((2, 4), True)
    """
    steps = _checked(series, length)
    n_windows = checks.count(n_windows, "n_windows")
    starts = checks.rng(rng).integers(len(steps) - length, size=n_windows)
    places = starts[:, None] + np.arange(length)
    return steps[places], steps[places + 1]


def stateful_batches(series: ArrayLike, batch_size: int, length: int) -> tuple[NDArray, NDArray]:
    """Cut a series into batches for stateful training.

    Parameters
    ----------
    series : array_like of shape (time,) or (time, ...)
        Ids of a text, or a vector for each step.
    batch_size : int
        Number of parallel streams, at least 1.
    length : int
        Number of steps of a window, at least 1.

    Returns
    -------
    inputs : ndarray of shape (n_batches, batch_size, length) or (n_batches, batch_size, length, ...)
        The batches in order. Row r of batch k + 1 goes on where row r of batch k ends.
    targets : ndarray of the shape of `inputs`
        The same, one step later.

    Raises
    ------
    ValueError
        If `batch_size` or `length` is not a whole number of at least 1, or the series is too short for one
        batch: it needs batch_size * length + 1 steps.

    Notes
    -----
    There are ``(len(series) - 1) // (batch_size * length)`` batches. What is left over at the end is not
    used. For a stateful Keras model, put the batches one below the other and forbid shuffling:
    ``model.fit(inputs.reshape(-1, length), ..., batch_size=batch_size, shuffle=False)``.

    Examples
    --------
    >>> inputs, targets = stateful_batches(range(13), batch_size=2, length=2)
    >>> inputs[0].tolist(), inputs[1].tolist(), inputs[2].tolist()
    ([[0, 1], [6, 7]], [[2, 3], [8, 9]], [[4, 5], [10, 11]])
    >>> bool((targets == inputs + 1).all())
    True
    """
    batch_size = checks.count(batch_size, "batch_size")
    steps = _checked(series, length)
    n_batches = (len(steps) - 1) // (batch_size * length)
    if not n_batches:
        raise ValueError(
            f"series must have at least batch_size * length + 1 = {batch_size * length + 1} steps, "
            f"got {len(steps)}"
        )
    used = n_batches * batch_size * length
    shape = (batch_size, n_batches, length, *steps.shape[1:])
    streams, following = steps[:used].reshape(shape), steps[1 : used + 1].reshape(shape)
    return streams.swapaxes(0, 1).copy(), following.swapaxes(0, 1).copy()  # (n_batches, batch, length)


def _sliding(steps: NDArray, length: int) -> NDArray:
    view = np.lib.stride_tricks.sliding_window_view(steps, length, axis=0)
    return np.moveaxis(view, -1, 1)  # (n_windows, length, ...)


def _checked(series: ArrayLike, length: int) -> NDArray:
    steps = checks.values(series, "series", ("time", ...), finite=False, empty=True)
    length = checks.count(length, "length")
    if len(steps) <= length:
        raise ValueError(f"series must have at least length + 1 = {length + 1} steps, got {len(steps)}")
    return steps
