"""What a cell is to the reader: a step of the lesson, a figure with controls, or a check.

The pages fold what is no step, and what follows the directive `deeper`. The rest is the core path.
"""

import ast
import re
from dataclasses import dataclass

from nbformat import NotebookNode

FIGURES = {"explore", "animate", "live"}
FOLDED_TAGS = {"parameters", "setup", "hide-input", "hide-cell", "remove-input", "remove-cell"}
SHOWN = 72  # characters of an expression in a line
FENCE = re.compile(r"^ {0,3}(?P<fence>`{3,}|:{3,}|~{3,})\{(?P<name>[\w:-]+)\}")
HEADING = re.compile(r"^(?P<level>#{1,6})\s+\S")
AFTERWARDS = re.compile(r"^#{2}\s+(exercises|quiz|references|check yourself)\b", re.IGNORECASE)


def parsed(code: str) -> ast.Module:
    """Return the syntax tree of a cell, an empty one for IPython's own syntax."""
    try:
        return ast.parse(code)
    except SyntaxError:
        return ast.Module([], [])


def called(statement: ast.stmt) -> str:
    """Return the name of the function that a statement calls and does nothing else, or an empty text."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return ""
    function = statement.value.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def only_asserts(statements: list[ast.stmt]) -> bool:
    """Tell whether statements assert and do nothing else."""
    asserting = False
    for statement in statements:
        if isinstance(statement, ast.For):
            if not only_asserts(statement.body) or statement.orelse:
                return False
            asserting = True
        elif isinstance(statement, ast.Assert) or called(statement).startswith("assert_"):
            asserting = True
        elif not isinstance(statement, ast.Import | ast.ImportFrom):
            return False
    return asserting


def closing_asserts(code: str) -> int:
    """Return the line, counted from 0, where the asserts that end a cell begin, or the number of lines."""
    body, lines = parsed(code).body, code.splitlines()
    first = len(body)
    while first and only_asserts(body[first - 1 :]):
        first -= 1
    if first == len(body):
        return len(lines)
    start = body[first].lineno - 1
    while start and lines[start - 1].startswith("#"):  # what is said of them
        start -= 1
    return start


def is_check(code: str) -> bool:
    """Tell whether a cell only asserts."""
    return only_asserts(parsed(code).body)


def is_imports(code: str) -> bool:
    """Tell whether a cell only imports."""
    body = parsed(code).body
    return bool(body) and all(isinstance(statement, ast.Import | ast.ImportFrom) for statement in body)


def is_figure_with_controls(code: str) -> bool:
    """Tell whether a cell ends in a call of `explore`, `animate` or `live`."""
    body = parsed(code).body
    return bool(body) and called(body[-1]) in FIGURES


def what_is_checked(code: str) -> tuple[str, bool]:
    """Say what a cell of asserts checks.

    Parameters
    ----------
    code : str
        Asserts, for which `is_check` holds.

    Returns
    -------
    text : str
        The comments between the asserts, if they begin with one, or else the first expression asserted,
        shortened.
    is_code : bool
        Whether it is an expression.
    """
    lines = code.strip().splitlines()
    if lines[0].startswith("#"):
        comments: list[str] = []
        for before, line in zip(["", *lines], lines, strict=False):
            if line.startswith("#"):
                words = line.lstrip("# ").rstrip(".")
                comments.append(f"{comments.pop()} {words}" if before.startswith("#") else words)
        return "; ".join(comments), False
    statement = next(node for node in ast.walk(parsed(code)) if isinstance(node, ast.Assert | ast.Call))
    text = ast.unparse(statement.test if isinstance(statement, ast.Assert) else statement)
    return (text if len(text) <= SHOWN else text[: SHOWN - 4] + " ...", True)


@dataclass(frozen=True)
class Length:
    """Words of text and visible cells of code: of the core path, and of the whole notebook.

    Exercises, solutions, quiz and references belong to neither `core_words` nor `core_cells`.
    """

    core_words: int
    core_cells: int
    words: int
    cells: int


def is_visible(cell: NotebookNode) -> bool:
    """Tell whether the page shows the code of a cell at once, where its section is not folded."""
    if FOLDED_TAGS & set(cell.metadata.get("tags", ())):
        return False
    code = cell.source
    return not (is_check(code) or is_imports(code) or is_figure_with_controls(code))


def length(notebook: NotebookNode) -> Length:
    """Measure a notebook.

    Parameters
    ----------
    notebook : NotebookNode
        Any notebook of the book.

    Returns
    -------
    Length
        What a reader of the core path meets, and what there is.
    """
    core_words = core_cells = words = cells = level = 0
    folded_at = 0  # level of the heading whose section is folded from some line on, or 0
    solution = afterwards = fenced = False
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cells += 1
            core_cells += not (folded_at or solution or afterwards) and is_visible(cell)
            continue
        fence = ""
        for line in cell.source.splitlines():
            count = len(line.split())
            words += count
            fenced = bool(fence)
            if fence and line.strip() == fence:
                fence = ""
            directive = FENCE.match(line)
            if directive and not fence:
                fence, name = directive["fence"], directive["name"]
                folded_at = 0 if name == "deeper-end" else level if name == "deeper" else folded_at
                solution = name == "solution-start" or (solution and name != "solution-end")
            elif not fenced and (heading := HEADING.match(line)):
                level = len(heading["level"])
                folded_at = 0 if level <= folded_at else folded_at
                afterwards = bool(AFTERWARDS.match(line)) or (afterwards and level > 2)
            core_words += 0 if folded_at or solution or afterwards else count
    return Length(core_words, core_cells, words, cells)
