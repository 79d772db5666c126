"""What a link leads to, shown where the link is: terms, equations, figures, sections, sources, pages.

When all pages are written, each gets a small file that holds what its links lead to, taken from the pages
themselves. previews.js asks for it when a reader first comes to a link, from a server or from a disk.
"""

import json
import posixpath
import re
from functools import cache, cached_property
from html import unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from dlbook.files import write_text

ARTICLE = re.compile(r'<article class="bd-article">.*?</article>', re.DOTALL)
LINK = re.compile(r'<a class="reference internal" href="(?P<page>[^"#]*)(?:#(?P<anchor>[^"]+))?"')
OPENING = re.compile(r"<(?P<name>\w+)[^>]*$")
HEADING = re.compile(r"<h[1-6]>(.*?)</h[1-6]>", re.DOTALL)
PARAGRAPH = re.compile(r'<p(?: class="(?P<class>[^"]*)")?>(?P<text>.*?)</p>', re.DOTALL)
PICTURE = re.compile(r"<img [^>]*>")
# What a preview does not have: links of its own, names, controls.
MARK = re.compile(r'<a class="(?:headerlink|dlb-row)".*?</a>', re.DOTALL)
ANCHOR = re.compile(r"</?a\b[^>]*>")
NAME = re.compile(r' (?:id|tabindex|role|aria-labelledby|loading|decoding)="[^"]*"')
UNWANTED = re.compile(r"<(script|button|style)\b.*?</\1>", re.DOTALL)
SOURCE = re.compile(r'src="([^":]+)"')
ROOT = "ROOT/"  # stands for the way to the top of the site
LONGEST = 12_000  # characters


class Page:
    """A page of the site, of which parts are taken.

    Parameters
    ----------
    html : str
        The page.
    folder : str
        Its folder below the site.
    """

    def __init__(self, html: str, folder: str) -> None:
        found = ARTICLE.search(html)
        self.html, self.folder = found[0] if found else "", folder

    @cached_property
    def links(self) -> list[tuple[str, str]]:
        """The internal links of the text: another page or nothing, and an anchor or nothing."""
        found = ((unescape(link["page"]), link["anchor"] or "") for link in LINK.finditer(self.html))
        return list(dict.fromkeys(found))

    def element(self, start: int) -> str:
        """Return the element that begins at a place."""
        name = re.compile(r"<(\w+)").match(self.html, start)
        if name is None:
            return ""
        depth = 0
        for tag in re.compile(rf"<(/?){name[1]}\b[^>]*>").finditer(self.html, start):
            depth += -1 if tag[1] else 1
            if depth == 0:
                return self.html[start : tag.end()]
        return ""

    def preview(self, anchor: str) -> str:
        """Return what is shown of a place on the page, or nothing."""
        if not anchor:
            return self.clean(headed(self.html))
        place = self.html.find(f' id="{anchor}"')
        if place < 0:
            return ""
        start = self.html.rfind("<", 0, place)
        if self.html.startswith("<span", start):  # a further name of the section around it
            start = self.html.rfind("<section", 0, start)
        return self.clean(self.shown(start)) if start >= 0 else ""

    def shown(self, start: int) -> str:
        """Return what is shown of the element that begins at a place."""
        tag = self.html[start : self.html.index(">", start) + 1]
        if tag.startswith("<dt"):
            content = self.element(self.html.find("<dd", start))
            first = PARAGRAPH.search(content)
            term = re.sub(r"^<dt[^>]*>|</dt>$", "", self.element(start))
            return f"<p><strong>{term}</strong></p>" + (f"<p>{first['text']}</p>" if first else "")
        element = self.element(start)
        if tag.startswith("<section"):
            return headed(element)
        if tag.startswith("<figure"):
            caption = PARAGRAPH.search(element[element.find("<figcaption") :])
            return drawing(element) + (f"<p>{caption['text']}</p>" if caption else "")
        if "math" in tag:
            inner = element.find('<div class="dlb-formula">')
            return element[inner : element.rfind("</div>")] if inner >= 0 else ""
        if any(name in tag for name in ("citation", "admonition")):
            shown = [f"<p>{match['text']}</p>" for match in PARAGRAPH.finditer(element)][:2]
            return "".join(shown[:1] if "citation" in tag else shown)
        return ""

    def clean(self, html: str) -> str:
        """Return HTML that can stand on another page, where nothing in it is a stop or has a name."""
        keeps_names = "url(#" in html
        html = ANCHOR.sub("", UNWANTED.sub("", MARK.sub("", html)))
        html = html if keeps_names else NAME.sub("", html)
        return SOURCE.sub(lambda match: f'src="{ROOT}{self.below_root(match[1])}"', html).strip()

    def below_root(self, address: str) -> str:
        """Return the address of a picture from the top of the site."""
        return posixpath.normpath(posixpath.join(self.folder, address))


def headed(html: str) -> str:
    """Return the first heading of a section, and its first paragraph before the next one."""
    heading = HEADING.search(html)
    if heading is None:
        return ""
    rest = html[heading.end() :]
    following = HEADING.search(rest)
    for match in PARAGRAPH.finditer(rest[: following.start()] if following else rest):
        if "dlb-" not in (match["class"] or "") and match["text"].strip():
            return f"<p><strong>{heading[1]}</strong></p><p>{match['text']}</p>"
    return f"<p><strong>{heading[1]}</strong></p>"


def drawing(figure: str) -> str:
    """Return the picture of a figure: the first, where there are several."""
    if "<svg" in figure and not PICTURE.search(figure):
        return figure[figure.index("<svg") : figure.index("</svg>") + len("</svg>")]
    found = PICTURE.search(figure)
    return re.sub(r' style="[^"]*"', "", found[0]) if found else ""


def write_previews(app: Sphinx, error: Exception | None) -> None:
    """Write for every page what its links lead to."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)

    @cache
    def page(name: str) -> Page | None:
        path = out / name
        return Page(path.read_text(encoding="utf-8"), posixpath.dirname(name)) if path.is_file() else None

    @cache
    def preview(name: str, anchor: str) -> str:
        target = page(name)
        html = target.preview(anchor) if target else ""
        return html if len(html) <= LONGEST else ""

    for docname in sorted(app.env.found_docs):
        name = f"{docname}.html"
        here = page(name)
        if here is None:
            continue
        found: dict[str, str] = {}
        for address, anchor in here.links:
            target = posixpath.normpath(posixpath.join(here.folder, address)) if address else name
            if html := preview(target, anchor):
                found[address + (f"#{anchor}" if anchor else "")] = html
        data = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        write_text(out / "_static" / "previews" / f"{docname}.js", f"dlbPreviews({data});\n")


def add_to_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Name the script on pages with links."""
    if LINK.search(str(context.get("body", ""))) and pagename in app.env.found_docs:
        app.add_js_file("previews.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register the events; the data when every page is written."""
    app.connect("html-page-context", add_to_page, priority=960)
    app.connect("build-finished", write_previews, priority=800)
