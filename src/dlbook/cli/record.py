"""``dlbook record``: make, check and list the records of long experiments."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from ..runtime import BACKENDS
from ..training.record_files import RecordError
from ..training.recording import Recording, State, Stopped, find_recordings
from .machine import n_cores, thread_limits
from .run import BadInput
from .targets import find_root, select_notebooks

__all__ = ["RecordOptions", "record_experiments"]


@dataclass(frozen=True)
class RecordOptions:
    """The options of ``dlbook record``.

    Parameters
    ----------
    jobs : int or None
        Runs side by side; None for as many as there are cores.
    verify : bool
        Whether to run only the cheapest run, and to keep the record if it agrees.
    only_list : bool
        Whether to print what there is and make nothing.
    again : bool
        Whether to make fresh records too.
    backend : str or None
        The Keras backend; None for that of the environment.
    scheduler : str or None
        Address of a Dask scheduler; None to run on this machine.
    root : pathlib.Path or None
        The folder that holds ``chapters/``; None to look for it.
    """

    jobs: int | None = None
    verify: bool = False
    only_list: bool = False
    again: bool = False
    backend: str | None = None
    scheduler: str | None = None
    root: Path | None = None


def record_experiments(targets: Sequence[str], options: RecordOptions) -> int:
    """Make, check or list records.

    Parameters
    ----------
    targets : sequence of str
        Chapters and notebooks, a notebook also with the name of one experiment (``lstm:adding``); everything
        where it is empty.
    options : RecordOptions
        The options of the command.

    Returns
    -------
    int
        The exit status: 0 if all records are as they should be, 1 if one failed or, listed, is not fresh; 130
        after Ctrl-C.

    Raises
    ------
    BadInput
        If a name is unknown.
    """
    if options.backend is not None and options.backend not in BACKENDS:
        raise BadInput(f"backend must be one of {', '.join(BACKENDS)}, got {options.backend!r}")
    jobs = options.jobs or n_cores()
    try:
        root = find_root(options.root or Path.cwd())
        recordings = _selected(targets, root, _environment(options.backend, jobs))
    except ValueError as error:
        raise BadInput(str(error)) from None
    if not recordings:
        click.echo("No notebook among these keeps a record.")
        return 0
    failures = 0
    for recording in recordings:
        try:
            failures += not _treat(recording, options, jobs)
        except (KeyboardInterrupt, Stopped) as error:
            kept = f" {error};" if str(error) else ""
            click.echo(f"Stopped.{kept} the same command goes on from there.", err=True)
            return 130
        except (ConnectionError, ModuleNotFoundError) as error:
            raise BadInput(str(error)) from None
        except (RecordError, OSError) as error:
            click.echo(f"failed  {error}", err=True)
            failures += 1
    return 1 if failures else 0


def _environment(backend: str | None, jobs: int) -> dict[str, str]:
    """Share the cores among runs side by side, and choose the backend."""
    return thread_limits(jobs) | ({"KERAS_BACKEND": backend} if backend else {})


def _selected(targets: Sequence[str], root: Path, env: dict[str, str]) -> list[Recording]:
    names = [target.partition(":") for target in targets]
    paths = select_notebooks([notebook for notebook, _, _ in names], root)
    found = list(find_recordings(paths, root / "_build" / "records", env))
    wanted = {f"{Path(notebook).stem}.{name}" for notebook, _, name in names if name}
    unknown = wanted - {recording.name for recording in found}
    if unknown:
        raise ValueError(
            f"no notebook keeps the record {', '.join(sorted(unknown))}; there are "
            f"{', '.join(recording.name for recording in found) or 'none'}"
        )
    whole = {Path(notebook).stem for notebook, colon, _ in names if not colon}
    return [
        recording
        for recording in found
        if not wanted or recording.name in wanted or recording.path.stem in whole
    ]


def _treat(recording: Recording, options: RecordOptions, jobs: int) -> bool:
    """Do with one record what the options say; tell whether it is as it should be afterwards."""
    if options.verify:
        seconds = recording.verify()
        click.echo(f"agrees  {recording.name}: its cheapest run, {seconds:.0f} s")
        return True
    state = recording.state()
    if options.only_list:
        click.echo(_line(recording, state))
        return state.word == "fresh"
    if state.word == "fresh" and not options.again:
        click.echo(f"fresh   {recording.name}")
        return True
    _make(recording, options, jobs)
    return True


def _make(recording: Recording, options: RecordOptions, jobs: int) -> None:
    from tqdm import tqdm

    with tqdm(total=None, desc=recording.name, unit="run", disable=not sys.stderr.isatty()) as bar:

        def on_run(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)
            if bar.disable:
                click.echo(f"        {recording.name}: {done} of {total} runs")

        content = recording.make(n_jobs=jobs, scheduler=options.scheduler, on_run=on_run)
    click.echo(f"made    {recording.name}: {len(content.runs)} runs, {content.seconds / 60:.1f} minutes")


def _line(recording: Recording, state: State) -> str:
    if state.content is None:
        return f"missing {recording.name}: {len(recording.asked().runs)} runs ({state.problem})"
    content = state.content
    size = sum(os.path.getsize(path) for path in recording.folder.glob(f"{recording.name}.*"))
    text = (
        f"{state.word:<8}{recording.name}: {len(content.runs)} runs, {content.seconds / 60:.1f} minutes, "
        f"{size / 1000:.0f} KB, {content.date}"
    )
    return text + (f"; changed: {', '.join(state.changed)}" if state.changed else "")
