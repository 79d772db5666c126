import numpy as np
import pytest

from dlbook.feedforward.mlp import multilayer_perceptron
from dlbook.nn import L2, SGD, ActivationLayer, BatchNormalization, Dense, Dropout


def kinds(model):
    return [type(layer) for layer in model.layers]


def test_the_number_of_parameters_by_hand():
    """3-4-2: 3 * 4 + 4 and 4 * 2 + 2; batch normalization adds a scale and a shift for 4 units."""
    rng = np.random.default_rng(0)
    assert multilayer_perceptron([3, 4, 2], rng=rng).n_parameters == 26
    assert multilayer_perceptron([3, 4, 2], rng=rng, batch_normalization=True).n_parameters == 34
    assert multilayer_perceptron([3, 2], rng=rng).n_parameters == 8


def test_layers_come_in_the_right_order():
    rng = np.random.default_rng(1)
    plain = multilayer_perceptron([3, 4, 5, 2], rng=rng)
    assert kinds(plain) == [Dense, ActivationLayer] * 3
    assert [layer.n_units for layer in plain.layers[::2]] == [4, 5, 2]
    full = multilayer_perceptron([3, 4, 2], rng=rng, dropout=0.1, batch_normalization=True)
    assert kinds(full) == [Dense, BatchNormalization, ActivationLayer, Dropout, Dense, ActivationLayer]


def test_settings_reach_their_layers():
    model = multilayer_perceptron(
        [3, 4, 2],
        rng=np.random.default_rng(2),
        activation="tanh",
        output="logistic",
        penalty=L2(0.5),
        limit=2.0,
        initializer=lambda shape, *, rng: np.full(shape, 0.25),
    )
    first, hidden, last, output = model.layers
    assert (first.weight_penalty, last.weight_penalty) == (L2(0.5), L2(0.5))
    assert (first.limit, last.limit) == (2.0, None)
    assert (hidden.activation.name, output.activation.name) == ("tanh", "logistic")
    np.testing.assert_array_equal(last.parameters["weights"], np.full((4, 2), 0.25))


def test_solves_exclusive_or_with_the_weights_of_the_lecture():
    """Goodfellow's solution: W of ones, c = (0, -1), w = (1, -2), b = 0."""
    model = multilayer_perceptron([2, 2, 1], rng=np.random.default_rng(3), output="identity")
    model.parameters = {
        "0.weights": np.ones((2, 2)),
        "0.bias": [0, -1],
        "2.weights": [[1], [-2]],
        "2.bias": [0],
    }
    np.testing.assert_array_equal(model.predict([[0, 0], [0, 1], [1, 0], [1, 1]]), [[0], [1], [1], [0]])


def test_learns_exclusive_or_from_most_starts():
    x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    solved = 0
    for seed in range(5):
        model = multilayer_perceptron(
            [2, 8, 1], rng=np.random.default_rng(seed), activation="tanh", output="logistic"
        )
        model.fit(x, y, loss="binary_cross_entropy", optimizer=SGD(1.0), batch_size=None, epochs=400)
        solved += (model.predict(x).round().ravel() == y).all()
    assert solved >= 4


def test_equal_generators_draw_equal_networks():
    first, again, other = (multilayer_perceptron([3, 4, 2], rng=np.random.default_rng(s)) for s in (1, 1, 2))
    x = np.random.default_rng(4).normal(size=(5, 3))
    np.testing.assert_array_equal(first.predict(x), again.predict(x))
    assert np.abs(first.predict(x) - other.predict(x)).max() > 1e-3


@pytest.mark.parametrize(
    ("sizes", "keywords", "message"),
    [
        ([3], {}, r"sizes must hold at least two numbers, inputs and outputs, got \[3\]"),
        ([3, 0, 2], {}, "^sizes must"),
        ([3, 2], {"output": "soft"}, "^output must"),
        ([3, 4, 2], {"dropout": 1.0}, "^dropout must"),
    ],
)
def test_bad_settings_are_named(sizes, keywords, message):
    with pytest.raises(ValueError, match=message):
        multilayer_perceptron(sizes, rng=np.random.default_rng(0), **keywords)
