import pytest

from dlbook.cli.targets import find_root, select_notebooks
from dlbook.execution import find_notebooks


def names(paths, book):
    return [path.relative_to(book / "chapters").with_suffix("").as_posix() for path in paths]


@pytest.mark.parametrize(
    "target", ["01_feedforward", "feedforward", "chapters/01_feedforward", "feedforward/"]
)
def test_a_chapter(book, target):
    assert names(select_notebooks([target], book), book) == [
        "01_feedforward/neurons",
        "01_feedforward/shared",
    ]


@pytest.mark.parametrize(
    "target",
    [
        "neurons",
        "neurons.ipynb",
        "feedforward/neurons",
        "01_feedforward/neurons",
        "chapters/01_feedforward/neurons.ipynb",
    ],
)
def test_a_notebook(book, target):
    assert names(select_notebooks([target], book), book) == ["01_feedforward/neurons"]


def test_an_absolute_path(book):
    path = book / "chapters" / "02_optimization" / "shared.ipynb"
    assert select_notebooks([str(path)], book) == [path]


def test_a_notebook_from_elsewhere(book, lesson_at, tmp_path_factory):
    path = tmp_path_factory.mktemp("elsewhere") / "mine.ipynb"
    lesson_at(path, "1")
    assert select_notebooks([str(path)], book) == [path]


def test_everything_and_nothing_twice(book):
    everything = select_notebooks([], book)
    assert names(everything, book) == [
        "01_feedforward/neurons",
        "01_feedforward/shared",
        "02_optimization/shared",
    ]
    assert (
        select_notebooks(["optimization", "feedforward", "neurons"], book) == everything[2:] + everything[:2]
    )


def test_checkpoints_are_no_notebooks(book, lesson_at):
    chapter = book / "chapters" / "01_feedforward"
    before = find_notebooks(book)
    lesson_at(chapter / ".ipynb_checkpoints" / "neurons-checkpoint.ipynb", "1")
    lesson_at(chapter / ".hidden.ipynb", "1")
    assert find_notebooks(book) == before


def test_a_name_of_two_notebooks(book):
    with pytest.raises(ValueError, match="choose feedforward/shared, optimization/shared"):
        select_notebooks(["shared"], book)


def test_an_unknown_name_lists_the_choices(book):
    with pytest.raises(ValueError, match="no chapter or notebook is called 'neurns'") as caught:
        select_notebooks(["neurns"], book)
    message = str(caught.value)
    assert "did you mean neurons?" in message
    assert "the chapters are feedforward, optimization" in message
    assert "\n" not in message


def test_an_empty_book(tmp_path):
    (tmp_path / "chapters").mkdir()
    with pytest.raises(ValueError, match="no notebooks in"):
        select_notebooks([], tmp_path)


def test_the_book_is_found_from_within(book):
    assert find_root(book) == find_root(book / "chapters" / "01_feedforward") == book


def test_no_book(tmp_path):
    with pytest.raises(ValueError, match=r"no folder 'chapters' in .* or above it: .* --root"):
        find_root(tmp_path)
