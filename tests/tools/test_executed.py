"""The executed copies: one stands for its notebook only as long as it is whole and nothing has changed."""

import json
import os
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
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    kept = ExecutedCopies(tmp_path)
    write(tmp_path / f"{NAME}.ipynb", new_notebook(cells=[new_code_cell("1 + 1")]))
    cells = (CellTime(1, "1 + 1", 0.5, 0.25),)
    kept.store(run(tmp_path, processor_seconds=0.75, cells=cells))
    return kept


def run(root: Path, **changes: object) -> Execution:
    """Return a run of the notebook as it is now."""
    path = root / f"{NAME}.ipynb"
    notebook = normalize(read(path))
    fields = {"key": ExecutedCopies(root).dependencies(path, notebook).key, **changes}
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
    path.write_text(
        json.dumps(json.loads(path.read_text("utf-8")) | {"format": executed.FORMAT - 1}), encoding="utf-8"
    )


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
    copies.copy(NAME).write_text(
        copies.copy(NAME).read_text("utf-8").replace("1 + 1", "1 + 3"), encoding="utf-8"
    )
    assert copies.record(NAME) is None


def test_an_earlier_kind_of_run_counts_as_none(copies: ExecutedCopies) -> None:
    change_format(copies.folder / f"{NAME}.json")
    assert copies.record(NAME) is None


@pytest.mark.parametrize("source", ["1 + 1", "import keras"])
def test_a_run_on_another_backend_does_not_count_where_keras_is_used(
    copies: ExecutedCopies, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    write(copies.root / f"{NAME}.ipynb", new_notebook(cells=[new_code_cell(source)]))
    copies.store(run(copies.root))
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert reason(copies) == (None if source == "1 + 1" else "it, or what it uses, has changed")
    monkeypatch.setenv("KERAS_BACKEND", "")
    assert reason(copies) is None


def texts(copies: ExecutedCopies) -> list[str]:
    """Return the sources of the earlier runs."""
    found = [json.loads(path.read_text("utf-8")) for path in (copies.earlier / NAME).glob("*.ipynb")]
    return sorted("".join(copy["cells"][0]["source"]) for copy in found)


def test_what_is_changed_back_has_its_run(copies: ExecutedCopies) -> None:
    first = copies.record(NAME)
    assert first is not None
    write(copies.root / f"{NAME}.ipynb", new_notebook(cells=[new_code_cell("1 + 2")]))
    copies.set_aside(NAME)
    assert copies.record(NAME) is None
    copies.store(run(copies.root))
    second = copies.record(NAME)
    assert second is not None
    assert not copies.bring_back(NAME, "0" * 64)
    assert copies.record(NAME) == second
    assert copies.bring_back(NAME, first["digest"])
    assert copies.record(NAME) == first
    assert texts(copies) == ["1 + 2"]
    assert copies.bring_back(NAME, second["digest"])
    assert copies.record(NAME) == second


def test_only_the_last_runs_are_kept(copies: ExecutedCopies) -> None:
    for number in range(executed.EARLIER + 3):
        write(copies.root / f"{NAME}.ipynb", new_notebook(cells=[new_code_cell(str(number))]))
        copies.set_aside(NAME)
        copies.store(run(copies.root))
        record = copies.earlier / NAME / f"{number}.json"
        for path in (copies.earlier / NAME).glob("*.json"):
            os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns - 10**10))
        assert not record.exists()
    assert texts(copies) == [str(number) for number in range(2, executed.EARLIER + 2)]
    assert len(list((copies.earlier / NAME).glob("*.json"))) == executed.EARLIER


@pytest.mark.parametrize("kind", ["json", "ipynb"])
def test_half_an_earlier_run_counts_as_none(copies: ExecutedCopies, kind: str) -> None:
    record = copies.record(NAME)
    assert record is not None
    copies.set_aside(NAME)
    cut(copies.earlier / NAME / f"{record['digest']}.{kind}")
    assert not copies.bring_back(NAME, record["digest"])


def test_the_parts_are_kept_with_the_run(copies: ExecutedCopies) -> None:
    path = copies.root / f"{NAME}.ipynb"
    notebook = normalize(read(path))
    found = copies.dependencies(path, notebook)
    copies.store(Execution(notebook, NotebookResult(NAME, "ok", 1.0, 1.0, "2025-03-01", key=found.key)))
    record = copies.record(NAME)
    assert record is not None
    assert record["depends"] == found.parts
    assert record["depends"]["settings"]["profile"] == "quick"


def test_a_full_disk_leaves_no_record(copies: ExecutedCopies, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(executed, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        copies.store(run(copies.root))
    assert copies.records() == {}


def test_what_is_gone_is_forgotten(copies: ExecutedCopies) -> None:
    (copies.folder / "chapters" / "01_x" / "two.ipynb").write_text("half a run", encoding="utf-8")
    copies.forget_all_but({NAME})
    assert sorted(path.name for path in copies.folder.rglob("*.*")) == ["one.ipynb", "one.json"]
    copies.set_aside(NAME)
    copies.store(run(copies.root))
    copies.forget_all_but(set())
    assert list(copies.folder.rglob("*.*")) == []
    assert list(copies.earlier.rglob("*.*")) == []


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
