"""The files of the book, read once."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

from dlbook.execution import find_notebooks

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^(?:`{3,}|:{3,})\{(?P<name>[\w:-]+)\}[ \t]*(?P<argument>.*?)[ \t]*$", re.MULTILINE)
OPTION = re.compile(r"^:(?P<key>[\w-]+):[ \t]*(?P<value>.*?)[ \t]*$")


@dataclass(frozen=True)
class Directive:
    """One MyST directive: its name, what follows the name, and its options."""

    name: str
    argument: str
    options: dict[str, str]


@dataclass(frozen=True)
class Notebook:
    """A notebook of the book."""

    path: Path
    cells: tuple[Any, ...]

    @property
    def code(self) -> list[Any]:
        """The code cells."""
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def text(self) -> str:
        """All its Markdown."""
        return "\n\n".join(cell.source for cell in self.cells if cell.cell_type == "markdown")


def directives_in(text: str) -> list[Directive]:
    """Return the directives of a piece of Markdown, in order."""
    found = []
    for match in FENCE.finditer(text):
        options = {}
        for line in text[match.end() :].lstrip("\n").splitlines():
            option = OPTION.match(line)
            if option is None:
                break
            options[option["key"]] = option["value"]
        found.append(Directive(match["name"], match["argument"], options))
    return found


@cache
def read(path: Path) -> Notebook:
    """Read one notebook."""
    return Notebook(path, tuple(nbformat.read(path, as_version=4).cells))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for each notebook, executed notebook, or chapter that has notebooks."""
    chapters = ROOT / "chapters"
    committed = find_notebooks(ROOT)
    if "lesson" in metafunc.fixturenames:
        names = [path.relative_to(chapters).with_suffix("").as_posix() for path in committed]
        metafunc.parametrize("lesson", [read(path) for path in committed], ids=names)
    if "chapter_folder" in metafunc.fixturenames:
        folders = sorted({path.parent for path in committed})
        metafunc.parametrize("chapter_folder", folders, ids=[folder.name for folder in folders])


@pytest.fixture
def root() -> Path:
    """Return the folder of the project."""
    return ROOT


@pytest.fixture
def directives() -> Any:
    """Return the function that finds directives in Markdown."""
    return directives_in


@pytest.fixture(scope="session")
def contents() -> list[str]:
    """Return the documents that the table of contents names, in order."""
    found: list[str] = []

    def walk(item: Any) -> None:
        if isinstance(item, dict):
            found.extend(str(item[key]) for key in ("root", "file") if key in item)
            for value in item.values():
                walk(value)
        elif isinstance(item, list):
            for value in item:
                walk(value)

    walk(yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8")))
    return found


@pytest.fixture(scope="session")
def pages(contents: list[str]) -> dict[str, str]:
    """Return the Markdown of every document of the book, by name."""
    texts = {}
    for name in contents:
        path = ROOT / f"{name}.ipynb"
        texts[name] = read(path).text if path.is_file() else (ROOT / f"{name}.md").read_text("utf-8")
    return texts
