"""Where a token stands: sinusoids that are added to it, and rotations of queries and keys."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks

Floats = NDArray[np.floating]


def position_frequencies(n_features: int, *, base: float = 10_000.0) -> NDArray[np.float64]:
    r"""Return how far each pair of features turns from one position to the next.

    Parameters
    ----------
    n_features : int
        Number of features, even.
    base : float, default 10000
        The slowest pair turns about this many times slower than the fastest; above 1.

    Returns
    -------
    ndarray of shape (n_features / 2,)
        Angles in radians, from 1 down.

    Raises
    ------
    ValueError
        If `n_features` is odd or not positive, or `base` is not above 1.

    Notes
    -----
    .. math:: \omega_i = \text{base}^{-2i / d}, \qquad i = 0, 1, \ldots, d/2 - 1

    with :math:`d` the number of features.

    Examples
    --------
    >>> position_frequencies(4)
    array([1.  , 0.01])
    """
    d = checks.count(n_features, "n_features")
    if d % 2:
        raise ValueError(f"n_features must be even, got {d}")
    checks.room((d,), "n_features")
    return checks.number(base, "base", above=1) ** (-np.arange(0, d, 2) / d)


def sinusoidal_positions(n_positions: int, n_features: int, *, base: float = 10_000.0) -> NDArray[np.float64]:
    r"""Return a vector of sines and cosines for every position.

    Parameters
    ----------
    n_positions : int
        Number of positions, from 0 on.
    n_features : int
        Numbers in a vector, even.
    base : float, default 10000
        See `position_frequencies`.

    Returns
    -------
    ndarray of shape (n_positions, n_features)
        The vectors. They are added to the vectors of the tokens.

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    .. math:: P_{t, 2i} = \sin(\omega_i t), \qquad P_{t, 2i + 1} = \cos(\omega_i t)

    for position :math:`t` and the frequencies :math:`\omega_i` of `position_frequencies`. The vector at
    :math:`t + k` is the vector at :math:`t`, each pair turned by :math:`\omega_i k`: the same linear map for
    all :math:`t`. The product of two vectors depends on their distance alone.

    References
    ----------
    - A. Vaswani et al., "Attention is all you need", Advances in Neural Information Processing Systems, 2017,
      section 3.5.

    Examples
    --------
    >>> sinusoidal_positions(3, 4).round(3)
    array([[ 0.   ,  1.   ,  0.   ,  1.   ],
           [ 0.841,  0.54 ,  0.01 ,  1.   ],
           [ 0.909, -0.416,  0.02 ,  1.   ]])
    """
    n = checks.count(n_positions, "n_positions")
    frequencies = position_frequencies(n_features, base=base)
    checks.room((n, n_features), "n_positions")
    angles = np.arange(n)[:, None] * frequencies
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(n, n_features)


def rotate(x: ArrayLike, positions: ArrayLike | None = None, *, base: float = 10_000.0) -> Floats:
    r"""Turn vectors by their positions, so that the product of two tells their distance.

    Parameters
    ----------
    x : array_like of shape (..., time, n_features)
        Queries or keys, with an even number of features.
    positions : array_like of shape (time,), optional
        Where each of them stands; 0, 1, 2, ... if not given.
    base : float, default 10000
        See `position_frequencies`.

    Returns
    -------
    ndarray of the shape of `x`
        The turned vectors, as long as they were.

    Raises
    ------
    ValueError
        If the number of features is odd, shapes do not fit, or a number is not finite.

    Notes
    -----
    Each pair of neighbouring features is turned as a point in the plane:

    .. math::

       \begin{pmatrix} x'_{2i} \\ x'_{2i+1} \end{pmatrix} =
       \begin{pmatrix} \cos \omega_i t & -\sin \omega_i t \\ \sin \omega_i t & \cos \omega_i t \end{pmatrix}
       \begin{pmatrix} x_{2i} \\ x_{2i+1} \end{pmatrix}

    at position :math:`t`. So :math:`\mathbf{q}'_s \cdot \mathbf{k}'_t` depends on the vectors and on
    :math:`t - s`, not on :math:`s` and :math:`t` themselves.

    References
    ----------
    - J. Su et al., "RoFormer: enhanced transformer with rotary position embedding", Neurocomputing 568, 2024,
      section 3.2.

    Examples
    --------
    >>> rotate([[1.0, 0.0], [1.0, 0.0]], [0, np.pi / 2]).round(3)
    array([[1., 0.],
           [0., 1.]])
    """
    x = checks.array(x, "x", (..., "time", "n_features"), float32=True)
    time, d = x.shape[-2:]
    if d % 2:
        raise ValueError(f"x must have an even number of features, got {d}")
    places = np.arange(time) if positions is None else checks.array(positions, "positions", (time,))
    angles = places[:, None] * position_frequencies(d, base=base)
    return _turned(x, np.cos(angles), np.sin(angles))


def rotate_by(x: Floats, direction: int, start: int = 0) -> Floats:
    """Turn checked vectors by the positions from `start` on, or with direction -1 turn them back."""
    cosines, sines = _turns(start, x.shape[-2], x.shape[-1])
    return _turned(x, cosines, direction * sines)


@lru_cache(maxsize=32)
def _turns(start: int, n_positions: int, n_features: int) -> tuple[Floats, Floats]:
    angles = np.arange(start, start + n_positions)[:, None] * position_frequencies(n_features)
    return np.cos(angles), np.sin(angles)


def _turned(x: Floats, cosines: Floats, sines: Floats) -> Floats:
    cosines, sines = cosines.astype(x.dtype, copy=False), sines.astype(x.dtype, copy=False)
    turned = np.empty_like(x)
    even, odd = x[..., 0::2], x[..., 1::2]
    turned[..., 0::2] = even * cosines - odd * sines
    turned[..., 1::2] = even * sines + odd * cosines
    return turned
