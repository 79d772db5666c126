"""The phones of the formant synthesizer: what the vocal tract and the sources do for each of them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ... import checks
from .checks import as_a

VOICES = ("man", "woman")

PETERSON_BARNEY: dict[str, dict[str, tuple[float, float, float, float]]] = {
    "man": {
        "IY": (136, 270, 2290, 3010),
        "IH": (135, 390, 1990, 2550),
        "EH": (130, 530, 1840, 2480),
        "AE": (127, 660, 1720, 2410),
        "AA": (124, 730, 1090, 2440),
        "AO": (129, 570, 840, 2410),
        "UH": (137, 440, 1020, 2240),
        "UW": (141, 300, 870, 2240),
        "AH": (130, 640, 1190, 2390),
        "ER": (133, 490, 1350, 1690),
    },
    "woman": {
        "IY": (235, 310, 2790, 3310),
        "IH": (232, 430, 2480, 3070),
        "EH": (223, 610, 2330, 2990),
        "AE": (210, 860, 2050, 2850),
        "AA": (212, 850, 1220, 2810),
        "AO": (216, 590, 920, 2710),
        "UH": (232, 470, 1160, 2680),
        "UW": (231, 370, 950, 2670),
        "AH": (221, 760, 1400, 2780),
        "ER": (218, 500, 1640, 1960),
    },
}
"""Measured means of ten American English vowels: pitch, F1, F2 and F3 in Hz (Peterson and Barney, 1952)."""

Kind = Literal["vowel", "glide", "nasal", "fricative", "stop"]


@dataclass(frozen=True)
class Phone:
    """One sound of speech, as the synthesizer makes it.

    Parameters
    ----------
    symbol : str
        Name in the alphabet ARPABET.
    kind : {"vowel", "glide", "nasal", "fricative", "stop"}
        Manner of its production.
    duration : float
        Mean length in seconds at the speaking rate 1. Of a stop, the length of its closure and release.
    formants : tuple of float
        F1, F2 and F3 in Hz of a man's vocal tract. Of a vowel they are those of `PETERSON_BARNEY`, and
        empty here.
    path : tuple of str
        The vowels that a vowel or diphthong passes through.
    voicing : float
        Amplitude of the glottal pulses, 1 for a vowel.
    noise : float
        Amplitude of the noise at the constriction: of the hiss of a fricative, of the burst of a stop.
    noise_at : float
        Resonance of that noise in Hz.
    noise_width : float
        Its bandwidth in Hz.
    aspiration : float
        Seconds of breath after the release of a stop, before a vowel.
    coarticulation : float
        Share, from 0 to 1, of the neighbouring vowel in the second formant.
    """

    symbol: str
    kind: Kind
    duration: float
    formants: tuple[float, ...] = ()
    path: tuple[str, ...] = ()
    voicing: float = 0.0
    noise: float = 0.0
    noise_at: float = 1000.0
    noise_width: float = 1000.0
    aspiration: float = 0.0
    coarticulation: float = 0.0


def _vowel(symbol: str, duration: float, *path: str) -> Phone:
    return Phone(symbol, "vowel", duration, path=path or (symbol,), voicing=1.0)


def _glide(symbol: str, *formants: float, duration: float = 0.075, voicing: float = 0.6) -> Phone:
    return Phone(symbol, "glide", duration, formants, voicing=voicing, coarticulation=0.1)


def _nasal(symbol: str, *formants: float) -> Phone:
    return Phone(symbol, "nasal", 0.08, formants, voicing=0.55, coarticulation=0.2)


def _fricative(symbol: str, level: float, at: float, width: float, *formants: float) -> Phone:
    return Phone(
        symbol, "fricative", 0.11, formants, noise=level, noise_at=at, noise_width=width, coarticulation=0.3
    )


def _stop(
    symbol: str, level: float, at: float, width: float, *formants: float, voiced: bool = False
) -> Phone:
    return Phone(
        symbol,
        "stop",
        0.085,
        formants,
        voicing=0.12 if voiced else 0.0,
        noise=level,
        noise_at=at,
        noise_width=width,
        aspiration=0.0 if voiced else 0.035,
        coarticulation=0.5,
    )


# Consonants: their formants are near those of Klatt's tables; levels and lengths were set on spectrograms.
PHONES: dict[str, Phone] = {
    phone.symbol: phone
    for phone in (
        *(_vowel(symbol, 0.14) for symbol in ("IY", "AE", "AA", "AO", "UW", "ER")),
        *(_vowel(symbol, 0.11) for symbol in ("IH", "EH", "UH", "AH")),
        _vowel("OW", 0.17, "AO", "UH", "UW"),
        _vowel("AY", 0.18, "AA", "AA", "IH", "IY"),
        _vowel("AW", 0.18, "AA", "AA", "AO", "UH"),
        _vowel("EY", 0.17, "EH", "IH", "IY"),
        _glide("W", 290, 610, 2150),
        _glide("Y", 260, 2070, 3020),
        _glide("R", 310, 1060, 1380),
        _glide("L", 310, 1050, 2880),
        _nasal("M", 280, 1100, 2200),
        _nasal("N", 280, 1550, 2550),
        _fricative("S", 0.22, 3650, 500, 320, 1390, 2530),
        _fricative("SH", 0.25, 2600, 500, 300, 1840, 2750),
        _fricative("F", 0.10, 2900, 3000, 340, 1100, 2080),
        _fricative("TH", 0.09, 3500, 2200, 320, 1290, 2540),
        _stop("P", 0.25, 900, 900, 300, 900, 2150),
        _stop("T", 0.35, 3500, 900, 300, 1700, 2600),
        _stop("K", 0.40, 1900, 500, 300, 1990, 2600),
        _stop("B", 0.15, 800, 800, 250, 900, 2150, voiced=True),
        _stop("D", 0.30, 3300, 900, 250, 1650, 2600, voiced=True),
        _stop("G", 0.30, 1800, 500, 250, 1900, 2500, voiced=True),
    )
}
"""The phones that can be synthesized, by their symbols."""


def formant_targets(phone: Phone, voice: str) -> NDArray[np.float64]:
    """Return the formants that a phone passes through.

    Parameters
    ----------
    phone : Phone
        The phone.
    voice : {"man", "woman"}
        Whose vocal tract. The formants of consonants are given for men; for women each of the three is
        multiplied by the mean ratio of the two voices over the ten vowels.

    Returns
    -------
    ndarray of shape (n_targets, 3)
        F1, F2 and F3 in Hz. A steady sound has one target, a diphthong several.

    Raises
    ------
    ValueError
        If `voice` is unknown.

    Examples
    --------
    >>> formant_targets(PHONES["IY"], "man").tolist()
    [[270.0, 2290.0, 3010.0]]
    """
    checks.choice(voice, "voice", VOICES)
    if as_a(phone, "phone", Phone).path:
        return np.array([PETERSON_BARNEY[voice][vowel][1:] for vowel in phone.path], dtype=float)
    return np.array([phone.formants]) * voice_ratio(voice)


def voice_ratio(voice: str) -> NDArray[np.float64]:
    """Return the mean ratio of a voice's formants to a man's over the ten vowels.

    Parameters
    ----------
    voice : {"man", "woman"}
        The voice.

    Returns
    -------
    ndarray of shape (3,)
        Ratios of F1, F2 and F3.

    Raises
    ------
    ValueError
        If `voice` is unknown.

    Examples
    --------
    >>> voice_ratio("woman").round(2).tolist()
    [1.14, 1.18, 1.17]
    """
    checks.choice(voice, "voice", VOICES)
    of = [np.array([PETERSON_BARNEY[who][v][1:] for v in PETERSON_BARNEY["man"]]) for who in (voice, "man")]
    return (of[0] / of[1]).mean(axis=0)
