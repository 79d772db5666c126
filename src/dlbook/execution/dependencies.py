"""What the outputs of a notebook depend on, as one digest and part by part.

The build, ``dlbook run --resume`` and the fingerprint of an experiment share this.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import functools
import gc
import glob
import hashlib
import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from .cells import BrokenNotebook, code_cells, parse_cell
from .names import Module
from .results import installed_versions
from .sources import Sources, installed_sources
from .statements import Statement

__all__ = ["Dependencies", "changes", "digest", "fingerprint", "uses_keras"]

Parts = Mapping[str, Mapping[str, str]]

_MAIN = "__main__"
_MADE_ELSEWHERE = (".ipynb", ".quiz.yml")  # the cells count one by one; a quiz is made with the pages
_SETUP = "runtime.setup"  # imports Keras only where it is asked to
_BACKENDS = {"keras", "tensorflow", "jax"}
_READS_SOURCE = re.compile(r"inspect\.(getsource|getdoc|getcomments|findsource)|builtins\.help$")
_READS_DATA = re.compile(r"importlib\.resources\b|pkgutil\.get_data$")
_FILE_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)*\.\w+")


@dataclass(frozen=True)
class Dependencies:
    """What something depends on.

    Parameters
    ----------
    parts : mapping of str to mapping
        Plain data for JSON. ``cells`` maps the number of each code cell to its digest, ``names`` the full
        name of each function, class or constant to its digest, ``imports`` each name that a cell uses to
        what it stands for, ``files`` each file to its digest, and ``settings`` each setting to its value.
    """

    parts: Parts

    @functools.cached_property
    def key(self) -> str:
        """One digest of all parts; equal keys promise equal outputs."""
        return hashlib.sha256(json.dumps(self.parts, sort_keys=True).encode()).hexdigest()


def digest(
    path: str | os.PathLike[str],
    notebook: NotebookNode,
    *,
    profile: str = "quick",
    backend: str = "tensorflow",
    settings: Mapping[str, object] | None = None,
    sources: Sources | None = None,
) -> Dependencies:
    """Find what the outputs of a notebook depend on.

    Parameters
    ----------
    path : str or path
        Where the notebook is; the files that carry its name count, and those whose names its cells write.
    notebook : nbformat.NotebookNode
        Its content. Text and outputs do not count.
    profile : str, default "quick"
        The profile it runs in.
    backend : str, default "tensorflow"
        The backend of Keras; it counts only where the notebook uses Keras.
    settings : mapping of str to object, optional
        What else the outputs depend on, for example the seed.
    sources : Sources, optional
        The sources of the package; those of this very package where it is None.

    Returns
    -------
    Dependencies
        All of it.

    Raises
    ------
    BrokenNotebook
        If a cell is no Python. Cells tagged ``raises-exception`` may be.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> cell = new_code_cell("from dlbook.files import write_text as write\\nwrite('a', 'b')")
    >>> found = digest("example.ipynb", new_notebook(cells=[cell]))
    >>> found.parts["imports"]
    {'write': 'dlbook.files.write_text'}
    >>> list(found.parts["names"])
    ['dlbook.files.write_bytes', 'dlbook.files.write_text']
    """
    path = Path(path).resolve()
    with without_collector():
        main = _read_cells(notebook)
        seen = (sources or installed_sources()).beside(main)
        reached = seen.reach(main.statements)
        inner = {statement for statement in reached.statements if statement.module != _MAIN}
        shown = _shown(seen, main.statements, inner)
        files = _data_files(seen, inner)
        files |= _companions(path, main, reached.external)
        lock = next((folder / "uv.lock" for folder in path.parents if (folder / "uv.lock").is_file()), None)
        values: dict[str, object] = {
            "python": sys.version,
            "platform": sys.platform,
            **{name: version for name, version in _versions().items() if name not in _OWN},
            "profile": profile,
            **({"backend": backend} if _with_keras(seen, main) else {}),
            **(settings or {}),
        }
        return Dependencies(
            {
                "settings": {name: str(value) for name, value in values.items()},
                "files": {
                    **({"uv.lock": _file_digest(lock)} if lock is not None else {}),
                    **{name: _file_digest(files[name]) for name in sorted(files)},
                },
                "cells": {
                    str(cell.number): _short(repr((cell.source.rstrip(), cell.tags)))
                    for cell in code_cells(notebook)
                },
                "imports": _imports(seen, main),
                "names": _names(seen, inner, shown),
            }
        )


def fingerprint(
    notebook: NotebookNode, name: str, *, ignore: Collection[str] = (), sources: Sources | None = None
) -> Dependencies:
    """Find what a function defined in a notebook depends on, in the notebook and in the package.

    Comments, docstrings and the layout do not count, nor does anything that the function does not reach by
    name. The same code has the same fingerprint on every machine and in every version of Python.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The notebook.
    name : str
        Name of the function, or of anything else that the cells define.
    ignore : collection of str
        Full names that are not followed, for example ``"dlbook.runtime.setup"``.
    sources : Sources, optional
        The sources of the package; those of this very package where it is None.

    Returns
    -------
    Dependencies
        Its parts are ``names`` and ``files``; what the notebook defines stands under its bare name.

    Raises
    ------
    ValueError
        If the notebook does not define `name`, or a cell is no Python.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> cells = [new_code_cell("rate = 0.1"), new_code_cell("def train(seed):\\n    return rate * seed")]
    >>> list(fingerprint(new_notebook(cells=cells), "train").parts["names"])
    ['rate', 'train']
    """
    with without_collector():
        main = _read_cells(notebook)
        starts = [item for item in main.names.get(name, []) if isinstance(item, Statement)]
        if not starts:
            raise ValueError(f"name must be defined in a cell of the notebook, got {name!r}")
        seen = (sources or installed_sources()).beside(main)
        statements = seen.reach(starts, ignore=ignore).statements
        files = _data_files(seen, statements)
        return Dependencies(
            {
                "names": _names(seen, statements, set()),
                "files": {name: _file_digest(files[name]) for name in sorted(files)},
            }
        )


def uses_keras(notebook: NotebookNode, *, sources: Sources | None = None) -> bool:
    """Tell whether a notebook uses Keras or a backend of it, itself or through the package.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The notebook.
    sources : Sources, optional
        The sources of the package; those of this very package where it is None.

    Returns
    -------
    bool
        Whether it does.

    Raises
    ------
    BrokenNotebook
        If a cell is no Python.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> uses_keras(new_notebook(cells=[new_code_cell("import numpy")]))
    False
    """
    main = _read_cells(notebook)
    return _with_keras((sources or installed_sources()).beside(main), main)


def changes(before: Parts, after: Parts) -> list[str]:
    """Say in words what changed.

    Parameters
    ----------
    before, after : mapping of str to mapping
        The parts of two :class:`Dependencies`.

    Returns
    -------
    list of str
        A line each, empty where nothing changed.

    Examples
    --------
    >>> changes({"cells": {"1": "a"}, "settings": {"backend": "jax"}}, {"cells": {"1": "b"}, "settings": {}})
    ['code cell 1 changed', 'the backend does not count any more, it was jax']
    """
    lines = list(_cell_changes(list(before.get("cells", {}).values()), list(after.get("cells", {}).values())))
    for name, old, new in _differences(before, after, "imports"):
        if old and new:
            lines.append(f"{name} stands for {new}, it was {old}")
    for name, old, new in _differences(before, after, "names"):
        lines.append(f"{name} {_verb(old, new, 'is used now', 'is not used any more')}")
    for name, old, new in _differences(before, after, "files"):
        lines.append(f"{name} {_verb(old, new, 'is new', 'is gone')}")
    for name, old, new in _differences(before, after, "settings"):
        if not new:
            lines.append(f"the {name} does not count any more, it was {old}")
        else:
            lines.append(f"the {name} is {new}" + (f", it was {old}" if old else ", it did not count before"))
    return lines


def _differences(before: Parts, after: Parts, kind: str) -> Iterator[tuple[str, str, str]]:
    old, new = before.get(kind, {}), after.get(kind, {})
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield name, old.get(name, ""), new.get(name, "")


def _verb(old: str, new: str, is_new: str, is_gone: str) -> str:
    return "changed" if old and new else is_new if new else is_gone


def _cell_changes(before: list[str], after: list[str]) -> Iterator[str]:
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "delete":
            yield f"{_cell_range(i, j)} of the last run {'is' if j - i == 1 else 'are'} gone"
        elif kind == "insert":
            yield f"{_cell_range(k, m)} {'is' if m - k == 1 else 'are'} new"
        elif kind == "replace":
            yield f"{_cell_range(k, m)} changed"


def _cell_range(start: int, end: int) -> str:
    return f"code cell {end}" if end - start == 1 else f"code cells {start + 1} to {end}"


_OWN = {"dlbook", "python"}  # counted name by name, and in full
_versions = functools.cache(installed_versions)


def _read_cells(notebook: NotebookNode) -> Module:
    """Read the cells as one module."""
    main = Module(_MAIN)
    for cell in code_cells(notebook):
        try:
            main.add(parse_cell(cell))
        except BrokenNotebook:
            if "raises-exception" not in cell.tags:
                raise
    return main


def _with_keras(sources: Sources, main: Module) -> bool:
    if {name.partition(".")[0] for name in main.loads} & _BACKENDS:
        return True
    asked = any(
        isinstance(node, ast.keyword)
        and node.arg == "keras"
        and not (isinstance(node.value, ast.Constant) and not node.value.value)
        for statement in main.statements
        for node in ast.walk(statement.node)
    )
    if asked:
        return True
    reached = sources.reach(main.statements, ignore={f"{sources.package}.{_SETUP}"})
    loaded = {name for statement in reached.statements for name in statement.loads}
    return bool({name.partition(".")[0] for name in reached.external | loaded} & _BACKENDS)


def _imports(sources: Sources, main: Module) -> dict[str, str]:
    """Say what the names in the cells stand for, where that is in the package."""
    references = {reference for statement in main.statements for reference in statement.uses}
    own = (f"{sources.package}.", f"{_MAIN}.")
    return {
        reference.partition(":")[2] or reference: meaning
        for reference, meaning in sources.meanings(references).items()
        if meaning.startswith(own[0]) and not meaning.startswith(own[1])
    }


def _names(
    sources: Sources, statements: Iterable[Statement], verbatim: Collection[Statement]
) -> dict[str, str]:
    """Return the digests of statements by their names; what shares a name is digested together."""
    by_label: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for statement in statements:
        label = statement.label.removeprefix(f"{_MAIN}.")
        content = sources.digest(statement, verbatim=statement in verbatim)
        by_label[label].append((statement.position, content))
    return {
        label: found[0][1] if len(found) == 1 else _short(repr([content for _, content in sorted(found)]))
        for label, found in sorted(by_label.items())
    }


def _shown(sources: Sources, cells: Iterable[Statement], inner: set[Statement]) -> set[Statement]:
    """Return the statements whose very text the cells may show: there comments and docstrings count."""
    readers = {one for one in inner if any(map(_READS_SOURCE.match, sources.uses(one).external))}
    if readers:
        fresh = readers
        while fresh:
            fresh = {one for one in inner - readers if sources.uses(one).statements & readers}
            readers |= fresh
    shown: set[Statement] = set()
    for cell in cells:
        found = sources.uses(cell)
        reads = found.statements & readers or any(map(_READS_SOURCE.match, found.external))
        if reads or any(use.endswith(".__doc__") for use in cell.uses):
            named = {one for one in found.statements - readers if one.module != _MAIN}
            shown |= named or inner
    return shown


def _data_files(sources: Sources, statements: Iterable[Statement]) -> dict[str, Path]:
    """Return the files of packages that statements may read, by their path from the package's parent."""
    files: set[Path] = set()
    for statement in statements:
        home = sources.path_of(statement.module)
        external = sources.uses(statement).external
        if f"{statement.module}.__file__" in external and home is not None:
            files.update(home.parent.rglob("*"))
        elif any(map(_READS_DATA.match, external)):
            named = {path for text in statement.texts if (path := sources.path_of(text)) is not None}
            for path in named or ({home} if home is not None else set()):
                files.update(item for item in path.parent.rglob("*") if item.suffix != ".py")
    return {item.relative_to(sources.folder.parent).as_posix(): item for item in files if _is_content(item)}


def _is_content(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def _companions(path: Path, main: Module, external: Iterable[str]) -> dict[str, Path]:
    """Return the files beside a notebook that belong to it, by their path from its folder."""
    folder, stem = path.parent, glob.escape(path.stem)
    files = {*folder.glob(f"{stem}.*"), *folder.glob(f"records/{stem}.*")}
    for statement in main.statements:
        files.update(folder / text for text in statement.texts if _FILE_NAME.fullmatch(text))
    for name in {name.partition(".")[0] for name in {*external, *main.loads}}:
        files |= {folder / f"{name}.py", *(folder / name).rglob("*.py")}
    kept = (item for item in files if not item.name.endswith(_MADE_ELSEWHERE) and _is_content(item))
    return {item.relative_to(folder).as_posix(): item for item in kept}


def _file_digest(path: Path) -> str:
    state = path.stat()
    return _digest_of_state(path, state.st_mtime_ns, state.st_size)


@functools.lru_cache(maxsize=4096)
def _digest_of_state(path: Path, changed: int, size: int) -> str:
    """Digest a file, again only after it changed."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    """Let the garbage collector rest: syntax trees make it work in vain, half of the time in all."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
