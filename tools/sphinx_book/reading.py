"""How long a page takes to read, what it builds on, and what a reader has done of it.

Times are counted when a page is built, from the words of the notebook. What a reader has read, opened and
answered is kept by progress.js in the reader's browser and nowhere else.
"""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import nbformat
from cells import length
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import docname_join
from sphinx.util.docutils import SphinxDirective

from dlbook.display.quiz import load

from .numbering import chapter_number

WORDS_A_MINUTE = 125  # with the code, formulas and figures between them
SOLUTION = re.compile(r"^[ \t]*[`:]{3,}\{solution(?:-start)?\}", re.MULTILINE)
NEEDS = "You need"
NOTHING = "What you read, open and answer is counted here."
KEPT = "It is kept in this browser and nowhere else."
BUTTONS = """<div class="dlb-progress-bar">
<button type="button" data-act="save" disabled>Save as a file</button>
<button type="button" data-act="load">Load a file</button>
<button type="button" data-act="erase" disabled>Erase</button>
<button type="button" data-act="back" hidden>Bring it back</button>
<input type="file" accept="application/json,.json" hidden>
</div>
<p class="dlb-progress-said" role="status"></p>"""
FILTER = """<form class="dlb-filter" role="search" aria-label="Rows of the course map">
<label>Show rows with <input type="search" name="words" placeholder="words or a number"></label>
<label>among <select name="kind">
<option value="">all rows</option>
<option value="stands">what stands</option>
<option value="planned">what is planned</option>
<option value="unread">what I have not read</option>
</select></label>
<p class="dlb-filter-said" role="status"></p>
</form>"""
SCRIPTED = ("reference/course_map", "index")  # show what was read on other pages


@dataclass(frozen=True)
class Reading:
    """What is known of a notebook as something to be read.

    Attributes
    ----------
    core, whole : int
        Minutes for the core path, and for everything.
    solutions, questions : int
        How many there are.
    needs : tuple of str
        The pages that it says a reader needs.
    """

    core: int
    whole: int
    solutions: int
    questions: int
    needs: tuple[str, ...] = ()


def minutes(words: int) -> int:
    """Return how long it takes to read some words of this book, at least a minute."""
    return max(1, round(words / WORDS_A_MINUTE))


def measure(path: Path, needs: list[str]) -> Reading:
    """Measure a notebook."""
    notebook = nbformat.read(path, as_version=4)
    found = length(notebook)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    questions = path.with_name(f"{path.stem}.quiz.yml")
    return Reading(
        minutes(found.core_words),
        minutes(found.words),
        len(SOLUTION.findall(text)),
        len(load(questions)) if questions.is_file() else 0,
        tuple(needs),
    )


def known(env: BuildEnvironment) -> dict[str, Reading]:
    """Return what is known of the notebooks, by document name."""
    result: dict[str, Reading] = getattr(env, "dlbook_reading", {})
    return result


def remember(app: Sphinx, doctree: nodes.document) -> None:
    """Measure a notebook that was read."""
    path = Path(app.env.doc2path(app.env.docname))
    if chapter_number(app.env.docname) is not None and path.suffix == ".ipynb":
        found = known(app.env) | {app.env.docname: measure(path, needed(doctree, app.env.docname))}
        app.env.dlbook_reading = found  # type: ignore[attr-defined]


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Drop a page that is read again or gone."""
    known(env).pop(docname, None)


def in_order(env: BuildEnvironment) -> list[str]:
    """Return the notebooks in the order of the table of contents."""
    order: list[str] = []

    def walk(docname: str) -> None:
        order.append(docname)
        for child in env.toctree_includes.get(docname, ()):
            walk(child)

    walk(env.config.root_doc)
    return [docname for docname in order if docname in known(env)]


def needed(doctree: nodes.document, docname: str) -> list[str]:
    """Return the pages that the paragraph on what a reader needs links to."""
    for paragraph in doctree.findall(nodes.paragraph):
        if paragraph.astext().startswith(NEEDS):
            return [
                docname_join(docname, link["reftarget"]) if link["reftype"] == "doc" else link["reftarget"]
                for link in paragraph.findall(addnodes.pending_xref)
                if link["reftype"] == "doc" or link["refdomain"] == "doc"
            ]
    return []


def before(env: BuildEnvironment, docname: str) -> list[str]:
    """Return the pages that a page builds on: those that it says a reader needs, and that come before it."""
    order = in_order(env)
    earlier = order[: order.index(docname)]
    return [page for page in dict.fromkeys(known(env)[docname].needs) if page in earlier]


def time_line(reading: Reading) -> str:
    """Say how long a page takes to read.

    Examples
    --------
    >>> time_line(Reading(core=20, whole=35, solutions=4, questions=5))
    '20 minutes for the core path, 35 for everything.'
    """
    rest = f", {reading.whole} for everything" * (reading.whole > reading.core)
    return f"{reading.core} minute{'s' * (reading.core > 1)} for the core path{rest}."


def add_time(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the time under the title of a page."""
    reading = known(app.env).get(docname)
    title = doctree.next_node(nodes.title)
    if reading is None or title is None or app.builder.format != "html":
        return
    html = f'<p class="dlb-reading" data-page="{docname}">{time_line(reading)}</p>'
    title.parent.insert(title.parent.index(title) + 1, nodes.raw("", html, format="html"))


class pages_of_chapter(nodes.General, nodes.Element):
    """Stands for the table of a chapter's pages until every page is known."""


class progress_of_chapter(nodes.Inline, nodes.Element):
    """Stands for what the reader has read of a chapter until every page is known."""


class progress_box(nodes.General, nodes.Element):
    """Stands for what the reader has done in all; the script fills it."""


class Progress(SphinxDirective):
    """What the reader has done, with a way to keep it as a file and to erase it; or in short."""

    option_spec: ClassVar[dict[str, Any]] = {"short": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the placeholder."""
        return [progress_box(short="short" in self.options)]


def data(pages: dict[str, Reading]) -> str:
    """Return what progress.js has to know of some pages: their names, and what there is on each."""
    return escape(" ".join(f"{page}:{one.solutions}:{one.questions}" for page, one in pages.items()))


def progress(pages: dict[str, Reading]) -> nodes.raw:
    """Return an element that progress.js fills with what was done on some pages."""
    return raw(f'<span class="dlb-progress" data-pages="{data(pages)}"></span>')


def raw(html: str) -> nodes.raw:
    """Return HTML as a node."""
    return nodes.raw("", html, format="html")


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Fill the placeholders."""
    from .directives import table, text

    env = app.env
    order = {page: known(env)[page] for page in in_order(env)}
    for placeholder in list(doctree.findall(pages_of_chapter)):
        number = int(placeholder["chapter"])
        rows: list[list[nodes.Node]] = []
        for page, reading in order.items():
            if chapter_number(page) != number:
                continue
            links: list[nodes.Node] = []
            for earlier in before(env, page):
                links += [nodes.Text(", ")] * bool(links) + [page_link(app, docname, earlier)]
            rows.append(
                [
                    nodes.paragraph("", "", page_link(app, docname, page), progress({page: reading})),
                    text(f"{reading.core} min, all {reading.whole}"),
                    nodes.paragraph("", "", *links),
                ]
            )
        if rows:
            placeholder.replace_self(table(["Page", "Reading time", "Builds on"], rows, [40, 20, 40]))
        else:
            placeholder.parent.remove(placeholder)
    for placeholder in list(doctree.findall(progress_of_chapter)):
        number = int(placeholder["chapter"])
        pages = {page: reading for page, reading in order.items() if chapter_number(page) == number}
        placeholder.replace_self([progress(pages)] if pages else [])
    for placeholder in list(doctree.findall(progress_box)):
        titles = "".join(
            f'<li data-page="{page}"><a href="{app.builder.get_relative_uri(docname, page)}">'
            f"{escape(env.titles[page].astext())}</a></li>"
            for page in order
        )
        summary = f'<p class="dlb-progress-all" data-pages="{data(order)}">{NOTHING} {KEPT}</p>'
        rest = f'<p class="dlb-next"></p><ul class="dlb-pages" hidden>{titles}</ul>'
        if placeholder["short"]:
            html = f'<div class="dlb-progress-box" hidden>{summary}{rest}</div>'
        else:
            html = f'<div class="dlb-progress-box">{summary}{rest}{BUTTONS}</div>{FILTER}'
        placeholder.replace_self(raw(html))


def page_link(app: Sphinx, source: str, target: str) -> nodes.reference:
    """Return a link to a page under its title."""
    uri = app.builder.get_relative_uri(source, target)
    return nodes.reference("", app.env.titles[target].astext(), internal=True, refuri=uri)


def add_script(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Name the script where there is something to keep or to show."""
    if pagename in known(app.env) or pagename in SCRIPTED:
        app.add_js_file("progress.js", loading_method="defer")
    if pagename == "reference/course_map":
        app.add_js_file("course-map.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register the directive and the events."""
    app.add_node(pages_of_chapter)
    app.add_node(progress_of_chapter)
    app.add_node(progress_box)
    app.add_directive("reading-progress", Progress)
    app.connect("doctree-read", remember)
    app.connect("env-purge-doc", forget)
    app.connect("doctree-resolved", add_time)
    app.connect("doctree-resolved", fill)
    app.connect("html-page-context", add_script, priority=600)
