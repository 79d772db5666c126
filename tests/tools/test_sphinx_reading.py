"""What the pages say about reading them: times, what they build on, rows of the course map."""

import io
from pathlib import Path

import nbformat
import pytest
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace
from sphinx_book import directives, notebooks, reading, rows


def test_a_notebook_is_measured(tmp_path: Path) -> None:
    cells = [
        new_markdown_cell("# Title\n\n" + "word " * 1249),
        new_code_cell("x = 1"),
        new_markdown_cell("## Exercises\n\n" + "word " * 250),
        new_markdown_cell("```{solution-start} exercise-one\n:class: dropdown\n```"),
        new_markdown_cell("```{solution-end}\n```"),
        new_markdown_cell("````{solution} exercise-two\nText.\n````"),
    ]
    path = tmp_path / "page.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    (tmp_path / "page.quiz.yml").write_text(
        "questions: [{question: a, value: 1, tolerance: 0, otherwise: b}]", encoding="utf-8"
    )
    assert reading.measure(path, ["a/b"]) == reading.Reading(10, 12, 2, 1, ("a/b",))


@pytest.mark.parametrize(
    ("core", "whole", "line"),
    [
        (1, 1, "1 minute for the core path."),
        (20, 35, "20 minutes for the core path, 35 for everything."),
    ],
)
def test_the_time_is_said_in_words(core: int, whole: int, line: str) -> None:
    assert reading.time_line(reading.Reading(core, whole, 0, 0)) == line


def test_a_page_builds_on_what_it_says_is_needed() -> None:
    page = new_document("test", get_default_settings())
    other = addnodes.pending_xref("", refdomain="doc", reftype="myst", reftarget="chapters/04_x/not_this")
    page += nodes.paragraph("", "See ", other)
    links = [
        addnodes.pending_xref("", refdomain="doc", reftype="myst", reftarget="chapters/04_x/one"),
        addnodes.pending_xref("", refdomain="std", reftype="doc", reftarget="../01_y/two"),
        addnodes.pending_xref("", refdomain="std", reftype="term", reftarget="gate"),
    ]
    page += nodes.paragraph("", "", nodes.strong(text="You need"), nodes.Text(" both: "), *links)
    assert reading.needed(page, "chapters/04_x/page") == ["chapters/04_x/one", "chapters/01_y/two"]


def test_a_heading_has_the_numbers_of_its_rows() -> None:
    page = new_document("test", get_default_settings())
    section = nodes.section(ids=["a-title", "row-1-03", "row-1-04", "row-other"])
    section += nodes.title(text="A title")
    inner = nodes.section(ids=["inner"])
    inner += nodes.title(text="Inner")
    section += inner
    page += section
    rows.NumberRows(page).run()
    links = [link.astext() for link in section[0].findall(nodes.raw)]
    assert [link.count("dlb-row") for link in links] == [1, 1]
    assert 'href="#row-1-03"' in links[0]
    assert ">1.04</a>" in links[1]
    assert not list(inner.findall(nodes.raw))


def test_a_question_that_no_cell_shows_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "page.quiz.yml").write_text(
        "questions:\n"
        "  - {question: a, value: 1, tolerance: 0, otherwise: b}\n"
        "  - {id: two, question: c, value: 1, tolerance: 0, otherwise: b}\n",
        encoding="utf-8",
    )

    def book(*places: str) -> str:
        outputs = [nbformat.v4.new_output("display_data", {"text/html": place}) for place in places]
        return nbformat.writes(new_notebook(cells=[new_code_cell("quiz()", outputs=outputs)]))

    whole = '<div class="dlb-quiz" data-dlb-file="page.quiz.yml"></div>'
    check = '<div class="dlb-quiz" data-dlb-file="page.quiz.yml" data-dlb-only="two"></div>'
    with pytest.raises(ValueError, match="no cell shows the question 'two'"):
        notebooks.with_quizzes(book(whole), tmp_path)
    text, files = notebooks.with_quizzes(book(check, whole), tmp_path)
    assert text.count("dlb-quiz-data") == 2
    assert set(files) == {tmp_path / "page.quiz.yml"}


def test_a_quotation_of_the_notes_is_short(tmp_path: Path) -> None:
    (tmp_path / "index.md").write_text(
        "# Page\n\n"
        + "".join(
            f":::{{correction}} Wrong\n:label: c{words}\n:source: line 1\n"
            f":quote: {'word ' * words}\nRight.\n:::\n\n"
            for words in (40, 41)
        ),
        encoding="utf-8",
    )
    warnings = io.StringIO()
    with docutils_namespace():
        app = Sphinx(
            str(tmp_path),
            None,
            str(tmp_path / "out"),
            str(tmp_path / "trees"),
            "pseudoxml",
            confoverrides={
                "extensions": ["myst_parser"],
                "myst_enable_extensions": ["colon_fence"],
                "source_suffix": {".md": "markdown"},  # the default remembers other applications
            },
            status=None,
            warning=warnings,
        )
        app.add_directive("correction", directives.Correction)
        app.build()
    assert "a quotation of the notes has at most 40 words" in warnings.getvalue()
    assert (tmp_path / "out" / "index.pseudoxml").read_text(encoding="utf-8").count("The notes: “") == 1
