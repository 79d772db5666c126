import numpy as np
import pytest

from dlbook.nn import SGD, Optimizer
from dlbook.optimization import Adam


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
