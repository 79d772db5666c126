"""Which states of a Markov chain can reach each other, and after how many steps they can be back."""

from math import gcd, lcm

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._checks import transition_matrix


def communicating_classes(transition: ArrayLike) -> list[tuple[int, ...]]:
    r"""Group the states that can reach each other.

    Parameters
    ----------
    transition : array_like of shape (n_states, n_states)
        Probabilities of going from the state of the row to that of the column. Rows sum to 1.

    Returns
    -------
    list of tuple of int
        The states of each class in ascending order; the classes in the order of their first states. A state
        that can be left but never comes back is a class of its own.

    Raises
    ------
    ValueError
        If `transition` is not a square matrix of probabilities whose rows sum to 1.

    Notes
    -----
    State :math:`j` can be reached from state :math:`i` if :math:`\left( A^n \right)_{ij} > 0` for some
    :math:`n \ge 0`. Two states communicate if each can be reached from the other.

    ===========  ============  ==========================
    symbol       name          meaning
    ===========  ============  ==========================
    :math:`A`    `transition`  transition matrix
    :math:`n`    (internal)    a number of steps
    ===========  ============  ==========================

    References
    ----------
    - J. R. Norris, "Markov Chains", Cambridge University Press, 1997, section 1.2.

    Examples
    --------
    >>> communicating_classes([[0.5, 0.5, 0], [0.5, 0.5, 0], [0.1, 0.2, 0.7]])
    [(0, 1), (2,)]
    """
    return _classes(_reachable(transition_matrix(transition)))


def closed_classes(transition: ArrayLike) -> list[tuple[int, ...]]:
    """Return the communicating classes that the chain never leaves.

    Parameters
    ----------
    transition : array_like of shape (n_states, n_states)
        Probabilities of going from the state of the row to that of the column. Rows sum to 1.

    Returns
    -------
    list of tuple of int
        The states of each closed class, as in `communicating_classes`. There is at least one.

    Raises
    ------
    ValueError
        If `transition` is not a square matrix of probabilities whose rows sum to 1.

    References
    ----------
    - J. R. Norris, "Markov Chains", Cambridge University Press, 1997, section 1.2.

    Examples
    --------
    >>> closed_classes([[0.5, 0.5, 0], [0.5, 0.5, 0], [0.1, 0.2, 0.7]])
    [(0, 1)]
    """
    reachable = _reachable(transition_matrix(transition))
    return [members for members in _classes(reachable) if reachable[members[0]].sum() == len(members)]


def period(transition: ArrayLike) -> int:
    r"""Return the smallest number of steps after which a chain, in the long run, repeats itself.

    Parameters
    ----------
    transition : array_like of shape (n_states, n_states)
        Probabilities of going from the state of the row to that of the column. Rows sum to 1.

    Returns
    -------
    int
        The period, at least 1. A chain with period 1 is called aperiodic.

    Raises
    ------
    ValueError
        If `transition` is not a square matrix of probabilities whose rows sum to 1.

    Notes
    -----
    All states of a closed class have the same period, the greatest common divisor of the lengths of their
    loops:

    .. math:: d_i = \gcd \left\{ n \ge 1 : \left( A^n \right)_{ii} > 0 \right\}

    If there are several closed classes, the result is the least common multiple of their periods. So in every
    case it is the smallest :math:`d` for which :math:`A^d, A^{2d}, A^{3d}, \dots` has a limit. States outside
    of the closed classes do not matter: the chain leaves them for good.

    ===========  ==============  ==========================
    symbol       name            meaning
    ===========  ==============  ==========================
    :math:`A`    `transition`    transition matrix
    :math:`d`    returned value  period
    ===========  ==============  ==========================

    References
    ----------
    - E. Seneta, "Non-negative Matrices and Markov Chains", second edition, Springer, 1981, section 1.3.

    Examples
    --------
    >>> period([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    3
    >>> period([[0, 1, 0], [0, 0, 1], [0.9, 0, 0.1]])
    1
    """
    matrix = transition_matrix(transition)
    return lcm(*(_class_period(matrix > 0, members) for members in closed_classes(matrix)))


def _reachable(transition: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell for each pair of states whether the second can be reached from the first in zero or more steps."""
    reachable = (transition > 0) | np.eye(len(transition), dtype=bool)
    steps = 1
    while steps < len(transition):  # each product doubles the number of steps that are covered
        reachable = reachable.astype(float) @ reachable.astype(float) > 0
        steps *= 2
    return reachable


def _classes(reachable: NDArray[np.bool_]) -> list[tuple[int, ...]]:
    together = reachable & reachable.T
    first = together.argmax(axis=1)  # the first state of the class of each state
    return [tuple(np.flatnonzero(first == state).tolist()) for state in np.unique(first)]


def _class_period(possible: NDArray[np.bool_], members: tuple[int, ...]) -> int:
    """Return the greatest common divisor of the lengths of all loops in a class.

    Number the states by their distance from one of them. A step that goes from distance a to distance b then
    closes loops whose lengths differ by a + 1 - b, and there are no others.
    """
    inside = possible[np.ix_(members, members)]
    distance = np.full(len(members), -1)
    front = np.arange(len(members)) == 0
    for level in range(len(members)):
        distance[front] = level
        front = inside[front].any(axis=0) & (distance < 0)
    sources, targets = np.nonzero(inside)
    return gcd(*(distance[sources] + 1 - distance[targets]).tolist())
