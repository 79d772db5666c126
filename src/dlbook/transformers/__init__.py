"""Transformers: self-attention, positions, blocks, and models made of them."""

from .positions import position_frequencies, rotate, sinusoidal_positions
from .self_attention import (
    KeysAndValues,
    MultiHeadAttention,
    MultiHeadCache,
    MultiHeadGradients,
    causal_mask,
    scaled_dot_product_attention,
)

__all__ = [
    "KeysAndValues",
    "MultiHeadAttention",
    "MultiHeadCache",
    "MultiHeadGradients",
    "causal_mask",
    "position_frequencies",
    "rotate",
    "scaled_dot_product_attention",
    "sinusoidal_positions",
]
