"""Which notebooks a person means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path

from ..execution import find_notebooks

__all__ = ["chapter_word", "find_root", "select_notebooks"]

_NUMBER = re.compile(r"^\d+_")


def find_root(start: Path) -> Path:
    """Find the folder of the book: the nearest one upwards that holds ``chapters/``.

    Parameters
    ----------
    start : pathlib.Path
        Where to begin.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    ValueError
        If there is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "chapters").is_dir():
            return folder
    raise ValueError(
        f"no folder 'chapters' in {start} or above it: go to your copy of the book, or name it with --root"
    )


def chapter_word(folder: str) -> str:
    """Return a chapter's name without its number.

    Parameters
    ----------
    folder : str
        Name of the chapter's folder.

    Returns
    -------
    str
        The rest.

    Examples
    --------
    >>> chapter_word("01_feedforward")
    'feedforward'
    """
    return _NUMBER.sub("", folder)


def select_notebooks(targets: Sequence[str], root: Path) -> list[Path]:
    """Find the notebooks that a list of names stands for.

    Parameters
    ----------
    targets : sequence of str
        Chapters (``01_feedforward``, ``feedforward``), notebooks (``backpropagation``,
        ``feedforward/backpropagation``) or paths; every notebook of the book where it is empty.
    root : pathlib.Path
        The folder that holds ``chapters/``.

    Returns
    -------
    list of pathlib.Path
        Each notebook once, in the order of the names.

    Raises
    ------
    ValueError
        If a name is unknown or stands for two notebooks, or if there are no notebooks.
    """
    notebooks = find_notebooks(root)
    if not targets:
        if not notebooks:
            raise ValueError(f"no notebooks in {root / 'chapters'}")
        return notebooks
    chosen: dict[Path, None] = {}
    for target in targets:
        chosen.update(dict.fromkeys(_matches(target, notebooks)))
    return list(chosen)


def _matches(target: str, notebooks: Sequence[Path]) -> list[Path]:
    by_path = _from_path(Path(target))
    if by_path:
        return by_path
    name = target.rstrip("/").removeprefix("chapters/").removesuffix(".ipynb")
    chapter = [path for path in notebooks if name in {path.parent.name, chapter_word(path.parent.name)}]
    if chapter:
        return chapter
    found = [path for path in notebooks if name in _names(path)]
    if len(found) > 1:
        choices = ", ".join(f"{chapter_word(path.parent.name)}/{path.stem}" for path in found)
        raise ValueError(f"{target!r} is the name of several notebooks: choose {choices}")
    if not found:
        raise ValueError(_unknown(target, name, notebooks))
    return found


def _names(path: Path) -> set[str]:
    folder = path.parent.name
    return {path.stem, f"{folder}/{path.stem}", f"{chapter_word(folder)}/{path.stem}"}


def _from_path(path: Path) -> list[Path]:
    if path.suffix == ".ipynb" and path.is_file():
        return [path.resolve()]
    if path.is_dir():
        return sorted(path.resolve().glob("*.ipynb"))
    return []


def _unknown(target: str, name: str, notebooks: Sequence[Path]) -> str:
    chapters = list(dict.fromkeys(chapter_word(path.parent.name) for path in notebooks))
    stems = [path.stem for path in notebooks]
    near = difflib.get_close_matches(name.rpartition("/")[2], [*chapters, *stems], n=3)
    guess = f" (did you mean {' or '.join(near)}?)" if near else ""
    return (
        f"no chapter or notebook is called {target!r}{guess}: "
        f"the chapters are {', '.join(chapters) or 'none yet'}; `dlbook run --list` prints the notebooks"
    )
