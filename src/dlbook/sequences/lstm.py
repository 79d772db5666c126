"""The long short-term memory: a cell state that three gates write, forget and show."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import number
from ._backpropagation import Parts, StepBack
from ._recurrent_checks import Floats
from ._state_functions import find_function, logistic_in_place
from .recurrent_layer import RecurrentCache, RecurrentLayer, input_products


class LSTMState(NamedTuple):
    """State of an LSTM, or a gradient with respect to it.

    Parameters
    ----------
    hidden : ndarray of shape (batch, units)
        What the layer shows: its output.
    cell : ndarray of shape (batch, units)
        What it keeps to itself.
    """

    hidden: NDArray[np.floating]
    cell: NDArray[np.floating]


class LSTM(RecurrentLayer):
    r"""A recurrent layer with input, forget and output gates.

    Parameters
    ----------
    n_features : int
        Number of features of the input at one step.
    n_units : int
        Number of units.
    activation : {"tanh", "logistic", "relu", "identity"}, default "tanh"
        Activation of the candidate.
    output_activation : {"tanh", "logistic", "relu", "identity"}, optional
        Activation of the cell state where it is shown. That of the candidate if not given, as in Keras.
    forget_bias : float, default 1.0
        Bias of the forget gate to start from. With 1 the gate starts open and the cell state is kept, which
        eases learning over many steps. Not used if `bias` is given.
    kernel : array_like of shape (n_features, 4 * n_units), optional
        Weights from the input to start from. Without them some are drawn, Glorot uniform.
    recurrent_kernel : array_like of shape (n_units, 4 * n_units), optional
        Weights from the hidden state to start from. Without them some are drawn, orthogonal.
    bias : array_like of shape (4 * n_units,), optional
        Biases to start from: if not given `forget_bias` for the forget gate and zero for all else.
    rng : numpy.random.Generator, optional
        Draws the weights that are not given.

    Raises
    ------
    ValueError
        If a number is below 1, a shape does not fit, a value is not finite, an activation is unknown, or
        weights have to be drawn without `rng`.

    Notes
    -----
    For a batch, with one sequence a row:

    .. math::

       \begin{aligned}
       \mathbf{I}_t &= \sigma(\mathbf{X}_t \mathbf{U}^i + \mathbf{H}_{t-1} \mathbf{W}^i + \mathbf{b}^i) \\
       \mathbf{F}_t &= \sigma(\mathbf{X}_t \mathbf{U}^f + \mathbf{H}_{t-1} \mathbf{W}^f + \mathbf{b}^f) \\
       \tilde{\mathbf{S}}_t &= f(\mathbf{X}_t \mathbf{U}^s + \mathbf{H}_{t-1} \mathbf{W}^s + \mathbf{b}^s) \\
       \mathbf{O}_t &= \sigma(\mathbf{X}_t \mathbf{U}^o + \mathbf{H}_{t-1} \mathbf{W}^o + \mathbf{b}^o) \\
       \mathbf{S}_t &= \mathbf{F}_t \odot \mathbf{S}_{t-1} + \mathbf{I}_t \odot \tilde{\mathbf{S}}_t \\
       \mathbf{H}_t &= \mathbf{O}_t \odot g(\mathbf{S}_t)
       \end{aligned}

    ===========================  ===========================================  ==============================
    symbol                       name                                         meaning
    ===========================  ===========================================  ==============================
    :math:`\mathbf{X}_t`         row t of `x`, (batch, n_features)            inputs at step t
    :math:`\mathbf{H}_t`         `hidden` of the state, (batch, n_units)      hidden states, the outputs
    :math:`\mathbf{S}_t`         `cell` of the state, (batch, n_units)        cell states
    :math:`\tilde{\mathbf{S}}`   `candidate` of `gates`                       what is proposed to be written
    :math:`\mathbf{I}_t`         `input` of `gates`                           share that is written
    :math:`\mathbf{F}_t`         `forget` of `gates`                          share that is kept
    :math:`\mathbf{O}_t`         `output` of `gates`                          share that is shown
    :math:`\mathbf{U}`           `kernel`: blocks i, f, s, o side by side     weights from the input
    :math:`\mathbf{W}`           `recurrent_kernel`: the same blocks          weights from the hidden state
    :math:`\mathbf{b}`           `bias`: the same blocks                      biases
    :math:`f`                    `activation`                                 activation of the candidate
    :math:`g`                    `output_activation`                          activation of the shown state
    ===========================  ===========================================  ==============================

    The order of the blocks (input, forget, candidate, output) and of the state (hidden, cell) is Keras's,
    which calls the cell state c. Along the cell state the gradient is only multiplied by the forget gates.
    A layer has :math:`4 (d m + m^2 + m)` parameters for :math:`d` features and :math:`m` units.

    Parity: ``keras.layers.LSTM`` with ``recurrent_activation="sigmoid"``.

    References
    ----------
    - S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997,
      pp. 1735-1780.
    - F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to forget: continual prediction with LSTM", Neural
      Computation 12(10), 2000, pp. 2451-2471. They added the forget gate.
    - R. Jozefowicz, W. Zaremba and I. Sutskever, "An empirical exploration of recurrent network
      architectures", International Conference on Machine Learning, 2015. On the bias of 1.

    Examples
    --------
    With weights of zero every gate is half open, and without an input the cell state is halved at each step.

    >>> layer = LSTM(1, 1, kernel=np.zeros((1, 4)), recurrent_kernel=np.zeros((1, 4)), forget_bias=0.0)
    >>> start = LSTMState(hidden=[[0.0]], cell=[[8.0]])
    >>> outputs, cache = layer.forward(np.zeros((1, 3, 1)), initial_state=start)
    >>> cache.final_state.cell, layer.n_parameters
    (array([[1.]]), 12)
    >>> layer.gates(cache)["forget"].ravel()
    array([0.5, 0.5, 0.5])
    """

    _state_names = ("hidden", "cell")
    _n_blocks = 4

    def __init__(
        self,
        n_features: int,
        n_units: int,
        *,
        activation: str = "tanh",
        output_activation: str | None = None,
        forget_bias: float = 1.0,
        kernel: ArrayLike | None = None,
        recurrent_kernel: ArrayLike | None = None,
        bias: ArrayLike | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        output = activation if output_activation is None else output_activation
        self._function = find_function(activation, "activation", from_value=True)
        self._output_function = find_function(output, "output_activation", from_value=True)
        self.activation, self.output_activation = self._function.name, self._output_function.name
        self._forget_bias = number(forget_bias, "forget_bias")
        super().__init__(
            n_features, n_units, kernel=kernel, recurrent_kernel=recurrent_kernel, bias=bias, rng=rng
        )

    def gates(self, cache: RecurrentCache) -> dict[str, NDArray[np.floating]]:
        """Return the gates of a forward pass.

        Parameters
        ----------
        cache : RecurrentCache
            What `forward` returned beside the outputs.

        Returns
        -------
        dict of str to ndarray of shape (batch, time, n_units)
            The gates `input`, `forget` and `output`, each from 0 to 1, and the `candidate`. What stands at
            masked steps was not used.
        """
        blocks = np.split(cache.saved["gates"].transpose(1, 0, 2), 4, axis=-1)
        return dict(zip(("input", "forget", "candidate", "output"), blocks, strict=True))

    def cell_states(self, cache: RecurrentCache) -> NDArray[np.floating]:
        """Return the cell states of a forward pass.

        Parameters
        ----------
        cache : RecurrentCache
            What `forward` returned beside the outputs.

        Returns
        -------
        ndarray of shape (batch, time + 1, n_units)
            The initial cell state, and that after every step.
        """
        return cache.states[1].transpose(1, 0, 2)

    def _first_bias(self) -> NDArray[np.float64]:
        bias = np.zeros((4, self.n_units))
        bias[1] = self._forget_bias
        return bias.ravel()

    def _state_of(self, parts: Sequence[Any]) -> LSTMState:
        return LSTMState(*parts)

    def _start_forward(self, cache: RecurrentCache) -> Callable[[int], None]:
        m, w = self.n_units, cache.weights["recurrent_kernel"]
        activate, activate_output = self._function.apply, self._output_function.apply
        hidden, cell = cache.states
        gates = cache.saved["gates"] = input_products(cache, cache.weights["bias"])  # X U + b, made gates
        shown = cache.saved["shown"] = np.empty_like(cell[1:])  # g(S)

        def step_forward(t: int) -> None:
            now = gates[t]
            now += hidden[t] @ w
            logistic_in_place(now[:, : 2 * m])
            activate(now[:, 2 * m : 3 * m])
            logistic_in_place(now[:, 3 * m :])
            i, f, candidate, o = (now[:, k * m : (k + 1) * m] for k in range(4))
            np.multiply(f, cell[t], out=cell[t + 1])
            cell[t + 1] += i * candidate  # S_t = F S_{t-1} + I S~
            shown[t] = cell[t + 1]
            activate_output(shown[t])
            np.multiply(o, shown[t], out=hidden[t + 1])  # H_t = O g(S_t)

        return step_forward

    def _start_backward(self, cache: RecurrentCache) -> StepBack:
        m, w_transposed = self.n_units, cache.weights["recurrent_kernel"].T.copy()
        slope, output_slope = self._function.slope, self._output_function.slope
        gates, shown, cell = cache.saved["gates"], cache.saved["shown"], cache.states[1]

        def step_back(t: int, grads: Parts, net_grad: Floats) -> Parts:
            grad_hidden, grad_cell = grads
            i, f, candidate, o = (gates[t][:, k * m : (k + 1) * m] for k in range(4))
            grad_cell = grad_cell + grad_hidden * (o * output_slope(shown[t]))
            np.multiply(grad_cell, candidate * i * (1.0 - i), out=net_grad[..., :m])
            np.multiply(grad_cell, cell[t] * f * (1.0 - f), out=net_grad[..., m : 2 * m])
            np.multiply(grad_cell, i * slope(candidate), out=net_grad[..., 2 * m : 3 * m])
            np.multiply(grad_hidden, shown[t] * o * (1.0 - o), out=net_grad[..., 3 * m :])
            return net_grad @ w_transposed, grad_cell * f

        return step_back
