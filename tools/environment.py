"""Write environment.yml, for conda and Binder, from the lock file; --upgrade renews the lock file first."""

import subprocess
import sys
from pathlib import Path

import bootstrap
import click
import yaml

from dlbook.files import write_text

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".uv" / "bin" / "uv"
TARGET = ROOT / "environment.yml"
PYTHON = "3.11"  # the version that the lock file is tested with on every push
HEAD = """\
# Written by `make lock` from uv.lock: the same versions for conda and Binder. Do not edit by hand.
"""


def run_uv(*words: str) -> str:
    """Call uv, whose answer follows from the project alone; return what it prints."""
    variables = bootstrap.uv_variables(*bootstrap.reader_settings())
    done = subprocess.run(
        [str(UV), *words], cwd=ROOT, env=variables, check=True, stdout=subprocess.PIPE, encoding="utf-8"
    )
    return done.stdout


def locked_requirements() -> list[str]:
    """Return what running the notebooks needs, pinned by the lock file, with markers."""
    options = ["--frozen", "--offline", "--no-hashes", "--no-emit-project", "--no-header", "--no-annotate"]
    output = run_uv("export", "--quiet", *options, "--no-default-groups", "--group", "chapters")
    return sorted(line.strip() for line in output.splitlines() if line.strip())


def environment_text() -> str:
    """Return the content of environment.yml."""
    content = {
        "name": "dlbook",
        "channels": ["conda-forge", "nodefaults"],
        "dependencies": [f"python={PYTHON}", "pip", {"pip": [*locked_requirements(), "-e ."]}],
    }
    return HEAD + yaml.safe_dump(content, sort_keys=False, width=200)


@click.command(help=__doc__)
@click.option("--upgrade", is_flag=True, help="Take the newest releases into uv.lock first.")
@click.option("--check", is_flag=True, help="Only tell whether environment.yml is up to date.")
def main(upgrade: bool, check: bool) -> None:
    """Write or check the file."""
    if upgrade:
        run_uv("lock", "--upgrade")
    text = environment_text()
    if check:
        same = TARGET.read_text("utf-8") == text
        sys.exit(None if same else "environment.yml differs from uv.lock: run `make lock`")
    write_text(TARGET, text)


if __name__ == "__main__":
    main()
