"""The process that runs one notebook and is gone.

Its folder holds ``job.json`` and ``notebook.ipynb``; the worker leaves ``executed.ipynb`` and
``outcome.json`` there. It runs one notebook only, because the system tells the peak memory of a process's
children as one maximum over all of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

from ..files import write_text
from .processor import processor_seconds

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_LONGEST_ADDRESS = 100  # of a socket in the file system, in characters; macOS allows 103
_LONGEST_LINE = 80  # of the code that a cell is known by
_SAYS_LITTLE = ("#", "%", "import ", "from ", "@")
_LONGEST_START = 120  # seconds until a kernel answers, on a busy machine


class _Client(NotebookClient):
    """A notebook client that remembers its kernel's process and the cell it is in, and times every cell."""

    process: Any = None
    current: NotebookNode | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cells: list[dict[str, Any]] = []

    async def async_start_new_kernel(self, **kwargs: Any) -> None:
        await super().async_start_new_kernel(**kwargs)
        self.process = getattr(self.km.provisioner, "process", None) if self.km is not None else None
        if self.process is not None:
            Path("kernel.pid").write_text(str(self.process.pid), encoding="utf-8")

    async def async_execute_cell(self, cell: NotebookNode, *args: Any, **kwargs: Any) -> NotebookNode:
        self.current = cell
        if cell.cell_type != "code" or not cell.source.strip():
            return await super().async_execute_cell(cell, *args, **kwargs)
        started, used = time.monotonic(), self.processor_seconds()
        try:
            return await super().async_execute_cell(cell, *args, **kwargs)
        finally:
            after = self.processor_seconds()
            # A child that ended without its parent waiting for it takes its seconds along.
            taken = None if used is None or after is None else round(max(0.0, after - used), 2)
            self.cells.append(
                {
                    "cell": _code_cell_number(self.nb, cell),
                    "code": _first_line(cell.source),
                    "seconds": round(time.monotonic() - started, 2),
                    "processor_seconds": taken,
                }
            )

    def processor_seconds(self) -> float | None:
        """Return the processor time of the kernel and what it started, so far."""
        return None if self.process is None else processor_seconds(self.process.pid)

    def kill(self) -> None:
        """End the kernel and what it started, at once."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


def _code_cell_number(notebook: NotebookNode, cell: NotebookNode | None) -> int | None:
    """Count the code cells up to `cell`, without empty and injected ones, as a reader would."""
    number = 0
    for candidate in notebook.cells:
        injected = "injected-parameters" in candidate.metadata.get("tags", [])
        if candidate.cell_type == "code" and candidate.source.strip() and not injected:
            number += 1
        if candidate is cell:
            return max(number, 1)
    return None


def _first_line(source: str) -> str:
    """Return the first line of a cell that says something, to know it by."""
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    return next((line for line in lines if not line.startswith(_SAYS_LITTLE)), lines[0])[:_LONGEST_LINE]


def _traceback(cell: NotebookNode | None) -> str:
    outputs = cell.get("outputs", []) if cell is not None else []
    lines = [line for output in outputs if output.output_type == "error" for line in output.traceback]
    return _ANSI.sub("", "\n".join(lines))


def _exit_sentence(code: int | None) -> str:
    if code is None:
        return "the kernel ended"
    if code == -signal.SIGKILL:
        return "the kernel was killed by the system, which is often a lack of memory"
    if code < 0:
        return f"the kernel was ended by signal {-code} ({signal.Signals(-code).name})"
    return f"the kernel exited with status {code}"


async def _watch_parent(client: _Client, parent: int) -> None:
    """End everything when the process that asked for the run is gone."""
    while os.getppid() == parent:
        await asyncio.sleep(1.0)
    client.kill()
    shutil.rmtree(Path.cwd(), ignore_errors=True)  # nobody else is left to do it
    os._exit(1)


async def _run(notebook: NotebookNode, job: dict[str, Any]) -> dict[str, Any]:
    client = _Client(
        notebook,
        kernel_name="python3",
        timeout=None,  # the limit is on the whole notebook
        startup_timeout=_LONGEST_START,
        force_raise_errors=True,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": job["cwd"]}},
    )
    manager = client.create_kernel_manager()
    manager.connection_file = str(Path("kernel.json").resolve())
    sockets = str(Path("socket").resolve())
    if os.name == "posix" and len(sockets) + len("-1") <= _LONGEST_ADDRESS:
        # Ports are guessed, and kernels that start together collide; files in our own folder do not.
        manager.transport, manager.ip = "ipc", sockets

    timed_out = False
    used: float | None = None

    def end() -> None:
        nonlocal timed_out
        timed_out = True
        client.kill()

    watch = asyncio.ensure_future(_watch_parent(client, job["parent"]))
    timer = asyncio.get_running_loop().call_later(job["timeout"], end)
    outcome: dict[str, Any] = {"status": "ok", "error": None}
    started = time.monotonic()
    try:
        await client.async_execute(env=job["env"], cwd=job["cwd"])
    except CellExecutionError as error:
        outcome = _failure(client, error.ename, error.evalue)
    except (DeadKernelError, RuntimeError) as error:
        if timed_out:
            outcome = _failure(client, "TimeoutError", f"the time limit of {job['timeout']:g} s was reached")
            outcome["status"] = "timeout"
        else:
            code = client.process.poll() if client.process is not None else None
            sentence = _exit_sentence(code) if isinstance(error, DeadKernelError) else str(error)
            outcome = _failure(client, "DeadKernelError", sentence)
    finally:
        timer.cancel()
        watch.cancel()
        used = client.processor_seconds()
        client.kill()
        if client.process is not None:
            client.process.wait()
    outcome["seconds"] = time.monotonic() - started
    outcome["processor_seconds"] = _largest(used, *_time_of_children())
    outcome["peak_memory_mb"] = _peak_of_children()
    outcome["cells"] = client.cells
    return outcome


def _failure(client: _Client, name: str, message: str) -> dict[str, Any]:
    cell = client.current
    error = {
        "cell": _code_cell_number(client.nb, cell),
        "source": cell.source if cell is not None else "",
        "name": name,
        "message": _ANSI.sub("", message),
        "traceback": _traceback(cell),
    }
    return {"status": "failed", "error": error}


def _time_of_children() -> tuple[float, ...]:
    """Return the processor time of the ended children, in seconds, where the system tells it."""
    try:
        import resource
    except ImportError:  # not a POSIX system
        return ()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (usage.ru_utime + usage.ru_stime,)


def _largest(*values: float | None) -> float | None:
    """Return the largest of the values that are known."""
    return max((value for value in values if value is not None), default=None)


def _peak_of_children() -> float | None:
    """Return the largest resident memory among the ended children, in 10**6 bytes."""
    try:
        import resource
    except ImportError:  # not a POSIX system
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 1e6


def main(folder: str) -> None:
    """Run the job that lies in a folder.

    Parameters
    ----------
    folder : str
        Where ``job.json`` and ``notebook.ipynb`` are, and where the results go.
    """
    os.chdir(folder)
    job = json.loads(Path("job.json").read_text(encoding="utf-8"))
    notebook = nbformat.read("notebook.ipynb", as_version=4)
    outcome = asyncio.run(_run(notebook, job))
    nbformat.write(notebook, "executed.ipynb")
    write_text("outcome.json", json.dumps(outcome))  # last, so that whoever finds it finds everything
