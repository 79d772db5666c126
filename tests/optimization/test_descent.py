"""Descent: the bound on the rate, three ways through the data, and runs that diverge."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dlbook.nn import SGD
from dlbook.optimization import (
    DivergenceError,
    Momentum,
    batch_descent,
    beale,
    mini_batch_descent,
    minimize,
    quadratic,
    stochastic_descent,
)


class Line:
    """A line through data, with half the mean squared error."""

    def __init__(self):
        self.parameters = {"w": np.zeros(2), "b": np.zeros(())}
        self.seen = []

    def loss_and_gradients(self, x, y):
        self.seen.append(len(x))
        error = x @ self.parameters["w"] + self.parameters["b"] - y
        return (error**2).mean() / 2, {"w": x.T @ error / len(x), "b": error.mean()}


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 2))
    return x, x @ [2.0, -1.0] + 0.5


def test_a_step_on_a_surface_by_hand():
    path = minimize(quadratic([1.0, 4.0]), [2.0, 1.0], SGD(0.25), n_steps=2)
    assert_allclose(path.points, [[2, 1], [1.5, 0], [1.125, 0]], rtol=1e-12)
    assert_allclose(path.losses, [4, 1.125, 0.6328125], rtol=1e-12)
    assert path.n_steps == 2


@pytest.mark.parametrize("curvature", [0.5, 3.0, 40.0])
@pytest.mark.parametrize("share", [0.99, 1.0, 1.01])
def test_the_bound_on_the_rate_is_two_over_the_curvature(curvature, share):
    path = minimize(quadratic([curvature]), [1.0], SGD(share * 2 / curvature), n_steps=2000)
    if share == 1.0:
        assert_allclose(np.abs(path.points), 1.0, rtol=1e-9)  # there and back for ever
    else:
        assert (path.losses[-1] < 1e-9) == (share < 1)


def test_the_goal_ends_the_walk():
    path = minimize(quadratic([1.0]), [1.0], SGD(0.5), n_steps=100, goal=0.1)
    assert path.losses[-1] <= 0.1 < path.losses[-2]
    assert minimize(quadratic([1.0]), [0.0], SGD(0.5), n_steps=100, goal=0.1).n_steps == 0


def test_a_diverging_walk_says_where():
    with pytest.raises(
        DivergenceError, match="the run diverges: after step 2 the loss is no longer finite"
    ) as caught:
        minimize(beale, [4.0, 4.0], SGD(1e12), n_steps=100)
    assert caught.value.step == 2
    assert caught.value.last_loss == minimize(beale, [4.0, 4.0], SGD(1e12), n_steps=1).losses[-1]
    assert isinstance(caught.value, FloatingPointError)


def test_a_start_that_is_infinitely_high():
    with pytest.raises(DivergenceError) as caught:
        minimize(beale, [1e100, 1e100], SGD(0.1), n_steps=1)
    assert caught.value.step == 0
    assert np.isnan(caught.value.last_loss)


def test_steps_in_an_epoch(data):
    rng = np.random.default_rng(1)
    for descent, sizes in (
        (lambda m: batch_descent(m, *data, SGD(0.1), epochs=2), [50]),
        (lambda m: stochastic_descent(m, *data, SGD(0.1), epochs=2, rng=rng), [1] * 50),
        (lambda m: mini_batch_descent(m, *data, SGD(0.1), batch_size=16, epochs=2, rng=rng), [16, 16, 16, 2]),
    ):
        model = Line()
        losses = descent(model)
        assert model.seen == sizes * 2
        assert len(losses) == 2 * len(sizes)


@pytest.mark.parametrize("batch_size", [1, 7, 50, 1000])
def test_every_size_of_batch_finds_the_line(data, batch_size):
    model = Line()
    rng = np.random.default_rng(2)
    mini_batch_descent(model, *data, SGD(0.1), batch_size=batch_size, epochs=400, rng=rng)
    assert_allclose(model.parameters["w"], [2, -1], atol=1e-6)
    assert_allclose(model.parameters["b"], 0.5, atol=1e-6)


def test_a_batch_of_all_samples_is_batch_descent(data):
    one, two = Line(), Line()
    first = batch_descent(one, *data, Momentum(0.1), epochs=9)
    rng = np.random.default_rng(3)
    second = mini_batch_descent(two, *data, Momentum(0.1), batch_size=50, epochs=9, rng=rng)
    assert_allclose(first, second, rtol=1e-9)
    assert_allclose(one.parameters["w"], two.parameters["w"], rtol=1e-9)


def test_each_epoch_has_every_sample_once(data):
    class Memory(Line):
        def loss_and_gradients(self, x, y):
            self.seen.append(y)
            return super().loss_and_gradients(x, y)

    x, y = data
    model = Memory()
    mini_batch_descent(model, x, y, SGD(0.01), batch_size=8, epochs=2, rng=np.random.default_rng(4))
    order = np.concatenate([batch for batch in model.seen if isinstance(batch, np.ndarray)])
    assert_allclose(np.sort(order[:50]), np.sort(y), rtol=0)
    assert_allclose(np.sort(order[50:]), np.sort(y), rtol=0)
    assert (order[:50] != order[50:]).any()


def test_a_training_that_diverges_says_where(data):
    with pytest.raises(DivergenceError) as caught:
        batch_descent(Line(), *data, SGD(1e60), epochs=100)
    assert 1 < caught.value.step < 10
    assert np.isfinite(caught.value.last_loss)
    assert caught.value.last_loss > 1e60


def test_what_does_not_fit_is_named(data):
    x, y = data
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"^y must"):
        batch_descent(Line(), x, y[:-1], SGD(0.1))
    with pytest.raises(ValueError, match=r"^optimizer must"):
        batch_descent(Line(), x, y, "sgd")
    with pytest.raises(ValueError, match=r"^batch_size must"):
        mini_batch_descent(Line(), x, y, SGD(0.1), batch_size=0, rng=rng)
    with pytest.raises(ValueError, match=r"^rng must"):
        stochastic_descent(Line(), x, y, SGD(0.1), rng=0)
    with pytest.raises(ValueError, match=r"^surface must"):
        minimize(lambda p: p, [1.0], SGD(0.1), n_steps=1)
    with pytest.raises(ValueError, match=r"^start must"):
        minimize(beale, [1.0], SGD(0.1), n_steps=1)
