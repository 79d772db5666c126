"""Hints before solutions, and tabs with executed cells, on a small book of their own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Page, expect
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

pytestmark = pytest.mark.browser
WIDTHS = pytest.mark.parametrize("width", [360, 820, 1280])
CONFIG = {
    "extensions": ["myst_nb", "sphinx_design", "sphinx_exercise", "sphinx_book_theme", "sphinx_book"],
    "html_theme": "sphinx_book_theme",
    "html_math_renderer": "katex",
    "nb_execution_mode": "off",
    "myst_enable_extensions": ["colon_fence", "dollarmath"],
    "templates_path": [
        str(Path(__file__).resolve().parents[2] / "_templates" / part) for part in ("", "components")
    ],
}


def cell(code: str, shown: str) -> nbformat.NotebookNode:
    """Return a cell that has run."""
    return new_code_cell(code, outputs=[new_output("stream", text=f"{shown}\n")], execution_count=1)


def ways(number: int) -> list[nbformat.NotebookNode]:
    """Return two ways to the same number, in tabs."""
    return [
        new_markdown_cell(":::{tab} NumPy\n:::\n\nBy *hand*:"),
        cell(f"np.sum([{number}])", f"numpy says {number}"),
        new_markdown_cell(":::{tab} Keras\n:::"),
        cell(f"keras.ops.sum([{number}])", f"keras says {number}"),
        new_markdown_cell(":::{tabs-end}\n:::\n\nBoth agree."),
    ]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a page with an exercise, a hint, a solution with tabs in it, and tabs before them."""
    root = tmp_path_factory.mktemp("book")
    cells = [
        new_markdown_cell("# A page"),
        *ways(1),
        new_markdown_cell(
            "## Exercises\n\n:::{exercise}\n:label: ex-sum\nAdd.\n:::\n\n"
            ":::{hint} ex-sum\nThink of $1 + 1$.\n:::"
        ),
        new_markdown_cell(":::{solution-start} ex-sum\n:label: solution-sum\n:class: dropdown\n:::"),
        *ways(2),
        new_markdown_cell(":::{solution-end}\n:::"),
    ]
    nbformat.write(new_notebook(cells=cells), root / "index.ipynb")
    with docutils_namespace():
        app = Sphinx(
            str(root),
            None,
            str(root / "html"),
            str(root / "trees"),
            "html",
            confoverrides=CONFIG,
            status=None,
        )
        app.build()
    return root / "html" / "index.html"


@WIDTHS
def test_a_hint_opens_before_the_solution(
    watched: Callable[..., Any], book: Path, width: int, barriers: Callable[..., list[str]]
) -> None:
    with watched(viewport={"width": width, "height": 800}, has_touch=width < 1000) as (page, log):
        page.goto(book.as_uri())
        hint, solution = page.locator("details.hint"), page.locator("details.solution")
        line = hint.locator("summary")
        expect(line).to_have_text("Hint to Exercise 1")
        assert line.locator("a").count() == 0
        assert not hint.locator(".katex").is_visible()
        if width < 1000:
            line.tap()
        else:
            line.focus()
            page.keyboard.press("Enter")
        expect(hint.locator(".katex")).to_be_visible()
        expect(solution).to_have_js_property("open", False)
        assert barriers(page, within="details.hint") == []
        assert log.problems == []


@WIDTHS
def test_tabs_show_one_way_and_remember_it(
    watched: Callable[..., Any], book: Path, width: int, barriers: Callable[..., list[str]]
) -> None:
    with watched(viewport={"width": width, "height": 800}, has_touch=width < 1000) as (page, log):
        page.goto(book.as_uri())
        tabs = page.locator(".dlb-tabs").first
        numpy, keras = tabs.get_by_text("numpy says 1"), tabs.get_by_text("keras says 1")
        expect(numpy).to_be_visible()
        expect(keras).not_to_be_visible()
        assert tabs.locator(".cell_input").count() == tabs.locator(".cell_output").count() == 2
        assert (
            page.get_by_text("Both agree.")
            .first.locator("xpath=ancestor::*[contains(@class, 'tab')]")
            .count()
            == 0
        )
        if width < 1000:
            tabs.get_by_text("Keras", exact=True).tap()
        else:
            tabs.get_by_role("radio", name="NumPy").focus()
            page.keyboard.press("ArrowRight")
            expect(tabs.get_by_role("radio", name="Keras")).to_be_focused()
        expect(keras).to_be_visible()
        expect(numpy).not_to_be_visible()
        assert barriers(page, within=".bd-article") == []
        page.locator("details.solution > summary").click()
        expect(page.get_by_text("keras says 2")).to_be_visible()
        page.reload()
        expect(keras).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert log.problems == []


def test_the_focus_is_seen_on_tabs(page: Page, book: Path) -> None:
    page.goto(book.as_uri())
    label = page.locator(".dlb-tabs .sd-tab-label").first
    page.locator(".dlb-tabs input").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert label.evaluate("label => getComputedStyle(label).outlineWidth") == "3px"


def test_paper_has_all_tabs_and_hints_when_asked(page: Page, book: Path) -> None:
    page.goto(book.as_uri())
    page.emulate_media(media="print")
    tabs = page.locator(".dlb-tabs").first
    expect(tabs.get_by_text("numpy says 1")).to_be_visible()
    expect(tabs.get_by_text("keras says 1")).to_be_visible()
    tops = [
        tabs.get_by_text(text, exact=True).bounding_box()
        for text in ("NumPy", "numpy says 1", "Keras", "keras says 1")
    ]
    places = [box["y"] for box in tops if box]
    assert len(places) == 4
    assert places == sorted(places)
    expect(page.locator("details.hint")).not_to_be_visible()
    page.goto(f"{book.as_uri()}?print=exercises")
    expect(page.locator("details.hint .katex")).to_be_visible()
    expect(page.get_by_text("keras says 2")).to_be_visible()
