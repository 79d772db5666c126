"""The book's own Sphinx extension: everything that its pages need beyond Jupyter Book."""

import gc
import hashlib
from pathlib import Path

from sphinx.application import Sphinx

from . import (
    assets,
    deeper,
    directives,
    elsewhere,
    figures,
    finding,
    folding,
    launch,
    math,
    notebooks,
    numbering,
    pages,
    previews,
    reading,
    records,
    reference,
    rows,
    search,
    teaching,
    typography,
)


def version() -> int:
    """Return a number that changes with the code of this extension, so that Sphinx reads every page again."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return int(digest.hexdigest()[:12], 16)


def setup(app: Sphinx) -> dict[str, object]:
    """Register the parts with Sphinx."""
    # Sphinx makes millions of nodes that stay: looking for rubbish among them takes a sixth of the build.
    gc.set_threshold(200_000, 20, 100)
    for part in (
        math,
        notebooks,
        numbering,
        directives,
        reading,
        records,
        folding,
        deeper,
        teaching,
        assets,
        pages,
        figures,
        launch,
        reference,
        rows,
        search,
        typography,
        previews,
        finding,
        elsewhere,
    ):
        part.setup(app)
    return {
        "version": "1",
        "env_version": version(),
        "parallel_read_safe": False,
        "parallel_write_safe": False,
    }
