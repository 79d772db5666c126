"""`animate`: a story of steps, with play, pause and step buttons."""

import math
from collections.abc import Callable, Collection, Mapping, Set
from functools import partial
from typing import Any

from . import embed, frames, texts, widgets

__all__ = ["animate"]

# Paths in a 24 x 24 square.
ICONS = {
    "back": "M6 5h2.4v14H6zM19 5v14L9.4 12z",
    "play": "M7 4.5v15L20 12z",
    "pause": "M6.5 5h4v14h-4zM13.5 5h4v14h-4z",
    "forward": "M15.6 5H18v14h-2.4zM5 5v14l9.6-7z",
}


def animate(
    draw: Callable[[Any], Any],
    frames: Any,
    *,
    alt: str | Callable[[Any], str],
    caption: str | Callable[[Any], str] | None = None,
    seconds: float = 1.0,
    max_frames: int = 60,
    max_kilobytes: float = 600,
    photo: bool = False,
) -> None:
    """Show a story of steps that the reader plays, pauses, or walks through.

    Nothing moves before the reader presses play.

    Parameters
    ----------
    draw : callable
        Called with one value of `frames`. It draws as the function of :func:`dlbook.display.explore` does.
    frames : range, list, tuple or other sized collection
        The steps, in order.
    alt : str or callable
        Alternative text of a step. In a text, ``{frame}`` stands for the value and ``{number}`` for its
        position from 1. A function is called with the value and returns the text.
    caption : str or callable, optional
        Text under the picture: written as `alt` is.
    seconds : float
        Time for each step while playing, at least 0.05.
    max_frames : int
        Most steps allowed.
    max_kilobytes : float
        Most kilobytes (of 1000 bytes) allowed for the pictures on a page.
    photo : bool
        Pass True where the figure shows photographs.

    Raises
    ------
    ValueError
        If `frames` is empty, endless or too long; if `draw` does not take one argument; if `alt` is empty; if
        `seconds` is out of range; if there are too many kilobytes.

    See Also
    --------
    dlbook.display.explore : A figure with sliders, menus and checkboxes.

    Examples
    --------
    >>> def draw(step):
    ...     import matplotlib.pyplot as plt
    ...     plt.plot([0, step])
    >>> animate(draw, range(100), alt="Line after {frame} updates")
    Traceback (most recent call last):
    ...
    ValueError: animate would need 100 frames, more than max_frames=60: give fewer
    """
    steps = _steps(frames, max_frames)
    texts.accepts(draw, 1, [])
    texts.check_template(alt)
    if not (isinstance(seconds, int | float) and math.isfinite(seconds) and seconds >= 0.05):
        raise ValueError(f"seconds must be a number of at least 0.05, got {seconds!r}")
    if caption is not None and not callable(caption) and not isinstance(caption, str):
        raise ValueError(f"caption must be a text or a function of the value, got {type(caption).__name__}")
    story = _Story(draw, steps, alt, caption)
    if embed.output_mode() == "live":
        embed.publish_widget(_live(story, seconds))
    else:
        embed.publish_html(_page(story, seconds, max_kilobytes, photo))


def _steps(given: Any, max_frames: int) -> list[Any]:
    if not isinstance(given, Collection) or isinstance(given, str | bytes | Mapping | Set):
        raise ValueError(f"frames must be a finite range, list or tuple, got {type(given).__name__}")
    if len(given) == 0:
        raise ValueError("frames must hold at least one value, got none")
    if len(given) > max_frames:
        raise ValueError(
            f"animate would need {len(given)} frames, more than max_frames={max_frames}: give fewer"
        )
    return list(given)


class _Story:
    """The steps of an animation: how to draw each, and what to say of it."""

    def __init__(
        self,
        draw: Callable[[Any], Any],
        steps: list[Any],
        alt: str | Callable[[Any], str],
        caption: str | Callable[[Any], str] | None,
    ) -> None:
        self._draw, self._steps, self._alt, self._caption = draw, steps, alt, caption
        self.n_frames = len(steps)
        self.has_captions = caption is not None

    def call(self, k: int) -> Callable[[], Any]:
        return partial(self._draw, self._steps[k])

    def position(self, k: int) -> str:
        return f"{k + 1} of {self.n_frames}"

    def alt(self, k: int) -> str:
        return self._text("alt", self._alt, k, self.position(k))

    def caption(self, k: int) -> str:
        return "" if self._caption is None else self._text("caption", self._caption, k)

    def _text(self, what: str, template: str | Callable[[Any], str], k: int, otherwise: str = "") -> str:
        frame = self._steps[k]
        if callable(template):
            return texts.fill(lambda frame: template(frame), {"frame": frame}, what=what)
        return texts.fill(template, {"frame": frame, "number": k + 1}, what=what, otherwise=otherwise)


# The page ---------------------------------------------------------------------------------------------------


def _page(story: _Story, seconds: float, max_kilobytes: float, photo: bool) -> str:
    every = range(story.n_frames)
    alts, captions = [story.alt(k) for k in every], [story.caption(k) for k in every]
    calls = [story.call(k) for k in every]
    pictures = frames.render("animate", calls, max_kilobytes=max_kilobytes, photo=photo)
    data = {
        "pictures": pictures.urls,
        "panels": pictures.panels,
        "frames": [
            {"picture": picture, "alt": alts[k], "caption": captions[k]}
            for k, picture in enumerate(pictures.index)
        ],
        "seconds": seconds,
    }
    position = embed.unique_id(repr([alts, captions, pictures.urls]))
    caption = ""
    if story.has_captions:
        # The longest caption, unseen, keeps the place, so that nothing below moves.
        longest = embed.escape(max(captions, key=len))
        caption = (
            f'<div class="dlb-caption"><p data-dlb-caption>{embed.escape(captions[0])}</p>'
            f'<p class="dlb-keeps-place" aria-hidden="true">{longest}</p></div>'
        )
    shown = story.position(0)
    return f"""<div class="dlb-explorable dlb-animate" data-dlb="animate">
{embed.picture(pictures, alts[0])}
{caption}
<fieldset class="dlb-player" aria-label="Player" disabled>
{_button("back", "Step back")}
{_button("play", "Play")}
{_button("forward", "Step forward")}
<label class="dlb-unseen" for="{position}">Step</label>
<input type="range" id="{position}" data-dlb-position autocomplete="off" min="0" max="{story.n_frames - 1}" \
step="1" value="0" aria-valuetext="{shown}">
<output for="{position}" aria-live="off" style="min-width: {len(story.position(story.n_frames - 1))}ch">\
{shown}</output>
</fieldset>
{embed.no_script(story.n_frames)}
{embed.json_script(data)}
</div>"""


def _button(action: str, label: str) -> str:
    drawings = ["play", "pause"] if action == "play" else [action]
    icons = "".join(
        f'<svg class="dlb-icon-{name}" viewBox="0 0 24 24" aria-hidden="true"><path d="{ICONS[name]}"/></svg>'
        for name in drawings
    )
    return f'<button type="button" data-dlb-action="{action}" aria-label="{label}">{icons}</button>'


# JupyterLab -------------------------------------------------------------------------------------------------


def _live(story: _Story, seconds: float) -> Any:
    import ipywidgets

    last = story.n_frames - 1
    picture, caption, counter = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.Label()
    play = ipywidgets.Play(
        min=0, max=last, step=1, value=0, interval=round(1000 * seconds), show_repeat=False, tooltip="Play"
    )
    position = ipywidgets.IntSlider(
        min=0, max=last, value=0, description="Step", readout=False, style={"description_width": "initial"}
    )
    back = ipywidgets.Button(icon="step-backward", tooltip="Step back", layout={"width": "2.6rem"})
    forward = ipywidgets.Button(icon="step-forward", tooltip="Step forward", layout={"width": "2.6rem"})
    ipywidgets.jslink((play, "value"), (position, "value"))

    def show(k: int) -> None:
        picture.value = widgets.picture(story.call(k), story.alt(k))
        caption.value = embed.escape(story.caption(k))
        counter.value = story.position(k)

    def redraw(change: Any) -> None:
        with widgets.errors_in(picture):
            show(change["new"])

    def walk(by: int) -> None:
        play.playing = False
        position.value = min(max(position.value + by, 0), last)

    show(0)
    position.observe(redraw, names="value")
    back.on_click(lambda _: walk(-1))
    forward.on_click(lambda _: walk(1))
    player = ipywidgets.HBox([back, play, forward, position, counter])
    return ipywidgets.VBox([picture, *([caption] if story.has_captions else []), player])
