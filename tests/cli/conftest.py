import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook

from dlbook.cli import main


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Return a book of two chapters and three notebooks, and go there."""
    for name, source in {
        "01_feedforward/neurons": "print(profile, seed)",
        "01_feedforward/shared": "raise ValueError('bad <thing>')",
        "02_optimization/shared": "print(profile, seed)",
    }.items():
        write_lesson(tmp_path / "chapters" / f"{name}.ipynb", source)
    (tmp_path / "chapters" / "01_feedforward" / "intro.md").write_text("# Intro\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    return tmp_path


@pytest.fixture
def lesson_at():
    """Return a function that writes a notebook with a parameters cell and one more."""
    return write_lesson


@pytest.fixture
def dlbook():
    """Return a function that calls the command line in this process."""

    def call(*arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return call


def write_lesson(path, source):
    parameters = new_code_cell('profile = "quick"\nseed = 0')
    parameters.metadata.tags = ["parameters"]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=[parameters, new_code_cell(source)]), path)
