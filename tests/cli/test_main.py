import os
import subprocess
import sys

import dlbook as package


def test_the_version(dlbook):
    assert dlbook("--version").stdout == f"dlbook, version {package.__version__}\n"


def test_help_names_the_commands(dlbook):
    text = dlbook("--help").stdout
    assert "run " in text
    assert "doctor " in text
    assert "--scheduler ADDRESS" in dlbook("run", "--help").stdout


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom dlbook.cli import main\n"
        "try:\n    main(['run', '--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'nbformat', 'nbclient', 'papermill', 'keras', 'distributed'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_letter_that_the_terminal_does_not_know_ends_no_run():
    code = "import click\nfrom dlbook.cli import main\n@main.command()\ndef say(): click.echo('\\u2265 1')"
    command = [sys.executable, "-c", f"{code}\nmain(['say'])"]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"? 1\n", b"")
