"""The process that makes one run of an experiment, or finds out which runs there are.

Its folder holds ``job.json``; it leaves ``outcome.json`` there, and ``weights.npz`` where weights are kept.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from ..files import write_text
from ..runtime import setup
from .records import Experiment, machine, make_run, plan

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
    outcome: dict[str, Any]
    if job["arguments"] is None:
        outcome = {
            "fixed": asked.fixed,
            "grid": asked.grid,
            "keep": asked.keep,
            "function": asked.function.__name__,
        }
    else:
        run = make_run(asked, job["arguments"])
        outcome = {
            "results": run.results,
            "seconds": run.seconds,
            "checked": run.checked,
            "machine": machine(),
        }
        if run.weights is not None:
            np.savez(place / "weights.npz", *run.weights)
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


if __name__ == "__main__":
    main(sys.argv[1])
