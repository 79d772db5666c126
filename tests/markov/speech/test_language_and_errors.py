"""The lexicon, the language model, word errors, and the grammar of the commands."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.markov.speech import (
    COMMANDS,
    BigramModel,
    Lexicon,
    WordErrors,
    bootstrap_interval,
    command_phrases,
    total_errors,
    word_errors,
)

PHRASES = ["go left", "go right", "stop", "go left go right"]


def rng(seed=0):
    return np.random.default_rng(seed)


# the lexicon


def test_words_and_units():
    lexicon = Lexicon({"two": "T UW", "ten": ["T", "EH", "N"]})
    assert lexicon.words == ("two", "ten")
    assert lexicon.units == ("EH", "N", "T", "UW")
    assert lexicon.spell("ten") == ("T", "EH", "N")
    assert len(lexicon) == 2
    assert "ten" in lexicon
    assert "T" not in lexicon


def test_a_lexicon_grows_without_changing():
    small = Lexicon({"two": "T UW"})
    large = small.extended({"one": "W AH N"})
    assert (small.words, large.words) == (("two",), ("two", "one"))


def test_the_commands():
    assert len(COMMANDS) == 10
    assert len(COMMANDS.units) == 19
    assert COMMANDS.spell("stop") == ("S", "T", "AA", "P")
    assert Lexicon.whole_words(COMMANDS.words).units == tuple(sorted(COMMANDS.words))


# the language model: hand numbers


def test_bigrams_by_hand():
    """After <s>: go 3, stop 1. After go: left 2, right 2. After left: the end 1, go 1."""
    model = BigramModel.fit(PHRASES, smoothing=0)
    assert model.words == ("go", "left", "right", "stop")
    np.testing.assert_array_equal(
        model.counts,
        [[3, 0, 0, 1, 0], [0, 2, 2, 0, 0], [1, 0, 0, 0, 1], [0, 0, 0, 0, 2], [0, 0, 0, 0, 1]],
    )
    assert model.probability("go") == 0.75
    assert model.probability("left", after="go") == 0.5
    assert model.probability("</s>", after="left") == 0.5
    assert model.log_probability("go left") == pytest.approx(np.log(0.75 * 0.5 * 0.5), rel=1e-12)
    assert model.log_probability("left") == -np.inf
    assert model.perplexity(["stop", "go right"]) == pytest.approx(
        (1 / 4 * 3 / 4 * 1 / 2) ** (-1 / 5), rel=1e-12
    )
    assert model.perplexity(["right"]) == np.inf


def test_smoothing_by_hand():
    """(2 + 0.5) / (4 + 5 * 0.5) = 2.5 / 6.5 and 0.5 / 6.5."""
    model = BigramModel.fit(PHRASES, smoothing=0.5)
    assert model.probability("left", after="go") == pytest.approx(2.5 / 6.5, rel=1e-12)
    assert model.probability("stop", after="go") == pytest.approx(0.5 / 6.5, rel=1e-12)


def test_nothing_said_is_a_phrase():
    model = BigramModel.uniform(["a", "b", "c"])
    assert model.log_probability("") == pytest.approx(np.log(1 / 4), rel=1e-12)


# the language model: invariants


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=5), min_size=1, max_size=6),
    st.floats(0.01, 5),
)
def test_probabilities_of_all_phrases_sum_to_one(phrases, smoothing):
    model = BigramModel.fit(phrases, ["a", "b", "c"], smoothing=smoothing)
    np.testing.assert_allclose(model.probabilities.sum(axis=1), 1, rtol=1e-12)
    complete = sum(
        np.exp(model.log_probability(words)) for n in range(4) for words in itertools.product("abc", repeat=n)
    )
    # What is missing are phrases of four words and more: the probability that four words come.
    inner, first = model.probabilities[1:, :3], model.probabilities[0, :3]
    assert complete + (first @ np.linalg.matrix_power(inner, 3)).sum() == pytest.approx(1, abs=1e-9)


def test_counted_phrases_are_less_perplexing_than_words_at_random():
    model = BigramModel.fit(command_phrases(300, rng=rng()), COMMANDS.words)
    held_out = command_phrases(100, rng=rng(1))
    assert model.perplexity(held_out) < 5
    assert BigramModel.uniform(COMMANDS.words).perplexity(held_out) == pytest.approx(11, rel=1e-9)
    assert model.perplexity([model.sample(rng=rng(2)) for _ in range(100)]) < 5


def test_sampled_words_follow_the_probabilities():
    model = BigramModel.fit(PHRASES, smoothing=0)
    generator = rng(3)
    drawn = [model.sample(rng=generator) for _ in range(2000)]
    assert np.mean([phrase == ("stop",) for phrase in drawn]) == pytest.approx(0.25, abs=0.04)
    assert all(len(phrase) <= 20 for phrase in drawn)


# the grammar


def test_commands_follow_the_grammar():
    phrases = command_phrases(3000, rng=rng())
    assert {len(phrase) for phrase in phrases} <= set(range(1, 7))
    assert {word for phrase in phrases for word in phrase} == set(COMMANDS.words)
    assert np.mean([phrase == ("stop",) for phrase in phrases]) == pytest.approx(0.15, abs=0.02)
    assert np.mean([phrase[0] == "no" for phrase in phrases]) == pytest.approx(0.25, abs=0.025)
    for phrase in phrases:
        for before, after in itertools.pairwise(phrase):
            assert before != "go" or after in ("left", "right", "up", "down")
            assert after != "no"
            assert before != "stop"
            assert after not in ("one", "two", "three") or before in ("left", "right", "up", "down")


# word errors: hand numbers


@pytest.mark.parametrize(
    ("reference", "hypothesis", "expected"),
    [
        ("go left two", "go left two", (0, 0, 0)),
        ("go left two", "go right two", (1, 0, 0)),
        ("go left two", "left two", (0, 1, 0)),
        ("go left two", "no go left two", (0, 0, 1)),
        ("go left two", "no go left", (0, 1, 1)),
        ("go left two", "", (0, 3, 0)),
        ("", "go", (0, 0, 1)),
        ("", "", (0, 0, 0)),
        ("a b c d", "b c d e", (0, 1, 1)),
        ("a b c", "c a b c d", (0, 0, 2)),
        ("a b", "b a", (2, 0, 0)),  # two substitutions and one gap on each side cost the same
        ("k i t t e n", "s i t t i n g", (2, 0, 1)),
    ],
)
def test_errors_by_hand(reference, hypothesis, expected):
    errors = word_errors(reference, hypothesis)
    assert (errors.substitutions, errors.deletions, errors.insertions) == expected
    assert errors.n_words == len(reference.split())


def test_the_pairs_tell_the_errors():
    errors = word_errors("go left two", "no go left")
    assert errors.pairs == ((None, "no"), ("go", "go"), ("left", "left"), ("two", None))
    assert errors.rate == pytest.approx(2 / 3, rel=1e-12)


def test_rates_at_the_edge():
    assert word_errors("", "").rate == 0
    assert word_errors("", "go").rate == np.inf
    assert word_errors("go", "a b c").rate == 3


def test_long_utterances_count_more():
    both = total_errors([word_errors("go", "no"), word_errors("go left two", "go left two")])
    assert (both.total, both.n_words, both.rate) == (1, 4, 0.25)


# word errors: brute force and invariants


def brute_force(said, heard):
    """Least number of changes, by trying all of them."""
    if not said or not heard:
        return len(said) + len(heard)
    return min(
        brute_force(said[1:], heard[1:]) + (said[0] != heard[0]),
        brute_force(said[1:], heard) + 1,
        brute_force(said, heard[1:]) + 1,
    )


words_of = st.lists(st.sampled_from("abc"), max_size=5)


@settings(max_examples=60, deadline=None)
@given(words_of, words_of)
def test_errors_equal_brute_force(said, heard):
    errors = word_errors(said, heard)
    assert errors.total == brute_force(said, heard)
    assert len(said) - errors.deletions + errors.insertions == len(heard)
    assert [r for r, _ in errors.pairs if r is not None] == said
    assert [h for _, h in errors.pairs if h is not None] == heard
    back = word_errors(heard, said)
    assert (back.substitutions, back.deletions, back.insertions) == (
        errors.substitutions,
        errors.insertions,
        errors.deletions,
    )


@settings(max_examples=40, deadline=None)
@given(words_of, words_of, words_of)
def test_the_triangle_inequality(a, b, c):
    assert word_errors(a, c).total <= word_errors(a, b).total + word_errors(b, c).total


# the interval


def test_the_interval_of_equal_utterances_is_a_point():
    same = [word_errors("go left", "go right")] * 8
    assert bootstrap_interval(same, rng=rng()) == (0.5, 0.5)


def test_the_interval_is_that_of_a_binomial():
    """40 errors in 200 utterances of one word: 0.2 +- 1.96 sqrt(0.2 * 0.8 / 200) = 0.145 to 0.255."""
    one = [WordErrors(1, 0, 0, 1)] * 40 + [WordErrors(0, 0, 0, 1)] * 160
    low, high = bootstrap_interval(one, rng=rng(), n_resamples=4000)
    assert low == pytest.approx(0.145, abs=0.01)
    assert high == pytest.approx(0.255, abs=0.01)
    inner = bootstrap_interval(one, rng=rng(), level=0.5)
    assert low < inner[0] < 0.2 < inner[1] < high


# bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Lexicon({}), "pronunciations must hold at least one word, got none"),
        (lambda: Lexicon({"a": ""}), "must give every word a unit, got none for 'a'"),
        (lambda: Lexicon({"a b": "A"}), "word must be a text without blanks, got 'a b'"),
        (lambda: Lexicon({"a": "SIL"}), "pronunciations must not use SIL, got it in 'a'"),
        (lambda: Lexicon({"a": ["A B"]}), "unit must be a text without blanks, got 'A B'"),
        (lambda: COMMANDS.spell("fly"), "word must be one of go, .*, got 'fly'"),
        (lambda: BigramModel.fit([]), "phrases must be at least one, each of at least one word"),
        (lambda: BigramModel.fit(["go", ""]), "phrases must be at least one, each of at least one word"),
        (lambda: BigramModel.fit(["go fly"], ["go"]), "phrases must use the words go, got 'fly'"),
        (lambda: BigramModel.fit(["go"], ["go", "no"], smoothing=0), "nothing was counted after 'no'"),
        (lambda: BigramModel.fit(["go"], smoothing=-1), "smoothing must be finite and not negative, got -1"),
        (lambda: BigramModel(["a", "a"], np.ones((3, 3))), "words must be different, at least one"),
        (lambda: BigramModel(["<s>"], np.ones((2, 2))), "words must not contain <s> or </s>"),
        (lambda: BigramModel(["a"], np.ones((3, 3))), r"counts must have shape \(2, 2\)"),
        (lambda: BigramModel(["a"], -np.ones((2, 2))), "be finite and not negative"),
        (lambda: BigramModel.uniform(["a"]).probability("b"), "word must be one of a, got 'b'"),
        (lambda: BigramModel.uniform(["a"]).log_probability("a b"), "word must be one of a, got 'b'"),
        (lambda: BigramModel.uniform(["a"]).perplexity([]), "phrases must be at least one, got none"),
        (lambda: command_phrases(0, rng=rng()), "count must be a whole number of at least 1, got 0"),
        (lambda: word_errors(3, "a"), "reference must be a text or a sequence of words, got 3"),
        (lambda: word_errors("a", ["a", None]), "hypothesis must be a text or a sequence of words"),
        (lambda: total_errors([]), "utterances must be at least one, got none"),
        (
            lambda: bootstrap_interval([word_errors("a", "a")], rng=rng()),
            "utterances must be at least 2, got 1",
        ),
        (lambda: bootstrap_interval([word_errors("", "")] * 2, rng=rng()), "at least one word that was said"),
        (
            lambda: bootstrap_interval([word_errors("a", "a")] * 2, rng=rng(), level=1),
            "level must be between 0 and 1, got 1",
        ),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
