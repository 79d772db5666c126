"""From one sequence to another: attention, decoding, and the explanation of one prediction."""

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
from .lime import LocalExplanation, fit_explanation, lime
from .stepwise import Stepwise

__all__ = [
    "SCORES",
    "Attention",
    "AttentionCache",
    "AttentionGradients",
    "Hypothesis",
    "LocalExplanation",
    "Stepwise",
    "attention_weights",
    "beam_search",
    "beam_search_many",
    "exhaustive_search",
    "fit_explanation",
    "greedy",
    "lime",
    "sample",
    "sentence_log_probability",
]
