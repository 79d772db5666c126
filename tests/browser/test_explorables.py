"""Sliders, menus, checkboxes and players of every page do what they say, by mouse and by keyboard."""

import itertools
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

STATE = """root => ({
    source: root.querySelector(".dlb-picture img").getAttribute("src"),
    alt: root.querySelector(".dlb-picture img").alt,
    caption: root.querySelector("[data-dlb-caption]")?.textContent ?? null,
    outputs: Array.from(root.querySelectorAll("output"), output => output.textContent),
    values: Array.from(root.querySelectorAll("input[type=range]"), input => input.getAttribute("aria-valuetext")),
})"""
DATA = "root => JSON.parse(root.querySelector('script[type=\"application/json\"]').textContent)"
WHOLE = "image => image.decode().then(() => image.naturalWidth > 0)"


def expected(data: dict[str, Any], position: list[int]) -> dict[str, Any]:
    """Return what a figure must show when its controls stand at these positions."""
    texts = data["controls"]
    frame = 0
    for place, choices in zip(position, texts, strict=True):
        frame = frame * len(choices) + place
    shown = data["frames"][frame]
    return {"source": data["pictures"][shown["picture"]], "alt": shown["alt"], "caption": None}


def without_values(state: dict[str, Any]) -> dict[str, Any]:
    """Return the picture and its texts, without what the sliders say."""
    return {key: state[key] for key in ("source", "alt", "caption")}


def walk(control: Locator, kind: str, n_values: int) -> list[tuple[str, int]]:
    """Return the keys that try out a control, each with the position it must lead to."""
    last = n_values - 1
    if kind == "range":
        return [("ArrowRight", min(1, last)), ("End", last), ("ArrowLeft", max(last - 1, 0)), ("Home", 0)]
    if kind == "select-one":
        return [("ArrowDown", min(1, last)), ("End", last), ("Home", 0)]
    first = int(not control.is_checked()) if control.get_attribute("data-dlb-on") == "1" else 0
    return [(" ", first), (" ", 1 - first)]


def test_controls_change_the_figure_by_keyboard(page: Page, site: Any, explorable_page: str) -> None:
    page.goto(site.url(explorable_page))
    for root in page.locator('[data-dlb="explore"]').all():
        data = root.evaluate(DATA)
        controls = root.locator("[data-dlb-control]").all()
        position = [0] * len(controls)
        assert without_values(root.evaluate(STATE)) == expected(data, position)
        for number, control in enumerate(controls):
            kind = control.evaluate("control => control.type")
            control.focus()
            for key, place in walk(control, kind, len(data["controls"][number])):
                page.keyboard.press(key)
                position[number] = place
                state = root.evaluate(STATE)
                assert without_values(state) == expected(data, position), (key, number)
                if kind == "range":
                    text = data["controls"][number][place]
                    assert control.get_attribute("aria-valuetext") == text
                    assert control.locator("xpath=following-sibling::output").text_content() == text
        assert root.locator(".dlb-picture img").evaluate(WHOLE)


def test_pictures_differ_and_all_of_them_arrive(
    page: Page, site: Any, log: Any, explorable_page: str
) -> None:
    page.goto(site.url(explorable_page))
    for root in page.locator("[data-dlb]").all():
        data = root.evaluate(DATA)
        assert len(set(data["pictures"])) == len(data["pictures"]) > 1
        assert len({frame["picture"] for frame in data["frames"]}) == len(data["pictures"])
        page.evaluate(
            """urls => Promise.all(urls.map(url => {
                const image = new Image();
                image.src = url;
                return image.decode();
            }))""",
            data["pictures"],
        )
    assert log.problems == []


def test_the_tab_key_reaches_every_control(page: Page, site: Any, explorable_page: str) -> None:
    page.goto(site.url(explorable_page))
    for root in page.locator("[data-dlb]").all():
        controls = root.locator("fieldset :is(input, select, button)")
        names = controls.evaluate_all(
            """all => all.map(control => control.getAttribute("aria-label")
                || document.querySelector(`label[for="${control.id}"]`).textContent)"""
        )
        assert all(name.strip() for name in names)
        controls.first.focus()
        for place in range(controls.count()):
            assert controls.nth(place).evaluate("control => control === document.activeElement")
            page.keyboard.press("Tab")


def test_a_slider_follows_the_mouse(page: Page, site: Any, explorable_page: str) -> None:
    page.goto(site.url(explorable_page))
    sliders = page.locator('[data-dlb="explore"] input[type=range]')
    for slider in sliders.all():
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
        assert after["outputs"] != before["outputs"]
        assert after["values"] != before["values"]
        assert after["alt"] != before["alt"]


def test_menus_and_checkboxes_follow_the_mouse(page: Page, site: Any, explorable_page: str) -> None:
    page.goto(site.url(explorable_page))
    for root in page.locator('[data-dlb="explore"]').all():
        # Where sliders stand at their start, the choices of a menu may look alike.
        for slider in root.locator("input[type=range]").all():
            slider.press("End")
        for menu in root.locator("select").all():
            before = root.evaluate(STATE)["alt"]
            menu.select_option(index=menu.locator("option").count() - 1)
            assert root.evaluate(STATE)["alt"] != before
        for box in root.locator("input[type=checkbox]").all():
            before = root.evaluate(STATE)["alt"]
            box.click()
            assert root.evaluate(STATE)["alt"] != before


def test_a_story_plays_pauses_and_steps(page: Page, site: Any, explorable_page: str) -> None:
    page.clock.install()
    page.goto(site.url(explorable_page))
    for root in page.locator('[data-dlb="animate"]').all():
        data = root.evaluate(DATA)
        last = len(data["frames"]) - 1
        back, play, forward = (
            root.locator(f'[data-dlb-action="{name}"]') for name in ("back", "play", "forward")
        )
        slider = root.locator("[data-dlb-position]")

        def shows(place: int, root: Locator = root, data: dict[str, Any] = data, last: int = last) -> None:
            frame = data["frames"][place]
            state = root.evaluate(STATE)
            text = f"{place + 1} of {last + 1}"
            assert state["source"] == data["pictures"][frame["picture"]]
            assert state["alt"] == frame["alt"]
            assert (state["caption"] or "") == (frame["caption"] or "")
            assert state["outputs"] == state["values"] == [text]

        shows(0)
        forward.click()
        shows(1)
        back.focus()
        page.keyboard.press("Enter")
        shows(0)
        slider.focus()
        for key, place in (("End", last), ("ArrowLeft", last - 1), ("Home", 0), ("ArrowRight", 1)):
            page.keyboard.press(key)
            shows(place)
        page.keyboard.press("Home")

        play.click()
        expect(play).to_have_attribute("aria-label", "Pause")
        steps = min(2, last)
        page.clock.run_for(1000 * data["seconds"] * steps + 10)
        shows(steps)
        if steps < last:
            play.focus()
            page.keyboard.press(" ")
            expect(play).to_have_attribute("aria-label", "Play")
            page.clock.run_for(3000 * data["seconds"])
            shows(steps)
            page.keyboard.press(" ")
            page.clock.run_for(1000 * data["seconds"] * (last + 1))
        shows(last)
        expect(play).to_have_attribute("aria-label", "Play")


def test_the_expected_frame_is_counted_as_in_a_nested_loop() -> None:
    choices = [["1", "2", "3"], ["off", "on"]]
    cases = list(itertools.product(*choices))
    data = {
        "controls": choices,
        "pictures": [f"{number}.webp" for number in range(len(cases))],
        "frames": [{"picture": number, "alt": " ".join(case)} for number, case in enumerate(cases)],
    }
    assert expected(data, [2, 1]) == {"source": "5.webp", "alt": "3 on", "caption": None}
