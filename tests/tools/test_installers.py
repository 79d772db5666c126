"""Of the reader's settings for pip and uv, what says how the network is reached is kept, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import installers
import pytest

MIRROR = "https://mirror.example/simple"


@pytest.fixture(autouse=True)
def _nobodys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let nothing be set."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")) or name.upper().endswith("_PROXY") or name == "SSL_CERT_FILE":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "system"))


@pytest.mark.parametrize(
    "name",
    [
        *("PIP_TARGET", "PIP_USER", "PIP_PREFIX", "PIP_CONSTRAINT", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"),
        *("PIP_INDEX_URL", "PIP_CONFIG_FILE", "PIP_NO_DEPS", "PIP_PRE", "PIP_REQUIRE_HASHES"),
        *(
            "UV_DEFAULT_INDEX",
            "UV_INDEX",
            "UV_INDEX_URL",
            "UV_EXTRA_INDEX_URL",
            "UV_FIND_LINKS",
            "UV_PROJECT",
        ),
        *("UV_NO_SYNC", "UV_FROZEN", "UV_LOCKED", "UV_RESOLUTION", "UV_EXCLUDE_NEWER", "UV_NO_BINARY"),
        *("UV_CONFIG_FILE", "UV_NO_CONFIG", "UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_TORCH_BACKEND", "UV_NO_DEV"),
        *("PYTHONPATH", "PYTHONHOME", "PYTHONOPTIMIZE", "PYTHONWARNINGS", "VIRTUAL_ENV", "CONDA_PREFIX"),
    ],
)
def test_what_changes_the_installation_is_dropped(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "x")
    assert name not in installers.kept_variables()


@pytest.mark.parametrize(
    "name",
    [
        *("PIP_CERT", "PIP_PROXY", "PIP_TRUSTED_HOST", "PIP_DEFAULT_TIMEOUT", "PIP_CACHE_DIR"),
        *("UV_CACHE_DIR", "UV_HTTP_TIMEOUT", "UV_SYSTEM_CERTS", "UV_NATIVE_TLS", "UV_INSECURE_HOST"),
        *("UV_OFFLINE", "UV_INDEX_WORK_USERNAME", "UV_INDEX_WORK_PASSWORD", "UV_LINK_MODE"),
        *("HTTPS_PROXY", "https_proxy", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PATH", "HOME"),
    ],
)
def test_what_reaches_the_network_is_kept(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "x")
    assert installers.kept_variables()[name] == "x"


def test_python_starts_whatever_the_locale_and_the_name_of_the_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment = tmp_path / "Bücher"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "book.pth").write_text(f"{environment}\n", encoding="utf-8")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONCOERCECLOCALE", "0")
    command = [str(environment / "bin" / "python"), "-c", ""]
    assert subprocess.run(command, env=installers.kept_variables(), check=False).returncode == 0


def test_files_of_pip_are_read_once_and_then_kept_from_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = Path(__file__).resolve().parents[2] / ".uv" / "bin" / "python"
    if not python.exists():
        pytest.skip("there is no pip in .uv: run make env")
    file = tmp_path / "pip.conf"
    lines = ["[global]", f"index-url = {MIRROR}", "target = /nowhere", "proxy = http://proxy:3128"]
    file.write_text("\n".join([*lines, "[install]", "cert = /etc/it's own.pem"]), encoding="utf-8")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    found = installers.read_pip(python)
    assert found["target"] == "/nowhere"
    variables = installers.pip_variables(found)
    assert {name: value for name, value in variables.items() if name.startswith("PIP_")} == {
        "PIP_CERT": "/etc/it's own.pem",
        "PIP_PROXY": "http://proxy:3128",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    assert installers.find_mirror(found, {}) == MIRROR


def test_a_variable_wins_over_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_PROXY", "http://new:1")
    assert installers.pip_variables({"proxy": "http://old:1"})["PIP_PROXY"] == "http://new:1"


def test_files_of_uv_are_read_and_what_they_say_of_the_network_is_passed_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import tomllib

    for name, text in (
        ("system", 'native-tls = true\ncache-dir = "/var/one"\n'),
        ("home", 'cache-dir = "/var/two"\nno-binary = true\nallow-insecure-host = ["a", "b"]\n'),
    ):
        (tmp_path / name / "uv").mkdir(parents=True)
        (tmp_path / name / "uv" / "uv.toml").write_text(text, encoding="utf-8")
    variables = installers.uv_variables({}, installers.read_uv(), tmp_path)
    own = tomllib.loads(Path(variables["UV_CONFIG_FILE"]).read_text("utf-8"))
    assert own == {"native-tls": True, "cache-dir": "/var/two", "allow-insecure-host": ["a", "b"]}
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    assert installers.read_uv() == {}


def test_a_broken_file_of_uv_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CONFIG_FILE", str(tmp_path / "uv.toml"))
    (tmp_path / "uv.toml").write_text("= broken", encoding="utf-8")
    assert installers.read_uv() == {}


def test_uv_learns_what_pip_knows_of_the_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pip = {"proxy": "http://proxy:3128", "cert": "/etc/own.pem"}
    variables = installers.uv_variables(pip, {}, tmp_path)
    assert variables["HTTPS_PROXY"] == variables["HTTP_PROXY"] == "http://proxy:3128"
    assert variables["SSL_CERT_FILE"] == "/etc/own.pem"
    monkeypatch.setenv("https_proxy", "http://mine:1")
    assert "HTTPS_PROXY" not in installers.uv_variables(pip, {}, tmp_path)


@pytest.mark.parametrize(
    ("variables", "pip", "uv", "expected"),
    [
        ({}, {}, {}, None),
        ({"UV_DEFAULT_INDEX": "https://pypi.org/simple/"}, {}, {}, None),
        ({"UV_DEFAULT_INDEX": MIRROR, "PIP_INDEX_URL": "other"}, {}, {}, MIRROR),
        ({"UV_INDEX_URL": MIRROR}, {}, {}, MIRROR),
        ({"PIP_INDEX_URL": MIRROR}, {"index-url": "other"}, {}, MIRROR),
        ({}, {"index-url": MIRROR}, {}, MIRROR),
        ({}, {"extra-index-url": MIRROR}, {}, None),
        ({}, {}, {"index-url": MIRROR}, MIRROR),
        ({}, {}, {"index": [{"url": "other"}, {"url": MIRROR, "default": True}]}, MIRROR),
        ({"UV_EXTRA_INDEX_URL": MIRROR, "UV_INDEX": MIRROR}, {}, {"index": [{"url": MIRROR}]}, None),
    ],
)
def test_a_mirror_is_what_stands_in_the_place_of_pypi(
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    pip: dict[str, str],
    uv: dict[str, object],
    expected: str | None,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert installers.find_mirror(pip, uv) == expected


def test_a_home_that_cannot_be_written_needs_another_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "new" / "cache"))
    assert "UV_CACHE_DIR" not in installers.uv_variables({}, {}, tmp_path)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert installers.uv_variables({}, {}, tmp_path)["UV_CACHE_DIR"] == str(tmp_path / "cache")
    assert "UV_CACHE_DIR" not in installers.uv_variables({}, {"cache-dir": "/var/uv"}, tmp_path)
