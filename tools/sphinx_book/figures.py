"""Figures that a reader can enlarge, that stay readable on a phone, and that have captions and numbers."""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

# A figure of a notebook, once its size is known.
FIGURE = re.compile(r'(<a class="reference internal image-reference"[^>]*><img )([^>]*?width="(\d+)")')


def with_natural_width(body: str) -> str:
    """Tell the style sheet how wide each figure was drawn."""
    return FIGURE.sub(r'\1style="--dlb-width: \3px" \2', body)


def add_to_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: nodes.document | None
) -> None:
    """Finish the figures of a page, and name what it needs for them."""
    body = with_natural_width(str(context.get("body", "")))
    if any(name in body for name in ("image-reference", "dlb-picture", "dlb-diagram")):
        context["body"] = body
        app.add_css_file("figures.css", priority=950)
        app.add_js_file("figures.js", loading_method="defer")


def name_figures(app: Sphinx, config: Config) -> None:
    """Say "Figure 1.2", not "Fig. 1.2"."""
    config.numfig_format = {"figure": "Figure %s", **config.numfig_format}


def setup(app: Sphinx) -> None:
    """Register the events, after the sizes of the figures are known."""
    app.connect("config-inited", name_figures, priority=400)
    app.connect("html-page-context", add_to_page, priority=950)
