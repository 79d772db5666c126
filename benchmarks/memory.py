"""Seconds and peak memory of every notebook, as the last build measured them."""

import json

from common import ROOT, show


def main() -> None:
    """Read what `make book` left."""
    executed = ROOT / "_build" / "executed"
    records = [json.loads(path.read_text("utf-8")) for path in sorted(executed.rglob("*.json"))]
    if not records:
        raise SystemExit("nothing was executed yet: run `make book`")
    rows: list[list[object]] = [[r["notebook"], r["seconds"], r["peak_memory_mb"] or 0.0] for r in records]
    show("Notebooks", rows, ["notebook", "seconds", "peak MB"])


if __name__ == "__main__":
    main()
