"""The training loop, for anything that has parameters and knows the gradients of its loss."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..checks import choice, count
from ..checks import rng as generator
from .clipping import NonFiniteGradientError
from .loss import Loss
from .losses import LOSSES
from .optimizer import Optimizer

Metric = Callable[[NDArray, NDArray], float]
Clip = Callable[[Mapping[str, NDArray]], Mapping[str, NDArray]]


class Trainable(Protocol):
    """What `descend` trains."""

    @property
    def parameters(self) -> Mapping[str, NDArray]:
        """What training changes, by name."""

    @parameters.setter
    def parameters(self, values: Mapping[str, NDArray]) -> None: ...

    def loss_and_gradients(self, *batch: Any) -> tuple[Any, ...]:
        """Return the loss first, and last its gradient for every parameter, by name."""


def descend(
    model: Trainable, batches: Iterable[tuple[Any, ...]], optimizer: Optimizer, *, clip: Clip | None = None
) -> list[float]:
    """Train: update the parameters once for every batch.

    Parameters
    ----------
    model : object
        Has `parameters`, a dictionary of arrays that can be assigned, and a method `loss_and_gradients`. The
        method takes what makes a batch, and returns the loss first and the gradients last.
    batches : iterable of tuple
        The batches, drawn one after the other.
    optimizer : Optimizer
        Makes new parameters of parameters and gradients.
    clip : callable, optional
        Takes the gradients and returns those to use, as `clip_by_global_norm` does.

    Returns
    -------
    list of float
        The loss on every batch, before its update.

    Examples
    --------
    >>> from dlbook.nn import SGD
    >>> class Mean:
    ...     parameters = {"m": 0.0}
    ...     def loss_and_gradients(self, x):
    ...         error = self.parameters["m"] - x
    ...         return error**2, {"m": 2 * error}
    >>> model = Mean()
    >>> descend(model, [(4.0,), (4.0,)], SGD(0.25)), float(model.parameters["m"])
    ([16.0, 4.0], 3.0)
    """
    check_optimizer(optimizer)
    losses: list[float] = []
    for batch in _tuples(batches):
        value, *_, gradients = model.loss_and_gradients(*batch)
        if clip is not None:
            gradients = clip(gradients)
        model.parameters = optimizer.step(model.parameters, gradients)
        losses.append(float(value))
    return losses


def _tuples(batches: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Draw the batches, and refuse what is no tuple. What one holds is for the model to check."""
    if not isinstance(batches, Iterable):
        raise ValueError(f"batches must be tuples, one after the other, got {type(batches).__name__}")
    for batch in batches:
        if not isinstance(batch, tuple):
            raise ValueError(f"batches must be tuples, one after the other, got {type(batch).__name__} in it")
        yield batch


def check_optimizer(optimizer: Optimizer) -> Optimizer:
    """Refuse what is no optimizer."""
    if not isinstance(optimizer, Optimizer):
        raise ValueError(f"optimizer must be an Optimizer, such as SGD(0.1), got {optimizer!r}")
    return optimizer


def find_loss(loss: str | Loss) -> Loss:
    """Return the loss of a name."""
    return loss if isinstance(loss, Loss) else LOSSES[choice(loss, "loss", LOSSES)]


def check_plan(
    n_samples: int, batch_size: int | None, epochs: int, rng: np.random.Generator | None, shuffle: bool
) -> tuple[int, int]:
    """Return how many samples make a batch, and how many epochs there are."""
    epochs = count(epochs, "epochs")
    if rng is not None:
        generator(rng)
    if batch_size is None:
        return n_samples, epochs
    batch_size = count(batch_size, "batch_size")
    if shuffle and rng is None and batch_size < n_samples:
        raise ValueError("rng must be a numpy.random.Generator to shuffle, got None (or set shuffle=False)")
    return min(batch_size, n_samples), epochs


def in_batches(n_samples: int, size: int, rng: np.random.Generator | None) -> list[NDArray[np.int64]]:
    """Return the rows of every batch, in a random order if there is a generator and an order to choose."""
    shuffled = rng is not None and size < n_samples
    order = rng.permutation(n_samples) if rng is not None and shuffled else np.arange(n_samples)
    return [order[start : start + size] for start in range(0, n_samples, size)]


@contextmanager
def stops_at_divergence(epoch: int, rate: float, restore: Callable[[], None]) -> Iterator[None]:
    """Give a network its state from before the epoch back when numbers explode, and say what to try."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # no warnings: what comes of it is looked at
            yield
    except (FloatingPointError, NonFiniteGradientError) as error:
        restore()
        raise FloatingPointError(
            f"the training diverges: in epoch {epoch} {error}. Try a learning_rate below {rate:g}, inputs "
            "scaled to mean 0 and variance 1, or clip=... for the gradients"
        ) from None


def refuse_infinite(values: NDArray[np.float64] | float, name: str) -> None:
    """Stop if a number is infinite or none at all."""
    if not np.isfinite(values).all():
        raise FloatingPointError(f"{name} is no longer finite")


def measure(
    y: NDArray, prediction: NDArray, metrics: Mapping[str, Metric], record: dict[str, list[float]]
) -> None:
    """Write down metrics."""
    for name, metric in metrics.items():
        record.setdefault(name, []).append(float(metric(y, prediction)))
