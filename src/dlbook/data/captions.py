"""Pictures with one to five coloured shapes, the sentence that describes them, and the truth about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import checks

COLOURS = {
    "red": (0.90, 0.20, 0.15),
    "green": (0.15, 0.70, 0.25),
    "blue": (0.20, 0.35, 0.95),
    "yellow": (0.95, 0.85, 0.20),
}
"""The colours of the objects, as shares of red, green and blue."""

SHAPES = ("circle", "square", "triangle", "cross")
"""The shapes of the objects."""

SIZES = {"small": 5, "large": 7}
"""The sizes of the objects, in pixels."""

PICTURE_SIDE = 24
"""Height and width of a picture, in pixels: three by three cells of eight."""

_CELL, _CELLS = 8, 3
_MOST = 2 * _CELLS - 1  # cells on a way that only goes right and down
_GREY, _NOISE = 0.1, 0.05  # brightness of the background, standard deviation of each pixel's noise
_FINE = 6  # points along a pixel at which a shape is looked up


class PictureObject(NamedTuple):
    """What is true of one object.

    Parameters
    ----------
    size, colour, shape : str
        Its size, colour and shape, in the words of the captions.
    cell : tuple of int
        Row and column of its cell, from 0 to 2, counted from the top and from the left.
    box : tuple of int
        First row, first column, and the row and column after the last ones: it is
        ``picture[r0:r1, c0:c1]`` for the box ``(r0, c0, r1, c1)``.
    """

    size: str
    colour: str
    shape: str
    cell: tuple[int, int]
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class CaptionedPictures:
    """Pictures, their captions, and the truth behind them.

    Parameters
    ----------
    pictures : ndarray of float32, shape (n_samples, 24, 24, 3)
        Shares of red, green and blue from 0 to 1.
    captions : tuple of str
        One sentence a picture.
    objects : tuple of tuple of PictureObject
        The objects of each picture, in the order of its caption.
    masks : ndarray of bool, shape (n_samples, most_objects, 24, 24)
        The pixels of each object, in the same order; all False where a picture has no such object.
    """

    pictures: NDArray[np.float32]
    captions: tuple[str, ...]
    objects: tuple[tuple[PictureObject, ...], ...]
    masks: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.captions)


def captioned_pictures(
    n_samples: int,
    *,
    rng: np.random.Generator,
    n_objects: int | Sequence[int] = (1, 2, 3),
    sizes: bool = True,
    combinations: Iterable[tuple[str, str]] | None = None,
) -> CaptionedPictures:
    """Draw pictures of coloured shapes with the captions that describe them.

    Parameters
    ----------
    n_samples : int
        Number of pictures, at least 1.
    rng : numpy.random.Generator
        Source of randomness.
    n_objects : int or sequence of int, default (1, 2, 3)
        How many objects a picture may have, from 1 to 5; each number is drawn equally often.
    sizes : bool, default True
        Whether the captions say the sizes: "a small red circle" in place of "a red circle".
    combinations : iterable of (str, str), optional
        The pairs of colour and shape that may occur. All sixteen if not given.

    Returns
    -------
    CaptionedPictures
        The pictures.

    Raises
    ------
    ValueError
        If a number is not whole or out of range, `rng` is no generator, or `combinations` is empty, repeats a
        pair or holds a colour or shape that does not exist.

    Notes
    -----
    The picture has three by three cells. The objects stand on a way through them that only goes to the right
    and down, by one or two cells: each such way is equally probable. The caption follows it and says of each
    object how it stands to the next, "left of" in one row and "above" in one column. So a picture has exactly
    one caption. Size, colour, shape and the place within the cell are drawn for each object on their own.
    Each pixel gets normal noise of standard deviation 0.05.

    Examples
    --------
    >>> made = captioned_pictures(3, rng=np.random.default_rng(6))
    >>> made.pictures.shape, made.masks.shape
    ((3, 24, 24, 3), (3, 3, 24, 24))
    >>> print(made.captions[0])
    a large green square above a small yellow cross
    >>> made.objects[0][0]
    PictureObject(size='large', colour='green', shape='square', cell=(0, 1), box=(1, 8, 8, 15))
    """
    n_samples = checks.count(n_samples, "n_samples")
    checks.rng(rng)
    numbers = _numbers(n_objects)
    pairs = _pairs(combinations)
    checks.room((n_samples, max(numbers), PICTURE_SIDE, PICTURE_SIDE), "n_samples")

    counts = rng.choice(numbers, n_samples)
    pictures = np.full((n_samples, PICTURE_SIDE, PICTURE_SIDE, 3), _GREY)
    masks = np.zeros((n_samples, max(numbers), PICTURE_SIDE, PICTURE_SIDE), dtype=bool)
    scenes = []
    for i, n in enumerate(counts):
        ways = _ways(int(n))
        scene = tuple(_draw_object(cell, pairs, rng) for cell in ways[rng.integers(len(ways))])
        for k, thing in enumerate(scene):
            r0, c0, r1, c1 = thing.box
            cover = _stamp(thing.shape, r1 - r0)
            part = pictures[i, r0:r1, c0:c1]
            part += cover[..., None] * (np.array(COLOURS[thing.colour]) - part)
            masks[i, k, r0:r1, c0:c1] = cover >= 0.5
        scenes.append(scene)
    pictures += _NOISE * rng.standard_normal(pictures.shape)
    captions = tuple(describe_objects(scene, sizes=sizes) for scene in scenes)
    return CaptionedPictures(np.clip(pictures, 0, 1).astype(np.float32), captions, tuple(scenes), masks)


def describe_objects(objects: Sequence[PictureObject], *, sizes: bool = True) -> str:
    """Write the caption of a picture.

    Parameters
    ----------
    objects : sequence of PictureObject
        Its objects, in the order of the caption: each to the right of the one before, or below it.
    sizes : bool, default True
        Whether to say the sizes.

    Returns
    -------
    str
        The caption.

    Raises
    ------
    ValueError
        If there is no object, or one stands neither to the right of the one before nor below it.

    Examples
    --------
    >>> first = PictureObject("small", "red", "circle", (0, 0), (1, 1, 6, 6))
    >>> second = PictureObject("large", "blue", "cross", (0, 2), (0, 17, 7, 24))
    >>> describe_objects([first, second])
    'a small red circle left of a large blue cross'
    >>> describe_objects([first, second], sizes=False)
    'a red circle left of a blue cross'
    """
    try:
        scene = tuple(objects)
    except TypeError:
        scene = ()
    if not scene or not all(isinstance(thing, PictureObject) for thing in scene):
        raise ValueError(
            f"objects must hold at least one PictureObject and nothing else, got {objects!r:.80}"
        )
    words: list[str] = []
    for before, thing in zip((None, *scene), scene, strict=False):
        if before is not None:
            words.append(_relation(before.cell, thing.cell))
        words += ["a", *([thing.size] if sizes else []), thing.colour, thing.shape]
    return " ".join(words)


def _relation(first: tuple[int, int], second: tuple[int, int]) -> str:
    """Say how one cell stands to another, to its right or below it."""
    down, right = second[0] - first[0], second[1] - first[1]
    if down == 0 and right > 0:
        return "left of"
    if right == 0 and down > 0:
        return "above"
    raise ValueError(
        f"objects must each stand to the right of the one before or below it, got {second} after {first}"
    )


def _numbers(n_objects: int | Sequence[int]) -> list[int]:
    """Return how many objects a picture may have."""
    given = [n_objects] if not isinstance(n_objects, Iterable) else list(n_objects)
    if not given:
        raise ValueError("n_objects must hold at least one number, got none")
    return [checks.count(n, "n_objects", 1, _MOST) for n in given]


def _pairs(combinations: Iterable[tuple[str, str]] | None) -> list[tuple[str, str]]:
    """Return the pairs of colour and shape that may occur."""
    every = list(product(COLOURS, SHAPES))
    try:
        given = every if combinations is None else [tuple(pair) for pair in combinations]
    except TypeError:
        raise ValueError(
            f"combinations must be pairs of a colour and a shape, got {combinations!r:.80}"
        ) from None
    if not given:
        raise ValueError("combinations must hold at least one pair of colour and shape, got none")
    for pair in given:
        if pair not in every:
            raise ValueError(f"combinations must be pairs of a colour and a shape, got {pair!r}")
    if len(set(given)) < len(given):
        raise ValueError(f"combinations must all differ, got {given!r:.80}")
    return given  # type: ignore[return-value]  # each is one of `every`


@cache
def _ways(n: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return all ways through n cells that only go right and down."""
    cells = list(product(range(_CELLS), repeat=2))
    if n == 1:
        return tuple((cell,) for cell in cells)  # type: ignore[misc]
    return tuple(
        (*way, (r, c))
        for way in _ways(n - 1)
        for r, c in cells
        if (r == way[-1][0] and c > way[-1][1]) or (c == way[-1][1] and r > way[-1][0])
    )


def _draw_object(
    cell: tuple[int, int], pairs: list[tuple[str, str]], rng: np.random.Generator
) -> PictureObject:
    """Draw size, colour, shape and place of the object in a cell."""
    size = list(SIZES)[rng.integers(len(SIZES))]
    colour, shape = pairs[rng.integers(len(pairs))]
    side = SIZES[size]
    top, left = (_CELL * place + int(rng.integers(_CELL - side + 1)) for place in cell)
    return PictureObject(size, colour, shape, cell, (top, left, top + side, left + side))


@cache
def _stamp(shape: str, side: int) -> NDArray[np.float64]:
    """Return which share of each pixel a shape covers, of shape (side, side)."""
    fine = (np.arange(side * _FINE) + 0.5) / (side * _FINE)  # places from 0 to 1
    y, x = fine[:, None], fine[None, :]
    inside = {
        "circle": (x - 0.5) ** 2 + (y - 0.5) ** 2 <= 0.25,
        "square": (x >= 0) & (y >= 0),
        "triangle": abs(x - 0.5) <= y / 2,
        "cross": (abs(x - 0.5) <= 1 / 6) | (abs(y - 0.5) <= 1 / 6),
    }[shape]
    return inside.reshape(side, _FINE, side, _FINE).mean(axis=(1, 3))
