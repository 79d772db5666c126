"""The quiz of every page: right and wrong answers, by mouse and by keyboard, each explained."""

import re
from typing import Any

import axe_playwright_python.base
import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

QUESTIONS = """quiz => {
    const plain = html => { const box = document.createElement("div"); box.innerHTML = html; return box.textContent; };
    return JSON.parse(quiz.querySelector(".dlb-quiz-data").textContent).map(question => ({
        ...question,
        answers: question.answers.map(answer => ({
            ...answer, hasMath: /katex/.test(answer.feedback), said: plain(answer.feedback)}))}));
}"""
BARRIERS = """() => axe.run(".dlb-quiz", {resultTypes: ["violations"], preload: false}).then(result => result.violations
    .filter(found => ["serious", "critical"].includes(found.impact))
    .flatMap(found => found.nodes.map(node => found.id + " " + node.html.slice(0, 160))))"""


def questions(page: Page) -> list[tuple[Locator, dict[str, Any]]]:
    """Return the questions of a page as they are shown, each with its data."""
    found = []
    for quiz in page.locator(".dlb-quiz").all():
        shown = quiz.locator(".dlb-quiz-list > li")
        data = quiz.evaluate(QUESTIONS)
        assert shown.count() == len(data)
        found += [(shown.nth(number), question) for number, question in enumerate(data)]
    return found


def explains(item: Locator, answer: dict[str, Any]) -> None:
    """Assert that the feedback of an answer is seen, with its formulas typeset."""
    feedback = item.locator(".Feedback")
    expect(feedback).to_be_visible()
    expect(feedback).to_contain_text("Correct." if answer.get("correct") else "Not quite.")
    if answer["hasMath"]:
        formula = feedback.locator(".katex-html").first
        assert formula.evaluate("formula => formula.getBoundingClientRect().height") > 4
    else:
        said = " ".join(answer["said"].split())
        shown = " ".join((feedback.text_content() or "").split())
        # Where several answers are right, it also tells how many of them are found.
        assert re.fullmatch(re.escape(said) + r"( Found \d+ of \d+\.)?", shown), shown
    assert "$" not in feedback.inner_text()
    assert "\\(" not in feedback.inner_text()


def number_in(answer: dict[str, Any]) -> str:
    """Return a number that stands for an answer."""
    low, high = answer["range"]
    return f"{(low + high) / 2:.12g}"


def far_away(question: dict[str, Any]) -> str:
    """Return a number that no answer of a question stands for."""
    return f"{sum(abs(end) for answer in question['answers'] for end in answer.get('range', [])) + 7:.0f}"


def test_choices_by_mouse(page: Page, site: Any, log: Any, quiz_page: str) -> None:
    page.goto(site.url(quiz_page))
    for item, question in questions(page):
        if question["type"] == "numeric":
            continue
        buttons = item.locator(".MCButton")
        for wanted in (False, True):
            for number, answer in enumerate(question["answers"]):
                if answer["correct"] is wanted:
                    buttons.nth(number).click()
                    explains(item, answer)
    assert log.problems == []


def test_choices_by_keyboard(page: Page, site: Any, quiz_page: str) -> None:
    page.goto(site.url(quiz_page))
    for item, question in questions(page):
        if question["type"] == "numeric":
            continue
        inputs = item.locator(".MCButton input")
        inputs.first.focus()
        for number, answer in enumerate(question["answers"]):
            # The way to an answer does not give it.
            assert inputs.nth(number).evaluate("input => input === document.activeElement")
            page.keyboard.press("Enter" if number % 2 else " ")
            explains(item, answer)
            page.keyboard.press("ArrowDown" if question["type"] == "multiple_choice" else "Tab")


def test_numbers_by_keyboard_and_mouse(page: Page, site: Any, quiz_page: str) -> None:
    page.goto(site.url(quiz_page))
    for item, question in questions(page):
        if question["type"] != "numeric":
            continue
        field = item.get_by_label("Your answer")
        field.fill("many")
        field.press("Enter")
        expect(item.locator(".Feedback")).to_contain_text("Type a number")
        for answer in question["answers"]:
            text = number_in(answer) if "range" in answer else far_away(question)
            field.fill(text)
            field.press("Enter")
            explains(item, answer)
            field.fill("")
            field.fill(text)
            item.get_by_role("button", name="Check").click()
            explains(item, answer)


def test_an_answered_quiz_has_no_serious_barrier(page: Page, site: Any, quiz_page: str) -> None:
    page.goto(site.url(quiz_page))
    for number, (item, question) in enumerate(questions(page)):
        if question["type"] == "numeric":
            item.get_by_label("Your answer").fill(number_in(question["answers"][0]))
            item.get_by_role("button", name="Check").click()
        else:
            right = [place for place, answer in enumerate(question["answers"]) if answer["correct"]]
            wrong = [place for place, answer in enumerate(question["answers"]) if not answer["correct"]]
            item.locator(".MCButton").nth((wrong if number % 2 else right)[0]).click()
    page.evaluate(axe_playwright_python.base.AXE_SCRIPT)
    assert page.evaluate(BARRIERS) == []
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert page.evaluate(BARRIERS) == []
