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
    assert "--execute-notebooks" not in command
    assert settings["env"]["DLBOOK_VISITS"] == "1/1"


def test_a_share_of_the_pages_is_visited(called: list[Any]) -> None:
    CliRunner().invoke(check.main, ["--share", "2/3"])
    ((command, settings),) = called
    assert {"src", "tests", "chapters"} <= set(command)
    assert settings["env"]["DLBOOK_VISITS"] == "2/3"


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


def test_nbval_executes_the_notebooks_once_more_where_that_is_asked_for(called: list[Any]) -> None:
    CliRunner().invoke(check.main, ["--fresh"])
    ((command, _),) = called
    assert {"--execute-notebooks", "chapters"} <= set(command)


def test_the_shares_are_together_all_notebooks_and_none_twice(called: list[Any]) -> None:
    shares = []
    for number in (1, 2, 3):
        CliRunner().invoke(check.main, ["--keras-notebooks", "--share", f"{number}/3"])
        shares.append([name for name in called[-1][0] if name.endswith(".ipynb")])
    everything = [path.relative_to(check.ROOT).as_posix() for path in check.keras_notebooks()]
    assert sorted(shares[0] + shares[1] + shares[2]) == sorted(everything)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@pytest.mark.parametrize("share", ["0/3", "4/3", "1", "1/0", "a/b", "1/3/3"])
def test_no_share_is_refused(called: list[Any], share: str) -> None:
    done = CliRunner().invoke(check.main, ["--keras-notebooks", "--share", share])
    assert done.exit_code == 2
    assert f"a share is written like 1/3, got '{share}'" in done.output
    assert called == []


def test_no_keras_notebook_is_said(called: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "keras_notebooks", list)
    done = CliRunner().invoke(check.main, ["--keras-notebooks"])
    assert done.exit_code == 1
    assert done.output == "check: no notebook of this share uses Keras\n"
    assert called == []
