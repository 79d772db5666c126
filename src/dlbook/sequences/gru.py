"""The gated recurrent unit: two gates, one state."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._backpropagation import Parts, StepBack
from ._recurrent_checks import Floats
from ._state_functions import find_function, logistic_in_place
from .recurrent_layer import RecurrentCache, RecurrentLayer, input_products, rows


class GRU(RecurrentLayer):
    r"""A recurrent layer with a reset gate and one gate that both forgets and writes.

    Parameters
    ----------
    n_features : int
        Number of features of the input at one step.
    n_units : int
        Number of units.
    reset_after : bool, default True
        Whether the reset gate multiplies the product of the state with the weights, as in Keras by default,
        or the state before that product, as in the paper and on the slides.
    activation : {"tanh", "logistic", "relu", "identity"}, default "tanh"
        Activation of the candidate.
    kernel : array_like of shape (n_features, 3 * n_units), optional
        Weights from the input to start from. Without them some are drawn, Glorot uniform.
    recurrent_kernel : array_like of shape (n_units, 3 * n_units), optional
        Weights from state to state to start from. Without them some are drawn, orthogonal.
    bias : array_like of shape (2, 3 * n_units) or (3 * n_units,), optional
        Biases to start from, zero if not given. With `reset_after` there are two rows: one for the products
        with the input, one for those with the state. Without it there is one.
    rng : numpy.random.Generator, optional
        Draws the weights that are not given.

    Raises
    ------
    ValueError
        If a number is below 1, a shape does not fit, a value is not finite, the activation is unknown, or
        weights have to be drawn without `rng`.

    Notes
    -----
    For a batch, with one sequence a row:

    .. math::

       \begin{aligned}
       \mathbf{Z}_t &= \sigma(\mathbf{X}_t \mathbf{U}^z + \mathbf{S}_{t-1} \mathbf{W}^z + \mathbf{b}^z) \\
       \mathbf{R}_t &= \sigma(\mathbf{X}_t \mathbf{U}^r + \mathbf{S}_{t-1} \mathbf{W}^r + \mathbf{b}^r) \\
       \tilde{\mathbf{S}}_t &= f(\mathbf{X}_t \mathbf{U}^s + \mathbf{b}^s
           + \mathbf{R}_t \odot (\mathbf{S}_{t-1} \mathbf{W}^s + \mathbf{c}^s))
           && \text{reset after} \\
       \tilde{\mathbf{S}}_t &= f(\mathbf{X}_t \mathbf{U}^s + \mathbf{b}^s
           + (\mathbf{R}_t \odot \mathbf{S}_{t-1}) \mathbf{W}^s)
           && \text{reset before} \\
       \mathbf{S}_t &= \mathbf{Z}_t \odot \mathbf{S}_{t-1}
           + (1 - \mathbf{Z}_t) \odot \tilde{\mathbf{S}}_t
       \end{aligned}

    ===========================  ============================================  ===============================
    symbol                       name                                          meaning
    ===========================  ============================================  ===============================
    :math:`\mathbf{X}_t`         row t of `x`, (batch, n_features)             inputs at step t
    :math:`\mathbf{S}_t`         outputs at step t, (batch, n_units)           states
    :math:`\tilde{\mathbf{S}}`   `candidate` of `gates`                        what is proposed to be written
    :math:`\mathbf{Z}_t`         1 minus `update` of `gates`                   share of the old state
    :math:`\mathbf{R}_t`         `reset` of `gates`                            share of the old state that the
                                                                               candidate may see
    :math:`\mathbf{U}`           `kernel`: blocks z, r, s side by side         weights from the input
    :math:`\mathbf{W}`           `recurrent_kernel`: the same blocks           weights from state to state
    :math:`\mathbf{b}`           `bias`, its row 0 if there are two            bias beside the input
    :math:`\mathbf{c}`           row 1 of `bias`, if there are two             bias beside the state
    :math:`f`                    `activation`                                  activation of the candidate
    ===========================  ============================================  ===============================

    **Which gate is which.** The gates are tied: what is not kept is written. Keras, like the paper, computes
    the share of the old state and calls it z. This book says update gate for the share of the candidate,
    :math:`\mathbf{u}_t = 1 - \mathbf{z}_t`, and `gates` returns that. As :math:`1 - \sigma(a) = \sigma(-a)`,
    the weights of one are those of the other with all signs turned. The slides write :math:`i_t` for
    :math:`\mathbf{u}_t` and :math:`o_t` for the reset gate.

    A layer has :math:`3 (d m + m^2 + m)` parameters for :math:`d` features and :math:`m` units, and another
    :math:`3 m` with `reset_after`.

    Parity: ``keras.layers.GRU`` with ``recurrent_activation="sigmoid"`` and the same `reset_after`.

    References
    ----------
    - K. Cho, B. van Merriënboer, C. Gulcehre, D. Bahdanau, F. Bougares, H. Schwenk and Y. Bengio, "Learning
      phrase representations using RNN encoder-decoder for statistical machine translation", Conference on
      Empirical Methods in Natural Language Processing, 2014, pp. 1724-1734, section 2.3.

    Examples
    --------
    With weights of zero the gates are half open, and without an input the state is halved at each step.

    >>> layer = GRU(1, 1, kernel=np.zeros((1, 3)), recurrent_kernel=np.zeros((1, 3)))
    >>> outputs, cache = layer.forward(np.zeros((1, 3, 1)), initial_state=[[8.0]])
    >>> outputs.ravel(), layer.n_parameters
    (array([4., 2., 1.]), 12)
    >>> layer.gates(cache)["update"].ravel()
    array([0.5, 0.5, 0.5])
    """

    _n_blocks = 3

    def __init__(
        self,
        n_features: int,
        n_units: int,
        *,
        reset_after: bool = True,
        activation: str = "tanh",
        kernel: ArrayLike | None = None,
        recurrent_kernel: ArrayLike | None = None,
        bias: ArrayLike | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.reset_after = bool(reset_after)
        self._function = find_function(activation, "activation", from_value=True)
        self.activation = self._function.name
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
            The gate `update`, the share of the candidate (1 minus Keras's z), and the gate `reset`, both from
            0 to 1; and the `candidate`. What stands at masked steps was not used.
        """
        z, r, candidate = np.split(cache.saved["gates"].transpose(1, 0, 2), 3, axis=-1)
        return {"update": 1.0 - z, "reset": r, "candidate": candidate}

    def _first_bias(self) -> NDArray[np.float64]:
        return np.zeros((2, 3 * self.n_units) if self.reset_after else 3 * self.n_units)

    def _start_forward(self, cache: RecurrentCache) -> Callable[[int], None]:
        m, w, bias = self.n_units, cache.weights["recurrent_kernel"], cache.weights["bias"]
        activate, reset_after = self._function.apply, self.reset_after
        (states,) = cache.states
        gates = input_products(cache, bias[0] if reset_after else bias)  # X U + b, made gates
        recalled = np.empty_like(states[1:])  # reset after: S W^s + c^s; before: R S
        cache.saved.update(gates=gates, recalled=recalled)

        def step_forward(t: int) -> None:
            now, before = gates[t], states[t]
            z, r, candidate = (now[:, k * m : (k + 1) * m] for k in range(3))
            if reset_after:
                products = before @ w + bias[1]
                now[:, : 2 * m] += products[:, : 2 * m]
                logistic_in_place(now[:, : 2 * m])
                recalled[t] = products[:, 2 * m :]
                candidate += r * recalled[t]
            else:
                now[:, : 2 * m] += before @ w[:, : 2 * m]
                logistic_in_place(now[:, : 2 * m])
                np.multiply(r, before, out=recalled[t])
                candidate += recalled[t] @ w[:, 2 * m :]
            activate(candidate)
            states[t + 1] = z * before + (1.0 - z) * candidate  # S_t = Z S_{t-1} + (1 - Z) S~

        return step_forward

    def _start_backward(self, cache: RecurrentCache) -> StepBack:
        m, slope, reset_after = self.n_units, self._function.slope, self.reset_after
        w_transposed = cache.weights["recurrent_kernel"].T.copy()
        gates, recalled, states = cache.saved["gates"], cache.saved["recalled"], cache.states[0]

        def step_back(t: int, grads: Parts, net_grad: Floats) -> Parts:
            (grad,) = grads
            z, r, candidate = (gates[t][:, k * m : (k + 1) * m] for k in range(3))
            to_z, to_r, to_candidate = (net_grad[..., k * m : (k + 1) * m] for k in range(3))
            np.multiply(grad, (states[t] - candidate) * z * (1.0 - z), out=to_z)
            np.multiply(grad, (1.0 - z) * slope(candidate), out=to_candidate)
            if reset_after:
                np.multiply(to_candidate, recalled[t] * r * (1.0 - r), out=to_r)
                to_products = np.concatenate([net_grad[..., : 2 * m], to_candidate * r], axis=-1)
                return (grad * z + to_products @ w_transposed,)
            to_recalled = to_candidate @ w_transposed[2 * m :]
            np.multiply(to_recalled, states[t] * r * (1.0 - r), out=to_r)
            return (grad * z + to_recalled * r + net_grad[..., : 2 * m] @ w_transposed[: 2 * m],)

        return step_back

    def _weight_gradients(self, cache: RecurrentCache, net_grads: Floats) -> dict[str, Floats]:
        m, before, recalled = self.n_units, rows(cache.states[0][:-1]), rows(cache.saved["recalled"])
        net, gates = rows(net_grads), rows(cache.saved["gates"])
        kernel = rows(cache.inputs).T @ net
        if not self.reset_after:
            blocks = (before.T @ net[:, : 2 * m], recalled.T @ net[:, 2 * m :])
            return {"kernel": kernel, "recurrent_kernel": np.hstack(blocks), "bias": net.sum(axis=0)}
        products = net.copy()  # what arrives at S W + c: for the candidate it has passed the reset gate
        products[:, 2 * m :] *= gates[:, m : 2 * m]
        biases = np.stack([net.sum(axis=0), products.sum(axis=0)])
        return {"kernel": kernel, "recurrent_kernel": before.T @ products, "bias": biases}
