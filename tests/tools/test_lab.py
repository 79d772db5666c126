"""JupyterLab's kernels run as those of the build."""

import importlib.util
import sys

import lab
import pytest


def test_the_readers_settings_stay_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MPLBACKEND", "PYTHONOPTIMIZE", "IPYTHONDIR", "MATPLOTLIBRC", "JUPYTER_PATH"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", "/mine")
    monkeypatch.setattr(sys, "argv", ["lab.py", "--no-browser"])
    command, environment = lab.start()
    assert command[1:3] == ["-m", "jupyterlab"]
    assert importlib.util.find_spec("jupyterlab") is not None
    assert command[3:] == [f"--notebook-dir={lab.ROOT / 'chapters'}", "--no-browser"]
    assert not {"MPLBACKEND", "PYTHONOPTIMIZE", "MATPLOTLIBRC", "JUPYTER_PATH"} & set(environment)
    assert environment["IPYTHONDIR"] == str(lab.ROOT / "_build" / "ipython")
    assert environment["JUPYTER_CONFIG_DIR"] == "/mine"  # how the program looks is the reader's to say
