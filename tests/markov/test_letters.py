import itertools
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.data import english_text
from dlbook.markov.chain import MarkovChain
from dlbook.markov.letters import ALPHABET, LetterModel, normalize_letters

TEXT = normalize_letters(english_text())


class Naive:
    """Witten-Bell smoothing with dictionaries, one letter at a time."""

    def __init__(self, text, order, alphabet):
        self.order, self.alphabet = order, alphabet
        self.after = defaultdict(Counter)
        for position, letter in enumerate(text):
            for length in range(min(order, position) + 1):
                self.after[text[position - length : position]][letter] += 1

    def probability(self, letter, context):
        context = context[max(len(context) - self.order, 0) :]
        result = 1 / len(self.alphabet)
        for length in range(len(context) + 1):
            counted = self.after.get(context[len(context) - length :])
            if counted:
                total, different = sum(counted.values()), len(counted)
                result = (counted[letter] + different * result) / (total + different)
        return result


# 1. numbers worked out by hand


def test_abracadabra_without_smoothing():
    """a is followed by b, c, d, b."""
    model = LetterModel("abracadabra", 1, alphabet="abcdr", smoothing="none")
    np.testing.assert_allclose(model.probabilities("a"), [0, 1 / 2, 1 / 4, 1 / 4, 0], rtol=1e-15)
    np.testing.assert_allclose(model.probabilities(), np.array([5, 2, 1, 1, 2]) / 11, rtol=1e-15)
    np.testing.assert_allclose(model.bits("abc"), [np.log2(11 / 5), 1, np.inf], rtol=1e-14)
    assert model.cross_entropy("abc") == np.inf
    assert model.n_contexts == 5


def test_abracadabra_with_witten_bell():
    """Order 0: (5 + 5 / 5) / 16 for a, (2 + 1) / 16 for b. After a: 4 letters, 3 different ones."""
    model = LetterModel("abracadabra", 1, alphabet="abcdr")
    order_0 = np.array([6, 3, 2, 2, 3]) / 16
    np.testing.assert_allclose(model.probabilities(), order_0, rtol=1e-15)
    expected = (np.array([0, 2, 1, 1, 0]) + 3 * order_0) / 7
    np.testing.assert_allclose(model.probabilities("a"), expected, rtol=1e-15)
    np.testing.assert_allclose(model.probabilities("rca"), expected, rtol=1e-15)
    np.testing.assert_allclose(model.bits("ab"), -np.log2([order_0[0], expected[1]]), rtol=1e-14)


def test_letters_that_alternate():
    """(8 + 1) / 18 for the first b, then 7.5 / 8 for a after b and 8.5 / 9 for b after a."""
    model = LetterModel("ab" * 8, 1, alphabet="ab")
    expected = -np.log2([0.5, *[7.5 / 8, 8.5 / 9] * 3, 7.5 / 8])
    np.testing.assert_allclose(model.bits("babababa"), expected, rtol=1e-14)


def test_the_alphabet_has_27_letters():
    assert len(ALPHABET) == 27
    assert np.log2(len(ALPHABET)) == pytest.approx(4.7549, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's 3 o'clock -- already?", "it s o clock already"),
        ("  two\n\twords ", "two words"),
        ("É!", ""),
        ("", ""),
    ],
)
def test_normalized_text(text, expected):
    assert normalize_letters(text) == expected


# 2. parity with other routes


@pytest.mark.parametrize("order", [0, 1, 2, 3, 5])
def test_the_same_as_the_naive_version(order):
    rng = np.random.default_rng(order)
    text = "".join(rng.choice(list("abcd "), p=[0.4, 0.3, 0.15, 0.05, 0.1], size=300))
    test = "".join(rng.choice(list("abcde "), size=60))
    alphabet = "abcde "
    model, naive = LetterModel(text, order, alphabet=alphabet), Naive(text, order, alphabet)
    expected = [-np.log2(naive.probability(letter, test[:position])) for position, letter in enumerate(test)]
    np.testing.assert_allclose(model.bits(test), expected, rtol=1e-12)
    for context in ("", "e", "ab", "eeeee", test):
        by_letter = [naive.probability(letter, context) for letter in alphabet]
        np.testing.assert_allclose(model.probabilities(context), by_letter, rtol=1e-12)


def test_order_one_without_smoothing_is_a_markov_chain():
    train, test = TEXT[:20_000], TEXT[:500]
    model = LetterModel(train, 1, smoothing="none")
    chain = MarkovChain.from_sequences([train], states=ALPHABET)
    for letter in "aeq ":
        np.testing.assert_allclose(
            model.probabilities(letter), chain.transition[ALPHABET.index(letter)], rtol=1e-13
        )
    by_chain = chain.path_log_probability(test, given_first=True) / np.log(2)
    assert -model.bits(test)[1:].sum() == pytest.approx(by_chain, rel=1e-12)


def test_training_cross_entropy_of_order_zero_is_the_entropy_of_the_letters():
    from scipy.stats import entropy

    model = LetterModel(TEXT, 0, smoothing="none")
    share = np.array([TEXT.count(letter) for letter in ALPHABET]) / len(TEXT)
    assert model.cross_entropy(TEXT) == pytest.approx(entropy(share, base=2), rel=1e-12)


# 3. brute force over all texts


@pytest.mark.parametrize("smoothing", ["witten-bell", "none"])
@pytest.mark.parametrize("order", [0, 1, 3])
def test_the_probabilities_of_all_texts_sum_to_one(order, smoothing):
    model = LetterModel("abbacabbcab", order, alphabet="abc", smoothing=smoothing)
    texts = ("".join(letters) for letters in itertools.product("abc", repeat=5))
    assert sum(2 ** -model.bits(text).sum() for text in texts) == pytest.approx(1, abs=1e-12)


# 4. invariants


@given(
    text=st.text("abc", min_size=6, max_size=40),
    test=st.text("abc", min_size=1, max_size=20),
    order=st.integers(0, 5),
    smoothing=st.sampled_from(["witten-bell", "none"]),
)
@settings(deadline=None, max_examples=120)
def test_every_context_has_a_distribution_and_two_routes_agree(text, test, order, smoothing):
    model = LetterModel(text, order, alphabet="abc", smoothing=smoothing)
    bits = model.bits(test)
    assert bits.min() >= 0
    for position, letter in enumerate(test):
        probability = model.probabilities(test[:position])
        assert probability.sum() == pytest.approx(1, abs=1e-12)
        assert bits[position] == pytest.approx(
            -np.log2(max(probability["abc".index(letter)], 5e-324)), abs=1e-9
        ) or (bits[position] == np.inf and probability["abc".index(letter)] == 0)
    if smoothing == "witten-bell":
        assert np.isfinite(bits).all()


@given(text=st.text("ab ", min_size=3, max_size=30))
@settings(deadline=None, max_examples=60)
def test_normalizing_twice_changes_nothing(text):
    once = normalize_letters(text)
    assert normalize_letters(once) == once
    assert "  " not in once


def test_english_gets_easier_with_every_order_up_to_four():
    cut = int(0.8 * len(TEXT))
    train, test = TEXT[:cut], TEXT[cut:]
    held_out = [LetterModel(train, order).cross_entropy(test) for order in range(5)]
    seen = [LetterModel(train, order, smoothing="none").cross_entropy(train) for order in range(5)]
    assert np.log2(27) > held_out[0] > 3.9
    assert np.diff(held_out).max() < -0.05
    assert np.diff(seen).max() < -0.2
    assert all(a < b for a, b in zip(seen, held_out, strict=True))
    assert held_out[4] < 2.0
    assert LetterModel(train, 4, smoothing="none").cross_entropy(test) == np.inf


def test_samples_follow_the_counts():
    model = LetterModel("aab" * 400, 1, alphabet="ab", smoothing="none")
    text = model.sample(20_000, rng=np.random.default_rng(0))
    assert len(text) == 20_000
    assert "bb" not in text
    assert text.count("ab") / text.count("a") == pytest.approx(0.5, abs=0.02)
    assert text.count("a") / len(text) == pytest.approx(2 / 3, abs=0.02)


def test_samples_hold_only_groups_that_occurred_where_there_is_no_smoothing():
    train = TEXT[:30_000]
    text = LetterModel(train, 3, smoothing="none").sample(2_000, rng=np.random.default_rng(3))
    groups = {train[k : k + 4] for k in range(len(train) - 3)}
    assert {text[k : k + 4] for k in range(len(text) - 3)} <= groups


def test_a_sample_continues_its_start():
    model = LetterModel("abcabcabcabc", 2, alphabet="abc", smoothing="none")
    rng = np.random.default_rng(0)
    assert model.sample(4, rng=rng, start="ab") == "cabc"
    assert model.sample(1, rng=rng, start="bc") == "a"
    same = [LetterModel(TEXT[:5000], 2).sample(50, rng=np.random.default_rng(7)) for _ in range(2)]
    assert same[0] == same[1]


# degenerate cases


def test_a_text_one_letter_longer_than_the_order():
    model = LetterModel("abc", 2, alphabet="abc")
    assert model.n_contexts == 1
    assert model.probabilities("ab").argmax() == 2
    assert repr(model) == "LetterModel(order=2, n_contexts=1)"


def test_a_group_that_never_occurred_is_cut():
    model = LetterModel("aabab", 2, alphabet="abc", smoothing="none")
    np.testing.assert_array_equal(model.probabilities("ca"), model.probabilities("a"))
    np.testing.assert_array_equal(model.probabilities("cc"), model.probabilities(""))


def test_the_largest_order_for_27_letters():
    assert LetterModel("abcdefghijklmnop", 12).order == 12
    with pytest.raises(ValueError, match="order must be at most 12 for 27 letters, got 13"):
        LetterModel("abcdefghijklmnop", 13)


# bad input


@pytest.mark.parametrize(
    ("text", "order", "arguments", "message"),
    [
        ("abc", -1, {}, "^order must"),
        ("abc", 1.0, {}, "^order must"),
        ("abc", 3, {}, "text must have more than order=3 letters, got 3"),
        ("", 0, {}, "text must have more than order=0 letters, got 0"),
        ("ab!", 0, {}, "text must hold letters of .* alone, got '!' at position 2"),
        (
            "aba",
            0,
            {"alphabet": "aba"},
            "alphabet must hold at least two letters, all different, got 'a' twice",
        ),
        ("aa", 0, {"alphabet": "a"}, "alphabet must hold at least two letters"),
        ("ab", 0, {"smoothing": "laplace"}, "^smoothing must"),
    ],
)
def test_bad_arguments_are_named(text, order, arguments, message):
    with pytest.raises(ValueError, match=message):
        LetterModel(text, order, **arguments)


def test_bad_arguments_of_the_methods_are_named():
    model = LetterModel("abracadabra", 1, alphabet="abcdr")
    with pytest.raises(ValueError, match="text must have at least one letter, got none"):
        model.bits("")
    with pytest.raises(ValueError, match="got 'x' at position 1"):
        model.cross_entropy("ax")
    with pytest.raises(ValueError, match="context must hold letters of 'abcdr' alone, got 'x' at position 0"):
        model.probabilities("x")
    with pytest.raises(ValueError, match="start must hold letters"):
        model.sample(3, rng=np.random.default_rng(0), start="x")
    with pytest.raises(ValueError, match=r"^length must"):
        model.sample(0, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="alphabet must contain a space, got 'abc'"):
        normalize_letters("a b", "abc")
