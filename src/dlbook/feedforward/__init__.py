"""Feed-forward networks: the single neuron, the perceptron, and what is built from them."""

from .neurons import logistic, logistic_unit, mcculloch_pitts
from .perceptron import Perceptron, Update, convergence_bound, margin

__all__ = [
    "Perceptron",
    "Update",
    "convergence_bound",
    "logistic",
    "logistic_unit",
    "margin",
    "mcculloch_pitts",
]
