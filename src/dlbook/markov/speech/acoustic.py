"""The acoustic model: hidden Markov models of units of speech, joined to chains."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ... import checks
from ...data.speech import SILENCE
from ...data.speech.checks import as_features, as_words
from ...numerics.gaussians import variances
from ...numerics.logarithms import sum_logarithms
from ..mixture import MixtureHMM
from ._chains import chain_forward, component_log_densities

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class AcousticModel:
    r"""Left-to-right hidden Markov models, one a unit, whose states emit features from Gaussian mixtures.

    Parameters
    ----------
    units : tuple of str
        Names of the units. Silence is one of them.
    sizes : tuple of int
        Number of states of every unit. The states of the first unit come first.
    stay : ndarray of shape (n_states,)
        Probability, between 0 and 1, that the next frame belongs to the same state.
    weights : ndarray of shape (n_states, n_components)
        Weights of the Gaussians; rows sum to 1.
    means : ndarray of shape (n_states, n_components, n_features)
        Their means.
    variances : ndarray of shape (n_states, n_components, n_features)
        Their variances, positive: covariances are diagonal.

    Raises
    ------
    ValueError
        If shapes do not fit together, or a probability or a variance is out of range.

    See Also
    --------
    train_acoustic_model : How its numbers are learned.

    Notes
    -----
    From a state the chain stays or goes on to the next. After the last state of a unit follows the first of
    the next unit: that is how the lexicon turns a word into one model. The probability of a chain's frames
    includes that of leaving its last state after the last frame.

    .. math:: b_k(x) = \sum_{g=1}^{G} w_{kg} \, \mathcal{N}(x; \mu_{kg}, \operatorname{diag} \sigma^2_{kg})

    ===================  ===========  ========================================
    symbol               name         meaning
    ===================  ===========  ========================================
    :math:`x`            (input)      features of one frame
    :math:`b_k`          (internal)   density of state k
    :math:`w_{kg}`       `weights`    weight of its Gaussian g
    :math:`\mu_{kg}`     `means`      mean of that Gaussian
    :math:`\sigma_{kg}`  `variances`  standard deviations of that Gaussian
    ===================  ===========  ========================================

    References
    ----------
    - L. R. Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition",
      Proceedings of the IEEE 77(2), 1989, pp. 257-286.

    Examples
    --------
    >>> model = AcousticModel(
    ...     ("SIL", "A"), (1, 2), np.array([0.5, 0.5, 0.5]), np.ones((3, 1)),
    ...     np.array([[[0.0]], [[5.0]], [[9.0]]]), np.ones((3, 1, 1)))
    >>> model.states_of("A").tolist(), model.chain(["SIL", "A", "SIL"]).tolist()
    ([1, 2], [0, 1, 2, 0])
    >>> model.log_likelihoods([[5.0]]).round(2).tolist()
    [[-13.42, -0.92, -8.92]]
    >>> round(model.score([[0.0], [5.0], [9.0], [0.0]], ["SIL", "A", "SIL"]), 4)
    -6.4483
    """

    units: tuple[str, ...]
    sizes: tuple[int, ...]
    stay: Floats
    weights: Floats
    means: Floats
    variances: Floats

    def __post_init__(self) -> None:
        units = as_words(self.units, "units")
        sizes = tuple(checks.integers(self.sizes, "sizes", ("n_units",), least=1).tolist())
        if len(units) != len(sizes) or len(set(units)) != len(units):
            raise ValueError("units must be different names, as many as sizes")
        if SILENCE not in units:
            raise ValueError(f"units must contain {SILENCE}, got {', '.join(units)}")
        count = sum(sizes)
        stay = checks.array(self.stay, "stay", (count,))
        if not ((stay > 0) & (stay < 1)).all():
            raise ValueError(f"stay must be {count} probabilities between 0 and 1")
        weights = checks.probabilities(self.weights, "weights", (count, "n_components"))
        means = checks.array(self.means, "means", (*weights.shape, "n_features"))
        spread = variances(self.variances, "variances", means.shape)
        vars(self).update(units=units, sizes=sizes, stay=stay, weights=weights, means=means, variances=spread)

    @property
    def n_states(self) -> int:
        """Number of states of all units together."""
        return len(self.stay)

    @property
    def n_components(self) -> int:
        """Number of Gaussians of every state."""
        return self.weights.shape[1]

    @property
    def n_features(self) -> int:
        """Number of features of a frame."""
        return self.means.shape[2]

    def states_of(self, unit: str) -> Indices:
        """Return the states of a unit.

        Parameters
        ----------
        unit : str
            Name of a unit.

        Returns
        -------
        ndarray of int
            Numbers of its states in the model.

        Raises
        ------
        ValueError
            If the model does not have the unit.
        """
        if not isinstance(unit, str) or unit not in self.units:
            raise ValueError(f"unit must be one of {', '.join(self.units)}, got {unit!r}")
        k = self.units.index(unit)
        first = sum(self.sizes[:k])
        return np.arange(first, first + self.sizes[k])

    def chain(self, units: Sequence[str]) -> Indices:
        """Join units to one left-to-right model.

        Parameters
        ----------
        units : sequence of str
            Names of units, at least one; a unit may occur several times.

        Returns
        -------
        ndarray of int
            Numbers of the states in their order.

        Raises
        ------
        ValueError
            If there is no unit or the model does not have it.
        """
        if isinstance(units, str) or not as_words(units, "units"):
            raise ValueError(f"units must be a sequence of at least one name, got {units!r}")
        return np.concatenate([self.states_of(unit) for unit in units])

    def log_likelihoods(self, features: ArrayLike) -> Floats:
        """Return how well every state explains every frame.

        Parameters
        ----------
        features : array_like of shape (n_frames, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_frames, n_states)
            Logarithms of the densities.

        Raises
        ------
        ValueError
            If the features have a wrong shape or are not finite.
        """
        x = as_features(features, "features", self.n_features)
        return sum_logarithms(component_log_densities(x, self.weights, self.means, self.variances), axis=-1)

    def score(self, features: ArrayLike, units: Sequence[str]) -> float:
        """Return the log-likelihood of frames under a chain of units, summed over all its paths.

        Parameters
        ----------
        features : array_like of shape (n_frames, n_features)
            Features.
        units : sequence of str
            The chain.

        Returns
        -------
        float
            The log-likelihood; minus infinity where there are fewer frames than states.

        Raises
        ------
        ValueError
            If the features do not fit or a unit is unknown.
        """
        states = self.chain(units)
        emissions = self.log_likelihoods(features)[:, states]
        stay, leave = np.log(self.stay[states]), np.log1p(-self.stay[states])
        return float(chain_forward(emissions[None], stay[None], leave[None])[0, -1, -1] + leave[-1])

    def hmm(self, units: Sequence[str]) -> MixtureHMM:
        """Return a chain of units as a hidden Markov model of the chapter, to draw, to sample or to decode.

        Parameters
        ----------
        units : sequence of str
            The chain.

        Returns
        -------
        MixtureHMM
            It begins in the first state. From the last there is no way on, so that it stays there: a sequence
            has no end of its own, which is what tells its likelihood from `score`.

        Raises
        ------
        ValueError
            If there is no unit or the model does not have it.

        Examples
        --------
        >>> model = AcousticModel(
        ...     ("SIL", "A"), (1, 2), np.array([0.5, 0.6, 0.7]), np.ones((3, 1)),
        ...     np.array([[[0.0]], [[5.0]], [[9.0]]]), np.ones((3, 1, 1)))
        >>> model.hmm(["SIL", "A"]).transition.tolist()
        [[0.5, 0.5, 0.0], [0.0, 0.6, 0.4], [0.0, 0.0, 1.0]]
        """
        chain = self.chain(units)
        stay = np.append(self.stay[chain[:-1]], 1.0)
        names = [
            f"{unit} {k + 1}" if len(self.states_of(unit)) > 1 else unit
            for unit in units
            for k in range(len(self.states_of(unit)))
        ]
        repeated = {name: names.count(name) for name in names}
        seen: dict[str, int] = {}
        for place, name in enumerate(names):
            seen[name] = seen.get(name, 0) + 1
            if repeated[name] > 1:
                names[place] = f"{name} ({seen[name]})"
        return MixtureHMM(
            np.eye(len(chain))[0],
            np.diag(stay) + np.diag(1 - stay[:-1], 1),
            self.weights[chain],
            self.means[chain],
            self.variances[chain],
            states=names,
        )
