import sys
import time
from pathlib import Path

import nbformat
import pytest

from dlbook.execution import Job, execute, run_on_cluster
from dlbook.execution import cluster as module

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster():
    """Return a cluster of two worker processes on this machine."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


def test_notebooks_travel_with_their_files(cluster, lesson, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "points.txt").write_text("1 2 3", encoding="utf-8")
    sources = {
        "first": "import os\nprint(open('data/points.txt').read(), os.environ['COLOUR'], os.getcwd())",
        "second": "raise ValueError('bad')",
        "third": "from dlbook.runtime import setup\nrun = setup('full', 2)",
    }
    jobs = [
        Job(name, lesson(source), tmp_path, timeout=60, env={"COLOUR": "red"}, key=f"key of {name}")
        for name, source in sources.items()
    ]
    seen = {}
    results = run_on_cluster(
        jobs,
        cluster.scheduler_address,
        on_result=lambda execution: seen.setdefault(execution.result.notebook, execution),
    )
    assert [(result.notebook, result.status) for result in results] == [
        ("first", "ok"),
        ("second", "failed"),
        ("third", "ok"),
    ]
    output = seen["first"].notebook.cells[-1].outputs[0].text
    assert output.startswith("1 2 3 red ")
    assert str(tmp_path) not in output  # the worker needs no copy of the book
    assert (results[1].error.cell, results[1].error.message) == (2, "bad")
    assert (results[2].profile, results[2].seed, results[2].key) == ("full", 2, "key of third")
    assert results[2].peak_memory_mb > 20
    nbformat.validate(seen["third"].notebook)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for the kernel in /proc")
def test_the_cluster_is_left_in_peace_after_an_interruption(cluster, notebook, tmp_path):
    started, ended = tmp_path / "started", tmp_path / "ended"
    source = (
        "import os, time\nfrom pathlib import Path\n"
        f"Path({str(started)!r}).write_text(str(os.getpid()))\ntime.sleep(600)\n"
        f"Path({str(ended)!r}).touch()"
    )
    jobs = [Job("quick", notebook("1"), tmp_path, timeout=60), Job("long", notebook(source), tmp_path)]

    def interrupt(execution):
        assert execution.result.notebook == "quick"
        while not started.exists():
            time.sleep(0.1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_on_cluster(jobs, cluster.scheduler_address, on_result=interrupt)
    kernel = Path("/proc", started.read_text("utf-8"))
    deadline = time.monotonic() + 30
    while kernel.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not kernel.exists()
    assert not ended.exists()


def test_another_dlbook_is_refused(cluster, notebook, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_own_digest", lambda: "that of other sources")
    with pytest.raises(ConnectionError, match="has another dlbook than this one"):
        run_on_cluster([Job("x", notebook("1"), tmp_path)], cluster.scheduler_address)


@pytest.mark.parametrize("address", ["", "somewhere", "tcp://host", "tcp://host:port"])
def test_an_address_that_is_none(address):
    with pytest.raises(ConnectionError, match="looks like tcp://"):
        run_on_cluster([], address)


def test_nobody_answers(monkeypatch):
    monkeypatch.setattr(module, "_CONNECT", 0.5)
    with pytest.raises(ConnectionError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9 "):
        run_on_cluster([], "tcp://127.0.0.1:9")


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ModuleNotFoundError, match=r"needs the package 'distributed': .* dlbook\[cluster\]"):
        run_on_cluster([], "tcp://127.0.0.1:9")


def test_a_lost_worker_is_a_failure(notebook, tmp_path):
    class Lost:
        def result(self):
            raise distributed.client.FutureCancelledError("key", "lost dependencies")

    done = module._received(Lost(), Job("x", notebook("1"), tmp_path, key="k"))
    assert (done.result.status, done.result.key) == ("failed", "k")
    assert "lost dependencies" in str(done.result.error)


def test_execute_here_and_there_agree(cluster, notebook, tmp_path):
    nb = notebook("print(sum(range(10)))")
    seen = []
    run_on_cluster([Job("x", nb, tmp_path)], cluster.scheduler_address, on_result=seen.append)
    assert seen[0].notebook.cells == execute(nb, cwd=tmp_path).notebook.cells
