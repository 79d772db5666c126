"""KaTeX is what its authors published: every file has the digest that was written down when it came."""

import hashlib
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "vendor" / "katex"
OWN = {"README.md", "SHA256SUMS"}


def digests() -> dict[str, str]:
    """Return the digests that SHA256SUMS lists, by file."""
    lines = (VENDOR / "SHA256SUMS").read_text("utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def test_every_file_has_its_digest() -> None:
    files = {path.relative_to(VENDOR).as_posix(): path for path in VENDOR.rglob("*") if path.is_file()}
    found = {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items() if name not in OWN
    }
    assert found == digests()


def test_the_files_are_of_the_version_that_the_readme_names() -> None:
    readme = (VENDOR / "README.md").read_text("utf-8")
    script = (VENDOR / "katex.min.js").read_text("utf-8")
    (version,) = (word.strip(".,") for word in readme.split() if word.startswith("0."))
    assert f'"{version}"' in script


def test_the_licence_is_there() -> None:
    assert "The MIT License" in (VENDOR / "LICENSE").read_text("utf-8")
