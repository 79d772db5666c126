"""Shallow and deep feed-forward networks: neurons, layers, losses, metrics, training and its remedies."""

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
