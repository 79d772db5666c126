"""The course map names every section once, and a notebook that exists marks the sections it teaches."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS: list[dict[str, Any]] = yaml.safe_load((ROOT / "reference" / "course_map.yml").read_text("utf-8"))[
    "chapters"
]
ROWS_PER_CHAPTER = (18, 9, 12, 14, 8, 8, 6, 4, 8, 7)
ROW_LABEL = re.compile(r"^\((row-\d+-\d+)\)=[ \t]*$", re.MULTILINE)
NOTEBOOKS = [
    pytest.param(chapter, notebook["name"], id=f"{chapter['folder']}/{notebook['name']}")
    for chapter in CHAPTERS
    for notebook in chapter["notebooks"]
    if (ROOT / "chapters" / chapter["folder"] / f"{notebook['name']}.ipynb").exists()
]


def row_labels(chapter: dict[str, Any], notebook: str) -> list[str]:
    """Labels of the rows that the map gives to one notebook."""
    numbers = [row["number"] for row in chapter["rows"] if row["notebook"] == notebook]
    return ["row-" + number.replace(".", "-") for number in numbers]


def labels_in(path: Path) -> Counter[str]:
    """How often each row label stands on a line of its own in the Markdown cells of a notebook."""
    cells = nbformat.read(path, as_version=4).cells
    return Counter(
        label for cell in cells if cell.cell_type == "markdown" for label in ROW_LABEL.findall(cell.source)
    )


def test_there_are_ten_chapters_with_the_agreed_number_of_rows() -> None:
    assert [chapter["number"] for chapter in CHAPTERS] == list(range(1, 11))
    assert tuple(len(chapter["rows"]) for chapter in CHAPTERS) == ROWS_PER_CHAPTER


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter["folder"])
def test_row_numbers_are_consecutive(chapter: dict[str, Any]) -> None:
    expected = [f"{chapter['number']}.{row:02}" for row in range(1, len(chapter["rows"]) + 1)]
    assert [row["number"] for row in chapter["rows"]] == expected


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter["folder"])
def test_names_of_a_chapter_fit_together(chapter: dict[str, Any]) -> None:
    assert set(chapter) == {"number", "folder", "title", "package", "notebooks", "rows"}
    assert chapter["folder"] == f"{chapter['number']:02}_{chapter['package']}"
    assert chapter["title"]
    names = [notebook["name"] for notebook in chapter["notebooks"]]
    assert len(names) == len(set(names))
    assert all(set(notebook) == {"name", "title"} and notebook["title"] for notebook in chapter["notebooks"])


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter["folder"])
def test_every_row_has_a_title_and_a_notebook_of_its_chapter(chapter: dict[str, Any]) -> None:
    names = [notebook["name"] for notebook in chapter["notebooks"]]
    for row in chapter["rows"]:
        assert set(row) == {"number", "title", "notebook"}
        assert 10 <= len(row["title"]) <= 80, row["number"]
        assert row["notebook"] in names, row["number"]
    order = [names.index(row["notebook"]) for row in chapter["rows"]]
    assert order == sorted(order), "rows and notebooks come in the same order"


def test_no_two_rows_have_the_same_title() -> None:
    titles = Counter(row["title"] for chapter in CHAPTERS for row in chapter["rows"])
    assert [title for title, count in titles.items() if count > 1] == []


def test_every_notebook_on_disk_is_on_the_map() -> None:
    known = {
        f"{chapter['folder']}/{notebook['name']}.ipynb"
        for chapter in CHAPTERS
        for notebook in chapter["notebooks"]
    }
    found = {path.relative_to(ROOT / "chapters").as_posix() for path in (ROOT / "chapters").glob("*/*.ipynb")}
    assert found - known == set()


@pytest.mark.parametrize(("chapter", "notebook"), NOTEBOOKS)
def test_a_notebook_marks_each_of_its_rows_once(chapter: dict[str, Any], notebook: str) -> None:
    labels = labels_in(ROOT / "chapters" / chapter["folder"] / f"{notebook}.ipynb")
    assert labels == Counter(row_labels(chapter, notebook))


def test_a_label_is_counted_in_markdown_on_its_own_line(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_markdown_cell("(row-1-01)=\n## A heading\n\nText about `(row-1-02)=`."),
        nbformat.v4.new_markdown_cell("(row-1-01)=\n## The same label again"),
        nbformat.v4.new_code_cell("(row-1-03)="),
    ]
    path = tmp_path / "example.ipynb"
    nbformat.write(notebook, path)
    assert labels_in(path) == Counter({"row-1-01": 2})
