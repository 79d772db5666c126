"""Long lines of code: a fade says that they go on, and a switch wraps them."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

PAGE = "chapters/04_sequences/lstm.html"
WIDTHS = pytest.mark.parametrize("width", [360, 820, 1280])
CUT = ".cell_input .highlight:has(> .dlb-wrap)"


def long_code(page: Page) -> Locator:
    """Return the first code that goes on to the right of what is shown, in the middle of the window."""
    code = page.locator(CUT).filter(visible=True).first
    code.evaluate("code => code.scrollIntoView({block: 'center'})")
    return code


def fade(code: Locator) -> str:
    """Return the width of the fade at the right edge, as the browser has it."""
    return str(code.evaluate("code => getComputedStyle(code, '::after').width"))


def is_cut(code: Locator) -> bool:
    """Tell whether some of the code is out of sight."""
    return bool(code.locator("pre").evaluate("pre => pre.scrollWidth > pre.clientWidth + 1"))


@WIDTHS
def test_a_fade_says_that_code_goes_on(page: Page, site: Any, log: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(site.url(PAGE))
    page.evaluate("look.readThrough()")
    # What is cut has a fade, what is not has none.
    wrong = """() => Array.from(document.querySelectorAll(".bd-article .highlight > pre")).filter(
        pre => pre.checkVisibility({contentVisibilityAuto: true})).map(pre => [
        pre.scrollWidth > pre.clientWidth + 4, pre.parentElement.classList.contains("dlb-goes-on"),
    ]).filter(([cut, fades]) => cut !== fades)"""
    page.wait_for_function(f"({wrong})().length === 0")
    if width < 1000:
        code = long_code(page)
        assert fade(code) == "40px"
        code.locator("pre").evaluate("pre => pre.scrollTo(pre.scrollWidth, 0)")
        expect(code).not_to_have_class("highlight dlb-goes-on")
        assert fade(code) == "auto"
    assert log.problems == []


@pytest.mark.parametrize("by", ["tap", "key"])
def test_a_switch_wraps_the_code_of_every_page(
    watched: Callable[..., Any], site: Any, barriers: Callable[..., list[str]], by: str
) -> None:
    with watched(viewport={"width": 360, "height": 740}, has_touch=True) as (page, log):
        page.goto(site.url(PAGE))
        code = long_code(page)
        assert is_cut(code)
        button = code.get_by_role("button", name="Wrap long lines")
        expect(button).to_have_attribute("aria-pressed", "false")
        box, top = button.bounding_box(), code.evaluate("code => code.getBoundingClientRect().top")
        assert box
        assert min(box["width"], box["height"]) >= 24
        if by == "tap":
            button.tap()
        else:
            button.focus()
            page.keyboard.press("Space")
        expect(button).to_have_attribute("aria-pressed", "true")
        assert not is_cut(code)
        assert abs(code.evaluate("code => code.getBoundingClientRect().top") - top) < 2
        # An output is a table more often than not: its lines stay whole.
        outputs = page.locator(".cell_output .highlight pre").filter(visible=True)
        spaces = outputs.evaluate_all("all => all.map(pre => getComputedStyle(pre).whiteSpace)")
        assert set(spaces) == {"pre"}
        assert barriers(page, within=".bd-article .cell_input") == []
        page.goto(site.url("chapters/04_sequences/recurrent_networks.html"))
        assert page.locator("html[data-wrap]").count() == 1
        page.go_back()
        long_code(page).get_by_role("button", name="Wrap long lines").click()
        page.reload()
        assert page.locator("html[data-wrap]").count() == 0
        assert is_cut(long_code(page))
        assert log.problems == []


def test_paper_has_neither_fade_nor_switch(page: Page, site: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site.url(PAGE))
    code = long_code(page)
    page.emulate_media(media="print")
    expect(code.locator(".dlb-wrap")).not_to_be_visible()
    assert code.evaluate("code => getComputedStyle(code, '::after').display") == "none"
