"""The process that makes one run of an experiment, or finds out which runs there are.

Its folder holds ``job.json``; it leaves ``outcome.json`` there, and ``weights.npz`` where weights are kept.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from ..files import write_bytes, write_text
from ..runtime import device, setup
from .record_files import LARGEST, rounded_weights
from .records import Experiment, plan, scores

_MODULE = "__main__"


def main(folder: str) -> None:
    """Do the job that lies in a folder.

    Parameters
    ----------
    folder : str
        Where ``job.json`` is, and where the outcome goes.
    """
    place = Path(folder).resolve()
    job = json.loads((place / "job.json").read_text(encoding="utf-8"))
    os.chdir(job["cwd"])
    setup(keras=job["keras"])
    asked = asked_for(job["source"], job["call"])
    if job["arguments"] is None:
        outcome = {
            "fixed": asked.fixed,
            "grid": asked.grid,
            "keep": asked.keep,
            "function": asked.function.__name__,
        }
    else:
        outcome = run(asked, job["arguments"], place)
    write_text(place / "outcome.json", json.dumps(outcome))


def asked_for(source: str, call: str) -> Experiment:
    """Run the code that an experiment reaches, and evaluate the call of ``record`` as a plan.

    Parameters
    ----------
    source : str
        Definitions from the notebook.
    call : str
        The expression ``record(...)``.

    Returns
    -------
    Experiment
        What is asked for.
    """
    names: dict[str, Any] = {"__name__": _MODULE}
    exec(compile(source, "<notebook>", "exec"), names)
    function, _, arguments = call.partition("(")
    root = function.strip().partition(".")[0]
    names[root] = plan if root == function.strip() else _Namespace(plan)
    found = eval(f"{function}({arguments}", names)
    assert isinstance(found, Experiment)
    return found


class _Namespace:
    """Stands for the module in a call like ``training.record(...)``."""

    def __init__(self, record: Any) -> None:
        self.record = record


def run(asked: Experiment, arguments: dict[str, Any], place: Path) -> dict[str, Any]:
    """Make one run.

    Parameters
    ----------
    asked : Experiment
        The experiment.
    arguments : dict
        The arguments of the run.
    place : pathlib.Path
        Where the weights go.

    Returns
    -------
    dict
        Results, seconds and machine.
    """
    started = time.perf_counter()
    results = asked.function(**arguments)
    seconds = time.perf_counter() - started
    outcome: dict[str, Any] = {"results": scores(results), "seconds": round(seconds, 1), "checked": {}}
    if asked.keeps(arguments):
        if "weights" not in results:
            raise ValueError(f"{asked.function.__name__} must return its weights under 'weights' for keep")
        n_kept = sum(asked.keeps(run) for run in asked.runs)
        kept = rounded_weights(results["weights"], int(0.8 * LARGEST) // n_kept)
        again = asked.function(**arguments, weights=[array.astype(np.float32) for array in kept])
        outcome["checked"] = scores(again)
        np.savez(place / "weights.part.npz", *kept)
        write_bytes(place / "weights.npz", (place / "weights.part.npz").read_bytes())
    outcome["machine"] = machine()
    return outcome


def machine() -> dict[str, str]:
    """Describe what computed: processor, device, and the Keras backend if there was one."""
    found = {"processor": _processor(), "device": device(), "numpy": np.__version__}
    keras = sys.modules.get("keras")
    if keras is not None:
        found |= {"backend": keras.backend.backend(), "keras": keras.__version__}
    return found


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main(sys.argv[1])
