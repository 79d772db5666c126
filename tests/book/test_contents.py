"""The table of contents names every page, and every page that it names exists."""

from collections import Counter
from pathlib import Path


def documents(root: Path) -> set[str]:
    """Return the documents that lie in the folders of the book."""
    found = [root / "index.md", *(root / "reference").rglob("*.md")]
    found += [*(root / "chapters").rglob("*.md"), *(root / "chapters").rglob("*.ipynb")]
    kept = [path for path in found if ".ipynb_checkpoints" not in path.parts]
    return {path.relative_to(root).with_suffix("").as_posix() for path in kept}


def test_every_page_is_in_the_table_of_contents(root: Path, contents: list[str]) -> None:
    assert documents(root) - set(contents) == set()


def test_every_entry_exists(root: Path, contents: list[str]) -> None:
    assert set(contents) - documents(root) == set()


def test_no_page_is_named_twice(contents: list[str]) -> None:
    assert [name for name, times in Counter(contents).items() if times > 1] == []


def test_a_chapter_begins_with_its_introduction(contents: list[str]) -> None:
    seen: set[str] = set()
    for name in contents:
        folder, _, page = name.rpartition("/")
        if folder.startswith("chapters/") and folder not in seen:
            assert page == "intro"
            seen.add(folder)
    assert seen


def test_chapters_come_in_the_order_of_their_numbers(contents: list[str]) -> None:
    folders = [name.split("/")[1] for name in contents if name.startswith("chapters/")]
    assert folders == sorted(folders)


def test_a_notebook_and_a_text_never_share_a_name(root: Path, contents: list[str]) -> None:
    both = [name for name in contents if all((root / f"{name}.{kind}").is_file() for kind in ("md", "ipynb"))]
    assert both == []
