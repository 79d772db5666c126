"""A notebook runs again when something that it uses changed, and only then."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from dlbook.execution import BrokenNotebook, changes, digest, fingerprint, uses_keras
from dlbook.execution.sources import Sources

FILES = {
    "lib/__init__.py": '"""A library."""\nVERSION = 1\n',
    "lib/runtime.py": (
        "def setup(keras=False):\n    if keras:\n        import keras\n"
        "    from .show import style\n    style()\n"
    ),
    "lib/checks.py": "def positive(x):\n    return x > LEAST\nLEAST = 0\n",
    "lib/nn/__init__.py": "from .functions import TABLE, relu, tanh\nfrom .layers import Dense as Layer\n",
    "lib/nn/functions.py": '''"""Functions."""
from __future__ import annotations
import numpy as np
from typing import TYPE_CHECKING
from ..checks import positive
if TYPE_CHECKING:
    from .layers import Dense

SLOPE = 0.1

def relu(x: Dense, slope=SLOPE):
    """Rectify."""
    return _kernel(x) * slope  # the slope

def _kernel(x):
    positive(x)
    return np.maximum(x, 0)

def tanh(x):
    """Squash."""
    return np.tanh(x)

TABLE = {}
TABLE["relu"] = relu
''',
    "lib/nn/layers.py": '''from . import functions
from .register import known, LAYERS

class Base:
    def forward(self, x):
        return x

@known
class Dense(Base):
    """A layer."""
    def forward(self, x):
        relu = x
        return functions.tanh(relu)

@known
class Other(Base):
    pass
''',
    "lib/nn/register.py": (
        "LAYERS = {}\ndef known(layer):\n    LAYERS[layer.__name__] = layer\n    return layer\n"
        "def layer_of(name):\n    return LAYERS[name]\n"
    ),
    "lib/lone.py": "import warnings\nwarnings.simplefilter('ignore')\ndef lone():\n    return 1\n",
    "lib/show/__init__.py": (
        "from . import pictures\nfrom .source import show_source\n"
        "from .style import style\nfrom .sheet import sheet\n"
    ),
    "lib/show/pictures.py": "def circle():\n    return 1\ndef square():\n    return 2\n",
    "lib/show/source.py": "import inspect\ndef show_source(obj):\n    print(inspect.getsource(obj))\n",
    "lib/show/style.py": "def style():\n    return 'plain'\n",
    "lib/show/sheet.py": (
        "def sheet():\n    from importlib.resources import files\n"
        "    return (files('lib.show') / 'assets' / 'look.css').read_text()\n"
    ),
    "lib/show/assets/look.css": "a {}\n",
    "lib/training.py": "import importlib\ndef fit():\n    return importlib.import_module('keras').Model\n",
    "chapters/nets/one.quiz.yml": "questions: []\n",
    "chapters/nets/two.quiz.yml": "questions: []\n",
    "chapters/nets/records/one.depth.json": "{}\n",
    "chapters/nets/data.csv": "1\n",
    "chapters/nets/helper.py": "x = 1\n",
    "uv.lock": "version = 1\n",
}


@pytest.fixture
def tree(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def found(tree, *cells, **options):
    """Return what a notebook with these cells depends on, as a new process would find it."""
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    return digest(
        tree / "chapters" / "nets" / "one.ipynb", notebook, sources=Sources(tree / "lib"), **options
    )


def edit(tree, name, old, new):
    path = tree / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


FUNCTIONS, LAYERS = "lib/nn/functions.py", "lib/nn/layers.py"
RELU = "from lib.nn import relu\nrelu(1)"
AS_MODULE = "from lib import nn\nnn.relu(1)"
LAYER = "import lib.nn as n\nn.Layer()"


@pytest.mark.parametrize("cell", [RELU, AS_MODULE, "import lib.nn.functions\nlib.nn.functions.relu(1)"])
@pytest.mark.parametrize(
    ("name", "old", "new", "runs"),
    [
        (FUNCTIONS, "Rectify.", "Cut off.", False),
        (FUNCTIONS, "  # the slope", "  # a slope\n", False),
        (FUNCTIONS, "_kernel(x) * slope", "(_kernel(x)\n        * slope)", False),
        (FUNCTIONS, "_kernel(x) * slope", "_kernel(x) - slope", True),
        (FUNCTIONS, "np.maximum(x, 0)", "np.maximum(x, 1)", True),
        (FUNCTIONS, "np.tanh(x)", "np.tanh(x) + 1", False),
        (FUNCTIONS, "SLOPE = 0.1", "SLOPE = 0.2", True),
        (FUNCTIONS, 'TABLE["relu"] = relu', 'TABLE["relu"] = tanh', False),
        (FUNCTIONS, "import numpy as np", "import jax.numpy as np", True),
        (FUNCTIONS, "from ..checks import positive", "from ..runtime import setup as positive", True),
        ("lib/checks.py", "LEAST = 0", "LEAST = 1", True),
        (LAYERS, "return x", "return x + 1", False),
        ("lib/nn/__init__.py", "TABLE, relu, tanh", "TABLE, relu", False),
        ("lib/__init__.py", "VERSION = 1", "VERSION = 2", False),
    ],
)
def test_an_edit_runs_what_uses_it(tree, cell, name, old, new, runs):
    before = found(tree, cell)
    edit(tree, name, old, new)
    assert (found(tree, cell).key != before.key) is runs


@pytest.mark.parametrize(
    ("cell", "name", "old", "new", "runs"),
    [
        # a re-export
        (RELU, "lib/nn/__init__.py", "TABLE, relu, tanh", "TABLE, tanh as relu", True),
        ("from lib.nn import relu, tanh\nrelu(tanh(1))", "lib/nn/__init__.py",
         "TABLE, relu, tanh", "TABLE, relu as tanh, tanh as relu", True),
        (LAYER, "lib/nn/__init__.py", "Dense as Layer", "Other as Layer", True),
        # a class: its bases, all of its methods, its decorators, and no local name
        (LAYER, LAYERS, "return x\n", "return -x\n", True),
        (LAYER, LAYERS, "relu = x", "relu = x + 1", True),
        (LAYER, LAYERS, "A layer.", "The layer.", False),
        (LAYER, "lib/nn/register.py", "return layer\n", "return None\n", True),
        (LAYER, FUNCTIONS, "return np.tanh(x)", "return 1", True),
        (LAYER, FUNCTIONS, "np.maximum(x, 0)", "x", False),
        # tables that are filled on import, here and elsewhere, directly and by a decorator
        ("from lib.nn import TABLE", FUNCTIONS, "np.maximum(x, 0)", "x", False),
        ("from lib.nn import TABLE\nTABLE", FUNCTIONS, "np.maximum(x, 0)", "x", True),
        ("from lib.nn import TABLE\nTABLE", FUNCTIONS, 'TABLE["relu"] = relu', 'TABLE["a"] = tanh', True),
        ("import lib.nn\nfrom lib.nn.register import layer_of\nlayer_of('Other')", LAYERS,
         "    pass", "    size = 2", True),
        # in doubt the whole module
        ("from lib import nn\ngetattr(nn, 'relu')", FUNCTIONS, "np.tanh(x)", "x", False),
        ("from lib import nn\ngetattr(nn, 're' + 'lu')", FUNCTIONS, "np.tanh(x)", "x", True),
        ("from lib import nn\ngetattr(nn, 're' + 'lu')", "lib/lone.py", "return 1", "return 2", False),
        ("from lib import nn\nprint(nn)", LAYERS, "    pass", "    size = 2", True),
        ("from lib import nn\nvars(nn)", "lib/nn/register.py", "return LAYERS[name]", "return 1", True),
        ("from lib.nn import *\nrelu(1)", FUNCTIONS, "np.tanh(x)", "x", True),
        ("from lib.nn.functions import *\nrelu(1)", LAYERS, "    pass", "    size = 2", False),
        ("m = __import__('lib.nn')", FUNCTIONS, "np.tanh(x)", "x", True),
        ("from importlib import import_module\nm = import_module('lib.' + 'nn')", "lib/lone.py",
         "return 1", "return 2", True),
        ("from lib.show import pictures\npictures.circle()", "lib/show/pictures.py", "2", "3", False),
        ("from lib.show import pictures\npictures.circle()", "lib/show/pictures.py", "1", "3", True),
        # what a module does on import counts for all who load it
        ("from lib.lone import lone\nlone()", "lib/lone.py", "'ignore'", "'error'", True),
        (RELU, "lib/lone.py", "'ignore'", "'error'", False),
        # imports inside of functions
        ("from lib.runtime import setup\nsetup()", "lib/show/style.py", "plain", "dark", True),
        ("from lib.runtime import setup\nsetup()", "lib/show/pictures.py", "1", "3", False),
        # files that functions of the package read
        ("from lib.show import sheet\nsheet()", "lib/show/assets/look.css", "{}", "{ color: red }", True),
        (RELU, "lib/show/assets/look.css", "{}", "{ color: red }", False),
        # source that is shown: comments and docstrings count
        ("from lib import nn, show\nshow.show_source(nn.relu)", FUNCTIONS, "Rectify.", "Cut.", True),
        ("from lib import nn, show\nshow.show_source(nn.relu)", FUNCTIONS, "Squash.", "Press.", False),
        ("from lib import nn, show\nf = nn.relu\nshow.show_source(f)", FUNCTIONS, "# the", "# a", True),
        ("from lib import nn\nprint(nn.relu.__doc__)", FUNCTIONS, "Rectify.", "Cut.", True),
        # magics
        ("from lib.nn import relu\n%time relu(1)", FUNCTIONS, "np.maximum(x, 0)", "x", True),
        ("%%time\nfrom lib.nn import relu\nrelu(1)", FUNCTIONS, "np.maximum(x, 0)", "x", True),
        ("from lib.nn import relu\n%timeit -n 3 relu(1)", FUNCTIONS, "np.maximum(x, 0)", "x", True),
        ("from lib.nn import relu\n%timeit -n 3 relu(1)", FUNCTIONS, "np.tanh(x)", "x", False),
        ("from lib.nn import relu\nx = %sx ls\nrelu(x)", FUNCTIONS, "np.maximum(x, 0)", "x", True),
    ],
)  # fmt: skip
def test_what_counts(tree, cell, name, old, new, runs):
    before = found(tree, cell)
    edit(tree, name, old, new)
    assert (found(tree, cell).key != before.key) is runs


@pytest.mark.parametrize(
    "added",
    [
        "class Table(dict):\n    def put(self, f):\n        self[f.__name__] = f\n        return f\n"
        "T = Table()\n@T.put\ndef f():\n    return ANSWER\n",
        "T = []\nclass Known:\n    def __init_subclass__(cls):\n        T.append(cls)\n"
        "class A(Known):\n    x = ANSWER\n",
        "class Known:\n    T = []\n    def __init_subclass__(cls):\n        cls.T.append(cls)\n"
        "class A(Known):\n    x = ANSWER\nT = Known\n",
        "class Known:\n    T = []\n"
        "    @classmethod\n    def add(cls, f):\n        cls.T.append(f)\n        return f\n"
        "@Known.add\ndef f():\n    return ANSWER\nT = Known.T\n",
        "T = {}\ndef make(n):\n    T[n] = n\n    return n\nf = make(ANSWER)\n",
        "T = [1]\nT += [ANSWER]\n",
        "T = {}\nfor n in 'ab':\n    T[n] = ANSWER\n",
        "T = 0\ndef grow():\n    global T\n    T = ANSWER\nx = grow()\n",
        "class T:\n    pass\nT.x = ANSWER\n",
        "T = {}\nglobals()['T'] = ANSWER\n",
        "def __getattr__(name):\n    return ANSWER\n",
    ],
)
def test_objects_that_are_changed_on_import(tree, added):
    (tree / "lib" / "more.py").write_text(f"ANSWER = 41\nUNUSED = 41\n{added}", encoding="utf-8")
    cell = "from lib import more\nprint(more.T)"
    before = found(tree, cell)
    edit(tree, "lib/more.py", "ANSWER = 41", "ANSWER = 42")
    assert found(tree, cell).key != before.key
    if "getattr" not in added and "globals" not in added:
        after = found(tree, cell)
        edit(tree, "lib/more.py", "UNUSED = 41", "UNUSED = 42")
        assert found(tree, cell).key == after.key


def test_nothing_is_imported_and_circles_end(tree):
    (tree / "lib" / "a.py").write_text("from .b import g, h\ndef f():\n    return g\n", encoding="utf-8")
    (tree / "lib" / "b.py").write_text("from .a import f, h\ndef g():\n    return f\n", encoding="utf-8")
    names = found(tree, "from lib import a\na.f()\na.h").parts["names"]
    assert list(names) == ["lib.a.f", "lib.b.g"]


def test_names_say_what_was_reached(tree):
    parts = found(tree, RELU).parts
    assert list(parts["names"]) == [
        "lib.checks.LEAST",
        "lib.checks.positive",
        "lib.nn.functions.SLOPE",
        "lib.nn.functions._kernel",
        "lib.nn.functions.relu",
    ]
    assert parts["imports"] == {"relu": "lib.nn.functions.relu"}


def with_cell(tree, cell, **more):
    path = tree / "chapters" / "nets" / "one.ipynb"
    return digest(path, new_notebook(cells=[cell, *more.values()]), sources=Sources(tree / "lib")).key


def test_code_and_tags_count_but_text_and_outputs_do_not(tree):
    base = with_cell(tree, new_code_cell("a = 1"))
    assert with_cell(tree, new_code_cell("a = 2")) != base
    assert with_cell(tree, new_code_cell("a = 1  # one")) != base  # the page shows it
    assert with_cell(tree, new_code_cell("a = 1", metadata={"tags": ["setup"]})) != base
    assert with_cell(tree, new_code_cell("a = 1"), text=new_markdown_cell("One")) == base
    assert with_cell(tree, new_code_cell("a = 1", outputs=[new_output("stream", text="1")])) == base


@pytest.mark.parametrize(
    ("name", "cell", "runs"),
    [
        ("uv.lock", "1", True),
        ("chapters/nets/one.txt", "1", True),
        ("chapters/nets/two.txt", "1", False),
        ("chapters/nets/one.quiz.yml", "1", False),
        ("chapters/nets/records/one.depth.json", "1", True),
        ("chapters/nets/data.csv", "1", False),
        ("chapters/nets/data.csv", "open('data.csv')", True),
        ("chapters/nets/helper.py", "1", False),
        ("chapters/nets/helper.py", "import helper", True),
        ("chapters/nets/helper.py", "from helper import x", True),
    ],
)
def test_files_that_belong_to_a_notebook_count(tree, name, cell, runs):
    before = found(tree, cell)
    (tree / name).write_text("x = 2222\n", encoding="utf-8")
    assert (found(tree, cell).key != before.key) is runs


KERAS_CELLS = [
    "import keras",
    "def f():\n    from jax import numpy",
    "from lib.runtime import setup\nsetup(keras=True)",
    "from lib.runtime import setup\nsetup(keras=profile)",
    "from lib.training import fit\nfit()",
]
OTHER_CELLS = [
    "from lib.runtime import setup\nsetup()",
    "from lib.runtime import setup\nsetup(keras=False)",
    RELU,
]


@pytest.mark.parametrize("cell", [*KERAS_CELLS, *OTHER_CELLS])
def test_the_backend_counts_only_with_keras(tree, cell):
    notebook = new_notebook(cells=[new_code_cell(cell)])
    assert uses_keras(notebook, sources=Sources(tree / "lib")) is (cell in KERAS_CELLS)
    keys = {found(tree, cell, backend=backend).key for backend in ("tensorflow", "jax")}
    assert len(keys) == (2 if cell in KERAS_CELLS else 1)


def test_profile_and_other_settings_count(tree):
    keys = {
        found(tree, "1").key,
        found(tree, "1", profile="full").key,
        found(tree, "1", settings={"seed": 3}).key,
    }
    assert len(keys) == 3


@pytest.mark.parametrize(
    "cell",
    [
        "print('%s'\n    % 3)",
        "x = 7\ny = (x\n% 3)",
        "%%html\n<p>5 < 6 is = true</p>",
        "%%bash\nfor x in 1 2; do echo $x; done",
        "files = !ls",
        "print?",
        "?print",
        "!pip list\nimport os",
        "%matplotlib inline\nimport os",
        "await something()",
        "",
    ],
)
def test_cells_are_read_as_the_kernel_reads_them(tree, cell):
    assert found(tree, cell, RELU).parts["imports"] == {"relu": "lib.nn.functions.relu"}


def test_a_broken_cell_is_named(tree):
    with pytest.raises(BrokenNotebook, match=r"^code cell 2, line 2: .*: y = = 3$") as caught:
        found(tree, "x = 1", "", "x = 2\ny = = 3")
    assert (caught.value.cell, caught.value.source) == (2, "x = 2\ny = = 3")
    shown = new_code_cell("y = = 3", metadata={"tags": ["raises-exception"]})
    with_cell(tree, shown)


def test_a_fault_in_the_package_is_named(tree):
    edit(tree, FUNCTIONS, "SLOPE = 0.1", "SLOPE = = 0.1")
    with pytest.raises(BrokenNotebook, match=r"^lib/nn/functions\.py, line 9: invalid syntax$"):
        found(tree, RELU)
    assert list(found(tree, "from lib.checks import LEAST as x\nx").parts["names"]) == ["lib.checks.LEAST"]


# Fingerprints

CELLS = [
    "from lib.nn import relu, tanh\nimport numpy as np\nprofile = 'quick'",
    "rate = 0.1\nsteps = 5  # few",
    "def update(w):\n    '''One step.'''\n    return w - rate * relu(w)\nnotes = {}",
    "notes['a'] = 1",
    "def experiment(seed):\n    for _ in range(steps):\n        w = update(seed)\n    return w, notes",
    "print(experiment(3))",
]


def printed(tree, cells, name="experiment", **options):
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    return fingerprint(notebook, name, sources=Sources(tree / "lib"), **options)


@pytest.mark.parametrize(
    ("number", "old", "new", "other"),
    [
        (0, "relu, tanh", "tanh as relu", True),
        (0, "'quick'", "'full'", False),
        (0, "np", "NP", False),
        (1, "0.1", "0.2", True),
        (1, "  # few", "  # some", False),
        (2, "One step.", "A step.", False),
        (2, "w - rate", "w + rate", True),
        (3, "1", "2", True),
        (4, "(seed)\n", "(-seed)\n", True),
        (5, "3", "4", False),
    ],
)
def test_a_fingerprint_covers_what_a_function_reaches(tree, number, old, new, other):
    before = printed(tree, CELLS)
    assert old in CELLS[number]
    cells = [*CELLS[:number], CELLS[number].replace(old, new, 1), *CELLS[number + 1 :]]
    assert (printed(tree, cells).key != before.key) is other


@pytest.mark.parametrize(
    ("old", "new", "other"),
    [
        ("np.maximum(x, 0)", "x", True),
        ("np.tanh(x)", "x", False),
        ("Rectify.", "Cut.", False),
    ],
)
def test_a_fingerprint_reaches_into_the_package(tree, old, new, other):
    before = printed(tree, CELLS)
    edit(tree, FUNCTIONS, old, new)
    assert (printed(tree, CELLS).key != before.key) is other


def test_cells_may_move_and_others_may_come(tree):
    cells = [CELLS[0], "import os", CELLS[2], "1 + 1", CELLS[3], CELLS[4], CELLS[1]]
    assert printed(tree, cells).key == printed(tree, CELLS).key


def test_a_context_variable_links_no_cells(tree):
    """Whoever sets one for a while changes nothing for those who read it later."""
    code = "from contextvars import ContextVar\nSTATE = ContextVar('STATE')\nTABLE = {}\n"
    code += "def run(x):\n    token = STATE.set(x)\n    STATE.reset(token)\ndef read():\n    return STATE\n"
    code += "def enter(x):\n    TABLE[x] = x\ndef look():\n    return TABLE\n"
    (tree / "lib" / "state.py").write_text(code, encoding="utf-8")

    def reached(cell, body):
        cells = ["from lib import state", cell, f"def experiment(seed):\n    return {body}"]
        return printed(tree, cells).parts["names"]

    assert "kept" not in reached("kept = state.run(1)", "state.read()")
    assert "kept" in reached("kept = state.enter(1)", "state.look()")


def test_a_fingerprint_says_what_it_covers(tree):
    parts = printed(tree, CELLS).parts
    assert [name for name in parts["names"] if not name.startswith("lib.")] == [
        "<import>",
        "experiment",
        "notes",
        "rate",
        "steps",
        "update",
    ]
    ignored = printed(tree, CELLS, ignore={"lib.nn.functions.relu"}).parts["names"]
    assert not any(name.startswith("lib.") for name in ignored)


def test_a_fingerprint_needs_a_name(tree):
    with pytest.raises(ValueError, match="name must be defined in a cell of the notebook, got 'nothing'"):
        printed(tree, CELLS, "nothing")


def test_a_fingerprint_is_the_same_everywhere(tree):
    assert printed(tree, CELLS).key == ("622cb711354ebae4b96d094121f5a69667424d1f378567cb1d487b90cfe345ab")


# What changed, in words


def test_the_changes_are_told(tree):
    before = found(tree, RELU, "import keras", "1", "2", "3").parts
    edit(tree, FUNCTIONS, "np.maximum(x, 0)", "x")
    edit(tree, FUNCTIONS, "positive(x)\n    ", "")
    edit(tree, "lib/nn/__init__.py", "TABLE, relu, tanh", "TABLE, relu\nfrom .functions import tanh")
    (tree / "uv.lock").write_text("version = 2\n", encoding="utf-8")
    (tree / "chapters/nets/one.notes.txt").write_text("new", encoding="utf-8")
    after = found(tree, RELU, "import keras", "1", "4", "3", "5", backend="jax").parts
    assert changes(before, after) == [
        "code cell 4 changed",
        "code cell 6 is new",
        "lib.checks.LEAST is not used any more",
        "lib.checks.positive is not used any more",
        "lib.nn.functions._kernel changed",
        "one.notes.txt is new",
        "uv.lock changed",
        "the backend is jax, it was tensorflow",
    ]
    assert changes(after, after) == []


def test_another_meaning_of_a_name_is_told(tree):
    before = found(tree, RELU).parts
    edit(tree, "lib/nn/__init__.py", "TABLE, relu, tanh", "TABLE, tanh as relu")
    told = changes(before, found(tree, RELU).parts)
    assert "relu stands for lib.nn.functions.tanh, it was lib.nn.functions.relu" in told
    assert "lib.nn.functions.tanh is used now" in told


def test_parts_are_plain_data(tree):
    import json

    parts = found(tree, RELU, "import keras").parts
    assert json.loads(json.dumps(parts)) == parts


def test_a_notebook_of_another_format_is_read(tree):
    notebook = nbformat.from_dict({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    assert digest(tree / "x.ipynb", notebook).parts["cells"] == {}
