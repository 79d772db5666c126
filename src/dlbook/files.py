"""Files: written in one step, so that a full disk never leaves half of one, and found beside a notebook."""

from __future__ import annotations

import contextlib
import os
from importlib import resources
from pathlib import Path

__all__ = ["companion", "write_bytes", "write_text"]


def write_bytes(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file so that its name always holds either the old content or the new.

    Parameters
    ----------
    path : str or path
        Where; missing folders are made, and an existing file keeps its permissions.
    content : bytes
        What to write.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written; the old file is then as it was.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    target = Path(os.path.realpath(path))  # a link stays a link
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(OSError):
            os.chmod(partial, target.stat().st_mode & 0o7777)
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write text as UTF-8 with line feeds on every system, as `write_bytes` does.

    Parameters
    ----------
    path : str or path
        Where; missing folders are made.
    text : str
        What to write.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written; the old file is then as it was.
    """
    write_bytes(path, text.encode("utf-8"))


def companion(name: str) -> Path:
    """Return a file that belongs to the notebook that runs.

    Parameters
    ----------
    name : str
        Its path from the notebook's folder, such as ``"lstm.quiz.yml"``.

    Returns
    -------
    pathlib.Path
        The file beside the notebook. Where a notebook was downloaded alone, the one that the installed
        package carries, if it does.

    Examples
    --------
    >>> companion("of_no_notebook.quiz.yml").name
    'of_no_notebook.quiz.yml'
    """
    beside = Path(name)
    if beside.is_file():
        return beside
    carried = Path(str(resources.files("dlbook"))) / "chapters"
    return next(iter(sorted(carried.glob(f"*/{beside.as_posix()}"))), beside)
