"""Math rendered by KaTeX while the book is built: a page arrives typeset and needs no script for it.

Bad TeX is a warning with file and line, and the build treats warnings as errors.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from dlbook.display.quiz import typeset as typeset_quiz

from . import javascript
from .lighter import lighter_formula

logger = logging.getLogger(__name__)
KATEX = Path(__file__).resolve().parents[2] / "vendor" / "katex"
MACROS = {
    r"\vect": r"\boldsymbol{#1}",
    r"\mat": r"\boldsymbol{#1}",
    r"\R": r"\mathbb{R}",
    r"\E": r"\mathbb{E}",
    r"\argmax": r"\operatorname*{arg\,max}",
    r"\argmin": r"\operatorname*{arg\,min}",
}


KATEX_SPAN = '<span class="katex">'
DEEPER = {"{": 1, "}": -1, r"\begin": 1, r"\end": -1}
WIDE_SPACE = re.compile(r"\\begin(?![a-z])|\\end(?![a-z])|\\q?quad(?![a-z])|\\.|[{}]", re.DOTALL)
SEAM = re.compile(r'(<span class="mspace allowbreak"[^>]*></span></span>)(?=<span class="base")')


class BadTeX(ValueError):
    """KaTeX refused a formula."""


@cache
def engine() -> MiniRacer:
    """Start JavaScript once and load KaTeX into it."""
    return javascript.start((KATEX / "katex.min.js").read_text(encoding="utf-8"))


@cache
def render(tex: str, display: bool) -> str:
    """Return the HTML, with MathML for screen readers, of one formula."""
    tex = allow_breaks(tex) if display else tex
    options = {"displayMode": display, "throwOnError": True, "strict": "error", "macros": MACROS}
    try:
        html = engine().eval(f"katex.renderToString({json.dumps(tex)}, {json.dumps(options)})")
    except JSEvalException as error:
        lines = [line for line in str(error).splitlines() if "ParseError" in line]
        raise BadTeX(lines[0].strip() if lines else str(error)) from error
    html = lighter_formula(str(html))
    return in_parts(html) if display else html


def allow_breaks(tex: str) -> str:
    r"""Let a displayed formula break behind its wide spaces, those outside of braces and environments.

    Examples
    --------
    >>> print(allow_breaks(r"a = b, \qquad \sqrt{c \quad d}"))
    a = b, \qquad\allowbreak  \sqrt{c \quad d}
    """
    depth = 0

    def broken(match: re.Match[str]) -> str:
        nonlocal depth
        depth += DEEPER.get(match[0], 0)
        return match[0] + r"\allowbreak " * (depth == 0 and match[0].endswith("quad"))

    return WIDE_SPACE.sub(broken, tex)


def in_parts(html: str) -> str:
    """Keep what stands between two wide spaces together, as long as it fits into a line.

    Examples
    --------
    >>> two = '<span class="base">a<span class="mspace allowbreak"></span></span><span class="base">b</span>'
    >>> in_parts(f"<p><p><p>{two}</span></span></span>").count('<span class="dlb-clause">')
    2
    """
    html = html.replace("<mspace></mspace>", "")
    head, begin, bases = html.partition('<span class="base"')
    if not SEAM.search(bases):
        return html
    bases = SEAM.sub(r'\1</span><span class="dlb-clause">', bases)
    ends = "</span>" * 3  # of the formula, of KaTeX's element, and of the display
    return f'{head}<span class="dlb-clause">{begin}{bases.removesuffix(ends)}</span>{ends}'


def typeset(self: HTML5Translator, node: Any, tex: str, *, display: bool) -> str:
    """Render one node's formula, or warn and show the TeX as it is."""
    try:
        return render(tex, display)
    except BadTeX as error:
        logger.warning("TeX that KaTeX refuses: %s in %s", error, tex, location=node, type="katex")
        return self.encode(tex)


def breakable(html: str) -> str:
    """Let a formula that is tied to a mark break where it may: between its parts, and not behind the last.

    Examples
    --------
    >>> breakable('<span class="base">a=</span><span class="base">b</span>')
    '<span class="base">a=</span><wbr><span class="base">b</span>'
    """
    return html.replace('</span><span class="base"', '</span><wbr><span class="base"')


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula inside a line."""
    html = typeset(self, node, node.astext(), display=False)
    if "dlb-tied" in node.parent.get("classes", ()):
        html = breakable(html)
    classes = "math notranslate nohighlight"
    if html.startswith(KATEX_SPAN):  # one element for both
        classes, html = f"{classes} katex", html.removeprefix(KATEX_SPAN).removesuffix("</span>")
    self.body.append(self.starttag(node, "span", "", CLASS=classes) + html + "</span>")
    raise nodes.SkipNode


def visit_math_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed formula, with its number if it has one."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    formula = typeset(self, node, node.astext(), display=True)
    self.body.append(f'<div class="dlb-formula">{formula}</div></div>\n')
    raise nodes.SkipNode


def typeset_quizzes(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Typeset the formulas of the quizzes of a page, those of their feedback included."""
    if "dlb-quiz" not in str(context.get("body", "")):
        return
    try:
        context["body"] = typeset_quiz(context["body"], lambda tex: render(tex, False))
    except BadTeX as error:
        logger.warning("TeX that KaTeX refuses in a quiz: %s", error, location=pagename, type="katex")


def setup(app: Sphinx) -> None:
    """Register the renderer, which `html_math_renderer: katex` selects, and the event."""
    app.add_html_math_renderer("katex", (visit_math, None), (visit_math_block, None))
    app.connect("html-page-context", typeset_quizzes, priority=400)
