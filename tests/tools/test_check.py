"""The arguments that pytest gets."""

import subprocess
from typing import Any

import check
import pytest
from click.testing import CliRunner


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Record the command instead of running it."""
    commands: list[Any] = []

    def call(command: list[str], **settings: Any) -> int:
        commands.append((command, settings))
        return 3

    monkeypatch.setattr(subprocess, "call", call)
    return commands


def test_everything_is_tested(called: list[Any]) -> None:
    done = CliRunner().invoke(check.main, ["--jobs", "4"])
    assert done.exit_code == 3
    ((command, settings),) = called
    assert {"src", "tests", "chapters", "--nbval-lax"} <= set(command)
    assert command[command.index("-n") + 1] == "4"
    assert "IPYTHONDIR" in settings["env"]


def test_the_fast_tests_run_no_notebook_and_no_browser(called: list[Any]) -> None:
    CliRunner().invoke(check.main, ["--unit"])
    ((command, _),) = called
    assert "chapters" not in command
    assert "--nbval-lax" not in command
    assert "not browser" in command


def test_the_other_backend_runs_the_notebooks_that_use_keras(called: list[Any]) -> None:
    CliRunner().invoke(check.main, ["--keras-notebooks"])
    ((command, _),) = called
    assert "--nbval-lax" in command
    assert "tests" not in command
    assert "chapters/01_feedforward/neurons_and_perceptrons.ipynb" in command


def test_no_keras_notebook_is_said(called: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "keras_notebooks", list)
    done = CliRunner().invoke(check.main, ["--keras-notebooks"])
    assert done.exit_code == 1
    assert done.output == "check: no notebook uses Keras\n"
    assert called == []
