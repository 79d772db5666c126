"""The English text: prose only, whatever version of Python it comes from."""

import re
import string

import pytest

from dlbook.data import english
from dlbook.data.english import english_text


@pytest.fixture(scope="module")
def paragraphs():
    return english_text().split("\n\n")


def test_text_is_large_enough_to_learn_from(paragraphs):
    assert 150_000 < len(english_text()) < 400_000
    assert 600 < len(paragraphs) < 2000


def test_text_is_plain(paragraphs):
    allowed = set(string.printable) - set("\t\r\x0b\x0c")
    assert set(english_text()) <= allowed
    for paragraph in paragraphs:
        assert paragraph == " ".join(paragraph.split())
        assert paragraph[0] in string.ascii_uppercase
        assert paragraph.rstrip(")")[-1] in ".!?"
        assert len(paragraph.split()) >= 8


def test_no_paragraph_comes_twice(paragraphs):
    assert len(set(paragraphs)) == len(paragraphs)


def test_text_is_english(paragraphs):
    words = re.findall(r"[a-z]+", english_text().lower())
    share = sum(word in {"the", "a", "of", "is", "to", "and", "in"} for word in words) / len(words)
    assert 0.15 < share < 0.35
    letters = sum(character in string.ascii_letters + " " for character in english_text())
    assert letters / len(english_text()) > 0.9


def test_no_layout_is_left(paragraphs):
    for paragraph in paragraphs:
        assert not re.search(r"::=|>>>|\[\d+\]|={3}|\*{3}|-{3}|\+--", paragraph)


def test_page_with_every_kind_of_layout():
    page = """A title
*******

   grammar ::= "word" | "other"

The *first* paragraph about "*args" goes over lines with a built-
in word [3] and “quotes” – that’s all.

* A point of a list that is long enough to count as a
  sentence.

+-----+-----+
| A table of many words that should not be in the text. |
+-----+-----+

   >>> print("A program of many words that should not be in the text.")

Too short to keep.

no capital at the start of this one, so it is not a sentence.

This one goes on after its end with something else:

Changed in version 3.9: The old thing was replaced by a new thing that is better.

PEP 1 - About nothing The proposal that describes what nothing is and why.
"""
    assert english._prose(page) == [
        'The first paragraph about *args goes over lines with a built-in word and "quotes" - that\'s all.',
        "A point of a list that is long enough to count as a sentence.",
        "The old thing was replaced by a new thing that is better.",
    ]
