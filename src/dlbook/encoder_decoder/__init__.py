"""From one sequence to another: attention, and decoding by greedy choice, draws, beam and full search."""

from .attention import SCORES, Attention, AttentionCache, AttentionGradients, attention_weights
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
    "SCORES",
    "Attention",
    "AttentionCache",
    "AttentionGradients",
    "Hypothesis",
    "Stepwise",
    "attention_weights",
    "beam_search",
    "beam_search_many",
    "exhaustive_search",
    "greedy",
    "sample",
    "sentence_log_probability",
]
