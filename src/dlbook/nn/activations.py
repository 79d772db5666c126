"""The table `ACTIVATIONS`, which finds an activation by its name."""

from ..checks import choice
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


def find_activation(activation: str | Activation, name: str) -> Activation:
    """Return the activation of a name."""
    return (
        activation
        if isinstance(activation, Activation)
        else ACTIVATIONS[choice(activation, name, ACTIVATIONS)]
    )
