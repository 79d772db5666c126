"""Arguments of scores for translations: sentences as words, references, corpora, and their n-grams."""

from collections import Counter
from collections.abc import Iterable, Sequence

from .. import checks

Sentence = str | Sequence[str]
"""A text, which is split at its spaces, or its words."""

Words = tuple[str, ...]


def words(given: Sentence, name: str) -> Words:
    """Return the words of a sentence; it may have none."""
    return tuple(given.split()) if isinstance(given, str) else checks.texts(given, name)


def references(given: Sequence[Sentence], name: str = "references") -> list[Words]:
    """Return the words of each reference, at least one."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ValueError(f"{name} must be a list of references, got {given!r:.60}")
    found = [words(sentence, name) for sentence in given]
    if not found:
        raise ValueError(f"{name} must hold at least one reference, got none")
    return found


def corpus(
    candidates: Sequence[Sentence], given: Sequence[Sequence[Sentence]]
) -> list[tuple[Words, list[Words]]]:
    """Return each candidate beside its references."""
    if isinstance(candidates, str) or not isinstance(candidates, Iterable):
        raise ValueError(f"candidates must be a list of sentences, got {candidates!r:.60}")
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ValueError(f"references must be a list of references for each candidate, got {given!r:.60}")
    outputs = [words(sentence, "candidates") for sentence in candidates]
    truths = [references(several) for several in given]
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
