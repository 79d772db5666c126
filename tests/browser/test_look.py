"""The looks at a page find what they look for, on a page that has every fault."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
FAULTY = f"""<!doctype html><html lang="en" data-theme="light"><title>Faulty</title><body><main>
<h1>Faulty</h1>
<img src="{DOT}"><img src="{DOT}" alt="../../_images/dot.png"><img src="missing.png" alt="Missing">
<p style="color: #ccc; background: #fff">Pale text with raw $x_1$ in it, and <code>$HOME</code>.</p>
<span class="katex" style="display: block; height: 0; overflow: hidden">x</span>
<div style="width: 900px">Too wide for a phone.</div>
<div id="lonely" style="width: 300px; overflow-x: auto"><div style="width: 700px">Scrolls.</div></div>
<script src="http://127.0.0.1:9/foreign.js"></script>
<script>
setTimeout(() => document.querySelector("h1").insertAdjacentHTML("beforebegin",
    "<div style='height: 400px'>Late</div>"), 50);
</script></main></body></html>"""


@pytest.fixture
def faulty(page: Page, tmp_path: Path) -> Page:
    """Open a page with many faults."""
    (tmp_path / "faulty.html").write_text(FAULTY, encoding="utf-8")
    page.goto((tmp_path / "faulty.html").as_uri())
    page.get_by_text("Late").wait_for()
    return page


def test_every_fault_is_seen(faulty: Page, log: Any, barriers: Any) -> None:
    assert faulty.evaluate("look.readThrough()")["value"] > 0.05
    content = faulty.evaluate("look.content()")
    assert [picture["alt"] for picture in content["pictures"]] == [None, "../../_images/dot.png", "Missing"]
    assert [picture["loaded"] for picture in content["pictures"]] == [True, True, False]
    assert any("$x_1$" in text for text in content["texts"])
    assert not any("$HOME" in text for text in content["texts"])
    assert len(content["flat"]) == 1

    found = " ".join(barriers(faulty))
    assert "image-alt" in found
    assert "color-contrast" in found
    assert barriers(faulty, within="h1") == []
    (lonely,) = faulty.evaluate("look.unreachableScrollers()")
    assert 'id="lonely"' in lonely
    faulty.set_viewport_size({"width": 360, "height": 800})
    phone = faulty.evaluate("look.width(360)")
    assert phone["width"] > 360
    assert "Too wide" in phone["wide"][0]

    assert [url for url in log.foreign("file:") if url.startswith("http:")] == [
        "http://127.0.0.1:9/foreign.js"
    ]
    assert any("missing.png" in problem for problem in log.problems)
    assert any("foreign.js" in problem for problem in log.problems)


def test_what_was_still_on_its_way_when_the_page_was_left_is_no_problem(page: Page, log: Any) -> None:
    left = []
    page.on("requestfailed", lambda request: left.append(request.url))
    page.route(
        "http://book.test/**",
        lambda route: route.fulfill(content_type="text/html", body="<img src=slow.png>"),
    )
    page.route("http://book.test/slow.png", lambda route: None)
    page.goto("http://book.test/", wait_until="commit")
    page.wait_for_selector("img", state="attached")
    page.goto("about:blank")
    assert left == ["http://book.test/slow.png"]
    assert log.problems == []


def test_thinning_leaves_the_faults_and_the_names(faulty: Page, barriers: Any) -> None:
    faulty.evaluate(
        """() => {
            const many = "<p class='same'>Text <em>and</em> more</p>".repeat(200);
            document.querySelector("main").insertAdjacentHTML("beforeend", many + "<button>Name</button>");
        }"""
    )
    faulty.evaluate("look.thinOut()")
    assert faulty.locator("p.same em").count() < 10
    assert faulty.get_by_role("button", name="Name").is_visible()
    assert "color-contrast" in " ".join(barriers(faulty))


def test_one_pale_text_among_many_that_look_alike_is_found(page: Page, barriers: Any) -> None:
    rows = "<p>Text <em>and</em> more</p>" * 300
    page.set_content(
        "<html lang=en><title>Many</title><style>.far { background: #666 }</style>"
        f"<main><h1>Many</h1>{rows}</main></html>"
    )
    assert barriers(page) == []
    for place, change in enumerate(("node.style.color = '#ccc'", "node.parentNode.className = 'far'")):
        undo = page.evaluate_handle(
            f"place => {{ const node = document.querySelectorAll('em')[place]; {change}; return node; }}",
            200 + place,
        )
        found = barriers(page)
        assert found
        assert all("color-contrast" in one for one in found)
        assert page.locator("[data-look-sample]").count() < 12
        undo.evaluate("node => { node.style.color = ''; node.parentNode.className = ''; }")
    assert barriers(page) == []
