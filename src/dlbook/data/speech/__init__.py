"""Generated speech: phones, voices, words and phrases, noise."""

from ._rendering import SAMPLE_RATE
from .corpus import command_phrase, command_phrases, record_phrases, record_words
from .filters import antiresonate, glottal_pulses, resonate
from .lexicon import COMMANDS, SILENCE, Lexicon
from .noise import COLOURS, add_noise, coloured_noise
from .phones import PETERSON_BARNEY, PHONES, VOICES, Phone, formant_targets, voice_ratio
from .speakers import Speaker, random_speaker, random_speakers
from .synthesis import Segment, Utterance, synthesize

__all__ = [
    "COLOURS",
    "COMMANDS",
    "PETERSON_BARNEY",
    "PHONES",
    "SAMPLE_RATE",
    "SILENCE",
    "VOICES",
    "Lexicon",
    "Phone",
    "Segment",
    "Speaker",
    "Utterance",
    "add_noise",
    "antiresonate",
    "coloured_noise",
    "command_phrase",
    "command_phrases",
    "formant_targets",
    "glottal_pulses",
    "random_speaker",
    "random_speakers",
    "record_phrases",
    "record_words",
    "resonate",
    "synthesize",
    "voice_ratio",
]
