"""The pages where readers look something up."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
WIDTHS = pytest.mark.parametrize("width", [360, 820, 1280])


@WIDTHS
def test_a_letter_leads_to_its_terms(page: Page, site: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(site.url("reference/glossary.html"))
    bar = page.get_by_role("navigation", name="Letters")
    for letter in ("V", "G", "A"):
        bar.get_by_role("link", name=letter, exact=True).click()
        term = page.locator("dl.glossary dt").filter(has_text=letter.lower()).locator("visible=true")
        target = page.locator(":target")
        expect(target).to_be_in_viewport()
        assert (target.text_content() or "").strip()[0].upper() == letter
        assert term.count()
        expect(bar).to_be_in_viewport()
        below = bar.bounding_box()
        box = target.bounding_box()
        assert below
        assert box
        assert box["y"] >= below["y"] + below["height"] - 1


@WIDTHS
def test_the_status_is_told_chapter_by_chapter(page: Page, site: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(site.url("reference/execution_status.html"))
    titles = page.locator("main h2").all_inner_texts()
    assert any(title.startswith("4 Sequences") for title in titles)
    chapter = page.locator("section", has=page.get_by_role("heading", name="4 Sequences")).last
    table = chapter.locator("table").first  # a second one tells where the time of slow notebooks goes
    expect(table.locator("tbody tr")).to_have_count(9)
    table.get_by_role("link", name="LSTM").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("LSTM")
