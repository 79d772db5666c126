"""A page on another machine: the one line that its notebook needs there, and where it is said.

The page on running elsewhere shows the line, the download button of every notebook leads there, and the file
that it downloads has the line in its setup cell. So a kernel without `dlbook` shows it with its error.
"""

import json
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

from dlbook import __version__
from dlbook.files import write_text

PAGE = "reference/elsewhere"
REMARK = "# Elsewhere than in a copy of the book, once: "


def install_line(address: str | None) -> str:
    """Return the line, for the book's public address or for the file that `make wheel` builds."""
    source = f"dlbook[chapters] @ git+{address}" if address else f"./{wheel_name()}[chapters]"
    return f'%pip install "{source}"'


def wheel_name() -> str:
    """Return the name of the file that `make wheel` builds."""
    return f"dlbook-{__version__}-py3-none-any.whl"


def address_of(config: Config) -> str | None:
    """Return the public address of the book, where `launch` found one."""
    return config.html_theme_options.get("repository_url")


class InstallLine(SphinxDirective):
    """The line, ready to be copied."""

    def run(self) -> list[nodes.Node]:
        """Return it as code."""
        line = install_line(address_of(self.config))
        return [nodes.literal_block(line, line, language="ipython3")]


def with_line(notebook: str, line: str) -> str:
    """Return a notebook's text with a remark on the line in its setup cell."""
    content = json.loads(notebook)
    for cell in content["cells"]:
        if "setup" in cell["metadata"].get("tags", []):
            cell["source"] = [f"{REMARK}{line}\n", *"".join(cell["source"]).splitlines(keepends=True)]
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def add_to_downloads(app: Sphinx, error: Exception | None) -> None:
    """Write the line into the notebooks that the pages let their readers download."""
    if error is not None or app.builder.format != "html":
        return
    line = install_line(address_of(app.config))
    for docname in app.env.found_docs:
        source, target = Path(app.env.doc2path(docname)), Path(app.outdir) / "_sources" / f"{docname}.ipynb"
        if source.suffix == ".ipynb" and target.is_file():
            write_text(target, with_line(source.read_text("utf-8"), line))


def add_to_menu(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add an entry to the download menu of a notebook's page."""
    if context.get("page_source_suffix") != ".ipynb" or PAGE not in app.env.found_docs:
        return
    for group in context.get("header_buttons", []):
        if group.get("label") == "download-buttons":
            group["buttons"].append(
                {
                    "type": "link",
                    "url": app.builder.get_relative_uri(pagename, PAGE),
                    "text": "Run it elsewhere",
                    "tooltip": escape(f"First {install_line(address_of(app.config))}"),
                    "icon": "fas fa-laptop",
                    "label": "elsewhere-button",
                }
            )


def setup(app: Sphinx) -> None:
    """Register the directive and the events; the theme makes its menu first."""
    app.add_directive("install-line", InstallLine)
    app.connect("html-page-context", add_to_menu, priority=800)
    app.connect("build-finished", add_to_downloads)
