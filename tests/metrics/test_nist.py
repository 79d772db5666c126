"""NIST: numbers by hand, NLTK, and bad input."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.translate import nist_score

from dlbook.metrics import corpus_nist, ngram_information, sentence_nist


def test_information_by_hand():
    bits = ngram_information([["the cat sat"], ["the dog sat"]], max_order=2)
    assert bits[("the",)] == pytest.approx(math.log2(6 / 2), rel=1e-12)
    assert bits[("dog",)] == pytest.approx(math.log2(6 / 1), rel=1e-12)
    assert bits[("the", "dog")] == pytest.approx(math.log2(2 / 1), rel=1e-12)
    assert bits[("dog", "sat")] == 0
    assert ("the", "dog", "sat") not in bits


def test_the_score_by_hand():
    """Unigrams: the, cat, sat, the, dog of six; bigrams: the cat, cat sat, the dog of four."""
    bits = (3 * math.log2(3) + 2 * math.log2(6)) / 6 + 2 / 4
    score = corpus_nist(["the cat sat", "the dog ran"], [["the cat sat"], ["the dog sat"]])
    assert score == pytest.approx(bits, rel=1e-12)


def test_two_thirds_of_the_length_cost_a_half():
    full = sentence_nist("a b", ["a b"], max_order=1)
    longer = ["a b c"]
    bits = ngram_information([longer], max_order=1)
    assert full == pytest.approx(1, rel=1e-12)
    assert sentence_nist("a b", longer, max_order=1) == pytest.approx(bits[("a",)] / 2, rel=1e-12)


def test_several_references_are_clipped_together():
    """The longer run of each word counts, and the mean of both lengths."""
    references = [["a a b"], ["b"]]
    bits = ngram_information([["a a b", "b"]], max_order=1)
    score = sentence_nist("a a b", [r for several in references for r in several], max_order=1)
    assert score == pytest.approx((2 * bits[("a",)] + bits[("b",)]) / 3, rel=1e-12)


@pytest.mark.parametrize("max_order", [1, 2, 4])
def test_it_agrees_with_nltk(real, max_order):
    candidates, references = real
    pairs = [(c.split(), r[0].split()) for c, r in zip(candidates, references, strict=True)]
    pairs = [(c, r) for c, r in pairs if len(c) >= max_order]
    theirs = nist_score.corpus_nist([[r] for _, r in pairs], [c for c, _ in pairs], n=max_order)
    ours = corpus_nist([c for c, _ in pairs], [[r] for _, r in pairs], max_order=max_order)
    assert ours == pytest.approx(theirs, rel=1e-9)


sentences = st.lists(st.sampled_from("abc"), max_size=6)


@settings(max_examples=40, deadline=None)
@given(sentences, sentences)
def test_what_always_holds(candidate, reference):
    score = sentence_nist(candidate, [reference])
    assert 0 <= score < math.inf
    assert sentence_nist(reference, [reference]) >= sentence_nist(reference[:1], [reference])


def test_edges():
    assert sentence_nist("", ["a b"]) == 0
    assert sentence_nist("a", [""]) == 0
    assert sentence_nist("", [""]) == 0
    assert sentence_nist("yes", ["yes"]) == 0  # the only word of the corpus tells nothing
    assert corpus_nist(["a b"], [["a b"]], information={}) == 0


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: sentence_nist(3, ["a"]), "candidate"),
        (lambda: sentence_nist("a", []), "references"),
        (lambda: corpus_nist(["a", "b"], [["a"]]), "references"),
        (lambda: corpus_nist(["a"], [["a"]], max_order=0), "max_order"),
        (lambda: corpus_nist(["a"], [["a"]], information=3), "information"),
        (lambda: ngram_information("a b"), "references"),
        (lambda: ngram_information([["a"]], max_order=0), "max_order"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        call()
