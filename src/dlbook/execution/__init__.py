"""Running notebooks and measuring them: time, peak memory, device, versions, the failing cell.

:func:`execute` runs one notebook in a process of its own, :func:`run_many` several side by side, and
:func:`run_on_cluster` sends them to a Dask cluster. :func:`prepare` makes a job of a file and a profile. The
book build and ``dlbook run`` both stand on these.
"""

from .cluster import run_on_cluster
from .engine import Job, Stopped, execute, failed, run_many
from .notebooks import companion_files, parameterized, prepare, run_notebook, save, source_digest
from .report import Report, read_report, write_report
from .results import CellError, Execution, NotebookResult, installed_versions

__all__ = [
    "CellError",
    "Execution",
    "Job",
    "NotebookResult",
    "Report",
    "Stopped",
    "companion_files",
    "execute",
    "failed",
    "installed_versions",
    "parameterized",
    "prepare",
    "read_report",
    "run_many",
    "run_notebook",
    "run_on_cluster",
    "save",
    "source_digest",
    "write_report",
]
