"""Every notebook is in its normal form and has all its parts."""

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Any

import notebooks as tool
import pytest

from dlbook.display.quiz import load
from dlbook.execution import digest

PARAMETERS = 'profile = "quick"\nseed = 0'
PYPLOT = {"plt.show", "plt.subplots", "plt.figure", "plt.imshow", "plt.plot", "plt.subplot_mosaic"}
FRAMES = {"explore", "animate", "live"}
N_QUESTIONS, N_EXERCISES = 4, 3
HEADING = re.compile(r"^(#{1,6}) +(.+?)[ \t]*$", re.MULTILINE)
FENCED = re.compile(r"^(`{3,})[^`\n]*\n.*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)


def tags(cell: Any) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.metadata.get("tags", []))


def plain(source: str) -> ast.Module:
    """Parse a cell, without the lines that only IPython understands: they are not indented."""
    lines = ("pass" if line.startswith(("%", "!")) else line for line in source.splitlines())
    return ast.parse("\n".join(lines))


class Calls(ast.NodeVisitor):
    """Collects what a cell calls when it runs: bodies of functions and classes run later, or not at all."""

    def __init__(self) -> None:
        self.found: list[ast.Call] = []

    def visit_Call(self, node: ast.Call) -> None:
        self.found.append(node)
        self.generic_visit(node)

    def skip(self, node: ast.AST) -> None:
        """Leave out what a definition holds."""

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = skip


def calls(source: str) -> list[ast.Call]:
    """Return the calls of a cell."""
    visitor = Calls()
    visitor.visit(plain(source))
    return visitor.found


def names_called(source: str) -> set[str]:
    """Return the names of what a cell calls, with their dots."""
    return {ast.unparse(call.func) for call in calls(source)}


def headings(text: str) -> list[tuple[int, str]]:
    """Return the headings of some Markdown, each with its level."""
    return [(len(match[1]), match[2]) for match in HEADING.finditer(FENCED.sub("", text))]


def test_is_in_normal_form(lesson: Any) -> None:
    assert list(tool.problems(lesson.path)) == []


def test_begins_with_a_title_and_what_it_is_for(lesson: Any) -> None:
    first = lesson.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert [level for level, _ in headings(lesson.text)].count(1) == 1
    for phrase in ("you can", "You need"):
        assert f"**{phrase}" in first.source or f"{phrase}**" in first.source, phrase


def test_first_code_cell_holds_the_parameters(lesson: Any) -> None:
    assert lesson.code[0].source == PARAMETERS
    assert tags(lesson.code[0]) == ["parameters"]
    assert sum("parameters" in tags(cell) for cell in lesson.code) == 1


def test_second_code_cell_prepares_the_session(lesson: Any) -> None:
    cell = lesson.code[1]
    assert tags(cell) == ["setup"]
    assert "from dlbook.runtime import setup" in cell.source
    (call,) = (call for call in calls(cell.source) if ast.unparse(call.func) == "setup")
    assert [ast.unparse(argument) for argument in call.args] == ["profile", "seed"]


def test_asks_for_keras_only_if_it_uses_it(lesson: Any) -> None:
    wanted = "keras=True" in lesson.code[1].source.replace(" ", "")
    used = any(
        isinstance(node, ast.Import | ast.ImportFrom) and "keras" in ast.unparse(node)
        for cell in lesson.code
        for node in ast.walk(plain(cell.source))
    )
    assert wanted is used


def test_some_cells_are_pinned(lesson: Any) -> None:
    assert any(tool.is_pinned(cell) for cell in lesson.code)


def test_every_exercise_has_a_solution(lesson: Any, directives: Any) -> None:
    found = directives(lesson.text)
    exercises = [item for item in found if item.name in ("exercise", "exercise-start")]
    solutions = [item for item in found if item.name in ("solution", "solution-start")]
    labels = [item.options.get("label", "") for item in exercises]
    assert len(labels) >= N_EXERCISES
    assert all(labels), "an exercise needs a label"
    assert Counter(item.argument for item in solutions) == Counter(labels)
    assert all("dropdown" in item.options.get("class", "") for item in solutions)


def test_gates_open_and_close_in_turn(lesson: Any, directives: Any) -> None:
    gates = ("exercise-start", "exercise-end", "solution-start", "solution-end")
    found = [item.name for item in directives(lesson.text) if item.name in gates]
    pairs = list(zip(found[::2], found[1::2], strict=True))
    assert set(pairs) <= {("exercise-start", "exercise-end"), ("solution-start", "solution-end")}


def test_every_solution_runs_code(lesson: Any, directives: Any) -> None:
    inside, n_cells, empty = "", 0, []
    for cell in lesson.cells:
        if cell.cell_type == "code":
            n_cells += bool(inside)
            continue
        for item in directives(cell.source):
            if item.name == "solution-start":
                inside, n_cells = item.argument, 0
            elif item.name == "solution-end":
                if not n_cells:
                    empty.append(inside)
                inside = ""
    assert empty == []
    assert inside == "", "the last solution is not closed"


def test_has_a_quiz_that_explains_itself(lesson: Any) -> None:
    every = [call for cell in lesson.code for call in calls(cell.source)]
    asked = [call for call in every if ast.unparse(call.func) == "quiz"]
    texts = [[ast.literal_eval(argument) for argument in call.args] for call in asked]
    assert {file for file, *_ in texts} == {lesson.path.stem}
    checks = [only for _, *rest in texts for only in rest]
    questions = load(lesson.path.with_suffix(".quiz.yml"))
    assert sorted(checks) == sorted(question["id"] for question in questions if "id" in question)
    assert len(texts) == len(checks) + 1
    assert len(questions) - len(checks) >= N_QUESTIONS


def test_every_quiz_belongs_to_a_notebook(chapter_folder: Path) -> None:
    stems = {path.name.removesuffix(".quiz.yml") for path in chapter_folder.glob("*.quiz.yml")}
    assert stems - {path.stem for path in chapter_folder.glob("*.ipynb")} == set()


def test_ends_with_summary_references_and_the_next_page(lesson: Any, directives: Any) -> None:
    titles = [title for level, title in headings(lesson.text) if level == 2]
    assert "Summary" in titles
    assert titles[-1] == "References"
    last = lesson.cells[-1].source
    assert "bibliography" in [item.name for item in directives(last)]
    assert "{cite" in lesson.text  # or the list is empty
    assert "**Next:**" in last


def test_a_chapter_has_something_to_move(chapter_folder: Path) -> None:
    used = {
        name
        for path in chapter_folder.glob("*.ipynb")
        for cell in tool.read(path).cells
        if cell.cell_type == "code"
        for name in names_called(cell.source)
    }
    assert "explore" in used


def test_every_figure_has_an_alternative_text(lesson: Any) -> None:
    silent = []
    for number, cell in enumerate(lesson.cells):
        if cell.cell_type != "code":
            continue
        called = names_called(cell.source)
        if called & PYPLOT and not called & FRAMES:
            alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
            if len(alt.split()) < 4:
                silent.append((number, cell.source[:80]))
    assert silent == []


def test_no_cell_may_raise(lesson: Any) -> None:
    assert [cell.id for cell in lesson.code if "raises-exception" in tags(cell)] == []


def test_no_cell_is_empty(lesson: Any) -> None:
    assert [number for number, cell in enumerate(lesson.cells) if not cell.source.strip()] == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("fig, ax = plt.subplots()", {"plt.subplots"}),
        ("for k in range(3):\n    plt.show()", {"range", "plt.show"}),
        ("def draw(step):\n    plt.plot([step])", set()),
        ("%matplotlib inline\nexplore(draw, alt='a')", {"explore"}),
        ("model = Perceptron().fit(x)", {"Perceptron", "Perceptron().fit"}),
    ],
)
def test_calls_inside_definitions_do_not_count(source: str, expected: set[str]) -> None:
    assert names_called(source) == expected


def test_directives_are_found_with_their_options(directives: Any) -> None:
    text = ":::{exercise-start} A title\n:label: ex-one\n:class: wide\n:::\n\n```{solution} ex-one\n```"
    first, second = directives(text)
    assert (first.name, first.argument) == ("exercise-start", "A title")
    assert first.options == {"label": "ex-one", "class": "wide"}
    assert (second.name, second.argument, second.options) == ("solution", "ex-one", {})


def test_the_package_counts_by_name_not_by_file(lesson: Any) -> None:
    files = digest(lesson.path, tool.read(lesson.path)).parts["files"]
    assert [name for name in files if name.endswith(".py")] == []
    assert f"{lesson.path.stem}.quiz.yml" not in files
    assert "dlbook/display/assets/dlbook.js" in files
