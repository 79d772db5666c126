"""Word errors, and the interval of their rate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.metrics import WordErrors, bootstrap_interval, total_errors, word_errors


def rng(seed=0):
    return np.random.default_rng(seed)


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
    ("call", "name"),
    [
        (lambda: word_errors(3, "a"), "reference"),
        (lambda: word_errors("a", ["a", None]), "hypothesis"),
        (lambda: total_errors([]), "utterances"),
        (lambda: total_errors([3]), "utterances"),
        (lambda: bootstrap_interval([word_errors("a", "a")], rng=rng()), "utterances"),
        (lambda: bootstrap_interval([word_errors("", "")] * 2, rng=rng()), "utterances"),
        (lambda: bootstrap_interval([word_errors("a", "a")] * 2, rng=rng(), level=1), "level"),
        (lambda: bootstrap_interval([word_errors("a", "a")] * 2, rng=0), "rng"),
        (lambda: WordErrors(0, -1, 0, 0), "deletions"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        call()
