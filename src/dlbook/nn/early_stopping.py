"""Early stopping: end the training when the loss on other data no longer falls."""

import numpy as np

from ..checks import array, count, not_negative


class EarlyStopping:
    """Stop when the validation loss has not improved for some epochs, and go back to the best one.

    Parameters
    ----------
    patience : int, default 5
        How many epochs without an improvement are waited for, at least 1.
    min_delta : float, default 0.0
        By how much the loss must fall below the best so far to count as an improvement, 0 or more.
    restore_best : bool, default True
        Whether training ends with the parameters of the best epoch instead of the last one.

    Attributes
    ----------
    best : float
        The lowest loss so far, infinity before the first.
    best_epoch : int
        The epoch of it, counted from 1; 0 before the first.
    wait : int
        Epochs since then.

    Notes
    -----
    A single epoch above the minimum says little when the loss is noisy. That is what `patience` is for.

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, section 7.8, algorithm 7.1.

    Examples
    --------
    >>> stopping = EarlyStopping(patience=2)
    >>> [stopping.update(loss) for loss in [0.9, 0.5, 0.6, 0.4, 0.7, 0.5]]
    [False, False, False, False, False, True]
    >>> stopping.best, stopping.best_epoch
    (0.4, 4)
    """

    best: float
    best_epoch: int
    wait: int

    def __init__(self, patience: int = 5, min_delta: float = 0.0, restore_best: bool = True) -> None:
        self.patience = count(patience, "patience")
        self.min_delta = not_negative(min_delta, "min_delta")
        self.restore_best = restore_best
        self.reset()

    def reset(self) -> None:
        """Forget everything seen so far."""
        self.best, self.best_epoch, self.wait, self._epoch = np.inf, 0, 0, 0

    def update(self, loss: float) -> bool:
        """Take in the loss of one more epoch.

        Parameters
        ----------
        loss : float
            The validation loss after the epoch. Infinity and NaN count as no improvement.

        Returns
        -------
        bool
            Whether to stop now.
        """
        value = float(array(loss, "loss", (), finite=False))
        self._epoch += 1
        self.wait += 1
        if value < self.best - self.min_delta:
            self.best, self.best_epoch, self.wait = value, self._epoch, 0
        return self.wait >= self.patience
