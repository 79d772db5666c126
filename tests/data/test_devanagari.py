import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook.data import devanagari_by_rules, devanagari_names, devanagari_words, latin_spelling


def draw(n_words=300, seed=0, **options):
    return devanagari_words(n_words, rng=np.random.default_rng(seed), **options)


@pytest.mark.parametrize(
    ("word", "latin"),
    [
        ("राम", "raam"),
        ("कमल", "kamal"),
        ("नमस्ते", "namaste"),
        ("मित्र", "mitra"),
        ("हिन्दी", "hindee"),
        ("हिंदी", "hindee"),
        ("दिल्ली", "dillee"),
        ("मुंबई", "munbaee"),
        ("आम", "aam"),
        ("अंग", "ang"),
        ("न", "na"),
    ],
)
def test_known_words(word, latin):
    assert latin_spelling(word) == latin


def test_words_are_spelt_by_the_rules():
    words = draw(1000)
    assert len({latin for latin, _ in words}) == 1000
    for latin, word in words:
        assert latin_spelling(word) == latin
        assert re.fullmatch("[a-z]+", latin)


def test_one_seed_draws_one_list():
    assert draw() == draw()
    assert draw() != draw(seed=1)
    assert max(len(word) for _, word in draw(max_syllables=2)) < max(len(word) for _, word in draw())


@pytest.mark.parametrize(("latin", "word"), [("chhat", "छत"), ("fax", "फक"), ("aam", "आम"), ("quiz", "कुइज")])
def test_rules_run_backwards(latin, word):
    assert devanagari_by_rules(latin) == word


def test_rules_find_again_what_has_one_spelling():
    words = draw(2000)
    back = [devanagari_by_rules(latin) for latin, _ in words]
    # the rules write another word that is spelt alike, but for the few that can be cut in two ways
    alike = [latin_spelling(found) == latin for (latin, _), found in zip(words, back, strict=True)]
    assert np.mean(alike) > 0.97
    # and the very word where no letter shares its spelling with a likelier one, with as few exceptions
    plain = [i for i, (_, word) in enumerate(words) if not set(word) & set("टठडढणषं")]
    assert np.mean([back[i] == words[i][1] for i in plain]) > 0.95
    assert 0.5 < np.mean([found == word for (_, word), found in zip(words, back, strict=True)]) < 0.8


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_rules_write_any_word(latin):
    assert re.fullmatch("[\u0901-\u094d]+", devanagari_by_rules(latin))


def test_names():
    names = dict(devanagari_names())
    assert 250 < len(names) < 400
    assert names["kolkata"] == "कोलकाता"
    assert list(names) == sorted(names)
    assert all(re.fullmatch("[a-z]{3,12}", latin) for latin in names)
    assert not any("\u093c" in word for word in names.values())


def test_names_agree_with_babel():
    import babel

    cities = {
        entry.get("city", "").replace("\u093c", "") for entry in babel.Locale.parse("hi").time_zones.values()
    }
    plain = [word for _, word in devanagari_names() if word in cities]
    assert len(plain) > 0.9 * len(devanagari_names())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_words": 0}, "n_words must be a whole number"),
        ({"n_words": 100_001}, "n_words must be a whole number"),
        ({"max_syllables": 1}, "max_syllables must be a whole number of at least 2, got 1"),
    ],
)
def test_bad_numbers(options, message):
    with pytest.raises(ValueError, match=message):
        draw(**options)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("", "word must have at least one character"),
        ("ram", "word must be spelt in Devanagari, got 'r' at place 0"),
        ("िक", "at place 0"),
        ("क््", "at place 2"),
        ("काि", "at place 2"),
        ("क्", "word must not end with a virama"),
        (3, "word must be a text"),
    ],
)
def test_bad_words(word, message):
    with pytest.raises(ValueError, match=message):
        latin_spelling(word)


def test_other_bad_arguments():
    for latin in ("", "Ram", "new york"):
        with pytest.raises(ValueError, match="latin must have letters from a to z only"):
            devanagari_by_rules(latin)
    with pytest.raises(ValueError, match="rng must be"):
        devanagari_words(3, rng=0)
