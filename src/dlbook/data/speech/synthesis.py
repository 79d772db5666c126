"""Generated speech: words as moving formants, with the times of their words and phones known exactly.

It is synthetic. A rule-based voice has far fewer ways to say a word than people have: no dialects, no
hesitations, no microphones and no rooms. Error rates measured on it show how a recognizer works, and say
nothing of how well it would do on recordings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ... import checks
from ._rendering import SAMPLE_RATE, Section, render
from .checks import as_a, as_span
from .lexicon import COMMANDS, SILENCE, Lexicon
from .noise import COLOURS, add_noise
from .phones import PHONES, Phone, formant_targets
from .speakers import Speaker

Floats = NDArray[np.float64]


class Segment(NamedTuple):
    """A stretch of an utterance.

    Parameters
    ----------
    label : str
        A word or a phone.
    start : float
        Where it begins, in seconds.
    end : float
        Where it ends, in seconds.
    """

    label: str
    start: float
    end: float


@dataclass(frozen=True)
class Utterance:
    """Generated speech and what is known of it.

    Parameters
    ----------
    samples : ndarray of shape (n_samples,)
        The sound, from -1 to 1.
    sample_rate : int
        Samples per second.
    words : tuple of Segment
        The words and their times, without the pauses.
    phones : tuple of Segment
        The phones and their times, pauses as "SIL" included; they cover the utterance without gaps.
    speaker : str
        Name of the speaker.
    """

    samples: Floats
    sample_rate: int
    words: tuple[Segment, ...]
    phones: tuple[Segment, ...]
    speaker: str

    @property
    def text(self) -> tuple[str, ...]:
        """The words that were said."""
        return tuple(segment.label for segment in self.words)

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate

    def with_noise(self, snr: float, *, rng: np.random.Generator, colour: str = "white") -> "Utterance":
        """Say the same in noise.

        Parameters
        ----------
        snr : float
            Ratio of the power within words to that of the noise, in decibels.
        rng : numpy.random.Generator
            Draws the noise.
        colour : {"white", "pink", "brown"}, default "white"
            Colour of the noise.

        Returns
        -------
        Utterance
            A noisy copy.

        Examples
        --------
        >>> said = synthesize("go", Speaker("Ada", "woman"), rng=np.random.default_rng(0))
        >>> said.with_noise(10.0, rng=np.random.default_rng(1)).text
        ('go',)
        """
        speech = np.zeros(len(self.samples), dtype=bool)
        for segment in self.words:
            speech[round(segment.start * self.sample_rate) : round(segment.end * self.sample_rate)] = True
        noisy = add_noise(self.samples, snr, rng=rng, colour=colour, speech=speech)
        return Utterance(noisy, self.sample_rate, self.words, self.phones, self.speaker)


def synthesize(
    words: str | Sequence[str],
    speaker: Speaker,
    *,
    rng: np.random.Generator,
    snr: float | None = None,
    colour: str = "white",
    lexicon: Lexicon = COMMANDS,
    pause: tuple[float, float] = (0.0, 0.12),
    margin: tuple[float, float] = (0.08, 0.2),
) -> Utterance:
    """Let a speaker say words.

    Parameters
    ----------
    words : str or sequence of str
        What to say: at least one word of the lexicon.
    speaker : Speaker
        Who says it.
    rng : numpy.random.Generator
        Draws what differs from one time to the next: durations, melody, formants, pauses and noise.
    snr : float, optional
        Ratio of speech to noise in decibels. Without it the recording is nearly clean (30 decibels).
    colour : {"white", "pink", "brown"}, default "white"
        Colour of the noise.
    lexicon : Lexicon, default COMMANDS
        How the words are built of the phones in `PHONES`.
    pause : tuple of float, default (0.0, 0.12)
        Shortest and longest pause between two words, in seconds.
    margin : tuple of float, default (0.08, 0.2)
        Shortest and longest silence before the first and after the last word, in seconds.

    Returns
    -------
    Utterance
        The sound, with the times of its words and phones.

    Raises
    ------
    ValueError
        If there is no word, a word is not in the lexicon, a unit of it is no phone, or a number is out of
        range.

    Notes
    -----
    Source and filter, after Klatt: pulses (or breath) pass through a nasal pole and zero and four resonators
    in a row, whose frequencies glide from target to target; hisses and bursts pass through one resonator of
    their own and are added.

    References
    ----------
    - D. H. Klatt, "Software for a cascade/parallel formant synthesizer", Journal of the Acoustical Society of
      America 67(3), 1980, pp. 971-995.
    - G. E. Peterson and H. L. Barney, "Control methods used in a study of the vowels", Journal of the
      Acoustical Society of America 24(2), 1952, pp. 175-184.

    Examples
    --------
    >>> said = synthesize("go left", Speaker("Ada", "woman", pitch=210), rng=np.random.default_rng(0))
    >>> said.text, said.sample_rate
    (('go', 'left'), 8000)
    >>> bool(abs(said.samples).max() <= 1)
    True
    """
    rng, spoken = checks.rng(rng), as_a(lexicon, "lexicon", Lexicon).known(words)
    if not spoken:
        raise ValueError("words must hold at least one word, got none")
    as_a(speaker, "speaker", Speaker)
    if snr is not None:
        checks.number(snr, "snr")
    checks.choice(colour, "colour", COLOURS)
    pause, margin = as_span(pause, "pause"), as_span(margin, "margin")
    spelled = [_phones_of(word, lexicon) for word in spoken]
    sections, spans = _sections(spoken, spelled, speaker, pause, margin, rng)
    samples = render(sections, speaker, rng)
    samples *= rng.uniform(0.35, 0.85) / np.abs(samples).max()
    phones = tuple(Segment(s.phone.symbol if s.phone else SILENCE, s.start, s.end) for s in sections)
    clean = Utterance(samples, SAMPLE_RATE, spans, phones, speaker.name)
    return clean.with_noise(30.0 if snr is None else snr, rng=rng, colour=colour)


def _phones_of(word: str, lexicon: Lexicon) -> list[Phone]:
    units = lexicon.spell(word)
    unknown = [unit for unit in units if unit not in PHONES]
    if unknown:
        raise ValueError(f"phones must be among {', '.join(PHONES)}, got {unknown[0]!r} in {word!r}")
    return [PHONES[unit] for unit in units]


def _sections(
    words: Sequence[str],
    spelled: list[list[Phone]],
    speaker: Speaker,
    pause: tuple[float, float],
    margin: tuple[float, float],
    rng: np.random.Generator,
) -> tuple[list[Section], tuple[Segment, ...]]:
    """Lay out the phones on the axis of time."""
    sections: list[Section] = []
    spans: list[Segment] = []
    now = 0.0

    def silence(length: float) -> float:
        # Times fall on samples, so that sound and labels agree exactly.
        end = now + round(length * SAMPLE_RATE) / SAMPLE_RATE
        if end > now:
            sections.append(Section(None, now, end, np.empty((0, 3)), 0.0, None, None))
        return end

    now = silence(rng.uniform(*margin))
    for number, (word, phones) in enumerate(zip(words, spelled, strict=True)):
        if number:
            now = silence(rng.uniform(*pause))
        begin = now
        targets = [_targets(phone, speaker, rng) for phone in phones]
        tempo = speaker.rate * np.exp(0.1 * rng.standard_normal())
        for k, phone in enumerate(phones):
            length = phone.duration / tempo * np.exp(0.2 * rng.standard_normal())
            if phone.aspiration and k + 1 < len(phones) and k == 0:
                length += phone.aspiration
            end = now + round(length * SAMPLE_RATE) / SAMPLE_RATE
            near = _near_vowel(phones, targets, k)
            before, after = (phones[k - 1] if k else None), (phones[k + 1] if k + 1 < len(phones) else None)
            sections.append(Section(phone, now, end, targets[k], near, before, after))
            now = end
        spans.append(Segment(word, begin, now))
    now = silence(rng.uniform(*margin))
    return sections, tuple(spans)


def _targets(phone: Phone, speaker: Speaker, rng: np.random.Generator) -> Floats:
    """Formants of one phone as this speaker says it this time."""
    targets = formant_targets(phone, speaker.voice) / speaker.tract
    for row, vowel in enumerate(phone.path):
        targets[row, :2] *= speaker.accent.get(vowel, (1.0, 1.0))
    return targets * np.exp(0.06 * rng.standard_normal(3))


def _near_vowel(phones: list[Phone], targets: list[Floats], k: int) -> float:
    """Second formant of the next vowel, or else of the last one."""
    order = [*range(k, len(phones)), *range(k - 1, -1, -1)]
    for other in order:
        if phones[other].kind == "vowel":
            return float(targets[other][0 if other >= k else -1, 1])
    return float(targets[k][0, 1])
