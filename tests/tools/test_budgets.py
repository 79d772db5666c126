"""Notebooks over their limit are found, and the list of exceptions is no longer than it must be."""

from pathlib import Path

import budgets
import pytest
import yaml
from executed import ExecutedCopies

from dlbook.execution import LIMIT, find_notebooks

ROOT = Path(__file__).resolve().parents[2]
RECORDS = {
    "a": {"processor_seconds": 100.0},
    "b": {"processor_seconds": 26.0},
    "c": {"processor_seconds": None},
}


def test_a_slow_notebook_is_found() -> None:
    assert list(budgets.too_slow(RECORDS, {})) == ["a took 100 s of processor time, its limit is 45 s"]
    assert list(budgets.too_slow(RECORDS, {"a": 110.0})) == []
    assert list(budgets.too_slow(RECORDS, {"a": 90.0})) == [
        "a took 100 s of processor time, its limit is 90 s"
    ]


@pytest.mark.parametrize(
    ("name", "ceiling", "fault"),
    [
        ("a", 299.0, None),
        ("a", 301.0, "is too high"),
        ("a", 45.0, "which every notebook may"),
        ("b", 60.0, "needs no exception"),
        ("c", 60.0, None),
        ("d", 60.0, "is no notebook that was run"),
    ],
)
def test_an_exception_that_should_go_is_found(name: str, ceiling: float, fault: str | None) -> None:
    found = list(budgets.not_needed(RECORDS, {name: ceiling}))
    assert len(found) == (fault is not None)
    assert fault is None or fault in found[0]


def test_the_exceptions_are_notebooks_of_the_book() -> None:
    names = {ExecutedCopies(ROOT).name(path) for path in find_notebooks(ROOT)}
    allowed = budgets.exceptions()
    assert set(allowed) - names == set()
    assert all(ceiling > LIMIT for ceiling in allowed.values())


def test_no_exceptions_are_a_list_too(tmp_path: Path) -> None:
    path = tmp_path / "none.yml"
    path.write_text("# nothing\n", encoding="utf-8")
    assert budgets.exceptions(path) == {}
    path.write_text(yaml.safe_dump({"chapters/x": 60}), encoding="utf-8")
    assert budgets.exceptions(path) == {"chapters/x": 60.0}


def test_the_machine_that_counts_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DLBOOK_BUILD_MACHINE", raising=False)
    assert not budgets.is_build_machine()
    monkeypatch.setenv("DLBOOK_BUILD_MACHINE", "1")
    assert budgets.is_build_machine()


@pytest.mark.skipif(not budgets.is_build_machine(), reason="the seconds of this machine do not count")
def test_every_exception_is_needed() -> None:
    assert list(budgets.not_needed(ExecutedCopies(ROOT).records(), budgets.exceptions())) == []
