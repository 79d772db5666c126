"""The normal form of the notebooks."""

import json
from pathlib import Path

import nbformat
import notebooks
import pytest
from click.testing import CliRunner
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

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
    path.write_text(notebooks.as_text(notebook))
    assert problem in "; ".join(notebooks.problems(path))


def test_a_written_notebook_has_no_problems(tmp_path: Path, used: NotebookNode) -> None:
    path = tmp_path / "a.ipynb"
    assert notebooks.write(path, used)
    assert list(notebooks.problems(path)) == []
    assert not notebooks.write(path, used)


def test_checkpoints_are_no_notebooks(tmp_path: Path) -> None:
    for name in ("b.ipynb", "a.ipynb", ".ipynb_checkpoints/a-checkpoint.ipynb"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert notebooks.find_notebooks(tmp_path) == [tmp_path / "a.ipynb", tmp_path / "b.ipynb"]


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
        "```{code-cell} ipython3\n:tags: [nbval-check-output]\n\nprint(6 * 7)\n```\n"
    )
    target = tmp_path / "draft.ipynb"
    done = CliRunner().invoke(notebooks.main, ["from-text", str(text), str(target)], catch_exceptions=False)
    assert done.exit_code == 0
    assert list(notebooks.problems(target)) == []
    title, code = notebooks.read(target).cells
    assert title.source == "# Title"
    assert code.outputs == [stdout("42\n")]
