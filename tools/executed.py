"""The run that makes the pages: every notebook executed once, kept with what was measured.

`make book` fills `_build/executed`. Sphinx takes the outputs from there, nbval judges them, and pinning
stores them. A copy stands for its notebook as long as its digest fits. One that is cut short or changed by
hand, or whose record cannot be read, counts as none.

The last few runs that fit no more lie in `_build/earlier`: what is changed back, a backend or a line of code,
has its run there.
"""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from dlbook.cli.machine import thread_limits
from dlbook.execution import Dependencies, Execution, Job, digest
from dlbook.files import write_text
from dlbook.runtime import BACKENDS

ROOT = Path(__file__).resolve().parent.parent
FORMAT = 2  # another number makes every notebook run again
EARLIER = 4  # runs of a notebook that are kept beside the last one
PARTIAL = "DLBOOK_PARTIAL"  # set where pages may lack the outputs of notebooks that have not run yet
TIMEOUT = 600.0
# Keras 3.15 on JAX 0.10 converts its variables in a way that NumPy 2 announces to drop; no cell can help it.
WARNINGS = "error,ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"


def read_record(path: Path) -> dict[str, Any] | None:
    """Return what was measured in a run, or None where nothing is there that can be read."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get("format") == FORMAT else None


class ExecutedCopies:
    """The executed notebooks of a book.

    Parameters
    ----------
    root : Path
        The folder of the book.
    """

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.folder = root / "_build" / "executed"
        self.earlier = root / "_build" / "earlier"
        self._known: dict[str, Dependencies] = {}

    def name(self, path: Path) -> str:
        """Return the name of a notebook, which is the one that Sphinx gives it."""
        return path.relative_to(self.root).with_suffix("").as_posix()

    def holds(self, path: Path) -> bool:
        """Tell whether a notebook is one of the book's."""
        return path.is_relative_to(self.root / "chapters")

    def copy(self, name: str) -> Path:
        """Return where the executed copy of a notebook is, or would be."""
        return self.folder / f"{name}.ipynb"

    def record(self, name: str) -> dict[str, Any] | None:
        """Return what was measured when a notebook ran, or None where its copy is not what the run left."""
        return _whole_record(self.folder / f"{name}.json")

    def records(self) -> dict[str, dict[str, Any]]:
        """Return the records of all notebooks, by name."""
        paths = sorted(self.folder.rglob("*.json"))
        names = [path.relative_to(self.folder).with_suffix("").as_posix() for path in paths]
        return {name: record for name in names if (record := self.record(name)) is not None}

    def dependencies(self, path: Path, notebook: NotebookNode) -> Dependencies:
        """Return what the run of a notebook for its page depends on.

        Raises
        ------
        BrokenNotebook
            If a cell is no Python.
        """
        found = digest(path, notebook, backend=os.environ.get("KERAS_BACKEND") or BACKENDS[0])
        self._known[found.key] = found
        return found

    def reason(self, path: Path, notebook: NotebookNode) -> str | None:
        """Say why a notebook must run, or return None where its executed copy stands for it.

        Raises
        ------
        BrokenNotebook
            If a cell is no Python.
        """
        record = self.record(self.name(path)) if self.holds(path) else None
        if record is None:
            return "no run of it is kept"
        if record["digest"] != self.dependencies(path, notebook).key:
            return "it, or what it uses, has changed"
        return None

    def read(self, path: Path) -> NotebookNode:
        """Return the executed copy of a notebook."""
        return nbformat.read(self.copy(self.name(path)), as_version=4)

    def job(self, path: Path, notebook: NotebookNode, jobs: int) -> Job:
        """Return the job that runs a notebook for its page; every warning in it is an error."""
        environment = {
            "DLBOOK_OUTPUT": "page",
            "PYTHONHASHSEED": "0",
            "PYTHONWARNINGS": WARNINGS,
            **thread_limits(jobs),
        }
        name, key = path.stem, ""
        if self.holds(path):
            name, key = self.name(path), self.dependencies(path, notebook).key
        return Job(name, notebook, path.parent, timeout=TIMEOUT, env=environment, key=key)

    def store(self, execution: Execution) -> None:
        """Keep an executed notebook; its record comes last, so that half a result counts as none."""
        name = execution.result.notebook
        self.discard(name)
        text = nbformat.writes(execution.notebook) + "\n"
        write_text(self.copy(name), text)
        more = {"format": FORMAT, "digest": execution.result.key, "copy": _sha256(text.encode())}
        known = self._known.get(execution.result.key)
        parts = {} if known is None else {"depends": known.parts}
        write_text(
            self.folder / f"{name}.json", json.dumps(execution.result.as_dict() | more | parts, indent=1)
        )

    def discard(self, name: str) -> None:
        """Remove the executed copy of a notebook."""
        (self.folder / f"{name}.json").unlink(missing_ok=True)
        self.copy(name).unlink(missing_ok=True)

    def earlier_run(self, name: str, key: str) -> Path | None:
        """Return the record of an earlier run with this digest, or None where there is none."""
        path = self.earlier / name / f"{key}.json"
        record = _whole_record(path)
        return path if record is not None and record["digest"] == key else None

    def set_aside(self, name: str) -> None:
        """Move the executed copy of a notebook to the earlier runs, and forget the oldest of those."""
        record = self.record(name)
        if record is not None:
            _move(self.folder / f"{name}.json", self.earlier / name / f"{record['digest']}.json")
        self.discard(name)
        found = sorted((self.earlier / name).glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in found[:-EARLIER]:
            path.unlink()
            path.with_suffix(".ipynb").unlink(missing_ok=True)

    def bring_back(self, name: str, key: str) -> bool:
        """Let an earlier run with this digest be the executed copy again; tell whether there was one."""
        path = self.earlier_run(name, key)
        if path is None:
            return False
        self.set_aside(name)
        _move(path, self.folder / f"{name}.json")
        return True

    def forget_all_but(self, names: set[str]) -> None:
        """Remove the executed copies of notebooks that are no longer in the book."""
        for path in [*self.folder.rglob("*.json"), *self.folder.rglob("*.ipynb")]:
            name = path.relative_to(self.folder).with_suffix("").as_posix()
            if name not in names:
                path.unlink()
                shutil.rmtree(self.earlier / name, ignore_errors=True)


def _whole_record(path: Path) -> dict[str, Any] | None:
    """Read a record whose copy is what the run left."""
    record = read_record(path)
    try:
        whole = record is not None and record["copy"] == _sha256(path.with_suffix(".ipynb").read_bytes())
    except (OSError, KeyError):
        return None
    return record if whole else None


def _move(record: Path, target: Path) -> None:
    """Move a run; its record goes last, so that half a move counts as none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    os.replace(record.with_suffix(".ipynb"), target.with_suffix(".ipynb"))
    os.replace(record, target)
    os.utime(target)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
