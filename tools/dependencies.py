"""What a notebook's outputs depend on, and a digest of it.

The outputs of a notebook follow from its own code, from every module of `dlbook` that it imports, directly or
through another, from the files of its folder that carry its name, and from the installed versions.
"""

import ast
import hashlib
import sys
from functools import cache
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
PACKAGE = "dlbook"


@cache
def module_path(module: str) -> Path | None:
    """Return the file of a module of the package, or None if there is no such module."""
    base = SOURCE.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


def imported_names(code: str, module: str = "", *, is_package: bool = False) -> set[str]:
    """Return the dotted names of the package that a piece of Python imports, at any depth of nesting.

    Relative imports are resolved against `module`. Of `from a import b` both `a` and `a.b` are returned, as
    `b` may be a module.
    """
    names: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                parent = parts[: len(parts) - node.level + is_package]
                base = ".".join([*parent, *([base] if base else [])])
            names.add(base)
            names.update(f"{base}.{alias.name}" for alias in node.names)
    return {name for name in names if name.split(".")[0] == PACKAGE}


def with_parents(names: set[str]) -> set[str]:
    """Add the packages around each module: importing `a.b.c` runs `a` and `a.b` first."""
    return {".".join(name.split(".")[:depth]) for name in names for depth in range(1, name.count(".") + 2)}


@cache
def direct_imports(path: Path) -> frozenset[str]:
    """Return what one file of the package imports from the package."""
    relative = path.relative_to(SOURCE).with_suffix("")
    is_package = relative.name == "__init__"
    module = ".".join(relative.parent.parts if is_package else relative.parts)
    return frozenset(imported_names(path.read_text(), module, is_package=is_package))


def reachable_files(code: str) -> list[Path]:
    """Return the files of the package that running `code` can load, sorted."""
    waiting = with_parents(imported_names(code))
    seen: set[str] = set()
    files: set[Path] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        path = module_path(name)
        if path is None:
            continue
        files.add(path)
        if (assets := path.parent / "assets").is_dir():
            files.update(item for item in assets.iterdir() if item.is_file())
        waiting |= with_parents(set(direct_imports(path)))
    return sorted(files)


def notebook_code(notebook: nbformat.NotebookNode) -> str:
    """Return the Python of a notebook, with lines of IPython's own syntax left out."""
    cells = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    lines = (line for source in cells for line in source.splitlines())
    return "\n".join("pass" if line.lstrip().startswith(("%", "!")) else line for line in lines)


def digest(path: Path, notebook: nbformat.NotebookNode) -> str:
    """Return a digest of all that the outputs of a notebook depend on.

    Parameters
    ----------
    path : Path
        Where the notebook is.
    notebook : NotebookNode
        Its content.

    Returns
    -------
    str
        Hexadecimal; equal digests promise equal outputs.
    """
    result = hashlib.sha256()
    result.update(f"{sys.version} {sys.platform}".encode())
    result.update((ROOT / "uv.lock").read_bytes())
    for cell in notebook.cells:
        if cell.cell_type == "code":
            result.update(repr((cell.source, sorted(cell.metadata.get("tags", [])))).encode())
    # A quiz is put in when the pages are built.
    companions = sorted(
        item
        for item in path.parent.glob(f"{path.stem}.*")
        if item != path and not item.name.endswith(".quiz.yml")
    )
    for item in reachable_files(notebook_code(notebook)) + companions:
        result.update(f"{item.relative_to(ROOT)}\n".encode())
        result.update(item.read_bytes())
    return result.hexdigest()


def imported_packages(notebook: nbformat.NotebookNode) -> set[str]:
    """Return the top-level names of what a notebook imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(notebook_code(notebook))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names
