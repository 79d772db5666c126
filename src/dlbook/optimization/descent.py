"""Descent: on a surface, and on data in all, one or a few samples a step. A run that diverges says where."""

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, count, number, real
from ..checks import rng as generator
from ..nn import Optimizer
from ..nn.clipping import NonFiniteGradientError
from ..nn.fitting import Trainable
from .surfaces import Surface


class DivergenceError(FloatingPointError, ValueError):
    """A run whose loss is no longer finite.

    It is a `FloatingPointError` as in the training of a network, and a `ValueError` because the rate or the
    start that was given does not fit.

    Parameters
    ----------
    step : int
        After how many steps the loss was no longer finite.
    last_loss : float
        The loss before that, the last finite one; NaN if there was none.
    """

    def __init__(self, step: int, last_loss: float) -> None:
        super().__init__(
            f"the run diverges: after step {step} the loss is no longer finite, "
            f"before it was {last_loss:.4g}. Try an optimizer with a lower learning rate, or another start"
        )
        self.step, self.last_loss = step, last_loss


@dataclass(frozen=True)
class Path:
    """Where a descent went.

    Parameters
    ----------
    points : ndarray of shape (n_steps + 1, n_parameters)
        The start, and the place after every step.
    losses : ndarray of shape (n_steps + 1,)
        The heights there.
    """

    points: NDArray[np.float64]
    losses: NDArray[np.float64]

    @property
    def n_steps(self) -> int:
        """How many steps were taken."""
        return len(self.losses) - 1


def minimize(
    surface: Surface,
    start: ArrayLike,
    optimizer: Optimizer,
    *,
    n_steps: int,
    goal: float | None = None,
) -> Path:
    """Walk down a surface.

    Parameters
    ----------
    surface : Surface
        What to walk on.
    start : array_like of shape (n_parameters,)
        Where to begin.
    optimizer : Optimizer
        A new one, such as ``SGD(0.1)``.
    n_steps : int
        How many steps at most, at least 1.
    goal : float, optional
        A height: the walk ends as soon as it is as low as that.

    Returns
    -------
    Path
        All places and their heights.

    Raises
    ------
    ValueError
        If an argument does not fit.
    DivergenceError
        If a height is no longer finite.

    Examples
    --------
    >>> from dlbook.nn import SGD
    >>> from dlbook.optimization import quadratic
    >>> path = minimize(quadratic([1.0, 1000.0]), [1.0, 1.0], SGD(2 / 1001), n_steps=10_000, goal=1e-8)
    >>> path.n_steps
    6160
    >>> try:
    ...     minimize(quadratic([1.0, 1000.0]), [1.0, 1.0], SGD(0.1), n_steps=1000)
    ... except DivergenceError as error:
    ...     print(error.step)
    77
    """
    if not isinstance(surface, Surface):
        raise ValueError(f"surface must be a Surface, such as beale, got {surface!r:.60}")
    place = array(start, "start", (surface.n_parameters,)).copy()
    _check_optimizer(optimizer)
    count(n_steps, "n_steps")
    lowest = -math.inf if goal is None else number(goal, "goal")
    points, losses = [place], [float(surface(place))]
    if not math.isfinite(losses[0]):
        raise DivergenceError(0, math.nan)
    for step in range(1, n_steps + 1):
        if losses[-1] <= lowest:
            break
        with np.errstate(over="ignore", invalid="ignore"):
            place = optimizer.step({"point": place}, {"point": surface.gradient(place)})["point"]
            loss = float(surface(place)) if np.isfinite(place).all() else math.inf
        if not math.isfinite(loss):
            raise DivergenceError(step, losses[-1])
        points.append(place)
        losses.append(loss)
    return Path(np.array(points), np.array(losses))


def batch_descent(
    model: Trainable, x: ArrayLike, y: ArrayLike, optimizer: Optimizer, *, epochs: int = 1
) -> list[float]:
    """Take one step an epoch, on all samples together.

    Parameters
    ----------
    model : object
        Has `parameters`, and a method `loss_and_gradients` of samples and targets that returns their mean
        loss first and its gradients last.
    x : array_like of shape (n_samples, ...)
        The samples.
    y : array_like of shape (n_samples, ...)
        The targets.
    optimizer : Optimizer
        A new one, such as ``SGD(0.1)``.
    epochs : int, default 1
        How often all samples are gone through, at least 1.

    Returns
    -------
    list of float
        The loss before every step: `epochs` numbers.

    Raises
    ------
    DivergenceError
        If a loss is no longer finite.

    Examples
    --------
    >>> from dlbook.nn import SGD
    >>> class Mean:
    ...     parameters = {"m": 0.0}
    ...     def loss_and_gradients(self, x, y):
    ...         error = self.parameters["m"] - y
    ...         return (error**2).mean() / 2, {"m": error.mean()}
    >>> model, y = Mean(), np.array([2.0, 4.0, 6.0])
    >>> losses = batch_descent(model, y, y, SGD(0.5), epochs=3)
    >>> len(losses), float(model.parameters["m"])
    (3, 3.5)
    """
    samples, targets = _data(x, y)
    return _run(model, samples, targets, [np.arange(len(samples))] * count(epochs, "epochs"), optimizer)


def stochastic_descent(
    model: Trainable,
    x: ArrayLike,
    y: ArrayLike,
    optimizer: Optimizer,
    *,
    epochs: int = 1,
    rng: np.random.Generator,
) -> list[float]:
    """Take one step a sample, in a new order every epoch.

    Parameters
    ----------
    model : object
        As for `batch_descent`.
    x : array_like of shape (n_samples, ...)
        The samples.
    y : array_like of shape (n_samples, ...)
        The targets.
    optimizer : Optimizer
        A new one, such as ``SGD(0.1)``.
    epochs : int, default 1
        How often all samples are gone through, at least 1.
    rng : numpy.random.Generator
        Chooses the orders.

    Returns
    -------
    list of float
        The loss before every step, that of its one sample: `epochs` times `n_samples` numbers.

    Raises
    ------
    DivergenceError
        If a loss is no longer finite.

    Examples
    --------
    >>> from dlbook.nn import SGD
    >>> class Mean:
    ...     parameters = {"m": 0.0}
    ...     def loss_and_gradients(self, x, y):
    ...         error = self.parameters["m"] - y
    ...         return (error**2).mean() / 2, {"m": error.mean()}
    >>> y = np.array([2.0, 4.0, 6.0])
    >>> len(stochastic_descent(Mean(), y, y, SGD(0.5), epochs=3, rng=np.random.default_rng(0)))
    9
    """
    return mini_batch_descent(model, x, y, optimizer, batch_size=1, epochs=epochs, rng=rng)


def mini_batch_descent(
    model: Trainable,
    x: ArrayLike,
    y: ArrayLike,
    optimizer: Optimizer,
    *,
    batch_size: int = 32,
    epochs: int = 1,
    rng: np.random.Generator,
) -> list[float]:
    """Take one step for every few samples, which are dealt anew every epoch.

    Parameters
    ----------
    model : object
        As for `batch_descent`.
    x : array_like of shape (n_samples, ...)
        The samples.
    y : array_like of shape (n_samples, ...)
        The targets.
    optimizer : Optimizer
        A new one, such as ``SGD(0.1)``.
    batch_size : int, default 32
        Samples a step, at least 1. The last batch of an epoch may have fewer.
    epochs : int, default 1
        How often all samples are gone through, at least 1.
    rng : numpy.random.Generator
        Deals the samples.

    Returns
    -------
    list of float
        The loss before every step, that of its batch: `epochs` times `n_samples` / `batch_size` numbers,
        rounded up for every epoch.

    Raises
    ------
    DivergenceError
        If a loss is no longer finite.

    Examples
    --------
    >>> from dlbook.nn import SGD
    >>> class Mean:
    ...     parameters = {"m": 0.0}
    ...     def loss_and_gradients(self, x, y):
    ...         error = self.parameters["m"] - y
    ...         return (error**2).mean() / 2, {"m": error.mean()}
    >>> y = np.array([2.0, 4.0, 6.0])
    >>> len(mini_batch_descent(Mean(), y, y, SGD(0.5), batch_size=2, epochs=3, rng=np.random.default_rng(0)))
    6
    """
    samples, targets = _data(x, y)
    size, epochs = count(batch_size, "batch_size"), count(epochs, "epochs")
    generator(rng)
    return _run(model, samples, targets, _deal(len(samples), size, epochs, rng), optimizer)


def _deal(
    n_samples: int, batch_size: int, epochs: int, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    for _ in range(epochs):
        order = rng.permutation(n_samples)
        yield from (order[first : first + batch_size] for first in range(0, n_samples, batch_size))


def _run(
    model: Trainable,
    x: NDArray,
    y: NDArray,
    batches: Iterable[NDArray[np.int64]],
    optimizer: Optimizer,
) -> list[float]:
    _check_optimizer(optimizer)
    losses: list[float] = []
    for rows in batches:
        with diverges(losses):
            value, *_, gradients = model.loss_and_gradients(x[rows], y[rows])
            if not math.isfinite(value):
                raise FloatingPointError
            model.parameters = optimizer.step(model.parameters, gradients)
        losses.append(float(value))
    return losses


@contextmanager
def diverges(losses: list[float]) -> Iterator[None]:
    """Say after how many steps a loss was no longer finite, and what it was before."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            yield
    except (FloatingPointError, NonFiniteGradientError):
        raise DivergenceError(len(losses), losses[-1] if losses else math.nan) from None


def _data(x: ArrayLike, y: ArrayLike) -> tuple[NDArray, NDArray]:
    samples = real(x, "x", ("n_samples", ...))
    return samples, real(y, "y", (len(samples), ...))


def _check_optimizer(optimizer: Optimizer) -> None:
    if not isinstance(optimizer, Optimizer):
        raise ValueError(f"optimizer must be an Optimizer, such as SGD(0.1), got {optimizer!r:.60}")
