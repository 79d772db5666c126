"""What is folded on a page is a `<details>`, and its summary says what opens: a solution, or some code."""

import ast
from typing import Any

from cells import closing_asserts, is_figure_with_controls, is_imports, what_is_checked
from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import NodeMatcher
from sphinx.writers.html5 import HTML5Translator

FOLDED = {"dropdown", "toggle"}
# What a call makes, as a reader would say it; the first that occurs counts.
MAKERS = {
    "live": "the live figure",
    "explore": "the figure with controls",
    "animate": "the animation",
    "diagrams": "the diagram",
}


class details(nodes.General, nodes.Element):
    """A part that opens."""


class summary(nodes.General, nodes.TextElement):
    """The line that opens it."""


def defined(tree: ast.Module) -> list[str]:
    """Return the functions and classes that a cell defines."""
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def description(code: str, *, has_output: bool) -> str:
    """Say what the code of a cell makes.

    Parameters
    ----------
    code : str
        The cell.
    has_output : bool
        Whether something is shown below it.

    Returns
    -------
    str
        For example "Code of the diagram, 8 lines".
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:  # IPython's own syntax
        tree = ast.Module([], [])
    lines = code.count("\n") + 1
    size = f"{lines} line" + "s" * (lines > 1)
    if not has_output:
        names = defined(tree)
        return f"Code of {', '.join(names)}, {size}" if names else f"Code, {size}"
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    made = next((text for name, text in MAKERS.items() if name in used), "the figure")
    return f"Code of {made}, {size}"


class FoldCode(SphinxPostTransform):
    """Fold the code that is no step of the lesson, and give what is folded a summary that says what opens.

    The cells before the lesson are one line, the asserts at the end of a cell too, and a figure with controls
    stands before its code.
    """

    default_priority = 190  # before myst-nb folds
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Set the prompts of the cells that have a tag, fold others."""
        before: list[nodes.Element] = []
        for cell in list(self.document.findall(NodeMatcher(nodes.container, nb_element="cell_code"))):
            code = cell.next_node(nodes.literal_block)
            source = next((child for child in cell if child.get("nb_element") == "cell_code_source"), None)
            has_output = any(child.get("nb_element") == "cell_code_output" for child in cell.children)
            if cell.get("hide_mode"):
                cell["prompt_show"] = cell["prompt_hide"] = description(
                    code.astext() if code else "", has_output=has_output
                )
            elif source is None or code is None:
                continue
            elif {"tag_parameters", "tag_setup"} & set(cell["classes"]) or follows(cell, before):
                before.append(cell)
            elif is_figure_with_controls(code.astext()):
                text = description(code.astext(), has_output=True)
                cell.remove(source)
                cell += folded(text, [source], "hide")
            else:
                fold_asserts(cell, source, code)
        fold_setup(before)


def follows(cell: nodes.Element, before: list[nodes.Element]) -> bool:
    """Tell whether a cell comes right after the setup and only imports."""
    if not before or cell.parent is not before[-1].parent:
        return False
    code = cell.next_node(nodes.literal_block)
    return cell.parent.index(cell) == cell.parent.index(before[-1]) + 1 and is_imports(code.astext())


def folded(text: str, content: list[nodes.Node], *classes: str, is_code: bool = False) -> details:
    """Return a part that opens under a line of text."""
    line = summary("", "", classes=["admonition-title"])
    kind, colon, rest = text.partition(": ") if is_code else (text, "", "")
    line += nodes.Text(kind + colon)
    if rest:
        line += nodes.literal(text=rest)
    return details("", line, *content, classes=["admonition", *classes])


def fold_asserts(cell: nodes.Element, source: nodes.Element, code: nodes.literal_block) -> None:
    """Fold the asserts at the end of a cell, if there are any."""
    lines = code.astext().splitlines()
    start = closing_asserts(code.astext())
    if start == len(lines):
        return
    asserts = "\n".join(lines[start:])
    what, is_code = what_is_checked(asserts)
    more = sum(line.lstrip().startswith("assert") for line in lines[start:]) - 1
    rest = "\n".join(lines[:start]).rstrip()
    hidden = source.deepcopy()
    replace_code(hidden, asserts)
    box = folded(f"Checked: {what}", [hidden], "hide", "checked", is_code=is_code)
    if is_code and more > 0:
        box.next_node(summary).append(nodes.Text(f", and {more} more"))
    if rest:
        replace_code(source, rest)
        cell.insert(cell.index(source) + 1, box)
    else:
        cell.replace(source, box)


def replace_code(source: nodes.Element, text: str) -> None:
    """Put other code into a block."""
    old = source.next_node(nodes.literal_block)
    new = nodes.literal_block(text, text, **old.attributes)
    old.replace_self(new)


def fold_setup(cells: list[nodes.Element]) -> None:
    """Fold the cells before the lesson into one line, their text between them too."""
    for cell in cells[1:]:
        first = cells[0]
        if cell.parent is not first.parent:
            return
    if not cells:
        return
    parent = cells[0].parent
    first, last = parent.index(cells[0]), parent.index(cells[-1])
    content = parent.children[first : last + 1]
    for node in content:
        parent.remove(node)
    parent.insert(first, folded("Setup and imports", content, "dlb-setup"))


class FoldAdmonitions(SphinxPostTransform):
    """Turn every box of the class `dropdown` into one that opens without a script."""

    default_priority = 700  # when titles and numbers are settled
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Replace the boxes."""
        for box in list(self.document.findall(nodes.Element)):
            if not FOLDED & set(box.get("classes", ())) or not isinstance(box.next_node(), nodes.title):
                continue
            title, *content = box.children
            classes = [
                "admonition",
                *(name for name in box["classes"] if name not in FOLDED | {"admonition"}),
            ]
            line = summary("", "", classes=["admonition-title"])
            line += [part for child in title.children for part in unlinked(child)]
            names = {"ids": box["ids"], "names": box["names"], "classes": classes}
            box.replace_self(details("", line, *content, **names))


def unlinked(node: nodes.Node) -> list[nodes.Node]:
    """Return the content of a node without its links: a click on a summary opens."""
    if isinstance(node, nodes.reference):
        return [part for child in node.children for part in unlinked(child)]
    if isinstance(node, nodes.Element):
        children = [part for child in node.children for part in unlinked(child)]
        copy = node.copy()
        copy += children
        return [copy]
    return [node]


def visit_element(self: HTML5Translator, node: nodes.Element) -> None:
    """Open the HTML element that has the name of the node."""
    self.body.append(self.starttag(node, type(node).__name__, ""))


def depart_element(self: HTML5Translator, node: nodes.Element) -> None:
    """Close it."""
    self.body.append(f"</{type(node).__name__}>\n")


def visit_folded_code(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """Open the code of a cell."""
    classes = " ".join(node["classes"])
    self.body.append(f'<details class="admonition hide {classes}">\n')
    self.body.append(f'<summary class="admonition-title">{self.encode(node["prompt_show"])}</summary>\n')


def depart_folded_code(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """Close it."""
    self.body.append("</details>\n")


def setup(app: Sphinx) -> None:
    """Register the transforms and the elements."""
    app.add_post_transform(FoldCode)
    app.add_post_transform(FoldAdmonitions)
    for element in (details, summary):
        app.add_node(element, html=(visit_element, depart_element))
    app.add_node(HideCodeCellNode, override=True, html=(visit_folded_code, depart_folded_code))
