"""The script and the style of explorables, in a browser, from a file without a server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest

from dlbook.display import embed
from dlbook.display.animate import animate
from dlbook.display.explore import explore

pytestmark = pytest.mark.browser


def line(step: int, rule: str = "AND", margin: bool = False) -> None:
    _, ax = plt.subplots(figsize=(5, 3))
    ax.plot([0, 1], [0, step], ls="--" if margin else "-")
    ax.set(title=rule, ylim=(0, 4))


def alt(rule: str, step: Any, margin: bool) -> str:
    return f"A line for {rule}, margin {margin}. The slope is {step}."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two standalone outputs on one page."""
    outputs: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLBOOK_OUTPUT", "page")
        patch.setattr(embed, "publish_html", outputs.append)
        explore(
            line,
            alt="A line for {rule}, margin {margin}. The slope is {step}.",
            step=range(4),
            rule=["AND", "OR"],
            margin=bool,
        )
        animate(line, range(4), alt="Step {frame}", caption=lambda step: "Words. " * 20 * step, seconds=0.1)
    path = tmp_path_factory.mktemp("page") / "page.html"
    body = "<p>Between.</p>".join(embed.with_assets(output) for output in outputs)
    path.write_text(
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>Page</title>"
        "<meta name=viewport content='width=device-width'><link rel=icon href='data:,'></head>"
        f"<body><main><h1>Page</h1>{body}<p id=below>Below.</p></main></body></html>",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def opened(browser: Any, site: Path) -> Iterator[Callable[..., Any]]:
    pages: list[Any] = []
    wrong: list[str] = []

    def opening(**options: Any) -> Any:
        page = browser.new_page(**options)
        pages.append(page)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith(("data:", "file:")) else wrong.append(r.url))
        page.goto(site.as_uri())
        return page

    yield opening
    for page in pages:
        page.close()
    assert wrong == []


def test_keyboard_changes_picture_alt_and_spoken_value(opened) -> None:
    page = opened()
    image, output = page.locator(".dlb-explore img").first, page.locator(".dlb-explore output")
    layer = page.locator(".dlb-explore img").nth(1)
    slider = page.locator(".dlb-explore input[type=range]")
    first = image.get_attribute("src")
    slider.focus()
    seen = []
    for key in ("ArrowRight", "End", "ArrowLeft", "Home"):
        page.keyboard.press(key)
        seen.append((slider.get_attribute("aria-valuetext"), output.inner_text(), image.get_attribute("alt")))
    assert seen == [(k, k, alt("AND", k, False)) for k in ("1", "3", "2", "0")]
    assert layer.count() == 0
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert image.get_attribute("alt") == alt("OR", 1, True)
    assert (image.get_attribute("src"), layer.get_attribute("alt")) == (first, "")
    assert layer.evaluate("image => image.decode().then(() => image.naturalWidth)") == 720


def test_the_layer_covers_the_first_picture_exactly(opened) -> None:
    for width in (360, 1000):
        page = opened(viewport={"width": width, "height": 800})
        page.locator(".dlb-explore input[type=range]").press("End")
        first, layer = (page.locator(".dlb-explore img").nth(k).bounding_box() for k in (0, 1))
        assert first == layer
        assert 200 < first["width"] <= 480


def test_focus_is_visible(opened) -> None:
    page = opened()
    for _ in range(6):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(s => [s.outlineStyle, s.outlineWidth])(getComputedStyle(document.activeElement))"
        )
        assert style == ["solid", "3px"]


def test_player_plays_pauses_and_steps(opened) -> None:
    page = opened()
    story = page.locator(".dlb-animate")
    play, output, caption, said = (
        story.locator(name)
        for name in ("[data-dlb-action=play]", "output", "[data-dlb-caption]", "[role=status]")
    )
    page.wait_for_timeout(300)
    assert output.inner_text() == "1 of 4"  # nothing moves by itself
    play.focus()
    page.keyboard.press("Space")
    assert play.get_attribute("aria-label") == "Pause"
    page.wait_for_function("document.querySelector('.dlb-animate output').textContent === '4 of 4'")
    assert play.get_attribute("aria-label") == "Play"
    assert said.text_content() == ""  # not while it plays, and not at once
    page.wait_for_function("said => said.textContent.startsWith('Words.')", arg=said.element_handle())
    assert story.locator("img").first.get_attribute("alt") == "Step 3"
    story.locator("[data-dlb-action=back]").click()
    assert (output.inner_text(), caption.inner_text()) == ("3 of 4", ("Words. " * 40).strip())
    story.locator("input").focus()
    page.keyboard.press("Home")
    assert story.locator("img").first.get_attribute("alt") == "Step 0"
    assert story.locator("[data-dlb-action=back]").get_attribute("aria-disabled") == "true"


def test_what_a_slider_changes_is_said_once_the_reader_stops(opened) -> None:
    page = opened()
    said, slider = page.locator(".dlb-explore [role=status]"), page.locator(".dlb-explore input[type=range]")
    heard = page.evaluate(
        """() => {
            const heard = [];
            const region = document.querySelector(".dlb-explore [role=status]");
            new MutationObserver(() => heard.push(region.textContent)).observe(region, {childList: true});
            window.heard = heard;
            return heard;
        }"""
    )
    assert heard == []
    slider.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_function("heard.length > 0")
    assert page.evaluate("heard") == ["The slope is 3."]  # neither the steps between nor what is as before
    page.locator(".dlb-explore select").select_option("1")
    page.wait_for_function("heard.length > 1")
    assert said.text_content() == "A line for OR, margin False."
    assert page.evaluate("heard.length") == 2


def test_starting_twice_changes_nothing(opened) -> None:
    page = opened()
    page.evaluate(embed.asset("dlbook.js"))
    page.evaluate("dlbookExplorables.start(document)")
    page.locator("[data-dlb-action=forward]").click()
    assert page.locator(".dlb-animate output").inner_text() == "2 of 4"


def test_output_added_later_is_picked_up(opened) -> None:
    page = opened()
    page.evaluate(
        """() => {
            const copy = document.querySelector(".dlb-explore").cloneNode(true);
            copy.id = "later";
            copy.querySelector("fieldset").disabled = true;
            document.querySelector("main").append(copy);
        }"""
    )
    page.evaluate(embed.asset("dlbook.js"))
    page.locator("#later input[type=range]").focus()
    page.keyboard.press("End")
    assert page.locator("#later img").first.get_attribute("alt") == alt("AND", 3, False)


@pytest.mark.parametrize("width", [360, 1000])
def test_nothing_shifts_or_overflows(opened, width: int) -> None:
    page = opened(viewport={"width": width, "height": 800})
    place = "() => document.getElementById('below').getBoundingClientRect().top + scrollY"
    before = page.evaluate(place)
    page.locator(".dlb-explore input[type=range]").press("End")
    page.locator(".dlb-animate input").press("End")
    assert page.evaluate(place) == before
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for control in page.locator("input[type=range], select, button").all():
        box = control.bounding_box()
        assert box["width"] >= 24
        assert box["height"] >= 24


def test_without_a_script_the_first_picture_stands(opened) -> None:
    page = opened(java_script_enabled=False)
    assert page.locator(".dlb-explore img").get_attribute("alt") == alt("AND", 0, False)
    assert page.locator(".dlb-explore input[type=range]").is_disabled()
    assert page.locator(".dlb-explore .dlb-note").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_picture_stays_on_white(opened, theme: str) -> None:
    page = opened()
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    page.locator(".dlb-explore input[type=range]").press("End")
    colour = "node => getComputedStyle(node).backgroundColor"
    assert page.locator(".dlb-picture").first.evaluate(colour) == "rgb(255, 255, 255)"
    for image in page.locator(".dlb-explore img").all():
        assert image.evaluate(colour) == "rgba(0, 0, 0, 0)"


def test_accessible(opened) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened()
    assert axe.run(page).response["violations"] == []
