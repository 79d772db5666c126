"""Settings for all tests: the tools can be imported, and what the caller has set reaches no test.

Nbval judges the run that made the pages, see `tools/replay.py`.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

ROOT = Path(__file__).resolve().parent
# The tools import each other by name, as scripts of one folder do.
sys.path.insert(0, str(ROOT / "tools"))

from chromium import MISSING, find_chromium, started_chromium  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest_plugins = ["replay", "schedule"]

# Programs that tests start inherit the environment, and a user's settings would decide their outcome.
SETTINGS = re.compile(
    r"PYTHON(?!DONTWRITEBYTECODE|PYCACHEPREFIX)|TF_CPP_|XLA_PYTHON_|MPLBACKEND|JUPYTER|LC_|LANG"
    r"|DLBOOK_(?!REQUIRE_|BUILD_MACHINE|VISITS$)|GIT_(?!CONFIG_)"
    r"|(?:NO|FORCE)_COLOR|CLICOLOR|COLUMNS$|LINES$|MAKE|BASH_ENV"
)
OWN = {
    "IPYTHONDIR": str(ROOT / "_build" / "ipython"),
    "JUPYTER_PLATFORM_DIRS": "1",
    "KERAS_HOME": str(ROOT / "_build" / "keras"),
    "MATPLOTLIBRC": os.devnull,
    "PYTHONUTF8": "1",
    "TZ": "UTC",
}
# After `nohup make test &` in a script Ctrl-C is ignored, also by every program that inherits this.
SIGNALS = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}


def neutralize(environment: MutableMapping[str, str]) -> None:
    """Take out of an environment what changes the outcome of a program, and put in what tests rely on."""
    for name in [name for name in environment if SETTINGS.match(name)]:
        del environment[name]
    environment.update(OWN)


def pytest_configure() -> None:
    """Set once, for the tests and for all that they start."""
    neutralize(os.environ)
    # IPython warns of a folder that it cannot make, and in a kernel a warning is an error.
    Path(OWN["IPYTHONDIR"]).mkdir(parents=True, exist_ok=True)
    if hasattr(time, "tzset"):
        time.tzset()
    for number, handler in SIGNALS.items():
        signal.signal(number, handler)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Start the system's Chromium, once a module."""
    program = find_chromium()
    if program is None:
        if "DLBOOK_REQUIRE_CHROMIUM" in os.environ:
            pytest.fail(MISSING, pytrace=False)
        pytest.skip(MISSING)
    with started_chromium(program) as chromium:
        yield chromium


@pytest.fixture
def started() -> Iterator[Callable[..., subprocess.Popen[Any]]]:
    """Return a function that starts programs as `Popen` does; they and their children end with the test."""
    programs: list[subprocess.Popen[Any]] = []

    def start(*arguments: Any, **settings: Any) -> subprocess.Popen[Any]:
        programs.append(subprocess.Popen(*arguments, **settings))
        return programs[-1]

    yield start
    for program in programs:
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(program.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    child.kill()
        with program:  # closes its pipes and waits for it
            program.kill()
