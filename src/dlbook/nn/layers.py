"""The two layers that make a network: dense connections, and an activation."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, choice, count, positive
from ..checks import rng as generator
from .activation import Activation
from .activations import find_activation
from .initializers import INITIALIZERS
from .layer import Gradients, Layer, LayerGradients, check_gradient, check_table
from .penalties import L1L2, shortened_columns

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
        self.n_inputs = count(n_inputs, "n_inputs")
        self.n_outputs = self.n_units = count(n_units, "n_units")
        self.limit = None if limit is None else positive(limit, "limit")
        if not (penalty is None or isinstance(penalty, L1L2)):
            raise ValueError(f"penalty must be an L1, L2 or L1L2, got {penalty!r}")
        self.weight_penalty, shape = penalty, (self.n_inputs, self.n_units)
        if weights is None:
            weights = _draw(shape, initializer, rng)
        bias = np.zeros(self.n_units) if bias is None else bias
        self._parameters = {
            "weights": array(weights, "weights", shape).copy(),
            "bias": array(bias, "bias", shape[1:]).copy(),
        }

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        x = check_table(x, self.n_inputs)
        net_inputs = x @ self._parameters["weights"]
        net_inputs += self._parameters["bias"]  # in place: no second table of this size
        return net_inputs, x

    def backward(self, grad: ArrayLike, cache: Any) -> LayerGradients:
        x = check_table(cache, self.n_inputs, "cache")
        grad = check_gradient(grad, (len(x), self.n_units))
        gradients = {"weights": x.T @ grad, "bias": grad.sum(axis=0)}
        return LayerGradients(grad @ self._parameters["weights"].T, gradients)

    def penalty(self) -> tuple[float, Gradients]:
        if self.weight_penalty is None:
            return 0.0, {}
        weights = self._parameters["weights"]
        return self.weight_penalty.value(weights), {"weights": self.weight_penalty.gradient(weights)}

    def constrain(self) -> None:
        if self.limit is not None:
            self._parameters["weights"] = shortened_columns(self._parameters["weights"], self.limit)


class ActivationLayer(Layer):
    r"""A function applied to every net input, or the softmax of every row.

    Parameters
    ----------
    activation : str or Activation
        A key of `ACTIVATIONS`, or an activation of your own.

    Notes
    -----
    .. math:: A = f(Z), \qquad \frac{\partial L}{\partial Z} = G \odot f'(Z)

    for net inputs :math:`Z` and the gradient :math:`G` of the loss for the activations :math:`A`. The outputs
    of a softmax depend on the whole row: see `softmax`.

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
        self.activation = find_activation(activation, "activation")

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        x = check_table(x, None)
        return self.activation.function(x), x

    def backward(self, grad: ArrayLike, cache: Any) -> LayerGradients:
        z = check_table(cache, None, "cache")
        return LayerGradients(self.activation._passed_back(z, check_gradient(grad, z.shape)), {})


def _draw(
    shape: tuple[int, int], initializer: str | Initializer, rng: np.random.Generator | None
) -> NDArray[np.float64]:
    if rng is None:
        raise ValueError("rng must be a numpy.random.Generator unless weights is given, got None")
    if not callable(initializer):
        initializer = INITIALIZERS[choice(initializer, "initializer", INITIALIZERS)]
    return initializer(shape, rng=generator(rng))
