"""`explore` on a page, on its own, and live."""

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
from dlbook.display.explore import explore

VOID = {"img", "input", "meta", "link", "br"}


class Page(HTMLParser):
    """Checks that elements nest, and collects them with their attributes and text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[tuple[str, list[str]]] = []
        self.feed(markup)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text: list[str] = []
        self.elements.append((tag, dict(attrs), text))
        if tag not in VOID and not (self._open and self._open[-1][0] == "svg"):
            self._open.append((tag, text))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, text in self._open:
            text.append(data)

    def all(self, tag: str, **wanted: str) -> list[tuple[dict[str, str | None], str]]:
        return [
            (attrs, "".join(text))
            for name, attrs, text in self.elements
            if name == tag and all(attrs.get(key) == value for key, value in wanted.items())
        ]

    def one(self, tag: str, **wanted: str) -> tuple[dict[str, str | None], str]:
        (found,) = self.all(tag, **wanted)
        return found

    def data(self) -> dict[str, Any]:
        return json.loads(self.one("script", type="application/json")[1])


def line(step: int = 0, rule: str = "AND", margin: bool = False) -> None:
    _, ax = plt.subplots(figsize=(3, 2))
    ax.plot([0, 1], [step, step + 1], ls="--" if margin else "-")
    ax.set(title=rule, ylim=(0, 6))


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Page]:
    """Call a function in the mode "page" and return the one output."""

    def shown(function: Callable[..., None], *args: Any, **kwargs: Any) -> Page:
        outputs: list[str] = []
        monkeypatch.setenv("DLBOOK_OUTPUT", "page")
        monkeypatch.setattr(embed, "publish_html", outputs.append)
        assert function(*args, **kwargs) is None
        (markup,) = outputs
        assert plt.get_fignums() == []
        return Page(markup)

    return shown


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Call a function in the mode "live" and return the widget."""

    def shown(function: Callable[..., None], *args: Any, **kwargs: Any) -> Any:
        outputs: list[Any] = []
        monkeypatch.delenv("DLBOOK_OUTPUT", raising=False)
        monkeypatch.setattr(embed, "publish_widget", outputs.append)
        assert function(*args, **kwargs) is None
        (widget,) = outputs
        assert plt.get_fignums() == []
        return widget

    return shown


# The page ---------------------------------------------------------------------------------------------------


def test_page_has_a_frame_for_every_combination(page) -> None:
    shown = page(explore, line, alt="{rule} after {step}", step=range(3), rule=["AND", "OR"], margin=bool)
    data = shown.data()
    assert len(data["frames"]) == 12
    assert [frame["picture"] for frame in data["frames"]] == list(range(12))
    assert len(set(data["pictures"])) == 12
    assert data["controls"] == [["0", "1", "2"], ["AND", "OR"], ["off", "on"]]
    # The last control turns fastest: step 1, OR, on.
    assert data["frames"][1 * 4 + 1 * 2 + 1]["alt"] == "OR after 1"


def test_page_shows_the_first_frame_before_any_script_runs(page) -> None:
    shown = page(explore, line, alt="Line at {step}", step=[4, 2])
    data, (img, _) = shown.data(), shown.one("img")
    assert img["src"] == data["pictures"][0]
    assert img["alt"] == data["frames"][0]["alt"] == "Line at 4"
    assert (img["width"], img["height"]) == ("288", "192")
    assert img["style"] == "--dlb-width: 288px; aspect-ratio: 288 / 192"
    assert "first of 2 pictures" in shown.one("noscript")[1]
    assert "disabled" in shown.one("fieldset")[0]


def test_page_labels_every_control(page) -> None:
    shown = page(
        explore, line, alt="A line", labels={"step": "Updates < 9"}, step=range(3), rule=["a<b"], margin=bool
    )
    slider = shown.one("input", type="range")[0]
    assert (slider["min"], slider["max"], slider["value"], slider["aria-valuetext"]) == ("0", "2", "0", "0")
    output, text = shown.one("output")
    assert (output["for"], text) == (slider["id"], "0")
    labels = {attrs["for"]: text for attrs, text in shown.all("label")}
    inputs = [attrs["id"] for tag in ("input", "select") for attrs, _ in shown.all(tag)]
    assert len(inputs) == len(set(inputs)) == 3
    assert [labels[key] for key in inputs] == ["Updates < 9", "Margin", "Rule"]
    assert shown.one("option")[1] == "a<b"


def test_checkbox_starts_with_its_first_value(page) -> None:
    for values, on, checked in (([False, True], "1", False), ([True, False], "0", True), (bool, "1", False)):
        box = page(explore, line, alt="A line", margin=values).one("input", type="checkbox")[0]
        assert box["data-dlb-on"] == on
        assert ("checked" in box) is checked


def test_equal_pictures_are_stored_once(page) -> None:
    def draw(step: int, unused: int) -> None:
        line(step)

    data = page(explore, draw, alt="{step} {unused}", step=range(2), unused=range(3)).data()
    assert len(data["pictures"]) == 2
    assert [frame["picture"] for frame in data["frames"]] == [0, 0, 0, 1, 1, 1]
    assert len({frame["alt"] for frame in data["frames"]}) == 6


def test_alt_is_a_function_or_gets_the_values(page) -> None:
    data = page(explore, line, alt=lambda step: f"Step number {step}", step=range(2)).data()
    assert [frame["alt"] for frame in data["frames"]] == ["Step number 0", "Step number 1"]
    data = page(explore, line, alt="A line.", step=range(2), margin=bool).data()
    assert data["frames"][3]["alt"] == "A line (Step: 1, Margin: on)"


def test_numbers_of_arrays_are_python_numbers_and_read_well(page) -> None:
    got: list[Any] = []

    def draw(rate: float) -> None:
        got.append(rate)
        line()

    data = page(explore, draw, alt="At {rate}", rate=np.arange(1, 4) / 10).data()
    assert {type(rate) for rate in got} == {float}
    assert data["controls"] == [["0.1", "0.2", "0.3"]]
    assert [frame["alt"] for frame in data["frames"]] == ["At 0.1", "At 0.2", "At 0.3"]


def test_standalone_brings_style_and_script(monkeypatch: pytest.MonkeyPatch) -> None:
    bundles: list[dict[str, str]] = []
    monkeypatch.setenv("DLBOOK_OUTPUT", "standalone")
    monkeypatch.setattr("IPython.display.display", lambda data, raw: bundles.append(data) or raw)
    explore(line, alt="A line", step=range(2))
    (bundle,) = bundles
    assert list(bundle) == ["text/html"]
    shown = Page(bundle["text/html"])
    assert shown.one("style")[1].strip() == embed.asset("dlbook.css").strip()
    assert shown.all("script")[-1][1].strip() == embed.asset("dlbook.js").strip()
    assert len(shown.data()["frames"]) == 2


# Bad input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["live", "page", "standalone"])
def test_too_many_frames_in_every_mode(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    monkeypatch.setenv("DLBOOK_OUTPUT", mode)
    message = r"72 frames \(step: 12, rule: 3, margin: 2\), more than max_frames=60"
    with pytest.raises(ValueError, match=message):
        explore(line, alt="A line", step=range(12), rule=list("abc"), margin=bool)
    with pytest.raises(ValueError, match="more than max_frames=2"):
        explore(line, alt="A line", max_frames=2, step=range(3))


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        ({}, "at least one control"),
        ({"step": []}, "control step must have at least one value"),
        ({"step": range(0)}, "control step must have at least one value"),
        ({"step": count()}, "control step must be a finite range, list.* got count"),
        ({"step": "abc"}, "control step must be a finite .* got str"),
        ({"step": 3}, "control step must be a finite .* got int"),
        ({"step": np.zeros((2, 2))}, "control step must be a finite .* got ndarray"),
        ({"step": [0.0, float("nan")]}, "control step must have finite values, got nan"),
        ({"step": [0.0, float("inf")]}, "control step must have finite values, got inf"),
        ({"step": [1, "a"]}, "control step must hold numbers alone, texts alone"),
        ({"step": [1, True]}, "control step must hold numbers alone"),
        ({"step": [None]}, "control step must hold numbers alone"),
        ({"step": [1, 2, 1]}, "control step must not repeat a value, got 1 twice"),
        ({"margin": [True]}, r"control margin must be \[False, True\]"),
        ({"size": [1]}, "draw must accept size: .*unexpected keyword argument 'size'"),
    ],
)
def test_bad_controls_are_named(controls: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        explore(line, alt="A line", **controls)


@pytest.mark.parametrize("mode", ["live", "page"])
@pytest.mark.parametrize(
    ("alt", "message"),
    [
        ("", "alt must describe"),
        ("  ", "alt must describe"),
        (None, "alt must be a text or a function"),
        ("After {steps}", "alt may name step in braces"),
        ("After {}", "alt may name step in braces"),
        ("After {step:.2q}", "alt must be a format text"),
        ("After {step", "alt must be a format text"),
        (lambda step: "", "alt must return a text for every frame"),
    ],
)
def test_bad_alt(monkeypatch: pytest.MonkeyPatch, mode: str, alt: Any, message: str) -> None:
    monkeypatch.setenv("DLBOOK_OUTPUT", mode)
    with pytest.raises(ValueError, match=message):
        explore(line, alt=alt, step=[1, 2])


def test_other_bad_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLBOOK_OUTPUT", "page")
    with pytest.raises(ValueError, match=r"labels must name controls \(step\), got stop"):
        explore(line, alt="A line", labels={"stop": "Stop"}, step=[1])
    with pytest.raises(ValueError, match=r"draw must accept step: .*missing a required argument: 'other'"):
        explore(lambda step, other: None, alt="A line", step=[1])
    with pytest.raises(ValueError, match="draw must be a function, got str"):
        explore("line", alt="A line", step=[1])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"explore made \d+ KB .* max_kilobytes=1"):
        explore(line, alt="A line", max_kilobytes=1, step=[1, 2])


# JupyterLab -------------------------------------------------------------------------------------------------


def picture_of(widget: Any) -> dict[str, str | None]:
    return Page(widget.children[-1].value).one("img")[0]


def test_live_widget_redraws_on_every_change(live) -> None:
    widget = live(explore, line, alt="{rule}, {step}", step=range(3), rule=["AND", "OR"], margin=bool)
    slider, menu, box, _ = widget.children
    seen = [picture_of(widget)]
    for control, value in ((slider, 2), (menu, "OR"), (box, True)):
        control.value = value
        seen.append(picture_of(widget))
        assert plt.get_fignums() == []
    assert len({picture["src"] for picture in seen}) == 4
    assert [picture["alt"] for picture in seen] == ["AND, 0", "AND, 2", "OR, 2", "OR, 2"]
    assert re.match("data:image/png;base64,", seen[0]["src"] or "")
    slider.value, menu.value, box.value = 0, "AND", False
    assert picture_of(widget) == seen[0]


def test_live_controls_are_labelled(live) -> None:
    widget = live(
        explore,
        line,
        alt="A line",
        labels={"step": "Updates"},
        step=[0.5, 1.0],
        rule=["a"],
        margin=[True, False],
    )
    assert [child.description for child in widget.children[:3]] == ["Updates", "Rule", "Margin"]
    assert widget.children[0].options == (("0.5", 0.5), ("1", 1.0))
    assert widget.children[2].value is True


def test_live_draw_sees_the_present_state(live) -> None:
    height = [1]

    def draw(step: int) -> None:
        line(step * height[0])

    widget = live(explore, draw, alt="A line", step=range(3))
    slider = widget.children[0]
    slider.value = 1
    first = picture_of(widget)
    slider.value, height[0] = 0, 3
    slider.value = 1
    assert picture_of(widget)["src"] != first["src"]


def test_live_error_is_shown_in_the_widget(live) -> None:
    def draw(step: int) -> None:
        line(step)
        if step == 1:
            raise RuntimeError("weights < 0")

    widget = live(explore, draw, alt="A line", step=range(3))
    with pytest.raises(RuntimeError, match="weights < 0"):
        widget.children[0].value = 1
    assert "RuntimeError: weights &lt; 0" in widget.children[-1].value
    assert plt.get_fignums() == []
    widget.children[0].value = 2
    assert picture_of(widget)["alt"] == "A line (Step: 2)"


KERNEL_CELL = """
import os
os.environ["DLBOOK_OUTPUT"] = {mode!r}
import matplotlib.pyplot as plt
from dlbook.display.animate import animate
from dlbook.display.explore import explore
def draw(step):
    fig, ax = plt.subplots(figsize=(3, 2))
    ax.plot([0, step])
explore(draw, alt="A line", step=range(3))
animate(draw, range(3), alt="A line")
assert plt.get_fignums() == []
"""


def test_a_kernel_shows_each_once_and_no_stray_figure(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbclient = pytest.importorskip("nbclient")
    from nbformat import v4

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.delenv("MPLBACKEND", raising=False)  # as in a notebook: the inline backend
    cells = [v4.new_code_cell(KERNEL_CELL.format(mode=mode)) for mode in ("live", "page", "standalone")]
    notebook = v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    live, page, standalone = ([output["data"] for output in cell["outputs"]] for cell in notebook.cells)
    assert [set(data) for data in live] == [{"application/vnd.jupyter.widget-view+json", "text/plain"}] * 2
    assert [set(data) for data in page + standalone] == [{"text/html"}] * 4
    assert "<script>" not in page[0]["text/html"]
    assert "<script>" in standalone[0]["text/html"]
