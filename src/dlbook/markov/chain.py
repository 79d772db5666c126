"""Markov chains: the next state depends on the present one alone."""

from collections.abc import Iterable
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..numerics.logarithms import safe_log
from ._checks import distributions, labels, transition_matrix
from ._estimation import transition_shares
from ._reading import Path, labels_of, read_codes, several
from ._sampling import draw_states
from .long_run import LongRun


class MarkovChain(LongRun):
    r"""A chain of states in which the next state is drawn by a rule that only sees the present one.

    Parameters
    ----------
    transition : array_like of shape (n_states, n_states)
        Probabilities of going from the state of the row to that of the column. Rows sum to 1, but for the
        rounding of the precision that is given.
    states : sequence of str, optional
        Names of the states, all different. Without them they are called "0", "1", and so on.
    initial : array_like of shape (n_states,) or str, optional
        Distribution of the first state, or the name of the state that the chain starts in. Without it all
        states are equally probable.

    Raises
    ------
    ValueError
        If `transition` is not square, a probability is negative or not finite, a row or `initial` does not
        sum to 1, or the names are too few, too many or not all different.

    Attributes
    ----------
    transition : ndarray of shape (n_states, n_states)
        The transition matrix. It cannot be written to.
    initial : ndarray of shape (n_states,)
        The distribution of the first state. It cannot be written to.
    states : tuple of str
        The names of the states.
    n_states : int
        The number of states.

    Notes
    -----
    .. math:: P(z_1 = i) = \pi_i, \qquad P(z_{t+1} = j \mid z_t = i, z_{t-1}, \dots, z_1) = a_{ij}

    A distribution over the states is a row vector that multiplies from the left:

    .. math:: p_{t+1}^{\top} = p_t^{\top} A

    ================  ============  ==============================================
    symbol            name          meaning
    ================  ============  ==============================================
    :math:`z_t`       element       state at step t
    :math:`a_{ij}`    `transition`  probability of going from state i to state j
    :math:`\pi_i`     `initial`     probability of starting in state i
    :math:`p_t`       distribution  probabilities of the states at step t
    ================  ============  ==============================================

    References
    ----------
    - J. R. Norris, "Markov Chains", Cambridge University Press, 1997, chapter 1.

    Examples
    --------
    >>> chain = MarkovChain([[0.9, 0.1], [0.5, 0.5]], ["sunny", "rainy"])
    >>> chain.distribution_after(2, "sunny").round(4)
    array([0.86, 0.14])
    >>> chain.stationary().round(4)
    array([0.8333, 0.1667])
    """

    def __init__(
        self,
        transition: ArrayLike,
        states: Iterable[str] | None = None,
        initial: ArrayLike | str | None = None,
    ) -> None:
        self.transition = transition_matrix(transition)
        self.n_states = len(self.transition)
        self.states = labels(states, "states", self.n_states)
        if initial is None:
            initial = np.full(self.n_states, 1 / self.n_states)
        self.initial = self._distribution(initial, "initial")

    def __repr__(self) -> str:
        return f"MarkovChain(states={self.states})"

    @classmethod
    def from_counts(
        cls,
        counts: ArrayLike,
        *,
        states: Iterable[str] | None = None,
        initial: ArrayLike | str | None = None,
        smoothing: float = 0.0,
    ) -> Self:
        r"""Estimate the transition matrix from how often each state followed each other.

        Parameters
        ----------
        counts : array_like of shape (n_states, n_states)
            How often the state of the row was followed by that of the column. Not negative.
        states : sequence of str, optional
            Names of the states.
        initial : array_like of shape (n_states,) or str, optional
            Distribution of the first state, or its name.
        smoothing : float, default 0.0
            Added to every count, so that what was never seen is not impossible. Not negative.

        Returns
        -------
        MarkovChain
            The chain of maximum likelihood if `smoothing` is 0.

        Raises
        ------
        ValueError
            If `counts` is not square, or holds numbers that are negative or not finite; if the counts of a
            state are all zero and there is no smoothing; or for a reason that the chain itself has.

        Notes
        -----
        With the counts :math:`n_{ij}` and `smoothing` :math:`k`:

        .. math:: \hat{a}_{ij} = \frac{n_{ij} + k}{\sum_{j'} (n_{ij'} + k)}

        References
        ----------
        - T. W. Anderson and L. A. Goodman, "Statistical inference about Markov chains", Annals of
          Mathematical Statistics 28(1), 1957, pp. 89-110, section 2.

        Examples
        --------
        >>> MarkovChain.from_counts([[3, 1], [2, 2]], states="SR").transition
        array([[0.75, 0.25],
               [0.5 , 0.5 ]])
        """
        table = checks.array(counts, "counts", ("n_states", "n_states"))
        table = checks.array(table, "counts", (len(table), len(table)))
        if (table < 0).any():
            raise ValueError(f"counts must not be negative, got {table.min():.6g}")
        known = labels(states, "states", len(table))
        smoothing = checks.not_negative(smoothing, "smoothing")
        return cls(transition_shares(table + smoothing, known), known, initial)

    @classmethod
    def from_sequences(
        cls, sequences: Iterable[Path], *, states: Iterable[str] | None = None, smoothing: float = 0.0
    ) -> Self:
        """Estimate the transition matrix and the distribution of the first state from observed sequences.

        Parameters
        ----------
        sequences : iterable of sequences of str or int
            One or more observed sequences, each of at least one state, given by name or by number. A string
            counts as the sequence of its letters.
        states : sequence of str, optional
            Names of the states. Without them, the names that occur, in alphabetical order; if the sequences
            hold numbers, as many states as the largest number asks for.
        smoothing : float, default 0.0
            Added to the count of every transition and of every first state. Not negative.

        Returns
        -------
        MarkovChain
            The chain of maximum likelihood if `smoothing` is 0.

        Raises
        ------
        ValueError
            If there is no sequence, one is empty, a state is unknown, or a state was never left (it occurs at
            the end of sequences only, or not at all) and there is no smoothing.

        Examples
        --------
        >>> chain = MarkovChain.from_sequences(["SSRS", "SRR"])
        >>> chain.states, chain.initial
        (('R', 'S'), array([0., 1.]))
        >>> chain.transition.round(3)
        array([[0.5  , 0.5  ],
               [0.667, 0.333]])
        """
        smoothing = checks.not_negative(smoothing, "smoothing")
        given = several(sequences)
        known = labels(labels_of(given) if states is None else states, "states")
        n = len(known)
        counts, first = np.full((n, n), smoothing), np.full(n, smoothing)
        for position, sequence in enumerate(given):
            path = read_codes(sequence, f"sequences[{position}]", known)
            np.add.at(counts, (path[:-1], path[1:]), 1)
            first[path[0]] += 1
        return cls(transition_shares(counts, known), known, first / first.sum())

    def n_step(self, n: int) -> NDArray[np.float64]:
        r"""Return the probabilities of going from each state to each other in n steps.

        Parameters
        ----------
        n : int
            Number of steps, at least 0.

        Returns
        -------
        ndarray of shape (n_states, n_states)
            The n-th power of the transition matrix; for 0 steps the identity.

        Raises
        ------
        ValueError
            If `n` is not a whole number of at least 0.

        Notes
        -----
        The Chapman-Kolmogorov equation sums over the state in between:

        .. math:: \left( A^{m+n} \right)_{ij} = \sum_k \left( A^m \right)_{ik} \left( A^n \right)_{kj}

        Examples
        --------
        >>> MarkovChain([[0.9, 0.1], [0.5, 0.5]]).n_step(2).round(4)
        array([[0.86, 0.14],
               [0.7 , 0.3 ]])
        """
        return np.linalg.matrix_power(self.transition, checks.count(n, "n", 0))

    def distribution_after(self, n: int, initial: ArrayLike | str | None = None) -> NDArray[np.float64]:
        """Return the probabilities of the states after n steps.

        Parameters
        ----------
        n : int
            Number of steps, at least 0.
        initial : array_like of shape (n_states,) or str, optional
            Distribution before the first step, or the name of a state. Without it, that of the chain.

        Returns
        -------
        ndarray of shape (n_states,)
            The distribution.

        Raises
        ------
        ValueError
            If `n` is not a whole number of at least 0, or `initial` is neither a distribution nor a state.

        Examples
        --------
        >>> MarkovChain([[0.9, 0.1], [0.5, 0.5]]).distribution_after(1, [0.5, 0.5])
        array([0.7, 0.3])
        """
        before = self.initial if initial is None else self._distribution(initial, "initial")
        return before @ self.n_step(n)

    def path_probability(self, path: Path, *, given_first: bool = False) -> float:
        r"""Return the probability of going through these states in this order.

        Parameters
        ----------
        path : sequence of str or int
            At least one state, by name or by number. A string counts as the sequence of its letters.
        given_first : bool, default False
            Whether the first state is taken as known. If not, its probability is a factor.

        Returns
        -------
        float
            The probability. For paths of hundreds of states it may be too small for a float and come out as
            0; `path_log_probability` has no such limit.

        Raises
        ------
        ValueError
            If `path` is empty or holds a state that the chain does not have.

        Notes
        -----
        .. math:: P(z_{1:T}) = \pi_{z_1} \prod_{t=1}^{T-1} a_{z_t z_{t+1}}

        Examples
        --------
        >>> chain = MarkovChain([[0.9, 0.1], [0.5, 0.5]], ["sunny", "rainy"])
        >>> round(chain.path_probability(["sunny", "sunny", "rainy"]), 6)
        0.045
        >>> round(chain.path_probability(["sunny", "sunny", "rainy"], given_first=True), 6)
        0.09
        """
        return float(np.prod(self._factors(path, given_first)))

    def path_log_probability(self, path: Path, *, given_first: bool = False) -> float:
        """Return the natural logarithm of the probability of a path.

        Parameters
        ----------
        path : sequence of str or int
            At least one state, as in `path_probability`.
        given_first : bool, default False
            Whether the first state is taken as known.

        Returns
        -------
        float
            The logarithm, minus infinity for an impossible path.

        Raises
        ------
        ValueError
            If `path` is empty or holds a state that the chain does not have.

        Examples
        --------
        >>> chain = MarkovChain([[0.9, 0.1], [0.5, 0.5]], ["sunny", "rainy"])
        >>> round(chain.path_log_probability(["sunny", "rainy"] * 1000), 2)
        -2995.73
        """
        return float(safe_log(self._factors(path, given_first)).sum())

    def log_likelihood(self, sequences: Iterable[Path], *, given_first: bool = False) -> float:
        """Return the logarithm of the probability of several independent sequences.

        Parameters
        ----------
        sequences : iterable of sequences of str or int
            One or more sequences, each as in `path_probability`.
        given_first : bool, default False
            Whether the first states are taken as known.

        Returns
        -------
        float
            The sum of the logarithms, minus infinity if one of the sequences is impossible.

        Raises
        ------
        ValueError
            If there is no sequence, one is empty, or one holds a state that the chain does not have.

        Examples
        --------
        >>> round(MarkovChain([[0.9, 0.1], [0.5, 0.5]], "SR").log_likelihood(["SSR", "R"]), 4)
        -3.7942
        """
        return sum(self.path_log_probability(one, given_first=given_first) for one in several(sequences))

    def sample(
        self, length: int, *, rng: np.random.Generator, n_sequences: int | None = None
    ) -> NDArray[np.int64]:
        """Draw one random sequence of states, or several at once.

        Parameters
        ----------
        length : int
            Number of states in a sequence, at least 1.
        rng : numpy.random.Generator
            Where the randomness comes from.
        n_sequences : int, optional
            How many sequences to draw, at least 1. Without it, one.

        Returns
        -------
        ndarray of shape (length,) or (n_sequences, length)
            The numbers of the states. `decode_names` gives the names.

        Raises
        ------
        ValueError
            If `length` or `n_sequences` is not a whole number of at least 1, or `rng` is no generator.

        Examples
        --------
        >>> MarkovChain([[0, 1], [1, 0]], initial=[1, 0]).sample(5, rng=np.random.default_rng(0))
        array([0, 1, 0, 1, 0])
        """
        length = checks.count(length, "length")
        count = 1 if n_sequences is None else checks.count(n_sequences, "n_sequences")
        drawn = draw_states(self.initial, self.transition, length, count, checks.rng(rng))
        return drawn[0] if n_sequences is None else drawn

    def decode_names(self, path: Iterable[int]) -> list[str]:
        """Return the names of states that are given by number.

        Parameters
        ----------
        path : sequence of int
            Numbers of states, such as a sample.

        Returns
        -------
        list of str
            Their names.

        Raises
        ------
        ValueError
            If `path` is empty or holds a state that the chain does not have.

        Examples
        --------
        >>> MarkovChain([[0.9, 0.1], [0.5, 0.5]], ["sunny", "rainy"]).decode_names([0, 0, 1])
        ['sunny', 'sunny', 'rainy']
        """
        return [self.states[number] for number in read_codes(path, "path", self.states)]

    def _distribution(self, given: ArrayLike | str, name: str) -> NDArray[np.float64]:
        """Return a distribution that is given as such, or as the name of a state that is certain."""
        if isinstance(given, str):
            if given not in self.states:
                raise ValueError(f"{name} must be a distribution or one of {self.states}, got {given!r}")
            given = np.eye(self.n_states)[self.states.index(given)]
        return distributions(given, name, (self.n_states,))

    def _factors(self, path: Path, given_first: bool) -> NDArray[np.float64]:
        numbers = read_codes(path, "path", self.states)
        steps = self.transition[numbers[:-1], numbers[1:]]
        return steps if given_first else np.append(self.initial[numbers[0]], steps)
