"""English text that comes with Python: the prose of its manual."""

import re
from functools import lru_cache

_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "—": "-", "–": "-"})
_NOT_PROSE = re.compile(r"^\s*(\||\+[-=]|>>>|\.\.\.|[*=\-~^#]{3,}|\w+ +::=)", re.MULTILINE)
_BULLET = re.compile(r"^(?:[*-]|\d+\.|[a-z]\))\s+")
_VERSION = re.compile(r"^(?:Changed|New|Added|Deprecated)[^:.]*version [\d.]+[^:]*: *")
_CODE_OR_EMPHASIS = re.compile(r'"([^"]*)"|(?<!\w)\*{1,2}([^\s*"](?:[^*"]*[^\s*"])?)\*{1,2}(?!\w)')
_FOOTNOTE = re.compile(r" ?\[\d+\]")
_SENTENCE = re.compile(r"^(?!PEP \d)[A-Z][ -~]*[.!?]\)?$")
_LETTERS = re.compile(r"[A-Za-z ,.']")


@lru_cache(maxsize=1)
def english_text() -> str:
    r"""Return the prose of the Python manual as plain text.

    Returns
    -------
    str
        About 200 000 characters of printable ASCII. Paragraphs are single lines, separated by a blank line:
        ``english_text().split("\n\n")`` gives them.

    Notes
    -----
    The text comes from ``pydoc_data.topics``, what ``help()`` shows for keywords and topics. Headings,
    program code, grammars and tables are left out, as are marks of layout and every paragraph that occurred
    before. The text differs between versions of Python: state what you find in it as a bound, never as an
    exact number.

    References
    ----------
    - Python Software Foundation, "The Python Language Reference" and "The Python Standard Library", from 1990
      to the installed version.

    Examples
    --------
    >>> text = english_text()
    >>> text.isascii(), len(text.split("\n\n")) > 500
    (True, True)
    """
    from pydoc_data.topics import topics

    seen: dict[str, None] = {}
    for name in sorted(topics):
        for paragraph in _prose(topics[name]):
            seen.setdefault(paragraph)
    return "\n\n".join(seen)


def _prose(page: str) -> list[str]:
    """Return the paragraphs of a page of the manual that are whole English sentences."""
    paragraphs = []
    for block in re.split(r"\n\s*\n", page):
        if _NOT_PROSE.search(block):
            continue
        text = re.sub(r"(?<=\w)-\n\s*(?=\w)", "-", block)
        text = _BULLET.sub("", " ".join(text.split()))
        text = _CODE_OR_EMPHASIS.sub(lambda found: found[1] or found[2] or "", text)
        text = _FOOTNOTE.sub("", _VERSION.sub("", text.translate(_TYPOGRAPHY)))
        text = " ".join(text.split())
        plain = len(_LETTERS.findall(text)) > 0.94 * len(text)
        if plain and _SENTENCE.match(text) and len(text.split()) >= 8:
            paragraphs.append(text)
    return paragraphs
