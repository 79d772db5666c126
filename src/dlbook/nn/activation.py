"""What an activation is: a function of net inputs that knows its slope, and passes gradients back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array
from .named_function import NamedFunction

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Activation(NamedFunction):
    r"""An activation with its slope: ``relu(z)``, ``relu.derivative(z)``, ``relu.backward(z, gradient)``.

    Parameters
    ----------
    name : str
        The key in `ACTIVATIONS`.
    function : callable
        Maps an array of net inputs to an array of the same shape.
    slope : callable
        Maps the same net inputs to what `derivative` returns.
    through : callable, optional
        Only for an activation whose outputs depend on several inputs each, as those of softmax do. Maps net
        inputs, and the gradient of the loss for the outputs, to the gradient for the net inputs.

    Notes
    -----
    All three take the settings of the activation, if it has any, after the arrays: ``leaky_relu(z, 0.2)`` and
    ``leaky_relu.derivative(z, 0.2)``.

    .. math:: a = f(z), \qquad \frac{\partial L}{\partial z_j} = \sum_i \frac{\partial L}{\partial a_i}
              \frac{\partial a_i}{\partial z_j}

    With one input for each output the sum has a single term, :math:`f'(z_j) \, \partial L / \partial a_j`.

    Examples
    --------
    >>> square = Activation("square", np.square, lambda z: 2 * z)
    >>> square([1.0, -3.0]), square.derivative([1.0, -3.0])
    (array([1., 9.]), array([ 2., -6.]))
    >>> square.backward([1.0, -3.0], [10.0, 10.0])
    array([ 20., -60.])
    """

    name: str
    function: Callable[..., Floats] = field(repr=False)
    slope: Callable[..., Floats] = field(repr=False)
    through: Callable[..., Floats] | None = field(default=None, repr=False)

    @property
    def elementwise(self) -> bool:
        """Whether each output depends on one input alone."""
        return self.through is None

    def __call__(self, z: ArrayLike, *settings: Any, **named: Any) -> Floats:
        """Return the activations, in the shape of the net inputs `z`."""
        z = self._numbers(z, "z")
        with np.errstate(over="ignore", invalid="ignore"):  # the limits are right; of NaN comes NaN
            return self.function(z, *settings, **named)

    def derivative(self, z: ArrayLike, *settings: Any, **named: Any) -> Floats:
        """Return the slope at each net input; for softmax the matrix of all slopes.

        Parameters
        ----------
        z : array_like of any shape
            Net inputs.
        *settings, **named
            Settings of the activation.

        Returns
        -------
        ndarray of the shape of `z`
            The slopes.
        """
        z = self._numbers(z, "z")
        with np.errstate(over="ignore", invalid="ignore"):
            return self.slope(z, *settings, **named)

    def backward(self, z: ArrayLike, gradient: ArrayLike, *settings: Any, **named: Any) -> Floats:
        """Turn the gradient of a loss for the activations into that for the net inputs.

        Parameters
        ----------
        z : array_like of any shape
            Net inputs.
        gradient : array_like of the shape of `z`
            Gradient with respect to the activations.
        *settings, **named
            Settings of the activation.

        Returns
        -------
        ndarray of the shape of `z`
            Gradient with respect to the net inputs.
        """
        z, gradient = self._numbers(z, "z"), self._numbers(gradient, "gradient")
        if z.shape != gradient.shape:
            raise ValueError(f"gradient must have the shape {z.shape} of z, got shape {gradient.shape}")
        with np.errstate(over="ignore", invalid="ignore"):
            return self._passed_back(z, gradient, *settings, **named)

    def _passed_back(self, z: Floats, gradient: Floats, *settings: Any, **named: Any) -> Floats:
        """Do what `backward` does, for arrays that are known to fit."""
        if self.through is not None:
            return self.through(z, gradient, *settings, **named)
        return gradient * self.slope(z, *settings, **named)

    def _numbers(self, values: ArrayLike, name: str) -> Floats:
        # What is not finite stays where it is in a function of each entry; otherwise it would spread.
        return array(values, name, finite=not self.elementwise, empty=True)


def activation(
    slope: Callable[..., Floats], through: Callable[..., Floats] | None = None
) -> Callable[[Callable[..., Floats]], Activation]:
    """Make an activation of the function below: its name and docstring become those of the activation."""
    return lambda function: Activation(function.__name__, function, slope, through)
