"""What a rebuild costs in a book of 40 more notebooks, and which notebooks run again.

The copies are small notebooks with a formula, a figure and a printed number, so that the time measured is
that of the build and not of their content.
"""

import re
import sys
from pathlib import Path

import nbformat
import yaml
from common import clone, show, timed

COPIES = 40
CHAPTER = "chapters/01_feedforward"
SETUP = """import matplotlib.pyplot as plt
from dlbook.feedforward import Perceptron
from dlbook.runtime import setup

run = setup()"""
BUILD = [sys.executable, "tools/build.py"]


def dummy(number: int) -> nbformat.NotebookNode:
    """Return a small notebook with math, a figure and a printed number."""
    cell = nbformat.v4.new_code_cell
    cells = [
        nbformat.v4.new_markdown_cell(f"# Dummy {number}\n\n$$\nz = \\sum_i w_i x_i + b\n$$"),
        cell(SETUP),
        cell(f"fig, ax = plt.subplots()\nax.plot(range({number + 2}))\nplt.show()"),
        cell(f"print({number}, Perceptron.__name__)"),
    ]
    cells[2].metadata["mystnb"] = {"image": {"alt": "A rising line"}}
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def add_copies(copy: Path) -> None:
    """Write the notebooks and name them in the table of contents."""
    toc = yaml.safe_load((copy / "_toc.yml").read_text("utf-8"))
    sections = toc["parts"][0]["chapters"][0]["sections"]
    for number in range(COPIES):
        name = f"{CHAPTER}/dummy_{number:02d}"
        nbformat.write(dummy(number), copy / f"{name}.ipynb")
        sections.append({"file": name})
    (copy / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")


def append_line(path: Path, line: str) -> None:
    """Add a line at the end of a file."""
    path.write_text(path.read_text("utf-8") + line, encoding="utf-8")


def measure(copy: Path, what: str) -> list[object]:
    """Build; return what was changed, how many notebooks ran, their seconds, the pages' seconds, all."""
    seconds, output = timed(BUILD, copy)
    ran = re.search(r"Executing (\d+) of (\d+)", output)
    times = re.search(r"Notebooks ([\d.]+) s, pages ([\d.]+) s", output)
    if ran is None or times is None:
        raise SystemExit(f"the build did not report its times:\n{output}")
    return [what, f"{ran[1]} of {ran[2]}", float(times[1]), float(times[2]), seconds]


def main() -> None:
    """Build once, then change one thing after another."""
    with clone(environment=True) as copy:
        add_copies(copy)
        rows = [measure(copy, "nothing built yet"), measure(copy, "nothing")]
        path = copy / CHAPTER / "dummy_07.ipynb"
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[-1].source += "\nprint('edited')"
        nbformat.write(notebook, path)
        rows.append(measure(copy, "one notebook's code"))
        append_line(copy / "src/dlbook/data/generated.py", "\n# changed\n")
        rows.append(measure(copy, "dlbook.data.generated"))
        append_line(copy / "src/dlbook/feedforward/perceptron.py", "\n# changed\n")
        rows.append(measure(copy, "dlbook.feedforward.perceptron"))
    show(
        f"Rebuild of a book with {COPIES} more notebooks",
        rows,
        ["changed", "notebooks run", "run, s", "pages, s", "all, s"],
    )


if __name__ == "__main__":
    main()
