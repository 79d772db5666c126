"""From the probabilities of the next token to a sentence: greedy, drawn, by beam and by exhaustive search."""

from .decoding import (
    Hypothesis,
    beam_search,
    beam_search_many,
    exhaustive_search,
    greedy,
    sample,
    sentence_log_probability,
)
from .stepwise import Stepwise

__all__ = [
    "Hypothesis",
    "Stepwise",
    "beam_search",
    "beam_search_many",
    "exhaustive_search",
    "greedy",
    "sample",
    "sentence_log_probability",
]
