"""Surfaces: published minima, slopes and curvatures against differences, and quadratics of any direction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from dlbook.optimization import Surface, beale, quadratic, rosenbrock, saddle, sigmoid_toy

NAMED = [beale, rosenbrock, saddle, sigmoid_toy]
ALL = [*NAMED, quadratic([1.0, 30.0]), quadratic([1.0, 30.0], angle=45), quadratic([2.0, -1.0], angle=-20)]


def differences(function, point, width=1e-5):
    """Return the slopes of a function at a point, by central differences, along a new last axis."""
    ways = np.eye(len(point)) * width
    ends = [(function(point + way), function(point - way)) for way in ways]
    return np.stack([(np.asarray(a) - np.asarray(b)) / (2 * width) for a, b in ends], axis=-1)


@pytest.mark.parametrize("surface", NAMED, ids=lambda s: s.name)
def test_the_minima_are_minima(surface):
    for minimum in surface.minima:
        assert_allclose(surface.gradient(minimum), 0, atol=1e-9)
        assert (np.linalg.eigvalsh(surface.hessian(minimum)) > 0).all()


def test_published_values():
    assert beale([3.0, 0.5]) == 0
    assert beale([0.0, 0.0]) == 1.5**2 + 2.25**2 + 2.625**2
    assert rosenbrock([1.0, 1.0]) == 0
    assert rosenbrock([-1.2, 1.0]) == pytest.approx(24.2, rel=1e-12)  # the usual start
    assert saddle([0.0, 1.0]) == saddle([0.0, -1.0]) == -0.25
    assert sigmoid_toy(sigmoid_toy.minima[0]) < 1e-30


@pytest.mark.parametrize("surface", ALL, ids=lambda s: f"{s.name}")
def test_slope_and_curvature_equal_differences(surface):
    rng = np.random.default_rng(0)
    low, high = np.array(surface.window).T
    for point in rng.uniform(low, high, size=(20, 2)):
        slope, bend = surface.gradient(point), surface.hessian(point)
        assert_allclose(slope, differences(surface, point), rtol=1e-5, atol=1e-6)
        assert_allclose(bend, differences(surface.gradient, point), rtol=1e-5, atol=1e-6)
        assert_allclose(bend, bend.T, rtol=1e-12)


@pytest.mark.parametrize("surface", ALL, ids=lambda s: f"{s.name}")
def test_many_points_at_once(surface):
    points = np.random.default_rng(1).uniform(-1, 1, size=(3, 4, 2))
    heights, slopes, bends = surface(points), surface.gradient(points), surface.hessian(points)
    assert (heights.shape, slopes.shape, bends.shape) == ((3, 4), (3, 4, 2), (3, 4, 2, 2))
    for place in np.ndindex(3, 4):
        assert_allclose(heights[place], surface(points[place]), rtol=1e-12)
        assert_allclose(slopes[place], surface.gradient(points[place]), rtol=1e-9, atol=1e-15)
        assert_allclose(bends[place], surface.hessian(points[place]), rtol=1e-9, atol=1e-15)


@given(st.floats(-5, 50), st.floats(-5, 50), st.floats(-180, 180))
def test_turning_keeps_the_curvatures(one, two, angle):
    found = np.linalg.eigvalsh(quadratic([one, two], angle=angle).hessian([0.0, 0.0]))
    assert_allclose(found, sorted([one, two]), rtol=1e-9, atol=1e-9)


def test_a_quadratic_of_three_parameters():
    bowl = quadratic([1.0, 2.0, 3.0])
    assert bowl([1.0, 1.0, 1.0]) == 3.0
    assert bowl.gradient([1.0, 1.0, 1.0]).tolist() == [1, 2, 3]
    assert bowl.n_parameters == 3
    with pytest.raises(ValueError, match=r"^angle must"):
        quadratic([1.0, 2.0, 3.0], angle=10)


def test_a_saddle_has_no_lowest_point():
    assert quadratic([1.0, -1.0]).minima == ()
    assert quadratic([1.0, 2.0]).minima == ((0.0, 0.0),)


def test_curvatures_are_not_those_of_the_caller_afterwards():
    given_curvatures = np.array([1.0, 2.0])
    bowl = quadratic(given_curvatures)
    given_curvatures[0] = 100.0
    assert bowl([1.0, 0.0]) == 0.5


def test_far_away_the_toy_is_flat_and_finite():
    assert np.isfinite(sigmoid_toy([1e300, -1e300]))
    assert_allclose(sigmoid_toy.gradient([1e5, 1e5]), 0, atol=1e-100)


@pytest.mark.parametrize("point", [[1.0], [1.0, 2.0, 3.0], 1.0, [np.nan, 1.0], "point"])
def test_points_that_do_not_fit_are_named(point):
    with pytest.raises(ValueError, match=r"^point must"):
        beale(point)


def test_one_of_your_own_needs_a_window_that_fits():
    with pytest.raises(ValueError, match=r"^minima must"):
        Surface("line", np.abs, np.sign, np.sign, ((0.0, 0.0),), ((-1.0, 1.0),))
