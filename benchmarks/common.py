"""What the benchmarks share: a copy of the project to work in, and a table."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
from listing import copy_project  # noqa: E402


@contextmanager
def clone(*, environment: bool) -> Iterator[Path]:
    """Give a copy of the tracked files in a temporary folder; `environment` shares the installed one."""
    with tempfile.TemporaryDirectory(prefix="dlbook-bench-") as folder:
        copy = Path(folder) / "book"
        copy_project(copy)
        if environment:
            (copy / ".venv").symlink_to(ROOT / ".venv")
        yield copy


def timed(command: list[str], cwd: Path) -> tuple[float, str]:
    """Run a command; return its seconds and what it printed. A failing command ends the benchmark."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return seconds, done.stdout


def show(title: str, rows: list[list[object]], columns: list[str]) -> None:
    """Print a table under a title."""
    from dlbook.display import table

    print(f"\n{title}\n{'-' * len(title)}")
    table(rows, columns=columns, digits=2)
