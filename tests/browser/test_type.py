"""The type of the pages: the book's own fonts, lines that can be read, code that is large enough."""

from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAGE = "chapters/04_sequences/lstm.html"
LINE = """() => {
    const lengths = [];
    for (const paragraph of document.querySelectorAll(".bd-article > section p")) {
        if (paragraph.closest("details, td, .admonition, .dlb-quiz")) continue;
        if (paragraph.querySelector(".katex")) continue;
        const lines = Math.round(paragraph.clientHeight / parseFloat(getComputedStyle(paragraph).lineHeight));
        if (lines > 3) lengths.push(paragraph.textContent.length / (lines - 0.5));
    }
    lengths.sort((one, two) => one - two);
    return lengths[Math.floor(lengths.length / 2)];
}"""


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_and_code_have_the_fonts_of_the_book(page: Page, site: Any, mode: str) -> None:
    page.goto(site.url(PAGE))
    page.evaluate("mode => { document.documentElement.dataset.theme = mode; }", mode)
    loaded = page.evaluate(
        """document.fonts.ready.then(fonts =>
            Array.from(fonts).filter(font => font.status === "loaded").map(font => font.family))"""
    )
    assert {"Source Serif 4", "Source Code Pro"} <= {family.strip('"') for family in loaded}
    family = "selector => getComputedStyle(document.querySelector(selector)).fontFamily"
    assert page.evaluate(family, ".bd-article p:not([class])").startswith('"Source Serif 4"')
    assert page.evaluate(family, ".bd-article pre").startswith('"Source Code Pro"')


@pytest.mark.parametrize(("width", "low", "high"), [(360, 30, 50), (820, 60, 78), (1280, 60, 78)])
def test_a_line_has_about_seventy_characters(page: Page, site: Any, width: int, low: int, high: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(site.url(PAGE))
    page.evaluate("document.fonts.ready")
    assert low <= page.evaluate(LINE) <= high


@pytest.mark.parametrize(("width", "size"), [(360, 13), (820, 14), (1280, 14)])
def test_code_is_large_enough(page: Page, site: Any, width: int, size: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(site.url(PAGE))
    assert (
        page.evaluate("parseFloat(getComputedStyle(document.querySelector('.bd-article pre')).fontSize)")
        >= size
    )


def test_a_phone_has_room_for_text_and_for_a_table(page: Page, site: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(site.url(PAGE))
    widths = page.locator(".bd-article > section > p").evaluate_all("all => all.map(p => p.clientWidth)")
    assert max(widths) >= 320
    output = page.locator(".cell_output .highlight pre").filter(visible=True).first
    output.evaluate("pre => { pre.textContent = 'x'.repeat(45); }")
    assert output.evaluate("pre => pre.scrollWidth <= pre.clientWidth")
    assert output.evaluate("pre => parseFloat(getComputedStyle(pre).fontSize)") >= 11


def test_the_kinds_of_code_differ_in_both_modes(page: Page, site: Any) -> None:
    page.goto(site.url(PAGE))
    for mode in ("light", "dark"):
        page.evaluate("mode => { document.documentElement.dataset.theme = mode; }", mode)
        colours = {
            page.locator(f".bd-article .highlight .{kind}").first.evaluate(
                "node => getComputedStyle(node).color"
            )
            for kind in ("k", "s", "m", "c")
        }
        assert len(colours) == 4
