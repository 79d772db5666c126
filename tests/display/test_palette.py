"""The colours stay legible and apart, for readers with and without colour blindness."""

from itertools import combinations

import numpy as np
import pytest

from dlbook.display.palette import CYCLE, DARK, LIGHT
from dlbook.display.style import style, use_style

PAPERS = {"light": LIGHT, "dark": DARK}

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SIGHT = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Return CIE L*a*b* (white D65) of linear RGB."""
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    xyz = to_xyz @ np.clip(rgb, 0, 1) / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_measures_against_known_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    np.testing.assert_allclose(lab(linear("#ff0000")), [53.24, 80.09, 67.20], rtol=0, atol=0.05)


def test_both_papers_have_the_same_names() -> None:
    assert list(LIGHT) == list(DARK)
    assert set(CYCLE) <= set(LIGHT)
    assert len(set(LIGHT.values())) == len(LIGHT)


@pytest.mark.parametrize("paper", PAPERS)
def test_lines_and_text_are_legible(paper: str) -> None:
    colours = PAPERS[paper]
    lines = {name: contrast(colours[name], colours["paper"]) for name in CYCLE}
    assert min(lines.values()) >= 3.0, lines
    for name in ("ink", "muted", "blue", "green", "purple", "amber"):
        assert contrast(colours[name], colours["paper"]) >= 4.5, name


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("paper", PAPERS)
def test_line_colours_stay_apart(paper: str, sight: str) -> None:
    seen = {name: lab(SIGHT[sight] @ linear(PAPERS[paper][name])) for name in CYCLE}
    distances = {
        pair: float(np.linalg.norm(seen[pair[0]] - seen[pair[1]])) for pair in combinations(CYCLE, 2)
    }
    assert min(distances.values()) >= 15.0, min(distances.items(), key=lambda item: item[1])


def test_style_uses_the_palette() -> None:
    import matplotlib as mpl

    with mpl.rc_context():
        use_style()
        assert mpl.rcParams["axes.prop_cycle"].by_key()["color"] == [LIGHT[name] for name in CYCLE]
        assert mpl.rcParams["text.color"] == LIGHT["ink"]
        assert set(style()) <= set(mpl.rcParams)
