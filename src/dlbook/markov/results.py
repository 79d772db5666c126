"""What the methods of hidden Markov models return."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Forward(NamedTuple):
    """What the forward recursion returns. For several sequences, arrays with a leading axis or lists.

    Parameters
    ----------
    alpha : ndarray of shape (n_steps, n_states)
        Forward probabilities: as they are ("plain"), divided by their sum at each step, which makes them
        the probabilities of the states given the observations so far ("scaled"), or their logarithms ("log").
    scale : ndarray of shape (n_steps,) or None
        For "scaled", the probability (or density) of each observation given those before it. None otherwise.
    log_likelihood : float or ndarray of shape (n_sequences,)
        Logarithm of the probability (or density) of the observations.
    """

    alpha: Any
    scale: Any
    log_likelihood: Any


class Backward(NamedTuple):
    """What the backward recursion returns. For several sequences, arrays with a leading axis or lists.

    Parameters
    ----------
    beta : ndarray of shape (n_steps, n_states)
        Backward probabilities: as they are ("plain"), divided by the scales of all later steps ("scaled"),
        or their logarithms ("log"). Scaled, alpha times beta is the posterior probability.
    scale : ndarray of shape (n_steps,) or None
        For "scaled", the scales of the forward recursion. None otherwise.
    log_likelihood : float or ndarray of shape (n_sequences,)
        Logarithm of the probability (or density) of the observations, computed from beta at the first step.
    """

    beta: Any
    scale: Any
    log_likelihood: Any


class Posteriors(NamedTuple):
    """Posterior probabilities. For several sequences, arrays with a leading axis or lists.

    Parameters
    ----------
    gamma : ndarray of shape (n_steps, n_states)
        Probability of each state at each step, given all observations.
    xi : ndarray of shape (n_steps - 1, n_states, n_states)
        Probability of each pair of states at a step (first state axis) and the next (second).
    log_likelihood : float or ndarray of shape (n_sequences,)
        Logarithm of the probability (or density) of the observations.
    """

    gamma: Any
    xi: Any
    log_likelihood: Any

    @property
    def eta(self) -> Any:
        """Another name of `gamma`."""
        return self.gamma


class ViterbiPath(NamedTuple):
    """The most probable states. For several sequences, arrays with a leading axis or lists.

    Parameters
    ----------
    states : ndarray of shape (n_steps,)
        Index of the state at each step.
    log_probability : float or ndarray of shape (n_sequences,)
        Logarithm of the probability (or density) of these states together with the observations.
    """

    states: Any
    log_probability: Any


class Sample(NamedTuple):
    """States and observations drawn from a model.

    Parameters
    ----------
    states : ndarray of shape (n_steps,) or (n_sequences, n_steps)
        Index of the state at each step.
    observations : ndarray of shape (n_steps, ...) or (n_sequences, n_steps, ...)
        Index of the symbol, or the vector, at each step.
    """

    states: NDArray[np.intp]
    observations: NDArray
