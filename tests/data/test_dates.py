"""Dates as people write them."""

import datetime

import numpy as np
import pytest

from dlbook.data import DATE_FORMATS, LOCALES, written_dates


def draw(n, seed=0, **options):
    return written_dates(n, rng=np.random.default_rng(seed), **options)


@pytest.mark.parametrize(
    ("locale", "form", "expected"),
    [
        ("en_US", "full", "saturday, february 29, 2020"),
        ("en_US", "medium", "feb 29, 2020"),
        ("en_GB", "long", "29 february 2020"),
        ("de", "medium", "29.02.2020"),
        ("fr", "full", "samedi 29 février 2020"),
        ("hi", "long", "29 फ़रवरी 2020"),
    ],
)
def test_known_dates(locale, form, expected):
    texts, answers = draw(800, locales=[locale], formats=[form], first_year=2020, last_year=2020)
    assert dict(zip(answers, texts, strict=True))["2020-02-29"] == expected


def test_answers_are_the_dates():
    texts, answers = draw(300, locales=["de"], formats=["medium"])
    for text, answer in zip(texts, answers, strict=True):
        day, month, year = text.split(".")
        assert answer == f"{year}-{month}-{day}"
        datetime.date.fromisoformat(answer)


def test_a_text_belongs_to_one_date():
    texts, answers = draw(20_000, first_year=2011, last_year=2012)
    known = {}
    for text, answer in zip(texts, answers, strict=True):
        assert known.setdefault(text, answer) == answer
    assert len(known) > 5_000


def test_same_seed_same_dates_and_every_kind_occurs():
    assert draw(50, seed=4) == draw(50, seed=4)
    assert draw(50, seed=4) != draw(50, seed=5)
    texts, answers = draw(2_000)
    assert any("mercredi" in text for text in texts)
    assert any("\u0905" <= letter <= "\u0939" for text in texts for letter in text)
    assert all(text == text.lower() and "\u00a0" not in text and "\u202f" not in text for text in texts)
    years = [int(answer[:4]) for answer in answers]
    assert min(years) < 1910
    assert max(years) > 2090
    assert len(LOCALES) == 8
    assert len(DATE_FORMATS) == 3


def test_one_year_and_one_day():
    _, answers = draw(400, first_year=1, last_year=1)
    assert all(answer.startswith("0001-") for answer in answers)
    assert len(draw(1)[0]) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"locales": ["xx"]}, "^locales must be names that Babel knows"),
        ({"locales": []}, "^locales must have at least one entry"),
        ({"locales": "de"}, "^locales must be texts"),
        ({"formats": ["huge"]}, "^formats must be one of"),
        ({"first_year": 0}, "^first_year must"),
        ({"last_year": 1800}, "^last_year must"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        draw(3, **options)
    with pytest.raises(ValueError, match=r"^n_samples must"):
        draw(0)
