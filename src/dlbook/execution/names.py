"""What a piece of Python uses, by name: the statements of a module, and what each binds, uses and changes.

A reference is written ``module:name``, as in ``dlbook.display:explore`` or ``numpy:linalg.norm``: what stands
before the colon is imported, what stands behind it is looked up. With nothing behind it, it is the module; a
bare colon is any module of the package.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Module", "Statement", "canonical", "import_targets", "imported_modules", "read_module"]

# Methods that change their object, where the call is not a statement of its own.
_CHANGING = {"add", "append", "extend", "insert", "pop", "popitem", "register", "setdefault", "update"}
# Ways to the names of a module without writing them down.
_LOOKING_AROUND = {"eval", "exec", "globals"}
_LOOKING_AROUND_HERE = {"dir", "locals", "vars"}  # without an argument
_IMPORTING = {"import_module", "__import__"}

_Def = ast.FunctionDef | ast.AsyncFunctionDef
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_COMPREHENSIONS = {ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp}
_SCOPES = {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda}
# Statements and patterns that bind a name which is no node of its own.
_BINDING = {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Global}
_BINDING |= {ast.Nonlocal, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping}


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


@dataclass(eq=False)
class Module:
    """A module, read but not imported.

    Parameters
    ----------
    name : str
        Its dotted name.
    statements : list of Statement
        What stands at its top, plain imports aside.
    names : dict of str to list
        What each of its names may stand for: statements, and references where it is imported.
    loads : set of str
        Modules that are imported with it.
    stars : bool
        Whether it may have names that are not written down: a star import, or its own ``__getattr__``.
    """

    name: str
    statements: list[Statement] = field(default_factory=list)
    names: dict[str, list[Statement | str]] = field(default_factory=dict)
    loads: set[str] = field(default_factory=set)
    stars: bool = False

    def add(self, nodes: Iterable[ast.stmt], *, is_package: bool = False) -> list[Statement]:
        """Read further statements into the module.

        Parameters
        ----------
        nodes : iterable of ast.stmt
            The statements.
        is_package : bool, default False
            Whether the module is the ``__init__`` of a package.

        Returns
        -------
        list of Statement
            Those that are no plain imports.
        """
        fresh = []
        for node in nodes:
            if _is_text(node) or _only_for_types(node):
                continue
            statement = Statement(self.name, node, binds=_names_bound([node]))
            reader = _Reader(statement, is_package)
            reader.visit(node)
            self.loads |= reader.loads_now
            self.stars |= reader.looks_around
            for name, target in reader.imported:
                self.stars |= name == "*"
                self.names.setdefault(name, []).append(target)
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                continue
            for name in statement.binds:
                self.names.setdefault(name, []).append(statement)
            statement.position = len(self.statements)
            self.statements.append(statement)
            fresh.append(statement)
        self.stars |= "__getattr__" in self.names
        return fresh


def read_module(code: str, name: str, *, is_package: bool = False) -> Module:
    """Read the source of a module.

    Parameters
    ----------
    code : str
        The source.
    name : str
        Dotted name of the module.
    is_package : bool, default False
        Whether it is the ``__init__`` of a package.

    Returns
    -------
    Module
        Its statements and names.

    Raises
    ------
    SyntaxError
        If `code` is no Python.

    Examples
    --------
    >>> module = read_module("from .losses import mse\\ndef fit(x): return mse(x, 0)", "book.training")
    >>> module.names["mse"], module.statements[0].uses
    (['book.losses:mse'], {'book.training:mse'})
    """
    module = Module(name)
    module.add(ast.parse(code).body, is_package=is_package)
    return module


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
    kept = (item for item in node if not (isinstance(item, ast.AST) and _is_text(item)))
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


def _is_text(node: ast.AST) -> bool:
    """Whether a statement is a docstring, of whatever stands around it."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _only_for_types(node: ast.AST) -> bool:
    """Whether a statement is an ``if TYPE_CHECKING``, which never runs."""
    return isinstance(node, ast.If) and (_dotted(node.test) or "").split(".")[-1] == "TYPE_CHECKING"


def _dotted(node: ast.AST) -> str | None:
    """Return ``a.b.c`` where an expression is a name or attributes of one."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])


def _changed(node: ast.AST) -> ast.AST:
    """Return what an assignment to ``a.b[i].c`` changes: ``a.b``."""
    while isinstance(node, ast.Subscript) or (isinstance(node, ast.Attribute) and _dotted(node) is None):
        node = node.value
    return node


def _children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes directly below a node, faster than `ast.iter_child_nodes`."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if type(value) is list:
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST) and name != "ctx":
            found.append(value)
    return found


def _own_nodes(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Walk what may bind a name in a scope: its nodes, without names, constants and the scopes inside it."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind is ast.Constant or (isinstance(node, ast.Name) and type(node.ctx) is ast.Load):
            continue
        yield node
        if kind in _COMPREHENSIONS:  # a walrus in there binds outside
            waiting += [part for part in ast.walk(node) if type(part) is ast.NamedExpr]
        elif kind not in _SCOPES:
            waiting += _children(node)


def _names_bound(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that a scope binds."""
    bound: set[str] = set()
    declared: set[str] = set()
    for node in _own_nodes(nodes):
        kind = type(node)
        if isinstance(node, ast.Name):
            bound.add(node.id)
        elif kind not in _BINDING:
            continue
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            declared.update(node.names)
        elif name := getattr(node, "name", None) or getattr(node, "rest", None):
            bound.add(name)
    return bound - declared


class _Reader:
    """Reads one statement at the top of a module.

    Names of functions and comprehensions are kept in `scopes`: a reference for what an import in there binds,
    None for anything else. A name that no scope has is the module's.
    """

    def __init__(self, found: Statement, is_package: bool) -> None:
        self.module = found.module
        self.is_package = is_package
        self.found = found
        self.imported: list[tuple[str, str]] = []
        self.loads_now: set[str] = set()
        self.looks_around = False
        self.scopes: list[dict[str, str | None]] = []
        self.depth = 0  # of functions
        self.owner = ""  # the class whose body is read

    def reference(self, node: ast.AST) -> str | None:
        """Return the reference that an expression is; None for one to a local name, or none at all."""
        dotted = _dotted(node)
        if dotted is None:
            return None
        root, _, rest = dotted.partition(".")
        for scope in reversed(self.scopes):
            if root in scope:
                target = scope[root]
                if target is None or not rest:
                    return target
                return f"{target}{'' if target.endswith(':') else '.'}{rest}"
        return f"{self.module}:{dotted}"

    def change(self, node: ast.AST) -> None:
        """Note that the object of an expression changes."""
        reference = self.reference(_changed(node))
        if reference is not None:
            (self.found.changes_later if self.depth else self.found.changes).add(reference)

    def call(self, node: ast.AST) -> None:
        """Note that something is called while the module is imported."""
        reference = self.reference(node)
        if reference is not None and not self.depth:
            self.found.calls.add(reference)

    def look_around(self) -> None:
        """Note that any name of the module may be meant."""
        self.looks_around = True
        self.found.acts |= not self.depth
        self.found.uses.add(f"{self.module}:")

    def visit(self, *nodes: ast.AST) -> None:
        for node in nodes:
            handler = _HANDLERS.get(type(node))
            if handler is None:
                self.visit(*_children(node))
            else:
                handler(self, node)

    def name(self, node: ast.Name) -> None:
        reference = self.reference(node)
        if reference is None:
            return
        if isinstance(node.ctx, ast.Load):
            self.found.uses.add(reference)
            if node.id in _LOOKING_AROUND:
                self.look_around()
        elif self.depth and not self.owner:  # it was declared global
            self.found.uses.add(reference)
            self.change(node)

    def attribute(self, node: ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.change(node)
        reference = self.reference(node)
        if reference is not None:
            self.found.uses.add(reference)
            if ":sys.modules" in reference:
                self.look_around()
        elif _dotted(node) is None:
            self.visit(node.value)

    def subscript(self, node: ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.change(node)
        if not self.loaded_module(node.value, node.slice):
            self.visit(node.value, node.slice)

    def loaded_module(self, table: ast.AST, name: ast.AST) -> bool:
        """Read ``sys.modules["a.b"]`` as the module; tell whether it is that."""
        if not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
            return False
        if _dotted(table) != "sys.modules":
            return False
        self.found.uses.add(f"{name.value}:")
        return True

    def comparison(self, node: ast.Compare) -> None:
        self.visit(node.left, *(part for part in node.comparators if _dotted(part) != "sys.modules"))

    def constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.found.texts.add(node.value)

    def annotated(self, node: ast.AnnAssign) -> None:
        self.visit(node.target, *([node.value] if node.value is not None else []))

    def called(self, node: ast.Call) -> None:
        self.call(node.func)
        dotted = _dotted(node.func) or ""
        if isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
            self.change(node.func.value)
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr == "get"
            and node.args
            and self.loaded_module(node.func.value, node.args[0])
        ):
            return
        if dotted in _LOOKING_AROUND_HERE and not node.args:
            self.look_around()
        elif dotted.rpartition(".")[2] in _IMPORTING:
            self.import_by_text(node.args[0] if node.args else None)
        elif dotted == "getattr" and len(node.args) > 1:
            name = node.args[1]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                self.visit(ast.Attribute(node.args[0], name.value, ast.Load()), *node.args[2:])
                return
        self.visit(*_children(node))

    def import_by_text(self, name: ast.expr | None) -> None:
        if isinstance(name, ast.Constant) and isinstance(name.value, str) and not name.value.startswith("."):
            self.found.uses.add(f"{name.value}:")
            self.found.loads.add(name.value)
        else:  # any module of the package may be meant
            self.found.uses.add(":")

    def expression(self, node: ast.Expr) -> None:
        if _is_text(node):
            return
        self.found.acts |= not self.depth
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            self.change(call.func.value)
        self.visit(node.value)

    def act(self, node: ast.AST) -> None:
        self.found.acts |= not self.depth
        self.visit(*_children(node))

    def condition(self, node: ast.If) -> None:
        self.visit(*(node.orelse if _only_for_types(node) else _children(node)))

    def imports(self, node: ast.Import | ast.ImportFrom) -> None:
        targets = list(import_targets(node, self.module, is_package=self.is_package))
        modules = imported_modules(node, self.module, is_package=self.is_package)
        (self.found.loads if self.depth else self.loads_now).update(modules)
        for name, target in targets:
            if not self.depth:
                self.imported.append((name, target))
            elif self.scopes[-1].get(name, target) in (None, target) and name in self.scopes[-1]:
                self.scopes[-1][name] = target
            else:  # one of two imports of a name, or in the body of a class
                self.found.uses.add(target)

    def class_(self, node: ast.ClassDef) -> None:
        self.decorators(node.decorator_list)
        for base in [*node.bases, *(keyword.value for keyword in node.keywords)]:
            self.call(base)
            self.visit(base)
        outer, self.owner = self.owner, node.name
        self.visit(*node.body)
        self.owner = outer

    def decorators(self, nodes: list[ast.expr]) -> None:
        for node in nodes:
            called = node.func if isinstance(node, ast.Call) else node
            self.call(called)
            if isinstance(called, ast.Attribute):  # @table.register
                self.change(called.value)
            self.visit(node)

    def function(self, node: _Def | ast.Lambda) -> None:
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        if not isinstance(node, ast.Lambda):
            self.decorators(node.decorator_list)
        given = node.args
        self.visit(*given.defaults, *(default for default in given.kw_defaults if default is not None))
        parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs]
        parameters += [one for one in (given.vararg, given.kwarg) if one is not None]
        scope: dict[str, str | None] = dict.fromkeys(_names_bound(body))
        scope.update(dict.fromkeys(one.arg for one in parameters))
        owner, self.owner = self.owner, ""
        if owner and not self.depth and parameters and not isinstance(node, ast.Lambda):
            self.method_of_class(node, f"{self.module}:{owner}", parameters[0].arg, scope)
        self.scopes.append(scope)
        self.depth += 1
        self.visit(*(part for part in _own_nodes(body) if isinstance(part, ast.Import | ast.ImportFrom)))
        self.visit(*body)
        self.depth -= 1
        self.scopes.pop()
        self.owner = owner

    def method_of_class(self, node: _Def, owner: str, first: str, scope: dict[str, str | None]) -> None:
        """Let the first parameter stand for the class, where a method gets that."""
        if any(_dotted(decorator) == "classmethod" for decorator in node.decorator_list):
            scope[first] = owner
        elif node.name == "__init_subclass__":
            # What it sets on a subclass is the subclass's; what it puts into a container is everybody's.
            for part in ast.walk(node):
                stores = isinstance(part, ast.Subscript) and not isinstance(part.ctx, ast.Load)
                if stores or (isinstance(part, ast.Attribute) and part.attr in _CHANGING):
                    self.found.changes_later.add(owner)

    def comprehension(self, node: _Comprehension) -> None:
        first, *others = node.generators
        self.visit(first.iter)
        self.scopes.append(dict.fromkeys(_names_bound(part.target for part in node.generators)))
        self.visit(*first.ifs, *others)
        self.visit(*([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]))
        self.scopes.pop()


_HANDLERS: dict[type, Callable[[_Reader, Any], None]] = {
    ast.Name: _Reader.name,
    ast.Attribute: _Reader.attribute,
    ast.Subscript: _Reader.subscript,
    ast.Constant: _Reader.constant,
    ast.AnnAssign: _Reader.annotated,
    ast.Call: _Reader.called,
    ast.Compare: _Reader.comparison,
    ast.Expr: _Reader.expression,
    ast.Raise: _Reader.act,
    ast.Assert: _Reader.act,
    ast.Delete: _Reader.act,
    ast.If: _Reader.condition,
    ast.Import: _Reader.imports,
    ast.ImportFrom: _Reader.imports,
    ast.ClassDef: _Reader.class_,
    ast.FunctionDef: _Reader.function,
    ast.AsyncFunctionDef: _Reader.function,
    ast.Lambda: _Reader.function,
    ast.ListComp: _Reader.comprehension,
    ast.SetComp: _Reader.comprehension,
    ast.DictComp: _Reader.comprehension,
    ast.GeneratorExp: _Reader.comprehension,
}
