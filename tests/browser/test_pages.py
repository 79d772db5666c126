"""Every page of the site, opened once in a browser: nothing foreign, nothing broken, usable by everybody."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import axe_playwright_python.base
import pytest
from playwright.sync_api import Page, TimeoutError

pytestmark = pytest.mark.browser

MAX_LAYOUT_SHIFT = 0.05
PHONE_WIDTH = 360
IMAGE_PATH = re.compile(r"^(\.{0,2}/|_images/|data:)|\.(png|svg|webp|jpe?g|gif)$", re.IGNORECASE)
TEX = re.compile(r"\$[^$]*\$|\\[a-zA-Z]{2,}|\\[(\[]")

OBSERVE_SHIFTS = """
window.layoutShift = 0;
window.layoutShifts = [];
new PerformanceObserver(list => list.getEntries().forEach(entry => {
    window.layoutShift += entry.value;
    entry.sources.forEach(source => window.layoutShifts.push(
        entry.value.toFixed(3) + " " + (source.node && (source.node.outerHTML || source.node.data) || "")
            .slice(0, 120)));
})).observe({type: "layout-shift", buffered: true});
"""
# Walks down the page as a reader does, so that what is loaded late is loaded; then waits for it.
READ_THROUGH = """async () => {
    const frame = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    await document.fonts.ready;
    for (let y = 0; y < document.documentElement.scrollHeight; y += 1500) { window.scrollTo(0, y); await frame(); }
    const images = Array.from(document.images);
    await Promise.all(images.map(image => image.complete || new Promise(done => {
        image.addEventListener("load", done); image.addEventListener("error", done);
    })));
    await frame();
    return {value: window.layoutShift, sources: window.layoutShifts};
}"""
OPEN_EVERYTHING = """() => {
    const still = document.createElement("style");
    still.textContent = "*, *::before, *::after { transition: none !important; animation: none !important; }";
    document.head.append(still);
    document.querySelectorAll("details").forEach(part => { part.open = true; });
    document.querySelectorAll(".toggle-hidden > .toggle-button").forEach(button => button.click());
}"""
CONTENT = """() => {
    const brief = node => node.outerHTML.slice(0, 160);
    const images = Array.from(document.images, image => ({
        html: brief(image), alt: image.getAttribute("alt"), loaded: image.naturalWidth > 0}));
    document.querySelectorAll(".cell_output svg:not(img svg)").forEach(svg => {
        if (svg.closest("[aria-hidden=true], button, .katex")) return;
        const title = svg.querySelector(":scope > title");
        images.push({html: brief(svg), loaded: true,
            alt: svg.getAttribute("aria-label") || (title ? title.textContent : null)});
    });
    const formulas = Array.from(document.querySelectorAll(".katex")).filter(node => !node.closest("[hidden], svg"));
    const flat = formulas.filter(node => node.getBoundingClientRect().height < 4).map(brief);
    const text = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (!node.parentElement.closest("pre, code, script, style, noscript, template, .katex")) text.push(node.data);
    }
    return {images, flat, text, formulas: formulas.length, failed: document.querySelectorAll(".katex-error").length,
        fonts: Array.from(document.fonts).filter(font => font.family === "KaTeX_Main" && font.status === "loaded")
            .length};
}"""
TOO_WIDE = """async limit => {
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const inScroller = node => {
        for (let box = node.parentElement; box && box !== document.body; box = box.parentElement) {
            if (getComputedStyle(box).overflowX !== "visible") return true;
        }
        return false;
    };
    const wide = Array.from(document.querySelectorAll("body *")).filter(node =>
        node.getBoundingClientRect().right > limit + 1 && node.getClientRects().length && !inScroller(node));
    return {width: document.documentElement.scrollWidth,
        wide: wide.slice(0, 5).map(node => node.outerHTML.slice(0, 160))};
}"""
# A page holds thousands of formulas, tokens of code and paragraphs that look alike. axe-core gets the first few of
# each kind; whatever has a name, an id or a role of its own stays.
THIN_OUT = """() => {
    const seen = {};
    const often = kind => (seen[kind] = (seen[kind] || 0) + 1) > 4;
    const kind = node => node.tagName + "." + (node.className.baseVal ?? node.className);
    const place = node => kind(node.closest("[class*=dlb], .admonition, table, nav, aside, main, body"));
    document.querySelectorAll(".katex").forEach(node => { if (often("katex" + place(node))) node.remove(); });
    document.querySelectorAll("pre span:not([id])").forEach(node => {
        if (often(kind(node))) node.replaceWith(...node.childNodes);
    });
    document.querySelectorAll("svg path, svg line, svg circle, svg rect").forEach(node => {
        if (often(kind(node) + place(node))) node.remove();
    });
    document.body.normalize();
    const texts = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) texts.push(walker.currentNode);
    texts.forEach(node => {
        const parent = node.parentElement;
        if (parent.closest("a, button, summary, label, output, h1, h2, h3, h4, title, script, style")) return;
        if (node.data.trim() && often(kind(parent) + kind(parent.parentElement) + place(parent))) node.remove();
    });
    document.querySelectorAll("p, em, strong, code, span").forEach(node => {
        if (!node.attributes.length && !node.childNodes.length) node.remove();
    });
}"""
# The theme makes code that scrolls a stop for the Tab key, a moment after the width has changed.
STOPS_SET = """() => Array.from(document.querySelectorAll("pre")).every(
    node => node.scrollWidth <= node.clientWidth || node.tabIndex === 0)"""
COLOUR_RULES = ["color-contrast", "link-in-text-block"]


@dataclass(frozen=True)
class Visit:
    """What was seen on one page."""

    foreign: list[str]
    problems: list[str]
    shift: dict[str, Any]
    content: dict[str, Any]
    findings: dict[str, list[str]]
    phone: dict[str, Any]


def axe_findings(page: Page, rules: list[str] | None = None) -> list[str]:
    """Return the serious and critical findings of axe-core."""
    # Without "preload" axe-core would ask for style sheets a second time, and for some at wrong addresses.
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    violations = page.evaluate("options => axe.run(options).then(result => result.violations)", options)
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def resize(page: Page, width: int) -> None:
    """Change the width of the window, and give the page time to follow."""
    page.set_viewport_size({"width": width, "height": 800})
    with suppress(TimeoutError):
        page.wait_for_function(STOPS_SET, timeout=2000)


@pytest.fixture(scope="module")
def visit(site: Any, watched: Callable[..., Any]) -> Callable[[str], Visit]:
    """Return a function that opens a page, once, and tells what it saw."""
    seen: dict[str, Visit] = {}

    def look(name: str) -> Visit:
        with watched(viewport={"width": 1280, "height": 900}, color_scheme="light") as (page, log):
            page.add_init_script(OBSERVE_SHIFTS)
            page.goto(site.url(name))
            shift = page.evaluate(READ_THROUGH)
            page.evaluate(OPEN_EVERYTHING)
            content = page.evaluate(CONTENT)
            page.evaluate(axe_playwright_python.base.AXE_SCRIPT)
            resize(page, PHONE_WIDTH)
            phone = page.evaluate(TOO_WIDE, PHONE_WIDTH)
            findings = {"phone": axe_findings(page, ["scrollable-region-focusable"])}
            resize(page, 1280)
            page.evaluate(THIN_OUT)
            findings["light"] = axe_findings(page)
            page.evaluate("document.documentElement.dataset.theme = 'dark'")
            findings["dark"] = axe_findings(page, COLOUR_RULES)
            return Visit(log.foreign(site.address), log.problems, shift, content, findings, phone)

    def cached(name: str) -> Visit:
        if name not in seen:
            seen[name] = look(name)
        return seen[name]

    return cached


def test_no_request_leaves_the_site(visit: Callable[[str], Visit], page_name: str) -> None:
    assert visit(page_name).foreign == []


def test_nothing_fails_to_load_or_run(visit: Callable[[str], Visit], page_name: str) -> None:
    assert visit(page_name).problems == []


def test_every_picture_has_an_alternative_text(visit: Callable[[str], Visit], page_name: str) -> None:
    pictures = visit(page_name).content["images"]
    assert [picture["html"] for picture in pictures if not picture["loaded"]] == []
    # The name of the book stands beside its mark, which therefore says nothing.
    pictures = [picture for picture in pictures if 'class="logo__image' not in picture["html"]]
    silent = [picture for picture in pictures if not (picture["alt"] or "").strip()]
    assert silent == []
    assert [picture for picture in pictures if IMAGE_PATH.search(picture["alt"].strip())] == []
    assert [picture for picture in pictures if TEX.search(picture["alt"])] == []


def test_formulas_are_typeset(visit: Callable[[str], Visit], formula_page: str) -> None:
    content = visit(formula_page).content
    assert content["formulas"] > 0
    assert content["flat"] == []
    assert content["failed"] == 0
    assert content["fonts"] > 0


def test_no_tex_is_left_in_the_text(visit: Callable[[str], Visit], page_name: str) -> None:
    assert [text for text in visit(page_name).content["text"] if TEX.search(text)] == []


@pytest.mark.parametrize("mode", ["light", "dark", "phone"])
def test_no_serious_barrier(visit: Callable[[str], Visit], page_name: str, mode: str) -> None:
    assert visit(page_name).findings[mode] == []


def test_fits_a_phone(visit: Callable[[str], Visit], page_name: str) -> None:
    phone = visit(page_name).phone
    assert phone["width"] <= PHONE_WIDTH, phone["wide"]


def test_nothing_moves_while_the_page_loads(visit: Callable[[str], Visit], page_name: str) -> None:
    shift = visit(page_name).shift
    assert shift["value"] < MAX_LAYOUT_SHIFT, shift["sources"]
