"""Text as numbers: vocabularies, subwords, padding, windows."""

from .padding import length_mask, one_hot, pad_sequences
from .subwords import BERT_SPECIAL, BytePairEncoding, Merge, Subwords, WordPiece
from .vocabulary import EOS, PAD, SOS, SPECIAL, UNK, Vocabulary, tokenize
from .windows import random_windows, stateful_batches, windows

__all__ = [
    "BERT_SPECIAL",
    "EOS",
    "PAD",
    "SOS",
    "SPECIAL",
    "UNK",
    "BytePairEncoding",
    "Merge",
    "Subwords",
    "Vocabulary",
    "WordPiece",
    "length_mask",
    "one_hot",
    "pad_sequences",
    "random_windows",
    "stateful_batches",
    "tokenize",
    "windows",
]
