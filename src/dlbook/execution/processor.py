"""How much processor time a kernel takes, and which cells take it.

The clock depends on what else a machine does; the seconds that its processor worked for a notebook hardly do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .results import CellTime, NotebookResult

__all__ = ["BUDGET", "LIMIT", "processor_seconds", "slowest_cells"]

BUDGET = 25.0
"""Seconds of processor time that a notebook in the quick profile should take at most."""

LIMIT = 45.0
"""Seconds of processor time that a notebook in the quick profile may take at the very most."""


def processor_seconds(pid: int) -> float | None:
    """Return the processor time of a process and of all that it started.

    Parameters
    ----------
    pid : int
        Number of the process.

    Returns
    -------
    float or None
        Seconds in user and system mode, all threads and children together; None where nobody can tell.

    Examples
    --------
    >>> import os
    >>> processor_seconds(os.getpid()) > 0
    True
    """
    try:
        import psutil
    except ModuleNotFoundError:  # it comes with ipykernel, which a remote worker may have elsewhere
        return None
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return None
    total = 0.0
    for process in family:
        try:
            # The times of children that ended are those that their parent has waited for.
            total += sum(process.cpu_times()[:4])
        except psutil.Error:  # ended in between: its parent knows
            continue
    return total


def slowest_cells(result: NotebookResult, count: int = 3) -> Sequence[CellTime]:
    """Return the cells of a run that took the most processor time.

    Parameters
    ----------
    result : NotebookResult
        A measured run.
    count : int, default 3
        How many at most.

    Returns
    -------
    sequence of CellTime
        The slowest first; empty where cells were not measured.
    """
    measured = [cell for cell in result.cells if cell.processor_seconds is not None]
    return sorted(measured, key=lambda cell: cell.processor_seconds or 0.0, reverse=True)[:count]
