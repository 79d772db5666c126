"""Every label that a page refers to is defined, once; every citation has its source."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dlbook.execution import find_notebooks, read_notebook

GLOSSARY = Path(__file__).parents[2] / "reference" / "glossary.md"
CODE = re.compile(
    r"^(`{3,})(?!\{)[^\n]*\n.*?^\1`*[ \t]*$|(?<!`)``(?!`).+?(?<!`)``(?!`)", re.MULTILINE | re.DOTALL
)
TARGET = re.compile(r"^\((?P<label>[\w:.-]+)\)=[ \t]*$", re.MULTILINE)
EQUATION = re.compile(r"^\$\$[ \t]*\((?P<label>[\w:.-]+)\)[ \t]*$", re.MULTILINE)
ROLE = re.compile(r"\{(?P<role>ref|numref|eq|prf:ref|doc)\}`(?P<body>[^`]+)`")
CITATION = re.compile(r"\{cite(?::\w+)?\}`(?P<keys>[^`]+)`")
HASH_LINK = re.compile(r"\]\(#(?P<label>[\w:.-]+)\)")


def definitions(text: str, directives: Any) -> list[str]:
    """Return the labels that a page defines."""
    text = CODE.sub("", text)
    named = [
        item.options[key]
        for item in directives(text)
        for key in ("label", "name")
        if key in item.options and not item.name.startswith("solution")
    ]
    return [*(match["label"] for match in (*TARGET.finditer(text), *EQUATION.finditer(text))), *named]


def references(text: str) -> list[str]:
    """Return the labels that a page refers to."""
    text = CODE.sub("", text)
    found = [match["label"] for match in HASH_LINK.finditer(text)]
    for match in ROLE.finditer(text):
        target = re.search(r"<([^>]+)>\s*$", match["body"])
        if match["role"] != "doc":
            found.append((target[1] if target else match["body"]).strip())
    return found


@pytest.fixture
def figures(root: Path) -> list[str]:
    """Return the names that cells give their figures."""
    cells = [cell for path in find_notebooks(root) for cell in read_notebook(path).cells]
    described = [cell.metadata.get("mystnb", {}).get("figure", {}) for cell in cells]
    return [figure["name"] for figure in described if "name" in figure]


def test_labels_are_defined_once(pages: dict[str, str], directives: Any, figures: list[str]) -> None:
    labels = Counter(label for text in pages.values() for label in definitions(text, directives))
    labels += Counter(figures)
    assert [label for label, times in labels.items() if times > 1] == []


def test_every_reference_has_its_target(pages: dict[str, str], directives: Any, figures: list[str]) -> None:
    known = {label for text in pages.values() for label in definitions(text, directives)} | set(figures)
    known |= {"genindex", "search", "modindex", "py-modindex"}
    missing = [
        (name, label) for name, text in pages.items() for label in references(text) if label not in known
    ]
    assert missing == []


def test_every_citation_is_in_the_bibliography(root: Path, pages: dict[str, str]) -> None:
    keys = set(re.findall(r"^@\w+\{([^,\s]+),", (root / "references.bib").read_text("utf-8"), re.MULTILINE))
    cited = {
        (name, key.strip())
        for name, text in pages.items()
        for match in CITATION.finditer(CODE.sub("", text))
        for key in match["keys"].split(",")
    }
    assert sorted((name, key) for name, key in cited if key not in keys) == []


def test_links_between_pages_lead_somewhere(root: Path, pages: dict[str, str], directives: Any) -> None:
    labels = {label for text in pages.values() for label in definitions(text, directives)}
    broken = []
    for name, text in pages.items():
        folder = (root / name).parent
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", CODE.sub("", text)):
            if target in labels or re.match(r"[a-z]+:", target):
                continue
            place = folder / target
            if not any(path.is_file() for path in (place, Path(f"{place}.md"), Path(f"{place}.ipynb"))):
                broken.append((name, target))
    assert broken == []


@pytest.mark.parametrize(
    ("text", "defined", "referred"),
    [
        ("(row-1-01)=\n## Heading", ["row-1-01"], []),
        ("$$\na = b\n$$ (eq-one)\n\nSee {eq}`eq-one`.", ["eq-one"], ["eq-one"]),
        ("See {ref}`the section <row-1-01>` and [](#eq-one).", [], ["eq-one", "row-1-01"]),
        (":::{prf:theorem} T\n:label: thm-t\n:::\n{prf:ref}`thm-t`", ["thm-t"], ["thm-t"]),
        ("```markdown\n(row-9-09)=\n{ref}`nothing`\n```", [], []),
        ("Write ``{ref}`nothing` `` so.", [], []),
    ],
)
def test_labels_are_read(text: str, defined: list[str], referred: list[str], directives: Any) -> None:
    assert definitions(text, directives) == defined
    assert references(text) == referred


def test_the_glossary_is_in_order() -> None:
    _, _, body = GLOSSARY.read_text(encoding="utf-8").partition(":::{glossary}\n")
    entries = body.partition("\n:::")[0].strip().split("\n\n")
    first = [entry.partition("\n")[0].lower().replace("-", " ") for entry in entries]
    assert len(first) > 100
    assert first == sorted(first)
