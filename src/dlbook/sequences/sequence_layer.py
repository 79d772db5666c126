"""What all layers that read sequences have in common, and what their backward pass returns."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array
from ..nn import Module


class SequenceGradients(NamedTuple):
    """Gradients of a loss, as the backward pass of a layer returns them.

    Parameters
    ----------
    inputs : ndarray of shape (batch, time, features)
        Gradient with respect to the inputs. Zero at masked steps.
    parameters : dict of str to ndarray
        Gradient with respect to every parameter, under its name.
    initial_state : ndarray or tuple
        Gradient with respect to the initial state, in the form of a state of the layer.
    """

    inputs: NDArray[np.floating]
    parameters: dict[str, NDArray[np.floating]]
    initial_state: Any


class SequenceLayer(Module):
    """What all layers that read sequences have in common.

    Attributes
    ----------
    n_features : int
        Number of features of the input at one step.
    n_outputs : int
        Number of features of the output at one step.
    """

    n_features: int
    n_outputs: int

    def get_weights(self) -> list[NDArray[np.float64]]:
        """Return copies of the parameters in Keras's order.

        Returns
        -------
        list of ndarray
            For one recurrent layer `kernel`, `recurrent_kernel` and `bias`; for a bidirectional one those of
            the forward layer, then of the backward one; for stacked layers those of one after the other.
            A Keras layer takes the list in its method of the name ``set_weights``.
        """
        return [parameter.copy() for parameter in self.parameters.values()]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Take over parameters in Keras's order, that of `get_weights`.

        Parameters
        ----------
        weights : sequence of array_like
            What ``get_weights`` of a layer of the same kind and size returns, here or in Keras.

        Raises
        ------
        ValueError
            If there are too many or too few arrays, a shape does not fit, or a number is not finite.
        """
        present = self.parameters
        if not isinstance(weights, list | tuple):
            raise ValueError(f"weights must be a list of arrays, got {type(weights).__name__}")
        if len(weights) != len(present):
            raise ValueError(
                f"weights must hold {len(present)} arrays, {', '.join(present)}, got {len(weights)}"
            )
        self._assign(
            {
                name: array(value, f"weights of {name!r}", present[name].shape).copy()
                for name, value in zip(present, weights, strict=True)
            }
        )

    @abstractmethod
    def forward(
        self, x: ArrayLike, initial_state: Any = None, mask: ArrayLike | None = None
    ) -> tuple[NDArray[np.floating], Any]:
        """Read a batch of sequences and return all outputs.

        Parameters
        ----------
        x : array_like of shape (batch, time, n_features)
            The sequences, at least one, of at least one step. With an array of float32 everything is computed
            in that precision, else in float64.
        initial_state : ndarray or tuple, optional
            State before the first step, in the form in which `final_state` of the cache has it. Zeros if not
            given.
        mask : array_like of bool of shape (batch, time), optional
            True for real steps, False for padding, which may stand anywhere. All steps are real without one.

        Returns
        -------
        outputs : ndarray of shape (batch, time, n_outputs)
            The output at every step: a hidden state, or what comes of several. One that overflows is infinite
            or NaN, without a warning.
        cache : object
            What `backward` needs to know of this call. Its `final_state` is the state after the last step:
            hand it to the next call as `initial_state` to go on where this one stopped.

        Raises
        ------
        ValueError
            If a shape does not fit, there is no sequence or no step, a number is not finite, or the mask is
            not boolean.
        """

    @abstractmethod
    def backward(
        self,
        grad_outputs: ArrayLike | None,
        cache: Any,
        grad_final_state: Any = None,
        truncation: int | None = None,
        *,
        check_finite: bool = True,
    ) -> SequenceGradients:
        """Send the gradient of a loss back through time.

        Parameters
        ----------
        grad_outputs : array_like of shape (batch, time, n_outputs) or None
            Gradient of the loss with respect to all outputs. None if it depends on the final state alone.
        cache : object
            What `forward` returned beside the outputs.
        grad_final_state : ndarray or tuple, optional
            Gradient of the loss with respect to the final state, in its form. Zero if not given.
        truncation : int, optional
            How many steps the gradient from an output goes back at most, at least 1; the step of the output
            itself is the first. From the length of the sequence on, and without one, the gradient is exact.
        check_finite : bool, default True
            Whether to stop at a gradient that is not finite. If not, infinity and NaN are passed on.

        Returns
        -------
        SequenceGradients
            The gradients with respect to all parameters, the inputs and the initial state.

        Raises
        ------
        NonFiniteGradientError
            With `check_finite`, if the gradient overflows or is not a number. It is a ValueError that names
            the step and the last norm that was finite.
        ValueError
            If a shape does not fit, neither gradient is given, or `truncation` is below 1.
        """
