"""BLEU: the lecture's example, sacreBLEU and NLTK, invariants, bad input."""

import math

import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.translate import bleu_score
from sacrebleu.metrics import BLEU

from dlbook.metrics import BleuCounts, bleu_counts, bootstrap_bleu, corpus_bleu, sentence_bleu

OFFICE = "I am currently out of the office"


# hand numbers


def test_the_office():
    assert bleu_counts("am am am am am am", [OFFICE]).precisions[0] == pytest.approx(1 / 6, rel=1e-12)
    counts = bleu_counts("I am currently not in the office", [OFFICE])
    assert counts.matches == (5, 3, 1, 0)
    assert counts.totals == (7, 6, 5, 4)
    assert counts.score() == 0
    short = bleu_counts("I am", [OFFICE])
    assert short.precisions[:2] == (1, 1)
    assert all(math.isnan(p) for p in short.precisions[2:])
    assert short.brevity_penalty == pytest.approx(math.exp(1 - 7 / 2), rel=1e-12)
    assert short.score() == 0
    assert short.score(effective_order=True) == pytest.approx(math.exp(-2.5), rel=1e-12)


def test_the_paper_s_examples(guide):
    """Papineni and others, examples 1 and 2: 17 of 18 words match, 8 of 14; "the" counts twice."""
    candidates, references = guide
    counts = [bleu_counts(candidate, references) for candidate in candidates]
    assert [c.matches[0] for c in counts] == [17, 8]
    assert [c.totals[0] for c in counts] == [18, 14]
    assert [c.matches[1] for c in counts] == [10, 1]
    the = bleu_counts("the " * 7, ["the cat is on the mat", "there is a cat on the mat"])
    assert the.precisions[0] == pytest.approx(2 / 7, rel=1e-12)


def test_the_closest_reference_gives_the_length():
    assert bleu_counts("a b c", ["a b", "a b c d", "a"]).n_reference_words == 2  # a tie: the shorter one
    assert bleu_counts("a b c", ["a", "a b c d e"]).n_reference_words == 1
    assert bleu_counts("a b c", ["a", "a b c d"]).n_reference_words == 4


# parity

SMOOTHINGS = [
    ("none", None),
    ("floor", None),
    ("floor", 0.01),
    ("add-k", None),
    ("add-k", 0.5),
    ("exp", None),
]


@pytest.mark.parametrize(("smoothing", "value"), SMOOTHINGS)
@pytest.mark.parametrize("effective", [False, True])
def test_sentences_agree_with_sacrebleu(several, smoothing, value, effective):
    candidates, references = several
    theirs = BLEU(tokenize="none", smooth_method=smoothing, smooth_value=value, effective_order=effective)
    for candidate in candidates:
        ours = sentence_bleu(
            candidate,
            references,
            smoothing=smoothing,
            smoothing_value=value,
            effective_order=effective,
        )
        expected = theirs.sentence_score(candidate, references).score / 100
        assert ours == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("smoothing", "value"), SMOOTHINGS)
@pytest.mark.parametrize("max_order", [1, 2, 4, 6])
def test_a_corpus_agrees_with_sacrebleu(real, smoothing, value, max_order):
    candidates, references = real
    theirs = BLEU(
        tokenize="none", smooth_method=smoothing, smooth_value=value, max_ngram_order=max_order
    ).corpus_score(candidates, list(map(list, zip(*references, strict=True))))
    ours = corpus_bleu(
        candidates, references, max_order=max_order, smoothing=smoothing, smoothing_value=value
    )
    assert ours == pytest.approx(theirs.score / 100, rel=1e-9)
    total = sum_of(
        bleu_counts(c, r, max_order=max_order) for c, r in zip(candidates, references, strict=True)
    )
    if smoothing != "add-k":  # which changes the counts that are reported
        assert (list(total.matches), list(total.totals)) == (theirs.counts, theirs.totals)
    assert total.brevity_penalty == pytest.approx(theirs.bp, rel=1e-12)


def test_a_corpus_agrees_with_nltk(real):
    """NLTK counts one n-gram for a sentence that is too short to have any, so none of these is."""
    pairs = [(c, r) for c, r in zip(*real, strict=True) if len(c.split()) >= 4]
    candidates, references = zip(*pairs, strict=True)
    truths = [[r.split() for r in several] for several in references]
    theirs = bleu_score.corpus_bleu(truths, [c.split() for c in candidates])
    assert corpus_bleu(candidates, references) == pytest.approx(theirs, rel=1e-9)


def test_scores_are_those_of_sacrebleu_as_it_is_called(real):
    candidates, references = real
    theirs = sacrebleu.corpus_bleu(
        candidates, list(map(list, zip(*references, strict=True))), tokenize="none"
    )
    assert corpus_bleu(candidates, references, smoothing="exp") == pytest.approx(theirs.score / 100, rel=1e-9)


def test_methods_agree_with_nltk():
    """NLTK's methods 1 and 2 are floor and add-k."""
    candidate, reference = "I am currently not in the office", OFFICE
    smooth = bleu_score.SmoothingFunction(epsilon=0.1)
    for method, name in ((smooth.method1, "floor"), (smooth.method2, "add-k")):
        theirs = bleu_score.sentence_bleu([reference.split()], candidate.split(), smoothing_function=method)
        assert sentence_bleu(candidate, [reference], smoothing=name) == pytest.approx(theirs, rel=1e-9)


# invariants and edges

sentences = st.lists(st.sampled_from("abc"), max_size=7)


def sum_of(counts):
    total, *rest = counts
    for more in rest:
        total = total + more
    return total


@settings(max_examples=60, deadline=None)
@given(sentences, st.lists(sentences, min_size=1, max_size=3))
def test_what_always_holds(candidate, references):
    counts = bleu_counts(candidate, references)
    assert 0 <= counts.score() <= 1
    assert 0 <= counts.score("exp", effective_order=True) <= 1
    assert bleu_counts(candidate, references[::-1]) == counts
    more = bleu_counts(candidate, [*references, candidate])
    assert all(a <= b for a, b in zip(counts.matches, more.matches, strict=True))
    assert more.matches == more.totals
    assert more.score() == (1 if len(candidate) >= 4 else 0)
    for n, matched in enumerate(counts.matches, start=1):  # clipped counts, slowly
        runs = [tuple(candidate[i : i + n]) for i in range(len(candidate) - n + 1)]
        most = {
            run: max(sum(tuple(r[i : i + n]) == run for i in range(len(r))) for r in references)
            for run in runs
        }
        assert matched == sum(min(runs.count(run), most[run]) for run in set(runs))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(sentences, sentences), min_size=1, max_size=5))
def test_a_corpus_is_the_sum_of_its_sentences(pairs):
    candidates, references = [c for c, _ in pairs], [[r] for _, r in pairs]
    total = sum_of(bleu_counts(c, r) for c, r in zip(candidates, references, strict=True))
    assert corpus_bleu(candidates, references) == total.score()
    assert corpus_bleu(candidates[::-1], references[::-1]) == total.score()


@pytest.mark.parametrize("smoothing", ["none", "floor", "add-k", "exp"])
def test_edges(smoothing):
    assert sentence_bleu("", [OFFICE], smoothing=smoothing) == 0
    assert sentence_bleu("", [""], smoothing=smoothing) == 0
    assert sentence_bleu("nothing fits", [OFFICE], smoothing=smoothing) == 0
    assert sentence_bleu("office", [""], smoothing=smoothing) == 0
    assert sentence_bleu("office", ["office"], smoothing=smoothing, max_order=1) == 1
    assert sentence_bleu(OFFICE, [OFFICE], smoothing=smoothing) == pytest.approx(1, rel=1e-12)
    assert sentence_bleu(OFFICE.split(), [OFFICE.split()], smoothing=smoothing) == pytest.approx(1, rel=1e-12)


# bootstrap


def test_one_draw_serves_all_systems(real):
    candidates, references = real
    a = [bleu_counts(c, r) for c, r in zip(candidates, references, strict=True)]
    scores = bootstrap_bleu([a, a, a[::-1]], rng=np.random.default_rng(0), n_resamples=50)
    assert scores.shape == (3, 50)
    np.testing.assert_array_equal(scores[0], scores[1])
    assert scores[0].std() > 0
    assert not np.allclose(scores[0], scores[2], rtol=1e-6)
    again = bootstrap_bleu([a], rng=np.random.default_rng(0), n_resamples=50)
    np.testing.assert_array_equal(scores[0], again[0])


def test_the_spread_of_one_word_sentences_is_that_of_a_binomial():
    right, wrong = BleuCounts((1,), (1,), 1, 1), BleuCounts((0,), (1,), 1, 1)
    scores = bootstrap_bleu([[right] * 120 + [wrong] * 80], rng=np.random.default_rng(1), n_resamples=4000)
    assert scores.mean() == pytest.approx(0.6, abs=0.003)
    assert scores.std() == pytest.approx(math.sqrt(0.6 * 0.4 / 200), rel=0.05)


# bad input

ONE = BleuCounts((1,), (1,), 1, 1)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: sentence_bleu(3, ["a"]), "candidate"),
        (lambda: sentence_bleu("a", "a"), "references"),
        (lambda: sentence_bleu("a", []), "references"),
        (lambda: sentence_bleu("a", [3]), "references"),
        (lambda: sentence_bleu("a", ["a"], max_order=0), "max_order"),
        (lambda: sentence_bleu("a", ["a"], smoothing="exponential"), "smoothing"),
        (lambda: sentence_bleu("a", ["a"], smoothing="floor", smoothing_value=-1), "smoothing_value"),
        (lambda: corpus_bleu("a", [["a"]]), "candidates"),
        (lambda: corpus_bleu([], []), "references"),
        (lambda: corpus_bleu(["a", "b"], [["a"]]), "references"),
        (lambda: corpus_bleu(["a"], ["a"]), "references"),
        (lambda: corpus_bleu(["a"], "a"), "references"),
        (lambda: BleuCounts((2,), (1,), 1, 1), "matches"),
        (lambda: BleuCounts((1, 1), (1,), 1, 1), "matches"),
        (lambda: BleuCounts((1,), (1,), -1, 1), "n_words"),
        (lambda: ONE + BleuCounts((1, 0), (1, 0), 1, 1), "totals"),
        (lambda: bootstrap_bleu([], rng=np.random.default_rng(0)), "systems"),
        (lambda: bootstrap_bleu([[ONE]], rng=np.random.default_rng(0)), "systems"),
        (lambda: bootstrap_bleu([[ONE] * 2, [ONE] * 3], rng=np.random.default_rng(0)), "systems"),
        (lambda: bootstrap_bleu([[ONE] * 2], rng=0), "rng"),
        (lambda: bootstrap_bleu([[ONE] * 2], rng=np.random.default_rng(0), n_resamples=0), "n_resamples"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        call()
