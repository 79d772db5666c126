"""Text is UTF-8 on every machine, and no source is overwritten in place."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("src", "tools", "tests", "benchmarks")
BINARY = {"Image", "wave", "tarfile", "archive", "build_opener"}  # what has an `open` of its own, for bytes
PROGRAMS = {"run", "Popen", "call", "check_call", "check_output"}
# Where the mode of opening stands among the arguments, and what it is where it is not given.
OPENING = {"open": (1, "r"), "fdopen": (1, "r"), "NamedTemporaryFile": (0, "b"), "TemporaryFile": (0, "b")}


def name_of(function: ast.expr) -> str:
    """Return the last part of what is called."""
    if isinstance(function, ast.Call):
        return name_of(function.func)
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def opens_text(call: ast.Call) -> bool:
    """Tell whether a call may open a file as text."""
    position, default = OPENING[name_of(call.func)]
    if isinstance(call.func, ast.Attribute) and call.func.attr == "open":  # path.open(mode)
        if name_of(call.func.value) in BINARY:
            return False
        position = 0
    given = [word.value for word in call.keywords if word.arg == "mode"] or call.args[position : position + 1]
    if not given:
        return "b" not in default
    modes = [str(node.value) for node in ast.walk(given[0]) if isinstance(node, ast.Constant)]
    return not all("b" in mode for mode in modes)


def leaves_encoding_open(call: ast.Call) -> bool:
    """Tell whether a call reads or writes text, and the locale decides how."""
    name, words = name_of(call.func), {word.arg for word in call.keywords}
    if "encoding" in words:
        return False
    if name in {"read_text", "write_text"}:
        return isinstance(call.func, ast.Attribute) and len(call.args) < 1 + (name == "write_text")
    if name in PROGRAMS:
        return bool({"text", "universal_newlines"} & words)
    return name in OPENING and opens_text(call)


def calls_in(code: str) -> Iterator[ast.Call]:
    """Yield all calls of a piece of code."""
    return (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call))


def test_every_call_says_its_encoding() -> None:
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    assert len(paths) > 200
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in [ROOT / "conftest.py", *sorted(paths)]
        for call in calls_in(path.read_text("utf-8"))
        if leaves_encoding_open(call)
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "path.read_text()",
        "path.write_text('x')",
        "open('a')",
        "open('a', 'w')",
        "path.open()",
        "path.open(mode='a')",
        "open(part, 'r' if start else 'wb')",
        "os.fdopen(3)",
        "tempfile.NamedTemporaryFile('w')",
        "subprocess.run(command, text=True)",
    ],
)
def test_a_missing_encoding_is_found(code: str) -> None:
    assert any(leaves_encoding_open(call) for call in calls_in(code))


@pytest.mark.parametrize(
    "code",
    [
        "path.read_text('utf-8')",
        "write_text(path, 'x')",
        "open('a', 'rb')",
        "path.open('r+b' if start else 'wb')",
        "Image.open(path)",
        "tempfile.TemporaryFile(dir=folder)",
        "subprocess.run(command, encoding='utf-8')",
    ],
)
def test_what_needs_none_is_not(code: str) -> None:
    assert not any(leaves_encoding_open(call) for call in calls_in(code))


def test_tools_write_files_in_one_step() -> None:
    """A full disk must not leave half a source: `dlbook.files` writes beside it first."""
    before_there_is_an_environment = {"bootstrap.py", "installers.py"}
    found = [
        f"{path.name}:{call.lineno}"
        for path in sorted((ROOT / "tools").glob("*.py"))
        if path.name not in before_there_is_an_environment
        for call in calls_in(path.read_text("utf-8"))
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"write_text", "write_bytes"}
    ]
    assert found == []


def test_notebooks_are_utf_8_where_the_locale_is_not(tmp_path: Path) -> None:
    code = (
        "import locale, sys, pathlib, nbformat\n"
        "import notebooks\n"
        "assert locale.getpreferredencoding(False).lower() not in {'utf-8', 'utf8'}\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "cells = [nbformat.v4.new_markdown_cell('Gr\\xf6\\xdfe \\u2265 1')]\n"
        "assert notebooks.write(path, nbformat.v4.new_notebook(cells=cells))\n"
        "assert list(notebooks.problems(path)) == []\n"
    )
    path = tmp_path / "a.ipynb"
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONPATH": str(ROOT / "tools")}
    command = [sys.executable, "-X", "utf8=0", "-c", code, str(path)]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert "Größe ≥ 1" in path.read_text("utf-8")
