"""Forward, backward and Viterbi recursions on logarithms of probabilities."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..numerics.logarithms import logarithms
from ._blocks import best_path
from ._kernels import log_backward, log_forward


class BestPath(NamedTuple):
    """The most probable states.

    Parameters
    ----------
    states : ndarray of shape (..., n_steps)
        Index of the state at each step.
    log_probability : float or ndarray of shape (...)
        Logarithm of the probability of these states together with the observations.
    """

    states: NDArray[np.intp]
    log_probability: float | NDArray[np.float64]


def forward_recursion(
    log_start: ArrayLike, log_transition: ArrayLike, log_likelihood: ArrayLike
) -> NDArray[np.float64]:
    r"""Logarithms of the forward probabilities.

    Parameters
    ----------
    log_start : array_like of shape (n_states,)
        Logarithms of the probabilities of the first state, ``-inf`` for an impossible one.
    log_transition : array_like of shape (n_states, n_states)
        Logarithms of the transition probabilities, from the row to the column.
    log_likelihood : array_like of shape (..., n_steps, n_states)
        Logarithm of the probability (or the density) of each observation in each state. Leading axes are
        sequences of equal length.

    Returns
    -------
    ndarray of shape (..., n_steps, n_states)
        The logarithms of :math:`\alpha_t(i)`. `dlbook.numerics.log_sum_exp` of the last step is the logarithm
        of the probability of the observations.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a number is NaN or ``+inf``.

    Notes
    -----
    .. math::

        \alpha_1(j) = \pi_j \, b_j(x_1), \qquad
        \alpha_t(j) = \Bigl( \sum_i \alpha_{t-1}(i) \, a_{ij} \Bigr) b_j(x_t)

    ===================  ==================  =====================================================
    symbol               name                meaning
    ===================  ==================  =====================================================
    :math:`\pi_j`        `log_start`         probability that the first state is j
    :math:`a_{ij}`       `log_transition`    probability of state j after state i
    :math:`b_j(x_t)`     `log_likelihood`    probability of the observation at step t in state j
    :math:`\alpha_t(j)`  returned value      probability of the observations up to t and of state j
    ===================  ==================  =====================================================

    References
    ----------
    - L. R. Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition",
      Proceedings of the IEEE 77(2), 1989, pp. 257-286, equations 19 to 21.

    Examples
    --------
    >>> import numpy as np
    >>> start, transition = np.log([0.6, 0.4]), np.log([[0.7, 0.3], [0.4, 0.6]])
    >>> likelihood = np.log([[0.4, 0.2], [0.5, 0.1]])
    >>> np.exp(forward_recursion(start, transition, likelihood)).round(6)
    array([[0.24 , 0.08 ],
           [0.1  , 0.012]])
    """
    likelihood, sizes = _packed(log_likelihood)
    n_states = likelihood.shape[-1]
    start = logarithms(log_start, "log_start", (n_states,))
    transition = logarithms(log_transition, "log_transition", (n_states, n_states))
    return _unpacked(log_forward(start, transition, likelihood, sizes), np.shape(log_likelihood))


def backward_recursion(log_transition: ArrayLike, log_likelihood: ArrayLike) -> NDArray[np.float64]:
    r"""Logarithms of the backward probabilities.

    Parameters
    ----------
    log_transition : array_like of shape (n_states, n_states)
        Logarithms of the transition probabilities, from the row to the column.
    log_likelihood : array_like of shape (..., n_steps, n_states)
        Logarithm of the probability (or the density) of each observation in each state. Leading axes are
        sequences of equal length.

    Returns
    -------
    ndarray of shape (..., n_steps, n_states)
        The logarithms of :math:`\beta_t(i)`: zeros at the last step.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a number is NaN or ``+inf``.

    Notes
    -----
    .. math:: \beta_T(i) = 1, \qquad \beta_t(i) = \sum_j a_{ij} \, b_j(x_{t+1}) \, \beta_{t+1}(j)

    ==================  ==================  =====================================================
    symbol              name                meaning
    ==================  ==================  =====================================================
    :math:`a_{ij}`      `log_transition`    probability of state j after state i
    :math:`b_j(x_t)`    `log_likelihood`    probability of the observation at step t in state j
    :math:`\beta_t(i)`  returned value      probability of the observations after t, from state i
    ==================  ==================  =====================================================

    References
    ----------
    - L. R. Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition",
      Proceedings of the IEEE 77(2), 1989, pp. 257-286, equations 24 and 25.

    Examples
    --------
    >>> import numpy as np
    >>> transition = np.log([[0.7, 0.3], [0.4, 0.6]])
    >>> np.exp(backward_recursion(transition, np.log([[0.4, 0.2], [0.5, 0.1]]))).round(6)
    array([[0.38, 0.26],
           [1.  , 1.  ]])
    """
    likelihood, sizes = _packed(log_likelihood)
    n_states = likelihood.shape[-1]
    transition = logarithms(log_transition, "log_transition", (n_states, n_states))
    return _unpacked(log_backward(transition, likelihood, sizes), np.shape(log_likelihood))


def viterbi_recursion(log_start: ArrayLike, log_transition: ArrayLike, log_likelihood: ArrayLike) -> BestPath:
    r"""Most probable states of observations.

    Parameters
    ----------
    log_start : array_like of shape (n_states,)
        Logarithms of the probabilities of the first state, ``-inf`` for an impossible one.
    log_transition : array_like of shape (n_states, n_states)
        Logarithms of the transition probabilities, from the row to the column.
    log_likelihood : array_like of shape (..., n_steps, n_states)
        Logarithm of the probability (or the density) of each observation in each state. Leading axes are
        sequences of equal length.

    Returns
    -------
    BestPath
        The states and the logarithm of their probability together with the observations. Where that is
        ``-inf``, no path is possible and the states mean nothing.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a number is NaN or ``+inf``.

    Notes
    -----
    .. math::

        \delta_1(j) = \pi_j \, b_j(x_1), \qquad
        \delta_t(j) = \max_i \bigl( \delta_{t-1}(i) \, a_{ij} \bigr) \, b_j(x_t)

    The best last state is followed back through the :math:`i` that were largest. Among equals, the state with
    the lowest index is taken at the last step, and then at each step on the way back.

    ===================  ==================  =========================================================
    symbol               name                meaning
    ===================  ==================  =========================================================
    :math:`\pi_j`        `log_start`         probability that the first state is j
    :math:`a_{ij}`       `log_transition`    probability of state j after state i
    :math:`b_j(x_t)`     `log_likelihood`    probability of the observation at step t in state j
    :math:`\delta_t(j)`  (internal)          probability of the best path up to t that ends in state j
    ===================  ==================  =========================================================

    References
    ----------
    - A. J. Viterbi, "Error bounds for convolutional codes and an asymptotically optimum decoding algorithm",
      IEEE Transactions on Information Theory 13(2), 1967, pp. 260-269.
    - L. R. Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition",
      Proceedings of the IEEE 77(2), 1989, pp. 257-286, equations 32 to 35.

    Examples
    --------
    >>> import numpy as np
    >>> start, transition = np.log([0.6, 0.4]), np.log([[0.7, 0.3], [0.4, 0.6]])
    >>> path = viterbi_recursion(start, transition, np.log([[0.4, 0.2], [0.1, 0.7], [0.5, 0.1]]))
    >>> path.states
    array([0, 1, 0])
    >>> round(float(np.exp(path.log_probability)), 6)
    0.01008
    """
    likelihood, sizes = _packed(log_likelihood)
    n_states = likelihood.shape[-1]
    start = logarithms(log_start, "log_start", (n_states,))
    transition = logarithms(log_transition, "log_transition", (n_states, n_states))
    states, log_delta = best_path(start, transition, likelihood, sizes)
    shape = np.shape(log_likelihood)
    best = _unpacked(log_delta, shape)[..., -1, :].max(axis=-1)
    return BestPath(_unpacked(states, shape[:-1]), best[()])


def _packed(log_likelihood: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Put the steps first, with the sequences of each step side by side."""
    array = logarithms(log_likelihood, "log_likelihood")
    if array.ndim < 2 or array.size == 0:
        raise ValueError(f"log_likelihood must have shape (..., n_steps, n_states), got {array.shape}")
    n_steps, n_states = array.shape[-2:]
    by_time = np.moveaxis(array.reshape(-1, n_steps, n_states), 1, 0)
    n_sequences = by_time.shape[1]
    return np.ascontiguousarray(by_time).reshape(-1, n_states), np.full(n_steps, n_sequences)


def _unpacked(values: NDArray, shape: tuple[int, ...]) -> NDArray:
    """Undo `_packed`, for an array with the given shape in the end."""
    n_axes_behind = values.ndim - 1
    n_steps = shape[-1 - n_axes_behind]
    by_time = values.reshape(n_steps, -1, *values.shape[1:])
    return np.ascontiguousarray(np.moveaxis(by_time, 0, 1)).reshape(shape)
