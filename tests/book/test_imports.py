"""Dependencies point one way, and the algorithms are light."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dlbook.execution.sources import Sources

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "dlbook"
ALGORITHMS = {"numerics", "nn", "metrics", "text"}  # rooms that several chapters share
SERVICES = {"checks", "files", "data", "display", "runtime", "training", "cli", "execution"}
HEAVY = ["keras", "tensorflow", "jax", "matplotlib", "IPython", "pandas", "sklearn", "scipy", "PIL"]
PACKAGES = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
CHAPTERS = PACKAGES - ALGORITHMS - SERVICES
LIGHT = sorted((PACKAGES & ALGORITHMS) | CHAPTERS)
MODULES = sorted(SOURCE.rglob("*.py"))
SOURCES = Sources(SOURCE)


def imports_of(path: Path) -> set[str]:
    """Return what a module imports from the package, at any depth of nesting."""
    return SOURCES.imports(path)


def part_of(path: Path) -> str:
    """Return the subpackage, or the module, of the package that a file belongs to."""
    return path.relative_to(SOURCE).with_suffix("").parts[0]


@pytest.mark.parametrize("package", LIGHT)
def test_an_algorithm_loads_without_heavy_packages(package: str) -> None:
    code = f"import json, sys, dlbook.{package}; print(json.dumps(sorted(sys.modules)))"
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8"
    ).stdout
    assert sorted({name.split(".")[0] for name in json.loads(printed)} & set(HEAVY)) == []


@pytest.mark.parametrize(
    "part", ["dlbook", "dlbook.runtime", "dlbook.training", "dlbook.display", "dlbook.data", "dlbook.cli"]
)
def test_what_chapters_share_loads_without_keras(part: str) -> None:
    code = f"import json, sys, {part}; print(json.dumps(sorted(sys.modules)))"
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8"
    ).stdout
    loaded = {name.split(".")[0] for name in json.loads(printed)}
    assert sorted(loaded & {"keras", "tensorflow", "jax"}) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_dependencies_point_one_way(path: Path) -> None:
    here = part_of(path)
    for name in imports_of(path):
        parts = name.split(".")[1:]
        if not parts or parts[0] == here:
            continue
        private = [part for part in parts if part.startswith("_") and part != "__version__"]
        assert private == [], f"a private name of another package: {name}"
        if here in SERVICES | ALGORITHMS:
            assert parts[0] not in CHAPTERS, f"a room that chapters share imports one of them: {name}"
        if here == "display":
            assert parts[0] not in ALGORITHMS, f"display imports an algorithm: {name}"


def test_no_package_needs_itself_in_a_circle() -> None:
    needs: dict[str, set[str]] = {}
    for path in MODULES:
        others = {parts[1] for name in imports_of(path) if len(parts := name.split(".")) > 1}
        needs.setdefault(part_of(path), set()).update(others - {part_of(path)})
    while free := {name for name, others in needs.items() if not others & needs.keys()}:
        needs = {name: others for name, others in needs.items() if name not in free}
    assert needs == {}


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_no_module_needs_itself_in_a_circle(package: str) -> None:
    modules = {
        f"dlbook.{package}.{path.stem}": path
        for path in (SOURCE / package).glob("*.py")
        if path.stem != "__init__"
    }
    needs = {name: imports_of(path) & modules.keys() - {name} for name, path in modules.items()}
    while free := {name for name, others in needs.items() if not others & needs.keys()}:
        needs = {name: others for name, others in needs.items() if name not in free}
    assert needs == {}
