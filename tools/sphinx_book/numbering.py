"""Chapters are numbered by their folders: `09_markov` is chapter 9, whichever chapters stand before it."""

import re
from collections.abc import Callable

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx_external_toc.collectors import TocTreeCollectorWithStyles

_FOLDER = re.compile(r"chapters/(\d+)_")


def chapter_number(docname: str) -> int | None:
    """Return the number in the name of a document's folder, or None outside the chapters."""
    found = _FOLDER.match(docname)
    return int(found[1]) if found else None


def number_by_folder(env: BuildEnvironment) -> None:
    """Put the folder's number in front of every section number of a chapter."""
    for docname, numbers in env.toc_secnumbers.items():
        chapter = chapter_number(docname)
        if chapter is None:
            continue
        env.toc_secnumbers[docname] = {
            anchor: (chapter, *number[1:]) if number else number for anchor, number in numbers.items()
        }
        for node in (env.titles[docname], *env.tocs[docname].findall(nodes.reference)):
            if node.get("secnumber"):
                node["secnumber"] = [chapter, *node["secnumber"][1:]]


def leave_folded_sections_without(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Say of sections that the contents do not list, as those that are folded, that they have no number.

    Without that Sphinx takes them for the title and gives them the number of the page.
    """
    numbers = app.env.toc_secnumbers.get(docname, {})
    for section in doctree.findall(nodes.section):
        if section.parent is not doctree:
            numbers.setdefault(f"#{section['ids'][0]}", ())


def _wrapped(original: Callable) -> Callable:
    def assign_section_numbers(self: TocTreeCollectorWithStyles, env: BuildEnvironment) -> list[str]:
        before = env.toc_secnumbers
        original(self, env)
        number_by_folder(env)
        return [name for name, numbers in env.toc_secnumbers.items() if numbers != before.get(name)]

    assign_section_numbers.numbers_by_folder = True  # type: ignore[attr-defined]
    return assign_section_numbers


def setup(app: Sphinx) -> None:
    """Number the sections after Sphinx has counted them; its collector has no event for that."""
    original = TocTreeCollectorWithStyles.assign_section_numbers
    if not hasattr(original, "numbers_by_folder"):
        TocTreeCollectorWithStyles.assign_section_numbers = _wrapped(original)  # type: ignore[method-assign]
    app.connect("doctree-resolved", leave_folded_sections_without)
