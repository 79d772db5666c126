"""The language model of the commands."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.data.speech import COMMANDS, command_phrases
from dlbook.markov.speech import BigramModel

PHRASES = ["go left", "go right", "stop", "go left go right"]


def rng(seed=0):
    return np.random.default_rng(seed)


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


# bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: BigramModel.fit([]), r"^phrases must"),
        (lambda: BigramModel.fit(["go", ""]), r"^phrases must"),
        (lambda: BigramModel.fit(["go fly"], ["go"]), "phrases must use the words go, got 'fly'"),
        (lambda: BigramModel.fit(["go"], ["go", "no"], smoothing=0), "nothing was counted after 'no'"),
        (lambda: BigramModel.fit(["go"], smoothing=-1), r"^smoothing must"),
        (lambda: BigramModel(["a", "a"], np.ones((3, 3))), "words must be different, at least one"),
        (lambda: BigramModel(["<s>"], np.ones((2, 2))), "words must not contain <s> or </s>"),
        (lambda: BigramModel(["a"], np.ones((3, 3))), r"counts must have shape \(2, 2\)"),
        (lambda: BigramModel(["a"], -np.ones((2, 2))), r"^counts must"),
        (lambda: BigramModel.uniform(["a"]).probability("b"), "word must be one of a, got 'b'"),
        (lambda: BigramModel.uniform(["a"]).log_probability("a b"), "phrase must be one of a, got 'b'"),
        (lambda: BigramModel.uniform(["a"]).perplexity([]), "phrases must be at least one, got none"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
