"""The names of a module, read from its source without importing it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from .reader import StatementReader, names_bound, never_runs, own_nodes
from .statements import Statement, is_text

__all__ = ["Module", "read_module"]


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
            if is_text(node) or never_runs(node):
                continue
            statement = Statement(self.name, node, binds=names_bound(own_nodes([node])))
            reader = StatementReader(statement, is_package)
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
