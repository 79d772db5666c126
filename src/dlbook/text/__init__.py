"""Text as numbers: vocabularies, padding, windows."""

from .padding import length_mask, one_hot, pad_sequences
from .vocabulary import EOS, PAD, SOS, SPECIAL, UNK, Vocabulary, tokenize
from .windows import random_windows, stateful_batches, windows

__all__ = [
    "EOS",
    "PAD",
    "SOS",
    "SPECIAL",
    "UNK",
    "Vocabulary",
    "length_mask",
    "one_hot",
    "pad_sequences",
    "random_windows",
    "stateful_batches",
    "tokenize",
    "windows",
]
