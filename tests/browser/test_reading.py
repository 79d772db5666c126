"""What a reader does beside reading: open solutions, switch the mode, search, take the book on a stick."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_solutions_open_and_close_by_keyboard(page: Page, site: Any, solution_page: str) -> None:
    page.goto(site.url(solution_page))
    solutions = page.locator(".solution.dropdown.admonition")
    assert solutions.count() > 0
    for solution in solutions.all():
        content = solution.locator(":scope > section, :scope > div").first
        button = solution.locator(":scope > button.toggle-button, :scope > .admonition-title button").first
        expect(content).not_to_be_visible()
        button.focus()
        page.keyboard.press("Enter")
        expect(content).to_be_visible()
        page.keyboard.press("Enter")
        expect(content).not_to_be_visible()


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
    results = page.locator("#search-results ul.search li a")
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
