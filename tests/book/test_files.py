"""No file names a place on somebody's machine, and no page asks another host for a part of it."""

import re
from functools import cache
from pathlib import Path

import pytest
from listing import project_files

ROOT = Path(__file__).resolve().parents[2]
# Written so that this file does not match its own patterns, and is looked at like every other.
MACHINE = re.compile(r"/(?:home|Users)/\w|/(?:root)/|[A-Z]:\\+Users")
HOSTS = re.compile(
    r"cdn\.jsdelivr\.net|unpkg\.com|cdnjs\.cloudflare\.com|fonts\.(googleapis|gstatic)\.com"
    r"|ajax\.googleapis\.com|code\.jquery\.com|polyfill\.io|esm\.sh|skypack\.dev"
)


@cache
def files() -> list[Path]:
    """Return the files of the project."""
    return project_files(ROOT)


def text_of(path: Path) -> str | None:
    """Return the text of a file, or None if it holds none."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return None


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Return where a pattern occurs."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in paths
        for number, line in enumerate((text_of(path) or "").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_there_are_files_to_look_at() -> None:
    assert {ROOT / "Makefile", ROOT / "_toc.yml", ROOT / "pyproject.toml"} <= set(files())


def test_no_path_of_a_machine() -> None:
    assert lines_with(MACHINE, files()) == []


def test_no_path_of_this_checkout() -> None:
    assert lines_with(re.compile(re.escape(f"{ROOT.as_posix()}/")), files()) == []


def test_nothing_comes_from_another_host() -> None:
    parts_of_pages = [
        path
        for path in files()
        if path.suffix in {".md", ".ipynb", ".html", ".css", ".js", ".yml", ".py", ".svg"}
        and path.relative_to(ROOT).parts[0] not in {"tests", "vendor", "uv.lock"}
    ]
    assert lines_with(HOSTS, parts_of_pages) == []


def test_no_large_file_is_committed() -> None:
    assert [path.name for path in files() if path.stat().st_size > 1_000_000] == []


@pytest.mark.parametrize(
    "sample",
    [
        "/".join(["", "home", "reader", "book"]),
        "/".join(["", "root", "x"]),
        "/".join(["", "Users", "reader"]),
        "\\".join(["C:", "Users", "reader"]),
    ],
)
def test_machine_paths_are_recognized(sample: str) -> None:
    assert MACHINE.search(sample)


@pytest.mark.parametrize("sample", ["/path/to/book", "the home page", "chapters/homework/x", "/rooted"])
def test_other_words_are_not(sample: str) -> None:
    assert not MACHINE.search(sample)
