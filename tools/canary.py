"""Test a copy of the book against the newest releases of all that it depends on.

The copy stands in a temporary folder; the project's own lock file stays as it is. The exit status is that of
the tests, and the versions that moved are listed first.
"""

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import bootstrap
from listing import copy_project

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".uv" / "bin" / "uv"


def versions(lock: Path) -> dict[str, set[str]]:
    """Return the versions that a lock file names, by package."""
    found: dict[str, set[str]] = {}
    for package in tomllib.loads(lock.read_text("utf-8"))["package"]:
        found.setdefault(package["name"], set()).add(package.get("version", "local"))
    return found


def main() -> int:
    """Copy, renew the lock file of the copy, test it."""
    with tempfile.TemporaryDirectory(prefix="dlbook-canary-") as folder:
        copy = Path(folder) / "book"
        copy_project(copy)
        variables = bootstrap.uv_variables(*bootstrap.reader_settings())
        subprocess.run([str(UV), "lock", "--upgrade"], cwd=copy, env=variables, check=True)
        before, after = versions(ROOT / "uv.lock"), versions(copy / "uv.lock")
        for name in sorted(after):
            if before.get(name) != after[name]:
                old = ", ".join(sorted(before.get(name, {"absent"})))
                print(f"{name}: {old} -> {', '.join(sorted(after[name]))}", flush=True)
        subprocess.run(["make", "env"], cwd=copy, check=True)
        subprocess.run([".venv/bin/python", "tools/environment.py"], cwd=copy, check=True)
        return subprocess.call(["make", "test"], cwd=copy)


if __name__ == "__main__":
    sys.exit(main())
