"""pyproject.toml, uv.lock and environment.yml name the same versions, and all agree on those of Python."""

import re
import tomllib
from pathlib import Path
from typing import Any

import bootstrap
import environment
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK: dict[str, Any] = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
LOCKED: dict[str, set[Version]] = {}
for package in LOCK["package"]:
    if "version" in package:
        LOCKED.setdefault(package["name"], set()).add(Version(package["version"]))
SUPPORTED = [f"3.{minor}" for minor in range(bootstrap.OLDEST[1], bootstrap.NEWEST[1] + 1)]


def requirements() -> list[str]:
    """Return all requirements of pyproject.toml."""
    project = PROJECT["project"]
    groups = [*project["optional-dependencies"].values(), *PROJECT["dependency-groups"].values()]
    return sorted({*project["dependencies"], *(line for group in groups for line in group)})


def pins() -> list[Requirement]:
    """Return what environment.yml installs with pip, aside from the project itself."""
    content = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    (installed,) = (entry["pip"] for entry in content["dependencies"] if isinstance(entry, dict))
    assert installed[-1] == "-e ."
    return [Requirement(line) for line in installed[:-1]]


@pytest.mark.parametrize("line", requirements())
def test_the_lock_file_satisfies_every_requirement(line: str) -> None:
    wanted = Requirement(line)
    versions = LOCKED.get(canonicalize_name(wanted.name), set())
    assert versions
    assert all(wanted.specifier.contains(version, prereleases=True) for version in versions), versions


def test_the_lock_file_is_for_the_same_pythons() -> None:
    assert SpecifierSet(LOCK["requires-python"]) == SpecifierSet(PROJECT["project"]["requires-python"])


def test_environment_yml_names_the_locked_versions() -> None:
    locked = {name: {SpecifierSet(f"=={version}") for version in found} for name, found in LOCKED.items()}
    different = [str(pin) for pin in pins() if pin.specifier not in locked[canonicalize_name(pin.name)]]
    assert different == []


def test_environment_yml_has_all_that_notebooks_need() -> None:
    names = {canonicalize_name(pin.name) for pin in pins()} | {"dlbook"}
    project = PROJECT["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["chapters"]]
    lines += PROJECT["dependency-groups"]["chapters"]
    assert {canonicalize_name(Requirement(line).name) for line in lines} - names == set()


def test_environment_yml_is_what_the_lock_file_gives() -> None:
    if not environment.UV.is_file():
        pytest.skip("uv is not in .uv: run make env")
    assert environment.TARGET.read_text("utf-8") == environment.environment_text()


def test_all_agree_on_the_pythons() -> None:
    wanted = SpecifierSet(PROJECT["project"]["requires-python"])
    around = [f"3.{minor}" for minor in range(8, 20)]
    assert [version for version in around if wanted.contains(f"{version}.5")] == SUPPORTED
    assert environment.PYTHON in SUPPORTED
    assert PROJECT["tool"]["ruff"]["target-version"] == "py" + SUPPORTED[0].replace(".", "")
    assert PROJECT["tool"]["mypy"]["python_version"] == SUPPORTED[0]
    for name in ("README.md", "index.md"):
        assert f"Python {SUPPORTED[0]} to {SUPPORTED[-1]}" in (ROOT / name).read_text("utf-8")


def test_every_python_is_tested_on_push() -> None:
    text = (ROOT / ".github" / "workflows" / "checks.yml").read_text("utf-8")
    assert yaml.safe_load(text)["jobs"]["tensorflow"]["strategy"]["matrix"]["python"] == SUPPORTED
    for name in ("canary", "links", "publish", "weekly"):
        text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text("utf-8")
        assert set(re.findall(r"python:(3\.\d+)", text)) <= set(SUPPORTED)


def test_the_installer_is_the_one_that_the_project_asks_for() -> None:
    assert SpecifierSet(PROJECT["tool"]["uv"]["required-version"]).contains(bootstrap.UV_VERSION)


def locked(name: str) -> list[str]:
    """Return the names of the files that the lock file has of a package."""
    packages = [package for package in LOCK["package"] if package["name"] == name]
    return [file["url"].rpartition("/")[2] for package in packages for file in package.get("wheels", [])]


@pytest.mark.parametrize("machine", ["manylinux_2_27_x86_64", "manylinux_2_27_aarch64", "macosx_12_0_arm64"])
def test_tensorflow_is_there_for_the_machines_that_the_readme_names(machine: str) -> None:
    for version in SUPPORTED:
        python = f"cp{version.replace('.', '')}"
        assert any(f"-{python}-{machine}" in name for name in locked("tensorflow")), (python, machine)


def test_machines_are_refused_for_which_there_is_no_tensorflow() -> None:
    """When there is one, `bootstrap.check_machine` and the README have to say something else."""
    assert [name for name in locked("tensorflow") if re.search(r"musllinux|macosx\w+x86_64", name)] == []


@pytest.mark.parametrize(("extra", "package"), [("cuda", "tensorflow"), ("cuda-jax", "jax-cuda12-plugin")])
def test_the_libraries_of_a_card_are_locked_but_not_for_everybody(extra: str, package: str) -> None:
    (dlbook,) = (package for package in LOCK["package"] if package["name"] == "dlbook")
    assert extra in dlbook["optional-dependencies"]
    assert package in LOCKED
    assert "nvidia-cudnn-cu12" in LOCKED
    assert not any(pin.name.startswith("nvidia") or "cuda" in pin.name for pin in pins())
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"make env EXTRA={extra}" in readme


def test_no_other_packages_of_the_environment_change_with_the_card() -> None:
    """One version of each package, with a card and without, so that results can be compared."""
    assert {name for name in ("tensorflow", "keras", "numpy") if len(LOCKED[name]) > 1} <= {"numpy"}
