#!/usr/bin/env python3
"""Make the project's environment in `.venv` from the lock file, unless it is there already.

Needs Python 3.11 to 3.13 with its venv module, and the first time PyPI or a mirror of it. Uses the standard
library only.
"""

# The checks below must run on an old Python 3 too, so this file avoids newer syntax.
from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NoReturn

import installers

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
INSTALLER = ROOT / ".uv"
UV_VERSION = "0.13.8"
OLDEST, NEWEST = (3, 11), (3, 13)


def stop(message: str) -> NoReturn:
    """End the program with one plain line."""
    sys.exit("bootstrap: " + message)


def version_text(version: tuple) -> str:
    """Write a version tuple as text."""
    return ".".join(str(part) for part in version)


def check_python() -> None:
    """Stop unless this Python can hold the environment."""
    found = sys.version_info[:2]
    if not OLDEST <= found <= NEWEST:
        stop(
            f"Python {version_text(OLDEST)} to {version_text(NEWEST)} is needed, but {sys.executable} is "
            f"Python {version_text(found)}. Name another one: make PYTHON=python3.12 ..."
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop("the venv module of Python is missing. On Debian or Ubuntu: sudo apt-get install python3-venv")


def check_machine() -> None:
    """Stop where the lock file has no TensorFlow, or where nothing of this was ever tried."""
    if sys.platform == "win32":
        stop("Windows itself is not supported, but its Linux is: install WSL (wsl --install), go on there.")
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        stop("TensorFlow has no release for Macs with an Intel processor, or for a Python made for them.")
    if "musl" in str(sysconfig.get_config_var("HOST_GNU_TYPE")):
        stop("TensorFlow has no release for musl, the C library of Alpine Linux. Use a Linux with glibc.")


def write(path: Path, text: str) -> None:
    """Write a file in one step, as UTF-8."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8")
    os.replace(str(partial), str(path))


def choose_extras(asked: str | None) -> list[str]:
    """Return the extras that are asked for, or else those of the last time."""
    if asked is None:
        file = INSTALLER / "extras"
        return file.read_text("utf-8").split() if file.is_file() else []
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    known = sorted(project["optional-dependencies"])
    chosen = sorted(set(asked.replace(",", " ").split()))
    for name in chosen:
        if name not in known:
            stop(f"there is no extra {name!r}. Choose from {', '.join(known)}.")
    return chosen


def fingerprint(extras: list[str]) -> str:
    """Return a digest of all that decides what the environment holds."""
    digest = hashlib.sha256()
    for name in ("uv.lock", "pyproject.toml"):
        path = ROOT / name
        if not path.is_file():
            stop(f"{name} is missing. Restore it (git checkout {name}) or write it anew (make lock).")
        digest.update(path.read_bytes())
    digest.update(f"{sys.version} {sys.executable} {UV_VERSION} {extras}".encode())
    return digest.hexdigest()


def read_stamp() -> dict[str, str]:
    """Return where the environment was made, and from what; nothing if that cannot be read."""
    try:
        return dict(json.loads((ENVIRONMENT / "stamp.json").read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def stamp_of(made_from: str) -> dict[str, str]:
    """Return the stamp of an environment that is made here."""
    return {"folder": os.path.realpath(str(ENVIRONMENT)), "fingerprint": made_from}


def find_uv() -> Path:
    """Return the path of uv, installed beside the environment the first time."""
    uv, python, stamp = INSTALLER / "bin" / "uv", INSTALLER / "bin" / "python", INSTALLER / "version"
    if uv.is_file() and stamp.is_file() and stamp.read_text("utf-8") == UV_VERSION:
        return uv
    print(f"Installing uv {UV_VERSION} into .uv ...", flush=True)
    shutil.rmtree(str(INSTALLER), ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(INSTALLER)]
    status = subprocess.call(command, env=installers.kept_variables())
    if status == 0:
        pip = installers.read_pip(python)
        index = installers.find_mirror(pip, installers.read_uv()) or installers.PYPI
        command = [str(python), "-m", "pip", "install", "--quiet", "--index-url", index, "uv==" + UV_VERSION]
        status = subprocess.call(command, env=installers.pip_variables(pip))
    if status != 0:
        shutil.rmtree(str(INSTALLER), ignore_errors=True)
        stop("uv could not be installed (is PyPI reachable?). The lines above say why.")
    write(stamp, UV_VERSION)
    return uv


def reader_settings() -> tuple[dict[str, str], dict[str, object]]:
    """Return what the reader's files say to pip and to uv."""
    return installers.read_pip(INSTALLER / "bin" / "python"), installers.read_uv()


def uv_variables(pip: dict[str, str], uv: dict[str, object]) -> dict[str, str]:
    """Return the environment that every call of uv in this project gets."""
    return {**installers.uv_variables(pip, uv, INSTALLER), "UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT)}


def install_from(mirror: str, uv: Path, options: list[str], variables: dict[str, str]) -> bool:
    """Install from another index the files that the lock file names, known by their digests.

    uv asks the addresses in the lock file whatever its settings say, so this takes a list of digests.
    """
    python, names = ["--python", sys.executable], str(INSTALLER / "requirements.txt")
    into = ["--python", str(ENVIRONMENT), "--default-index", mirror, "--compile-bytecode"]
    commands = [
        ["export", "--locked", "--quiet", "--no-emit-project", "--output-file", names, *python, *options],
        ["venv", "--quiet", "--allow-existing", *python, str(ENVIRONMENT)],
        ["pip", "sync", "--require-hashes", *into, names],
        ["pip", "install", "--quiet", "--no-deps", *into, "--editable", "."],
    ]
    return all(subprocess.call([str(uv), *words], cwd=str(ROOT), env=variables) == 0 for words in commands)


def install(uv: Path, extras: list[str]) -> None:
    """Let the environment hold what the lock file names, no more and no less."""
    settings = reader_settings()
    variables, mirror = uv_variables(*settings), installers.find_mirror(*settings)
    options = [word for name in extras for word in ("--extra", name)]
    if mirror is not None:
        if install_from(mirror, uv, options, variables):
            return
        print("The index that your settings name did not give all of it. Asking PyPI ...", flush=True)
    # Bytecode is compiled now: an import of Keras takes 4 s with it and 10 s without.
    command = [str(uv), "sync", "--locked", "--compile-bytecode", "--python", sys.executable, *options]
    if subprocess.call(command, cwd=str(ROOT), env=variables) != 0:
        stop("uv sync failed. The lines above say why; without a network, run it once where there is one.")


def main(*arguments: str) -> None:
    """Bring the environment up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lock", action="store_true", help="first bring uv.lock up to date")
    parser.add_argument("--extra", metavar="NAMES", help="extras to install, now and from now on")
    options = parser.parse_args(arguments)
    check_python()
    check_machine()
    extras = choose_extras(options.extra)
    if options.lock:
        command = [str(find_uv()), "lock"]
        if subprocess.call(command, cwd=str(ROOT), env=uv_variables(*reader_settings())) != 0:
            stop("uv lock failed. The lines above say why.")
    wanted, stamp = stamp_of(fingerprint(extras)), read_stamp()
    if stamp == wanted:
        return
    uv = find_uv()
    write(INSTALLER / "extras", " ".join(extras))
    print("Installing the environment into .venv from uv.lock ...", flush=True)
    if stamp.get("folder") != wanted["folder"]:
        # Made elsewhere, or not to its end: scripts name the Python of the folder that they were made for.
        shutil.rmtree(str(ENVIRONMENT), ignore_errors=True)
    else:
        write(ENVIRONMENT / "stamp.json", json.dumps(stamp_of("")))  # from here on it may be half of each
    install(uv, extras)
    write(ENVIRONMENT / "stamp.json", json.dumps(wanted))


if __name__ == "__main__":
    main(*sys.argv[1:])
