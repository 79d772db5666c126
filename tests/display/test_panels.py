"""Where a figure may be cut: between panels, and nowhere else."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from dlbook.display import frames, panels
from dlbook.display.painting import Painter
from dlbook.display.style import style


def gaps_of(figure: Figure) -> list[panels.Gap]:
    painter = Painter()
    painter.paint(lambda: figure)
    return painter.gaps[0]


@pytest.fixture(autouse=True)
def book_style():
    with plt.rc_context(style()):
        yield
    plt.close("all")


def row(n: int, **options: object) -> tuple[Figure, np.ndarray]:
    figure, axes = plt.subplots(1, n, figsize=(3 * n, 3), **options)
    for k, ax in enumerate(axes):
        ax.plot([0, 10.0**k])
        ax.set(title=f"Panel {k}", ylabel="loss", xlabel="step")
    return figure, axes


@pytest.mark.parametrize("n", [2, 3])
def test_a_gap_between_neighbours_holds_no_ink(n: int) -> None:
    figure, _ = row(n)
    picture = Painter().paint(lambda: figure)
    found = gaps_of(figure)
    assert len(found) == n - 1
    for left, right in found:
        columns = picture[:, int(np.ceil(left * picture.shape[1])) : int(right * picture.shape[1])]
        assert columns.shape[1] > 3
        assert (columns == 255).all()


@pytest.mark.parametrize(("n", "n_pieces"), [(2, 2), (3, 3), (4, 2), (5, 2), (6, 3), (9, 3)])
def test_many_panels_stay_together_in_pieces(n: int, n_pieces: int) -> None:
    edges = [k / n for k in range(1, n)]
    pieces = panels.cut([(edge - 0.005, edge + 0.005) for edge in edges])
    assert len(pieces) == n_pieces
    assert pieces[0][0] == 0
    assert pieces[-1][1] == 1
    inner = [right for _, right in pieces[:-1]]
    assert inner == [left for left, _ in pieces[1:]]
    assert all(min(abs(cut - edge) for edge in edges) < 1e-3 for cut in inner)
    assert min(right - left for left, right in pieces) >= 0.3


def test_panels_that_cannot_be_wide_enough_are_not_cut() -> None:
    assert panels.cut([(0.1, 0.1), (0.15, 0.15), (0.2, 0.2)]) == ()


def test_one_panel_has_no_gap() -> None:
    figure, ax = plt.subplots()
    ax.plot([0, 1])
    assert gaps_of(figure) == []


def test_a_bar_of_colours_stays_with_its_panel() -> None:
    figure, axes = plt.subplots(1, 2, figsize=(7, 3))
    for ax in axes:
        figure.colorbar(ax.imshow(np.eye(3)), ax=ax)
    (gap,) = gaps_of(figure)
    bar = figure.axes[2].get_window_extent()
    assert bar.x1 / figure.bbox.width < gap[0]


def test_what_belongs_to_all_panels_holds_them_together() -> None:
    figure, _ = row(2)
    figure.suptitle("A title over both of the panels")
    assert gaps_of(figure) == []
    assert gaps_of(row(2, sharey=True)[0]) == []


def test_the_pictures_of_a_control_are_cut_where_all_can_be() -> None:
    def drawn(k: int) -> None:
        _, axes = row(2)
        axes[1].set_yticks([0, 10], labels=["0", "9" * k])

    calls = [lambda k=k: drawn(k) for k in (1, 2)]
    made = frames.render("explore", calls, max_kilobytes=600)
    ((start, middle), (again, end)) = made.panels
    assert (start, end) == (0, 1)
    assert 0.3 < middle == again < 0.6
    painter = Painter()
    for call in calls:
        painter.paint(call)
        left, right = painter.gaps[-1][0]
        assert left < middle < right

    def changing(k: int) -> None:
        plt.subplots(figsize=(6, 3))[1].plot([0, 1]) if k else drawn(1)

    made = frames.render("explore", [lambda k=k: changing(k) for k in (0, 1)], max_kilobytes=600)
    assert made.panels == ()
