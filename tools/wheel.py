"""Build `dlbook` as one file, which another machine can install without a copy of the book."""

from pathlib import Path

from environment import run_uv

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "_build" / "wheel"


def build(folder: Path = FOLDER) -> Path:
    """Build the file and return where it is; older ones are removed."""
    for old in folder.glob("*.whl"):
        old.unlink()
    run_uv("build", "--quiet", "--wheel", "--no-create-gitignore", "--out-dir", str(folder))
    (wheel,) = folder.glob("*.whl")
    return wheel


if __name__ == "__main__":
    wheel = build()
    print(f"{wheel.relative_to(ROOT)}, to be installed with: pip install '{wheel.name}[chapters]'")
