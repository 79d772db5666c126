"""What the caller of the tests has set reaches no test."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {
    "PYTHONWARNINGS": "error",
    "PYTHONSAFEPATH": "1",
    "PYTHONPATH": "elsewhere",
    "KERAS_HOME": "elsewhere",
    "MPLBACKEND": "elsewhere",
    "LC_ALL": "de_DE.ISO-8859-1",
    "LANG": "de_DE.ISO-8859-1",
    "TZ": "Asia/Kathmandu",
    "JUPYTER_CONFIG_DIR": "elsewhere",
    "DLBOOK_OUTPUT": "standalone",
    "GIT_DIR": "elsewhere",
    "NO_COLOR": "1",
    "MAKEFLAGS": "-k",
}
INSIDE = f"""
import os, signal, subprocess, sys, time
from pathlib import Path

def test_settings():
    wrong = {{name for name, value in {SETTINGS!r}.items() if os.environ.get(name) == value}}
    assert wrong == set()
    assert os.environ["KERAS_BACKEND"] == "jax"
    assert os.environ["GIT_CONFIG_COUNT"] == "0"
    assert time.localtime(0).tm_hour == 0
    assert open(__file__).encoding.lower() == "utf-8"

def test_a_program_can_be_interrupted(started):
    program = started([sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"],
                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert program.stdout.readline() == b"up\\n"
    program.send_signal(signal.SIGINT)
    assert program.wait(20) == -signal.SIGINT

def test_fails_and_leaves_nothing(started):
    code = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1)\\n"
    code += "print(p.pid, flush=True); p.wait()"
    program = started([sys.executable, "-c", code], stdout=subprocess.PIPE)
    Path("pids").write_text(f"{{program.pid}} {{int(program.stdout.readline())}}")
    assert False
"""


def test_no_setting_of_the_caller_reaches_a_test(tmp_path: Path) -> None:
    (tmp_path / "test_inside.py").write_text(INSIDE, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "conftest", "-c", os.devnull]
    command += ["-n", "1", "--rootdir", str(tmp_path), str(tmp_path)]
    keep = {"KERAS_BACKEND": "jax", "GIT_CONFIG_COUNT": "0", "PYTHONPATH": str(ROOT)}
    environment = {**os.environ, **SETTINGS, **keep}
    del environment["PYTHONSAFEPATH"]  # the test's own way to find conftest.py
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as after `nohup make test &`
    try:
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=200,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert "test_fails_and_leaves_nothing" in done.stdout
    for pid in (tmp_path / "pids").read_text("utf-8").split():
        ends = time.monotonic() + 20
        while psutil.pid_exists(int(pid)) and psutil.Process(int(pid)).status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < ends, "a program outlived its test"
            time.sleep(0.05)


def test_the_folder_of_ipython_is_there_before_a_kernel_starts() -> None:
    assert Path(os.environ["IPYTHONDIR"]).is_dir()
