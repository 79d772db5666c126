"""Math rendered by KaTeX while the book is built: a page arrives typeset and needs no script for it.

Bad TeX is a warning with file and line, and the build treats warnings as errors.
"""

import json
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


class BadTeX(ValueError):
    """KaTeX refused a formula."""


@cache
def engine() -> MiniRacer:
    """Start JavaScript once and load KaTeX into it."""
    return javascript.start((KATEX / "katex.min.js").read_text(encoding="utf-8"))


@cache
def render(tex: str, display: bool) -> str:
    """Return the HTML, with MathML for screen readers, of one formula."""
    options = {"displayMode": display, "throwOnError": True, "strict": "error", "macros": MACROS}
    try:
        html = engine().eval(f"katex.renderToString({json.dumps(tex)}, {json.dumps(options)})")
    except JSEvalException as error:
        lines = [line for line in str(error).splitlines() if "ParseError" in line]
        raise BadTeX(lines[0].strip() if lines else str(error)) from error
    return lighter_formula(str(html))


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
