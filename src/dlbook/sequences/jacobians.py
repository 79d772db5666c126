r"""Jacobians of recurrent steps: how each state depends on the one before it.

Element :math:`(i, j)` of a Jacobian is the slope of unit :math:`i` of the later state with respect to unit
:math:`j` of the earlier one, so that a gradient that travels back, written as a row, is multiplied from the
right.
"""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, choice, positive
from ..nn import ACTIVATIONS
from .recurrent_layer import RecurrentLayer

LARGEST_SLOPES = MappingProxyType({"logistic": 0.25, "tanh": 1.0, "relu": 1.0, "identity": 1.0})
"""The largest slope of each activation function that a simple recurrent network may have here."""


def simple_rnn_jacobians(
    x: ArrayLike,
    kernel: ArrayLike,
    recurrent_kernel: ArrayLike,
    bias: ArrayLike,
    *,
    activation: str = "tanh",
    initial_state: ArrayLike | None = None,
) -> NDArray[np.float64]:
    r"""Run a simple recurrent network and return how each state depends on the one before.

    Parameters
    ----------
    x : array_like of shape (batch, time, features)
        The inputs, at least one sequence of at least one step.
    kernel : array_like of shape (features, units)
        Weights from the input to the state.
    recurrent_kernel : array_like of shape (units, units)
        Weights from the state to the next state.
    bias : array_like of shape (units,)
        Bias of the state.
    activation : {"tanh", "logistic", "relu", "identity"}, default "tanh"
        Activation function of the state.
    initial_state : array_like of shape (batch, units), optional
        The state before the first step. Zeros if not given.

    Returns
    -------
    ndarray of shape (batch, time, units, units)
        The Jacobian of each state with respect to the one before it. That of the first step is with respect
        to the initial state.

    Notes
    -----
    With rows as states, :math:`\mathbf{s}_t = f(\mathbf{a}_t)` and
    :math:`\mathbf{a}_t = \mathbf{x}_t \mathbf{U} + \mathbf{s}_{t-1} \mathbf{W} + \mathbf{b}`:

    .. math::

       \frac{\partial \mathbf{s}_t}{\partial \mathbf{s}_{t-1}}
       = \operatorname{diag}\bigl(f'(\mathbf{a}_t)\bigr) \, \mathbf{W}^{\top}

    ====================  ====================  ===========================================
    symbol                name                  meaning
    ====================  ====================  ===========================================
    :math:`\mathbf{U}`    `kernel`              weights from input to state
    :math:`\mathbf{W}`    `recurrent_kernel`    weights from state to state, from row to column
    :math:`\mathbf{b}`    `bias`                bias
    :math:`\mathbf{a}_t`  (internal)            pre-activation of step t
    :math:`f`             `activation`          activation function
    ====================  ====================  ===========================================

    Where a weight matrix multiplies columns, its transpose is our :math:`\mathbf{W}`, and the same product
    reads :math:`\operatorname{diag}(f'(\mathbf{a}_t)) \, \mathbf{W}`.

    References
    ----------
    - R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks",
      International Conference on Machine Learning, 2013, section 2.

    Examples
    --------
    >>> jacobians = simple_rnn_jacobians([[[0.0], [0.0]]], [[1.0]], [[2.0]], [0.0], activation="logistic")
    >>> jacobians.round(3).ravel()  # slope 1/4 at a = 0; then a = 2 * 0.5 = 1
    array([0.5  , 0.393])
    """
    choice(activation, "activation", LARGEST_SLOPES)
    inputs = array(x, "x", ("batch", "time", "features"))
    batch, n_steps, n_features = inputs.shape
    u = array(kernel, "kernel", (n_features, "units"))
    w = array(recurrent_kernel, "recurrent_kernel", (u.shape[1], u.shape[1]))
    b = array(bias, "bias", (u.shape[1],))
    state = np.zeros((batch, len(w)))
    if initial_state is not None:
        state = array(initial_state, "initial_state", state.shape)
    f, slope = ACTIVATIONS[activation].function, ACTIVATIONS[activation].slope
    jacobians = np.empty((batch, n_steps, *w.shape))
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused below
        for t in range(n_steps):
            a = inputs[:, t] @ u + state @ w + b
            if not np.isfinite(a).all():
                raise ValueError(f"states must stay finite, they overflow at step {t}")
            state = f(a)
            jacobians[:, t] = slope(a)[:, :, None] * w.T  # diag(f'(a)) W^T
    return jacobians


def layer_jacobians(layer: RecurrentLayer, x: ArrayLike, initial_state: Any = None) -> NDArray[np.float64]:
    r"""Run any recurrent layer and return how each state depends on the one before, without approximation.

    Parameters
    ----------
    layer : RecurrentLayer
        A `SimpleRNN`, an `LSTM` or a `GRU`.
    x : array_like of shape (batch, time, n_features)
        The inputs, at least one sequence of at least one step.
    initial_state : ndarray or tuple, optional
        The state before the first step, in the form that the layer takes. Zeros if not given.

    Returns
    -------
    ndarray of shape (batch, time, n_state, n_state)
        The Jacobian of each state with respect to the one before it. For an LSTM a state is the hidden and
        the cell state, one behind the other, so that ``n_state`` is twice the number of units.

    Notes
    -----
    The backward pass of a single step, started with a 1 in one place and 0 in all others, returns one row of
    the Jacobian. All rows and all sequences of a step make one batch.

    Examples
    --------
    >>> from dlbook.sequences.rnn import SimpleRNN
    >>> layer = SimpleRNN(1, 1, activation="identity", kernel=[[1.0]], recurrent_kernel=[[3.0]])
    >>> layer_jacobians(layer, [[[1.0], [5.0]]]).ravel()
    array([3., 3.])
    """
    if not isinstance(layer, RecurrentLayer):
        raise ValueError(f"layer must be a SimpleRNN, an LSTM or a GRU, got {type(layer).__name__}")
    _, cache = layer.forward(array(x, "x"), initial_state)
    n_steps, batch, _ = cache.inputs.shape
    n_parts, n_units = len(cache.states), layer.n_units
    n_state = n_parts * n_units

    def as_state(parts: list[NDArray]) -> Any:
        return parts[0] if n_parts == 1 else tuple(parts)

    unit_rows = as_state(np.split(np.tile(np.eye(n_state), (batch, 1)), n_parts, axis=1))
    jacobians = np.empty((batch, n_steps, n_state, n_state))
    for t in range(n_steps):
        before = as_state([part[t].repeat(n_state, axis=0) for part in cache.states])
        _, single = layer.forward(cache.inputs[t].repeat(n_state, axis=0)[:, np.newaxis], before)
        grads = layer.backward(None, single, grad_final_state=unit_rows).initial_state
        rows = grads if n_parts == 1 else np.concatenate(grads, axis=1)
        jacobians[:, t] = rows.reshape(batch, n_state, n_state)
    return jacobians


def numerical_jacobian(
    step: Callable[[NDArray[np.float64]], ArrayLike], state: ArrayLike, *, difference: float = 1e-5
) -> NDArray[np.float64]:
    r"""Jacobian of any step from state to state, by central differences.

    Parameters
    ----------
    step : callable
        Takes a state of shape (units,) and returns the next one, of any length. For an LSTM let the state be
        the hidden and the cell state, one behind the other.
    state : array_like of shape (units,)
        Where the slopes are wanted.
    difference : float, default 1e-5
        Half the distance of the two points, positive.

    Returns
    -------
    ndarray of shape (next_units, units)
        The Jacobian.

    Notes
    -----
    .. math:: \frac{\partial \mathbf{s}'}{\partial s_j}
              \approx \frac{\mathbf{s}'(\mathbf{s} + h \mathbf{e}_j)
                            - \mathbf{s}'(\mathbf{s} - h \mathbf{e}_j)}{2h}

    Column j of the result, for a change of unit j alone. The error is of the order of :math:`h^2`.

    Examples
    --------
    >>> numerical_jacobian(lambda s: [s[0] * s[1], s[0] ** 2], [3.0, 5.0]).round(6)
    array([[5., 3.],
           [6., 0.]])
    """
    point = array(state, "state", ("units",))
    difference = positive(difference, "difference")
    columns = []
    for direction in np.eye(len(point)):
        above, below = (
            array(step(point + sign * difference * direction), "the state that step returns", ("units",))
            for sign in (1, -1)
        )
        columns.append((above - below) / (2 * difference))
    return np.stack(columns, axis=1)


def unroll_jacobians(
    step: Callable[[NDArray[np.float64], NDArray[np.float64]], ArrayLike],
    x: ArrayLike,
    initial_state: ArrayLike,
    *,
    difference: float = 1e-5,
) -> NDArray[np.float64]:
    """Run any recurrent cell over a sequence and return the Jacobian of every step, by central differences.

    Parameters
    ----------
    step : callable
        Takes the input of a step, of shape (features,), and the state before it, of shape (units,). Returns
        the next state, of shape (units,). For an LSTM let the state be the hidden and the cell state, one
        behind the other.
    x : array_like of shape (time, features)
        One sequence, at least one step.
    initial_state : array_like of shape (units,)
        The state before the first step.
    difference : float, default 1e-5
        Half the distance of the two points, positive.

    Returns
    -------
    ndarray of shape (time, units, units)
        The Jacobian of each state with respect to the one before it.

    Examples
    --------
    >>> def leaky(x, state):
    ...     return 0.9 * state + x
    >>> unroll_jacobians(leaky, [[1.0], [2.0]], [0.0]).round(6).ravel()
    array([0.9, 0.9])
    """
    inputs = array(x, "x", ("time", "features"))
    state = array(initial_state, "initial_state", ("units",))
    jacobians = []
    for now in inputs:

        def from_state(before: NDArray[np.float64], now: NDArray[np.float64] = now) -> ArrayLike:
            return step(now, before)

        jacobians.append(numerical_jacobian(from_state, state, difference=difference))
        state = array(from_state(state), "the state that step returns", state.shape)
    return np.stack(jacobians)
