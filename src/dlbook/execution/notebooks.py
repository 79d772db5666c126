"""From a notebook's file to a job, and from a finished job to a file."""

from __future__ import annotations

import copy
import functools
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from ..files import write_text
from ..runtime import BACKENDS
from .cells import read_notebook
from .dependencies import digest
from .engine import Job, execute
from .results import NotebookResult

__all__ = [
    "companion_files",
    "find_notebooks",
    "parameterized",
    "prepare",
    "run_notebook",
    "save",
    "source_digest",
]

_LARGEST_COMPANION = 20_000_000  # bytes


def find_notebooks(root: str | os.PathLike[str]) -> list[Path]:
    """List the notebooks of a book, chapter by chapter.

    Parameters
    ----------
    root : str or path
        The folder that holds ``chapters/``.

    Returns
    -------
    list of pathlib.Path
        Their paths, sorted; hidden files and folders, such as Jupyter's checkpoints, are passed over.
    """
    chapters = Path(root) / "chapters"
    return sorted(
        path
        for path in chapters.rglob("*.ipynb")
        if not any(part.startswith(".") for part in path.relative_to(chapters).parts)
    )


def parameterized(notebook: NotebookNode, parameters: Mapping[str, Any]) -> NotebookNode:
    """Return a copy of a notebook with other values in its parameters.

    Papermill adds a cell after the one tagged ``parameters``.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The notebook; it is not changed.
    parameters : mapping of str to object
        New values by name.

    Returns
    -------
    nbformat.NotebookNode
        The copy.

    Raises
    ------
    ValueError
        If no cell is tagged ``parameters``.
    """
    from papermill.parameterize import parameterize_notebook

    if not any("parameters" in cell.metadata.get("tags", []) for cell in notebook.cells):
        raise ValueError("no cell is tagged 'parameters', so the profile and the seed cannot be set")
    changed = copy.deepcopy(notebook)
    changed.metadata.setdefault("kernelspec", NotebookNode(name="python3", display_name="Python 3"))
    changed.metadata.kernelspec.setdefault("language", "python")
    changed.metadata["papermill"] = NotebookNode()
    for cell in changed.cells:  # papermill reads the tags of every cell
        cell.metadata.setdefault("tags", [])
    changed = parameterize_notebook(changed, dict(parameters))
    for cell in changed.cells:
        if not cell.metadata.tags:
            del cell.metadata["tags"]
    return changed


def prepare(
    path: str | os.PathLike[str],
    *,
    profile: str = "quick",
    seed: int = 0,
    backend: str | None = None,
    timeout: float = 600.0,
    name: str | None = None,
) -> Job:
    """Make the job that runs a notebook with given parameters, its output complete in one file.

    Parameters
    ----------
    path : str or path
        The notebook.
    profile : str, default "quick"
        ``"quick"`` or ``"full"``.
    seed : int, default 0
        Where its randomness starts.
    backend : str, optional
        The Keras backend; that of the environment where it is None.
    timeout : float, default 600
        Limit in seconds for the whole notebook.
    name : str, optional
        What reports call it; ``folder/name`` where it is None.

    Returns
    -------
    Job
        What :func:`run_many` takes. Its `key` changes whenever the result could.

    Raises
    ------
    ValueError
        If the file is no notebook, a cell is no Python, or none is tagged ``parameters``.
    """
    path = Path(path).resolve()
    notebook = read_notebook(path)
    used = backend or os.environ.get("KERAS_BACKEND") or BACKENDS[0]
    found = digest(
        path, notebook, profile=profile, backend=used, settings={"seed": seed, "output": "standalone"}
    )
    parameters = {"profile": profile, "seed": seed}
    env = {"DLBOOK_OUTPUT": "standalone"}
    if backend is not None:
        env["KERAS_BACKEND"] = backend
    return Job(
        name=name if name is not None else f"{path.parent.name}/{path.stem}",
        notebook=parameterized(notebook, parameters),
        cwd=path.parent,
        timeout=timeout,
        env=env,
        key=found.key,
    )


def run_notebook(
    path: str | os.PathLike[str],
    *,
    profile: str = "quick",
    seed: int = 0,
    backend: str | None = None,
    timeout: float = 600.0,
    output: str | os.PathLike[str] | None = None,
) -> NotebookResult:
    """Run a notebook's file with a profile and a seed.

    Parameters
    ----------
    path : str or path
        The notebook; the file is not changed.
    profile : str, default "quick"
        ``"quick"`` or ``"full"``.
    seed : int, default 0
        Where its randomness starts.
    backend : str, optional
        The Keras backend; that of the environment where it is None.
    timeout : float, default 600
        Limit in seconds for the whole notebook.
    output : str or path, optional
        Where the executed notebook goes. It is written only if every cell ran.

    Returns
    -------
    NotebookResult
        Status, time, memory, device and error.
    """
    job = prepare(path, profile=profile, seed=seed, backend=backend, timeout=timeout)
    done = execute(job.notebook, name=job.name, cwd=job.cwd, timeout=job.timeout, env=job.env, key=job.key)
    if output is not None and done.result.ok:
        save(done.notebook, output)
    return done.result


def save(notebook: NotebookNode, path: str | os.PathLike[str]) -> None:
    """Write a notebook so that a reader finds either the whole file or none.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        What to write.
    path : str or path
        Where; missing folders are made.
    """
    write_text(path, nbformat.writes(notebook) + "\n")


def companion_files(folder: str | os.PathLike[str]) -> dict[str, bytes]:
    """Read the files beside a notebook that it may need, such as its quiz.

    Parameters
    ----------
    folder : str or path
        The chapter's folder.

    Returns
    -------
    dict of str to bytes
        Relative path to content, without notebooks, hidden files and bytecode.

    Raises
    ------
    ValueError
        If together they are larger than 20 MB: such data belongs to the downloads.
    """
    folder = Path(folder)
    files: dict[str, bytes] = {}
    total = 0
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith((".", "__")) for part in relative.parts)
        if hidden or path.suffix == ".ipynb" or not path.is_file():
            continue
        total += path.stat().st_size
        if total > _LARGEST_COMPANION:
            raise ValueError(
                f"the files beside the notebooks in {folder.name} must have at most "
                f"{_LARGEST_COMPANION // 1_000_000} MB together, and {relative} goes beyond"
            )
        files[relative.as_posix()] = path.read_bytes()
    return files


@functools.cache
def source_digest() -> str:
    """Return a digest of all source files of the installed package.

    Returns
    -------
    str
        64 hexadecimal digits; the same on two machines with the same sources.

    Examples
    --------
    >>> len(source_digest())
    64
    """
    return _digest_of(Path(__file__).resolve().parents[1])


def _digest_of(folder: Path) -> str:
    """Digest the names and contents of a folder's files, without hidden ones and bytecode."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith((".", "__pycache__")) for part in relative.parts)
        if path.is_file() and not hidden and relative.parts[0] != "chapters":  # only a wheel carries those
            content = path.read_bytes()
            digest.update(f"{relative.as_posix()} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()
