"""METEOR: numbers by hand, NLTK, every alignment tried, and bad input."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.stem.porter import PorterStemmer
from nltk.translate.meteor_score import single_meteor_score

from dlbook.metrics import MeteorCounts, corpus_meteor, meteor, meteor_counts

PORTER = PorterStemmer()


class NoSynonyms:
    """A dictionary in which no word has a synonym."""

    def synsets(self, word):
        return []


def test_the_score_by_hand():
    """Two chunks of six words: precision 6/7, recall 6/6."""
    counts = meteor_counts("on a mat the cat sat down", "the cat sat on a mat")
    assert (counts.matches, counts.chunks) == (6, 2)
    mean = 10 * (6 / 7) * 1 / (1 + 9 * 6 / 7)
    assert counts.score() == pytest.approx(mean * (1 - 0.5 * (2 / 6) ** 3), rel=1e-12)


def test_crossings_count_before_chunks():
    """As in the paper of 2005: the first "the" goes to the first, although two chunks would do."""
    counts = meteor_counts("on the mat the cat sat", "the cat sat on the mat")
    assert counts.pairs[1] == (1, 0)
    assert (counts.matches, counts.chunks) == (6, 5)


def test_stems_match_what_is_left():
    exact = meteor_counts("birds sit", "bird sits")
    stems = meteor_counts("birds sit", "bird sits", stem=PORTER.stem)
    assert (exact.matches, stems.matches, stems.chunks) == (0, 2, 1)
    first = meteor_counts("bird birds", "birds bird", stem=PORTER.stem)
    assert first.pairs == ((0, 1), (1, 0))  # equal words come first, although that crosses


def test_parts_of_both_modules_make_one_chunk():
    counts = meteor_counts("the birds sat", "the bird sat", stem=PORTER.stem)
    assert counts.chunks == 1


@pytest.mark.parametrize("stem", [False, True])
def test_sentences_agree_with_nltk(bird, guide, stem):
    """NLTK takes the last equal word, so these sentences repeat none that could be aligned in two ways."""

    class Stemmer:
        def stem(self, word):
            return PORTER.stem(word) if stem else word

    candidates = ["on the stone sits a bird", "birds are sitting on the stones", "bird", "nothing fits", "a"]
    for candidate in candidates:
        theirs = single_meteor_score(
            bird[1][0].split(), candidate.split(), stemmer=Stemmer(), wordnet=NoSynonyms()
        )
        ours = meteor(candidate, bird[1], stem=PORTER.stem if stem else None)
        assert ours == pytest.approx(theirs, rel=1e-9)
    for parameters in ({"alpha": 0.5, "beta": 1.0, "gamma": 0.2}, {"alpha": 0.8, "beta": 2.5, "gamma": 0.4}):
        theirs = single_meteor_score(
            bird[1][0].split(), candidates[0].split(), wordnet=NoSynonyms(), **parameters
        )
        assert meteor(candidates[0], bird[1], stem=PORTER.stem, **parameters) == pytest.approx(
            theirs, rel=1e-9
        )


@pytest.mark.parametrize("first", [0, 1])
def test_where_words_repeat_as_many_match_as_in_nltk(guide, first):
    for reference in guide[1]:
        words, truth = guide[0][first].split(), reference.split()
        theirs = single_meteor_score(truth, words, gamma=0.0, wordnet=NoSynonyms(), preprocess=str)
        assert meteor(words, [truth], gamma=0.0, stem=PORTER.stem) == pytest.approx(theirs, rel=1e-9)


def test_the_best_reference_counts(guide):
    candidate, references = guide[0][0], guide[1]
    scores = [meteor(candidate, [reference]) for reference in references]
    assert meteor(candidate, references) == max(scores)
    assert len(set(scores)) == 3


# every alignment

sentences = st.lists(st.sampled_from("abc"), max_size=6)


def crossings_and_chunks(pairs):
    crossed = sum(a[1] > b[1] for n, a in enumerate(pairs) for b in pairs[n + 1 :])
    starts = [
        pair for n, pair in enumerate(pairs) if not n or pair != (pairs[n - 1][0] + 1, pairs[n - 1][1] + 1)
    ]
    return crossed, len(starts)


def alignments(candidate, reference, i=0, used=()):
    if i == len(candidate):
        yield ()
        return
    yield from alignments(candidate, reference, i + 1, used)
    for j, word in enumerate(reference):
        if word == candidate[i] and j not in used:
            for rest in alignments(candidate, reference, i + 1, (*used, j)):
                yield ((i, j), *rest)


@settings(max_examples=60, deadline=None)
@given(sentences, sentences)
def test_the_alignment_is_the_best_of_all(candidate, reference):
    counts = meteor_counts(candidate, reference)
    best = min(alignments(candidate, reference), key=lambda p: (-len(p), *crossings_and_chunks(p)))
    assert counts.matches == len(best)
    assert crossings_and_chunks(counts.pairs) == crossings_and_chunks(best)
    assert counts.chunks == crossings_and_chunks(best)[1]
    assert 0 <= counts.score() <= 1


def test_a_sentence_of_one_repeated_word_ends():
    counts = meteor_counts("a " * 40, "a " * 60)
    assert (counts.matches, counts.chunks) == (40, 1)


def test_reordering_never_scores_more():
    words = ["a", "b", "c", "d"]
    straight = meteor(words, [words])
    assert straight == pytest.approx(1 - 0.5 / 64, rel=1e-12)
    assert all(meteor(order, [words]) <= straight for order in permutations(words))


def test_a_corpus_adds_the_counts(real):
    candidates, references = real
    total = MeteorCounts(0, 0, 0, 0)
    for candidate, several in zip(candidates, references, strict=True):
        total += max((meteor_counts(candidate, r) for r in several), key=MeteorCounts.score)
    assert corpus_meteor(candidates, references) == pytest.approx(total.score(), rel=1e-12)


def test_edges():
    assert meteor("", ["a"]) == 0
    assert meteor("a", [""]) == 0
    assert meteor("", [""]) == 0
    assert meteor("yes", ["yes"]) == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: meteor(3, ["a"]), "candidate"),
        (lambda: meteor("a", "a"), "references"),
        (lambda: meteor("a", []), "references"),
        (lambda: meteor("a", ["a"], stem=3), "stem"),
        (lambda: meteor("b", ["a"], stem=len), "stem"),
        (lambda: meteor("a", ["a"], alpha=1), "alpha"),
        (lambda: meteor("a", ["a"], beta=-1), "beta"),
        (lambda: meteor("a", ["a"], gamma=2), "gamma"),
        (lambda: meteor_counts("a", 3), "reference"),
        (lambda: corpus_meteor([], []), "references"),
        (lambda: MeteorCounts(3, 1, 2, 2), "matches"),
        (lambda: MeteorCounts(2, 3, 2, 2), "chunks"),
        (lambda: MeteorCounts(0, 0, -1, 2), "n_words"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        call()
