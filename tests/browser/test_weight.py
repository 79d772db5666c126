"""A page is light enough for a cheap phone on a slow line."""

import gzip
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

MOST_ELEMENTS = 12_000
MOST_BYTES = 400_000  # compressed as web servers do, with all that the first screens need
TEXT = (".html", ".css", ".js", ".svg")


def test_a_page_is_light(watched: Callable[..., Any], site: Any, quiz_page: str) -> None:
    with watched(viewport={"width": 360, "height": 740}, has_touch=True) as (page, log):
        page.goto(site.url(quiz_page), wait_until="networkidle")
        expect(page.locator(".dlb-quiz-list").first).to_be_attached()
        elements = page.evaluate("document.querySelectorAll('*').length")
        size = 0
        for address in dict.fromkeys(log.requests):
            content = (site.folder / unquote(urlsplit(address).path).lstrip("/")).read_bytes()
            size += len(gzip.compress(content)) if urlsplit(address).path.endswith(TEXT) else len(content)
        assert elements <= MOST_ELEMENTS
        assert size <= MOST_BYTES
