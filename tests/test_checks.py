"""Every check: what it returns, and each of its messages once."""

import datetime
import fractions

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook import checks

GENERATOR = np.random.default_rng(0)
MASKED = np.ma.masked_array([1.0, 2.0], [False, True])


def test_numbers_of_every_kind_become_floats():
    for value in ([1, 2], (True, False), np.float32([0.5]), np.uint8([3]), [fractions.Fraction(1, 4)]):
        result = checks.array(value, "x")
        assert result.dtype == np.float64
        np.testing.assert_array_equal(result, np.array([float(v) for v in value]))


def test_a_fraction_alone_is_a_number():
    assert checks.array(fractions.Fraction(1, 4), "x", ()) == 0.25


def test_single_precision_stays_where_it_may():
    assert checks.array(np.ones(2, np.float32), "x", float32=True).dtype == np.float32
    assert checks.array(np.ones(2, np.float16), "x", float32=True).dtype == np.float64


def test_an_unmasked_masked_array_is_an_array():
    np.testing.assert_array_equal(checks.array(np.ma.masked_array([1.0, 2.0]), "x"), [1, 2])


def test_further_axes_may_follow():
    assert checks.array(np.ones((2, 3, 4)), "x", ("n", 3, ...)).shape == (2, 3, 4)
    assert checks.array(np.ones((2, 3)), "x", ("n", 3, ...)).shape == (2, 3)
    assert checks.array(np.ones((2, 5, 3)), "x", ("n", ..., 3)).shape == (2, 5, 3)
    assert checks.array(np.ones(3), "x", (..., 3)).shape == (3,)


def test_whole_floats_are_integers():
    result = checks.integers([0.0, 2.0], "y", most=2)
    assert result.dtype == np.int64
    assert result.tolist() == [0, 2]


@given(st.integers(1, 12).flatmap(lambda n: st.lists(st.floats(0.01, 1), min_size=n, max_size=n)))
def test_single_precision_sums_to_one(weights):
    rounded = (np.array(weights) / np.sum(weights)).astype(np.float32)
    result = checks.probabilities(rounded, "start")
    assert result.sum() == pytest.approx(1, abs=1e-15)
    np.testing.assert_allclose(result, rounded, rtol=1e-6)


def test_typed_decimals_stay_as_they_are():
    typed = np.array([[0.7, 0.3], [0.1, 0.9]])
    result = checks.probabilities(typed, "transition", ("n", 2))
    np.testing.assert_array_equal(result, typed)
    result[0] = 0
    assert typed[0, 0] == 0.7


def test_numbers_and_texts_keep_their_type():
    assert checks.real(np.uint8([3]), "x").dtype == np.uint8
    assert checks.values(np.float32([0.5]), "x").dtype == np.float32
    assert checks.values(["a", "bc"], "x").tolist() == ["a", "bc"]
    assert checks.texts(iter(["a", "bc"]), "words") == ("a", "bc")
    assert checks.text("a", "word") == "a"
    assert np.isnan(checks.values([1.0, np.nan], "x", finite=False)[1])


def test_scalars():
    assert checks.count(np.int8(3), "n") == 3
    assert checks.number(np.float32(0.5), "rate") == 0.5
    assert checks.number(np.array(2), "rate") == 2.0
    assert checks.probability(1, "p") == 1.0
    assert checks.rng(GENERATOR) is GENERATOR
    assert checks.choice("a", "kind", ["a", "b"]) == "a"
    assert checks.sides([2, np.int64(3)], "shape") == (2, 3)
    assert checks.sides(4, "shape") == (4,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: checks.array("abc", "x"), "x must be an array of real numbers, got texts"),
        (lambda: checks.array([1j], "x"), "x must be an array of real numbers, got complex numbers"),
        (
            lambda: checks.array([np.datetime64("2020-01-01")], "x"),
            "x must be an array of real numbers, got dates",
        ),
        (
            lambda: checks.array([datetime.date(2020, 1, 1)], "x"),
            r"x must be an array of real numbers, got \[datetime",
        ),
        (lambda: checks.array(None, "x"), "x must be an array of real numbers, got None"),
        (lambda: checks.array([[1], [1, 2]], "x"), r"x must be an array of numbers, got \[\[1\], \[1, 2\]\]"),
        (lambda: checks.array(MASKED, "x"), "x must not be masked"),
        (lambda: checks.array([MASKED, MASKED], "x"), "x must not be masked"),
        (lambda: checks.array([], "x"), r"x must not be empty, got shape \(0,\)"),
        (lambda: checks.array([1, 2], "x", (3,)), r"x must have shape \(3,\), got shape \(2,\)"),
        (lambda: checks.array(1, "x", ("n", ...)), r"x must have shape \(n, \.\.\.\), got shape \(\)"),
        (
            lambda: checks.array(np.ones((2, 4)), "x", ("n", ..., 3)),
            r"x must have shape \(n, \.\.\., 3\), got",
        ),
        (lambda: checks.array(np.ones(3), "x", ("n", ..., 3)), r"x must have shape \(n, \.\.\., 3\), got"),
        (lambda: checks.array([1, -2], "x", least=0), "x must be at least 0, got -2 at position 1"),
        (lambda: checks.array([1, 5], "x", least=0, most=4), "x must be at least 0 and at most 4, got 5 at"),
        (lambda: checks.array([1, 10**400], "x"), "x must be finite, got inf at position 1"),
        (lambda: checks.real([1j], "x"), "x must be an array of real numbers, got complex numbers"),
        (lambda: checks.values(["a", 1], "x"), r"x must be numbers alone or texts alone, got \['a', 1\]"),
        (lambda: checks.values([b"a"], "x"), "x must be an array of real numbers, got bytes"),
        (lambda: checks.values(MASKED, "x"), "x must not be masked"),
        (lambda: checks.values(["a"], "x", (2,)), r"x must have shape \(2,\), got shape \(1,\)"),
        (lambda: checks.text(3, "word"), "word must be a text, got 3"),
        (lambda: checks.texts("ab", "words"), "words must be texts, got 'ab'"),
        (lambda: checks.texts(["a", 3], "words"), r"words must be texts, got \['a', 3\]"),
        (lambda: checks.texts(np.array("a"), "words"), "words must be texts, got array"),
        (
            lambda: checks.room((2**15, 2**15), "y"),
            r"y must ask for an array of at most .*, got shape \(32768,",
        ),
        (lambda: checks.array([1, np.nan], "x"), "x must be finite, got nan at position 1"),
        (lambda: checks.array([[1, np.inf]], "x"), r"x must be finite, got inf at \(0, 1\)"),
        (lambda: checks.integers([1, -1], "y"), "y must be whole numbers from 0 up, got -1 at position 1"),
        (lambda: checks.integers([0.5], "y", most=3), "y must be whole numbers from 0 to 3, got 0.5"),
        (lambda: checks.integers([2.0**63], "y"), "y must be whole numbers from 0 up, got 9.223372037e"),
        (lambda: checks.integers([np.nan], "y"), "y must be whole numbers from 0 up, got nan"),
        (lambda: checks.count(0, "n"), "n must be a whole number of at least 1, got 0"),
        (lambda: checks.count(2.0, "n"), "n must be a whole number of at least 1, got 2.0"),
        (lambda: checks.count(True, "n"), "n must be a whole number of at least 1, got True"),
        (
            lambda: checks.count(2**70, "n"),
            "n must be a whole number from 1 to 9223372036854775807, got 1180591",
        ),
        (lambda: checks.count(10**5000, "n"), "n must be a whole number from 1 to .*, got a very long int"),
        (lambda: checks.count("3", "n", 0, 2), "n must be a whole number from 0 to 2, got '3'"),
        (lambda: checks.number("1", "rate"), "rate must be a finite number, got '1'"),
        (lambda: checks.number(True, "rate"), "rate must be a finite number, got True"),
        (lambda: checks.number(np.nan, "rate"), "rate must be a finite number, got nan"),
        (lambda: checks.number(10**400, "rate"), "rate must be a finite number, got 1000"),
        (lambda: checks.number([1.0], "rate"), r"rate must be a finite number, got \[1.0\]"),
        (lambda: checks.number(np.ones(2), "rate"), r"must be a finite number, got an array of shape \(2,\)"),
        (
            lambda: checks.number(2, "rate", above=0, most=1),
            "rate must be a finite number, above 0 and at most 1, got 2",
        ),
        (lambda: checks.positive(0, "rate"), "rate must be a finite number, above 0, got 0"),
        (lambda: checks.not_negative(-1, "rate"), "rate must be a finite number, at least 0, got -1"),
        (lambda: checks.probability(2, "p"), "p must be a finite number, at least 0 and at most 1, got 2"),
        (lambda: checks.probabilities(0.5, "p"), "p must be a list of probabilities, got 0.5"),
        (lambda: checks.probabilities([1.5, -0.5], "p"), "p must be probabilities, finite and not negative"),
        (lambda: checks.probabilities([0.5, 0.4], "p"), "p must sum to 1, got sum 0.9"),
        (
            lambda: checks.probabilities([[1, 0], [0.5, 0.4]], "p"),
            "p must have rows that sum to 1, got row 1 with sum 0.9",
        ),
        (lambda: checks.rng(42), r"rng must be a numpy.random.Generator, such as .*, got 42"),
        (
            lambda: checks.sides((3, 0), "shape", 1),
            r"shape must be a shape of whole numbers of at least 1, got",
        ),
        (lambda: checks.sides(2.5, "shape"), "shape must be a shape of whole numbers of at least 0, got 2.5"),
        (lambda: checks.choice("c", "kind", ["a", "b"]), "kind must be one of a, b, got 'c'"),
        (lambda: checks.choice(["a"], "kind", ["a", "b"]), "kind must be one of a, b, got"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
