"""Learning a hidden Markov model from observations alone: the Baum-Welch algorithm."""

import warnings
from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from .. import checks
from ._estimation import shares
from ._inference import Filter, smoothed
from .hmm import HiddenMarkovModel

M = TypeVar("M", bound=HiddenMarkovModel)


class BaumWelchFit(NamedTuple, Generic[M]):
    """What `baum_welch` returns.

    Parameters
    ----------
    model : HiddenMarkovModel
        The model after the last update.
    log_likelihoods : ndarray of shape (n_iterations + 1,)
        Log-likelihood of all sequences together before each update, and that of `model` at the end.
    converged : bool
        Whether the last update gained less than the tolerance. If not, there was no iteration left.
    n_iterations : int
        Number of updates.
    """

    model: M
    log_likelihoods: NDArray[np.float64]
    converged: bool
    n_iterations: int


class Restarts(NamedTuple, Generic[M]):
    """What `baum_welch_restarts` returns.

    Parameters
    ----------
    best : BaumWelchFit
        The fit with the largest log-likelihood at the end; the first among equals.
    fits : list of BaumWelchFit
        All fits in the order in which they were made.
    """

    best: BaumWelchFit[M]
    fits: list[BaumWelchFit[M]]


def baum_welch(
    model: M,
    sequences: Any,
    *,
    max_iterations: int = 100,
    tolerance: float = 1e-6,
    update: Iterable[str] = ("start", "transition", "emission"),
    pseudocount: float = 0.0,
    variance_floor: float = 1e-6,
) -> BaumWelchFit[M]:
    r"""Fit a hidden Markov model to observations by expectation maximization.

    Parameters
    ----------
    model : HiddenMarkovModel
        Where to start. What is impossible in it, a probability of 0, stays impossible. States that are equal
        in all respects stay equal.
    sequences : array_like or list
        Observations, in any form that the model reads.
    max_iterations : int, default 100
        Number of updates at most; 0 only computes the log-likelihood.
    tolerance : float, default 1e-6
        Updates end as soon as one gains less than this in log-likelihood, all sequences together.
    update : iterable of str, default ("start", "transition", "emission")
        What to re-estimate. "emission" stands for everything that says what states emit. A `GaussianHMM` also
        knows "means" and "covariances", a `MixtureHMM` "weights", "means" and "covariances".
    pseudocount : float, default 0.0
        Added to every expected count of start, transition, symbol and mixture component that is not
        impossible. It keeps probabilities away from 0. What never falls is then not the log-likelihood but
        its sum with `pseudocount` times the logarithms of all these probabilities.
    variance_floor : float, default 1e-6
        Smallest variance, in every direction, of a Gaussian distribution. Without one, a state that holds
        a single observation has a likelihood without bound, and its variance falls to 0, which is an error.

    Returns
    -------
    BaumWelchFit
        The fitted model, and the log-likelihood before every update and at the end. It never falls, but for
        rounding, unless `pseudocount` is positive.

    Raises
    ------
    ValueError
        If an argument is wrong, a sequence is impossible under the model, there are fewer observations than
        states, or the model has a variance below the floor.

    Warns
    -----
    UserWarning
        If a model with Gaussian distributions has more free numbers to estimate than the sequences hold: its
        likelihood then grows as variances fall to the floor, and says little.

    Notes
    -----
    Each iteration computes the posterior probabilities (the E step), sums them over all sequences and divides
    (the M step). For symbols:

    .. math::

        \pi_i \leftarrow \frac{1}{N} \sum_n \gamma^{(n)}_1(i), \qquad
        a_{ij} \leftarrow \frac{\sum_{n, t < T} \xi^{(n)}_t(i, j)}{\sum_{n, t < T} \gamma^{(n)}_t(i)}, \qquad
        b_{ik} \leftarrow
        \frac{\sum_{n, t} \gamma^{(n)}_t(i) \, [x^{(n)}_t = k]}{\sum_{n, t} \gamma^{(n)}_t(i)}

    ===================  ====================  ====================================================
    symbol               name                  meaning
    ===================  ====================  ====================================================
    :math:`\gamma_t(i)`  `Posteriors.gamma`    probability of state i at step t
    :math:`\xi_t(i, j)`  `Posteriors.xi`       probability of state i at step t and j at step t + 1
    :math:`N`            (internal)            number of sequences
    :math:`\pi_i`        `start`               probability that the first state is i
    :math:`a_{ij}`       `transition`          probability of state j after state i
    :math:`b_{ik}`       `emission`            probability of symbol k in state i
    ===================  ====================  ====================================================

    A state, or a component of a mixture, that the posterior probabilities leave empty keeps its parameters.
    Posterior probabilities of pairs are summed at once and never stored, so the memory needed grows linearly
    with the number of observations.

    References
    ----------
    - L. E. Baum, T. Petrie, G. Soules and N. Weiss, "A maximization technique occurring in the statistical
      analysis of probabilistic functions of Markov chains", Annals of Mathematical Statistics 41(1), 1970,
      pp. 164-171.
    - L. R. Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition",
      Proceedings of the IEEE 77(2), 1989, pp. 257-286, equations 40 and 110.

    Examples
    --------
    >>> from dlbook.markov.categorical import CategoricalHMM
    >>> model = CategoricalHMM([0.5, 0.5], [[0.6, 0.4], [0.4, 0.6]], [[0.6, 0.4], [0.3, 0.7]], symbols="HT")
    >>> fit = baum_welch(model, ["HHHHTTTT", "TTTTHHHH"], max_iterations=5)
    >>> fit.n_iterations, len(fit.log_likelihoods)
    (5, 6)
    >>> bool((fit.log_likelihoods[1:] > fit.log_likelihoods[:-1]).all())
    True
    """
    if not isinstance(model, HiddenMarkovModel):
        raise ValueError(f"model must be a hidden Markov model, got {model!r:.40}")
    max_iterations = checks.count(max_iterations, "max_iterations", 0)
    tolerance = checks.not_negative(tolerance, "tolerance")
    pseudocount = checks.not_negative(pseudocount, "pseudocount")
    floor = checks.not_negative(variance_floor, "variance_floor")
    chosen = _parts(model, update)
    values, packing = model._read(sequences, "sequences")
    if len(values) < model.n_states:
        raise ValueError(
            f"sequences must hold at least as many observations as the model has states, {model.n_states}, "
            f"got {len(values)}"
        )
    model._check_variances(floor)
    _warn_of_too_little(model, values, chosen)
    first = len(packing.lengths)
    trace: list[float] = []
    objective, converged = -np.inf, False
    while True:
        run = Filter(model, values, packing)
        run.check_possible("sequences")
        trace.append(float(run.log_likelihood.sum()))
        before = objective
        objective = trace[-1] + (pseudocount * _log_prior(model, chosen) if pseudocount else 0.0)
        converged = bool(objective - before < tolerance) and len(trace) > 1
        if converged or len(trace) > max_iterations:
            break
        done = smoothed(run, keep_pairs=False)
        changes: dict[str, NDArray[np.float64]] = {}
        if "start" in chosen:
            changes["start"] = shares(done.gamma[:first].sum(axis=0), model.start, pseudocount)
        if "transition" in chosen:
            changes["transition"] = shares(done.pairs, model.transition, pseudocount)
        changes.update(model._reestimated(values, done.gamma, chosen, pseudocount, floor))
        model = model.replace(**changes)
    return BaumWelchFit(model, np.array(trace), converged, len(trace) - 1)


def baum_welch_restarts(
    make_model: Callable[[np.random.Generator], M],
    sequences: Any,
    *,
    n_restarts: int,
    rng: np.random.Generator,
    **options: Any,
) -> Restarts[M]:
    """Fit from several starting points, since each leads to a local maximum only.

    Parameters
    ----------
    make_model : callable
        Called with a random generator, returns a model to start from.
    sequences : array_like or list
        Observations, in any form that the models read.
    n_restarts : int
        Number of starting points, at least 1.
    rng : numpy.random.Generator
        Source of chance. Each start gets a generator of its own, so that start k is the same however many
        there are.
    **options : object
        Further arguments of `baum_welch`.

    Returns
    -------
    Restarts
        The best fit and all of them.

    Raises
    ------
    ValueError
        If `n_restarts` is below 1, or for a reason that `baum_welch` has.

    Examples
    --------
    >>> import numpy as np
    >>> from dlbook.markov.categorical import random_categorical_hmm
    >>> x = [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]
    >>> found = baum_welch_restarts(
    ...     lambda rng: random_categorical_hmm(2, 2, rng=rng), x, n_restarts=3, rng=np.random.default_rng(0)
    ... )
    >>> found.best.log_likelihoods[-1] == max(fit.log_likelihoods[-1] for fit in found.fits)
    np.True_
    """
    if not callable(make_model):
        raise ValueError(f"make_model must be a function of a generator, got {make_model!r:.40}")
    n_restarts = checks.count(n_restarts, "n_restarts")
    children = checks.rng(rng).spawn(n_restarts)
    fits = [baum_welch(make_model(child), sequences, **options) for child in children]
    return Restarts(max(fits, key=lambda fit: float(fit.log_likelihoods[-1])), fits)


def _parts(model: HiddenMarkovModel, update: Iterable[str]) -> frozenset[str]:
    """Return the names of the parameters to re-estimate."""
    if not isinstance(update, Iterable):
        raise ValueError(f"update must be names of parameters, got {update!r:.40}")
    known = {"start", "transition", "emission", *model.emission_parameters}
    asked = {
        checks.choice(name, "update", sorted(known))
        for name in ([update] if isinstance(update, str) else update)
    }
    return frozenset(asked | (set(model.emission_parameters) if "emission" in asked else set()))


def _log_prior(model: HiddenMarkovModel, chosen: frozenset[str]) -> float:
    """Sum the logarithms of the probabilities that a pseudocount is added to."""
    counted = chosen & {"start", "transition", "emission", "weights"}
    arrays = [getattr(model, name) for name in counted if hasattr(model, name)]
    return float(sum(np.log(array[array > 0]).sum() for array in arrays))


def _warn_of_too_little(model: HiddenMarkovModel, values: NDArray, chosen: frozenset[str]) -> None:
    """Warn where a model of vectors has more free numbers than there are observed ones."""
    free = sum(model._n_free(name) for name in chosen & {"start", "transition", *model.emission_parameters})
    if values.ndim == 2 and "covariances" in chosen and free > values.size:
        warnings.warn(
            f"sequences hold {values.size} numbers, too few for the {free} free parameters of {model!r}",
            stacklevel=3,
        )
