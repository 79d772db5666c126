"""Short clips of one moving shape, what it does in them, and the sentence that says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from .. import checks
from .captions import COLOURS, SHAPES, _stamp

ACTIVITIES = ("left", "right", "up", "down", "clockwise", "counterclockwise", "bounce")
"""What a shape does in a clip. The first four are the directions in which it can move."""

SPEEDS = {"slowly": 1, "quickly": 2}
"""How many pixels a shape moves from one frame to the next."""

CLIP_FRAMES = 8
"""Number of frames of a clip."""

FRAME_SIDE = 16
"""Height and width of a frame, in pixels."""

_SHAPE_SIDE = 5
_GREY, _NOISE = 0.1, 0.05  # brightness of the background, standard deviation of each pixel's noise
_STEPS = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}
_BOUNCE = (0, 1, 2, 3, 3, 2, 1, 0)  # the same forwards and backwards
_RING = ((0, 3), (2, 2), (3, 0), (2, -2), (0, -3), (-2, -2), (-3, 0), (-2, 2))  # clockwise, as rows go down


@dataclass(frozen=True)
class Clips:
    """Clips, and the truth about them.

    Parameters
    ----------
    frames : ndarray of float32, shape (n_samples, 8, 16, 16, 3)
        Shares of red, green and blue from 0 to 1.
    captions : tuple of str
        One sentence a clip.
    activities : tuple of str
        What the shape does, one of `ACTIVITIES` a clip.
    places : ndarray of int, shape (n_samples, 8, 2)
        Row and column of the shape's upper left corner in each frame, from 0 to 15.
    """

    frames: NDArray[np.float32]
    captions: tuple[str, ...]
    activities: tuple[str, ...]
    places: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of clips."""
        return len(self.captions)


def moving_shapes(
    n_samples: int, *, rng: np.random.Generator, activities: Sequence[str] = ACTIVITIES
) -> Clips:
    """Draw clips of one coloured shape that moves.

    Parameters
    ----------
    n_samples : int
        Number of clips, at least 1.
    rng : numpy.random.Generator
        Source of randomness.
    activities : sequence of str, default ACTIVITIES
        What may happen in a clip; each activity is drawn equally often.

    Returns
    -------
    Clips
        The clips.

    Raises
    ------
    ValueError
        If `n_samples` is no whole number from 1 up, `rng` is no generator, or `activities` is empty, repeats
        one or holds one that does not exist.

    Notes
    -----
    Colour, shape, speed, activity and the place in the first frame are drawn on their own, all equally
    probable. What leaves the frame on one side comes back on the other, so that each single frame is equally
    probable under all activities. Each activity has a partner, which is what a clip shows when it is played
    backwards: left and right, up and down, clockwise and counterclockwise. Bounce, which goes four frames one
    way and four back, is its own partner. So frames without their order do not tell an activity from its
    partner.

    Each pixel of each frame gets normal noise of standard deviation 0.05.

    Examples
    --------
    >>> made = moving_shapes(3, rng=np.random.default_rng(0))
    >>> made.frames.shape
    (3, 8, 16, 16, 3)
    >>> print(made.captions[0])
    a yellow square circles counterclockwise slowly
    >>> made.places[0, :3].tolist()
    [[8, 9], [9, 7], [11, 6]]
    """
    n_samples = checks.count(n_samples, "n_samples")
    checks.rng(rng)
    names = _activities(activities)
    checks.room((n_samples, CLIP_FRAMES, FRAME_SIDE, FRAME_SIDE, 3), "n_samples")

    colour, shape = (rng.integers(len(words), size=n_samples) for words in (COLOURS, SHAPES))
    speed, activity = (rng.integers(len(words), size=n_samples) for words in (SPEEDS, names))
    first = rng.integers(FRAME_SIDE, size=(n_samples, 1, 2))
    turn = rng.integers(4, size=n_samples), rng.integers(CLIP_FRAMES, size=n_samples)

    pace = list(SPEEDS.values())
    ways = [_way(names[a], pace[v], *which) for a, v, *which in zip(activity, speed, *turn, strict=True)]
    places = (first + np.array(ways)) % FRAME_SIDE
    frames = _draw(places, shape, np.array(list(COLOURS.values()))[colour])
    frames += np.float32(_NOISE) * rng.standard_normal(frames.shape, dtype=np.float32)
    words = (tuple(COLOURS), SHAPES, names, tuple(SPEEDS))
    said = [
        describe_clip(*(part[i] for part, i in zip(words, ids, strict=True)))
        for ids in zip(colour, shape, activity, speed, strict=True)
    ]
    return Clips(np.clip(frames, 0, 1), tuple(said), tuple(names[a] for a in activity), places)


def describe_clip(colour: str, shape: str, activity: str, speed: str) -> str:
    """Write the caption of a clip.

    Parameters
    ----------
    colour, shape, activity, speed : str
        One of `COLOURS`, `SHAPES`, `ACTIVITIES` and `SPEEDS`.

    Returns
    -------
    str
        The caption.

    Raises
    ------
    ValueError
        If a word is none of these.

    Examples
    --------
    >>> describe_clip("red", "square", "left", "slowly")
    'a red square moves left slowly'
    >>> describe_clip("blue", "cross", "bounce", "quickly")
    'a blue cross bounces quickly'
    """
    checks.choice(colour, "colour", COLOURS)
    checks.choice(shape, "shape", SHAPES)
    checks.choice(activity, "activity", ACTIVITIES)
    checks.choice(speed, "speed", SPEEDS)
    verb = "bounces" if activity == "bounce" else f"{'moves' if activity in _STEPS else 'circles'} {activity}"
    return f"a {colour} {shape} {verb} {speed}"


def _activities(given: Sequence[str]) -> tuple[str, ...]:
    """Return which activities may occur."""
    names = checks.texts(given, "activities")
    if not names:
        raise ValueError("activities must hold at least one activity, got none")
    for name in names:
        checks.choice(name, "activities", ACTIVITIES)
    if len(set(names)) < len(names):
        raise ValueError(f"activities must all differ, got {names!r}")
    return names


@cache
def _way(activity: str, speed: int, side: int, phase: int) -> NDArray[np.int64]:
    """Return how far the shape is from its place in the first frame, of shape (8, 2)."""
    times = np.arange(CLIP_FRAMES)
    if activity in _STEPS:
        return speed * times[:, None] * np.array(_STEPS[activity])
    if activity == "bounce":
        return speed * np.array(_BOUNCE)[:, None] * np.array(list(_STEPS.values())[side])
    sense = 1 if activity == "clockwise" else -1
    ring = np.array(_RING)[(phase + sense * speed * times) % len(_RING)]
    return ring - ring[0]


@cache
def _canvases() -> NDArray[np.float32]:
    """Return which share of each pixel a shape covers in the upper left corner, of shape (4, 16, 16)."""
    canvases = np.zeros((len(SHAPES), FRAME_SIDE, FRAME_SIDE), dtype=np.float32)
    for canvas, shape in zip(canvases, SHAPES, strict=True):
        canvas[:_SHAPE_SIDE, :_SHAPE_SIDE] = _stamp(shape, _SHAPE_SIDE)
    return canvases


def _draw(
    places: NDArray[np.int64], shape: NDArray[np.int64], colour: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Draw the shapes on grey, of shape (n_samples, 8, 16, 16, 3)."""
    pixels = np.arange(FRAME_SIDE)
    rows = (pixels - places[..., :1]) % FRAME_SIDE  # (sample, frame, row)
    columns = (pixels - places[..., 1:]) % FRAME_SIDE
    cover = _canvases()[shape[:, None, None, None], rows[..., :, None], columns[..., None, :]]
    difference = (colour - _GREY).astype(np.float32)[:, None, None, None]
    return cover[..., None] * difference + np.float32(_GREY)
