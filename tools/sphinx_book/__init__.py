"""The book's own Sphinx extension: everything that its pages need beyond Jupyter Book."""

from sphinx.application import Sphinx

from . import assets, directives, launch, math, notebooks, pages


def setup(app: Sphinx) -> dict[str, object]:
    """Register the parts with Sphinx."""
    for part in (math, notebooks, directives, assets, pages, launch):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": False}
