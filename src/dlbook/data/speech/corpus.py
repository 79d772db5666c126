"""A small corpus: recordings of single words, and phrases of a grammar for a toy car."""

import itertools
from collections.abc import Sequence

import numpy as np

from ... import checks
from .checks import as_a, as_words
from .lexicon import COMMANDS, Lexicon
from .speakers import Speaker
from .synthesis import Utterance, synthesize

DIRECTIONS = ("left", "right", "up", "down")
NUMBERS = ("one", "two", "three")


def command_phrase(*, rng: np.random.Generator) -> tuple[str, ...]:
    """Draw a command for a toy car.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the command.

    Returns
    -------
    tuple of str
        One to six words of `COMMANDS`.

    Notes
    -----
    The grammar, with the probability of every choice:

    - phrase: "stop" (0.15), "no" and a move (0.25), a move (0.6)
    - move: "go", a direction and a number (0.5); "go" and a direction (0.2); a direction and a number (0.3)
    - a phrase with a move goes on with another move with the probability 0.25, and with "stop" with 0.1
    - directions and numbers are equally probable

    Examples
    --------
    >>> command_phrase(rng=np.random.default_rng(0))
    ('no', 'go', 'left', 'one')
    """
    if checks.rng(rng).random() < 0.15:
        return ("stop",)
    phrase = ["no"] if rng.random() < 0.25 / 0.85 else []
    phrase += _move(rng)
    more = rng.random()
    if more < 0.25:
        phrase += _move(rng)[: 6 - len(phrase)]
    elif more < 0.35:
        phrase.append("stop")
    return tuple(phrase)


def _move(rng: np.random.Generator) -> list[str]:
    form = rng.random()
    move = ["go"] if form < 0.7 else []
    move.append(str(rng.choice(DIRECTIONS)))
    if not 0.5 <= form < 0.7:
        move.append(str(rng.choice(NUMBERS)))
    return move


def command_phrases(count: int, *, rng: np.random.Generator) -> list[tuple[str, ...]]:
    """Draw several commands.

    Parameters
    ----------
    count : int
        How many.
    rng : numpy.random.Generator
        Draws them.

    Returns
    -------
    list of tuple of str
        The phrases.
    """
    return [command_phrase(rng=rng) for _ in range(checks.count(count, "count"))]


def record_words(
    speakers: Sequence[Speaker],
    *,
    rng: np.random.Generator,
    repetitions: int = 3,
    snr: float | None = None,
    lexicon: Lexicon = COMMANDS,
) -> list[Utterance]:
    """Let every speaker say every word of a lexicon several times, one at a time.

    Parameters
    ----------
    speakers : sequence of Speaker
        The speakers.
    rng : numpy.random.Generator
        Draws what differs between recordings.
    repetitions : int, default 3
        How often a speaker says each word.
    snr : float, optional
        Ratio of speech to noise in decibels. Without it the recordings are nearly clean.
    lexicon : Lexicon, default COMMANDS
        The words.

    Returns
    -------
    list of Utterance
        The recordings: all words of the first speaker, then of the next.

    Raises
    ------
    ValueError
        If there is no speaker or `repetitions` is below 1.

    Examples
    --------
    >>> speaker = Speaker("Ada", "woman", pitch=210)
    >>> said = record_words([speaker], rng=np.random.default_rng(0), repetitions=1)
    >>> [utterance.text[0] for utterance in said][:3]
    ['go', 'no', 'stop']
    """
    spoken = as_a(lexicon, "lexicon", Lexicon).words * checks.count(repetitions, "repetitions")
    return [
        synthesize([word], speaker, rng=rng, snr=snr, lexicon=lexicon)
        for speaker in _speakers(speakers)
        for word in spoken
    ]


def record_phrases(
    phrases: Sequence[Sequence[str]],
    speakers: Sequence[Speaker],
    *,
    rng: np.random.Generator,
    snr: float | None = None,
    lexicon: Lexicon = COMMANDS,
) -> list[Utterance]:
    """Let speakers say phrases, in turn.

    Parameters
    ----------
    phrases : sequence of sequence of str
        The phrases, each of at least one word.
    speakers : sequence of Speaker
        The first speaker says the first phrase, the next speaker the next, and so on round.
    rng : numpy.random.Generator
        Draws what differs between recordings.
    snr : float, optional
        Ratio of speech to noise in decibels. Without it the recordings are nearly clean.
    lexicon : Lexicon, default COMMANDS
        The words.

    Returns
    -------
    list of Utterance
        One recording for each phrase.

    Raises
    ------
    ValueError
        If there is no speaker, a phrase is empty, or it holds a word that is not in the lexicon.
    """
    given = as_a(phrases, "phrases", Sequence)
    turns = itertools.cycle(_speakers(speakers))
    return [
        synthesize(as_words(phrase, f"phrases[{k}]"), next(turns), rng=rng, snr=snr, lexicon=lexicon)
        for k, phrase in enumerate(given)
    ]


def _speakers(speakers: Sequence[Speaker]) -> list[Speaker]:
    """Return one speaker or more."""
    given = [as_a(speaker, "speakers", Speaker) for speaker in as_a(speakers, "speakers", Sequence)]
    if not given:
        raise ValueError("speakers must be at least one, got none")
    return given
