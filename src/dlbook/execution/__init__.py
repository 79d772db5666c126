"""Running notebooks and measuring them: clock and processor time, memory, device, versions, the failing cell.

:func:`execute` runs one notebook in a process of its own, :func:`run_many` several side by side, and
:func:`run_on_cluster` sends them to a Dask cluster. :func:`prepare` makes a job of a file and a profile. The
book build and ``dlbook run`` both stand on these. :func:`digest` tells what the outputs of a notebook depend
on, :func:`fingerprint` what one function in it depends on.
"""

from .cells import BrokenNotebook, read_notebook
from .cluster import connect, run_on_cluster, unpack
from .dependencies import Dependencies, changes, digest, fingerprint, uses_keras
from .engine import Job, Stopped, execute, failed, run_many
from .notebooks import (
    companion_files,
    find_notebooks,
    parameterized,
    prepare,
    run_notebook,
    save,
    source_digest,
)
from .processor import BUDGET, LIMIT, slowest_cells
from .report import Report, read_report, write_report
from .results import CellError, CellTime, Execution, NotebookResult, installed_versions

__all__ = [
    "BUDGET",
    "LIMIT",
    "BrokenNotebook",
    "CellError",
    "CellTime",
    "Dependencies",
    "Execution",
    "Job",
    "NotebookResult",
    "Report",
    "Stopped",
    "changes",
    "companion_files",
    "connect",
    "digest",
    "execute",
    "failed",
    "find_notebooks",
    "fingerprint",
    "installed_versions",
    "parameterized",
    "prepare",
    "read_notebook",
    "read_report",
    "run_many",
    "run_notebook",
    "run_on_cluster",
    "save",
    "slowest_cells",
    "source_digest",
    "unpack",
    "uses_keras",
    "write_report",
]
