"""A notebook's run depends on the project alone: not on the shell, not on the home folder, not on fonts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from dlbook import surroundings
from dlbook.execution import Job, execute, run_many
from dlbook.surroundings import FontError, font_folder, own_folder, variables

HOSTILE = {
    "PYTHONOPTIMIZE": "2",  # asserts would say nothing
    "PYTHONWARNINGS": "error",
    "PYTHONSTARTUP": "/nowhere/startup.py",
    "PYTHONHASHSEED": "7",
    "PYTHONVERBOSE": "1",
    "PYTHONIOENCODING": "latin-1",
    "IPYTHONDIR": "/nowhere",
    "MPLBACKEND": "Agg",  # figures would be lost
    "MATPLOTLIBRC": "/nowhere",
    "MPLCONFIGDIR": "/nowhere",
    "JUPYTER_PATH": "/nowhere",
    "KERAS_MAX_EPOCHS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "0",
    "JAX_ENABLE_X64": "1",
    "COLUMNS": "20",
    "FORCE_COLOR": "1",
    "NO_COLOR": "1",
    "PYTEST_CURRENT_TEST": "x",
    "LC_ALL": "C",
    "LANG": "tr_TR.ISO-8859-9",
}


@pytest.fixture
def hostile(monkeypatch):
    """Set what other people's shells set."""
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)


def test_settings_are_dropped_and_the_machine_stays(hostile, monkeypatch):
    kept = {"KERAS_BACKEND": "jax", "KERAS_HOME": "/data", "CUDA_VISIBLE_DEVICES": "1", "HTTPS_PROXY": "x"}
    kept |= {
        "JAX_PLATFORMS": "cpu",
        "LD_LIBRARY_PATH": "/lib",
        "OMP_NUM_THREADS": "3",
        "DLBOOK_OUTPUT": "page",
    }
    for name, value in kept.items():
        monkeypatch.setenv(name, value)
    found = variables()
    assert {name: found.get(name) for name in kept} == kept
    assert {name for name in HOSTILE if name in found} == {"PYTHONHASHSEED"}
    assert (found["PYTHONHASHSEED"], found["PYTHONUTF8"]) == ("0", "1")
    assert found["PATH"] == os.environ["PATH"]


def test_a_kernel_sees_none_of_it(hostile, tmp_path, monkeypatch):
    """Text, asserts, figures and the order of sets are the same in every shell."""
    home = tmp_path / "home"
    startup = home / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "a.py").write_text("raise SystemExit", encoding="utf-8")
    (home / "startup.py").write_text("print('leaked')", encoding="utf-8")
    chapter = tmp_path / "chapter"
    chapter.mkdir()
    for folder in (home / ".config" / "matplotlib", chapter):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "matplotlibrc").write_text("axes.facecolor: yellow\nfont.size: 30\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PYTHONSTARTUP", str(home / "startup.py"))
    monkeypatch.delenv("IPYTHONDIR")
    cells = [
        "from dlbook.runtime import setup\nrun = setup()",
        "import matplotlib, sys\n"
        "print(matplotlib.rcParams['axes.facecolor'], matplotlib.rcParams['font.size'], __debug__)\n"
        "print(sys.flags.utf8_mode, sys.flags.hash_randomization, sys.warnoptions, 'Größe ≥ 1')",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    ]
    done = execute(new_notebook(cells=[new_code_cell(code) for code in cells]), cwd=chapter, timeout=120)
    assert done.result.ok, done.result.error
    first, text, figure = (cell.outputs for cell in done.notebook.cells)
    assert first == []
    assert text[0].text == "white 11.0 True\n1 0 [] Größe ≥ 1\n"
    assert "image/png" in figure[0].data
    assert sorted(path.name for path in home.iterdir()) == [".config", ".ipython", "startup.py"]
    assert [path.name for path in (home / ".config").iterdir()] == ["matplotlib"]


def test_a_home_that_cannot_be_written_makes_no_noise(tmp_path, monkeypatch):
    """A file in its place refuses even root, as a read-only disk does."""
    home = tmp_path / "home"
    home.touch()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    code = "from dlbook.runtime import setup\nrun = setup()\nimport matplotlib.pyplot as plt\nplt.plot([1])"
    done = execute(new_notebook(cells=[new_code_cell(f"{code}\nplt.show()")]), cwd=tmp_path, timeout=120)
    assert [output.output_type for output in done.notebook.cells[0].outputs] == ["display_data"]


def test_a_run_for_a_page_keeps_no_noise():
    cells = [
        new_code_cell("1"),
        new_code_cell(""),
        new_code_cell("import os\nos.write(2, b'\\nFont cache\\n')"),
    ]
    (loud,) = run_many([Job("a", new_notebook(cells=cells), Path.cwd(), env={"DLBOOK_OUTPUT": "page"})])
    assert not loud.ok
    assert str(loud.error) == "code cell 2: Noise: the cell wrote to the error stream: Font cache"
    assert execute(new_notebook(cells=cells)).result.ok  # elsewhere a reader may see it


def test_fonts_are_listed_once_before_any_kernel_needs_them(tmp_path, monkeypatch):
    monkeypatch.setattr(surroundings, "own_folder", lambda name: tmp_path / name)
    folder = font_folder()
    assert folder.parent == tmp_path
    (fonts,) = folder.glob("fontlist-*.json")
    assert json.loads(fonts.read_text("utf-8"))["ttflist"]
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: pytest.fail("the list is there"))
    assert font_folder() == folder


def test_fonts_that_cannot_be_listed_are_told_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(surroundings, "own_folder", lambda name: tmp_path / "file" / name)
    with pytest.raises(FontError, match="could not store its list of fonts in") as caught:
        font_folder()
    assert "\n" not in str(caught.value)


def test_fonts_that_take_for_ever_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(surroundings, "own_folder", lambda name: tmp_path / name)
    monkeypatch.setattr(surroundings, "_SLOW", 0.01)
    with pytest.raises(FontError, match=r"timed out after 0\.01 seconds"):
        font_folder()


def test_the_folder_is_in_the_environment_then_in_the_cache_then_nowhere_for_long(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert own_folder("x") == tmp_path / "env" / "var" / "dlbook" / "x"
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "file"))
    (tmp_path / "file").touch()
    assert own_folder("x") == tmp_path / "cache" / "dlbook" / "x"
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)  # never among the files of the system
    assert own_folder("x") == tmp_path / "cache" / "dlbook" / "x"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    passing = own_folder("x")
    assert own_folder("y").parent == passing.parent
    assert passing.parent.is_dir()


def test_a_machine_without_a_home_is_one_too(tmp_path, monkeypatch):
    def nobody():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(surroundings.Path, "home", nobody)
    assert own_folder("x").parent.is_dir()
