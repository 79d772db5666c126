"""Run the tests: the package with its doctests, the book, its built pages, every notebook through nbval."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import click
from executed import thread_limits

from dlbook.execution import BrokenNotebook, find_notebooks, read_notebook, uses_keras
from dlbook.surroundings import font_folder, variables

ROOT = Path(__file__).resolve().parent.parent
NBVAL = ["--nbval-lax", "--nbval-cell-timeout", "120"]
T = TypeVar("T")
SLOWEST = ["--durations", "20", "--durations-min", "5"]


@cache
def keras_notebooks() -> list[Path]:
    """Return the notebooks that use Keras, and those that cannot be read: their test says why."""

    def counts(path: Path) -> bool:
        try:
            return uses_keras(read_notebook(path))
        except BrokenNotebook:
            return True

    return [path for path in find_notebooks(ROOT) if counts(path)]


def part(everything: Sequence[T], share: tuple[int, int]) -> list[T]:
    """Return every third, say, not a third in a row: neighbours are alike."""
    number, count = share
    return list(everything[number - 1 :: count])


class Share(click.ParamType):
    """A part of the notebooks or of the pages, such as 1/3, the first of three."""

    name = "share"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Return number and count."""
        match = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", value)
        if match is None or int(match[1]) > int(match[2]):
            self.fail(f"a share is written like 1/3, got {value!r}", param, ctx)
        return int(match[1]), int(match[2])


@click.command(help=__doc__)
@click.option("--jobs", default=2, show_default=True, help="How many processes.")
@click.option(
    "--unit", is_flag=True, help="Only the package and the form of the notebooks; nothing is executed."
)
@click.option("--keras-notebooks", "only_keras", is_flag=True, help="Only the notebooks that use Keras.")
@click.option(
    "--share",
    type=Share(),
    default="1/1",
    help="A part of those, or of the pages that a browser visits: 1/3 is the first of three.",
)
@click.option("--fresh", is_flag=True, help="nbval executes every notebook for itself.")
def main(jobs: int, unit: bool, only_keras: bool, share: tuple[int, int], fresh: bool) -> None:
    """Call pytest with what the choice needs, and end with its exit status."""
    targets = ["src", "tests", "tools"]
    options = NBVAL
    if unit:
        options = ["-m", "not browser"]
    elif only_keras:
        found = keras_notebooks()
        targets = [str(path.relative_to(ROOT)) for path in part(found, share)]
        if not targets:
            sys.exit("check: no notebook of this share uses Keras")
        backend = os.environ.get("KERAS_BACKEND", "tensorflow")
        click.echo(f"Backend: {backend}; notebooks: {len(targets)} of {len(found)}")
    else:
        targets.append("chapters")
        options = [*options, *SLOWEST]
    if fresh:
        options = [*options, "--execute-notebooks"]
    # Users' own start-up files stay out of the kernels.
    environment = {**variables(), **thread_limits(jobs), "MPLCONFIGDIR": str(font_folder())}
    environment["IPYTHONDIR"] = str(ROOT / "_build" / "ipython")
    environment["DLBOOK_VISITS"] = "/".join(map(str, share))
    command = [sys.executable, "-m", "pytest", "-n", str(jobs), "--dist", "loadfile", *options, *targets]
    sys.exit(subprocess.call(command, cwd=ROOT, env=environment))


if __name__ == "__main__":
    main()
