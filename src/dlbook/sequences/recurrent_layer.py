"""One recurrent cell run along a sequence: the loop forward, and backpropagation through time."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, count
from ._backpropagation import (
    Parts,
    StepBack,
    check_net_grads,
    check_results,
    started,
    through_time,
    through_time_truncated,
)
from ._recurrent_checks import (
    Floats,
    check_grad_outputs,
    check_mask,
    check_parts,
    check_sequences,
    check_truncation,
)
from .initialization import draw_kernels
from .sequence_layer import SequenceGradients, SequenceLayer


@dataclass(frozen=True)
class RecurrentCache:
    """What the backward pass needs to know of a forward pass. All arrays have time as their first axis.

    Parameters
    ----------
    inputs : ndarray of shape (time, batch, features)
        The inputs.
    mask : ndarray of bool of shape (time, batch) or None
        True for real steps. None if all are real.
    states : tuple of ndarray of shape (time + 1, batch, units)
        The states, entry 0 the initial one: for an LSTM first the hidden, then the cell states.
    weights : dict of str to ndarray
        The parameters with which it was computed.
    final_state : ndarray or tuple
        The state after the last step, in the form that `forward` takes.
    saved : dict of str to ndarray of shape (time, batch, columns)
        What the cell keeps of every step beside the states.
    """

    inputs: Floats
    mask: NDArray[np.bool_] | None
    states: Parts
    weights: dict[str, Floats]
    final_state: Any = None
    saved: dict[str, Floats] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of sequences and of steps."""
        return self.inputs.shape[1], self.inputs.shape[0]

    @property
    def hidden_states(self) -> Floats:
        """States that the layer shows, with the initial one: shape (batch, time + 1, units)."""
        return self.states[0].transpose(1, 0, 2)

    @property
    def n_bytes(self) -> int:
        """Memory of all arrays but the weights, in bytes."""
        return sum(array.nbytes for array in (self.inputs, *self.states, *self.saved.values()))


class RecurrentLayer(SequenceLayer):
    r"""A recurrent cell that reads sequences step by step. `SimpleRNN`, `LSTM` and `GRU` are of this kind.

    Parameters
    ----------
    n_features : int
        Number of features of the input at one step.
    n_units : int
        Number of units.
    kernel : array_like of shape (n_features, blocks * n_units), optional
        Weights from the input to start from. Without them some are drawn, Glorot uniform.
    recurrent_kernel : array_like of shape (n_units, blocks * n_units), optional
        Weights from the state to start from. Without them some are drawn, orthogonal.
    bias : array_like, optional
        Biases to start from.
    rng : numpy.random.Generator, optional
        Draws the weights. Needed unless both kernels are given.

    Attributes
    ----------
    n_units : int
        Number of units.

    Raises
    ------
    ValueError
        If a number is below 1, a shape does not fit, a value is not finite, or neither the kernels nor `rng`
        are given.

    Notes
    -----
    The products of all inputs with `kernel` are computed at once, before the loop. A step then costs one
    product of the state with `recurrent_kernel`, whose columns hold all gates. On the way back a step costs
    one product again, and the gradients of the weights are one product each for all steps, after the loop.

    **Mask.** At a masked step the state stays as it is, and the output of the step before is repeated. Before
    the first real step there is none, and the output is zero even if the initial state is not. Keras does the
    same with TensorFlow; with JAX it shows the initial state there.
    The gradient passes a masked step unchanged, and the step adds nothing to the gradients of the weights.

    **Truncation.** The exact gradient of a loss at all steps is, with the state :math:`\mathbf{s}_t` and the
    explicit derivative :math:`\partial^{+}` that holds the state before fixed,

    .. math::

       \frac{\partial \mathcal{L}}{\partial \mathbf{W}}
       = \sum_{t=1}^{T} \; \sum_{j=0}^{k-1}
         \frac{\partial \mathcal{L}_t}{\partial \mathbf{s}_t}
         \frac{\partial \mathbf{s}_t}{\partial \mathbf{s}_{t-j}}
         \frac{\partial^{+} \mathbf{s}_{t-j}}{\partial \mathbf{W}}
       \qquad \text{for } k = T

    A smaller `truncation` :math:`k` drops the terms that reach further back, for each :math:`t` separately.
    To know how far each gradient has come it is kept apart from the others, :math:`k` of them at a time, so
    that a truncated pass takes up to :math:`k` times as long and saves no memory. It is there to measure what
    truncation leaves out. To save memory, cut the sequence into pieces: run `forward` and `backward` for one
    after the other, with the final state of a piece as the initial state of the next. Masked steps do not
    count as steps.

    References
    ----------
    - P. J. Werbos, "Backpropagation through time: what it does and how to do it", Proceedings of the IEEE
      78(10), 1990, pp. 1550-1560.
    - R. J. Williams and J. Peng, "An efficient gradient-based algorithm for on-line training of recurrent
      network trajectories", Neural Computation 2(4), 1990, pp. 490-501.
    """

    n_units: int
    _state_names: ClassVar[tuple[str, ...]] = ("hidden",)
    _n_blocks: ClassVar[int] = 1

    def __init__(
        self,
        n_features: int,
        n_units: int,
        *,
        kernel: ArrayLike | None = None,
        recurrent_kernel: ArrayLike | None = None,
        bias: ArrayLike | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.n_features = count(n_features, "n_features")
        self.n_outputs = self.n_units = count(n_units, "n_units")
        if kernel is None or recurrent_kernel is None:
            drawn = draw_kernels(self.n_features, self.n_units, self._n_blocks, rng)
            kernel = drawn[0] if kernel is None else kernel
            recurrent_kernel = drawn[1] if recurrent_kernel is None else recurrent_kernel
        start = self._first_bias()
        columns = self._n_blocks * self.n_units
        self._parameters = {
            "kernel": array(kernel, "kernel", (self.n_features, columns)).copy(),
            "recurrent_kernel": array(recurrent_kernel, "recurrent_kernel", (self.n_units, columns)).copy(),
            "bias": array(start if bias is None else bias, "bias", start.shape).copy(),
        }

    def _collect(self) -> dict[str, NDArray[np.float64]]:
        return dict(self._parameters)

    def _assign(self, values: Mapping[str, NDArray[np.float64]]) -> None:
        self._parameters.update(values)

    def step(self, x_t: ArrayLike, state: Any = None) -> Any:
        """Go one step: the cell by itself.

        Parameters
        ----------
        x_t : array_like of shape (batch, n_features) or (n_features,)
            The input of the step, for a batch or for one sequence.
        state : ndarray or tuple, optional
            The state before, of shape (batch, n_units) or (n_units,); for an LSTM two such arrays. Zeros if
            not given.

        Returns
        -------
        ndarray or tuple
            The state after, in the same form.

        Raises
        ------
        ValueError
            If a shape does not fit, the batch is empty, or a number is not finite.
        """
        now = array(x_t, "x_t", float32=True)
        if now.ndim not in (1, 2) or now.shape[-1] != self.n_features:
            raise ValueError(
                f"x_t must have shape (batch, {self.n_features}) or ({self.n_features},), got {now.shape}"
            )
        shape = (*now.shape[:-1], self.n_units)
        parts = check_parts(state, self._state_names, shape, now.dtype, "state")
        if now.ndim == 2:
            return self.forward(now[:, np.newaxis], self._state_of(parts))[1].final_state
        state = self._state_of(tuple(part[np.newaxis] for part in parts))
        after = self._parts_of(self.forward(now[np.newaxis, np.newaxis], state)[1].final_state)
        return self._state_of(tuple(part[0] for part in after))

    def forward(
        self, x: ArrayLike, initial_state: Any = None, mask: ArrayLike | None = None
    ) -> tuple[Floats, RecurrentCache]:
        x = check_sequences(x, self.n_features)
        (batch, n_steps, _), dtype = x.shape, x.dtype
        mask = check_mask(mask, (batch, n_steps))
        before = check_parts(initial_state, self._state_names, (batch, self.n_units), dtype, "initial_state")
        states = tuple(np.empty((n_steps + 1, batch, self.n_units), dtype) for _ in before)
        for state, start in zip(states, before, strict=True):
            state[0] = start
        cache = RecurrentCache(
            inputs=np.array(x.transpose(1, 0, 2), order="C"),  # a copy: the caller's may change
            mask=None if mask is None else np.array(mask.T, order="C"),
            states=states,
            weights={name: value.astype(dtype, copy=False) for name, value in self._parameters.items()},
        )
        with np.errstate(over="ignore", invalid="ignore"):
            step_forward = self._start_forward(cache)
            for t in range(n_steps):
                step_forward(t)
                if cache.mask is not None and not cache.mask[t].all():
                    for state in states:
                        np.copyto(state[t + 1], state[t], where=~cache.mask[t][:, np.newaxis])
        outputs = np.array(states[0][1:].transpose(1, 0, 2), order="C")
        if mask is not None:
            outputs[~started(mask, axis=1)] = 0.0
        final = self._state_of(tuple(state[-1].copy() for state in states))
        return outputs, replace(cache, final_state=final)

    def backward(
        self,
        grad_outputs: ArrayLike | None,
        cache: RecurrentCache,
        grad_final_state: Any = None,
        truncation: int | None = None,
        *,
        check_finite: bool = True,
    ) -> SequenceGradients:
        batch, n_steps = cache.shape
        dtype = cache.inputs.dtype
        truncation = check_truncation(truncation)
        if grad_outputs is None and grad_final_state is None:
            raise ValueError("grad_outputs or grad_final_state must be given, got None for both")
        grad = None
        last = check_parts(
            grad_final_state, self._state_names, (batch, self.n_units), dtype, "grad_final_state"
        )
        if grad_outputs is not None:
            shape = (batch, n_steps, self.n_units)
            grad = check_grad_outputs(grad_outputs, shape, dtype, check_finite).transpose(1, 0, 2)
            if cache.mask is not None:
                grad = np.where(started(cache.mask, axis=0)[:, :, np.newaxis], grad, 0.0)
        net_grads = np.empty((n_steps, batch, self._n_blocks * self.n_units), dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            step_back = self._start_backward(cache)
            if truncation is None or truncation >= n_steps:
                first = through_time(step_back, cache.mask, grad, last, net_grads)
            else:
                first = through_time_truncated(step_back, cache.mask, grad, last, net_grads, truncation)
            parameters = self._weight_gradients(cache, net_grads)
            flat = net_grads.reshape(n_steps * batch, -1)
            inputs = (flat @ cache.weights["kernel"].T).reshape(cache.inputs.shape)
        if check_finite:
            check_net_grads(net_grads, cache.states)
            check_results({**parameters, "inputs": inputs, "initial_state": np.stack(first)}, net_grads)
        inputs = np.array(inputs.transpose(1, 0, 2), order="C")
        return SequenceGradients(inputs, parameters, self._state_of(first))

    # what a kind of cell says of itself

    def _first_bias(self) -> NDArray[np.float64]:
        """Return the biases to start from when none are given."""
        return np.zeros(self._n_blocks * self.n_units)

    def _state_of(self, parts: Parts) -> Any:
        """Put the arrays of a state together in the form that the user sees."""
        return parts[0]

    def _parts_of(self, state: Any) -> Parts:
        """Take a state apart again."""
        return (state,) if len(self._state_names) == 1 else tuple(state)

    @abstractmethod
    def _start_forward(self, cache: RecurrentCache) -> Callable[[int], None]:
        """Prepare `saved`, and return a function that computes states t + 1 from states t."""

    @abstractmethod
    def _start_backward(self, cache: RecurrentCache) -> StepBack:
        """Return a function that sends gradients from states t + 1 to states t.

        It takes t, the gradients for the parts of the state, of shape (..., batch, units), and an array to
        write the gradient for the net inputs of all blocks into. The leading axes let it send several
        gradients back together.
        """

    def _weight_gradients(self, cache: RecurrentCache, net_grads: Floats) -> dict[str, Floats]:
        """Return the gradients of the parameters from those for the net inputs of all steps."""
        flat = net_grads.reshape(-1, net_grads.shape[-1])
        return {
            "kernel": rows(cache.inputs).T @ flat,
            "recurrent_kernel": rows(cache.states[0][:-1]).T @ flat,
            "bias": flat.sum(axis=0),
        }


def rows(array: Floats) -> Floats:
    """Lay all steps of all sequences below each other: (time, batch, columns) to (time * batch, columns)."""
    return array.reshape(-1, array.shape[-1])


def input_products(cache: RecurrentCache, bias: Floats, out: Floats | None = None) -> Floats:
    """Multiply the inputs of all steps with the kernel and add the bias: (time, batch, columns)."""
    kernel = cache.weights["kernel"]
    if out is None:
        out = np.empty((*cache.inputs.shape[:2], kernel.shape[1]), kernel.dtype)
    np.matmul(rows(cache.inputs), kernel, out=rows(out))
    out += bias
    return out
