"""Speech recognition with hidden Markov models: generated speech, features, acoustic and language models."""

from .acoustic import AcousticModel
from .connected import ConnectedRecognizer, Hypothesis
from .features import (
    cosine_transform,
    cut_frames,
    deltas,
    hz_to_mel,
    mel_filterbank,
    mel_to_hz,
    normalize_mean,
    power_spectra,
    pre_emphasize,
)
from .frontend import FrontEnd
from .isolated import IsolatedRecognizer
from .language import BEGIN, END, BigramModel
from .training import AcousticFit, train_acoustic_model

__all__ = [
    "BEGIN",
    "END",
    "AcousticFit",
    "AcousticModel",
    "BigramModel",
    "ConnectedRecognizer",
    "FrontEnd",
    "Hypothesis",
    "IsolatedRecognizer",
    "cosine_transform",
    "cut_frames",
    "deltas",
    "hz_to_mel",
    "mel_filterbank",
    "mel_to_hz",
    "normalize_mean",
    "power_spectra",
    "pre_emphasize",
    "train_acoustic_model",
]
