"""Readers load the book's style sheets without comments, and with every rule."""

import re
from pathlib import Path

import pytest
from sphinx_book.assets import OWN_SHEETS, without_comments

ROOT = Path(__file__).parents[2]
SHEETS = [
    path
    for folder in ("tools/sphinx_book/static", "src/dlbook/display/assets")
    for path in (ROOT / folder).glob("*.css")
]


def test_every_sheet_of_the_book_is_listed() -> None:
    assert {path.name for path in SHEETS} == set(OWN_SHEETS)


def test_a_comment_goes_and_the_rules_around_it_stay() -> None:
    assert (
        without_comments("a { b: c }\n/* one\n   two */\nd { e: f } /* g */\n") == "a { b: c }\nd { e: f } "
    )


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_all_rules_of_a_sheet_are_left(path: Path) -> None:
    sheet = path.read_text(encoding="utf-8")
    kept = without_comments(sheet)
    assert "/*" not in kept
    outside = [part.partition("*/")[2] if i else part for i, part in enumerate(sheet.split("/*"))]
    assert re.sub(r"\s", "", kept) == re.sub(r"\s", "", "".join(outside))
