"""`explore`: a figure with controls, live in JupyterLab and precomputed on a page."""

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from . import embed, frames, texts, widgets

__all__ = ["explore"]

Kind = Literal["slider", "menu", "checkbox"]


@dataclass(frozen=True)
class Control:
    """One control of an explorable figure.

    Parameters
    ----------
    name : str
        Argument of the drawing function.
    label : str
        What the reader sees.
    kind : {"slider", "menu", "checkbox"}
        Form of the control.
    values : tuple
        The values, the first one shown first.
    """

    name: str
    label: str
    kind: Kind
    values: tuple[Any, ...]

    @property
    def texts(self) -> list[str]:
        """The values as the reader sees them."""
        if self.kind == "slider":
            return texts.number_texts(self.values)
        if self.kind == "menu":
            return list(self.values)
        return ["on" if value else "off" for value in self.values]


def explore(
    draw: Callable[..., Any],
    *,
    alt: str | Callable[..., str],
    labels: Mapping[str, str] | None = None,
    max_frames: int = 60,
    max_kilobytes: float = 600,
    photo: bool = False,
    **controls: Any,
) -> None:
    """Show a figure that the reader changes with sliders, menus and checkboxes.

    In JupyterLab the controls are live: every change calls `draw` again. On a page there is no Python, so one
    picture is drawn for every combination of values, and the same controls switch between them.

    Parameters
    ----------
    draw : callable
        Called with one keyword argument for each control. It draws with pyplot on the current, empty figure
        or opens one of its own, always of the same size. It must not call ``plt.show``. It should depend on
        its arguments alone, and fix the limits of the axes, or they move from frame to frame.
    alt : str or callable
        Alternative text of the figure. In a text, names in braces stand for the values, as in
        ``"Line after {step} updates"``. A function is called as `draw` is and returns the text.
    labels : mapping of str to str, optional
        Label of a control where its name with spaces does not do.
    max_frames : int
        Most combinations of values allowed.
    max_kilobytes : float
        Most kilobytes (of 1000 bytes) allowed for the pictures on a page.
    photo : bool
        Pass True where the figure shows photographs. Other figures are stored without loss in 64 colours.
    **controls : range, list, tuple, numpy.ndarray or bool
        The values of each control: numbers give a slider, texts a menu, ``[False, True]`` or the type `bool`
        a checkbox. The first value is shown first.

    Raises
    ------
    ValueError
        If a control has no values, endless ones, or values of several kinds; if `draw` does not take a
        control's name; if `alt` is empty; if there are too many frames or kilobytes.

    See Also
    --------
    dlbook.display.animate : A story of steps with a play button.

    Notes
    -----
    The environment variable ``DLBOOK_OUTPUT`` chooses the form: ``live`` (default), ``page`` (markup for a
    page that has the book's style and script) or ``standalone`` (style and script included).

    Pictures on a page have 1.5 pixels for each pixel of the layout, and 1 where they would otherwise exceed
    `max_kilobytes`.

    Examples
    --------
    >>> def draw(step, rule):
    ...     import matplotlib.pyplot as plt
    ...     plt.plot([0, step])
    ...     plt.title(rule)
    >>> explore(draw, alt="{rule} after {step} updates", step=range(50), rule=["AND", "OR"])
    Traceback (most recent call last):
    ...
    ValueError: explore would need 100 frames (step: 50, rule: 2), more than max_frames=60: give fewer values
    """
    parsed = _parse(controls, labels or {})
    texts.accepts(draw, 0, [control.name for control in parsed])
    texts.check_template(alt)
    n_frames = math.prod(len(control.values) for control in parsed)
    if n_frames > max_frames:
        sizes = ", ".join(f"{control.name}: {len(control.values)}" for control in parsed)
        raise ValueError(
            f"explore would need {n_frames} frames ({sizes}), more than max_frames={max_frames}: "
            "give fewer values"
        )
    if embed.output_mode() == "live":
        embed.publish_widget(_live(draw, alt, parsed))
    else:
        embed.publish_html(_page(draw, alt, parsed, max_kilobytes, photo))


def _parse(controls: Mapping[str, Any], labels: Mapping[str, str]) -> list[Control]:
    if not controls:
        raise ValueError("explore must have at least one control, such as step=range(10)")
    unknown = sorted(set(labels) - set(controls))
    if unknown:
        raise ValueError(f"labels must name controls ({', '.join(controls)}), got {', '.join(unknown)}")
    parsed = []
    for name, given in controls.items():
        words = name.replace("_", " ").strip()
        label = labels.get(name) or words[:1].upper() + words[1:]
        kind, values = _values(name, given)
        parsed.append(Control(name, label, kind, values))
    return parsed


def _values(name: str, given: Any) -> tuple[Kind, tuple[Any, ...]]:
    if given is bool:
        return "checkbox", (False, True)
    if hasattr(given, "tolist") and getattr(given, "ndim", 0) == 1:
        given = given.tolist()
    if not isinstance(given, range | list | tuple):
        raise ValueError(
            f"control {name} must be a finite range, list, tuple or one-dimensional array, or bool, "
            f"got {type(given).__name__}"
        )
    values = tuple(value.item() if hasattr(value, "item") else value for value in given)
    if not values:
        raise ValueError(f"control {name} must have at least one value, got none")
    if all(isinstance(value, bool) for value in values):
        if sorted(values) != [False, True]:
            raise ValueError(f"control {name} must be [False, True] or bool for a checkbox, got {given}")
        return "checkbox", values
    if all(isinstance(value, str) for value in values):
        kind: Kind = "menu"
    elif all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        kind = "slider"
        endless = [value for value in values if not math.isfinite(value)]
        if endless:
            raise ValueError(f"control {name} must have finite values, got {endless[0]}")
    else:
        raise ValueError(f"control {name} must hold numbers alone, texts alone or [False, True], got {given}")
    repeated = [value for k, value in enumerate(values) if value in values[:k]]
    if repeated:
        raise ValueError(f"control {name} must not repeat a value, got {repeated[0]!r} twice")
    return kind, values


def _alt(alt: str | Callable[..., str], controls: list[Control], values: Mapping[str, Any]) -> str:
    said = (
        f"{control.label}: {control.texts[control.values.index(values[control.name])]}"
        for control in controls
    )
    return texts.fill(alt, values, otherwise=", ".join(said))


# The page ---------------------------------------------------------------------------------------------------


def _page(
    draw: Callable[..., Any],
    alt: str | Callable[..., str],
    controls: list[Control],
    max_kilobytes: float,
    photo: bool,
) -> str:
    names = [control.name for control in controls]
    cases = [
        dict(zip(names, values, strict=True))
        for values in itertools.product(*(control.values for control in controls))
    ]
    alts = [_alt(alt, controls, case) for case in cases]
    calls = [partial(draw, **case) for case in cases]
    pictures = frames.render("explore", calls, max_kilobytes=max_kilobytes, photo=photo)
    data = {
        "pictures": pictures.urls,
        "panels": pictures.panels,
        "frames": [{"picture": k, "alt": text} for k, text in zip(pictures.index, alts, strict=True)],
        "controls": [control.texts for control in controls],
    }
    stem = embed.unique_id(repr([names, alts, pictures.urls]))
    rows = "\n".join(_row(control, f"{stem}-{k}") for k, control in enumerate(controls))
    return f"""<div class="dlb-explorable dlb-explore" data-dlb="explore">
<fieldset class="dlb-controls" aria-label="Controls of the figure" disabled>
{rows}
</fieldset>
{embed.picture(pictures, alts[0])}
{embed.no_script(len(cases))}
{embed.json_script(data)}
</div>"""


def _row(control: Control, element: str) -> str:
    label = f'<label for="{element}">{embed.escape(control.label)}</label>'
    common = f'id="{element}" data-dlb-control autocomplete="off"'
    shown = control.texts
    if control.kind == "slider":
        return (
            f'<div class="dlb-control dlb-slider">{label}<input type="range" {common} min="0" '
            f'max="{len(shown) - 1}" step="1" value="0" aria-valuetext="{shown[0]}">'
            f'<output for="{element}" aria-live="off" style="min-width: {max(map(len, shown))}ch">'
            f"{shown[0]}</output></div>"
        )
    if control.kind == "menu":
        options = "".join(
            f'<option value="{k}"{" selected" if k == 0 else ""}>{embed.escape(text)}</option>'
            for k, text in enumerate(shown)
        )
        return f'<div class="dlb-control dlb-menu">{label}<select {common}>{options}</select></div>'
    checked = " checked" if control.values[0] else ""
    return (
        f'<div class="dlb-control dlb-check"><input type="checkbox" {common} '
        f'data-dlb-on="{control.values.index(True)}"{checked}>{label}</div>'
    )


# JupyterLab -------------------------------------------------------------------------------------------------


def _live(draw: Callable[..., Any], alt: str | Callable[..., str], controls: list[Control]) -> Any:
    import ipywidgets

    inputs = {control.name: _widget(control) for control in controls}
    picture = ipywidgets.HTML()

    def show() -> None:
        values = {name: widget.value for name, widget in inputs.items()}
        picture.value = widgets.picture(partial(draw, **values), _alt(alt, controls, values))

    show()

    def redraw(_change: Any) -> None:
        with widgets.errors_in(picture):
            show()

    for widget in inputs.values():
        widget.observe(redraw, names="value")
    return ipywidgets.VBox([*inputs.values(), picture])


def _widget(control: Control) -> Any:
    import ipywidgets

    style = {"description_width": "initial"}
    options = list(zip(control.texts, control.values, strict=True))
    if control.kind == "slider":
        return ipywidgets.SelectionSlider(
            options=options,
            value=control.values[0],
            description=control.label,
            style=style,
            layout={"width": "auto", "max_width": "40rem"},
        )
    if control.kind == "menu":
        return ipywidgets.Dropdown(
            options=options, value=control.values[0], description=control.label, style=style
        )
    return ipywidgets.Checkbox(value=control.values[0], description=control.label, indent=False, style=style)
