"""Momentum and Nesterov: by hand, against Keras, and what must hold for the heavy ball on a quadratic."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dlbook.nn import SGD
from dlbook.optimization import Momentum, Nesterov, minimize, quadratic, sigmoid_toy

VALLEY = quadratic([1.0, 1000.0])


def best_constants(curvatures):
    low, high = np.sqrt(min(curvatures)), np.sqrt(max(curvatures))
    return 4 / (low + high) ** 2, ((high - low) / (high + low)) ** 2


def test_three_steps_by_hand():
    # v: -0.2, -0.3, -0.05 for the gradients 2, 2, -1, rate 0.1 and momentum 0.5
    optimizer, w, path = Momentum(0.1, momentum=0.5), {"w": 1.0}, []
    for gradient in (2.0, 2.0, -1.0):
        w = optimizer.step(w, {"w": gradient})
        path.append(float(w["w"]))
    assert_allclose(path, [0.8, 0.5, 0.45], rtol=1e-12)


def test_the_race_of_the_long_valley():
    rate, momentum = best_constants([1.0, 1000.0])
    plain = minimize(VALLEY, [1.0, 1.0], SGD(2 / 1001), n_steps=10_000, goal=1e-8)
    ball = minimize(VALLEY, [1.0, 1.0], Momentum(rate, momentum=momentum), n_steps=10_000, goal=1e-8)
    assert (plain.n_steps, ball.n_steps) == (6160, 296)


def test_the_sigmoid_toy_of_the_lecture():
    plain = minimize(sigmoid_toy, [-3.0, -1.0], SGD(1.0), n_steps=100)
    ball = minimize(sigmoid_toy, [-3.0, -1.0], Momentum(1.0, momentum=0.9), n_steps=100)
    assert round(plain.losses[-1], 4) == 0.4037
    assert round(ball.losses[-1], 4) == 0.0167


@pytest.mark.parametrize("momentum", [0.5, 0.875, 0.984375])
@pytest.mark.parametrize("nesterov", [False, True])
def test_equals_keras(follows_keras, momentum, nesterov):
    import keras

    ours = (Nesterov if nesterov else Momentum)(0.03, momentum=momentum)
    follows_keras(ours, keras.optimizers.SGD(0.03, momentum=momentum, nesterov=nesterov))


@pytest.mark.parametrize("kind", [Momentum, Nesterov])
def test_without_momentum_it_is_gradient_descent(trail, kind):
    start, gradients = trail
    plain, ours, one, two = SGD(0.1), kind(0.1, momentum=0.0), start, start
    for slopes in gradients:
        one, two = plain.step(one, slopes), ours.step(two, slopes)
    for name, value in one.items():
        assert_allclose(two[name], value, rtol=1e-12)


def test_the_first_step_of_the_heavy_ball_is_that_of_gradient_descent():
    assert Momentum(0.25).step({"w": 1.0}, {"w": 2.0})["w"] == 0.5


def test_nesterov_stores_the_place_ahead():
    # the usual form: v <- mu v - eta grad(p + mu v), p <- p + v; what is stored is p + mu v
    rate, momentum, p, v = 0.0005, 0.9, np.ones(2), np.zeros(2)
    path = minimize(VALLEY, p, Nesterov(rate, momentum=momentum), n_steps=40)
    for place in path.points[1:]:
        v = momentum * v - rate * VALLEY.gradient(p + momentum * v)
        p = p + v
        assert_allclose(place, p + momentum * v, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("momentum", [0.0, 0.3, 0.7, 0.95])
@pytest.mark.parametrize("share", [0.98, 1.02])
def test_the_heavy_ball_converges_below_a_bound_and_not_above(momentum, share):
    # stable while rate * curvature < 2 (1 + momentum)
    rate = share * 2 * (1 + momentum)
    path = minimize(quadratic([1.0]), [1.0], Momentum(rate, momentum=momentum), n_steps=700)
    assert (path.losses[-1] < 1e-6) == (share < 1)
    assert (path.losses[-1] > 1e6) == (share > 1)


def test_a_steady_gradient_makes_steps_that_grow_to_their_limit():
    optimizer, w = Momentum(0.01, momentum=0.9), {"w": 0.0}
    for _ in range(300):
        before, w = w, optimizer.step(w, {"w": -2.0})
    assert_allclose(w["w"] - before["w"], 0.01 * 2 / (1 - 0.9), rtol=1e-9)


@pytest.mark.parametrize("kind", [Momentum, Nesterov])
@pytest.mark.parametrize("momentum", [-0.1, 1.0, 1.5, np.nan, "0.9", None])
def test_refuses_a_momentum_out_of_range(kind, momentum):
    with pytest.raises(ValueError, match=r"^momentum must"):
        kind(0.1, momentum=momentum)
