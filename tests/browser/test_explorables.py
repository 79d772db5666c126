"""The controls of figures by mouse and by keyboard, as a reader uses them.

That every position shows its picture is tested on every page, in test_pages.
"""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

STATE = """root => ({
    source: Array.from(root.querySelectorAll(".dlb-picture > img")).at(-1).getAttribute("src"),
    alt: root.querySelector(".dlb-picture img").alt,
    caption: root.querySelector("[data-dlb-caption]")?.textContent ?? "",
    outputs: Array.from(root.querySelectorAll("output"), output => output.textContent),
    values: Array.from(root.querySelectorAll("input[type=range]"), slider => slider.ariaValueText),
})"""
DATA = "root => JSON.parse(root.querySelector('script[type=\"application/json\"]').textContent)"
FOCUSED = "control => control === document.activeElement"
NAME = """control => control.ariaLabel
    || document.querySelector(`label[for="${control.id}"]`).textContent"""


def test_a_slider_follows_the_keyboard(page: Page, site: Any, figure_page: str) -> None:
    page.goto(site.url(figure_page))
    for slider in page.locator('[data-dlb="explore"] input[type=range]').all():
        root = slider.locator("xpath=ancestor::*[@data-dlb]")
        last = int(slider.get_attribute("max") or 0)
        texts = []
        slider.focus()
        for key, place in (("ArrowRight", 1), ("End", last), ("ArrowLeft", last - 1), ("Home", 0)):
            before = root.evaluate(STATE)
            page.keyboard.press(key)
            after = root.evaluate(STATE)
            assert slider.input_value() == str(place)
            for part in ("alt", "outputs", "values"):
                assert after[part] != before[part], (key, part)
            texts.append(slider.get_attribute("aria-valuetext"))
            assert slider.locator("xpath=following-sibling::output").text_content() == texts[-1]
        assert len(set(texts)) >= min(3, last + 1)
        assert root.locator(".dlb-picture img").evaluate("image => image.decode().then(() => true)")


def test_the_picture_changes_with_the_slider(page: Page, site: Any, figure_page: str) -> None:
    page.goto(site.url(figure_page))
    root = page.locator('[data-dlb="explore"]').first
    before = root.evaluate(STATE)["source"]
    root.locator("input[type=range]").first.press("End")
    assert root.evaluate(STATE)["source"] != before


def test_the_tab_key_reaches_every_control(page: Page, site: Any, figure_page: str) -> None:
    page.goto(site.url(figure_page))
    for root in page.locator("[data-dlb]").all():
        controls = root.locator("fieldset :is(input, select, button)").all()
        controls[0].focus()
        for control in controls:
            assert control.evaluate(FOCUSED)
            assert control.evaluate(NAME).strip()
            page.keyboard.press("Tab")
        assert not root.evaluate("root => root.contains(document.activeElement)")


def test_a_slider_follows_the_mouse(page: Page, site: Any, figure_page: str) -> None:
    page.goto(site.url(figure_page))
    slider = page.locator('[data-dlb="explore"] input[type=range]').first
    root = slider.locator("xpath=ancestor::*[@data-dlb]")
    before = root.evaluate(STATE)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    after = root.evaluate(STATE)
    assert slider.input_value() == slider.get_attribute("max")
    for part in ("source", "alt", "outputs", "values"):
        assert after[part] != before[part], part


def test_menus_and_checkboxes_follow_mouse_and_keyboard(page: Page, site: Any, figure_page: str) -> None:
    page.goto(site.url(figure_page))
    for root in page.locator('[data-dlb="explore"]').all():
        # Where sliders stand at their start, the choices of a menu may look alike.
        for slider in root.locator("input[type=range]").all():
            slider.press("End")

        def changes(root: Locator = root, seen: list[str] | None = None) -> None:
            assert seen is not None
            seen.append(root.evaluate(STATE)["alt"])
            assert seen[-1] != seen[-2]

        for menu in root.locator("select").all():
            seen = [root.evaluate(STATE)["alt"]]
            menu.select_option(index=menu.locator("option").count() - 1)
            changes(seen=seen)
            menu.press("Home")
            changes(seen=seen)
            menu.press("ArrowDown")
            changes(seen=seen)
        for box in root.locator("input[type=checkbox]").all():
            seen = [root.evaluate(STATE)["alt"]]
            box.click()
            changes(seen=seen)
            box.press(" ")
            changes(seen=seen)


def test_a_story_plays_pauses_and_steps(page: Page, site: Any, story_page: str) -> None:
    page.clock.install()
    page.goto(site.url(story_page))
    root = page.locator('[data-dlb="animate"]').first
    data = root.evaluate(DATA)
    last = len(data["frames"]) - 1
    back, play, forward = (
        root.locator(f'[data-dlb-action="{name}"]') for name in ("back", "play", "forward")
    )
    slider = root.locator("[data-dlb-position]")

    def shows(place: int) -> None:
        frame = data["frames"][place]
        state = root.evaluate(STATE)
        assert state["source"] == data["pictures"][frame["picture"]]
        assert state["alt"] == frame["alt"]
        assert state["caption"] == frame["caption"]
        assert state["outputs"] == state["values"] == [f"{place + 1} of {last + 1}"]

    shows(0)
    forward.click()
    shows(1)
    back.focus()
    page.keyboard.press("Enter")
    shows(0)
    slider.focus()
    for key, place in (("End", last), ("ArrowLeft", last - 1), ("ArrowRight", last), ("Home", 0)):
        page.keyboard.press(key)
        shows(place)

    play.click()
    expect(play).to_have_attribute("aria-label", "Pause")
    page.clock.run_for(1000 * data["seconds"] + 10)
    shows(1)
    play.focus()
    if last > 1:
        page.keyboard.press(" ")
        expect(play).to_have_attribute("aria-label", "Play")
        page.clock.run_for(3000 * data["seconds"])
        shows(1)
        page.keyboard.press(" ")
        page.clock.run_for(1000 * data["seconds"] * (last + 1))
    shows(last)
    expect(play).to_have_attribute("aria-label", "Play")
