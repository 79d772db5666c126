"""The package reference: an object that stands for a function, as an activation does, is shown as one."""

import inspect
from typing import Any

from sphinx.application import Sphinx
from sphinx.ext.autodoc import FunctionDocumenter


class NamedFunctionDocumenter(FunctionDocumenter):
    """Documents an object that wraps a function: its name, signature and docstring are the function's."""

    objtype = "namedfunction"
    directivetype = "function"
    priority = FunctionDocumenter.priority + 10

    @classmethod
    def can_document_member(cls, member: Any, membername: str, isattr: bool, parent: Any) -> bool:
        return not inspect.isroutine(member) and inspect.isfunction(getattr(member, "__wrapped__", None))


def setup(app: Sphinx) -> None:
    """Register the documenter."""
    app.setup_extension("sphinx.ext.autodoc")
    app.add_autodocumenter(NamedFunctionDocumenter)
