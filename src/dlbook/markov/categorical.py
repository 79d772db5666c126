"""Hidden Markov models that emit symbols of an alphabet."""

from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..numerics.logarithms import safe_log
from ._checks import distributions, labels
from ._estimation import pair_counts, shares
from ._packing import Packing
from ._reading import labels_of, read_symbols, refuse_column
from ._sampling import cumulative, random_chain
from .hmm import HiddenMarkovModel


class CategoricalHMM(HiddenMarkovModel):
    r"""A hidden Markov model whose states emit symbols.

    Parameters
    ----------
    start : array_like of shape (n_states,)
        Probabilities of the first state.
    transition : array_like of shape (n_states, n_states)
        Transition probabilities, from the row to the column.
    emission : array_like of shape (n_states, n_symbols)
        Probability of each symbol (column) in each state (row).
    states : iterable of str, optional
        Names of the states. Without them they are called "0", "1" and so on.
    symbols : iterable of str, optional
        The alphabet; a string stands for its letters. Without it the symbols are called "0", "1" and so on.

    Attributes
    ----------
    emission : ndarray of shape (n_states, n_symbols)
        As given.
    symbols : tuple of str
        The alphabet.
    n_symbols : int
        Number of symbols.

    Raises
    ------
    ValueError
        If a shape does not fit, or probabilities are negative, not finite or do not sum to 1.

    Notes
    -----
    A sequence of observations is an array of integers, the indices of the symbols from 0 on; or an array or a
    list of symbols; or a string, whose letters are symbols. Integers are always indices: for an alphabet of
    "1", "2" and "3", the symbol "3" has the index 2. A list of strings is one sequence if each of them is a
    symbol, and otherwise several, one a string.

    .. math:: b_{ik} = P(x_t = k \mid z_t = i)

    ==============  ============  ==================================================
    symbol          name          meaning
    ==============  ============  ==================================================
    :math:`b_{ik}`  `emission`    probability of symbol k in state i
    :math:`a_{ij}`  `transition`  probability of state j after state i
    :math:`\pi_i`   `start`       probability that the first state is i
    ==============  ============  ==================================================

    In `baum_welch`, the parameters to `update` are "start", "transition" and "emission".

    References
    ----------
    - L. R. Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition",
      Proceedings of the IEEE 77(2), 1989, pp. 257-286.

    Examples
    --------
    >>> import math
    >>> model = CategoricalHMM(
    ...     start=[0.6, 0.4],
    ...     transition=[[0.7, 0.3], [0.4, 0.6]],
    ...     emission=[[0.1, 0.4, 0.5], [0.7, 0.2, 0.1]],
    ...     states=["hot", "cold"],
    ...     symbols="123",
    ... )
    >>> round(math.exp(model.score("2312")), 7)
    0.0098344
    >>> model.decode_names(model.viterbi("2312"))
    ['hot', 'hot', 'cold', 'hot']
    """

    emission: NDArray[np.float64]
    symbols: tuple[str, ...]
    n_symbols: int
    emission_parameters = ("emission",)

    def __init__(
        self,
        start: ArrayLike,
        transition: ArrayLike,
        emission: ArrayLike,
        *,
        states: Iterable[str] | None = None,
        symbols: Iterable[str] | None = None,
    ) -> None:
        super().__init__(start, transition, states)
        matrix = distributions(emission, "emission", (self.n_states, "n_symbols"))
        n_symbols = matrix.shape[1]
        self._set(emission=matrix, symbols=labels(symbols, "symbols", n_symbols), n_symbols=n_symbols)

    @classmethod
    def from_labelled(
        cls,
        state_sequences: Any,
        observation_sequences: Any,
        *,
        states: Sequence[str] | None = None,
        symbols: Sequence[str] | None = None,
        smoothing: float = 0.0,
    ) -> Self:
        r"""Count states and symbols in sequences whose states are known.

        Parameters
        ----------
        state_sequences : array_like, str or list
            One sequence of states or several, as names or indices. Unless `states` are given, a list of
            strings holds one sequence a string, except that strings of one letter are one sequence together.
        observation_sequences : array_like, str or list
            The symbols, in the same form and of the same lengths.
        states : sequence of str, optional
            Names of the states. Without them those that occur, sorted; for indices, "0", "1" and so on up to
            the largest.
        symbols : sequence of str, optional
            The alphabet, likewise.
        smoothing : float, default 0.0
            Added to every count. With 1, every state and symbol counts as seen once more than it was.

        Returns
        -------
        CategoricalHMM
            The model with the largest likelihood of states and symbols together, if nothing is added.

        Raises
        ------
        ValueError
            If the sequences are wrong or have different lengths, or a state never occurs, or never before the
            end of a sequence, and nothing is added.

        Notes
        -----
        .. math::

            \pi_i = \frac{n_i + s}{\sum_j (n_j + s)}, \qquad
            a_{ij} = \frac{n_{ij} + s}{\sum_l (n_{il} + s)}, \qquad
            b_{ik} = \frac{m_{ik} + s}{\sum_l (m_{il} + s)}

        ==============  ===========  ======================================
        symbol          name         meaning
        ==============  ===========  ======================================
        :math:`n_i`     (internal)   sequences that begin in state i
        :math:`n_{ij}`  (internal)   times that state j follows on state i
        :math:`m_{ik}`  (internal)   times that state i emits symbol k
        :math:`s`       `smoothing`  added to every count
        ==============  ===========  ======================================

        Examples
        --------
        >>> model = CategoricalHMM.from_labelled("SSRRSS", "HHGHHG")
        >>> model.states, model.symbols
        (('R', 'S'), ('G', 'H'))
        >>> model.transition
        array([[0.5       , 0.5       ],
               [0.33333333, 0.66666667]])
        """
        smoothing = checks.not_negative(smoothing, "smoothing")
        state_sequences, states = _labelled(state_sequences, "state_sequences", states, "states")
        observation_sequences, symbols = _labelled(
            observation_sequences, "observation_sequences", symbols, "symbols"
        )
        z, packing = read_symbols(state_sequences, "state_sequences", states)
        x, other = read_symbols(observation_sequences, "observation_sequences", symbols)
        if not np.array_equal(packing.lengths, other.lengths):
            raise ValueError(
                "observation_sequences must have the lengths of state_sequences, "
                f"{packing.lengths[:8].tolist()}, got {other.lengths[:8].tolist()}"
            )
        first = len(packing.lengths)
        n_states, n_symbols = len(states), len(symbols)
        starts = np.bincount(z[:first], minlength=n_states) + smoothing
        moves = pair_counts(z[packing.earlier], z[first:], (n_states, n_states)) + smoothing
        emitted = pair_counts(z, x, (n_states, n_symbols)) + smoothing
        for counts, what in ((emitted, "occur"), (moves, "occur before the end of a sequence")):
            never = np.flatnonzero(counts.sum(axis=1) == 0)
            if never.size:
                raise ValueError(
                    f"state_sequences must let every state {what} if smoothing is 0, "
                    f"got none with state {states[int(never[0])]!r}"
                )
        return cls(
            starts / starts.sum(),
            moves / moves.sum(axis=1, keepdims=True),
            emitted / emitted.sum(axis=1, keepdims=True),
            states=states,
            symbols=symbols,
        )

    def _read(self, x: Any, name: str) -> tuple[NDArray[np.intp], Packing]:
        return read_symbols(x, name, self.symbols)

    def _log_likelihood(self, values: NDArray) -> NDArray[np.float64]:
        return np.take(np.ascontiguousarray(safe_log(self.emission).T), values, axis=0)

    def _shifted_likelihood(self, values: NDArray) -> tuple[NDArray[np.float64], float]:
        return np.take(np.ascontiguousarray(self.emission.T), values, axis=0), 0.0

    def _emit(self, states: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        return (cumulative(self.emission)[states] <= rng.random((len(states), 1))).sum(axis=1)

    def _reestimated(
        self,
        values: NDArray,
        gamma: NDArray[np.float64],
        update: frozenset[str],
        pseudocount: float,
        floor: float,
    ) -> dict[str, NDArray[np.float64]]:
        if "emission" not in update:
            return {}
        counts = np.stack(
            [np.bincount(values, weights=g, minlength=self.n_symbols).astype(np.float64) for g in gamma.T]
        )
        return {"emission": shares(counts, self.emission, pseudocount)}

    def _distances(self, other: Any) -> NDArray[np.float64]:
        return 0.5 * np.abs(self.emission[:, None, :] - other.emission[None, :, :]).sum(axis=2)

    def _arguments(self) -> dict[str, Any]:
        wanted = ("start", "transition", "emission", "states", "symbols")
        return {name: getattr(self, name) for name in wanted}


def random_categorical_hmm(
    n_states: int,
    n_symbols: int,
    *,
    rng: np.random.Generator,
    states: Iterable[str] | None = None,
    symbols: Iterable[str] | None = None,
    concentration: float = 1.0,
) -> CategoricalHMM:
    """Draw a model by chance, as a start for learning.

    Parameters
    ----------
    n_states : int
        Number of states.
    n_symbols : int
        Number of symbols.
    rng : numpy.random.Generator
        Source of chance.
    states : iterable of str, optional
        Names of the states.
    symbols : iterable of str, optional
        The alphabet.
    concentration : float, default 1.0
        Parameter of the Dirichlet distribution from which each row is drawn, positive. With 1, all rows are
        equally probable. Large numbers give nearly equal probabilities, small ones rows with one large.

    Returns
    -------
    CategoricalHMM
        The model.

    Raises
    ------
    ValueError
        If a number is not positive, or names do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> model = random_categorical_hmm(2, 3, rng=np.random.default_rng(0))
    >>> model.emission.shape
    (2, 3)
    """
    n_states, n_symbols = checks.count(n_states, "n_states"), checks.count(n_symbols, "n_symbols")
    concentration = checks.positive(concentration, "concentration")
    start, transition = random_chain(n_states, checks.rng(rng), concentration)
    emission = rng.dirichlet(np.full(n_symbols, concentration), size=n_states)
    return CategoricalHMM(start, transition, emission, states=states, symbols=symbols)


def _labelled(
    sequences: Any, name: str, known: Sequence[str] | None, known_name: str
) -> tuple[Any, tuple[str, ...]]:
    """Return labelled sequences and the names that they use."""
    if known is not None:
        return sequences, labels(known, known_name)
    listed = _sequences(sequences, name)
    return listed, labels_of(listed, name)


def _sequences(value: Any, name: str) -> list[Any]:
    """Return labelled sequences as a list."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list | tuple) and value:
        words = [part for part in value if isinstance(part, str)]
        if len(words) == len(value):
            return [value] if all(len(word) == 1 for word in words) else list(value)
        return [value] if not isinstance(value[0], Sequence | np.ndarray) else list(value)
    if not isinstance(value, np.ndarray) or value.ndim not in (1, 2) or not value.size:
        raise ValueError(f"{name} must be a sequence, a batch with two axes or a list, got {value!r:.80}")
    refuse_column(value, name)
    return [value] if value.ndim == 1 else list(value)
