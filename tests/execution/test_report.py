import dataclasses
import json
from html.parser import HTMLParser

import pytest

from dlbook.execution import CellError, CellTime, NotebookResult, Report, read_report, write_report


@pytest.fixture
def report():
    good = NotebookResult(
        "01_feedforward/neurons",
        "ok",
        1.25,
        512.3,
        "2025-03-01T12:00:00+00:00",
        profile="quick",
        seed=0,
        backend="jax",
        device="GPU: A100 <80 GB>",
        versions={"python": "3.12.1", "keras": "3.8.0"},
        key="abc",
        processor_seconds=0.75,
        cells=(CellTime(1, "run = setup()", 1.0, 0.5), CellTime(2, "run.seed", 0.01)),
    )
    error = CellError(3, 'print("<b>")', "ValueError", "a < b & c", "Traceback: <module>")
    bad = NotebookResult("02/momentum", "timeout", 600.0, None, "2025-03-01T12:10:00+00:00", error=error)
    return Report("quick", 0, "jax", (good, bad), date="2025-03-01T12:10:01+00:00")


class Page(HTMLParser):
    """Collects tags, ids, links and text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def values(self, name):
        return [attrs[name] for _, attrs in self.attributes if name in attrs]


def test_a_report_comes_back_as_it_was(report, tmp_path):
    write_report(report, tmp_path / "new" / "folder")
    again = read_report(tmp_path / "new" / "folder")
    assert again == report
    assert again.failures == [report.results[1]]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 99}', '{"format": 1, "results": [{}]}'])
def test_what_cannot_be_read_is_no_report(tmp_path, content):
    (tmp_path / "report.json").write_text(content, encoding="utf-8")
    assert read_report(tmp_path) is None
    assert read_report(tmp_path / "nowhere") is None


def test_a_later_version_may_add_fields(report, tmp_path):
    write_report(report, tmp_path)
    content = json.loads((tmp_path / "report.json").read_text("utf-8"))
    content["results"][0]["energy"] = 5
    (tmp_path / "report.json").write_text(json.dumps(content), encoding="utf-8")
    assert read_report(tmp_path) == report


def test_the_page_tells_everything(report, tmp_path):
    write_report(report, tmp_path)
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    for text in ("01_feedforward/neurons", "GPU: A100 <80 GB>", "512", "0.8", "keras 3.8.0", "code cell 3"):
        assert text in page.text
    for text in ("ValueError: a < b & c", 'print("<b>")', "Traceback: <module>", "1 of 2 failed"):
        assert text in page.text
    assert "b" not in page.tags


def test_the_page_stands_alone(report, tmp_path):
    write_report(report, tmp_path)
    text = (tmp_path / "report.html").read_text("utf-8")
    page = Page(text)
    assert "://" not in text
    assert not {"script", "link", "img"} & set(page.tags)
    assert page.values("href") == ["#error-02-momentum"]
    assert "error-02-momentum" in page.values("id")


def test_the_page_has_what_a_screen_reader_needs(report, tmp_path):
    write_report(report, tmp_path)
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    assert ("html", {"lang": "en"}) in page.attributes
    assert page.tags.count("caption") == page.tags.count("h1") == page.tags.count("main") == 1
    scopes = [attrs["scope"] for tag, attrs in page.attributes if tag == "th"]
    assert scopes.count("col") == 10
    assert scopes.count("row") == 2


def test_versions_that_all_share_are_given_once(report, tmp_path):
    good = report.results[0]
    write_report(dataclasses.replace(report, results=(good, good)), tmp_path)
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    assert page.text.count("keras 3.8.0") == 1
    assert [attrs["scope"] for tag, attrs in page.attributes if tag == "th"].count("col") == 9
