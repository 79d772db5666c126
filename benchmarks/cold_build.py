"""Cold `make book` on a fresh clone, split into installing, executing and rendering.

The package index is asked as on a new machine, except that uv may reuse wheels that it has downloaded before.
"""

import re
import sys

from common import clone, show, timed


def main() -> None:
    """Measure once."""
    with clone(environment=False) as copy:
        install, _ = timed(["make", "env", f"PYTHON={sys.executable}"], copy)
        build, output = timed([".venv/bin/python", "tools/build.py"], copy)
    match = re.search(r"Notebooks ([\d.]+) s, pages ([\d.]+) s", output)
    if match is None:
        raise SystemExit(f"the build did not report its times:\n{output}")
    rows: list[list[object]] = [
        ["install the environment", install],
        ["execute the notebooks", float(match[1])],
        ["render the pages", float(match[2])],
        ["all", install + build],
    ]
    show("Cold make book", rows, ["step", "seconds"])


if __name__ == "__main__":
    main()
