"""Being found: what a page is about in one sentence, for search engines and for those to whom a link is sent.

What needs an absolute address, the site map among it, is written when the address is known: from the
environment variable `DLBOOK_ADDRESS`, else from the repository's host.
"""

import os
import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from dlbook.files import write_text

from .launch import public_address, remote
from .search import Record, shortened

DEFAULT = "A lecture book that runs: deep learning from one neuron on, with every number checked by a test."
SHORT = 50  # characters
NOT_LISTED = {"404", "genindex", "py-modindex", "search"}
VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>\s*')
PAGES_HOST = re.compile(r"https://github\.com/(?P<owner>[^/]+)/(?P<name>[^/]+)")


def site_address(origin: str) -> str:
    """Return where the pages of a repository are published, or nothing if that is not known.

    Examples
    --------
    >>> site_address("git@github.com:ada/book.git")
    'https://ada.github.io/book/'
    """
    found = PAGES_HOST.fullmatch(public_address(origin) or "")
    return f"https://{found['owner'].lower()}.github.io/{found['name']}/" if found else ""


def set_address(app: Sphinx, config: Config) -> None:
    """Tell Sphinx where the site will be; it then names the canonical address of every page."""
    address = os.environ.get("DLBOOK_ADDRESS") or site_address(remote(Path(app.srcdir)))
    config.html_baseurl = address and address.rstrip("/") + "/"


def description(record: Record) -> str:
    """Return what a page is about: its first paragraphs, as many as make a sentence of some length."""
    text = ""
    for section in record.sections:
        if len(text) < SHORT and section.first:
            text = f"{text} {section.first}".strip()
    return shortened(text if len(text) >= SHORT else f"{record.title}. {text} {DEFAULT}".replace(". .", "."))


def describe(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page its description, and leave it one viewport."""
    known: dict[str, Record] = getattr(app.env, "dlbook_search", {})
    record = known.get(pagename)
    context["page_description"] = description(record) if record else DEFAULT
    context["dlb_picture"] = (
        app.config.html_baseurl + "_static/screenshot.png" if app.config.html_baseurl else ""
    )
    context["metatags"] = VIEWPORT.sub("", context.get("metatags", ""))


def not_found(app: Sphinx) -> list[tuple[str, dict[str, Any], str]]:
    """Return the page that a server shows for an address that does not exist."""
    return [("404", {"title": "Page not found", "dlb_home": app.config.html_baseurl}, "404.html")]


def write_lists(app: Sphinx, error: Exception | None) -> None:
    """Write the files that search engines ask for."""
    if error is not None or app.builder.format != "html":
        return
    folder, address = Path(app.outdir), app.config.html_baseurl
    lines = ["User-agent: *", "Allow: /"]
    if address:
        names = sorted(set(app.env.found_docs) - NOT_LISTED)
        places = "".join(f"<url><loc>{escape(address + name)}.html</loc></url>\n" for name in names)
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        write_text(folder / "sitemap.xml", f"{head}{places}</urlset>\n")
        lines.append(f"Sitemap: {address}sitemap.xml")
    write_text(folder / "robots.txt", "\n".join(lines) + "\n")


def setup(app: Sphinx) -> None:
    """Register the events; the description after the theme's own."""
    app.connect("config-inited", set_address)
    app.connect("html-page-context", describe, priority=850)
    app.connect("html-collect-pages", not_found)
    app.connect("build-finished", write_lists)
