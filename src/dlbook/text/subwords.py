"""Words cut into parts that a model knows: byte-pair encoding and WordPiece.

Both begin with single characters and merge, again and again, two parts that stand side by side. They differ
in which two, and in how a new word is cut.
"""

import heapq
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from .vocabulary import SPECIAL, UNK

Tokenizer = Callable[[str], list[str]]
Pair = tuple[str, str]
END = "</w>"
"""Marks the last part of a word in byte-pair encoding."""
INSIDE = "##"
"""Begins a part of WordPiece that does not begin a word."""
BERT_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
"""The special tokens of BERT: padding, unknown, class, separator, mask."""
CRITERIA = ("count", "likelihood")
"""Which pair is merged: the most frequent, or the one that stands together most often for its parts."""


class Merge(NamedTuple):
    """A step of training.

    Parameters
    ----------
    left, right : str
        The two parts.
    merged : str
        The new token.
    times : int
        How often they stood side by side at that time.
    score : float
        Why they were chosen: that number, or divided by those of both parts.
    """

    left: str
    right: str
    merged: str
    times: int
    score: float


class Subwords(ABC):
    """What `BytePairEncoding` and `WordPiece` have in common: tokens with ids, and words cut into them.

    Attributes
    ----------
    tokens : tuple of str
        All tokens, the special ones first. The id of a token is its place here.
    special : tuple of str
        The special tokens.
    """

    tokens: tuple[str, ...]
    special: tuple[str, ...]
    _ids: dict[str, int]
    _tokenizer: Tokenizer
    _known: dict[str, list[str]]

    def pieces(self, text: str) -> list[str]:
        """Cut a text into tokens.

        Parameters
        ----------
        text : str
            Any text.

        Returns
        -------
        list of str
            The tokens.

        Raises
        ------
        ValueError
            If `text` is no string, or it holds something unknown and there is no token for that.
        """
        found: list[str] = []
        for word in self._tokenizer(checks.text(text, "text")):
            if word not in self._known:
                self._known[word] = self._cut(word)
            found += self._known[word]
        return found

    def encode(self, text: str) -> NDArray[np.int64]:
        """Replace a text by ids.

        Parameters
        ----------
        text : str
            Any text.

        Returns
        -------
        ndarray of int of shape (n_pieces,)
            The ids of its tokens.

        Raises
        ------
        ValueError
            For a reason that `pieces` has.
        """
        return np.array([self._ids[piece] for piece in self.pieces(text)], dtype=np.int64)

    def decode(self, ids: ArrayLike) -> str:
        """Put a text together again.

        Parameters
        ----------
        ids : array_like of int of shape (n_pieces,)
            Ids of tokens. Special ones are left out, but for the unknown.

        Returns
        -------
        str
            The text, with one space between two words, and after what byte-pair encoding does not know.

        Raises
        ------
        ValueError
            If an id is not in the vocabulary.
        """
        numbers = checks.integers(ids, "ids", ("n_pieces",), most=len(self) - 1, empty=True)
        hidden = set(self.special) - {self._unknown()}
        return self._join([piece for i in numbers if (piece := self.tokens[i]) not in hidden])

    def id(self, token: str) -> int:
        """Return the id of a token.

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
            If it is not in the vocabulary.
        """
        if not isinstance(token, str) or token not in self._ids:
            raise ValueError(f"token must be in the vocabulary, got {token!r:.60}")
        return self._ids[token]

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.tokens)

    @abstractmethod
    def _cut(self, word: str) -> list[str]:
        """Cut a word into tokens."""

    @abstractmethod
    def _join(self, pieces: list[str]) -> str:
        """Make a text of tokens."""

    def _unknown(self) -> str | None:
        return next((token for token in self.special if token in (UNK, "[UNK]")), None)

    def _prepare(self, tokens: Iterable[str], special: Sequence[str], tokenizer: Tokenizer) -> None:
        self.special = checks.texts(special, "special")
        self.tokens = tuple(dict.fromkeys((*self.special, *tokens)))
        self._ids = {token: i for i, token in enumerate(self.tokens)}
        if not callable(tokenizer):
            raise ValueError(f"tokenizer must be a function, got {tokenizer!r:.60}")
        self._tokenizer, self._known = tokenizer, {}


class BytePairEncoding(Subwords):
    r"""Byte-pair encoding: the most frequent neighbours are merged, and new words are merged in that order.

    Parameters
    ----------
    characters : iterable of str
        The single characters that it knows, each also with the mark of the end if it occurs there.
    merges : sequence of (str, str)
        The pairs, in the order in which they were merged.
    special : sequence of str, default ("<pad>", "<sos>", "<eos>", "<unk>")
        Tokens that do not come from a text. They get the first ids.
    end : str, default "</w>"
        Marks the last part of a word, so that ``est</w>`` ends one and ``est`` does not. With "" nothing is
        marked, and a decoded text has no spaces.
    tokenizer : callable, default str.split
        Cuts a text into words. No token goes beyond one.

    Attributes
    ----------
    merges : tuple of (str, str)
        The pairs in their order.
    history : tuple of Merge
        The steps of `train`, with counts; empty if it was not trained.

    Raises
    ------
    ValueError
        If a merge has a part that is not there before.

    Notes
    -----
    Training counts, over all words of a text, how often two tokens stand side by side, makes a token of the
    most frequent pair wherever it stands, from the left, and repeats. Of equal counts the pair comes first
    whose tokens have the smaller ids, those of the left part first. Characters get their ids in the order of
    Unicode.

    Cutting a word begins with its characters. Among the pairs in it the one that was merged first in training
    is merged, the leftmost of several, until none is left.

    GPT-2 does the same with the 256 bytes in the place of characters, so that nothing is unknown.

    References
    ----------
    - P. Gage, "A new algorithm for data compression", The C Users Journal 12(2), 1994, pp. 23-38.
    - R. Sennrich, B. Haddow and A. Birch, "Neural machine translation of rare words with subword units",
      Annual Meeting of the Association for Computational Linguistics, 2016, section 3.2 and algorithm 1.

    Examples
    --------
    >>> words = "low " * 5 + "lower " * 2 + "newest " * 6 + "widest " * 3
    >>> encoding = BytePairEncoding.train([words], 20, special=())
    >>> [merge.merged for merge in encoding.history]
    ['es', 'est</w>', 'lo', 'ew', 'new', 'newest</w>', 'low</w>', 'dest</w>', 'idest</w>']
    >>> encoding.pieces("lowest")
    ['lo', 'w', 'est</w>']
    """

    def __init__(
        self,
        characters: Iterable[str],
        merges: Sequence[Pair],
        *,
        special: Sequence[str] = SPECIAL,
        end: str = END,
        tokenizer: Tokenizer = str.split,
    ) -> None:
        self.end = checks.text(end, "end")
        alphabet = checks.texts(characters, "characters")
        self.merges = tuple(_pairs(merges))
        self.history: tuple[Merge, ...] = ()
        self._prepare((*alphabet, *(a + b for a, b in self.merges)), special, tokenizer)
        there = set(alphabet)
        for left, right in self.merges:
            for part in (left, right):
                if part not in there:
                    raise ValueError(f"merges must have parts that are there before, got {part!r}")
            there.add(left + right)
        self._ranks = {pair: rank for rank, pair in reversed(list(enumerate(self.merges)))}

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        n_tokens: int,
        *,
        min_count: int = 2,
        special: Sequence[str] = SPECIAL,
        end: str = END,
        tokenizer: Tokenizer = str.split,
    ) -> Self:
        """Learn which parts to merge.

        Parameters
        ----------
        texts : iterable of str
            The texts, at least one word.
        n_tokens : int
            Size of the vocabulary, special tokens and characters included. It stays smaller if no pair is
            left.
        min_count : int, default 2
            The least count of a pair that is merged, at least 1.
        special : sequence of str, default ("<pad>", "<sos>", "<eos>", "<unk>")
            As for the class.
        end : str, default "</w>"
            As for the class.
        tokenizer : callable, default str.split
            As for the class.

        Returns
        -------
        BytePairEncoding
            With the steps in its attribute `history`.

        Raises
        ------
        ValueError
            If there is no word, or `n_tokens` is not above the number of characters and special tokens.
        """
        end = checks.text(end, "end")
        words = _count_words(texts, tokenizer)
        parts = {word: [*word[:-1], word[-1] + end] for word in words}
        alphabet = sorted({part for split in parts.values() for part in split})
        extra = _room_left(n_tokens, alphabet, special)
        history = _merge(words, parts, alphabet, extra, checks.count(min_count, "min_count"), "count", "")
        merges = [(step.left, step.right) for step in history]
        made = cls(alphabet, merges, special=special, end=end, tokenizer=tokenizer)
        made.history = tuple(history)
        return made

    def _cut(self, word: str) -> list[str]:
        parts = [*word[:-1], word[-1] + self.end]
        parts = [part if part in self._ids else self._replace(part) for part in parts]
        while len(parts) > 1:
            ranks = [self._ranks.get(pair, len(self.merges)) for pair in pairwise(parts)]
            best = min(ranks)
            if best == len(self.merges):
                break
            i = ranks.index(best)
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
        return parts

    def _replace(self, part: str) -> str:
        unknown = self._unknown()
        if unknown is None:
            raise ValueError(f"text must hold characters that are known, got {part!r}")
        return unknown

    def _join(self, pieces: list[str]) -> str:
        if not self.end:
            return "".join(pieces)
        spaced = [
            piece.removesuffix(self.end) + " " if piece.endswith(self.end) or piece == UNK else piece
            for piece in pieces
        ]
        return "".join(spaced).rstrip()


class WordPiece(Subwords):
    r"""WordPiece, the subwords of BERT: a new word is cut into the longest tokens from the left.

    Parameters
    ----------
    tokens : iterable of str
        The tokens that are not special. One that does not begin a word begins with ``##``.
    special : sequence of str, default ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
        Special tokens; ``[UNK]`` must be among them. They get the first ids.
    longest : int, default 100
        A longer word is unknown as a whole.
    tokenizer : callable, default str.split
        Cuts a text into words.

    Attributes
    ----------
    history : tuple of Merge
        The steps of `train`, with counts and scores; empty if it was not trained.

    Raises
    ------
    ValueError
        If ``[UNK]`` is missing.

    Notes
    -----
    Training merges the pair :math:`(a, b)` with the largest

    .. math:: \frac{n(ab)}{n(a) \, n(b)}

    of the numbers of times that the pair and its parts occur (criterion "likelihood"). So ``un`` and
    ``##able``, each frequent alone, are left apart, and a rare letter is merged with its only neighbour. The
    code with which BERT's own vocabulary was made is not public. The library `tokenizers` merges the most
    frequent pair, as byte-pair encoding does (criterion "count").

    Cutting takes the longest token with which the word begins, then the longest with which the rest goes on.
    Where there is none, the whole word is ``[UNK]``.

    References
    ----------
    - M. Schuster and K. Nakajima, "Japanese and Korean voice search", IEEE International Conference on
      Acoustics, Speech and Signal Processing, 2012, section 3.
    - J. Devlin, M.-W. Chang, K. Lee and K. Toutanova, "BERT: pre-training of deep bidirectional transformers
      for language understanding", 2019, section 3.

    Examples
    --------
    >>> pieces = WordPiece(["un", "##aff", "##able", "play", "##ing"])
    >>> pieces.pieces("unaffable playing saxophone")
    ['un', '##aff', '##able', 'play', '##ing', '[UNK]']
    >>> pieces.decode(pieces.encode("unaffable playing"))
    'unaffable playing'
    """

    def __init__(
        self,
        tokens: Iterable[str],
        *,
        special: Sequence[str] = BERT_SPECIAL,
        longest: int = 100,
        tokenizer: Tokenizer = str.split,
    ) -> None:
        self.longest = checks.count(longest, "longest")
        self.history: tuple[Merge, ...] = ()
        self._prepare(checks.texts(tokens, "tokens"), special, tokenizer)
        if self._unknown() is None:
            raise ValueError(f"special must hold [UNK], got {self.special}")

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        n_tokens: int,
        *,
        criterion: str = "likelihood",
        min_count: int = 2,
        special: Sequence[str] = BERT_SPECIAL,
        tokenizer: Tokenizer = str.split,
    ) -> Self:
        """Learn tokens.

        Parameters
        ----------
        texts : iterable of str
            The texts, at least one word.
        n_tokens : int
            Size of the vocabulary, special tokens and characters included. It stays smaller if no pair is
            left.
        criterion : {"likelihood", "count"}, default "likelihood"
            Which pair is merged.
        min_count : int, default 2
            The least count of a pair that is merged, at least 1.
        special : sequence of str
            As for the class.
        tokenizer : callable, default str.split
            As for the class.

        Returns
        -------
        WordPiece
            With the steps in its attribute `history`.

        Raises
        ------
        ValueError
            If there is no word, `n_tokens` is not above the number of characters and special tokens, or
            ``[UNK]`` is missing.
        """
        checks.choice(criterion, "criterion", CRITERIA)
        words = _count_words(texts, tokenizer)
        parts = {word: [word[0], *(INSIDE + letter for letter in word[1:])] for word in words}
        alphabet = sorted({part for split in parts.values() for part in split})
        extra = _room_left(n_tokens, alphabet, special)
        least = checks.count(min_count, "min_count")
        history = _merge(words, parts, alphabet, extra, least, criterion, INSIDE)
        made = cls([*alphabet, *(step.merged for step in history)], special=special, tokenizer=tokenizer)
        made.history = tuple(history)
        return made

    def _cut(self, word: str) -> list[str]:
        unknown = self._unknown() or UNK
        if len(word) > self.longest:
            return [unknown]
        found, start = [], 0
        while start < len(word):
            before = INSIDE if start else ""
            for stop in range(len(word), start, -1):
                piece = before + word[start:stop]
                if piece in self._ids and piece not in self.special:
                    break
            else:
                return [unknown]
            found.append(piece)
            start = stop
        return found

    def _join(self, pieces: list[str]) -> str:
        return "".join(
            piece.removeprefix(INSIDE) if piece.startswith(INSIDE) else f" {piece}" for piece in pieces
        ).lstrip()


def _count_words(texts: Iterable[str], tokenizer: Tokenizer) -> Counter[str]:
    if not callable(tokenizer):
        raise ValueError(f"tokenizer must be a function, got {tokenizer!r:.60}")
    words: Counter[str] = Counter()
    for text in checks.texts(texts, "texts"):
        words.update(word for word in tokenizer(text) if word)
    if not words:
        raise ValueError("texts must hold at least one word, got none")
    return words


def _room_left(n_tokens: int, alphabet: list[str], special: Sequence[str]) -> int:
    """Return how many tokens there is room for beside characters and special tokens."""
    first = len(dict.fromkeys((*checks.texts(special, "special"), *alphabet)))
    if checks.count(n_tokens, "n_tokens") < first:
        raise ValueError(
            f"n_tokens must be at least {first}, the characters and special tokens, got {n_tokens}"
        )
    return n_tokens - first


def _pairs(merges: Sequence[Pair]) -> list[Pair]:
    pairs = [checks.texts(pair, "merges") for pair in merges] if isinstance(merges, list | tuple) else [()]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"merges must be pairs of texts, got {merges!r:.60}")
    return [(left, right) for left, right in pairs]


def _merge(
    words: Counter[str],
    parts: dict[str, list[str]],
    alphabet: list[str],
    n_new: int,
    least: int,
    criterion: str,
    inside: str,
) -> list[Merge]:
    """Merge pairs until there are that many new tokens; the counts are kept up to date, word by word."""
    ids = {token: i for i, token in enumerate(alphabet)}
    pairs: Counter[Pair] = Counter()
    singles: Counter[str] = Counter()
    where: dict[Pair, set[str]] = defaultdict(set)
    near: dict[str, set[Pair]] = defaultdict(set)
    for word, times in words.items():
        for part in parts[word]:
            singles[part] += times
        for pair in pairwise(parts[word]):
            pairs[pair] += times
            where[pair].add(word)
    for pair in pairs:
        near[pair[0]].add(pair)
        near[pair[1]].add(pair)

    def score(pair: Pair) -> float:
        count = pairs[pair]
        return count if criterion == "count" else count / (singles[pair[0]] * singles[pair[1]])

    def entry(pair: Pair) -> tuple[float, int, int, Pair]:
        return -score(pair), ids[pair[0]], ids[pair[1]], pair

    heap = [entry(pair) for pair in pairs]
    heapq.heapify(heap)
    history: list[Merge] = []
    n_known = len(ids)
    while heap and len(ids) - n_known < n_new:
        value, _, _, pair = heapq.heappop(heap)
        if pairs[pair] < least:
            if criterion == "count" and -value == pairs[pair]:
                break  # no other pair is more frequent
            continue
        if -value != score(pair):
            heapq.heappush(heap, entry(pair))  # its count has changed since
            continue
        left, right = pair
        merged = left + right.removeprefix(inside) if inside else left + right
        history.append(Merge(left, right, merged, pairs[pair], float(-value)))
        ids.setdefault(merged, len(ids))
        changed: set[Pair] = set()
        for word in where.pop(pair):
            times, before = words[word], parts[word]
            after = _merged(before, pair, merged)
            for old in pairwise(before):
                pairs[old] -= times
                changed.add(old)
            for new in pairwise(after):
                pairs[new] += times
                where[new].add(word)
                changed.add(new)
                near[new[0]].add(new)
                near[new[1]].add(new)
            n = len(before) - len(after)
            singles[left] -= n * times
            singles[right] -= n * times
            singles[merged] += n * times
            parts[word] = after
        if criterion == "likelihood":  # the scores of all pairs with these parts go up
            changed |= {other for other in near[left] | near[right] if pairs[other] > 0}
        for other in changed:
            if pairs[other] > 0:
                heapq.heappush(heap, entry(other))
            else:
                del pairs[other]
    return history


def _merged(parts: list[str], pair: Pair, merged: str) -> list[str]:
    """Merge a pair wherever it stands, from the left."""
    found, i = [], 0
    while i < len(parts):
        if i + 1 < len(parts) and (parts[i], parts[i + 1]) == pair:
            found.append(merged)
            i += 2
        else:
            found.append(parts[i])
            i += 1
    return found
