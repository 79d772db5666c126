"""Figures as a reader on a phone, with a keyboard or with a mouse uses them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sphinx_book.figures import with_natural_width

from dlbook.display import diagrams, embed, explore

pytestmark = pytest.mark.browser
STATIC = Path(__file__).resolve().parents[2] / "tools" / "sphinx_book" / "static"
LARGE, SMALL = (
    f"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='{width}' height='400'/%3E"
    for width in (900, 200)
)
COLOURS = "--dlb-paper: #fff; --dlb-ink: #123; --dlb-muted: #567; --dlb-faint: #ddd; --dlb-blue: #06a"
DIALOG = "dialog.dlb-zoom"


def figure(source: str, width: int, alt: str) -> str:
    """Return a figure as the build writes it."""
    return (
        f'<div class="cell_output"><a class="reference internal image-reference" href="{source}">'
        f'<img alt="{alt}" src="{source}" width="{width}" height="400" /></a></div>'
    )


def draw(step: int) -> None:
    """Draw a wide picture."""
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(figsize=(8, 3))
    ax.plot([0, 1], [0, step])
    ax.set_ylim(0, 3)


def draw_panels(step: int) -> None:
    """Draw two panels side by side."""
    import matplotlib.pyplot as plt

    _, panels = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
    for panel, name in zip(panels, ("left", "right"), strict=True):
        panel.plot([0, 1], [0, step])
        panel.set(ylim=(0, 3), title=f"The {name} one")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page with a wide figure, a small one, an explorable, a diagram and an explorable of panels."""
    outputs: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLBOOK_OUTPUT", "page")
        patch.setattr(embed, "publish_html", outputs.append)
        explore(draw, alt="A line to {step}", step=range(1, 4))
        explore(draw_panels, alt="Two lines to {step}", step=range(1, 4))
        wide = diagrams.layered_network([4, 6, 6, 6, 3], alt="A network")._repr_html_()
    body = figure(LARGE, 900, "Wide") + figure(SMALL, 200, "Small") + outputs[0] + wide + outputs[1]
    style = "\n".join(
        (
            ":root {" + COLOURS + "} img {max-width: 100%; height: auto}",
            embed.asset("dlbook.css"),
            (STATIC / "figures.css").read_text(encoding="utf-8"),
        )
    )
    script = embed.asset("dlbook.js") + (STATIC / "figures.js").read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("figures") / "page.html"
    path.write_text(
        "<!doctype html><html lang=en data-theme=light><head><meta charset=utf-8><title>Page</title>"
        "<meta name=viewport content='width=device-width'><link rel=icon href='data:,'>"
        f"<style>{style}</style></head><body><main class=bd-article><h1>Page</h1>"
        f"{with_natural_width(body)}</main><script>{script}</script></body></html>",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def at(watched: Callable[..., Any], book: Path) -> Iterator[Callable[[int], Page]]:
    """Return a function that opens the page in a window of some width, and see that nothing went wrong."""
    windows: list[tuple[Any, Any]] = []

    def opened(width: int) -> Page:
        window = watched(viewport={"width": width, "height": 740})
        page, log = window.__enter__()
        windows.append((window, log))
        page.goto(book.as_uri())
        return page

    yield opened
    for window, log in windows:
        assert log.problems == []
        assert log.foreign("file:") == []
        window.__exit__(None, None, None)


def width_of(page: Page, selector: str) -> float:
    """Return how wide something is shown."""
    return float(page.locator(selector).first.evaluate("node => node.getBoundingClientRect().width"))


def test_on_a_phone_a_wide_figure_keeps_its_text_readable_and_scrolls(at: Any) -> None:
    page = at(360)
    for scroller, natural, least in (("a.image-reference", 900, 0.64), (".dlb-picture", 720, 0.74)):
        assert least * natural < width_of(page, f"{scroller} img") <= natural
        place = page.locator(scroller).first
        assert place.evaluate("node => node.scrollWidth > node.clientWidth + 100")
        place.focus()
        page.keyboard.press("End")
        page.keyboard.press("ArrowRight")
        page.wait_for_function("node => node.scrollLeft > 0", arg=place.element_handle())
    assert width_of(page, "a.image-reference >> nth=1") <= 344
    assert width_of(page, "img[alt=Small]") == 200
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate("look.unreachableScrollers()") == []


def test_on_a_laptop_figures_fit_and_need_no_button(at: Any) -> None:
    page = at(1280)
    assert page.locator(".dlb-picture").first.get_attribute("tabindex") is None
    assert page.locator(".dlb-enlarge:visible").count() == 0
    assert page.locator("a.image-reference").first.evaluate("node => node.scrollWidth <= node.clientWidth")


@pytest.mark.parametrize("width", [360, 820, 1280])
def test_enter_enlarges_a_figure_and_escape_brings_the_reader_back(at: Any, width: int) -> None:
    page = at(width)
    # Another listener may end the key, as the theme's does.
    page.evaluate(
        "addEventListener('keydown', event => event.key === 'Escape' && event.preventDefault(), true)"
    )
    link = page.locator("a.image-reference").first
    address = page.url
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.locator(DIALOG)
    expect(dialog).to_be_visible()
    image = f"{DIALOG} img"
    assert page.locator(image).get_attribute("alt") == "Wide"
    sizes = [width_of(page, image)]
    assert sizes[0] >= min(900, width)
    for key in ("+", "-", "0"):
        page.keyboard.press(key)
        sizes.append(width_of(page, image))
    assert sizes[1] == pytest.approx(1.25 * sizes[0])
    assert sizes[2] == pytest.approx(sizes[0])
    assert sizes[3] <= width
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert link.evaluate("node => node === document.activeElement")
    assert page.url == address


def test_a_tap_enlarges_what_does_not_fit(at: Any, barriers: Any) -> None:
    page = at(360)
    page.get_by_role("slider").first.press("End")
    page.locator(".dlb-picture").first.click(position={"x": 60, "y": 60})
    dialog = page.locator(DIALOG)
    expect(dialog).to_be_visible()
    assert dialog.locator("img").count() == 2  # the first picture, and what differs in this one
    first, layer = (dialog.locator("img").nth(k).bounding_box() for k in (0, 1))
    assert first == layer
    assert barriers(page) == []
    dialog.get_by_role("button", name="Close").click()
    page.locator(".dlb-explorable").first.get_by_role("button", name=re.compile("Enlarge")).press("Enter")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 740})
    expect(page.locator(".dlb-enlarge:visible")).to_have_count(0)
    page.locator(".dlb-picture").first.click()
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_focus_is_seen_on_figures_and_in_the_window(at: Any, weak_focus: Any, width: int) -> None:
    page = at(width)
    stops = page.locator("a.image-reference, .dlb-picture[tabindex], .dlb-diagram[tabindex], .dlb-enlarge")
    assert weak_focus(page, stops.filter(visible=True).all()) == []
    page.locator("a.image-reference").first.press("Enter")
    assert weak_focus(page, page.locator(f"{DIALOG} :is(button, [tabindex])").all()) == []


def test_on_a_phone_panels_stand_below_each_other(at: Any) -> None:
    page = at(360)
    root = page.locator(".dlb-explorable").nth(1)
    root.get_by_role("slider").press("End")
    panels = root.locator(".dlb-panel")
    above, below = (panels.nth(k).bounding_box() for k in (0, 1))
    assert below["y"] > above["y"] + above["height"]
    for box in (above, below):
        assert 280 < box["width"] <= 344
    shares = [
        float(panel.evaluate("node => node.style.getPropertyValue('--dlb-share')")) for panel in panels.all()
    ]
    assert sum(shares) == pytest.approx(1)
    for panel in panels.all():
        assert panel.locator("img").count() == 2
        assert {image.get_attribute("alt") for image in panel.locator("img").all()} == {""}
    # The right panel begins where the left one ends.
    first, second = (panels.nth(k).locator("img").first.bounding_box() for k in (0, 1))
    assert first["x"] == pytest.approx(above["x"])
    assert (below["x"] - second["x"]) / second["width"] == pytest.approx(shares[0], abs=0.01)
    assert root.locator(".dlb-picture > img").first.get_attribute("alt") == "Two lines to 3"
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.set_viewport_size({"width": 1280, "height": 740})
    assert panels.filter(visible=True).count() == 0
    assert width_of(page, ".dlb-explorable >> nth=1 >> .dlb-picture > img") > 700


def test_without_a_script_a_figure_is_a_link_to_its_picture(browser: Any, book: Path) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(book.as_uri())
    assert page.get_by_role("link", name="Wide").get_attribute("href") == LARGE
    page.close()
