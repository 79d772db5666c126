"""Making records: finding the experiments of a notebook, and running them, a process a run."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..execution import companion_files, connect, unpack
from ..files import write_bytes, write_text
from .notebook_code import RecordCall, record_calls
from .record_files import FinishedRun, RecordContent, RecordError, read_record, same, write_record
from .records import FOLDER, Experiment, assembled, differences

__all__ = ["Recording", "State", "Stopped", "find_recordings"]

_SAME = 1e-3  # relative; a run that is repeated on the machine that made it agrees far better


Outcome = tuple[dict[str, Any], bytes | None]
"""What the worker found out, and the file of its weights."""


class Stopped(Exception):
    """The making of a record was interrupted; finished runs are kept."""


@dataclass(frozen=True)
class State:
    """What there is of a record.

    Parameters
    ----------
    content : RecordContent or None
        The record; None where there is none that can be read.
    changed : list of str
        What is no longer as it was when it was made.
    problem : str, default ""
        Why it cannot be read.
    """

    content: RecordContent | None
    changed: list[str]
    problem: str = ""

    @property
    def word(self) -> str:
        """``"fresh"``, ``"stale"`` or ``"missing"``."""
        if self.content is None:
            return "missing"
        return "stale" if self.changed else "fresh"


class Recording:
    """A record that a notebook asks for, and the way to make it.

    Parameters
    ----------
    path : pathlib.Path
        The notebook.
    call : RecordCall
        Its call of ``record``.
    scratch : pathlib.Path
        A folder that keeps finished runs from one attempt to the next.
    env : dict of str to str, optional
        Environment variables for the runs, on top of the present ones.
    """

    def __init__(
        self, path: Path, call: RecordCall, scratch: Path, env: dict[str, str] | None = None
    ) -> None:
        self.path = path
        self.call = call
        self.folder = path.parent / FOLDER
        self.env = env or {}
        code = json.dumps(call.code, sort_keys=True) + call.source
        self.parts = scratch / call.name / hashlib.sha256(code.encode()).hexdigest()[:16]
        self._asked: Experiment | None = None

    @property
    def name(self) -> str:
        """``"notebook.experiment"``."""
        return self.call.name

    def asked(self) -> Experiment:
        """Return which runs there are to make; a process of its own finds out.

        Returns
        -------
        Experiment
            The plan. Its function is a stand-in that only has the name.
        """
        if self._asked is None:
            found, _ = run_job(self._job(None), self.env)

            def function(**arguments: Any) -> dict[str, Any]:
                raise NotImplementedError

            function.__name__ = found["function"]
            self._asked = Experiment(self.name, function, found["fixed"], found["grid"], found["keep"])
        return self._asked

    def state(self) -> State:
        """Compare the record with the notebook.

        Returns
        -------
        State
            What there is.
        """
        try:
            content = read_record(self.folder, self.name)
        except RecordError as error:
            return State(None, [], str(error))
        return State(content, differences(self.asked(), content, self.call.code))

    def make(
        self,
        *,
        n_jobs: int = 1,
        scheduler: str | None = None,
        on_run: Callable[[int, int], None] | None = None,
    ) -> RecordContent:
        """Make the runs that are not there yet, and write the record.

        Parameters
        ----------
        n_jobs : int, default 1
            How many processes run side by side on this machine.
        scheduler : str, optional
            Address of a Dask scheduler that takes the runs instead.
        on_run : callable, optional
            Called with the number of finished runs and of all runs, whenever one has ended.

        Returns
        -------
        RecordContent
            What was written.

        Raises
        ------
        RecordError
            If a run fails; the message names it. The others that had ended are kept.
        Stopped
            After Ctrl-C.
        ConnectionError
            If the cluster cannot be used.
        """
        asked = self.asked()
        runs = asked.runs
        done = {i: part for i, arguments in enumerate(runs) if (part := self._part(arguments)) is not None}
        waiting = [i for i in range(len(runs)) if i not in done]
        report = on_run or (lambda n, total: None)
        report(len(done), len(runs))

        def keep(i: int, outcome: Outcome) -> None:
            self._keep(runs[i], outcome)
            part = self._part(runs[i])
            if part is None:
                raise RecordError(f"record {self.name}: the run {runs[i]} left no results")
            done[i] = part
            report(len(done), len(runs))

        try:
            if waiting and scheduler is not None:
                self._on_cluster(scheduler, runs, waiting, keep)
            else:
                self._here(n_jobs, runs, waiting, keep)
        except KeyboardInterrupt:
            raise Stopped(f"{self.name}: {len(done)} of {len(runs)} runs are kept") from None
        content = assembled(asked, self.call.code, [done[i][0] for i in range(len(runs))], done[0][1])
        write_record(self.folder, self.name, content)
        return content

    def _here(
        self,
        n_jobs: int,
        runs: Sequence[dict[str, Any]],
        waiting: Sequence[int],
        keep: Callable[[int, Outcome], None],
    ) -> None:
        stop = threading.Event()
        pool = ThreadPoolExecutor(max_workers=n_jobs, thread_name_prefix="run")
        try:
            futures = {
                pool.submit(run_job, self._job(runs[i]), self.env, should_stop=stop.is_set): i
                for i in waiting
            }
            for future in as_completed(futures):
                keep(futures[future], future.result())
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)

    def _on_cluster(
        self,
        scheduler: str,
        runs: Sequence[dict[str, Any]],
        waiting: Sequence[int],
        keep: Callable[[int, Outcome], None],
    ) -> None:
        with connect(scheduler) as client:
            from distributed import as_completed as completed

            files = companion_files(self.path.parent)
            futures = {
                client.submit(_run_remotely, self._job(runs[i]), files, pure=False, retries=0): i
                for i in waiting
            }
            try:
                for future in completed(futures, loop=client.loop):
                    keep(futures[future], future.result())
            finally:
                client.cancel(list(futures), force=True)

    def verify(self) -> float:
        """Make the cheapest run again and, where it agrees, mark the record as made by the present code.

        Returns
        -------
        float
            The seconds that the run took.

        Raises
        ------
        RecordError
            If there is no record, its arguments are others, or the run gives other results.
        """
        content = read_record(self.folder, self.name)
        asked = self.asked()
        if (content.fixed, content.grid) != (asked.fixed, asked.grid):
            raise RecordError(
                f"record {self.name}: its arguments have changed; make it anew: {asked.command}"
            )
        cheapest = min(content.runs, key=lambda run: run.seconds)
        outcome, _ = run_job(self._job(cheapest.arguments), self.env)
        if not same(cheapest.results, outcome["results"], rtol=_SAME):
            raise RecordError(
                f"record {self.name}: the run {cheapest.arguments} now gives {outcome['results']}, "
                f"recorded are {cheapest.results}; make it anew: {asked.command}"
            )
        fields = {**vars(content), "code": self.call.code}
        write_record(self.folder, self.name, RecordContent(**fields))
        return float(outcome["seconds"])

    def _job(self, arguments: dict[str, Any] | None) -> dict[str, Any]:
        return {
            "name": self.name,
            "cwd": str(self.path.parent),
            "source": self.call.source,
            "call": self.call.expression,
            "keras": self.call.keras,
            "arguments": arguments,
        }

    def _keep(self, arguments: dict[str, Any], outcome: Outcome) -> None:
        place = self._place(arguments)
        if outcome[1] is not None:
            write_bytes(place / "weights.npz", outcome[1])
        write_text(place / "outcome.json", json.dumps(outcome[0]))  # last: half a run counts as none

    def _place(self, arguments: dict[str, Any]) -> Path:
        text = json.dumps(arguments, sort_keys=True)
        return self.parts / hashlib.sha256(text.encode()).hexdigest()[:16]

    def _part(self, arguments: dict[str, Any]) -> tuple[FinishedRun, dict[str, str]] | None:
        """Read a run that an earlier attempt finished; half of one counts as none."""
        place = self._place(arguments)
        try:
            outcome = json.loads((place / "outcome.json").read_text(encoding="utf-8"))
            weights = None
            if self.asked().keeps(arguments):
                with np.load(place / "weights.npz", allow_pickle=False) as stored:
                    weights = [stored[key] for key in stored.files]
            run = FinishedRun(arguments, outcome["results"], outcome["seconds"], weights, outcome["checked"])
            return run, outcome["machine"]
        except (OSError, ValueError, KeyError):
            return None


def run_job(
    job: dict[str, Any], env: dict[str, str], *, should_stop: Callable[[], bool] = lambda: False
) -> Outcome:
    """Let a process of its own do a job.

    Parameters
    ----------
    job : dict
        What :mod:`dlbook.training.record_worker` reads.
    env : dict of str to str
        Environment variables, on top of the present ones.
    should_stop : callable, optional
        Asked several times a second; when it returns true, the process is ended.

    Returns
    -------
    outcome : dict
        What the worker wrote.
    weights : bytes or None
        Its file of weights.

    Raises
    ------
    RecordError
        If it failed.
    """
    with tempfile.TemporaryDirectory(prefix="dlbook-", ignore_cleanup_errors=True) as scratch:
        place = Path(scratch)
        write_text(place / "job.json", json.dumps(job))
        code, log = _run_process(place, env, should_stop)
        if code != 0 or not (place / "outcome.json").is_file():
            what = "the plan" if job["arguments"] is None else f"the run {job['arguments']}"
            last = log.strip().splitlines()[-1:] or [f"exit status {code}"]
            raise RecordError(f"record {job['name']}: {what} failed: {last[0]}\n{log}")
        weights = place / "weights.npz"
        outcome = json.loads((place / "outcome.json").read_text(encoding="utf-8"))
        return outcome, weights.read_bytes() if weights.is_file() else None


def _run_remotely(job: dict[str, Any], files: dict[str, bytes]) -> Outcome:
    """Do a job on a worker of a cluster, which has no copy of the book."""
    from distributed import get_worker

    worker = get_worker()
    task = worker.get_current_task()

    def abandoned() -> bool:
        state = worker.state.tasks.get(task)
        return state is None or state.state == "cancelled"

    with tempfile.TemporaryDirectory(prefix="dlbook-") as scratch:
        unpack(files, scratch)
        return run_job({**job, "cwd": scratch}, {}, should_stop=abandoned)


def _run_process(place: Path, env: dict[str, str], should_stop: Callable[[], bool]) -> tuple[int | None, str]:
    """Run the worker in a session of its own, end it when asked to, and return its status and messages."""
    settings = {**os.environ, "MPLBACKEND": "agg", **env}
    command = [sys.executable, "-m", "dlbook.training.record_worker", str(place)]
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env=settings,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            while True:
                try:
                    code: int | None = process.wait(timeout=0.2)
                    break
                except subprocess.TimeoutExpired:
                    if should_stop():
                        code = None
                        break
        finally:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    return code, (place / "log").read_text(encoding="utf-8", errors="replace")


def find_recordings(
    paths: Sequence[Path], scratch: Path, env: dict[str, str] | None = None
) -> Iterator[Recording]:
    """List the records that notebooks ask for.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        The notebooks.
    scratch : pathlib.Path
        A folder that keeps finished runs from one attempt to the next.
    env : dict of str to str, optional
        Environment variables for the runs.

    Yields
    ------
    Recording
        In the order of the calls.
    """
    for path in paths:
        for call in record_calls(path):
            yield Recording(path, call, scratch, env)
