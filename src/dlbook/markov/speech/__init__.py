"""Speech recognition with hidden Markov models: generated speech, features, acoustic and language models."""

from .acoustic import AcousticModel
from .connected import ConnectedRecognizer, Hypothesis
from .corpus import command_phrase, command_phrases, record_phrases, record_words
from .errors import WordErrors, bootstrap_interval, total_errors, word_errors
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
from .filters import antiresonate, glottal_pulses, resonate
from .frontend import FrontEnd
from .isolated import IsolatedRecognizer
from .language import BEGIN, END, BigramModel
from .lexicon import COMMANDS, SILENCE, Lexicon
from .noise import COLOURS, add_noise, coloured_noise
from .phones import PETERSON_BARNEY, PHONES, VOICES, Phone, formant_targets, voice_ratio
from .speakers import Speaker, random_speaker, random_speakers
from .synthesis import SAMPLE_RATE, Segment, Utterance, synthesize
from .training import AcousticFit, train_acoustic_model

__all__ = [
    "BEGIN",
    "COLOURS",
    "COMMANDS",
    "END",
    "PETERSON_BARNEY",
    "PHONES",
    "SAMPLE_RATE",
    "SILENCE",
    "VOICES",
    "AcousticFit",
    "AcousticModel",
    "BigramModel",
    "ConnectedRecognizer",
    "FrontEnd",
    "Hypothesis",
    "IsolatedRecognizer",
    "Lexicon",
    "Phone",
    "Segment",
    "Speaker",
    "Utterance",
    "WordErrors",
    "add_noise",
    "antiresonate",
    "bootstrap_interval",
    "coloured_noise",
    "command_phrase",
    "command_phrases",
    "cosine_transform",
    "cut_frames",
    "deltas",
    "formant_targets",
    "glottal_pulses",
    "hz_to_mel",
    "mel_filterbank",
    "mel_to_hz",
    "normalize_mean",
    "power_spectra",
    "pre_emphasize",
    "random_speaker",
    "random_speakers",
    "record_phrases",
    "record_words",
    "resonate",
    "synthesize",
    "total_errors",
    "train_acoustic_model",
    "voice_ratio",
    "word_errors",
]
