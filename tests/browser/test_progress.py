"""What a reader has done is kept in the browser, shown, saved and erased, and sent nowhere."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PAGE = "chapters/04_sequences/recurrent_networks.html"
MAP = "reference/course_map.html"
WIDTHS = pytest.mark.parametrize("width", [360, 820, 1280])
NO_STORE = """Object.defineProperty(window, "localStorage", {
    get() { throw new DOMException("no", "SecurityError"); } })"""


def settle(page: Page) -> None:
    """Let the answers of a quiz, which come a moment later, be kept."""
    page.wait_for_timeout(50)


def study(page: Page) -> None:
    """Do something of each kind: mark a page, open a solution, answer a question right and one wrong."""
    page.locator("details.solution > summary").first.click()
    questions = page.locator(".dlb-quiz-list > li:has(input[type=radio])")
    right, wrong = questions.nth(0), questions.nth(1)
    quizzes = page.evaluate(
        "Array.from(document.querySelectorAll('.dlb-quiz-data'), data => JSON.parse(data.textContent))"
    )
    keys = {question["key"]: question["answers"] for data in quizzes for question in data}
    for item, wanted in ((right, True), (wrong, False)):
        answers = keys[item.get_attribute("data-key") or ""]
        place = [answer["correct"] for answer in answers].index(wanted)
        item.locator(".MCButton").nth(place).click()
        settle(page)
    page.get_by_role("button", name="Mark this page as read").click()


@WIDTHS
@pytest.mark.parametrize("where", ["http", "file"])
def test_what_was_done_is_there_again(
    watched: Callable[..., Any], site: Any, width: int, where: str, barriers: Callable[..., list[str]]
) -> None:
    base = site.address if where == "http" else site.folder.as_uri()
    with watched(viewport={"width": width, "height": 800}, has_touch=width < 1000) as (page, log):
        page.goto(f"{base}/{PAGE}")
        study(page)
        page.reload()
        expect(page.get_by_role("button", name="You have read this page")).to_have_attribute(
            "aria-pressed", "true"
        )
        expect(page.locator(".dlb-reading")).to_contain_text("You have read it.")
        feedback = page.locator(".dlb-quiz-list > li:has(input[type=radio]) .Feedback")
        expect(feedback.nth(0)).to_contain_text("Correct.")
        expect(feedback.nth(1)).to_contain_text("Not quite.")
        expect(feedback.nth(2)).to_be_empty()
        page.goto(f"{base}/{MAP}")
        box = page.locator(".dlb-progress-box")
        expect(box).to_contain_text("You have read 1 of ")
        expect(box).to_contain_text("opened 1 of ")
        expect(box).to_contain_text("answered 1 of ")
        row = page.locator("tr", has=page.locator("a", has_text="Recurrent networks")).filter(
            has=page.locator(".dlb-progress")
        )
        expect(row.first.locator(".dlb-progress")).to_contain_text("read, 1 of")
        assert barriers(page, within=".dlb-progress-box") == []
        page.goto(f"{base}/index.html")
        expect(page.locator(".dlb-chapters")).to_contain_text("1 of ")
        page.locator(".dlb-next a").click()
        expect(page.get_by_role("heading", level=1)).not_to_contain_text("Recurrent networks")
        assert log.foreign(base) == []
        assert log.problems == []


def test_progress_is_saved_erased_and_loaded(page: Page, site: Any, log: Any, tmp_path: Path) -> None:
    page.goto(site.url(PAGE))
    study(page)
    page.goto(site.url(MAP))
    said = page.locator(".dlb-progress-said")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    file = tmp_path / "progress.json"
    download.value.save_as(file)
    kept = json.loads(file.read_text(encoding="utf-8"))
    mine = kept["pages"][PAGE.removesuffix(".html")]
    assert len(mine["solutions"]) == 1
    assert sorted(answer["right"] for answer in mine["quiz"].values()) == [False, True]
    page.get_by_role("button", name="Erase").focus()
    page.keyboard.press("Enter")
    expect(said).to_have_text("Erased.")
    expect(page.locator(".dlb-progress-all")).to_contain_text("is counted here")
    assert json.loads(page.evaluate("localStorage.getItem('dlbook-progress')"))["pages"] == {}
    assert page.locator(".dlb-progress:not(:empty)").count() == 0
    expect(page.get_by_role("button", name="Bring it back")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".dlb-progress-all")).to_contain_text("You have read 1 of")
    page.get_by_role("button", name="Erase").click()
    page.reload()
    expect(page.locator(".dlb-progress-all")).to_contain_text("is counted here")
    other = tmp_path / "other.json"
    other.write_text("[1]", encoding="utf-8")
    page.locator(".dlb-progress-box input[type=file]").set_input_files(other)
    expect(said).to_contain_text("no progress")
    page.locator(".dlb-progress-box input[type=file]").set_input_files(file)
    expect(said).to_have_text("Loaded.")
    expect(page.locator(".dlb-progress-all")).to_contain_text("You have read 1 of")
    assert log.foreign(site.address, "blob:") == []
    assert log.problems == []


def test_a_browser_that_keeps_nothing_shows_nothing_of_it(page: Page, site: Any, log: Any) -> None:
    page.add_init_script(NO_STORE)
    page.goto(site.url(PAGE))
    page.locator(".dlb-quiz .MCButton").first.click()
    expect(page.locator(".dlb-quiz .Feedback").first).to_be_visible()
    assert page.locator(".dlb-read").count() == 0
    page.goto(site.url(MAP))
    expect(page.locator(".dlb-progress-box")).not_to_be_visible()
    page.locator(".dlb-filter input").fill("1.03")
    expect(page.locator(".dlb-filter-said")).to_have_text("1 row.")
    # On each page one line of the theme and one of Sphinx ask for it, in vain and without harm.
    assert log.problems == ["script: no"] * 4


def test_every_page_says_how_long_it_is_and_what_it_builds_on(page: Page, site: Any) -> None:
    page.goto(site.url(MAP))
    rows = page.locator("tr:has(.dlb-progress)")
    assert rows.count() > 2
    for row in rows.all():
        cells = row.locator("td").all_inner_texts()
        core, whole = (int(word) for word in cells[1].replace(",", "").split() if word.isdigit())
        assert 1 <= core <= whole
    assert page.locator("tr:has(.dlb-progress) td:nth-child(3) a").count() > 2
    # What comes first builds on no other page.
    assert not rows.first.locator("td").nth(2).inner_text().strip()
    page.goto(site.url(PAGE))
    expect(page.locator(".dlb-reading")).to_contain_text("for the core path")


@WIDTHS
def test_the_course_map_can_be_filtered(
    page: Page, site: Any, log: Any, width: int, barriers: Callable[..., list[str]]
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(site.url(MAP))
    rows = page.locator(".dlb-rows tbody tr")
    everything = rows.count()
    assert everything == 94
    page.get_by_label("Show rows with").press_sequentially("GATE")
    expect(page.locator(".dlb-filter-said")).to_contain_text("row")
    page.wait_for_function("document.querySelectorAll('.dlb-rows tbody tr:not([hidden])').length < 20")
    texts = rows.filter(visible=True).all_inner_texts()
    assert texts
    assert all("gate" in text.lower() for text in texts)
    assert page.locator("section:has(> h2)").filter(visible=True).count() < 5
    assert "words=GATE" in page.url
    page.reload()
    assert rows.filter(visible=True).count() == len(texts)
    page.get_by_label("Show rows with").fill("")
    page.get_by_label("among").select_option("planned")
    planned = rows.filter(visible=True).count()
    page.get_by_label("among").select_option("what stands")
    assert rows.filter(visible=True).count() == everything - planned
    assert all(row.locator("a").count() for row in rows.filter(visible=True).all())
    assert barriers(page, within=".dlb-filter") == []
    page.get_by_label("among").select_option("unread")
    unread = rows.filter(visible=True).count()
    page.evaluate(
        """name => localStorage.setItem("dlbook-progress", JSON.stringify(
            {version: 1, pages: {[name]: {read: "2025-01-01"}}}))""",
        PAGE.removesuffix(".html"),
    )
    page.get_by_label("among").select_option("stands")
    page.get_by_label("among").select_option("unread")
    assert rows.filter(visible=True).count() < unread
    assert log.problems == []


@WIDTHS
def test_a_row_number_beside_its_heading_is_a_link_to_copy(
    watched: Callable[..., Any], site: Any, width: int
) -> None:
    with watched(
        viewport={"width": width, "height": 800},
        has_touch=width < 1000,
        permissions=["clipboard-read", "clipboard-write"],
    ) as (page, log):
        page.goto(site.url(PAGE))
        link = page.locator("h2 a.dlb-row").first
        number = (link.text_content() or "").replace(".", "-")
        if width < 1000:
            link.tap()
        else:
            link.focus()
            page.keyboard.press("Enter")
        expect(page.locator(".dlb-copied")).to_have_text("The link is copied.")
        address = page.evaluate("navigator.clipboard.readText()")
        assert address == page.url == site.url(f"{PAGE}#row-{number}")
        page.goto(site.url("index.html"))
        page.goto(address)
        expect(page.locator("h2", has=page.locator(f"a[href='#row-{number}']"))).to_be_in_viewport()
        # The contents of the page name the section alone.
        assert page.locator("#pst-page-toc-nav .dlb-row").count() == 0
        assert log.problems == []
