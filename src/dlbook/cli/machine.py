"""What the machine has to offer."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

__all__ = ["available_memory", "find_chromium", "n_cores", "nvidia_cards", "thread_limits"]

_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def n_cores() -> int:
    """Count the processor cores this process may use.

    Returns
    -------
    int
        At least 1.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def thread_limits(jobs: int) -> dict[str, str]:
    """Share the cores among programs side by side: threads for matrices that wait for a busy core cost most.

    Parameters
    ----------
    jobs : int
        How many programs run at a time.

    Returns
    -------
    dict of str to str
        Environment variables.

    Examples
    --------
    >>> sorted(thread_limits(1000).items())
    [('MKL_NUM_THREADS', '1'), ('OMP_NUM_THREADS', '1'), ('OPENBLAS_NUM_THREADS', '1')]
    """
    threads = str(max(1, n_cores() // jobs))
    return dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)


def available_memory() -> float | None:
    """Return the memory that programs can still take.

    Returns
    -------
    float or None
        Bytes; None where the system does not say.
    """
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return float(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:
        return float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def find_chromium() -> str | None:
    """Find the browser that the tests of the pages use.

    Returns
    -------
    str or None
        Its path.
    """
    return next((found for name in _CHROMIUM_NAMES if (found := shutil.which(name))), None)


def nvidia_cards() -> list[str]:
    """List the NVIDIA cards that the driver shows.

    Returns
    -------
    list of str
        Name, memory and driver version of each; empty without a card or a driver.
    """
    try:
        answer = subprocess.run(
            ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"],
            capture_output=True,
            encoding="utf-8",
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in answer.stdout.splitlines() if line.strip()]
