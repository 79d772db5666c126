"""What the notebooks put on the pages: no error, no warning, no debris, no object without a face."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from executed import ExecutedCopies

ROOT = Path(__file__).resolve().parents[2]
COPIES = ExecutedCopies(ROOT)
WIDGET = "application/vnd.jupyter.widget-view+json"
PICTURES = ("image/png", "image/svg+xml", "image/jpeg")
OBJECT = re.compile(
    r"<[^<>\n]*\bat 0x[0-9a-fA-F]+[^<>\n]*>|<Figure size|^\[?Text\(|^\(?array\(", re.MULTILINE
)
DEBRIS = re.compile(r"\r|\x1b\[|━|\d+/\d+ \[=*|[A-Za-z]Warning:|^WARNING:", re.MULTILINE)


def sources(path: Path) -> list[str]:
    """Return the code of a notebook."""
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@pytest.fixture
def executed(lesson: Any) -> list[Any]:
    """Return the cells of the executed copy of a notebook."""
    name = COPIES.name(lesson.path)
    copy = COPIES.copy(name)
    if COPIES.record(name) is None or sources(copy) != sources(lesson.path):
        pytest.skip("the notebook was not executed as it stands: run make book")
    return [cell for cell in nbformat.read(copy, as_version=4).cells if cell.cell_type == "code"]


def printed(output: Any) -> str:
    """Return the plain text of an output that the page shows."""
    if output.output_type == "stream":
        return str(output.text)
    data = output.get("data", {})
    richer = any(kind in data for kind in (*PICTURES, "text/html", "text/markdown", "text/latex"))
    return "" if richer else str(data.get("text/plain", ""))


def faults(cell: Any) -> list[str]:
    """Return what is wrong with the outputs of one executed cell."""
    found = []
    alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
    for output in cell.outputs:
        data = output.get("data", {})
        text = printed(output)
        if output.output_type == "error":
            found.append(f"raises {output.ename}")
        if output.output_type == "stream" and output.name == "stderr":
            found.append(f"writes to stderr: {output.text[:80]!r}")
        if any(kind in data for kind in PICTURES) and not alt.strip():
            found.append("shows a picture without alternative text")
        if WIDGET in data and "text/html" not in data:
            found.append("shows a widget that needs a kernel")
        if match := OBJECT.search(text):
            found.append(f"shows the repr of an object: {match[0]!r}")
        if match := DEBRIS.search(text):
            found.append(f"shows debris: {match[0]!r}")
    return found


def test_outputs_are_fit_to_be_read(executed: list[Any]) -> None:
    found = [(number, fault) for number, cell in enumerate(executed) for fault in faults(cell)]
    assert found == []


def stream(text: str, name: str = "stdout") -> nbformat.NotebookNode:
    """Return a printed output."""
    return nbformat.v4.new_output("stream", name=name, text=text)


def result(**data: str) -> nbformat.NotebookNode:
    """Return the output of an expression."""
    kinds = {"plain": "text/plain", "html": "text/html", "png": "image/png", "widget": WIDGET}
    return nbformat.v4.new_output(
        "execute_result", data={kinds[key]: value for key, value in data.items()}, execution_count=1
    )


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        (stream("accuracy 0.97\n"), None),
        (stream("x", name="stderr"), "stderr"),
        (stream("1/1 [====] 0s"), "debris"),
        (stream("UserWarning: too few"), "debris"),
        (stream("x\nWARNING:tensorflow:5 out of the last 9 calls"), "debris"),
        (result(plain="<dlbook.feedforward.Perceptron object at 0x7f00>"), "repr"),
        (result(plain="[<matplotlib.lines.Line2D at 0x7f00>]"), "repr"),
        (result(plain="Text(0.5, 1.0, 'Title')"), "repr"),
        (result(plain="<x at 0x1>", html="<b>3</b>"), None),
        (result(plain="<Figure size 640x480>", png="..."), "alternative text"),
        (result(plain="VBox()", widget="{}"), "kernel"),
        (nbformat.v4.new_output("error", ename="KeyError", evalue="", traceback=[]), "KeyError"),
    ],
)
def test_each_fault_is_found(output: Any, fault: str | None) -> None:
    found = faults(nbformat.v4.new_code_cell("", outputs=[output]))
    assert (fault is None) is (found == [])
    assert fault is None or fault in found[0]
