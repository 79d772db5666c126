"""The statements of a module: what each binds, uses and changes, and a text to compare it by.

A reference is written ``module:name``, as in ``dlbook.display:explore`` or ``numpy:linalg.norm``: what stands
before the colon is imported, what stands behind it is looked up. With nothing behind it, it is the module; a
bare colon is any module of the package.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["Statement", "canonical", "import_targets", "imported_modules", "is_text"]


@dataclass(eq=False)
class Statement:
    """One statement at the top of a module.

    Parameters
    ----------
    module : str
        Where it stands.
    node : ast.stmt
        The statement.
    binds : set of str
        The names of the module that it binds.
    uses : set of str
        References that occur in it, in the bodies of its functions too. Annotations are left out.
    calls : set of str
        References that are called, or subclassed, when the module is imported.
    changes : set of str
        References whose objects are changed when the module is imported.
    changes_later : set of str
        References whose objects are changed when a function of it is called.
    loads : set of str
        Modules that are imported when a function of it is called.
    texts : set of str
        Its string constants.
    acts : bool
        Whether importing the module does something that no name shows.
    position : int
        Its number in the module.
    """

    module: str
    node: ast.stmt
    binds: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    changes_later: set[str] = field(default_factory=set)
    loads: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    acts: bool = False
    position: int = 0

    @property
    def label(self) -> str:
        """What the statement is called where changes are told."""
        return ".".join(filter(None, (self.module, ", ".join(sorted(self.binds)) or "<import>")))


def import_targets(
    node: ast.Import | ast.ImportFrom, module: str, *, is_package: bool
) -> Iterator[tuple[str, str]]:
    """Tell what an import statement binds, as pairs of a name and a reference.

    Parameters
    ----------
    node : ast.Import or ast.ImportFrom
        The statement.
    module : str
        The module that it stands in.
    is_package : bool
        Whether that is the ``__init__`` of a package.

    Yields
    ------
    tuple of str and str
        The name, ``*`` for a star import, and the reference.
    """
    if isinstance(node, ast.Import):
        for alias in node.names:
            whole = alias.name if alias.asname else alias.name.partition(".")[0]
            yield alias.asname or whole, f"{whole}:"
        return
    base = node.module or ""
    if node.level:
        parts = module.split(".")
        parent = parts[: len(parts) - node.level + is_package]
        base = ".".join([*parent, *([base] if base else [])])
    for alias in node.names:
        yield alias.asname or alias.name, f"{base}:" if alias.name == "*" else f"{base}:{alias.name}"


def imported_modules(node: ast.Import | ast.ImportFrom, module: str, *, is_package: bool) -> set[str]:
    """Return the modules that an import statement may load: of ``from a import b`` also ``a.b``.

    Parameters
    ----------
    node : ast.Import or ast.ImportFrom
        The statement.
    module : str
        The module that it stands in.
    is_package : bool
        Whether that is the ``__init__`` of a package.

    Returns
    -------
    set of str
        Their dotted names, and of ``from a import b`` also ``a.b`` where `b` is no module.
    """
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    targets = [target for _, target in import_targets(node, module, is_package=is_package)]
    return {part for one in targets for part in (one.partition(":")[0], one.replace(":", ".").rstrip("."))}


def canonical(node: ast.AST | Sequence[object]) -> str:
    """Write a syntax tree down, the same in every version of Python.

    Comments, the layout and docstrings are not in it.

    Parameters
    ----------
    node : ast.AST or sequence
        The tree, or several.

    Returns
    -------
    str
        Its text; two trees with the same text do the same.

    Examples
    --------
    >>> one, two = ast.parse("def f(x): return x  # one"), ast.parse("def f(x):\\n  'Doc'\\n  return (x)")
    >>> canonical(one) == canonical(two)
    True
    """
    if isinstance(node, ast.AST):
        fields = []
        for name in node._fields:
            value = getattr(node, name, None)
            if value is None or value == [] or name in {"ctx", "kind", "type_comment", "type_ignores"}:
                continue
            if isinstance(value, list):
                text = canonical(_joined(value) if isinstance(node, ast.JoinedStr) else value)
            else:
                text = canonical(value) if isinstance(value, ast.AST) else repr(value)
            fields.append(f"{name}={text}")
        return f"{type(node).__name__}({','.join(fields)})"
    kept = (item for item in node if not (isinstance(item, ast.AST) and is_text(item)))
    return f"[{','.join(canonical(i) if isinstance(i, ast.AST) else repr(i) for i in kept)}]"


def _joined(parts: Sequence[ast.expr]) -> list[ast.expr]:
    """Join what is constant in an f-string: versions of Python cut it differently."""
    kept: list[ast.expr] = []
    for part in parts:
        if isinstance(part, ast.Constant):
            if part.value == "":
                continue
            if kept and isinstance(kept[-1], ast.Constant):
                kept[-1] = ast.Constant(kept[-1].value + part.value)  # type: ignore[operator]
                continue
        kept.append(part)
    return kept


def is_text(node: ast.AST) -> bool:
    """Whether a statement is a docstring, of whatever stands around it."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
