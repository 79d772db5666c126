"""Mend the style of the code and the notebooks.

Ruff writes into the very file it reads, and on a full disk leaves half of it. So it works on a copy of the
sources, and what it changed is put in place in one step each.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from dlbook.files import write_bytes

ROOT = Path(__file__).resolve().parent.parent
RUFF = str(Path(sys.executable).with_name("ruff"))


def sources(root: Path) -> list[Path]:
    """Return the files that ruff looks at, below the given folder."""
    command = [RUFF, "check", "--show-files"]
    listing = subprocess.run(command, cwd=root, check=True, capture_output=True, encoding="utf-8").stdout
    return [Path(line).resolve().relative_to(root) for line in listing.splitlines()]


def mend(root: Path) -> int:
    """Mend what can be mended below a folder; return the exit status of what could not."""
    with tempfile.TemporaryDirectory(prefix="dlbook-format-") as scratch:
        copy = Path(scratch)
        names = sources(root)
        for name in (*names, Path("pyproject.toml")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, copy / name)
        left = subprocess.call([RUFF, "check", "--fix"], cwd=copy)
        status = subprocess.call([RUFF, "format"], cwd=copy)
        for name in names:
            mended = (copy / name).read_bytes()
            if mended != (root / name).read_bytes():
                write_bytes(root / name, mended)
    return left or status


if __name__ == "__main__":
    try:
        sys.exit(mend(ROOT))
    except OSError as error:
        sys.exit(
            f"format: {error.strerror}: {error.filename}; the sources are as they were or mended, each whole"
        )
