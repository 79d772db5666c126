"""What the maintainer is told about a page that will run, or will not."""

from pathlib import Path

import pytest
import why
from click.testing import CliRunner
from executed import ExecutedCopies
from nbformat.v4 import new_code_cell, new_notebook
from notebooks import normalize, read, write

from dlbook.execution import Execution, NotebookResult

NAME = "chapters/01_x/one"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a book of one notebook that uses Keras and has run."""
    monkeypatch.setattr(why, "ROOT", tmp_path)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    path = tmp_path / f"{NAME}.ipynb"
    (tmp_path / "uv.lock").write_text("version = 1", encoding="utf-8")
    change(path, "import keras", "1 + 1")
    keep(path)
    return path


def change(path: Path, *sources: str) -> None:
    """Write the notebook."""
    write(path, new_notebook(cells=[new_code_cell(source) for source in sources]))


def keep(path: Path) -> None:
    """Pretend that the notebook ran."""
    copies, notebook = ExecutedCopies(why.ROOT), normalize(read(path))
    key = copies.dependencies(path, notebook).key
    fields = {"key": key, "backend": "tensorflow"}
    result = NotebookResult(NAME, "ok", 12.3, 100.0, "2025-03-01T10:20:30+00:00", **fields)  # type: ignore[arg-type]
    copies.store(Execution(notebook, result))


def said(*names: str) -> str:
    """Call the command."""
    done = CliRunner().invoke(why.main, names, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_what_is_as_it_ran(path: Path) -> None:
    assert said("one") == said() == f"{NAME} is as it ran: 2025-03-01 10:20 UTC on tensorflow, 12 s\n"


def test_what_changed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(path, "import keras", "from dlbook.files import write_text\nwrite_text('a', 'b')")
    (why.ROOT / "uv.lock").write_text("version = 2", encoding="utf-8")
    path.with_name("one.txt").write_text("questions: []", encoding="utf-8")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert said("one") == (
        f"{NAME} will run:\n"
        "  code cell 2 changed\n"
        "  dlbook.files.write_bytes is used now\n"
        "  dlbook.files.write_text is used now\n"
        "  one.txt is new\n"
        "  uv.lock changed\n"
        "  the backend is jax, it was tensorflow\n"
    )


def test_long_lists_are_cut(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(why, "SHOWN", 1)
    change(path, "import keras", "from dlbook.files import write_text\nwrite_text('a', 'b')")
    assert said("x").splitlines()[1:] == ["  code cell 2 changed", "  and 2 more"]


def test_an_earlier_run_is_told(path: Path) -> None:
    change(path, "1 + 2")
    ExecutedCopies(why.ROOT).set_aside(NAME)
    keep(path)
    change(path, "import keras", "1 + 1")
    assert said("one").splitlines()[0] == f"{NAME} gets the outputs of an earlier run:"


def test_what_never_ran_or_cannot(path: Path) -> None:
    ExecutedCopies(why.ROOT).discard(NAME)
    assert said("one") == f"{NAME} will run:\n  no run of it is kept\n"
    change(path, "x = = 1")
    assert said("one") == f"{NAME} cannot run: code cell 1, line 1: invalid syntax: x = = 1\n"


def test_an_unknown_name_gets_a_suggestion(path: Path) -> None:
    done = CliRunner().invoke(why.main, ["oen"])
    assert done.exit_code == 2
    assert "no chapter or notebook is called 'oen' (did you mean one?)" in done.stderr
