"""What activations and losses have in common: each is a function of its own name, and more."""

import sys
from collections.abc import Callable
from typing import Any


class NamedFunction:
    """An object that stands for a function, with its name, its documentation and its source."""

    name: str
    function: Callable[..., Any]

    def __post_init__(self) -> None:
        known = vars(self)  # the dataclasses are frozen
        for attribute in ("__module__", "__qualname__", "__doc__"):
            known[attribute] = getattr(self.function, attribute, None)
        known["__name__"], known["__wrapped__"] = self.name, self.function

    def __reduce_ex__(self, protocol: Any) -> Any:
        # One of a module is pickled by its name, as a function is: there it stands in the function's place.
        module, name = sys.modules.get(vars(self)["__module__"] or ""), vars(self)["__qualname__"]
        return name if name and getattr(module, name, None) is self else super().__reduce_ex__(protocol)
