"""How interactive output reaches a notebook or a page."""

import html
import itertools
import json
import os
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from .frames import Frames

MODES = ("live", "page", "standalone")
ASSETS = ("dlbook.css", "dlbook.js")
_seen: dict[str, "itertools.count[int]"] = {}


def output_mode() -> str:
    """Return how interactive output is to be shown.

    Returns
    -------
    {"live", "page", "standalone"}
        The environment variable ``DLBOOK_OUTPUT``, by default "live".

    Raises
    ------
    ValueError
        If the variable holds anything else.
    """
    mode = os.environ.get("DLBOOK_OUTPUT") or "live"
    if mode not in MODES:
        raise ValueError(f"DLBOOK_OUTPUT must be one of {', '.join(MODES)}, got {mode!r}")
    return mode


def asset(name: str) -> str:
    """Return the text of a file that pages need.

    Parameters
    ----------
    name : str
        File name, such as ``dlbook.js``.

    Returns
    -------
    str
        Its content.
    """
    return (files("dlbook.display") / "assets" / name).read_text(encoding="utf-8")


def with_assets(markup: str, assets: Sequence[str] = ASSETS) -> str:
    """Add style sheets in front of the markup, and scripts behind it.

    Parameters
    ----------
    markup : str
        HTML that a page with these files could show.
    assets : sequence of str
        Names of the files, in order.

    Returns
    -------
    str
        HTML that any page can show.
    """
    styles = [f"<style>\n{asset(name)}</style>" for name in assets if name.endswith(".css")]
    scripts = [f"<script>\n{asset(name)}</script>" for name in assets if name.endswith(".js")]
    return "\n".join([*styles, markup, *scripts])


def publish_html(markup: str, assets: Sequence[str] = ASSETS) -> None:
    """Show HTML as the only representation of an output.

    Parameters
    ----------
    markup : str
        The HTML; except in the mode "page", style sheets and scripts are added.
    assets : sequence of str
        Names of their files, in order.
    """
    from IPython.display import display

    text = markup if output_mode() == "page" else with_assets(markup, assets)
    display({"text/html": text}, raw=True)


def publish_widget(widget: Any) -> None:
    """Show a live widget.

    Parameters
    ----------
    widget : ipywidgets.Widget
        The widget.
    """
    from IPython.display import display

    display(widget)


def escape(text: str) -> str:
    """Return text that is safe in HTML and in a quoted attribute.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text with the special characters replaced.

    Examples
    --------
    >>> escape('a < "b"')
    'a &lt; &quot;b&quot;'
    """
    return html.escape(text, quote=True)


def json_script(data: Any) -> str:
    """Return data as a script element that holds JSON.

    Parameters
    ----------
    data : object
        What `json` can write.

    Returns
    -------
    str
        The element. No ``<`` in the data can end it early.

    Examples
    --------
    >>> json_script(["</script>"])
    '<script type="application/json">["\\\\u003c/script>"]</script>'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json">{text}</script>'


def unique_id(content: str) -> str:
    """Return an element id that depends on the content alone, as long as the content is shown once.

    Parameters
    ----------
    content : str
        What the element shows.

    Returns
    -------
    str
        The id. A second call with the same content gives another one.
    """
    import hashlib

    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    repeat = next(_seen.setdefault(digest, itertools.count(1)))
    return f"dlb-{digest}" if repeat == 1 else f"dlb-{digest}-{repeat}"


def picture(pictures: Frames, alt: str) -> str:
    """Return the element that shows the first picture.

    Parameters
    ----------
    pictures : Frames
        The pictures.
    alt : str
        Alternative text of the first one.

    Returns
    -------
    str
        HTML.
    """
    width, height = pictures.width, pictures.height
    return (
        f'<div class="dlb-picture"><img class="dlb-frame" src="{pictures.urls[0]}" alt="{escape(alt)}" '
        f'width="{width}" height="{height}" decoding="async" '
        f'style="--dlb-width: {width}px; aspect-ratio: {width} / {height}"></div>'
    )


def no_script(n_frames: int) -> str:
    """Return what a reader without JavaScript is told.

    Parameters
    ----------
    n_frames : int
        Number of pictures.

    Returns
    -------
    str
        HTML.
    """
    return (
        f'<noscript><p class="dlb-note">This is the first of {n_frames} pictures. '
        "The controls need JavaScript.</p></noscript>"
    )
