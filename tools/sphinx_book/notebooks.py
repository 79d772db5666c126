"""Executed notebooks enter the book here.

`tools/build.py` executes notebooks into `_build/executed`. This part hands Sphinx the executed file in the
place of the committed one, and makes it
read a page again when its outputs changed although its source did not.
"""

import json
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)


def executed_folder(app: Sphinx) -> Path:
    """Return the folder of the executed notebooks."""
    return Path(app.srcdir) / "_build" / "executed"


def measurements(app: Sphinx) -> dict[str, dict[str, Any]]:
    """Return what was measured when each notebook ran, by document name, in reading order."""
    folder = executed_folder(app)
    found = sorted(folder.rglob("*.json"))
    return {str(path.relative_to(folder).with_suffix("")): json.loads(path.read_text()) for path in found}


def insert_outputs(app: Sphinx, docname: str, source: list[str]) -> None:
    """Replace the text of a notebook by that of its executed copy."""
    if Path(app.env.doc2path(docname)).suffix != ".ipynb":
        return
    executed = executed_folder(app) / f"{docname}.ipynb"
    if executed.is_file():
        source[0] = executed.read_text(encoding="utf-8")
    else:
        logger.warning("the notebook was not executed: build the book with `make book`", location=docname)


def outdated(app: Sphinx, env: BuildEnvironment, *_: set[str]) -> list[str]:
    """Name the pages whose outputs are newer than what Sphinx has read."""
    now = {name: record["digest"] for name, record in measurements(app).items()}
    before: dict[str, str] = getattr(env, "dlbook_digests", {})
    changed = [name for name in now if before.get(name) != now[name] and name in env.all_docs]
    users: dict[str, str] = getattr(env, "dlbook_borrowed", {})
    borrowers = [page for page, notebook in users.items() if notebook in changed]
    env.dlbook_digests = now  # type: ignore[attr-defined]
    return [*changed, *borrowers, *getattr(env, "dlbook_always", ())]


def setup(app: Sphinx) -> None:
    """Register the events."""
    app.connect("source-read", insert_outputs, priority=100)
    app.connect("env-get-outdated", outdated)
