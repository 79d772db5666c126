"""The files of the project, the same with git and without it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def git(root: Path, *arguments: str) -> bytes | None:
    """Return what a git command prints, or None where there is no repository of this folder, or no git.

    Git is told to trust the folder, whoever owns it, and nothing of what its caller's git told it, as happens
    in a hook.
    """
    if not (root / ".git").exists():
        return None
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-c", "safe.directory=*", *arguments]
    try:
        return subprocess.run(command, cwd=root, env=own, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None


def project_files(root: Path = ROOT) -> list[Path]:
    """Return the files that git knows, or where it cannot tell, those that it would not ignore."""
    listing = git(root, "ls-files", "-z")
    if listing is None:
        return sorted(files_below(root))
    found = {root / os.fsdecode(name) for name in listing.split(b"\0") if name}
    return sorted(path for path in found if path.is_file())


def files_below(root: Path) -> Iterator[Path]:
    """Yield the files of a folder without those that its `.gitignore` names."""
    lines = (root / ".gitignore").read_text("utf-8").splitlines()
    patterns = ["/.git", *(line.rstrip("/") for line in lines if line and not line.startswith("#"))]

    def ignored(path: Path) -> bool:
        place = f"/{path.relative_to(root).as_posix()}"
        return any(fnmatch(place if name.startswith("/") else path.name, name) for name in patterns)

    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = [name for name in folders if not ignored(here / name)]
        yield from (here / name for name in names if not ignored(here / name))


def copy_project(target: Path, root: Path = ROOT) -> None:
    """Copy the files of the project into a folder, as a download of it would."""
    for path in project_files(root):
        place = target / path.relative_to(root)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, place)
