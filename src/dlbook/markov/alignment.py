"""Finding out which state of one hidden Markov model is which of another."""

import numpy as np
from numpy.typing import NDArray

from ..numerics import cheapest_matching
from .hmm import HiddenMarkovModel

FAR = 1e150
"""Stands for a distance too large for a floating-point number."""


def align_states(reference: HiddenMarkovModel, estimated: HiddenMarkovModel) -> NDArray[np.intp]:
    """Match the states of two models by what they emit.

    The likelihood of a model does not depend on the order of its states, so learning returns them in any
    order. This finds the order in which they are closest to those of a reference, all together.

    Parameters
    ----------
    reference : HiddenMarkovModel
        The model whose order is kept.
    estimated : HiddenMarkovModel
        A model of the same kind, with as many states, and as many symbols or features.

    Returns
    -------
    ndarray of int of shape (n_states,)
        For each state of the reference, the state of the estimated model that belongs to it:
        ``estimated.permuted(align_states(reference, estimated))`` has the order of the reference.

    Raises
    ------
    ValueError
        If the models cannot be compared.

    Notes
    -----
    The distance of two distributions of symbols is half the sum of absolute differences (total variation).
    That of two Gaussian distributions is the sum of both Kullback-Leibler divergences; a mixture counts as
    the Gaussian distribution with its mean and its covariances. The sum of the distances is minimized over
    all matchings, with `dlbook.numerics.cheapest_matching`.

    Examples
    --------
    >>> from dlbook.markov.categorical import CategoricalHMM
    >>> model = CategoricalHMM([0.6, 0.4], [[0.7, 0.3], [0.4, 0.6]], [[0.1, 0.9], [0.7, 0.3]])
    >>> align_states(model, model.permuted([1, 0]))
    array([1, 0])
    """
    if not isinstance(reference, HiddenMarkovModel):
        raise ValueError(f"reference must be a hidden Markov model, got {reference!r:.40}")
    if type(reference) is not type(estimated):
        kinds = type(reference).__name__, type(estimated).__name__
        raise ValueError(f"estimated must be a {kinds[0]} as the reference is, got a {kinds[1]}")
    for name in ("n_states", "n_symbols", "n_features"):
        wanted, given = getattr(reference, name, None), getattr(estimated, name, None)
        if wanted != given:
            raise ValueError(f"estimated must have the {name} of the reference, {wanted}, got {given}")
    with np.errstate(over="ignore", invalid="ignore"):
        distances = reference._distances(estimated)
    return cheapest_matching(np.nan_to_num(distances, nan=FAR, posinf=FAR))[1]
