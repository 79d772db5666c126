"""environment.yml is made from the lock file."""

import subprocess
from pathlib import Path

import environment
import pytest
import yaml
from click.testing import CliRunner

EXPORT = "numpy==2.2.0\n\npywin32==310 ; sys_platform == 'win32'\nclick==8.1.8\n"


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let uv export three packages, and the tool write into a folder of its own."""

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, stdout=EXPORT)

    monkeypatch.setattr(environment.bootstrap, "reader_settings", lambda: ({}, {}))
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(environment, "TARGET", tmp_path / "environment.yml")
    return tmp_path / "environment.yml"


def test_the_locked_versions_are_listed_and_the_project_comes_last(target: Path) -> None:
    done = CliRunner().invoke(environment.main, [])
    assert done.exit_code == 0
    content = yaml.safe_load(target.read_text("utf-8"))
    assert content["dependencies"][:2] == [f"python={environment.PYTHON}", "pip"]
    assert content["dependencies"][2]["pip"] == [
        "click==8.1.8",
        "numpy==2.2.0",
        "pywin32==310 ; sys_platform == 'win32'",
        "-e .",
    ]


def test_an_old_file_is_found(target: Path) -> None:
    CliRunner().invoke(environment.main, [])
    assert CliRunner().invoke(environment.main, ["--check"]).exit_code == 0
    target.write_text("name: old\n", encoding="utf-8")
    done = CliRunner().invoke(environment.main, ["--check"])
    assert done.exit_code == 1
    assert done.output == "environment.yml differs from uv.lock: run `make lock`\n"
    assert target.read_text("utf-8") == "name: old\n"
