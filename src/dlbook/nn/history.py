"""What a training run wrote down, epoch by epoch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..checks import array, choice, count


@dataclass
class History:
    """Record of a training run, one entry an epoch.

    Parameters
    ----------
    loss : list of float
        Mean loss of the samples while the epoch went on, penalties included.
    validation_loss : list of float
        Loss on the validation data after the epoch, penalties included. Empty without such data.
    metrics : dict of str to list of float
        Each metric on the training data after the epoch.
    validation_metrics : dict of str to list of float
        Each metric on the validation data after the epoch.
    learning_rate : list of float
        The rate of the first step of the epoch.
    largest_change : list of float
        The largest change of a single parameter over the epoch.
    n_updates : int
        How often the parameters were updated, over all epochs.
    stopped_by : str
        What ended the training: "epochs", "early_stopping" or "stop_when".
    best_epoch : int or None
        Epoch with the lowest validation loss, counted from 1. Set by early stopping only.

    Examples
    --------
    >>> History(loss=[0.9, 0.5]).n_epochs
    2
    """

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    validation_metrics: dict[str, list[float]] = field(default_factory=dict)
    learning_rate: list[float] = field(default_factory=list)
    largest_change: list[float] = field(default_factory=list)
    n_updates: int = 0
    stopped_by: str = "epochs"
    best_epoch: int | None = None

    def __post_init__(self) -> None:
        for name in ("loss", "validation_loss", "learning_rate", "largest_change"):
            setattr(self, name, _series(getattr(self, name), name))
        for name in ("metrics", "validation_metrics"):
            given = getattr(self, name)
            if not isinstance(given, Mapping):
                raise ValueError(f"{name} must be a dictionary of lists, got {type(given).__name__}")
            setattr(self, name, {key: _series(series, f"{name} of {key!r}") for key, series in given.items()})
        self.n_updates = count(self.n_updates, "n_updates", 0)
        self.stopped_by = choice(self.stopped_by, "stopped_by", ("epochs", "early_stopping", "stop_when"))
        if self.best_epoch is not None:
            self.best_epoch = count(self.best_epoch, "best_epoch")

    @property
    def n_epochs(self) -> int:
        """Number of epochs gone through."""
        return len(self.loss)


def _series(values: Any, name: str) -> list[float]:
    return array(values, name, ("n_epochs",), empty=True).tolist()
