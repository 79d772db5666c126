"""The stationary distribution of a Markov chain with a single closed class, in two ways."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ._checks import whole


def by_eigenvector(transition: NDArray[np.float64], members: Sequence[int]) -> NDArray[np.float64]:
    """Return the stationary distribution from the eigenvectors of the closed class `members`.

    From v A = lambda v and A 1 = 1 follows lambda (v 1) = v 1: a left eigenvector to any eigenvalue but 1
    sums to zero. So the one that is wanted has the largest sum.
    """
    vectors = np.linalg.eig(transition[np.ix_(members, members)].T)[1]
    vector = np.abs(vectors[:, np.abs(vectors.sum(axis=0)).argmax()])
    result = np.zeros(len(transition))
    result[list(members)] = vector / vector.sum()
    return result


def by_iteration(
    transition: NDArray[np.float64], initial: NDArray[np.float64], tolerance: float, max_iterations: int
) -> NDArray[np.float64]:
    """Return what the distribution converges to, or refuse where it takes too long."""
    if not (np.isfinite(tolerance) and tolerance > 0):
        raise ValueError(f"tolerance must be positive and finite, got {tolerance}")
    before, change = initial, np.inf
    for _ in range(whole("max_iterations", max_iterations, 1)):
        after = before @ transition
        change = float(np.abs(after - before).sum())
        if change <= tolerance:
            return after / after.sum()
        before = after
    raise ValueError(
        f"the iteration must converge within max_iterations={max_iterations} steps, "
        f"got a change of {change:.2g} in the last one"
    )
