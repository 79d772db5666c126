"""Every record belongs to a call in its notebook, was made by the code on the page, and is small."""

from functools import cache
from pathlib import Path

import pytest

from dlbook.training.notebook_code import RecordCall, record_calls
from dlbook.training.record_files import LARGEST, read_record

ROOT = Path(__file__).resolve().parents[2]
LARGEST_TOGETHER = 15_000_000  # bytes
FILES = sorted((ROOT / "chapters").glob("*/records/*"))
NOTEBOOKS = sorted(
    path for path in (ROOT / "chapters").glob("*/*.ipynb") if "record(" in path.read_text(encoding="utf-8")
)


@cache
def calls(notebook: Path) -> dict[str, RecordCall]:
    """Return the records that a notebook asks for, by name."""
    return {call.name: call for call in record_calls(notebook)}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_record_is_there_and_was_made_by_the_code_on_the_page(notebook: Path) -> None:
    for name, call in calls(notebook).items():
        assert read_record(notebook.parent / "records", name).code == call.code, name


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_record_holds_with_every_profile_and_seed(notebook: Path) -> None:
    parameters = {"profile", "seed", "run"}
    assert {
        name: parameters & {*call.code} for name, call in calls(notebook).items() if parameters & {*call.code}
    } == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_belongs_to_a_record_that_is_used(path: Path) -> None:
    name = ".".join(path.name.split(".")[:2])
    assert name in calls(path.parent.parent / f"{name.partition('.')[0]}.ipynb")
    if path.suffix == ".npz":
        assert path.name in (path.parent / f"{name}.json").read_text(encoding="utf-8")


def test_records_are_small() -> None:
    sizes: dict[str, int] = {}
    for path in FILES:
        name = ".".join(path.name.split(".")[:2])
        sizes[name] = sizes.get(name, 0) + path.stat().st_size
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}
    assert sum(sizes.values()) <= LARGEST_TOGETHER
