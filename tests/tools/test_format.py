"""`make format` mends sources, and never loses one."""

import errno
import shutil
import subprocess
import sys
from pathlib import Path

import format as tool
import nbformat
import pytest

UGLY = "import os\nname   =  'größe'\n"
PRETTY = 'name = "größe"\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a folder with a file and a notebook that are not in form."""
    (tmp_path / "pyproject.toml").write_text('[tool.ruff]\nextend-include = ["*.ipynb"]\n', encoding="utf-8")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "one.py").write_text(UGLY, "utf-8")
    (tmp_path / "package" / "good.py").write_text(PRETTY, "utf-8")
    cells = [nbformat.v4.new_code_cell(UGLY)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    return tmp_path.resolve()


def code(path: Path) -> str:
    """Return the code of the only cell of a notebook."""
    return str(nbformat.read(path, as_version=4).cells[0].source)


def contents(folder: Path) -> dict[Path, bytes]:
    """Return the sources of a folder."""
    return {path: path.read_bytes() for kind in ("*.py", "*.ipynb") for path in folder.rglob(kind)}


def fill(disk: Path) -> None:
    """Write until nothing more fits."""
    with (disk / "rest").open("wb", buffering=0) as rest:
        while True:
            rest.write(b"x" * 1024)


def test_code_and_notebooks_are_mended(project: Path) -> None:
    untouched = (project / "package" / "good.py").stat().st_mtime_ns
    assert tool.mend(project) == 0
    assert (project / "package" / "one.py").read_text("utf-8") == PRETTY
    assert code(project / "a.ipynb") == PRETTY.strip()
    assert (project / "package" / "good.py").stat().st_mtime_ns == untouched


def test_what_ruff_cannot_mend_fails_and_the_rest_is_mended(project: Path) -> None:
    (project / "package" / "bad.py").write_text("print(unknown)\n", encoding="utf-8")
    assert tool.mend(project) != 0
    assert (project / "package" / "one.py").read_text("utf-8") == PRETTY


def test_a_full_disk_cuts_no_source_short(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(project)

    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(tool, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        tool.mend(project)
    assert contents(project) == before


@pytest.mark.skipif(sys.platform != "linux", reason="needs a small disk to fill")
def test_a_disk_that_is_really_full(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    disk = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a disk can be mounted by root only")
    try:
        shutil.copytree(project, disk / "book")
        book = disk / "book"
        with pytest.raises(OSError, match="No space"):
            fill(disk)
        before = contents(book)
        with pytest.raises(OSError, match="No space"):
            tool.mend(book)
        assert contents(book) == before
    finally:
        subprocess.run(["umount", str(disk)], check=True)
