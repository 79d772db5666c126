"""Run the tests: the package with its doctests, the book, its built pages, every notebook through nbval."""

import os
import subprocess
import sys
from pathlib import Path

import click
from build import thread_limits
from dependencies import imported_packages
from notebooks import find_notebooks, read

ROOT = Path(__file__).resolve().parent.parent
NBVAL = ["--nbval-lax", "--nbval-cell-timeout", "120"]


def keras_notebooks() -> list[Path]:
    """Return the notebooks that use Keras."""
    return [path for path in find_notebooks() if "keras" in imported_packages(read(path))]


@click.command(help=__doc__)
@click.option("--jobs", default=2, show_default=True, help="How many processes.")
@click.option(
    "--unit", is_flag=True, help="Only the package and the form of the notebooks; nothing is executed."
)
@click.option("--keras-notebooks", "only_keras", is_flag=True, help="Only the notebooks that use Keras.")
def main(jobs: int, unit: bool, only_keras: bool) -> None:
    """Call pytest with what the choice needs, and end with its exit status."""
    targets = ["src", "tests", "tools"]
    if unit:
        options = ["-m", "not browser"]
    elif only_keras:
        targets = [str(path.relative_to(ROOT)) for path in keras_notebooks()]
        options = NBVAL
        if not targets:
            sys.exit("check: no notebook uses Keras")
        click.echo(f"Backend: {os.environ.get('KERAS_BACKEND', 'tensorflow')}; notebooks: {len(targets)}")
    else:
        targets.append("chapters")
        options = NBVAL
    # Users' own start-up files stay out of the kernels.
    environment = {**os.environ, **thread_limits(jobs), "IPYTHONDIR": str(ROOT / "_build" / "ipython")}
    command = [sys.executable, "-m", "pytest", "-n", str(jobs), "--dist", "loadfile", *options, *targets]
    sys.exit(subprocess.call(command, cwd=ROOT, env=environment))


if __name__ == "__main__":
    main()
