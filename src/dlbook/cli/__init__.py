"""The command line: ``dlbook run``, ``dlbook record`` and ``dlbook doctor``.

What a command needs is imported when it runs, so that ``dlbook --help`` answers at once.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import click

from .. import __version__

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dlbook")
def main() -> None:
    """Run the notebooks of the book, and check the machine they run on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a letter that the terminal does not know ends no run
            stream.reconfigure(errors="replace")


_FOLDER = click.Path(file_okay=False, path_type=Path)
_SECONDS = click.FloatRange(min=0, min_open=True)
_SEED = click.IntRange(0, 2**32 - 1)


@main.command("run")
@click.argument("targets", nargs=-1, metavar="[CHAPTER|NOTEBOOK]...")
@click.option("--profile", default="quick", metavar="quick|full", help="How much to compute.  [quick]")
@click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N", help="Side by side.  [cores; full: 1]")
@click.option("--out", type=_FOLDER, metavar="DIR", help="Where results go.  [runs/PROFILE]")
@click.option("--resume", is_flag=True, help="Skip what an earlier run into the same DIR finished.")
@click.option("--seed", type=_SEED, default=0, metavar="N", help="Where all randomness starts.  [0]")
@click.option("--timeout", type=_SECONDS, metavar="SECONDS", help="For each notebook.  [600; full: 21600]")
@click.option("--backend", metavar="tensorflow|jax", help="Of Keras.  [KERAS_BACKEND, or tensorflow]")
@click.option("--scheduler", metavar="ADDRESS", help="Run on the Dask cluster at this address.")
@click.option("--root", type=_FOLDER, metavar="DIR", help="The book; it holds chapters/.  [found upwards]")
@click.option("--list", "only_list", is_flag=True, help="Print the notebooks that would run, and run none.")
def run_command(targets: tuple[str, ...], **options: Any) -> None:
    """Run chapters or notebooks, all of them where none is named.

    A chapter is named by its folder (01_feedforward) or its word (feedforward), a notebook by its name or its
    path. Executed notebooks and a report (report.html, report.json) go to --out. Only notebooks that
    ran to their end are kept. The exit status is 1 if any notebook failed.
    """
    from .run import Options, run_notebooks

    raise SystemExit(run_notebooks(targets, Options(**options)))


@main.command("record")
@click.argument("targets", nargs=-1, metavar="[CHAPTER|NOTEBOOK[:NAME]]...")
@click.option("--jobs", "-j", type=click.IntRange(min=1), metavar="N", help="Runs side by side.  [cores]")
@click.option("--verify", is_flag=True, help="Run the cheapest run; keep the record if it agrees.")
@click.option("--list", "only_list", is_flag=True, help="Say what is there, what is old, and what it costs.")
@click.option("--again", is_flag=True, help="Make fresh records too.")
@click.option("--backend", metavar="tensorflow|jax", help="Of Keras.  [KERAS_BACKEND, or tensorflow]")
@click.option("--scheduler", metavar="ADDRESS", help="Run on the Dask cluster at this address.")
@click.option("--root", type=_FOLDER, metavar="DIR", help="The book; it holds chapters/.  [found upwards]")
def record_command(targets: tuple[str, ...], **options: Any) -> None:
    """Make the records that are missing or old: the results of experiments longer than a build.

    Each run of an experiment gets a process of its own. After an interruption the same command goes on where
    it stopped. The exit status is 1 if a run failed, or if with --list a record is not fresh.
    """
    from .record import RecordOptions, record_experiments

    raise SystemExit(record_experiments(targets, RecordOptions(**options)))


@main.command("doctor")
def doctor_command() -> None:
    """Check Python, packages, backend, device, memory and data, and say what to do about each problem.

    The exit status is 1 if something is broken; a warning does not change it.
    """
    from .doctor import examine

    raise SystemExit(examine())
