"""The logistic function, without overflow."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def logistic(z: ArrayLike) -> NDArray[np.float64]:
    r"""Squash every number into the range from 0 to 1.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        The values of the logistic function. None of them overflows on the way.

    Notes
    -----
    .. math:: \sigma(z) = \frac{1}{1 + e^{-z}}

    For a negative :math:`z` the equal form :math:`e^{z} / (1 + e^{z})` is used, so that the exponential never
    exceeds 1.

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, section 3.10.

    Examples
    --------
    >>> logistic([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    z = np.asarray(z, dtype=float)
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)
