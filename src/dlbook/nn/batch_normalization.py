"""Batch normalization: give every unit mean 0 and variance 1 over the batch, then scale and shift it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import count, number, positive
from .layer import Layer, LayerGradients, Parameters, check_gradient, check_table


class _Cache(NamedTuple):
    normalized: NDArray[np.float64]
    inverse_deviation: NDArray[np.float64]
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    training: bool


class BatchNormalization(Layer):
    r"""Normalize every column over the batch; after training, by the averages that were collected.

    Parameters
    ----------
    n_units : int
        Number of columns.
    momentum : float, default 0.99
        How much of the running averages is kept at every update, from 0 to below 1.
    epsilon : float, default 1e-3
        Added to the variance before the square root, positive.

    Attributes
    ----------
    mean : ndarray of shape (n_units,)
        Running average of the batch means, 0 at first.
    variance : ndarray of shape (n_units,)
        Running average of the batch variances, 1 at first.

    Notes
    -----
    .. math:: \mu = \frac{1}{m} \sum_i x_i, \qquad
              \sigma^2 = \frac{1}{m} \sum_i (x_i - \mu)^2, \qquad
              \hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad
              z_i = \gamma \odot \hat{x}_i + \beta

    .. math:: \frac{\partial L}{\partial x_i} = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}} \odot
              \Bigl( g_i - \frac{1}{m} \sum_k g_k - \hat{x}_i \odot \frac{1}{m} \sum_k g_k \odot \hat{x}_k
              \Bigr)

    ==================  ==================================  =============================================
    symbol              name                                meaning
    ==================  ==================================  =============================================
    :math:`x_i`         row of `x`                          inputs of one sample
    :math:`m`           (internal)                          number of samples in the batch
    :math:`\mu`         (internal)                          mean of every column
    :math:`\sigma^2`    (internal)                          variance of every column, divided by m
    :math:`\epsilon`    `epsilon`                           keeps the root away from zero
    :math:`\hat{x}_i`   (internal)                          normalized inputs
    :math:`\gamma`      ``parameters["gamma"]``             scale, trained, 1 at first
    :math:`\beta`       ``parameters["beta"]``              shift, trained, 0 at first
    :math:`g_i`         row of `grad`                       gradient of the loss for the output
    ==================  ==================================  =============================================

    Four vectors belong to the layer. Two of them, :math:`\gamma` and :math:`\beta`, are trained by the
    gradient. The other two, `mean` and `variance`, are running averages that replace :math:`\mu` and
    :math:`\sigma^2` after training:

    .. math:: \text{mean} \leftarrow \alpha \, \text{mean} + (1 - \alpha) \, \mu, \qquad
              \text{variance} \leftarrow \alpha \, \text{variance} + (1 - \alpha) \, \sigma^2

    with :math:`\alpha` the `momentum`. The variance is the biased one in both places, as in Keras. `forward`
    leaves the averages alone; `update_averages` moves them, once a step. With `trainable` set to False the
    layer always uses the averages.

    References
    ----------
    - S. Ioffe and C. Szegedy, "Batch normalization: accelerating deep network training by reducing internal
      covariate shift", International Conference on Machine Learning, 2015, algorithms 1 and 2.

    Examples
    --------
    >>> layer = BatchNormalization(1, epsilon=1e-9)
    >>> output, cache = layer.forward([[1.0], [2.0], [6.0]], training=True)
    >>> output.round(3).ravel()
    array([-0.926, -0.463,  1.389])
    >>> layer.update_averages(cache)
    >>> layer.mean.round(3)
    array([0.03])
    """

    def __init__(self, n_units: int, *, momentum: float = 0.99, epsilon: float = 1e-3) -> None:
        self.n_inputs = self.n_outputs = count(n_units, "n_units")
        self.momentum = number(momentum, "momentum", least=0, below=1)
        self.epsilon = positive(epsilon, "epsilon")
        self._parameters = {"gamma": np.ones(self.n_inputs), "beta": np.zeros(self.n_inputs)}
        self.mean, self.variance = np.zeros(self.n_inputs), np.ones(self.n_inputs)

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[NDArray[np.float64], _Cache]:
        x = check_table(x, self.n_inputs)
        training = training and self.trainable
        if training:
            if not len(x):
                raise ValueError("x must hold at least one sample in training, got none")
            mean = x.mean(axis=0)
            centred = x - mean
            variance = (centred**2).mean(axis=0)
        else:
            mean, variance = self.mean, self.variance
            centred = x - mean
        inverse_deviation = 1.0 / np.sqrt(variance + self.epsilon)
        normalized = centred * inverse_deviation
        output = self._parameters["gamma"] * normalized + self._parameters["beta"]
        return output, _Cache(normalized, inverse_deviation, mean, variance, training)

    def backward(self, grad: ArrayLike, cache: Any) -> LayerGradients:
        normalized = cache.normalized
        grad = check_gradient(grad, normalized.shape)
        gradients = {"gamma": (grad * normalized).sum(axis=0), "beta": grad.sum(axis=0)}
        scale = self._parameters["gamma"] * cache.inverse_deviation
        if not cache.training:
            return LayerGradients(scale * grad, gradients)
        m = len(grad)
        inputs = scale * (grad - gradients["beta"] / m - normalized * (gradients["gamma"] / m))
        return LayerGradients(inputs, gradients)

    def update_averages(self, cache: Any) -> None:
        if cache.training:
            keep = self.momentum
            self.mean = keep * self.mean + (1.0 - keep) * cache.mean
            self.variance = keep * self.variance + (1.0 - keep) * cache.variance

    @property
    def state(self) -> Parameters:
        """Everything that has to be kept to restore the layer: parameters and running averages."""
        return {**self._parameters, "mean": self.mean, "variance": self.variance}

    @state.setter
    def state(self, values: Mapping[str, NDArray[np.float64]]) -> None:
        self.parameters = {name: values[name] for name in self._parameters}
        self.mean, self.variance = values["mean"], values["variance"]
