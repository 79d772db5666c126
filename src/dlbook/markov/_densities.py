"""Gaussian densities, their estimation from weighted vectors, and how much two of them differ."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._checks import as_floats

Floats = NDArray[np.float64]

EMPTY = float(np.finfo(np.float64).tiny / np.finfo(np.float64).eps)
"""Up to this expected number of observations, a state or a component counts as empty."""


def finite(name: str, value: ArrayLike, shape: tuple[int | None, ...]) -> Floats:
    """Return a copy of finite numbers that cannot be written to; None in the shape is any number but 0."""
    array = as_floats(name, value)
    fits = array.ndim == len(shape) and array.size > 0
    if not (fits and all(w is None or w == n for w, n in zip(shape, array.shape, strict=True))):
        wanted = ", ".join("n" if w is None else str(w) for w in shape)
        raise ValueError(f"{name} must have shape ({wanted}), got {array.shape}")
    if not np.isfinite(array).all():
        position = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[position]} at {position}")
    array.flags.writeable = False
    return array


def variances(name: str, value: ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Return a copy of variances, which must be positive."""
    array = finite(name, value, shape)
    if not (array > 0).all():
        position = tuple(int(i) for i in np.argwhere(array <= 0)[0])
        raise ValueError(f"{name} must be positive variances, got {array[position]} at {position}")
    return array


def covariance_matrices(name: str, value: ArrayLike, shape: tuple[int, int, int]) -> Floats:
    """Return a copy of covariance matrices, which must be symmetric and positive definite."""
    array = finite(name, value, shape)
    for k, matrix in enumerate(array):
        if not np.allclose(matrix, matrix.T, rtol=1e-8, atol=1e-12 * float(np.abs(matrix).max())):
            raise ValueError(f"{name} must be symmetric, got {matrix.tolist()} for state {k}")
        smallest = float(np.linalg.eigvalsh(matrix)[0])
        if not _is_definite(matrix):
            raise ValueError(
                f"{name} must be positive definite, got smallest eigenvalue {smallest:.4g} for state {k}"
            )
    return array


def diagonal_log_density(x: Floats, means: Floats, variance: Floats) -> Floats:
    """Logarithm of the density of each vector (row) under each Gaussian (column), features independent."""
    deviations = np.sqrt(variance)
    norm = -0.5 * (means.shape[1] * np.log(2 * np.pi) + np.log(variance).sum(axis=1))
    result = np.empty((len(x), len(means)))
    with np.errstate(over="ignore"):  # a vector so far away has density 0
        for k, (mean, deviation) in enumerate(zip(means, deviations, strict=True)):
            standardized = (x - mean) / deviation
            result[:, k] = norm[k] - 0.5 * np.einsum("nd,nd->n", standardized, standardized)
    return result


def full_log_density(x: Floats, means: Floats, covariances: Floats) -> Floats:
    """Logarithm of the density of each vector (row) under each Gaussian (column)."""
    factors = np.linalg.cholesky(covariances)
    whitening = np.linalg.inv(factors)
    half_log_determinant = np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    norm = -0.5 * means.shape[1] * np.log(2 * np.pi) - half_log_determinant
    result = np.empty((len(x), len(means)))
    with np.errstate(over="ignore"):
        for k, (mean, matrix) in enumerate(zip(means, whitening, strict=True)):
            standardized = (x - mean) @ matrix.T
            result[:, k] = norm[k] - 0.5 * np.einsum("nd,nd->n", standardized, standardized)
    return result


def weighted_mean(x: Floats, weights: Floats) -> Floats:
    """Mean of vectors, each counted with its weight."""
    return weights @ x / weights.sum()


def weighted_variance(x: Floats, weights: Floats, centre: Floats, floor: float) -> Floats:
    """Mean squared difference from a centre in each feature, at least `floor`."""
    return np.maximum(weights @ (x - centre) ** 2 / weights.sum(), floor)


def weighted_covariance(x: Floats, weights: Floats, centre: Floats, floor: float) -> Floats:
    """Mean product of differences from a centre, with eigenvalues of at least `floor`."""
    difference = x - centre
    matrix = (weights[:, None] * difference).T @ difference / weights.sum()
    matrix = 0.5 * (matrix + matrix.T)
    values, vectors = np.linalg.eigh(matrix)
    if values[0] >= floor:
        return matrix
    matrix = (vectors * np.maximum(values, floor)) @ vectors.T
    return 0.5 * (matrix + matrix.T)


def divergences(means: Floats, covariances: Floats, other_means: Floats, other_covariances: Floats) -> Floats:
    """Sum of both Kullback-Leibler divergences between each Gaussian (row) and each other one (column)."""
    precisions, other_precisions = np.linalg.inv(covariances), np.linalg.inv(other_covariances)
    difference = means[:, None, :] - other_means[None, :, :]
    both = precisions[:, None] + other_precisions[None, :]
    traces = np.einsum("iab,jba->ij", precisions, other_covariances)
    traces += np.einsum("iab,jba->ij", covariances, other_precisions)
    return 0.5 * (traces + np.einsum("ija,ijab,ijb->ij", difference, both, difference)) - means.shape[1]


def spread_points(x: Floats, number: int, rng: np.random.Generator) -> Floats:
    """Draw vectors that lie apart: chances are in proportion to the squared distance to those drawn."""
    scale = x.std(axis=0)
    standardized = x / np.where(scale > 0, scale, 1.0)
    chosen = [int(rng.integers(len(x)))]
    distance = np.full(len(x), np.inf)
    while len(chosen) < number:
        distance = np.minimum(distance, ((standardized - standardized[chosen[-1]]) ** 2).sum(axis=1))
        total = distance.sum()
        chances = distance / total if total > 0 else np.full(len(x), 1 / len(x))
        chosen.append(int(rng.choice(len(x), p=chances)))
    return x[chosen]


def _is_definite(matrix: Floats) -> bool:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True
