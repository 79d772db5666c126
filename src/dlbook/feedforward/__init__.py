"""Chapter 1: neurons, the perceptron, and networks of dense layers."""

from .mlp import multilayer_perceptron
from .neurons import logistic_unit, mcculloch_pitts
from .perceptron import Perceptron, Update, convergence_bound, margin

__all__ = [
    "Perceptron",
    "Update",
    "convergence_bound",
    "logistic_unit",
    "margin",
    "mcculloch_pitts",
    "multilayer_perceptron",
]
