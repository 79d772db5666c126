"""Controls of figures and quizzes under other eyes: the focus, forced colours, reduced motion."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

EXPLORABLE = "fieldset :is(input, select, button):enabled"
QUIZ = ".dlb-quiz :is(input, button):enabled"
CONTRAST = 3.0
MODES = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "forced dark": {"forced_colors": "active", "color_scheme": "dark"},
}


def luminance(page: Page, box: dict[str, float]) -> np.ndarray:
    """Return the relative luminance of every pixel of a part of the page."""
    picture = Image.open(io.BytesIO(page.screenshot(clip=box, animations="disabled", caret="hide")))
    part = np.asarray(picture.convert("RGB")) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def changed(page: Page, target: Locator, control: Locator) -> tuple[int, float]:
    """Focus a control; return how many pixels change clearly, and how many a frame of 2 pixels has."""
    control.evaluate("control => control.scrollIntoView({block: 'center'})")
    page.evaluate("document.activeElement.blur()")
    box = target.bounding_box()
    assert box is not None
    clip = {
        "x": max(box["x"] - 8, 0),
        "y": max(box["y"] - 8, 0),
        "width": box["width"] + 16,
        "height": box["height"] + 16,
    }
    before = luminance(page, clip)
    page.keyboard.press("Shift")  # the focus is shown to those who use the keyboard
    control.focus()
    after = luminance(page, clip)
    ratio = (np.maximum(before, after) + 0.05) / (np.minimum(before, after) + 0.05)
    return int((ratio >= CONTRAST).sum()), 4 * (box["width"] + box["height"])


def weak(page: Page, controls: list[Locator]) -> list[str]:
    """Return the controls whose focus can hardly be seen."""
    found = []
    for control in controls:
        label = control.locator("xpath=ancestor::label[contains(@class, 'MCButton')]")
        count, enough = changed(page, label if label.count() else control, control)
        if count < 0.75 * enough:  # corners are round
            found.append(f"{control.evaluate('node => node.outerHTML')}: {count} of {enough:.0f} pixels")
    return found


@pytest.mark.parametrize("mode", MODES)
def test_the_focus_is_seen_on_every_control(
    page: Page, site: Any, mode: str, figure_page: str, story_page: str, first_quiz_page: str
) -> None:
    page.emulate_media(**MODES[mode])
    wanted = ((figure_page, "explore", EXPLORABLE), (story_page, "animate", EXPLORABLE))
    for name, kind, selector in wanted:
        page.goto(site.url(name))
        root = page.locator(f'[data-dlb="{kind}"]').first
        assert weak(page, root.locator(selector).all()) == []
    page.goto(site.url(first_quiz_page))
    page.locator(".dlb-quiz-list").wait_for()
    kinds: dict[str, Locator] = {}
    for control in page.locator(QUIZ).all():
        kinds.setdefault(str(control.evaluate("node => node.tagName + node.type")), control)
    assert len(kinds) > 1
    assert weak(page, list(kinds.values())) == []


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
