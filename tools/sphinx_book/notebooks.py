"""Executed notebooks enter the book here.

`tools/build.py` executes notebooks into `_build/executed`. This part puts the outputs from there into the
committed notebook that Sphinx reads, and makes Sphinx read a page again when its outputs changed although its
source did not. A quiz is made here, from its file as it is now: to change one needs no execution.
"""

import json
import os
from functools import cache
from pathlib import Path

from docutils import nodes
from executed import PARTIAL, ExecutedCopies
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from dlbook.display.quiz import fill_in, forgotten

logger = logging.getLogger(__name__)


def copies(app: Sphinx) -> ExecutedCopies:
    """Return the executed notebooks of the book."""
    return ExecutedCopies(Path(app.srcdir))


def with_outputs(text: str, executed: str) -> str:
    """Return a notebook with the outputs of its executed copy.

    Text and the descriptions of figures may have changed since the code ran: they are those of the notebook.
    If its code is not what ran, the executed copy is returned as it is.
    """
    notebook, copy = json.loads(text), json.loads(executed)
    cells, ran = ([c for c in book["cells"] if c["cell_type"] == "code"] for book in (notebook, copy))
    if ["".join(c["source"]) for c in cells] != ["".join(c["source"]) for c in ran]:
        return executed
    for cell, done in zip(cells, ran, strict=True):
        cell["outputs"], cell["execution_count"] = done["outputs"], done["execution_count"]
    return json.dumps(notebook)


def with_quizzes(text: str, folder: Path) -> tuple[str, list[Path]]:
    """Return a notebook with its quizzes, and the files that they are made from."""
    notebook = json.loads(text)
    used: list[Path] = []
    shown: list[str] = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if html := "".join(output.get("data", {}).get("text/html", "")):
                output["data"]["text/html"], files = fill_in(html, folder)
                used += files
                shown.append(html)
    if ids := forgotten(shown, folder):
        raise ValueError(
            f"no cell shows the question {ids[0]!r}: a question with an id is shown by quiz(name, id)"
        )
    return (json.dumps(notebook) if used else text), used


def insert_outputs(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the outputs of the executed copy into the text of a notebook."""
    path = Path(app.env.doc2path(docname))
    if path.suffix != ".ipynb":
        return
    executed = copies(app)
    if executed.record(docname) is not None:
        source[0] = with_outputs(source[0], executed.copy(docname).read_text(encoding="utf-8"))
        try:
            source[0], quizzes = with_quizzes(source[0], path.parent)
        except (OSError, ValueError) as error:
            logger.warning("%s", error, location=docname)
            return
        for file in quizzes:
            app.env.note_dependency(str(file))
    elif PARTIAL in os.environ:
        logger.info("%s has not been executed yet: its page lacks the outputs", docname)
    else:
        logger.warning("the notebook was not executed: build the book with `make book`", location=docname)


@cache
def figures_to_come(app: Sphinx) -> set[str]:
    """Return the names of the figures in notebooks that have not been executed yet."""
    found: set[str] = set()
    for name in app.env.found_docs:
        path = Path(app.env.doc2path(name))
        if path.suffix == ".ipynb" and copies(app).record(name) is None:
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                found.add(cell["metadata"].get("mystnb", {}).get("figure", {}).get("name"))
    return found - {None}


def leave_as_text(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.Element
) -> nodes.Element | None:
    """Let a link to a figure be text where the notebook that draws it has not been executed yet."""
    if PARTIAL not in os.environ or node["reftarget"] not in figures_to_come(app):
        return None
    return content if node.get("refexplicit") else nodes.inline("", "Figure")


def outdated(app: Sphinx, env: BuildEnvironment, *_: set[str]) -> list[str]:
    """Name the pages whose outputs are newer than what Sphinx has read."""
    now = {name: record["digest"] for name, record in copies(app).records().items()}
    before: dict[str, str] = getattr(env, "dlbook_digests", {})
    changed = [name for name in now if before.get(name) != now[name] and name in env.all_docs]
    users: dict[str, str] = getattr(env, "dlbook_borrowed", {})
    borrowers = [page for page, notebook in users.items() if notebook in changed]
    env.dlbook_digests = now  # type: ignore[attr-defined]
    partial = getattr(env, "dlbook_partial", False)
    env.dlbook_partial = PARTIAL in os.environ  # type: ignore[attr-defined]
    if partial and changed:  # any page may hold a link that had no figure to lead to
        return list(env.all_docs)
    return [*changed, *borrowers, *getattr(env, "dlbook_always", ())]


def setup(app: Sphinx) -> None:
    """Register the events."""
    app.connect("source-read", insert_outputs, priority=100)
    app.connect("env-get-outdated", outdated)
    app.connect("missing-reference", leave_as_text)
