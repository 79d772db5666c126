"""Fewer elements on a page: of the code only what has a colour, of the formulas only what is seen or heard.

A page of the book had up to 25,000 elements, two fifths of them around single words of code that look like
the words beside them. A cheap phone is blocked while it lays them out.
"""

import re

BLOCK = re.compile(r'<div class="highlight"><pre>.*?</pre></div>', re.DOTALL)
TOKEN = re.compile(r'<span class="(?P<kind>\w+)">(?P<text>[^<]*)</span>')
# The colours of the code (book.css): Pygments' short names of the tokens that have one.
COLOURED = (
    dict.fromkeys(("k", "kc", "kd", "kn", "kp", "kr", "kt", "ow"), "k")
    | dict.fromkeys(("s", "s1", "s2", "sa", "sb", "sc", "sd", "dl", "se", "sh", "sr", "ss", "sx"), "s")
    | dict.fromkeys(("m", "mb", "mf", "mh", "mi", "mo", "il"), "m")
    | dict.fromkeys(("c", "c1", "ch", "cm", "cp", "cs", "gp", "gt", "gr"), "c")
    | dict.fromkeys(("nf", "nc", "nd", "fm"), "f")
)
EMPTY = "<span></span>"
# Two neighbours of one kind are one.
SEAM = re.compile(r'(<span class="(\w)">[^<]*)</span>(\s*)<span class="\2">')
# What KaTeX adds for copying, and a group around the whole formula.
ANNOTATION = re.compile(r"<semantics>(.*?)<annotation[^>]*>.*?</annotation></semantics>", re.DOTALL)
GROUP = re.compile(r"(<math[^>]*>)<mrow>((?:(?!</?mrow).)*)</mrow></math>", re.DOTALL)
# A space before a symbol is a margin of it, and the empty line below an index is no line.
SPACED = re.compile(
    r'<span class="mspace" style="margin-right:([\d.]+em);"></span>'
    r'<span class="(m[a-z ]+)"(?: style="([^"]*)")?>'
)
HOLLOW = re.compile(r'(<span class="vlist" style="[^"]*">)<span></span></span>')
# A box that only changes the size of the one symbol in it.
SIZED = re.compile(
    r'<span class="(sizing [^"]*)"><span class="([^"]*)"( style="[^"]*")?>([^<]*)</span></span>'
)


def lighter_code(page: str) -> str:
    """Return a page whose code has elements only where there is a colour.

    Examples
    --------
    >>> lighter_code(
    ...     '<div class="highlight"><pre><span class="n">x</span><span class="mi">1</span></pre></div>'
    ... )
    '<div class="highlight"><pre>x<span class="m">1</span></pre></div>'
    """

    def token(match: re.Match[str]) -> str:
        kind = COLOURED.get(match["kind"])
        return (
            f'<span class="{kind}">{match["text"]}</span>'
            if kind and match["text"].strip()
            else match["text"]
        )

    def block(match: re.Match[str]) -> str:
        text, joined = TOKEN.sub(token, match[0].replace(EMPTY, "")), 1
        while joined:
            text, joined = SEAM.subn(r"\1\3", text)
        return text

    return BLOCK.sub(block, page)


def lighter_formula(html: str) -> str:
    """Return a formula without what is neither seen nor read aloud.

    Examples
    --------
    >>> lighter_formula(
    ...     "<math><semantics><mrow><mi>x</mi></mrow><annotation/></annotation></semantics></math>"
    ... )
    '<math><mi>x</mi></math>'
    """
    html = GROUP.sub(r"\1\2</math>", ANNOTATION.sub(r"\1", html))
    html = SPACED.sub(r'<span class="\2" style="margin-left:\1;\3">', HOLLOW.sub(r"\1</span>", html))
    return SIZED.sub(r'<span class="\1 \2"\3>\4</span>', html)
