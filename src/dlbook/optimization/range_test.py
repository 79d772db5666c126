"""The range test: one short run whose learning rate grows step by step, to see which rates will do."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..checks import number, positive
from ..nn import SGD, Optimizer
from ..nn.fitting import Trainable
from ..nn.optimizer import Schedule
from .descent import DivergenceError, diverges


@dataclass(frozen=True)
class RangeTest:
    """What a range test wrote down.

    Parameters
    ----------
    rates : ndarray of shape (n_steps,)
        The rates that were tried, rising.
    losses : ndarray of shape (n_steps,)
        The loss before the step of each rate.
    smoothed : ndarray of shape (n_steps,)
        The same as a running mean, corrected for its start.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    smoothed: NDArray[np.float64]

    @property
    def lowest(self) -> float:
        """The rate at which the smoothed loss was lowest: a little more, and the loss rises."""
        return float(self.rates[np.argmin(self.smoothed)])

    @property
    def steepest(self) -> float:
        """The rate at which the smoothed loss fell fastest, over the logarithm of the rate."""
        if len(self.rates) < 2:
            return float(self.rates[0])
        return float(self.rates[np.argmin(np.gradient(self.smoothed, np.log(self.rates)))])


def range_test(
    model: Trainable,
    batches: Sequence[tuple[Any, ...]],
    optimizer: Callable[[Schedule], Optimizer] = SGD,
    *,
    lowest: float = 1e-6,
    highest: float = 10.0,
    smoothing: float = 0.9,
    stop: float = 4.0,
) -> RangeTest:
    r"""Train with a rate that grows by the same factor in every step, and write the loss down.

    Parameters
    ----------
    model : object
        Has `parameters`, and a method `loss_and_gradients` that takes what makes a batch. Its parameters are
        put back at the end.
    batches : sequence of tuple
        The batches, one a step, at least two.
    optimizer : callable, default SGD
        Makes an optimizer of a schedule, as the class of an optimizer does.
    lowest : float, default 1e-6
        Rate of the first step, positive.
    highest : float, default 10.0
        Rate of the last step, above `lowest`.
    smoothing : float, default 0.9
        Share of the old mean that the smoothed loss keeps, in [0, 1).
    stop : float, default 4.0
        The test ends when the smoothed loss is this many times its lowest, above 1. It also ends when a loss
        is no longer finite.

    Returns
    -------
    RangeTest
        Rates and losses, as far as the test went.

    References
    ----------
    - L. N. Smith, "Cyclical learning rates for training neural networks", IEEE Winter Conference on
      Applications of Computer Vision, 2017, section 3.3.

    Examples
    --------
    >>> class Mean:
    ...     parameters = {"m": 0.0}
    ...     def loss_and_gradients(self, x):
    ...         error = self.parameters["m"] - x
    ...         return error**2 / 2, {"m": error}
    >>> test = range_test(Mean(), [(3.0,), (5.0,)] * 50, lowest=1e-4, highest=100.0)
    >>> bool(test.steepest < test.lowest < 2 < test.rates[-1] < 10)  # from 2 on it diverges
    True
    """
    if (
        not isinstance(batches, list | tuple)
        or len(batches) < 2
        or not all(type(b) is tuple for b in batches)
    ):
        raise ValueError(f"batches must be a list of at least two tuples, got {type(batches).__name__}")
    if not callable(optimizer):
        raise ValueError(f"optimizer must be the class of an optimizer, such as SGD, got {optimizer!r:.60}")
    lowest = positive(lowest, "lowest")
    highest = number(highest, "highest", above=lowest)
    smoothing, stop = number(smoothing, "smoothing", least=0, below=1), number(stop, "stop", above=1)
    ratio = math.log(highest / lowest) / (len(batches) - 1)
    rates = [lowest * math.exp(ratio * step) for step in range(len(batches))]
    before = {name: np.array(value) for name, value in model.parameters.items()}
    try:
        losses, smoothed = _rise(model, batches, optimizer(rates.__getitem__), smoothing, stop)
    finally:
        model.parameters = before
    return RangeTest(np.array(rates[: len(losses)]), np.array(losses), np.array(smoothed))


def _rise(
    model: Trainable, batches: Sequence[tuple[Any, ...]], chosen: Optimizer, smoothing: float, stop: float
) -> tuple[list[float], list[float]]:
    losses: list[float] = []
    smoothed: list[float] = []
    mean = 0.0
    for batch in batches:
        try:
            with diverges(losses):
                value, *_, gradients = model.loss_and_gradients(*batch)
                if not math.isfinite(value):
                    raise FloatingPointError
                model.parameters = chosen.step(model.parameters, gradients)
        except DivergenceError:
            if losses:
                break
            raise
        losses.append(float(value))
        mean = smoothing * mean + (1 - smoothing) * losses[-1]
        smoothed.append(mean / (1 - smoothing ** len(losses)))
        if smoothed[-1] > stop * min(smoothed):
            break
    return losses, smoothed
