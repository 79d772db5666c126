"""Write text with a trained language model, one token after the other, and measure how well it predicts."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..nn.softmax_functions import sharpened
from ._shared import check_ids, check_model, stateful_layers
from .builders import reset_states

if TYPE_CHECKING:
    import keras


def temperature_probabilities(logits: ArrayLike, temperature: float = 1.0) -> NDArray[np.float64]:
    r"""Turn logits into probabilities, sharper or flatter than the softmax.

    Parameters
    ----------
    logits : array_like of shape (..., n_tokens)
        Finite numbers.
    temperature : float, default 1.0
        1 is the softmax. Towards 0 only the largest logit counts, towards infinity all count the same. Both
        limits are allowed: 0, and ``np.inf``.

    Returns
    -------
    ndarray of shape (..., n_tokens)
        Probabilities that sum to 1 along the last axis. At 0 equal largest logits share.

    Raises
    ------
    ValueError
        If there are no logits, one is not finite, or the temperature is negative or not a number.

    Notes
    -----
    .. math:: p_i = \frac{e^{z_i / \tau}}{\sum_j e^{z_j / \tau}}

    with logits :math:`z_i` and temperature :math:`\tau`. The largest logit is subtracted from all, so that
    nothing overflows.

    References
    ----------
    - D. H. Ackley, G. E. Hinton and T. J. Sejnowski, "A learning algorithm for Boltzmann machines",
      Cognitive Science 9(1), 1985, pp. 147-169.

    Examples
    --------
    >>> for temperature in (0, 0.5, 1, np.inf):
    ...     print(temperature_probabilities([2.0, 1.0, 0.0], temperature).round(3))
    [1. 0. 0.]
    [0.867 0.117 0.016]
    [0.665 0.245 0.09 ]
    [0.333 0.333 0.333]
    """
    z = checks.array(logits, "logits", (..., "n_tokens"))
    return sharpened(z, _temperature(temperature))


def _temperature(temperature: float) -> float:
    """Return a number from 0 up, or infinity."""
    endless = isinstance(temperature, float) and temperature == np.inf
    return np.inf if endless else checks.not_negative(temperature, "temperature")


def sample_tokens(
    model: "keras.Model",
    start: ArrayLike,
    length: int,
    *,
    temperature: float = 1.0,
    window: int | None = None,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Let a language model go on with a text.

    Parameters
    ----------
    model : keras.Model
        Gives logits at every step, from left to right, as the models of `character_model` do. A stateful one
        reads each token once. Another one reads, for each new token, the last `window` tokens again.
    start : array_like of int of shape (n_start,)
        Ids of the beginning, at least one.
    length : int
        How many tokens to draw, at least 1.
    temperature : float, default 1.0
        See `temperature_probabilities`. 0 always takes the most probable token.
    window : int, optional
        How many tokens a model without carried states sees, at least 1; the length for which it was built,
        if not given.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of int of shape (length,)
        The new ids, without `start`.

    Raises
    ------
    ValueError
        If the model does not give logits at every step, an id is not in its vocabulary, `window` is missing
        or given to a stateful model, or a number is out of range.

    Notes
    -----
    The model is called with one shape only, so that it is compiled once. A text shorter than the window
    stands at its left, and the output at its last token is used: what stands further right cannot reach it.
    The carried states of a stateful model are set to zero before and after. If its batches have several
    rows, all read the same.

    Examples
    --------
    >>> from dlbook.training import character_model
    >>> model = character_model(5, units=4, seed=0)
    >>> ids = sample_tokens(model, [0, 1], 6, window=3, rng=np.random.default_rng(0))
    >>> ids.shape, bool((ids < 5).all())
    ((6,), True)
    """
    n_tokens = _vocabulary_size(model)
    text = check_ids(start, n_tokens, ("n_start",), "start").tolist()
    length = checks.count(length, "length")
    temperature = _temperature(temperature)
    checks.rng(rng)
    if stateful_layers(model):
        if window is not None:
            raise ValueError(f"window must not be given for a stateful model, got {window}")
        reset_states(model)
        read = _token_by_token(model)
    else:
        window = model.input_shape[1] if window is None else window
        if window is None:
            raise ValueError("window must be given for a model without a fixed length, got None")
        read = _by_window(model, checks.count(window, "window"))
    for _ in range(length):
        probabilities = temperature_probabilities(read(text), temperature)
        text.append(int(rng.choice(n_tokens, p=probabilities)))
    reset_states(model)
    return np.array(text[-length:], dtype=np.int64)


def bits_per_character(
    model: "keras.Model", inputs: ArrayLike, targets: ArrayLike, *, batch_size: int = 64, skip: int = 0
) -> float:
    r"""Measure how many bits a model needs for each token of a text.

    Parameters
    ----------
    model : keras.Model
        Gives logits at every step. A stateful one begins with zero states and carries them from batch to
        batch.
    inputs : array_like of int of shape (n_windows, length)
        Ids. For a stateful model as `stateful_batches` gives them, one batch below the other.
    targets : array_like of int of shape (n_windows, length)
        What follows each step.
    batch_size : int, default 64
        Windows at a time. A stateful model takes its own number.
    skip : int, default 0
        How many steps at the beginning of each window not to count: there a model that carries no state
        has seen little yet.

    Returns
    -------
    float
        The mean over all steps that count, at least 0. A model that guesses needs :math:`\log_2 V` bits.

    Raises
    ------
    ValueError
        If the model does not give logits at every step, the arrays differ in shape or have an id outside the
        vocabulary, `skip` leaves no step, or the batches of a stateful model do not come out even.

    Notes
    -----
    .. math:: -\frac{1}{n} \sum_{t} \log_2 p(x_{t+1} \mid x_1, \ldots, x_t)

    The **perplexity** is 2 to this power: as many equally probable tokens would be as hard to guess.

    Examples
    --------
    >>> from dlbook.training import character_model
    >>> model = character_model(8, units=4, seed=0)
    >>> for weights in model.layers[-1].weights:
    ...     _ = weights.assign(0 * weights)
    >>> ids = np.arange(24).reshape(4, 6) % 8
    >>> bits_per_character(model, ids, (ids + 1) % 8)
    3.0
    """
    n_tokens = _vocabulary_size(model)
    x = check_ids(inputs, n_tokens, ("n_windows", "length"), "inputs")
    y = check_ids(targets, n_tokens, x.shape, "targets")
    skip = checks.count(skip, "skip", 0, x.shape[1] - 1)
    rows = checks.count(batch_size, "batch_size")
    if stateful_layers(model):
        rows = model.input_shape[0]
        if len(x) % rows:
            raise ValueError(f"inputs must have a multiple of {rows} windows, got {len(x)}")
    reset_states(model)
    total = 0.0
    for first in range(0, len(x), rows):
        batch, answers = x[first : first + rows], y[first : first + rows, skip:]
        filled = np.resize(batch, (rows, x.shape[1]))  # the last batch in the shape of the others
        logits = model.predict_on_batch(filled)[: len(batch), skip:].astype(float)
        chosen = np.take_along_axis(logits, answers[:, :, np.newaxis], axis=2)[:, :, 0]
        largest = logits.max(axis=2)
        total += np.sum(np.log(np.exp(logits - largest[:, :, np.newaxis]).sum(axis=2)) + largest - chosen)
    reset_states(model)
    return float(total / y[:, skip:].size / np.log(2))


def _vocabulary_size(model: "keras.Model") -> int:
    shape = check_model(model).output_shape
    if len(shape) != 3 or len(model.input_shape) != 2:
        raise ValueError(
            "model must turn ids (batch, time) into logits (batch, time, n_tokens), "
            f"got outputs of shape {shape} for inputs of shape {model.input_shape}"
        )
    return shape[-1]


def _token_by_token(model: "keras.Model") -> Callable[[list[int]], NDArray]:
    """Return a function that reads what is new in a text and gives the logits after its last token."""
    rows, n_read = model.input_shape[0], 0

    def read(text: list[int]) -> NDArray:
        nonlocal n_read
        for token in text[n_read:]:
            logits = model.predict_on_batch(np.full((rows, 1), token, dtype=np.int32))[0, 0]
        n_read = len(text)
        return logits

    return read


def _by_window(model: "keras.Model", window: int) -> Callable[[list[int]], NDArray]:
    """Return a function that reads the end of a text and gives the logits after its last token."""

    def read(text: list[int]) -> NDArray:
        seen = text[-window:]
        padded = np.zeros((1, window), dtype=np.int32)
        padded[0, : len(seen)] = seen
        return model.predict_on_batch(padded)[0, len(seen) - 1]

    return read
