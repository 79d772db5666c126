"""How output reaches a notebook or a page."""

import json
import re

import pytest

from dlbook.display import embed


def test_mode_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DLBOOK_OUTPUT", raising=False)
    assert embed.output_mode() == "live"
    monkeypatch.setenv("DLBOOK_OUTPUT", "page")
    assert embed.output_mode() == "page"
    monkeypatch.setenv("DLBOOK_OUTPUT", "print")
    with pytest.raises(ValueError, match="one of live, page, standalone, got 'print'"):
        embed.output_mode()


@pytest.mark.parametrize("name", ["dlbook.css", "dlbook.js"])
def test_assets_can_be_inlined_and_name_no_host(name: str) -> None:
    text = embed.asset(name)
    assert len(text) > 1000
    assert not re.search(r"https?:|//\w+\.\w|</(script|style)|@import", text)


def test_json_survives_markup_in_texts() -> None:
    data = {"alt": 'ends </script><!-- "early" — x₁ < 2'}
    element = embed.json_script(data)
    body = element.removeprefix('<script type="application/json">').removesuffix("</script>")
    assert "<" not in body
    assert json.loads(body) == data


def test_ids_follow_the_content_and_never_repeat() -> None:
    first, second, other = embed.unique_id("one"), embed.unique_id("one"), embed.unique_id("two")
    assert re.fullmatch(r"dlb-[0-9a-f]{8}", first)
    assert second == f"{first}-2"
    assert other not in {first, second}
