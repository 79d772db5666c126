"""The lexicon, and the grammar of the commands."""

import itertools

import numpy as np
import pytest

from dlbook.data.speech import COMMANDS, Lexicon, command_phrases


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


# bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Lexicon({}), "pronunciations must hold at least one word, got none"),
        (lambda: Lexicon({"a": ""}), "must give every word a unit, got none for 'a'"),
        (lambda: Lexicon({"a b": "A"}), r"^pronunciations must"),
        (lambda: Lexicon({"a": "SIL"}), "pronunciations must not use SIL, got it in 'a'"),
        (lambda: Lexicon({"a": ["A B"]}), r"^pronunciations must"),
        (lambda: COMMANDS.spell("fly"), "word must be one of go, .*, got 'fly'"),
        (lambda: command_phrases(0, rng=rng()), "count must be a whole number of at least 1, got 0"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
