"""What all layers of a network have in common."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Gradients = dict[str, NDArray[np.float64]]
State = dict[str, NDArray[np.float64]]


class Layer:
    """What all layers have in common. A layer of its own kind overrides `forward` and `backward`.

    Attributes
    ----------
    parameters : dict of str to ndarray
        What training changes. Empty for a layer that has nothing to learn.
    trainable : bool
        Set it to False to keep the parameters as they are, as when a trained layer is used again. Its penalty
        then does not count.
    n_inputs : int or None
        Number of columns that the layer takes, None if any number will do.
    n_outputs : int or None
        Number of columns that it gives, None if as many as it takes.
    """

    parameters: dict[str, NDArray[np.float64]]
    trainable: bool = True
    n_inputs: int | None = None
    n_outputs: int | None = None

    def __init__(self) -> None:
        self.parameters = {}

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[NDArray[np.float64], Any]:
        """Compute the outputs for a batch of samples.

        Parameters
        ----------
        x : array_like of shape (n_samples, n_inputs)
            One sample a row.
        training : bool, default False
            Whether the layer behaves as in training. It matters to dropout and batch normalization only.
        rng : numpy.random.Generator, optional
            Makes the random choices of a layer that has any.

        Returns
        -------
        output : ndarray of shape (n_samples, n_outputs)
            The outputs.
        cache : object
            What `backward` needs to know of this call.
        """
        raise NotImplementedError

    def backward(self, grad: NDArray[np.float64], cache: Any) -> tuple[NDArray[np.float64], Gradients]:
        """Send the gradient of the loss from the outputs back to the inputs and the parameters.

        Parameters
        ----------
        grad : ndarray of shape (n_samples, n_outputs)
            Gradient of the loss with respect to the outputs.
        cache : object
            What `forward` returned beside the outputs.

        Returns
        -------
        grad_input : ndarray of shape (n_samples, n_inputs)
            Gradient with respect to the inputs.
        gradients : dict of str to ndarray
            Gradient with respect to every parameter, under its name.
        """
        raise NotImplementedError

    def penalty(self) -> tuple[float, Gradients]:
        """Return what the layer adds to the loss because of its weights.

        Returns
        -------
        value : float
            The penalty.
        gradients : dict of str to ndarray
            Its slope for every parameter that it depends on.
        """
        return 0.0, {}

    def constrain(self) -> None:
        """Bring the parameters back into the range that the layer allows them, after an update."""

    def update_averages(self, cache: Any) -> None:
        """Take the batch of a call of `forward` in training into the running averages, if there are any.

        Parameters
        ----------
        cache : object
            What `forward` returned beside the outputs.
        """

    @property
    def state(self) -> dict[str, NDArray[np.float64]]:
        """Everything that has to be kept to restore the layer: parameters and running averages."""
        return dict(self.parameters)

    @state.setter
    def state(self, values: Mapping[str, NDArray[np.float64]]) -> None:
        self.parameters = {name: values[name] for name in self.parameters}
