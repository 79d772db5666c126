import copy
import os
import re

import nbformat
import pytest

from dlbook.execution import companion_files, parameterized, prepare, run_notebook, save, source_digest
from dlbook.execution import notebooks as module


@pytest.fixture
def path(lesson, tmp_path):
    folder = tmp_path / "01_feedforward"
    folder.mkdir()
    path = folder / "neurons.ipynb"
    nbformat.write(lesson("print(profile, seed)", "import os\nprint(os.environ['DLBOOK_OUTPUT'])"), path)
    (folder / "neurons.quiz.yml").write_text("questions: []\n", encoding="utf-8")
    return path


def test_parameters_follow_their_cell(lesson):
    before = lesson("print(profile)")
    original = copy.deepcopy(before)
    after = parameterized(before, {"profile": "full", "seed": 4})
    assert before == original
    assert [cell.metadata.get("tags") for cell in after.cells] == [
        None,
        ["parameters"],
        ["injected-parameters"],
        None,
    ]
    values = {}
    exec(after.cells[2].source, values)
    assert (values["profile"], values["seed"]) == ("full", 4)


def test_a_notebook_without_parameters_is_refused(notebook):
    with pytest.raises(ValueError, match="no cell is tagged 'parameters'"):
        parameterized(notebook("1"), {"profile": "full"})


def test_run_notebook_writes_what_ran(path, tmp_path):
    before = path.read_bytes()
    output = tmp_path / "out" / "deep" / "neurons.ipynb"
    result = run_notebook(path, profile="full", seed=7, output=output)
    assert result.ok, result.error
    assert result.notebook == "01_feedforward/neurons"
    assert path.read_bytes() == before
    executed = nbformat.read(output, as_version=4)
    nbformat.validate(executed)
    assert [cell.outputs[0].text for cell in executed.cells[-2:]] == ["full 7\n", "standalone\n"]
    assert [entry.name for entry in output.parent.iterdir()] == ["neurons.ipynb"]


def test_run_notebook_keeps_nothing_of_a_failure(lesson, path, tmp_path):
    nbformat.write(lesson("print('half')", "1 / 0"), path)
    result = run_notebook(path, output=tmp_path / "out.ipynb")
    assert result.status == "failed"
    assert result.error.cell == 3  # the injected cell does not count
    assert not (tmp_path / "out.ipynb").exists()


@pytest.mark.parametrize("content", ["", "{}", "not json", "\xff"])
def test_a_file_that_is_no_notebook(tmp_path, content):
    path = tmp_path / "x.ipynb"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(ValueError, match=r"x\.ipynb is not a notebook"):
        prepare(path)


def test_the_key_changes_with_everything_a_result_depends_on(lesson, path, monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    keys = [prepare(path).key]
    assert prepare(path).key == keys[0]
    assert prepare(path, timeout=5.0).key == keys[0]
    assert prepare(path, backend="jax").key == keys[0]  # it does not use Keras
    keys += [prepare(path, profile="full").key, prepare(path, seed=1).key]
    (path.parent / "neurons.txt").write_text("more\n", encoding="utf-8")
    keys.append(prepare(path).key)
    nbformat.write(lesson("print(profile, seed, 'more')"), path)
    keys.append(prepare(path).key)
    nbformat.write(lesson("import keras"), path)
    keys += [prepare(path).key, prepare(path, backend="jax").key]
    assert prepare(path, backend="tensorflow").key == keys[-2]
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert prepare(path).key == keys[-1]
    assert len(set(keys)) == len(keys) == 7


def test_a_broken_cell_is_named_before_anything_runs(lesson, path):
    nbformat.write(lesson("print(profile)", "x = 1\ny = (2\n"), path)
    with pytest.raises(ValueError, match=r"^code cell 3, line 2: .*: y = \(2$") as caught:
        prepare(path)
    assert caught.value.cell == 3


def test_outputs_do_not_change_the_key(path):
    before = prepare(path).key
    nb = nbformat.read(path, as_version=4)
    nb.cells[-1].outputs = [nbformat.v4.new_output("stream", text="x")]
    nbformat.write(nb, path)
    assert prepare(path).key == before


def test_companion_files(path):
    folder = path.parent
    (folder / "pictures").mkdir()
    (folder / "pictures" / "net.bin").write_bytes(b"\x00\x01")
    (folder / ".hidden").write_text("x", encoding="utf-8")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_text("x", encoding="utf-8")
    assert companion_files(folder) == {
        "neurons.quiz.yml": b"questions: []\n",
        "pictures/net.bin": b"\x00\x01",
    }


def test_companion_files_have_a_limit(path, monkeypatch):
    monkeypatch.setattr(module, "_LARGEST_COMPANION", 5)
    with pytest.raises(ValueError, match=r"neurons.quiz.yml goes beyond"):
        companion_files(path.parent)


def test_a_write_that_fails_leaves_the_old_file(notebook, tmp_path, monkeypatch):
    path = tmp_path / "x.ipynb"
    path.write_text("old", encoding="utf-8")

    def refuse(source, target):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        save(notebook("1"), path)
    assert [(entry.name, entry.read_text("utf-8")) for entry in tmp_path.iterdir()] == [("x.ipynb", "old")]


def test_the_digest_of_sources_is_that_of_names_and_contents(tmp_path):
    def digest(**files):
        root = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        for name, content in files.items():
            path = root / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return root, module._digest_of(root)

    root, first = digest(a="x = 1", sub__b="y = 2")
    (root / "__pycache__").mkdir()
    (root / "__pycache__" / "a.pyc").write_text("x", encoding="utf-8")
    (root / ".a.swp").write_text("x", encoding="utf-8")
    assert module._digest_of(root) == first
    assert digest(a="x = 1", sub__b="y = 2")[1] == first
    others = [digest(a="x = 2", sub__b="y = 2")[1], digest(a="x = 1", b="y = 2")[1], digest(a="x = 1")[1]]
    assert len({first, *others}) == 4


def test_the_sources_of_the_package_have_a_digest():
    assert re.fullmatch("[0-9a-f]{64}", source_digest())
