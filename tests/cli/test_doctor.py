import importlib.metadata
import json
import re
import subprocess
import tomllib
import types
from pathlib import Path

import pytest

from dlbook.cli import doctor


def answer(stdout="", stderr="", returncode=0):
    return types.SimpleNamespace(stdout=stdout, stderr=stderr, returncode=returncode)


@pytest.fixture
def probe(monkeypatch):
    """Return a function that says what the backend would answer, and which cards there are."""
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    def say(device="CPU", *, stderr="", returncode=0, cards=()):
        stdout = json.dumps({"backend": "tensorflow", "device": device})
        monkeypatch.setattr(doctor.subprocess, "run", lambda *a, **k: answer(stdout, stderr, returncode))
        monkeypatch.setattr(doctor, "nvidia_cards", lambda: list(cards))
        return {finding.what: finding for finding in doctor._compute()}

    return say


def test_all_is_well_here(dlbook, monkeypatch, tmp_path):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    done = dlbook("doctor")
    assert done.exit_code == 0, done.output
    lines = {line.split()[1]: line for line in done.stdout.splitlines() if line.startswith(("ok", "warn"))}
    assert {"Python", "numpy", "keras", "backend", "device", "memory", "data", "disk", "kernel"} <= set(lines)
    assert "tensorflow" in lines["backend"]
    assert str(tmp_path / "keras") in lines["data"]
    assert "a notebook of one cell ran in" in lines["kernel"]
    assert "fail" not in done.stdout


def test_what_is_broken_sets_the_exit_status(dlbook, monkeypatch):
    def broken():
        yield doctor.Finding("thing", "fail", "is broken", "mend it")

    def worse():
        raise OSError("no such luck")
        yield

    def doubtful():
        yield doctor.Finding("other", "warn", "is doubtful")

    monkeypatch.setattr(doctor, "CHECKS", (broken, worse, doubtful))
    done = dlbook("doctor")
    assert done.exit_code == 1
    assert "-> mend it" in done.stdout
    assert "OSError: no such luck" in done.stdout
    assert done.stdout.endswith("2 broken, 1 to look at.\n")


def test_a_warning_does_not(dlbook, monkeypatch):
    monkeypatch.setattr(doctor, "CHECKS", (lambda: iter([doctor.Finding("x", "warn", "is doubtful")]),))
    done = dlbook("doctor")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "Nothing is broken, 1 to look at.")


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_a_python_that_does_not_fit(monkeypatch, version):
    monkeypatch.setattr(doctor.sys, "version_info", (*version, 0, "final", 0))
    (finding,) = doctor._python()
    assert finding.state == "fail"
    assert "install Python 3.11 to 3.13" in finding.advice


def test_the_range_of_pythons_is_that_of_the_project():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    lowest, below = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", project["requires-python"]).groups()
    assert (3, int(lowest)) == doctor.OLDEST_PYTHON
    assert (3, int(below)) == doctor.FIRST_UNTRIED_PYTHON


def test_a_missing_package(monkeypatch):
    def version(package):
        if package == "pandas":
            raise importlib.metadata.PackageNotFoundError(package)
        return "1.0"

    monkeypatch.setattr(doctor.importlib.metadata, "version", version)
    findings = {finding.what: finding for finding in doctor._packages()}
    assert findings["pandas"].state == "fail"
    assert "make book" in findings["pandas"].advice
    assert findings["numpy"].state == "ok"


def test_an_unknown_backend(monkeypatch, dlbook):
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    (finding,) = doctor._compute()
    assert (finding.state, finding.detail) == ("fail", "KERAS_BACKEND is 'theano'")
    assert "tensorflow, jax" in finding.advice


def test_no_card(probe):
    found = probe()
    assert "card" not in found
    assert found["device"].state == "ok"


def test_a_card_in_use(probe):
    found = probe("GPU: A100", cards=["A100, 81920 MiB, 550.54"])
    assert (found["card"].detail, found["device"].state) == ("A100, 81920 MiB, 550.54", "ok")


MESSAGES = """\
2025-03-01 12:00:00.000000: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on.
W0000 00:00:1740830400.000000 12 gpu_device.cc:2342] Cannot dlopen some GPU libraries.
W0000 00:00:1740830400.000000 12 gpu_device.cc:2342] Cannot dlopen some GPU libraries.
"""


def test_a_card_that_the_backend_does_not_see(probe, monkeypatch):
    device = probe(stderr=MESSAGES, cards=["A100"])["device"]
    assert device.state == "warn"
    assert "CPU, although the machine has a card" in device.detail
    assert device.detail.count("Cannot dlopen some GPU libraries.") == 1
    assert "oneDNN" not in device.detail
    assert "make env EXTRA=cuda" in device.advice
    assert "tensorflow[and-cuda]" in device.advice
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert "unset CUDA_VISIBLE_DEVICES" in probe(cards=["A100"])["device"].advice


def test_a_backend_that_does_not_compute(probe):
    found = probe(stderr="Traceback\nImportError: libfoo is missing", returncode=1)
    assert found["backend"].state == "fail"
    assert "ImportError: libfoo is missing" in found["backend"].detail
    assert "exit status -11" in probe(returncode=-11)["backend"].detail


def test_a_backend_that_hangs(monkeypatch):
    def hang(*args, **kwargs):
        raise subprocess.TimeoutExpired("python", 300)

    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setattr(doctor, "nvidia_cards", list)
    monkeypatch.setattr(doctor.subprocess, "run", hang)
    assert [finding.state for finding in doctor._compute()] == ["fail"]


@pytest.mark.parametrize(("memory", "state"), [(8e9, "ok"), (1e9, "warn"), (None, "warn")])
def test_memory(monkeypatch, memory, state):
    monkeypatch.setattr(doctor, "available_memory", lambda: memory)
    assert [finding.state for finding in doctor._memory()] == [state]


def test_data_and_disk(monkeypatch, tmp_path):
    from dlbook.data.downloads import cache_folder

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    cache_folder().mkdir(parents=True)
    (cache_folder() / "digits.npz").write_bytes(bytes(3_000_000))
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: types.SimpleNamespace(free=1e9))
    data, disk = doctor._data()
    assert data.detail == f"{cache_folder()}, 3 MB"
    assert disk.state == "warn"

    def refuse(dir):
        raise OSError("read-only")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    data, disk = doctor._data()
    assert (data.state, "KERAS_HOME" in data.advice) == ("warn", True)


def test_a_kernel_that_does_not_start(monkeypatch):
    from dlbook.execution import Execution, failed
    from dlbook.execution import execute as real

    assert real is not None
    broken = failed("notebook", OSError("no kernel"))
    monkeypatch.setattr("dlbook.execution.execute", lambda *a, **k: Execution(None, broken))
    (finding,) = doctor._kernel()
    assert finding.state == "fail"
    assert "jupyter kernelspec list" in finding.advice


def test_settings_that_notebooks_do_not_see_are_named(monkeypatch):
    monkeypatch.setattr(doctor.os, "environ", {"PATH": "/bin", "PYTHONOPTIMIZE": "2", "MPLBACKEND": "Agg"})
    (finding,) = doctor._settings()
    assert (finding.state, finding.detail) == ("ok", "notebooks run without MPLBACKEND, PYTHONOPTIMIZE")
    monkeypatch.setattr(doctor.os, "environ", {"PATH": "/bin"})
    assert list(doctor._settings()) == []


def test_fonts_that_cannot_be_listed_are_a_fault(monkeypatch):
    def fail():
        raise doctor.FontError("Matplotlib could not store its list of fonts in /x: disk full")

    monkeypatch.setattr(doctor, "font_folder", fail)
    (finding,) = doctor._fonts()
    assert (finding.state, "disk full" in finding.detail) == ("fail", True)


def test_a_noisy_kernel_is_a_fault(monkeypatch):
    monkeypatch.setattr(doctor, "_FIGURE", "import sys\nprint('no fonts', file=sys.stderr)")
    (finding,) = doctor._kernel()
    assert finding.state == "fail"
    assert "wrote to the error stream: no fonts" in finding.detail


@pytest.mark.parametrize(("found", "state"), [("/usr/bin/chromium", "ok"), (None, "warn")])
def test_chromium(monkeypatch, found, state):
    monkeypatch.setattr(doctor, "find_chromium", lambda: found)
    assert [finding.state for finding in doctor._browser()] == [state]
