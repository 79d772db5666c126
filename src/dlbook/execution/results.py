"""What is known about a notebook after it ran."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["CellError", "CellTime", "Execution", "NotebookResult", "installed_versions", "now"]

PACKAGES = ("dlbook", "numpy", "matplotlib", "keras", "tensorflow", "jax", "scikit-learn")


@dataclass(frozen=True)
class CellError:
    """Where and how a notebook failed.

    Parameters
    ----------
    cell : int or None
        Number of the code cell, counted from 1 as a reader sees it after *Run All*; None where no cell
        had started.
    source : str
        The code of that cell.
    name : str
        Name of the exception, for example ``"ValueError"``.
    message : str
        Text of the exception.
    traceback : str
        The traceback without colour codes.
    """

    cell: int | None
    source: str
    name: str
    message: str
    traceback: str = ""

    def __str__(self) -> str:
        where = f"code cell {self.cell}: " if self.cell is not None else ""
        return f"{where}{self.name}: {self.message}" if self.message else f"{where}{self.name}"


@dataclass(frozen=True)
class CellTime:
    """How long one cell took.

    Parameters
    ----------
    cell : int
        Number of the code cell, counted from 1 as a reader sees it after *Run All*.
    code : str
        The first line of it that says something.
    seconds : float
        Wall-clock time.
    processor_seconds : float or None
        Time that the processor worked for it, all threads and child processes together; None where it could
        not be read.
    """

    cell: int
    code: str
    seconds: float
    processor_seconds: float | None = None

    def __str__(self) -> str:
        taken = self.seconds if self.processor_seconds is None else self.processor_seconds
        return f"{taken:.1f} s  code cell {self.cell}: {self.code}"


@dataclass(frozen=True)
class NotebookResult:
    """One run of one notebook, measured.

    Parameters
    ----------
    notebook : str
        Name of the notebook, usually ``chapter/name``.
    status : str
        ``"ok"``, ``"failed"`` or ``"timeout"``.
    seconds : float
        Wall-clock time from the start of the kernel to its end.
    peak_memory_mb : float or None
        Largest resident memory of the kernel in megabytes (10**6 bytes); None where it could not be read.
    date : str
        When the run ended, in UTC and ISO format.
    profile, seed : str and int, or None
        What the notebook was run with; None where it never called :func:`dlbook.runtime.setup`.
    backend : str or None
        The Keras backend; None in a notebook without Keras.
    device : str or None
        The device Keras computed on, ``"CPU"`` without Keras; None where it was never asked.
    versions : dict of str to str
        Versions of Python and of the packages that are installed.
    error : CellError, optional
        What went wrong; None where `status` is ``"ok"``.
    key : str
        Digest of everything the run depends on; empty where nobody asked for one.
    processor_seconds : float or None
        Time that processors worked for the kernel and what it started, all threads together; None where it
        could not be read.
    cells : sequence of CellTime
        The time of each code cell that ran, in their order.
    """

    notebook: str
    status: str
    seconds: float
    peak_memory_mb: float | None
    date: str
    profile: str | None = None
    seed: int | None = None
    backend: str | None = None
    device: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    error: CellError | None = None
    key: str = ""
    processor_seconds: float | None = None
    cells: Sequence[CellTime] = ()

    @property
    def ok(self) -> bool:
        """Whether every cell ran."""
        return self.status == "ok"

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain data for JSON.

        Returns
        -------
        dict of str to object
            What :meth:`from_dict` reads.
        """
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> NotebookResult:
        """Read a result back.

        Parameters
        ----------
        content : mapping of str to object
            What :meth:`as_dict` returned; names that are not known are passed over.

        Returns
        -------
        NotebookResult
            The same result.
        """
        names = {entry.name for entry in dataclasses.fields(cls)}
        known = {name: value for name, value in content.items() if name in names}
        if known.get("error") is not None:
            known["error"] = CellError(**known["error"])
        known["cells"] = tuple(CellTime(**entry) for entry in known.get("cells", ()))
        return cls(**known)


@dataclass(frozen=True)
class Execution:
    """An executed notebook with what was measured.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The notebook with its outputs, up to the failing cell if there was one.
    result : NotebookResult
        Status, time, memory, device and error.
    """

    notebook: NotebookNode
    result: NotebookResult


def installed_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that results depend on.

    Returns
    -------
    dict of str to str
        Package name to version, without the packages that are not installed.

    Examples
    --------
    >>> {"python", "numpy"} <= installed_versions().keys()
    True
    """
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def now() -> str:
    """Return the present moment in UTC.

    Returns
    -------
    str
        For example ``"2025-03-01T12:00:00+00:00"``.

    Examples
    --------
    >>> len(now())
    25
    """
    return datetime.now(UTC).isoformat(timespec="seconds")
