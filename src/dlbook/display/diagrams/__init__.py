"""Drawings by code: neurons, networks, recurrent cells and layers, state graphs, trellises, computations.

Each function returns a `Diagram`: in a notebook an inline SVG in the colours of the page, light or dark.
Labels are numbers, words, or mathematics in TeX's spelling (``"x_1"``, ``r"\\sigma"``); a text that holds a
dollar sign mixes words and mathematics.
"""

from ._diagram import Diagram
from .cells import gru_cell, lstm_cell
from .graphs import computation_graph
from .layers import stacked
from .networks import layered_network, neuron
from .sequences import trellis, unrolled
from .states import state_graph

__all__ = [
    "Diagram",
    "computation_graph",
    "gru_cell",
    "layered_network",
    "lstm_cell",
    "neuron",
    "stacked",
    "state_graph",
    "trellis",
    "unrolled",
]
