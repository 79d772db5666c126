"""Source code is shown without docstrings, with a name and, on a page, a link."""

import re
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlbook.display import LIGHT, show_source, table
from dlbook.display.source import Source, _found, without_docstrings

from .test_palette import contrast  # isort: skip


def first(x: int) -> int:
    """Return x.

    Examples
    --------
    >>> first(1)
    1
    """
    # a comment stays

    return x


class Thing:
    """A thing."""

    size = 3

    def grow(self, by: int = 1) -> int:
        """Grow."""
        return self.size + by

    @property
    def half(self) -> float:
        """Half the size."""
        return self.size / 2


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], dict[str, str]]:
    outputs: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: outputs.append(data))

    def call(obj: Any) -> dict[str, str]:
        show_source(obj)
        return outputs[-1]

    return call


def test_docstring_and_doctest_are_gone_comments_stay(shown) -> None:
    assert shown(first)["text/plain"] == ("def first(x: int) -> int:\n    # a comment stays\n\n    return x")


def test_class_loses_all_docstrings(shown) -> None:
    text = shown(Thing)["text/plain"]
    assert '"""' not in text
    assert text.startswith("class Thing:\n    size = 3\n")
    assert "        return self.size + by" in text


def test_method_is_not_indented(shown) -> None:
    assert shown(Thing.grow)["text/plain"].startswith("def grow(self, by: int = 1) -> int:\n    return")
    assert shown(Thing().grow)["text/plain"] == shown(Thing.grow)["text/plain"]
    assert shown(Thing.half)["text/plain"].startswith("@property\ndef half(self)")


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ('def f():\n    """Only."""', "def f():\n    ..."),
        ('def f(): "Only."', "def f(): ..."),
        ('class A:\n    """A."""\n\n    def f(self):\n        "f."\n        return 1',
         "class A:\n    def f(self):\n        return 1"),
        ('def f():\n    """Two\n    lines."""\n    x = """not a docstring"""\n    return x',
         'def f():\n    x = """not a docstring"""\n    return x'),
        ("def f():\n    return 1", "def f():\n    return 1"),
    ],
)  # fmt: skip
def test_without_docstrings(source: str, left: str) -> None:
    assert without_docstrings(source) == left


def test_html_is_highlighted_and_escaped(shown) -> None:
    html = shown(first)["text/html"]
    assert 'class="dlb-source"' in html
    assert '<div class="highlight"><pre tabindex="0"><span></span><span class="k">def</span>' in html
    assert "-&gt;" in html
    assert re.sub(r"<[^>]+>", "", html[html.index("<pre") :]).rstrip("\n") == (
        "def first(x: int) -&gt; int:\n    # a comment stays\n\n    return x"
    )


def test_link_only_on_a_page(shown, monkeypatch) -> None:
    assert "<a " not in shown(table)["text/html"]
    assert "<style>" in shown(table)["text/html"]
    monkeypatch.setenv("DLBOOK_OUTPUT", "page")
    html = shown(table)["text/html"]
    assert (
        '<a class="reference internal" href="../../reference/api/display.html#dlbook.display.table">' in html
    )
    assert "<code>dlbook.display.table</code></a>" in html
    assert "<style>" not in html
    monkeypatch.setenv("DLBOOK_OUTPUT", "standalone")
    assert "<a " not in shown(table)["text/html"]


def test_link_goes_to_the_public_name(monkeypatch) -> None:
    package, module = types.ModuleType("dlbook.fake"), types.ModuleType("dlbook.fake.inner")
    monkeypatch.setitem(sys.modules, "dlbook.fake", package)
    monkeypatch.setitem(sys.modules, "dlbook.fake.inner", module)
    monkeypatch.setattr(Thing, "__module__", "dlbook.fake.inner")
    monkeypatch.setattr(Thing.grow, "__module__", "dlbook.fake.inner")
    monkeypatch.setenv("DLBOOK_OUTPUT", "page")
    monkeypatch.setattr("inspect.getsource", lambda _: "def grow(self):\n    return 1")
    module.Thing = Thing  # type: ignore[attr-defined]
    assert _found(Thing.grow)[::2] == (
        "dlbook.fake.inner.Thing.grow",
        "../../reference/api/fake.html#dlbook.fake.inner.Thing.grow",
    )
    package.Thing = Thing  # type: ignore[attr-defined]
    assert _found(Thing.grow)[::2] == (
        "dlbook.fake.Thing.grow",
        "../../reference/api/fake.html#dlbook.fake.Thing.grow",
    )


def test_an_object_that_stands_for_a_function_shows_the_function(monkeypatch) -> None:
    from dlbook import nn

    monkeypatch.setenv("DLBOOK_OUTPUT", "page")
    name, code, link = _found(nn.mean_squared_error)
    assert name == "dlbook.nn.mean_squared_error"
    assert code.endswith("    return (prediction - y) ** 2")
    assert link == "../../reference/api/nn.html#dlbook.nn.mean_squared_error"


def test_object_outside_the_book_has_no_link(shown, monkeypatch) -> None:
    monkeypatch.setenv("DLBOOK_OUTPUT", "page")
    html = shown(np.broadcast_shapes)["text/html"]
    assert "<a " not in html
    assert "<code>broadcast_shapes</code>" in html


def test_colours_outside_of_a_page_are_legible() -> None:
    html = Source("f", "def f():\n    return 1.5  # why")._repr_html_()
    classes = set(re.findall(r'<span class="(\w+)">', html))
    assert {"k", "nf", "mf", "c1"} <= classes
    for name in ("k", "nf", "mf", "c1"):
        rule = re.search(rf"\.highlight \.{name}[ ,][^{{]*{{ color: (#\w+)", html)
        assert rule is not None, name
        assert contrast(rule[1], LIGHT["paper"]) >= 4.5


def test_repr_is_the_code() -> None:
    assert repr(Source("f", "def f():\n    ...")) == "def f():\n    ..."


@pytest.mark.parametrize("obj", [3, "text", len, np.ndarray.sum, sys])
def test_no_source_is_said(obj: object) -> None:
    with pytest.raises(ValueError, match="obj must be a function, class or method written in Python, got a"):
        show_source(obj)
