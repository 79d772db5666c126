import base64
import importlib.util
import json
import os
import random
import struct
import subprocess
import sys
import types
import warnings
from unittest.mock import MagicMock

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from dlbook import runtime
from dlbook.execution import execute
from dlbook.runtime import BACKENDS, Run, device, setup


@pytest.fixture(autouse=True)
def _restored(monkeypatch):
    """Keep the environment, the generators and Matplotlib's settings of the test session."""
    import matplotlib

    for name in ("KERAS_BACKEND", "TF_CPP_MIN_LOG_LEVEL", "XLA_PYTHON_CLIENT_PREALLOCATE", "DLBOOK_MEASURE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    with matplotlib.rc_context():
        yield
    random.setstate(python_state)
    np.random.set_state(numpy_state)  # noqa: NPY002


def python(code, **env):
    """Run code in a fresh interpreter."""
    environment = {name: value for name, value in os.environ.items() if name not in {"KERAS_BACKEND"}}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment | env,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_run_carries_profile_and_seed():
    run = setup("full", 3)
    assert (run.profile, run.seed, run.full) == ("full", 3, True)
    assert run.choose(quick=1, full=2) == 2
    assert setup().choose(quick=1, full=2) == 1


def test_run_is_frozen():
    with pytest.raises(AttributeError):
        setup().profile = "full"


def test_same_seed_same_numbers_everywhere():
    draws = []
    for _ in range(2):
        run = setup("quick", 5)
        draws.append((run.rng.random(), random.random(), np.random.random()))  # noqa: NPY002
    assert draws[0] == draws[1]
    assert setup("quick", 6).rng.random() != draws[0][0]


def test_generator_is_that_of_numpy():
    assert setup("quick", 5).rng.random() == np.random.default_rng(5).random()


def test_a_numpy_integer_is_a_seed():
    assert setup("quick", np.int64(4)).seed == 4


@pytest.mark.parametrize("profile", ["fast", "", "Quick", None])
def test_unknown_profile_lists_the_choices(profile):
    with pytest.raises(ValueError, match="profile must be one of quick, full, got") as caught:
        setup(profile)
    assert "\n" not in str(caught.value)


def test_unknown_backend_lists_the_choices():
    os.environ["KERAS_BACKEND"] = "theano"
    asked = "the environment variable KERAS_BACKEND must be one of tensorflow, jax, got 'theano'"
    with pytest.raises(ValueError, match=asked):
        setup(keras=True)
    assert setup().profile == "quick"  # a notebook without Keras does not mind


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seed_out_of_range(seed):
    with pytest.raises(ValueError, match="seed must lie between 0 and 4294967295"):
        setup("quick", seed)


@pytest.mark.parametrize("seed", [1.5, "7", None])
def test_seed_of_another_kind(seed):
    with pytest.raises(ValueError, match="seed must be a whole number"):
        setup("quick", seed)


def test_environment_for_the_backend_is_set():
    setup()
    assert os.environ["KERAS_BACKEND"] == BACKENDS[0]
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"
    assert os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"


def test_environment_of_the_reader_wins():
    os.environ.update(KERAS_BACKEND="jax", TF_CPP_MIN_LOG_LEVEL="0")
    setup()
    assert os.environ["KERAS_BACKEND"] == "jax"
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"


def test_figures_take_the_style_of_the_book():
    import matplotlib

    from dlbook.display.style import style

    matplotlib.rcParams["axes.grid"] = False
    setup()
    assert matplotlib.rcParams["axes.grid"] is style()["axes.grid"] is True


def test_figures_keep_nothing_of_a_readers_matplotlibrc():
    import matplotlib

    matplotlib.rcParams.update({"axes.facecolor": "yellow", "timezone": "Asia/Tokyo", "lines.marker": "x"})
    backend = matplotlib.rcParams["backend"]
    setup()
    for name in ("axes.facecolor", "timezone", "lines.marker"):
        assert matplotlib.rcParams[name] == matplotlib.rcParamsDefault[name]
    assert matplotlib.rcParams["backend"] == backend


def test_measurement_is_written(tmp_path):
    os.environ["DLBOOK_MEASURE"] = str(tmp_path / "measure.json")
    setup("full", 9)
    content = json.loads((tmp_path / "measure.json").read_text("utf-8"))
    assert content == {"profile": "full", "seed": 9, "backend": None, "device": device()}
    assert [path.name for path in tmp_path.iterdir()] == ["measure.json"]


def test_setup_prints_nothing(capfd):
    setup()
    assert capfd.readouterr() == ("", "")


def test_device_without_keras_is_the_processor(monkeypatch):
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    assert device() == "CPU"


@pytest.mark.parametrize("name", BACKENDS)
def test_device_names_the_card(monkeypatch, name):
    keras = types.SimpleNamespace(backend=types.SimpleNamespace(backend=lambda: name))
    config = types.SimpleNamespace(
        list_physical_devices=lambda kind: [types.SimpleNamespace(name="/physical_device:GPU:0")],
        experimental=types.SimpleNamespace(get_device_details=lambda card: {"device_name": "A100"}),
    )
    card = types.SimpleNamespace(platform="gpu", device_kind="A100")
    monkeypatch.setitem(sys.modules, "keras", keras)
    monkeypatch.setitem(sys.modules, "tensorflow", types.SimpleNamespace(config=config))
    monkeypatch.setitem(sys.modules, "jax", types.SimpleNamespace(devices=lambda: [card]))
    assert device() == "GPU: A100"


def test_every_card_grows_and_a_late_call_is_no_error(monkeypatch):
    grown = []

    def grow(card, flag):
        grown.append((card, flag))
        if card == "second":
            raise RuntimeError("Physical devices cannot be modified after being initialized")

    config = types.SimpleNamespace(
        list_physical_devices=lambda kind: ["first", "second"],
        experimental=types.SimpleNamespace(set_memory_growth=grow),
    )
    monkeypatch.setitem(sys.modules, "tensorflow", types.SimpleNamespace(config=config))
    runtime.grow_gpu_memory()
    assert grown == [("first", True), ("second", True)]


def test_a_session_keeps_its_backend(monkeypatch):
    keras = types.SimpleNamespace(backend=types.SimpleNamespace(backend=lambda: "tensorflow"))
    monkeypatch.setitem(sys.modules, "keras", keras)
    os.environ["KERAS_BACKEND"] = "jax"
    with pytest.raises(ValueError, match="already runs Keras on 'tensorflow': restart the kernel"):
        setup(keras=True)


def test_keras_that_is_there_is_not_imported_again(monkeypatch):
    keras = types.SimpleNamespace()
    monkeypatch.setitem(sys.modules, "keras", keras)
    os.environ["KERAS_BACKEND"] = "theano"
    assert runtime.load_keras() is keras


def test_keras_is_loaded_on_the_backend_that_is_asked_for(monkeypatch):
    loaded = MagicMock()
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setattr(runtime.importlib, "import_module", lambda name: loaded)
    os.environ["KERAS_BACKEND"] = "jax"
    assert runtime.load_keras() is loaded
    loaded.config.set_floatx.assert_called_with("float32")  # whatever the user's keras.json says
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"
    os.environ["KERAS_BACKEND"] = "theano"
    with pytest.raises(ValueError, match="KERAS_BACKEND must be one of tensorflow, jax, got 'theano'"):
        runtime.load_keras()


@pytest.mark.parametrize(("given", "name"), [(None, "tensorflow"), ("", "tensorflow"), ("jax", "jax")])
def test_the_backend_that_is_asked_for(given, name):
    if given is not None:
        os.environ["KERAS_BACKEND"] = given
    assert runtime.backend_name() == name


def test_a_missing_backend_is_named(monkeypatch):
    def nothing(name):
        raise ModuleNotFoundError("No module named 'jax'", name="jax")

    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setattr(runtime.importlib, "import_module", nothing)
    os.environ["KERAS_BACKEND"] = "jax"
    with pytest.raises(ModuleNotFoundError, match="Keras on jax needs jax, which is not installed"):
        setup(keras=True)


def test_error_stream_is_quiet_inside_and_back_after(capfd):
    os.write(2, b"before\n")
    with runtime._quiet_stderr():
        os.write(2, b"noise\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "before\nafter\n"


def test_error_stream_is_back_after_an_exception(capfd):
    with pytest.raises(KeyError), runtime._quiet_stderr():
        raise KeyError
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def test_python_still_speaks_while_compiled_code_is_quiet():
    code = (
        "import os, sys, warnings\n"
        "from dlbook.runtime import _quiet_stderr\n"
        "stream = sys.stderr\n"
        "with _quiet_stderr():\n"
        "    os.write(2, b'noise')\n"
        "    warnings.warn('python speaks')\n"
        "assert sys.stderr is stream\n"
        "print('end', file=sys.stderr)\n"
    )
    done = python(code)
    assert done.returncode == 0
    assert "python speaks" in done.stderr
    assert "noise" not in done.stderr
    assert done.stderr.endswith("end\n")


def test_without_an_error_stream_nothing_breaks():
    done = python(
        "import os; os.close(2)\nfrom dlbook.runtime import _quiet_stderr\nwith _quiet_stderr(): print(1)"
    )
    assert (done.returncode, done.stdout) == (0, "1\n")


def test_importing_the_runtime_is_light():
    code = (
        "import sys, dlbook.runtime\n"
        "heavy = {'numpy', 'matplotlib', 'keras', 'IPython', 'tensorflow'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    assert python(code).stderr == ""


def test_setup_without_keras_does_not_import_it():
    assert (
        python("import sys, dlbook.runtime as r; r.setup(); assert 'keras' not in sys.modules").stderr == ""
    )


KERAS_CELLS = (
    "from dlbook.runtime import device, setup\nrun = setup('quick', 0, keras=True)",
    "import keras\nimport numpy as np\n"
    "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, 'relu'), keras.layers.Dense(1)])\n"
    "model.compile('adam', 'mse', metrics=['mae'])",
    "history = model.fit(np.ones((8, 4)), np.ones((8, 1)), epochs=2, verbose=0)\n"
    "prediction = model.predict(np.ones((8, 4)), verbose=0)",
    "for _ in range(6):  # what is compiled so often makes TensorFlow warn\n"
    "    model.compile('adam', 'mse')\n"
    "    history = model.fit(np.ones((8, 4)), np.ones((8, 1)), verbose=0)",
    "import random\nprint(keras.backend.backend(), device(), float(keras.random.uniform(())) < 1)\n"
    "again = setup('quick', 0, keras=True)\nfirst = float(keras.random.uniform(())), random.random()\n"
    "again = setup('quick', 0, keras=True)\n"
    "assert first == (float(keras.random.uniform(())), random.random())",
    "import warnings\nwarnings.warn('still shown')",
)


@pytest.mark.parametrize("backend", BACKENDS)
def test_keras_is_quiet_seeded_and_measured(backend, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    notebook = new_notebook(cells=[new_code_cell(source) for source in KERAS_CELLS])
    done = execute(notebook, cwd=tmp_path, timeout=180, env={"KERAS_BACKEND": backend})
    assert done.result.status == "ok", done.result.error
    *quiet, printing, warning = [cell.outputs for cell in done.notebook.cells]
    assert quiet == [[], [], [], []]
    assert [output.text for output in printing] == [f"{backend} CPU True\n"]
    assert [output.name for output in warning] == ["stderr"]
    assert "UserWarning: still shown" in warning[0].text
    assert (done.result.backend, done.result.device) == (backend, "CPU")
    assert (done.result.profile, done.result.seed) == ("quick", 0)


SETTINGS = {"floatx": "float64", "image_data_format": "channels_first", "epsilon": 0.1, "backend": "torch"}
SETTINGS_CELLS = (
    "import os\n{before}from dlbook.runtime import setup\nrun = setup(keras=True)",
    "import keras\n"
    "print(keras.config.floatx(), keras.config.image_data_format(), keras.config.epsilon())\n"
    "print(keras.config.dtype_policy().name, keras.config.max_epochs(), os.environ['KERAS_HOME'])",
)


@pytest.mark.parametrize("before", ["", "os.environ['KERAS_BACKEND'] = 'tensorflow'\nimport keras\n"])
def test_keras_json_of_the_reader_changes_nothing(tmp_path, monkeypatch, before):
    home = tmp_path / "keras"
    home.mkdir()
    (home / "keras.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    monkeypatch.setenv("KERAS_HOME", str(home))
    cells = [new_code_cell(source.format(before=before)) for source in SETTINGS_CELLS]
    environment = {} if before else {"KERAS_MAX_EPOCHS": "1"}
    done = execute(new_notebook(cells=cells), cwd=tmp_path, timeout=180, env=environment)
    assert done.result.ok, done.result.error
    assert done.notebook.cells[1].outputs[0].text == f"float32 channels_last 1e-07\nfloat32 None {home}\n"


def test_keras_writes_nothing_into_the_folder_of_the_reader(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with runtime._no_settings():
        assert os.environ["KERAS_HOME"] != str(tmp_path)
        assert os.path.isdir(os.environ["KERAS_HOME"])
    assert os.environ["KERAS_HOME"] == str(tmp_path)


def test_figures_are_shown_whatever_the_shell_says(tmp_path):
    source = "from dlbook.runtime import setup\nrun = setup()\nimport matplotlib.pyplot as plt\nplt.plot([1])"
    source += "\nplt.show()"
    done = execute(new_notebook(cells=[new_code_cell(source)]), cwd=tmp_path, env={"MPLBACKEND": "Agg"})
    assert "image/png" in done.notebook.cells[0].outputs[0].data


def test_figures_have_twice_the_pixels(tmp_path):
    source = (
        "from dlbook.runtime import setup\nrun = setup()\nimport matplotlib.pyplot as plt\n"
        "fig, ax = plt.subplots(figsize=(2, 1), dpi=50)\nplt.show()"
    )
    notebook = new_notebook(cells=[new_code_cell(source)])
    done = execute(notebook, cwd=tmp_path, timeout=60, env={"DLBOOK_OUTPUT": "page"})
    assert done.result.ok, done.result.error
    picture = base64.b64decode(done.notebook.cells[0].outputs[-1].data["image/png"])
    assert struct.unpack(">I", picture[16:20])[0] == pytest.approx(2 * 100, rel=0.1)  # from the PNG's header


def test_run_has_a_short_representation():
    assert repr(Run("quick", 0, np.random.default_rng(0))) == "Run(profile='quick', seed=0)"


def test_no_warning_from_setup():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert setup().seed == 0
