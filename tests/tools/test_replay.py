"""Nbval judges the run that made the pages, finds what is wrong with it, and runs what has no such run."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from executed import ExecutedCopies
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from notebooks import KERNEL, PINNED, normalize, read, write
from replay import RecordedKernel

from dlbook.execution import Execution, NotebookResult

TOOLS = Path(__file__).resolve().parents[2] / "tools"
# A notebook that says so when it is really run.
CELLS = ["open('ran', 'a').close()", "print(6 * 7)"]


def stdout(text: str) -> NotebookNode:
    """Return something printed."""
    return new_output("stream", name="stdout", text=text)


def notebook(*sources: str, pinned: str | None = "42\n") -> NotebookNode:
    """Return a notebook as it is committed, the last cell pinned."""
    cells = [new_code_cell(source) for source in sources]
    if pinned is not None:
        cells[-1].update(metadata={"tags": [PINNED]}, outputs=[stdout(pinned)], execution_count=1)
    return normalize(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}))


def executed(committed: NotebookNode, *outputs: list[NotebookNode]) -> NotebookNode:
    """Return a notebook as a run leaves it."""
    copy = normalize(committed)
    for number, (cell, found) in enumerate(zip(copy.cells, outputs, strict=True), start=1):
        cell.update(outputs=found, execution_count=number)
    return copy


Keep = Callable[..., Path]


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Return a function that commits a notebook and keeps a run of it."""

    def keep(name: str, committed: NotebookNode, copy: NotebookNode, **changes: Any) -> Path:
        path = tmp_path / "chapters" / name / f"{name}.ipynb"
        write(path, committed)
        copies = ExecutedCopies(tmp_path)
        key = copies.dependencies(path, normalize(read(path))).key
        result = NotebookResult(copies.name(path), "ok", 1.0, 100.0, "2025-03-01", key=key, **changes)
        copies.store(Execution(copy, result))
        return path

    return keep


def run(root: Path, *options: str) -> tuple[dict[str, str], str]:
    """Let nbval look at the notebooks of a folder; return its verdict on each, and all that it printed."""
    command = [sys.executable, "-m", "pytest", "-p", "nbval.plugin", "-p", "replay", "--nbval-lax", "-rA"]
    command += ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(root), "--color=no"]
    settings = {"PYTHONPATH": str(TOOLS), "IPYTHONDIR": str(root / "ipython")}
    environment = {**os.environ, **settings, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command += [*options, "chapters"]
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, encoding="utf-8", check=False, timeout=300
    )
    printed = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    verdicts: dict[str, str] = {}
    for word, name in re.findall(r"^(PASSED|FAILED) chapters/(\w+)/", printed, re.MULTILINE):
        verdicts[name] = "failed" if "FAILED" in (word, verdicts.get(name, "").upper()) else "passed"
    return verdicts, printed + done.stderr


def was_run(path: Path) -> bool:
    """Tell whether a notebook was executed."""
    return (path.parent / "ran").exists()


def test_a_run_that_is_kept_is_judged_and_not_repeated(tmp_path: Path, keep: Keep) -> None:
    right, quiet = notebook(*CELLS), notebook(*CELLS, pinned=None)
    more = new_output("display_data", data={"text/plain": "and more"})
    noise = new_output("stream", name="stderr", text="careful")
    error = new_output("error", ename="ValueError", evalue="bad", traceback=["ValueError: bad"])
    paths = {
        "right": keep("right", right, executed(right, [], [stdout("4"), stdout("2\n")])),
        "wrong": keep("wrong", notebook(*CELLS, pinned="43\n"), executed(right, [], [stdout("42\n")])),
        "missing": keep("missing", right, executed(right, [], [])),
        "more": keep("more", right, executed(right, [], [stdout("42\n"), more])),
        "noisy": keep("noisy", right, executed(right, [], [stdout("42\n"), noise])),
        "raises": keep("raises", quiet, executed(quiet, [error], [])),
    }
    verdicts, printed = run(tmp_path)
    assert verdicts == dict.fromkeys(paths, "failed") | {"right": "passed"}, printed
    assert not any(map(was_run, paths.values()))
    assert "ValueError: bad" in printed
    summary = printed[printed.index("= notebooks =") :]
    assert "6 ran once, for the pages, and nbval judged that run:" in summary
    assert "  chapters/right/right.ipynb\n" in summary
    assert "were executed by nbval" not in summary


def test_what_has_no_run_that_fits_is_executed(tmp_path: Path, keep: Keep) -> None:
    good = notebook(*CELLS)
    run_of_it = executed(good, [], [stdout("42\n")])
    old, changed, warns = (keep(name, good, run_of_it) for name in ("old", "changed", "warns"))
    record = tmp_path / "_build" / "executed" / "chapters" / "old" / "old.json"
    record.write_text(
        json.dumps(json.loads(record.read_text("utf-8")) | {"digest": "0" * 64}), encoding="utf-8"
    )
    write(changed, notebook(CELLS[0], "print(6 * 7 + 1)"))
    write(warns, notebook("import warnings\n\nwarnings.warn('old', DeprecationWarning)", CELLS[1]))

    verdicts, printed = run(tmp_path)
    assert verdicts == {"old": "passed", "changed": "failed", "warns": "failed"}, printed
    assert was_run(old)
    assert was_run(changed)
    assert "DeprecationWarning: old" in printed
    assert "3 were executed by nbval:" in printed
    assert "  chapters/old/old.ipynb (it, or what it uses, has changed)\n" in printed


def test_nbval_executes_everything_where_that_is_asked_for(tmp_path: Path, keep: Keep) -> None:
    good = notebook(*CELLS)
    path = keep("good", good, executed(good, [], [stdout("42\n")]))
    verdicts, printed = run(tmp_path, "--execute-notebooks")
    assert verdicts == {"good": "passed"}, printed
    assert was_run(path)
    assert "  chapters/good/good.ipynb (asked for)\n" in printed


def test_the_recorded_kernel_answers_its_own_cells_only() -> None:
    kernel = RecordedKernel(executed(notebook(*CELLS), [], [stdout("42\n")]))
    assert kernel.is_alive()
    with pytest.raises(RuntimeError, match="the next cell of the executed copy is another one"):
        kernel.execute_cell_input("print(6 * 7)")
    with pytest.raises(RuntimeError, match="another one"):
        RecordedKernel(new_notebook()).execute_cell_input("1")
    kernel.stop()
    assert not kernel.is_alive()
