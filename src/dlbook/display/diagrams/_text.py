"""Labels of the diagrams: what is mathematics, what is a word, and their outlines as paths."""

import numbers
import re
from functools import lru_cache
from typing import Any

import numpy as np

MACROS = {r"\vect": r"\mathbf", r"\mat": r"\mathbf", r"\R": r"\mathbb{R}", r"\E": r"\mathbb{E}"}
PROSE = re.compile(r"(?=.*[^\W\d_]{2})[^\W_][^\W_ ',.?!:\-]*(?:[ ',.?!:\-]+[^\W_]+)*[.?!:]?")
NUMBER = re.compile(r"\d+(?:\.\d+)?")

Outline = tuple[np.ndarray, tuple[int, ...]]


def number(value: float, digits: int = 3) -> str:
    """Write a number for a label: at most `digits` decimals, no trailing zeros, no negative zero."""
    if not np.isfinite(value):
        return r"\infty" if value > 0 else (r"-\infty" if value < 0 else r"\mathrm{nan}")
    text = f"{float(value):.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if float(text) == 0.0:
        text = "0" if value == 0 or digits == 0 else f"{float(value):.1e}"
        if "e" in text:
            mantissa, exponent = text.split("e")
            text = rf"{mantissa}\cdot 10^{{{int(exponent)}}}"
    return text


def markup(value: Any, digits: int = 3) -> str:
    """Turn what a caller gave as a label into Matplotlib's markup.

    Numbers are formatted; a text with a dollar sign stays as it is; a word of two letters or more is a word;
    all else is mathematics.
    """
    if value is None:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, numbers.Real):
        return rf"$\mathrm{{{number(float(value), digits)}}}$"
    text = str(value)
    for macro, meaning in MACROS.items():
        text = re.sub(re.escape(macro) + r"(?![A-Za-z])", meaning.replace("\\", r"\\"), text)
    if not text.strip():
        return ""
    if "$" not in text and (PROSE.fullmatch(text) or not text.isascii()):
        return text
    parts = (text if "$" in text else f"${text}$").split("$")
    # Matplotlib slants digits between dollar signs; mathematics does not.
    parts[1::2] = [NUMBER.sub(lambda found: rf"{{\mathrm{{{found[0]}}}}}", part) for part in parts[1::2]]
    return "$".join(parts)


@lru_cache(maxsize=4096)
def outline(text: str, size: float) -> tuple[Outline, tuple[float, float, float, float]]:
    """Return the outline of a label and the box of its ink, y pointing down, baseline at 0."""
    import matplotlib as mpl
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    is_math = "$" in text.replace(r"\$", "")
    points = size if is_math else 0.86 * size  # DejaVu Sans is larger to the eye than Computer Modern
    with mpl.rc_context({"mathtext.fontset": "cm", "mathtext.default": "it", "text.usetex": False}):
        font = FontProperties(family="DejaVu Sans", size=points)
        try:
            vertices, codes = text_to_path.get_text_path(font, text, ismath=is_math)
        except ValueError as error:
            raise ValueError(
                f"label {text!r} is not valid mathematics: {str(error).splitlines()[-1]}"
            ) from None
    scale = points / text_to_path.FONT_SCALE
    path = np.asarray(vertices, dtype=float).reshape(-1, 2) * (scale, -scale)
    if not len(path):
        return (path, ()), (0.0, 0.0, 0.0, 0.0)
    inked = path[np.asarray(codes) != 79]  # a closing vertex has no place of its own
    low, high = inked.min(axis=0), inked.max(axis=0)
    return (path, tuple(int(code) for code in codes)), (*low.tolist(), *high.tolist())
