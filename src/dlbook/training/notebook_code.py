"""What an experiment of a notebook depends on: its digest, and the code that is enough to run it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook

from ..execution import BrokenNotebook, fingerprint, read_notebook
from ..execution.cells import CodeCell, code_cells, parse_cell
from ..execution.dependencies import without_collector
from ..execution.names import Module
from ..execution.sources import installed_sources
from ..execution.statements import Statement

__all__ = ["RecordCall", "experiment_code", "record_calls"]

_CELLS = "notebook"  # what the cells are called, as a module


@dataclass(frozen=True)
class RecordCall:
    """A call of ``record`` in a notebook.

    Parameters
    ----------
    name : str
        Its first argument.
    expression : str
        The call.
    source : str
        What the cells before it must run for the call to have a meaning.
    code : dict of str to str
        Digest of every statement that the experiment depends on, by name.
    keras : bool
        Whether that code imports Keras.
    """

    name: str
    expression: str
    source: str
    code: dict[str, str]
    keras: bool


def experiment_code(cells: Sequence[str], function: str) -> dict[str, str]:
    """Return digests of all that a function of a notebook depends on.

    Parameters
    ----------
    cells : sequence of str
        Code of the cells, in the order in which they run.
    function : str
        Name of the function.

    Returns
    -------
    dict of str to str
        Digest by name, of statements of the notebook and of `dlbook`.

    Raises
    ------
    ValueError
        If no cell defines the function.

    Examples
    --------
    >>> one = experiment_code(["RATE = 0.1", "def fit(seed):\\n    return RATE * seed"], "fit")
    >>> two = experiment_code(["RATE = 0.1  # slow", "x = 3", "def fit(seed): return RATE * seed"], "fit")
    >>> sorted(one), one == two
    (['RATE', 'fit'], True)
    """
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    try:
        parts = fingerprint(notebook, function).parts
    except BrokenNotebook:
        raise
    except ValueError:
        raise ValueError(f"experiment must be defined in a cell, and {function} is not") from None
    return {**parts["names"], **parts["files"]}


def record_calls(path: Path) -> list[RecordCall]:
    """List the calls of ``record`` in a notebook.

    Parameters
    ----------
    path : pathlib.Path
        The notebook.

    Returns
    -------
    list of RecordCall
        In the order of the cells.

    Raises
    ------
    ValueError
        If a call does not name the record and the experiment where it stands, or one name stands twice.
    """
    cells = [cell.source for cell in code_cells(read_notebook(path))]
    calls: list[RecordCall] = []
    if not any("record(" in cell for cell in cells):
        return calls
    for number, cell in enumerate(cells, start=1):
        nodes = (node for statement in _parsed(cell) for node in ast.walk(statement))
        found = [node for node in nodes if isinstance(node, ast.Call) and _called(node) == "record"]
        if found and _imports_record(cells[:number]):
            with without_collector():
                calls += [_read_call(node, cells[:number], path) for node in found]
    names = [call.name for call in calls]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{path.name} asks for the record {name!r} twice: keep it under a name")
        if name.partition(".")[0] != path.stem:
            raise ValueError(f"{path.name} must name its records '{path.stem}.<experiment>', got {name!r}")
    return calls


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _imports_record(cells: Iterable[str]) -> bool:
    return any("dlbook" in cell and "training" in cell for cell in cells)


def _read_call(node: ast.Call, cells: Sequence[str], path: Path) -> RecordCall:
    first, experiment = (*node.args, None, None)[:2]
    if not (
        isinstance(first, ast.Constant) and isinstance(first.value, str) and isinstance(experiment, ast.Name)
    ):
        raise ValueError(f"{path.name}: record must be called with a text and the name of a function")
    module = _as_module(cells)
    sources = installed_sources().beside(module)
    # The grid may be made of names too, so the call needs more than the experiment does.
    wanted = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    roots = [one for name in wanted for one in module.names.get(name, ()) if isinstance(one, Statement)]
    needed = {one.node for one in sources.reach(roots).statements if one.module == _CELLS}
    source, keras = _source_of(cells, needed, wanted)
    return RecordCall(first.value, ast.unparse(node), source, experiment_code(cells, experiment.id), keras)


def _source_of(cells: Sequence[str], needed: set[ast.stmt], wanted: set[str]) -> tuple[str, bool]:
    """Write the statements in their order, with the imports whose names they use."""
    texts = {ast.dump(node) for node in needed}
    used = wanted | {part.id for node in needed for part in ast.walk(node) if isinstance(part, ast.Name)}
    lines, keras = [], False
    for cell in cells:
        for node in _parsed(cell):
            if isinstance(node, ast.Import | ast.ImportFrom):
                bound = {alias.asname or alias.name.partition(".")[0] for alias in node.names}
                if not bound & used:
                    continue
                origin = node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name
                keras = keras or origin.partition(".")[0] == "keras"
            elif ast.dump(node) not in texts:
                continue
            lines.append(ast.unparse(node))
    return "\n".join(lines), keras or any("keras" in line for line in lines)


def _parsed(cell: str) -> list[ast.stmt]:
    return parse_cell(CodeCell(0, cell, ()))


def _as_module(cells: Sequence[str]) -> Module:
    module = Module(_CELLS)
    for cell in cells:
        module.add(_parsed(cell))
    return module
