"""Build the book: execute the notebooks whose outputs may have changed, then render the pages.

A notebook runs again when its code, something of `dlbook` that it uses (directly or not), a file that
carries its name, or the lock file changed. Its executed copy and what was measured go to `_build/executed`.
`tools/why.py` tells what changed.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import budgets
import click
import yaml
from executed import PARTIAL, ExecutedCopies
from nbformat.v4 import new_notebook
from notebooks import normalize, read
from page_state import made, made_of

from dlbook.cli.targets import select_notebooks
from dlbook.execution import (
    BUDGET,
    BrokenNotebook,
    Execution,
    Job,
    failed,
    find_notebooks,
    run_many,
    slowest_cells,
)
from dlbook.files import write_text
from dlbook.surroundings import FontError, font_folder, variables

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"


def notebooks_of(toc: dict[str, Any]) -> list[Path]:
    """Return the notebooks that a table of contents names, in reading order."""
    order: list[str] = []

    def walk(item: Any) -> None:
        if isinstance(item, dict):
            if "file" in item:
                order.append(str(item["file"]))
            for value in item.values():
                walk(value)
        elif isinstance(item, list):
            for value in item:
                walk(value)

    walk(toc)
    known = {ExecutedCopies(ROOT).name(path): path for path in find_notebooks(ROOT)}
    return [known[name] for name in order if name in known]


def named(names: Sequence[str], paths: list[Path]) -> list[Path]:
    """Return the notebooks that a person names, all of them where no name is given."""
    words = [word for name in names for word in name.replace(",", " ").split()]
    if not words:
        return paths
    chosen = select_notebooks(words, ROOT)
    if strange := [str(path) for path in chosen if path not in paths]:
        raise ValueError(f"not in the book's table of contents: {', '.join(strange)}")
    return [path for path in paths if path in chosen]


def execute_changed(paths: list[Path], jobs: int, only: list[Path] | None = None) -> int:
    """Run the notebooks whose executed copy is missing or old, of `only` if given; return how many failed."""
    copies = ExecutedCopies(ROOT)
    waiting: list[Job] = []
    broken: list[Execution] = []
    left: list[str] = []
    for path in paths:
        name = copies.name(path)
        try:
            notebook = normalize(read(path))
            if copies.reason(path, notebook) is None:
                continue
            job = copies.job(path, notebook, jobs)
        except BrokenNotebook as error:
            broken.append(Execution(new_notebook(), failed(name, error)))
            continue
        if copies.bring_back(name, job.key):
            continue
        if only is not None and path not in only:
            left.append(name)
            continue
        copies.set_aside(name)
        waiting.append(job)
    copies.forget_all_but({copies.name(path) for path in paths})
    # Those that are known to be slow start first, so that no core waits for one of them at the end.
    slow = budgets.exceptions()
    waiting.sort(key=lambda job: slow.get(job.name, 0.0), reverse=True)
    click.echo(f"Executing {len(waiting)} of {len(paths)} notebooks, {jobs} at a time.")
    if left:
        click.echo(f"Left as they are, though changed: {', '.join(left)}.")

    def report(execution: Execution) -> None:
        result = execution.result
        memory = "" if result.peak_memory_mb is None else f"{result.peak_memory_mb:6.0f} MB"
        worked = result.processor_seconds
        processor = "" if worked is None else f"{worked:6.1f} s of processor time"
        click.echo(f"  {result.status:8} {result.seconds:6.1f} s {processor} {memory}  {result.notebook}")
        if worked is not None and worked > BUDGET:
            click.echo("\n".join(f"{'':12}{cell}" for cell in slowest_cells(result)))
        if result.ok:
            copies.store(execution)
        elif result.error is not None:
            error = result.error
            parts = filter(None, (f"{result.notebook}, {error}", error.source, error.traceback))
            click.echo("\n" + "\n\n".join(parts) + "\n", err=True)

    for execution in broken:
        report(execution)
    return len(broken) + sum(not one.ok for one in run_many(waiting, n_jobs=jobs, on_result=report))


@contextmanager
def one_at_a_time() -> Iterator[IO[str] | None]:
    """Wait until no other build of this book runs, where the system has locks that end with their process."""
    try:
        import fcntl
    except ImportError:
        yield None
        return
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            click.echo("Waiting for another build of this book to end.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError:  # a file system without locks
            pass
        yield lock


def render(builder: str, lock: IO[str] | None = None, *, partial: bool = False) -> int:
    """Let Jupyter Book build the pages; return its exit status.

    Sphinx stores what it has read before it writes a page, and would not look at it again. So what it stored
    is used only where a mark says that the pages were written too. Where all is as that mark says, nothing is
    to be done: Jupyter Book would look through every page to find that out.
    """
    program = str(Path(sys.executable).with_name("jupyter-book"))
    command = [program, "build", str(ROOT), "-W", "-n", "--keep-going", "-q"]
    if builder != "html":
        command += ["--builder", builder]
    path = os.pathsep.join([str(ROOT / "tools"), str(ROOT / "src")])
    settings = {**variables(), "MPLCONFIGDIR": str(font_folder()), "PYTHONPATH": path}
    if partial:
        settings[PARTIAL] = "1"
    stored, complete = BUILD / ".doctrees", BUILD / "pages_complete"
    if not complete.is_file():
        shutil.rmtree(stored, ignore_errors=True)
    # What changes while Sphinx works counts for the next build.
    sources = made_of(ROOT, partial=partial)
    if builder == "html" and complete.is_file() and complete.read_text("utf-8") == f"{sources} {made(ROOT)}":
        click.echo("The pages are as they were made last.")
        return 0
    complete.unlink(missing_ok=True)
    # Sphinx holds the lock too: it may outlive this program for a moment.
    held = () if lock is None else (lock.fileno(),)
    status = subprocess.call(command, cwd=ROOT, env=settings, pass_fds=held)
    if status == 0 and builder == "html":
        write_text(complete, f"{sources} {made(ROOT) or 'no pages'}")
    return status


@click.command(help=__doc__)
@click.option("--jobs", default=2, show_default=True, help="How many notebooks run at a time.")
@click.option("--builder", type=click.Choice(["html", "linkcheck"]), default="html", show_default=True)
@click.option("--only", multiple=True, metavar="NAME", help="Execute only these notebooks or chapters.")
def main(jobs: int, builder: str, only: tuple[str, ...]) -> None:
    """Execute, render, and say how long each took."""
    try:
        font_folder()  # before the kernels start, whose noise it would be
    except FontError as error:
        sys.exit(str(error))
    with one_at_a_time() as lock:
        started = time.perf_counter()
        paths = notebooks_of(yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8")))
        try:
            chosen = named(only, paths)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        if n_failed := execute_changed(paths, jobs, chosen):
            sys.exit(f"{n_failed} of {len(paths)} notebooks failed; the pages were not built.")
        for line in (slow := list(budgets.too_slow(ExecutedCopies(ROOT).records(), budgets.exceptions()))):
            click.echo(line)
        if slow and budgets.is_build_machine():
            sys.exit("Shorten what is slow, or record it; the pages were not built.")
        executed = time.perf_counter()
        if status := render(builder, lock, partial=chosen != paths):
            sys.exit(status)
        rendered = time.perf_counter()
    click.echo(f"Notebooks {executed - started:.1f} s, pages {rendered - executed:.1f} s.")
    if builder == "html":
        click.echo("Open _build/html/index.html")


if __name__ == "__main__":
    try:
        main()
    except OSError as error:  # such as a full disk: what was being written is as it was before
        sys.exit(f"build: {error.strerror}{f': {error.filename}' if error.filename else ''}")
