"""A recurrent network: a layer that reads, and a dense layer that answers."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array
from ..nn import Dense, LayerGradients, Loss, Module
from ..nn.fitting import find_loss
from ..nn.layer import Parameters, inside_a_network
from .sequence_layer import SequenceLayer

_OUTPUT = "output."


class RecurrentNetwork(Module):
    r"""A layer that reads sequences, and a dense layer that answers after every step, or after the last.

    Parameters
    ----------
    layer : SequenceLayer
        Reads the sequences.
    output : Dense
        Turns each output of the layer into an answer. It takes as many columns as the layer gives.
    loss : str or Loss, default "sparse_categorical_cross_entropy_from_logits"
        A key of `dlbook.nn.LOSSES`, or a loss of your own. The answers are the scores that it takes.
    last_only : bool, default False
        Whether there is one answer, after the last step.

    Notes
    -----
    .. math:: \mathbf{Z}_t = \mathbf{S}_t \mathbf{V} + \mathbf{c}

    ====================  ================================================  ===============================
    symbol                name                                              meaning
    ====================  ================================================  ===============================
    :math:`\mathbf{S}_t`  outputs of `layer` at step t, (batch, n_units)    states
    :math:`\mathbf{V}`    ``"output.weights"``, (n_units, n_outputs)        weights from state to answer
    :math:`\mathbf{c}`    ``"output.bias"``, (n_outputs,)                   bias of the answer
    :math:`\mathbf{Z}_t`  answers at step t, (batch, n_outputs)             scores, before any softmax
    ====================  ================================================  ===============================

    The parameters of the layer keep their names. `dlbook.nn.descend` trains such a network.

    Examples
    --------
    >>> from dlbook.nn import descend
    >>> from dlbook.optimization import Adam
    >>> from dlbook.sequences import GRU
    >>> rng = np.random.default_rng(0)
    >>> network = RecurrentNetwork(GRU(1, 4, rng=rng), Dense(4, 2, rng=rng), last_only=True)
    >>> x = rng.normal(size=(50, 3, 1))
    >>> y = (x.sum(axis=(1, 2)) > 0).astype(int)
    >>> losses = descend(network, [(x, y)] * 100, Adam(0.05))
    >>> (network.forward(x)[0].argmax(axis=1) == y).mean() > 0.9
    np.True_
    """

    def __init__(
        self,
        layer: SequenceLayer,
        output: Dense,
        *,
        loss: str | Loss = "sparse_categorical_cross_entropy_from_logits",
        last_only: bool = False,
    ) -> None:
        if not isinstance(layer, SequenceLayer):
            raise ValueError(f"layer must be a layer that reads sequences, got {type(layer).__name__}")
        if not isinstance(output, Dense) or output.n_inputs != layer.n_outputs:
            got = f"{output.n_inputs} columns" if isinstance(output, Dense) else type(output).__name__
            raise ValueError(f"output must be a Dense that takes {layer.n_outputs} columns, got {got}")
        self.layer, self.output = layer, output
        self.loss, self.last_only = find_loss(loss), last_only

    def forward(self, x: ArrayLike, *, mask: ArrayLike | None = None) -> tuple[NDArray[np.float64], Any]:
        """Read a batch of sequences and return the answers.

        Parameters
        ----------
        x : array_like of shape (batch, time, n_features)
            The sequences.
        mask : array_like of bool of shape (batch, time), optional
            True for real steps, False for padding.

        Returns
        -------
        answers : ndarray of shape (batch, time, n_outputs), or (batch, n_outputs) for the last step only
            The answers.
        cache : tuple
            What `backward` needs.
        """
        states, cache = self.layer.forward(x, mask=mask)
        read = states[:, -1] if self.last_only else states
        with inside_a_network():
            answers, kept = self.output.forward(read.reshape(-1, read.shape[-1]))
        return answers.reshape(*read.shape[:-1], -1), (states.shape, cache, kept)

    def backward(self, grad: ArrayLike, cache: Any) -> LayerGradients:
        """Send the gradient of a loss from the answers back through time.

        Parameters
        ----------
        grad : array_like of the shape of the answers
            Gradient of the loss with respect to the answers.
        cache : tuple
            What `forward` returned beside the answers.

        Returns
        -------
        inputs : ndarray of shape (batch, time, n_features)
            Gradient with respect to the inputs.
        parameters : dict of str to ndarray
            Gradient with respect to every parameter, under its name.
        """
        shape, of_layer, of_output = cache
        batch, n_steps, n_units = shape
        answered = (batch,) if self.last_only else (batch, n_steps)
        grad = array(grad, "grad", (*answered, self.output.n_units))
        with inside_a_network():
            to_read, for_output = self.output.backward(grad.reshape(-1, self.output.n_units), of_output)
        to_states = np.zeros(shape)
        to_states[:, -1 if self.last_only else slice(None)] = to_read.reshape(*answered, n_units)
        found = self.layer.backward(to_states, of_layer)
        named = {f"{_OUTPUT}{name}": value for name, value in for_output.items()}
        return LayerGradients(found.inputs, {**found.parameters, **named})

    def loss_and_gradients(
        self, x: ArrayLike, y: ArrayLike, where: ArrayLike | None = None, mask: ArrayLike | None = None
    ) -> tuple[float, NDArray[np.float64], Parameters]:
        """Go forward and backward once, and change nothing.

        Parameters
        ----------
        x : array_like of shape (batch, time, n_features)
            The sequences.
        y : array_like of shape (batch, time, ...), or (batch, ...) for the last step only
            The right answers, in the form that the loss takes.
        where : array_like of bool of shape (batch, time), optional
            The steps whose answers count. All do if not given.
        mask : array_like of bool of shape (batch, time), optional
            True for real steps, False for padding.

        Returns
        -------
        value : float
            The loss, a mean over the answers that count.
        inputs : ndarray of shape (batch, time, n_features)
            Its gradient with respect to the inputs.
        gradients : dict of str to ndarray
            Its gradient with respect to every parameter, under its name.
        """
        answers, cache = self.forward(x, mask=mask)
        if where is None:
            value, grad = self.loss.with_gradient(y, answers)
        else:
            counts = array(where, "where", answers.shape[:-1]) != 0
            y, grad = array(y, "y", (*counts.shape, ...)), np.zeros_like(answers)
            value, grad[counts] = self.loss.with_gradient(y[counts], answers[counts])
        return value, *self.backward(grad, cache)

    def _collect(self) -> Parameters:
        named = {f"{_OUTPUT}{name}": value for name, value in self.output.parameters.items()}
        return {**self.layer.parameters, **named}

    def _assign(self, values: Parameters) -> None:
        own = {n.removeprefix(_OUTPUT): v for n, v in values.items() if n.startswith(_OUTPUT)}
        self.output.parameters = own
        self.layer.parameters = {n: v for n, v in values.items() if not n.startswith(_OUTPUT)}
