"""Every link, anchor and file that the pages name exists. Needs the built pages, but no browser."""

from collections import Counter
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.browser

LOADING = {"script": "src", "link": "href", "img": "src", "source": "src", "iframe": "src", "video": "src"}
# These rel values of <link> do not make a browser load anything.
MERELY_NAMED = {"canonical", "next", "prev", "index", "search", "author", "copyright", "license"}


class Names(HTMLParser):
    """Collects what a page defines and what it names.

    Attributes
    ----------
    ids : Counter
        How often each id occurs.
    links : list of str
        Where the reader can go.
    files : list of str
        What a browser loads.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.files: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if identity := given.get("id"):
            self.ids[identity] += 1
        if tag == "a":
            if name := given.get("name"):
                self.ids[name] += 1
            if target := given.get("href"):
                self.links.append(target)
        elif tag in LOADING and (target := given.get(LOADING[tag])):
            relations = set((given.get("rel") or "").split())
            (self.links if relations & MERELY_NAMED else self.files).append(target)


@cache
def names(path: Path) -> Names:
    """Read one page."""
    parser = Names()
    parser.feed(path.read_text(encoding="utf-8"))
    parser.close()
    return parser


def broken(folder: Path, page: Path, target: str) -> bool:
    """Tell whether a link within the site leads nowhere."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return False
    if parts.path.startswith("/"):
        return True  # a page may lie in a folder of a server, or on a disk
    place = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not place.is_relative_to(folder) or not place.is_file():
        return True
    fragment = unquote(parts.fragment)
    return bool(fragment) and place.suffix == ".html" and fragment not in names(place).ids


def test_every_link_leads_somewhere(site: Any, page_name: str) -> None:
    page = site.folder / page_name
    assert [link for link in names(page).links if link != "#" and broken(site.folder, page, link)] == []


def test_every_file_is_part_of_the_site(site: Any, page_name: str) -> None:
    page = site.folder / page_name
    files = [file for file in names(page).files if not file.startswith("data:")]
    assert [file for file in files if urlsplit(file).scheme or urlsplit(file).netloc] == []
    assert [file for file in files if broken(site.folder, page, file)] == []


def test_no_id_is_given_twice(site: Any, page_name: str) -> None:
    ids = names(site.folder / page_name).ids
    assert [identity for identity, times in ids.items() if times > 1] == []


@pytest.mark.parametrize(
    ("link", "is_broken"),
    [
        ("b.html", False),
        ("b.html#here", False),
        ("b.html#there", True),
        ("c.html", True),
        ("#top", False),
        ("#bottom", True),
        ("/b.html", True),
        ("../outside.html", True),
        ("https://example.org/", False),
    ],
)
def test_the_check_finds_broken_links(tmp_path: Path, link: str, is_broken: bool) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "a.html").write_text('<h1 id="top">A</h1>', encoding="utf-8")
    (site / "b.html").write_text('<h1 id="here">B</h1>', encoding="utf-8")
    (tmp_path / "outside.html").write_text("", encoding="utf-8")
    assert broken(site, site / "a.html", link) is is_broken
