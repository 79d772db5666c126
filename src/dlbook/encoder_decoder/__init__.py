"""From one sequence to another: attention."""

from .attention import SCORES, Attention, AttentionCache, AttentionGradients, attention_weights

__all__ = [
    "SCORES",
    "Attention",
    "AttentionCache",
    "AttentionGradients",
    "attention_weights",
]
