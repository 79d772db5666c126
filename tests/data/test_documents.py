"""Documents with planted evidence: read back by a small parser, and shown to need more than word counts."""

from collections import Counter
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.data import TOPICS, planted_documents

SEEDS = st.integers(0, 2**32 - 1)
GOOD = {"good", "great", "lovely", "fine", "perfect"}
BAD = {"bad", "awful", "poor", "dreadful", "sad"}


def generator(seed=0):
    return np.random.default_rng(seed)


def topic_of(sentence):
    """Return the only topic of a sentence, or None."""
    found = [word for word in sentence if word in TOPICS]
    assert len(found) <= 1
    return found[0] if found else None


def judgement_of(sentence):
    """Read a judgement, turned round by "not", or None."""
    found = [word for word in sentence if word in GOOD | BAD]
    assert len(found) <= 1
    return (found[0] in GOOD) != ("not" in sentence) if found else None


def counts_of(document):
    return Counter(chain.from_iterable(document))


def judged(document):
    return {topic_of(s): judgement_of(s) for s in document if judgement_of(s) is not None}


# the example of the documentation, read by hand


def test_a_document_read_by_hand():
    letters = planted_documents(1, rng=generator(5))
    assert letters.sentences[0][1] == ["for", "us", "the", "price", "counts", "most", "."]
    assert letters.sentences[0][5] == ["not", "great", "was", "the", "price", "this", "time", "."]
    assert (letters.labels[0], letters.asking[0], letters.deciding[0]) == (0, 1, 5)
    evidence = [
        (i, word)
        for i, (words, marks) in enumerate(zip(letters.sentences[0], letters.planted[0], strict=True))
        for word, mark in zip(words, marks, strict=True)
        if mark
    ]
    assert evidence == [(1, "price"), (5, "not"), (5, "great"), (5, "price")]


# the grammar


@given(n=st.integers(1, 12), more=st.integers(0, 9), negation=st.floats(0, 1), asks=st.booleans(), seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_a_parser_that_knows_the_grammar_finds_class_and_evidence(n, more, negation, asks, seed):
    least = 5 if asks else 4
    letters = planted_documents(
        n,
        rng=generator(seed),
        min_sentences=least,
        max_sentences=least + more,
        asks=asks,
        negation=negation,
    )
    assert abs(letters.labels.sum() - n / 2) <= 0.5
    for row, document in enumerate(letters.sentences):
        assert least <= len(document) <= least + more
        assert all(sentence[-1] == "." for sentence in document)
        questions = [i for i, s in enumerate(document) if topic_of(s) is not None and judgement_of(s) is None]
        assert questions == ([letters.asking[row]] if asks else [])
        assert asks or letters.asking[row] == -1
        topic = topic_of(document[questions[0]]) if asks else "food"
        verdicts = judged(document)
        assert sorted(verdicts.values()) == [False, False, True, True]
        assert verdicts[topic] == letters.labels[row]
        assert topic_of(document[letters.deciding[row]]) == topic
        assert judgement_of(document[letters.deciding[row]]) == letters.labels[row]
        evidence = {
            (i, word)
            for i, sentence in enumerate(document)
            for word, mark in zip(sentence, letters.planted[row][i], strict=True)
            if mark
        }
        assert {i for i, _ in evidence} == {letters.deciding[row], *questions}
        assert (letters.deciding[row], topic) in evidence
        assert ("not" in document[letters.deciding[row]]) == ((letters.deciding[row], "not") in evidence)


# why counts cannot decide


def exchange(document, one, other):
    """Exchange the judgements of two sentences."""
    document = [list(sentence) for sentence in document]
    found = []
    for i in (one, other):
        marks = [
            k for k, word in enumerate(document[i]) if word in GOOD | BAD | {"not", "very", "really", "quite"}
        ]
        found.append(slice(marks[0], marks[-1] + 1))
    left, right = document[one][found[0]], document[other][found[1]]
    document[one][found[0]], document[other][found[1]] = right, left
    return document


def test_exchanging_two_judgements_keeps_the_counts_and_turns_the_class():
    letters = planted_documents(200, rng=generator(1), min_sentences=5, max_sentences=9)
    for row, document in enumerate(letters.sentences):
        label, deciding = bool(letters.labels[row]), letters.deciding[row]
        other = next(i for i, s in enumerate(document) if judgement_of(s) is (not label))
        turned = exchange(document, deciding, other)
        assert counts_of(turned) == counts_of(document)
        assert judgement_of(turned[deciding]) is not label
        assert sorted(judged(turned).values()) == [False, False, True, True]


def test_each_count_is_the_same_in_both_classes_on_average():
    letters = planted_documents(6000, rng=generator(2))
    words = sorted({word for document in letters.sentences for s in document for word in s})
    counted = map(counts_of, letters.sentences)
    counts = np.array([[found[word] for word in words] for found in counted])
    means = [counts[letters.labels == label].mean(axis=0) for label in (0, 1)]
    error = np.sqrt(counts.var(axis=0) * 4 / len(counts))
    z = (means[1] - means[0])[error > 0] / error[error > 0]
    assert abs(z).max() < 4.5  # some 75 words
    assert 0.7 < z.std() < 1.3


def test_the_evidence_stands_anywhere():
    letters = planted_documents(3000, rng=generator(3))
    for places in (letters.asking, letters.deciding):
        shares = np.bincount(places, minlength=6) / 3000
        np.testing.assert_allclose(shares, 1 / 6, atol=0.035)
    assert (letters.asking != letters.deciding).all()


def test_the_share_of_negations():
    for negation in (0, 0.4, 1):
        letters = planted_documents(500, rng=generator(4), negation=negation)
        share = np.mean([counts_of(d)["not"] / 4 for d in letters.sentences])
        assert abs(share - negation) < 0.05


def test_the_same_generator_writes_the_same_documents():
    one, other = (planted_documents(20, rng=generator(7), max_sentences=9) for _ in range(2))
    assert one.sentences == other.sentences
    np.testing.assert_array_equal(one.labels, other.labels)
    assert planted_documents(20, rng=generator(8), max_sentences=9).sentences != one.sentences


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_samples": 0}, "n_samples must be"),
        ({"min_sentences": 4}, "min_sentences must be"),
        ({"min_sentences": 3, "asks": False}, "min_sentences must be"),
        ({"min_sentences": 8, "max_sentences": 7}, "max_sentences must be"),
        ({"negation": 1.5}, "negation must be"),
        ({"rng": 3}, "rng must be"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        planted_documents(**{"n_samples": 3, "rng": generator(), **arguments})
