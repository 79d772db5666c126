"""The words of a frame: values as a reader sees them, alternative texts, captions."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from string import Formatter
from typing import Any


def number_texts(values: Sequence[float]) -> list[str]:
    """Return numbers as short as lets a reader tell them apart.

    Parameters
    ----------
    values : sequence of float
        The numbers.

    Returns
    -------
    list of str
        Each number in full where six significant digits hold it, otherwise in four.

    Examples
    --------
    >>> number_texts([0.1 + 0.2, 1e-05, 12, 2 / 3])
    ['0.3', '1e-5', '12', '0.6667']
    >>> number_texts([1.00001234, 1.00001567])
    ['1.00001234', '1.00001567']
    """
    shown = [_number_text(value) for value in values]
    return shown if len(set(shown)) == len(shown) else [repr(tidy(value)) for value in values]


def _number_text(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    fits = math.isclose(float(f"{value:.6g}"), value, rel_tol=1e-9)
    return re.sub(r"e([+-])0*", lambda sign: "e" + sign[1].strip("+"), f"{value:.{6 if fits else 4}g}")


def tidy(value: Any) -> Any:
    """Return a float without the noise of binary fractions, anything else as it is.

    Parameters
    ----------
    value : object
        The value.

    Returns
    -------
    object
        The value, for use in a text.

    Examples
    --------
    >>> tidy(0.1 + 0.2)
    0.3
    """
    return float(f"{value:.10g}") if isinstance(value, float) and math.isfinite(value) else value


def check_template(alt: Any) -> None:
    """Check that an alternative text is a text or a function.

    Parameters
    ----------
    alt : object
        What the caller passed as `alt`.

    Raises
    ------
    ValueError
        If it is empty or neither.
    """
    if callable(alt):
        return
    if not isinstance(alt, str):
        raise ValueError(f"alt must be a text or a function of the values, got {type(alt).__name__}")
    if not alt.strip():
        raise ValueError("alt must describe the figure in words, got an empty text")


def fill(
    template: str | Callable[..., str], values: Mapping[str, Any], *, what: str = "alt", otherwise: str = ""
) -> str:
    """Return the text of one frame.

    Parameters
    ----------
    template : str or callable
        A text with the values in braces, or a function of the values.
    values : mapping of str to object
        The values of the frame.
    what : str
        Argument that holds the template, for messages.
    otherwise : str
        What tells this frame from the others; added to a text without braces.

    Returns
    -------
    str
        The text.

    Raises
    ------
    ValueError
        If the text cannot be filled in, or a function returns no text, or an empty `alt`.

    Examples
    --------
    >>> fill("Line after {step} updates", {"step": 3})
    'Line after 3 updates'
    >>> fill("A line.", {"step": 3}, otherwise="Step: 3")
    'A line (Step: 3)'
    """
    if callable(template):
        text = template(**values)
        if not isinstance(text, str) or (what == "alt" and not text.strip()):
            raise ValueError(f"{what} must return a text for every frame, got {text!r} for {dict(values)}")
        return text
    try:
        fixed = not any(field is not None for _, field, _, _ in Formatter().parse(template))
        text = template.format(**{name: tidy(value) for name, value in values.items()})
    except (KeyError, IndexError) as error:
        raise ValueError(
            f"{what} may name {', '.join(values)} in braces, got {template!r} "
            "(a plain brace is written twice)"
        ) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{what} must be a format text, but {template!r} gives: {error}") from error
    return f"{text.rstrip().rstrip('.')} ({otherwise})" if fixed and otherwise else text


def accepts(draw: Callable[..., Any], positional: int, names: list[str]) -> None:
    """Check that a function can be called with the given arguments.

    Parameters
    ----------
    draw : callable
        The function.
    positional : int
        Number of positional arguments.
    names : list of str
        Names of the keyword arguments.

    Raises
    ------
    ValueError
        If it cannot.
    """
    import inspect

    if not callable(draw):
        raise ValueError(f"draw must be a function, got {type(draw).__name__}")
    try:
        signature = inspect.signature(draw)
    except (TypeError, ValueError):  # some built-in functions tell nothing
        return
    try:
        signature.bind(*[None] * positional, **dict.fromkeys(names))
    except TypeError as error:
        what = ", ".join(names) if names else f"{positional} positional argument"
        raise ValueError(f"draw must accept {what}: draw{signature} has {error}") from error
