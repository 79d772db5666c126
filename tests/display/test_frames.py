"""Pictures: size, colours, budget."""

import base64
import io
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from dlbook.display import frames
from dlbook.display.painting import Painter


def line(slope: float) -> None:
    _, ax = plt.subplots(figsize=(4, 2.5))
    ax.plot([0, 1], [0, slope], color="#0072b2", lw=4)
    ax.set_ylim(0, 5)


def noise(seed: int) -> None:
    _, ax = plt.subplots(figsize=(4, 2.5))
    ax.imshow(np.random.default_rng(seed).random((200, 320, 3)))


def shown(made: frames.Frames) -> list[np.ndarray]:
    """Return the pictures as a page shows them: each on top of the first."""
    pictures = []
    for url in made.urls:
        head, body = url.split(",")
        assert head == "data:image/webp;base64"
        layer = Image.open(io.BytesIO(base64.b64decode(body)))
        assert layer.format == "WEBP"
        pictures.append(layer.convert("RGBA"))
    return [np.asarray(Image.alpha_composite(pictures[0], layer).convert("RGB")) for layer in pictures]


@pytest.fixture(autouse=True)
def no_figures():
    plt.close("all")
    yield
    plt.close("all")


def test_wide_figures_stay_within_the_column() -> None:
    def wide() -> None:
        plt.subplots(figsize=(14, 3))

    made = frames.render("explore", [wide], max_kilobytes=600)
    assert (made.width, made.height) == (720, 154)


def test_render_gives_one_size_and_one_picture_for_each_distinct_case() -> None:
    made = frames.render("explore", [partial(line, k) for k in (1, 2, 1, 3)], max_kilobytes=600)
    assert made.index == (0, 1, 0, 2)
    assert {picture.shape for picture in shown(made)} == {(360, 576, 3)}
    assert (made.width, made.height, made.scale) == (384, 240, 1.5)
    assert made.n_bytes == sum(len(base64.b64decode(url.split(",")[1])) for url in made.urls)


def test_drawings_keep_their_colours_and_do_not_flicker() -> None:
    calls = [partial(line, k) for k in range(6)]
    painted = [Painter().paint(call).astype(int) for call in calls]
    pictures = [picture.astype(int) for picture in shown(frames.render("explore", calls, max_kilobytes=600))]
    for before, after in zip(painted, pictures, strict=True):
        assert len(np.unique(after.reshape(-1, 3), axis=0)) <= frames.N_COLOURS
        for colour in ((255, 255, 255), (0, 0x72, 0xB2)):
            at = (before == colour).all(axis=-1)
            assert at.sum() > 100
            np.testing.assert_array_equal(after[at], before[at])
        assert np.abs(after - before).mean() < 1.0
    same = (painted[1] == painted[2]).all(axis=-1)
    np.testing.assert_array_equal(pictures[1][same], pictures[2][same])


def test_drawings_after_the_first_hold_only_what_differs() -> None:
    alone = [frames.render("explore", [partial(line, k)], max_kilobytes=600).n_bytes for k in range(4)]
    together = frames.render("explore", [partial(line, k) for k in range(4)], max_kilobytes=600)
    assert together.n_bytes < 0.6 * sum(alone)


def test_pictures_over_the_budget_lose_sharpness_first() -> None:
    calls = [partial(line, k) for k in range(8)]
    sharp = frames.render("explore", calls, max_kilobytes=600)
    plain = frames.render("explore", calls, max_kilobytes=sharp.n_bytes / 1000 - 1)
    assert (sharp.scale, plain.scale) == (1.5, 1.0)
    assert plain.n_bytes < sharp.n_bytes - 1000
    assert (plain.width, plain.height) == (sharp.width, sharp.height)
    assert shown(plain)[0].shape == (240, 384, 3)


def test_error_over_the_budget_says_how_many_kilobytes_and_what_fits() -> None:
    calls = [partial(noise, seed) for seed in range(4)]
    with pytest.raises(ValueError, match=r"animate made \d+ KB .* 4 frames.*max_kilobytes=20:.*photo=True"):
        frames.render("animate", calls, max_kilobytes=20)
    assert plt.get_fignums() == []


def test_photographs_are_smaller_and_closer_with_photo() -> None:
    x, y = np.meshgrid(np.linspace(0, 6, 400), np.linspace(0, 4, 250))
    grain = np.random.default_rng(0).normal(0, 0.02, (250, 400, 3))
    smooth = np.stack([np.sin(x + y), np.cos(x - y), np.sin(2 * x)], axis=-1) / 2.2 + 0.5 + grain

    def scene() -> None:
        _, ax = plt.subplots(figsize=(4, 2.5))
        ax.imshow(smooth.clip(0, 1))
        ax.axis("off")

    painted = Painter().paint(scene).astype(int)
    drawing = frames.render("explore", [scene], max_kilobytes=600)
    photo = frames.render("explore", [scene], max_kilobytes=600, photo=True)
    assert photo.n_bytes < drawing.n_bytes / 2
    error = [np.abs(shown(made)[0].astype(int) - painted).mean() for made in (photo, drawing)]
    assert error[0] < error[1]


def test_figures_of_different_sizes_are_refused() -> None:
    def growing(size: int) -> None:
        plt.subplots(figsize=(size, 2))

    with pytest.raises(ValueError, match=r"explore, frame 1 is 288 x 288 pixels, frame 2 is 432 x 288"):
        frames.render("explore", [partial(growing, size) for size in (2, 3)], max_kilobytes=600)
