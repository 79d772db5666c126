"""Open the chapters in JupyterLab, whose kernels take no more from the machine than those of a build."""

import os
import sys
from pathlib import Path

from dlbook.surroundings import font_folder, variables

ROOT = Path(__file__).resolve().parent.parent


def start() -> tuple[list[str], dict[str, str]]:
    """Return the command and its environment."""
    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={ROOT / 'chapters'}", *sys.argv[1:]]
    profile = ROOT / "_build" / "ipython"
    profile.mkdir(parents=True, exist_ok=True)  # IPython warns of a folder that it cannot make
    own = {"IPYTHONDIR": str(profile), "MPLCONFIGDIR": str(font_folder())}
    return command, {**variables(), **own}


if __name__ == "__main__":
    arguments, environment = start()
    os.chdir(ROOT)
    os.execve(sys.executable, arguments, environment)
