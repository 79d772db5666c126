"""Settings for all tests: the tools can be imported, and a warning in a notebook's cell is an error."""

import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from nbval.plugin import IPyNbCell

# The tools import each other by name, as scripts of one folder do.
sys.path.insert(0, str(Path(__file__).resolve().parent / "tools"))

# Keras 3.15 on JAX 0.10 converts its variables in a way that NumPy 2 announces to drop; no cell can help it.
WARNINGS = "error,ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Let every warning in a notebook fail its cell.

    nbval starts the kernel in the setup of a notebook's first cell, and the kernel inherits the environment.
    Other tests do not see the variable.
    """
    if not isinstance(item, IPyNbCell):
        return (yield)
    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = WARNINGS
    try:
        return (yield)
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before
