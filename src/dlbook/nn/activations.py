"""The table `ACTIVATIONS`, which finds an activation by its name."""

from .activation import Activation
from .rectifiers import leaky_relu, prelu, randomized_relu, relu
from .smooth_rectifiers import elu, gelu, gelu_tanh, selu, silu, softplus
from .softmax_functions import softmax
from .squashing import arctan, identity, logistic, step, tanh

#: Every activation by name, with its default settings.
ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        identity,
        step,
        logistic,
        tanh,
        arctan,
        relu,
        leaky_relu,
        prelu,
        randomized_relu,
        elu,
        selu,
        softplus,
        gelu,
        gelu_tanh,
        silu,
        softmax,
    )
}
