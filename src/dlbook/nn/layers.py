"""The two layers that make a network: dense connections, and an activation."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import check_columns, check_count, check_finite, check_gradient, check_positive
from .activations import ACTIVATIONS, Activation
from .initializers import INITIALIZERS
from .layer import Gradients, Layer
from .penalties import L1L2, max_norm
from .softmax_functions import softmax, softmax_backward

Initializer = Callable[..., NDArray[np.float64]]


class Dense(Layer):
    r"""Every unit is connected with every input.

    Parameters
    ----------
    n_inputs : int
        Number of inputs.
    n_units : int
        Number of units.
    weights : array_like of shape (n_inputs, n_units), optional
        Weights to start from. Without them the initializer draws some.
    bias : array_like of shape (n_units,), optional
        Biases to start from, zero if not given.
    initializer : str or callable, default "glorot_uniform"
        Draws the first weights: a key of `INITIALIZERS`, or ``initializer(shape, rng=rng)`` of your own.
    rng : numpy.random.Generator, optional
        Draws the weights. Needed unless `weights` is given.
    penalty : L1L2, optional
        Penalty on the weights (not on the biases) that is added to the loss.
    limit : float, optional
        The longest that the incoming weights of a unit may become (max-norm), positive.

    Raises
    ------
    ValueError
        If a number of units is below 1, a shape does not fit, a value is not finite, `limit` is not positive,
        the initializer is unknown, or neither `weights` nor `rng` is given.

    Notes
    -----
    .. math:: Z = X W + b, \qquad \frac{\partial L}{\partial W} = X^{\top} G, \qquad
              \frac{\partial L}{\partial b_j} = \sum_i G_{ij}, \qquad
              \frac{\partial L}{\partial X} = G W^{\top}

    ============  ==============================  =========================================
    symbol        name                            meaning
    ============  ==============================  =========================================
    :math:`X`     `x`, (n_samples, n_inputs)      inputs, one sample a row
    :math:`W`     `weights`, (n_inputs, n_units)  weight from input (row) to unit (column)
    :math:`b`     `bias`, (n_units,)              bias of every unit, added to every row
    :math:`Z`     output, (n_samples, n_units)    net inputs
    :math:`G`     `grad`, (n_samples, n_units)    gradient of the loss for every net input
    ============  ==============================  =========================================

    Samples are rows, as in Keras. With samples as columns the same layer reads :math:`Z = W^{\top} X + b`.

    References
    ----------
    - D. E. Rumelhart, G. E. Hinton and R. J. Williams, "Learning representations by back-propagating errors",
      Nature 323, 1986, pp. 533-536, equations 1 and 5 to 7.

    Examples
    --------
    >>> layer = Dense(3, 2, weights=[[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]], bias=[-0.4, 0.2])
    >>> output, cache = layer.forward([[1.0, 0.0, 1.0]])
    >>> output
    array([[-0.7,  0.1]])
    """

    def __init__(
        self,
        n_inputs: int,
        n_units: int,
        *,
        weights: ArrayLike | None = None,
        bias: ArrayLike | None = None,
        initializer: str | Initializer = "glorot_uniform",
        rng: np.random.Generator | None = None,
        penalty: L1L2 | None = None,
        limit: float | None = None,
    ) -> None:
        check_count(n_inputs, "n_inputs")
        check_count(n_units, "n_units")
        if limit is not None:
            check_positive(limit, "limit")
        if weights is None:
            weights = _draw((n_inputs, n_units), initializer, rng)
        self.n_inputs = int(n_inputs)
        self.n_outputs = self.n_units = int(n_units)
        self.weight_penalty, self.limit = penalty, limit
        self.parameters = {
            "weights": _parameter(weights, (n_inputs, n_units), "weights"),
            "bias": _parameter(np.zeros(n_units) if bias is None else bias, (n_units,), "bias"),
        }

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Compute the net inputs of the units.

        Parameters
        ----------
        x : array_like of shape (n_samples, n_inputs)
            One sample a row.
        training : bool, default False
            Makes no difference here.
        rng : numpy.random.Generator, optional
            Not used here.

        Returns
        -------
        output : ndarray of shape (n_samples, n_units)
            The net inputs.
        cache : ndarray of shape (n_samples, n_inputs)
            The inputs.
        """
        x = check_columns(x, self.n_inputs, "x")
        net_inputs = x @ self.parameters["weights"]
        net_inputs += self.parameters["bias"]  # in place: no second table of this size
        return net_inputs, x

    def backward(self, grad: NDArray[np.float64], cache: Any) -> tuple[NDArray[np.float64], Gradients]:
        """Send the gradient back to the inputs, the weights and the biases.

        Parameters
        ----------
        grad : ndarray of shape (n_samples, n_units)
            Gradient of the loss with respect to the net inputs.
        cache : ndarray of shape (n_samples, n_inputs)
            The inputs.

        Returns
        -------
        grad_input : ndarray of shape (n_samples, n_inputs)
            Gradient with respect to the inputs.
        gradients : dict of str to ndarray
            Gradients of `weights` and `bias`.
        """
        grad = check_gradient(grad, (len(cache), self.n_units))
        gradients = {"weights": cache.T @ grad, "bias": grad.sum(axis=0)}
        return grad @ self.parameters["weights"].T, gradients

    def penalty(self) -> tuple[float, Gradients]:
        """Return the penalty on the weights.

        Returns
        -------
        value : float
            The penalty, 0 without one.
        gradients : dict of str to ndarray
            Its slope for the weights.
        """
        if self.weight_penalty is None:
            return 0.0, {}
        weights = self.parameters["weights"]
        return self.weight_penalty.value(weights), {"weights": self.weight_penalty.gradient(weights)}

    def constrain(self) -> None:
        """Shorten the weight vectors that are longer than the limit."""
        if self.limit is not None:
            self.parameters["weights"] = max_norm(self.parameters["weights"], self.limit)


class ActivationLayer(Layer):
    r"""A function applied to every net input, or the softmax of every row.

    Parameters
    ----------
    activation : str or Activation
        A key of `ACTIVATIONS`, "softmax", or an activation of your own.

    Raises
    ------
    ValueError
        If there is no activation of that name.

    Notes
    -----
    .. math:: A = f(Z), \qquad \frac{\partial L}{\partial Z} = G \odot f'(Z)

    ============  ==============  ==============================================
    symbol        name            meaning
    ============  ==============  ==============================================
    :math:`Z`     `x`             net inputs
    :math:`f`     `activation`    the function
    :math:`A`     output          activations
    :math:`G`     `grad`          gradient of the loss for every activation
    ============  ==============  ==============================================

    The outputs of a softmax depend on the whole row; its gradient is that of `softmax_backward`.

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, section 6.3.

    Examples
    --------
    >>> output, cache = ActivationLayer("relu").forward([[-1.0, 2.0]])
    >>> output
    array([[0., 2.]])
    """

    def __init__(self, activation: str | Activation) -> None:
        super().__init__()
        self.activation = _find_activation(activation)

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Compute the activations.

        Parameters
        ----------
        x : array_like of shape (n_samples, n_units)
            Net inputs.
        training : bool, default False
            Makes no difference here.
        rng : numpy.random.Generator, optional
            Not used here.

        Returns
        -------
        output : ndarray of shape (n_samples, n_units)
            The activations.
        cache : ndarray of shape (n_samples, n_units)
            The net inputs; for the softmax its outputs.
        """
        x = check_columns(x, None, "x")
        if self.activation is None:
            probabilities = softmax(x)
            return probabilities, probabilities
        return self.activation.function(x), x

    def backward(self, grad: NDArray[np.float64], cache: Any) -> tuple[NDArray[np.float64], Gradients]:
        """Send the gradient back through the function.

        Parameters
        ----------
        grad : ndarray of shape (n_samples, n_units)
            Gradient of the loss with respect to the activations.
        cache : ndarray of shape (n_samples, n_units)
            What `forward` returned beside the activations.

        Returns
        -------
        grad_input : ndarray of shape (n_samples, n_units)
            Gradient with respect to the net inputs.
        gradients : dict
            Empty: there is nothing to learn.
        """
        grad = check_gradient(grad, cache.shape)
        if self.activation is None:
            return softmax_backward(cache, grad), {}
        return grad * self.activation.derivative(cache), {}


def _draw(
    shape: tuple[int, int], initializer: str | Initializer, rng: np.random.Generator | None
) -> NDArray[np.float64]:
    if rng is None:
        raise ValueError("rng must be a numpy.random.Generator unless weights is given, got None")
    if callable(initializer):
        return initializer(shape, rng=rng)
    if initializer not in INITIALIZERS:
        raise ValueError(f"initializer must be one of {', '.join(INITIALIZERS)}, got {initializer!r}")
    return INITIALIZERS[initializer](shape, rng=rng)


def _parameter(values: ArrayLike, shape: tuple[int, ...], name: str) -> NDArray[np.float64]:
    parameter = np.array(values, dtype=float)
    if parameter.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got shape {parameter.shape}")
    check_finite(parameter, name)
    return parameter


def _find_activation(activation: str | Activation) -> Activation | None:
    """Return the activation, None for the softmax, which is no function of single numbers."""
    if isinstance(activation, Activation):
        return activation
    if activation == "softmax":
        return None
    if activation not in ACTIVATIONS:
        known = ", ".join([*ACTIVATIONS, "softmax"])
        raise ValueError(f"activation must be one of {known}, got {activation!r}")
    return ACTIVATIONS[activation]
