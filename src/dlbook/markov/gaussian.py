"""Hidden Markov models that emit vectors with a Gaussian distribution in each state."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..numerics import (
    diagonal_log_density,
    divergences,
    full_log_density,
    spread_points,
    weighted_covariance,
    weighted_mean,
    weighted_variance,
)
from ..numerics.gaussians import covariance_matrices, variances
from ._checks import frozen
from ._estimation import EMPTY
from ._packing import Packing
from ._reading import read_vectors
from ._sampling import random_chain
from .hmm import HiddenMarkovModel


class GaussianHMM(HiddenMarkovModel):
    r"""A hidden Markov model whose states emit vectors, each with a Gaussian distribution.

    Parameters
    ----------
    start : array_like of shape (n_states,)
        Probabilities of the first state.
    transition : array_like of shape (n_states, n_states)
        Transition probabilities, from the row to the column.
    means : array_like of shape (n_states, n_features)
        Mean of each state.
    covariances : array_like of shape (n_states, n_features) or (n_states, n_features, n_features)
        Variances of each state, for features that are independent; or covariance matrices.
    states : iterable of str, optional
        Names of the states. Without them they are called "0", "1" and so on.

    Attributes
    ----------
    means : ndarray of shape (n_states, n_features)
        As given.
    covariances : ndarray
        As given.
    n_features : int
        Number of elements of an observation.

    Raises
    ------
    ValueError
        If a shape does not fit, probabilities are negative, not finite or do not sum to 1, or covariances
        are not positive (definite).

    Notes
    -----
    A sequence of observations is an array of shape (n_steps, n_features).

    .. math:: b_i(x) = \mathcal{N}(x; \mu_i, \Sigma_i)

    ================  =============  ======================================
    symbol            name           meaning
    ================  =============  ======================================
    :math:`b_i(x)`    (internal)     density of an observation in state i
    :math:`\mu_i`     `means`        its mean
    :math:`\Sigma_i`  `covariances`  its covariance matrix, or the diagonal
    ================  =============  ======================================

    In `baum_welch`, the parameters to `update` are "start", "transition", "means" and "covariances";
    "emission" stands for the last two. Variances are those of maximum likelihood: sums are divided by the
    expected number of observations, not by one less.

    References
    ----------
    - L. R. Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition",
      Proceedings of the IEEE 77(2), 1989, pp. 257-286, section IV.A.

    Examples
    --------
    >>> model = GaussianHMM([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [[0.0], [3.0]], [[1.0], [1.0]])
    >>> model.viterbi([[0.1], [-0.4], [2.9], [3.3]]).states
    array([0, 0, 1, 1])
    """

    means: NDArray[np.float64]
    covariances: NDArray[np.float64]
    n_features: int
    emission_parameters = ("means", "covariances")

    def __init__(
        self,
        start: ArrayLike,
        transition: ArrayLike,
        means: ArrayLike,
        covariances: ArrayLike,
        *,
        states: Iterable[str] | None = None,
    ) -> None:
        super().__init__(start, transition, states)
        centres = checks.array(means, "means", (self.n_states, "n_features"))
        n_states, n_features = centres.shape
        spread = checks.array(covariances, "covariances", (n_states, n_features, ...))
        if spread.ndim == 2:
            spread = variances(spread, "covariances", (n_states, n_features))
        else:
            spread = covariance_matrices(spread, "covariances", (n_states, n_features, n_features))
        self._set(means=frozen(centres), covariances=frozen(spread), n_features=n_features)

    def _read(self, x: Any, name: str) -> tuple[NDArray[np.float64], Packing]:
        return read_vectors(x, name, self.n_features)

    def _log_likelihood(self, values: NDArray) -> NDArray[np.float64]:
        density = diagonal_log_density if self.covariances.ndim == 2 else full_log_density
        return density(values, self.means, self.covariances)

    def _emit(self, states: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.float64]:
        noise = rng.standard_normal((len(states), self.n_features))
        if self.covariances.ndim == 2:
            return self.means[states] + np.sqrt(self.covariances)[states] * noise
        factors = np.linalg.cholesky(self.covariances)
        for state in range(self.n_states):
            noise[states == state] = noise[states == state] @ factors[state].T
        return self.means[states] + noise

    def _reestimated(
        self,
        values: NDArray,
        gamma: NDArray[np.float64],
        update: frozenset[str],
        pseudocount: float,
        floor: float,
    ) -> dict[str, NDArray[np.float64]]:
        means, covariances = self.means.copy(), self.covariances.copy()
        spread = weighted_variance if covariances.ndim == 2 else weighted_covariance
        for k in np.flatnonzero(gamma.sum(axis=0) > EMPTY):
            weights = np.ascontiguousarray(gamma[:, k])
            if "means" in update:
                means[k] = weighted_mean(values, weights)
            if "covariances" in update:
                covariances[k] = spread(values, weights, means[k], floor=floor)
        return {"means": means, "covariances": covariances}

    def _n_free(self, parameter: str) -> int:
        if parameter == "covariances" and self.covariances.ndim == 3:
            return self.n_states * self.n_features * (self.n_features + 1) // 2
        return (
            getattr(self, parameter).size
            if parameter in self.emission_parameters
            else super()._n_free(parameter)
        )

    def _check_variances(self, floor: float) -> None:
        if self.covariances.ndim == 2:
            smallest, largest = self.covariances.min(axis=1), self.covariances.max(axis=1)
        else:
            eigenvalues = np.linalg.eigvalsh(self.covariances)
            smallest, largest = eigenvalues[:, 0], eigenvalues[:, -1]
        check_floor(smallest + 1e-12 * largest, floor)

    def _distances(self, other: Any) -> NDArray[np.float64]:
        return divergences(self.means, _matrices(self), other.means, _matrices(other))

    def _arguments(self) -> dict[str, Any]:
        wanted = ("start", "transition", "means", "covariances", "states")
        return {name: getattr(self, name) for name in wanted}


def random_gaussian_hmm(
    n_states: int,
    x: Any,
    *,
    rng: np.random.Generator,
    full: bool = False,
    states: Iterable[str] | None = None,
) -> GaussianHMM:
    """Draw a model by chance that fits roughly to observations, as a start for learning.

    The means are observations that lie apart: each is drawn with a chance in proportion to its squared
    distance to the nearest one drawn before, in units of the standard deviations. Every state gets the
    variances of all observations. The probabilities of start and transition are drawn with all values equally
    probable.

    Parameters
    ----------
    n_states : int
        Number of states.
    x : array_like or list
        Observations: one sequence of shape (n_steps, n_features), a batch or a list.
    rng : numpy.random.Generator
        Source of chance.
    full : bool, default False
        Give the states covariance matrices, not variances.
    states : iterable of str, optional
        Names of the states.

    Returns
    -------
    GaussianHMM
        The model.

    Raises
    ------
    ValueError
        If the observations are wrong or fewer than the states.

    References
    ----------
    - D. Arthur and S. Vassilvitskii, "k-means++: the advantages of careful seeding", Proceedings of the 18th
      ACM-SIAM Symposium on Discrete Algorithms, 2007, pp. 1027-1035.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> random_gaussian_hmm(2, rng.normal(size=(20, 3)), rng=rng).means.shape
    (2, 3)
    """
    n_states = checks.count(n_states, "n_states")
    values, _ = read_vectors(x, "x", None)
    check_enough(values, n_states, "n_states")
    variance = np.maximum(values.var(axis=0), SMALLEST_VARIANCE)
    if full:
        ones = np.ones(len(values))
        spread = weighted_covariance(values, ones, values.mean(axis=0), floor=SMALLEST_VARIANCE)
    else:
        spread = variance
    start, transition = random_chain(n_states, checks.rng(rng))
    means = spread_points(values, n_states, rng=rng)
    return GaussianHMM(start, transition, means, np.stack([spread] * n_states), states=states)


SMALLEST_VARIANCE = 1e-6
"""What the variance of a feature that never changes is set to."""


def check_enough(values: NDArray, number: int, name: str) -> None:
    """Refuse to start with more distributions than observations."""
    if len(values) < number:
        raise ValueError(f"x must hold at least {name} = {number} observations, got {len(values)}")


def check_floor(smallest: NDArray[np.float64], floor: float) -> None:
    """Refuse variances below a floor."""
    low = np.flatnonzero(smallest < floor)
    if low.size:
        state = int(low[0])
        raise ValueError(
            f"variance_floor must not be above a variance of the model, got {floor} and a variance of "
            f"{smallest[state]:.4g} in state {state}"
        )


def _matrices(model: GaussianHMM) -> NDArray[np.float64]:
    if model.covariances.ndim == 3:
        return model.covariances
    return model.covariances[:, :, None] * np.eye(model.n_features)
