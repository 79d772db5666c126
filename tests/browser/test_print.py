"""A page on paper: the text, its figures and its exercises, in black on white."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PAGE = "chapters/04_sequences/lstm.html"
BARS = (
    ".bd-header-article, .bd-sidebar-primary, .bd-sidebar-secondary, .prev-next-area, .dlb-controls, .copybtn"
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_has_no_bars_and_no_controls(page: Page, site: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(site.url(PAGE))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme=scheme)  # type: ignore[arg-type]
    assert page.locator(BARS).filter(visible=True).count() == 0
    assert page.locator("details.solution").filter(visible=True).count() == 0
    expect(page.get_by_role("heading", level=1)).to_contain_text("4.5. LSTM")
    assert page.locator("h1").filter(visible=True).count() == 1
    colour = (
        """selector => getComputedStyle(document.querySelector(selector)).color.match(/\\d+/g).map(Number)"""
    )
    assert max(page.evaluate(colour, ".bd-article p:not([class])")) < 90
    assert max(page.evaluate(colour, ".bd-article .dlb-reading")) < 120  # quiet, and still dark on white
    cut = """() => Array.from(document.querySelectorAll(".bd-article pre")).filter(
        pre => pre.getClientRects().length && pre.scrollWidth > pre.clientWidth + 1).length"""
    page.set_viewport_size({"width": 680, "height": 900})
    assert page.evaluate(cut) == 0
    page.emulate_media(media="screen", color_scheme=scheme)  # type: ignore[arg-type]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("html")).to_have_attribute("data-theme", scheme)


def test_solutions_are_printed_when_asked_for(page: Page, site: Any) -> None:
    page.goto(site.url(f"{PAGE}?print=exercises"))
    page.emulate_media(media="print")
    solutions = page.locator("details.solution")
    assert solutions.filter(visible=True).count() == solutions.count() > 2
    expect(solutions.first.locator(":scope > section, :scope > div").first).to_be_visible()
