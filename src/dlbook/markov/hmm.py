"""Hidden Markov models: what they can do, whatever they emit."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Literal, NoReturn, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..numerics.logarithms import safe_log
from ._blocks import best_path
from ._checks import distributions, labels
from ._inference import Filter, backward_pass, forward_pass, impossible, smoothed
from ._packing import Packing
from ._sampling import draw_states
from .results import Backward, Forward, Posteriors, Sample, ViterbiPath

Method = Literal["plain", "scaled", "log"]

METHODS = ("plain", "scaled", "log")


class HiddenMarkovModel(ABC):
    r"""A Markov chain whose states are seen only through what they emit.

    This is what `CategoricalHMM`, `GaussianHMM` and `MixtureHMM` have in common. A model cannot be changed
    after construction; `replace` makes another one.

    Parameters
    ----------
    start : array_like of shape (n_states,)
        Probabilities of the first state.
    transition : array_like of shape (n_states, n_states)
        Transition probabilities, from the row to the column.
    states : iterable of str, optional
        Names of the states. Without them they are called "0", "1" and so on.

    Attributes
    ----------
    start : ndarray of shape (n_states,)
        As given.
    transition : ndarray of shape (n_states, n_states)
        As given.
    states : tuple of str
        Names of the states.
    n_states : int
        Number of states.

    Raises
    ------
    ValueError
        If a shape does not fit, or probabilities are negative, not finite or do not sum to 1.

    Notes
    -----
    Observations `x` of all methods are one sequence, an array with one more axis in front for a batch of
    sequences of equal length, or a list of sequences. For one sequence the results have no axis for the
    sequences; for a batch they have one in front; for a list they are lists, except single numbers, of
    which an array holds one for each sequence.

    The scaled recursions are done again in logarithms for any sequence in which a probability that underflows
    could matter, so that all methods agree.

    References
    ----------
    - L. R. Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition",
      Proceedings of the IEEE 77(2), 1989, pp. 257-286.
    """

    start: NDArray[np.float64]
    transition: NDArray[np.float64]
    states: tuple[str, ...]
    n_states: int
    emission_parameters: tuple[str, ...] = ()
    """Names of the parameters that say what the states emit."""

    def __init__(self, start: ArrayLike, transition: ArrayLike, states: Any = None) -> None:
        first = distributions(start, "start", ("n_states",))
        n_states = len(first)
        self._set(
            start=first,
            transition=distributions(transition, "transition", (n_states, n_states)),
            states=labels(states, "states", n_states),
            n_states=n_states,
        )

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed, make another one with replace")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(n_states={self.n_states})"

    def _set(self, **attributes: object) -> None:
        vars(self).update(attributes)

    # What a kind of model has to say

    @abstractmethod
    def _read(self, x: Any, name: str) -> tuple[NDArray, Packing]:
        """Return checked observations, packed."""

    @abstractmethod
    def _log_likelihood(self, values: NDArray) -> NDArray[np.float64]:
        """Return log b_i(x) for each packed observation and each state."""

    @abstractmethod
    def _emit(self, states: NDArray[np.intp], rng: np.random.Generator) -> NDArray:
        """Draw an observation for each state."""

    @abstractmethod
    def _reestimated(
        self,
        values: NDArray,
        gamma: NDArray[np.float64],
        update: frozenset[str],
        pseudocount: float,
        floor: float,
    ) -> dict[str, NDArray[np.float64]]:
        """Return the emission parameters that fit best, given posterior probabilities of the states."""

    @abstractmethod
    def _distances(self, other: Any) -> NDArray[np.float64]:
        """Return how much each state (row) differs from each state of another model in what it emits."""

    def _n_free(self, parameter: str) -> int:
        """Return how many numbers of a parameter are free: zeros stay zeros, and rows sum to 1."""
        possible = getattr(self, parameter) > 0
        return int(possible.sum() - possible[..., 0].size)

    def _check_variances(self, floor: float) -> None:
        """Refuse a model with a variance below a floor."""
        return

    @abstractmethod
    def _arguments(self) -> dict[str, Any]:
        """Return the arguments of the constructor that make this model."""

    def _shifted_likelihood(self, values: NDArray) -> tuple[NDArray[np.float64], NDArray[np.float64] | float]:
        """Return likelihoods divided by the largest at each step, and the logarithm of that."""
        log_likelihood = self._log_likelihood(values)
        largest = log_likelihood.max(axis=1)
        shift = np.where(largest > -np.inf, largest, 0.0)
        return np.exp(log_likelihood - shift[:, None]), shift

    # What every model can do

    def forward(self, x: Any, method: Method = "scaled") -> Forward:
        r"""Run the forward recursion.

        Parameters
        ----------
        x : array_like or list
            Observations, see the class.
        method : {"scaled", "plain", "log"}
            How to compute: with probabilities divided by their sum at each step, with probabilities as they
            are, which become too small for a floating-point number after some hundred steps, or with
            logarithms.

        Returns
        -------
        Forward
            The forward probabilities, the scales and the logarithm of the likelihood. The scale of a
            continuous observation far from all states may underflow to 0, the log-likelihood does not.

        Raises
        ------
        ValueError
            If the observations or the method are wrong, or the densities of "plain" overflow.

        Notes
        -----
        .. math::

            \alpha_1(j) = \pi_j \, b_j(x_1), \qquad
            \alpha_t(j) = \Bigl( \sum_i \alpha_{t-1}(i) \, a_{ij} \Bigr) b_j(x_t), \qquad
            P(x) = \sum_j \alpha_T(j)

        Scaled: :math:`c_t = \sum_j \hat{\alpha}_t(j)` before division by it, and
        :math:`\log P(x) = \sum_t \log c_t`.

        ===================  ============  ====================================================
        symbol               name          meaning
        ===================  ============  ====================================================
        :math:`\pi_j`        `start`       probability that the first state is j
        :math:`a_{ij}`       `transition`  probability of state j after state i
        :math:`b_j(x_t)`     (internal)    probability of the observation at step t in state j
        :math:`\alpha_t(j)`  `alpha`       probability of the observations up to t and of state j
        :math:`c_t`          `scale`       probability of observation t given those before
        ===================  ============  ====================================================
        """
        checks.choice(method, "method", METHODS)
        values, packing = self._read(x, "x")
        alpha, scale, total = forward_pass(self, values, packing, method)
        shown = None if scale is None else packing.unpack(scale)
        return Forward(packing.unpack(alpha), shown, packing.result(total))

    def backward(self, x: Any, method: Method = "scaled") -> Backward:
        r"""Run the backward recursion.

        Parameters
        ----------
        x : array_like or list
            Observations, see the class.
        method : {"scaled", "plain", "log"}
            How to compute, as for `forward`.

        Returns
        -------
        Backward
            The backward probabilities, the scales and the logarithm of the likelihood. A scaled probability
            above the largest floating-point number is given as that number.

        Raises
        ------
        ValueError
            If the observations or the method are wrong, the densities of "plain" overflow, or "scaled" is
            asked for observations that are impossible under the model, for then the scales are 0.

        Notes
        -----
        .. math::

            \beta_T(i) = 1, \qquad \beta_t(i) = \sum_j a_{ij} \, b_j(x_{t+1}) \, \beta_{t+1}(j), \qquad
            P(x) = \sum_i \pi_i \, b_i(x_1) \, \beta_1(i)

        Scaled: :math:`\hat{\beta}_t(i) = \beta_t(i) / (c_{t+1} \cdots c_T)`, and so
        :math:`\hat{\alpha}_t(i) \, \hat{\beta}_t(i) = \gamma_t(i)`. Rabiner divides by :math:`c_t` as well.

        ==================  ============  ====================================================
        symbol              name          meaning
        ==================  ============  ====================================================
        :math:`\pi_i`       `start`       probability that the first state is i
        :math:`a_{ij}`      `transition`  probability of state j after state i
        :math:`b_j(x_t)`    (internal)    probability of the observation at step t in state j
        :math:`\beta_t(i)`  `beta`        probability of the observations after t, from state i
        :math:`c_t`         `scale`       probability of observation t given those before
        ==================  ============  ====================================================
        """
        checks.choice(method, "method", METHODS)
        values, packing = self._read(x, "x")
        beta, scale, total = backward_pass(self, values, packing, method)
        shown = None if scale is None else packing.unpack(scale)
        return Backward(packing.unpack(beta), shown, packing.result(total))

    def score(self, x: Any) -> Any:
        """Logarithm of the likelihood of observations.

        Parameters
        ----------
        x : array_like or list
            Observations, see the class.

        Returns
        -------
        float or ndarray of shape (n_sequences,)
            Logarithm of the probability (or density), ``-inf`` for a sequence that is impossible.

        Raises
        ------
        ValueError
            If the observations are wrong.
        """
        values, packing = self._read(x, "x")
        return packing.result(Filter(self, values, packing).log_likelihood)

    def posteriors(self, x: Any) -> Posteriors:
        r"""Probabilities of the states, and of pairs of states, given all observations.

        Parameters
        ----------
        x : array_like or list
            Observations, see the class.

        Returns
        -------
        Posteriors
            The probabilities of the states and of the pairs, and the logarithm of the likelihood.

        Raises
        ------
        ValueError
            If the observations are wrong, or a sequence is impossible under the model.

        Notes
        -----
        .. math::

            \gamma_t(i) = \frac{\alpha_t(i) \, \beta_t(i)}{P(x)}, \qquad
            \xi_t(i, j) = \frac{\alpha_t(i) \, a_{ij} \, b_j(x_{t+1}) \, \beta_{t+1}(j)}{P(x)}

        ===================  ============  ====================================================
        symbol               name          meaning
        ===================  ============  ====================================================
        :math:`\gamma_t(i)`  `gamma`       probability of state i at step t
        :math:`\xi_t(i, j)`  `xi`          probability of state i at step t and j at step t + 1
        :math:`P(x)`         (internal)    likelihood, the exponential of `log_likelihood`
        ===================  ============  ====================================================
        """
        values, packing = self._read(x, "x")
        run = Filter(self, values, packing)
        run.check_possible("x")
        gamma, xi = smoothed(run, keep_pairs=True)
        return Posteriors(packing.unpack(gamma), packing.unpack_pairs(xi), packing.result(run.log_likelihood))

    def viterbi(self, x: Any) -> ViterbiPath:
        """Most probable states, by the Viterbi algorithm in logarithms.

        Parameters
        ----------
        x : array_like or list
            Observations, see the class.

        Returns
        -------
        ViterbiPath
            The states and the logarithm of their probability together with the observations. Among equally
            probable paths, the last state is that with the lowest index, and so on backwards. Products that
            are equal on paper may differ by rounding.

        Raises
        ------
        ValueError
            If the observations are wrong, or a sequence is impossible under the model.
        """
        values, packing = self._read(x, "x")
        path, log_delta = best_path(
            safe_log(self.start), safe_log(self.transition), self._log_likelihood(values), packing.sizes
        )
        best = log_delta.max(axis=1)
        if not (best > -np.inf).all():
            raise impossible(np.exp(log_delta - np.where(best > -np.inf, best, 0.0)[:, None]), packing, "x")
        return ViterbiPath(packing.unpack(path), packing.result(best[packing.last_rows]))

    def decode_names(self, path: Any) -> Any:
        """Names of states.

        Parameters
        ----------
        path : array_like of int, list or ViterbiPath
            Indices of states, of one sequence or of several.

        Returns
        -------
        list of str or list of list of str
            Their names.

        Raises
        ------
        ValueError
            If there is no state with such an index.
        """
        indices = path.states if isinstance(path, ViterbiPath | Sample) else path
        several = not isinstance(indices, str) and isinstance(indices, Sequence) and len(indices) > 0
        if np.ndim(indices[0] if several else indices) > (0 if several else 1):
            return [self.decode_names(part) for part in indices]
        array = checks.integers(indices, "path", ("n_steps",), most=self.n_states - 1, empty=True)
        return [self.states[i] for i in array.tolist()]

    def sample(self, length: int, *, rng: np.random.Generator, n_sequences: int | None = None) -> Sample:
        """Draw states and what they emit.

        Parameters
        ----------
        length : int
            Number of steps, at least 1.
        rng : numpy.random.Generator
            Source of chance.
        n_sequences : int, optional
            Draw a batch of so many sequences.

        Returns
        -------
        Sample
            The states and the observations, for a batch with a leading axis.

        Raises
        ------
        ValueError
            If a number is below 1, or `rng` is no generator.
        """
        n_steps = checks.count(length, "length")
        n_rows = 1 if n_sequences is None else checks.count(n_sequences, "n_sequences")
        states = draw_states(self.start, self.transition, n_steps, n_rows, checks.rng(rng))
        observations = self._emit(states.reshape(-1), rng)
        observations = observations.reshape(n_rows, n_steps, *observations.shape[1:])
        if n_sequences is None:
            return Sample(states[0], observations[0])
        return Sample(states, observations)

    def permuted(self, order: ArrayLike) -> Self:
        """Return the same model with its states in another order.

        Parameters
        ----------
        order : array_like of int of shape (n_states,)
            Old index of each new state.

        Returns
        -------
        HiddenMarkovModel
            The new model.

        Raises
        ------
        ValueError
            If this is not a permutation of the states.
        """
        index = checks.integers(order, "order", (self.n_states,), most=self.n_states - 1)
        if len(set(index.tolist())) < self.n_states:
            raise ValueError(f"order must hold each of 0 to {self.n_states - 1} once, got {index.tolist()}")
        changed: dict[str, Any] = {
            "start": self.start[index],
            "transition": self.transition[np.ix_(index, index)],
            "states": [self.states[i] for i in index.tolist()],
        }
        changed.update({name: getattr(self, name)[index] for name in self.emission_parameters})
        return self.replace(**changed)

    def replace(self, **changes: Any) -> Self:
        """Return a model in which some parameters are others.

        Parameters
        ----------
        **changes : array_like
            New values of arguments of the constructor, by name.

        Returns
        -------
        HiddenMarkovModel
            The new model.

        Raises
        ------
        ValueError
            If there is no such argument, or a value is not allowed.
        """
        arguments = self._arguments()
        unknown = sorted(set(changes) - set(arguments))
        if unknown:
            raise ValueError(f"changes must be among {', '.join(arguments)}, got {', '.join(unknown)}")
        return type(self)(**{**arguments, **changes})
