"""What cannot work is said plainly; what is there is checked; what was chosen is remembered."""

import ast
import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from itertools import pairwise
from pathlib import Path
from typing import Any

import bootstrap
import installers
import pytest

PROJECT = '[project]\nname = "p"\nversion = "1"\nrequires-python = ">=3.11"\n'
EXTRAS = "[project.optional-dependencies]\ncuda = []\ncluster = []\n"


def test_this_machine_is_accepted() -> None:
    bootstrap.check_python()
    bootstrap.check_machine()


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


@pytest.mark.parametrize(
    ("system", "processor", "library", "words"),
    [
        ("darwin", "x86_64", "x86_64-apple-darwin", "Macs with an Intel processor"),
        ("linux", "x86_64", "x86_64-alpine-linux-musl", "musl, the C library of Alpine Linux"),
        ("win32", "AMD64", None, "WSL"),
    ],
)
def test_a_machine_without_tensorflow_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, system: str, processor: str, library: str | None, words: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: processor)
    monkeypatch.setattr(sysconfig, "get_config_var", lambda name: library)
    with pytest.raises(SystemExit, match=words) as stopped:
        bootstrap.main()
    assert "\n" not in str(stopped.value)


@pytest.mark.parametrize(
    ("system", "processor", "library"),
    [
        ("darwin", "arm64", "arm64-apple-darwin"),
        ("linux", "aarch64", "aarch64-unknown-linux-gnu"),
        ("linux", "x86_64", "x86_64-pc-linux-gnu"),
    ],
)
def test_a_machine_with_tensorflow_is_accepted(
    monkeypatch: pytest.MonkeyPatch, system: str, processor: str, library: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: processor)
    monkeypatch.setattr(sysconfig, "get_config_var", lambda name: library)
    bootstrap.check_machine()


@pytest.mark.parametrize("missing", ["uv.lock", "pyproject.toml"])
def test_a_missing_lock_file_is_named(tmp_path: Path, missing: str) -> None:
    names = {"uv.lock", "pyproject.toml", "tools/bootstrap.py", "tools/installers.py"}
    for name in names - {missing}:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(bootstrap.ROOT / name, tmp_path / name)
    command = [sys.executable, str(tmp_path / "tools" / "bootstrap.py")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    (message,) = done.stderr.splitlines()
    assert message.startswith(f"bootstrap: {missing} is missing.")
    assert not (tmp_path / ".venv").exists()
    assert not (tmp_path / ".uv").exists()


class Calls(list[list[str]]):
    """The commands that were called, without the program's path; the status of the next call."""

    status = 0

    def __call__(self, command: list[str], **settings: Any) -> int:
        self.append(command[1:])
        self.variables = settings["env"]
        if command[1] in {"sync", "venv"}:
            bootstrap.ENVIRONMENT.mkdir(exist_ok=True)
        return self.status


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project of two files, and let the tool look at it."""
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "ENVIRONMENT", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "INSTALLER", tmp_path / ".uv")
    monkeypatch.setattr(bootstrap, "reader_settings", lambda: ({}, {}))
    monkeypatch.setattr(bootstrap, "find_uv", lambda: tmp_path / ".uv" / "bin" / "uv")
    (tmp_path / ".uv").mkdir()
    (tmp_path / "uv.lock").write_text("one", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(PROJECT + EXTRAS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Install nothing, and note what would be."""
    found = Calls()
    monkeypatch.setattr(subprocess, "call", found)
    return found


def test_the_fingerprint_follows_the_files_and_the_extras(tree: Path) -> None:
    before = bootstrap.fingerprint([])
    assert bootstrap.fingerprint([]) == before
    assert bootstrap.fingerprint(["cuda"]) != before
    (tree / "uv.lock").write_text("two", encoding="utf-8")
    assert bootstrap.fingerprint([]) != before


def test_nothing_is_done_twice(tree: Path, calls: Calls) -> None:
    bootstrap.main()
    assert [words[0] for words in calls] == ["sync"]
    bootstrap.main()
    assert len(calls) == 1


def test_the_lock_file_is_renewed_before_it_is_read(
    tree: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock file that is missing or behind pyproject.toml must not stop the command that renews it."""
    (tree / "uv.lock").unlink()

    def call(command: list[str], **settings: Any) -> int:
        if command[1] == "lock":
            (tree / "uv.lock").write_text("two", encoding="utf-8")
        return calls(command, **settings)

    monkeypatch.setattr(subprocess, "call", call)
    bootstrap.main("--lock")
    assert [words[0] for words in calls] == ["lock", "sync"]
    assert bootstrap.read_stamp()["fingerprint"] == bootstrap.fingerprint([])


def test_a_failed_installation_is_not_taken_for_a_good_one(tree: Path, calls: Calls) -> None:
    bootstrap.main()
    (tree / "uv.lock").write_text("two", encoding="utf-8")
    calls.status = 1
    with pytest.raises(SystemExit, match="uv sync failed"):
        bootstrap.main()
    # What is there now may be half of each: the old lock file does not make it whole again.
    (tree / "uv.lock").write_text("one", encoding="utf-8")
    calls.status = 0
    bootstrap.main()
    assert len(calls) == 3


def test_a_moved_environment_is_made_anew(tree: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrap.main()
    rest = tree / ".venv" / "rest"
    rest.touch()
    (tree / "uv.lock").write_text("two", encoding="utf-8")
    bootstrap.main()
    assert rest.exists()  # the same place: brought up to date
    moved = tree / "moved"
    moved.mkdir()
    (tree / ".venv").rename(moved / ".venv")
    monkeypatch.setattr(bootstrap, "ENVIRONMENT", moved / ".venv")
    bootstrap.main()
    assert not (moved / ".venv" / "rest").exists()
    assert len(calls) == 3


def test_an_unreadable_stamp_counts_as_none(tree: Path, calls: Calls) -> None:
    bootstrap.main()
    (tree / ".venv" / "stamp.json").write_text("", encoding="utf-8")
    bootstrap.main()
    assert len(calls) == 2


def test_extras_are_remembered(tree: Path, calls: Calls) -> None:
    def synced(*arguments: str) -> list[str]:
        calls.clear()
        bootstrap.main(*arguments)
        (command,) = calls
        return [name for flag, name in pairwise(command) if flag == "--extra"]

    assert synced("--extra", "cuda") == ["cuda"]
    (tree / "uv.lock").write_text("two", encoding="utf-8")
    assert synced() == ["cuda"]
    shutil.rmtree(tree / ".venv")
    assert synced() == ["cuda"]
    assert synced("--extra", "cluster, cuda") == ["cluster", "cuda"]
    assert synced("--extra", "") == []


def test_extras_are_remembered_where_the_installation_failed(tree: Path, calls: Calls) -> None:
    bootstrap.main()
    calls.status = 1
    with pytest.raises(SystemExit):
        bootstrap.main("--extra", "cuda")
    calls.status = 0
    bootstrap.main()
    assert calls[-1][-2:] == ["--extra", "cuda"]


def test_an_unknown_extra_is_refused_and_forgotten(tree: Path, calls: Calls) -> None:
    with pytest.raises(SystemExit, match=r"no extra 'gpu'\. Choose from cluster, cuda"):
        bootstrap.main("--extra", "gpu")
    bootstrap.main()
    assert "gpu" not in calls[-1]


def test_an_installer_that_cannot_be_had_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "INSTALLER", tmp_path / ".uv")
    monkeypatch.setattr(subprocess, "call", lambda *_, **__: 1)
    with pytest.raises(SystemExit, match=r"uv could not be installed \(is PyPI reachable\?\)"):
        bootstrap.find_uv()
    assert not (tmp_path / ".uv").exists()


@pytest.mark.parametrize("name", ["bootstrap.py", "installers.py"])
def test_the_files_can_be_read_by_an_older_python(name: str) -> None:
    """Newer syntax would turn the plain message into a syntax error."""
    ast.parse((bootstrap.ROOT / "tools" / name).read_text("utf-8"), feature_version=(3, 7))


def test_nothing_is_needed_but_the_standard_library() -> None:
    command = [sys.executable, "-S", str(bootstrap.ROOT / "tools" / "bootstrap.py"), "--help"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_the_settings_of_a_shell_do_not_reach_the_installer(
    tree: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("UV_FROZEN", "UV_PROJECT", "UV_NO_SYNC", "PIP_TARGET", "PYTHONPATH", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("UV_HTTP_TIMEOUT", "7")
    bootstrap.main()
    names = set(calls.variables)
    assert not names & {"UV_FROZEN", "UV_PROJECT", "UV_NO_SYNC", "PIP_TARGET", "PYTHONPATH", "VIRTUAL_ENV"}
    assert calls.variables["UV_HTTP_TIMEOUT"] == "7"
    assert calls.variables["UV_PROJECT_ENVIRONMENT"] == str(tree / ".venv")


def test_a_mirror_gives_the_files_of_the_lock_file(
    tree: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mirror.example/simple")
    bootstrap.main("--extra", "cuda")
    export, venv, sync, project = calls
    assert (export[0], venv[0], sync[:2], project[:2]) == (
        "export",
        "venv",
        ["pip", "sync"],
        ["pip", "install"],
    )
    assert {"--locked", "--extra", "cuda"} <= set(export)
    assert export[export.index("--output-file") + 1] == sync[-1]
    assert "--require-hashes" in sync
    for command in (sync, project):
        assert command[command.index("--default-index") + 1] == "https://mirror.example/simple"
    assert (
        "UV_DEFAULT_INDEX" not in calls.variables
    )  # for uv itself, the addresses are those of the lock file
    assert bootstrap.read_stamp() == bootstrap.stamp_of(bootstrap.fingerprint(["cuda"]))


def test_what_a_mirror_does_not_have_comes_from_pypi(
    tree: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")

    def call(command: list[str], **settings: Any) -> int:
        return calls(command, **settings) or (command[1:3] == ["pip", "sync"])

    monkeypatch.setattr(subprocess, "call", call)
    bootstrap.main()
    assert [words[0] for words in calls] == ["export", "venv", "pip", "sync"]
    assert "Asking PyPI" in capsys.readouterr().out


@pytest.fixture
def uv() -> Path:
    """Return the real uv of this checkout."""
    uv = bootstrap.INSTALLER / "bin" / "uv"
    if not uv.is_file():
        pytest.skip("uv is not in .uv: run make env")
    return uv


def test_a_renamed_folder_gets_an_environment_that_works(uv: Path, tmp_path: Path) -> None:
    """With the real uv, in a project without packages, in folders with names that need quoting."""
    old, new = tmp_path / "Ein Bücher's old", tmp_path / "a new $name"
    (old / "tools").mkdir(parents=True)
    for name in ("bootstrap.py", "installers.py"):
        shutil.copy(bootstrap.ROOT / "tools" / name, old / "tools")
    (old / ".uv" / "bin").mkdir(parents=True)
    for name in ("uv", "python"):
        (old / ".uv" / "bin" / name).symlink_to(uv.with_name(name))
    (old / ".uv" / "version").write_text(bootstrap.UV_VERSION, encoding="utf-8")
    (old / "pyproject.toml").write_text(PROJECT + "[tool.uv]\npackage = false\n", encoding="utf-8")

    def run(folder: Path, *arguments: str) -> None:
        command = [sys.executable, str(folder / "tools" / "bootstrap.py"), *arguments]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "UV_OFFLINE": "1"})

    run(old, "--lock")
    old.rename(new)
    run(new)
    script = (new / ".venv" / "bin" / "activate").read_text("utf-8")
    assert "a new $name" in script
    assert "Bücher" not in script
    assert json.loads((new / ".venv" / "stamp.json").read_text("utf-8"))["folder"] == str(new / ".venv")


HOSTILE = """
exclude-newer = "2020-01-01T00:00:00Z"
no-binary = true
[[index]]
url = "https://mirror.invalid/simple"
default = true
"""


@pytest.mark.parametrize("kind", ["variables", "file", "parent"])
def test_the_lock_file_decides_whatever_uv_is_told(
    uv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """With the real uv: it finds the lock file up to date, where by itself it would not."""
    book = tmp_path / "book"
    book.mkdir()
    for name in ("pyproject.toml", "uv.lock", "README.md", "LICENSE"):
        shutil.copy(bootstrap.ROOT / name, book)
    if kind == "variables":
        monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mirror.invalid/simple")
        monkeypatch.setenv("UV_EXCLUDE_NEWER", "2020-01-01")
        monkeypatch.setenv("UV_PROJECT", str(tmp_path))
    elif kind == "file":
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        (tmp_path / "uv").mkdir()
        (tmp_path / "uv" / "uv.toml").write_text(HOSTILE, encoding="utf-8")
        (tmp_path / "uv.toml").write_text(HOSTILE, encoding="utf-8")
    else:
        workspace = '[tool.uv.workspace]\nmembers = ["*"]\n'
        (tmp_path / "pyproject.toml").write_text(PROJECT + workspace, encoding="utf-8")
    variables = installers.uv_variables({}, installers.read_uv(), tmp_path)
    command = [str(uv), "lock", "--check", "--offline", "--python", sys.executable]
    done = subprocess.run(
        command, cwd=book, env=variables, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
