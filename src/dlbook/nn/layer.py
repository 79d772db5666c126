"""What has parameters and runs forward and backward: a layer, and whatever is made of layers."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, NamedTuple, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import Shape, array

Parameters = dict[str, NDArray[np.float64]]
Gradients = dict[str, NDArray[np.float64]]


class LayerGradients(NamedTuple):
    """Gradients of a loss, as the backward pass of a layer returns them.

    Parameters
    ----------
    inputs : ndarray of shape (n_samples, n_inputs)
        Gradient with respect to the inputs.
    parameters : dict of str to ndarray
        Gradient with respect to every parameter, under its name.
    """

    inputs: NDArray[Any]
    parameters: dict[str, NDArray[Any]]


class Module(ABC):
    """What `Layer`, `SequenceLayer` and `Sequential` have in common.

    A method that overrides one of these and has no docstring of its own takes over the one it overrides.
    ``parameters`` is a mapping of names to arrays: what training changes. Assign a dictionary to change some
    or all of them; shapes must stay.
    """

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        for name, member in vars(cls).items():
            if inspect.isfunction(member) and member.__doc__ is None and hasattr(super(cls, cls), name):
                member.__doc__ = inspect.getdoc(getattr(super(cls, cls), name))

    @property
    def parameters(self) -> Mapping[str, NDArray[np.float64]]:
        """What training changes, by name. Assign a dictionary to change some or all; shapes must stay."""
        return MappingProxyType(self._collect())

    @parameters.setter
    def parameters(self, values: Mapping[str, ArrayLike]) -> None:
        present, new = self.parameters, {}
        for name, value in values.items():
            if name not in present:
                raise ValueError(f"parameters must be named {', '.join(present)}, got {name!r}")
            given = array(value, f"parameters of {name!r}", finite=False, empty=True)
            if given.shape != present[name].shape:
                raise ValueError(
                    f"parameters must have shape {present[name].shape} for {name!r}, got {given.shape}"
                )
            new[name] = given.copy()
        self._assign(new)

    @property
    def n_parameters(self) -> int:
        """How many numbers training changes."""
        return sum(parameter.size for parameter in self.parameters.values())

    @abstractmethod
    def forward(self, x: ArrayLike, *arguments: Any, **keywords: Any) -> tuple[NDArray, Any]:
        """Compute the outputs.

        Parameters
        ----------
        x : array_like
            The inputs, one sample or sequence after the other along the first axis.
        *arguments, **keywords
            What else the module takes.

        Returns
        -------
        output : ndarray
            The outputs.
        cache : object
            What `backward` needs to know of this call.
        """

    @abstractmethod
    def backward(self, grad: Any, cache: Any, *arguments: Any, **keywords: Any) -> Any:
        """Send the gradient of a loss from the outputs back.

        Parameters
        ----------
        grad : array_like
            Gradient of the loss with respect to the outputs.
        cache : object
            What `forward` returned beside the outputs.
        *arguments, **keywords
            What else the module takes.

        Returns
        -------
        LayerGradients or SequenceGradients
            The gradients: `inputs`, `parameters`, and further ones after these.
        """

    @abstractmethod
    def _collect(self) -> Parameters:
        """Return the parameters by name."""

    @abstractmethod
    def _assign(self, values: Parameters) -> None:
        """Put checked arrays in the place of the parameters of the same names."""


class Layer(Module):
    """A layer of a feed-forward network. One of your own overrides `forward` and `backward`.

    Attributes
    ----------
    trainable : bool
        Set it to False to keep the parameters as they are, as when a trained layer is used again. Its penalty
        then does not count.
    n_inputs : int or None
        Number of columns that the layer takes, None if any number will do.
    n_outputs : int or None
        Number of columns that it gives, None if as many as it takes.
    """

    trainable: bool = True
    n_inputs: int | None = None
    n_outputs: int | None = None

    def __init__(self) -> None:
        self._parameters: Parameters = {}

    @abstractmethod
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

    @abstractmethod
    def backward(self, grad: ArrayLike, cache: Any) -> LayerGradients:
        """Send the gradient of the loss from the outputs back to the inputs and the parameters.

        Parameters
        ----------
        grad : array_like of shape (n_samples, n_outputs)
            Gradient of the loss with respect to the outputs.
        cache : object
            What `forward` returned beside the outputs.

        Returns
        -------
        inputs : ndarray of shape (n_samples, n_inputs)
            Gradient with respect to the inputs.
        parameters : dict of str to ndarray
            Gradient with respect to every parameter, under its name.
        """

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
    def state(self) -> Parameters:
        """Everything that has to be kept to restore the layer: parameters and running averages."""
        return dict(self._parameters)

    @state.setter
    def state(self, values: Mapping[str, NDArray[np.float64]]) -> None:
        self.parameters = {name: values[name] for name in self._parameters}

    def _collect(self) -> Parameters:
        return self._parameters

    def _assign(self, values: Parameters) -> None:
        self._parameters.update(values)


_INSIDE = ContextVar("_INSIDE", default=False)


@contextmanager
def inside_a_network() -> Iterator[None]:
    """Let layers hand on what is no longer finite: whoever runs them looks at what comes out of the last."""
    token = _INSIDE.set(True)
    try:
        yield
    finally:
        _INSIDE.reset(token)


def check_finite(values: ArrayLike, name: str, shape: Shape | None = None) -> NDArray[np.float64]:
    """Return numbers, finite ones unless they come from inside a network."""
    return array(values, name, shape, finite=not _INSIDE.get(), empty=True)


def check_table(x: ArrayLike, n_columns: int | None, name: str = "x") -> NDArray[np.float64]:
    """Return samples, one a row, or refuse what is none or has the wrong number of columns."""
    if _INSIDE.get() and _is_floats(x) and x.ndim == 2 and n_columns in (None, x.shape[1]):
        return x  # what one layer gives to the next
    columns = "n_features" if n_columns is None else n_columns
    return check_finite(x, name, ("n_samples", columns))


def check_gradient(grad: ArrayLike, shape: tuple[int, ...] | None) -> NDArray[np.float64]:
    """Return the gradient for the outputs, or refuse what does not have their shape."""
    if _INSIDE.get() and _is_floats(grad) and grad.shape == shape:
        return grad
    return check_finite(grad, "grad", shape)


def _is_floats(values: ArrayLike) -> TypeGuard[NDArray[np.float64]]:
    return type(values) is np.ndarray and values.dtype == np.float64
