import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


@pytest.fixture
def notebook():
    """Return a function that makes a notebook of code cells."""

    def make(*sources):
        return new_notebook(cells=[new_code_cell(source) for source in sources])

    return make


@pytest.fixture
def lesson():
    """Return a function that makes a notebook with a title, a parameters cell and further cells."""

    def make(*sources):
        parameters = new_code_cell('profile = "quick"\nseed = 0')
        parameters.metadata.tags = ["parameters"]
        cells = [new_markdown_cell("# Title"), parameters, *(new_code_cell(source) for source in sources)]
        return new_notebook(cells=cells)

    return make
