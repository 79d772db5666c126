"""The package installs from one file, and then a notebook that was downloaded alone runs."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bootstrap
import environment
import nbformat
import pytest
import wheel
from listing import project_files
from nbformat.v4 import new_code_cell, new_notebook
from sphinx_book import elsewhere

from dlbook import __version__
from dlbook.execution import execute, source_digest

ROOT = Path(__file__).resolve().parents[2]


def run(command: Sequence[Any], **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run a program and keep what it prints."""
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, **settings)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    if not environment.UV.is_file():
        pytest.skip("uv is not in .uv: run make env")
    return wheel.build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def python(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel alone into an environment that finds all other packages here."""
    folder = tmp_path_factory.mktemp("elsewhere") / "env"
    environment.run_uv("venv", "--quiet", "--python", sys.executable, str(folder))
    python = folder / "bin" / "python"
    install = ["pip", "install", "--quiet", "--offline", "--no-deps", "--python", str(python), str(package)]
    environment.run_uv(*install)
    (site,) = folder.glob("lib/python*/site-packages")
    # A folder that is named in such a file is searched, but what its own files name is not.
    (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


def test_the_file_carries_the_whole_package(package: Path) -> None:
    assert package.name == elsewhere.wheel_name()
    source = ROOT / "src"
    wanted = {path.relative_to(source).as_posix() for path in project_files() if path.is_relative_to(source)}
    wanted |= {f"dlbook/{path.relative_to(ROOT).as_posix()}" for path in ROOT.glob("chapters/*/*.quiz.yml")}
    assert len(wanted) > 100
    with zipfile.ZipFile(package) as archive:
        assert wanted - set(archive.namelist()) == set()


def test_a_downloaded_notebook_runs_with_the_file_alone(python: Path, tmp_path: Path) -> None:
    cells = [
        "import dlbook\nprint(dlbook.__file__)",
        "from dlbook.runtime import setup\nrun = setup()",
        "import matplotlib.pyplot as plt\nfrom dlbook.display import explore, quiz\n"
        "def draw(step):\n    figure, axes = plt.subplots()\n    axes.plot([0, step])\n    return figure\n"
        "explore(draw, step=range(2), alt='A line to {step}')",
        "quiz('neurons_and_perceptrons')",
    ]
    notebook = new_notebook(cells=[new_code_cell(code) for code in cells])
    nbformat.write(notebook, tmp_path / "alone.ipynb")
    code = (
        "import nbformat\nfrom dlbook.execution import execute\n"
        "done = execute(nbformat.read('alone.ipynb', 4), env={'DLBOOK_OUTPUT': 'standalone'})\n"
        "nbformat.write(done.notebook, 'alone.ipynb')\nassert done.result.ok, done.result.error\n"
    )
    done = run([python, "-c", code], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    ran = nbformat.read(tmp_path / "alone.ipynb", as_version=4)
    where, _, explorable, questions = (cell.outputs for cell in ran.cells)
    assert where[0].text.startswith(str(python.parents[1]))
    assert "data:image/webp" in explorable[0].data["text/html"]
    assert "perceptron" in questions[0].data["text/html"]


def test_the_command_works_and_takes_the_package_for_the_same(python: Path) -> None:
    shown = subprocess.run(
        [python.with_name("dlbook"), "--version"], capture_output=True, encoding="utf-8", check=True
    )
    assert shown.stdout == f"dlbook, version {__version__}\n"
    code = "from dlbook.execution import source_digest; print(source_digest())"
    assert run([python, "-c", code]).stdout.strip() == source_digest()


def test_the_line_names_the_repository_or_the_file() -> None:
    address = "https://github.com/owner/name"
    assert elsewhere.install_line(address) == f'%pip install "dlbook[chapters] @ git+{address}"'
    assert elsewhere.install_line(None) == f'%pip install "./dlbook-{__version__}-py3-none-any.whl[chapters]"'


def test_a_kernel_without_the_package_shows_the_line(tmp_path: Path) -> None:
    (source,) = ROOT.glob("chapters/*/neurons_and_perceptrons.ipynb")
    line = elsewhere.install_line("https://github.com/owner/name")
    before = source.read_text("utf-8")
    after = elsewhere.with_line(before, line)
    cells, same = json.loads(after)["cells"], json.loads(before)["cells"]
    assert [number for number, cell in enumerate(cells) if cell != same[number]] == [
        number for number, cell in enumerate(same) if "setup" in cell["metadata"].get("tags", [])
    ]
    downloaded = nbformat.reads(after, as_version=4)
    nbformat.validate(downloaded)
    setup = next(cell for cell in downloaded.cells if "setup" in cell.metadata.get("tags", []))
    assert setup.source.splitlines()[0] == elsewhere.REMARK + line
    away = new_code_cell("import sys\nsys.modules['dlbook'] = None\nsys.modules['dlbook.runtime'] = None")
    result = execute(new_notebook(cells=[away, setup]), cwd=tmp_path, timeout=60).result
    assert result.error is not None
    assert result.error.name == "ModuleNotFoundError"
    assert line in result.error.traceback


def test_every_notebook_has_one_setup_cell_for_the_line(lesson: Any) -> None:
    assert sum("setup" in cell.metadata.get("tags", []) for cell in lesson.code) == 1


CONTAINERFILE = (ROOT / "Containerfile").read_text("utf-8")


def test_the_container_calls_what_there_is() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    called = re.findall(r"make ([a-z-]+)", CONTAINERFILE)
    assert {"env", "book", "test"} <= set(called) <= targets
    command = json.loads(re.search(r"^CMD (.+)$", CONTAINERFILE, re.MULTILINE)[1])  # type: ignore[index]
    assert command[:2] == ["make", "serve"]
    version = re.search(r"^FROM \S+/python:(3\.\d+)-", CONTAINERFILE, re.MULTILINE)
    assert version is not None
    assert bootstrap.OLDEST <= tuple(int(part) for part in version[1].split(".")) <= bootstrap.NEWEST


@pytest.mark.parametrize("extra", ["", "cuda", "cuda-jax"])
def test_the_argument_of_the_container_reaches_the_installer(extra: str) -> None:
    line = next(line for line in CONTAINERFILE.splitlines() if "make env" in line).removeprefix("RUN ")
    line = line.replace("make env", "make --dry-run env")
    shown = subprocess.run(
        ["sh", "-c", line],
        cwd=ROOT,
        env={**os.environ, "EXTRA": extra},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert shown.stdout.strip() == f'python3 tools/bootstrap.py --extra "{extra}"'


def test_the_container_takes_no_environment_of_the_host() -> None:
    """One that was made elsewhere is of no use there, and large."""
    left_out = set((ROOT / ".dockerignore").read_text("utf-8").splitlines())
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()}
    assert {f"**/{name}" for name in ignored} - left_out == set()


def test_the_page_names_the_port_of_the_container() -> None:
    assert "--publish 8000:8000" in (ROOT / f"{elsewhere.PAGE}.md").read_text("utf-8")
    assert "EXPOSE 8000" in CONTAINERFILE
