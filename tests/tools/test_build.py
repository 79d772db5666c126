"""The build runs what has changed, keeps whole results only, and forgets what is gone."""

import errno
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import budgets
import build
import nbformat
import pytest
from click.testing import CliRunner
from executed import ExecutedCopies

from dlbook.execution import CellTime, Execution, Job, NotebookResult


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the tool build in an empty folder."""
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "BUILD", tmp_path / "_build")
    return tmp_path


def test_notebooks_come_in_reading_order(tree: Path) -> None:
    names = ("index.md", "b/intro.md", "b/two.ipynb", "b/one.ipynb", "a/three.ipynb", "a/stray.ipynb")
    for name in names:
        path = tree / "chapters" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    sections = [{"file": "chapters/b/two"}, {"file": "chapters/b/one"}]
    chapters = [{"file": "chapters/b/intro", "sections": sections}, {"file": "chapters/a/three"}]
    toc = {"root": "index", "parts": [{"caption": "Chapters", "chapters": chapters}]}
    assert [path.stem for path in build.notebooks_of(toc)] == ["two", "one", "three"]


@pytest.fixture
def project(tree: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Make two notebooks, and let running them take no time."""
    paths = []
    for name in ("good", "bad"):
        path = tree / "chapters" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"'{name}'")]), path)
        paths.append(path)
    return paths


def pretend(monkeypatch: pytest.MonkeyPatch, ran: list[str], **measured: Any) -> None:
    """Replace the runs of notebooks: one whose name is bad fails."""

    def run_many(jobs: list[Job], *, n_jobs: int, on_result: Any) -> list[Any]:
        results = []
        for job in jobs:
            ran.append(job.name)
            status = "failed" if "bad" in job.name else "ok"
            result = NotebookResult(job.name, status, 1.0, None, "2025-03-01", key=job.key, **measured)
            on_result(Execution(job.notebook, result))
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


def test_what_is_known_to_be_slow_starts_first(project: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    pretend(monkeypatch, ran)
    monkeypatch.setattr(budgets, "exceptions", lambda: {"chapters/bad": 60.0})
    build.execute_changed(project, 2)
    assert ran == ["chapters/bad", "chapters/good"]


def test_a_failure_is_counted_and_keeps_nothing(project: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    pretend(monkeypatch, ran)
    assert build.execute_changed(project, 1) == 1
    assert list(ExecutedCopies(build.ROOT).records()) == ["chapters/good"]
    assert build.execute_changed(project, 1) == 1
    assert ran == ["chapters/good", "chapters/bad", "chapters/bad"]


def rewrite(path: Path, source: str) -> None:
    """Give a notebook another cell."""
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), path)


def test_switching_back_runs_nothing(project: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    pretend(monkeypatch, ran)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    good, other = project[0], project[1].with_name("other.ipynb")
    rewrite(good, "import keras")
    rewrite(other, "1 + 1")
    for backend, expected in (("", ["good", "other"]), ("jax", ["good"]), ("", []), ("jax", [])):
        monkeypatch.setenv("KERAS_BACKEND", backend)
        build.execute_changed([good, other], 1)
        assert ran == [f"chapters/{name}" for name in expected]
        ran.clear()
    rewrite(other, "1 + 2")
    build.execute_changed([good, other], 1)
    rewrite(other, "1 + 1")
    build.execute_changed([good, other], 1)
    assert ran == ["chapters/other"]


def test_only_what_is_named_runs(
    project: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []
    pretend(monkeypatch, ran)
    paths = [project[0], project[0].with_name("other.ipynb")]
    rewrite(paths[1], "1 + 1")
    build.execute_changed(paths, 1)
    for path in paths:
        rewrite(path, "2 + 2")
    ran.clear()
    assert build.execute_changed(paths, 1, only=paths[1:]) == 0
    assert ran == ["chapters/other"]
    assert "Left as they are, though changed: chapters/good." in capsys.readouterr().out
    assert sorted(ExecutedCopies(build.ROOT).records()) == ["chapters/good", "chapters/other"]
    assert build.execute_changed(paths, 1) == 0
    assert ran == ["chapters/other", "chapters/good"]


def test_notebooks_and_chapters_are_named(tree: Path) -> None:
    paths = [
        tree / "chapters" / name for name in ("01_nets/one.ipynb", "01_nets/two.ipynb", "02_x/three.ipynb")
    ]
    for path in [*paths, tree / "chapters" / "02_x" / "draft.ipynb"]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert build.named([], paths) == paths
    assert build.named(["two,three"], paths) == paths[1:]
    assert build.named(["three nets"], paths) == paths
    assert build.named(["01_nets", "02_x/three"], paths) == paths
    with pytest.raises(ValueError, match=r"called 'tow' \(did you mean two\?\)"):
        build.named(["tow"], paths)
    with pytest.raises(ValueError, match=r"not in the book's table of contents: .*draft\.ipynb"):
        build.named(["draft"], paths)


CONFLICT = """{
 "cells": [
  {
   "cell_type": "code",
<<<<<<< HEAD
   "source": []
"""


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            CONFLICT,
            "bad.ipynb is not a notebook: the marks of an unfinished merge in line 5, in or after code cell",
        ),
        ('{"cells": [', "bad.ipynb is not a notebook: no JSON in line 1"),
        ("", "bad.ipynb is not a notebook"),
        (None, ": if x = 1:\n\n"),
    ],
)
def test_a_broken_notebook_is_named_and_the_others_run(
    project: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: str | None,
    told: str,
) -> None:
    ran: list[str] = []
    pretend(monkeypatch, ran)
    if content is None:
        sources = ["x = 2", "\n# A comment.\nif x = 1:\n    pass"]
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), project[1])
    else:
        project[1].write_text(content, encoding="utf-8")
    assert build.execute_changed(project[::-1], 1) == 1
    assert ran == ["chapters/good"]
    printed = capsys.readouterr().err
    assert "chapters/bad, " in printed
    assert told in printed
    assert ("code cell 2: SyntaxError: line 3: invalid syntax" in printed) is (content is None)
    assert "Traceback" not in printed


def test_a_record_that_cannot_be_read_makes_its_notebook_run_again(
    project: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    pretend(monkeypatch, ran)
    build.execute_changed(project[:1], 1)
    (build.BUILD / "executed" / "chapters" / "good.json").write_bytes(b"")
    assert build.execute_changed(project[:1], 1) == 0
    assert ran == ["chapters/good"] * 2


def test_the_slowest_cells_of_a_slow_notebook_are_named(
    project: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = [3.0, 9.0, 1.0, 20.0, 2.0]
    cells = tuple(CellTime(i, f"step_{i}()", 1.0, taken) for i, taken in enumerate(seconds, start=1))
    pretend(monkeypatch, [], processor_seconds=26.0, cells=cells)
    build.execute_changed(project[:1], 1)
    named = [line.strip() for line in capsys.readouterr().out.splitlines() if "code cell" in line]
    assert named == [f"{seconds[i - 1]:.1f} s  code cell {i}: step_{i}()" for i in (4, 2, 1)]


def test_a_notebook_within_its_budget_is_not_explained(
    project: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend(monkeypatch, [], processor_seconds=24.0, cells=(CellTime(1, "step()", 1.0, 24.0),))
    build.execute_changed(project[:1], 1)
    assert "code cell" not in capsys.readouterr().out


@pytest.fixture
def sphinx(tree: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[bool]]:
    """Return a function that renders with a Sphinx of few words: it tells whether it found stored state."""
    stored = tree / "_build" / ".doctrees" / "environment.pickle"
    found: list[bool] = []

    def render(end: int | BaseException, builder: str = "html") -> list[bool]:
        def call(command: list[str], **settings: Any) -> int:
            found.append(stored.is_file())
            stored.parent.mkdir(parents=True, exist_ok=True)
            stored.touch()  # Sphinx stores what it has read, then writes the pages
            if isinstance(end, BaseException):
                raise end
            return end

        monkeypatch.setattr(subprocess, "call", call)
        if isinstance(end, BaseException):
            with pytest.raises(type(end)):
                build.render(builder)
        else:
            assert build.render(builder) == end
        return found

    return render


@pytest.mark.parametrize("end", [1, KeyboardInterrupt(), SystemExit(1)])
def test_what_sphinx_stored_does_not_outlive_an_unfinished_build(
    sphinx: Callable[..., list[bool]], end: int | BaseException
) -> None:
    sphinx(0)
    sphinx(0)
    sphinx(end)
    assert sphinx(0) == [False, True, True, False]


def test_what_another_builder_stored_is_not_on_the_pages(sphinx: Callable[..., list[bool]]) -> None:
    sphinx(0)
    sphinx(0, "linkcheck")
    assert sphinx(0) == [False, True, False]


def test_pages_are_made_again_only_after_a_change(tree: Path, sphinx: Callable[..., list[bool]]) -> None:
    page, text = tree / "_build" / "html" / "index.html", tree / "chapters" / "intro.md"
    copy = tree / "_build" / "executed" / "one.ipynb"
    for path in (page, text, copy):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("as it was", "utf-8")
    assert len(sphinx(0)) == 1
    assert len(sphinx(0)) == 1
    for changes, path in enumerate((page, text, copy), 1):
        path.write_text("changed", "utf-8")
        assert len(sphinx(0)) == 1 + changes
        assert len(sphinx(0)) == 1 + changes
    (tree / "_build" / "html" / "stray.html").touch()
    (tree / ".hidden").mkdir()
    assert len(sphinx(0)) == 5
    page.unlink()
    assert len(sphinx(0)) == 6
    assert len(sphinx(0)) == 7


def test_what_changes_while_pages_are_made_is_made_next_time(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, text, calls = tree / "_build" / "html" / "index.html", tree / "intro.md", []
    page.parent.mkdir(parents=True)
    text.write_text("before", "utf-8")

    def call(command: list[str], **settings: Any) -> int:
        page.write_text(text.read_text("utf-8"), "utf-8")
        calls.append(page.read_text("utf-8"))
        text.write_text("after", "utf-8")  # somebody edits it meanwhile
        return 0

    monkeypatch.setattr(subprocess, "call", call)
    for _ in range(3):
        assert build.render("html") == 0
    assert calls == ["before", "after"]
    monkeypatch.setenv("DLBOOK_REPOSITORY", "https://github.com/owner/book")  # for the launch buttons
    assert build.render("html") == 0
    assert build.render("html", partial=True) == 0
    assert len(calls) == 4


@pytest.mark.skipif(sys.platform == "win32", reason="needs locks of files")
def test_a_file_system_without_locks_is_no_obstacle(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def unsupported(file: object, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with build.one_at_a_time() as lock:
        assert lock is not None


@pytest.mark.skipif(sys.platform == "win32", reason="needs locks of files")
def test_a_second_build_waits(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entered = threading.Event()

    def second() -> None:
        with build.one_at_a_time():
            entered.set()

    waiting = threading.Thread(target=second)
    with build.one_at_a_time():
        waiting.start()
        assert not entered.wait(0.5)
    waiting.join(20)
    assert entered.is_set()
    assert "Waiting for another build of this book" in capsys.readouterr().out


def test_pages_are_made_without_anybodys_settings(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A warning as an error, for instance, would end Jupyter Book before it has read a page."""
    seen: list[dict[str, str]] = []
    monkeypatch.setattr(subprocess, "call", lambda command, *, env, **_: seen.append(env) or 0)
    for name in ("PYTHONWARNINGS", "PYTHONSAFEPATH", "PYTHONOPTIMIZE", "MPLBACKEND"):
        monkeypatch.setenv(name, "error")
    (tree / "_build").mkdir()
    assert build.render("html") == 0
    (environment,) = seen
    assert not {"PYTHONWARNINGS", "PYTHONSAFEPATH", "PYTHONOPTIMIZE", "MPLBACKEND"} & set(environment)
    assert str(build.ROOT / "tools") in environment["PYTHONPATH"]


def test_fonts_that_cannot_be_listed_end_the_build_before_any_kernel_starts(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Path:
        raise build.FontError("Matplotlib could not store its list of fonts in /x: disk full")

    monkeypatch.setattr(build, "font_folder", fail)
    monkeypatch.setattr(build, "execute_changed", lambda *_: pytest.fail("a kernel would start"))
    done = CliRunner().invoke(build.main, [])
    assert done.exit_code == 1
    assert done.output == "Matplotlib could not store its list of fonts in /x: disk full\n"
