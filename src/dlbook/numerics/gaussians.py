"""Gaussian distributions: densities, estimation from weighted vectors, and how much two of them differ."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks

Floats = NDArray[np.float64]


def diagonal_log_density(x: ArrayLike, means: ArrayLike, variance: ArrayLike) -> Floats:
    r"""Logarithms of the densities of vectors under Gaussians whose features are independent.

    Parameters
    ----------
    x : array_like of shape (n_samples, n_features)
        The vectors.
    means : array_like of shape (n_distributions, n_features)
        The mean of each Gaussian.
    variance : array_like of shape (n_distributions, n_features)
        Its variances, positive.

    Returns
    -------
    ndarray of shape (n_samples, n_distributions)
        The logarithms; ``-inf`` where the square of a distance is above the largest number.

    Raises
    ------
    ValueError
        If a shape does not fit, a number is not finite, or a variance is not positive.

    Notes
    -----
    .. math:: \log \mathcal{N}(x; \mu, \operatorname{diag} \sigma^2)
              = -\frac12 \sum_d \Bigl( \log 2 \pi \sigma_d^2 + \frac{(x_d - \mu_d)^2}{\sigma_d^2} \Bigr)

    Examples
    --------
    >>> diagonal_log_density([[0.0], [2.0]], [[0.0]], [[4.0]]).round(4).tolist()
    [[-1.6121], [-2.1121]]
    """
    points, centres = _points_and_means(x, means)
    spread = variances(variance, "variance", centres.shape)
    norm = -0.5 * (centres.shape[1] * np.log(2 * np.pi) + np.log(spread).sum(axis=1))
    result = np.empty((len(points), len(centres)))
    with np.errstate(over="ignore"):
        for k, (mean, deviation) in enumerate(zip(centres, np.sqrt(spread), strict=True)):
            standardized = (points - mean) / deviation
            result[:, k] = norm[k] - 0.5 * np.einsum("nd,nd->n", standardized, standardized)
    return result


def full_log_density(x: ArrayLike, means: ArrayLike, covariances: ArrayLike) -> Floats:
    r"""Logarithms of the densities of vectors under Gaussians with covariance matrices.

    Parameters
    ----------
    x : array_like of shape (n_samples, n_features)
        The vectors.
    means : array_like of shape (n_distributions, n_features)
        The mean of each Gaussian.
    covariances : array_like of shape (n_distributions, n_features, n_features)
        Its covariance matrix, symmetric and positive definite.

    Returns
    -------
    ndarray of shape (n_samples, n_distributions)
        The logarithms; ``-inf`` where the square of a distance is above the largest number.

    Raises
    ------
    ValueError
        If a shape does not fit, a number is not finite, or a matrix is not positive definite.

    Notes
    -----
    With the factor :math:`L` of Cholesky, :math:`\Sigma = L L^{\top}`:

    .. math:: \log \mathcal{N}(x; \mu, \Sigma)
              = -\frac{D}{2} \log 2 \pi - \sum_d \log L_{dd} - \frac12 \lVert L^{-1} (x - \mu) \rVert^2

    Examples
    --------
    >>> full_log_density([[0.0, 0.0]], [[0.0, 0.0]], [[[2.0, 1.0], [1.0, 2.0]]]).round(4).tolist()
    [[-2.3872]]
    """
    points, centres = _points_and_means(x, means)
    n_distributions, n_features = centres.shape
    shape = (n_distributions, n_features, n_features)
    matrices = checks.array(covariances, "covariances", shape)
    try:
        factors = np.linalg.cholesky(matrices)
    except np.linalg.LinAlgError:
        raise _indefinite(matrices, "covariances") from None
    half_log_determinant = np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    norm = -0.5 * n_features * np.log(2 * np.pi) - half_log_determinant
    result = np.empty((len(points), n_distributions))
    with np.errstate(over="ignore"):
        for k, (mean, matrix) in enumerate(zip(centres, np.linalg.inv(factors), strict=True)):
            standardized = (points - mean) @ matrix.T
            result[:, k] = norm[k] - 0.5 * np.einsum("nd,nd->n", standardized, standardized)
    return result


def weighted_mean(x: ArrayLike, weights: ArrayLike) -> Floats:
    """Mean of vectors, each counted with its weight.

    Parameters
    ----------
    x : array_like of shape (n_samples, n_features)
        The vectors.
    weights : array_like of shape (n_samples,)
        Their weights, not negative, not all zero.

    Returns
    -------
    ndarray of shape (n_features,)
        The mean.

    Examples
    --------
    >>> weighted_mean([[0.0], [4.0]], [3.0, 1.0])
    array([1.])
    """
    points, counts = _weighted(x, weights)
    return counts @ points / counts.sum()


def weighted_variance(
    x: ArrayLike, weights: ArrayLike, centre: ArrayLike | None = None, *, floor: float = 0.0
) -> Floats:
    """Mean squared difference from a centre in each feature, each vector counted with its weight.

    Parameters
    ----------
    x : array_like of shape (n_samples, n_features)
        The vectors.
    weights : array_like of shape (n_samples,)
        Their weights, not negative, not all zero. The sum is divided by that of the weights, not by one less.
    centre : array_like of shape (n_features,), optional
        The centre. Without it, the weighted mean.
    floor : float, default 0.0
        What smaller variances are raised to.

    Returns
    -------
    ndarray of shape (n_features,)
        The variances.

    Examples
    --------
    >>> weighted_variance([[0.0], [4.0]], [3.0, 1.0])
    array([3.])
    """
    difference, counts = _from_centre(x, weights, centre)
    return np.maximum(counts @ difference**2 / counts.sum(), checks.not_negative(floor, "floor"))


def weighted_covariance(
    x: ArrayLike, weights: ArrayLike, centre: ArrayLike | None = None, *, floor: float = 0.0
) -> Floats:
    """Mean product of differences from a centre, each vector counted with its weight.

    Parameters
    ----------
    x : array_like of shape (n_samples, n_features)
        The vectors.
    weights : array_like of shape (n_samples,)
        Their weights, as for `weighted_variance`.
    centre : array_like of shape (n_features,), optional
        The centre. Without it, the weighted mean.
    floor : float, default 0.0
        What smaller eigenvalues are raised to, so that the variance is at least this in every direction.

    Returns
    -------
    ndarray of shape (n_features, n_features)
        The covariance matrix.

    Examples
    --------
    >>> weighted_covariance([[0.0, 0.0], [2.0, 2.0]], [1.0, 1.0], floor=0.5)
    array([[1.25, 0.75],
           [0.75, 1.25]])
    """
    difference, counts = _from_centre(x, weights, centre)
    least = checks.not_negative(floor, "floor")
    matrix = (counts[:, None] * difference).T @ difference / counts.sum()
    matrix = 0.5 * (matrix + matrix.T)
    values, vectors = np.linalg.eigh(matrix)
    if values[0] >= least:
        return matrix
    matrix = (vectors * np.maximum(values, least)) @ vectors.T
    return 0.5 * (matrix + matrix.T)


def divergences(
    means: ArrayLike, covariances: ArrayLike, other_means: ArrayLike, other_covariances: ArrayLike
) -> Floats:
    """Sum of both Kullback-Leibler divergences between each Gaussian and each other one.

    Parameters
    ----------
    means : array_like of shape (n, n_features)
        Means of the first Gaussians.
    covariances : array_like of shape (n, n_features, n_features)
        Their covariance matrices.
    other_means : array_like of shape (m, n_features)
        Means of the others.
    other_covariances : array_like of shape (m, n_features, n_features)
        Their covariance matrices.

    Returns
    -------
    ndarray of shape (n, m)
        The sums; infinite or NaN where they are above the largest number.

    Examples
    --------
    >>> divergences([[0.0]], [[[1.0]]], [[0.0], [2.0]], [[[1.0]], [[1.0]]])
    array([[0., 4.]])
    """
    one = _means_and_matrices(means, covariances, "")
    other = _means_and_matrices(other_means, other_covariances, "other_", one[0].shape[1])
    precisions, other_precisions = np.linalg.inv(one[1]), np.linalg.inv(other[1])
    with np.errstate(over="ignore", invalid="ignore"):
        difference = one[0][:, None, :] - other[0][None, :, :]
        both = precisions[:, None] + other_precisions[None, :]
        traces = np.einsum("iab,jba->ij", precisions, other[1])
        traces += np.einsum("iab,jba->ij", one[1], other_precisions)
        squares = np.einsum("ija,ijab,ijb->ij", difference, both, difference)
        return 0.5 * (traces + squares) - one[0].shape[1]


def variances(value: ArrayLike, name: str, shape: checks.Shape) -> Floats:
    """Check variances.

    Parameters
    ----------
    value : array_like
        The argument.
    name : str
        Its name.
    shape : tuple of (int, str or ...)
        What the shape must be, as for `dlbook.checks.array`.

    Returns
    -------
    ndarray
        The variances.

    Raises
    ------
    ValueError
        If one is not positive and finite, or the shape is another.
    """
    array = checks.array(value, name, shape)
    if not (array > 0).all():
        position = tuple(int(i) for i in np.argwhere(array <= 0)[0])
        raise ValueError(f"{name} must be positive variances, got {array[position]} at {position}")
    return array


def covariance_matrices(value: ArrayLike, name: str, shape: checks.Shape) -> Floats:
    """Check covariance matrices.

    Parameters
    ----------
    value : array_like of shape (n, n_features, n_features)
        The argument.
    name : str
        Its name.
    shape : tuple of (int or str)
        What the shape must be, as for `dlbook.checks.array`.

    Returns
    -------
    ndarray of shape (n, n_features, n_features)
        The matrices.

    Raises
    ------
    ValueError
        If one is not symmetric, positive definite and finite, or the shape is another.
    """
    array = checks.array(value, name, shape)
    for k, matrix in enumerate(array):
        if not np.allclose(matrix, matrix.T, rtol=1e-8, atol=1e-12 * float(np.abs(matrix).max())):
            raise ValueError(f"{name} must be symmetric, got {matrix.tolist()} in matrix {k}")
        try:
            np.linalg.cholesky(matrix)
        except np.linalg.LinAlgError:
            raise _indefinite(array, name) from None
    return array


def _indefinite(matrices: Floats, name: str) -> ValueError:
    smallest = np.linalg.eigvalsh(matrices)[:, 0]
    k = int(smallest.argmin())
    return ValueError(
        f"{name} must be positive definite, got smallest eigenvalue {smallest[k]:.4g} in matrix {k}"
    )


def _points_and_means(x: ArrayLike, means: ArrayLike) -> tuple[Floats, Floats]:
    points = checks.array(x, "x", ("n_samples", "n_features"))
    return points, checks.array(means, "means", ("n_distributions", points.shape[1]))


def _means_and_matrices(
    means: ArrayLike, covariances: ArrayLike, prefix: str, n_features: int | str = "n_features"
) -> tuple[Floats, Floats]:
    centres = checks.array(means, f"{prefix}means", ("n", n_features))
    n, n_features = centres.shape
    return centres, covariance_matrices(covariances, f"{prefix}covariances", (n, n_features, n_features))


def _weighted(x: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    points = checks.array(x, "x", ("n_samples", "n_features"))
    counts = checks.array(weights, "weights", (len(points),))
    if (counts < 0).any() or not counts.any():
        raise ValueError(
            f"weights must not be negative and not all zero, got {counts.min():.6g} as the least"
        )
    return points, counts


def _from_centre(x: ArrayLike, weights: ArrayLike, centre: ArrayLike | None) -> tuple[Floats, Floats]:
    points, counts = _weighted(x, weights)
    middle: Any = counts @ points / counts.sum() if centre is None else centre
    return points - checks.array(middle, "centre", (points.shape[1],)), counts
