"""The built pages, a small web server for them, and windows of the browser."""

import io
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from check import part
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    expect,
)

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SITE = ROOT / "_build" / "html"
# Arguments of tests: the pages that hold a piece of markup ...
EVERY = {
    "page_name": "",
    "formula_page": 'class="katex',
    "explorable_page": 'data-dlb="',
    "quiz_page": 'class="dlb-quiz"',
}
# ... and one of them, for what is the same on all.
FIRST = {
    "figure_page": 'data-dlb="explore"',
    "story_page": 'data-dlb="animate"',
    "first_quiz_page": 'class="dlb-quiz"',
    "solution_page": '<details class="admonition solution',
    "folded_page": 'details class="admonition hide',
}
LEFT = "net::ERR_ABORTED"
FOCUS_CONTRAST = 3.0  # of a pixel before and after
TIMEOUT = 30_000  # milliseconds; other tests may need the processor
expect.set_options(timeout=TIMEOUT)
NO_PAGE = pytest.param("", marks=pytest.mark.skip(reason="no built page has this: run make book first"))


def page_names(containing: str = "") -> list[str]:
    """Return the pages of the site whose HTML holds a text, by their path below the site."""
    found = sorted(path for path in SITE.rglob("*.html") if "_static" not in path.relative_to(SITE).parts)
    return [
        path.relative_to(SITE).as_posix()
        for path in found
        if not containing or containing in path.read_text(encoding="utf-8")
    ]


def visited(names: Sequence[str], share: str) -> list[str]:
    """Return the pages of a share such as 1/3: every third of all, whatever they hold."""
    number, count = map(int, share.split("/"))
    chosen = set(part(page_names(), (number, count)))
    return [name for name in names if name in chosen]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for each page that has what the test looks at, or for the first; visits, for their share."""
    for argument, containing in (EVERY | FIRST).items():
        if argument in metafunc.fixturenames:
            names: list[Any] = list(page_names(containing))
            if "visit" in metafunc.fixturenames:
                names = visited(names, os.environ.get("DLBOOK_VISITS", "1/1"))
            if argument in FIRST:
                names = names[:1]
            metafunc.parametrize(argument, names or [NO_PAGE], scope="module")


@dataclass(frozen=True)
class Site:
    """Where the built pages are, on the disk and on the web server."""

    folder: Path
    address: str

    def url(self, name: str) -> str:
        """Return the address of a page."""
        return f"{self.address}/{name}"


@dataclass
class Log:
    """What a page asked for, and what went wrong."""

    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to a page from now on."""

        def console(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

        def failed(request: Request) -> None:
            if request.failure == LEFT:
                return  # the page was left before it came
            self.problems.append(f"failed: {request.url} ({request.failure})")

        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", console)
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("requestfailed", failed)

    def foreign(self, *own: str) -> list[str]:
        """Return the requests that leave the given addresses."""
        return [url for url in self.requests if not url.startswith((*own, "data:", "blob:"))]


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Serve the built pages on this machine."""
    if not (SITE / "index.html").is_file():
        if "DLBOOK_REQUIRE_CHROMIUM" in os.environ or "CI" in os.environ:
            pytest.fail("the pages are not built: run make book first", pytrace=False)
        pytest.skip("the pages are not built: run make book first")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(SITE)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield Site(SITE, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open a window of desktop size without memory of earlier ones."""
    fresh = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    fresh.set_default_timeout(TIMEOUT)
    fresh.add_init_script(path=HERE / "look.js")
    yield fresh
    fresh.close()


@pytest.fixture
def log() -> Log:
    """Record what a page asks for."""
    return Log()


@pytest.fixture
def page(context: BrowserContext, log: Log) -> Page:
    """Open an empty page whose requests and errors are recorded in `log`."""
    opened = context.new_page()
    log.watch(opened)
    return opened


@pytest.fixture(scope="module")
def watched(browser: Browser) -> Callable[..., Any]:
    """Return a context manager that opens a page of its own, with its log."""

    @contextmanager
    def opened(**settings: Any) -> Iterator[tuple[Page, Log]]:
        window = browser.new_context(**settings)
        window.set_default_timeout(TIMEOUT)
        window.add_init_script(path=HERE / "look.js")
        fresh, entries = window.new_page(), Log()
        entries.watch(fresh)
        try:
            yield fresh, entries
        finally:
            window.close()

    return opened


@pytest.fixture(scope="session")
def barriers() -> Callable[..., list[str]]:
    """Return a function that lists the serious and critical findings of axe-core on a page."""

    def find(page: Page, *, within: str | None = None, rules: Sequence[str] = ()) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        found = page.evaluate("([within, rules]) => look.barriers(within, rules)", [within, list(rules)])
        return [str(finding) for finding in found]

    return find


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
    return int((ratio >= FOCUS_CONTRAST).sum()), 4 * (box["width"] + box["height"])


@pytest.fixture(scope="session")
def weak_focus() -> Callable[..., list[str]]:
    """Return a function that lists the controls whose focus can hardly be seen."""

    def find(page: Page, controls: list[Locator]) -> list[str]:
        found = []
        for control in controls:
            label = control.locator("xpath=ancestor::label[contains(@class, 'MCButton')]")
            count, enough = changed(page, label if label.count() else control, control)
            if count < 0.75 * enough:  # corners are round
                found.append(
                    f"{control.evaluate('node => node.outerHTML')[:200]}: {count} of {enough:.0f} pixels"
                )
        return found

    return find
