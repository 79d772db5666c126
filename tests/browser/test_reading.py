"""What a reader does beside reading: open solutions, switch the mode, search, take the book on a stick."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


WIDTHS = pytest.mark.parametrize("width", [360, 820, 1280])


@WIDTHS
def test_a_solution_opens_by_its_title_and_alone(
    page: Page, site: Any, log: Any, solution_page: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(site.url(solution_page))
    solutions = page.locator("details.solution")
    assert solutions.count() > 2
    opened = "all => all.map(solution => solution.open)"
    for number, solution in enumerate(solutions.all()):
        title = solution.locator(":scope > summary")
        assert re.match(r"\s*Solution to Exercise \d+\.\d+", title.text_content() or "")
        assert title.locator("a").count() == 0
        content = solution.locator(":scope > section, :scope > div").first
        expect(content).not_to_be_visible()
        title.click(position={"x": 60, "y": 12})
        expect(content).to_be_visible()
        expected = [place <= number for place in range(solutions.count())]
        assert solutions.evaluate_all(opened) == expected
        assert page.url == site.url(solution_page)
    first = solutions.first
    first.locator(":scope > summary").focus()
    page.keyboard.press("Enter")
    assert solutions.evaluate_all(opened) == [False, *expected[1:]]
    assert log.problems == []


@WIDTHS
def test_what_is_folded_says_what_it_is(page: Page, site: Any, folded_page: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(site.url(folded_page))
    names = page.locator("main details > summary").evaluate_all(
        "all => all.map(summary => summary.ariaLabel || summary.textContent.trim())"
    )
    assert len(names) > 3
    assert [name for name in names if not name or "hidden content" in name or name == "Show the code"] == []


def test_folded_code_opens_by_keyboard(page: Page, site: Any, folded_page: str) -> None:
    page.goto(site.url(folded_page))
    part = page.locator("details.hide").filter(visible=True).first
    expect(part.locator("pre").first).not_to_be_visible()
    part.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(part.locator("pre").first).to_be_visible()


def test_the_mode_can_be_switched_and_is_remembered(page: Page, site: Any) -> None:
    page.goto(site.url("index.html"))
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "light")
    paper = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    button = page.locator("button.theme-switch-button").filter(visible=True).first
    for _ in range(3):
        button.focus()
        page.keyboard.press("Enter")
        if root.get_attribute("data-theme") == "dark":
            break
    expect(root).to_have_attribute("data-theme", "dark")
    assert page.evaluate(paper) != light
    page.reload()
    expect(root).to_have_attribute("data-theme", "dark")


def test_the_search_finds_a_page(page: Page, site: Any, log: Any) -> None:
    page.goto(site.url("search.html") + "?q=perceptron")
    results = page.locator("#search-results ol.search > li > a")
    expect(results.first).to_be_visible()
    targets = results.evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert any("neurons_and_perceptrons.html" in target for target in targets)
    assert log.foreign(site.address) == []
    assert log.problems == []


def test_the_book_works_from_a_stick(page: Page, site: Any, log: Any, figure_page: str) -> None:
    """Open a page as a file, without any server."""
    address = site.folder.as_uri()
    page.goto(f"{address}/{figure_page}")
    first = page.locator("[data-dlb] .dlb-picture img").first
    page.locator("[data-dlb] input[type=range]").first.press("End")
    image = page.locator("[data-dlb] .dlb-picture").first.locator("> img").last
    expect(image).not_to_have_attribute("src", first.get_attribute("src") or "")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    assert log.foreign(address) == []
    assert log.problems == []


def test_links_lead_on_from_a_stick(page: Page, site: Any, log: Any) -> None:
    address = site.folder.as_uri()
    page.goto(f"{address}/index.html")
    page.get_by_role("link", name="Start with one neuron").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Neurons and perceptrons")
    assert page.evaluate("document.fonts.ready.then(fonts => fonts.size)") > 0
    assert log.foreign(address) == []
    assert log.problems == []


@WIDTHS
def test_the_front_page_begins_with_a_line_to_be_seen(page: Page, site: Any, log: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(site.url("index.html"))
    expect(page.get_by_role("img", name=re.compile("a line through"))).to_be_visible()
    expect(page.get_by_role("button", name="Start the live figure")).to_be_visible()
    assert page.locator(".dlb-chapters em", has_text="planned").count() > 2
    page.locator(".dlb-chapters").get_by_role("link", name="Sequences").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sequences")
    assert log.problems == []
