"""The normal form of the notebooks."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import executed
import nbformat
import notebooks
import pytest
from click.testing import CliRunner
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from dlbook.execution import CellError, Execution, NotebookResult

TOOLS = Path(notebooks.__file__).parent
PINNED = {"tags": [notebooks.PINNED]}


def stdout(text: str) -> NotebookNode:
    """Return something printed."""
    return new_output("stream", name="stdout", text=text)


def result(text: str, **more: str) -> NotebookNode:
    """Return the value of an expression."""
    return new_output("execute_result", data={"text/plain": text, **more}, execution_count=7)


@pytest.fixture
def used() -> NotebookNode:
    """Return a notebook as somebody leaves it after work."""
    cells = [
        new_markdown_cell("# Title\n\n"),
        new_code_cell("print(1)\n", metadata=PINNED, outputs=[stdout("1\n")], execution_count=12),
        new_code_cell(
            "2", outputs=[result("2")], execution_count=13, metadata={"collapsed": True, "tags": []}
        ),
    ]
    metadata = {"kernelspec": {"name": "my-kernel", "display_name": "Mine"}, "widgets": {"state": {}}}
    return new_notebook(cells=cells, metadata=metadata)


def test_normal_form(used: NotebookNode) -> None:
    normal = notebooks.normalize(used)
    text, pinned, plain = normal.cells
    assert text.source == "# Title"
    assert (pinned.execution_count, pinned.outputs) == (1, [stdout("1\n")])
    assert pinned.source == "print(1)"
    assert (plain.execution_count, plain.outputs, plain.metadata) == (None, [], {})
    assert normal.metadata == {"kernelspec": notebooks.KERNEL, "language_info": notebooks.LANGUAGE}
    nbformat.validate(normal)


def test_the_normal_form_of_the_normal_form_is_the_same(used: NotebookNode) -> None:
    once = notebooks.normalize(used)
    assert notebooks.normalize(once) == once
    assert notebooks.as_text(notebooks.normalize(once)) == notebooks.as_text(once)


def test_the_given_notebook_is_not_changed(used: NotebookNode) -> None:
    before = json.dumps(used, sort_keys=True)
    notebooks.normalize(used)
    assert json.dumps(used, sort_keys=True) == before


def test_ids_stay(used: NotebookNode) -> None:
    assert [cell.id for cell in notebooks.normalize(used).cells] == [cell.id for cell in used.cells]


def test_a_repeated_id_becomes_a_new_one(used: NotebookNode) -> None:
    used.cells[2].id = used.cells[1].id
    ids = [cell.id for cell in notebooks.normalize(used).cells]
    assert len(set(ids)) == 3
    assert ids[1] == used.cells[1].id


def test_alternative_texts_and_tags_are_kept() -> None:
    metadata = {"mystnb": {"image": {"alt": "A line"}}, "tags": ["hide-input"], "scrolled": True}
    cell = notebooks.normalize(new_notebook(cells=[new_code_cell("1", metadata=metadata)])).cells[0]
    assert cell.metadata == {"mystnb": {"image": {"alt": "A line"}}, "tags": ["hide-input"]}


@pytest.mark.parametrize(
    ("outputs", "kept"),
    [
        ([stdout("a\n"), stdout("b\n")], [stdout("a\nb\n")]),
        ([new_output("stream", name="stderr", text="warning")], []),
        ([new_output("display_data", data={"image/png": "", "text/plain": "<Figure>"})], []),
        ([new_output("error", ename="E", evalue="", traceback=[])], []),
    ],
)
def test_pinned_cells_keep_text(outputs: list[NotebookNode], kept: list[NotebookNode]) -> None:
    assert notebooks.text_outputs(outputs) == kept


def test_pinned_results_keep_their_plain_form() -> None:
    (kept,) = notebooks.text_outputs([result("3", **{"text/html": "<b>3</b>"})])
    assert kept.data == {"text/plain": "3"}
    assert kept.execution_count == 1


def test_a_pinned_cell_without_text_has_no_count() -> None:
    cell = new_code_cell("1", metadata=PINNED, execution_count=4)
    assert notebooks.normalize(new_notebook(cells=[cell])).cells[0].execution_count is None


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        (new_code_cell("1", metadata={"tags": ["hide-imput"]}), "unknown tag 'hide-imput'"),
        (new_code_cell("1", metadata=PINNED), "pinned but holds no output"),
        (new_code_cell("1", execution_count=3), "not in normal form"),
        (new_code_cell("1", outputs=[stdout("1\n")]), "not in normal form"),
    ],
)
def test_problems_are_named(tmp_path: Path, cell: NotebookNode, problem: str) -> None:
    notebook = notebooks.normalize(new_notebook(cells=[new_markdown_cell("# Title")]))
    notebook.cells.append(cell)
    path = tmp_path / "a.ipynb"
    path.write_text(notebooks.as_text(notebook), encoding="utf-8")
    assert problem in "; ".join(notebooks.problems(path))


def test_a_written_notebook_has_no_problems(tmp_path: Path, used: NotebookNode) -> None:
    path = tmp_path / "a.ipynb"
    assert notebooks.write(path, used)
    assert list(notebooks.problems(path)) == []
    assert not notebooks.write(path, used)


def test_ids_follow_from_the_content(used: NotebookNode) -> None:
    notebooks.name_cells(used)
    first = [cell.id for cell in used.cells]
    used.cells[2].source = "3"
    notebooks.name_cells(used)
    second = [cell.id for cell in used.cells]
    assert first[:2] == second[:2]
    assert first[2] != second[2]


def test_a_text_becomes_a_notebook_with_pinned_output(tmp_path: Path) -> None:
    text = tmp_path / "draft.md"
    text.write_text(
        "---\n"
        "jupytext:\n  text_representation: {extension: .md, format_name: myst}\n"
        "kernelspec: {name: python3, display_name: Python 3}\n"
        "---\n\n# Title\n\n"
        "```{code-cell} ipython3\n:tags: [nbval-check-output]\n\nprint(6 * 7)\n```\n",
        encoding="utf-8",
    )
    target = tmp_path / "draft.ipynb"
    done = CliRunner().invoke(notebooks.main, ["from-text", str(text), str(target)], catch_exceptions=False)
    assert done.exit_code == 0
    assert list(notebooks.problems(target)) == []
    title, code = notebooks.read(target).cells
    assert title.source == "# Title"
    assert code.outputs == [stdout("42\n")]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a book of one notebook with one pinned cell, which a kernel would compute."""
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    cells = [new_markdown_cell("# Größe σ"), new_code_cell("print(6 * 7)", metadata=PINNED)]
    notebooks.write(tmp_path / "chapters" / "one.ipynb", new_notebook(cells=cells))
    return tmp_path / "chapters" / "one.ipynb"


def pin(path: Path) -> Any:
    """Call the command."""
    return CliRunner().invoke(notebooks.main, ["pin", str(path)])


def test_pinning_runs_a_notebook_once_and_keeps_the_run(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs: list[str] = []

    def execute(notebook: NotebookNode, **settings: Any) -> Execution:
        jobs.append(settings["env"]["PYTHONWARNINGS"])
        done = notebooks.normalize(notebook)
        done.cells[-1].update(outputs=[stdout("42\n")], execution_count=2)
        result = NotebookResult(settings["name"], "ok", 1.0, None, "2025-03-01", key=settings["key"])
        return Execution(done, result)

    monkeypatch.setattr(notebooks, "execute", execute)
    assert pin(book).exit_code == 0
    assert notebooks.read(book).cells[-1].outputs == [stdout("42\n")]
    # The stored outputs are not what a run depends on: the one that was made still stands for the notebook.
    assert pin(book).exit_code == 0
    assert jobs == [executed.WARNINGS]
    # Nor is the text, which may be newer than the run.
    newer = notebooks.read(book)
    newer.cells[0].source = "# Newer"
    notebooks.write(book, newer)
    assert pin(book).exit_code == 0
    assert [cell.source for cell in notebooks.read(book).cells] == ["# Newer", "print(6 * 7)"]
    assert notebooks.read(book).cells[-1].outputs == [stdout("42\n")]
    assert jobs == [executed.WARNINGS]


def test_a_cell_that_fails_pins_nothing(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = book.read_bytes()
    error = CellError(1, "print(6 * 7)", "ValueError", "bad", "Traceback")

    def execute(notebook: NotebookNode, **settings: Any) -> Execution:
        return Execution(notebook, NotebookResult("one", "failed", 1.0, None, "2025-03-01", error=error))

    monkeypatch.setattr(notebooks, "execute", execute)
    done = pin(book)
    assert done.exit_code == 1
    assert "one.ipynb, code cell 1: ValueError: bad" in done.output
    assert book.read_bytes() == before


@pytest.mark.parametrize(
    "shown", ["display({'text/html': '<p>2</p>', 'text/plain': '2'}, raw=True)", "Math('2')"]
)
def test_a_pinned_cell_shows_text_only(book: Path, shown: str) -> None:
    notebook = notebooks.read(book)
    source = f"from IPython.display import Math, display\nprint(1)\n{shown}"
    notebook.cells.append(new_code_cell(source, metadata=PINNED))
    notebooks.write(book, notebook)
    before = book.read_bytes()
    done = pin(book)
    assert done.exit_code == 1
    assert f"cell {len(notebook.cells) - 1} is pinned and shows more than text" in done.output
    assert book.read_bytes() == before


def test_a_full_disk_leaves_the_notebook_as_it_was(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = book.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        notebooks.write(book, new_notebook(cells=[new_code_cell("1")]))
    assert book.read_bytes() == before
    assert list(book.parent.iterdir()) == [book]


def test_notebooks_are_utf_8_in_every_locale(book: Path, tmp_path: Path) -> None:
    normal = book.read_bytes()
    changed = book.read_text("utf-8").replace('"execution_count": null', '"execution_count": 7')
    book.write_text(changed, "utf-8")
    code = f"""
import locale, sys
sys.path.insert(0, {str(TOOLS)!r})
import pathlib, notebooks
assert locale.getpreferredencoding(False) == "ANSI_X3.4-1968", locale.getpreferredencoding(False)
notebooks.ROOT = pathlib.Path({str(tmp_path)!r})
notebooks.main(["fix"])
"""
    # Plain ASCII is a locale that every machine has, and knows less than Latin-1.
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **plain}, timeout=120)
    assert book.read_bytes() == normal


def test_a_broken_notebook_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    folder = tmp_path / "chapters" / "01_x"
    folder.mkdir(parents=True)
    (folder / "a.ipynb").write_text('{\n "cells": [\n<<<<<<< HEAD\n', encoding="utf-8")
    (folder / "b.ipynb").write_text(nbformat.writes(new_notebook(cells=[new_code_cell("1  ")])), "utf-8")
    told = "chapters/01_x/a.ipynb: a.ipynb is not a notebook: the marks of an unfinished merge in line 3"
    done = CliRunner().invoke(notebooks.main, ["fix"])
    assert (done.exit_code, done.stdout) == (1, f"normalized {Path('chapters/01_x/b.ipynb')}\n")
    assert done.stderr.strip() == told
    done = CliRunner().invoke(notebooks.main, ["check"])
    assert (done.exit_code, done.stdout.strip()) == (1, told)


def test_a_broken_cell_cannot_be_pinned(book: Path) -> None:
    notebooks.write(book, new_notebook(cells=[new_code_cell("x = (")]))
    done = pin(book)
    assert done.exit_code == 1
    assert "one.ipynb, code cell 1, line 1: '(' was never closed: x = (" in done.stderr
