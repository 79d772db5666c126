"""What the pages are made of and the pages themselves, each as a digest: while both stay, all is done."""

import hashlib
import os
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from listing import git

__all__ = ["made", "made_of"]


def made_of(root: Path, *, partial: bool = False) -> str:
    """Return a digest of all that goes into the pages.

    Parameters
    ----------
    root : Path
        The folder of the project.
    partial : bool
        Whether what notebooks have not shown yet may be missing.

    Returns
    -------
    str
        Another one when a file, an executed copy, Python, or the public address of the book has changed.
    """
    names = ("DLBOOK_ADDRESS", "DLBOOK_REPOSITORY", "DLBOOK_BRANCH")
    settings = [sys.version, partial, git(root, "remote", "get-url", "origin"), *map(os.environ.get, names)]
    digest = _digest(root, [*_files(root, {"_build", "runs"}), *_files(root / "_build" / "executed")])
    return hashlib.sha256(repr([settings, digest]).encode()).hexdigest()


def made(root: Path) -> str:
    """Return a digest of the pages, nothing where there are none.

    Parameters
    ----------
    root : Path
        The folder of the project.
    """
    pages = root / "_build" / "html"
    return _digest(root, _files(pages)) if (pages / "index.html").is_file() else ""


def _digest(root: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"\n{path.relative_to(root).as_posix()}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(start: Path, left_out: Collection[str] = ()) -> Iterator[Path]:
    for folder, names, files in os.walk(start):
        out = {"__pycache__", *(left_out if Path(folder) == start else ())}
        names[:] = [name for name in names if not name.startswith(".") and name not in out]
        yield from (path for name in files if (path := Path(folder, name)).is_file())
