"""The multilayer perceptron: dense layers with an activation between them."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ..checks import integers, number
from ..nn import L1L2, Activation, ActivationLayer, BatchNormalization, Dense, Dropout, Layer, Sequential
from ..nn.activations import find_activation
from ..nn.layers import Initializer


def multilayer_perceptron(
    sizes: Sequence[int],
    *,
    rng: np.random.Generator,
    activation: str | Activation = "relu",
    output: str | Activation = "softmax",
    initializer: str | Initializer = "glorot_uniform",
    penalty: L1L2 | None = None,
    limit: float | None = None,
    dropout: float = 0.0,
    batch_normalization: bool = False,
) -> Sequential:
    r"""Build a network of dense layers from their sizes.

    Parameters
    ----------
    sizes : sequence of int
        Number of inputs, of the units of every hidden layer, and of outputs: at least two numbers.
    rng : numpy.random.Generator
        Draws the first weights.
    activation : str or Activation, default "relu"
        Activation of the hidden layers.
    output : str or Activation, default "softmax"
        Activation of the outputs.
    initializer : str or callable, default "glorot_uniform"
        Draws the first weights: a key of `INITIALIZERS`, or ``initializer(shape, rng=rng)`` of your own.
    penalty : L1L2, optional
        Penalty on the weights of every dense layer.
    limit : float, optional
        The longest that the incoming weights of a hidden unit may become (max-norm).
    dropout : float, default 0.0
        Probability of a hidden unit to be dropped in training, from 0 to below 1.
    batch_normalization : bool, default False
        Whether the net inputs of the hidden layers are normalized over the batch, before the activation.

    Returns
    -------
    Sequential
        The network, not trained yet.

    Notes
    -----
    .. math:: A_0 = X, \qquad A_l = f(A_{l-1} W_l + b_l)

    ============  ================  ==============================================
    symbol        name              meaning
    ============  ================  ==============================================
    :math:`X`     `x`               inputs, one sample a row
    :math:`W_l`   ``"weights"``     weights, of shape (sizes[l - 1], sizes[l])
    :math:`b_l`   ``"bias"``        biases, of shape (sizes[l],)
    :math:`f`     `activation`      activation; of the last layer: `output`
    :math:`A_l`   output            activations of layer l
    ============  ================  ==============================================

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, chapter 6.

    Examples
    --------
    >>> model = multilayer_perceptron([64, 32, 10], rng=np.random.default_rng(0))
    >>> model.n_parameters
    2410
    """
    sizes = integers(sizes, "sizes", ("n_layers",), least=1).tolist()
    if len(sizes) < 2:
        raise ValueError(f"sizes must hold at least two numbers, inputs and outputs, got {sizes}")
    activation, output = find_activation(activation, "activation"), find_activation(output, "output")
    dropout = number(dropout, "dropout", least=0, below=1)
    layers: list[Layer] = []
    for n_inputs, n_units in pairwise(sizes[:-1]):
        layers.append(
            Dense(n_inputs, n_units, rng=rng, initializer=initializer, penalty=penalty, limit=limit)
        )
        if batch_normalization:
            layers.append(BatchNormalization(n_units))
        layers.append(ActivationLayer(activation))
        if dropout:
            layers.append(Dropout(dropout))
    layers.append(Dense(sizes[-2], sizes[-1], rng=rng, initializer=initializer, penalty=penalty))
    layers.append(ActivationLayer(output))
    return Sequential(layers)
