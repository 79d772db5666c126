"""Hidden Markov models that emit vectors with a mixture of Gaussian distributions in each state."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..numerics import diagonal_log_density, divergences, spread_points, weighted_mean, weighted_variance
from ..numerics.gaussians import variances
from ..numerics.logarithms import safe_log, sum_logarithms
from ._checks import distributions, frozen
from ._estimation import EMPTY, shares
from ._packing import Packing
from ._reading import read_vectors
from ._sampling import cumulative, random_chain
from .gaussian import SMALLEST_VARIANCE, check_enough, check_floor
from .hmm import HiddenMarkovModel


class MixtureHMM(HiddenMarkovModel):
    r"""A hidden Markov model whose states emit vectors, each with a mixture of Gaussian distributions.

    Parameters
    ----------
    start : array_like of shape (n_states,)
        Probabilities of the first state.
    transition : array_like of shape (n_states, n_states)
        Transition probabilities, from the row to the column.
    weights : array_like of shape (n_states, n_components)
        Probability of each component (column) in each state (row).
    means : array_like of shape (n_states, n_components, n_features)
        Mean of each component.
    covariances : array_like of shape (n_states, n_components, n_features)
        Variances of each component; its features are independent.
    states : iterable of str, optional
        Names of the states. Without them they are called "0", "1" and so on.

    Attributes
    ----------
    weights : ndarray of shape (n_states, n_components)
        As given.
    means : ndarray of shape (n_states, n_components, n_features)
        As given.
    covariances : ndarray of shape (n_states, n_components, n_features)
        As given.
    n_components : int
        Number of components of a state.
    n_features : int
        Number of elements of an observation.

    Raises
    ------
    ValueError
        If a shape does not fit, probabilities are negative, not finite or do not sum to 1, or variances are
        not positive.

    Notes
    -----
    A sequence of observations is an array of shape (n_steps, n_features).

    .. math:: b_i(x) = \sum_g w_{ig} \, \mathcal{N}(x; \mu_{ig}, \operatorname{diag}(\sigma^2_{ig}))

    =====================  =============  ======================================
    symbol                 name           meaning
    =====================  =============  ======================================
    :math:`b_i(x)`         (internal)     density of an observation in state i
    :math:`w_{ig}`         `weights`      probability of its component g
    :math:`\mu_{ig}`       `means`        mean of the component
    :math:`\sigma^2_{ig}`  `covariances`  variances of the component
    =====================  =============  ======================================

    In `baum_welch`, the parameters to `update` are "start", "transition", "weights", "means" and
    "covariances"; "emission" stands for the last three. A component that explains no observation keeps its
    mean and its variances, and its weight becomes 0. Variances are taken around the new means; hmmlearn's
    ``GMMHMM`` takes them around the old ones, which makes them larger by the squares of the steps of the
    means, until the means no longer move.

    References
    ----------
    - L. R. Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition",
      Proceedings of the IEEE 77(2), 1989, pp. 257-286, section IV.A.

    Examples
    --------
    >>> model = MixtureHMM(
    ...     start=[0.5, 0.5],
    ...     transition=[[0.9, 0.1], [0.1, 0.9]],
    ...     weights=[[0.5, 0.5], [1.0, 0.0]],
    ...     means=[[[-3.0], [3.0]], [[0.0], [0.0]]],
    ...     covariances=[[[1.0], [1.0]], [[1.0], [1.0]]],
    ... )
    >>> model.viterbi([[-3.1], [2.9], [0.1], [-0.2]]).states
    array([0, 0, 1, 1])
    """

    weights: NDArray[np.float64]
    means: NDArray[np.float64]
    covariances: NDArray[np.float64]
    n_components: int
    n_features: int
    emission_parameters = ("weights", "means", "covariances")

    def __init__(
        self,
        start: ArrayLike,
        transition: ArrayLike,
        weights: ArrayLike,
        means: ArrayLike,
        covariances: ArrayLike,
        *,
        states: Iterable[str] | None = None,
    ) -> None:
        super().__init__(start, transition, states)
        chances = distributions(weights, "weights", (self.n_states, "n_components"))
        centres = frozen(checks.array(means, "means", (*chances.shape, "n_features")))
        self._set(
            weights=chances,
            means=centres,
            covariances=frozen(variances(covariances, "covariances", centres.shape)),
            n_components=chances.shape[1],
            n_features=centres.shape[2],
        )

    def _read(self, x: Any, name: str) -> tuple[NDArray[np.float64], Packing]:
        return read_vectors(x, name, self.n_features)

    def _component_log_likelihood(self, values: NDArray, state: int) -> NDArray[np.float64]:
        """Return log(w_g N_g(x)) for each observation and each component g of a state."""
        density = diagonal_log_density(values, self.means[state], self.covariances[state])
        return density + safe_log(self.weights[state])

    def _log_likelihood(self, values: NDArray) -> NDArray[np.float64]:
        result = np.empty((len(values), self.n_states))
        for state in range(self.n_states):
            result[:, state] = sum_logarithms(self._component_log_likelihood(values, state), axis=1)
        return result

    def _emit(self, states: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.float64]:
        chances = rng.random((len(states), 1))
        component = (cumulative(self.weights)[states] <= chances).sum(axis=1)
        noise = rng.standard_normal((len(states), self.n_features))
        return self.means[states, component] + np.sqrt(self.covariances)[states, component] * noise

    def _reestimated(
        self,
        values: NDArray,
        gamma: NDArray[np.float64],
        update: frozenset[str],
        pseudocount: float,
        floor: float,
    ) -> dict[str, NDArray[np.float64]]:
        weights, means, covariances = self.weights.copy(), self.means.copy(), self.covariances.copy()
        for k in range(self.n_states):
            responsibility = self._component_log_likelihood(values, k)
            largest = responsibility.max(axis=1, keepdims=True)
            responsibility = np.exp(responsibility - np.where(largest > -np.inf, largest, 0.0))
            total = responsibility.sum(axis=1)
            responsibility *= (gamma[:, k] / np.where(total > 0, total, 1.0))[:, None]
            counts = responsibility.sum(axis=0)
            if "weights" in update:
                weights[k] = shares(counts, self.weights[k], pseudocount)
            for g in np.flatnonzero(counts > EMPTY):
                share = np.ascontiguousarray(responsibility[:, g])
                if "means" in update:
                    means[k, g] = weighted_mean(values, share)
                if "covariances" in update:
                    covariances[k, g] = weighted_variance(values, share, means[k, g], floor=floor)
        return {"weights": weights, "means": means, "covariances": covariances}

    def _n_free(self, parameter: str) -> int:
        return (
            getattr(self, parameter).size
            if parameter in ("means", "covariances")
            else super()._n_free(parameter)
        )

    def _check_variances(self, floor: float) -> None:
        check_floor(self.covariances.min(axis=(1, 2)), floor)

    def _moments(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and covariance matrix of all that a state emits."""
        means = np.einsum("kg,kgd->kd", self.weights, self.means)
        difference = self.means - means[:, None, :]
        covariances = np.einsum("kg,kgd,kge->kde", self.weights, difference, difference)
        within = np.einsum("kg,kgd->kd", self.weights, self.covariances)
        return means, covariances + within[:, :, None] * np.eye(self.n_features)

    def _distances(self, other: Any) -> NDArray[np.float64]:
        return divergences(*self._moments(), *other._moments())

    def _arguments(self) -> dict[str, Any]:
        wanted = ("start", "transition", "weights", "means", "covariances", "states")
        return {name: getattr(self, name) for name in wanted}


def random_mixture_hmm(
    n_states: int,
    n_components: int,
    x: Any,
    *,
    rng: np.random.Generator,
    left_to_right: bool = False,
    states: Iterable[str] | None = None,
) -> MixtureHMM:
    """Draw a model by chance that fits roughly to observations, as a start for learning.

    The means of a state's components are observations that lie apart, as for `random_gaussian_hmm`; all
    components of a state have the same weight and the variances of the observations they are drawn from.

    Parameters
    ----------
    n_states : int
        Number of states.
    n_components : int
        Number of components of each state.
    x : array_like or list
        Observations: one sequence of shape (n_steps, n_features), a batch or a list.
    rng : numpy.random.Generator
        Source of chance.
    left_to_right : bool, default False
        Begin in the first state, and from each state allow only to stay or to go on to the next. Each
        sequence is then cut into as many equal parts as there are states, from which the states' components
        are drawn. The chance to go on is such that the mean duration of a state is that of its part. Without
        this, all states draw from all observations, and the probabilities of start and transition are drawn
        with all values equally probable.
    states : iterable of str, optional
        Names of the states.

    Returns
    -------
    MixtureHMM
        The model.

    Raises
    ------
    ValueError
        If the observations are wrong or too few for the states and their components.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> model = random_mixture_hmm(3, 2, rng.normal(size=(5, 12, 4)), rng=rng, left_to_right=True)
    >>> model.transition
    array([[0.75, 0.25, 0.  ],
           [0.  , 0.75, 0.25],
           [0.  , 0.  , 1.  ]])
    """
    n_states, n_components = checks.count(n_states, "n_states"), checks.count(n_components, "n_components")
    rng = checks.rng(rng)
    values, packing = read_vectors(x, "x", None)
    check_enough(values, n_states * n_components, "n_states * n_components")
    if left_to_right:
        part = packing.step * n_states // packing.lengths[packing.sequence]
        pools = [values[part == k] for k in range(n_states)]
        for k, pool in enumerate(pools):
            if len(pool) < n_components:
                raise ValueError(
                    f"x must hold at least n_components = {n_components} observations for each state, got "
                    f"{len(pool)} for state {k}"
                )
        start, transition = _left_to_right(n_states, float(packing.lengths.mean()) / n_states)
        seeds = [spread_points(pool, n_components, rng=rng) for pool in pools]
    else:
        pools = [values] * n_states
        start, transition = random_chain(n_states, rng)
        points = spread_points(values, n_states * n_components, rng=rng)
        seeds = list(rng.permutation(points).reshape(n_states, n_components, -1))
    spread = [np.tile(np.maximum(pool.var(axis=0), SMALLEST_VARIANCE), (n_components, 1)) for pool in pools]
    weights = np.full((n_states, n_components), 1 / n_components)
    return MixtureHMM(start, transition, weights, np.stack(seeds), np.stack(spread), states=states)


def _left_to_right(n_states: int, duration: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probabilities of start and transition of states that follow one another, each `duration` steps long."""
    forward = 1 / max(duration, 2.0)
    transition = (1 - forward) * np.eye(n_states) + forward * np.eye(n_states, k=1)
    transition[-1] = np.eye(n_states)[-1]
    return np.eye(n_states)[0], transition
