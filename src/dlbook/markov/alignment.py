"""Finding out which state of one hidden Markov model is which of another."""

import numpy as np
from numpy.typing import NDArray

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
    all matchings with the Hungarian method.

    References
    ----------
    - H. W. Kuhn, "The Hungarian method for the assignment problem", Naval Research Logistics Quarterly 2,
      1955, pp. 83-97.

    Examples
    --------
    >>> from dlbook.markov.categorical import CategoricalHMM
    >>> model = CategoricalHMM([0.6, 0.4], [[0.7, 0.3], [0.4, 0.6]], [[0.1, 0.9], [0.7, 0.3]])
    >>> align_states(model, model.permuted([1, 0]))
    array([1, 0])
    """
    if type(reference) is not type(estimated):
        kinds = type(reference).__name__, type(estimated).__name__
        raise ValueError(f"estimated must be a {kinds[0]} as the reference is, got a {kinds[1]}")
    for name in ("n_states", "n_symbols", "n_features"):
        wanted, given = getattr(reference, name, None), getattr(estimated, name, None)
        if wanted != given:
            raise ValueError(f"estimated must have the {name} of the reference, {wanted}, got {given}")
    with np.errstate(over="ignore", invalid="ignore"):
        distances = reference._distances(estimated)
    return cheapest_matching(np.nan_to_num(distances, nan=FAR, posinf=FAR))


def cheapest_matching(cost: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return a column for each row of a square matrix, all different, with the smallest sum.

    Rows are added one at a time. Each looks for the cheapest chain of exchanges that ends at a free column;
    the potentials of rows and columns keep all reduced costs non-negative, so the search is Dijkstra's.
    """
    n = len(cost)
    row_potential, column_potential = np.zeros(n), np.zeros(n + 1)
    row_of = np.full(n + 1, -1)  # of each column; the extra column holds the row that is being added
    for row in range(n):
        row_of[n], column = row, n
        shortest, came_from = np.full(n, np.inf), np.full(n, n)
        done = np.zeros(n + 1, dtype=bool)
        while row_of[column] >= 0:
            done[column] = True
            current = row_of[column]
            reduced = cost[current] - row_potential[current] - column_potential[:n]
            shorter = ~done[:n] & (reduced < shortest)
            shortest[shorter], came_from[shorter] = reduced[shorter], column
            nearest = int(np.where(done[:n], np.inf, shortest).argmin())
            step = shortest[nearest]
            row_potential[row_of[done]] += step
            column_potential[done] -= step
            shortest[~done[:n]] -= step
            column = nearest
        while column != n:
            row_of[column] = row_of[came_from[column]]
            column = int(came_from[column])
    matching = np.empty(n, dtype=np.intp)
    matching[row_of[:n]] = np.arange(n)
    return matching
