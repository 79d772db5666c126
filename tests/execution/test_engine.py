import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from nbformat.v4 import new_markdown_cell

from dlbook.execution import Job, Stopped, engine, execute, run_many, slowest_cells
from dlbook.execution.processor import processor_seconds
from dlbook.surroundings import font_folder

posix = pytest.mark.skipif(os.name != "posix", reason="needs process groups")


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Return the folder in which runs keep their files for a while."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def is_running(pid):
    """Tell whether a process lives, passing over one that ended and waits to be collected."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_outputs_folder_environment_and_measurement(notebook, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    nb = notebook(
        "import os, sys, warnings\nprint(os.getcwd(), os.environ['COLOUR'])",
        "print(len(os.listdir(os.environ['IPYTHONDIR'])) < 5, sys.warnoptions)",
        "data = bytearray(300_000_000)",
        "from dlbook.runtime import setup\nrun = setup('full', 3)",
    )
    env = {"COLOUR": "red", "PYTHONWARNINGS": "error"}
    done = execute(nb, name="a/b", cwd=tmp_path, timeout=60, env=env, key="k")
    result = done.result
    assert result.ok, result.error
    assert result.error is None
    texts = [output.text for cell in done.notebook.cells[:2] for output in cell.outputs]
    assert texts == [f"{tmp_path} red\n", "True ['error']\n"]
    assert (result.notebook, result.status, result.key) == ("a/b", "ok", "k")
    assert (result.profile, result.seed, result.backend, result.device) == ("full", 3, None, "CPU")
    assert 0 < result.seconds < 60
    assert 0 < result.processor_seconds < 60
    assert 300 < result.peak_memory_mb < 700
    assert result.versions["numpy"]
    assert all(cell.outputs == [] for cell in nb.cells)  # the argument is not changed


BUSY = "import time\nwhile time.process_time() < {end}: pass"


def test_the_processor_time_of_every_cell_is_measured(notebook):
    nb = notebook(
        "import subprocess, sys, time",
        "time.sleep(1)",
        "# It works,\nstart = time.process_time()\nwhile time.process_time() < start + 0.6: pass",
        f"code = {BUSY.format(end=0.6)!r}\nsubprocess.run([sys.executable, '-c', code], check=True)",
        "",
        "1 / 0",
    )
    nb.cells.insert(1, new_markdown_cell("# Text"))
    result = execute(nb, timeout=120).result
    assert [cell.cell for cell in result.cells] == [1, 2, 3, 4, 5]
    assert result.cells[2].code == "start = time.process_time()"
    imports, sleeps, works, starts, fails = (cell.processor_seconds for cell in result.cells)
    assert result.cells[1].seconds > 0.9
    assert sleeps < 0.5
    assert works > 0.55
    assert starts > 0.55  # by a child that has ended
    assert fails < 0.5
    assert result.processor_seconds > imports + works + starts
    assert [cell.cell for cell in slowest_cells(result, 2)] in ([3, 4], [4, 3])
    assert str(slowest_cells(result)[0]).startswith(f"{max(works, starts):.1f} s  code cell ")


def test_without_psutil_nothing_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert processor_seconds(os.getpid()) is None


def test_no_process_has_no_time():
    assert processor_seconds(2**22 + 1) is None


def test_a_failing_cell_is_told(notebook, scratch):
    nb = notebook("fine = 1", "", "print('so far')\nraise ValueError('bad <thing>')", "print('never')")
    nb.cells[2].metadata.tags = ["raises-exception"]  # no cell may raise, not even with a tag
    done = execute(nb)
    error = done.result.error
    assert done.result.status == "failed"
    assert (error.cell, error.name, error.message) == (2, "ValueError", "bad <thing>")
    assert error.source == nb.cells[2].source
    assert "ValueError: bad <thing>" in error.traceback
    assert "\x1b" not in error.traceback
    assert str(error) == "code cell 2: ValueError: bad <thing>"
    assert done.notebook.cells[2].outputs[0].text == "so far\n"
    assert done.notebook.cells[3].outputs == []
    assert list(scratch.iterdir()) == []


@posix
def test_a_hung_notebook_ends_with_all_it_started(notebook, tmp_path, scratch):
    nb = notebook(
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "open('pids', 'w').write(f'{os.getpid()} {child.pid}')",
        "while True: pass",
    )
    started = time.monotonic()
    result = execute(nb, cwd=tmp_path, timeout=4).result
    assert time.monotonic() - started < 30
    assert result.status == "timeout"
    assert (result.error.cell, result.error.source) == (2, "while True: pass")
    assert result.error.message == "the time limit of 4 s was reached"
    assert result.peak_memory_mb > 20
    assert not any(is_running(int(pid)) for pid in (tmp_path / "pids").read_text("utf-8").split())
    assert list(scratch.iterdir()) == []


@posix
def test_a_dead_kernel_is_told(notebook):
    result = execute(notebook("import os", "os.kill(os.getpid(), 9)"), timeout=60).result
    assert result.status == "failed"
    assert (result.error.cell, result.error.name) == (2, "DeadKernelError")
    assert "killed by the system" in result.error.message


def test_a_worker_that_cannot_start_is_told(notebook, monkeypatch):
    font_folder()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    error = execute(notebook("1")).result.error
    assert (error.cell, error.name) == (None, "WorkerError")
    assert error.message.endswith("exited with status 1: it said nothing")


def test_a_worker_that_fails_is_told_with_its_last_words(notebook, monkeypatch):
    monkeypatch.setattr(engine, "_START", "import sys; sys.exit('the socket is gone')")
    error = execute(notebook("1")).result.error
    assert error.message.endswith("exited with status 1: the socket is gone")


def test_a_missing_kernel_is_named_once(notebook, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    words = "running notebooks needs the package 'ipykernel': install it"
    with pytest.raises(ModuleNotFoundError, match=words):
        execute(notebook("1"))
    with pytest.raises(ModuleNotFoundError, match=words):
        run_many([Job("a", notebook("1"), tmp_path)] * 2)
    assert run_many([]) == []


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_bad_time_limit(notebook, timeout):
    with pytest.raises(ValueError, match="timeout must be a positive number of seconds"):
        execute(notebook("1"), timeout=timeout)


def test_bad_folder(notebook, tmp_path):
    with pytest.raises(ValueError, match="cwd must be an existing folder"):
        execute(notebook("1"), cwd=tmp_path / "nowhere")


@posix
def test_a_run_nobody_waits_for_is_ended(notebook, tmp_path, scratch):
    nb = notebook("import os\nopen('pid', 'w').write(str(os.getpid()))\nwhile True: pass")
    pid = tmp_path / "pid"
    with pytest.raises(Stopped):
        execute(nb, cwd=tmp_path, should_stop=lambda: pid.is_file() and pid.read_text("utf-8") != "")
    wait_until(lambda: not is_running(int(pid.read_text("utf-8"))))
    assert list(scratch.iterdir()) == []


def test_run_many_keeps_the_order_and_goes_on_after_a_failure(notebook, tmp_path):
    sources = {"first": "1 / 0", "second": "print(2)", "third": "print(3)"}
    jobs = [Job(name, notebook(source), tmp_path, timeout=60) for name, source in sources.items()]
    jobs.append(Job("nowhere", notebook("1"), tmp_path / "nowhere"))
    threads, seen = set(), {}

    def on_result(execution):
        threads.add(threading.current_thread())
        seen[execution.result.notebook] = execution

    results = run_many(jobs, n_jobs=2, on_result=on_result)
    assert [result.notebook for result in results] == ["first", "second", "third", "nowhere"]
    assert [result.status for result in results] == ["failed", "ok", "ok", "failed"]
    assert results[3].error.name == "ValueError"
    assert threads == {threading.current_thread()}
    assert seen["third"].notebook.cells[0].outputs[0].text == "3\n"


def test_run_many_needs_a_worker():
    with pytest.raises(ValueError, match="n_jobs must be at least 1, got 0"):
        run_many([], n_jobs=0)


def test_run_many_without_jobs():
    assert run_many([]) == []


@posix
@pytest.mark.parametrize(
    ("how", "status"), [(signal.SIGINT, -signal.SIGINT), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_nothing_outlives_the_program(tmp_path, started, how, status):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    program = (
        "from pathlib import Path\n"
        "from nbformat.v4 import new_code_cell, new_notebook\n"
        "from dlbook.execution import Job, run_many\n"
        "code = \"import os, time\\nopen(f'{os.getpid()}.pid', 'w')\\ntime.sleep(600)\"\n"
        "jobs = [Job(str(i), new_notebook(cells=[new_code_cell(code)]), Path.cwd()) for i in range(3)]\n"
        "run_many(jobs, n_jobs=2)\n"
    )
    process = started(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(scratch)},
        stderr=subprocess.PIPE,
    )
    wait_until(lambda: len(list(tmp_path.glob("*.pid"))) == 2, seconds=60)
    process.send_signal(how)
    process.communicate(timeout=30)
    assert process.returncode == status
    pids = [int(path.stem) for path in tmp_path.glob("*.pid")]
    wait_until(lambda: not any(is_running(pid) for pid in pids))
    wait_until(lambda: not list(scratch.iterdir()))
    assert len(pids) == 2
