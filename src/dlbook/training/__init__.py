"""What several chapters share to train models: builders, sampling, experiments, and records of long ones.

Everything is neutral to the backend. Keras itself is imported when the first function needs it.
"""

from .builders import (
    KINDS,
    character_model,
    copy_weights,
    recurrent_layer,
    reset_states,
    sequence_model,
)
from .experiments import Fit, epochs_to_reach, fit_model, fit_seeds
from .record_files import RecordError
from .records import Record, record
from .sampling import bits_per_character, sample_tokens, temperature_probabilities
from .seq2seq import Seq2Seq
from .seq2seq_attention import AttentionSeq2Seq

__all__ = [
    "KINDS",
    "AttentionSeq2Seq",
    "Fit",
    "Record",
    "RecordError",
    "Seq2Seq",
    "bits_per_character",
    "character_model",
    "copy_weights",
    "epochs_to_reach",
    "fit_model",
    "fit_seeds",
    "record",
    "recurrent_layer",
    "reset_states",
    "sample_tokens",
    "sequence_model",
    "temperature_probabilities",
]
