"""BLEU: clipped n-gram precisions of a translation, pooled over a corpus, with a penalty for short ones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import checks
from ._sentences import Sentence, Words, corpus, listed, most_frequent, ngrams, words
from ._sentences import references as checked_references

SMOOTHINGS = {"none": 0.0, "floor": 0.1, "add-k": 1.0, "exp": 0.0}
"""The methods, and the value that each takes unless another is given; only floor and add-k have one."""


@dataclass(frozen=True)
class BleuCounts:
    """What BLEU is computed from. Counts of several sentences add up to those of the corpus.

    Parameters
    ----------
    matches : tuple of int
        For each order n, the n-grams of the candidate that the references hold, clipped.
    totals : tuple of int
        For each order n, all n-grams of the candidate.
    n_words : int
        Words of the candidate.
    n_reference_words : int
        Words of the reference that is closest in length.
    """

    matches: tuple[int, ...]
    totals: tuple[int, ...]
    n_words: int
    n_reference_words: int

    def __post_init__(self) -> None:
        if not self.totals or len(self.matches) != len(self.totals):
            raise ValueError(
                f"matches must have as many orders as totals, at least one, "
                f"got {self.matches} and {self.totals}"
            )
        for name in ("n_words", "n_reference_words"):
            checks.count(getattr(self, name), name, least=0)
        for matched, total in zip(self.matches, self.totals, strict=True):
            checks.count(total, "totals", least=0)
            checks.count(matched, "matches", least=0, most=total)

    def __add__(self, other: "BleuCounts") -> "BleuCounts":
        if len(self.totals) != len(other.totals):
            raise ValueError(f"totals must have {len(self.totals)} orders, got {len(other.totals)}")
        return BleuCounts(
            tuple(a + b for a, b in zip(self.matches, other.matches, strict=True)),
            tuple(a + b for a, b in zip(self.totals, other.totals, strict=True)),
            self.n_words + other.n_words,
            self.n_reference_words + other.n_reference_words,
        )

    @property
    def precisions(self) -> tuple[float, ...]:
        """Matches divided by totals, for each order; NaN where the candidate has no n-gram of that order."""
        return tuple(m / t if t else math.nan for m, t in zip(self.matches, self.totals, strict=True))

    @property
    def brevity_penalty(self) -> float:
        """What a candidate that is shorter than the reference is multiplied by; 1 for all others."""
        if self.n_words >= self.n_reference_words:
            return 1.0
        return math.exp(1 - self.n_reference_words / self.n_words) if self.n_words else 0.0

    def score(
        self,
        smoothing: str = "none",
        smoothing_value: float | None = None,
        *,
        effective_order: bool = False,
    ) -> float:
        """Return BLEU of what was counted.

        Parameters
        ----------
        smoothing : {'none', 'floor', 'add-k', 'exp'}, default 'none'
            As for `sentence_bleu`.
        smoothing_value : float, optional
            As for `sentence_bleu`.
        effective_order : bool, default False
            As for `sentence_bleu`.

        Returns
        -------
        float
            The score, between 0 and 1.
        """
        checks.choice(smoothing, "smoothing", SMOOTHINGS)
        value = SMOOTHINGS[smoothing] if smoothing_value is None else smoothing_value
        value = checks.not_negative(value, "smoothing_value")
        if not any(self.matches):
            return 0.0
        logarithms, halvings = [], 0
        for n, (matched, total) in enumerate(zip(self.matches, self.totals, strict=True), start=1):
            more = value if smoothing == "add-k" and n > 1 else 0.0
            top, bottom = matched + more, total + more
            if not bottom:
                break
            if not top and smoothing == "floor":
                top = value
            elif not top and smoothing == "exp":
                halvings += 1
                top = 0.5**halvings
            if not top:
                return 0.0
            logarithms.append(math.log(top / bottom))
        if len(logarithms) < len(self.totals) and not effective_order:
            return 0.0
        return self.brevity_penalty * math.exp(sum(logarithms) / len(logarithms))


def bleu_counts(candidate: Sentence, references: Sequence[Sentence], *, max_order: int = 4) -> BleuCounts:
    """Count the n-grams of a translation, and how many of them the references hold.

    Parameters
    ----------
    candidate : str or sequence of str
        The translation, as a text that is split at its spaces, or as words.
    references : sequence of (str or sequence of str)
        One or more good translations. A single text must stand in a list, too.
    max_order : int, default 4
        The longest n-grams, N.

    Returns
    -------
    BleuCounts
        Matches and totals for each order, and both lengths. Of several references the length is that of the
        one closest to the candidate's, the shorter one where two are as close.

    Raises
    ------
    ValueError
        If an argument is no sentence, there is no reference, or `max_order` is no whole number from 1 up.

    Examples
    --------
    >>> counts = bleu_counts("am am am", ["I am currently out of the office"], max_order=2)
    >>> counts.matches, counts.totals
    ((1, 0), (3, 2))
    """
    order = checks.count(max_order, "max_order")
    return _count(words(candidate, "candidate"), checked_references(references), order)


def sentence_bleu(
    candidate: Sentence,
    references: Sequence[Sentence],
    *,
    max_order: int = 4,
    smoothing: str = "none",
    smoothing_value: float | None = None,
    effective_order: bool = False,
) -> float:
    r"""Return BLEU of one sentence.

    Parameters
    ----------
    candidate : str or sequence of str
        The translation, as a text that is split at its spaces, or as words.
    references : sequence of (str or sequence of str)
        One or more good translations.
    max_order : int, default 4
        The longest n-grams, N.
    smoothing : {'none', 'floor', 'add-k', 'exp'}, default 'none'
        What to do about an order without a match, whose logarithm would be infinite. The names are those of
        sacreBLEU. 'none': the score is 0. 'floor': count `smoothing_value` matches. 'add-k': add
        `smoothing_value` to matches and totals of all orders but the first. 'exp': count half a match for the
        first such order, a quarter for the next, and so on.
    smoothing_value : float, optional
        The value of 'floor', 0.1 if not given, or of 'add-k', 1 if not given.
    effective_order : bool, default False
        Whether to leave out orders of which a short candidate has no n-gram at all; otherwise it scores 0.

    Returns
    -------
    float
        The score, between 0 and 1. It is 0 where no word matches, whatever the smoothing.

    Raises
    ------
    ValueError
        If an argument is no sentence, there is no reference, or an option is unknown.

    Notes
    -----
    .. math::

        \text{BLEU} = BP \cdot \exp \Bigl( \frac{1}{N} \sum_{n=1}^{N} \log p_n \Bigr), \qquad
        BP = \begin{cases} 1 & c > r \\ e^{1 - r / c} & c \le r \end{cases}

    ============  =======================  ==============================================================
    symbol        name                     meaning
    ============  =======================  ==============================================================
    :math:`p_n`   `precisions`             share of the candidate's n-grams that match. Each n-gram counts
                                           at most as often as in the reference that has it most often.
    :math:`c`     `n_words`                words of the candidate
    :math:`r`     `n_reference_words`      words of the closest reference
    :math:`BP`    `brevity_penalty`        penalty of a short candidate
    :math:`N`     `max_order`              longest n-grams
    ============  =======================  ==============================================================

    References
    ----------
    - K. Papineni, S. Roukos, T. Ward and W.-J. Zhu, "BLEU: a method for automatic evaluation of machine
      translation", ACL 2002, pp. 311-318, section 2.
    - B. Chen and C. Cherry, "A systematic comparison of smoothing techniques for sentence-level BLEU",
      WMT 2014, pp. 362-367: methods 1 to 3 are 'floor', 'add-k' and 'exp'.

    Examples
    --------
    >>> reference = "I am currently out of the office"
    >>> round(sentence_bleu("I am currently not in the office", [reference], max_order=2), 3)
    0.598
    >>> sentence_bleu("I am currently not in the office", [reference])
    0.0
    >>> round(sentence_bleu("I am currently not in the office", [reference], smoothing="exp"), 3)
    0.307
    """
    counts = bleu_counts(candidate, references, max_order=max_order)
    return counts.score(smoothing, smoothing_value, effective_order=effective_order)


def corpus_bleu(
    candidates: Sequence[Sentence],
    references: Sequence[Sequence[Sentence]],
    *,
    max_order: int = 4,
    smoothing: str = "none",
    smoothing_value: float | None = None,
) -> float:
    """Return BLEU of a corpus: the counts of all sentences are added first, and then one score is computed.

    Parameters
    ----------
    candidates : sequence of (str or sequence of str)
        The translations.
    references : sequence of sequence of (str or sequence of str)
        For each translation the list of its references.
    max_order : int, default 4
        The longest n-grams.
    smoothing : {'none', 'floor', 'add-k', 'exp'}, default 'none'
        As for `sentence_bleu`, after the sums.
    smoothing_value : float, optional
        As for `sentence_bleu`.

    Returns
    -------
    float
        The score, between 0 and 1. It is not the mean of the sentences' scores.

    Raises
    ------
    ValueError
        If there is no candidate, the lists differ in length, or an option is unknown.

    Examples
    --------
    >>> corpus_bleu(["a b c d e", "a b"], [["a b c d e"], ["a b"]])
    1.0
    """
    order = checks.count(max_order, "max_order")
    matches, totals, c, r = [0] * order, [0] * order, 0, 0
    for candidate, truths in corpus(candidates, references):
        counted = _count(candidate, truths, order)
        matches = [a + b for a, b in zip(matches, counted.matches, strict=True)]
        totals = [a + b for a, b in zip(totals, counted.totals, strict=True)]
        c, r = c + counted.n_words, r + counted.n_reference_words
    return BleuCounts(tuple(matches), tuple(totals), c, r).score(smoothing, smoothing_value)


def bootstrap_bleu(
    systems: Sequence[Sequence[BleuCounts]], *, rng: np.random.Generator, n_resamples: int = 1000
) -> NDArray[np.float64]:
    """Draw sentences again and again, and return the corpus BLEU of each system on each draw.

    Parameters
    ----------
    systems : sequence of sequence of BleuCounts
        For each system the counts of all sentences, which are the same sentences in the same order.
    rng : numpy.random.Generator
        Draws sentences, with replacement.
    n_resamples : int, default 1000
        How often a corpus is drawn.

    Returns
    -------
    ndarray of shape (n_systems, n_resamples)
        The scores. One draw serves all systems: so the difference of two rows is that of a paired bootstrap.

    Raises
    ------
    ValueError
        If there is no system, or they do not have the same number of sentences, at least two.

    References
    ----------
    - P. Koehn, "Statistical significance tests for machine translation evaluation", EMNLP 2004, pp. 388-395.

    Examples
    --------
    >>> good, bad = bleu_counts("a b c d", ["a b c d"]), bleu_counts("a b c x", ["a b c d"])
    >>> scores = bootstrap_bleu([[good, bad, good], [good] * 3], rng=np.random.default_rng(0))
    >>> (scores[0] <= scores[1]).all()
    np.True_
    """
    given = [listed(system, "systems", "counts") for system in listed(systems, "systems", "systems")]
    counted = bool(given) and all(isinstance(c, BleuCounts) for system in given for c in system)
    if not counted or min(map(len, given)) < 2 or len({len(system) for system in given}) > 1:
        raise ValueError(
            "systems must be lists of BleuCounts of the same sentences, at least two, "
            f"got lists of {[len(system) for system in given]}"
        )
    n_resamples = checks.count(n_resamples, "n_resamples")
    n_sentences = len(given[0])
    order = len(given[0][0].totals)
    rows = np.array([[[*c.matches, *c.totals, c.n_words, c.n_reference_words] for c in s] for s in given])
    drawn = checks.rng(rng).multinomial(n_sentences, np.full(n_sentences, 1 / n_sentences), n_resamples)
    return np.array(
        [
            [
                BleuCounts(tuple(s[:order]), tuple(s[order:-2]), s[-2], s[-1]).score()
                for s in (drawn @ system).tolist()
            ]
            for system in rows
        ]
    )


def _count(candidate: Words, truths: list[Words], order: int) -> BleuCounts:
    matches, totals = [], []
    for n in range(1, order + 1):
        most = most_frequent(truths, n)
        found = ngrams(candidate, n)
        matches.append(sum(min(count, most[gram]) for gram, count in found.items() if gram in most))
        totals.append(max(len(candidate) - n + 1, 0))
    closest = min((abs(len(truth) - len(candidate)), len(truth)) for truth in truths)[1]
    return BleuCounts(tuple(matches), tuple(totals), len(candidate), closest)
