"""Two recurrent layers that read the same sequence, one from each end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import choice
from ._recurrent_checks import Floats, check_grad_outputs, check_mask, check_sequences
from .recurrent_layer import RecurrentCache, RecurrentLayer
from .sequence_layer import SequenceGradients, SequenceLayer

MERGES = ("concat", "sum", "ave", "mul")


class BidirectionalState(NamedTuple):
    """State of a bidirectional layer, or a gradient with respect to it.

    Parameters
    ----------
    forward_state : ndarray or tuple
        State of the layer that reads from the first step to the last.
    backward_state : ndarray or tuple
        State of the layer that reads from the last step to the first: its final state is the one at the
        first step.
    """

    forward_state: Any
    backward_state: Any


@dataclass(frozen=True)
class BidirectionalCache:
    """What the backward pass needs to know of a forward pass.

    Parameters
    ----------
    forward : RecurrentCache
        That of the layer that reads from the first step to the last.
    backward : RecurrentCache
        That of the layer that reads from the last step to the first.
    outputs : tuple of ndarray of shape (batch, time, units)
        The outputs of both, in the order of the steps.
    mask : ndarray of bool of shape (batch, time) or None
        True for real steps. None if all are real.
    """

    forward: RecurrentCache
    backward: RecurrentCache
    outputs: tuple[Floats, Floats]
    mask: NDArray[np.bool_] | None

    @property
    def shape(self) -> tuple[int, int]:
        """Number of sequences and of steps."""
        return self.forward.shape

    @property
    def final_state(self) -> BidirectionalState:
        """Where each of the two layers ended."""
        return BidirectionalState(self.forward.final_state, self.backward.final_state)


class Bidirectional(SequenceLayer):
    r"""A layer that knows at every step what came before it and what comes after.

    Parameters
    ----------
    forward_layer : RecurrentLayer
        Reads from the first step to the last.
    backward_layer : RecurrentLayer
        Reads from the last step to the first. Another object than `forward_layer`, with weights of its own.
    merge : {"concat", "sum", "ave", "mul"}, default "concat"
        How the two outputs at a step become one: side by side, or their sum, average or product.

    Attributes
    ----------
    forward_layer : RecurrentLayer
        The first layer.
    backward_layer : RecurrentLayer
        The second layer.

    Raises
    ------
    ValueError
        If the two are the same object or none, they take different numbers of features, `merge` is unknown,
        or it is not "concat" and they give different numbers of outputs.

    Notes
    -----
    For simple recurrent layers, with one sequence a row:

    .. math::

       \begin{aligned}
       \overrightarrow{\mathbf{S}}_t &= f(\mathbf{X}_t \overrightarrow{\mathbf{U}}
           + \overrightarrow{\mathbf{S}}_{t-1} \overrightarrow{\mathbf{W}} + \overrightarrow{\mathbf{b}}) \\
       \overleftarrow{\mathbf{S}}_t &= f(\mathbf{X}_t \overleftarrow{\mathbf{U}}
           + \overleftarrow{\mathbf{S}}_{t+1} \overleftarrow{\mathbf{W}} + \overleftarrow{\mathbf{b}}) \\
       \mathbf{S}_t &= [\overrightarrow{\mathbf{S}}_t; \overleftarrow{\mathbf{S}}_t]
       \end{aligned}

    =====================================  ========================  ====================================
    symbol                                 name                      meaning
    =====================================  ========================  ====================================
    :math:`\mathbf{X}_t`                   row t of `x`              inputs at step t
    :math:`\overrightarrow{\mathbf{S}}_t`  (internal)                state of the forward layer at step t
    :math:`\overleftarrow{\mathbf{S}}_t`   (internal)                state of the backward layer at step t
    :math:`\mathbf{S}_t`                   outputs at step t         both side by side
    =====================================  ========================  ====================================

    The names of the parameters begin with ``forward.`` and ``backward.``. The backward layer starts at the
    last step and needs the whole sequence before it can say anything about the first: such a layer cannot
    predict what comes next. Its state before the first step is that after the last; where its gradient is not
    finite, steps are counted from there. None for the state of one layer, or of both, is zero.

    Parity: ``keras.layers.Bidirectional`` with ``return_sequences=True``. As there, and unlike in a single
    layer, the output at a masked step is zero. With ``return_sequences=False`` Keras merges the final hidden
    states.

    References
    ----------
    - M. Schuster and K. K. Paliwal, "Bidirectional recurrent neural networks", IEEE Transactions on Signal
      Processing 45(11), 1997, pp. 2673-2681.

    Examples
    --------
    Running sums from both ends:

    >>> from dlbook.sequences.rnn import SimpleRNN
    >>> one = {"activation": "identity", "kernel": [[1.0]], "recurrent_kernel": [[1.0]]}
    >>> layer = Bidirectional(SimpleRNN(1, 1, **one), SimpleRNN(1, 1, **one))
    >>> outputs, cache = layer.forward([[[1.0], [2.0], [4.0]]])
    >>> outputs
    array([[[1., 7.],
            [3., 6.],
            [7., 4.]]])
    """

    def __init__(
        self, forward_layer: RecurrentLayer, backward_layer: RecurrentLayer, *, merge: str = "concat"
    ) -> None:
        for name, layer in (("forward_layer", forward_layer), ("backward_layer", backward_layer)):
            if not isinstance(layer, RecurrentLayer):
                raise ValueError(f"{name} must be a recurrent layer, got {type(layer).__name__}")
        if forward_layer is backward_layer:
            raise ValueError("backward_layer must be another object than forward_layer, got the same")
        if backward_layer.n_features != forward_layer.n_features:
            raise ValueError(
                f"backward_layer must take {forward_layer.n_features} features, as forward_layer, "
                f"got {backward_layer.n_features}"
            )
        choice(merge, "merge", MERGES)
        if merge != "concat" and backward_layer.n_outputs != forward_layer.n_outputs:
            raise ValueError(
                f"backward_layer must have {forward_layer.n_outputs} units, as forward_layer, to {merge} "
                f"their outputs, got {backward_layer.n_outputs}"
            )
        self.forward_layer, self.backward_layer, self.merge = forward_layer, backward_layer, merge
        self.n_features = forward_layer.n_features
        self.n_outputs = forward_layer.n_outputs
        if merge == "concat":
            self.n_outputs += backward_layer.n_outputs

    def forward(
        self, x: ArrayLike, initial_state: Any = None, mask: ArrayLike | None = None
    ) -> tuple[Floats, BidirectionalCache]:
        first, second = _pair(initial_state, "initial_state")
        x = check_sequences(x, self.n_features)
        mask = check_mask(mask, (x.shape[0], x.shape[1]))
        ahead, cache_ahead = self.forward_layer.forward(x, first, mask)
        behind, cache_behind = self.backward_layer.forward(
            x[:, ::-1], second, None if mask is None else mask[:, ::-1]
        )
        behind = np.ascontiguousarray(behind[:, ::-1])
        if self.merge == "concat":
            outputs = np.concatenate([ahead, behind], axis=-1)
        elif self.merge == "mul":
            outputs = ahead * behind
        else:
            outputs = ahead + behind
            if self.merge == "ave":
                outputs /= 2.0
        if mask is not None:
            outputs[~mask] = 0.0
        return outputs, BidirectionalCache(cache_ahead, cache_behind, (ahead, behind), mask)

    def backward(
        self,
        grad_outputs: ArrayLike | None,
        cache: BidirectionalCache,
        grad_final_state: Any = None,
        truncation: int | None = None,
        *,
        check_finite: bool = True,
    ) -> SequenceGradients:
        last_ahead, last_behind = _pair(grad_final_state, "grad_final_state")
        grads: tuple[Floats | None, Floats | None] = (None, None)
        if grad_outputs is not None:
            shape, dtype = (*cache.shape, self.n_outputs), cache.outputs[0].dtype
            merged = check_grad_outputs(grad_outputs, shape, dtype, check_finite)
            grads = self._split(merged, cache)
        elif last_ahead is None and last_behind is None:
            raise ValueError("grad_outputs or grad_final_state must be given, got None for both")
        results = []
        for layer, grad, part, last in (
            (self.forward_layer, grads[0], cache.forward, last_ahead),
            (
                self.backward_layer,
                None if grads[1] is None else grads[1][:, ::-1],
                cache.backward,
                last_behind,
            ),
        ):
            if grad is None and last is None:  # nothing reaches this one
                grad = np.zeros((*cache.shape, layer.n_outputs))
            results.append(layer.backward(grad, part, last, truncation, check_finite=check_finite))
        first, second = results
        parameters = {f"forward.{name}": value for name, value in first.parameters.items()}
        parameters |= {f"backward.{name}": value for name, value in second.parameters.items()}
        return SequenceGradients(
            first.inputs + second.inputs[:, ::-1],
            parameters,
            BidirectionalState(first.initial_state, second.initial_state),
        )

    def _split(self, grad: Floats, cache: BidirectionalCache) -> tuple[Floats, Floats]:
        """Turn the gradient for the merged outputs into those for the outputs of both layers."""
        ahead, behind = cache.outputs
        if cache.mask is not None:
            grad = np.where(cache.mask[:, :, np.newaxis], grad, 0.0)
        if self.merge == "concat":
            n = self.forward_layer.n_outputs
            return grad[..., :n], grad[..., n:]
        if self.merge == "mul":
            return grad * behind, grad * ahead
        if self.merge == "ave":
            grad = grad / 2.0
        return grad, grad

    def _collect(self) -> dict[str, NDArray[np.float64]]:
        return {
            f"{direction}.{name}": value
            for direction, layer in (("forward", self.forward_layer), ("backward", self.backward_layer))
            for name, value in layer.parameters.items()
        }

    def _assign(self, values: Mapping[str, NDArray[np.float64]]) -> None:
        for direction, layer in (("forward.", self.forward_layer), ("backward.", self.backward_layer)):
            own = {n.removeprefix(direction): v for n, v in values.items() if n.startswith(direction)}
            layer.parameters = own


def _pair(states: Any, name: str) -> tuple[Any, Any]:
    """Return the states of the two layers, None where there is none."""
    if states is None:
        return None, None
    if not isinstance(states, tuple | list) or len(states) != 2:
        got = f"{len(states)} of them" if isinstance(states, tuple | list) else type(states).__name__
        raise ValueError(f"{name} must be a pair, of the forward and of the backward layer, got {got}")
    return states[0], states[1]
