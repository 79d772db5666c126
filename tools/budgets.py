"""How much processor time the notebooks may take, and the few that may take more.

The seconds of one machine are not those of another. So every build names the notebooks that are over their
limit, and only the build machine, which sets `DLBOOK_BUILD_MACHINE`, fails for it.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from dlbook.execution import LIMIT

ROOT = Path(__file__).resolve().parent.parent
EXCEPTIONS = ROOT / "reference" / "processor_time.yml"
NEARLY = 0.6  # below this part of the limit an exception is not needed on any machine
LOOSE = 3.0  # a ceiling above this many times the measured seconds guards nothing

Records = Mapping[str, Mapping[str, Any]]


def is_build_machine() -> bool:
    """Tell whether this is the machine whose seconds count."""
    return bool(os.environ.get("DLBOOK_BUILD_MACHINE"))


def exceptions(path: Path = EXCEPTIONS) -> dict[str, float]:
    """Return the notebooks that may take more than the limit, each with its own."""
    return {name: float(seconds) for name, seconds in (yaml.safe_load(path.read_text("utf-8")) or {}).items()}


def too_slow(records: Records, allowed: Mapping[str, float]) -> Iterator[str]:
    """Yield the notebooks that took more processor time than they may, a line each."""
    for name, record in records.items():
        seconds, limit = record.get("processor_seconds"), allowed.get(name, LIMIT)
        if seconds is not None and seconds > limit:
            yield f"{name} took {seconds:.0f} s of processor time, its limit is {limit:.0f} s"


def not_needed(records: Records, allowed: Mapping[str, float]) -> Iterator[str]:
    """Yield the exceptions that should go or be lower, a line each."""
    for name, ceiling in allowed.items():
        seconds = records.get(name, {}).get("processor_seconds")
        if name not in records:
            yield f"{name} is no notebook that was run"
        elif ceiling <= LIMIT:
            yield f"{name} may take {ceiling:.0f} s, which every notebook may"
        elif seconds is None:
            continue
        elif seconds < NEARLY * LIMIT:
            yield f"{name} took {seconds:.0f} s of processor time: it needs no exception"
        elif ceiling > LOOSE * seconds:
            yield f"{name} took {seconds:.0f} s of processor time: its limit of {ceiling:.0f} s is too high"
