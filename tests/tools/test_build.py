"""The build runs what has changed, keeps whole results only, and forgets what is gone."""

import json
from pathlib import Path
from typing import Any

import build
import nbformat
import pytest

from dlbook.execution import Execution, Job


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the tool build in an empty folder."""
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "EXECUTED", tmp_path / "_build" / "executed")
    return tmp_path


def test_notebooks_come_in_reading_order(tree: Path) -> None:
    for name in ("index.md", "b/intro.md", "b/two.ipynb", "b/one.ipynb", "a/three.ipynb", "stray.ipynb"):
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).touch()
    chapters = [{"file": "b/intro", "sections": [{"file": "b/two"}, {"file": "b/one"}]}, {"file": "a/three"}]
    toc = {"root": "index", "parts": [{"caption": "Chapters", "chapters": chapters}]}
    assert [build.document_name(path) for path in build.notebooks_of(toc)] == ["b/two", "b/one", "a/three"]


def test_what_is_gone_is_forgotten(tree: Path) -> None:
    for name in ("a/old", "a/kept"):
        for kind in ("ipynb", "json"):
            path = build.EXECUTED / f"{name}.{kind}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{}")
    build.forget_old({"a/kept"})
    assert sorted(path.name for path in build.EXECUTED.rglob("*.*")) == ["kept.ipynb", "kept.json"]


def test_a_digest_without_its_notebook_does_not_count(tree: Path) -> None:
    record = build.EXECUTED / "a.json"
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"digest": "1234"}))
    assert build.stored_digest("a") is None
    record.with_suffix(".ipynb").touch()
    assert build.stored_digest("a") == "1234"


@pytest.fixture
def project(tree: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Make two notebooks, and let running them take no time."""
    paths = []
    for name in ("good", "bad"):
        path = tree / "chapters" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"'{name}'")]), path)
        paths.append(path)
    monkeypatch.setattr(build, "digest", lambda path, notebook: notebook.cells[0].source)
    return paths


def pretend(monkeypatch: pytest.MonkeyPatch, ran: list[str]) -> None:
    """Replace the runs of notebooks: one whose name is bad fails."""

    class Result:
        def __init__(self, job: Job) -> None:
            self.notebook, self.key, self.ok = job.name, job.key, "bad" not in job.name
            self.status, self.seconds, self.peak_memory_mb = ("ok" if self.ok else "failed"), 1.0, None
            self.error: Any = None

        def as_dict(self) -> dict[str, Any]:
            return {"notebook": self.notebook}

    def run_many(jobs: list[Job], *, n_jobs: int, on_result: Any) -> list[Any]:
        results = []
        for job in jobs:
            ran.append(job.name)
            result: Any = Result(job)
            execution: Any = Execution.__new__(Execution)
            object.__setattr__(execution, "result", result)
            object.__setattr__(execution, "notebook", job.notebook)
            on_result(execution)
            results.append(result)
        return results

    monkeypatch.setattr(build, "run_many", run_many)


def test_only_what_changed_runs_again(project: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    pretend(monkeypatch, ran)
    assert build.execute_changed(project[:1], 1) == 0
    assert build.execute_changed(project[:1], 1) == 0
    assert ran == ["chapters/good"]
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("'new'")]), project[0])
    assert build.execute_changed(project[:1], 1) == 0
    assert ran == ["chapters/good"] * 2


def test_a_failure_is_counted_and_keeps_nothing(project: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    pretend(monkeypatch, ran)
    assert build.execute_changed(project, 1) == 1
    assert build.stored_digest("chapters/good") is not None
    assert build.stored_digest("chapters/bad") is None
    assert build.execute_changed(project, 1) == 1
    assert ran == ["chapters/good", "chapters/bad", "chapters/bad"]
