"""What a link leads to is shown beside it: to the mouse, the keyboard and a finger."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

PAGE = "chapters/01_feedforward/backpropagation.html"
TERM = "a[href$='glossary.html#term-forward-pass']"
EQUATION = "a[href='#equation-eq-backprop-hidden']"
SOURCE = ".bibtex-citation a"
OTHER = "a[href='neurons_and_perceptrons.html']"
AWAY = 400  # milliseconds in which a preview would have come


def link(page: Page, which: str) -> Locator:
    """Return the first link of a kind, in the middle of the window."""
    found = page.locator(f".bd-article {which}").filter(visible=True).first
    found.evaluate("link => link.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(100)
    return found


def in_window(page: Page, preview: Locator) -> bool:
    """Tell whether a preview is wholly in the window."""
    box, size = preview.bounding_box(), page.viewport_size
    return bool(
        box
        and size
        and box["x"] >= 0
        and box["y"] >= 0
        and box["x"] + box["width"] <= size["width"]
        and box["y"] + box["height"] <= size["height"]
    )


@pytest.mark.parametrize("where", ["http", "file"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_mouse_that_rests_on_a_link_sees_where_it_leads(
    watched: Callable[..., Any], site: Any, where: str, scheme: str, barriers: Callable[..., list[str]]
) -> None:
    base = site.address if where == "http" else site.folder.as_uri()
    with watched(viewport={"width": 1280, "height": 800}, color_scheme=scheme) as (page, log):
        page.goto(f"{base}/{PAGE}")
        preview = page.locator(".dlb-preview")
        assert [url for url in log.requests if "/previews/" in url] == []
        for which, text in (
            (TERM, "Computing the output of a network"),
            (EQUATION, ""),
            (SOURCE, "rounding error"),
            (OTHER, "Neurons and perceptrons"),
        ):
            target = link(page, which)
            target.hover()
            expect(preview).to_be_visible()
            expect(preview).to_contain_text(text)
            assert in_window(page, preview)
            expect(target).to_have_attribute("aria-describedby", "dlb-preview")
            if where == "http":  # the same everywhere, and slow
                assert barriers(page, within=".dlb-preview") == []
            # It can be reached, and stays as long as the mouse is on it.
            preview.hover()
            page.wait_for_timeout(AWAY)
            expect(preview).to_be_visible()
            page.keyboard.press("Escape")
            expect(preview).not_to_be_visible()
            page.mouse.move(2, 2)
        link(page, EQUATION).hover()
        assert (
            preview.locator(".katex-html").evaluate("formula => formula.getBoundingClientRect().height") > 20
        )
        page.mouse.move(2, 2)
        expect(preview).not_to_be_visible()
        assert len([url for url in log.requests if "/previews/" in url]) == 1
        assert log.foreign(base) == []
        assert log.problems == []


def test_the_keyboard_sees_it_too(page: Page, site: Any) -> None:
    page.goto(site.url(PAGE))
    target = link(page, TERM)
    preview = page.locator(".dlb-preview")
    page.keyboard.press("Shift")
    target.focus()
    expect(preview).to_be_visible()
    expect(target).to_have_accessible_description(
        "forward pass Computing the output of a network from its input."
    )
    page.keyboard.press("Escape")
    expect(preview).not_to_be_visible()
    expect(target).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(preview).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary.html#term-forward-pass")


@pytest.mark.parametrize("width", [360, 820])
@pytest.mark.parametrize("where", ["http", "file"])
def test_a_tap_shows_and_a_second_one_follows(
    watched: Callable[..., Any], site: Any, width: int, where: str, barriers: Callable[..., list[str]]
) -> None:
    base = site.address if where == "http" else site.folder.as_uri()
    with watched(viewport={"width": width, "height": 740}, has_touch=True) as (page, log):
        page.goto(f"{base}/{PAGE}")
        preview = page.locator(".dlb-preview")
        for which in (TERM, EQUATION, SOURCE):
            link(page, which).tap()
            expect(preview).to_be_visible()
            assert in_window(page, preview)
            assert page.url == f"{base}/{PAGE}"
            if where == "http":
                assert barriers(page, within=".dlb-preview") == []
            page.touchscreen.tap(5, 500)
            expect(preview).not_to_be_visible()
        target = link(page, EQUATION)
        target.tap()
        preview.get_by_role("link", name="Go there").tap()
        page.wait_for_url("**#equation-eq-backprop-hidden")
        expect(preview).not_to_be_visible()
        target = link(page, TERM)
        target.tap()
        expect(preview).to_be_visible()
        target.tap()
        page.wait_for_url("**/glossary.html#term-forward-pass")
        assert log.problems == []


def test_a_tap_on_a_link_to_a_page_follows_it(watched: Callable[..., Any], site: Any) -> None:
    with watched(viewport={"width": 360, "height": 740}, has_touch=True) as (page, _):
        page.goto(site.url(PAGE))
        link(page, OTHER).tap()
        page.wait_for_url("**/neurons_and_perceptrons.html")


def test_formulas_are_set_where_the_page_has_none(page: Page, site: Any, log: Any) -> None:
    page.goto(site.url("reference/course_map.html"))
    assert page.locator("link[href*='katex']").count() == 0
    for target in reversed(page.locator(".dlb-rows a").all()):  # formulas come sooner from the end
        target.evaluate("link => link.scrollIntoView({block: 'center'})")
        target.hover()
        expect(page.locator(".dlb-preview")).to_be_visible()
        if page.locator(".dlb-preview .katex-html").count():
            page.wait_for_function("document.fonts.check('16px KaTeX_Main')")
            break
        page.mouse.move(2, 2)
        expect(page.locator(".dlb-preview")).not_to_be_visible()
    assert log.problems == []
