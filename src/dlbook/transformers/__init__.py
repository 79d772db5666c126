"""Transformers: self-attention, positions, blocks, and models made of them."""

from .blocks import (
    NORMS,
    BlockCache,
    BlockGradients,
    DecoderBlock,
    EncoderBlock,
    FeedForward,
    LayerNormalization,
)
from .gpt import GPT, POSITIONS, GPTCache, GPTGradients
from .positions import position_frequencies, rotate, sinusoidal_positions
from .sampling import top_k_probabilities, top_p_probabilities
from .self_attention import (
    KeysAndValues,
    MultiHeadAttention,
    MultiHeadCache,
    MultiHeadGradients,
    causal_mask,
    scaled_dot_product_attention,
)

__all__ = [
    "GPT",
    "NORMS",
    "POSITIONS",
    "BlockCache",
    "BlockGradients",
    "DecoderBlock",
    "EncoderBlock",
    "FeedForward",
    "GPTCache",
    "GPTGradients",
    "KeysAndValues",
    "LayerNormalization",
    "MultiHeadAttention",
    "MultiHeadCache",
    "MultiHeadGradients",
    "causal_mask",
    "position_frequencies",
    "rotate",
    "scaled_dot_product_attention",
    "sinusoidal_positions",
    "top_k_probabilities",
    "top_p_probabilities",
]
