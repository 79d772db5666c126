"""Making records: finding the experiments of a notebook, and running them, a process a run."""

from __future__ import annotations

import contextlib
import datetime
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

from ..files import write_bytes, write_text
from .notebook_code import RecordCall, record_calls
from .record_files import FinishedRun, RecordContent, RecordError, read_record, same, write_record
from .records import FOLDER, Experiment, differences

__all__ = ["Recording", "State", "Stopped", "find_recordings"]

_SAME = 1e-3  # relative; a run that is repeated on the machine that made it agrees far better


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
            found = self._work(None, None)

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

    def make(self, *, n_jobs: int = 1, on_run: Callable[[int, int], None] | None = None) -> RecordContent:
        """Make the runs that are not there yet, and write the record.

        Parameters
        ----------
        n_jobs : int, default 1
            How many processes run side by side.
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
        """
        asked = self.asked()
        done: dict[int, FinishedRun] = {}
        machine: dict[str, str] = {}
        for i, arguments in enumerate(asked.runs):
            part = self._part(arguments)
            if part is not None:
                done[i], machine = part
        report = on_run or (lambda n, total: None)
        report(len(done), len(asked.runs))
        waiting = [i for i in range(len(asked.runs)) if i not in done]
        stop = threading.Event()
        pool = ThreadPoolExecutor(max_workers=n_jobs, thread_name_prefix="run")
        try:
            futures = {pool.submit(self._make_run, asked.runs[i], stop): i for i in waiting}
            for future in as_completed(futures):
                future.result()
                i = futures[future]
                part = self._part(asked.runs[i])
                assert part is not None
                done[i], machine = part
                report(len(done), len(asked.runs))
        except KeyboardInterrupt:
            stop.set()
            raise Stopped(f"{self.name}: {len(done)} of {len(asked.runs)} runs are kept") from None
        except BaseException:
            stop.set()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        content = RecordContent(
            experiment=asked.function.__name__,
            fixed=asked.fixed,
            grid=asked.grid,
            code=self.call.code,
            runs=[done[i] for i in range(len(asked.runs))],
            machine=machine,
            date=datetime.date.today().isoformat(),
        )
        write_record(self.folder, self.name, content)
        return content

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
        outcome = self._work(cheapest.arguments, None)
        if not same(cheapest.results, outcome["results"], rtol=_SAME):
            raise RecordError(
                f"record {self.name}: the run {cheapest.arguments} now gives {outcome['results']}, "
                f"recorded are {cheapest.results}; make it anew: {asked.command}"
            )
        fields = {**vars(content), "code": self.call.code}
        write_record(self.folder, self.name, RecordContent(**fields))
        return float(outcome["seconds"])

    def _make_run(self, arguments: dict[str, Any], stop: threading.Event) -> None:
        if not stop.is_set():
            self._work(arguments, stop, keep_in=self._place(arguments))

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

    def _work(
        self, arguments: dict[str, Any] | None, stop: threading.Event | None, keep_in: Path | None = None
    ) -> dict[str, Any]:
        """Let a process of its own do a job, and return its outcome."""
        job = {
            "cwd": str(self.path.parent),
            "source": self.call.source,
            "call": self.call.expression,
            "keras": self.call.keras,
            "arguments": arguments,
        }
        with tempfile.TemporaryDirectory(prefix="dlbook-", ignore_cleanup_errors=True) as scratch:
            place = Path(scratch)
            write_text(place / "job.json", json.dumps(job))
            code, log = _run_process(place, self.env, stop)
            if code != 0 or not (place / "outcome.json").is_file():
                what = "the plan" if arguments is None else f"the run {arguments}"
                last = log.strip().splitlines()[-1:] or [f"exit status {code}"]
                raise RecordError(f"record {self.name}: {what} failed: {last[0]}\n{log}")
            outcome: dict[str, Any] = json.loads((place / "outcome.json").read_text(encoding="utf-8"))
            if keep_in is not None:
                if (place / "weights.npz").is_file():
                    write_bytes(keep_in / "weights.npz", (place / "weights.npz").read_bytes())
                write_text(keep_in / "outcome.json", json.dumps(outcome))
            return outcome


def _run_process(place: Path, env: dict[str, str], stop: threading.Event | None) -> tuple[int | None, str]:
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
                    if stop is not None and stop.is_set():
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
