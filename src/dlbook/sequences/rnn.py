"""The simple recurrent network: one layer whose state is fed back to it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ..checks import count
from ..nn import Activation
from ._backpropagation import Parts, StepBack
from ._recurrent_checks import Floats
from ._state_functions import find_function
from .recurrent_layer import RecurrentCache, RecurrentLayer, input_products


class SimpleRNN(RecurrentLayer):
    r"""A recurrent layer without gates.

    Parameters
    ----------
    n_features : int
        Number of features of the input at one step.
    n_units : int
        Number of units.
    activation : str or Activation, default "tanh"
        A key of `dlbook.nn.ACTIVATIONS`, or an activation of your own.
    identity_start : bool, default False
        Whether the weights from state to state start as the identity instead of a random orthogonal matrix:
        the state is then copied from step to step until training finds something better. Meant for
        ``activation="relu"``.
    kernel : array_like of shape (n_features, n_units), optional
        Weights from the input to start from. Without them some are drawn, Glorot uniform.
    recurrent_kernel : array_like of shape (n_units, n_units), optional
        Weights from state to state to start from.
    bias : array_like of shape (n_units,), optional
        Biases to start from, zero if not given.
    rng : numpy.random.Generator, optional
        Draws the weights that are not given.

    Raises
    ------
    ValueError
        If a number is below 1, a shape does not fit, a value is not finite, the activation is unknown, both
        `identity_start` and `recurrent_kernel` are given, or weights have to be drawn without `rng`.

    Notes
    -----
    For a batch, with one sequence a row:

    .. math:: \mathbf{S}_t = f(\mathbf{X}_t \mathbf{U} + \mathbf{S}_{t-1} \mathbf{W} + \mathbf{b})

    ====================  ============================================  ====================================
    symbol                name                                          meaning
    ====================  ============================================  ====================================
    :math:`\mathbf{X}_t`  row t of `x`, (batch, n_features)             inputs at step t
    :math:`\mathbf{S}_t`  outputs at step t, (batch, n_units)           states
    :math:`\mathbf{U}`    `kernel`, (n_features, n_units)               weights from input to state
    :math:`\mathbf{W}`    `recurrent_kernel`, (n_units, n_units)        weights from state to state
    :math:`\mathbf{b}`    `bias`, (n_units,)                            bias
    :math:`f`             `activation`                                  activation function
    ====================  ============================================  ====================================

    The output :math:`g(\mathbf{S}_t \mathbf{V} + \mathbf{c})` is a layer of its own: a `Dense` on the rows.
    Where weights multiply columns, as in :math:`U x_t + W h_{t-1} + b`, they are the transposes of ours.

    A layer has :math:`d m + m^2 + m` parameters for :math:`d` features and :math:`m` units.

    Parity: ``keras.layers.SimpleRNN``. For ReLU the slope at zero is 0.

    References
    ----------
    - J. L. Elman, "Finding structure in time", Cognitive Science 14(2), 1990, pp. 179-211.
    - Q. V. Le, N. Jaitly and G. E. Hinton, "A simple way to initialize recurrent networks of rectified linear
      units", arXiv:1504.00941, 2015.

    Examples
    --------
    A running sum: the state is the old state plus the input.

    >>> layer = SimpleRNN(1, 1, activation="identity", kernel=[[1.0]], recurrent_kernel=[[1.0]])
    >>> outputs, cache = layer.forward([[[1.0], [2.0], [4.0]]])
    >>> outputs.ravel(), cache.final_state
    (array([1., 3., 7.]), array([[7.]]))
    >>> gradients = layer.backward(None, cache, grad_final_state=[[1.0]])
    >>> gradients.inputs.ravel()
    array([1., 1., 1.])
    """

    def __init__(
        self,
        n_features: int,
        n_units: int,
        *,
        activation: str | Activation = "tanh",
        identity_start: bool = False,
        kernel: ArrayLike | None = None,
        recurrent_kernel: ArrayLike | None = None,
        bias: ArrayLike | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        self._function = find_function(activation, "activation", from_value=False)
        self.activation = self._function.name
        if identity_start:
            if recurrent_kernel is not None:
                raise ValueError("identity_start must be False when recurrent_kernel is given, got True")
            recurrent_kernel = np.eye(count(n_units, "n_units"))
        super().__init__(
            n_features, n_units, kernel=kernel, recurrent_kernel=recurrent_kernel, bias=bias, rng=rng
        )

    def _start_forward(self, cache: RecurrentCache) -> Callable[[int], None]:
        function, w = self._function, cache.weights["recurrent_kernel"]
        (states,) = cache.states
        # A slope that follows from the value needs no net inputs: they are turned into the states in place.
        out = states[1:] if function.from_value else None
        net = input_products(cache, cache.weights["bias"], out)  # X U + b
        if not function.from_value:
            cache.saved["net"] = net

        def step_forward(t: int) -> None:
            net[t] += states[t] @ w
            if not function.from_value:
                states[t + 1] = net[t]
            function.apply(states[t + 1])  # S_t = f(X_t U + b + S_{t-1} W)

        return step_forward

    def _start_backward(self, cache: RecurrentCache) -> StepBack:
        slope, w_transposed = self._function.slope, cache.weights["recurrent_kernel"].T.copy()
        known = cache.states[0][1:] if self._function.from_value else cache.saved["net"]

        def step_back(t: int, grads: Parts, net_grad: Floats) -> Parts:
            np.multiply(grads[0], slope(known[t]), out=net_grad)  # G f'(a_t)
            return (net_grad @ w_transposed,)

        return step_back
