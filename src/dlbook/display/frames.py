"""Pictures of one drawing function, all of one size and small enough for a page."""

import base64
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

CSS_DPI = 96
MAX_CSS_WIDTH = 720
SHARP, PLAIN = 1.5, 1.0
N_COLOURS = 64
PALETTE_PIXELS = 2_000_000


@dataclass(frozen=True)
class Frames:
    """The pictures of every case, encoded.

    Parameters
    ----------
    urls : tuple of str
        The distinct pictures as data addresses, in order of first use.
    index : tuple of int
        For every case, the position of its picture in `urls`.
    width, height : int
        Size on the page in CSS pixels.
    n_bytes : int
        Size of all distinct pictures.
    scale : float
        Picture pixels for one CSS pixel.
    """

    urls: tuple[str, ...]
    index: tuple[int, ...]
    width: int
    height: int
    n_bytes: int
    scale: float


def paint(call: Callable[[], Any], scale: float = SHARP) -> "Image":
    """Call a drawing function on a fresh figure and return the picture.

    Every figure the call opens is closed again, also when it fails. Figures that were open before stay as
    they were.

    Parameters
    ----------
    call : callable
        Draws with pyplot. It may open its own figure, and may return it.
    scale : float
        Picture pixels for one CSS pixel.

    Returns
    -------
    PIL.Image.Image
        The picture, without transparency.

    Raises
    ------
    ValueError
        If nothing was drawn.
    """
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    current = plt.gcf().number if before else None
    try:
        with plt.ioff(), mpl.rc_context({"figure.dpi": CSS_DPI * scale}):
            plt.figure()
            returned = call()
            figure = returned if isinstance(returned, mpl.figure.Figure) else plt.gcf()
            if len(figure.get_children()) < 2:  # the figure's background alone
                raise ValueError(
                    "draw must leave a drawing on the current figure: it left none "
                    "(it must not call plt.show or plt.close)"
                )
            return _pixels(figure, scale)
    finally:
        for number in set(plt.get_fignums()) - set(before):
            plt.close(number)
        if current is not None and plt.fignum_exists(current):
            plt.figure(current)


def _pixels(figure: "Figure", scale: float) -> "Image":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    inches = figure.get_figwidth()
    figure.set_dpi(scale * min(CSS_DPI, MAX_CSS_WIDTH / inches))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba()))
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


def png(picture: "Image") -> bytes:
    """Encode one picture quickly, without loss.

    Parameters
    ----------
    picture : PIL.Image.Image
        The picture.

    Returns
    -------
    bytes
        A PNG file.
    """
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


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
        pictures = [paint(call, scale) for call in calls]
        _check_sizes(name, pictures)
        files = _photographs(pictures) if photo else _drawings(pictures)
        distinct = list(dict.fromkeys(files))
        n_bytes = sum(map(len, distinct))
        if n_bytes <= max_kilobytes * 1000:
            place = {file: k for k, file in enumerate(distinct)}
            return Frames(
                urls=tuple(data_url(file, "image/webp") for file in distinct),
                index=tuple(place[file] for file in files),
                width=round(pictures[0].width / scale),
                height=round(pictures[0].height / scale),
                n_bytes=n_bytes,
                scale=scale,
            )
    fitting = math.floor(max_kilobytes * 1000 / n_bytes * len(distinct))
    advice = "draw less detail, or draw a smaller figure"
    if not photo:
        advice += " (photo=True suits photographs)"
    raise ValueError(
        f"{name} made {math.ceil(n_bytes / 1000)} KB of pictures in {len(distinct)} frames, more than "
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


def _check_sizes(name: str, pictures: "Sequence[Image]") -> None:
    for k, picture in enumerate(pictures):
        if picture.size != pictures[0].size:
            raise ValueError(
                f"draw must give every frame the same size: in {name}, frame 1 is "
                f"{pictures[0].width} x {pictures[0].height} pixels, frame {k + 1} is "
                f"{picture.width} x {picture.height}"
            )


def _webp(picture: "Image", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", method=4, **options)
    return buffer.getvalue()


def _photographs(pictures: "Sequence[Image]") -> list[bytes]:
    return [_webp(picture, quality=80) for picture in pictures]


def _drawings(pictures: "Sequence[Image]") -> list[bytes]:
    """Encode with one palette for all pictures, so that what stands still does not flicker."""
    from PIL import Image

    palette = _shared_palette(pictures)
    nearest = np.zeros(1 << 24, dtype=np.uint8)  # palette entry of every colour met so far
    known = np.zeros(1 << 24, dtype=bool)
    files = []
    for picture in pictures:
        codes = _codes(np.asarray(picture))
        new = np.unique(codes[~known[codes]])
        for part in np.array_split(new, 1 + len(new) // 50_000):
            colours = np.stack([part >> 16, (part >> 8) & 255, part & 255], axis=-1).astype(np.int32)
            distance = ((colours[:, None, :] - palette) ** 2).sum(axis=-1)  # (part, palette)
            nearest[part] = distance.argmin(axis=1)
        known[new] = True
        flat = Image.fromarray(palette.astype(np.uint8)[nearest[codes]])
        files.append(_webp(flat, lossless=True, quality=75))
    return files


def _codes(pixels: np.ndarray) -> np.ndarray:
    red, green, blue = (pixels[..., k].astype(np.uint32) for k in range(3))
    return (red << 16) | (green << 8) | blue


def _shared_palette(pictures: "Sequence[Image]") -> np.ndarray:
    """Median cut over a regular subset of the pixels of all pictures."""
    from PIL import Image

    n_pixels = len(pictures) * pictures[0].width * pictures[0].height
    stride = max(1, math.ceil(math.sqrt(n_pixels / PALETTE_PIXELS)))
    sample = np.concatenate([np.asarray(picture)[::stride, ::stride] for picture in pictures])
    reduced = Image.fromarray(sample).quantize(
        N_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    colours = np.array(reduced.getpalette(), dtype=np.int32).reshape(-1, 3)
    return colours[: int(np.asarray(reduced).max()) + 1]
