"""Generated sentences: read back by small parsers, and shown to need what they claim to need."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.data import (
    BLANK,
    FOUR_REVIEWS,
    TAGS,
    apple_sentences,
    fill_in_sentences,
    generated_reviews,
    tagged_sentences,
)

SEEDS = st.integers(0, 2**32 - 1)
GOOD = {"good", "great", "brilliant", "moving", "funny", "clever"}
BAD = {"bad", "dull", "boring", "awful", "weak", "silly"}


def generator(seed=0):
    return np.random.default_rng(seed)


def clause_is_positive(words):
    """Read the judgement at the end of a clause, turned round by "not"."""
    assert words[0] == "the"
    assert words[-1] in GOOD | BAD
    return (words[-1] in GOOD) != ("not" in words)


def verdict_of(review):
    """Read a review by the rules of the grammar."""
    verdict = review.split(" . ")[0].removesuffix(" .")
    if verdict.startswith("although "):
        clauses = verdict.removeprefix("although ").split(" , ")
        signs, deciding = [clause_is_positive(clause.split()) for clause in clauses], 1
    elif " but " in verdict:
        signs, deciding = [clause_is_positive(c.split()) for c in verdict.split(" but ")], 1
    elif " although " in verdict:
        signs, deciding = [clause_is_positive(c.split()) for c in verdict.split(" although ")], 0
    else:
        signs, deciding = [clause_is_positive(c.split()) for c in verdict.split(" and ")], 0
        assert len(set(signs)) == 1
        return int(signs[0])
    assert len(set(signs)) == 2
    return int(signs[deciding])


# the reviews of the lecture


def test_the_four_reviews_have_two_of_each_kind():
    assert [label for _, label in FOUR_REVIEWS] == [0, 1, 1, 0]
    assert [len(text.split()) + 1 for text, _ in FOUR_REVIEWS] == [7, 8, 6, 8]  # words and the full stop


# generated reviews


@given(
    n_samples=st.integers(1, 40),
    negation=st.floats(0, 1),
    max_asides=st.integers(0, 9),
    seed=SEEDS,
)
@settings(deadline=None, max_examples=60)
def test_every_review_says_what_its_label_says(n_samples, negation, max_asides, seed):
    reviews, labels = generated_reviews(
        n_samples, negation=negation, max_asides=max_asides, rng=generator(seed)
    )
    assert len(reviews) == len(labels) == n_samples
    assert [verdict_of(review) for review in reviews] == labels.tolist()
    assert abs(int((labels == 0).sum()) - int((labels == 1).sum())) <= 1
    for review in reviews:
        assert review.count(" .") - 1 <= max_asides
        assert review == review.lower()
        assert "  " not in review


def test_negation_is_as_frequent_as_asked_for():
    for share in (0.0, 0.3, 1.0):
        reviews, _ = generated_reviews(2000, negation=share, rng=generator())
        clauses = sum(review.count(" was ") for review in reviews) - sum("hall was" in r for r in reviews)
        found = sum(review.split().count("not") for review in reviews)
        np.testing.assert_allclose(found / clauses, share, atol=0.02)


def test_the_same_words_in_another_order_say_the_opposite():
    reviews, labels = generated_reviews(20_000, max_asides=0, rng=generator())
    verdicts = defaultdict(set)
    for review, label in zip(reviews, labels, strict=True):
        verdicts[tuple(sorted(review.split()))].add(int(label))
    both = [words for words, found in verdicts.items() if len(found) == 2]
    assert len(both) > 50


def test_counting_words_is_not_enough():
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    reviews, labels = generated_reviews(4000, rng=generator())
    counts = CountVectorizer().fit_transform(reviews)
    model = LogisticRegression(max_iter=1000).fit(counts[:3000], labels[:3000])
    assert 0.5 < model.score(counts[3000:], labels[3000:]) < 0.7
    pairs = CountVectorizer(ngram_range=(1, 3)).fit_transform(reviews)
    better = LogisticRegression(max_iter=1000).fit(pairs[:3000], labels[:3000])
    assert better.score(pairs[3000:], labels[3000:]) > model.score(counts[3000:], labels[3000:]) + 0.03


# tagged sentences

PATTERNS = [
    (*subject, "verb", *thing, "stop")
    for subject in (("pronoun",), ("article", "noun"), ("article", "adjective", "noun"))
    for thing in ((), ("article", "noun"), ("article", "adjective", "noun"))
]


def possible_tags():
    """Return every tag that each word has somewhere, from many sentences."""
    found = defaultdict(Counter)
    for sentence, tags in zip(*tagged_sentences(5000, rng=generator(9)), strict=True):
        for word, tag in zip(sentence, tags, strict=True):
            found[word][tag] += 1
    return found


@given(n_samples=st.integers(1, 30), seed=SEEDS)
@settings(deadline=None, max_examples=40)
def test_tagged_sentences_can_be_read_in_one_way_only(n_samples, seed):
    found = possible_tags_once()
    sentences, all_tags = tagged_sentences(n_samples, rng=generator(seed))
    assert len(sentences) == len(all_tags) == n_samples
    for sentence, tags in zip(sentences, all_tags, strict=True):
        readings = [
            pattern
            for pattern in PATTERNS
            if len(pattern) == len(sentence)
            and all(tag in found[word] for word, tag in zip(sentence, pattern, strict=True))
        ]
        assert readings == [tuple(tags)]
        assert set(tags) <= set(TAGS)


_FOUND = {}


def possible_tags_once():
    if not _FOUND:
        _FOUND.update(possible_tags())
    return _FOUND


def test_ambiguous_words():
    found = possible_tags_once()
    kinds = Counter(tuple(sorted(tags)) for tags in found.values())
    assert kinds[("noun", "verb")] == 8
    assert kinds[("adjective", "noun")] == 6
    assert set(kinds) == {(tag,) for tag in TAGS} | {("noun", "verb"), ("adjective", "noun")}
    for tags in found.values():
        if len(tags) == 2:
            assert min(tags.values()) > 0.15 * sum(tags.values())  # neither tag is rare


def accuracy_of_the_best_guess(contexts_and_tags):
    """How often the most frequent tag of each context is right."""
    seen = defaultdict(Counter)
    for context, tag in contexts_and_tags:
        seen[context][tag] += 1
    right = sum(counts.most_common(1)[0][1] for counts in seen.values())
    return right / sum(sum(counts.values()) for counts in seen.values())


def test_which_side_a_word_needs():
    """What stands to the left settles words like "walks", but not words like "patient": the next tag does."""
    found = possible_tags_once()
    left, left_only, following = [], [], []
    for sentence, tags in zip(*tagged_sentences(5000, rng=generator(1)), strict=True):
        for i, (word, tag) in enumerate(zip(sentence, tags, strict=True)):
            if set(found[word]) == {"noun", "verb"}:
                left.append((tags[i - 1] + str("verb" in tags[:i]), tag))
            if set(found[word]) == {"adjective", "noun"}:
                left_only.append((tuple(tags[:i]), tag))
                following.append((tags[i + 1], tag))
    assert accuracy_of_the_best_guess(left) == 1
    assert accuracy_of_the_best_guess(following) == 1
    assert accuracy_of_the_best_guess(left_only) < 0.85


def test_most_frequent_tags_alone_are_not_enough():
    pairs = [
        (word, tag)
        for sentence, tags in zip(*tagged_sentences(3000, rng=generator(2)), strict=True)
        for word, tag in zip(sentence, tags, strict=True)
    ]
    assert accuracy_of_the_best_guess(pairs) < 0.95


# fill-in


def check_fill_in(draw, marker, answers_allowed):
    texts, answers, positions = draw(2000, rng=generator())
    assert len(texts) == len(answers) == len(positions) == 2000
    assert Counter(answers) == dict.fromkeys(answers_allowed, 1000)
    for text, position in zip(texts, positions, strict=True):
        assert text.count(marker) == 1
        assert text[position] == marker
        assert text[-1] == "."
    left = [(tuple(t[: p + 1]), a) for t, p, a in zip(texts, positions, answers, strict=True)]
    assert accuracy_of_the_best_guess(left) < 0.6  # chance, but for the luck of small counts
    right = [(tuple(t[p:]), a) for t, p, a in zip(texts, positions, answers, strict=True)]
    assert accuracy_of_the_best_guess(right) == 1
    assert len(set(positions)) > 3
    return texts, answers, positions


def test_fill_in_needs_two_things_on_the_right():
    texts, answers, positions = check_fill_in(fill_in_sentences, BLANK, ["very", "not"])
    adjective = [(t[p + 1], a) for t, p, a in zip(texts, positions, answers, strict=True)]
    action = [(" ".join(t[p + 3 :]), a) for t, p, a in zip(texts, positions, answers, strict=True)]
    assert accuracy_of_the_best_guess(adjective) < 0.6
    assert accuracy_of_the_best_guess(action) < 0.6
    # the example of the docstring
    for text, answer in zip(texts, answers, strict=True):
        if "window" in text:
            assert answer == ("very" if "hot" in text else "not")


def test_what_apple_means():
    texts, meanings, _ = check_fill_in(apple_sentences, "apple", ["fruit", "company"])
    for text, meaning in zip(texts, meanings, strict=True):
        assert meaning == (
            "company" if {"phones", "shares", "laptops", "software", "stores"} & {*text} else "fruit"
        )


# all


@pytest.mark.parametrize("draw", [generated_reviews, tagged_sentences, fill_in_sentences, apple_sentences])
def test_the_generator_alone_decides(draw):
    first, again, other = (draw(20, rng=generator(seed)) for seed in (1, 1, 2))
    for one, two in zip(first, again, strict=True):
        assert np.array_equal(one, two) if isinstance(one, np.ndarray) else one == two
    assert first[0] != other[0]
    assert len(draw(1, rng=generator())[0]) == 1


@pytest.mark.parametrize("draw", [generated_reviews, tagged_sentences, fill_in_sentences, apple_sentences])
@pytest.mark.parametrize(
    ("change", "name"),
    [({"n_samples": 0}, "n_samples"), ({"n_samples": 2.0}, "n_samples"), ({"rng": 42}, "rng")],
)
def test_bad_arguments_are_named(draw, change, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        draw(**({"n_samples": 3, "rng": generator()} | change))


@pytest.mark.parametrize(
    ("options", "name"),
    [({"negation": -0.1}, "negation"), ({"negation": 1.1}, "negation"), ({"max_asides": -1}, "max_asides")],
)
def test_bad_settings_of_reviews_are_named(options, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        generated_reviews(3, rng=generator(), **options)
