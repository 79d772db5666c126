"""The executed copies: one stands for its notebook only as long as it is whole and nothing has changed."""

import json
from collections.abc import Callable
from pathlib import Path

import executed
import pytest
from executed import ExecutedCopies
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from notebooks import normalize, read, write

from dlbook.execution import CellTime, Execution, NotebookResult

NAME = "chapters/01_x/one"


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ExecutedCopies:
    """Keep a run of a small notebook."""
    monkeypatch.setattr(executed, "digest", lambda path, notebook: notebook.cells[0].source)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    kept = ExecutedCopies(tmp_path)
    write(tmp_path / f"{NAME}.ipynb", new_notebook(cells=[new_code_cell("1 + 1")]))
    cells = (CellTime(1, "1 + 1", 0.5, 0.25),)
    kept.store(run(tmp_path, processor_seconds=0.75, cells=cells))
    return kept


def run(root: Path, **changes: object) -> Execution:
    """Return a run of the notebook as it is now."""
    notebook = normalize(read(root / f"{NAME}.ipynb"))
    fields = {"key": notebook.cells[0].source, **changes}
    return Execution(notebook, NotebookResult(NAME, "ok", 1.0, 100.0, "2025-03-01", **fields))  # type: ignore[arg-type]


def reason(copies: ExecutedCopies) -> str | None:
    """Say why the notebook must run."""
    path = copies.root / f"{NAME}.ipynb"
    return copies.reason(path, normalize(read(path)))


def test_a_run_is_kept_with_its_measurements(copies: ExecutedCopies) -> None:
    assert reason(copies) is None
    (record,) = copies.records().values()
    result = NotebookResult.from_dict(record)
    assert (result.processor_seconds, result.cells) == (0.75, (CellTime(1, "1 + 1", 0.5, 0.25),))
    assert copies.read(copies.root / f"{NAME}.ipynb").cells[0].source == "1 + 1"


def test_a_change_makes_it_old(copies: ExecutedCopies) -> None:
    write(copies.root / f"{NAME}.ipynb", new_notebook(cells=[new_code_cell("1 + 2")]))
    assert reason(copies) == "it, or what it uses, has changed"


def cut(path: Path) -> None:
    """Leave half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def change_format(path: Path) -> None:
    """Make a record look like one of an earlier version."""
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": executed.FORMAT - 1}))


@pytest.mark.parametrize("kind", ["json", "ipynb"])
@pytest.mark.parametrize(
    "harm", [cut, lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"[]"), Path.unlink]
)
def test_what_cannot_be_read_counts_as_none(
    copies: ExecutedCopies, kind: str, harm: Callable[[Path], None]
) -> None:
    harm(copies.folder / f"{NAME}.{kind}")
    assert copies.records() == {}
    assert reason(copies) == "no run of it is kept"


def test_a_copy_changed_by_hand_counts_as_none(copies: ExecutedCopies) -> None:
    copies.copy(NAME).write_text(copies.copy(NAME).read_text().replace("1 + 1", "1 + 3"))
    assert copies.record(NAME) is None


def test_an_earlier_kind_of_run_counts_as_none(copies: ExecutedCopies) -> None:
    change_format(copies.folder / f"{NAME}.json")
    assert copies.record(NAME) is None


@pytest.mark.parametrize(
    ("ran_on", "asked", "expected"),
    [
        (None, "jax", None),
        ("tensorflow", "", None),
        ("jax", "jax", None),
        ("tensorflow", "jax", "it ran on tensorflow, not on jax"),
        ("jax", "", "it ran on jax, not on tensorflow"),
    ],
)
def test_a_run_on_another_backend_does_not_count(
    copies: ExecutedCopies,
    monkeypatch: pytest.MonkeyPatch,
    ran_on: str | None,
    asked: str,
    expected: str | None,
) -> None:
    copies.store(run(copies.root, backend=ran_on))
    monkeypatch.setenv("KERAS_BACKEND", asked)
    assert reason(copies) == expected


def test_a_full_disk_leaves_no_record(copies: ExecutedCopies, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(executed, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        copies.store(run(copies.root))
    assert copies.records() == {}


def test_what_is_gone_is_forgotten(copies: ExecutedCopies) -> None:
    (copies.folder / "chapters" / "01_x" / "two.ipynb").write_text("half a run")
    copies.forget_all_but({NAME})
    assert sorted(path.name for path in copies.folder.rglob("*.*")) == ["one.ipynb", "one.json"]
    copies.forget_all_but(set())
    assert list(copies.folder.rglob("*.*")) == []


def test_a_notebook_from_elsewhere_has_no_copy(copies: ExecutedCopies, tmp_path: Path) -> None:
    path = tmp_path / "draft.ipynb"
    notebook: NotebookNode = normalize(new_notebook(cells=[new_code_cell("1")]))
    assert copies.reason(path, notebook) == "no run of it is kept"
    assert copies.job(path, notebook, jobs=1).name == "draft"


def test_warnings_are_errors_in_the_run(copies: ExecutedCopies) -> None:
    path = copies.root / f"{NAME}.ipynb"
    job = copies.job(path, normalize(read(path)), jobs=2)
    assert job.name == NAME
    assert job.env["PYTHONWARNINGS"].split(",")[0] == "error"
    assert job.env["DLBOOK_OUTPUT"] == "page"
