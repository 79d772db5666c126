"""The commands that the texts name exist, and the workflows do nothing but call them."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

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
    printed = subprocess.run(
        ["make", "help"], cwd=ROOT, check=True, capture_output=True, encoding="utf-8"
    ).stdout
    assert set(re.findall(r"^  make ([a-z-]+)", printed, re.MULTILINE)) == TARGETS


def test_no_target_is_taken_for_a_file() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert set(phony.split()) == TARGETS


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_installs_and_calls_make(path: Path) -> None:
    for step in steps(path):
        known = r"apt-get update && apt-get install [\w -]+|\.venv/bin/dlbook record --verify"
        target = re.fullmatch(r"make ([a-z-]+)( [A-Z]+=(\d|\$\{\{ matrix\.share \}\}))?", step)
        assert target or re.fullmatch(known, step), step
        if target:
            assert target[1] in TARGETS


def test_continuous_integration_runs_the_two_commands_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text("utf-8").splitlines()
    commands = [line for line in lines if line.startswith("make ")]
    assert "make book" in commands
    assert commands[-1] == 'make test SHARE="$share"', "the last lines are the test runner's summary"
    assert {line.split()[1] for line in commands} <= TARGETS
    assert "export DLBOOK_REQUIRE_CHROMIUM=1" in lines


def jobs(name: str) -> dict[str, Any]:
    """Return the jobs of a workflow."""
    return dict(yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text("utf-8"))["jobs"])


@pytest.mark.parametrize("name", ["checks", "weekly"])
def test_both_backends_run_side_by_side(name: str) -> None:
    found = jobs(name)
    assert "make test" in commands("checks", "tensorflow")
    # A variable of the shell does not reach make: the share is said in the call.
    assert commands("checks", "jax") == ["make test-jax SHARE=${{ matrix.share }}"]
    assert not any("needs" in job for job in found.values())


def commands(workflow: str, job: str) -> list[str]:
    """Return what a job runs."""
    return [step["run"] for step in jobs(workflow)[job]["steps"] if "run" in step]


def test_every_push_runs_all_notebooks_on_jax_in_shares() -> None:
    shares = [entry["share"] for entry in jobs("checks")["jax"]["strategy"]["matrix"]["include"]]
    assert shares == [f"{number}/{len(shares)}" for number in range(1, len(shares) + 1)]


def test_every_week_everything_runs_and_runs_twice() -> None:
    assert "make test FRESH=1" in commands("weekly", "tensorflow")
    assert "make test-jax" in commands("weekly", "jax")
    assert ".venv/bin/dlbook record --verify" in commands("weekly", "jax")


def dry_run(*arguments: str) -> str:
    """Return what make would do."""
    done = subprocess.run(
        ["make", "-n", *arguments], cwd=ROOT, check=True, capture_output=True, encoding="utf-8"
    )
    return done.stdout


def test_share_and_fresh_reach_the_tests() -> None:
    assert "--keras-notebooks --share 2/3\n" in dry_run("test-jax", "SHARE=2/3")
    assert "--share" not in dry_run("test-jax")
    assert "--fresh\n" in dry_run("test", "FRESH=1")
    assert "--fresh" not in dry_run("test")
    assert "check.py --jobs 2 --share 2/3\n" in dry_run("test", "SHARE=2/3")
    assert "--share" not in dry_run("test")


def test_a_commit_chooses_its_share() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    (line,) = (line for line in script.splitlines() if line.startswith("share="))
    chosen = set()
    for commit in ("0000000", "0000001", "0000002", "000000a", "fffffff", "0"):
        command = ["bash", "-c", f"set -eu; commit={commit}; {line}; echo $share"]
        chosen.add(subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.strip())
    assert chosen == {"1/3", "2/3", "3/3"}


def test_calls_are_read_from_code_only() -> None:
    text = "You make sense.\n\n`make book` and\n\n```bash\nKERAS_BACKEND=jax make full  # make nothing\n```"
    assert calls(text) == {"book", "full"}


def seen_by_a_recipe(tmp_path: Path, *words: str, **variables: str) -> dict[str, str]:
    """Return the environment that the commands of a target get."""
    more = tmp_path / "more.mk"
    more.write_text("show:\n\t@env; echo 'JOBS is $(JOBS)'\n", encoding="utf-8")
    command = ["make", "--no-print-directory", "-f", "Makefile", "-f", str(more), "show", *words]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, encoding="utf-8", check=True
    )
    lines = [line for line in done.stdout.splitlines() if "=" in line or line.startswith("JOBS is")]
    return dict(line.replace(" is ", "=").split("=", 1) for line in lines)


@pytest.mark.parametrize(
    "name",
    [
        *("PYTHONSAFEPATH", "PYTHONWARNINGS", "PYTHONOPTIMIZE", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP"),
        *(
            "LC_ALL",
            "LC_CTYPE",
            "LANG",
            "PYTEST_ADDOPTS",
            "PYTEST_PLUGINS",
            "MYPYPATH",
            "RUFF_CONFIG",
            "GIT_DIR",
            "GIT_INDEX_FILE",
        ),
    ],
)
def test_a_setting_of_the_shell_reaches_no_command(tmp_path: Path, name: str) -> None:
    assert name not in seen_by_a_recipe(tmp_path, **{name: "/nowhere"})


def test_text_is_utf_8_in_every_command(tmp_path: Path) -> None:
    assert seen_by_a_recipe(tmp_path, PYTHONUTF8="0")["PYTHONUTF8"] == "1"


def test_a_variable_that_happens_to_be_set_is_no_choice(tmp_path: Path) -> None:
    assert seen_by_a_recipe(tmp_path, JOBS="64")["JOBS"] == "2"
    assert seen_by_a_recipe(tmp_path, "JOBS=3")["JOBS"] == "3"


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["env"], "python3 tools/bootstrap.py"),
        (["env", "EXTRA=cuda"], 'python3 tools/bootstrap.py --extra "cuda"'),
        (["env", "EXTRA="], 'python3 tools/bootstrap.py --extra ""'),
        (["serve"], ".venv/bin/python tools/serve.py"),
        (["serve", "PORT=9000"], '.venv/bin/python tools/serve.py --port "9000"'),
        (["serve", "HOST=0.0.0.0"], '.venv/bin/python tools/serve.py --host "0.0.0.0"'),
    ],
)
def test_what_is_said_to_make_reaches_the_tool(words: list[str], command: str) -> None:
    leaks = {"EXTRA": "leak", "PORT": "1", "HOST": "leak"}
    done = subprocess.run(
        ["make", "--dry-run", *words],
        cwd=ROOT,
        env={**os.environ, **leaks},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.splitlines()[-1].split() == command.split()


def test_continuous_integration_goes_to_its_own_folder_only() -> None:
    """`cd` looks along CDPATH first, where that is set."""
    text = (ROOT / ".ci" / "run").read_text("utf-8")
    (line,) = re.findall(r"^.*\bcd .*$", text, re.MULTILINE)
    assert line.startswith("CDPATH= cd")
