"""From text to numbers: tokens, and the vocabulary that gives each of them an id."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from .padding import pad_sequences

PAD, SOS, EOS, UNK = "<pad>", "<sos>", "<eos>", "<unk>"
SPECIAL = (PAD, SOS, EOS, UNK)
"""What stands first in a vocabulary: padding (id 0), start, end and unknown."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|\w+(?:['’]\w+)*|[^\w\s]")

Tokenizer = Callable[[str], list[str]]


def tokenize(text: str) -> list[str]:
    """Cut a text into words, numbers and punctuation marks, in lower case.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of str
        The tokens in order.

    Raises
    ------
    ValueError
        If `text` is not a string.

    Notes
    -----
    A token is a run of letters, digits and underscores, with apostrophes between them; or a number with
    points or commas between its digits; or any other single character that is not white space. ``___`` is
    one token, which can stand for a blank. In a script that writes vowels as combining signs, such as
    Devanagari, words fall apart: cut those into characters with ``list``.

    Examples
    --------
    >>> tokenize("Don't panic: it's 3.5 km!")
    ["don't", 'panic', ':', "it's", '3.5', 'km', '!']
    """
    return _TOKEN.findall(checks.text(text, "text").lower())


class Vocabulary:
    """The tokens that a model knows, each with a number.

    Parameters
    ----------
    tokens : iterable of str
        The tokens, all different, in the order of their ids.
    special : sequence of str, default ("<pad>", "<sos>", "<eos>", "<unk>")
        Tokens that do not come from a text. They get the first ids, so that ``<pad>`` has id 0; if it is
        among them it must be the first. Without ``<unk>`` an unknown token is an error. ``()`` for none.
    tokenizer : callable, default tokenize
        Cuts a string into tokens. ``list`` cuts it into characters.

    Attributes
    ----------
    tokens : tuple of str
        All tokens, the special ones first. The id of a token is its place here.
    special : tuple of str
        The special tokens.

    Raises
    ------
    ValueError
        If there is no token, a token is repeated or not a string, or ``<pad>`` is not the first special one.

    Examples
    --------
    >>> vocabulary = Vocabulary.from_texts(["Not good.", "Not bad, not bad."])
    >>> vocabulary.tokens
    ('<pad>', '<sos>', '<eos>', '<unk>', 'not', 'good', '.', 'bad', ',')
    >>> vocabulary.encode("Not awful.", sos=True, eos=True)
    array([1, 4, 3, 6, 2])
    >>> vocabulary.decode([1, 4, 3, 6, 2])
    ['not', '<unk>', '.']
    """

    def __init__(
        self, tokens: Iterable[str], *, special: Sequence[str] = SPECIAL, tokenizer: Tokenizer = tokenize
    ) -> None:
        self.special = checks.texts(special, "special")
        self.tokens = (*self.special, *checks.texts(tokens, "tokens"))
        self.tokenizer = _callable(tokenizer)
        self._ids = {token: number for number, token in enumerate(self.tokens)}
        if not self.tokens:
            raise ValueError("tokens must hold at least one token, got none")
        if len(self._ids) < len(self.tokens):
            repeated = next(token for token, count in Counter(self.tokens).items() if count > 1)
            raise ValueError(f"tokens must all differ, also from the special ones, got {repeated!r} twice")
        if PAD in self.special[1:]:
            raise ValueError(f"special must begin with {PAD!r}, so that its id is 0, got {self.special}")

    @classmethod
    def from_texts(
        cls,
        texts: Iterable[str | Sequence[str]],
        *,
        min_count: int = 1,
        special: Sequence[str] = SPECIAL,
        tokenizer: Tokenizer = tokenize,
    ) -> Self:
        """Collect the tokens of texts, in the order of their first appearance.

        Parameters
        ----------
        texts : iterable of str or of sequences of str
            The texts: strings, which are cut into tokens, or lists of tokens. At least one.
        min_count : int, default 1
            How often a token must occur in all texts together, at least 1.
        special : sequence of str, default ("<pad>", "<sos>", "<eos>", "<unk>")
            Tokens that do not come from a text. Where they occur in one they are not counted.
        tokenizer : callable, default tokenize
            Cuts a string into tokens.

        Returns
        -------
        Vocabulary
            The vocabulary.

        Raises
        ------
        ValueError
            If `texts` is empty or a single string, `min_count` is not a whole number of at least 1, or no
            token is left and there is no special one.

        Examples
        --------
        >>> Vocabulary.from_texts(["abacad"], min_count=2, special=(), tokenizer=list).tokens
        ('a',)
        """
        min_count = checks.count(min_count, "min_count")
        checks.texts(special, "special")
        given = [_tokens_of("texts", text, _callable(tokenizer)) for text in _several(texts)]
        if not given:
            raise ValueError("texts must hold at least one text, got none")
        counts = Counter(token for text in given for token in text)
        kept = [token for token, count in counts.items() if count >= min_count and token not in special]
        return cls(kept, special=special, tokenizer=tokenizer)

    def __len__(self) -> int:
        """Return the number of tokens, V, the special ones included."""
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        """Say whether a token is known."""
        return token in self._ids

    def id(self, token: str) -> int:
        """Return the id of one token.

        Parameters
        ----------
        token : str
            A token of the vocabulary.

        Returns
        -------
        int
            Its place in `tokens`.

        Raises
        ------
        ValueError
            If the token is not in the vocabulary, even where ``<unk>`` is.

        Examples
        --------
        >>> Vocabulary(["deep", "learning"]).id("learning")
        5
        """
        if checks.text(token, "token") not in self._ids:
            raise ValueError(f"token must be in the vocabulary, got {token!r}")
        return self._ids[token]

    def encode(self, text: str | Sequence[str], *, sos: bool = False, eos: bool = False) -> NDArray[np.int64]:
        """Replace tokens by their ids.

        Parameters
        ----------
        text : str or sequence of str
            A string, which is cut into tokens, or the tokens.
        sos : bool, default False
            Put ``<sos>`` before them.
        eos : bool, default False
            Put ``<eos>`` after them.

        Returns
        -------
        ndarray of int, shape (n_tokens,)
            The ids. An unknown token gets that of ``<unk>``.

        Raises
        ------
        ValueError
            If a token is unknown and ``<unk>`` is not in the vocabulary, or ``<sos>`` or ``<eos>`` is asked
            for and is not.
        """
        tokens = _tokens_of("text", text, self.tokenizer)
        unknown = self._ids.get(UNK)
        if unknown is None:
            for position, token in enumerate(tokens):
                if token not in self._ids:
                    raise ValueError(
                        f"text must hold tokens of the vocabulary, got {token!r} at position {position} "
                        f"(the vocabulary has no {UNK})"
                    )
        before, after = [self.id(SOS)] if sos else [], [self.id(EOS)] if eos else []
        # without <unk> every token is known here, so that the second argument is never used
        ids = [self._ids.get(token, unknown or 0) for token in tokens]
        return np.array([*before, *ids, *after], dtype=np.int64)

    def decode(self, ids: ArrayLike, *, special: bool = False) -> list[str]:
        """Replace ids by their tokens.

        Parameters
        ----------
        ids : array_like of int, shape (n_tokens,)
            Ids of one sequence.
        special : bool, default False
            Keep ``<pad>``, ``<sos>`` and ``<eos>``. ``<unk>`` is kept in any case.

        Returns
        -------
        list of str
            The tokens.

        Raises
        ------
        ValueError
            If `ids` has more than one axis or an id is not in the vocabulary.
        """
        numbers = checks.integers(ids, "ids", ("n_tokens",), most=len(self) - 1, empty=True)
        hidden = () if special else {PAD, SOS, EOS} & set(self.special)
        return [token for token in (self.tokens[number] for number in numbers) if token not in hidden]

    def batch(
        self,
        texts: Sequence[str | Sequence[str]],
        *,
        sos: bool = False,
        eos: bool = False,
        length: int | None = None,
        side: Literal["right", "left"] = "right",
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Encode texts and pad them to one length.

        Parameters
        ----------
        texts : sequence of str or of sequences of str
            The texts, at least one.
        sos : bool, default False
            Put ``<sos>`` before each.
        eos : bool, default False
            Put ``<eos>`` after each.
        length : int, optional
            Number of steps, at least that of the longest text with its special tokens. As long as the longest
            if not given.
        side : {"right", "left"}, default "right"
            Where the padding goes.

        Returns
        -------
        ids : ndarray of int, shape (batch, time)
            The ids, 0 where padded.
        mask : ndarray of bool, shape (batch, time)
            True for a real step, False for padding.

        Raises
        ------
        ValueError
            If there is no text, one is longer than `length`, texts differ in length and ``<pad>`` is not in
            the vocabulary, or for a reason that `encode` has.

        Examples
        --------
        >>> vocabulary = Vocabulary(["deep", "learning"])
        >>> ids, mask = vocabulary.batch(["deep", "deep learning"], eos=True)
        >>> ids
        array([[4, 2, 0],
               [4, 5, 2]])
        >>> mask
        array([[ True,  True, False],
               [ True,  True,  True]])
        """
        encoded = [self.encode(text, sos=sos, eos=eos) for text in _several(texts)]
        if not encoded:
            raise ValueError("texts must hold at least one text, got none")
        ids, mask = pad_sequences(encoded, length=length, side=side)
        if PAD not in self.special and not mask.all():
            short = int(np.flatnonzero(~mask.all(axis=1))[0])
            raise ValueError(
                f"texts must all have {mask.shape[1]} tokens, because the vocabulary has no {PAD}; "
                f"text {short} has {int(mask[short].sum())}"
            )
        return ids, mask

    def __repr__(self) -> str:
        """Say how many tokens there are."""
        return f"Vocabulary({len(self)} tokens, {len(self.special)} of them special)"


def _tokens_of(name: str, text: str | Sequence[str], tokenizer: Tokenizer) -> list[str]:
    return tokenizer(text) if isinstance(text, str) else list(checks.texts(text, name))


def _several(texts: Iterable[str | Sequence[str]]) -> Iterable[str | Sequence[str]]:
    if isinstance(texts, str | bytes | np.ndarray) or not isinstance(texts, Iterable):
        raise ValueError(f"texts must be a list of texts, got {texts!r:.60}")
    return texts


def _callable(tokenizer: Tokenizer) -> Tokenizer:
    if not callable(tokenizer):
        raise ValueError(f"tokenizer must be a function, got {tokenizer!r:.60}")
    return tokenizer
