"""What cannot work is said plainly, before anything is installed."""

import shutil
import subprocess
import sys
from pathlib import Path

import bootstrap
import pytest


def test_this_python_is_accepted() -> None:
    bootstrap.check_python()


@pytest.mark.parametrize("version", [(3, 8, 10), (3, 10, 14), (3, 14, 0), (4, 0, 0)])
def test_another_python_is_refused(monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...]) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit) as stopped:
        bootstrap.check_python()
    message = str(stopped.value)
    assert "Python 3.11 to 3.13 is needed" in message
    assert f"is Python {version[0]}.{version[1]}." in message
    assert "make PYTHON=" in message
    assert "\n" not in message


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_missing_venv_module_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(SystemExit, match=r"venv module of Python is missing.*python3-venv"):
        bootstrap.check_python()


@pytest.mark.parametrize("missing", ["uv.lock", "pyproject.toml"])
def test_a_missing_lock_file_is_named(tmp_path: Path, missing: str) -> None:
    for name in {"uv.lock", "pyproject.toml", "tools/bootstrap.py"} - {missing}:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(bootstrap.ROOT / name, tmp_path / name)
    command = [sys.executable, str(tmp_path / "tools" / "bootstrap.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    (message,) = done.stderr.splitlines()
    assert message.startswith(f"bootstrap: {missing} is missing.")
    assert not (tmp_path / ".venv").exists()
    assert not (tmp_path / ".uv").exists()


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project of two files, and let the tool look at it."""
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "ENVIRONMENT", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "INSTALLER", tmp_path / ".uv")
    for name in ("uv.lock", "pyproject.toml"):
        (tmp_path / name).write_text("one")
    return tmp_path


def test_the_fingerprint_follows_the_files(tree: Path) -> None:
    before = bootstrap.fingerprint()
    assert bootstrap.fingerprint() == before
    (tree / "uv.lock").write_text("two")
    assert bootstrap.fingerprint() != before


def test_nothing_is_done_twice(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / ".venv").mkdir()
    (tree / ".venv" / "fingerprint").write_text(bootstrap.fingerprint())
    monkeypatch.setattr(bootstrap, "find_uv", lambda: pytest.fail("the environment is up to date"))
    bootstrap.main()


def test_the_lock_file_is_renewed_before_it_is_read(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock file that is missing or behind pyproject.toml must not stop the command that renews it."""
    (tree / "uv.lock").unlink()
    (tree / ".venv").mkdir()
    calls: list[list[str]] = []

    def call(command: list[str], **_: object) -> int:
        calls.append(command[1:2])
        if command[1] == "lock":
            (tree / "uv.lock").write_text("two")
        return 0

    monkeypatch.setattr(bootstrap, "find_uv", lambda: tree / "uv")
    monkeypatch.setattr(subprocess, "call", call)
    bootstrap.main("--lock")
    assert calls == [["lock"], ["sync"]]
    assert (tree / ".venv" / "fingerprint").read_text() == bootstrap.fingerprint()


def test_a_failed_installation_is_not_taken_for_a_good_one(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / ".venv").mkdir()
    monkeypatch.setattr(bootstrap, "find_uv", lambda: tree / "uv")
    monkeypatch.setattr(subprocess, "call", lambda *_, **__: 1)
    with pytest.raises(SystemExit, match="uv sync failed"):
        bootstrap.main()
    assert not (tree / ".venv" / "fingerprint").exists()


def test_an_installer_that_cannot_be_had_leaves_nothing(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "call", lambda *_, **__: 1)
    with pytest.raises(SystemExit, match=r"uv could not be installed \(is PyPI reachable\?\)"):
        bootstrap.find_uv()
    assert not (tree / ".uv").exists()


def test_the_file_can_be_read_by_an_older_python() -> None:
    """Newer syntax would turn the plain message into a syntax error."""
    import ast

    ast.parse(Path(bootstrap.__file__).read_text("utf-8"), feature_version=(3, 7))
