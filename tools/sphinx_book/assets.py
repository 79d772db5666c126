"""Style sheets, scripts and fonts of the pages, all served by the book itself.

A page names only what it uses: the formulas' style sheet where there is a formula, and so on.
"""

import json
import re
import shutil
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from .math import MACROS

ROOT = Path(__file__).resolve().parents[2]
KATEX = ROOT / "vendor" / "katex"
OWN = Path(__file__).resolve().parent / "static"
DISPLAY = ROOT / "src" / "dlbook" / "display" / "assets"
EARLY_FONTS = ("KaTeX_Main-Regular.woff2", "KaTeX_Math-Italic.woff2")


def palette_css() -> str:
    """Return the book's colours as CSS variables, for light and dark pages."""
    from dlbook.display.palette import DARK, LIGHT

    def block(selector: str, colors: dict[str, str]) -> str:
        lines = "".join(f"  --dlb-{name}: {value};\n" for name, value in colors.items())
        return f"{selector} {{\n{lines}}}\n"

    return block(":root", LIGHT) + block('html[data-theme="dark"]', DARK)


def katex_css() -> str:
    """Return KaTeX's style sheet with its woff2 fonts only; every browser in use reads them."""
    css = (KATEX / "katex.min.css").read_text(encoding="utf-8")
    return re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)', "", css)


def copy_assets(app: Sphinx) -> None:
    """Put everything into the site before the first page names it."""
    if app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    katex = static / "katex"
    (katex / "fonts").mkdir(parents=True, exist_ok=True)
    for font in (KATEX / "fonts").glob("*.woff2"):
        shutil.copy2(font, katex / "fonts")
    shutil.copy2(KATEX / "katex.min.js", katex)
    (katex / "katex.css").write_text(katex_css(), encoding="utf-8")
    (static / "palette.css").write_text(palette_css(), encoding="utf-8")
    for source in [*DISPLAY.iterdir(), *OWN.iterdir()]:
        if source.is_file():
            shutil.copy2(source, static)
    script = static / "math_on_demand.js"
    script.write_text(script.read_text().replace("MACROS_OF_THE_BOOK", json.dumps(MACROS)), encoding="utf-8")


def add_to_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: nodes.document | None
) -> None:
    """Name the style sheets and scripts that this page uses."""
    body = str(context.get("body", ""))
    context["dlb_fonts"] = EARLY_FONTS if 'class="katex' in body else ()
    app.add_css_file("palette.css", priority=300)
    app.add_css_file("book.css", priority=900)
    if 'class="katex' in body:
        app.add_css_file("katex/katex.css", priority=400)
    if "dlb-explorable" in body or "dlb-animation" in body:
        app.add_css_file("dlbook.css", priority=800)
        app.add_js_file("dlbook.js", loading_method="defer")
    if "dlb-quiz" in body:
        app.add_css_file("quiz.css", priority=800)
        app.add_js_file("math_on_demand.js", priority=100)
        app.add_js_file("quiz.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register the events."""
    app.connect("builder-inited", copy_assets)
    app.connect("html-page-context", add_to_page)
