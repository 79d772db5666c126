"""What of a notebook is its core path, and how the pages fold the rest."""

from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup
from cells import Length, closing_asserts, is_check, is_figure_with_controls, length, what_is_checked
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx.testing.util import SphinxTestApp

code, text = new_code_cell, new_markdown_cell


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = 1\nassert x == 1\nassert x < 2", 1),
        ("x = 1\n\n# it is one\nassert x == 1", 2),
        ("assert x\nprint(x)", 2),
        ("assert x", 0),
        ("x = 1\nfor y in (1, 2):\n    assert y", 1),
        ("for y in (1, 2):\n    z = y\n    assert z", 3),
        ("x = 1\nnp.testing.assert_allclose(x, 1)", 1),
        ("%time x\nassert x", 2),
        ("", 0),
    ],
)
def test_the_asserts_that_end_a_cell(source: str, line: int) -> None:
    assert closing_asserts(source) == line


@pytest.mark.parametrize(
    ("source", "check"),
    [("assert x", True), ("import math\nassert x", True), ("x = 1\nassert x", False), ("", False)],
)
def test_a_check_only_asserts(source: str, check: bool) -> None:
    assert is_check(source) is check


def test_what_is_checked_is_said_in_words_or_in_code() -> None:
    assert what_is_checked("# Both agree.\nassert a == b") == ("Both agree", False)
    assert what_is_checked("assert a  ==  b, 'no'") == ("a == b", True)
    assert what_is_checked("np.testing.assert_allclose(a, b)") == ("np.testing.assert_allclose(a, b)", True)
    long, _ = what_is_checked(f"assert {'a' * 100}")
    assert len(long) == 72
    assert long.endswith(" ...")


def test_figures_with_controls_are_known_by_their_last_call() -> None:
    assert is_figure_with_controls("def draw(k):\n    pass\n\n\nexplore(draw, k=range(3))")
    assert is_figure_with_controls("display.animate(draw, k=range(3))")
    assert not is_figure_with_controls("explore(draw)\nx = 1")


def lesson() -> nbformat.NotebookNode:
    """Return a notebook with everything that is folded."""
    setup = {"tags": ["setup"]}
    return new_notebook(
        cells=[
            text("# A page\n\nTwo words."),
            code('profile = "quick"', metadata={"tags": ["parameters"]}),
            code("from dlbook.runtime import setup", metadata=setup),
            code("import numpy as np"),
            text("## Idea\n\nRead this."),
            code("x = 1\nassert x == 1\nassert x < 2"),
            code("# x is one\nassert x == 1\nassert x\n# and\n# no more\nassert x < 2"),
            code(
                "explore(draw)",
                outputs=[nbformat.v4.new_output("display_data", data={"text/plain": "a figure"})],
            ),
            text("### It agrees\n\n:::{deeper} NumPy = Keras, to $10^{-7}$\n:::\n\nFolded text."),
            code("folded = 1"),
            text("#### Inside\n\nStill folded."),
            code("folded = 2"),
            text("## Next\n\nSeen.\n\n:::{deeper} A short aside\n:::\n\nAside."),
            code("aside = 1"),
            text(":::{deeper-end}\n:::\n\nSeen again."),
            code("seen = 1"),
            text("## Exercises\n\nNot counted."),
            code("solution = 1"),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
            "language_info": {"name": "python"},
        },
    )


def test_the_core_path_is_what_is_neither_folded_nor_afterwards() -> None:
    found = length(lesson())
    assert (found.core_cells, found.cells) == (2, 11)
    seen = "# A page Two words. ## Idea Read this. ### It agrees ## Next Seen. ::: Seen again. :::"
    assert found.core_words == len(seen.split())
    assert found.words > found.core_words
    assert length(new_notebook()) == Length(0, 0, 0, 0)


def build(folder: Path, notebook: nbformat.NotebookNode) -> tuple[BeautifulSoup, str]:
    """Return the page of a notebook, and the warnings."""
    (folder / "conf.py").write_text(
        'extensions = ["myst_nb", "sphinx_book.folding", "sphinx_book.deeper"]\nnb_execution_mode = "off"\n'
        'myst_enable_extensions = ["colon_fence", "dollarmath"]\nkatex = None\n',
        encoding="utf-8",
    )
    nbformat.write(notebook, folder / "index.ipynb")
    warnings = SimpleNamespace(text="")
    app = SphinxTestApp("html", srcdir=folder)
    try:
        app.build()
        warnings.text = app.warning.getvalue()
    finally:
        app.cleanup()
    page = (folder / "_build" / "html" / "index.html").read_text(encoding="utf-8")
    return BeautifulSoup(page, "html.parser"), warnings.text


def test_a_page_folds_what_is_no_step(tmp_path: Path) -> None:
    page, warnings = build(tmp_path, lesson())
    assert warnings == ""
    lines = [line.get_text() for line in page.select("details > summary")]
    assert lines == [
        "Setup and imports",
        "Checked: x == 1, and 1 more",
        "Checked: x is one; and no more",
        "Code of the figure with controls, 1 line",
        r"Deeper: NumPy = Keras, to \(10^{-7}\)",
        "Deeper: A short aside",
    ]
    deeper = [part.get_text() for part in page.select("details.deeper")]
    assert all(seen in deeper[0] for seen in ("Folded text.", "folded = 1", "Still folded.", "folded = 2"))
    assert "Seen." not in deeper[0]
    assert "aside = 1" in deeper[1]
    assert "Seen again." not in deeper[1]
    shown = [part.get_text().strip() for part in page.select("pre") if not part.find_parent("details")]
    assert shown == ["x = 1", "a figure", "seen = 1", "solution = 1"]
    assert len(page.select("details.dlb-setup pre")) == 3
    (output,) = [part for part in page.select("pre") if part.get_text().strip() == "a figure"]
    figure = output.find_parent("div", class_="cell")
    assert figure.get_text().index("a figure") < figure.get_text().index("Code of the figure")


@pytest.mark.parametrize(
    ("end", "message"),
    [
        ("## A\n\n:::{deeper} Nothing\n:::", "there is nothing to fold"),
        ("## A\n\nText.\n\n:::{deeper-end}\n:::", "has no `deeper` before it"),
        ("## A\n\n:::{deeper} x\n:::\n\nText.\n\n### B\n\n:::{deeper-end}\n:::", "has no `deeper` before it"),
    ],
)
def test_marks_that_fold_nothing_are_warned_of(tmp_path: Path, end: str, message: str) -> None:
    notebook = lesson()
    notebook.cells = [text("# A page"), text(end)]
    _, warnings = build(tmp_path, notebook)
    assert message in warnings
