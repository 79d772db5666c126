"""From a drawing function to pixels: the right ones, no figure left behind, and no work done twice."""

import gc
from collections.abc import Callable
from functools import partial
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from dlbook.display.painting import Painter, collector_at_rest, ticks_remembered
from dlbook.display.style import style


def paint(call: Callable[[], Any]) -> np.ndarray:
    return Painter().paint(call)


def line(slope: float) -> None:
    _, ax = plt.subplots(figsize=(4, 2.5))
    ax.plot([0, 1], [0, slope], color="#0072b2", lw=4)
    ax.set_ylim(0, 5)


def panels(k: int) -> None:
    """Draw what makes a layout hard: logarithmic and equal axes, a bar of colours, a twin, a title above."""
    figure, grid = plt.subplots(2, 2, figsize=(6, 4), gridspec_kw={"width_ratios": [2, 1]})
    figure.suptitle(f"Case {k}")
    grid[0, 0].semilogy(10.0 ** np.arange(-3, k + 1))
    grid[0, 0].set(title="Logarithm", ylabel="loss")
    figure.colorbar(grid[0, 1].imshow(np.arange(9).reshape(3, 3) * 10**k), ax=grid[0, 1])
    grid[1, 0].plot(np.arange(5) * 1e6 + k)
    grid[1, 0].twinx().plot(np.arange(5) ** 2)
    grid[1, 1].set(xlim=(3, -k), aspect="equal", xlabel="turned round")
    grid[1, 1].xaxis.tick_top()


def plainly(call: Callable[[], Any]) -> np.ndarray:
    """Draw as Matplotlib does by itself."""
    with plt.ioff():
        call()
        figure = plt.gcf()
        figure.set_dpi(144)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        plt.close(figure)
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


@pytest.fixture(autouse=True)
def no_figures():
    plt.close("all")
    yield
    plt.close("all")


def test_paint_closes_what_it_opened_and_keeps_what_was_open() -> None:
    mine = plt.figure()
    other = plt.figure()
    plt.figure(mine.number)
    picture = paint(partial(line, 2))
    assert picture.shape == (360, 576, 3)
    assert plt.get_fignums() == [mine.number, other.number]
    assert plt.gcf() is mine
    assert mine.axes == []


def test_a_figure_of_the_callers_keeps_its_canvas_and_its_ways() -> None:
    mine, ax = plt.subplots(dpi=50)
    canvas = mine.canvas
    picture = paint(lambda: mine)
    assert picture.shape == (int(4.8 * 144), int(6.4 * 144), 3)
    assert mine.canvas is canvas
    assert canvas.figure is mine
    assert mine.dpi == 50
    assert "_update_ticks" not in vars(ax.xaxis)


def test_paint_closes_figures_when_drawing_fails() -> None:
    def broken() -> None:
        plt.subplots()
        raise RuntimeError("no data")

    with pytest.raises(RuntimeError, match="no data"):
        paint(broken)
    assert plt.get_fignums() == []


def test_paint_takes_current_figure_own_figure_or_returned_figure() -> None:
    def on_current() -> None:
        plt.plot([0, 1])

    def returned() -> Figure:
        first, ax = plt.subplots(figsize=(2, 2))
        ax.plot([0, 1])
        plt.subplots(figsize=(3, 3))
        return first

    assert paint(on_current).min() < 200
    assert paint(returned).shape == (288, 288, 3)
    assert plt.get_fignums() == []


def test_paint_refuses_an_empty_figure() -> None:
    with pytest.raises(ValueError, match="draw must leave a drawing"):
        paint(lambda: None)


def test_paint_keeps_settings_and_flattens_transparency() -> None:
    def settings() -> None:
        plt.rcParams["font.size"] = 40
        fig, _ = plt.subplots()
        fig.patch.set_alpha(0)

    size = plt.rcParams["font.size"]
    picture = paint(settings)
    assert picture[1, 1].tolist() == [255, 255, 255]
    assert plt.rcParams["font.size"] == size


def test_the_pixels_are_those_of_matplotlib() -> None:
    painter = Painter()
    with plt.rc_context(style()):
        for k in (1, 3, 2):
            np.testing.assert_array_equal(painter.paint(partial(panels, k)), plainly(partial(panels, k)))
        # The canvas is used again for a figure of another size.
        np.testing.assert_array_equal(painter.paint(partial(line, 1)), plainly(partial(line, 1)))


def test_ticks_are_placed_once_as_long_as_nothing_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    placed: list[tuple[Axis, tuple[float, ...]]] = []
    place = Axis._update_ticks

    def recorded(axis: Axis) -> Any:
        placed.append((axis, axis.axes.bbox.bounds))
        return place(axis)

    monkeypatch.setattr(Axis, "_update_ticks", recorded)
    with plt.rc_context(style()):
        paint(partial(panels, 2))
        once = len(placed)
        assert once < 1.2 * len(set(placed))
        placed.clear()
        plainly(partial(panels, 2))
        assert len(placed) > 3 * once


def test_ticks_follow_the_limits_and_the_place_of_the_axes() -> None:
    figure, ax = plt.subplots()
    with ticks_remembered(figure):
        ax.set_xlim(0, 1)
        first = [tick.get_loc() for tick in ax.xaxis._update_ticks()]
        ax.set_xlim(0, 100)
        second = [tick.get_loc() for tick in ax.xaxis._update_ticks()]
        ax.set_position((0, 0, 0.1, 0.1))
        third = [tick.get_loc() for tick in ax.xaxis._update_ticks()]
    assert first[-1] == 1
    assert second[-1] == 100
    assert len(third) < len(second)


def test_the_collector_rests_and_goes_on() -> None:
    """What is frozen may die meanwhile, so the counts are compared with room for a few."""
    assert gc.get_freeze_count() == 0
    with collector_at_rest():
        frozen = gc.get_freeze_count()
        assert frozen > 10_000
        fresh = [[number] for number in range(5000)]
        with collector_at_rest():
            assert abs(gc.get_freeze_count() - frozen) < len(fresh) / 2
        assert abs(gc.get_freeze_count() - frozen) < len(fresh) / 2
    assert gc.get_freeze_count() == 0
