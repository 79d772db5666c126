"""A quiz by mouse and by keyboard, as a reader takes it.

That every answer is explained is tested on every page, in test_pages.
"""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

Question = tuple[Locator, dict[str, Any]]
DATA = "quiz => JSON.parse(quiz.querySelector('.dlb-quiz-data').textContent)"
FOCUSED = "control => control === document.activeElement"


def questions(page: Page, *, numeric: bool) -> list[Question]:
    """Return the questions of a page as they are shown, each with its data, of one kind."""
    found: list[Question] = []
    for quiz in page.locator(".dlb-quiz").all():
        shown = quiz.locator(".dlb-quiz-list > li")
        data = quiz.evaluate(DATA)
        assert shown.count() == len(data)
        found += [
            (shown.nth(number), question)
            for number, question in enumerate(data)
            if (question["type"] == "numeric") is numeric
        ]
    return found


def judges(item: Locator, answer: dict[str, Any]) -> None:
    """Assert that a question says whether an answer is right, and why."""
    feedback = item.locator(".Feedback")
    expect(feedback).to_be_visible()
    expect(feedback).to_contain_text("Correct." if answer.get("correct") else "Not quite.")
    formula = feedback.locator(".katex-html")
    if "katex" in answer["feedback"]:
        assert formula.first.evaluate("formula => formula.getBoundingClientRect().height") > 4
    assert "\\" not in feedback.inner_text()


def number_in(answer: dict[str, Any]) -> str:
    """Return a number that stands for an answer."""
    low, high = answer["range"]
    return f"{(low + high) / 2:.12g}"


def test_choices_by_mouse(page: Page, site: Any, log: Any, first_quiz_page: str) -> None:
    page.goto(site.url(first_quiz_page))
    for item, question in questions(page, numeric=False):
        for wanted in (False, True):
            for number, answer in enumerate(question["answers"]):
                if answer["correct"] is wanted:
                    item.locator(".MCButton").nth(number).click()
                    judges(item, answer)
                    break
    assert log.problems == []


def test_choices_by_keyboard(page: Page, site: Any, first_quiz_page: str) -> None:
    page.goto(site.url(first_quiz_page))
    for item, question in questions(page, numeric=False)[:3]:
        inputs = item.locator(".MCButton input")
        inputs.first.focus()
        for number, answer in enumerate(question["answers"]):
            # The way to an answer does not give it.
            assert inputs.nth(number).evaluate(FOCUSED)
            page.keyboard.press("Enter" if number % 2 else " ")
            judges(item, answer)
            page.keyboard.press("ArrowDown" if question["type"] == "multiple_choice" else "Tab")


def test_numbers_by_keyboard_and_mouse(page: Page, site: Any, first_quiz_page: str) -> None:
    page.goto(site.url(first_quiz_page))
    for item, question in questions(page, numeric=True)[:2]:
        field = item.get_by_label("Your answer")
        field.fill("many")
        field.press("Enter")
        expect(item.locator(".Feedback")).to_contain_text("Type a number")
        right, *_, otherwise = question["answers"]
        field.fill(number_in(right))
        field.press("Enter")
        judges(item, right)
        field.fill("-987654321")
        item.get_by_role("button", name="Check").click()
        judges(item, otherwise)


def test_an_answered_quiz_has_no_serious_barrier(
    page: Page, site: Any, barriers: Any, first_quiz_page: str
) -> None:
    page.goto(site.url(first_quiz_page))
    for number, (item, question) in enumerate(questions(page, numeric=False)):
        wanted = number % 2 == 0
        place = [answer["correct"] for answer in question["answers"]].index(wanted)
        item.locator(".MCButton").nth(place).click()
    for item, question in questions(page, numeric=True):
        item.get_by_label("Your answer").fill(number_in(question["answers"][0]))
        item.get_by_role("button", name="Check").click()
    page.evaluate("look.thinOut()")
    assert barriers(page, within=".dlb-quiz") == []
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert barriers(page, within=".dlb-quiz") == []
