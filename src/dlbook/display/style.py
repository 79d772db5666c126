"""The book's one Matplotlib style."""

from typing import Any

from .palette import CYCLE, LIGHT


def style() -> dict[str, Any]:
    """Return the Matplotlib settings of the book.

    Returns
    -------
    dict of str to object
        Keys and values for ``matplotlib.rcParams``.

    Examples
    --------
    >>> style()["axes.spines.top"]
    False
    """
    from cycler import cycler

    ink, muted, faint = LIGHT["ink"], LIGHT["muted"], LIGHT["faint"]
    return {
        "figure.figsize": (7.0, 3.9),
        "figure.dpi": 110,
        "savefig.dpi": 110,
        "figure.facecolor": LIGHT["paper"],
        "figure.constrained_layout.use": True,
        "font.size": 11.0,
        "axes.titlesize": 12.0,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelcolor": ink,
        "axes.edgecolor": muted,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.prop_cycle": cycler(color=[LIGHT[name] for name in CYCLE]),
        "grid.color": faint,
        "grid.linewidth": 0.8,
        "lines.linewidth": 2.0,
        "lines.markersize": 6.0,
        "text.color": ink,
        "xtick.color": muted,
        "ytick.color": muted,
        "xtick.labelcolor": ink,
        "ytick.labelcolor": ink,
        "legend.frameon": False,
        "image.cmap": "cividis",
        "svg.hashsalt": "dlbook",
        "mathtext.fontset": "cm",
    }


def use_style() -> None:
    """Switch Matplotlib to the book's style for the rest of the session, and drop all other settings."""
    import matplotlib

    session = {"backend", "backend_fallback", "interactive"}  # where figures go is no matter of style
    plain = {name: value for name, value in matplotlib.rcParamsDefault.items() if name not in session}
    settings: Any = {**plain, **style()}
    matplotlib.rcParams.update(settings)
