"""Reading a statement: which names it uses, in every scope inside of it, and what it changes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .statements import Statement, import_targets, imported_modules, is_text

__all__ = ["StatementReader", "names_bound", "never_runs", "own_nodes"]

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


def never_runs(node: ast.AST) -> bool:
    """Whether a statement is for type checkers only."""
    return _only_for_types(node) and not getattr(node, "orelse", [])


def _only_for_types(node: ast.AST) -> bool:
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


def own_nodes(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
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


def names_bound(own: Iterable[ast.AST]) -> set[str]:
    """Return the names that a scope binds, from what :func:`own_nodes` yields."""
    bound: set[str] = set()
    declared: set[str] = set()
    for node in own:
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


class StatementReader:
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
        if is_text(node):
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
        own = list(own_nodes(body))
        scope: dict[str, str | None] = dict.fromkeys(names_bound(own))
        scope.update(dict.fromkeys(one.arg for one in parameters))
        owner, self.owner = self.owner, ""
        if owner and not self.depth and parameters and not isinstance(node, ast.Lambda):
            self.method_of_class(node, f"{self.module}:{owner}", parameters[0].arg, scope)
        self.scopes.append(scope)
        self.depth += 1
        self.visit(*(part for part in own if type(part) in (ast.Import, ast.ImportFrom)))
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
        self.scopes.append(dict.fromkeys(names_bound(own_nodes(part.target for part in node.generators))))
        self.visit(*first.ifs, *others)
        self.visit(*([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]))
        self.scopes.pop()


_HANDLERS: dict[type, Callable[[StatementReader, Any], None]] = {
    ast.Name: StatementReader.name,
    ast.Attribute: StatementReader.attribute,
    ast.Subscript: StatementReader.subscript,
    ast.Constant: StatementReader.constant,
    ast.AnnAssign: StatementReader.annotated,
    ast.Call: StatementReader.called,
    ast.Compare: StatementReader.comparison,
    ast.Expr: StatementReader.expression,
    ast.Raise: StatementReader.act,
    ast.Assert: StatementReader.act,
    ast.Delete: StatementReader.act,
    ast.If: StatementReader.condition,
    ast.Import: StatementReader.imports,
    ast.ImportFrom: StatementReader.imports,
    ast.ClassDef: StatementReader.class_,
    ast.FunctionDef: StatementReader.function,
    ast.AsyncFunctionDef: StatementReader.function,
    ast.Lambda: StatementReader.function,
    ast.ListComp: StatementReader.comprehension,
    ast.SetComp: StatementReader.comprehension,
    ast.DictComp: StatementReader.comprehension,
    ast.GeneratorExp: StatementReader.comprehension,
}
