"""Choose the next token among the probable ones only: the k most probable, or the fewest that make up p."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..nn import softmax


def top_k_probabilities(logits: ArrayLike, k: int) -> NDArray[np.float64]:
    """Turn logits into probabilities of the k most probable tokens.

    Parameters
    ----------
    logits : array_like of shape (..., n_tokens)
        Finite numbers, divided by a temperature if there is one.
    k : int
        How many tokens are kept, at least 1. With 1 the choice is greedy; from `n_tokens` on all are kept.

    Returns
    -------
    ndarray of shape (..., n_tokens)
        Probabilities that sum to 1. Those of the tokens that are left out are 0. Of equal logits the first
        are kept.

    Raises
    ------
    ValueError
        If a logit is not finite, or `k` is below 1.

    References
    ----------
    - A. Fan, M. Lewis and Y. Dauphin, "Hierarchical neural story generation", Annual Meeting of the
      Association for Computational Linguistics, 2018, section 5.1.

    Examples
    --------
    >>> top_k_probabilities(np.log([0.5, 0.1, 0.3, 0.1]), 2)
    array([0.625, 0.   , 0.375, 0.   ])
    """
    z = checks.array(logits, "logits", (..., "n_tokens"))
    k = checks.count(k, "k")
    order = np.argsort(-z, axis=-1, kind="stable")
    kept = np.zeros(z.shape, dtype=bool)
    np.put_along_axis(kept, order[..., :k], True, axis=-1)
    return _scaled(np.where(kept, softmax(z), 0.0))


def top_p_probabilities(logits: ArrayLike, p: float) -> NDArray[np.float64]:
    """Turn logits into probabilities of the fewest tokens that together have a probability of at least p.

    Parameters
    ----------
    logits : array_like of shape (..., n_tokens)
        Finite numbers, divided by a temperature if there is one.
    p : float
        What the kept tokens make up, above 0 and at most 1. With 1 all are kept.

    Returns
    -------
    ndarray of shape (..., n_tokens)
        Probabilities that sum to 1. Those of the tokens that are left out are 0. At least one token is kept;
        of equal logits the first.

    Raises
    ------
    ValueError
        If a logit is not finite, or `p` is out of range.

    Notes
    -----
    Also called nucleus sampling. How many tokens are kept depends on the distribution: few where the model is
    sure, many where it is not.

    References
    ----------
    - A. Holtzman et al., "The curious case of neural text degeneration", International Conference on Learning
      Representations, 2020, section 3.1.

    Examples
    --------
    >>> top_p_probabilities(np.log([0.5, 0.1, 0.3, 0.1]), 0.75)
    array([0.625, 0.   , 0.375, 0.   ])
    >>> top_p_probabilities(np.log([0.9, 0.05, 0.03, 0.02]), 0.75)
    array([1., 0., 0., 0.])
    """
    z = checks.array(logits, "logits", (..., "n_tokens"))
    p = checks.number(p, "p", above=0, most=1)
    probabilities = softmax(z)
    if p == 1:
        return probabilities
    order = np.argsort(-z, axis=-1, kind="stable")
    ordered = np.take_along_axis(probabilities, order, axis=-1)
    before = np.cumsum(ordered, axis=-1) - ordered
    kept = np.zeros(z.shape, dtype=bool)
    np.put_along_axis(kept, order, before < p - 1e-12, axis=-1)
    return _scaled(np.where(kept, probabilities, 0.0))


def _scaled(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    return probabilities / probabilities.sum(axis=-1, keepdims=True)
