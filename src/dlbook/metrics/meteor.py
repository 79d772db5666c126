"""METEOR: words that match, exactly or by their stem, and how many pieces they come in."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .. import checks
from ._sentences import Sentence, Words, corpus, words
from ._sentences import references as checked_references

Pair = tuple[int, int]
Alignment = tuple[int, int, tuple[Pair, ...]]  # crossings, chunks, pairs
_WIDTH = 100  # alignments that are followed at once


@dataclass(frozen=True)
class MeteorCounts:
    """What METEOR is computed from. Counts of several sentences add up to those of the corpus.

    Parameters
    ----------
    matches : int
        Words of the candidate that are aligned with one of the reference.
    chunks : int
        Runs of aligned words that are neighbours in both sentences, in the same order.
    n_words : int
        Words of the candidate.
    n_reference_words : int
        Words of the reference.
    pairs : tuple of (int, int)
        Aligned words: position in the candidate and in the reference, from 0. Empty for a sum.
    """

    matches: int
    chunks: int
    n_words: int
    n_reference_words: int
    pairs: tuple[Pair, ...] = ()

    def __post_init__(self) -> None:
        for name in ("n_words", "n_reference_words"):
            checks.count(getattr(self, name), name, least=0)
        checks.count(self.matches, "matches", least=0, most=min(self.n_words, self.n_reference_words))
        checks.count(self.chunks, "chunks", least=min(self.matches, 1), most=self.matches)

    def __add__(self, other: "MeteorCounts") -> "MeteorCounts":
        return MeteorCounts(
            self.matches + other.matches,
            self.chunks + other.chunks,
            self.n_words + other.n_words,
            self.n_reference_words + other.n_reference_words,
        )

    @property
    def precision(self) -> float:
        """Share of the candidate's words that match."""
        return self.matches / self.n_words if self.n_words else 0.0

    @property
    def recall(self) -> float:
        """Share of the reference's words that match."""
        return self.matches / self.n_reference_words if self.n_reference_words else 0.0

    def score(self, *, alpha: float = 0.9, beta: float = 3.0, gamma: float = 0.5) -> float:
        """Return METEOR of what was counted.

        Parameters
        ----------
        alpha, beta, gamma : float
            As for `meteor`.

        Returns
        -------
        float
            The score, between 0 and 1.
        """
        alpha = checks.number(alpha, "alpha", above=0, below=1)
        beta, gamma = checks.not_negative(beta, "beta"), checks.probability(gamma, "gamma")
        if not self.matches:
            return 0.0
        p, r = self.precision, self.recall
        mean = p * r / (alpha * p + (1 - alpha) * r)
        return mean * (1 - gamma * (self.chunks / self.matches) ** beta)


def meteor_counts(
    candidate: Sentence, reference: Sentence, *, stem: Callable[[str], str] | None = None
) -> MeteorCounts:
    """Align the words of a translation with those of a reference.

    Parameters
    ----------
    candidate : str or sequence of str
        The translation.
    reference : str or sequence of str
        A good translation.
    stem : callable, optional
        Returns the stem of a word. If given, words that have found no equal one are aligned by their stems.

    Returns
    -------
    MeteorCounts
        Matches, chunks, lengths, and the alignment: as many words as possible, each at most once, and of all
        such alignments one with the fewest crossings; among these one with the fewest chunks.

    Raises
    ------
    ValueError
        If an argument is no sentence, or `stem` is no function from texts to texts.

    Notes
    -----
    The exact module runs first, then that of stems on what is left; crossings with earlier pairs count. The
    alignment is the best one, unless words repeat so often that more than 100 alignments have to be followed
    at once; then only the best 100 are.

    Examples
    --------
    >>> counts = meteor_counts("currently I am out", "I am currently out")
    >>> counts.matches, counts.chunks
    (4, 3)
    """
    return _counts(words(candidate, "candidate"), words(reference, "reference"), _checked(stem))


def meteor(
    candidate: Sentence,
    references: Sequence[Sentence],
    *,
    stem: Callable[[str], str] | None = None,
    alpha: float = 0.9,
    beta: float = 3.0,
    gamma: float = 0.5,
) -> float:
    r"""Return METEOR of one sentence, with the best of the references.

    Parameters
    ----------
    candidate : str or sequence of str
        The translation.
    references : sequence of (str or sequence of str)
        One or more good translations.
    stem : callable, optional
        Returns the stem of a word. Without it only equal words match.
    alpha : float, default 0.9
        Weight of recall, between 0 and 1.
    beta : float, default 3
        Power of the penalty.
    gamma : float, default 0.5
        Largest penalty, from 0 to 1.

    Returns
    -------
    float
        The score, between 0 and 1. Even a perfect translation has one chunk, so it scores a little below 1.

    Raises
    ------
    ValueError
        If an argument is no sentence, there is no reference, or a parameter is out of range.

    Notes
    -----
    .. math::

        \text{METEOR} = \frac{P R}{\alpha P + (1 - \alpha) R}
        \Bigl( 1 - \gamma \Bigl( \frac{ch}{m} \Bigr)^{\beta} \Bigr)

    The parameters of 2005 are the defaults: :math:`10 P R / (R + 9 P)` and :math:`0.5 \, (ch / m)^3`.

    ============  ====================  ==================================================
    symbol        name                  meaning
    ============  ====================  ==================================================
    :math:`m`     `matches`             aligned words
    :math:`ch`    `chunks`              runs of aligned words in the same order
    :math:`P`     `precision`           :math:`m` divided by the words of the candidate
    :math:`R`     `recall`              :math:`m` divided by the words of the reference
    ============  ====================  ==================================================

    The module of synonyms, which needs a dictionary, is left out.

    References
    ----------
    - S. Banerjee and A. Lavie, "METEOR: an automatic metric for MT evaluation with improved correlation with
      human judgments", ACL Workshop on Intrinsic and Extrinsic Evaluation Measures for Machine Translation
      and/or Summarization, 2005, pp. 65-72.

    Examples
    --------
    >>> round(meteor("currently I am out", ["I am currently out"]), 4)
    0.7891
    >>> round(meteor("the cats sat", ["the cat sat"], stem=lambda word: word.rstrip("s")), 4)
    0.9815
    """
    found, shorten = words(candidate, "candidate"), _checked(stem)
    truths = checked_references(references)
    return max(_counts(found, truth, shorten).score(alpha=alpha, beta=beta, gamma=gamma) for truth in truths)


def corpus_meteor(
    candidates: Sequence[Sentence],
    references: Sequence[Sequence[Sentence]],
    *,
    stem: Callable[[str], str] | None = None,
    alpha: float = 0.9,
    beta: float = 3.0,
    gamma: float = 0.5,
) -> float:
    """Return METEOR of a corpus: matches, chunks and words of all sentences are added first.

    Parameters
    ----------
    candidates : sequence of (str or sequence of str)
        The translations.
    references : sequence of sequence of (str or sequence of str)
        For each translation the list of its references; the best one of a sentence is counted.
    stem : callable, optional
        Returns the stem of a word. Without it only equal words match.
    alpha, beta, gamma : float
        As for `meteor`.

    Returns
    -------
    float
        The score, between 0 and 1.

    Raises
    ------
    ValueError
        If there is no candidate, the lists differ in length, or a parameter is out of range.

    Examples
    --------
    >>> round(corpus_meteor(["a b", "a b"], [["a b"], ["c d"]]), 4)
    0.4688
    """
    parameters = {"alpha": alpha, "beta": beta, "gamma": gamma}
    shorten, total = _checked(stem), MeteorCounts(0, 0, 0, 0)
    for candidate, truths in corpus(candidates, references):
        counts = [_counts(candidate, truth, shorten) for truth in truths]
        total += max(counts, key=lambda counted: counted.score(**parameters))
    return total.score(**parameters)


def _checked(stem: Callable[[str], str] | None) -> Callable[[str], str] | None:
    if stem is not None and not callable(stem):
        raise ValueError(f"stem must be a function that returns the stem of a word, got {stem!r:.60}")
    return stem


def _counts(candidate: Words, reference: Words, stem: Callable[[str], str] | None) -> MeteorCounts:
    pairs = _extend((), candidate, reference)
    if stem is not None and len(pairs) < min(len(candidate), len(reference)):
        pairs = _extend(
            pairs,
            checks.texts(map(stem, candidate), "stem"),
            checks.texts(map(stem, reference), "stem"),
        )
    chunks = sum(pair != (i + 1, j + 1) for (i, j), pair in zip(((-2, -2), *pairs), pairs, strict=False))
    return MeteorCounts(len(pairs), chunks, len(candidate), len(reference), pairs)


def _extend(fixed: tuple[Pair, ...], candidate: Words, reference: Words) -> tuple[Pair, ...]:
    """Add pairs of equal words to those that are fixed: as many as possible, with the fewest crossings.

    From left to right over the candidate. Pairs of one word never cross each other: to exchange their
    partners would save a crossing. So two alignments with the same places used and the same last pair have
    the same future, and only the better one is followed.
    """
    taken, used = dict(fixed), {j for _, j in fixed}
    places: dict[str, list[int]] = {}
    for j, word in enumerate(reference):
        if j not in used:
            places.setdefault(word, []).append(j)
    left = Counter(word for i, word in enumerate(candidate) if i not in taken and word in places)
    wanted = {word: min(count, len(places[word])) for word, count in left.items()}
    alignments: list[Alignment] = [(0, 0, ())]
    for i, word in enumerate(candidate):
        if i not in taken and word not in places:
            continue
        best: dict[tuple[frozenset[int], Pair], Alignment] = {}
        for alignment in alignments:
            if i in taken:
                choices: list[int | None] = [taken[i]]
            else:
                mine = [j for k, j in alignment[2] if k not in taken and candidate[k] == word]
                choices = _choices(places[word], mine, wanted[word] - len(mine), left[word])
            for choice in choices:
                grown = alignment if choice is None else _grow(alignment, (i, choice))
                key = frozenset(place for _, place in grown[2]), grown[2][-1] if grown[2] else (-1, -1)
                best[key] = min(grown, best.get(key, grown))
        left[word] -= i not in taken
        alignments = sorted(best.values())[:_WIDTH]
    return min(alignments)[2]


def _choices(places: list[int], mine: list[int], missing: int, left: int) -> list[int | None]:
    """Return the places a word may be aligned with, such that none is lost; None leaves the word out."""
    later = [j for j in places if not mine or j > mine[-1]]
    choices: list[int | None] = [*later[: len(later) - missing + 1]] if missing else []
    return [*choices, None] if left > missing else choices


def _grow(alignment: Alignment, pair: Pair) -> Alignment:
    crossings, chunks, pairs = alignment
    crossings += sum(j > pair[1] for _, j in pairs)
    follows = bool(pairs) and pair == (pairs[-1][0] + 1, pairs[-1][1] + 1)
    return crossings, chunks + (not follows), (*pairs, pair)
