"""A chapter as one file: its pages in order, with bookmarks, figures, and links that lead on inside it."""

import re
from pathlib import Path
from typing import Any

import pdf
import pytest
from click.testing import CliRunner

pytestmark = pytest.mark.browser


def titles(content: bytes) -> list[str]:
    """Return the titles in a PDF as Chromium writes it: that of the file, then those of the bookmarks."""
    found = []
    for plain, coded in re.findall(rb"/Title ?(?:\(((?:\\.|[^)\\])*)\)|<([0-9A-Fa-f]+)>)", content):
        text = bytes.fromhex(coded.decode()).decode("utf-16") if coded else plain.decode("latin-1")
        found.append(re.sub(r"\\(.)", r"\1", text))
    return found


@pytest.mark.parametrize("solutions", [False, True])
def test_a_chapter_is_printed(site: Any, tmp_path: Path, solutions: bool) -> None:
    arguments = ["--chapter", "markov", "--out", str(tmp_path), *["--solutions"] * solutions]
    result = CliRunner().invoke(pdf.main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    (file,) = tmp_path.iterdir()
    assert file.name == f"09_markov{'-solutions' * solutions}.pdf"
    content = file.read_bytes()
    assert content.startswith(b"%PDF")
    found = titles(content)
    assert found[0] == "9. Markov models"
    chapter = pdf.chapters()["09_markov"]
    assert len([title for title in found[1:] if re.match(r"9\.\d+\. ", title)]) == len(chapter) - 1
    assert any("Hidden Markov models" in title for title in found)
    assert not [title for title in found if re.search(r"\d\.\d\d$|#$", title)]
    assert len(re.findall(rb"/Type ?/Page\b", content)) > 10 * (len(chapter) - 1)
    assert len(re.findall(rb"/Subtype ?/Image", content)) > len(chapter)
    # No link leads to the machine that printed it.
    assert b"127.0.0.1" not in content


def test_every_chapter_of_the_book_is_known(site: Any) -> None:
    found = pdf.chapters()
    assert all(files[0] == f"chapters/{folder}/intro" for folder, files in found.items())
    assert all(len(files) >= 2 for files in found.values())


def test_a_chapter_that_is_not_there_is_named(site: Any) -> None:
    result = CliRunner().invoke(pdf.main, ["--chapter", "cooking"])
    assert result.exit_code == 2
    assert "no chapter is called cooking" in result.output
