"""NIST: n-gram precision in which a match counts as much as it tells."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from .. import checks
from ._sentences import Sentence, Words, corpus, most_frequent, ngrams, words
from ._sentences import references as checked_references

_BETA = math.log(0.5) / math.log(1.5) ** 2  # the penalty is 1/2 at two thirds of the length


def ngram_information(
    references: Sequence[Sequence[Sentence]], *, max_order: int = 5
) -> dict[tuple[str, ...], float]:
    r"""Return how many bits the last word of each n-gram tells, by counts in the references.

    Parameters
    ----------
    references : sequence of sequence of (str or sequence of str)
        For each sentence the list of its references. All are counted.
    max_order : int, default 5
        The longest n-grams.

    Returns
    -------
    dict of (tuple of str, float)
        Bits of each n-gram that occurs.

    Raises
    ------
    ValueError
        If an argument is not what it must be.

    Notes
    -----
    .. math:: \text{Info}(w_1 \dots w_n) = \log_2 \frac{\#(w_1 \dots w_{n-1})}{\#(w_1 \dots w_n)}

    For one word the numerator is the number of all words.

    Examples
    --------
    >>> bits = ngram_information([["the cat"], ["the dog"]])
    >>> bits[("the",)], bits[("cat",)], bits[("the", "cat")]
    (1.0, 2.0, 1.0)
    """
    if isinstance(references, str) or not isinstance(references, Sequence):
        raise ValueError(f"references must be a list of references for each sentence, got {references!r:.60}")
    truths = [truth for several in references for truth in checked_references(several)]
    return _information(truths, checks.count(max_order, "max_order"))


def corpus_nist(
    candidates: Sequence[Sentence],
    references: Sequence[Sequence[Sentence]],
    *,
    max_order: int = 5,
    information: Mapping[tuple[str, ...], float] | None = None,
) -> float:
    r"""Return the NIST score of a corpus of translations.

    Parameters
    ----------
    candidates : sequence of (str or sequence of str)
        The translations.
    references : sequence of sequence of (str or sequence of str)
        For each translation the list of its references.
    max_order : int, default 5
        The longest n-grams, N.
    information : mapping of (tuple of str, float), optional
        Bits of the n-grams, as `ngram_information` returns them. Counted in `references` if not given. An
        n-gram that is not in it tells nothing.

    Returns
    -------
    float
        The score, 0 or more. It has no fixed maximum, and depends on the size of the corpus.

    Raises
    ------
    ValueError
        If there is no candidate, or the lists differ in length.

    Notes
    -----
    .. math::

        \text{NIST} = \sum_{n=1}^{N} \frac{\sum_{\text{matched}} \text{Info}(w_1 \dots w_n)}{t_n}
        \cdot \exp \bigl( \beta \log^2 \min(c / \bar{r}, 1) \bigr)

    ================  ================================================================================
    symbol            meaning
    ================  ================================================================================
    :math:`t_n`       number of all n-grams of the candidates; an order that has none adds nothing
    :math:`c`         words of the candidates
    :math:`\bar{r}`   words of the references, on average over the references of a sentence
    :math:`\beta`     :math:`\ln 0.5 / \ln^2 1.5`, so that two thirds of the length cost a half
    ================  ================================================================================

    Matches are clipped, as for BLEU. With several references an n-gram counts at most as often as in the one
    that has it most often, as in the program mteval-v13a; NLTK takes the best reference for each order.

    References
    ----------
    - G. Doddington, "Automatic evaluation of machine translation quality using n-gram co-occurrence
      statistics", HLT 2002, pp. 138-145, equations 2 and 3.

    Examples
    --------
    >>> references = [["the cat sat"], ["the dog sat"]]
    >>> round(corpus_nist(["the cat sat", "the dog ran"], references), 3)
    2.154
    """
    order = checks.count(max_order, "max_order")
    pairs = corpus(candidates, references)
    if information is None:
        information = _information([truth for _, truths in pairs for truth in truths], order)
    elif not isinstance(information, Mapping):
        raise ValueError(f"information must be a mapping of n-grams to bits, got {information!r:.60}")
    told, totals = [0.0] * order, [0] * order
    for candidate, truths in pairs:
        for n in range(1, order + 1):
            matched = ngrams(candidate, n) & most_frequent(truths, n)
            told[n - 1] += sum(count * information.get(gram, 0.0) for gram, count in matched.items())
            totals[n - 1] += max(len(candidate) - n + 1, 0)
    c = sum(len(candidate) for candidate, _ in pairs)
    r = sum(sum(map(len, truths)) / len(truths) for _, truths in pairs)
    precision = sum(bits / total for bits, total in zip(told, totals, strict=True) if total)
    return precision * _penalty(c, r)


def sentence_nist(
    candidate: Sentence,
    references: Sequence[Sentence],
    *,
    max_order: int = 5,
    information: Mapping[tuple[str, ...], float] | None = None,
) -> float:
    """Return the NIST score of one sentence: `corpus_nist` of a corpus of one.

    Parameters
    ----------
    candidate : str or sequence of str
        The translation.
    references : sequence of (str or sequence of str)
        One or more good translations.
    max_order : int, default 5
        The longest n-grams.
    information : mapping of (tuple of str, float), optional
        As for `corpus_nist`. Counted in a single sentence, nearly all bigrams tell nothing.

    Returns
    -------
    float
        The score, 0 or more.

    Raises
    ------
    ValueError
        If an argument is no sentence, or there is no reference.

    Examples
    --------
    >>> round(sentence_nist("the cat sat", ["the cat sat"]), 3)
    1.585
    """
    candidate = words(candidate, "candidate")
    return corpus_nist([candidate], [references], max_order=max_order, information=information)


def _information(truths: list[Words], order: int) -> dict[Words, float]:
    counts: Counter[Words] = Counter()
    for n in range(1, order + 1):
        for truth in truths:
            counts.update(ngrams(truth, n))
    counts[()] = sum(map(len, truths))
    return {gram: math.log2(counts[gram[:-1]] / count) for gram, count in counts.items() if gram}


def _penalty(c: float, r: float) -> float:
    if not c:
        return 0.0
    return math.exp(_BETA * math.log(min(c / r, 1)) ** 2) if r else 1.0
