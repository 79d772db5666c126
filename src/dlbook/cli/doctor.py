"""``dlbook doctor``: what is right with this machine, what is not, and what to do about it."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import click

from ..runtime import BACKENDS
from ..surroundings import FontError, font_folder, variables
from .machine import available_memory, find_chromium, n_cores, nvidia_cards

__all__ = ["Finding", "examine"]

OLDEST_PYTHON, FIRST_UNTRIED_PYTHON = (3, 11), (3, 14)
PACKAGES = ("numpy", "matplotlib", "ipywidgets", "scikit-learn", "pandas", "keras", "jupyterlab", "ipykernel")

_ENOUGH_MEMORY = 2e9  # bytes, for one notebook in the quick profile
_ENOUGH_DISK = 3e9  # bytes, for the data of the full profile
_INSTALL = "run `make book`, or `uv sync` in your copy of the book"
_GPU_EXTRA = {"tensorflow": ("cuda", "tensorflow[and-cuda]"), "jax": ("cuda-jax", "jax[cuda12]")}

# Run by a process of its own, so that a crash of the backend is a finding and its messages can be read.
_PROBE = """
import json, os
from dlbook.runtime import device
import keras
if keras.backend.backend() == "tensorflow":
    from dlbook.runtime import grow_gpu_memory
    grow_gpu_memory()
product = keras.ops.matmul(keras.ops.ones((2, 3)), keras.ops.ones((3, 2)))
assert float(keras.ops.sum(product)) == 12.0
print(json.dumps({"backend": keras.backend.backend(), "device": device()}))
"""
_DRIVER_WORDS = re.compile(r"cuda|cudnn|cublas|nvidia|gpu|libnv", re.IGNORECASE)
_LOG_PREFIX = re.compile(r"^(?:[IWEF]\d{4} [\d:.]+\s+\d+|\d{4}-\d\d-\d\d [\d:.]+: [IWEF]) ")


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Parameters
    ----------
    what : str
        What was looked at.
    state : str
        ``"ok"``, ``"warn"`` or ``"fail"``.
    detail : str
        What was found, in a few words.
    advice : str, default ""
        What to do about it; empty where nothing needs doing.
    """

    what: str
    state: str
    detail: str
    advice: str = ""


def examine() -> int:
    """Make every check and print what it found.

    Returns
    -------
    int
        The exit status: 1 if something is broken, 0 otherwise.
    """
    states = []
    for check in CHECKS:
        try:
            findings = list(check())
        except Exception as error:  # one check that breaks must not hide the others
            findings = [Finding(check.__name__.strip("_"), "fail", f"{type(error).__name__}: {error}")]
        for finding in findings:
            states.append(finding.state)
            _print(finding)
    n_broken, n_warnings = states.count("fail"), states.count("warn")
    click.echo()
    if n_broken:
        click.echo(f"{n_broken} broken, {n_warnings} to look at.")
    elif n_warnings:
        click.echo(f"Nothing is broken, {n_warnings} to look at.")
    else:
        click.echo("All is well.")
    return 1 if n_broken else 0


def _print(finding: Finding) -> None:
    colour = {"ok": "green", "warn": "yellow", "fail": "red"}[finding.state]
    click.echo(f"{click.style(f'{finding.state:<5}', fg=colour)} {finding.what:<14} {finding.detail}")
    if finding.advice:
        click.echo(f"{'':21}-> {finding.advice}")


def _python() -> Iterator[Finding]:
    version = platform.python_version()
    if OLDEST_PYTHON <= sys.version_info[:2] < FIRST_UNTRIED_PYTHON:
        yield Finding("Python", "ok", f"{version} ({sys.prefix})")
    else:
        oldest, newest = OLDEST_PYTHON[1], FIRST_UNTRIED_PYTHON[1] - 1
        yield Finding(
            "Python",
            "fail",
            version,
            f"install Python 3.{oldest} to 3.{newest} and make the environment again",
        )


def _packages() -> Iterator[Finding]:
    for package in (*PACKAGES, _backend()):
        try:
            yield Finding(package, "ok", importlib.metadata.version(package))
        except importlib.metadata.PackageNotFoundError:
            extra = " (the backend that KERAS_BACKEND names)" if package == "jax" else ""
            yield Finding(package, "fail", "not installed", f"{_INSTALL}{extra}")


def _backend() -> str:
    name = os.environ.get("KERAS_BACKEND") or BACKENDS[0]
    return name if name in BACKENDS else BACKENDS[0]


def _compute() -> Iterator[Finding]:
    """Import the backend, compute with it, and compare its device with the cards in the machine."""
    asked = os.environ.get("KERAS_BACKEND") or BACKENDS[0]
    if asked not in BACKENDS:
        yield Finding(
            "backend",
            "fail",
            f"KERAS_BACKEND is {asked!r}",
            f"set it to one of {', '.join(BACKENDS)}, or unset it",
        )
        return
    # Level 0, because the level the notebooks run with hides what goes wrong with CUDA.
    env = {
        **variables(),
        "KERAS_BACKEND": asked,
        "TF_CPP_MIN_LOG_LEVEL": "0",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    }
    cards = nvidia_cards()
    if cards:
        yield Finding("card", "ok", "; ".join(cards))
    try:
        probe = subprocess.run(
            [sys.executable, "-c", _PROBE],
            env=env,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
    except subprocess.TimeoutExpired:
        yield Finding(
            "backend", "fail", f"{asked} did not compute anything within 300 s", "restart the machine"
        )
        return
    if probe.returncode != 0:
        last = (probe.stderr.strip().splitlines() or [f"exit status {probe.returncode}"])[-1]
        yield Finding("backend", "fail", f"{asked} does not compute: {last}", _INSTALL)
        return
    answer = json.loads(probe.stdout.strip().splitlines()[-1])
    yield Finding("backend", "ok", answer["backend"])
    if cards and answer["device"] == "CPU":
        hidden = os.environ.get("CUDA_VISIBLE_DEVICES")
        extra, package = _GPU_EXTRA[asked]
        advice = f'run `make env EXTRA={extra}` in your copy of the book, or install "{package}"'
        if hidden is not None and hidden.strip() in {"", "-1"}:
            advice = "unset CUDA_VISIBLE_DEVICES, which hides every card"
        reasons = _driver_messages(probe.stderr)
        yield Finding(
            "device",
            "warn",
            f"CPU, although the machine has a card{': ' + '; '.join(reasons) if reasons else ''}",
            f"{advice}; the quick profile needs no GPU",
        )
    else:
        yield Finding("device", "ok", f"{answer['device']} ({n_cores()} processor cores)")


def _driver_messages(stderr: str) -> list[str]:
    """Pick the lines in which a backend says why it takes no card."""
    lines = (_LOG_PREFIX.sub("", line.strip()) for line in stderr.splitlines())
    chosen = [line for line in lines if _DRIVER_WORDS.search(line)]
    return list(dict.fromkeys(chosen))[:3]


def _memory() -> Iterator[Finding]:
    memory = available_memory()
    if memory is None:
        yield Finding("memory", "warn", "the system does not say how much is free")
    elif memory < _ENOUGH_MEMORY:
        yield Finding(
            "memory",
            "warn",
            f"{memory / 1e9:.1f} GB free",
            "close other programs; a notebook takes up to 1.5 GB",
        )
    else:
        yield Finding("memory", "ok", f"{memory / 1e9:.1f} GB free")


def _data() -> Iterator[Finding]:
    """Look at the folder that downloads go to, and at the disk under it."""
    from ..data.downloads import cache_folder

    folder = cache_folder()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
        yield Finding("data", "ok", f"{folder}, {size / 1e6:.0f} MB")
    except OSError:
        yield Finding(
            "data",
            "warn",
            f"{folder} cannot be written",
            "set KERAS_HOME to a folder of yours (full profile only)",
        )
    free = shutil.disk_usage(existing).free
    if free < _ENOUGH_DISK:
        yield Finding(
            "disk", "warn", f"{free / 1e9:.1f} GB free", "make room before you run the full profile"
        )
    else:
        yield Finding("disk", "ok", f"{free / 1e9:.1f} GB free")


def _settings() -> Iterator[Finding]:
    """Name what the shell says to Python and its libraries: notebooks of the book run without it."""
    ignored = sorted(set(os.environ) - set(variables()))
    if ignored:
        yield Finding("settings", "ok", f"notebooks run without {', '.join(ignored)}")


def _fonts() -> Iterator[Finding]:
    """Let Matplotlib list the fonts, which it would otherwise do, with a message, in a notebook."""
    try:
        yield Finding("fonts", "ok", str(font_folder()))
    except FontError as error:
        yield Finding("fonts", "fail", str(error), "make room there, or set XDG_CACHE_HOME to another folder")


_FIGURE = """\
from dlbook.runtime import setup
run = setup()
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()"""


def _kernel() -> Iterator[Finding]:
    """Run a notebook of one cell, which draws a figure and must not make any noise."""
    from nbformat.v4 import new_code_cell, new_notebook

    from ..execution import execute

    notebook = new_notebook(cells=[new_code_cell(_FIGURE)])
    result = execute(notebook, timeout=120, env={"DLBOOK_OUTPUT": "page"}).result
    if result.ok:
        yield Finding("kernel", "ok", f"a notebook of one cell ran in {result.seconds:.1f} s")
    else:
        yield Finding(
            "kernel", "fail", str(result.error), f"{_INSTALL}; `jupyter kernelspec list` must show python3"
        )


def _browser() -> Iterator[Finding]:
    found = find_chromium()
    if found:
        yield Finding("Chromium", "ok", found)
    else:
        yield Finding(
            "Chromium",
            "warn",
            "not found; the browser tests are skipped",
            "on Debian: sudo apt install chromium (only developers need it)",
        )


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _packages,
    _compute,
    _memory,
    _data,
    _settings,
    _fonts,
    _kernel,
    _browser,
)
