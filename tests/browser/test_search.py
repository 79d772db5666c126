"""The search answers what readers ask, in their words: from a web server, from a disk, at every width."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

QUESTIONS = yaml.safe_load(Path(__file__).with_name("questions.yml").read_text(encoding="utf-8"))
FIRST, AMONG_THREE = 34, 40  # how many of the 40 questions have their page first, and in the first three
RESULTS = "#search-results ol.search > li > a"


def ask(page: Page, query: str) -> list[str]:
    """Type a query, and return the addresses of the first three pages that are shown."""
    field = page.locator("main form.bd-search input")
    field.fill(query)
    field.press("Enter")
    expect(page.locator("#search-results")).to_contain_text(query)
    links = page.locator(RESULTS).evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return list(links[:3])


def requests(log: Any) -> list[str]:
    """Return what was asked for; browsers ask for the icon whenever the address changes."""
    return [url for url in log.requests if "favicon" not in url]


def place(page: Page, question: dict[str, Any]) -> int:
    """Return where the answer stands, from 0; 3 if it is not among the first three."""
    shown = ask(page, question["ask"])
    if "term" in question:
        definition = page.locator(".dlb-definition > a")
        return 0 if definition.count() and definition.inner_text() == question["term"] else 3
    right = {f"chapters/{name}.html" for name in question["page"]}
    return next((number for number, address in enumerate(shown) if address in right), 3)


def test_questions_find_their_page(page: Page, site: Any, log: Any) -> None:
    page.goto(site.url("search.html"))
    places = {question["ask"]: place(page, question) for question in QUESTIONS}
    assert len(places) == 40
    missed = {query: number for query, number in places.items() if number}
    assert sum(number == 0 for number in places.values()) >= FIRST, missed
    assert sum(number < 3 for number in places.values()) >= AMONG_THREE, missed
    assert log.problems == []


@pytest.mark.parametrize("width", [360, 820, 1280])
@pytest.mark.parametrize("where", ["server", "disk"])
def test_a_result_shows_what_was_found(page: Page, site: Any, log: Any, width: int, where: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    root = site.address if where == "server" else site.folder.as_uri()
    page.goto(f"{root}/search.html?q=forget+gate")
    first = page.locator("#search-results ol.search > li").first
    expect(first.locator("> a")).to_have_text("LSTM")
    assert len(first.locator("> p").inner_text()) > 40
    assert re.match(r"forget|gate", first.locator("mark").first.inner_text().lower())
    expect(first.locator(".dlb-places a").first).to_contain_text("forget gate")
    expect(page.locator(".dlb-definition > a")).to_have_text("forget gate")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    before = requests(log)
    ask(page, "stationary distribution")
    assert requests(log) == before
    place = page.locator("#search-results .dlb-places a").first
    fragment = (place.get_attribute("href") or "").partition("#")[2]
    place.click()
    expect(page.locator(f'[id="{fragment}"]')).to_be_in_viewport()
    assert log.problems == []


def test_the_data_are_one_request_and_light(page: Page, site: Any, log: Any) -> None:
    page.goto(site.url("search.html"))
    page.wait_for_load_state("networkidle")
    before = requests(log)
    for question in QUESTIONS[:5]:
        ask(page, question["ask"])
    assert requests(log) == before
    data = [url for url in before if "search-data.js" in url]
    assert len(data) == 1
    assert (site.folder / "_static" / "search-data.js").stat().st_size < 1_000_000


def test_an_unknown_word_and_a_half_typed_one(page: Page, site: Any) -> None:
    page.goto(site.url("search.html"))
    assert ask(page, "xylophone quokka") == []
    expect(page.locator("#search-results")).to_contain_text("Nothing found")
    assert "chapters/09_markov/decoding_and_learning.html" in ask(page, "viter")


def test_a_name_of_the_package_leads_to_its_reference(page: Page, site: Any) -> None:
    page.goto(site.url("search.html"))
    ask(page, "clip_by_global_norm")
    link = page.locator("#search-results a[href*='/api/'][href$='.clip_by_global_norm']")
    expect(link.first).to_be_visible()


def test_the_page_of_the_search_has_no_serious_barrier(page: Page, site: Any, barriers: Any) -> None:
    page.goto(site.url("search.html?q=gradient"))
    expect(page.locator(RESULTS).first).to_be_visible()
    assert barriers(page) == []
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert barriers(page, rules=["color-contrast"]) == []
