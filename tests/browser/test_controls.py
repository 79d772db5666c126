"""Controls of figures and quizzes under other eyes: the focus, forced colours, reduced motion."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

EXPLORABLE = "fieldset :is(input, select, button):enabled"
QUIZ = ".dlb-quiz :is(input, button):enabled"
MODES = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "forced dark": {"forced_colors": "active", "color_scheme": "dark"},
}


@pytest.mark.parametrize("mode", MODES)
def test_the_focus_is_seen_on_every_control(
    page: Page,
    site: Any,
    weak_focus: Any,
    mode: str,
    figure_page: str,
    story_page: str,
    first_quiz_page: str,
) -> None:
    page.emulate_media(**MODES[mode])
    wanted = ((figure_page, "explore", EXPLORABLE), (story_page, "animate", EXPLORABLE))
    for name, kind, selector in wanted:
        page.goto(site.url(name))
        root = page.locator(f'[data-dlb="{kind}"]').first
        assert weak_focus(page, root.locator(selector).all()) == []
    page.goto(site.url(first_quiz_page))
    page.locator(".dlb-quiz-list").last.wait_for()
    kinds: dict[str, Locator] = {}
    for control in page.locator(QUIZ).all():
        kinds.setdefault(str(control.evaluate("node => node.tagName + node.type")), control)
    assert len(kinds) > 1
    assert weak_focus(page, list(kinds.values())) == []


@pytest.mark.parametrize("mode", MODES)
def test_the_focus_is_seen_beside_the_text(page: Page, site: Any, weak_focus: Any, mode: str) -> None:
    page.emulate_media(**MODES[mode])
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(site.url("chapters/01_feedforward/backpropagation.html"))
    for selector in ("a.dlb-row", ".dlb-goes-on > .dlb-wrap", ".dlb-read button"):
        control = page.locator(selector).filter(visible=True).first
        control.scroll_into_view_if_needed()
        assert weak_focus(page, [control]) == []
    page.goto(site.url("reference/course_map.html"))
    controls = ".dlb-filter :is(input, select), .dlb-progress-bar button:enabled"
    assert weak_focus(page, page.locator(controls).filter(visible=True).all()) == []


def test_forced_colours_leave_every_mark_in_sight(page: Page, site: Any, first_quiz_page: str) -> None:
    page.emulate_media(forced_colors="active", color_scheme="dark")
    page.goto(site.url(first_quiz_page))
    question = page.locator(".dlb-quiz-list > li").filter(has=page.locator("[type=radio]")).first
    right, wrong = [], []
    for answer in question.locator(".MCButton").all():
        answer.click()
        mark = answer.evaluate("node => getComputedStyle(node, '::before').content.slice(1, 2)")
        feedback = str(question.locator(".Feedback").text_content())
        (right if feedback.startswith("Correct.") else wrong).append(mark)
    assert right == ["\N{CHECK MARK}"]
    assert set(wrong) == {"\N{BALLOT X}"}


@pytest.mark.parametrize("kind", ["explore", "animate"])
def test_a_picture_keeps_its_paper_in_forced_colours(
    page: Page, site: Any, kind: str, figure_page: str, story_page: str
) -> None:
    page.emulate_media(forced_colors="active", color_scheme="dark")
    page.goto(site.url({"explore": figure_page, "animate": story_page}[kind]))
    picture = page.locator(f'[data-dlb="{kind}"] .dlb-picture').first
    assert picture.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(255, 255, 255)"


def test_nothing_moves_where_motion_is_unwelcome(
    page: Page, site: Any, story_page: str, first_quiz_page: str
) -> None:
    page.emulate_media(reduced_motion="reduce")
    for name in (story_page, first_quiz_page):
        page.goto(site.url(name))
        page.locator("[data-dlb], .dlb-quiz").first.hover()
        moving = page.evaluate(
            """() => document.getAnimations()
                .map(animation => animation.effect.target)
                .filter(node => node.closest(".bd-article"))
                .map(node => node.outerHTML.slice(0, 100))"""
        )
        assert moving == []
