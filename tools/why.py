"""Say what changed in notebooks since they last ran for their pages, or that they are as they ran."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from executed import ExecutedCopies
from notebooks import normalize, read

from dlbook.cli.targets import select_notebooks
from dlbook.execution import BrokenNotebook, changes

ROOT = Path(__file__).resolve().parent.parent
SHOWN = 20  # lines for one notebook


def told(copies: ExecutedCopies, path: Path) -> Iterator[str]:
    """Yield the lines on one notebook."""
    name = copies.name(path)
    record = copies.record(name)
    try:
        found = copies.dependencies(path, normalize(read(path)))
    except BrokenNotebook as error:
        yield f"{name} cannot run: {error}"
        return
    if record is not None and record["digest"] == found.key:
        when = record["date"][:16].replace("T", " ")
        backend = f" on {record['backend']}" if record.get("backend") else ""
        yield f"{name} is as it ran: {when} UTC{backend}, {record['seconds']:.0f} s"
        return
    comes_back = copies.earlier_run(name, found.key) is not None
    yield f"{name} {'gets the outputs of an earlier run' if comes_back else 'will run'}:"
    if record is None:
        yield "  no run of it is kept"
        return
    lines = changes(record["depends"], found.parts) if "depends" in record else []
    yield from (f"  {line}" for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"  and {len(lines) - SHOWN} more"


@click.command(help=__doc__)
@click.argument("notebooks", nargs=-1)
def main(notebooks: tuple[str, ...]) -> None:
    """Print what is to be said of NOTEBOOKS or chapters, of all where none is named."""
    words = [word for name in notebooks for word in name.replace(",", " ").split()]
    try:
        paths = select_notebooks(words, ROOT)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    copies = ExecutedCopies(ROOT)
    for path in paths:
        click.echo("\n".join(told(copies, path)))


if __name__ == "__main__":
    sys.exit(main())
