"""Every record belongs to a call in its notebook, was made by the code on the page, and is small."""

from pathlib import Path

import pytest

from dlbook.training.notebook_code import RecordCall, record_calls
from dlbook.training.record_files import LARGEST, read_record

ROOT = Path(__file__).resolve().parents[2]
LARGEST_TOGETHER = 15_000_000  # bytes
CALLS = {
    (path.parent, call.name): call
    for path in sorted((ROOT / "chapters").glob("*/*.ipynb"))
    for call in record_calls(path)
}
FILES = sorted((ROOT / "chapters").glob("*/records/*"))


@pytest.mark.parametrize(("folder", "name"), CALLS, ids=lambda part: getattr(part, "name", part))
def test_a_record_is_there_and_was_made_by_the_code_on_the_page(folder: Path, name: str) -> None:
    call: RecordCall = CALLS[folder, name]
    assert read_record(folder / "records", name).code == call.code


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_belongs_to_a_record_that_is_used(path: Path) -> None:
    name = ".".join(path.name.split(".")[:2])
    assert (path.parent.parent, name) in CALLS
    if path.suffix == ".npz":
        assert path.name in (path.parent / f"{name}.json").read_text(encoding="utf-8")


def test_records_are_small() -> None:
    sizes: dict[str, int] = {}
    for path in FILES:
        name = ".".join(path.name.split(".")[:2])
        sizes[name] = sizes.get(name, 0) + path.stat().st_size
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}
    assert sum(sizes.values()) <= LARGEST_TOGETHER
