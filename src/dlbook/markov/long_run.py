"""What a Markov chain does in the long run."""

from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .. import checks
from . import chain_structure as structure


class LongRun:
    """What follows from the transition matrix alone: classes, period, stationary distribution, entropy rate.

    `MarkovChain` has all of it. It is no class to make objects of.
    """

    transition: NDArray[np.float64]
    initial: NDArray[np.float64]
    states: tuple[str, ...]

    def stationary(
        self,
        method: Literal["eigenvector", "iteration"] = "eigenvector",
        *,
        tolerance: float = 1e-13,
        max_iterations: int = 100_000,
    ) -> NDArray[np.float64]:
        r"""Return the distribution that one more step does not change.

        Parameters
        ----------
        method : {"eigenvector", "iteration"}, default "eigenvector"
            "eigenvector" solves for it. "iteration" starts from `initial` and takes steps until nothing
            changes any more.
        tolerance : float, default 1e-13
            The iteration ends when the sum of the absolute changes in a step is at most this. The distance
            from the limit may be larger, in a chain with a second eigenvalue :math:`\lambda_2` up to about
            :math:`1 / (1 - |\lambda_2|)` times.
        max_iterations : int, default 100_000
            Most steps of the iteration.

        Returns
        -------
        ndarray of shape (n_states,)
            The stationary distribution. States outside of the closed class have probability 0.

        Raises
        ------
        ValueError
            If there are several closed classes: each has a stationary distribution of its own, and every
            mixture of them is one. If `method` is "iteration" and the chain is periodic, or it takes more
            than `max_iterations` steps. If an argument is out of its range.

        Notes
        -----
        The stationary distribution :math:`\pi` is a left eigenvector of the transition matrix :math:`A` to
        the eigenvalue 1:

        .. math:: \pi^{\top} A = \pi^{\top}, \qquad \sum_i \pi_i = 1

        With one closed class there is exactly one. If the chain is also aperiodic, the distribution after n
        steps converges to it from every start. If it is periodic, the distribution goes round in a circle and
        the iteration would not end. The eigenvector still exists: it is then no limit, but the share of time
        that the chain spends in each state in the long run.

        References
        ----------
        - J. R. Norris, "Markov Chains", Cambridge University Press, 1997, sections 1.7, 1.8 and 1.10.

        Examples
        --------
        >>> from dlbook.markov import MarkovChain
        >>> MarkovChain([[0.9, 0.1], [0.5, 0.5]]).stationary("iteration").round(4)
        array([0.8333, 0.1667])
        >>> MarkovChain([[0, 1], [1, 0]]).stationary()
        array([0.5, 0.5])
        """
        checks.choice(method, "method", ("eigenvector", "iteration"))
        tolerance = checks.positive(tolerance, "tolerance")
        max_iterations = checks.count(max_iterations, "max_iterations")
        closed = structure.closed_classes(self.transition)
        if len(closed) > 1:
            listed = ", ".join("{" + ", ".join(self._named(members)) + "}" for members in closed)
            raise ValueError(
                "the chain must have one closed class for its stationary distribution to be unique, "
                f"got {len(closed)}: {listed}"
            )
        if method == "iteration":
            if not self.is_aperiodic:
                raise ValueError(
                    f"the iteration cannot converge, as the chain has period {self.period}: "
                    "method='eigenvector' gives the share of time spent in each state"
                )
            return _by_iteration(self.transition, self.initial, tolerance, max_iterations)
        return _by_eigenvector(self.transition, closed[0])

    def communicating_classes(self) -> list[tuple[str, ...]]:
        """Group the states that can reach each other.

        Returns
        -------
        list of tuple of str
            The names of the states of each class.

        Examples
        --------
        >>> from dlbook.markov import MarkovChain
        >>> MarkovChain([[1, 0, 0], [0.2, 0.3, 0.5], [0, 0.5, 0.5]], "abc").communicating_classes()
        [('a',), ('b', 'c')]
        """
        return [self._named(members) for members in structure.communicating_classes(self.transition)]

    def closed_classes(self) -> list[tuple[str, ...]]:
        """Return the communicating classes that the chain never leaves.

        Returns
        -------
        list of tuple of str
            The names of the states of each closed class: one class or more.

        Examples
        --------
        >>> from dlbook.markov import MarkovChain
        >>> MarkovChain([[1, 0, 0], [0.2, 0.3, 0.5], [0, 0.5, 0.5]], "abc").closed_classes()
        [('a',)]
        """
        return [self._named(members) for members in structure.closed_classes(self.transition)]

    @property
    def is_irreducible(self) -> bool:
        """Whether every state can be reached from every other one."""
        return len(structure.communicating_classes(self.transition)) == 1

    @property
    def period(self) -> int:
        """The greatest common divisor of the lengths of all loops; see `dlbook.markov.chain_structure`."""
        return structure.period(self.transition)

    @property
    def is_aperiodic(self) -> bool:
        """Whether the period is 1, so that the powers of the transition matrix converge."""
        return self.period == 1

    def entropy_rate(self) -> float:
        r"""Return how many bits the next state tells, on average, to somebody who knows the present one.

        Returns
        -------
        float
            The entropy rate in bits a step: 0 if everything is certain, :math:`\log_2` of the number of
            states if all of them are always equally probable.

        Raises
        ------
        ValueError
            If the chain has several closed classes.

        Notes
        -----
        .. math:: H = -\sum_i \pi_i \sum_j a_{ij} \log_2 a_{ij}

        References
        ----------
        - C. E. Shannon, "A mathematical theory of communication", Bell System Technical Journal 27, 1948,
          pp. 379-423 and 623-656, section 7.

        Examples
        --------
        >>> from dlbook.markov import MarkovChain
        >>> MarkovChain([[0.5, 0.5], [0.5, 0.5]]).entropy_rate()
        1.0
        """
        positive = np.where(self.transition > 0, self.transition, 1.0)
        by_state = -(self.transition * np.log2(positive)).sum(axis=1)
        return float(self.stationary() @ by_state) + 0.0  # no negative zero

    def _named(self, members: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.states[member] for member in members)


def _by_eigenvector(transition: NDArray[np.float64], members: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the stationary distribution from the eigenvectors of the closed class `members`.

    From v A = lambda v and A 1 = 1 follows lambda (v 1) = v 1: a left eigenvector to any eigenvalue but 1
    sums to zero. So the one that is wanted has the largest sum.
    """
    vectors = np.linalg.eig(transition[np.ix_(members, members)].T)[1]
    vector = np.abs(vectors[:, np.abs(vectors.sum(axis=0)).argmax()])
    result = np.zeros(len(transition))
    result[list(members)] = vector / vector.sum()
    return result


def _by_iteration(
    transition: NDArray[np.float64], initial: NDArray[np.float64], tolerance: float, max_iterations: int
) -> NDArray[np.float64]:
    """Return what the distribution converges to, or refuse where it takes too long."""
    before, change = initial, np.inf
    for _ in range(max_iterations):
        after = before @ transition
        change = float(np.abs(after - before).sum())
        if change <= tolerance:
            return after / after.sum()
        before = after
    raise ValueError(
        f"the iteration must converge within max_iterations={max_iterations} steps, "
        f"got a change of {change:.2g} in the last one"
    )
