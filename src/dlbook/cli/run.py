"""``dlbook run``: from names to notebooks, a progress bar, a report."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
from nbformat import NotebookNode

from ..execution import (
    BUDGET,
    Execution,
    Job,
    NotebookResult,
    Report,
    failed,
    prepare,
    read_report,
    run_many,
    run_on_cluster,
    save,
    slowest_cells,
    write_report,
)
from ..runtime import BACKENDS, PROFILES
from . import machine
from .targets import find_root, select_notebooks

__all__ = ["BadInput", "Options", "run_notebooks"]

_TIME_LIMIT = {"quick": 600.0, "full": 21600.0}  # seconds
_MEMORY_A_KERNEL = 2e9  # bytes, what a notebook in the quick profile may take with some room


class BadInput(click.ClickException):
    """Something a person typed cannot be used; shown as one line."""

    exit_code = 2


@dataclass(frozen=True)
class Options:
    """The options of ``dlbook run``.

    Parameters
    ----------
    profile : str
        ``"quick"`` or ``"full"``.
    jobs : int or None
        Kernels side by side; None for as many as the machine can take, one in the full profile.
    out : pathlib.Path or None
        Where results go; None for ``runs/PROFILE`` in the book.
    resume : bool
        Whether to skip what the report in `out` lists as done.
    seed : int
        The seed of every notebook.
    timeout : float or None
        Seconds a notebook may take; None for the limit of the profile.
    backend : str or None
        The Keras backend; None for that of the environment.
    scheduler : str or None
        Address of a Dask scheduler; None to run on this machine.
    root : pathlib.Path or None
        The folder that holds ``chapters/``; None to look for it.
    only_list : bool
        Whether to print the notebooks and stop.
    """

    profile: str = "quick"
    jobs: int | None = None
    out: Path | None = None
    resume: bool = False
    seed: int = 0
    timeout: float | None = None
    backend: str | None = None
    scheduler: str | None = None
    root: Path | None = None
    only_list: bool = False


def run_notebooks(targets: Sequence[str], options: Options) -> int:
    """Run notebooks as the options say.

    Parameters
    ----------
    targets : sequence of str
        Chapters, notebooks or paths; everything where it is empty.
    options : Options
        The options of the command.

    Returns
    -------
    int
        The exit status: 0 if every notebook ran, 1 if one failed, 130 after Ctrl-C.

    Raises
    ------
    BadInput
        If a name is unknown or the cluster cannot be used.
    """
    backend = options.backend or os.environ.get("KERAS_BACKEND") or BACKENDS[0]
    _check_choice("profile", options.profile, PROFILES)
    if options.backend is not None:  # what the environment says concerns only notebooks with Keras
        _check_choice("backend", options.backend, BACKENDS)
    try:
        root = find_root(options.root or Path.cwd())
        paths = select_notebooks(targets, root)
        if options.only_list:
            for path in paths:
                click.echo(_name(path, root))
            return 0
    except ValueError as error:
        raise BadInput(str(error)) from None
    jobs, unusable = _prepare(paths, root, backend, options)

    out = (options.out or root / "runs" / options.profile).resolve()
    done = _finished(out, jobs) if options.resume else {}
    earlier = read_report(out) if options.resume else None
    records = {result.notebook: result for result in earlier.results} if earlier is not None else {}
    waiting = [job for job in jobs if job.name not in done]

    def report() -> Report:
        return Report(options.profile, options.seed, backend, [records[name] for name in sorted(records)])

    for result in done.values():
        click.echo(_line(result, "skipped"))

    def keep(result: NotebookResult, notebook: NotebookNode | None) -> None:
        target = _target(out, result.notebook)
        if notebook is not None and result.ok:
            save(notebook, target)
        else:  # what an earlier run left must not pass for a result of this one
            target.unlink(missing_ok=True)
        records[result.notebook] = result
        write_report(report(), out)

    try:
        for result in unusable:
            keep(result, None)
            click.echo(_line(result, result.status))
        results = [*unusable, *_run_all(waiting, options, keep)]
    except KeyboardInterrupt:
        click.echo(f"Stopped. What had ended is in {_shown(out)}; go on with --resume.", err=True)
        return 130
    except (ConnectionError, ModuleNotFoundError) as error:
        raise BadInput(str(error)) from None
    write_report(report(), out)
    failures = [result for result in results if not result.ok]
    for result in failures:
        click.echo(_failure(result), err=True)
    click.echo(_summary(results, len(done), _shown(out / "report.html")))
    return 1 if failures else 0


def _prepare(
    paths: Sequence[Path], root: Path, backend: str, options: Options
) -> tuple[list[Job], list[NotebookResult]]:
    """Make the jobs; a file that is no usable notebook is a failure of its own and stops no other."""
    jobs, unusable = [], []
    for path in paths:
        name = _name(path, root)
        try:
            job = prepare(
                path,
                profile=options.profile,
                seed=options.seed,
                backend=backend,
                timeout=options.timeout or _TIME_LIMIT[options.profile],
                name=name,
            )
            jobs.append(job)
        except (OSError, ValueError) as error:
            unusable.append(failed(name, error))
    return jobs, unusable


def _check_choice(what: str, given: str, choices: Sequence[str]) -> None:
    if given not in choices:
        raise BadInput(f"{what} must be one of {', '.join(choices)}, got {given!r}")


def _name(path: Path, root: Path) -> str:
    """Name a notebook by its chapter, or one from elsewhere by its folder."""
    chapters = root / "chapters"
    if path.is_relative_to(chapters):
        return path.relative_to(chapters).with_suffix("").as_posix()
    return f"{path.parent.name}/{path.stem}"


def _target(out: Path, name: str) -> Path:
    return out / f"{name}.ipynb"


def _shown(path: Path) -> str:
    """Write a path as a person would, from the present folder where that is shorter."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _finished(out: Path, jobs: Sequence[Job]) -> dict[str, NotebookResult]:
    """Find the jobs whose result is there, made from the very same sources."""
    report = read_report(out)
    if report is None:
        return {}
    keys = {job.name: job.key for job in jobs}
    return {
        result.notebook: result
        for result in report.results
        if result.ok and keys.get(result.notebook) == result.key and _target(out, result.notebook).is_file()
    }


def _run_all(
    jobs: Sequence[Job], options: Options, keep: Callable[[NotebookResult, NotebookNode | None], None]
) -> list[NotebookResult]:
    from tqdm import tqdm

    # A bar is for a person who watches; a log gets one line a notebook.
    with tqdm(
        total=len(jobs), unit="notebook", leave=False, disable=not jobs or not sys.stderr.isatty()
    ) as bar:

        def on_result(execution: Execution) -> None:
            keep(execution.result, execution.notebook)
            tqdm.write(_line(execution.result, execution.result.status), file=sys.stdout)
            if options.profile == "quick" and (execution.result.processor_seconds or 0.0) > BUDGET:
                tqdm.write(_slow_cells(execution.result), file=sys.stdout)
            sys.stdout.flush()
            bar.update()

        if jobs and options.scheduler is not None:
            return run_on_cluster(jobs, options.scheduler, on_result=on_result)
        if not jobs:
            return []
        n_jobs = options.jobs or (1 if options.profile == "full" else _default_jobs())
        n_jobs = min(n_jobs, len(jobs))
        jobs = [replace(job, env={**machine.thread_limits(n_jobs), **job.env}) for job in jobs]
        return run_many(jobs, n_jobs=n_jobs, on_result=on_result)


def _default_jobs() -> int:
    cores, memory = machine.n_cores(), machine.available_memory()
    return max(1, min(cores, int(memory / _MEMORY_A_KERNEL) if memory is not None else cores))


def _line(result: NotebookResult, status: str) -> str:
    memory = "" if result.peak_memory_mb is None else f"{result.peak_memory_mb:6.0f} MB"
    measured = f"{result.seconds:8.1f} s {memory:>10}  {result.device or ''}"
    return f"{status:<8}{result.notebook:<52}{measured}".rstrip()


def _slow_cells(result: NotebookResult) -> str:
    """Name the cells that keep a notebook from its budget."""
    cells = "\n".join(f"{'':12}{cell}" for cell in slowest_cells(result))
    return (
        f"{'':8}{result.processor_seconds:.0f} s of processor time, where {BUDGET:.0f} s should do:\n{cells}"
    )


def _failure(result: NotebookResult) -> str:
    error = result.error
    text = f"\n{result.notebook}: {error}"
    if error is not None and error.source:
        text += "\n" + textwrap.indent(error.source.rstrip(), "    ")
    return text


def _summary(results: Sequence[NotebookResult], n_skipped: int, report: str) -> str:
    n_ok = sum(result.ok for result in results)
    parts = [f"{n_ok} ran"]
    if n_ok < len(results):
        parts.append(f"{len(results) - n_ok} failed")
    if n_skipped:
        parts.append(f"{n_skipped} skipped")
    return f"\n{', '.join(parts)}. Report: {report}"
