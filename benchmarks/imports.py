"""Time to import the chapter packages in a new Python, NumPy's own share beside it; best of seven."""

import subprocess
import sys

from common import ROOT, show

PROGRAM = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
MODULES = [
    "numpy",
    "dlbook",
    "dlbook.numerics",
    "dlbook.nn",
    "dlbook.feedforward",
    "dlbook.optimization",
    "dlbook.sequences",
    "dlbook.markov",
    "dlbook.display",
    "dlbook.data",
    "dlbook.runtime",
    "keras",
]


def seconds(module: str, repeats: int) -> float:
    """Return the shortest time to import a module."""
    command = [sys.executable, "-c", PROGRAM.format(module)]
    runs = [
        subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
        for _ in range(repeats)
    ]
    return min(float(run.stdout) for run in runs)


def main() -> None:
    """Measure every module."""
    rows: list[list[object]] = [[name, seconds(name, 2 if name == "keras" else 7)] for name in MODULES]
    show("Imports", rows, ["module", "seconds"])


if __name__ == "__main__":
    main()
