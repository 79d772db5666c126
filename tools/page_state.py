"""What the pages are made of, in one digest: as long as it stays, they need not be made again."""

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["page_state"]

OUTPUTS = ("executed", "html")  # of what is in _build: what notebooks showed, and the pages themselves


def page_state(root: Path) -> str | None:
    """Return a digest of a project's files, of its executed copies and of its pages.

    Parameters
    ----------
    root : Path
        The folder of the project.

    Returns
    -------
    str or None
        Another one when any of these files has changed, came or went. None where there are no pages.
    """
    if not (root / "_build" / "html" / "index.html").is_file():
        return None
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(_files(root)):
        digest.update(f"\n{path.relative_to(root).as_posix()}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for start in (root, *(root / "_build" / name for name in OUTPUTS)):
        for folder, names, files in os.walk(start):
            left_out = {"__pycache__"} | ({"_build", "runs"} if Path(folder) == root else set())
            names[:] = [name for name in names if not name.startswith(".") and name not in left_out]
            yield from (path for name in files if (path := Path(folder, name)).is_file())
