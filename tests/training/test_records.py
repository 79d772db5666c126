"""Records: what is written, read, refused and checked."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest

from dlbook.cli import main
from dlbook.execution import run_notebook
from dlbook.training.notebook_code import experiment_code, record_calls
from dlbook.training.record_files import (
    LARGEST,
    FinishedRun,
    RecordContent,
    RecordError,
    plain,
    read_record,
    rounded_weights,
    same,
    write_record,
)
from dlbook.training.recording import find_recordings
from dlbook.training.records import Record, plan

CELLS = [
    "profile = 'quick'\nseed = 0",
    "from dlbook.runtime import setup\nrun = setup(profile, seed)",
    "import time\n\nimport numpy as np\nfrom dlbook.training import record\n\nSLOPE = 2.0\nother = 3",
    textwrap.dedent(
        '''
        def fit(rate, seed, steps=5, weights=None):
            """Fit a slope by gradient descent."""
            rng = np.random.default_rng(seed)
            x = rng.normal(size=50)
            w = np.zeros(1) if weights is None else weights[0]
            if weights is None:
                for _ in range(steps):
                    w = w - rate * np.mean((w * x - SLOPE * x) * x)
            loss = float(np.mean((w * x - SLOPE * x) ** 2))
            return {"loss": loss, "weights": [w]}
        '''
    ),
    "results = record('page.slope', fit, seed=range(3), keep={'seed': 0}, rate=0.1, steps=4)\n"
    "print(results['loss'].shape)\nresults.note()",
]


def write_book(folder: Path, cells: list[str]) -> Path:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    notebook.cells[0].metadata["tags"] = ["parameters"]
    path = folder / "chapters" / "01_one" / "page.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def run_record(folder: Path, *options: str) -> tuple[int, str]:
    from click.testing import CliRunner

    result = CliRunner().invoke(main, ["record", "--root", str(folder), *options])
    return result.exit_code, result.output


RUN_CELLS = """
import sys
import nbformat
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
for cell in nbformat.read(sys.argv[1], as_version=4).cells:
    shell.run_cell(cell.source, store_history=sys.argv[2:] != ["without"]).raise_error()
"""


def run_cells(path: Path, *options: str) -> str:
    """Run the cells as a kernel does, without one; return the last line that was printed."""
    command = [sys.executable, "-c", RUN_CELLS, path.name, *options]
    result = subprocess.run(
        command, cwd=path.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    )
    return result.stdout.strip().splitlines()[-1]


def an_edit(cells: list[str], old: str, new: str) -> list[str]:
    assert any(old in cell for cell in cells)
    return [cell.replace(old, new) for cell in cells]


# the files


def content(**changes) -> RecordContent:
    weights = [np.float16([[1, 2], [3, 4]]), np.float16([0.5])]
    runs = [
        FinishedRun({"steps": 4, "seed": 0}, {"loss": 0.25}, 3.0, weights, {"loss": 0.25}),
        FinishedRun({"steps": 4, "seed": 1}, {"loss": 0.5}, 4.0),
    ]
    fields = {
        "experiment": "fit",
        "fixed": {"steps": 4},
        "grid": {"seed": [0, 1]},
        "code": {"fit": "abc"},
        "runs": runs,
        "machine": {"processor": "one", "device": "CPU"},
        "date": "2026-01-01",
    }
    return RecordContent(**fields | changes)


def test_a_record_is_read_as_it_was_written(tmp_path):
    write_record(tmp_path, "page.slope", content())
    found = read_record(tmp_path, "page.slope")
    assert found.seconds == 7.0
    assert [run.results for run in found.runs] == [{"loss": 0.25}, {"loss": 0.5}]
    assert found.runs[1].weights is None
    for ours, theirs in zip(found.runs[0].weights, content().runs[0].weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_weights_are_kept_in_half_precision_or_in_bytes():
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(30, 20)), rng.normal(size=20), np.zeros(3)]
    half = rounded_weights(arrays, 2000)
    assert {array.dtype for array in half} == {np.dtype(np.float16)}
    small = rounded_weights(arrays, 700)
    for exact, kept in zip(arrays, small, strict=True):
        assert np.abs(exact - kept).max() <= np.abs(exact).max(initial=0) / 254 * 1.001
    with pytest.raises(ValueError, match="weights must take at most 600 bytes, got 623 numbers"):
        rounded_weights(arrays, 600)


def test_weights_in_bytes_survive_the_file(tmp_path):
    small = rounded_weights([np.random.default_rng(0).normal(size=(9, 7))], 64)
    run = FinishedRun({"steps": 4, "seed": 0}, {}, 1.0, small)
    write_record(tmp_path, "page.slope", content(runs=[run, content().runs[1]]))
    found = read_record(tmp_path, "page.slope").runs[0].weights
    np.testing.assert_allclose(found[0], small[0], rtol=1e-6)


def test_old_weights_go_when_new_ones_are_written(tmp_path):
    write_record(tmp_path, "page.slope", content())
    (first,) = tmp_path.glob("*.npz")
    other = FinishedRun({"steps": 4, "seed": 0}, {}, 1.0, [np.float16([9])])
    write_record(tmp_path, "page.slope", content(runs=[other, content().runs[1]]))
    (second,) = tmp_path.glob("*.npz")
    assert first != second


def test_a_full_disk_leaves_the_old_record(tmp_path, monkeypatch):
    write_record(tmp_path, "page.slope", content())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_record(tmp_path, "page.slope", content(date="2027-01-01"))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_record_too_large_is_refused(tmp_path):
    runs = [FinishedRun({"steps": 4, "seed": i}, {"curve": list(range(30_000))}, 1.0) for i in (0, 1)]
    with pytest.raises(
        RecordError, match=r"page\.slope: it would take .* KB, more than 300: thin the curves"
    ):
        write_record(tmp_path, "page.slope", content(runs=runs))
    assert list(tmp_path.iterdir()) == []
    assert LARGEST == 300_000


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.unlink(), r"record page\.slope: there is no .*page\.slope\.json"),
        (
            lambda path: path.write_text("", encoding="utf-8"),
            r"record page\.slope: page\.slope\.json is damaged",
        ),
        (lambda path: path.write_text(path.read_text("utf-8")[:-40], encoding="utf-8"), "is damaged"),
        (lambda path: path.write_text("[]", encoding="utf-8"), "is damaged"),
        (
            lambda path: path.write_text(
                path.read_text("utf-8").replace('"seed": 1}', '"seed": 7}'), encoding="utf-8"
            ),
            r"record page\.slope: the run with \{'steps': 4, 'seed': 1\} is missing",
        ),
        (lambda path: next(path.parent.glob("*.npz")).unlink(), r"its weights, page\.slope\..*, are missing"),
        (lambda path: next(path.parent.glob("*.npz")).write_bytes(b"x"), "its weights, .*, are damaged"),
    ],
)
def test_what_is_wrong_with_a_record_is_one_sentence(tmp_path, damage, message):
    write_record(tmp_path, "page.slope", content())
    damage(tmp_path / "page.slope.json")
    with pytest.raises(RecordError, match=message) as caught:
        read_record(tmp_path, "page.slope")
    assert "\n" not in str(caught.value)


def test_results_are_plain_data():
    result = {"a": np.float32(1 / 3), "b": [np.arange(2), (True, None)], "c": "x"}
    assert plain(result) == {"a": 0.333333, "b": [[0, 1], [True, None]], "c": "x"}
    with pytest.raises(ValueError, match=r"curve\[1\] must be made of numbers, .* got object"):
        plain([1, object()], "curve")


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ({"a": 1.0}, {"a": 1.0005}, True),
        ({"a": 1.0}, {"a": 1.01}, False),
        ({"a": 1.0}, {"b": 1.0}, False),
        ([1, 2], [1, 2, 3], False),
        (float("nan"), float("nan"), True),
        ("x", "y", False),
        ([0.0], [1e-9], True),
    ],
)
def test_results_agree_up_to_rounding(one, other, equal):
    assert same(one, other, rtol=1e-3) is equal


# the results


def test_results_have_an_axis_for_each_argument():
    runs = [
        FinishedRun({"rate": r, "seed": s}, {"loss": r + s, "curve": [r, s], "odd": [0] * s}, 1.0)
        for r in (0, 10)
        for s in (1, 2, 3)
    ]
    results = Record("p.x", content(fixed={}, grid={"rate": [0, 10], "seed": [1, 2, 3]}, runs=runs))
    np.testing.assert_array_equal(results["loss"], [[1, 2, 3], [11, 12, 13]])
    assert results["curve"].shape == (2, 3, 2)
    assert results["odd"].shape == (2, 3)
    np.testing.assert_array_equal(results.select(rate=10)["loss"], [11, 12, 13])
    with pytest.raises(ValueError, match="result must be one of loss, curve, odd, got 'x'"):
        results["x"]
    with pytest.raises(ValueError, match=r"rate must be one of \[0, 10\], got 3"):
        results.select(rate=3)
    with pytest.raises(ValueError, match="arguments must name one run with weights"):
        results.weights(rate=0, seed=1)


def fit(rate, seed):
    return {"loss": rate + seed}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plan("slope", fit), "name must be the notebook's and the experiment's"),
        (lambda: plan(3, fit), "name must be"),
        (lambda: plan("p.x", "fit"), "experiment must be a function of the notebook, got str"),
        (lambda: plan("p.x", fit, rate=[], seed=0), "rate must hold different values"),
        (lambda: plan("p.x", fit, rate=[1, 1], seed=0), "rate must hold different values"),
        (lambda: plan("p.x", fit, depth=3), "arguments must be those of fit, got depth"),
        (lambda: plan("p.x", fit, rate=1, seed=[0], keep={"seed": 0}), "keep needs an experiment with"),
    ],
)
def test_what_cannot_be_planned_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# the code that counts


def test_the_code_that_counts_is_what_the_experiment_reaches():
    before = experiment_code(CELLS, "fit")
    assert {"fit", "SLOPE"} <= set(before)
    assert "other" not in before
    same_code = an_edit(CELLS, '"""Fit a slope by gradient descent."""', "# a comment")
    assert experiment_code(an_edit(same_code, "other = 3", "other = 4"), "fit") == before
    assert experiment_code(an_edit(CELLS, "SLOPE = 2.0", "SLOPE = 2.5"), "fit") != before
    with pytest.raises(ValueError, match="experiment must be defined in a cell, and gone is not"):
        experiment_code(CELLS, "gone")


def test_the_code_of_the_package_counts_too():
    cells = ["from dlbook.nn import glorot_uniform", "def fit(seed):\n    return {'x': glorot_uniform}"]
    assert any(label.startswith("dlbook.nn.initializers.") for label in experiment_code(cells, "fit"))


def test_a_call_takes_what_it_needs_and_no_more(tmp_path):
    (call,) = record_calls(write_book(tmp_path, CELLS))
    assert call.name == "page.slope"
    assert "SLOPE = 2.0" in call.source
    assert "other" not in call.source.replace("another", "")
    assert "setup" not in call.source
    assert not call.keras


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("'page.slope', fit", "'book.slope', fit", r"must name its records 'page\.<experiment>'"),
        ("'page.slope', fit", "name, fit", "record must be called with a text and the name of a function"),
        ("'page.slope', fit", "'page.slope', lambda seed: 1", "record must be called with a text"),
    ],
)
def test_calls_that_cannot_be_followed_are_refused(tmp_path, old, new, message):
    with pytest.raises(ValueError, match=message):
        record_calls(write_book(tmp_path, an_edit(CELLS, old, new)))


# making, reading and checking


def test_from_the_command_to_the_page(tmp_path):
    path = write_book(tmp_path, CELLS)
    assert "there is no records/page.slope.json. Make it: dlbook record page:slope (3 runs)" in run_cells(
        path
    )
    assert run_record(tmp_path, "--list") == (
        1,
        "missing page.slope: 3 runs (record page.slope: there is no records/page.slope.json)\n",
    )

    code, output = run_record(tmp_path, "page", "--jobs", "2")
    assert code == 0, output
    assert "made    page.slope: 3 runs" in output
    assert run_notebook(path).ok
    code, output = run_record(tmp_path, "--list")
    assert (code, output[:24]) == (0, "fresh   page.slope: 3 ru")
    assert run_record(tmp_path, "page:slope") == (0, "fresh   page.slope\n")


def test_a_notebook_alone_reads_the_record_that_the_package_carries(tmp_path):
    package = tmp_path / "package" / "chapters"
    write_book(tmp_path / "book", CELLS)
    assert run_record(tmp_path / "book")[0] == 0
    shutil.copytree(tmp_path / "book" / "chapters", package)
    carried = f"from importlib import resources\nresources.files = lambda _: {str(package.parent)!r}"
    alone = write_book(tmp_path / "alone", [carried, *CELLS])
    assert not (alone.parent / "records").exists()
    assert run_cells(alone).startswith("Recorded: 3 runs")


def test_cells_that_run_without_a_history_are_the_same_code(tmp_path):
    path = write_book(tmp_path, ["%config InlineBackend.rc = {}\n%time WIDTH = 3", *CELLS])
    assert run_record(tmp_path)[0] == 0
    assert run_cells(path).startswith("Recorded: 3 runs")
    assert run_cells(path, "without").startswith("Recorded: 3 runs")


def test_other_code_is_never_shown(tmp_path):
    path = write_book(tmp_path, CELLS)
    assert run_record(tmp_path)[0] == 0

    # The build stops with one line; the check runs one run and keeps the rest.
    same_results = an_edit(CELLS, "for _ in range(steps):", "for step in range(steps):")
    write_book(tmp_path, same_results)
    assert "was made by other code (fit): dlbook record page:slope makes it anew" in run_cells(path)
    assert run_record(tmp_path, "--list")[0] == 1
    code, output = run_record(tmp_path, "page", "--verify")
    assert code == 0, output
    assert run_cells(path).startswith("Recorded: 3 runs")

    # Code that gives other results is not waved through.
    write_book(tmp_path, an_edit(CELLS, "SLOPE = 2.0", "SLOPE = 1.0"))
    code, output = run_record(tmp_path, "page", "--verify")
    assert code == 1
    assert "page.slope: the run {'rate': 0.1, 'steps': 4, 'seed': " in output
    assert "was made by other code (SLOPE, fit)" in run_cells(path)

    # Nor are weights that do not reach their score.
    write_book(tmp_path, same_results)
    record_file = path.parent / "records" / "page.slope.json"
    stored = json.loads(record_file.read_text("utf-8"))
    stored["runs"][0]["checked"]["loss"] += 1.0
    record_file.write_text(json.dumps(stored), encoding="utf-8")
    expected = "with the stored weights of the run {'rate': 0.1, 'steps': 4, 'seed': 0} the scores are"
    assert expected in run_cells(path)


def test_the_full_profile_makes_what_is_not_there(tmp_path):
    path = write_book(tmp_path, an_edit(CELLS, "'quick'", "'full'"))
    assert run_cells(path).startswith("Recorded: 3 runs")
    assert run_record(tmp_path, "--list")[0] == 0
    assert read_record(path.parent / "records", "page.slope").runs[0].weights is not None


def test_a_cluster_makes_runs(tmp_path):
    distributed = pytest.importorskip("distributed")
    write_book(tmp_path, CELLS)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        code, output = run_record(tmp_path, "--scheduler", cluster.scheduler_address)
    assert code == 0, output
    assert run_record(tmp_path, "--list")[0] == 0


def test_a_failing_run_is_named_and_the_others_are_kept(tmp_path):
    write_book(tmp_path, an_edit(CELLS, "rng = np", "assert seed != 2\n    rng = np"))
    code, output = run_record(tmp_path, "--jobs", "1")
    assert code == 1
    assert "page.slope: the run {'rate': 0.1, 'steps': 4, 'seed': 2} failed: AssertionError" in output
    path = tmp_path / "chapters" / "01_one" / "page.ipynb"
    (recording,) = find_recordings([path], tmp_path / "_build" / "records")
    asked = recording.asked()
    assert [recording._part(arguments) is not None for arguments in asked.runs[:3]] == [True, True, False]
    assert not (path.parent / "records").exists()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX systems")
def test_after_ctrl_c_finished_runs_are_kept_and_nothing_is_left_running(tmp_path):
    path = write_book(tmp_path, an_edit(CELLS, "rng = np", "time.sleep(60 * (seed > 0))\n    rng = np"))
    # A test that runs in the background would hand on that Ctrl-C is ignored.
    program = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    program += "from dlbook.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "record", "--jobs", "1", "--root", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    parts = tmp_path / "_build" / "records" / "page.slope"
    try:
        limit = time.monotonic() + 120
        while not list(parts.glob("*/*/outcome.json")) and time.monotonic() < limit:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, messages = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "1 of 3 runs are kept; the same command goes on from there" in messages
    assert len(list(parts.glob("*/*/outcome.json"))) == 1
    assert not (path.parent / "records").exists()


def test_unknown_names_are_told(tmp_path):
    write_book(tmp_path, CELLS)
    code, output = run_record(tmp_path, "page:slop")
    assert code == 2
    assert "no notebook keeps the record page.slop; there are page.slope" in output
