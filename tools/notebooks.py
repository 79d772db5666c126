"""Keep the committed notebooks in their normal form, and write them from text.

Normal form: no outputs and no execution counts, except in cells tagged `nbval-check-output`, which keep their
text output and the execution count 1 (nbval skips a cell without a count); stable cell ids; the kernel
`python3`; tags from a known list; nothing else in the metadata.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import nbformat
from cells import length
from executed import ExecutedCopies
from nbformat import NotebookNode

from dlbook.execution import BrokenNotebook, execute, find_notebooks, read_notebook
from dlbook.files import write_text

ROOT = Path(__file__).resolve().parent.parent
PINNED = "nbval-check-output"
TAGS = {
    "parameters": "the cell that papermill's parameters follow",
    "setup": "the cell that prepares the session",
    PINNED: "the output is pinned: nbval compares it on every run",
    "landing": "its figure also stands on the landing page",
    "hide-input": "the page folds the code",
    "hide-output": "the page folds the output",
    "hide-cell": "the page folds both",
    "remove-input": "the page leaves out the code",
    "remove-output": "the page leaves out the output",
    "remove-cell": "the page leaves out both",
}
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python"}
CELL_METADATA = {"tags", "mystnb"}


def is_pinned(cell: NotebookNode) -> bool:
    """Tell whether a cell's output is compared by nbval."""
    return cell.cell_type == "code" and PINNED in cell.metadata.get("tags", [])


def text_outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return pinned outputs in their stored form: printed text joined, results as plain text only."""
    kept: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and output.name == "stdout":
            if kept and kept[-1].output_type == "stream":
                kept[-1].text += output.text
            else:
                kept.append(nbformat.v4.new_output("stream", name="stdout", text=output.text))
        elif output.output_type == "execute_result":
            data = {"text/plain": output.data["text/plain"]}
            kept.append(nbformat.v4.new_output("execute_result", data=data, execution_count=1))
    return kept


def normalize(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook in normal form, the given one unchanged.

    Parameters
    ----------
    notebook : NotebookNode
        Any notebook of format 4.

    Returns
    -------
    NotebookNode
        The same cells and ids; see the module for what is kept.
    """
    result = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL, "language_info": LANGUAGE})
    result.nbformat, result.nbformat_minor = 4, 5
    used: set[str] = set()
    for number, cell in enumerate(notebook.cells):
        metadata = {key: cell.metadata[key] for key in sorted(CELL_METADATA & set(cell.metadata))}
        if not metadata.get("tags", True):
            del metadata["tags"]
        fresh = NotebookNode(cell_type=cell.cell_type, metadata=metadata, source=cell.source.rstrip())
        identity = cell.get("id") or f"cell-{number:03d}"
        fresh.id = identity if identity not in used else f"{identity}-{number:03d}"
        used.add(fresh.id)
        if cell.cell_type == "code":
            fresh.outputs = text_outputs(cell.get("outputs", [])) if is_pinned(cell) else []
            fresh.execution_count = 1 if fresh.outputs else None
        result.cells.append(fresh)
    return result


def as_text(notebook: NotebookNode) -> str:
    """Return the text of a notebook file: keys sorted, one space of indent, one newline at the end."""
    plain = nbformat.from_dict(json.loads(json.dumps(notebook)))
    return nbformat.writes(plain, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"


def read(path: Path) -> NotebookNode:
    """Read a notebook as format 4.5; what is none is a `BrokenNotebook`."""
    return read_notebook(path)


def problems(path: Path) -> Iterator[str]:
    """Yield what keeps a committed notebook from its normal form, a line each."""
    try:
        notebook = read(path)
    except BrokenNotebook as error:
        yield str(error)
        return
    for number, cell in enumerate(notebook.cells):
        for tag in set(cell.metadata.get("tags", [])) - set(TAGS):
            yield f"cell {number} has the unknown tag {tag!r}; known are {', '.join(sorted(TAGS))}"
        if is_pinned(cell) and not text_outputs(cell.outputs):
            yield f"cell {number} is pinned but holds no output: run `tools/notebooks.py pin {path.name}`"
    if path.read_text(encoding="utf-8") != as_text(normalize(notebook)):
        yield "is not in normal form: run `make format`"


def with_outputs(notebook: NotebookNode, executed: NotebookNode) -> NotebookNode:
    """Return a notebook with the outputs of a run of the same code; its text may be newer."""
    result = nbformat.from_dict(json.loads(json.dumps(notebook)))
    ours, theirs = ([cell for cell in one.cells if cell.cell_type == "code"] for one in (result, executed))
    for cell, done in zip(ours, theirs, strict=True):
        cell.outputs, cell.execution_count = done.outputs, done.execution_count
    return result


def run_cells(path: Path, notebook: NotebookNode) -> NotebookNode:
    """Return a notebook with the outputs of the run that makes its page, made now unless it is there.

    Raises
    ------
    click.ClickException
        If a cell fails.
    """
    copies = ExecutedCopies(ROOT)
    try:
        if copies.reason(path, notebook) is None:
            return with_outputs(notebook, copies.read(path))
        # One thread for matrices, as in `make book`: more of them spin where the cores are busy.
        job = copies.job(path, notebook, jobs=os.cpu_count() or 1)
    except BrokenNotebook as broken:
        raise click.ClickException(f"{path.name}, {broken}") from None
    done = execute(job.notebook, name=job.name, cwd=job.cwd, timeout=job.timeout, env=job.env, key=job.key)
    if done.result.error is not None:
        error = done.result.error
        raise click.ClickException(f"{path.name}, {error}\n\n{error.source}\n\n{error.traceback}")
    if copies.holds(path):
        copies.store(done)
    return done.notebook


def text_only(path: Path, executed: NotebookNode) -> NotebookNode:
    """Return an executed notebook as it is.

    Raises
    ------
    click.ClickException
        If a pinned cell shows more than text, which nbval would find missing in what is stored.
    """
    for number, cell in enumerate(executed.cells):
        if is_pinned(cell) and any(shows_more(output) for output in cell.outputs):
            raise click.ClickException(
                f"{path.name}, cell {number} is pinned and shows more than text: give that a cell of its own"
            )
    return executed


def shows_more(output: NotebookNode) -> bool:
    """Tell whether an output is more than printed text or the plain form of a result."""
    return output.output_type == "display_data" or set(output.get("data", ())) - {"text/plain"} != set()


def write(path: Path, notebook: NotebookNode) -> bool:
    """Write a notebook in normal form if that changes the file; tell whether it did."""
    text = as_text(normalize(notebook))
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    write_text(path, text)
    return True


def name_cells(notebook: NotebookNode) -> None:
    """Give every cell an id that follows from its content, so that a rewrite changes few lines."""
    for cell in notebook.cells:
        cell.id = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]


@click.group(help=__doc__)
def main() -> None:
    """Group the commands."""


@main.command()
def check() -> None:
    """Fail, with the reasons, if a committed notebook is not in normal form."""
    found = [f"{path.relative_to(ROOT)}: {line}" for path in find_notebooks(ROOT) for line in problems(path)]
    click.echo("\n".join(found) or "All notebooks are in normal form.")
    sys.exit(bool(found))


@main.command()
def fix() -> None:
    """Bring every notebook into its normal form."""
    ok = True
    for path in find_notebooks(ROOT):
        try:
            if write(path, read(path)):
                click.echo(f"normalized {path.relative_to(ROOT)}")
        except BrokenNotebook as error:
            click.echo(f"{path.relative_to(ROOT)}: {error}", err=True)
            ok = False
    sys.exit(not ok)


@main.command()
@click.argument("notebooks", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def pin(notebooks: tuple[Path, ...]) -> None:
    """Execute NOTEBOOKS and store the outputs of their pinned cells."""
    for path in notebooks:
        path = path.resolve()
        write(path, text_only(path, run_cells(path, normalize(read(path)))))
        click.echo(f"pinned {path.name}")


@main.command("from-text")
@click.argument("text", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("notebook", type=click.Path(dir_okay=False, path_type=Path))
def from_text(text: Path, notebook: Path) -> None:
    """Turn the jupytext file TEXT into NOTEBOOK, execute it and store the outputs of its pinned cells."""
    import jupytext

    fresh = jupytext.read(text)
    name_cells(fresh)
    path = notebook.resolve()
    write(path, text_only(path, run_cells(path, normalize(fresh))))
    click.echo(f"wrote {notebook}")


@main.command("length")
@click.argument("notebooks", nargs=-1, type=click.Path(exists=True, path_type=Path))
def print_length(notebooks: tuple[Path, ...]) -> None:
    """Print words and cells of code of NOTEBOOKS, or of all: of the core path, and of the whole."""
    click.echo(
        f"{'':44}{'core path':>16}{'whole':>16}\n{'notebook':44}{'words   cells':>16}{'words   cells':>16}"
    )
    for path in notebooks or find_notebooks(ROOT):
        found = length(read(path))
        sizes = (found.core_words, found.core_cells, found.words, found.cells)
        click.echo(f"{path.stem:44}" + "".join(f"{size:8}" for size in sizes))


if __name__ == "__main__":
    main()
