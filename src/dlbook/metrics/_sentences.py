"""Arguments of scores for translations: sentences as words, references, corpora, and their n-grams."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from .. import checks

Sentence = str | Sequence[str]
"""A text, which is split at its spaces, or its words."""

Words = tuple[str, ...]


def words(given: Sentence, name: str) -> Words:
    """Return the words of a sentence; it may have none."""
    return tuple(given.split()) if isinstance(given, str) else checks.texts(given, name)


def listed(given: Iterable[Any], name: str, what: str) -> list[Any]:
    """Return what is given as a list, or say what it must be a list of."""
    try:
        found = None if isinstance(given, str | bytes) else list(given)
    except TypeError:
        found = None
    if found is None:
        raise ValueError(f"{name} must be a list of {what}, got {given!r:.60}")
    return found


def references(given: Sequence[Sentence], name: str = "references") -> list[Words]:
    """Return the words of each reference, at least one."""
    found = [words(sentence, name) for sentence in listed(given, name, "references")]
    if not found:
        raise ValueError(f"{name} must hold at least one reference, got none")
    return found


def corpus(
    candidates: Sequence[Sentence], given: Sequence[Sequence[Sentence]]
) -> list[tuple[Words, list[Words]]]:
    """Return each candidate beside its references."""
    outputs = [words(sentence, "candidates") for sentence in listed(candidates, "candidates", "sentences")]
    truths = [references(several) for several in listed(given, "references", "references for each candidate")]
    if not outputs or len(outputs) != len(truths):
        raise ValueError(
            f"references must belong to the candidates, one list each and at least one, "
            f"got {len(truths)} lists for {len(outputs)} candidates"
        )
    return list(zip(outputs, truths, strict=True))


def ngrams(sentence: Words, n: int) -> Counter[Words]:
    """Count the runs of n words."""
    return Counter(zip(*(sentence[start:] for start in range(n)), strict=False))


def most_frequent(truths: list[Words], n: int) -> Counter[Words]:
    """Count n-grams in each reference, and keep for each n-gram its largest count."""
    most = ngrams(truths[0], n)
    for truth in truths[1:]:
        most |= ngrams(truth, n)
    return most
