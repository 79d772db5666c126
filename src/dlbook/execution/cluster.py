"""Sending notebooks to the machines of a Dask cluster.

A notebook travels with its task, and so do the files beside it. The workers need the same `dlbook` and the
packages of the chapters, but no copy of the book.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat

from ..files import write_bytes
from .engine import Job, execute, failed
from .notebooks import companion_files, source_digest
from .results import Execution, NotebookResult

__all__ = ["connect", "run_on_cluster", "unpack"]

_CONNECT = 10  # seconds
_ADDRESS = re.compile(r"^([a-z]+://)?\S+:\d+$")


def run_on_cluster(
    jobs: Sequence[Job],
    address: str,
    *,
    on_result: Callable[[Execution], None] | None = None,
) -> list[NotebookResult]:
    """Run notebooks on a running Dask cluster.

    Parameters
    ----------
    jobs : sequence of Job
        What to run.
    address : str
        Address of the scheduler, for example ``"tcp://10.0.0.5:8786"``.
    on_result : callable, optional
        Called in the calling thread with each :class:`Execution` as it comes back.

    Returns
    -------
    list of NotebookResult
        One result a job, in the order of `jobs`.

    Raises
    ------
    ModuleNotFoundError
        If the package `distributed` is not installed.
    ConnectionError
        If no scheduler answers, it has no workers, or a worker has not the same `dlbook`.

    Notes
    -----
    Every thread of a worker takes one notebook at a time: start workers with ``--nthreads 1``, one for each
    GPU. Where the caller goes away, Ctrl-C included, the workers end the notebooks they run for it.
    """
    client = connect(address)
    import distributed

    with client:
        results: list[NotebookResult | None] = [None] * len(jobs)
        futures = {}
        for i, job in enumerate(jobs):
            files = companion_files(job.cwd)
            task = (nbformat.writes(job.notebook), files, job.name, job.timeout, dict(job.env), job.key)
            # A notebook is never run twice to save memory or because it looks the same.
            futures[client.submit(_run_remotely, *task, pure=False, retries=0)] = i
        try:
            for future in distributed.as_completed(futures, loop=client.loop):
                i = futures[future]
                execution = _received(future, jobs[i])
                results[i] = execution.result
                if on_result is not None:
                    on_result(execution)
        except BaseException:
            client.cancel(list(futures), force=True)
            raise
    return [result for result in results if result is not None]


def connect(address: str) -> Any:
    """Connect to a running Dask cluster whose workers have this very `dlbook`.

    Parameters
    ----------
    address : str
        Address of the scheduler, for example ``"tcp://10.0.0.5:8786"``.

    Returns
    -------
    distributed.Client
        To be used in a ``with`` statement.

    Raises
    ------
    ModuleNotFoundError
        If the package `distributed` is not installed.
    ConnectionError
        If no scheduler answers, it has no workers, or a worker has not the same `dlbook`.
    """
    try:
        import distributed
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "running on a cluster needs the package 'distributed': install it, or dlbook[cluster]",
            name="distributed",
        ) from None

    if not _ADDRESS.match(address):
        raise ConnectionError(f"the address of a scheduler looks like tcp://10.0.0.5:8786, got {address!r}")
    try:
        client = distributed.Client(address, timeout=_CONNECT, set_as_default=False)
    except OSError as error:
        raise ConnectionError(f"no Dask scheduler answers at {address} ({error})") from None
    try:
        _check_workers(client, address)
    except BaseException:
        client.close()
        raise
    return client


def _received(future: Any, job: Job) -> Execution:
    try:
        text, content = future.result()
    except Exception as error:  # the worker was lost, or its machine is not fit
        return Execution(job.notebook, failed(job.name, error, key=job.key))
    return Execution(nbformat.reads(text, as_version=4), NotebookResult.from_dict(content))


def _check_workers(client: Any, address: str) -> None:
    """Refuse a cluster whose results would not be those of this checkout."""
    if not client.scheduler_info(n_workers=-1)["workers"]:
        raise ConnectionError(
            f"the cluster at {address} has no workers: start some with `dask worker {address}`"
        )
    answers = client.run(source_digest, on_error="return")
    for worker, answer in answers.items():
        if isinstance(answer, BaseException):
            raise ConnectionError(f"worker {worker} cannot use dlbook: {type(answer).__name__}: {answer}")
        if answer != _own_digest():
            raise ConnectionError(
                f"worker {worker} has another dlbook than this one: install the same sources"
            )


def _own_digest() -> str:
    return source_digest()


def unpack(files: Mapping[str, bytes], folder: str) -> None:
    """Write the files that travelled with a task.

    Parameters
    ----------
    files : mapping of str to bytes
        What :func:`companion_files` returned.
    folder : str
        Where to.
    """
    for relative, content in files.items():
        write_bytes(Path(folder, relative), content)


def _run_remotely(
    text: str, files: dict[str, bytes], name: str, timeout: float, env: dict[str, str], key: str
) -> tuple[str, dict[str, Any]]:
    """Run on a worker: unpack, execute, answer with plain data."""
    from distributed import get_worker

    worker = get_worker()
    task = worker.get_current_task()

    def abandoned() -> bool:
        state = worker.state.tasks.get(task)
        return state is None or state.state == "cancelled"

    with tempfile.TemporaryDirectory(prefix="dlbook-") as scratch:
        unpack(files, scratch)
        done = execute(
            nbformat.reads(text, as_version=4),
            name=name,
            cwd=scratch,
            timeout=timeout,
            env=env,
            key=key,
            should_stop=abandoned,
        )
    return nbformat.writes(done.notebook), done.result.as_dict()
