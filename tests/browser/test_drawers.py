"""The book's contents and the page's contents are a tap or a key away, at every width."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

WIDTHS = (360, 700, 820, 911, 1024, 1280)
PAGE = "chapters/04_sequences/lstm.html"


def sized(watched: Callable[..., Any], width: int) -> Any:
    """Open a window of a width; a small one is touched."""
    return watched(viewport={"width": width, "height": 800}, has_touch=width < 1000)


def use(page: Page, button: Locator) -> None:
    """Tap or click, whichever the window is for."""
    if page.evaluate("navigator.maxTouchPoints > 0"):
        button.tap()
    else:
        button.click()


def in_window(link: Locator) -> bool:
    """Tell whether the whole link is in the window."""
    box, size = link.bounding_box(), link.page.viewport_size
    return bool(box and size and box["x"] >= 0 and box["x"] + box["width"] <= size["width"] + 1)


@pytest.mark.parametrize("width", [width for width in WIDTHS if width < 960])
def test_the_menu_leads_to_another_page(watched: Callable[..., Any], site: Any, width: int) -> None:
    with sized(watched, width) as (page, log):
        page.goto(site.url(PAGE))
        button = page.get_by_role("button", name="Contents of the book")
        link = page.locator(".bd-docs-nav a", has_text="GRU").first
        assert not link.is_visible()
        expect(button).to_have_attribute("aria-expanded", "false")
        use(page, button)
        expect(link).to_be_visible()
        page.wait_for_timeout(300)
        assert in_window(link)
        assert page.locator("[role=tooltip]").count() == 0
        use(page, link)
        page.wait_for_url("**/gru.html")
        expect(page.locator("#pst-primary-sidebar-modal")).not_to_be_visible()
        assert log.problems == []


@pytest.mark.parametrize("width", [width for width in WIDTHS if width < 1200])
def test_the_contents_lead_to_a_section(watched: Callable[..., Any], site: Any, width: int) -> None:
    with sized(watched, width) as (page, log):
        page.goto(site.url(PAGE))
        link = page.locator("#pst-page-toc-nav a").last
        assert not link.is_visible()
        use(page, page.get_by_role("button", name="Contents of this page"))
        link.scroll_into_view_if_needed()
        expect(link).to_be_visible()
        page.wait_for_timeout(300)
        assert in_window(link)
        target = page.locator(link.get_attribute("href") or "")
        use(page, link)
        expect(link).not_to_be_visible()
        expect(target).to_be_in_viewport()
        assert log.problems == []


@pytest.mark.parametrize("width", [360, 820])
def test_a_drawer_closes_by_key_and_beside_it(watched: Callable[..., Any], site: Any, width: int) -> None:
    with sized(watched, width) as (page, _):
        page.goto(site.url(PAGE))
        button = page.get_by_role("button", name="Contents of the book")
        drawer = page.locator("#pst-primary-sidebar-modal")
        for close in (lambda: page.keyboard.press("Escape"), lambda: page.mouse.click(width - 5, 400)):
            button.focus()
            page.keyboard.press("Enter")
            expect(drawer).to_be_visible()
            assert drawer.evaluate("drawer => drawer.contains(document.activeElement)")
            close()
            expect(drawer).not_to_be_visible()
            assert button.evaluate("button => button === document.activeElement")
        # A window that is made wide has its side bar again.
        button.click()
        page.set_viewport_size({"width": 1280, "height": 800})
        expect(drawer).not_to_be_visible()
        expect(page.locator("#pst-primary-sidebar .bd-docs-nav")).to_be_visible()


@pytest.mark.parametrize("width", [1024, 1280])
def test_the_menu_button_hides_the_side_bar(watched: Callable[..., Any], site: Any, width: int) -> None:
    with sized(watched, width) as (page, _):
        page.goto(site.url(PAGE))
        button = page.get_by_role("button", name="Contents of the book")
        bar = page.locator("#pst-primary-sidebar")
        text = page.locator(".bd-article")
        before = text.bounding_box()
        button.click()
        expect(bar).not_to_be_visible()
        expect(button).to_have_attribute("aria-expanded", "false")
        after = text.bounding_box()
        assert before
        assert after
        assert after["x"] < before["x"]
        button.click()
        expect(bar).to_be_visible()


@pytest.mark.parametrize("width", [360, 820, 1280])
def test_the_search_field_opens_over_a_page(watched: Callable[..., Any], site: Any, width: int) -> None:
    with sized(watched, width) as (page, log):
        page.goto(site.url(PAGE))
        use(page, page.get_by_role("button", name="Search").filter(visible=True).first)
        field = page.locator("#pst-search-dialog input")
        expect(field).to_be_focused()
        glass = page.locator("#pst-search-dialog .fa-magnifying-glass").bounding_box()
        box = field.bounding_box()
        padding = float(field.evaluate("field => parseFloat(getComputedStyle(field).paddingLeft)"))
        assert glass
        assert box
        assert glass["x"] + glass["width"] <= box["x"] + padding
        page.keyboard.press("Escape")
        expect(field).not_to_be_visible()
        page.keyboard.press("Control+k")
        expect(field).to_be_focused()
        page.keyboard.type("forget gate")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search.html?q=forget+gate")
        assert log.problems == []


@pytest.mark.parametrize("width", [360, 820, 1280])
def test_the_page_can_be_downloaded(watched: Callable[..., Any], site: Any, width: int) -> None:
    with sized(watched, width) as (page, _):
        page.goto(site.url(PAGE))
        link = page.get_by_role("link", name=".ipynb")
        assert link.count() == 0
        use(page, page.locator(".dlb-header-menu summary").first)
        expect(link).to_be_visible()
        assert in_window(link)
        address = link.evaluate("link => link.href")
        assert (site.folder / address.removeprefix(site.address).lstrip("/")).is_file()
