"""Directives of the book: corrections, the course map, the execution status, a borrowed figure."""

import os
from collections.abc import Mapping
from pathlib import Path
from string import ascii_uppercase
from typing import Any, ClassVar

import nbformat
import yaml
from docutils import nodes
from docutils.parsers.rst import directives
from executed import PARTIAL
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.logging import getLogger

from dlbook.execution import BUDGET, NotebookResult, slowest_cells

from .notebooks import copies
from .numbering import chapter_number
from .reading import pages_of_chapter, progress_of_chapter

logger = getLogger(__name__)
LONGEST_QUOTE = 40  # words: enough to be understood, and no more of the notes than that


class Correction(SphinxDirective):
    """A box that says where the lecture notes are wrong; the corrections page lists them all."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {
        "label": directives.unchanged_required,
        "source": directives.unchanged_required,
        "quote": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Return the box with its target."""
        for option in ("label", "source"):
            if option not in self.options:
                raise self.error(f"a correction needs the option :{option}:")
        label = nodes.make_id(self.options["label"])
        title, messages = self.state.inline_text(self.arguments[0], self.lineno)
        box = nodes.admonition(classes=["admonition", "correction"], ids=[label], names=[label])
        box += nodes.title(self.arguments[0], "", nodes.Text("Correction: "), *title)
        box["source_in_notes"] = self.options["source"]
        self.state.document.note_explicit_target(box, box)
        if quote := self.options.get("quote"):
            if len(quote.split()) > LONGEST_QUOTE:
                raise self.error(f"a quotation of the notes has at most {LONGEST_QUOTE} words, got {quote!r}")
            said, more = self.state.inline_text(quote, self.lineno)
            messages += more
            line = nodes.paragraph(
                "", "The notes: \u201c", *said, nodes.Text("\u201d"), classes=["notes-say"]
            )
            box += line
        self.state.nested_parse(self.content, self.content_offset, box)
        where = nodes.emphasis(text=f"Lecture notes, {self.options['source']}.")
        box += nodes.paragraph("", "", where, classes=["correction-source"])
        return [box, *messages]


class corrections(nodes.General, nodes.Element):
    """Stands for the list of all corrections until every page is read."""


class course_map(nodes.General, nodes.Element):
    """Stands for the course map until every label is known."""


class CorrectionsList(SphinxDirective):
    """The list of all corrections of the book."""

    def run(self) -> list[nodes.Node]:
        """Return the placeholder."""
        return [corrections()]


class CourseMap(SphinxDirective):
    """One table a chapter: each row of the course, with a link where its section exists."""

    def run(self) -> list[nodes.Node]:
        """Return the placeholder, with the rows of `course_map.yml` beside the page."""
        path = Path(self.env.doc2path(self.env.docname)).with_name("course_map.yml")
        self.env.note_dependency(str(path))
        result: list[nodes.Node] = []
        for chapter in yaml.safe_load(path.read_text("utf-8"))["chapters"]:
            section = nodes.section(ids=[nodes.make_id(f"course-map-{chapter['folder']}")])
            section += nodes.title(text=f"{chapter['number']} {chapter['title']}")
            section += pages_of_chapter(chapter=chapter["number"])
            section += course_map(chapter=chapter)
            result.append(section)
        return result


class Chapters(SphinxDirective):
    """What the book has and what is planned: its chapters, with a link where one stands."""

    def run(self) -> list[nodes.Node]:
        """Return the list, from the course map."""
        path = Path(self.env.srcdir) / "reference" / "course_map.yml"
        self.env.note_dependency(str(path))
        result = nodes.bullet_list(classes=["dlb-chapters"])
        for chapter in yaml.safe_load(path.read_text(encoding="utf-8"))["chapters"]:
            number, title = str(chapter["number"]), chapter["title"]
            intro = f"chapters/{chapter['folder']}/intro"
            line = nodes.paragraph("", "", nodes.strong(text=number), nodes.Text(" "))
            if intro in self.env.found_docs:
                line += [page_reference(intro, title), progress_of_chapter(chapter=number)]
            else:
                line += [nodes.inline(text=title), nodes.emphasis(text=" planned")]
            result += nodes.list_item("", line)
        return [result]


class ExecutionStatus(SphinxDirective):
    """Tables of what was measured when each notebook ran for this build."""

    def run(self) -> list[nodes.Node]:
        """Return the tables, or a sentence if nothing ran."""
        always: set[str] = getattr(self.env, "dlbook_always", set())
        self.env.dlbook_always = always | {self.env.docname}  # type: ignore[attr-defined]
        records = copies(self.env.app).records()
        results = {name: NotebookResult.from_dict(record) for name, record in records.items()}
        return measurements(results, Path(self.env.srcdir))


class BorrowedFigure(SphinxDirective):
    """The figure of a notebook's cell tagged `landing`, on another page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the figure's HTML as the notebook's run left it."""
        docname = self.arguments[0]
        borrowed: dict[str, str] = getattr(self.env, "dlbook_borrowed", {})
        self.env.dlbook_borrowed = {**borrowed, self.env.docname: docname}  # type: ignore[attr-defined]
        executed = copies(self.env.app)
        if executed.record(docname) is None:
            if PARTIAL in os.environ:
                return [text(f"The notebook {docname} has not been executed yet.")]
            raise self.error(f"the notebook {docname} was not executed")
        for cell in nbformat.read(executed.copy(docname), as_version=4).cells:
            if "landing" in cell.metadata.get("tags", []):
                for output in cell.outputs:
                    if html := output.get("data", {}).get("text/html"):
                        return [nodes.raw("", html, format="html")]
        raise self.error(f"the notebook {docname} has no cell tagged 'landing' with an HTML output")


def measurements(results: Mapping[str, NotebookResult], root: Path) -> list[nodes.Node]:
    """Return what was measured in the runs of notebooks, by chapter, and the slowest cells of the slow."""
    if not results:
        return [text("No notebook has run for this build.")]
    chapters: dict[str, dict[str, NotebookResult]] = {}
    for name, result in results.items():
        chapters.setdefault(name.rpartition("/")[0], {})[name] = result
    found: list[nodes.Node] = []
    for folder, runs in sorted(chapters.items()):
        section = nodes.section(ids=[nodes.make_id(f"status-{folder}")])
        section += nodes.title(text=chapter_title(root / folder))
        minutes = sum(result.seconds for result in runs.values()) / 60
        section += text(f"{len(runs)} notebooks, {minutes:.1f} minutes of computing.")
        section += tables(runs)
        found.append(section)
    lines = dict.fromkeys(
        ", ".join(f"{package} {version}" for package, version in result.versions.items())
        for result in results.values()
    )
    versions = nodes.section(ids=["status-versions"])
    versions += nodes.title(text="Versions installed")
    versions += nodes.bullet_list("", *(nodes.list_item("", text(line)) for line in lines))
    return [*found, versions]


def tables(results: Mapping[str, NotebookResult]) -> list[nodes.Node]:
    """Return the table of the runs, and that of the slowest cells where there are slow notebooks."""
    rows: list[list[nodes.Node]] = []
    slow: list[list[nodes.Node]] = []
    for name, result in results.items():
        measured = [
            f"{result.seconds:.1f}",
            number(result.processor_seconds, ".1f"),
            number(result.peak_memory_mb, ".0f"),
            result.device or "CPU",
            result.backend or "none",
            result.date[:10],
        ]
        rows.append([nodes.paragraph("", "", page_reference(name)), *map(text, measured)])
        for cell in slowest_cells(result) if (result.processor_seconds or 0.0) > BUDGET else ():
            code = nodes.paragraph("", "", nodes.literal(text=cell.code))
            taken = text(number(cell.processor_seconds, ".1f"))
            slow.append([nodes.paragraph("", "", page_reference(name)), text(str(cell.cell)), code, taken])
    heads = ["Notebook", "Seconds", "Processor seconds", "Peak memory, MB", "Device", "Keras backend", "Date"]
    found: list[nodes.Node] = [table(heads, rows, [34, 9, 13, 13, 9, 12, 12])]
    if slow:
        heads = ["Notebook", "Code cell", "It begins", "Processor seconds"]
        found.append(text(f"Where the time goes in notebooks of more than {BUDGET:.0f} processor seconds:"))
        found.append(table(heads, slow, [34, 10, 42, 14]))
    return found


def number(value: float | None, form: str) -> str:
    """Write a measured number, where there is one."""
    return "unknown" if value is None else format(value, form)


def chapter_title(folder: Path) -> str:
    """Return number and title of a chapter, which its first page says."""
    intro = folder / "intro.md"
    lines = intro.read_text(encoding="utf-8").splitlines() if intro.is_file() else []
    title = next((line.removeprefix("# ") for line in lines if line.startswith("# ")), folder.name)
    return f"{chapter_number(f'chapters/{folder.name}/intro')} {title}"


def letters(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put a bar with the letters before each glossary: a link to the first term of each."""
    for glossary in list(doctree.findall(addnodes.glossary)):
        first: dict[str, str] = {}
        for term in glossary.findall(nodes.term):
            first.setdefault(term.astext()[0].upper(), term["ids"][0])
        links = "".join(
            f'<a href="#{first[letter]}">{letter}</a>' if letter in first else f"<span>{letter}</span>"
            for letter in ascii_uppercase
        )
        bar = nodes.raw("", f'<nav class="dlb-letters" aria-label="Letters">{links}</nav>', format="html")
        glossary.parent.insert(glossary.parent.index(glossary), bar)


def text(content: str) -> nodes.paragraph:
    """Return a paragraph of plain text."""
    return nodes.paragraph(text=content)


def page_reference(docname: str, title: str = "") -> addnodes.pending_xref:
    """Return a link to a page under its title, or under another one."""
    return addnodes.pending_xref(
        "",
        nodes.inline(text=title or docname),
        refdomain="std",
        reftype="doc",
        reftarget=f"/{docname}",
        refexplicit=bool(title),
        refwarn=True,
    )


def table(heads: list[str], rows: list[list[nodes.Node]], widths: list[int]) -> nodes.table:
    """Return a table with a head row."""
    group = nodes.tgroup(cols=len(heads))
    group.extend(nodes.colspec(colwidth=width) for width in widths)

    def line(cells: list[nodes.Node]) -> nodes.row:
        return nodes.row("", *(nodes.entry("", cell) for cell in cells))

    group += nodes.thead("", line([text(head) for head in heads]))
    group += nodes.tbody("", *(line(cells) for cells in rows))
    return nodes.table("", group, classes=["dlb-wide"])


def collect_corrections(app: Sphinx, doctree: nodes.document) -> None:
    """Remember the corrections of a page."""
    env = app.env
    known: dict[str, list[tuple[str, str, str, list[nodes.Node]]]] = getattr(env, "dlbook_corrections", {})
    found = [
        (
            box["ids"][0],
            box.next_node(nodes.title).astext().removeprefix("Correction: "),
            box["source_in_notes"],
            [child.deepcopy() for child in box.children if "notes-say" in child.get("classes", ())],
        )
        for box in doctree.findall(nodes.admonition)
        if "source_in_notes" in box
    ]
    env.dlbook_corrections = {**known, env.docname: found}  # type: ignore[attr-defined]


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Drop what is remembered of a page that is read again or gone."""
    getattr(env, "dlbook_corrections", {}).pop(docname, None)
    getattr(env, "dlbook_borrowed", {}).pop(docname, None)
    getattr(env, "dlbook_always", set()).discard(docname)


def link(app: Sphinx, source: str, target: str, anchor: str, content: str) -> nodes.paragraph:
    """Return a paragraph that links from one page to a place on another."""
    uri = app.builder.get_relative_uri(source, target) + f"#{anchor}"
    return nodes.paragraph("", "", nodes.reference("", content, internal=True, refuri=uri))


def resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Fill the placeholders."""
    env = app.env
    for placeholder in list(doctree.findall(corrections)):
        rows: list[list[nodes.Node]] = []
        for page, found in sorted(getattr(env, "dlbook_corrections", {}).items()):
            for anchor, title, source, quotes in found:
                where = nodes.paragraph("", env.titles[page].astext())
                what = [link(app, docname, page, anchor, title), *(quote.deepcopy() for quote in quotes)]
                rows.append([nodes.container("", *what), where, text(source)])
        if rows:
            heads = ["What is corrected", "On the page", "In the notes"]
            placeholder.replace_self(table(heads, rows, [50, 30, 20]))
        else:
            placeholder.replace_self(text("The chapters written so far have confirmed no slip."))
    labels = env.domaindata["std"]["labels"] | {
        name: (*place, "") for name, place in env.domaindata["std"]["anonlabels"].items()
    }
    for placeholder in list(doctree.findall(course_map)):
        chapter = placeholder["chapter"]
        rows = []
        for row in chapter["rows"]:
            target = labels.get("row-" + row["number"].replace(".", "-"))
            title = link(app, docname, target[0], target[1], row["title"]) if target else text(row["title"])
            state = text(env.titles[target[0]].astext() if target else "planned")
            rows.append([text(row["number"]), title, state])
        rows_of_map = table(["Row", "What it teaches", "Where"], rows, [8, 62, 30])
        rows_of_map["classes"].append("dlb-rows")
        placeholder.replace_self(rows_of_map)


def redo_lists(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Write the pages again that list things of other pages."""
    return [name for name in ("reference/corrections", "reference/course_map") if name in env.all_docs]


def setup(app: Sphinx) -> None:
    """Register the directives and what fills them."""
    app.add_node(corrections)
    app.add_node(course_map)
    app.add_directive("correction", Correction)
    app.add_directive("corrections", CorrectionsList)
    app.add_directive("course-map", CourseMap)
    app.add_directive("chapters", Chapters)
    app.add_directive("execution-status", ExecutionStatus)
    app.add_directive("borrowed-figure", BorrowedFigure)
    app.connect("doctree-read", collect_corrections)
    app.connect("env-purge-doc", forget)
    app.connect("doctree-resolved", resolve)
    app.connect("doctree-resolved", letters)
    app.connect("env-updated", redo_lists)
