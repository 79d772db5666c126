"""Running notebooks in processes of their own, one or several at a time."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from ..surroundings import font_folder, variables
from .cells import BrokenNotebook
from .results import CellError, CellTime, Execution, NotebookResult, installed_versions, now

__all__ = ["Job", "Stopped", "execute", "failed", "run_many"]

# jsonschema imports a parser of internationalized addresses if it is there. That takes most of a second, and
# no notebook's schema has such an address: the worker does without.
_START = (
    "import sys; sys.modules['rfc3987_syntax'] = None; "
    "from dlbook.execution.worker import main; main(sys.argv[1])"
)
_GRACE = 60.0  # seconds for a worker to start, and to write its results after the limit


class Stopped(Exception):
    """A run was ended because nobody waits for it any more."""


@dataclass(frozen=True)
class Job:
    """A notebook that waits to be run.

    Parameters
    ----------
    name : str
        What reports call the notebook, for example ``"01_feedforward/backpropagation"``.
    notebook : nbformat.NotebookNode
        The notebook itself.
    cwd : pathlib.Path
        The folder its kernel starts in.
    timeout : float, default 600
        Limit in seconds for the whole notebook.
    env : mapping of str to str
        Environment variables to set on top of the present ones.
    key : str, default ""
        Digest of what the run depends on; it is copied to the result.
    """

    name: str
    notebook: NotebookNode
    cwd: Path
    timeout: float = 600.0
    env: Mapping[str, str] = field(default_factory=dict)
    key: str = ""


def execute(
    notebook: NotebookNode,
    *,
    name: str = "notebook",
    cwd: str | os.PathLike[str] = ".",
    timeout: float = 600.0,
    env: Mapping[str, str] | None = None,
    key: str = "",
    should_stop: Callable[[], bool] | None = None,
) -> Execution:
    """Run one notebook in a kernel of its own and measure it.

    The kernel runs under a small worker process that ends with it. Nothing survives the call: not the kernel,
    not what it started, no file.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The notebook; it is not changed.
    name : str, default "notebook"
        What the result calls it.
    cwd : str or path, default "."
        The folder the kernel starts in.
    timeout : float, default 600
        Limit in seconds for the whole notebook, all cells together.
    env : mapping of str to str, optional
        Environment variables for the kernel, on top of the present ones without anybody's settings
        (``dlbook.surroundings``). ``DLBOOK_OUTPUT`` belongs here.
    key : str, default ""
        Digest of what the run depends on; it is copied to the result.
    should_stop : callable, optional
        Asked several times a second; when it returns true, the run is ended.

    Returns
    -------
    Execution
        The executed notebook and what was measured. A failing cell does not raise: it is in
        ``result.error``.

    Raises
    ------
    ValueError
        If `timeout` is not positive or `cwd` is not a folder.
    ModuleNotFoundError
        If there is no `ipykernel` to run the cells.
    Stopped
        If `should_stop` returned true.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> done = execute(new_notebook(cells=[new_code_cell("print(6 * 7)")]))
    >>> done.result.status, done.notebook.cells[0].outputs[0].text
    ('ok', '42\\n')
    """
    if not timeout > 0:
        raise ValueError(f"timeout must be a positive number of seconds, got {timeout!r}")
    folder = Path(cwd).resolve()
    if not folder.is_dir():
        raise ValueError(f"cwd must be an existing folder, got {str(cwd)!r}")
    _check_kernel()

    with tempfile.TemporaryDirectory(prefix="dlbook-", ignore_cleanup_errors=True) as scratch:
        place = Path(scratch)
        (place / "ipython").mkdir()
        job = {
            "cwd": str(folder),
            "timeout": float(timeout),
            "parent": os.getpid(),
            "env": {
                **variables(),
                "MPLCONFIGDIR": str(font_folder()),
                **(env or {}),
                "DLBOOK_MEASURE": str(place / "measure.json"),
                # Nobody's start-up files or history, and no connection file left behind.
                "IPYTHONDIR": str(place / "ipython"),
                "JUPYTER_RUNTIME_DIR": scratch,
            },
        }
        (place / "job.json").write_text(json.dumps(job), encoding="utf-8")
        nbformat.write(notebook, place / "notebook.ipynb")
        started = time.monotonic()
        code = _run_worker(place, timeout + _GRACE, should_stop)
        seconds = time.monotonic() - started
        done = _collect(notebook, place, name, key, code, seconds)
        return _refuse_noise(done) if (env or {}).get("DLBOOK_OUTPUT") == "page" else done


def run_many(
    jobs: Sequence[Job],
    *,
    n_jobs: int = 1,
    on_result: Callable[[Execution], None] | None = None,
) -> list[NotebookResult]:
    """Run several notebooks, at most `n_jobs` at a time.

    Parameters
    ----------
    jobs : sequence of Job
        What to run.
    n_jobs : int, default 1
        How many kernels may run side by side.
    on_result : callable, optional
        Called in the calling thread with each :class:`Execution` as it ends, in the order of ending.

    Returns
    -------
    list of NotebookResult
        One result a job, in the order of `jobs`.

    Raises
    ------
    ValueError
        If `n_jobs` is less than 1.
    ModuleNotFoundError
        If there is no `ipykernel` to run the cells.

    Notes
    -----
    A failing notebook does not stop the others. An exception in the calling thread does, Ctrl-C included: all
    kernels are ended before it is raised again.
    """
    if n_jobs < 1:
        raise ValueError(f"n_jobs must be at least 1, got {n_jobs}")
    if jobs:
        _check_kernel()
    stop = threading.Event()
    results: list[NotebookResult | None] = [None] * len(jobs)
    pool = ThreadPoolExecutor(max_workers=n_jobs, thread_name_prefix="notebook")
    try:
        futures = {pool.submit(_execute_job, job, stop.is_set): i for i, job in enumerate(jobs)}
        for future in as_completed(futures):
            execution = future.result()
            results[futures[future]] = execution.result
            if on_result is not None:
                on_result(execution)
    except BaseException:
        stop.set()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return [result for result in results if result is not None]


def _check_kernel() -> None:
    if importlib.util.find_spec("ipykernel") is None:
        raise ModuleNotFoundError(
            "running notebooks needs the package 'ipykernel': install it", name="ipykernel"
        )


def _execute_job(job: Job, should_stop: Callable[[], bool]) -> Execution:
    """Run a job; what goes wrong around the notebook becomes a failed result too."""
    try:
        return execute(
            job.notebook,
            name=job.name,
            cwd=job.cwd,
            timeout=job.timeout,
            env=job.env,
            key=job.key,
            should_stop=should_stop,
        )
    except Stopped:
        raise
    except Exception as error:
        return Execution(job.notebook, failed(job.name, error, key=job.key))


def failed(name: str, error: BaseException, *, key: str = "") -> NotebookResult:
    """Make the result of a notebook that could not even be started.

    Parameters
    ----------
    name : str
        Name of the notebook.
    error : BaseException
        What stood in the way.
    key : str, default ""
        Digest of what the run depends on.

    Returns
    -------
    NotebookResult
        A result with the status ``"failed"`` and no cell.
    """
    if isinstance(error, BrokenNotebook):
        problem = CellError(error.cell, error.source, error.kind, error.message)
    else:
        trace = "".join(traceback.format_exception(error))
        problem = CellError(None, "", type(error).__name__, str(error), trace)
    return NotebookResult(
        notebook=name,
        status="failed",
        seconds=0.0,
        peak_memory_mb=None,
        date=now(),
        versions=installed_versions(),
        error=problem,
        key=key,
    )


def _run_worker(place: Path, limit: float, should_stop: Callable[[], bool] | None) -> int | None:
    """Start the worker and wait for it; return its exit status, or None where it had to be killed."""
    env = {**variables(), "JUPYTER_RUNTIME_DIR": str(place), "IPYTHONDIR": str(place / "ipython")}
    deadline = time.monotonic() + limit
    with open(place / "worker.log", "wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-c", _START, str(place)],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches this process alone, which then ends the workers
        )
        try:
            while time.monotonic() < deadline:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return worker.wait(timeout=0.25)
                if should_stop is not None and should_stop():
                    raise Stopped
            return None
        finally:
            if worker.poll() is None:
                worker.kill()
                worker.wait()
                _kill_kernel(place)


def _kill_kernel(place: Path) -> None:
    # A kernel that has started without leaving its number notices within a second that its worker is gone.
    with contextlib.suppress(OSError, ValueError):
        os.killpg(int((place / "kernel.pid").read_text(encoding="utf-8")), signal.SIGKILL)


def _collect(
    notebook: NotebookNode, place: Path, name: str, key: str, code: int | None, seconds: float
) -> Execution:
    """Read what the worker left."""
    log = (place / "worker.log").read_text(encoding="utf-8", errors="replace")
    measured = _read_json(place / "measure.json")
    outcome = _read_json(place / "outcome.json")
    if outcome:
        executed = nbformat.read(place / "executed.ipynb", as_version=4)
    else:
        executed = copy.deepcopy(notebook)
        why = "did not end in time" if code is None else f"exited with status {code}"
        last = (log.strip().splitlines() or ["it said nothing"])[-1]
        message = f"the process that runs the notebook {why}: {last}"
        error = CellError(None, "", "WorkerError", message, log)
        outcome = {
            "status": "failed",
            "seconds": seconds,
            "processor_seconds": None,
            "peak_memory_mb": None,
            "error": vars(error),
            "cells": [],
        }
    problem = CellError(**outcome["error"]) if outcome["error"] else None
    if problem is not None and problem.name == "DeadKernelError" and not problem.traceback:
        problem = CellError(problem.cell, problem.source, problem.name, problem.message, log.strip())
    result = NotebookResult(
        notebook=name,
        status=outcome["status"],
        seconds=round(outcome["seconds"], 2),
        processor_seconds=_rounded(outcome["processor_seconds"], 2),
        peak_memory_mb=_rounded(outcome["peak_memory_mb"], 1),
        date=now(),
        profile=measured.get("profile"),
        seed=measured.get("seed"),
        backend=measured.get("backend"),
        device=measured.get("device"),
        versions=installed_versions(),
        error=problem,
        key=key,
        cells=tuple(CellTime(**cell) for cell in outcome["cells"]),
    )
    return Execution(executed, result)


def _refuse_noise(done: Execution) -> Execution:
    """Let a run fail in which a cell wrote to the error stream: no page shows that, so nobody may keep it."""
    cells = [cell for cell in done.notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    for number, cell in enumerate(cells, start=1):
        for output in cell.outputs:
            if done.result.ok and output.output_type == "stream" and output.name == "stderr":
                line = next(filter(None, output.text.splitlines()), "")
                error = CellError(number, cell.source, "Noise", f"the cell wrote to the error stream: {line}")
                result = dataclasses.replace(done.result, status="failed", error=error)
                return Execution(done.notebook, result)
    return done


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
