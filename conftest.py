"""Settings for all tests: the tools can be imported, nbval judges the run that made the pages."""

import sys
from pathlib import Path

# The tools import each other by name, as scripts of one folder do.
sys.path.insert(0, str(Path(__file__).resolve().parent / "tools"))

pytest_plugins = ["replay"]
