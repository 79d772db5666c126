"""Spectral norm and spectral radius: what one matrix does to a vector at most, and what its powers do."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, positive


def spectral_norm(matrix: ArrayLike) -> float:
    """Most that a square matrix stretches a vector: its largest singular value.

    Parameters
    ----------
    matrix : array_like of shape (units, units)
        The matrix.

    Returns
    -------
    float
        The norm, never below `spectral_radius`. It bounds a product of Jacobians after any number of steps.

    Examples
    --------
    >>> spectral_norm([[0.0, 3.0], [0.0, 0.0]])
    3.0
    """
    return float(np.linalg.norm(square(matrix, "matrix"), 2))


def spectral_radius(matrix: ArrayLike) -> float:
    """Size of the largest eigenvalue of a square matrix.

    Parameters
    ----------
    matrix : array_like of shape (units, units)
        The matrix.

    Returns
    -------
    float
        The radius. It says how powers of the matrix grow or shrink in the long run, and not what the first of
        them do: a matrix with radius 0 may stretch a vector before it makes it vanish.

    Examples
    --------
    >>> spectral_radius([[0.0, 3.0], [0.0, 0.0]]), spectral_radius([[-2.0, 1.0], [0.0, 1.0]])
    (0.0, 2.0)
    """
    return float(np.abs(np.linalg.eigvals(square(matrix, "matrix"))).max())


def with_spectral_radius(matrix: ArrayLike, radius: float) -> NDArray[np.float64]:
    """Scale a square matrix to a spectral radius.

    Parameters
    ----------
    matrix : array_like of shape (units, units)
        The matrix. Its own radius must be clearly positive.
    radius : float
        The radius wanted, positive.

    Returns
    -------
    ndarray of shape (units, units)
        The scaled matrix.

    Examples
    --------
    >>> with_spectral_radius([[4.0, 1.0], [0.0, 2.0]], 1.0)
    array([[1.  , 0.25],
           [0.  , 0.5 ]])
    """
    given, radius = square(matrix, "matrix"), positive(radius, "radius")
    own = spectral_radius(given)
    if own <= 1e-12 * spectral_norm(given):
        raise ValueError(f"matrix must have a spectral radius above 0, got {own:.3g}")
    return given * (radius / own)


def square(matrix: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return a square matrix of finite numbers, or say what is wrong."""
    given = array(matrix, name, ("units", "units"))
    if given.shape[0] != given.shape[1]:
        raise ValueError(f"{name} must be square, got shape {given.shape}")
    return given
