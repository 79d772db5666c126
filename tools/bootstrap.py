#!/usr/bin/env python3
"""Make the project's environment in `.venv` from the lock file, unless it is there already.

Needs Python 3.11 to 3.13 with its venv module, and PyPI the first time. Uses the standard library only.
"""

# The checks below must run on an old Python 3 too, so this file avoids newer syntax.
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

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


def fingerprint() -> str:
    """Return a digest of all that decides what the environment holds."""
    digest = hashlib.sha256()
    for name in ("uv.lock", "pyproject.toml"):
        path = ROOT / name
        if not path.is_file():
            stop(f"{name} is missing. Restore it (git checkout {name}) or write it anew (make lock).")
        digest.update(path.read_bytes())
    digest.update(f"{sys.version} {sys.executable} {UV_VERSION} {ROOT}".encode())
    return digest.hexdigest()


def find_uv() -> Path:
    """Return the path of uv, installed beside the environment the first time."""
    folder = INSTALLER / ("Scripts" if os.name == "nt" else "bin")
    uv = folder / ("uv.exe" if os.name == "nt" else "uv")
    stamp = INSTALLER / "version"
    if uv.is_file() and stamp.is_file() and stamp.read_text() == UV_VERSION:
        return uv
    print(f"Installing uv {UV_VERSION} into .uv ...", flush=True)
    shutil.rmtree(INSTALLER, ignore_errors=True)
    python = folder / ("python.exe" if os.name == "nt" else "python")
    commands = [
        [sys.executable, "-m", "venv", str(INSTALLER)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv==" + UV_VERSION],
    ]
    for command in commands:
        if subprocess.call(command) != 0:
            shutil.rmtree(INSTALLER, ignore_errors=True)
            stop("uv could not be installed (is PyPI reachable?): " + " ".join(command))
    stamp.write_text(UV_VERSION)
    return uv


def main(*options: str) -> None:
    """Bring the environment up to date; --lock first brings uv.lock up to date with pyproject.toml."""
    check_python()
    if "--lock" in options and subprocess.call([str(find_uv()), "lock"], cwd=str(ROOT)) != 0:
        stop("uv lock failed. The lines above say why.")
    wanted = fingerprint()
    stamp = ENVIRONMENT / "fingerprint"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    uv = find_uv()
    print("Installing the environment into .venv from uv.lock ...", flush=True)
    settings = dict(os.environ, UV_PROJECT_ENVIRONMENT=str(ENVIRONMENT), UV_PYTHON_DOWNLOADS="never")
    # Other people's settings must not change what is installed here.
    for name in ("VIRTUAL_ENV", "UV_SYSTEM_PYTHON", "PYTHONPATH"):
        settings.pop(name, None)
    # Bytecode is compiled now: an import of Keras takes 4 s with it and 10 s without.
    command = [str(uv), "sync", "--locked", "--compile-bytecode", "--python", sys.executable]
    if subprocess.call(command, cwd=str(ROOT), env=settings) != 0:
        stop("uv sync failed. The lines above say why; without a network, run it once where there is one.")
    stamp.write_text(wanted)


if __name__ == "__main__":
    main(*sys.argv[1:])
