"""A notebook runs again when something that it depends on changes, and only then."""

from collections.abc import Callable, Iterator
from pathlib import Path

import dependencies
import nbformat
import pytest

FILES = {
    "src/dlbook/__init__.py": "",
    "src/dlbook/runtime.py": "def setup():\n    from .style import look\n    return look\n",
    "src/dlbook/style.py": "look = 1\n",
    "src/dlbook/feedforward/__init__.py": "from .perceptron import Perceptron\n",
    "src/dlbook/feedforward/perceptron.py": "from ._checks import check\nfrom .. import style\n",
    "src/dlbook/feedforward/_checks.py": "import numpy\n",
    "src/dlbook/display/__init__.py": "from . import explore\n",
    "src/dlbook/display/explore.py": "",
    "src/dlbook/display/assets/look.css": "a {}",
    "src/dlbook/clustering/__init__.py": "from .kmeans import fit\n",
    "src/dlbook/clustering/kmeans.py": "import dlbook.feedforward._checks\n",
    "chapters/01_feedforward/one.ipynb": "",
    "chapters/01_feedforward/one.quiz.yml": "questions: []",
    "uv.lock": "version = 1",
}
NOTEBOOK = Path("chapters") / "01_feedforward" / "one.ipynb"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a small project, and let the tool look at it."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(dependencies, "ROOT", tmp_path)
    monkeypatch.setattr(dependencies, "SOURCE", tmp_path / "src")
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    """Let the tool read the files again, as a new process would."""
    dependencies.module_path.cache_clear()
    dependencies.direct_imports.cache_clear()


def reached(tree: Path, code: str) -> set[str]:
    """Return the modules that some code reaches."""
    files = dependencies.reachable_files(code)
    return {path.relative_to(tree / "src" / "dlbook").as_posix() for path in files}


def digest(tree: Path, *cells: str) -> str:
    """Return the digest of a notebook with these code cells."""
    forget()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    return dependencies.digest(tree / NOTEBOOK, notebook)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import numpy", set()),
        ("import dlbook.style", {"dlbook.style"}),
        ("from dlbook import style", {"dlbook", "dlbook.style"}),
        ("def f():\n    from dlbook.style import look", {"dlbook.style", "dlbook.style.look"}),
        ("import dlbookmark", set()),
    ],
)
def test_imports_are_found_at_any_depth(code: str, expected: set[str]) -> None:
    assert dependencies.imported_names(code) == expected


@pytest.mark.parametrize(
    ("code", "module", "is_package", "expected"),
    [
        ("from .b import c", "dlbook.a.x", False, {"dlbook.a.b", "dlbook.a.b.c"}),
        ("from . import b", "dlbook.a.x", False, {"dlbook.a", "dlbook.a.b"}),
        ("from .. import b", "dlbook.a.x", False, {"dlbook", "dlbook.b"}),
        ("from .b import c", "dlbook.a", True, {"dlbook.a.b", "dlbook.a.b.c"}),
        ("from ..b import c", "dlbook.a", True, {"dlbook.b", "dlbook.b.c"}),
    ],
)
def test_relative_imports_are_resolved(code: str, module: str, is_package: bool, expected: set[str]) -> None:
    assert dependencies.imported_names(code, module, is_package=is_package) == expected


def test_packages_around_a_module_count() -> None:
    assert dependencies.with_parents({"a.b.c"}) == {"a", "a.b", "a.b.c"}


def test_imports_are_followed(tree: Path) -> None:
    assert reached(tree, "from dlbook.feedforward import Perceptron") == {
        "__init__.py",
        "feedforward/__init__.py",
        "feedforward/perceptron.py",
        "feedforward/_checks.py",
        "style.py",
    }


def test_imports_inside_functions_are_followed(tree: Path) -> None:
    assert reached(tree, "from dlbook.runtime import setup") == {"__init__.py", "runtime.py", "style.py"}


def test_a_module_brings_the_packages_around_it(tree: Path) -> None:
    # kmeans imports a private module by its full name: that runs the package around it, and all it imports.
    assert "feedforward/perceptron.py" in reached(tree, "import dlbook.clustering.kmeans")


def test_assets_of_a_package_count(tree: Path) -> None:
    assert "display/assets/look.css" in reached(tree, "from dlbook.display import explore")


def test_circles_end(tree: Path) -> None:
    (tree / "src/dlbook/style.py").write_text("from . import runtime\n")
    forget()
    assert reached(tree, "import dlbook.runtime") == {"__init__.py", "runtime.py", "style.py"}


CODE = "from dlbook.feedforward import Perceptron"


def test_the_digest_is_the_same_for_the_same(tree: Path) -> None:
    assert digest(tree, CODE) == digest(tree, CODE)


@pytest.mark.parametrize(
    "name",
    [
        "src/dlbook/__init__.py",
        "src/dlbook/style.py",
        "src/dlbook/feedforward/__init__.py",
        "src/dlbook/feedforward/_checks.py",
        "uv.lock",
    ],
)
def test_a_change_in_what_it_uses_changes_the_digest(tree: Path, name: str) -> None:
    before = digest(tree, CODE)
    with (tree / name).open("a") as file:
        file.write("\n# changed")
    assert digest(tree, CODE) != before


@pytest.mark.parametrize(
    "name",
    [
        "src/dlbook/runtime.py",
        "src/dlbook/clustering/kmeans.py",
        "src/dlbook/display/assets/look.css",
        "chapters/01_feedforward/one.quiz.yml",
        "chapters/01_feedforward/one.ipynb",
    ],
)
def test_a_change_elsewhere_does_not(tree: Path, name: str) -> None:
    before = digest(tree, CODE)
    with (tree / name).open("a") as file:
        file.write("\n# changed")
    assert digest(tree, CODE) == before


def test_a_new_file_beside_the_notebook_changes_the_digest(tree: Path) -> None:
    before = digest(tree, CODE)
    (tree / "chapters/01_feedforward/one.csv").write_text("1,2")
    assert digest(tree, CODE) != before


def with_tag(tree: Path, make: Callable[[], nbformat.NotebookNode]) -> str:
    """Return the digest of a notebook of one cell."""
    forget()
    return dependencies.digest(tree / NOTEBOOK, nbformat.v4.new_notebook(cells=[make()]))


def test_code_and_tags_count_but_text_does_not(tree: Path) -> None:
    new_code, new_text = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    base = with_tag(tree, lambda: new_code("a = 1"))
    assert with_tag(tree, lambda: new_code("a = 2")) != base
    assert with_tag(tree, lambda: new_code("a = 1", metadata={"tags": ["setup"]})) != base
    assert with_tag(tree, lambda: new_text("One")) == with_tag(tree, lambda: new_text("Two"))


def test_lines_of_ipython_are_left_out() -> None:
    cells = [
        nbformat.v4.new_code_cell(code) for code in ("%matplotlib inline\nimport keras", "!ls\nimport os")
    ]
    notebook = nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_markdown_cell("import jax")])
    assert dependencies.imported_packages(notebook) == {"keras", "os"}
