"""The code of a notebook's cells, as the kernel reads it."""

from __future__ import annotations

import ast
import functools
import json
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

__all__ = ["BrokenNotebook", "CodeCell", "code_cells", "parse_cell", "read_notebook"]

_CONFLICT = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
_DOTTED = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_MAGIC = {"run_cell_magic", "run_line_magic", "getoutput", "system"}


class BrokenNotebook(ValueError):
    """A notebook that cannot be run as it stands.

    Parameters
    ----------
    message : str
        What is wrong, with the line. The text of the exception has the cell too.
    cell : int, optional
        Number of the code cell.
    source : str, default ""
        Code of that cell.
    kind : str, default "SyntaxError"
        Name of the error that a kernel would raise.
    """

    def __init__(
        self, message: str, *, cell: int | None = None, source: str = "", kind: str = "SyntaxError"
    ) -> None:
        super().__init__(message if cell is None else f"code cell {cell}, {message}")
        self.message = message
        self.cell = cell
        self.source = source
        self.kind = kind


@dataclass(frozen=True)
class CodeCell:
    """A cell with code.

    Parameters
    ----------
    number : int
        Counted from 1 as a reader sees it after *Run All*.
    source : str
        Its code.
    tags : tuple of str
        Its tags, sorted.
    """

    number: int
    source: str
    tags: tuple[str, ...]


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook as format 4.

    Parameters
    ----------
    path : pathlib.Path
        Where it is.

    Returns
    -------
    nbformat.NotebookNode
        The notebook.

    Raises
    ------
    BrokenNotebook
        If it is none, or a merge left its marks in it.
    """
    content = path.read_bytes()
    try:
        return nbformat.reads(content.decode("utf-8"), as_version=4)
    except (nbformat.ValidationError, ValueError, KeyError, AttributeError, TypeError) as error:
        why = _why_unreadable(content.decode("utf-8", "replace"), error)
        raise BrokenNotebook(f"{path.name} is not a notebook: {why}", kind="ValueError") from None


def _why_unreadable(text: str, error: Exception) -> str:
    conflict = _CONFLICT.search(text)
    line = text.count("\n", 0, conflict.start()) + 1 if conflict else getattr(error, "lineno", None)
    if line is None and isinstance(error.__context__, json.JSONDecodeError):
        line = error.__context__.lineno
    if line is None:
        return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    before = "\n".join(text.splitlines()[:line])
    number = len(re.findall(r'"cell_type": *"code"', before))
    what = "the marks of an unfinished merge" if conflict else "no JSON"
    return f"{what} in line {line}" + (f", in or after code cell {number}" if number else "")


def code_cells(notebook: NotebookNode) -> Iterator[CodeCell]:
    """List the cells with code.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The notebook.

    Yields
    ------
    CodeCell
        One after the other, without the empty ones.
    """
    number = 0
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.strip():
            number += 1
            yield CodeCell(number, cell.source, tuple(sorted(cell.metadata.get("tags", []))))


def parse_cell(cell: CodeCell) -> list[ast.stmt]:
    """Read a cell as the kernel does: IPython turns its magics into Python.

    Parameters
    ----------
    cell : CodeCell
        The cell.

    Returns
    -------
    list of ast.stmt
        Its statements. Code inside of a magic follows its call; where that is no Python, its words do.

    Raises
    ------
    BrokenNotebook
        If it is no Python.
    """
    try:
        return list(_parse(cell.source))
    except SyntaxError as error:
        blank = cell.source[: len(cell.source) - len(cell.source.lstrip())].count("\n")
        line = (error.lineno or 1) + blank  # IPython leaves out the lines above the first that is not empty
        shown = cell.source.splitlines()[line - 1 : line] or [error.text or ""]
        raise BrokenNotebook(
            f"line {line}: {error.msg}: {shown[0].strip()}", cell=cell.number, source=cell.source
        ) from None


@functools.lru_cache(maxsize=2048)  # the same cells are read for every record of a notebook
def _parse(source: str) -> tuple[ast.stmt, ...]:
    try:  # nothing that IPython rewrites is Python as it stands
        statements = ast.parse(source).body
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        statements = ast.parse(TransformerManager().transform_cell(source)).body
    return (*statements, *(inner for statement in statements for inner in _inside_magics(statement)))


def _inside_magics(statement: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the code that the magics of a statement are given."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MAGIC:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield from _code_in(argument.value)


def _code_in(text: str) -> list[ast.stmt]:
    try:
        return list(_parse(text))
    except SyntaxError:
        words = {word for word in _DOTTED.findall(text) if not set(word.split(".")) & set(keyword.kwlist)}
        return ast.parse("\n".join(sorted(words))).body
