import subprocess
import types

import pytest

from dlbook.cli import machine


def test_what_this_machine_has():
    assert machine.n_cores() >= 1
    assert 1e8 < machine.available_memory() < 1e14


def test_the_first_browser_found_is_taken(monkeypatch):
    monkeypatch.setattr(machine.shutil, "which", lambda name: f"/bin/{name}" if "google" in name else None)
    assert machine.find_chromium() == "/bin/google-chrome"
    monkeypatch.setattr(machine.shutil, "which", lambda name: None)
    assert machine.find_chromium() is None


def test_cards_come_one_a_line(monkeypatch):
    shown = types.SimpleNamespace(stdout="A100, 81920 MiB, 550.54\nA100, 81920 MiB, 550.54\n\n")
    monkeypatch.setattr(machine.subprocess, "run", lambda *a, **k: shown)
    assert machine.nvidia_cards() == ["A100, 81920 MiB, 550.54"] * 2


@pytest.mark.parametrize("error", [FileNotFoundError(), subprocess.CalledProcessError(9, "nvidia-smi")])
def test_no_driver_no_cards(monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(machine.subprocess, "run", fail)
    assert machine.nvidia_cards() == []
