"""Style sheets, scripts and fonts of the pages, all served by the book itself.

A page names only what it uses: the formulas' style sheet where there is a formula, and so on.
"""

import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from fontTools import subset
from fontTools.varLib import instancer
from rcssmin import cssmin
from rjsmin import jsmin
from sphinx.application import Sphinx

from dlbook.display.live import scripts
from dlbook.display.palette import DARK, LIGHT
from dlbook.display.quiz import script

ROOT = Path(__file__).resolve().parents[2]
KATEX = ROOT / "vendor" / "katex"
WEIGHTS = (400, 700)
CHARACTERS = [
    *range(0x20, 0x180),
    *range(0x370, 0x400),
    *range(0x2010, 0x2030),
    0x20AC,
    0x2190,
    0x2192,
    0x2212,
]
FONTS = ("source-serif-4", "source-code-pro")
OWN = Path(__file__).resolve().parent / "static"
DISPLAY = ROOT / "src" / "dlbook" / "display" / "assets"
EARLY_FONTS = (
    "fonts/source-serif-4-latin-wght-normal.woff2",
    "fonts/source-code-pro-latin-wght-normal.woff2",
)
EARLY_MATH_FONTS = ("katex/fonts/KaTeX_Main-Regular.woff2", "katex/fonts/KaTeX_Math-Italic.woff2")


def palette_css() -> str:
    """Return the book's colours as CSS variables, for light and dark pages."""

    def block(selector: str, colors: dict[str, str]) -> str:
        lines = "".join(f"  --dlb-{name}: {value};\n" for name, value in colors.items())
        return f"{selector} {{\n{lines}}}\n"

    return block(":root", LIGHT) + block('html[data-theme="dark"]', DARK)


def katex_css() -> str:
    """Return KaTeX's style sheet with its woff2 fonts only; every browser in use reads them."""
    css = (KATEX / "katex.min.css").read_text(encoding="utf-8")
    return re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)', "", css)


def write_smaller_font(source: Path, target: Path) -> None:
    """Write a font with the weights and the characters that pages use, at three fifths of its size."""
    if target.is_file() and target.stat().st_mtime > Path(__file__).stat().st_mtime:
        return
    options = subset.Options(flavor="woff2", layout_features=["ccmp", "kern", "liga", "mark"], hinting=False)
    with source.open("rb") as file:
        font = subset.load_font(file, options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=CHARACTERS)
        subsetter.subset(font)
        instancer.instantiateVariableFont(font, {"wght": WEIGHTS}, inplace=True)
        subset.save_font(font, str(target), options)


def copy_assets(app: Sphinx) -> None:
    """Put everything into the site before the first page names it."""
    if app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    katex = static / "katex"
    (katex / "fonts").mkdir(parents=True, exist_ok=True)
    for font in (KATEX / "fonts").glob("*.woff2"):
        shutil.copy2(font, katex / "fonts")
    (static / "fonts").mkdir(exist_ok=True)
    for name in FONTS:
        for font in (ROOT / "vendor" / name).glob("*.woff2"):
            write_smaller_font(font, static / "fonts" / font.name)
    (katex / "katex.css").write_text(katex_css(), encoding="utf-8")
    (static / "palette.css").write_text(palette_css(), encoding="utf-8")
    for source in [*DISPLAY.iterdir(), *OWN.iterdir()]:
        if source.is_file():
            shutil.copy2(source, static)
    (static / "quiz.js").write_text(script(), encoding="utf-8")


def drop_theme_scripts(context: dict[str, Any]) -> None:
    """Leave out the theme's own script: book.js does what the pages use of it."""
    for kind in ("script_files", "css_files"):  # the theme names it in the wrong list
        files = context[kind]
        files[:] = [file for file in files if "sphinx-book-theme.js" not in str(file.filename)]


def add_to_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Name the style sheets and scripts that this page uses."""
    body = str(context.get("body", ""))
    drop_theme_scripts(context)
    has_math = "katex" in body
    context["dlb_fonts"] = EARLY_FONTS + (EARLY_MATH_FONTS if has_math else ())
    app.add_css_file("palette.css", priority=300)
    app.add_css_file("book.css", priority=900)
    if has_math:
        app.add_css_file("katex/katex.css", priority=400)
        app.add_js_file("formulas.js", loading_method="defer")
    if "dlb-explorable" in body or "dlb-animation" in body:
        app.add_css_file("dlbook.css", priority=800)
        app.add_js_file("dlbook.js", loading_method="defer")
    figures = re.findall(r'data-dlb-live="([a-z]+)"', body)
    if figures:
        app.add_css_file("live.css", priority=810)
        for name in scripts(*figures):
            app.add_js_file(name, loading_method="defer")
    if "dlb-source" in body or "dlb-diagram" in body:
        app.add_css_file("source.css", priority=800)
    if "dlb-audio" in body:
        app.add_css_file("audio.css", priority=800)
    if "dlb-quiz" in body:
        app.add_css_file("quiz.css", priority=800)
        app.add_js_file("quiz.js", loading_method="defer")


def drop_code_colours(app: Sphinx, error: Exception | None) -> None:
    """Empty the theme's style sheet for code: the colours are the palette's (book.css)."""
    sheet = Path(app.outdir) / "_static" / "pygments.css"
    if error is None and sheet.is_file():
        sheet.write_text("/* The colours of the code are in book.css. */\n", encoding="utf-8")


SHORTER = {".css": cssmin, ".js": jsmin}


def own_assets() -> list[Path]:
    """Return the style sheets and scripts that the book brings itself."""
    return [path for folder in (DISPLAY, OWN) for path in folder.iterdir() if path.suffix in SHORTER]


def shorten_assets(app: Sphinx, error: Exception | None) -> None:
    """Leave comments and needless spaces out of them: no reader's browser needs these."""
    for name in {path.name for path in own_assets()} if error is None else ():
        copy = Path(app.outdir) / "_static" / name
        if copy.is_file():
            copy.write_text(SHORTER[copy.suffix](copy.read_text(encoding="utf-8")), encoding="utf-8")


# The drawn part of a formula, up to where the next one or another part of the page begins.
FORMULA = re.compile(r'class=\\?"katex-html\\?"(.*?)(?=katex-mathml|<p>|</li>|</script>|$)', re.DOTALL)


def drawn(page: str) -> set[str]:
    """Return the characters of the formulas of a page, those of its quizzes too.

    Examples
    --------
    >>> sorted(drawn('<span class="katex-html"><span class="mord">x</span>=<span>y</span></span><p>text'))
    ['=', 'x', 'y']
    """
    parts = (re.sub(r"<[^>]*>|\\u003c[^>]*>", "", match[1]) for match in FORMULA.finditer(page))
    return {character for part in parts for character in part.partition(">")[2]}


def trim_formula_fonts(app: Sphinx, error: Exception | None) -> None:
    """Cut the fonts of the formulas down to the characters that the pages have in formulas."""
    if error is not None or app.builder.format != "html":
        return
    characters = {chr(code) for code in range(0x20, 0x7F)} | {"\u00a0", "\u200b"}
    for page in Path(app.outdir).rglob("*.html"):
        characters |= drawn(page.read_text(encoding="utf-8"))
    options = subset.Options(flavor="woff2", layout_features=["*"], hinting=False)
    fonts = Path(app.outdir) / "_static" / "katex" / "fonts"
    for source in (KATEX / "fonts").glob("*.woff2"):
        with source.open("rb") as file:
            font = subset.load_font(file, options)
            subsetter = subset.Subsetter(options)
            subsetter.populate(unicodes=[ord(character) for character in characters])
            subsetter.subset(font)
            subset.save_font(font, str(fonts / source.name), options)


# One rule of Font Awesome: the names of an icon, and its code.
ICON_RULE = re.compile(r'(?P<names>(?:\.fa-[a-z0-9-]+:{1,2}before,?)+)\{content:"\\(?P<code>[0-9a-f]+)"\}')


def trim_icons(app: Sphinx, error: Exception | None) -> None:
    """Cut the icons of the theme, their font and their rules, down to those that the site shows."""
    static = Path(app.outdir) / "_static"
    font = static / "vendor" / "fontawesome" / "webfonts" / "fa-solid-900.woff2"
    if error is not None or app.builder.format != "html" or not font.is_file():
        return
    used: set[str] = set()
    for page in Path(app.outdir).rglob("*.html"):
        used.update(re.findall(r"\bfa-[a-z0-9-]+", page.read_text(encoding="utf-8")))
    codes: set[int] = set()

    def keep_if_used(match: re.Match[str]) -> str:
        if not used & set(re.findall(r"fa-[a-z0-9-]+", match["names"])):
            return ""
        codes.add(int(match["code"], 16))
        return match[0]

    for path in [*static.glob("*.css"), *(static / "styles").glob("*.css")]:
        css = path.read_text(encoding="utf-8")
        trimmed = ICON_RULE.sub(keep_if_used, css)
        # Other rules write the icon itself, as a character or as its code.
        rest = ICON_RULE.sub("", css)
        codes |= {int(code, 16) for code in re.findall(r'"\\([ef][0-9a-f]{3})"', rest)}
        codes |= {ord(character) for character in rest if "\ue000" <= character <= "\uf8ff"}
        if trimmed != css:
            path.write_text(trimmed, encoding="utf-8")
    options = subset.Options(flavor="woff2", layout_features=[], hinting=False)
    whole = subset.load_font(str(font), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(whole)
    subset.save_font(whole, str(font), options)
    whole.close()


def setup(app: Sphinx) -> None:
    """Register the events."""
    app.connect("build-finished", trim_icons)
    app.connect("build-finished", trim_formula_fonts)
    app.connect("build-finished", drop_code_colours, priority=900)
    app.connect("build-finished", shorten_assets, priority=900)
    app.connect("builder-inited", copy_assets)
    app.connect("html-page-context", add_to_page)
