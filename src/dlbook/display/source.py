"""The source of one function, class or method, shown where it is taught."""

import ast
import inspect
import os
import sys
import textwrap
from html import escape
from typing import Any

from .palette import LIGHT

PACKAGE = "dlbook"

# Token classes of Pygments and the colours of the book that stand for them outside of the book's pages.
_COLOURS = {
    "ink": ".n, .nn, .o, .p, .si",
    "blue": ".k, .kc, .kd, .kn, .kr, .kt, .ow, .nd",
    "green": ".s, .sa, .sb, .sc, .sd, .s1, .s2, .sr, .ss, .se, .sh, .sx",
    "purple": ".m, .mf, .mi, .mh, .mo, .mb, .il, .nf, .fm, .nc, .ne",
    "amber": ".nb, .bp, .vm",
    "muted": ".c, .c1, .cm, .ch, .cs",
}


class Source:
    """The source of an object without its docstrings, highlighted in a notebook and plain elsewhere.

    Parameters
    ----------
    name : str
        Full name of the object.
    code : str
        Its source.
    link : str, optional
        Where its page in the reference is.
    """

    def __init__(self, name: str, code: str, link: str | None = None) -> None:
        self.name = name
        self.code = code
        self.link = link

    def __repr__(self) -> str:
        return self.code

    def _repr_html_(self) -> str:
        from pygments import highlight
        from pygments.formatters import HtmlFormatter
        from pygments.lexers import PythonLexer

        lines = highlight(self.code, PythonLexer(), HtmlFormatter(nowrap=True))
        name = f"<code>{escape(self.name)}</code>"
        if self.link:
            name = f'<a class="reference internal" href="{escape(self.link)}">{name}</a>'
        page = os.environ.get("DLBOOK_OUTPUT") == "page"
        style = "" if page else f"<style>{_style()}</style>"
        return (
            f'{style}<figure class="dlb-source"><figcaption>{name}</figcaption>'
            f'<div class="highlight-python notranslate"><div class="highlight">'
            f'<pre tabindex="0"><span></span>{lines}</pre></div></div></figure>'
        )


def show_source(obj: Any) -> None:
    """Show the source of a function, class or method, without its docstrings.

    On a page of the book the name above the source links to the reference.

    Parameters
    ----------
    obj : function, class or method
        What to show.

    Raises
    ------
    ValueError
        If `obj` has no source in Python.

    Examples
    --------
    >>> import textwrap
    >>> from dlbook.display import show_source
    >>> from dlbook.display.palette import LIGHT
    >>> show_source(LIGHT)
    Traceback (most recent call last):
        ...
    ValueError: obj must be a function, class or method written in Python, got a dict
    """
    from IPython.display import display

    shown = Source(*_found(obj))
    display({"text/plain": shown.code, "text/html": shown._repr_html_()}, raw=True)


def _found(obj: Any) -> tuple[str, str, str | None]:
    """Return the full name of an object, its source, and where its page is."""
    target = inspect.unwrap(getattr(obj, "__func__", obj)) if callable(obj) else obj
    if isinstance(obj, property) and obj.fget is not None:
        target = obj.fget
    try:
        if not (inspect.isfunction(target) or inspect.isclass(target)):
            raise TypeError
        source = textwrap.dedent(inspect.getsource(target))
    except (TypeError, OSError):
        raise ValueError(
            f"obj must be a function, class or method written in Python, got a {type(obj).__name__}"
        ) from None
    module, qualified = target.__module__, target.__qualname__.replace("<locals>.", "")
    public = _public(module, qualified)
    name = f"{public}.{qualified}" if public else qualified
    link = None
    if public and os.environ.get("DLBOOK_OUTPUT") == "page":
        package = public.split(".")[1]
        link = f"../../reference/api/{package}.html#{name}"
    return name, without_docstrings(source), link


def _public(module: str, qualified: str) -> str | None:
    """Return the package that documents an object: the shortest that holds it under its name."""
    parts = module.split(".")
    if parts[0] != PACKAGE or len(parts) < 2:
        return None
    first = qualified.split(".")[0]
    defined = getattr(sys.modules.get(module), first, None)
    for length in range(2, len(parts) + 1):
        name = ".".join(parts[:length])
        package = sys.modules.get(name)
        if package is not None and defined is not None and getattr(package, first, None) is defined:
            return name
    return module


def without_docstrings(source: str) -> str:
    """Return Python source without the docstrings of its functions and classes.

    Parameters
    ----------
    source : str
        The source.

    Returns
    -------
    str
        The source with all else as it was, comments and blank lines included.

    Examples
    --------
    >>> print(without_docstrings('def f(x):\\n    "Double."\\n    return 2 * x  # twice'))
    def f(x):
        return 2 * x  # twice
    """
    lines = source.splitlines()
    cut: list[tuple[int, int, int, bool]] = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if ast.get_docstring(node, clean=False) is None:
            continue
        first = node.body[0]
        assert first.end_lineno is not None
        cut.append((first.lineno - 1, first.end_lineno, first.col_offset, len(node.body) == 1))
    for start, end, indent, alone in sorted(cut, reverse=True):
        head = lines[start][:indent]
        if head.strip():  # def f(): "text"
            lines[start:end] = [head + "..."]
            continue
        while end < len(lines) and not lines[end].strip() and not alone:
            end += 1
        lines[start:end] = [" " * indent + "..."] if alone else []
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _style() -> str:
    """Return the style for outside of the book's pages: light colours on white."""
    from importlib.resources import files

    rules = [(files("dlbook.display") / "assets" / "source.css").read_text(encoding="utf-8")]
    rules.append(f".dlb-source .highlight pre {{ background: {LIGHT['paper']}; color: {LIGHT['ink']}; }}\n")
    for colour, classes in _COLOURS.items():
        selectors = ", ".join(f".dlb-source .highlight {name}" for name in classes.split(", "))
        slant = " font-style: italic;" if colour == "muted" else ""
        rules.append(f"{selectors} {{ color: {LIGHT[colour]};{slant} }}\n")
    return "".join(rules)
