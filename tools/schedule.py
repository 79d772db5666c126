"""A pytest plugin: which of several processes runs which tests.

The tests of one file go to one process, which keeps the kernel of a notebook and what is costly to prepare.
The built pages take long, so their tests go page by page to any process.
"""

import re
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

# As in `tests/browser/test_pages.py::test_fits_a_phone[light-chapters/09_markov/markov_chains.html]`.
PAGE = re.compile(r"(?:\[|-)((?:\w+/)*\w+\.html)")


def scope(test: str) -> str:
    """Return what the tests have in common that stay together with a test, given by its id."""
    file = test.partition("::")[0]
    if not file.startswith("tests/browser/") or file.endswith("test_jupyterlab.py"):
        return file
    page = PAGE.search(test)
    return f"{file} {page[1]}" if page else test


class Schedule(LoadFileScheduling):
    """Scopes as `scope` makes them."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Say which process runs which tests."""
    return Schedule(config, log)
