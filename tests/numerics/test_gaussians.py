"""Densities and estimates against SciPy and scikit-learn, divergences against their definition."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import multivariate_normal

from dlbook.numerics import (
    diagonal_log_density,
    divergences,
    full_log_density,
    spread_points,
    weighted_covariance,
    weighted_mean,
    weighted_variance,
)


def drawn(n, d, k, seed=0):
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(k, d, d))
    covariances = factors @ factors.transpose(0, 2, 1) + 0.1 * np.eye(d)
    return rng.normal(size=(n, d)), rng.normal(size=(k, d)), covariances, rng.random(n)


def test_densities_are_those_of_scipy():
    x, means, covariances, _ = drawn(7, 3, 2)
    expected = np.column_stack(
        [multivariate_normal(m, c).logpdf(x) for m, c in zip(means, covariances, strict=True)]
    )
    assert_allclose(full_log_density(x, means, covariances), expected, rtol=1e-12)
    variance = np.diagonal(covariances, axis1=1, axis2=2)
    diagonal = np.stack([np.diag(v) for v in variance])
    assert_allclose(
        diagonal_log_density(x, means, variance), full_log_density(x, means, diagonal), rtol=1e-12
    )


def test_a_vector_beyond_all_numbers_has_density_zero():
    assert diagonal_log_density([[1e200]], [[0.0]], [[1.0]])[0, 0] == -np.inf
    assert full_log_density([[1e200]], [[0.0]], [[[1.0]]])[0, 0] == -np.inf


def test_weights_count_as_repetitions():
    x, _, _, _ = drawn(6, 3, 1)
    counts = np.array([1, 0, 3, 2, 1, 5])
    repeated = np.repeat(x, counts, axis=0)
    assert_allclose(weighted_mean(x, counts), repeated.mean(axis=0), rtol=1e-12)
    assert_allclose(weighted_variance(x, counts), repeated.var(axis=0), rtol=1e-12)
    assert_allclose(weighted_covariance(x, counts), np.cov(repeated.T, bias=True), rtol=1e-12)
    around = weighted_variance(x, counts, np.zeros(3))
    assert_allclose(around, (repeated**2).mean(axis=0), rtol=1e-12)
    assert_allclose(np.diag(weighted_covariance(x, counts, np.zeros(3))), around, rtol=1e-12)


def test_floors_hold_in_every_direction():
    x = np.outer(np.arange(5.0), [1.0, 1.0])
    assert_allclose(weighted_variance(x, np.ones(5), floor=3.0), [3.0, 3.0])
    values, vectors = np.linalg.eigh(weighted_covariance(x, np.ones(5), floor=0.5))
    assert_allclose(values, [0.5, 4.0], rtol=1e-12)
    assert abs(vectors[:, 1] @ [1, 1]) == pytest.approx(np.sqrt(2))


def test_divergences_are_those_of_the_definition():
    """Both directions of 0.5 (tr(S2^-1 S1) + d' S2^-1 d - D + log det S2 / det S1)."""
    _, means, covariances, _ = drawn(1, 3, 3)
    result = divergences(means[:1], covariances[:1], means[1:], covariances[1:])

    def divergence(i, j):
        inverse, d = np.linalg.inv(covariances[j]), means[j] - means[i]
        sizes = np.linalg.slogdet(covariances[j])[1] - np.linalg.slogdet(covariances[i])[1]
        return 0.5 * (np.trace(inverse @ covariances[i]) + d @ inverse @ d - 3 + sizes)

    assert_allclose(result, [[divergence(0, j) + divergence(j, 0) for j in (1, 2)]], rtol=1e-12)


def test_points_lie_apart():
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.normal(c, 0.1, size=(50, 2)) for c in (0.0, 10.0, 20.0)])
    kept = x.copy()
    found = [np.sort(spread_points(x, 3, rng=rng)[:, 0].round(-1)) for _ in range(20)]
    assert_allclose(found, [[0, 10, 20]] * 20)
    np.testing.assert_array_equal(x, kept)
    assert spread_points(np.ones((3, 2)), 3, rng=rng).shape == (3, 2)


X = np.ones((4, 2))


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: diagonal_log_density(np.ones(4), X, X), "x"),
        (lambda: diagonal_log_density(X, np.ones((1, 3)), np.ones((1, 3))), "means"),
        (lambda: diagonal_log_density(X, X[:1], [[1.0, 0.0]]), "variance"),
        (lambda: full_log_density(X, X[:1], [[[1.0, 2.0], [2.0, 1.0]]]), "covariances"),
        (lambda: full_log_density(X, X[:1], [[[1.0]]]), "covariances"),
        (lambda: weighted_mean(X, np.zeros(4)), "weights"),
        (lambda: weighted_mean(X, [1, 1, 1, -1]), "weights"),
        (lambda: weighted_variance(X, np.ones(4), [0.0]), "centre"),
        (lambda: weighted_variance(X, np.ones(4), floor=-1), "floor"),
        (lambda: weighted_covariance(X, np.ones(3)), "weights"),
        (lambda: divergences(X[:1], [np.eye(2)], np.ones((1, 3)), [np.eye(3)]), "other_means"),
        (lambda: divergences(X[:1], [np.ones((2, 2))], X[:1], [np.eye(2)]), "covariances"),
        (lambda: divergences(X[:1], [np.eye(2)], X[:1], [np.triu(np.ones((2, 2)))]), "other_covariances"),
        (lambda: spread_points(X, 5, rng=np.random.default_rng(0)), "n_points"),
        (lambda: spread_points(X, 2, rng=42), "rng"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        call()
