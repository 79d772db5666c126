"""The pages say what they are about to those who look for them."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def heads(text: str, pattern: str) -> list[str]:
    """Return what a pattern finds in the head of a page."""
    return re.findall(pattern, text.partition("</head>")[0])


def test_every_page_has_one_title_one_viewport_and_a_description(site: Any, page_name: str) -> None:
    text = (site.folder / page_name).read_text(encoding="utf-8")
    (title,) = heads(text, r"<title>(.*?)</title>")
    assert title.strip()
    assert len(heads(text, r'<meta name="viewport"')) == 1
    if page_name == "404.html":
        return
    (description,) = heads(text, r'<meta name="description" content="([^"]*)"')
    assert 40 < len(description) <= 200
    assert heads(text, r'<meta property="og:description" content="([^"]*)"') == [description]
    assert len(heads(text, r'<meta property="og:title" content="[^"]+"')) == 1
    assert len(re.findall(r"<h1[ >]", text)) == 1


def test_chapters_have_descriptions_of_their_own(site: Any) -> None:
    found = [
        heads(path.read_text(encoding="utf-8"), r'<meta name="description" content="([^"]*)"')[0]
        for path in site.folder.glob("chapters/*/*.html")
    ]
    assert len(found) > 20
    assert len(set(found)) == len(found)


def test_the_files_that_search_engines_ask_for(site: Any) -> None:
    assert "Allow: /" in (site.folder / "robots.txt").read_text(encoding="utf-8")
    icon = (site.folder / "_static" / "icon.png").read_bytes()
    assert icon.startswith(b"\x89PNG")


@pytest.mark.parametrize("width", [360, 820, 1280])
def test_a_wrong_address_leads_on(page: Page, site: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(site.url("404.html"))
    expect(page.get_by_role("heading", level=1)).to_have_text("This page does not exist")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="course map").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Course map")
