"""Adam: by hand, and what must hold for every step. Against Keras: see test_adam_variants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from dlbook.optimization import Adam


def run(optimizer, parameters, gradients):
    for gradient in gradients:
        parameters = optimizer.step(parameters, gradient)
    return parameters


def test_two_steps_by_hand():
    # m: 0.2, 0.08; v: 0.004, 0.004996; corrected 2, 0.42105; 4, 2.49925
    optimizer = Adam(0.5, epsilon=1e-12)
    first = optimizer.step({"w": 1.0}, {"w": 2.0})
    assert_allclose(first["w"], 0.5, rtol=1e-10)
    second = optimizer.step(first, {"w": -1.0})
    assert_allclose(second["w"], 0.5 - 0.5 * (0.08 / 0.19) / np.sqrt(0.004996 / 0.001999), rtol=1e-10)
    assert optimizer.n_steps == 2


def test_finds_the_minimum_of_a_long_valley():
    slopes = np.array([1.0, 100.0])
    optimizer, w = Adam(0.05), {"w": np.array([1.0, 1.0])}
    for _ in range(2000):
        w = optimizer.step(w, {"w": slopes * w["w"]})
    assert_allclose(w["w"], 0, atol=1e-4)


@given(st.floats(1e-3, 1e6), st.integers(1, 8))
def test_the_scale_of_the_gradient_does_not_matter(scale, n_steps):
    rng = np.random.default_rng(n_steps)
    gradients = [{"w": rng.normal(size=4)} for _ in range(n_steps)]
    scaled = [{"w": scale * g["w"]} for g in gradients]
    start = {"w": np.zeros(4)}
    ours, theirs = (run(Adam(0.1, epsilon=1e-14), start, each) for each in (gradients, scaled))
    assert_allclose(ours["w"], theirs["w"], rtol=1e-8, atol=1e-10)


def test_a_steady_gradient_gives_steps_of_the_learning_rate():
    path = [1.0]
    optimizer = Adam(0.01)
    for _ in range(5):
        path.append(float(optimizer.step({"w": path[-1]}, {"w": 3.0})["w"]))
    assert_allclose(np.diff(path), -0.01, rtol=1e-6)


def test_a_gradient_of_zero_leaves_the_parameter():
    w = run(Adam(), {"w": np.ones(3)}, [{"w": np.zeros(3)}] * 4)
    assert (w["w"] == 1).all()


def test_inputs_stay_as_they_are():
    parameters, gradients = {"w": np.ones(3)}, {"w": np.ones(3)}
    Adam(0.1).step(parameters, gradients)
    assert (parameters["w"] == 1).all()
    assert (gradients["w"] == 1).all()


@pytest.mark.parametrize(
    ("name", "value"), [("epsilon", -1e-7), ("beta_1", 1.0), ("beta_2", -0.1), ("beta_2", "0.9")]
)
def test_refuses_numbers_out_of_range(name, value):
    with pytest.raises(ValueError, match=f"^{name} must"):
        Adam(**{name: value})


def test_refuses_another_network():
    optimizer = Adam()
    optimizer.step({"w": np.ones(3)}, {"w": np.ones(3)})
    with pytest.raises(ValueError, match="parameters must be those of the first step"):
        optimizer.step({"w": np.ones(2)}, {"w": np.ones(2)})
