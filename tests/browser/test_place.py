"""A reader always sees where they are: in the contents, in the bar of a phone, and beside the search."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PAGE = "chapters/04_sequences/lstm.html"
VISIBLE = """link => {
    const box = link.closest(".bd-sidebar-secondary").getBoundingClientRect();
    const {top, bottom} = link.getBoundingClientRect();
    return top >= Math.max(0, box.top) && bottom <= Math.min(innerHeight, box.bottom) + 1;
}"""


def read_to(page: Page, heading: str) -> None:
    """Go to a heading by its link."""
    page.locator("#pst-page-toc-nav a", has_text=heading).last.evaluate("link => link.click()")


def test_the_contents_follow_the_reader_down_and_up(page: Page, site: Any) -> None:
    page.set_viewport_size({"width": 1280, "height": 500})
    page.goto(site.url(PAGE))
    for heading in ("Summary", "References", "A step by hand", "In code"):
        read_to(page, heading)
        current = page.locator("#pst-page-toc-nav a[aria-current=true]")
        expect(current).to_have_count(1)
        expect(current).to_contain_text(heading)
        page.wait_for_timeout(100)
        assert current.evaluate(VISIBLE)


@pytest.mark.parametrize("width", [360, 820])
def test_a_small_window_names_the_section(page: Page, site: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(site.url(PAGE))
    place = page.locator(".dlb-place")
    expect(place).to_have_text("LSTM")
    read_to(page, "Summary")
    expect(place).to_contain_text("Summary")
    expect(place).to_be_in_viewport()
    page.get_by_role("button", name="Contents of this page").click()
    expect(page.locator("#pst-page-toc-nav a[aria-current=true]")).to_be_in_viewport()


@pytest.mark.parametrize("width", [1024, 1280])
def test_name_and_search_stay_in_the_side_bar(page: Page, site: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 600})
    page.goto(site.url("reference/bibliography.html"))
    bar = page.locator("div.bd-sidebar-primary")
    assert bar.evaluate("bar => bar.scrollHeight > bar.clientHeight")
    bar.evaluate("bar => bar.scrollTo(0, bar.scrollHeight)")
    page.wait_for_timeout(100)
    expect(bar.locator(".navbar-brand")).to_be_in_viewport()
    expect(bar.locator(".search-button-field")).to_be_in_viewport()
    top = bar.locator(".search-button-field").bounding_box()
    assert top
    hit = page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('button') !== null",
        [top["x"] + 20, top["y"] + top["height"] / 2],
    )
    assert hit
