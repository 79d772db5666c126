"""What several chapters share to train Keras models: builders, sampling and small experiments.

Everything is neutral to the backend. Keras itself is imported when the first function needs it.
"""

from importlib.util import find_spec

if find_spec("keras") is None:
    raise ModuleNotFoundError(
        "dlbook.training needs Keras, which is not installed: "
        "install keras and tensorflow, or run `make book`",
        name="keras",
    )

from .builders import (
    KINDS,
    character_model,
    copy_weights,
    recurrent_layer,
    reset_states,
    sequence_model,
)
from .experiments import Fit, epochs_to_reach, fit_model, fit_seeds
from .sampling import bits_per_character, sample_tokens, temperature_probabilities

__all__ = [
    "KINDS",
    "Fit",
    "bits_per_character",
    "character_model",
    "copy_weights",
    "epochs_to_reach",
    "fit_model",
    "fit_seeds",
    "recurrent_layer",
    "reset_states",
    "sample_tokens",
    "sequence_model",
    "temperature_probabilities",
]
