"""Recurrent networks: simple, LSTM, GRU, deep and bidirectional, with backpropagation through time."""

from .bidirectional import Bidirectional, BidirectionalCache, BidirectionalState
from .gradient_flow import flow_bound, flow_norms, jacobian_products
from .gru import GRU
from .initialization import orthogonal
from .jacobians import (
    LARGEST_SLOPES,
    layer_jacobians,
    numerical_jacobian,
    simple_rnn_jacobians,
    unroll_jacobians,
)
from .lstm import LSTM, LSTMState
from .network import RecurrentNetwork
from .recurrent_layer import RecurrentCache, RecurrentLayer
from .rnn import SimpleRNN
from .sequence_layer import SequenceGradients, SequenceLayer
from .spectrum import spectral_norm, spectral_radius, with_spectral_radius
from .stacked import Stacked, StackedCache

__all__ = [
    "GRU",
    "LARGEST_SLOPES",
    "LSTM",
    "Bidirectional",
    "BidirectionalCache",
    "BidirectionalState",
    "LSTMState",
    "RecurrentCache",
    "RecurrentLayer",
    "RecurrentNetwork",
    "SequenceGradients",
    "SequenceLayer",
    "SimpleRNN",
    "Stacked",
    "StackedCache",
    "flow_bound",
    "flow_norms",
    "jacobian_products",
    "layer_jacobians",
    "numerical_jacobian",
    "orthogonal",
    "simple_rnn_jacobians",
    "spectral_norm",
    "spectral_radius",
    "unroll_jacobians",
    "with_spectral_radius",
]
