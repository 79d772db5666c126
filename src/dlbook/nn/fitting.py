"""What the training loop checks and prepares before it runs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import check_columns, check_count, check_finite
from .layer import Layer, State
from .losses import LOSSES, Loss

if TYPE_CHECKING:
    from .sequential import Sequential


def check_layers(layers: list[Layer]) -> None:
    """Refuse layers that do not fit together."""
    if not layers:
        raise ValueError("layers must hold at least one layer, got none")
    width = None
    for i, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise ValueError(f"layers must be layers, got {type(layer).__name__} at place {i}")
        if any(layer is other for other in layers[:i]):
            raise ValueError(f"layers must be different objects, got the same at place {i} as before")
        if None not in (width, layer.n_inputs) and width != layer.n_inputs:
            raise ValueError(
                f"layers must fit together: layer {i} takes {layer.n_inputs} columns, got {width} from before"
            )
        width = layer.n_outputs or width


def find_loss(loss: str | Loss) -> Loss:
    """Return the loss of a name."""
    if isinstance(loss, Loss):
        return loss
    if loss not in LOSSES:
        raise ValueError(f"loss must be one of {', '.join(LOSSES)}, got {loss!r}")
    return LOSSES[loss]


def check_samples(
    model: "Sequential", x: ArrayLike, y: ArrayLike, loss: Loss, *, prefix: str = ""
) -> tuple[NDArray[np.float64], NDArray]:
    """Return samples and targets as arrays, or refuse what does not fit the network and the loss."""
    n_inputs = next((layer.n_inputs for layer in model.layers if layer.n_inputs is not None), None)
    table = check_columns(x, n_inputs, f"{prefix}x")
    targets = np.asarray(y)
    if not len(table):
        raise ValueError(f"{prefix}x must hold at least one sample, got none")
    if targets.shape[:1] != (len(table),):
        raise ValueError(f"{prefix}y must have {len(table)} rows, as {prefix}x, got shape {targets.shape}")
    check_finite(table, f"{prefix}x")
    check_finite(targets, f"{prefix}y")
    one = model.predict(table[:1])
    if targets.ndim == 1 and one.shape[1] == 1:
        targets = targets[:, None]  # (samples, 1), as the output
    loss.function(targets, np.repeat(one, len(table), axis=0))  # the loss refuses targets that it cannot take
    return table, targets


def check_plan(
    n_samples: int, batch_size: int | None, epochs: int, rng: np.random.Generator | None, shuffle: bool
) -> int:
    """Return how many samples make a batch."""
    check_count(epochs, "epochs")
    if batch_size is None:
        return n_samples
    check_count(batch_size, "batch_size")
    if shuffle and rng is None and batch_size < n_samples:
        raise ValueError("rng must be a numpy.random.Generator to shuffle, got None (or set shuffle=False)")
    return min(batch_size, n_samples)


def batches(n_samples: int, size: int, rng: np.random.Generator | None) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of every batch, in a random order if there is a generator and an order to choose."""
    shuffled = rng is not None and size < n_samples
    order = rng.permutation(n_samples) if rng is not None and shuffled else np.arange(n_samples)
    for start in range(0, n_samples, size):
        yield order[start : start + size]


@contextmanager
def stops_at_divergence(model: "Sequential", epoch: int, rate: float, before: list[State]) -> Iterator[None]:
    """Give the network its state from before the epoch back when numbers explode, and say what to try."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # no warnings: what comes of it is looked at
            yield
    except FloatingPointError as error:
        model.state = before
        raise FloatingPointError(
            f"the training diverges: in epoch {epoch} {error}. Try a learning_rate below {rate:g}, inputs "
            "scaled to mean 0 and variance 1, or clip=... for the gradients"
        ) from None


def refuse_infinite(values: NDArray[np.float64] | float, name: str) -> None:
    """Stop if a number is infinite or none at all."""
    if not np.isfinite(values).all():
        raise FloatingPointError(f"{name} is no longer finite")


def largest_change(model: "Sequential", before: list[State]) -> float:
    """Return by how much a parameter has moved at most."""
    changes = [
        float(np.abs(value - old[name]).max())
        for layer, old in zip(model.layers, before, strict=True)
        for name, value in layer.parameters.items()
    ]
    largest = max(changes, default=0.0)
    refuse_infinite(largest, "a parameter")
    return largest


def measure(
    model: "Sequential",
    x: NDArray,
    y: NDArray,
    metrics: Mapping[str, Callable[[NDArray, NDArray], float]],
    record: dict[str, list[float]],
) -> None:
    """Write down metrics."""
    if metrics:
        prediction = model.predict(x)
        for name, metric in metrics.items():
            record.setdefault(name, []).append(float(metric(y, prediction)))
