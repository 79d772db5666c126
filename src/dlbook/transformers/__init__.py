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
from .masking import MaskedTokens, join_sentences, mask_tokens, next_sentence_pairs
from .parameter_counts import (
    BERT_MODELS,
    GPT2_MODELS,
    GPT3_MODELS,
    ParameterCounts,
    PublishedModel,
    count_bert,
    count_gpt,
    count_transformer,
)
from .positions import position_frequencies, rotate, sinusoidal_positions
from .recursive import (
    RecursiveCache,
    RecursiveGradients,
    RecursiveNetwork,
    ScoredTree,
    count_wrong_spans,
    tree_spans,
)
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
    "BERT_MODELS",
    "GPT",
    "GPT2_MODELS",
    "GPT3_MODELS",
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
    "MaskedTokens",
    "MultiHeadAttention",
    "MultiHeadCache",
    "MultiHeadGradients",
    "ParameterCounts",
    "PublishedModel",
    "RecursiveCache",
    "RecursiveGradients",
    "RecursiveNetwork",
    "ScoredTree",
    "causal_mask",
    "count_bert",
    "count_gpt",
    "count_transformer",
    "count_wrong_spans",
    "join_sentences",
    "mask_tokens",
    "next_sentence_pairs",
    "position_frequencies",
    "rotate",
    "scaled_dot_product_attention",
    "sinusoidal_positions",
    "top_k_probabilities",
    "top_p_probabilities",
    "tree_spans",
]
