"""Pictures of one drawing function, all of one size and small enough for a page."""

import base64
import hashlib
import io
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import panels
from .painting import PLAIN, SHARP, Painter, collector_at_rest

N_COLOURS = 64
PALETTE_PIXELS = 2_000_000


@dataclass(frozen=True)
class Frames:
    """The pictures of every case, encoded.

    Parameters
    ----------
    urls : tuple of str
        The distinct pictures as data addresses, in order of first use. The first is whole. The others lie on
        top of it: a drawing holds what differs from the first and is transparent elsewhere.
    index : tuple of int
        For every case, the position of its picture in `urls`.
    width, height : int
        Size on the page in CSS pixels.
    n_bytes : int
        Size of all distinct pictures.
    scale : float
        Picture pixels for one CSS pixel.
    panels : tuple of (float, float)
        What stands side by side in all pictures: left and right end of each part, as fractions of the width.
        Empty where the pictures cannot be cut.
    """

    urls: tuple[str, ...]
    index: tuple[int, ...]
    width: int
    height: int
    n_bytes: int
    scale: float
    panels: tuple[panels.Gap, ...]


def png(picture: np.ndarray) -> bytes:
    """Encode one picture quickly, without loss.

    Parameters
    ----------
    picture : numpy.ndarray of shape (height, width, 3)
        The picture.

    Returns
    -------
    bytes
        A PNG file.
    """
    return _encoded(picture, "PNG", compress_level=3)


def render(
    name: str, calls: Sequence[Callable[[], Any]], *, max_kilobytes: float, photo: bool = False
) -> Frames:
    """Draw every case and encode the pictures.

    The pictures have 1.5 pixels for a CSS pixel. Where that takes more than `max_kilobytes` they are drawn
    again with one.

    Parameters
    ----------
    name : str
        The public function, for messages.
    calls : sequence of callable
        Draws one case each.
    max_kilobytes : float
        Limit for the sum of the distinct pictures, in thousands of bytes.
    photo : bool
        Encode as a photograph, not with a palette.

    Returns
    -------
    Frames
        The pictures.

    Raises
    ------
    ValueError
        If the pictures differ in size or take too many kilobytes.
    """
    for scale in (SHARP, PLAIN):
        painter = Painter(scale)
        with collector_at_rest():
            pictures = [painter.paint(call) for call in calls]
        _check_sizes(name, pictures)
        files, index = _photographs(pictures) if photo else _drawings(pictures)
        n_bytes = sum(map(len, files))
        if n_bytes <= max_kilobytes * 1000:
            height, width, _ = pictures[0].shape
            return Frames(
                urls=tuple(data_url(file, "image/webp") for file in files),
                index=index,
                width=round(width / scale),
                height=round(height / scale),
                n_bytes=n_bytes,
                scale=scale,
                panels=panels.cut(panels.common(painter.gaps)),
            )
    fitting = math.floor(max_kilobytes * 1000 / n_bytes * len(files))
    advice = "draw less detail, or draw a smaller figure"
    if not photo:
        advice += " (photo=True suits photographs)"
    raise ValueError(
        f"{name} made {math.ceil(n_bytes / 1000)} KB of pictures in {len(files)} frames, more than "
        f"max_kilobytes={max_kilobytes:g}: give fewer values (about {fitting} frames would fit), {advice}"
    )


def data_url(file: bytes, mime: str) -> str:
    """Return a file as a data address.

    Parameters
    ----------
    file : bytes
        Content.
    mime : str
        Media type.

    Returns
    -------
    str
        ``data:...;base64,...``
    """
    return f"data:{mime};base64,{base64.b64encode(file).decode('ascii')}"


def _check_sizes(name: str, pictures: Sequence[np.ndarray]) -> None:
    height, width, _ = pictures[0].shape
    for k, picture in enumerate(pictures):
        if picture.shape != pictures[0].shape:
            raise ValueError(
                f"draw must give every frame the same size: in {name}, frame 1 is {width} x {height} pixels, "
                f"frame {k + 1} is {picture.shape[1]} x {picture.shape[0]}"
            )


def _distinct(pictures: Iterable[np.ndarray]) -> tuple[list[np.ndarray], tuple[int, ...]]:
    """Return each picture once, and for every case the position of its own."""
    distinct: list[np.ndarray] = []
    places: dict[bytes, int] = {}
    index = []
    for picture in pictures:
        place = places.setdefault(hashlib.sha256(picture.data).digest(), len(distinct))
        if place == len(distinct):
            distinct.append(picture)
        index.append(place)
    return distinct, tuple(index)


def _encoded(picture: np.ndarray, form: str, **options: Any) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, form, **options)
    return buffer.getvalue()


def _photographs(pictures: Sequence[np.ndarray]) -> tuple[list[bytes], tuple[int, ...]]:
    distinct, index = _distinct(pictures)
    return [_encoded(picture, "WEBP", method=4, quality=80) for picture in distinct], index


def _drawings(pictures: Sequence[np.ndarray]) -> tuple[list[bytes], tuple[int, ...]]:
    """Encode with one palette, the first picture whole and of the others what differs from it."""
    palette = _shared_palette(pictures)
    distinct, index = _distinct(_painted_by_numbers(pictures, palette))
    transparent = len(palette)
    colours = np.zeros((transparent + 1, 4), dtype=np.uint8)
    colours[:transparent] = np.insert(palette, 3, 255, axis=1)
    first, *others = distinct
    layers = [first, *(np.where(other == first, np.uint8(transparent), other) for other in others)]
    return [_encoded(colours[layer], "WEBP", method=4, lossless=True, quality=75) for layer in layers], index


def _painted_by_numbers(pictures: Iterable[np.ndarray], palette: np.ndarray) -> Iterator[np.ndarray]:
    """Give every pixel the number of the nearest colour, the same in all pictures: nothing flickers."""
    unknown = 255
    nearest = np.full(1 << 24, unknown, dtype=np.uint8)  # by colour, of those met so far
    for picture in pictures:
        codes = _codes(picture)
        numbers = nearest[codes]
        new = np.unique(codes[numbers == unknown])
        for part in np.array_split(new, 1 + len(new) // 50_000):
            colours = np.stack([part >> 16, (part >> 8) & 255, part & 255], axis=-1).astype(np.int32)
            distance = ((colours[:, None, :] - palette) ** 2).sum(axis=-1)  # (part, palette)
            nearest[part] = distance.argmin(axis=1)
        yield nearest[codes] if len(new) else numbers


def _codes(pixels: np.ndarray) -> np.ndarray:
    red, green, blue = (pixels[..., k].astype(np.uint32) for k in range(3))
    return (red << 16) | (green << 8) | blue


def _shared_palette(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Median cut over a regular subset of the pixels of all pictures."""
    from PIL import Image

    height, width, _ = pictures[0].shape
    stride = max(1, math.ceil(math.sqrt(len(pictures) * height * width / PALETTE_PIXELS)))
    sample = np.concatenate([picture[::stride, ::stride] for picture in pictures])
    reduced = Image.fromarray(sample).quantize(
        N_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    colours = np.array(reduced.getpalette(), dtype=np.int32).reshape(-1, 3)
    return colours[: int(np.asarray(reduced).max()) + 1]
