"""Following names through the source files of a package, without importing it."""

from __future__ import annotations

import ast
import builtins
import copy
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from inspect import getfile
from pathlib import Path

from .cells import BrokenNotebook
from .names import Module, read_module
from .statements import Statement, canonical, imported_modules

__all__ = ["Reached", "Sources", "installed_sources"]


@dataclass(frozen=True)
class _Found:
    """What a reference leads to: statements of the package, whole modules of it, names from elsewhere."""

    statements: frozenset[Statement] = frozenset()
    modules: frozenset[str] = frozenset()
    external: frozenset[str] = frozenset()


@dataclass
class Reached:
    """What some statements depend on.

    Parameters
    ----------
    statements : set of Statement
        Themselves, and all that they lead to.
    modules : set of str
        The modules of the package that are imported on the way.
    external : set of str
        Names from other packages, for example ``"numpy.linalg.norm"``.
    """

    statements: set[Statement] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    external: set[str] = field(default_factory=set)


class Sources:
    """The source files of a package; each is read once.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the package, which carries its name.

    Notes
    -----
    A name leads to the statement that binds it, through every re-export, and on to what that statement uses.
    Four things are not seen from the names and count nevertheless:

    - what a module does when it is imported counts for everybody who imports it;
    - a statement that changes an object when it is imported, as an entry in a table or a decorator that
      registers, counts for everybody who uses that object; a context variable is set for a while only, and
      is not such an object;
    - a module that is passed on, asked with ``getattr`` or star-imported counts as a whole;
    - the data files of a package count for a function that reads files of packages.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = folder.name
        self._main: Module | None = None
        self._modules: dict[str, Module | None] = {}
        self._texts: dict[str, str] = {}
        self._found: dict[str, _Found] = {}
        self._found_in_main: dict[str, _Found] = {}
        self._uses: dict[Statement, _Found] = {}
        self._changed: dict[Statement, frozenset[Statement]] = {}
        self._digests: dict[Statement, str] = {}

    def beside(self, main: Module) -> Sources:
        """Return these sources together with one module from outside of the package, say a notebook.

        Parameters
        ----------
        main : Module
            The module. Nothing in the package imports it.

        Returns
        -------
        Sources
            What has been read is shared.
        """
        fresh = copy.copy(self)
        fresh._main, fresh._found_in_main = main, {}
        return fresh

    def path_of(self, name: str) -> Path | None:
        """Return the file of a module.

        Parameters
        ----------
        name : str
            Its dotted name.

        Returns
        -------
        pathlib.Path or None
            None where there is no such module in the package.
        """
        first, *parts = name.split(".")
        if first != self.package:
            return None
        base = self.folder.joinpath(*parts)
        for path in (base / "__init__.py", base.with_suffix(".py")):
            if path.is_file() and all(part.isidentifier() for part in parts):
                return path
        return None

    def module(self, name: str) -> Module | None:
        """Read a module.

        Parameters
        ----------
        name : str
            Its dotted name.

        Returns
        -------
        Module or None
            None where there is no such module in the package.

        Raises
        ------
        BrokenNotebook
            If it is no Python, so that no notebook can use it.
        """
        if self._main is not None and name == self._main.name:
            return self._main
        if name not in self._modules:
            path = self.path_of(name)
            if path is None:
                self._modules[name] = None
            else:
                self._texts[name] = path.read_text(encoding="utf-8")
                is_package = path.name == "__init__.py"
                try:
                    self._modules[name] = read_module(self._texts[name], name, is_package=is_package)
                except SyntaxError as error:
                    where = path.relative_to(self.folder.parent).as_posix()
                    raise BrokenNotebook(f"{where}, line {error.lineno}: {error.msg}") from None
        return self._modules[name]

    def imports(self, path: Path) -> set[str]:
        """Return what a file of the package imports from the package, for types too.

        Parameters
        ----------
        path : pathlib.Path
            The file.

        Returns
        -------
        set of str
            Dotted names: of ``from a import b`` both ``a`` and ``a.b``, as `b` may be a module.
        """
        parts = [self.package, *path.relative_to(self.folder).with_suffix("").parts]
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        found = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                found |= imported_modules(node, name, is_package=is_package)
        return {one for one in found if one.partition(".")[0] == self.package}

    def find(self, reference: str) -> _Found:
        """Return what a reference leads to, through every re-export.

        Parameters
        ----------
        reference : str
            As in :class:`Statement`.

        Returns
        -------
        _Found
            Statements, whole modules and foreign names.
        """
        in_main = self._main is not None and reference.startswith(f"{self._main.name}:")
        known = self._found_in_main if in_main else self._found
        if reference not in known:
            known[reference] = self._find(reference)
        return known[reference]

    def _find(self, reference: str) -> _Found:
        statements: set[Statement] = set()
        modules: set[str] = set()
        external: set[str] = set()
        waiting, seen = [reference], set()
        while waiting:
            place = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            name, _, chain = place.partition(":")
            name = name or self.package
            home = self.module(name)
            if home is None:
                external.add(".".join(filter(None, (name, chain))))
                continue
            if not chain:
                modules.add(name)
                continue
            first, _, rest = chain.partition(".")
            if first in home.names:
                for meaning in home.names[first]:
                    if isinstance(meaning, Statement):
                        statements.add(meaning)
                    elif meaning == f"{name}:{first}":  # from . import first
                        waiting.append(f"{name}.{first}:{rest}")
                    else:
                        dot = "." if rest and not meaning.endswith(":") else ""
                        waiting.append(f"{meaning}{dot}{rest}")
            elif self.path_of(f"{name}.{first}") is not None:
                waiting.append(f"{name}.{first}:{rest}")
            elif home.stars:
                modules.add(name)
            else:
                external.add(f"{'builtins' if hasattr(builtins, first) else name}.{chain}")
        return _Found(frozenset(statements), frozenset(modules), frozenset(external))

    def everything(self, name: str) -> _Found:
        """Return all that a module holds, in the modules below it too, and what its imports lead to.

        Parameters
        ----------
        name : str
            Its dotted name.

        Returns
        -------
        _Found
            Statements and foreign names.
        """
        statements: set[Statement] = set()
        external: set[str] = set()
        waiting, seen = [name], set()
        while waiting:
            place = waiting.pop()
            home = self.module(place)
            if place in seen or home is None:
                continue
            seen.add(place)
            statements.update(home.statements)
            waiting += self._below(place)
            for meanings in home.names.values():
                for meaning in meanings:
                    if not isinstance(meaning, Statement):
                        found = self.find(meaning)
                        statements |= found.statements
                        external |= found.external
                        waiting += found.modules
        return _Found(frozenset(statements), external=frozenset(external))

    def _below(self, name: str) -> list[str]:
        path = self.path_of(name)
        if path is None or path.name != "__init__.py":
            return []
        files = [*path.parent.glob("*.py"), *(file.parent for file in path.parent.glob("*/__init__.py"))]
        return [f"{name}.{file.stem}" for file in files if file.stem != "__init__"]

    def uses(self, statement: Statement) -> _Found:
        """Return what one statement leads to directly.

        Parameters
        ----------
        statement : Statement
            The statement.

        Returns
        -------
        _Found
            Statements, those of whole modules among them, and foreign names.
        """
        if statement not in self._uses:
            self._uses[statement] = self._union(statement.uses)
        return self._uses[statement]

    def _union(self, references: Iterable[str]) -> _Found:
        found = [self.find(reference) for reference in references]
        found += [self.everything(name) for name in {name for one in found for name in one.modules}]
        return _Found(
            frozenset().union(*(one.statements for one in found)),
            external=frozenset().union(*(one.external for one in found)),
        )

    def changed(self, statement: Statement) -> frozenset[Statement]:
        """Return the statements whose objects a statement changes when it is imported.

        Parameters
        ----------
        statement : Statement
            The statement.

        Returns
        -------
        frozenset of Statement
            Those that bind the objects.
        """
        if statement not in self._changed:
            references = set(statement.changes)
            waiting, seen = list(self._union(statement.calls).statements), set()
            while waiting:
                called = waiting.pop()
                if called not in seen:
                    seen.add(called)
                    references |= called.changes_later
                    waiting += self.uses(called).statements
            # A module as the object means a function of it: `table.add(1)`, but not `module.run(1)`.
            found = frozenset().union(*(self.find(reference).statements for reference in references))
            kept = {one for one in found if "contextvars.ContextVar" not in self.uses(one).external}
            self._changed[statement] = frozenset(kept) - {statement}
        return self._changed[statement]

    def reach(self, statements: Iterable[Statement], *, ignore: Collection[str] = ()) -> Reached:
        """Follow statements to all that they depend on.

        Parameters
        ----------
        statements : iterable of Statement
            Where to begin.
        ignore : collection of str
            Full names that are not followed, for example ``"dlbook.runtime.setup"``.

        Returns
        -------
        Reached
            Statements, modules and foreign names.
        """
        reached = Reached()
        changing: defaultdict[Statement, list[Statement]] = defaultdict(list)
        waiting = list(statements)
        first = set(waiting)

        def load(name: str) -> None:
            module = self.module(name)
            if name in reached.modules or module is None:
                return
            reached.modules.add(name)
            for part in range(1, name.count(".") + 1):
                load(name.rsplit(".", part)[0])
            for statement in self._acting(module):
                if statement in first:
                    continue
                if statement.acts and module is not self._main:
                    waiting.append(statement)
                for changed in self.changed(statement):
                    changing[changed].append(statement)
                    if changed in reached.statements:
                        waiting.append(statement)
            for other in module.loads:
                load(other)

        while waiting:
            statement = waiting.pop()
            if statement in reached.statements or statement.label in ignore:
                continue
            reached.statements.add(statement)
            load(statement.module)
            for name in statement.loads:
                load(name)
            found = self.uses(statement)
            reached.external |= found.external
            waiting += found.statements
            waiting += changing[statement]
        return reached

    @staticmethod
    def _acting(module: Module) -> Iterator[Statement]:
        """Yield the statements that may do more, when they are imported, than bind their names."""
        for statement in module.statements:
            if statement.acts or statement.changes or statement.calls:
                yield statement

    def meanings(self, references: Iterable[str]) -> dict[str, str]:
        """Say what references stand for, in words that stay the same on every machine.

        Parameters
        ----------
        references : iterable of str
            The references.

        Returns
        -------
        dict of str to str
            Full names, sorted, by reference.
        """
        said = {}
        for reference in sorted(references):
            found = self.find(reference)
            names = {statement.label for statement in found.statements} | found.external
            said[reference] = ", ".join(sorted(names | {f"{name}.*" for name in found.modules}))
        return said

    def digest(self, statement: Statement, *, verbatim: bool = False) -> str:
        """Return a digest of a statement and of what its names stand for.

        Parameters
        ----------
        statement : Statement
            The statement.
        verbatim : bool, default False
            Whether comments, docstrings and the layout count.

        Returns
        -------
        str
            16 hexadecimal digits.
        """
        if statement not in self._digests:
            content = f"{canonical(statement.node)}\n{self.meanings(statement.uses)}"
            self._digests[statement] = hashlib.sha256(content.encode()).hexdigest()[:16]
        if verbatim and statement.module in self._texts:
            node = statement.node
            first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
            lines = self._texts[statement.module].splitlines()[first - 1 : node.end_lineno]
            text = "\n".join([self._digests[statement], *lines])
            return hashlib.sha256(text.encode()).hexdigest()[:16]
        return self._digests[statement]


@cache
def installed_sources() -> Sources:
    """Return the sources of this very package, which do not change while it is used.

    Returns
    -------
    Sources
        The same object every time.
    """
    # Not by `__file__`: a page with a record, which reaches this, would depend on all files of this folder.
    return Sources(Path(getfile(Sources)).resolve().parents[1])
