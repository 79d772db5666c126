"""A network of layers: forward, backward, and the training loop."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array
from .early_stopping import EarlyStopping
from .fitting import (
    Clip,
    Metric,
    check_optimizer,
    check_plan,
    descend,
    find_loss,
    in_batches,
    measure,
    refuse_infinite,
    stops_at_divergence,
)
from .history import History
from .layer import (
    Gradients,
    Layer,
    LayerGradients,
    Module,
    Parameters,
    check_finite,
    check_table,
    inside_a_network,
)
from .loss import Loss
from .optimizer import SGD, Optimizer

_CHUNK = 512  # samples that `predict` sends through together


class Sequential(Module):
    r"""Layers in a row, trained by backpropagation.

    Parameters
    ----------
    layers : sequence of Layer
        The layers, from the input to the output.

    Attributes
    ----------
    layers : list of Layer
        The same layers.

    Notes
    -----
    Forward, every layer turns its input into its output. Backward, every layer turns the gradient for its
    output into the gradient for its input, and on the way finds those for its parameters:

    .. math:: A_l = f_l(A_{l-1}; \theta_l), \qquad
              G_{l-1} = \frac{\partial L}{\partial A_{l-1}}, \qquad
              \theta_l \leftarrow \theta_l - \eta \frac{\partial L}{\partial \theta_l}

    ================  =======================  ======================================
    symbol            name                     meaning
    ================  =======================  ======================================
    :math:`A_l`       output of a layer        activations, one sample a row
    :math:`\theta_l`  `parameters`             weights and biases of a layer
    :math:`G_l`       `grad`                   gradient of the loss for :math:`A_l`
    :math:`L`         `loss`                   the loss
    :math:`\eta`      `rate` of `optimizer`    size of a step
    ================  =======================  ======================================

    Parameters and gradients of the whole network are dictionaries. The name of an entry is the place of its
    layer and its name there: ``"0.weights"``.

    References
    ----------
    - D. E. Rumelhart, G. E. Hinton and R. J. Williams, "Learning representations by back-propagating errors",
      Nature 323, 1986, pp. 533-536.

    Examples
    --------
    >>> from dlbook.nn import SGD, ActivationLayer, Dense
    >>> rng = np.random.default_rng(3)
    >>> model = Sequential(
    ...     [Dense(2, 4, rng=rng), ActivationLayer("tanh"), Dense(4, 1, rng=rng), ActivationLayer("logistic")]
    ... )
    >>> x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> history = model.fit(x, y, loss="binary_cross_entropy", optimizer=SGD(1.0), epochs=500, rng=rng)
    >>> model.predict(x).round().ravel()
    array([0., 1., 1., 0.])
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        if not isinstance(layers, list | tuple):
            raise ValueError(f"layers must be a list of layers, got {type(layers).__name__}")
        self.layers = list(layers)
        _check_layers(self.layers)

    @property
    def n_parameters(self) -> int:
        """How many numbers training changes: those of layers that are not trainable do not count."""
        return sum(parameter.size for parameter in self._collect(trainable_only=True).values())

    @property
    def state(self) -> list[Parameters]:
        """A copy of parameters and running averages, layer by layer. Assign it to go back to that state."""
        return [{name: value.copy() for name, value in layer.state.items()} for layer in self.layers]

    @state.setter
    def state(self, values: Sequence[Mapping[str, NDArray[np.float64]]]) -> None:
        expected, given = _shapes(self.state), _shapes(values)
        if expected != given:
            raise ValueError(f"state must have the names and shapes {expected}, got {given}")
        for layer, value in zip(self.layers, values, strict=True):
            layer.state = {name: np.array(kept, dtype=float) for name, kept in value.items()}

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[NDArray[np.float64], list[Any]]:
        """Send a batch of samples through all layers.

        Parameters
        ----------
        x : array_like of shape (n_samples, n_inputs)
            One sample a row.
        training : bool, default False
            Whether the layers behave as in training.
        rng : numpy.random.Generator, optional
            Makes the random choices of dropout. Needed for it in training.

        Returns
        -------
        output : ndarray of shape (n_samples, n_outputs)
            Output of the last layer.
        cache : list
            What `backward` needs, one element a layer.
        """
        x = check_table(x, None)
        with inside_a_network():
            return self._forward(x, training, rng)

    def _forward(
        self, x: NDArray[np.float64], training: bool, rng: np.random.Generator | None
    ) -> tuple[NDArray[np.float64], list[Any]]:
        output, caches = x, []
        for layer in self.layers:
            output, cache = layer.forward(output, training=training, rng=rng)
            caches.append(cache)
        return output, caches

    def backward(self, grad: ArrayLike, cache: list[Any]) -> LayerGradients:
        """Send the gradient of the loss back through all layers.

        Parameters
        ----------
        grad : array_like of shape (n_samples, n_outputs)
            Gradient of the loss with respect to the output.
        cache : list
            What `forward` returned beside the output.

        Returns
        -------
        inputs : ndarray of shape (n_samples, n_inputs)
            Gradient with respect to the inputs.
        parameters : dict of str to ndarray
            Gradient for every parameter, named as in `parameters`.
        """
        if not isinstance(cache, list) or len(cache) != len(self.layers):
            raise ValueError("cache must be the list that forward returned, one element a layer")
        grad = check_finite(grad, "grad")
        with inside_a_network():
            return self._backward(grad, cache)

    def _backward(self, grad: NDArray[np.float64], caches: list[Any]) -> LayerGradients:
        gradients: Gradients = {}
        for i in reversed(range(len(self.layers))):
            grad, own = self.layers[i].backward(grad, caches[i])
            gradients |= {f"{i}.{name}": value for name, value in own.items()}
        return LayerGradients(np.asarray(grad), gradients)

    def predict(self, x: ArrayLike) -> NDArray[np.float64]:
        """Compute the output for samples, after training: no dropout, running averages.

        The samples go through in groups, so that what lies between two layers fits into the fast memory.

        Parameters
        ----------
        x : array_like of shape (n_samples, n_inputs)
            One sample a row.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            The output.
        """
        return self._predict(check_table(x, None))

    def _predict(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        starts = range(0, max(len(x), 1), _CHUNK)
        with inside_a_network():
            return np.concatenate(
                [self._forward(x[start : start + _CHUNK], False, None)[0] for start in starts]
            )

    def loss_and_gradients(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        loss: str | Loss,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[float, NDArray[np.float64], Gradients]:
        """Go forward and backward once, and change nothing.

        Parameters
        ----------
        x : array_like of shape (n_samples, n_inputs)
            One sample a row.
        y : array_like
            Targets, one a sample, in the form that the loss takes.
        loss : str or Loss
            A key of `LOSSES`, or a loss of your own.
        training : bool, default False
            Whether the layers behave as in training.
        rng : numpy.random.Generator, optional
            Makes the random choices of dropout.

        Returns
        -------
        value : float
            The loss, penalties included.
        grad_input : ndarray of shape (n_samples, n_inputs)
            Its gradient with respect to the inputs.
        gradients : dict of str to ndarray
            Its gradient for every parameter, named as in `parameters`.

        Raises
        ------
        ValueError
            If the samples do not fit the network or the loss.
        FloatingPointError
            If the output or the loss is not finite.
        """
        loss = find_loss(loss)
        return self._backpropagate(*self._check_samples(x, y, loss), loss, training, rng)[:3]

    def evaluate(self, x: ArrayLike, y: ArrayLike, *, loss: str | Loss) -> float:
        """Compute the loss on samples as after training, penalties included.

        Parameters
        ----------
        x : array_like of shape (n_samples, n_inputs)
            One sample a row.
        y : array_like
            Targets, one a sample, in the form that the loss takes.
        loss : str or Loss
            A key of `LOSSES`, or a loss of your own.

        Returns
        -------
        float
            Mean loss.
        """
        loss = find_loss(loss)
        x, y = self._check_samples(x, y, loss)
        return self._loss_after_training(x, y, loss)

    def fit(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        loss: str | Loss,
        optimizer: Optimizer | None = None,
        batch_size: int | None = 32,
        epochs: int = 1,
        rng: np.random.Generator | None = None,
        shuffle: bool = True,
        validation: tuple[ArrayLike, ArrayLike] | None = None,
        early_stopping: EarlyStopping | None = None,
        stop_when: Callable[["Sequential", History], bool] | None = None,
        metrics: Mapping[str, Metric] = MappingProxyType({}),
        clip: Clip | None = None,
    ) -> History:
        r"""Train the network, from the parameters that it has.

        Parameters
        ----------
        x : array_like of shape (n_samples, n_inputs)
            One sample a row.
        y : array_like
            Targets, one a sample, in the form that the loss takes.
        loss : str or Loss
            A key of `LOSSES`, or a loss of your own.
        optimizer : Optimizer, default ``SGD(0.1)``
            Makes new parameters of parameters and gradients, at a rate of its own.
        batch_size : int or None, default 32
            Samples an update. 1 is case updating, None takes all of them: epoch updating.
        epochs : int, default 1
            How often all samples are gone through at most.
        rng : numpy.random.Generator, optional
            Shuffles the samples and makes the random choices of dropout.
        shuffle : bool, default True
            Whether the samples are put into a new order before every epoch. It needs `rng`, unless all
            samples make one batch: then their order does not matter and they are left as they are.
        validation : tuple of array_like, optional
            Samples and targets that are not trained on.
        early_stopping : EarlyStopping, optional
            Ends the training by the validation loss.
        stop_when : callable, optional
            Called with the network and the history after every epoch. If it returns True, training ends.
        metrics : mapping of str to callable, optional
            Functions of targets and predictions that are computed after every epoch.
        clip : callable, optional
            Takes the gradients and returns those to use, as `clip_by_global_norm` does.

        Returns
        -------
        History
            What happened in every epoch.

        Raises
        ------
        ValueError
            If an argument does not fit the network or the loss.
        FloatingPointError
            If the training diverges: an output, the loss or a parameter is no longer finite. The network is
            then as it was before that epoch.

        Notes
        -----
        The gradient of a batch is the mean over its samples, because the losses are means. So one step of
        epoch updating is as long as one of case updating, but there are `n_samples` times fewer of them.
        An epoch costs time proportional to the number of samples times the number of weights.
        """
        loss, optimizer = find_loss(loss), check_optimizer(SGD() if optimizer is None else optimizer)
        x, y = self._check_samples(x, y, loss)
        if validation is not None and not (isinstance(validation, tuple | list) and len(validation) == 2):
            raise ValueError("validation must be a pair of samples and targets")
        held_out = validation and self._check_samples(*validation, loss, prefix="validation ")
        size, epochs = check_plan(len(x), batch_size, epochs, rng, shuffle)
        if not isinstance(metrics, Mapping):
            raise ValueError(f"metrics must be a dictionary of functions, got {type(metrics).__name__}")
        if early_stopping is not None:
            if not isinstance(early_stopping, EarlyStopping):
                raise ValueError(f"early_stopping must be an EarlyStopping, got {early_stopping!r}")
            if held_out is None:
                raise ValueError("validation must be given for early_stopping, got None")
            early_stopping.reset()
        history, best, training = History(), None, _Training(self, loss, rng)

        for epoch in range(1, epochs + 1):
            before, rate = self.state, optimizer.rate
            with stops_at_divergence(epoch, rate, restore=partial(setattr, self, "state", before)):
                rows = in_batches(len(x), size, rng if shuffle else None)
                losses = descend(training, ((x[batch], y[batch]) for batch in rows), optimizer, clip=clip)
                history.largest_change.append(self._largest_change(before))
                if held_out is not None:
                    history.validation_loss.append(self._loss_after_training(*held_out, loss))
                    self._measure(*held_out, metrics, history.validation_metrics)
                self._measure(x, y, metrics, history.metrics)
            history.n_updates += len(rows)
            total = sum(len(batch) * value for batch, value in zip(rows, losses, strict=True))
            history.loss.append(total / len(x))
            history.learning_rate.append(rate)

            if early_stopping is not None:
                stop = early_stopping.update(history.validation_loss[-1])
                if early_stopping.wait == 0:
                    best, history.best_epoch = self.state, epoch
                if stop:
                    history.stopped_by = "early_stopping"
                    break
            if stop_when is not None and stop_when(self, history):
                history.stopped_by = "stop_when"
                break

        if best is not None and early_stopping is not None and early_stopping.restore_best:
            self.state = best
        return history

    def _backpropagate(
        self, x: NDArray, y: NDArray, loss: Loss, training: bool, rng: np.random.Generator | None
    ) -> tuple[float, NDArray[np.float64], Gradients, list[Any]]:
        """Return the loss, its gradients for inputs and parameters, and what the layers kept."""
        with inside_a_network():
            output, caches = self._forward(x, training, rng)
            refuse_infinite(output, "the output of the network")
            value, grad = loss.with_gradient(y, output)
            grad_input, gradients = self._backward(grad, caches)
            for i, layer in enumerate(self.layers):
                if layer.trainable:
                    penalty, slopes = layer.penalty()
                    value += penalty
                    for name, slope in slopes.items():
                        gradients[f"{i}.{name}"] = gradients[f"{i}.{name}"] + slope
        refuse_infinite(value, "the loss")
        return value, grad_input, gradients, caches

    def _loss_after_training(self, x: NDArray, y: NDArray, loss: Loss) -> float:
        output = self._predict(x)
        refuse_infinite(output, "the output of the network")
        with inside_a_network():
            penalties = sum(layer.penalty()[0] for layer in self.layers if layer.trainable)
        return loss(y, output) + penalties

    def _check_samples(
        self, x: ArrayLike, y: ArrayLike, loss: Loss, *, prefix: str = ""
    ) -> tuple[NDArray[np.float64], NDArray]:
        """Return samples and targets as arrays, or refuse what does not fit the network and the loss."""
        n_inputs = next((layer.n_inputs for layer in self.layers if layer.n_inputs is not None), None)
        table = array(x, f"{prefix}x", ("n_samples", "n_features" if n_inputs is None else n_inputs))
        array(y, f"{prefix}y", (len(table), ...))
        targets, one = np.asarray(y), self._predict(table[:1])
        if targets.ndim == 1 and one.shape[1] == 1:
            targets = targets[:, None]  # (samples, 1), as the output
        loss(targets, np.repeat(one, len(table), axis=0))  # the loss refuses targets that it cannot take
        return table, targets

    def _measure(
        self, x: NDArray, y: NDArray, metrics: Mapping[str, Metric], record: dict[str, list[float]]
    ) -> None:
        if metrics:
            measure(y, self._predict(x), metrics, record)

    def _largest_change(self, before: list[Parameters]) -> float:
        """Return by how much a parameter has moved at most."""
        changes = [
            float(np.abs(value - old[name]).max())
            for layer, old in zip(self.layers, before, strict=True)
            for name, value in layer.parameters.items()
        ]
        largest = max(changes, default=0.0)
        refuse_infinite(largest, "a parameter")
        return largest

    def _collect(self, *, trainable_only: bool = False) -> Parameters:
        return {
            f"{i}.{name}": value
            for i, layer in enumerate(self.layers)
            if layer.trainable or not trainable_only
            for name, value in layer._collect().items()
        }

    def _assign(self, values: Mapping[str, NDArray[np.float64]]) -> None:
        for key, value in values.items():
            place, name = key.split(".", 1)
            self.layers[int(place)]._assign({name: value})


class _Training:
    """A network in training, as `descend` sees it: what is trained, with one loss and one generator."""

    def __init__(self, network: Sequential, loss: Loss, rng: np.random.Generator | None) -> None:
        self.network, self.loss, self.rng = network, loss, rng
        self._caches: list[Any] = []

    @property
    def parameters(self) -> Mapping[str, NDArray[np.float64]]:
        return self.network._collect(trainable_only=True)

    @parameters.setter
    def parameters(self, values: Mapping[str, NDArray[np.float64]]) -> None:
        self.network._assign(values)
        for layer, cache in zip(self.network.layers, self._caches, strict=True):
            layer.update_averages(cache)
            if layer.trainable:
                layer.constrain()

    def loss_and_gradients(self, x: NDArray, y: NDArray) -> tuple[float, Gradients]:
        value, _, gradients, self._caches = self.network._backpropagate(x, y, self.loss, True, self.rng)
        return value, {name: gradients[name] for name in self.parameters}


def _check_layers(layers: list[Layer]) -> None:
    """Refuse layers that do not fit together."""
    if not layers:
        raise ValueError("layers must hold at least one layer, got none")
    width = None
    for i, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise ValueError(f"layers must be layers, got {type(layer).__name__} at place {i}")
        if any(layer is other for other in layers[:i]):
            raise ValueError(f"layers must be different objects, got the same at place {i} as before")
        if None not in (width, layer.n_inputs) and width != layer.n_inputs:
            raise ValueError(
                f"layers must fit together: layer {i} takes {layer.n_inputs} columns, got {width} from before"
            )
        width = layer.n_outputs or width


def _shapes(states: Sequence[Mapping[str, NDArray[np.float64]]]) -> list[dict[str, tuple[int, ...]]]:
    return [{name: np.shape(value) for name, value in state.items()} for state in states]
