"""Every page of the site, opened once in a browser: nothing foreign, nothing broken, usable by everybody."""

import gzip
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page, TimeoutError

pytestmark = pytest.mark.browser

MAX_LAYOUT_SHIFT = 0.05
DESKTOP, TABLET, PHONE = 1280, 820, 360
MOST_ELEMENTS = 12_000  # of a page of a chapter, for a cheap phone ...
MOST_BYTES = 400_000  # ... on a slow line: compressed as web servers do, with all that is loaded at once
TEXT = (".html", ".css", ".js", ".svg")
IMAGE_PATH = re.compile(r"^(\.{0,2}/|_images/|data:)|\.(png|svg|webp|jpe?g|gif)$", re.IGNORECASE)
TEX = re.compile(r"\$[^$]*\$|\\[a-zA-Z]{2,}|\\[(\[]")
# In dark mode only the colours are different.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]


@dataclass(frozen=True)
class Visit:
    """What was seen on one page."""

    foreign: list[str]
    problems: list[str]
    elements: int
    size: int
    shift: dict[str, Any]
    content: dict[str, Any]
    barriers: dict[str, list[str]]
    phone: dict[str, Any]
    scrollers: list[str]
    titles: dict[int, list[str]]
    marks: dict[int, list[str]]
    explorables: list[str]
    quizzes: list[str]


Look = Callable[[str], Visit]


def compressed(site: Any, addresses: list[str]) -> int:
    """Return how many bytes come to the reader for some requests."""
    files = [site.folder / unquote(urlsplit(url).path).lstrip("/") for url in dict.fromkeys(addresses)]
    return sum(
        len(gzip.compress(file.read_bytes()) if file.suffix in TEXT else file.read_bytes()) for file in files
    )


def resize(page: Page, width: int) -> None:
    """Change the width of the window, and give the page time to follow."""
    page.set_viewport_size({"width": width, "height": 800})
    settle(page)


def settle(page: Page) -> None:
    """Wait until code that scrolls is a stop of the Tab key, which it becomes when it comes into sight."""
    with suppress(TimeoutError):
        page.wait_for_function("look.stopsAreSet()", timeout=2000)


@pytest.fixture(scope="module")
def visit(site: Any, watched: Callable[..., Any], barriers: Callable[..., list[str]]) -> Look:
    """Return a function that opens a page, once, and tells what it saw."""
    seen: dict[str, Visit] = {}

    def look(name: str) -> Visit:
        size = {"width": DESKTOP, "height": 900}
        with watched(viewport=size, color_scheme="light") as (page, log):
            page.goto(site.url(name), wait_until="networkidle")
            elements = page.evaluate("document.querySelectorAll('*').length")
            own = [url for url in log.requests if url.startswith(site.address)]
            shift = page.evaluate("look.readThrough()")
            page.evaluate("look.openEverything()")
            content = page.evaluate("look.content()")
            tried = [page.evaluate("look.tryExplorables()"), page.evaluate("look.tryQuizzes()")]
            page.set_viewport_size({"width": PHONE, "height": 800})
            page.evaluate("look.readThrough()")
            settle(page)
            phone = page.evaluate("limit => look.width(limit)", PHONE)
            scrollers = page.evaluate("look.unreachableScrollers()")
            titles, marks = {}, {}
            for width in (PHONE, TABLET, DESKTOP):
                resize(page, width)
                titles[width] = page.evaluate("[...look.brokenWords(), ...look.cutNeighbours()]")
                marks[width] = page.evaluate("look.strayMarks()")
            page.evaluate("look.thinOut()")
            found = {"light": barriers(page)}
            page.evaluate("document.documentElement.dataset.theme = 'dark'")
            found["dark"] = barriers(page, rules=COLOUR_RULES)
            return Visit(
                log.foreign(site.address),
                log.problems,
                elements,
                compressed(site, own),
                shift,
                content,
                found,
                phone,
                scrollers,
                titles,
                marks,
                *tried,
            )

    def cached(name: str) -> Visit:
        if name not in seen:
            seen[name] = look(name)
        return seen[name]

    return cached


def test_no_request_leaves_the_site(visit: Look, page_name: str) -> None:
    assert visit(page_name).foreign == []


def test_nothing_fails_to_load_or_run(visit: Look, page_name: str) -> None:
    assert visit(page_name).problems == []


def test_every_picture_has_an_alternative_text(visit: Look, page_name: str) -> None:
    pictures = visit(page_name).content["pictures"]
    assert [picture["html"] for picture in pictures if not picture["loaded"]] == []
    # The name of the book stands beside its mark, which therefore says nothing.
    pictures = [picture for picture in pictures if 'class="logo__image' not in picture["html"]]
    assert [picture for picture in pictures if not (picture["alt"] or "").strip()] == []
    assert [picture for picture in pictures if IMAGE_PATH.search(picture["alt"].strip())] == []
    assert [picture for picture in pictures if TEX.search(picture["alt"])] == []


def test_formulas_are_typeset(visit: Look, formula_page: str) -> None:
    content = visit(formula_page).content
    assert content["formulas"] > 0
    assert content["flat"] == []
    assert content["failed"] == 0
    assert content["fonts"] > 0


def test_no_tex_is_left_in_the_text(visit: Look, page_name: str) -> None:
    assert [text for text in visit(page_name).content["texts"] if TEX.search(text)] == []


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_no_serious_barrier(visit: Look, page_name: str, mode: str) -> None:
    assert visit(page_name).barriers[mode] == []


def test_fits_a_phone(visit: Look, page_name: str) -> None:
    phone = visit(page_name).phone
    assert phone["width"] <= PHONE, phone["wide"]
    assert visit(page_name).scrollers == []


def test_titles_break_between_words_and_next_is_whole(visit: Look, page_name: str) -> None:
    assert visit(page_name).titles == {PHONE: [], TABLET: [], DESKTOP: []}


def test_no_line_starts_with_the_mark_after_a_formula(visit: Look, formula_page: str) -> None:
    assert visit(formula_page).marks == {PHONE: [], TABLET: [], DESKTOP: []}


def test_nothing_moves_while_the_page_loads(visit: Look, page_name: str) -> None:
    shift = visit(page_name).shift
    assert shift["value"] < MAX_LAYOUT_SHIFT, shift["sources"]


def test_every_position_of_an_explorable_shows_its_picture(visit: Look, explorable_page: str) -> None:
    assert visit(explorable_page).explorables == []


def test_every_answer_of_a_quiz_is_explained(visit: Look, quiz_page: str) -> None:
    assert visit(quiz_page).quizzes == []


def test_a_page_is_light(visit: Look, quiz_page: str) -> None:
    assert visit(quiz_page).elements <= MOST_ELEMENTS
    assert 100_000 < visit(quiz_page).size <= MOST_BYTES
