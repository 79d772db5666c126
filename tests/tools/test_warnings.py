"""A warning in a cell of a notebook fails that cell; nothing else in the test run changes."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
LEAK = "import os\n\n\ndef test_other_tests_do_not_see_it():\n    assert 'PYTHONWARNINGS' not in os.environ\n"


def test_a_warning_in_a_cell_is_a_failure(tmp_path: Path) -> None:
    shutil.copy(ROOT / "conftest.py", tmp_path)
    cells = ["total = 1 + 1", "import warnings\n\nwarnings.warn('old', DeprecationWarning)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, tmp_path / "a.ipynb")
    (tmp_path / "test_leak.py").write_text(LEAK)
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider", "-c", os.devnull]
    command += ["--rootdir", str(tmp_path), "a.ipynb", "test_leak.py"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    environment["IPYTHONDIR"] = str(tmp_path / "ipython")
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    assert "1 failed, 2 passed" in plain, plain + done.stderr
    assert "DeprecationWarning: old" in plain
