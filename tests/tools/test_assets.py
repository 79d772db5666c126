"""Readers load the book's style sheets and scripts without comments, and with all that they do."""

import re
from pathlib import Path

import pytest
from py_mini_racer import MiniRacer
from rcssmin import cssmin
from rjsmin import jsmin
from sphinx_book.assets import own_assets

SHEETS = [path for path in own_assets() if path.suffix == ".css"]
SCRIPTS = [path for path in own_assets() if path.suffix == ".js"]
WORD = re.compile(r"[\w$]+")


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_all_rules_of_a_sheet_are_left(path: Path) -> None:
    sheet = path.read_text(encoding="utf-8")
    kept = cssmin(sheet)
    assert "/*" not in kept
    outside = [part.partition("*/")[2] if i else part for i, part in enumerate(sheet.split("/*"))]
    assert plain(kept) == plain("".join(outside))


def plain(sheet: str) -> str:
    """Leave out what a style sheet may do without: spaces, and a semicolon before a brace."""
    return re.sub(r"\s", "", sheet).replace(";}", "}")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_stays_one_and_keeps_its_words(path: Path) -> None:
    script = path.read_text(encoding="utf-8")
    kept = jsmin(script)
    assert len(kept) < 0.95 * len(script)
    assert not re.search(r"^\s*(//|/?\*)", kept, flags=re.MULTILINE)
    MiniRacer().eval(f"(() => {{\n{kept}\n}}); 0")  # it is still a program
    assert WORD.findall(kept) == WORD.findall(without_comments(script))


def without_comments(script: str) -> str:
    """Leave out the lines of comments, and what stands behind a statement."""
    return re.sub(
        r"/\*.*?\*/|^\s*//[^\n]*|(?<=[;{}(),\s])//\s[^\n]*", "", script, flags=re.DOTALL | re.MULTILINE
    )
