"""The search of the book: one file of data, made from what the pages say, which one script reads.

What a page is about stands in its title, its headings and the first sentences below them. Those count more
than the rest, and the package reference counts less than the chapters. Sphinx's own search counts words, asks
for every page that it found to show a line of it, and has nothing to show where there is no web server.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from py_mini_racer import MiniRacer
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from dlbook.files import write_text

from . import javascript
from .numbering import chapter_number

SCRIPT = Path(__file__).resolve().parent / "static" / "search.js"
GLOSSARY = "reference/glossary"
# How often a word counts in a title, in a heading, in bold or in a first paragraph, and anywhere else.
TITLE, HEADING, FIRST, BODY = 12, 5, 2, 1
# Weights of pages by what they are.
CHAPTER, REFERENCE, API = 1.0, 0.6, 0.3
SATURATION, LENGTH = 1.6, 0.5  # of BM25
SUMMARY = 180  # characters
# What is neither prose nor a name.
SIMPLE = re.compile(r"[\w\s=+.,()<>-]+")  # a formula that reads as it is written
SILENT = (nodes.literal_block, nodes.math_block, nodes.raw, nodes.comment, nodes.system_message)


@dataclass
class Section:
    """A heading, where it is, and the first words below it."""

    anchor: str
    heading: str
    first: str = ""


@dataclass
class Record:
    """What the search knows of a page."""

    title: str
    sections: list[Section] = field(default_factory=list)
    strong: str = ""
    body: str = ""
    terms: list[tuple[str, str, str]] = field(default_factory=list)


def plain(node: nodes.Node) -> str:
    """Return the text of a node without code blocks, large formulas and citations."""
    if isinstance(node, nodes.Text):
        return str(node)
    if isinstance(node, nodes.math):
        return node.astext() if SIMPLE.fullmatch(node.astext()) else "\u2026"
    if isinstance(node, SILENT) or (isinstance(node, addnodes.pending_xref) and node["refdomain"] == "cite"):
        return " "
    between = "" if isinstance(node, nodes.TextElement) else " "
    text = between.join(plain(child) for child in node.children)
    return re.sub(r"\s+(?=[.,;:])|(?<=\s)\s+", "", re.sub(r"\s", " ", text))


def shortened(text: str) -> str:
    """Return the beginning of a text, to the end of a word."""
    text = text.strip()
    if len(text) <= SUMMARY:
        return text
    return text[:SUMMARY].rpartition(" ")[0].rstrip(",;:") + " \u2026"


def first_paragraph(section: nodes.Element) -> str:
    """Return the first paragraph below a heading, before any other heading."""
    for child in section.children:
        if isinstance(child, nodes.section):
            return ""
        if isinstance(child, nodes.paragraph) and (text := plain(child).strip()):
            return text
    return ""


def read_page(doctree: nodes.document) -> Record:
    """Return what the search has to know of a page."""
    title = doctree.next_node(nodes.title)
    record = Record(plain(title).strip() if title else "")
    for section in doctree.findall(nodes.section):
        if not (section.children and isinstance(section.children[0], nodes.title)):
            continue  # the content of an exercise
        heading = "" if section.parent is doctree else plain(section.children[0]).strip()
        anchor = section["ids"][0] if heading and section["ids"] else ""
        record.sections.append(Section(anchor, heading, shortened(first_paragraph(section))))
    for signature in doctree.findall(addnodes.desc_signature):
        name = signature.next_node(addnodes.desc_name)
        if signature["ids"] and name is not None:
            content = signature.parent.next_node(addnodes.desc_content)
            text = shortened(first_paragraph(content)) if content is not None else ""
            record.sections.append(Section(signature["ids"][0], name.astext(), text))
    for item in doctree.findall(nodes.definition_list_item):
        term = item.next_node(nodes.term)
        definition = item.next_node(nodes.definition)
        if term is not None and term["ids"] and definition is not None:
            record.terms.append((term["ids"][0], plain(term).strip(), plain(definition).strip()))
    record.strong = " ".join(plain(words) for words in doctree.findall(nodes.strong))
    record.body = plain(doctree)
    return record


@cache
def engine() -> MiniRacer:
    """Start JavaScript once and load the script of the search, which knows how to cut words down to stems."""
    return javascript.start(SCRIPT.read_text(encoding="utf-8"))


def stems(texts: list[str]) -> list[list[str]]:
    """Return the stems of some texts, as the script finds them."""
    return list(json.loads(str(engine().eval(f"JSON.stringify({json.dumps(texts)}.map(dlbSearch.stems))"))))


def weight_of(docname: str) -> float:
    """Return how much a page counts, by what it is."""
    if chapter_number(docname) is not None:
        return CHAPTER
    return API if "/api/" in docname else REFERENCE


def weighed(record: Record) -> Counter[str]:
    """Return how often each stem counts on a page."""
    headings = " ".join(section.heading for section in record.sections)
    firsts = " ".join([record.strong, *(section.first for section in record.sections)])
    counts: Counter[str] = Counter()
    fields = (TITLE, HEADING, FIRST, BODY)
    for times, found in zip(fields, stems([record.title, headings, firsts, record.body]), strict=True):
        for stem in found:
            counts[stem] += times
    return counts


def index(records: Mapping[str, Record]) -> dict[str, Any]:
    """Return the data of the search.

    Parameters
    ----------
    records : mapping of str to Record
        What is known of each page, by document name, in reading order.

    Returns
    -------
    dict
        Pages, terms, and for each stem its weight, followed by the number of a page and what the stem adds to
        its score (BM25), and so on.
    """
    counts = [weighed(record) for record in records.values()]
    lengths = [sum(count.values()) for count in counts]
    mean = sum(lengths) / max(1, len(lengths))
    pages_with = Counter(stem for count in counts for stem in count)
    words: dict[str, list[int]] = {}
    for number, (count, length) in enumerate(zip(counts, lengths, strict=True)):
        for stem, times in count.items():
            rarity = math.log(1 + (len(counts) - pages_with[stem] + 0.5) / (pages_with[stem] + 0.5))
            saturated = times / (times + SATURATION * (1 - LENGTH + LENGTH * length / mean) * BODY * 4)
            entry = words.setdefault(stem, [round(100 * rarity)])
            if added := round(100 * rarity * saturated):
                entry += [number, added]
    return {
        "glossary": f"{GLOSSARY}.html",
        "rare": round(100 * math.log(1 + len(counts) / 0.5)),
        "pages": [page_entry(name, record) for name, record in records.items()],
        "terms": records[GLOSSARY].terms if GLOSSARY in records else [],
        "words": dict(sorted(words.items())),
    }


def page_entry(docname: str, record: Record) -> dict[str, Any]:
    """Return what a result shows of a page."""
    chapter = chapter_number(docname)
    part = f"Chapter {chapter}" if chapter is not None else "Package" if "/api/" in docname else "Reference"
    sections = [section for section in record.sections if section.heading or section.first]
    return {
        "address": f"{docname}.html",
        "title": record.title,
        "part": part,
        "weight": weight_of(docname),
        "summary": record.sections[0].first if record.sections else "",
        "sections": [[section.anchor, section.heading, section.first] for section in sections],
    }


def remember(app: Sphinx, doctree: nodes.document) -> None:
    """Keep what the search has to know of a page that was read."""
    known: dict[str, Record] = getattr(app.env, "dlbook_search", {})
    app.env.dlbook_search = known | {app.env.docname: read_page(doctree)}  # type: ignore[attr-defined]


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Drop a page that is read again or gone."""
    getattr(env, "dlbook_search", {}).pop(docname, None)


def use_own_search(app: Sphinx) -> None:
    """Keep Sphinx from counting words for a search that is not used."""
    if app.builder.format == "html":
        app.builder.search = False  # type: ignore[attr-defined]


def search_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Return the page of the search."""
    yield "search", {"title": "Search"}, "search.html"


def write_data(app: Sphinx, error: Exception | None) -> None:
    """Write the data beside the script."""
    if error is not None or app.builder.format != "html":
        return
    known: dict[str, Record] = getattr(app.env, "dlbook_search", {})
    data = json.dumps(index(dict(sorted(known.items()))), ensure_ascii=False, separators=(",", ":"))
    write_text(Path(app.outdir) / "_static" / "search-data.js", f"window.dlbSearchData = {data};\n")


def setup(app: Sphinx) -> None:
    """Register the events."""
    app.connect("builder-inited", use_own_search)
    app.connect("doctree-read", remember)
    app.connect("env-purge-doc", forget)
    app.connect("html-collect-pages", search_page)
    app.connect("build-finished", write_data)
