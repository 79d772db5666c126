"""`audio` as markup, as a file, and in the three modes of output."""

import base64
import io
import re
import wave
from html.parser import HTMLParser

import numpy as np
import pytest

from dlbook.display import audio

TONE = 0.5 * np.sin(2 * np.pi * 440 * np.arange(4000) / 8000)


class Elements(HTMLParser):
    """Collects elements, and checks that they nest."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str | None]] = {}
        self.texts: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(markup)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in self.found
        self.found[tag] = dict(attrs)
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            self.texts[tag] = self.texts.get(tag, "") + data


@pytest.fixture(autouse=True)
def page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLBOOK_OUTPUT", "page")


def played(markup: str) -> tuple[np.ndarray, int]:
    """What a player reads from the data URI."""
    content = base64.b64decode(re.findall(r"data:audio/wav;base64,([A-Za-z0-9+/=]+)", markup)[0])
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return samples / 32767, file.getframerate()


def test_the_file_holds_the_samples() -> None:
    samples, rate = played(audio(TONE, 8000, label="A tone")._repr_html_())
    assert rate == 8000
    assert samples.shape == TONE.shape
    np.testing.assert_allclose(samples, TONE, rtol=0, atol=0.51 / 32767)


def test_full_scale_does_not_wrap_around() -> None:
    samples, _ = played(audio([1.0, -1.0, 0.0], 8000, label="Clicks")._repr_html_())
    np.testing.assert_array_equal(samples, [1.0, -1.0, 0.0])


def test_the_player_has_controls_a_label_and_a_name() -> None:
    parsed = Elements(audio(TONE, 8000, label='Say "left" & <right>')._repr_html_())
    assert parsed.found["figure"]["class"] == "dlb-audio"
    assert parsed.texts["figcaption"] == 'Say "left" & <right> (0.5 s)'
    player = parsed.found["audio"]
    assert "controls" in player
    assert "autoplay" not in player
    assert player["preload"] == "none"
    assert player["aria-label"] == 'Say "left" & <right>'


@pytest.mark.parametrize(("mode", "styled"), [("page", False), ("live", True), ("standalone", True)])
def test_the_style_comes_along_where_the_page_does_not_have_it(
    monkeypatch: pytest.MonkeyPatch, mode: str, styled: bool
) -> None:
    monkeypatch.setenv("DLBOOK_OUTPUT", mode)
    markup = audio(TONE, 8000, label="A tone")._repr_html_()
    assert ("<style>" in markup) == styled
    assert "http" not in markup


def test_a_notebook_gets_html_and_text() -> None:
    from IPython.core.formatters import DisplayFormatter

    bundle, _ = DisplayFormatter().format(audio(TONE, 8000, label="A tone"))
    assert bundle["text/plain"] == "Sound: A tone (0.5 s)"
    assert bundle["text/html"].startswith("<figure")
    assert set(bundle) == {"text/plain", "text/html"}


def test_the_samples_stay_as_they_are() -> None:
    samples = TONE.copy()
    audio(samples, 8000, label="A tone")
    np.testing.assert_array_equal(samples, TONE)


@pytest.mark.parametrize(
    ("change", "start"),
    [
        ({"samples": []}, "samples must"),
        ({"samples": np.zeros((4, 2))}, "samples must"),
        ({"samples": [0.0, np.nan]}, "samples must"),
        ({"samples": [0.0, 1j]}, "samples must"),
        ({"samples": [0.0, -1.25]}, "samples must be from -1 to 1, got 1.25: divide"),
        ({"sample_rate": 0}, "sample_rate must"),
        ({"sample_rate": 8000.0}, "sample_rate must"),
        ({"label": "  "}, "label must"),
        ({"label": None}, "label must"),
        ({"max_kilobytes": "many"}, "max_kilobytes must"),
        ({"samples": np.zeros(260_000)}, "audio would need 520 kilobytes, more than max_kilobytes=500"),
    ],
)
def test_bad_arguments_are_named(change: dict, start: str) -> None:
    with pytest.raises(ValueError, match=f"^{start}"):
        audio(**({"samples": [0.0], "sample_rate": 8000, "label": "x"} | change))
