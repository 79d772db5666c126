"""`animate` on a page and live."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import count
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlbook.display import embed
from dlbook.display.animate import animate


class Page(HTMLParser):
    """Collects the elements with their attributes and the text that follows the start tag."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")

    def handle_data(self, data: str) -> None:
        if self.texts:
            self.texts[-1] += data

    def find(self, tag: str, key: str) -> list[tuple[dict[str, str | None], str]]:
        pairs = zip(self.elements, self.texts, strict=True)
        return [(attrs, text) for (name, attrs), text in pairs if name == tag and key in attrs]

    def data(self) -> dict[str, Any]:
        return json.loads(self.find("script", "type")[0][1])


def line(step: Any) -> None:
    _, ax = plt.subplots(figsize=(3, 2))
    ax.plot([0, 1], [0, float(np.sum(step))])
    ax.set_ylim(0, 6)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Page]:
    def shown(*args: Any, **kwargs: Any) -> Page:
        outputs: list[str] = []
        monkeypatch.setenv("DLBOOK_OUTPUT", "page")
        monkeypatch.setattr(embed, "publish_html", outputs.append)
        assert animate(*args, **kwargs) is None
        (markup,) = outputs
        assert plt.get_fignums() == []
        return Page(markup)

    return shown


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    def shown(*args: Any, **kwargs: Any) -> Any:
        outputs: list[Any] = []
        monkeypatch.setenv("DLBOOK_OUTPUT", "live")
        monkeypatch.setattr(embed, "publish_widget", outputs.append)
        assert animate(*args, **kwargs) is None
        (widget,) = outputs
        return widget

    return shown


def test_page_has_a_frame_for_every_step_in_order(page) -> None:
    shown = page(line, (3, 1, 2), alt="Slope {frame}, step {number}", caption="{frame} is next", seconds=0.5)
    data = shown.data()
    assert len(set(data["pictures"])) == 3
    assert data["seconds"] == 0.5
    assert [frame["alt"] for frame in data["frames"]] == [
        "Slope 3, step 1",
        "Slope 1, step 2",
        "Slope 2, step 3",
    ]
    assert [frame["caption"] for frame in data["frames"]] == ["3 is next", "1 is next", "2 is next"]
    img = shown.find("img", "src")[0][0]
    assert (img["src"], img["alt"]) == (data["pictures"][0], "Slope 3, step 1")


def test_page_player_is_labelled_and_waits_for_the_script(page) -> None:
    shown = page(line, range(1, 5), alt="A line")
    buttons = shown.find("button", "data-dlb-action")
    assert [attrs["aria-label"] for attrs, _ in buttons] == ["Step back", "Play", "Step forward"]
    assert {attrs["type"] for attrs, _ in buttons} == {"button"}
    slider = shown.find("input", "data-dlb-position")[0][0]
    assert (slider["max"], slider["aria-valuetext"]) == ("3", "1 of 4")
    assert shown.find("label", "for")[0][0]["for"] == slider["id"]
    assert shown.find("fieldset", "disabled") != []
    assert [frame["alt"] for frame in shown.data()["frames"]] == [f"A line ({k} of 4)" for k in (1, 2, 3, 4)]


def test_the_longest_caption_keeps_the_place(page) -> None:
    shown = page(line, [1, 2, 3], alt="A line", caption=lambda step: "<long> " * step)
    assert shown.find("p", "data-dlb-caption") == [({"data-dlb-caption": None}, "<long> ")]
    assert shown.find("p", "aria-hidden")[0][1].rstrip() == ("<long> " * 3).rstrip()
    assert page(line, [1, 2], alt="A line").find("p", "data-dlb-caption") == []


def test_repeated_steps_share_a_picture(page) -> None:
    data = page(line, [1, 2, 1], alt="Line {number}").data()
    assert [frame["picture"] for frame in data["frames"]] == [0, 1, 0]
    assert len(data["pictures"]) == 2


def test_steps_may_be_any_objects(page) -> None:
    data = page(line, np.array([[1, 2], [0, 4]]), alt=lambda step: f"Sum {step.sum()}").data()
    assert [frame["alt"] for frame in data["frames"]] == ["Sum 3", "Sum 4"]


@pytest.mark.parametrize("mode", ["live", "page", "standalone"])
def test_too_many_steps_in_every_mode(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    monkeypatch.setenv("DLBOOK_OUTPUT", mode)
    with pytest.raises(ValueError, match="animate would need 61 frames, more than max_frames=60"):
        animate(line, range(61), alt="A line")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"frames": []}, "frames must hold at least one value"),
        ({"frames": count()}, "frames must be a finite range, list or tuple, got count"),
        ({"frames": "abc"}, "frames must be .* got str"),
        ({"frames": 12}, "frames must be .* got int"),
        ({"frames": {3, 1}}, "frames must be .* got set"),
        ({"alt": ""}, "alt must describe"),
        ({"alt": "{step}"}, "alt may name frame, number in braces"),
        ({"alt": lambda step: ""}, "alt must return a text"),
        ({"caption": "{step}"}, "caption may name frame, number in braces"),
        ({"caption": lambda step: 3}, "caption must return a text"),
        ({"caption": 3}, "caption must be a text or a function"),
        ({"seconds": 0}, "seconds must be a number of at least 0.05, got 0"),
        ({"seconds": float("inf")}, "seconds must be .* got inf"),
        ({"seconds": "1"}, "seconds must be .* got '1'"),
        ({"draw": lambda: None}, "draw must accept 1 positional argument"),
        ({"max_kilobytes": 1}, r"animate made \d+ KB .* max_kilobytes=1"),
    ],
)
def test_bad_arguments_are_named(
    monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any], message: str
) -> None:
    monkeypatch.setenv("DLBOOK_OUTPUT", "page")
    with pytest.raises(ValueError, match=message):
        animate(**{"draw": line, "frames": [1, 2], "alt": "A line"} | arguments)


def test_live_player_moves_through_the_steps(live) -> None:
    widget = live(line, [1, 2, 3], alt="Slope {frame}", caption="Now <{frame}>", seconds=0.25)
    picture, caption, player = widget.children
    back, play, forward, position, counter = player.children
    assert (play.interval, play.max, position.description) == (250, 2, "Step")
    assert (back.tooltip, forward.tooltip) == ("Step back", "Step forward")
    seen = []
    for move in (lambda: None, forward.click, forward.click, forward.click, back.click):
        move()
        alt = re.search('alt="([^"]*)"', picture.value)
        assert alt is not None
        seen.append((position.value, alt[1], caption.value, counter.value))
    assert seen == [
        (0, "Slope 1", "Now &lt;1&gt;", "1 of 3"),
        (1, "Slope 2", "Now &lt;2&gt;", "2 of 3"),
        (2, "Slope 3", "Now &lt;3&gt;", "3 of 3"),
        (2, "Slope 3", "Now &lt;3&gt;", "3 of 3"),
        (1, "Slope 2", "Now &lt;2&gt;", "2 of 3"),
    ]
    second = picture.value
    position.value = 0
    assert picture.value != second
    assert plt.get_fignums() == []


def test_live_step_stops_playing(live) -> None:
    widget = live(line, [1, 2, 3], alt="A line")
    back, play, forward, *_ = widget.children[-1].children
    for button in (forward, back):
        play.playing = True
        button.click()
        assert play.playing is False
