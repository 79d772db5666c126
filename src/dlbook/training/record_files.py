"""The files of a record: results as JSON, weights beside them, small and complete or not there at all."""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..files import write_bytes, write_text

__all__ = [
    "LARGEST",
    "FinishedRun",
    "RecordContent",
    "RecordError",
    "combinations",
    "plain",
    "read_record",
    "rounded_weights",
    "write_record",
]

LARGEST = 300_000  # bytes of a record, weights included
_FORMAT = 1
_DIGITS = 6  # significant ones, of every number


class RecordError(ValueError):
    """A record cannot be used: the message names it, says why, and what to do."""


@dataclass(frozen=True)
class FinishedRun:
    """One run of an experiment.

    Parameters
    ----------
    arguments : dict
        What the experiment was called with.
    results : dict
        What it returned, weights aside.
    seconds : float
        How long it took.
    weights : list of ndarray, optional
        The weights it returned, as they are stored.
    checked : dict
        What the experiment returns for the stored weights; empty without them.
    """

    arguments: dict[str, Any]
    results: dict[str, Any]
    seconds: float
    weights: list[NDArray[Any]] | None = None
    checked: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordContent:
    """Everything that a record holds.

    Parameters
    ----------
    experiment : str
        Name of the function.
    fixed : dict
        Arguments that are the same in all runs.
    grid : dict of str to list
        The values of the other arguments; the runs are all their combinations.
    code : dict of str to str
        Digest of every statement that the experiment depends on, by name.
    runs : list of FinishedRun
        In the order of `combinations`.
    machine : dict of str to str
        Processor, device, backend and versions.
    date : str
        The day it was made.
    """

    experiment: str
    fixed: dict[str, Any]
    grid: dict[str, list[Any]]
    code: dict[str, str]
    runs: list[FinishedRun]
    machine: dict[str, str]
    date: str

    @property
    def seconds(self) -> float:
        """The time of all runs together."""
        return sum(run.seconds for run in self.runs)


def combinations(fixed: Mapping[str, Any], grid: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """List the arguments of all runs.

    Parameters
    ----------
    fixed : mapping of str to object
        Arguments that are the same in all runs.
    grid : mapping of str to sequence
        The values of the others.

    Returns
    -------
    list of dict
        The last argument of the grid changes fastest.

    Examples
    --------
    >>> combinations({"epochs": 3}, {"cell": ["lstm"], "seed": [0, 1]})
    [{'epochs': 3, 'cell': 'lstm', 'seed': 0}, {'epochs': 3, 'cell': 'lstm', 'seed': 1}]
    """
    return [{**fixed, **dict(zip(grid, values, strict=True))} for values in itertools.product(*grid.values())]


def plain(value: Any, name: str = "result") -> Any:
    """Return a result as plain data for JSON, numbers with six significant digits.

    Parameters
    ----------
    value : object
        A number, a text, None, an array, or lists and dictionaries of them.
    name : str, default "result"
        What a message calls it.

    Returns
    -------
    object
        The data.

    Raises
    ------
    ValueError
        If it holds something else.

    Examples
    --------
    >>> plain({"loss": np.float32(1 / 3), "curve": np.arange(2)})
    {'loss': 0.333333, 'curve': [0, 1]}
    """
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, Mapping):
        return {str(key): plain(item, f"{name}[{key!r}]") for key, item in value.items()}
    if isinstance(value, Iterable):
        return [plain(item, f"{name}[{i}]") for i, item in enumerate(value)]
    raise ValueError(
        f"{name} must be made of numbers, texts, arrays, lists and dictionaries, got {type(value).__name__}"
    )


def rounded_weights(weights: Iterable[Any], most: int) -> list[NDArray[Any]]:
    """Return weights in the precision in which a record keeps them: half, or 8 bits where that is too large.

    Parameters
    ----------
    weights : iterable of array_like
        The weights of a model, in its order.
    most : int
        How many bytes they may take.

    Returns
    -------
    list of ndarray
        Arrays of float16; or of float32 with 255 different values each, the largest of them kept exactly.

    Raises
    ------
    ValueError
        If they take more than `most` bytes in 8 bits too.
    """
    arrays = [np.asarray(array, dtype=np.float32) for array in weights]
    size = sum(array.size for array in arrays)
    if size > most:
        raise ValueError(f"weights must take at most {most} bytes, got {size} numbers")
    if 2 * size <= most:
        return [array.astype(np.float16) for array in arrays]
    return [_from_bytes(*_as_bytes(array)) for array in arrays]


def _as_bytes(array: NDArray[Any]) -> tuple[NDArray[np.int8], np.float32]:
    scale = np.float32(np.abs(array).max(initial=0.0) / 127)
    return np.round(array / (scale or 1)).astype(np.int8), scale


def _from_bytes(array: NDArray[np.int8], scale: np.float32) -> NDArray[np.float32]:
    return array.astype(np.float32) * scale


def read_record(folder: Path, name: str) -> RecordContent:
    """Read a record.

    Parameters
    ----------
    folder : pathlib.Path
        Where the records of a chapter are.
    name : str
        ``"notebook.experiment"``.

    Returns
    -------
    RecordContent
        What it holds.

    Raises
    ------
    RecordError
        If it is not there, damaged or incomplete.
    """
    path = folder / f"{name}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != _FORMAT:
            raise RecordError(
                f"record {name}: written by another version of the book (format {content['format']})"
            )
        stored = _read_weights(folder, name, content.get("weights"))
        runs = [
            FinishedRun(**{**run, "weights": _weights_of(stored, i, name) if run["weights"] else None})
            for i, run in enumerate(content["runs"])
        ]
        fields = ("experiment", "fixed", "grid", "code", "machine", "date")
        found = RecordContent(**{key: content[key] for key in fields}, runs=runs)
    except FileNotFoundError:
        raise RecordError(f"record {name}: there is no {path.parent.name}/{path.name}") from None
    except RecordError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordError(f"record {name}: {path.name} is damaged ({type(error).__name__})") from None
    expected = combinations(found.fixed, found.grid)
    for i, arguments in enumerate(expected):
        if i >= len(found.runs) or found.runs[i].arguments != arguments:
            raise RecordError(f"record {name}: the run with {arguments} is missing")
    return found


def _read_weights(folder: Path, name: str, kept: Mapping[str, str] | None) -> dict[str, NDArray[Any]]:
    if kept is None:
        return {}
    path = folder / kept["file"]
    try:
        data = path.read_bytes()
    except OSError:
        raise RecordError(f"record {name}: its weights, {path.name}, are missing") from None
    if hashlib.sha256(data).hexdigest() != kept["sha256"]:
        raise RecordError(f"record {name}: its weights, {path.name}, are damaged")
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        return dict(archive)


def _weights_of(stored: Mapping[str, NDArray[Any]], run: int, name: str) -> list[NDArray[Any]]:
    arrays = []
    for i in itertools.count():
        key = f"{run}.{i}"
        if key not in stored:
            break
        array = stored[key]
        arrays.append(
            _from_bytes(array, np.float32(stored[f"{key}.scale"])) if array.dtype == np.int8 else array
        )
    if not arrays:
        raise RecordError(f"record {name}: run {run} has no weights")
    return arrays


def write_record(folder: Path, name: str, content: RecordContent) -> None:
    """Write a record in one step: until the last moment the old one stays.

    Parameters
    ----------
    folder : pathlib.Path
        Where the records of a chapter are.
    name : str
        ``"notebook.experiment"``.
    content : RecordContent
        What to write.

    Raises
    ------
    RecordError
        If it would be larger than 300 KB.
    OSError
        If there is no room; the old record is then as it was.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for i, run in enumerate(content.runs):
        for j, array in enumerate(run.weights or []):
            if array.dtype == np.float16:
                arrays[f"{i}.{j}"] = array
            else:
                arrays[f"{i}.{j}"], scale = _as_bytes(array)
                arrays[f"{i}.{j}.scale"] = np.array(scale)
    data = b""
    plain_content: dict[str, Any] = {"format": _FORMAT, **asdict(content)}
    for run, plain_run in zip(content.runs, plain_content["runs"], strict=True):
        plain_run["weights"] = run.weights is not None
    if arrays:
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
        data = buffer.getvalue()
        digest = hashlib.sha256(data).hexdigest()
        # Named by its content, so that the present record keeps its own until the JSON is replaced.
        plain_content["weights"] = {"file": f"{name}.{digest[:8]}.npz", "sha256": digest}
    text = _as_text(plain_content)
    size = len(data) + len(text.encode())
    if size > LARGEST:
        raise RecordError(
            f"record {name}: it would take {size / 1000:.0f} KB, more than {LARGEST // 1000}: "
            "thin the curves, or keep fewer weights"
        )
    if arrays:
        write_bytes(folder / plain_content["weights"]["file"], data)
    write_text(folder / f"{name}.json", text)
    for old in folder.glob(f"{name}.????????.npz"):
        if not arrays or old.name != plain_content["weights"]["file"]:
            with contextlib.suppress(OSError):
                old.unlink()


def _as_text(content: Mapping[str, Any]) -> str:
    """Write a line a run, so that the history of the file can be read."""
    runs = ",\n  ".join(json.dumps(run, ensure_ascii=False) for run in content["runs"])
    rest = {key: value for key, value in content.items() if key != "runs"}
    head = json.dumps(rest, indent=1, ensure_ascii=False).rstrip("}").rstrip()
    return f'{head},\n "runs": [\n  {runs}\n ]\n}}\n'


def same(expected: Any, found: Any, *, rtol: float, atol: float = 1e-6) -> bool:
    """Tell whether two results are equal up to rounding.

    Parameters
    ----------
    expected, found : object
        What `plain` returns.
    rtol, atol : float
        Relative and absolute tolerance of numbers.

    Returns
    -------
    bool
        Whether names, lengths, texts and numbers agree.
    """
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(
            same(expected[key], found[key], rtol=rtol, atol=atol) for key in expected
        )
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(
            same(one, other, rtol=rtol, atol=atol) for one, other in zip(expected, found, strict=True)
        )
    if isinstance(expected, int | float) and isinstance(found, int | float):
        both_none = math.isnan(expected) and math.isnan(found)
        return both_none or math.isclose(expected, found, rel_tol=rtol, abs_tol=atol)
    return bool(expected == found)
