"""LEPOR: numbers by hand, NLTK, and bad input."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.translate.lepor import length_penalty, sentence_lepor

from dlbook.metrics import corpus_lepor, lepor, lepor_factors


def test_the_score_by_hand():
    """Places 1/4, 2/4, 3/4 move to 3/4, 1/4, 2/4; the fourth word stays."""
    factors = lepor_factors("currently I am out", "I am currently out")
    assert factors.pairs == ((0, 2), (1, 0), (2, 1), (3, 3))
    assert factors.position_penalty == pytest.approx(math.exp(-(2 + 1 + 1 + 0) / 4 / 4), rel=1e-12)
    assert (factors.precision, factors.recall, factors.length_penalty) == (1, 1, 1)
    short = lepor_factors("a b", "a b c d")
    assert (short.precision, short.recall) == (1, 0.5)
    assert short.length_penalty == pytest.approx(math.exp(1 - 4 / 2), rel=1e-12)
    assert short.position_penalty == pytest.approx(math.exp(-(0.25 + 0.5) / 2), rel=1e-12)


def test_the_weights():
    score = lepor("a x", ["a b c"], alpha=9, beta=1)
    mean = 10 / (9 / (1 / 3) + 1 / (1 / 2))
    assert score == pytest.approx(math.exp(1 - 3 / 2) * math.exp(-abs(1 / 2 - 1 / 3) / 2) * mean, rel=1e-12)


def test_neighbours_decide_before_distance():
    """The second "the" stands before "mat", as the candidate's does, though it is further."""
    assert lepor_factors("the mat x x x x", "the x x x the mat").pairs[0] == (0, 4)
    assert lepor_factors("the y y y y y", "the x x x the mat").pairs[0] == (0, 0)


@pytest.mark.parametrize(
    "candidate",
    [
        "a bird sits on the stone",
        "on the stone sits bird a",
        "a bird on",
        "a stone bird sits now there happily",
    ],
)
def test_it_agrees_with_nltk_but_for_the_length(candidate):
    """No word repeats, and what does not match stands at the end: NLTK counts places without it.

    NLTK rewards another length instead of punishing it, as it takes the smaller ratio of both; so its factor
    is replaced by ours.
    """
    reference = "a bird sits on the stone"
    theirs = sentence_lepor([reference], candidate, 2.0, 3.0, str.split)[0]
    theirs /= length_penalty(reference.split(), candidate.split())
    expected = theirs * lepor_factors(candidate, reference).length_penalty
    assert lepor(candidate, [reference], alpha=2.0, beta=3.0) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("c", "r"), [(3, 3), (2, 7), (9, 4)])
def test_another_length_is_punished(c, r):
    penalty = lepor_factors(["a"] * c, ["a"] * r).length_penalty
    assert penalty == pytest.approx(math.exp(1 - max(c, r) / min(c, r)), rel=1e-12)
    assert penalty <= 1


sentences = st.lists(st.sampled_from("abc"), max_size=6)


@settings(max_examples=60, deadline=None)
@given(sentences, sentences)
def test_what_always_holds(candidate, reference):
    factors = lepor_factors(candidate, reference)
    shared = sum(min(candidate.count(word), reference.count(word)) for word in "abc")
    assert len(factors.pairs) == shared
    assert len({i for i, _ in factors.pairs}) == len({j for _, j in factors.pairs}) == shared
    assert 0 <= factors.score() <= 1
    if candidate:
        assert lepor(candidate, [candidate]) == pytest.approx(1, rel=1e-12)
    assert lepor(candidate, [reference, candidate]) >= factors.score()


def test_a_corpus_is_the_mean(real):
    candidates, references = real
    scores = [lepor(c, r) for c, r in zip(candidates, references, strict=True)]
    assert corpus_lepor(candidates, references) == pytest.approx(sum(scores) / len(scores), rel=1e-12)


def test_edges():
    assert lepor("", ["a"]) == 0
    assert lepor("a", [""]) == 0
    assert lepor("", [""]) == 0
    assert lepor("yes", ["no"]) == 0
    assert lepor("yes", ["yes"]) == 1


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: lepor(3, ["a"]), "candidate"),
        (lambda: lepor("a", "a"), "references"),
        (lambda: lepor("a", []), "references"),
        (lambda: lepor("a", ["a"], alpha=0), "alpha"),
        (lambda: lepor("a", ["a"], beta=-1), "beta"),
        (lambda: lepor_factors("a", None), "reference"),
        (lambda: corpus_lepor(["a"], []), "references"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        call()
