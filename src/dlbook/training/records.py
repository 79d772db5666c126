"""Experiments that take longer than a build: recorded once, read and checked at every build.

In a notebook the experiment is a function that builds, trains and evaluates. :func:`record` returns the
results of all its runs from a file beside the notebook; ``dlbook record`` makes the file. A record is never
shown where the code that made it is another one than the code on the page.
"""

from __future__ import annotations

import datetime
import inspect
import linecache
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..files import companion
from ..runtime import device, profile
from .record_files import (
    LARGEST,
    FinishedRun,
    RecordContent,
    RecordError,
    combinations,
    plain,
    read_record,
    rounded_weights,
    same,
    write_record,
)

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["FOLDER", "Experiment", "Record", "plan", "record"]

FOLDER = "records"
"""The folder beside the notebooks."""

_TOLERANCE = 1e-3  # relative; between backends and machines the last digits of single precision differ


@dataclass(frozen=True)
class Experiment:
    """What :func:`record` was asked for.

    Parameters
    ----------
    name : str
        ``"notebook.experiment"``.
    function : callable
        The experiment.
    fixed : dict
        Arguments that are the same in all runs.
    grid : dict of str to list
        The values of the other arguments.
    keep : dict
        Values of the runs whose weights are kept; None where none are.
    """

    name: str
    function: Callable[..., Mapping[str, Any]]
    fixed: dict[str, Any]
    grid: dict[str, list[Any]]
    keep: dict[str, Any] | None

    @property
    def runs(self) -> list[dict[str, Any]]:
        """The arguments of all runs."""
        return combinations(self.fixed, self.grid)

    def keeps(self, arguments: Mapping[str, Any]) -> bool:
        """Tell whether the weights of a run are kept.

        Parameters
        ----------
        arguments : mapping of str to object
            Those of the run.

        Returns
        -------
        bool
            Whether they agree with `keep`.
        """
        return self.keep is not None and all(arguments[name] == value for name, value in self.keep.items())

    @property
    def command(self) -> str:
        """What a person types to make the record."""
        notebook, _, name = self.name.partition(".")
        return f"dlbook record {notebook}:{name}"


class Record:
    """The results of the runs of an experiment.

    Parameters
    ----------
    name : str
        ``"notebook.experiment"``.
    content : RecordContent
        What the record holds.
    """

    def __init__(self, name: str, content: RecordContent) -> None:
        self.name = name
        self.content = content

    def __repr__(self) -> str:
        return f"<record {self.name}: {len(self.content.runs)} runs>"

    def __getitem__(self, key: str) -> NDArray[Any]:
        """Return one result of all runs, in an array with an axis for every argument that varies.

        Lists of equal length add axes of their own.
        """
        known = self.content.runs[0].results
        if key not in known:
            raise ValueError(f"result must be one of {', '.join(known)}, got {key!r}")
        values = [run.results[key] for run in self.content.runs]
        shape = tuple(len(values) for values in self.content.grid.values())
        try:
            array = np.array(values)
        except ValueError:  # curves of different lengths
            array = np.empty(len(values), dtype=object)
            array[:] = values
        return array.reshape(shape + array.shape[1:])

    def select(self, **arguments: Any) -> Record:
        """Return the runs that have certain arguments.

        Parameters
        ----------
        **arguments : object
            One value of each argument to fix; its axis is gone afterwards.

        Returns
        -------
        Record
            The part.

        Raises
        ------
        ValueError
            If there is no such argument or value.
        """
        content = self.content
        for name, value in arguments.items():
            if name not in content.grid:
                raise ValueError(f"arguments must be among {', '.join(content.grid)}, got {name!r}")
            if value not in content.grid[name]:
                raise ValueError(f"{name} must be one of {content.grid[name]}, got {value!r}")
        grid = {name: values for name, values in content.grid.items() if name not in arguments}
        runs = [
            run
            for run in content.runs
            if all(run.arguments[name] == value for name, value in arguments.items())
        ]
        return Record(self.name, replace(content, fixed=content.fixed | arguments, grid=grid, runs=runs))

    def weights(self, **arguments: Any) -> list[NDArray[np.float32]]:
        """Return the weights of one run.

        Parameters
        ----------
        **arguments : object
            Values that single the run out among those whose weights were kept.

        Returns
        -------
        list of ndarray of float32
            In the order in which the experiment returned them.

        Raises
        ------
        ValueError
            If no run with weights, or more than one, has these arguments.
        """
        found = [run.weights for run in self.select(**arguments).content.runs if run.weights is not None]
        if len(found) != 1:
            raise ValueError(f"arguments must name one run with weights, got {arguments} for {len(found)}")
        return [array.astype(np.float32) for array in found[0]]

    def note(self) -> None:
        """Show what stands behind the numbers: runs, time, machine, day, and what this build checked."""
        from IPython.display import display

        text = _sentence(self.content)
        display({"text/plain": text, "text/html": f'<p class="dlb-record">{text}</p>'}, raw=True)


def _sentence(content: RecordContent) -> str:
    runs, machine = len(content.runs), content.machine
    n_checked = sum(run.weights is not None for run in content.runs)
    what = f"{machine['backend']} on {machine['device']}" if "backend" in machine else machine["processor"]
    checked = (
        f"This build loaded the stored weights of {n_checked} and measured the same scores."
        if n_checked
        else "This build checked that the code on this page is the code that made them."
    )
    number = "1 run" if runs == 1 else f"{runs} runs"
    return (
        f"Recorded: {number}, {_duration(content.seconds)} of computing ({what}), {content.date}. {checked}"
    )


def plan(
    name: str,
    experiment: Callable[..., Mapping[str, Any]],
    *,
    keep: Mapping[str, Any] | None = None,
    **arguments: Any,
) -> Experiment:
    """Put together what :func:`record` is asked for, with the same arguments.

    Parameters
    ----------
    name : str
        ``"notebook.experiment"``.
    experiment : callable
        The experiment.
    keep : mapping of str to object, optional
        Which runs keep their weights.
    **arguments : object
        Lists, tuples, ranges and arrays vary; everything else is the same in all runs.

    Returns
    -------
    Experiment
        The plan.

    Raises
    ------
    ValueError
        If the name has no dot, the experiment does not take the arguments, or a value is no plain data.
    """
    notebook, dot, rest = name.partition(".") if isinstance(name, str) else ("", "", "")
    if not (notebook and dot and rest.isidentifier()):
        raise ValueError(
            f"name must be the notebook's and the experiment's, as in 'lstm.adding', got {name!r}"
        )
    if not (callable(experiment) and hasattr(experiment, "__name__")):
        raise ValueError(f"experiment must be a function of the notebook, got {type(experiment).__name__}")
    fixed, grid = {}, {}
    for key, value in arguments.items():
        data = plain(value, key)
        if isinstance(data, list):
            if not data or any(data.count(item) > 1 for item in data):
                raise ValueError(f"{key} must hold different values, at least one, got {data}")
            grid[key] = data
        else:
            fixed[key] = data
    taken = inspect.signature(experiment).parameters
    unknown = (fixed | grid).keys() - taken.keys()
    if unknown:
        raise ValueError(
            f"arguments must be those of {experiment.__name__}, got {', '.join(sorted(unknown))}"
        )
    kept = None
    if keep is not None:
        if "weights" not in taken:
            raise ValueError(
                f"keep needs an experiment with an argument 'weights', got {experiment.__name__}"
            )
        kept = plain(keep, "keep")
        for key, value in kept.items():
            if value not in grid.get(key, [fixed.get(key)]):
                raise ValueError(f"keep must name arguments of the runs, got {key}={value!r}")
    return Experiment(name, experiment, fixed, grid, kept)


def record(
    name: str,
    experiment: Callable[..., Mapping[str, Any]],
    *,
    keep: Mapping[str, Any] | None = None,
    **arguments: Any,
) -> Record:
    """Return the recorded results of an experiment, for all combinations of its arguments.

    Parameters
    ----------
    name : str
        The notebook's and the experiment's, as in ``"lstm.adding"``: the name of the file.
    experiment : callable
        A function of the notebook. It builds, trains and evaluates, and returns a dictionary of numbers,
        texts and lists. Under ``"weights"`` it may return those of its model. With an argument ``weights``
        it takes them back, does not train, and returns its scores.
    keep : mapping of str to object, optional
        Which runs keep their weights, as ``{"seed": 0}``. Each build evaluates them again.
    **arguments : object
        What it is called with. Lists, tuples, ranges and arrays vary; the rest is the same in all runs.

    Returns
    -------
    Record
        The results.

    Raises
    ------
    RecordError
        If there is no record, it is damaged, other code or arguments made it, or stored weights no longer
        reach their score. The message says how to make it anew, and how long that takes.

    Notes
    -----
    The code that counts is what the experiment reaches by name, in the notebook's cells and in `dlbook`,
    without comments and docstrings.
    """
    from .notebook_code import experiment_code

    asked = plan(name, experiment, keep=keep, **arguments)
    folder = _folder_of(experiment)
    code = experiment_code(_cells_of(experiment), experiment.__name__)
    make = profile() == "full"
    try:
        beside = companion(str(folder / f"{name}.json"))  # or carried by the package
        content = read_record(beside.parent, name)
        changed = differences(asked, content, code)
    except RecordError as error:
        if not make:
            raise RecordError(f"{error}. Make it: {asked.command} ({len(asked.runs)} runs)") from None
        changed = [name]
    if changed and make:
        content = make_here(asked, code)
        write_record(folder, name, content)
    elif changed:
        raise RecordError(stale(asked, content, changed))
    for run in content.runs:
        check_run(asked, run)
    return Record(name, content)


def make_here(asked: Experiment, code: Mapping[str, str]) -> RecordContent:
    """Make all runs in this process, one after the other, as the full profile does.

    Parameters
    ----------
    asked : Experiment
        The experiment.
    code : mapping of str to str
        Digests of the code that it depends on.

    Returns
    -------
    RecordContent
        The record.
    """
    from tqdm import tqdm

    bar = tqdm(asked.runs, desc=asked.name, unit="run", leave=False, disable=not sys.stderr.isatty())
    return assembled(asked, code, [make_run(asked, arguments) for arguments in bar], machine())


def make_run(asked: Experiment, arguments: dict[str, Any]) -> FinishedRun:
    """Make one run.

    Parameters
    ----------
    asked : Experiment
        The experiment.
    arguments : dict
        The arguments of the run.

    Returns
    -------
    FinishedRun
        Results and seconds; weights too, rounded and evaluated again, where they are kept.
    """
    started = time.perf_counter()
    results = asked.function(**arguments)
    seconds = round(time.perf_counter() - started, 1)
    if not asked.keeps(arguments):
        return FinishedRun(arguments, scores(results), seconds)
    if "weights" not in results:
        raise ValueError(f"{asked.function.__name__} must return its weights under 'weights', for keep")
    n_kept = sum(asked.keeps(run) for run in asked.runs)
    kept = rounded_weights(results["weights"], int(0.8 * LARGEST) // n_kept)
    again = asked.function(**arguments, weights=[array.astype(np.float32) for array in kept])
    return FinishedRun(arguments, scores(results), seconds, kept, scores(again))


def assembled(
    asked: Experiment, code: Mapping[str, str], runs: list[FinishedRun], made_on: dict[str, str]
) -> RecordContent:
    """Put a record together from its runs."""
    return RecordContent(
        experiment=asked.function.__name__,
        fixed=asked.fixed,
        grid=asked.grid,
        code=dict(code),
        runs=runs,
        machine=made_on,
        date=datetime.date.today().isoformat(),
    )


def machine() -> dict[str, str]:
    """Describe what computes: processor, device, and the Keras backend if there is one."""
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


def differences(asked: Experiment, content: RecordContent, code: Mapping[str, str]) -> list[str]:
    """List what is no longer as it was when a record was made.

    Parameters
    ----------
    asked : Experiment
        What is asked for now.
    content : RecordContent
        The record.
    code : mapping of str to str
        Digests of the code that the experiment depends on now.

    Returns
    -------
    list of str
        Names of statements and of arguments; empty for a fresh record.
    """
    changed = [
        label for label in code.keys() | content.code.keys() if code.get(label) != content.code.get(label)
    ]
    now, then = asked.fixed | asked.grid, content.fixed | content.grid
    changed += [key for key in now.keys() | then.keys() if now.get(key) != then.get(key)]
    kept = [run.arguments for run in content.runs if run.weights is not None]
    if kept != [arguments for arguments in asked.runs if asked.keeps(arguments)]:
        changed.append("keep")
    return sorted(changed)


def stale(asked: Experiment, content: RecordContent, changed: Sequence[str]) -> str:
    """Say in one line that a record is old, and how to renew it."""
    shown = ", ".join(changed[:4]) + (f" and {len(changed) - 4} more" if len(changed) > 4 else "")
    return (
        f"record {asked.name} was made by other code ({shown}): {asked.command} makes it anew, "
        f"{_duration(content.seconds)} of computing; with --verify it keeps the record if one run agrees"
    )


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"


def check_run(asked: Experiment, run: FinishedRun) -> None:
    """Load the stored weights of a run into the model of the experiment, and compare its scores.

    Parameters
    ----------
    asked : Experiment
        The experiment.
    run : FinishedRun
        A run; nothing happens to one without weights.

    Raises
    ------
    RecordError
        If the scores are others.
    """
    if run.weights is None:
        return
    weights = [array.astype(np.float32) for array in run.weights]
    found = scores(asked.function(**run.arguments, weights=weights))
    if not same(run.checked, found, rtol=_TOLERANCE):
        raise RecordError(
            f"record {asked.name}: with the stored weights of the run {run.arguments} the scores are "
            f"{found}, recorded are {run.checked}"
        )


def scores(results: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain results of an experiment, weights aside."""
    if not isinstance(results, Mapping):
        raise ValueError(f"experiment must return a dictionary of results, got {type(results).__name__}")
    return {key: plain(value, key) for key, value in results.items() if key != "weights"}


def _folder_of(experiment: Callable[..., Any]) -> Path:
    """Return where records are: beside the notebook, which is the kernel's folder, or beside a module."""
    source = sys.modules.get(experiment.__module__)
    if (
        source is None
        or getattr(source, "__name__", "") == "__main__"
        or not getattr(source, "__file__", None)
    ):
        return Path(FOLDER)
    return Path(str(source.__file__)).parent / FOLDER


def _cells_of(experiment: Callable[..., Any]) -> list[str]:
    """Return the cells that have been run, or the source of the module that an experiment stands in."""
    if experiment.__module__ == "__main__":
        from IPython.core.getipython import get_ipython

        shell = get_ipython()
        if shell is not None:
            kept = list(dict.fromkeys(cell for cell in shell.user_ns["In"] if cell))
            return kept or _compiled_cells(shell)  # under nbval cells run without a history
    return [inspect.getsource(inspect.getmodule(experiment) or experiment)]


def _compiled_cells(shell: InteractiveShell) -> list[str]:
    """Return the cells that a shell has compiled, magics turned into Python."""
    names = [name for name in linecache.cache if shell.compile.format_code_name(name)]
    return ["".join(linecache.getlines(name)) for name in names]
