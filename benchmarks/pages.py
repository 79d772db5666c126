"""Weight of every page, and the time until it stands typeset: first paint, math with its fonts, layout shift.

Needs a Chromium and the built pages (`make book`). Weights are of all files that opening the page loads,
gzipped as a server would send them, without the frames of explorables.
"""

import gzip
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from common import ROOT, show
from playwright.sync_api import Page, Response, sync_playwright

HTML = ROOT / "_build" / "html"
COMPRESSED = {".png", ".webp", ".woff2", ".jpg"}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
OBSERVE = """
window.shift = 0;
new PerformanceObserver(list => {
  for (const e of list.getEntries()) if (!e.hadRecentInput) window.shift += e.value;
}).observe({type: "layout-shift", buffered: true});
"""
TYPESET = """async () => {
  const math = document.querySelectorAll(".katex").length;
  await document.fonts.ready;
  const loaded = performance.getEntriesByType("resource");
  const fonts = loaded.filter(e => e.name.endsWith(".woff2") && e.name.includes("KaTeX"));
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  const ends = [paint ? paint.startTime : 0, ...fonts.map(e => e.responseEnd)];
  return {math, seconds: Math.max(...ends) / 1000};
}"""


class Quiet(SimpleHTTPRequestHandler):
    """A file server that says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


def gzipped(path: Path) -> int:
    """Return the bytes that a server would send for a file."""
    content = path.read_bytes()
    return len(content) if path.suffix in COMPRESSED else len(gzip.compress(content, 6))


def measure(page: Page, address: str, base: str) -> list[object]:
    """Open one page and return its row."""
    loaded: set[str] = set()

    def note(response: Response) -> None:
        loaded.add(response.url.split("?")[0])

    page.on("response", note)
    page.goto(address, wait_until="networkidle")
    result = page.evaluate(TYPESET)
    page.remove_listener("response", note)
    files = [HTML / url.removeprefix(base) for url in loaded if url.startswith(base)]
    own = [path for path in files if path.is_file()]
    frames = sum(gzipped(path) for path in own if "frames" in path.parts)
    weight = sum(gzipped(path) for path in own) - frames
    name = address.removeprefix(base)
    return [
        name,
        weight / 1000,
        frames / 1000,
        result["math"],
        result["seconds"],
        page.evaluate("window.shift"),
    ]


def main() -> None:
    """Measure every page in a fresh browser context."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None or not HTML.is_dir():
        raise SystemExit("needs a Chromium, and the pages that `make book` builds")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(HTML)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}/"
    names = sorted(
        str(path.relative_to(HTML)) for path in HTML.rglob("*.html") if "_static" not in path.parts
    )
    rows: list[list[object]] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        for name in names:
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            page = context.new_page()
            page.add_init_script(OBSERVE)
            rows.append(measure(page, base + name, base))
            context.close()
        browser.close()
    server.shutdown()
    columns = ["page", "KB gzipped", "frames, KB", "formulas", "typeset, s", "layout shift"]
    show("Pages", rows, columns)


if __name__ == "__main__":
    main()
