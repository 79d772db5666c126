"""Digits in one dimension: ten curves, each seen at another place, size and slope, and under noise."""

import numpy as np

from .. import checks

LENGTH_1D = 40
"""Number of places of a digit in one dimension."""

# Where the pen is while a digit is written from top to bottom: 0 left, 1 right. Twelve places a digit.
_TEMPLATES = (
    np.array(
        [
            [50, 78, 93, 99, 100, 100, 100, 100, 99, 93, 78, 50],  # 0: the right half of the ring
            [30, 42, 54, 66, 70, 70, 70, 70, 70, 70, 70, 70],  # 1: up the short stroke, down the long one
            [20, 60, 90, 95, 85, 70, 52, 36, 22, 10, 50, 100],  # 2: round, back along the slope, and out
            [30, 75, 95, 95, 75, 45, 45, 75, 95, 95, 75, 30],  # 3: two bows
            [75, 62, 50, 38, 26, 14, 2, 60, 100, 70, 70, 70],  # 4: down to the left, across, the stem
            [100, 60, 20, 20, 20, 40, 75, 95, 100, 95, 70, 15],  # 5: the roof, the wall, the belly
            [80, 50, 28, 14, 6, 4, 60, 90, 98, 90, 60, 25],  # 6: a long bow to the left, the ring
            [10, 40, 70, 100, 92, 84, 75, 67, 58, 50, 41, 33],  # 7: the roof, and the slope down
            [50, 88, 92, 68, 40, 12, 10, 40, 72, 96, 92, 50],  # 8: an S to and fro
            [60, 95, 60, 18, 25, 60, 98, 94, 88, 80, 72, 64],  # 9: the ring, and the stem
        ]
    )
    / 100.0
)
_CONTRAST = 0.3  # standard deviation of a curve
_PADDING = (36, 60)  # places without a digit, drawn for each sample
_GRID = 72  # places of a sample before the last resampling
_SHIFT = 48
_SCALE, _SHEAR = 0.4, 0.75
_CORRELATED, _WHITE = 0.25, 0.02
_DEVIATION = 2.0  # places over which the noise beside a digit is smoothed


def digits_1d(
    n_samples: int, *, rng: np.random.Generator, shuffled: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    r"""Draw digits in one dimension, in the manner of MNIST-1D.

    Parameters
    ----------
    n_samples : int
        Number of samples, at least 1. Each digit is drawn equally often, up to one sample.
    rng : numpy.random.Generator
        Source of randomness.
    shuffled : bool, default False
        Whether the 40 places are put into another order, the same for all samples and in every call. What a
        dense network can learn stays the same, neighbours are no longer beside each other.

    Returns
    -------
    x : ndarray of shape (n_samples, 40)
        The signals, most numbers between -1 and 1.
    y : ndarray of int, shape (n_samples,)
        The digit of each, from 0 to 9, in random order.

    Raises
    ------
    ValueError
        If `n_samples` is no whole number from 1 up, or `rng` no generator.

    Notes
    -----
    A digit is a curve of twelve numbers: where the pen is as it goes from top to bottom, counted from where
    it begins, with a standard deviation of 0.3. What happens to it follows Greydanus and Kobak, their paper
    and the program beside it (github.com/greydanus/mnist1d), in kind, in order and in size:

    ================  ==========================================================================
    step              drawn for each sample
    ================  ==========================================================================
    padding           36 to 60 places without a digit behind it; all then brought to 72 places,
                      so that the digit is wider or narrower
    scale             times 0.8 to 1.2
    shift             by 0 to 47 places to the right; what leaves comes in again on the left
    correlated noise  beside the digit alone: normal, deviation 0.25, then smoothed over two places
    white noise       everywhere: normal, deviation 0.02
    shear             a slope of -0.375 to 0.375 over the whole length is added
    resampling        to 40 places
    ================  ==========================================================================

    The ten curves are others, drawn for this book, and so is the program: accuracies measured here are not
    those of the paper. The order of shuffled places is that of `numpy.random.default_rng(0).permutation`.

    References
    ----------
    - S. Greydanus and D. Kobak, "Scaling down deep learning with MNIST-1D", International Conference on
      Machine Learning, 2024; first as arXiv:2011.14439, 2020.

    Examples
    --------
    >>> x, y = digits_1d(200, rng=np.random.default_rng(0))
    >>> x.shape, np.bincount(y).tolist()
    ((200, 40), [20, 20, 20, 20, 20, 20, 20, 20, 20, 20])
    >>> other, _ = digits_1d(200, rng=np.random.default_rng(0), shuffled=True)
    >>> bool((np.sort(other) == np.sort(x)).all()), bool((other == x).all())
    (True, False)
    """
    n_samples = checks.count(n_samples, "n_samples")
    checks.rng(rng)
    checks.room((n_samples, _GRID), "n_samples")
    y = rng.permutation(np.arange(n_samples) % 10)
    low, high = _PADDING
    padding = rng.integers(low, high + 1, n_samples)
    scale = 1.0 + _SCALE * (rng.random(n_samples) - 0.5)
    shift = rng.integers(_SHIFT, size=n_samples)
    slope = _SHEAR * (rng.random(n_samples) - 0.5)

    # Place p of the grid shows place p * (12 + padding - 1) / (72 - 1) of the curve.
    n_places = _TEMPLATES.shape[1]
    stretch = (n_places + padding - 1) / (_GRID - 1)
    drawn = np.arange(_GRID) * stretch[:, None]
    inside = drawn <= n_places - 1
    curve = _read(_curves()[y], np.minimum(drawn, n_places - 1)) * scale[:, None]
    turned = (np.arange(_GRID) - shift[:, None]) % _GRID
    curve, inside = np.take_along_axis(curve, turned, 1), np.take_along_axis(inside, turned, 1)

    x = np.where(inside, curve, _smoothed(_CORRELATED * rng.standard_normal((n_samples, _GRID))))
    x += _WHITE * rng.standard_normal(x.shape)
    x -= slope[:, None] * np.linspace(-0.5, 0.5, _GRID)
    x = _read(x, np.broadcast_to(np.linspace(0, _GRID - 1, LENGTH_1D), (n_samples, LENGTH_1D)))
    if shuffled:
        x = x[:, np.random.default_rng(0).permutation(LENGTH_1D)]
    return x, y


def _curves() -> np.ndarray:
    """Return the templates in one contrast, each beginning at the 0 that stands beside it."""
    from_start = _TEMPLATES - _TEMPLATES[:, :1]
    return _CONTRAST * from_start / from_start.std(axis=1, keepdims=True)


def _read(rows: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Read each row at fractional places, on the straight line between its neighbours."""
    first = np.minimum(places.astype(int), rows.shape[1] - 2)
    share = places - first
    return np.take_along_axis(rows, first, 1) * (1 - share) + np.take_along_axis(rows, first + 1, 1) * share


def _smoothed(noise: np.ndarray) -> np.ndarray:
    """Smooth each row by a normal distribution of the distance, over its ends as in a mirror."""
    reach = int(4 * _DEVIATION)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _DEVIATION) ** 2)
    around = np.pad(noise, ((0, 0), (reach, reach)), mode="symmetric")
    windows = np.lib.stride_tricks.sliding_window_view(around, len(weights), axis=1)
    return windows @ (weights / weights.sum())
