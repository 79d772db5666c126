"""What a notebook's run takes from the machine: devices, network and folders, but nobody's settings.

A variable of the shell or a file in the home folder must not change what a page shows. :func:`variables`
gives the environment for a kernel, and :func:`font_folder` a place for what Matplotlib keeps.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

__all__ = ["FontError", "font_folder", "own_folder", "variables"]

# What Python and the libraries read begins with one of these, and so does the locale.
_SETTINGS = (
    *("PYTHON", "IPYTHON", "MPL", "MATPLOTLIB", "KERAS_", "TF_", "TF2_", "JAX_", "NPY_", "OMP_DISPLAY"),
    *("LC_", "LANG"),  # without a locale, Python takes one of UTF-8
    "PYTEST_",  # in a test, a kernel would not show what compiled code writes
)
# Of that, what describes the machine or is chosen for the run.
_CHOICES = {
    *("PYTHONPATH", "PYTHONUSERBASE", "PYTHONHOME"),  # where dlbook itself may be; `make` takes them away
    "KERAS_BACKEND",
    "KERAS_HOME",  # the folder of the downloads
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "TF_GPU_ALLOCATOR",
    "JAX_PLATFORMS",
    "JAX_COMPILATION_CACHE_DIR",
}
# A kernel of another Python, and how wide and how colourful text is.
_OTHERS = {
    *("JUPYTER_PATH", "JUPYTER_DATA_DIR", "JUPYTER_PREFER_ENV_PATH"),
    *("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "PY_COLORS"),
    *("TTY_COMPATIBLE", "TTY_INTERACTIVE", "PYCHARM_HOSTED"),
}
_SLOW = 600  # seconds; a cold disk with thousands of fonts takes minutes


class FontError(OSError):
    """Matplotlib could not read the fonts of this machine, or not keep what it read."""


def variables() -> dict[str, str]:
    """Return the environment for a kernel, and for the programs of the book that start some.

    Returns
    -------
    dict of str to str
        The present environment without settings of Python, IPython, Matplotlib, Keras and its backends. Text
        is UTF-8, and the order of sets is the same in every run.

    Examples
    --------
    >>> variables()["PYTHONUTF8"]
    '1'
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _CHOICES or not (name.startswith(_SETTINGS) or name in _OTHERS)
    }
    return {**kept, "PYTHONUTF8": "1", "PYTHONHASHSEED": "0"}


def own_folder(name: str) -> Path:
    """Make a folder of this installation's own, for what a library keeps from one run to the next.

    Parameters
    ----------
    name : str
        What it is for.

    Returns
    -------
    pathlib.Path
        In the virtual environment that this Python belongs to, else in the reader's cache. Where neither can
        be written, a folder that is removed when this process ends.
    """
    places = []
    if sys.prefix != sys.base_prefix:
        places.append(Path(sys.prefix) / "var" / "dlbook")
    with contextlib.suppress(RuntimeError):  # nobody's home
        places.append(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dlbook")
    for place in places:
        folder = place / name
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    return _passing_folder() / name


@functools.cache
def _passing_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="dlbook-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def font_folder() -> Path:
    """Return a folder for ``MPLCONFIGDIR`` in which Matplotlib finds its list of the machine's fonts.

    Making the list takes a second or a minute, and Matplotlib says so on the error stream if it is long. That
    must not happen in a notebook, so it happens here, once for each version of Matplotlib.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    FontError
        If the list cannot be made, in one line.
    """
    with _ONE_AT_A_TIME:
        folder = own_folder(f"matplotlib-{importlib.metadata.version('matplotlib')}")
        if not any(folder.glob("fontlist-*.json")):
            _list_fonts(folder)
        return folder


_ONE_AT_A_TIME = threading.Lock()


def _list_fonts(folder: Path) -> None:
    environment = {**variables(), "MPLCONFIGDIR": str(folder)}
    command = [sys.executable, "-c", "import matplotlib.font_manager"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            command, env=environment, capture_output=True, encoding="utf-8", timeout=_SLOW, check=False
        )
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = str(error)
    if not any(folder.glob("fontlist-*.json")):
        raise FontError(f"Matplotlib could not store its list of fonts in {folder}: {reason}")
