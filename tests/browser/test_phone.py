"""The pages under a finger: what goes on to a side says so, and every control can be hit."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sphinx_book.figures import with_natural_width
from sphinx_book.math import KATEX, breakable, render

from dlbook.display import embed, explore
from dlbook.display.palette import LIGHT

pytestmark = pytest.mark.browser
STATIC = Path(__file__).resolve().parents[2] / "tools" / "sphinx_book" / "static"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
TARGET = 44  # pixels
PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='900' height='300'/%3E"
HIT = """(control, size) => {
    const box = control.getBoundingClientRect();
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const wrong = [];
    for (const [dx, dy] of [[0, -1], [0, 1], [-1, 0], [1, 0]]) {
        const hit = document.elementFromPoint(x + dx * (size / 2 - 1), y + dy * (size / 2 - 1));
        if (hit !== control && !control.contains(hit)) {
            wrong.push([dx, dy, hit && hit.outerHTML.slice(0, 80)]);
        }
    }
    return wrong;
}"""


def draw(step: int, sign: str) -> None:
    """Draw a wide picture."""
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(figsize=(8, 3))
    ax.plot([0, 1], [0, step if sign == "up" else -step])
    ax.set(ylim=(-3, 3), title="A title that goes from one end to the other, all the way to the right")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page with what is wide, an explorable in a numbered figure, code and a fold."""
    outputs: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLBOOK_OUTPUT", "page")
        patch.setattr(embed, "publish_html", outputs.append)
        explore(draw, alt="A line {sign} to {step}", step=range(1, 4), sign=["up", "down"])
    long_sum = " + ".join(f"x_{{{k}}}" for k in range(30))
    wide = render(rf"\begin{{aligned}} y &= {long_sum} \end{{aligned}}", True)
    half = " + ".join(f"x_{{{k}}}" for k in range(7))
    two = render(rf"y = {half}, \qquad z = {half}", True)
    numbered = '<div class="math"><span class="eqno">(1)</span><div class="dlb-formula">{}</div></div>'
    tied = breakable(render("a = b + c + d + e", False)).replace('class="katex"', 'class="math katex"')
    copy = "position: absolute; width: 27px; height: 27px; top: 5px"
    cells = "".join(f"<td>{'long' * 8}</td>" for _ in range(3))
    parts = (
        '<h1>Page <a class="dlb-row" href="#">1.01</a></h1>',
        f'<div class="math"><div class="dlb-formula">{wide}</div></div>',
        numbered.format(render("a = b", True)),
        numbered.format(wide),
        f'<div class="math" id="sum"><div class="dlb-formula">{render(long_sum, True)}</div></div>',
        f'<div class="math" id="two"><div class="dlb-formula">{two}</div></div>',
        f'<div class="pst-scrollable-table-container"><table><tr>{cells}</tr></table></div>',
        '<div class="cell_output"><a class="reference internal image-reference" href="#">'
        f'<img alt="Wide" src="{PICTURE}" width="900" height="300" /></a></div>',
        f'<figure class="align-default">{outputs[0]}<figcaption>Caption</figcaption></figure>',
        f'<table><tr><td><p><span class="dlb-tied">{tied},</span></p></td></tr></table>',
        '<div class="cell_input"><div class="highlight" style="position: relative">'
        f"<pre>{'x = 1; ' * 40}{'<br>y = 2' * 4}</pre>",
        f'<button class="copybtn" style="{copy}" aria-label="Copy"></button></div></div>',
        '<details class="admonition hide"><summary class="admonition-title">Code</summary>x</details>',
        '<div class="dlb-quiz dlb-quiz-between"><div id="OuterquizQn1"><div>What now?</div></div></div>',
        '<p class="dlb-read"><button type="button">Mark this page as read</button></p>',
        "<p>More to read.</p>" * 40,
    )
    body = with_natural_width("".join(parts))
    sheets = (STATIC / "book.css", KATEX / "katex.min.css", STATIC / "figures.css")
    assets = (embed.asset(name) for name in ("dlbook.css", "quiz.css"))
    style = "\n".join([*assets, *(path.read_text(encoding="utf-8") for path in sheets)])
    scripts = [embed.asset("dlbook.js")]
    scripts += [(STATIC / name).read_text(encoding="utf-8") for name in ("figures.js", "book.js")]
    colours = "".join(f"--dlb-{name}: {value};" for name, value in LIGHT.items())
    path = tmp_path_factory.mktemp("phone") / "page.html"
    # The theme's rules for formulas in a line, figures, code and buttons.
    theme = "span.math {display: inline-flex; max-width: 100%; overflow: hidden} figure {text-align: center}"
    theme += "pre {overflow: auto} button {border: 0; padding: 0}"
    path.write_text(
        "<!doctype html><html lang=en data-theme=light data-mode=light><head><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        "<title>Page</title><link rel=icon href='data:,'>"
        f"<style>:root {{{colours}}} {theme} {re.sub(r'@font-face *{[^}]*}', '', style)}</style></head>"
        f"<body><main class=bd-article>{body}</main><script>{';'.join(scripts)}</script></body></html>",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def phone(watched: Callable[..., Any], file: Path) -> Iterator[Page]:
    """Open the page on a phone whose reader wants nothing to move."""
    with watched(**PHONE, reduced_motion="reduce") as (page, log):
        page.goto(file.as_uri())
        yield page
        assert log.problems == []


def middle(locator: Locator) -> Locator:
    """Bring something to the middle of the window."""
    locator.evaluate("node => node.scrollIntoView({block: 'center'})")
    return locator


def mask(locator: Locator) -> str:
    """Return the mask over something."""
    return str(locator.evaluate("node => getComputedStyle(node).maskImage"))


@pytest.mark.parametrize(
    "kind", [".dlb-formula", ".pst-scrollable-table-container", "a.image-reference", ".dlb-picture"]
)
def test_what_goes_on_to_a_side_fades_there(phone: Page, kind: str) -> None:
    box = middle(phone.locator(kind).first)
    assert box.evaluate("node => node.scrollWidth > node.clientWidth + 30")
    right, left = re.compile(r"\bdlb-more-right\b"), re.compile(r"\bdlb-more-left\b")
    expect(box).to_have_class(right)
    expect(box).not_to_have_class(left)
    assert mask(box).endswith("calc(100% - 28px), rgba(0, 0, 0, 0))")
    box.evaluate("node => node.scrollTo(node.scrollWidth, 0)")
    expect(box).to_have_class(left)
    expect(box).not_to_have_class(right)
    assert "rgb(0, 0, 0) 28px" in mask(box)
    box.focus()
    phone.keyboard.press("Shift")
    assert mask(box) == "none" or not box.evaluate("node => node.matches(':focus-visible')")
    phone.set_viewport_size({"width": 3000, "height": 740})
    expect(box).not_to_have_class(re.compile("dlb-more"))
    assert mask(box) == "none"


def test_a_mark_stands_behind_the_end_of_a_formula_that_breaks(phone: Page) -> None:
    formula = middle(phone.locator(".dlb-tied"))
    ends = """node => {
        const bases = [...node.querySelectorAll(".base")].map(base => base.getBoundingClientRect());
        const range = document.createRange();
        range.selectNode(node.lastChild);
        const mark = range.getBoundingClientRect();
        const last = bases[bases.length - 1];
        const beside = mark.top < last.bottom && mark.bottom > last.top;
        return [last.top - bases[0].top, mark.left - last.right, beside];
    }"""
    lines = set()
    for width in range(30, 150, 2):
        formula.evaluate(
            "(node, width) => { node.closest('td').firstChild.style.width = `${width}px`; }", width
        )
        down, behind, beside = formula.evaluate(ends)
        assert -1 <= behind < 6, width
        assert beside, width
        lines.add(round(down))
    assert min(lines) == 0
    assert len(lines) > 2  # on one line, and broken once and more often


def test_the_frames_in_a_numbered_figure_do_not_hide_each_other(phone: Page) -> None:
    middle(phone.locator("figure .dlb-picture"))
    phone.get_by_role("slider").press("End")
    images = phone.locator("figure .dlb-picture img")
    expect(images).to_have_count(2)
    assert set(images.evaluate_all("all => all.map(image => getComputedStyle(image).backgroundColor)")) == {
        "rgba(0, 0, 0, 0)"
    }
    first, layer = (image.bounding_box() for image in images.all())
    assert first == layer


def test_controls_in_a_numbered_figure_begin_at_the_left(phone: Page) -> None:
    aligned = phone.locator("figure .dlb-explorable label").evaluate_all(
        "all => all.map(label => getComputedStyle(label).textAlign)"
    )
    assert len(aligned) == 2
    assert set(aligned) == {"start"}


def test_the_button_that_enlarges_covers_nothing_of_the_picture(phone: Page) -> None:
    middle(phone.locator("figure .dlb-picture"))
    button = phone.locator("figure .dlb-enlarge")
    expect(button).to_be_visible()
    at, picture = button.bounding_box(), phone.locator("figure .dlb-picture img").bounding_box()
    assert at
    assert picture
    assert at["y"] >= picture["y"] + picture["height"]


def test_a_finger_hits_every_control(phone: Page) -> None:
    code = middle(phone.locator(".highlight"))
    expect(code.locator(".dlb-wrap")).to_be_visible()
    for selector in (
        "figure input[type=range]", "figure select", ".dlb-enlarge", ".dlb-wrap", ".copybtn", "a.dlb-row",
        "summary", ".dlb-read button",
    ):  # fmt: skip
        control = middle(phone.locator(selector).filter(visible=True).first)
        assert control.evaluate(HIT, TARGET) == [], selector


def test_a_finger_that_scrolls_the_page_leaves_a_slider_where_it_was(phone: Page) -> None:
    slider = middle(phone.get_by_role("slider"))
    alt = phone.locator("figure .dlb-picture img").first.get_attribute("alt")
    box = slider.bounding_box()
    assert box
    x, y = box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2
    touch = phone.context.new_cdp_session(phone)

    def moves(*ways: tuple[float, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for dx, dy in ways:
            point = {"x": x + dx, "y": y + dy}
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
            phone.wait_for_timeout(20)
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    before = phone.evaluate("scrollY")
    moves(*((0, -15 * k) for k in range(1, 9)))
    phone.wait_for_function("before => scrollY > before + 50", arg=before)
    assert slider.input_value() == "0"
    assert phone.locator("figure .dlb-picture img").first.get_attribute("alt") == alt
    middle(slider)
    box = slider.bounding_box()
    assert box
    x, y = box["x"] + 0.1 * box["width"], box["y"] + box["height"] / 2
    moves(*((30 * k, 0) for k in range(1, 9)))
    expect(slider).to_have_value("2")


def test_the_question_of_a_check_has_the_whole_width(phone: Page) -> None:
    outer = phone.locator("[id^=OuterquizQn]")
    outside, inside = outer.bounding_box(), outer.locator("div").bounding_box()
    assert outside
    assert inside
    assert inside["width"] == pytest.approx(outside["width"], abs=1)


def test_a_long_formula_goes_on_in_the_next_line(phone: Page) -> None:
    tops = "all => [...new Set(all.map(part => Math.round(part.getBoundingClientRect().top)))].length"
    for formula in ("sum", "two"):
        box = phone.locator(f"#{formula} .dlb-formula")
        assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
    # a sum breaks where it must, what stands behind a wide space begins a line and stays together
    assert phone.locator("#sum .base").evaluate_all(tops) >= 2
    assert phone.locator("#two .dlb-clause").evaluate_all(tops) == 2
    heights = phone.locator("#two .dlb-clause").evaluate_all("all => all.map(part => part.offsetHeight)")
    assert max(heights) < 50


def test_no_field_makes_the_phone_enlarge_the_page(phone: Page) -> None:
    sizes = phone.locator("select, input").evaluate_all(
        "all => all.map(field => parseFloat(getComputedStyle(field).fontSize))"
    )
    assert min(sizes) >= 16


def test_the_number_stands_below_a_formula_that_needs_the_whole_width(phone: Page) -> None:
    boxes = phone.locator("div.math:has(> .eqno)").evaluate_all(
        """all => all.map(math => [".eqno", ".dlb-formula"].map(part => {
            const { left, right, top, bottom } = math.querySelector(part).getBoundingClientRect();
            return { left, right, top, bottom };
        }))"""
    )
    (beside, short), (below, wide) = boxes
    assert beside["top"] < short["bottom"]
    assert short["right"] <= beside["left"]
    assert below["top"] >= wide["bottom"]
    assert wide["right"] - wide["left"] == pytest.approx(344, abs=1)
    assert beside["right"] == below["right"] == wide["right"]
