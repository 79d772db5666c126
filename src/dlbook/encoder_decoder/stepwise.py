"""A recurrent decoder as a function of prefixes, which reads each token once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks

Step = Callable[[NDArray[np.int64], NDArray], tuple[ArrayLike, NDArray]]


class Stepwise:
    """Turn the step of a recurrent decoder into the function of prefixes that a search asks.

    Parameters
    ----------
    step : callable
        Takes tokens of shape (n,) and states of shape (n, ...), and returns the log-probabilities of the next
        token, of shape (n, n_tokens), and the new states.
    start : array_like of shape (n_sources, ...)
        The state before the first token, for each source.
    sos : int
        Id of the token that the decoder reads first.

    Raises
    ------
    ValueError
        If there is no start, or `sos` is not a whole number from 0 up.

    Notes
    -----
    The states after the prefixes of the last call are kept. If the next call extends those by a token, as a
    search does, only that token is read. What was not in the last call is read from its beginning.

    Examples
    --------
    A decoder that only counts how much it has read:

    >>> def step(tokens, states):
    ...     states = states + 1
    ...     return np.log(np.column_stack([1 / (1 + states), states / (1 + states)])), states
    >>> model = Stepwise(step, [0.0], sos=0)
    >>> np.exp(model(np.array([[1, 1]]))).round(2)
    array([[0.25, 0.75]])
    """

    def __init__(self, step: Step, start: ArrayLike, *, sos: int) -> None:
        self._step = step
        self._start = checks.array(start, "start", ("n_sources", ...), float32=True)
        self._sos = checks.count(sos, "sos", 0)
        self._known: dict[tuple[int, bytes], int] = {}
        self._states = self._start

    def __call__(self, prefixes: ArrayLike, sources: ArrayLike | None = None) -> ArrayLike:
        """Return the log-probabilities of the next token.

        Parameters
        ----------
        prefixes : array_like of int of shape (n_prefixes, length)
            What has been written.
        sources : array_like of int of shape (n_prefixes,), optional
            Number of the source of each prefix; if not given, that of the first.

        Returns
        -------
        array_like of shape (n_prefixes, n_tokens)
            What `step` returns.
        """
        ids = checks.integers(prefixes, "prefixes", ("n_prefixes", "length"), empty=True)
        numbers = np.zeros(len(ids), dtype=np.int64) if sources is None else sources
        of = checks.integers(numbers, "sources", (len(ids),), most=len(self._start) - 1)
        if ids.shape[1] == 0:
            states, tokens = self._start[of], np.full(len(ids), self._sos)
        else:
            if not self._reads_on(ids, of):
                self(ids[:, :-1], of)
            rows = [self._known[key] for key in _keys(ids[:, :-1], of)]
            states, tokens = self._states[rows], ids[:, -1]
        log_probabilities, self._states = self._step(tokens, states)
        self._known = {key: row for row, key in enumerate(_keys(ids, of))}
        return log_probabilities

    def _reads_on(self, ids: NDArray[np.int64], of: NDArray[np.int64]) -> bool:
        return all(key in self._known for key in _keys(ids[:, :-1], of))


def _keys(ids: NDArray[np.int64], of: NDArray[np.int64]) -> list[tuple[int, bytes]]:
    rows = np.ascontiguousarray(ids)
    return [(source, row.tobytes()) for source, row in zip(of.tolist(), rows, strict=True)]
