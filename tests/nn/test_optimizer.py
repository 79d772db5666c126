import numpy as np
import pytest

from dlbook.nn import SGD, Optimizer
from dlbook.nn.optimizer import _PIECE
from dlbook.optimization import AdaGrad, Adam, AdamW, Lion, Momentum, Nadam, Nesterov, RMSProp


def test_a_step_by_hand():
    parameters = {"w": np.array([1.0, 2.0]), "b": np.array([0.5])}
    after = SGD(0.1).step(parameters, {"w": np.array([0.5, -1.0]), "b": np.array([2.0])})
    np.testing.assert_allclose(after["w"], [0.95, 2.1], rtol=1e-12)
    np.testing.assert_allclose(after["b"], [0.3], rtol=1e-12)
    np.testing.assert_array_equal(parameters["w"], [1, 2])


def test_steps_equal_those_of_keras_with_its_schedule():
    import keras

    rng = np.random.default_rng(0)
    start = {"W": rng.normal(size=(3, 4)), "b": rng.normal(size=5)}
    schedule = keras.optimizers.schedules.InverseTimeDecay(0.5, decay_steps=2, decay_rate=0.3)
    theirs, ours = keras.optimizers.SGD(schedule), SGD(lambda n_steps: 0.5 / (1 + 0.3 * n_steps / 2))
    variables, after = [keras.Variable(value, dtype="float64") for value in start.values()], start
    for _ in range(4):
        gradients = {name: rng.normal(size=value.shape) for name, value in start.items()}
        after = ours.step(after, gradients)
        theirs.apply([keras.ops.convert_to_tensor(g) for g in gradients.values()], variables)
    for own, reference in zip(after.values(), variables, strict=True):
        np.testing.assert_allclose(own, reference.numpy(), rtol=1e-6)


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_a_schedule_is_asked_for_every_step(kind):
    asked = []
    optimizer = kind(lambda n_steps: asked.append(n_steps) or 0.5**n_steps)
    for _ in range(3):
        optimizer.step({"w": 1.0}, {"w": 2.0})
    assert asked == [0, 1, 2]
    assert optimizer.rate == 0.125
    assert optimizer.n_steps == 3


@pytest.mark.parametrize("optimizer", [SGD(0.1), Adam()])
def test_optimizers_follow_one_protocol(optimizer):
    assert isinstance(optimizer, Optimizer)


def test_one_without_memory_serves_several_networks():
    optimizer = SGD(1.0)
    optimizer.step({"w": 1.0}, {"w": 2.0})
    assert optimizer.step({"v": [1.0, 1.0]}, {"v": [1.0, 2.0]})["v"].tolist() == [0, -1]


@pytest.mark.parametrize("kind", [SGD, Adam])
@pytest.mark.parametrize("rate", [0, -0.1, np.nan, np.inf, "0.1", None, 1j])
def test_bad_rates_are_named(kind, rate):
    with pytest.raises(ValueError, match=r"^learning_rate must"):
        kind(rate)
    with pytest.raises(ValueError, match=r"^learning_rate must"):
        kind(lambda n_steps: rate).step({"w": 1.0}, {"w": 1.0})


@pytest.mark.parametrize("kind", [SGD, Adam])
@pytest.mark.parametrize(
    ("parameters", "gradients", "name"),
    [
        ({"w": np.ones(3)}, {"b": np.ones(3)}, "gradients"),
        ({"w": np.ones(3), "b": np.ones(3)}, {"w": np.ones(3)}, "gradients"),
        ({"w": np.ones(3)}, {"w": 1.0}, "gradients"),
        ({"w": np.ones(3)}, {"w": np.ones((2, 3))}, "gradients"),
        ({"w": np.ones(3)}, {"w": ["a", "b", "c"]}, "gradients of 'w'"),
        ({"w": [1j]}, {"w": [1.0]}, "parameters of 'w'"),
        ([1.0], {"w": [1.0]}, "parameters"),
        ({"w": [1.0]}, [1.0], "gradients"),
    ],
)
def test_what_does_not_fit_is_named(kind, parameters, gradients, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        kind(0.1).step(parameters, gradients)


@pytest.mark.parametrize("kind", [SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW, Nadam, Lion])
def test_a_large_parameter_moves_as_its_parts_do(kind):
    rng = np.random.default_rng(0)
    shape = (2, _PIECE + 5)
    whole, parts = kind(), kind()
    together = {"w": rng.normal(size=shape)}
    apart = {f"{i}, {j}": together["w"][i, j : j + 999] for i in range(2) for j in range(0, shape[1], 999)}
    for _ in range(3):
        slopes = rng.normal(size=shape)
        together = whole.step(together, {"w": slopes})
        cut = {f"{i}, {j}": slopes[i, j : j + 999] for i in range(2) for j in range(0, shape[1], 999)}
        apart = parts.step(apart, cut)
    rows = [[apart[f"{i}, {j}"] for j in range(0, shape[1], 999)] for i in range(2)]
    np.testing.assert_array_equal(together["w"], [np.concatenate(row) for row in rows])


def test_an_optimizer_of_ones_own_sees_a_large_gradient_as_a_whole():
    class Normalized(SGD):
        def _change(self, name, gradient, rate):
            return rate * gradient / np.linalg.norm(gradient)

    before = {"w": np.zeros(2 * _PIECE)}
    after = Normalized(0.5).step(before, {"w": np.ones(2 * _PIECE)})
    np.testing.assert_allclose(np.linalg.norm(after["w"]), 0.5)
