import json
import os
import signal
import subprocess
import sys
import threading

import nbformat
import pytest

from dlbook.cli import run as module
from dlbook.execution import read_report


def records(folder):
    report = json.loads((folder / "report.json").read_text("utf-8"))
    return {entry["notebook"]: entry for entry in report["results"]}


def test_a_run_from_end_to_end(book, dlbook):
    done = dlbook("run", "--jobs", 2, "--seed", 5)
    assert done.exit_code == 1
    out = book / "runs" / "quick"
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()) == [
        "01_feedforward/neurons.ipynb",
        "02_optimization/shared.ipynb",
        "report.html",
        "report.json",
    ]
    assert "2 ran, 1 failed. Report: runs/quick/report.html" in done.stdout
    assert "ok      01_feedforward/neurons" in done.stdout
    for text in (
        "01_feedforward/shared: code cell 2: ValueError: bad <thing>",
        "    raise ValueError('bad <thing>')",
    ):
        assert text in done.stderr
    assert "\r" not in done.stdout + done.stderr  # a log has no progress bar
    found = records(out)
    assert {name: entry["status"] for name, entry in found.items()} == {
        "01_feedforward/neurons": "ok",
        "01_feedforward/shared": "failed",
        "02_optimization/shared": "ok",
    }
    executed = nbformat.read(out / "01_feedforward" / "neurons.ipynb", as_version=4)
    assert executed.cells[-1].outputs[0].text == "quick 5\n"


def test_resume_runs_what_failed_changed_or_is_missing(book, dlbook, lesson_at, fake_runs):
    assert dlbook("run").exit_code == 1
    assert fake_runs.pop_all() == [
        "01_feedforward/neurons",
        "01_feedforward/shared",
        "02_optimization/shared",
    ]

    again = dlbook("run", "--resume")
    assert fake_runs.pop_all() == ["01_feedforward/shared"]
    assert "skipped 01_feedforward/neurons" in again.stdout
    assert "0 ran, 1 failed, 2 skipped" in again.stdout
    assert len(records(book / "runs" / "quick")) == 3

    lesson_at(book / "chapters" / "01_feedforward" / "shared.ipynb", "print('mended')")
    (book / "runs" / "quick" / "02_optimization" / "shared.ipynb").unlink()
    assert dlbook("run", "--resume").exit_code == 0
    assert fake_runs.pop_all() == ["01_feedforward/shared", "02_optimization/shared"]

    done = dlbook("run", "--resume")
    assert (done.exit_code, fake_runs.pop_all()) == (0, [])
    assert "0 ran, 3 skipped" in done.stdout

    dlbook("run", "--resume", "--seed", 1, "neurons")
    dlbook("run", "--resume", "--backend", "jax", "--seed", 1, "neurons")  # it does not use Keras
    assert fake_runs.pop_all() == ["01_feedforward/neurons"]
    assert len(records(book / "runs" / "quick")) == 3  # what other notebooks did is kept

    dlbook("run", "neurons")
    assert list(records(book / "runs" / "quick")) == ["01_feedforward/neurons"]


def test_a_failure_removes_the_result_of_an_earlier_run(book, dlbook, lesson_at, fake_runs):
    path = book / "runs" / "quick" / "01_feedforward" / "neurons.ipynb"
    dlbook("run", "neurons")
    assert path.is_file()
    lesson_at(book / "chapters" / "01_feedforward" / "neurons.ipynb", "raise ValueError")
    dlbook("run", "neurons")
    assert not path.exists()


def test_a_broken_file_stops_no_other(book, dlbook, fake_runs):
    (book / "chapters" / "01_feedforward" / "neurons.ipynb").write_text("no notebook", encoding="utf-8")
    done = dlbook("run", "01_feedforward/neurons", "optimization")
    assert done.exit_code == 1
    assert fake_runs.pop_all() == ["02_optimization/shared"]
    assert "01_feedforward/neurons: ValueError: neurons.ipynb is not a notebook" in done.stderr


def test_the_options_reach_the_job(book, dlbook, fake_runs, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    dlbook("run", "neurons", "--profile", "full", "--out", "elsewhere")
    dlbook("run", "neurons", "--backend", "tensorflow", "--timeout", 7, "--out", "elsewhere", "-j", 8)
    first, second = fake_runs.jobs
    assert (first.timeout, first.env["KERAS_BACKEND"]) == (21600, "jax")
    assert (second.timeout, second.env["KERAS_BACKEND"]) == (7, "tensorflow")
    assert fake_runs.n_jobs == [1, 1]
    assert first.cwd == book / "chapters" / "01_feedforward"
    report = read_report(book / "elsewhere")
    assert (report.profile, report.seed, report.backend) == ("quick", 0, "tensorflow")


def test_full_runs_one_at_a_time_and_quick_as_many_as_fit(book, dlbook, fake_runs, monkeypatch):
    from dlbook.cli import machine

    monkeypatch.setattr(machine, "n_cores", lambda: 3)
    for memory, n_jobs in ((100e9, 3), (4.5e9, 2), (0.5e9, 1), (None, 3)):
        monkeypatch.setattr(machine, "available_memory", lambda memory=memory: memory)
        dlbook("run")
        assert fake_runs.n_jobs[-1] == n_jobs
        # The cores are shared: threads for matrices that wait for a busy one cost most.
        assert fake_runs.jobs[-1].env["OPENBLAS_NUM_THREADS"] == str(3 // n_jobs)
    dlbook("run", "--profile", "full")
    assert fake_runs.n_jobs[-1] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--profile", "fast"], "Error: profile must be one of quick, full, got 'fast'"),
        (["--backend", "torch"], "Error: backend must be one of tensorflow, jax, got 'torch'"),
        (
            ["neuron"],
            "Error: no chapter or notebook is called 'neuron' (did you mean neurons?): the chapters are",
        ),
        (
            ["--scheduler", "here"],
            "Error: the address of a scheduler looks like tcp://10.0.0.5:8786, got 'here'",
        ),
    ],
)
def test_bad_input_is_one_line_and_changes_nothing(book, dlbook, arguments, message):
    done = dlbook("run", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(message)
    assert done.stderr.count("\n") == 1
    assert not (book / "runs").exists()


def test_an_unknown_backend_in_the_environment_stops_only_notebooks_with_keras(
    book, dlbook, lesson_at, monkeypatch
):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    for name, options in (("neurons", ""), ("shared", ", keras=True")):
        source = f"from dlbook.runtime import setup\nsetup(profile, seed{options})"
        lesson_at(book / "chapters" / "01_feedforward" / f"{name}.ipynb", source)
    done = dlbook("run", "feedforward")
    assert "1 ran, 1 failed" in done.stdout
    assert (
        "01_feedforward/shared: code cell 2: ValueError: "
        "the environment variable KERAS_BACKEND must be one of tensorflow, jax, got 'torch'"
    ) in done.stderr


def test_a_broken_cell_stops_no_other_notebook(book, dlbook, lesson_at, fake_runs):
    lesson_at(book / "chapters" / "01_feedforward" / "neurons.ipynb", "x = 1\nfor i in:")
    done = dlbook("run", "01_feedforward/neurons", "optimization")
    assert done.exit_code == 1
    assert fake_runs.pop_all() == ["02_optimization/shared"]
    assert "neurons: code cell 2: SyntaxError: line 2: invalid syntax: for i in:" in done.stderr


def test_outside_of_a_book(dlbook, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = dlbook("run")
    assert done.exit_code == 2
    assert "no folder 'chapters'" in done.stderr


def test_the_list(book, dlbook):
    done = dlbook("run", "--list", "feedforward")
    assert (done.exit_code, done.stdout) == (0, "01_feedforward/neurons\n01_feedforward/shared\n")
    assert not (book / "runs").exists()


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_ctrl_c_keeps_what_had_ended(book, lesson_at, started):
    lesson_at(book / "chapters" / "01_feedforward" / "shared.ipynb", "import time\ntime.sleep(600)")
    command = [sys.executable, "-c", "from dlbook.cli import main; main()", "run", "feedforward", "-j", "1"]
    process = started(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out = book / "runs" / "quick"
    guard = threading.Timer(120, process.kill)
    guard.start()
    try:
        # The first notebook has ended and is reported; the second sleeps.
        first = next(line for line in process.stdout if line.startswith("ok"))
        process.send_signal(signal.SIGINT)
        rest, stderr = process.communicate(timeout=60)
    finally:
        guard.cancel()
    assert process.returncode == 130
    assert stderr == "Stopped. What had ended is in runs/quick; go on with --resume.\n"
    assert "01_feedforward/neurons" in first
    assert "shared" not in rest
    assert list(records(out)) == ["01_feedforward/neurons"]


def test_the_slowest_cells_of_a_slow_notebook_are_named(book, dlbook, fake_runs):
    fake_runs.processor_seconds = 30.4
    assert "code cell 2: fit()" not in dlbook("run", "neurons", "--profile", "full").stdout
    lines = dlbook("run", "neurons").stdout.splitlines()
    assert "30 s of processor time, where 25 s should do" in lines[1]
    assert [line.strip() for line in lines[2:4]] == [
        "29.0 s  code cell 2: fit()",
        "1.0 s  code cell 1: load()",
    ]
    fake_runs.processor_seconds = 24.0
    assert "code cell" not in dlbook("run", "neurons").stdout


@pytest.fixture
def fake_runs(monkeypatch):
    """Run no kernel: a notebook whose source raises fails, the others pass."""
    from dlbook.execution import CellError, CellTime, Execution, NotebookResult

    class Runs:
        def __init__(self):
            self.jobs, self.n_jobs = [], []
            self.processor_seconds = None

        def __call__(self, jobs, *, n_jobs, on_result):
            self.jobs += jobs
            self.n_jobs.append(n_jobs)
            results = []
            for job in jobs:
                bad = "raise" in job.notebook.cells[-1].source
                error = CellError(2, "raise", "ValueError", "bad") if bad else None
                status = "failed" if bad else "ok"
                result = NotebookResult(
                    job.name,
                    status,
                    1.0,
                    100.0,
                    "2025-03-01",
                    error=error,
                    key=job.key,
                    processor_seconds=self.processor_seconds,
                    cells=(CellTime(1, "load()", 1.0, 1.0), CellTime(2, "fit()", 30.0, 29.0)),
                )
                results.append(result)
                on_result(Execution(job.notebook, result))
            return results

        def pop_all(self):
            names = [job.name for job in self.jobs]
            self.jobs.clear()
            return names

    runs = Runs()
    monkeypatch.setattr(module, "run_many", runs)
    return runs
