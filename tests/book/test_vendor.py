"""What others made is what they published: every file has the digest that was written down when it came."""

import hashlib
from pathlib import Path

import pytest

VENDOR = Path(__file__).resolve().parents[2] / "vendor"
OWN = {"README.md", "SHA256SUMS"}
LICENCES = {
    "katex": "The MIT License",
    "source-code-pro": "SIL OPEN FONT LICENSE",
    "source-serif-4": "SIL OPEN FONT LICENSE",
}


def digests(folder: Path) -> dict[str, str]:
    """Return the digests that SHA256SUMS lists, by file."""
    lines = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def test_every_folder_has_its_licence() -> None:
    assert {path.name for path in VENDOR.iterdir()} == set(LICENCES)
    for name, words in LICENCES.items():
        assert words in (VENDOR / name / "LICENSE").read_text("utf-8")


@pytest.mark.parametrize("name", LICENCES)
def test_every_file_has_its_digest(name: str) -> None:
    folder = VENDOR / name
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    found = {
        file: hashlib.sha256(path.read_bytes()).hexdigest() for file, path in files.items() if file not in OWN
    }
    assert found == digests(folder)


def test_katex_is_of_the_version_that_the_readme_names() -> None:
    readme = (VENDOR / "katex" / "README.md").read_text("utf-8")
    script = (VENDOR / "katex" / "katex.min.js").read_text("utf-8")
    (version,) = (word.strip(".,") for word in readme.split() if word.startswith("0."))
    assert f'"{version}"' in script
