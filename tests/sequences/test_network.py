"""A recurrent layer with a dense one on top: by hand, central differences, and learning."""

import numpy as np
import pytest

from dlbook.nn import Dense, check_gradients, clip_by_global_norm, descend, softmax
from dlbook.optimization import Adam
from dlbook.sequences import GRU, LSTM, Bidirectional, RecurrentNetwork, SimpleRNN, Stacked

HALF = "mean_squared_error"


def network(rng, kind=LSTM, **options):
    return RecurrentNetwork(kind(2, 4, rng=rng), Dense(4, 3, rng=rng, bias=rng.normal(size=3)), **options)


def test_a_running_sum_is_answered_by_hand():
    adder = SimpleRNN(1, 1, activation="identity", kernel=[[1.0]], recurrent_kernel=[[1.0]])
    double = RecurrentNetwork(adder, Dense(1, 1, weights=[[2.0]], bias=[1.0]), loss=HALF)
    x = [[[1.0], [2.0], [4.0]]]
    np.testing.assert_array_equal(double.forward(x)[0].ravel(), [3, 7, 15])
    value, inputs, gradients = double.loss_and_gradients(x, [[[3.0], [7.0], [12.0]]])
    assert value == 3  # errors 0, 0 and 3
    np.testing.assert_array_equal(inputs.ravel(), [4, 4, 4])  # 2/3 of the error, times the weight 2
    np.testing.assert_array_equal(gradients["output.weights"], [[14]])
    np.testing.assert_array_equal(gradients["output.bias"], [2])


def test_the_loss_and_its_gradient_for_the_output_are_those_of_a_softmax():
    rng = np.random.default_rng(0)
    model, x, y = network(rng), rng.normal(size=(6, 5, 2)), rng.integers(0, 3, size=(6, 5))
    p, states = softmax(model.forward(x)[0]), model.layer.forward(x)[0]
    value, _, gradients = model.loss_and_gradients(x, y)
    assert value == pytest.approx(-np.log(np.take_along_axis(p, y[..., None], -1)).mean(), rel=1e-12)
    error = (p - np.eye(3)[y]) / 30
    np.testing.assert_allclose(
        gradients["output.weights"], np.einsum("btm,btk->mk", states, error), atol=1e-15
    )


@pytest.mark.parametrize("kind", [SimpleRNN, LSTM, GRU])
@pytest.mark.parametrize("last_only", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_gradients_of_all_parameters_and_inputs(kind, last_only, masked):
    rng = np.random.default_rng(1)
    model = network(rng, kind, last_only=last_only)
    x, y = rng.normal(size=(4, 5, 2)), rng.integers(0, 3, size=4 if last_only else (4, 5))
    mask = (np.arange(5) < [[5], [3], [4], [1]]) if masked else None
    where = None if last_only else (np.ones((4, 5), bool) if mask is None else mask)

    def function(values):
        model.parameters = {name: values[name] for name in model.parameters}
        return model.loss_and_gradients(values["x"], y, where, mask)[0]

    _, inputs, gradients = model.loss_and_gradients(x, y, where, mask)
    report = check_gradients(function, {**model.parameters, "x": x}, {**gradients, "x": inputs})
    report.raise_if_failed()
    assert report.n_entries == model.n_parameters + x.size


def test_steps_that_do_not_count_change_nothing():
    rng = np.random.default_rng(2)
    model, x, y = network(rng), rng.normal(size=(4, 5, 2)), rng.integers(0, 3, size=(4, 5))
    where = np.arange(5) < np.array([[2], [5], [1], [3]])
    other = np.where(where, y, (y + 1) % 3)
    for first, second in zip(
        model.loss_and_gradients(x, y, where)[2].values(),
        model.loss_and_gradients(x, other, where)[2].values(),
        strict=True,
    ):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_deep_and_bidirectional_one_learns_which_letter_came_first(seed):
    rng = np.random.default_rng(seed)
    sides = [SimpleRNN(2, 6, rng=rng) for _ in range(2)]
    layer = Stacked([Bidirectional(*sides), GRU(12, 5, rng=rng)])
    model = RecurrentNetwork(layer, Dense(5, 2, rng=rng))
    letters = rng.integers(0, 2, size=(64, 6))
    x, y = np.eye(2)[letters], np.repeat(letters[:, :1], 6, axis=1)
    losses = descend(model, [(x, y)] * 60, Adam(0.03), clip=lambda g: clip_by_global_norm(g, 1.0))
    assert losses[-1] < 0.1 < 0.5 < losses[0]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"layer": Dense(4, 3, weights=np.ones((4, 3)))}, "layer"),
        ({"output": Dense(5, 3, weights=np.ones((5, 3)))}, "output"),
        ({"output": "dense"}, "output"),
        ({"loss": "mse"}, "loss"),
    ],
)
def test_bad_parts_are_named(change, name):
    rng = np.random.default_rng(0)
    parts = {"layer": GRU(2, 4, rng=rng), "output": Dense(4, 3, rng=rng), **change}
    with pytest.raises(ValueError, match=f"^{name} must"):
        RecurrentNetwork(**parts)


@pytest.mark.parametrize(
    ("y", "where", "name"),
    [
        (np.zeros((4, 5)), np.ones((4, 6), bool), "where"),
        (np.zeros((4, 6), int), np.ones((4, 5), bool), "y"),
        (np.full((4, 5), 3), None, "y"),
    ],
)
def test_bad_answers_are_named(y, where, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        network(np.random.default_rng(0)).loss_and_gradients(np.zeros((4, 5, 2)), y, where)
