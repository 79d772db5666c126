"""The files of the project are the same with git and without it, whoever owns them and whoever asks."""

import os
import subprocess
from pathlib import Path

import listing
import pytest

TRACKED = ["Makefile", ".gitignore", "src/a.py", "src/naïve name.txt", "docs/build/kept.md"]
IGNORED = [
    *("_build/html/index.html", ".venv/bin/python", "src/__pycache__/a.pyc", ".mypy_cache/x", ".uv/bin/uv"),
    *("src/a.egg-info/PKG-INFO", "chapters/.ipynb_checkpoints/x.ipynb", "tests/.hypothesis/x", "runs/a.json"),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Make a repository with files that git knows, and files that it ignores."""
    tree = tmp_path / "book"
    for name in [*TRACKED, *IGNORED]:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("x", encoding="utf-8")
    (tree / ".gitignore").write_text((listing.ROOT / ".gitignore").read_text("utf-8"), encoding="utf-8")
    for command in (["init", "-q"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=tree, check=True)
    return tree


def names(tree: Path) -> list[str]:
    """Return the files that are found, by name."""
    return [path.relative_to(tree).as_posix() for path in listing.project_files(tree)]


def test_with_git(tree: Path) -> None:
    assert names(tree) == sorted(TRACKED)


def test_without_a_repository(tree: Path) -> None:
    (tree / ".git").rename(tree.parent / "elsewhere")
    assert names(tree) == sorted(TRACKED)


def test_without_git(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert names(tree) == sorted(TRACKED)


def test_inside_another_repository(tree: Path) -> None:
    (tree / ".git").rename(tree.parent / ".git")
    assert names(tree) == sorted(TRACKED)


def test_in_a_hook_of_another_repository(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    subprocess.run(["git", "init", "-q", str(other)], check=True)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert names(tree) == sorted(TRACKED)


@pytest.mark.skipif(not hasattr(os, "chown") or os.geteuid() != 0, reason="only root can give files away")
def test_a_folder_that_somebody_else_owns(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tree.parent))  # where no setting trusts it
    for name in [name for name in os.environ if name.startswith("GIT_CONFIG")]:
        monkeypatch.delenv(name)
    for path in (tree, tree / ".git"):
        os.chown(path, 12345, 12345)
    plain = subprocess.run(["git", "ls-files"], cwd=tree, capture_output=True, check=False)
    assert b"dubious ownership" in plain.stderr
    assert names(tree) == sorted(TRACKED)


def test_a_note_that_git_does_not_know_is_none_of_the_project(tree: Path) -> None:
    (tree / "note.txt").write_text("x", encoding="utf-8")
    assert names(tree) == sorted(TRACKED)


def test_the_files_of_this_project() -> None:
    found = {path.relative_to(listing.ROOT).as_posix() for path in listing.files_below(listing.ROOT)}
    known = {path.relative_to(listing.ROOT).as_posix() for path in listing.project_files()}
    assert {"Makefile", ".gitignore", "tools/listing.py"} <= known | {"tools/listing.py"}
    assert known <= found
    assert not {name for name in found if name.startswith((".venv/", "_build/", ".uv/", ".git/"))}


def test_a_copy_is_what_a_download_would_be(tree: Path, tmp_path: Path) -> None:
    listing.copy_project(tmp_path / "copy", tree)
    copied = [path for path in (tmp_path / "copy").rglob("*") if path.is_file()]
    assert sorted(path.relative_to(tmp_path / "copy").as_posix() for path in copied) == sorted(TRACKED)
