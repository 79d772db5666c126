"""The commands that the texts name exist, and the workflows do nothing but call them."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ["README.md", "CONTRIBUTING.md", "index.md"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
# Another shell's `make` would be a word of a sentence, so only code counts, and what follows `#` does not.
CALL = re.compile(r"(?:^|[\s`=(])make (?:[A-Z]+=\S+ )*([a-z][a-z-]*)")


def calls(text: str) -> set[str]:
    """Return the targets that the code in a text calls."""
    lines = (line.split(" # ")[0] for part in CODE.findall(text) for line in part.splitlines())
    return {target for line in lines for target in CALL.findall(line)}


def steps(path: Path) -> list[str]:
    """Return the commands of a workflow."""
    jobs = yaml.safe_load(path.read_text("utf-8"))["jobs"].values()
    return [step["run"] for job in jobs for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("name", TEXTS)
def test_the_targets_that_a_text_names_exist(name: str) -> None:
    named = calls((ROOT / name).read_text("utf-8"))
    assert named
    assert named - TARGETS == set()


def test_contributors_learn_of_every_target() -> None:
    hidden = {"env", "help"}
    assert TARGETS - hidden - calls((ROOT / "CONTRIBUTING.md").read_text("utf-8")) == set()


def test_every_target_is_listed_by_help() -> None:
    printed = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert set(re.findall(r"^  make ([a-z-]+)", printed, re.MULTILINE)) == TARGETS


def test_no_target_is_taken_for_a_file() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert set(phony.split()) == TARGETS


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_installs_and_calls_make(path: Path) -> None:
    for step in steps(path):
        assert re.fullmatch(r"make ([a-z-]+)|apt-get update && apt-get install [\w -]+", step), step
        if target := re.fullmatch(r"make ([a-z-]+)", step):
            assert target[1] in TARGETS


def test_continuous_integration_runs_the_two_commands_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text("utf-8").splitlines()
    commands = [line for line in lines if line.startswith("make ")]
    assert {"make book", "make test"} <= set(commands)
    assert commands[-1] == "make test", "the last lines are the test runner's summary"
    assert {line.split()[1] for line in commands} <= TARGETS
    assert "export DLBOOK_REQUIRE_CHROMIUM=1" in lines


def test_calls_are_read_from_code_only() -> None:
    text = "You make sense.\n\n`make book` and\n\n```bash\nKERAS_BACKEND=jax make full  # make nothing\n```"
    assert calls(text) == {"book", "full"}
