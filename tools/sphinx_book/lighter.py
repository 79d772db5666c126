"""Fewer elements on a page: of the code only what has a colour, of the formulas only what is seen or heard.

A page of the book had up to 25,000 elements, two fifths of them around single words of code that look like
the words beside them. A cheap phone is blocked while it lays them out.
"""

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

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

DRAWN = '<span class="katex-html" aria-hidden="true">'
SYMBOL = re.compile(
    r'(?P<before>(?:<span class="katex-display">)?<span class="katex">)<span class="katex-mathml">'
    r"<math[^>]*><m[in](?: [^>]*)?>[^<]+</m[in]></math></span>"
)
# What says how large something is drawn; only the drawn part is seen.
STYLED = re.compile(r'<mtd><mstyle scriptlevel="0" displaystyle="(?:true|false)">')
NOTHING = "<mrow><mrow></mrow>"
# What looks like the text around it, and where text stands in a line.
KINDS = ("mord", "mopen", "mclose", "mpunct", "mrel", "mbin")
PLAIN = {*KINDS, *(f"{kind} mtight" for kind in KINDS)}
INLINE = {"base", *PLAIN}


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
    html = SIZED.sub(r'<span class="\1 \2"\3>\4</span>', html)
    head, mark, rest = html.partition(DRAWN)
    if not mark or "xmlns" in rest:  # a drawn brace or root
        return html
    end = "</span>" * (head.count("<span") - head.count("</span>"))
    return without_mathml(head, slim(mark + rest.removesuffix(end))) + end


def slim(drawn: str) -> str:
    """Return the drawn part of a formula with fewer elements.

    What only keeps a line high is drawn by the style sheet (`--dlb-high`, `--dlb-deep`, `--dlb-prop`), as is
    the empty second row of a table with an index; a symbol like the text around it needs no element.

    Examples
    --------
    >>> slim(
    ...     '<span class="katex-html" aria-hidden="true"><span class="base"><span class="strut" '
    ...     'style="height:1em;"></span><span class="mopen">(</span></span></span>'
    ... )
    '<span class="katex-html" aria-hidden="true"><span class="base" style="--dlb-high:1em;">(</span></span>'
    """
    root = ElementTree.fromstring(drawn)
    simplify(root, "")
    return ElementTree.tostring(root, encoding="unicode", method="html")


def simplify(node: Element, around: str) -> None:
    """Simplify what is in an element whose parent has some classes."""
    name = node.get("class", "")
    for child in list(node):
        simplify(child, name)
    if name == "base":
        props = {"height": "--dlb-high", "vertical-align": "--dlb-deep"}
        take_first(node, "strut", props)
        take_last(node)
    elif around == "vlist":
        take_first(node, "pstrut", {"height": "--dlb-prop"})
    elif "vlist-t" in name.split():
        one_row(node)
    elif name == "msupsub" and len(node) == 1 and not node.get("style"):
        inner = node[0]
        node.attrib = {**inner.attrib, "class": f"msupsub {inner.get('class')}"}
        node[:] = inner[:]
    bare_fraction(node)
    if name in INLINE or name.startswith("sizing "):
        for child in list(node):
            if child.get("class") in PLAIN and set(child.attrib) == {"class"}:
                unwrap(node, child)


def take_first(node: Element, name: str, props: dict[str, str]) -> None:
    """Turn a first child that only has a size into properties of its parent, which the style sheet draws."""
    first = node[0] if len(node) else None
    if first is None or node.text or first.get("class") != name or first.tail:
        return
    style = first.get("style", "")
    for given, own in props.items():
        style = re.sub(rf"(?<![\w-]){given}:", f"{own}:", style)
    node.set("style", node.get("style", "") + style)
    node.remove(first)


def take_last(base: Element) -> None:
    """Turn a space at the end of a line's part into a margin of the part."""
    last = base[-1] if len(base) else None
    if last is None or last.get("class") != "mspace" or last.tail:
        return
    if re.fullmatch(r"margin-right:[\d.]+em;", style := last.get("style", "")):
        base.set("style", base.get("style", "") + style)
        base.remove(last)


def bare_fraction(node: Element) -> None:
    """Turn the empty delimiters around a fraction into its margins."""
    for before, fraction, after in zip(list(node), list(node)[1:], list(node)[2:], strict=False):
        names = [part.get("class") for part in (before, fraction, after)]
        if names != ["mopen nulldelimiter", "mfrac", "mclose nulldelimiter"]:
            continue
        attributes = {*before.attrib, *fraction.attrib, *after.attrib}
        if before.tail or fraction.tail or attributes != {"class"}:
            continue
        fraction.set("class", "mfrac dlb-bare")
        fraction.tail = after.tail
        node.remove(before)
        node.remove(after)


def one_row(table: Element) -> None:
    """Turn a table of one column into its first cell and a margin below it."""
    rows = list(table)
    cells = [list(row) for row in rows]
    if len(rows) == 2 and len(cells[1]) == 1 and not len(cells[1][0]) and len(cells[0]) == 2:
        depth = re.fullmatch(r"height:([\d.]+em);", cells[1][0].get("style", ""))
        if depth is None or cells[0][1].get("class") != "vlist-s":
            return
        table.set("class", "vlist-t")
        table.set("style", f"{table.get('style', '')}margin-bottom:{depth[1]};")
    elif len(rows) != 1 or len(cells[0]) != 1:
        return
    table[:] = [cells[0][0]]


def unwrap(parent: Element, child: Element) -> None:
    """Put the content of an element in its place."""
    place = list(parent).index(child)

    def append(text: str | None, at: int) -> None:
        if not text:
            return
        if at == 0:
            parent.text = (parent.text or "") + text
        else:
            parent[at - 1].tail = (parent[at - 1].tail or "") + text

    inner, tail = list(child), child.tail
    parent.remove(child)
    append(child.text, place)
    parent[place:place] = inner
    append(tail, place + len(inner))


def without_mathml(head: str, drawn: str) -> str:
    """Return both parts of a formula, or of a single symbol the drawn one, which is read as it stands."""
    if symbol := SYMBOL.fullmatch(head):
        return symbol["before"] + drawn.replace(' aria-hidden="true"', "", 1)
    head = STYLED.sub("<mtd>", head).replace("</mstyle></mtd>", "</mtd>")
    return head.replace(NOTHING, "<mrow>") + drawn
