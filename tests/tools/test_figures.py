"""Figures of notebooks get captions, numbers and their natural width."""

import io
import json
import re

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace
from sphinx_book.figures import with_natural_width

CONF = """
extensions = ["myst_nb", "sphinx_book.figures"]
nb_execution_mode = "off"
numfig = True
"""
INDEX = """# Book

{numref}`fig-late` and {numref}`fig-early`.

```{toctree}
:numbered:
first
```
"""


def cell(name: str, caption: str, html: str) -> dict[str, object]:
    """Return a cell that shows a figure, as a run leaves it."""
    output = {"output_type": "display_data", "data": {"text/html": html}, "metadata": {}}
    figure = {"name": name, "caption": caption}
    return {
        "cell_type": "code",
        "execution_count": 1,
        "id": name,
        "metadata": {"mystnb": {"figure": figure}},
        "outputs": [output],
        "source": "show()",
    }


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Build a book of two figures in one notebook."""
    folder = tmp_path_factory.mktemp("book")
    (folder / "conf.py").write_text(CONF, encoding="utf-8")
    (folder / "index.md").write_text(INDEX, encoding="utf-8")
    title = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# First"}
    cells = [
        title,
        cell("fig-early", "A *first* conclusion.", '<div class="dlb-picture">one</div>'),
        cell("fig-late", "Another.", '<div class="dlb-picture">two</div>'),
    ]
    language = {"language_info": {"name": "python", "pygments_lexer": "python"}}
    notebook = {"cells": cells, "metadata": language, "nbformat": 4, "nbformat_minor": 5}
    (folder / "first.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    problems = io.StringIO()
    with docutils_namespace():
        app = Sphinx(folder, folder, folder / "out", folder / "trees", "html", status=None, warning=problems)
        app.build()
    assert problems.getvalue() == ""
    return {path.stem: path.read_text(encoding="utf-8") for path in (folder / "out").glob("*.html")}


def test_a_caption_and_a_number_stand_under_the_output(pages: dict[str, str]) -> None:
    figures = re.findall(r'<figure [^>]*id="([^"]*)">(.*?)</figure>', pages["first"], re.DOTALL)
    assert [name for name, _ in figures] == ["fig-early", "fig-late"]
    texts = [re.sub(r"<[^>]*>|#|\N{PILCROW SIGN}", "", figure).split() for _, figure in figures]
    assert texts[0][:6] == ["one", "Figure", "1.1", "A", "first", "conclusion."]
    assert texts[1][:4] == ["two", "Figure", "1.2", "Another."]


def test_the_text_refers_to_a_figure_by_its_number(pages: dict[str, str]) -> None:
    links = re.findall(r'href="first.html#(fig-[a-z]*)"><span[^>]*>([^<]*)<', pages["index"])
    assert links == [("fig-late", "Figure 1.2"), ("fig-early", "Figure 1.1")]


def test_a_page_with_figures_names_what_they_need(pages: dict[str, str]) -> None:
    assert "figures.js" in pages["first"]
    assert "figures.css" in pages["first"]
    assert "figures.js" not in pages["index"]


def test_the_style_sheet_learns_the_natural_width() -> None:
    image = 'alt="A" src="a.webp" width="892"'
    link = f'<a class="reference internal image-reference" href="a.webp"><img {image} /></a>'
    assert f'<img style="--dlb-width: 892px" {image}' in with_natural_width(link)
    other = '<img alt="A logo" src="logo.svg" width="20" />'
    assert with_natural_width(other) == other
