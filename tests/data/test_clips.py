from collections import Counter
from itertools import product

import numpy as np
import pytest

from dlbook.data import (
    ACTIVITIES,
    CLIP_FRAMES,
    COLOURS,
    FRAME_SIDE,
    SHAPES,
    SPEEDS,
    describe_clip,
    moving_shapes,
)
from dlbook.data.captions import _stamp
from dlbook.data.clips import _way

PARTNERS = {"left": "right", "up": "down", "clockwise": "counterclockwise", "bounce": "bounce"}


def drawn(n_samples=300, seed=0, **keywords):
    return moving_shapes(n_samples, rng=np.random.default_rng(seed), **keywords)


def paths(activity, speed):
    """Return all ways of an activity, each with how often it occurs."""
    return Counter(
        tuple(map(tuple, _way(activity, speed, side, phase).tolist()))
        for side, phase in product(range(4), range(CLIP_FRAMES))
    )


# by hand


def test_captions_by_hand():
    assert describe_clip("red", "square", "left", "slowly") == "a red square moves left slowly"
    assert (
        describe_clip("blue", "circle", "clockwise", "quickly") == "a blue circle circles clockwise quickly"
    )
    assert describe_clip("green", "cross", "bounce", "slowly") == "a green cross bounces slowly"


def test_ways_by_hand():
    assert _way("left", 2, 0, 0)[:3].tolist() == [[0, 0], [0, -2], [0, -4]]
    assert _way("down", 1, 0, 0)[-1].tolist() == [7, 0]
    assert _way("bounce", 2, 2, 0).tolist() == [[-x, 0] for x in (0, 2, 4, 6, 6, 4, 2, 0)]
    # clockwise from three o'clock goes down first
    assert _way("clockwise", 1, 0, 0)[:3].tolist() == [[0, 0], [2, -1], [3, -3]]


# what is in it


def test_shapes_types_and_ranges():
    made = drawn(50)
    assert len(made) == len(made.captions) == len(made.activities) == 50
    assert made.frames.shape == (50, CLIP_FRAMES, FRAME_SIDE, FRAME_SIDE, 3)
    assert made.frames.dtype == np.float32
    assert 0 <= made.frames.min() < made.frames.max() <= 1
    assert made.places.shape == (50, CLIP_FRAMES, 2)
    assert 0 <= made.places.min() < made.places.max() < FRAME_SIDE


def test_the_same_generator_gives_the_same_clips():
    one, two, other = drawn(20, 3), drawn(20, 3), drawn(20, 4)
    np.testing.assert_array_equal(one.frames, two.frames)
    assert one.captions == two.captions
    assert one.captions != other.captions


def test_frames_drawn_pixel_by_pixel_are_the_same():
    made = drawn(40)
    for frames, caption, places in zip(made.frames, made.captions, made.places, strict=True):
        _, colour, shape, *_ = caption.split()
        stamp = _stamp(shape, 5)
        for frame, (row, column) in zip(frames, places, strict=True):
            clean = np.full((FRAME_SIDE, FRAME_SIDE, 3), 0.1)
            for i, j in product(range(5), range(5)):
                pixel = clean[(row + i) % FRAME_SIDE, (column + j) % FRAME_SIDE]
                pixel += stamp[i, j] * (np.array(COLOURS[colour]) - 0.1)
            assert abs(frame - clean).max() < 0.3  # noise of 0.05
            assert abs(frame - clean).mean() < 0.06


def test_captions_and_places_agree():
    made = drawn(400)
    steps = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}
    for caption, activity, places in zip(made.captions, made.activities, made.places, strict=True):
        assert activity in caption
        speed = SPEEDS[caption.split()[-1]]
        if activity in steps:
            moved = (places - places[0]) % FRAME_SIDE
            expected = speed * np.arange(CLIP_FRAMES)[:, None] * np.array(steps[activity]) % FRAME_SIDE
            np.testing.assert_array_equal(moved, expected)


# what must hold


@pytest.mark.parametrize("speed", [1, 2])
@pytest.mark.parametrize(("one", "other"), PARTNERS.items())
def test_backwards_each_activity_is_its_partner(one, other, speed):
    backwards = Counter()
    for path, times in paths(one, speed).items():
        last = path[-1]
        backwards[tuple((r - last[0], c - last[1]) for r, c in path[::-1])] += times
    assert backwards == paths(other, speed)


def test_no_other_two_activities_have_the_same_frames():
    sets = {
        activity: {
            (speed, tuple(sorted((r - min(path)[0], c - min(path)[1]) for r, c in path)))
            for speed in SPEEDS.values()
            for path in paths(activity, speed)
        }
        for activity in ACTIVITIES
    }
    for one, other in product(ACTIVITIES, ACTIVITIES):
        if one != other and PARTNERS.get(one) != other and PARTNERS.get(other) != one:
            assert not sets[one] & sets[other]


def test_a_single_frame_is_equally_probable_under_all_activities():
    made = drawn(4000)
    for frame in (0, 4, 7):
        for activity in ACTIVITIES:
            places = made.places[np.array(made.activities) == activity, frame]
            assert np.bincount(places.ravel(), minlength=FRAME_SIDE).min() > 0.5 * places.size / FRAME_SIDE


def test_all_words_occur_equally_often():
    made = drawn(4000)
    for words in (COLOURS, SHAPES, SPEEDS):
        seen = Counter(word for caption in made.captions for word in caption.split() if word in words)
        assert set(seen) == set(words)
        assert max(seen.values()) < 1.15 * min(seen.values())
    assert max(Counter(made.activities).values()) < 1.25 * min(Counter(made.activities).values())


def test_only_the_given_activities_occur():
    assert set(drawn(100, activities=("up", "bounce")).activities) == {"up", "bounce"}
    assert set(drawn(1, activities=["left"]).activities) == {"left"}


# bad input


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"n_samples": 0}, "n_samples must be a whole number of at least 1, got 0"),
        ({"rng": 0}, "rng must be a numpy.random.Generator"),
        ({"activities": ()}, "activities must hold at least one activity, got none"),
        ({"activities": ("left", "left")}, "activities must all differ"),
        ({"activities": ("hop",)}, "activities must be"),
        ({"activities": "left"}, "activities must be"),
    ],
)
def test_bad_input(keywords, message):
    given = {"n_samples": 3, "rng": np.random.default_rng(0)} | keywords
    with pytest.raises(ValueError, match=message):
        moving_shapes(given.pop("n_samples"), **given)


@pytest.mark.parametrize(("position", "name"), [(0, "colour"), (1, "shape"), (2, "activity"), (3, "speed")])
def test_unknown_words(position, name):
    words = ["red", "square", "left", "slowly"]
    words[position] = "odd"
    with pytest.raises(ValueError, match=f"{name} must be"):
        describe_clip(*words)
