"""A pytest plugin: nbval judges the run that made the pages, and runs what has no such run.

nbval compares what a kernel sends with what a notebook has stored. Here the kernel plays an executed copy,
so that nothing is computed twice and nbval's verdict is on the very outputs that the pages show. Where the
copy does not stand for the notebook, or with `--execute-notebooks`, nbval starts a kernel as it always does.
"""

from collections import deque
from collections.abc import Generator, Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from executed import WARNINGS, ExecutedCopies
from nbformat import NotebookNode
from nbval.plugin import IPyNbCell, IPyNbFile
from notebooks import normalize, read

PROPERTY = "why nbval executed the notebook"  # empty where it did not


class RecordedKernel:
    """What nbval needs of a kernel, answered from an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        The executed notebook.
    """

    def __init__(self, notebook: NotebookNode) -> None:
        self.cells = deque(cell for cell in notebook.cells if cell.cell_type == "code")
        self.messages: deque[dict[str, Any]] = deque()
        self.number = 0
        self.alive = True

    def is_alive(self) -> bool:
        """Tell whether cells can be sent."""
        return self.alive

    def stop(self) -> None:
        """End the session."""
        self.alive = False

    def execute_cell_input(self, cell_input: str, allow_stdin: bool | None = None) -> str:
        """Queue the outputs of the next cell, which must be the given one."""
        cell = self.cells.popleft() if self.cells else None
        if cell is None or cell.source.rstrip() != cell_input.rstrip():
            raise RuntimeError("the next cell of the executed copy is another one")
        self.number += 1
        for output in cell.outputs:
            content = {key: value for key, value in output.items() if key != "output_type"}
            self.messages.append(self.message(output.output_type, content))
        self.messages.append(self.message("status", {"execution_state": "idle"}))
        return str(self.number)

    def message(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """Return a message as a kernel sends it."""
        return {"msg_type": kind, "parent_header": {"msg_id": str(self.number)}, "content": content}

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        """Return at once: the cell has run."""

    def get_message(self, stream: str, timeout: float | None = None) -> dict[str, Any]:
        """Return the next message."""
        if not self.messages:
            raise Empty
        return self.messages.popleft()

    def await_idle(self, parent_id: str, timeout: float | None = None) -> None:
        """Pass over what is left of the cell's messages."""
        self.messages.clear()


class JudgedNotebook(IPyNbFile):
    """A notebook for nbval, with the run that made its page where there is one."""

    why = ""

    def setup(self) -> None:
        """Take the executed copy, or start a kernel in which every warning is an error."""
        copies = ExecutedCopies(self.config.rootpath)
        if self.config.getoption("execute_notebooks"):
            self.why = "asked for"
        else:
            self.why = copies.reason(self.path, normalize(read(self.path))) or ""
        if self.why:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("PYTHONWARNINGS", WARNINGS)
                super().setup()
        else:
            self.kernel = RecordedKernel(copies.read(self.path))
            self.setup_sanitize_files()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption(
        "--execute-notebooks", action="store_true", help="Let nbval execute every notebook for itself."
    )


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, Any, list[pytest.Collector]]:
    """Put our kind of notebook in the place of nbval's."""
    found: list[Any] = yield
    return [
        JudgedNotebook.from_parent(parent, path=file_path) if isinstance(node, IPyNbFile) else node
        for node in found
    ]


def pytest_runtest_call(item: pytest.Item) -> None:
    """Leave word in the report of where a cell's outputs came from."""
    if isinstance(item, IPyNbCell):
        item.user_properties.append((PROPERTY, item.parent.why))


def verdicts(terminalreporter: Any) -> Iterator[tuple[str, str]]:
    """Yield each notebook with the reason why it was executed, empty where it was not."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == PROPERTY:
                    yield report.nodeid.partition("::")[0], value


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say which notebooks were judged from the run that made the pages, and which ran again."""
    found = dict(verdicts(terminalreporter))
    if not found:
        return
    judged = sorted(name for name, why in found.items() if not why)
    terminalreporter.section("notebooks")
    if judged:
        terminalreporter.write_line(f"{len(judged)} ran once, for the pages, and nbval judged that run:")
        terminalreporter.write_line("\n".join(f"  {name}" for name in judged))
    if again := sorted((name, why) for name, why in found.items() if why):
        terminalreporter.write_line(f"{len(again)} were executed by nbval:")
        terminalreporter.write_line("\n".join(f"  {name} ({why})" for name, why in again))
