"""The lexicon: how each word is built of the units that the acoustic model knows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from .checks import as_a, as_words

SILENCE = "SIL"
"""Name of the unit that stands for silence. No word may use it."""


class Lexicon:
    """A dictionary of pronunciations: each word as a string of units, as a rule phones.

    Parameters
    ----------
    pronunciations : mapping of str to sequence of str
        The units of each word, in order. A text is split at its blanks.

    Attributes
    ----------
    words : tuple of str
        The words, in the order given.
    units : tuple of str
        Every unit that a word uses, sorted. Silence is not among them.

    Raises
    ------
    ValueError
        If there is no word, a word has no units, a name is empty or holds a blank, or a word uses the unit
        of silence.

    Notes
    -----
    ``COMMANDS`` is the lexicon of the chapter, with ten words.

    Examples
    --------
    >>> lexicon = Lexicon({"two": "T UW", "ten": "T EH N"})
    >>> lexicon.units
    ('EH', 'N', 'T', 'UW')
    >>> lexicon.spell("ten")
    ('T', 'EH', 'N')
    >>> "three" in lexicon
    False
    """

    words: tuple[str, ...]
    units: tuple[str, ...]

    def __init__(self, pronunciations: Mapping[str, Sequence[str]]) -> None:
        if not as_a(pronunciations, "pronunciations", Mapping):
            raise ValueError("pronunciations must hold at least one word, got none")
        spelled = {
            word: as_words(units, f"pronunciations[{word!r}]") for word, units in pronunciations.items()
        }
        for word, units in spelled.items():
            _check_name(word, "word")
            if not units:
                raise ValueError(f"pronunciations must give every word a unit, got none for {word!r}")
            for unit in units:
                _check_name(unit, "unit")
            if SILENCE in units:
                raise ValueError(f"pronunciations must not use {SILENCE}, got it in {word!r}")
        self._spelled = spelled
        self.words = tuple(spelled)
        self.units = tuple(sorted({unit for units in spelled.values() for unit in units}))

    @classmethod
    def whole_words(cls, words: Iterable[str]) -> Self:
        """Build the lexicon of a recognizer that has one model for each word instead of each phone.

        Parameters
        ----------
        words : iterable of str
            The words.

        Returns
        -------
        Lexicon
            Every word is its own and only unit.

        Examples
        --------
        >>> Lexicon.whole_words(["yes", "no"]).spell("yes")
        ('yes',)
        """
        names = as_words(list(as_a(words, "words", Iterable)), "words")
        if not names:
            raise ValueError("words must hold at least one word, got none")
        return cls({word: (word,) for word in names})

    def known(self, words: str | Sequence[str]) -> tuple[str, ...]:
        """Return a phrase as its words, and refuse those that the lexicon does not have.

        Parameters
        ----------
        words : str or sequence of str
            The phrase. A text is split at its blanks.

        Returns
        -------
        tuple of str
            Its words.

        Raises
        ------
        ValueError
            If the lexicon does not have a word.

        Examples
        --------
        >>> COMMANDS.known("go left")
        ('go', 'left')
        """
        given = as_words(words, "words")
        unknown = [word for word in given if word not in self]
        if unknown:
            raise ValueError(f"words must be among {', '.join(self.words)}, got {unknown[0]!r}")
        return given

    def spell(self, word: str) -> tuple[str, ...]:
        """Look a word up.

        Parameters
        ----------
        word : str
            A word of the lexicon.

        Returns
        -------
        tuple of str
            Its units.

        Raises
        ------
        ValueError
            If the lexicon does not have the word.
        """
        if not isinstance(word, str) or word not in self._spelled:
            raise ValueError(f"word must be one of {', '.join(self.words)}, got {word!r}")
        return self._spelled[word]

    def extended(self, pronunciations: Mapping[str, Sequence[str]]) -> "Lexicon":
        """Add words, or replace the pronunciation of words.

        Parameters
        ----------
        pronunciations : mapping of str to sequence of str
            The units of each word that is added.

        Returns
        -------
        Lexicon
            A new lexicon. This one stays as it is.

        Examples
        --------
        >>> Lexicon({"two": "T UW"}).extended({"to": "T UW"}).words
        ('two', 'to')
        """
        return Lexicon({**self._spelled, **as_a(pronunciations, "pronunciations", Mapping)})

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word in self._spelled

    def __len__(self) -> int:
        return len(self.words)

    def __repr__(self) -> str:
        return f"Lexicon of {len(self.words)} words and {len(self.units)} units"


def _check_name(name: str, what: str) -> None:
    if not isinstance(name, str) or not name or name != "".join(name.split()):
        raise ValueError(f"pronunciations must have names without blanks, got the {what} {name!r}")


COMMANDS = Lexicon(
    {
        "go": "G OW",
        "no": "N OW",
        "stop": "S T AA P",
        "left": "L EH F T",
        "right": "R AY T",
        "up": "AH P",
        "down": "D AW N",
        "one": "W AH N",
        "two": "T UW",
        "three": "TH R IY",
    }
)
"""Ten words to steer a toy car with, in the phone symbols of ARPABET."""
