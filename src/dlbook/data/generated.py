"""Data made on the spot from a seeded generator: logic tables, separable points, spirals, printed digits."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from .. import checks

GATES: dict[str, tuple[float, float, float, float]] = {
    "AND": (0.0, 0.0, 0.0, 1.0),
    "OR": (0.0, 1.0, 1.0, 1.0),
    "NAND": (1.0, 1.0, 1.0, 0.0),
    "XOR": (0.0, 1.0, 1.0, 0.0),
}
"""Output of each logic gate for the inputs (0, 0), (0, 1), (1, 0), (1, 1)."""

FONTS: tuple[str, ...] = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSans-BoldOblique",
    "DejaVuSans-Oblique",
    "DejaVuSansMono",
    "DejaVuSansMono-Bold",
    "DejaVuSansMono-BoldOblique",
    "DejaVuSansMono-Oblique",
    "DejaVuSerif",
    "DejaVuSerif-Bold",
    "DejaVuSerif-BoldItalic",
    "DejaVuSerif-Italic",
    "STIXGeneral",
    "STIXGeneralBol",
    "STIXGeneralBolIta",
    "STIXGeneralItalic",
    "cmb10",
    "cmmi10",
    "cmr10",
    "cmss10",
    "cmti10",
    "cmtt10",
)
"""Fonts that Matplotlib ships and that hold the ten digits (its symbol fonts do not)."""

# A glyph is drawn once in a square of CANVAS pixels, GLYPH_HEIGHT of them high, and kept as distances to its
# outline. Both are in units of the finished image's pixel times OVERSAMPLING, for an image of 28 pixels.
_OVERSAMPLING = 3
_CANVAS = 36 * _OVERSAMPLING
_GLYPH_HEIGHT = 20 * _OVERSAMPLING
_GLYPH_WIDTH = 17 * _OVERSAMPLING
_REACH = 3 * _OVERSAMPLING
_CHUNK = 512


def logic_gate(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the truth table of a logic gate with two inputs.

    Parameters
    ----------
    name : str
        One of ``GATES``: ``"AND"``, ``"OR"``, ``"NAND"`` or ``"XOR"``, in upper or lower case.

    Returns
    -------
    inputs : ndarray of shape (4, 2)
        The rows (0, 0), (0, 1), (1, 0), (1, 1) as floats.
    outputs : ndarray of shape (4,)
        0.0 or 1.0 for each row.

    Raises
    ------
    ValueError
        If there is no such gate.

    Examples
    --------
    >>> inputs, outputs = logic_gate("xor")
    >>> inputs.tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    >>> outputs.tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    gate = checks.choice(checks.text(name, "name").upper(), "name", GATES)
    inputs = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return inputs, np.array(GATES[gate])


def separable_points(
    n_samples: int, n_features: int, *, margin: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Draw points of two classes that a hyperplane through the origin separates with a known margin.

    Parameters
    ----------
    n_samples : int
        Number of points, at least 2. Half of them are in each class (one more in a class if odd).
    n_features : int
        Number of coordinates of a point, at least 1.
    margin : float
        Smallest allowed distance between a point and the hyperplane, above 0 and below 1.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    points : ndarray of shape (n_samples, n_features)
        The points, each of length at most 1.
    labels : ndarray of shape (n_samples,)
        -1.0 or 1.0: the side of the hyperplane.
    weights : ndarray of shape (n_features,)
        Unit normal of the hyperplane. The separating line needs no bias.

    Raises
    ------
    ValueError
        If a count is too small or `margin` is outside its range.

    Notes
    -----
    Every point satisfies

    .. math:: y_i \, \mathbf{w}^\top \mathbf{x}_i \ge \gamma, \qquad \lVert \mathbf{x}_i \rVert \le 1,

    and the points are uniform over that region, half of it for each class.

    ====================  ===========  ==========================
    symbol                name         meaning
    ====================  ===========  ==========================
    :math:`\mathbf{x}_i`  `points`     row `i`
    :math:`y_i`           `labels`     entry `i`
    :math:`\mathbf{w}`    `weights`    of length 1
    :math:`\gamma`        `margin`     guaranteed, not attained
    ====================  ===========  ==========================

    With these, the perceptron started at zero makes at most :math:`1/\gamma^2` mistakes.

    References
    ----------
    - A. B. J. Novikoff, "On convergence proofs on perceptrons", Symposium on the Mathematical Theory of
      Automata, 1962.

    Examples
    --------
    >>> points, labels, weights = separable_points(200, 5, margin=0.1, rng=np.random.default_rng(0))
    >>> bool((labels * (points @ weights)).min() >= 0.1)
    True
    """
    n_samples = checks.count(n_samples, "n_samples", 2)
    n_features = checks.count(n_features, "n_features")
    margin = checks.number(margin, "margin", above=0, below=1)
    checks.rng(rng)
    weights = _unit_rows(rng.standard_normal((1, n_features)))[0]
    labels = rng.permutation(np.where(np.arange(n_samples) % 2 == 0, 1.0, -1.0))
    nearest = margin + 1e-12 * (1.0 - margin)  # room for rounding
    if n_features == 1:
        distance = rng.uniform(nearest, 1.0, n_samples)
        return _along(labels * distance, weights), labels, weights
    # The slice of the unit ball at distance t from the hyperplane is a ball of radius sqrt(1 - t^2) in one
    # dimension less: its volume is the density of t.
    grid = np.linspace(nearest, 1.0, 4097)
    middle = (grid[1:] + grid[:-1]) / 2
    volume = np.append(0.0, np.cumsum((1.0 - middle**2) ** ((n_features - 1) / 2)))
    distance = np.interp(rng.random(n_samples) * volume[-1], volume, grid)
    across = rng.standard_normal((n_samples, n_features))
    across = _unit_rows(across - _along(across @ weights, weights))
    radius = np.sqrt(1.0 - distance**2) * rng.random(n_samples) ** (1.0 / (n_features - 1))
    across *= radius[:, None]
    points = across + _along(labels * distance - across @ weights, weights)
    return points, labels, weights


def spirals(
    n_samples: int,
    *,
    rng: np.random.Generator,
    n_classes: int = 2,
    turns: float = 1.0,
    noise: float = 0.03,
) -> tuple[np.ndarray, np.ndarray]:
    r"""Draw points on interleaved spirals, one a class.

    Parameters
    ----------
    n_samples : int
        Number of points, at least `n_classes`. The classes differ in size by at most one.
    rng : numpy.random.Generator
        Source of randomness.
    n_classes : int, default 2
        Number of spirals, at least 2.
    turns : float, default 1.0
        Full turns from the centre to the rim, above 0.
    noise : float, default 0.03
        Standard deviation of the Gaussian noise on both coordinates, at least 0. The rim has radius 1.

    Returns
    -------
    points : ndarray of shape (n_samples, 2)
        The points.
    labels : ndarray of shape (n_samples,)
        The class of each point as an integer from 0, in random order.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    A point of class :math:`k` of :math:`K` lies, before the noise, at a radius :math:`r` from 0.05 to 1 and
    at the angle

    .. math:: \theta = 2\pi \left( \frac{k}{K} + T r \right)

    where :math:`T` is `turns`.

    References
    ----------
    - K. J. Lang and M. J. Witbrock, "Learning to tell two spirals apart", Connectionist Models Summer
      School, 1988.

    Examples
    --------
    >>> points, labels = spirals(300, n_classes=3, rng=np.random.default_rng(0))
    >>> points.shape, np.bincount(labels).tolist()
    ((300, 2), [100, 100, 100])
    """
    n_classes = checks.count(n_classes, "n_classes", 2)
    n_samples = checks.count(n_samples, "n_samples", n_classes)
    turns = checks.positive(turns, "turns")
    noise = checks.not_negative(noise, "noise")
    checks.rng(rng)
    labels = rng.permutation(np.arange(n_samples) % n_classes)
    radius = rng.uniform(0.05, 1.0, n_samples)
    angle = 2 * np.pi * (labels / n_classes + turns * radius)
    points = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return points + noise * rng.standard_normal((n_samples, 2)), labels


def font_digits(
    n_samples: int,
    *,
    rng: np.random.Generator,
    size: int = 28,
    distortion: float = 1.0,
    noise: float = 0.04,
    fonts: Sequence[str] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    r"""Draw grey pictures of digits in the fonts that Matplotlib ships, each distorted at random.

    Parameters
    ----------
    n_samples : int
        Number of pictures, at least 1. The ten digits occur equally often, up to one.
    rng : numpy.random.Generator
        Source of randomness.
    size : int, default 28
        Height and width of a picture in pixels, at least 8.
    distortion : float, default 1.0
        Strength of the distortion, from 0 (every digit centred, as its font draws it) to 2. At 1: rotation
        within 15 degrees, shear within 0.25, scale 0.8 to 1.15 in each direction, shift within 2.5 pixels of
        28, a slow wave of up to 0.9 pixels, thinner or thicker strokes, sharper or softer edges, paler ink.
    noise : float, default 0.04
        Standard deviation of the Gaussian noise added to each pixel, at least 0.
    fonts : sequence of str, optional
        Names from ``FONTS`` to draw from. All of them if not given. Training on some fonts and testing on the
        others measures what a network has learned of the shapes.

    Returns
    -------
    images : ndarray of shape (n_samples, size, size)
        Pictures as ``float32`` from 0 (paper) to 1 (ink), like MNIST divided by 255.
    labels : ndarray of shape (n_samples,)
        The digit of each picture, 0 to 9, in random order.

    Raises
    ------
    ValueError
        If an argument is outside its range or a font has no digits or does not exist.

    Notes
    -----
    Each glyph is drawn once and stored as the signed distance :math:`d` of every point to its outline,
    positive inside. Lengths are in pixels of a picture 28 pixels wide. A picture samples it at distorted
    places:

    .. math::

        p = A\,(q - t) + a \sin(2\pi f q' + \varphi), \qquad
        \mathrm{ink}(q) = c \, \operatorname{clip}\!\left(\tfrac{1}{2} + \frac{d(p) + b}{s},\ 0,\ 1\right)

    ======================  ==================================================================
    symbol                  meaning
    ======================  ==================================================================
    :math:`q`               a pixel of the picture, :math:`q'` the same with axes swapped
    :math:`p`               the place of the glyph that it shows
    :math:`A`, :math:`t`    inverse of rotation, shear and scale; shift
    :math:`a, f, \varphi`   amplitude, frequency and phase of the wave
    :math:`b`               half of what is added to the thickness of a stroke
    :math:`s`               width over which an edge fades
    :math:`c`               darkness of the ink
    ======================  ==================================================================

    The same generator state gives the same pictures. Another version of the font renderer may move a grey
    value a little.

    Examples
    --------
    >>> images, labels = font_digits(50, rng=np.random.default_rng(0))
    >>> images.shape, images.dtype.name, np.bincount(labels).tolist()
    ((50, 28, 28), 'float32', [5, 5, 5, 5, 5, 5, 5, 5, 5, 5])
    """
    n_samples = checks.count(n_samples, "n_samples")
    size = checks.count(size, "size", 8)
    distortion = checks.number(distortion, "distortion", least=0, most=2)
    noise = checks.not_negative(noise, "noise")
    checks.rng(rng)
    names = FONTS if fonts is None else checks.texts(fonts, "fonts")
    unknown = [name for name in names if name not in FONTS]
    if unknown or not names:
        raise ValueError(f"fonts must name at least one of {', '.join(FONTS)}, got {unknown or 'none'}")

    labels = rng.permutation(np.arange(n_samples) % 10)
    chosen = rng.integers(len(names), size=n_samples)
    inverse, offset, wave, pen = _distortions(n_samples, distortion, rng)
    outlines = np.stack([_outlines(name) for name in names])  # (fonts, 10, canvas, canvas)
    images = np.empty((n_samples, size, size), dtype=np.float32)
    for start in range(0, n_samples, _CHUNK):
        part = slice(start, start + _CHUNK)
        places = _places(size, inverse[part], offset[part], wave[part])
        distance = _sample(outlines, chosen[part], labels[part], places)
        bolder, fade, darkness = pen[part].T[:, :, None]
        fade = np.maximum(fade, 28.0 / size)  # an edge takes at least one pixel
        ink = darkness * np.clip(0.5 + (distance + bolder) / fade, 0.0, 1.0)
        ink += noise * rng.standard_normal(ink.shape, dtype=np.float32)
        images[part] = np.clip(ink, 0.0, 1.0).reshape(-1, size, size)
    return images, labels


def _distortions(
    n_samples: int, strength: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw what differs from picture to picture, in pixels of a picture 28 pixels wide."""

    def spread(low: float, high: float, neutral: float, shape: tuple[int, ...] = ()) -> np.ndarray:
        drawn = rng.uniform(low, high, (n_samples, *shape))
        return neutral + strength * (drawn - neutral)

    angle = np.deg2rad(spread(-15.0, 15.0, 0.0))
    shear = spread(-0.25, 0.25, 0.0)
    zoom = spread(0.8, 1.15, 1.0, (2,))
    offset = spread(-2.5, 2.5, 0.0, (2,))
    cos, sin = np.cos(angle), np.sin(angle)
    rotation = np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], -2)  # (n, 2, 2)
    slant = np.zeros((n_samples, 2, 2))
    slant[:, 0, 0] = zoom[:, 0]
    slant[:, 0, 1] = shear * zoom[:, 1]
    slant[:, 1, 1] = zoom[:, 1]
    wave = np.stack(
        [spread(-0.9, 0.9, 0.0, (2,)), rng.uniform(0.4, 1.1, (n_samples, 2)), rng.random((n_samples, 2))],
        axis=-1,
    )  # (n, 2 axes, amplitude frequency phase)
    pen = np.stack([spread(-0.15, 0.5, 0.0), spread(0.8, 1.8, 1.1), spread(0.75, 1.0, 1.0)], axis=-1)
    return np.linalg.inv(rotation @ slant), offset, wave, pen.astype(np.float32)


def _places(size: int, inverse: np.ndarray, offset: np.ndarray, wave: np.ndarray) -> np.ndarray:
    """Return where on the glyph's canvas each pixel looks: (n, 2 for x and y, size * size)."""
    axis = (np.arange(size) + 0.5) * (28.0 / size) - 14.0
    pixels = np.stack(np.meshgrid(axis, axis), axis=0).reshape(2, -1)  # x, y
    places = inverse @ (pixels - offset[:, :, None])
    turn = pixels[::-1] / 28.0 * wave[:, :, 1:2] + wave[:, :, 2:3]
    places += wave[:, :, 0:1] * np.sin(2 * np.pi * turn)
    return (places * _OVERSAMPLING + (_CANVAS - 1) / 2).astype(np.float32)


def _sample(outlines: np.ndarray, font: np.ndarray, digit: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Read the distances at fractional places by bilinear interpolation: (n, size * size)."""
    places = np.clip(places, 0.0, _CANVAS - 1.001)
    corner = places.astype(np.int32)
    x, y = np.moveaxis(places - corner, 1, 0)
    first = (font[:, None] * 10 + digit[:, None]) * _CANVAS**2 + corner[:, 1] * _CANVAS + corner[:, 0]
    flat = outlines.reshape(-1)
    above = flat[first] * (1 - x) + flat[first + 1] * x
    below = flat[first + _CANVAS] * (1 - x) + flat[first + _CANVAS + 1] * x
    return above * (1 - y) + below * y


@lru_cache(maxsize=len(FONTS))
def _outlines(name: str) -> np.ndarray:
    """Return the signed distance to the outline of a font's ten digits: (10, canvas, canvas), in pixels."""
    from matplotlib import get_data_path
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(f"{get_data_path()}/fonts/ttf/{name}.ttf", 2 * _GLYPH_HEIGHT)
    glyphs = []
    for digit in "0123456789":
        left, top, right, bottom = font.getbbox(digit)
        drawn = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4))
        ImageDraw.Draw(drawn).text((2 - left, 2 - top), digit, font=font, fill=255)
        drawn = drawn.crop(drawn.getbbox())
        zoom = min(_GLYPH_HEIGHT / drawn.height, _GLYPH_WIDTH / drawn.width)
        drawn = drawn.resize((max(1, round(drawn.width * zoom)), max(1, round(drawn.height * zoom))))
        canvas = Image.new("L", (_CANVAS, _CANVAS))
        canvas.paste(drawn, ((_CANVAS - drawn.width) // 2, (_CANVAS - drawn.height) // 2))
        glyphs.append(np.asarray(canvas) >= 128)
    inside = np.stack(glyphs)
    distance = _distance_to(~inside) - _distance_to(inside)
    # The outline runs halfway between two pixels' centres.
    distance -= np.where(inside, 0.5, -0.5)
    return (distance / _OVERSAMPLING).astype(np.float32)


def _distance_to(mask: np.ndarray) -> np.ndarray:
    """Return the distance of each pixel to the nearest one in the mask, at most the reach: (n, h, w)."""
    squares = np.where(mask, 0.0, np.inf).astype(np.float32)
    for axis in (1, 2):  # the squared distance is a sum over axes: first the best in a column, then in a row
        best = squares.copy()
        for step in range(1, _REACH + 1):
            forward, backward = [slice(None)] * 3, [slice(None)] * 3
            forward[axis], backward[axis] = slice(step, None), slice(None, -step)
            for here, there in ((forward, backward), (backward, forward)):
                view = best[tuple(here)]
                np.minimum(view, squares[tuple(there)] + step**2, out=view)
        squares = best
    return np.minimum(np.sqrt(squares), _REACH)


def _along(lengths: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Return one multiple of a direction a row: (n, features)."""
    return lengths[:, None] * direction


def _unit_rows(rows: np.ndarray) -> np.ndarray:
    """Scale each row to length 1."""
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
