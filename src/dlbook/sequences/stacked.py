"""Recurrent layers on top of each other: the outputs of one are the inputs of the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .recurrent_layer import RecurrentLayer
from .sequence_layer import SequenceGradients, SequenceLayer


@dataclass(frozen=True)
class StackedCache:
    """What the backward pass needs to know of a forward pass.

    Parameters
    ----------
    layers : tuple
        The caches of the layers, from the input to the output.
    """

    layers: tuple[Any, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of sequences and of steps."""
        return self.layers[0].shape

    @property
    def final_state(self) -> tuple[Any, ...]:
        """The final state of every layer."""
        return tuple(cache.final_state for cache in self.layers)


class Stacked(SequenceLayer):
    r"""A deep recurrent network: layers that read the outputs of the one below.

    Parameters
    ----------
    layers : sequence of SequenceLayer
        The layers, from the input to the output: simple, LSTM, GRU or bidirectional ones. A state is a tuple
        of their states; None for one of them, or for all, is zero.

    Attributes
    ----------
    layers : tuple of SequenceLayer
        The same layers.

    Raises
    ------
    ValueError
        If there is no layer, an element is none, one occurs twice, or a layer does not take as many features
        as the one below gives.

    Notes
    -----
    For simple recurrent layers, with one sequence a row:

    .. math::

       \mathbf{S}^{[l]}_t = f\bigl(\mathbf{S}^{[l-1]}_t \mathbf{U}^{[l]}
           + \mathbf{S}^{[l]}_{t-1} \mathbf{W}^{[l]} + \mathbf{b}^{[l]}\bigr),
       \qquad \mathbf{S}^{[0]}_t = \mathbf{X}_t

    ===========================  =================================  ================================
    symbol                       name                               meaning
    ===========================  =================================  ================================
    :math:`\mathbf{X}_t`         row t of `x`                       inputs at step t
    :math:`\mathbf{S}^{[l]}_t`   state of layer l                   its output at step t
    :math:`\mathbf{U}^{[l]}`     ``"l.kernel"``, from 0             weights from the layer below
    :math:`\mathbf{W}^{[l]}`     ``"l.recurrent_kernel"``, from 0   weights from state to state
    :math:`\mathbf{b}^{[l]}`     ``"l.bias"``, from 0               bias
    ===========================  =================================  ================================

    In the names of the parameters layers are counted from 0, as in `Sequential`. All layers use the same
    mask. A `truncation` holds in each layer by itself: a gradient that goes back two steps in the upper layer
    may go back as many as it allows in the lower one.

    Parity: ``keras.layers.RNN`` layers with ``return_sequences=True``, one after the other.

    References
    ----------
    - A. Graves, A. Mohamed and G. Hinton, "Speech recognition with deep recurrent neural networks", IEEE
      International Conference on Acoustics, Speech and Signal Processing, 2013, section 3.

    Examples
    --------
    >>> from dlbook.sequences.gru import GRU
    >>> from dlbook.sequences.lstm import LSTM
    >>> rng = np.random.default_rng(0)
    >>> network = Stacked([LSTM(3, 5, rng=rng), GRU(5, 4, rng=rng)])
    >>> outputs, cache = network.forward(rng.normal(size=(2, 6, 3)))
    >>> outputs.shape, network.n_parameters
    ((2, 6, 4), 312)
    """

    def __init__(self, layers: Sequence[SequenceLayer]) -> None:
        if not isinstance(layers, list | tuple):
            raise ValueError(f"layers must be a list of layers, got {type(layers).__name__}")
        self.layers = tuple(layers)
        if not self.layers:
            raise ValueError("layers must hold at least one layer, got none")
        for place, layer in enumerate(self.layers):
            if not isinstance(layer, SequenceLayer):
                raise ValueError(f"layers must be sequence layers, got {type(layer).__name__} at {place}")
            if any(layer is other for other in self.layers[:place]):
                raise ValueError(f"layers must be different objects, the one at {place} occurs twice")
            if place and layer.n_features != self.layers[place - 1].n_outputs:
                raise ValueError(
                    f"layers must fit, the one at {place} takes {layer.n_features} features, "
                    f"the one below gives {self.layers[place - 1].n_outputs}"
                )
        self.n_features, self.n_outputs = self.layers[0].n_features, self.layers[-1].n_outputs

    def step(self, x_t: ArrayLike, state: Sequence[Any] | None = None) -> tuple[Any, ...]:
        """Go one step with all layers.

        Parameters
        ----------
        x_t : array_like of shape (batch, n_features) or (n_features,)
            The input of the step, for a batch or for one sequence.
        state : sequence, optional
            The state of every layer before. None for one of them, or for all, is zero.

        Returns
        -------
        tuple
            The state of every layer after. That of the last is, or for an LSTM holds, the output.

        Raises
        ------
        ValueError
            If a shape does not fit, a number is not finite, or a layer is bidirectional and needs the whole
            sequence.
        """
        states, now = [], x_t
        for layer, before in zip(self.layers, self._states(state, "state"), strict=True):
            if not isinstance(layer, RecurrentLayer):
                raise ValueError(f"step needs layers that go from step to step, got {type(layer).__name__}")
            states.append(layer.step(now, before))
            now = states[-1][0] if isinstance(states[-1], tuple) else states[-1]
        return tuple(states)

    def forward(
        self, x: ArrayLike, initial_state: Sequence[Any] | None = None, mask: ArrayLike | None = None
    ) -> tuple[NDArray[np.floating], StackedCache]:
        caches: list[Any] = []
        states = self._states(initial_state, "initial_state")
        outputs, cache = self.layers[0].forward(x, states[0], mask)
        caches.append(cache)
        for place, layer in enumerate(self.layers[1:], start=1):
            finite = np.isfinite(outputs).all(axis=(0, 2))
            if not finite.all():
                step = int(finite.argmin())
                raise ValueError(f"outputs of layer {place - 1} must be finite, they are not at step {step}")
            outputs, cache = layer.forward(outputs, states[place], mask)
            caches.append(cache)
        return outputs, StackedCache(tuple(caches))

    def backward(
        self,
        grad_outputs: ArrayLike | None,
        cache: StackedCache,
        grad_final_state: Sequence[Any] | None = None,
        truncation: int | None = None,
        *,
        check_finite: bool = True,
    ) -> SequenceGradients:
        last = self._states(grad_final_state, "grad_final_state")
        if grad_outputs is None and last[-1] is None:
            if all(part is None for part in last):
                raise ValueError("grad_outputs or grad_final_state must be given, got None for both")
            grad_outputs = np.zeros((*cache.shape, self.n_outputs))
        parameters: dict[str, NDArray[np.floating]] = {}
        states: list[Any] = []
        grad = grad_outputs
        for place in range(len(self.layers) - 1, -1, -1):
            result = self.layers[place].backward(
                grad, cache.layers[place], last[place], truncation, check_finite=check_finite
            )
            grad = result.inputs
            states.insert(0, result.initial_state)
            parameters = {f"{place}.{n}": value for n, value in result.parameters.items()} | parameters
        return SequenceGradients(np.asarray(grad), parameters, tuple(states))

    def _states(self, states: Sequence[Any] | None, name: str) -> tuple[Any, ...]:
        if states is None:
            return (None,) * len(self.layers)
        if not isinstance(states, tuple | list) or len(states) != len(self.layers):
            got = len(states) if isinstance(states, tuple | list) else type(states).__name__
            raise ValueError(f"{name} must be a tuple of {len(self.layers)}, one a layer, got {got}")
        return tuple(states)

    def _collect(self) -> dict[str, NDArray[np.float64]]:
        return {
            f"{place}.{name}": value
            for place, layer in enumerate(self.layers)
            for name, value in layer.parameters.items()
        }

    def _assign(self, values: Mapping[str, NDArray[np.float64]]) -> None:
        for place, layer in enumerate(self.layers):
            start = f"{place}."
            layer.parameters = {n.removeprefix(start): v for n, v in values.items() if n.startswith(start)}
