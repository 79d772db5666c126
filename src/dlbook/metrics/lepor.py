"""LEPOR: length, precision, recall and the places of the words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .. import checks
from ._sentences import Sentence, Words, corpus, words
from ._sentences import references as checked_references


@dataclass(frozen=True)
class LeporFactors:
    """The factors of LEPOR for a candidate and a reference.

    Parameters
    ----------
    precision, recall : float
        Aligned words, divided by the words of the candidate and of the reference.
    length_penalty : float
        1 for equal lengths, smaller for a candidate that is shorter or longer.
    position_penalty : float
        1 if each aligned word stands at the same share of its sentence, otherwise smaller.
    pairs : tuple of (int, int)
        Aligned words: position in the candidate and in the reference, from 0.
    """

    precision: float
    recall: float
    length_penalty: float
    position_penalty: float
    pairs: tuple[tuple[int, int], ...]

    def score(self, *, alpha: float = 1.0, beta: float = 1.0) -> float:
        """Return LEPOR, the product of the factors.

        Parameters
        ----------
        alpha, beta : float, default 1
            Weights of recall and of precision.

        Returns
        -------
        float
            The score, between 0 and 1.
        """
        alpha, beta = checks.positive(alpha, "alpha"), checks.positive(beta, "beta")
        if not self.pairs:
            return 0.0
        harmonic = (alpha + beta) / (alpha / self.recall + beta / self.precision)
        return self.length_penalty * self.position_penalty * harmonic


def lepor_factors(candidate: Sentence, reference: Sentence) -> LeporFactors:
    """Align the words of a translation with a reference, and return the factors of LEPOR.

    Parameters
    ----------
    candidate : str or sequence of str
        The translation.
    reference : str or sequence of str
        A good translation.

    Returns
    -------
    LeporFactors
        Precision, recall, both penalties and the alignment. Each word is aligned at most once, from left to
        right. Of several equal words in the reference those come first that have the same word before or
        after them as the candidate's; among these the nearest one, by its share of the sentence.

    Raises
    ------
    ValueError
        If an argument is no sentence.

    Examples
    --------
    >>> factors = lepor_factors("currently I am out", "I am currently out")
    >>> factors.pairs
    ((0, 2), (1, 0), (2, 1), (3, 3))
    >>> round(factors.position_penalty, 3)
    0.779
    """
    return _factors(words(candidate, "candidate"), words(reference, "reference"))


def lepor(
    candidate: Sentence, references: Sequence[Sentence], *, alpha: float = 1.0, beta: float = 1.0
) -> float:
    r"""Return LEPOR of one sentence, with the best of the references.

    Parameters
    ----------
    candidate : str or sequence of str
        The translation.
    references : sequence of (str or sequence of str)
        One or more good translations.
    alpha, beta : float, default 1
        Weights of recall and of precision.

    Returns
    -------
    float
        The score, between 0 and 1.

    Raises
    ------
    ValueError
        If an argument is no sentence, there is no reference, or a weight is not positive.

    Notes
    -----
    .. math::

        \text{LEPOR} = LP \cdot e^{-NPD} \cdot \frac{\alpha + \beta}{\alpha / R + \beta / P}, \qquad
        LP = e^{1 - \max(c / r, \, r / c)}, \qquad
        NPD = \frac{1}{c} \sum_{(i, j)} \Bigl\lvert \frac{i}{c} - \frac{j}{r} \Bigr\rvert

    ==================  ===================  =========================================================
    symbol              name                 meaning
    ==================  ===================  =========================================================
    :math:`P, R`        `precision`,         aligned words divided by :math:`c` and by :math:`r`
                        `recall`
    :math:`c, r`        (internal)           words of the candidate and of the reference
    :math:`(i, j)`      `pairs`              places of aligned words, in the equation from 1
    :math:`LP`          `length_penalty`     penalty of another length
    :math:`e^{-NPD}`    `position_penalty`   penalty of other places
    ==================  ===================  =========================================================

    NLTK 3.10 differs: its factor for another length is above 1, it counts the places of matched words only,
    and it aligns a word of the reference more than once.

    References
    ----------
    - A. L.-F. Han, D. F. Wong and L. S. Chao, "LEPOR: a robust evaluation metric for machine translation with
      augmented factors", COLING 2012, Posters, pp. 441-450.

    Examples
    --------
    >>> round(lepor("currently I am out", ["I am currently out"]), 3)
    0.779
    """
    found = words(candidate, "candidate")
    truths = checked_references(references)
    return max(_factors(found, truth).score(alpha=alpha, beta=beta) for truth in truths)


def corpus_lepor(
    candidates: Sequence[Sentence],
    references: Sequence[Sequence[Sentence]],
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
) -> float:
    """Return LEPOR of a corpus: the mean of the sentences' scores.

    Parameters
    ----------
    candidates : sequence of (str or sequence of str)
        The translations.
    references : sequence of sequence of (str or sequence of str)
        For each translation the list of its references.
    alpha, beta : float, default 1
        Weights of recall and of precision.

    Returns
    -------
    float
        The score, between 0 and 1.

    Raises
    ------
    ValueError
        If there is no candidate, the lists differ in length, or a weight is not positive.

    Examples
    --------
    >>> corpus_lepor(["a b", "a b"], [["a b"], ["c d"]])
    0.5
    """
    scores = [
        max(_factors(candidate, truth).score(alpha=alpha, beta=beta) for truth in truths)
        for candidate, truths in corpus(candidates, references)
    ]
    return sum(scores) / len(scores)


def _factors(candidate: Words, reference: Words) -> LeporFactors:
    c, r = len(candidate), len(reference)
    if not c or not r:
        same = float(c == r)
        return LeporFactors(0.0, 0.0, same, same, ())
    pairs = _align(candidate, reference)
    moved = sum(abs((i + 1) / c - (j + 1) / r) for i, j in pairs) / c
    return LeporFactors(
        len(pairs) / c, len(pairs) / r, math.exp(1 - max(c / r, r / c)), math.exp(-moved), tuple(pairs)
    )


def _align(candidate: Words, reference: Words) -> list[tuple[int, int]]:
    """Align each word with an equal one that is free: by the same neighbour if possible, then the nearest."""
    pairs: list[tuple[int, int]] = []
    free = set(range(len(reference)))
    for i, word in enumerate(candidate):
        places = [j for j in sorted(free) if reference[j] == word]
        close = [j for j in places if _share_a_neighbour(candidate, i, reference, j)] or places
        if close:
            j = min(close, key=lambda j: abs((i + 1) / len(candidate) - (j + 1) / len(reference)))
            pairs.append((i, j))
            free.remove(j)
    return pairs


def _share_a_neighbour(candidate: Words, i: int, reference: Words, j: int) -> bool:
    before = i > 0 and j > 0 and candidate[i - 1] == reference[j - 1]
    return before or (candidate[i + 1 : i + 2] == reference[j + 1 : j + 2] != ())
