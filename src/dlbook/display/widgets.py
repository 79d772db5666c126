"""What the live forms of `explore` and `animate` share."""

import html
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import frames
from .painting import SHARP, Painter


def picture(call: Callable[[], Any], alt: str) -> str:
    """Draw one picture for a live widget.

    Parameters
    ----------
    call : callable
        Draws.
    alt : str
        Alternative text.

    Returns
    -------
    str
        HTML.
    """
    drawn = Painter(SHARP).paint(call)
    height, width = (round(size / SHARP) for size in drawn.shape[:2])
    url = frames.data_url(frames.png(drawn), "image/png")
    return (
        f'<img src="{url}" alt="{html.escape(alt)}" width="{width}" height="{height}" decoding="sync" '
        f'style="max-width: 100%; height: auto; aspect-ratio: {width} / {height}; background: #fff">'
    )


@contextmanager
def errors_in(place: Any) -> Iterator[None]:
    """Show an error in the widget before raising it: the notebook itself hides what a redraw raises.

    Parameters
    ----------
    place : ipywidgets.HTML
        Where the message goes.
    """
    try:
        yield
    except Exception as error:
        place.value = f'<pre role="alert">{html.escape(f"{type(error).__name__}: {error}")}</pre>'
        raise
