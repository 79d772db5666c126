"""Speakers: what makes one voice differ from another."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ... import checks
from .checks import as_a
from .phones import PETERSON_BARNEY, VOICES

PITCH = {voice: float(np.mean([row[0] for row in PETERSON_BARNEY[voice].values()])) for voice in VOICES}


@dataclass(frozen=True)
class Speaker:
    """A voice of the synthesizer.

    Parameters
    ----------
    name : str
        What to call the speaker.
    voice : {"man", "woman"}
        Which column of the formant table holds the vowels.
    tract : float
        Length of the vocal tract in relation to the mean of `voice`. All formants are divided by it.
    pitch : float
        Mean frequency of the glottal pulses in Hz, from 50 to 500.
    rate : float
        Speaking rate. All durations are divided by it.
    breath : float
        Amplitude of breath noise in vowels, from 0 to 1.
    accent : mapping of str to tuple of float
        Factors for F1 and F2 of single vowels, such as ``{"AA": (0.95, 1.05)}``.

    Raises
    ------
    ValueError
        If `voice` is unknown, or a number is out of range.

    Examples
    --------
    >>> Speaker("Ada", "woman", tract=0.97, pitch=210).voice
    'woman'
    """

    name: str
    voice: str = "man"
    tract: float = 1.0
    pitch: float = 132.0
    rate: float = 1.0
    breath: float = 0.02
    accent: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        as_a(self.name, "name", str)
        checks.choice(self.voice, "voice", VOICES)
        checks.positive(self.tract, "tract")
        checks.positive(self.rate, "rate")
        checks.number(self.pitch, "pitch", least=50, most=500)
        checks.probability(self.breath, "breath")
        for factors in as_a(self.accent, "accent", Mapping).values():
            if not (checks.array(factors, "accent", (2,)) > 0).all():
                raise ValueError(f"accent must be positive factors, got {factors}")


def random_speaker(*, rng: np.random.Generator, name: str = "speaker", voice: str | None = None) -> Speaker:
    """Draw a speaker.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the speaker.
    name : str, default "speaker"
        Name of the speaker.
    voice : {"man", "woman"}, optional
        Without it one of the two is drawn.

    Returns
    -------
    Speaker
        The tract length varies by about 4 percent around the mean of the voice, the pitch by 12, the speaking
        rate by 12, and each vowel of the accent by 4.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> random_speaker(rng=rng, name="first").voice
    'woman'
    """
    rng = checks.rng(rng)
    chosen = VOICES[int(rng.integers(len(VOICES)))] if voice is None else voice
    checks.choice(chosen, "voice", VOICES)
    vowels = PETERSON_BARNEY[chosen]
    shifts = np.exp(0.07 * rng.standard_normal((len(vowels), 2)))
    return Speaker(
        name,
        chosen,
        tract=float(np.exp(0.06 * rng.standard_normal())),
        pitch=float(np.clip(PITCH[chosen] * np.exp(0.12 * rng.standard_normal()), 70, 400)),
        rate=float(np.exp(0.12 * rng.standard_normal())),
        breath=float(rng.uniform(0.01, 0.08)),
        accent={vowel: (float(f1), float(f2)) for vowel, (f1, f2) in zip(vowels, shifts, strict=True)},
    )


def random_speakers(count: int, *, rng: np.random.Generator, prefix: str = "speaker") -> list[Speaker]:
    """Draw several speakers, men and women in turn.

    Parameters
    ----------
    count : int
        How many.
    rng : numpy.random.Generator
        Draws them.
    prefix : str, default "speaker"
        First part of their names; a number follows.

    Returns
    -------
    list of Speaker
        The speakers.

    Examples
    --------
    >>> [s.voice for s in random_speakers(3, rng=np.random.default_rng(1))]
    ['man', 'woman', 'man']
    """
    return [
        random_speaker(rng=rng, name=f"{prefix} {k + 1}", voice=VOICES[k % len(VOICES)])
        for k in range(checks.count(count, "count"))
    ]
