"""Pictures with a planted shortcut: a stamp in the corner that goes with the class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from .captions import PICTURE_SIDE, captioned_pictures

STAMPED_SHAPES: tuple[str, ...] = ("circle", "square")
"""The classes 0 and 1 of `stamped_pictures`."""

STAMP_CELL: tuple[int, int] = (2, 2)
"""Row and column of the cell with the stamp, of three by three."""

_STAMP = 3  # side of the stamp, in pixels
_COLOURS = np.array([(0.60, 0.20, 0.70), (0.95, 0.95, 0.95)])  # purple for class 0, white for class 1


@dataclass(frozen=True)
class StampedPictures:
    """Pictures of one object each, some with a stamp in the corner.

    Parameters
    ----------
    pictures : ndarray of float32, shape (n_samples, 24, 24, 3)
        Shares of red, green and blue from 0 to 1.
    labels : ndarray of int, shape (n_samples,)
        The class: 0 for a circle, 1 for a square.
    stamps : ndarray of int, shape (n_samples,)
        For which class the stamp stands, -1 where there is none.
    cells : ndarray of int, shape (n_samples, 2)
        Row and column of the object's cell, of three by three; never that of the stamp.
    """

    pictures: NDArray[np.float32]
    labels: NDArray[np.int64]
    stamps: NDArray[np.int64]
    cells: NDArray[np.int64]


def stamped_pictures(
    n_samples: int, *, rng: np.random.Generator, agreement: float = 1.0, share: float = 1.0
) -> StampedPictures:
    """Draw pictures of a circle or a square, with a stamp that tells the class.

    Parameters
    ----------
    n_samples : int
        Number of pictures, at least 1.
    rng : numpy.random.Generator
        Source of randomness.
    agreement : float, default 1.0
        Probability that a stamp stands for the class of its picture, from 0 to 1. At 0.5 it says nothing.
    share : float, default 1.0
        Probability that a picture has a stamp, from 0 to 1, whatever its class.

    Returns
    -------
    StampedPictures
        The pictures.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The objects are those of `captioned_pictures`, of any size and colour, in one of the eight cells without a
    stamp. The stamp is 3 by 3 pixels in the lower right corner, purple for a circle and white for a square.

    Examples
    --------
    >>> made = stamped_pictures(6, rng=np.random.default_rng(1), agreement=0.5, share=0.5)
    >>> made.labels, made.stamps
    (array([0, 1, 0, 0, 0, 0]), array([ 1, -1,  0, -1, -1, -1]))
    """
    n_samples = checks.count(n_samples, "n_samples")
    checks.rng(rng)
    agreement = checks.probability(agreement, "agreement")
    share = checks.probability(share, "share")
    pairs = [(colour, shape) for colour in ("red", "green", "blue", "yellow") for shape in STAMPED_SHAPES]
    pictures, things = np.empty((0, PICTURE_SIDE, PICTURE_SIDE, 3), np.float32), []  # type: ignore[var-annotated]
    while len(things) < n_samples:
        drawn = captioned_pictures(n_samples, rng=rng, n_objects=1, combinations=pairs)
        free = [i for i, objects in enumerate(drawn.objects) if objects[0].cell != STAMP_CELL]
        pictures = np.concatenate([pictures, drawn.pictures[free]])
        things += [drawn.objects[i][0] for i in free]
    things = things[:n_samples]
    labels = np.array([STAMPED_SHAPES.index(thing.shape) for thing in things])
    stamps = np.where(rng.random(n_samples) < agreement, labels, 1 - labels)
    stamps = np.where(rng.random(n_samples) < share, stamps, -1)
    cells = np.array([thing.cell for thing in things])
    return StampedPictures(stamp(pictures[:n_samples], stamps), labels, stamps, cells)


def stamp(pictures: ArrayLike, stamps: ArrayLike) -> NDArray[np.float32]:
    """Paint the stamps of `stamped_pictures` on copies of pictures.

    Parameters
    ----------
    pictures : array_like of shape (n_samples, 24, 24, 3)
        The pictures.
    stamps : array_like of int, of shape (n_samples,)
        0 or 1 for the class that the stamp stands for, -1 for none: then the corner stays as it is.

    Returns
    -------
    ndarray of float32, shape (n_samples, 24, 24, 3)
        The stamped pictures.

    Raises
    ------
    ValueError
        If shapes do not fit, or a stamp is not -1, 0 or 1.

    Examples
    --------
    >>> stamp(np.zeros((2, 24, 24, 3)), [1, -1])[:, -1, -1, 0].round(2)
    array([0.95, 0.  ], dtype=float32)
    """
    given = checks.array(pictures, "pictures", ("n_samples", PICTURE_SIDE, PICTURE_SIDE, 3))
    kinds = checks.integers(stamps, "stamps", (len(given),), least=-1, most=1)
    result = given.astype(np.float32)  # a copy
    there = kinds >= 0
    result[there, -_STAMP:, -_STAMP:] = _COLOURS[kinds[there], None, None]
    return result
