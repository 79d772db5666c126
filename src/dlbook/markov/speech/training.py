"""Training of the acoustic model: Baum-Welch over recordings whose words are known, but not their times."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ... import checks
from ...data.speech import SILENCE, Lexicon
from ...data.speech.checks import as_a, as_features
from ...numerics.logarithms import sum_logarithms
from ._chains import chain_backward, chain_forward, component_log_densities
from .acoustic import AcousticModel

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
LEAST_VARIANCE = 0.01
"""Floor of a variance, as a share of the variance of all frames."""


@dataclass(frozen=True)
class AcousticFit:
    """What training gives.

    Parameters
    ----------
    model : AcousticModel
        The trained model.
    log_likelihoods : tuple of float
        Log-likelihood of all recordings before each iteration, and of the model that is returned.
    splits : tuple of int
        Iterations before which every Gaussian was split in two. The log-likelihood may fall from the one
        before to this one, and never elsewhere.
    """

    model: AcousticModel
    log_likelihoods: tuple[float, ...]
    splits: tuple[int, ...]


def train_acoustic_model(
    recordings: Sequence[ArrayLike],
    words: Sequence[str],
    lexicon: Lexicon,
    *,
    states_per_unit: int = 3,
    silence_states: int = 1,
    doublings: int = 1,
    n_iterations: int = 6,
) -> AcousticFit:
    r"""Learn the models of all units from recordings of single words.

    Parameters
    ----------
    recordings : sequence of array_like of shape (n_frames, n_features)
        Features of each recording: silence, one word, silence.
    words : sequence of str
        The word of each recording.
    lexicon : Lexicon
        How words are built of units.
    states_per_unit : int, default 3
        Number of states of every unit but silence.
    silence_states : int, default 1
        Number of states of silence.
    doublings : int, default 1
        How often the number of Gaussians of a state is doubled. It begins at 1.
    n_iterations : int, default 6
        Iterations of Baum-Welch before the first doubling, and after each.

    Returns
    -------
    AcousticFit
        The model and how its likelihood rose.

    Raises
    ------
    ValueError
        If recordings and words do not fit together, a word is not in the lexicon, a unit occurs in no
        recording, or a recording has fewer frames than its chain has states.

    Notes
    -----
    Flat start: the frames of each recording are shared evenly among the states of its chain. Then every
    iteration finds with which probability each frame belongs to each state, in the chain of that recording
    (E-step), and re-estimates every state from all frames of all recordings that its unit occurs in (M-step):

    .. math:: \mu_k = \frac{\sum_n \sum_t \gamma_{nt}(k) \, x_{nt}}{\sum_n \sum_t \gamma_{nt}(k)}

    ======================  ============  ==========================================
    symbol                  name          meaning
    ======================  ============  ==========================================
    :math:`x_{nt}`          `recordings`  frame t of recording n
    :math:`\gamma_{nt}(k)`  (internal)    probability that it belongs to state k
    :math:`\mu_k`           `means`       new mean of state k, with one Gaussian
    ======================  ============  ==========================================

    A doubling moves the two halves of a Gaussian apart by 0.2 standard deviations to each side. Nothing is
    drawn at random.

    References
    ----------
    - L. R. Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition",
      Proceedings of the IEEE 77(2), 1989, pp. 257-286.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> def say(levels):
    ...     return rng.normal(np.repeat(levels, 8), 0.3)[:, None]
    >>> sounds = [say([0, 3, 6, 0]) for _ in range(5)] + [say([0, 6, 3, 0]) for _ in range(5)]
    >>> fit = train_acoustic_model(sounds, ["ab"] * 5 + ["ba"] * 5, Lexicon({"ab": "A B", "ba": "B A"}),
    ...                            states_per_unit=1, doublings=0)
    >>> fit.model.means[:, 0, 0].round(1).tolist(), fit.model.units
    ([-0.0, 3.0, 6.0], ('SIL', 'A', 'B'))
    """
    states_per_unit = checks.count(states_per_unit, "states_per_unit")
    silence_states = checks.count(silence_states, "silence_states")
    doublings = checks.count(doublings, "doublings", 0)
    n_iterations = checks.count(n_iterations, "n_iterations")
    units = (SILENCE, *as_a(lexicon, "lexicon", Lexicon).units)
    sizes = (silence_states, *[states_per_unit] * len(lexicon.units))
    data = _Data.of(recordings, words, lexicon, units, sizes)
    model = _flat_start(data, units, sizes)
    trace: list[float] = []
    splits: list[int] = []
    for round_ in range(doublings + 1):
        if round_:
            model = _split(model)
            splits.append(len(trace))
        for _ in range(n_iterations):
            model, log_likelihood = _iterate(model, data)
            trace.append(log_likelihood)
    trace.append(_expectations(model, data)[2])
    return AcousticFit(model, tuple(trace), tuple(splits))


@dataclass(frozen=True)
class _Data:
    """All recordings in one table of frames.

    `rows` (batch, n_frames) and `chains` (batch, n_states) are padded tables of indices of frames and states.
    """

    frames: Floats
    rows: Indices
    lengths: Indices
    chains: Indices
    sizes: Indices
    floor: Floats

    @classmethod
    def of(
        cls,
        recordings: Sequence[ArrayLike],
        words: Sequence[str],
        lexicon: Lexicon,
        units: tuple[str, ...],
        sizes: tuple[int, ...],
    ) -> "_Data":
        if isinstance(words, str) or not isinstance(words, list | tuple):
            raise ValueError(f"words must be a sequence with the word of each recording, got {words!r:.60}")
        if not isinstance(recordings, Sequence | np.ndarray) or isinstance(recordings, str):
            raise ValueError(f"recordings must be a sequence of features, got {recordings!r:.60}")
        if len(recordings) != len(words) or not len(words):
            raise ValueError(
                f"recordings and words must be equally many, at least one, "
                f"got {len(recordings)} and {len(words)}"
            )
        tables = [as_features(x, f"recordings[{k}]") for k, x in enumerate(recordings)]
        odd = [k for k, x in enumerate(tables) if x.shape[1] != tables[0].shape[1]]
        if odd:
            raise ValueError(
                f"recordings must have equally many features, got others in recordings[{odd[0]}]"
            )
        first = np.cumsum([0, *sizes])
        states = {unit: np.arange(first[k], first[k + 1]) for k, unit in enumerate(units)}
        words = lexicon.known(words)
        spelled = [(SILENCE, *lexicon.spell(word), SILENCE) for word in words]
        missing = [unit for unit in units if not any(unit in chain for chain in spelled)]
        if missing:
            raise ValueError(f"words must use every unit of the lexicon, got none with {missing[0]!r}")
        chains = [np.concatenate([states[unit] for unit in chain]) for chain in spelled]
        for k, (x, chain) in enumerate(zip(tables, chains, strict=True)):
            if len(x) < len(chain):
                raise ValueError(
                    f"recordings[{k}] must have at least {len(chain)} frames, one for each state of "
                    f"{words[k]!r}, got {len(x)}"
                )
        lengths, n_states = np.array([len(x) for x in tables]), np.array([len(c) for c in chains])
        starts = np.cumsum(lengths) - lengths
        # Beyond its end a recording repeats its last frame, and a chain its last state; masked later.
        rows = starts[:, None] + np.minimum(np.arange(lengths.max()), lengths[:, None] - 1)
        padded = np.array([np.pad(c, (0, n_states.max() - len(c)), mode="edge") for c in chains])
        frames = np.concatenate(tables)
        floor = LEAST_VARIANCE * frames.var(axis=0) + 1e-12
        return cls(frames, rows, lengths, padded, n_states, floor)


def _flat_start(data: _Data, units: tuple[str, ...], sizes: tuple[int, ...]) -> AcousticModel:
    """Share the frames of each recording evenly among the states of its chain."""
    belongs = np.zeros((len(data.frames), sum(sizes)))
    visits = np.zeros(sum(sizes))
    for rows, length, chain, size in zip(data.rows, data.lengths, data.chains, data.sizes, strict=True):
        states = chain[np.arange(length) * size // length]
        belongs[rows[:length], states] = 1.0
        np.add.at(visits, chain[:size], 1.0)
    counts = belongs.sum(axis=0)
    means = (belongs.T @ data.frames) / counts[:, None]
    variances = (belongs.T @ data.frames**2) / counts[:, None] - means**2
    variances = np.maximum(variances, data.floor)
    stay = np.clip(1 - visits / counts, 0.01, 0.99)
    return AcousticModel(
        units, sizes, stay, np.ones((len(stay), 1)), means[:, None].copy(), variances[:, None].copy()
    )


def _split(model: AcousticModel) -> AcousticModel:
    """Put two Gaussians in the place of each."""
    step = 0.2 * np.sqrt(model.variances)
    return AcousticModel(
        model.units,
        model.sizes,
        model.stay,
        np.concatenate([model.weights, model.weights], axis=1) / 2,
        np.concatenate([model.means - step, model.means + step], axis=1),
        np.concatenate([model.variances, model.variances], axis=1),
    )


def _expectations(model: AcousticModel, data: _Data) -> tuple[Floats, Floats, float, Floats]:
    """E-step.

    Returns the probabilities of states (n_frames, n_states), the expected numbers of stays (n_states,), the
    log-likelihood of all recordings, and the log densities of all Gaussians.
    """
    parts = component_log_densities(data.frames, model.weights, model.means, model.variances)
    densities = sum_logarithms(parts, axis=-1)
    emissions = densities[data.rows[:, :, None], data.chains[:, None, :]]
    beyond = np.arange(data.chains.shape[1]) >= data.sizes[:, None]
    emissions[np.broadcast_to(beyond[:, None], emissions.shape)] = -np.inf
    stay, leave = np.log(model.stay)[data.chains], np.log1p(-model.stay)[data.chains]
    alpha = chain_forward(emissions, stay, leave)
    beta = chain_backward(emissions, stay, leave, data.lengths, data.sizes)
    batch = np.arange(len(data.lengths))
    ends = (batch, data.lengths - 1, data.sizes - 1)
    totals = alpha[ends] + leave[batch, data.sizes - 1]
    within = np.arange(data.rows.shape[1]) < data.lengths[:, None]
    gamma = np.exp(alpha + beta - totals[:, None, None])
    gamma[~within] = 0.0
    stays = np.exp(alpha[:, :-1] + stay[:, None] + (emissions + beta)[:, 1:] - totals[:, None, None])
    stays[~within[:, 1:]] = 0.0
    n_states = model.n_states
    belongs = np.zeros((len(data.frames), n_states))
    places = data.rows[:, :, None] * n_states + data.chains[:, None, :]
    belongs += np.bincount(places.ravel(), gamma.ravel(), minlength=belongs.size).reshape(belongs.shape)
    stayed = np.bincount(data.chains.ravel(), stays.sum(axis=1).ravel(), minlength=n_states).astype(float)
    return belongs, stayed, float(totals.sum()), parts


def _iterate(model: AcousticModel, data: _Data) -> tuple[AcousticModel, float]:
    """One iteration of Baum-Welch: the new model, and the log-likelihood of the old one."""
    belongs, stayed, log_likelihood, parts = _expectations(model, data)
    stay = np.clip(stayed / belongs.sum(axis=0), 0.01, 0.99)
    shares = belongs[:, :, None] * np.exp(parts - sum_logarithms(parts, axis=-1)[..., None])
    flat = shares.reshape(len(data.frames), -1)
    counts = flat.sum(axis=0)
    alive = np.maximum(counts, 1e-8)
    means = (flat.T @ data.frames) / alive[:, None]
    variances = (flat.T @ data.frames**2) / alive[:, None] - means**2
    empty = counts < 1e-6  # a Gaussian that has lost all its frames stays where it was
    means[empty] = model.means.reshape(means.shape)[empty]
    variances[empty] = model.variances.reshape(variances.shape)[empty]
    weights = counts.reshape(model.weights.shape)
    new = AcousticModel(
        model.units,
        model.sizes,
        stay,
        weights / weights.sum(axis=1, keepdims=True),
        means.reshape(model.means.shape),
        np.maximum(variances, data.floor).reshape(model.means.shape),
    )
    return new, log_likelihood
