"""Filters that people designed: smoothing, sharpening, edges; and how to apply one to an image."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, choice, count, positive, room
from ._windows import slid

BORDERS: tuple[str, ...] = ("edge", "reflect", "zero", "valid")
"""What `filter_image` takes for the pixels around an image."""

_LARGEST = 1001  # side of a filter that is made here


def _filter(rows: list[list[float]], divisor: float = 1.0) -> NDArray[np.float64]:
    kernel = np.array(rows, dtype=float) / divisor
    kernel.flags.writeable = False
    return kernel


#: The filters by name, to be slid over an image as they are (a cross-correlation, as `filter_image` does).
FILTERS: Mapping[str, NDArray[np.float64]] = MappingProxyType(
    {
        "smoothing": _filter([[1, 1, 1], [1, 1, 1], [1, 1, 1]], 9),
        "gaussian": _filter([[1, 2, 1], [2, 4, 2], [1, 2, 1]], 16),
        "sharpening": _filter([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
        "edges": _filter([[1, 1, 1], [1, -8, 1], [1, 1, 1]]),
        "prewitt_x": _filter([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]),
        "prewitt_y": _filter([[1, 1, 1], [0, 0, 0], [-1, -1, -1]]),
        "sobel_x": _filter([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
        "sobel_y": _filter([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]),
        "laplacian": _filter([[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
        "roberts_x": _filter([[0, 1], [-1, 0]]),
        "roberts_y": _filter([[1, 0], [0, -1]]),
    }
)


def box_filter(size: int) -> NDArray[np.float64]:
    """Return the filter that takes the mean over a square.

    Parameters
    ----------
    size : int
        Side of the square, from 1 to 1001.

    Returns
    -------
    ndarray of shape (size, size)
        The filter. Its numbers sum to 1, so that a plain grey stays as bright as it was.

    Examples
    --------
    >>> box_filter(2)
    array([[0.25, 0.25],
           [0.25, 0.25]])
    """
    size = count(size, "size", most=_LARGEST)
    return np.full((size, size), 1.0 / size**2)


def gaussian_filter(size: int, deviation: float) -> NDArray[np.float64]:
    r"""Return the filter that weights neighbours by a normal distribution of their distance.

    Parameters
    ----------
    size : int
        Side of the square, from 1 to 1001. Six deviations and one more leave little out.
    deviation : float
        Standard deviation in pixels, positive.

    Returns
    -------
    ndarray of shape (size, size)
        The filter. Its numbers sum to 1.

    Notes
    -----
    .. math:: w_{ab} \propto \exp\!\left( -\frac{a^2 + b^2}{2 \sigma^2} \right)

    for the distance :math:`a` of the row and :math:`b` of the column from the centre, and the `deviation`
    :math:`\sigma`. The filter is the product of a column and a row, so that an image can be smoothed along
    one axis after the other: 2 k products a pixel in the place of :math:`k^2`.

    Examples
    --------
    >>> gaussian_filter(3, 0.85).round(3)
    array([[0.063, 0.125, 0.063],
           [0.125, 0.25 , 0.125],
           [0.063, 0.125, 0.063]])
    """
    size = count(size, "size", most=_LARGEST)
    deviation = positive(deviation, "deviation")
    squares = (np.arange(size) - (size - 1) / 2) ** 2
    with np.errstate(over="ignore", under="ignore"):  # a tiny deviation leaves the middle alone
        weights = np.exp(-(squares - squares.min()) / deviation / deviation / 2)
    weights /= weights.sum()
    return np.outer(weights, weights)


def filter_image(image: ArrayLike, kernel: str | ArrayLike, *, border: str = "edge") -> NDArray:
    r"""Slide a filter over an image, over each channel by itself.

    Parameters
    ----------
    image : array_like of shape (height, width) or (height, width, n_channels)
        The image.
    kernel : str or array_like of shape (rows, columns)
        The filter: a key of `FILTERS`, or numbers.
    border : str, default "edge"
        What stands around the image: its last pixel again and again (``"edge"``), the image in a mirror
        (``"reflect"``), black (``"zero"``), or nothing (``"valid"``), and then the result is smaller.

    Returns
    -------
    ndarray of the shape of `image`
        The result. It may be negative, or brighter than the image: to show it, say what grey zero is.

    Raises
    ------
    ValueError
        If the image or the filter has another shape, or the image is smaller than the filter and the border
        needs it to be larger.

    Notes
    -----
    The filter is not turned around. For the symmetric ones that makes no difference; those that find edges,
    which change their sign when turned, would otherwise be positive where the image gets darker.

    A filter of a photograph keeps the channels apart. A filter of a convolutional network has a slice for
    each channel and adds up what they give, see `Conv2D`.

    References
    ----------
    - R. C. Gonzalez and R. E. Woods, "Digital Image Processing", 4th edition, Pearson, 2018, chapters 3
      and 10.

    Examples
    --------
    >>> image = np.tile([0.0, 0.0, 9.0, 9.0], (3, 1))
    >>> filter_image(image, "smoothing")[1]
    array([0., 3., 6., 9.])
    >>> filter_image(image, "sobel_x")[1]
    array([ 0., 36., 36.,  0.])
    """
    pixels = array(image, "image", float32=True)
    if pixels.ndim not in (2, 3):
        raise ValueError(f"image must have two axes, or three with channels, got shape {pixels.shape}")
    if isinstance(kernel, str):
        kernel = FILTERS[choice(kernel, "kernel", FILTERS)]
    weights = array(kernel, "kernel", ("rows", "columns")).astype(pixels.dtype, copy=False)
    choice(border, "border", BORDERS)
    around = _surrounded(pixels[..., None] if pixels.ndim == 2 else pixels, weights.shape, border)[None]
    outputs = tuple(n - k + 1 for n, k in zip(around.shape[1:3], weights.shape, strict=True))
    if min(outputs) < 1:
        raise ValueError(f"image must be at least as large as kernel, {weights.shape}, got {pixels.shape}")
    return slid(around, weights, outputs, (1, 1), (1, 1))[0].reshape(*outputs, *pixels.shape[2:])


def gradient_magnitude(image: ArrayLike, *, kind: str = "sobel", border: str = "edge") -> NDArray:
    r"""Measure how steep an image is at each pixel, whatever the direction.

    Parameters
    ----------
    image : array_like of shape (height, width) or (height, width, n_channels)
        The image.
    kind : str, default "sobel"
        Pair of filters: ``"sobel"``, ``"prewitt"`` or ``"roberts"``.
    border : str, default "edge"
        What stands around the image, see `filter_image`.

    Returns
    -------
    ndarray of the shape of `image`
        The magnitude, never negative.

    Notes
    -----
    .. math:: M = \sqrt{(S_x \star I)^2 + (S_y \star I)^2}

    Examples
    --------
    >>> image = np.tile([0.0, 0.0, 9.0, 9.0], (3, 1))
    >>> gradient_magnitude(image, kind="prewitt")[1]
    array([ 0., 27., 27.,  0.])
    >>> bool((gradient_magnitude(image.T) == gradient_magnitude(image).T).all())
    True
    """
    choice(kind, "kind", ("sobel", "prewitt", "roberts"))
    x, y = (filter_image(image, f"{kind}_{axis}", border=border) for axis in "xy")
    return np.hypot(x, y)


def _surrounded(pixels: NDArray, size: tuple[int, ...], border: str) -> NDArray:
    """Return an image with pixels around it, so that there are as many outputs as there were pixels."""
    if border == "valid":
        return pixels
    sides = pixels.shape[:2]
    pads = tuple(((k - 1) // 2, k // 2) for k in size)
    if border == "reflect" and any(k // 2 >= n for k, n in zip(size, sides, strict=True)):
        raise ValueError(f"image must be larger than half of kernel, {size}, got {sides}")
    room(tuple(n + k for n, k in zip(sides, size, strict=True)), "kernel")
    mode = "constant" if border == "zero" else border
    return np.pad(pixels, (*pads, (0, 0)), mode=mode)  # type: ignore[call-overload]
