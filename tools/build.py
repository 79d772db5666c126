"""Build the book: execute the notebooks whose outputs may have changed, then render the pages.

A notebook runs again when its code, a module of `dlbook` that it imports (directly or not), a file that
carries its name, or the lock file changed. Its executed copy and what was measured go to `_build/executed`.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import nbformat
import yaml
from dependencies import digest
from notebooks import normalize, read

from dlbook.execution import Execution, Job, run_many

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
EXECUTED = BUILD / "executed"
TIMEOUT = 600.0


def notebooks_of(toc: dict[str, Any]) -> list[Path]:
    """Return the notebooks that a table of contents names, in reading order."""
    found: list[Path] = []

    def walk(item: Any) -> None:
        if isinstance(item, dict):
            if "file" in item and (path := ROOT / f"{item['file']}.ipynb").is_file():
                found.append(path)
            for value in item.values():
                walk(value)
        elif isinstance(item, list):
            for value in item:
                walk(value)

    walk(toc)
    return found


def document_name(path: Path) -> str:
    """Return the name that Sphinx gives a notebook."""
    return str(path.relative_to(ROOT).with_suffix(""))


def stored_digest(name: str) -> str | None:
    """Return the digest of the executed copy, if there is one."""
    record = EXECUTED / f"{name}.json"
    if not record.is_file() or not (EXECUTED / f"{name}.ipynb").is_file():
        return None
    return str(json.loads(record.read_text())["digest"])


def store(execution: Execution) -> None:
    """Keep an executed notebook and its measurements; the record comes last: half a result counts as none."""
    target = EXECUTED / f"{execution.result.notebook}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(execution.notebook, target)
    record = execution.result.as_dict() | {"digest": execution.result.key}
    target.with_suffix(".json").write_text(json.dumps(record, indent=1))


def forget_old(names: set[str]) -> None:
    """Remove executed copies of notebooks that are no longer in the book."""
    for record in EXECUTED.rglob("*.json"):
        if str(record.relative_to(EXECUTED).with_suffix("")) not in names:
            record.unlink()
            record.with_suffix(".ipynb").unlink(missing_ok=True)


def thread_limits(jobs: int) -> dict[str, str]:
    """Share the cores among kernels that run side by side; small matrices gain nothing from more threads."""
    threads = str(max(1, (os.cpu_count() or 1) // jobs))
    return dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)


def execute_changed(paths: list[Path], jobs: int) -> int:
    """Run the notebooks whose executed copy is missing or old; return how many failed."""
    environment = {"DLBOOK_OUTPUT": "page", **thread_limits(jobs)}
    waiting: list[Job] = []
    for path in paths:
        notebook = normalize(read(path))
        key, name = digest(path, notebook), document_name(path)
        if stored_digest(name) != key:
            (EXECUTED / f"{name}.json").unlink(missing_ok=True)
            waiting.append(Job(name, notebook, path.parent, timeout=TIMEOUT, env=environment, key=key))
    forget_old({document_name(path) for path in paths})
    click.echo(f"Executing {len(waiting)} of {len(paths)} notebooks, {jobs} at a time.")

    def report(execution: Execution) -> None:
        result = execution.result
        memory = "" if result.peak_memory_mb is None else f"{result.peak_memory_mb:6.0f} MB"
        click.echo(f"  {result.status:8} {result.seconds:6.1f} s {memory}  {result.notebook}")
        if result.ok:
            store(execution)
        elif result.error is not None:
            error = result.error
            click.echo(f"\n{result.notebook}, {error}\n\n{error.source}\n\n{error.traceback}\n", err=True)

    return sum(not result.ok for result in run_many(waiting, n_jobs=jobs, on_result=report))


def render(builder: str) -> int:
    """Let Jupyter Book build the pages; return its exit status."""
    program = str(Path(sys.executable).with_name("jupyter-book"))
    command = [program, "build", str(ROOT), "-W", "-n", "--keep-going", "-q"]
    if builder == "linkcheck":
        command += ["--builder", "linkcheck"]
    settings = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "tools"), str(ROOT / "src")])}
    status = subprocess.call(command, cwd=ROOT, env=settings)
    if status:
        # What Sphinx has read is stored even when it failed, and a second run would not repeat the warnings.
        shutil.rmtree(BUILD / ".doctrees", ignore_errors=True)
    return status


@click.command(help=__doc__)
@click.option("--jobs", default=2, show_default=True, help="How many notebooks run at a time.")
@click.option("--builder", type=click.Choice(["html", "linkcheck"]), default="html", show_default=True)
def main(jobs: int, builder: str) -> None:
    """Execute, render, and say how long each took."""
    os.environ.setdefault("PYTHONHASHSEED", "0")
    started = time.perf_counter()
    paths = notebooks_of(yaml.safe_load((ROOT / "_toc.yml").read_text()))
    if failed := execute_changed(paths, jobs):
        sys.exit(f"{failed} of {len(paths)} notebooks failed; the pages were not built.")
    executed = time.perf_counter()
    if status := render(builder):
        sys.exit(status)
    rendered = time.perf_counter()
    click.echo(f"Notebooks {executed - started:.1f} s, pages {rendered - executed:.1f} s.")
    if builder == "html":
        click.echo("Open _build/html/index.html")


if __name__ == "__main__":
    main()
