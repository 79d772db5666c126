"""Stacked layers: by hand, against Keras, central differences, and layer by layer."""

import numpy as np
import pytest

from dlbook.nn import NonFiniteGradientError
from dlbook.sequences.bidirectional import Bidirectional
from dlbook.sequences.gru import GRU
from dlbook.sequences.lstm import LSTM, LSTMState
from dlbook.sequences.rnn import SimpleRNN
from dlbook.sequences.stacked import Stacked

LEFT_AND_RIGHT = np.array([[1, 1, 1, 1, 1], [0, 0, 1, 1, 1], [1, 1, 0, 0, 0]], bool)


def running_sum():
    return SimpleRNN(1, 1, activation="identity", kernel=[[1.0]], recurrent_kernel=[[1.0]])


# 1. numbers worked out by hand


def test_sums_of_sums_by_hand():
    """(1, 2, 4) sums to 1, 3, 7, and that to 1, 4, 11. The last of them is 3 x1 + 2 x2 + x3."""
    network = Stacked([running_sum(), running_sum()])
    outputs, cache = network.forward([[[1.0], [2.0], [4.0]]])
    np.testing.assert_array_equal(outputs.ravel(), [1, 4, 11])
    assert cache.final_state == (7.0, 11.0)
    gradients = network.backward([[[0.0], [0.0], [1.0]]], cache)
    np.testing.assert_array_equal(gradients.inputs.ravel(), [3, 2, 1])
    # Upper: its states 4 and 1 at steps 2 and 1. Lower: its state 3 by one path, its state 1 by two.
    assert gradients.parameters["1.recurrent_kernel"].item() == 4 + 1
    assert gradients.parameters["0.recurrent_kernel"].item() == 3 * 1 + 1 * 2
    assert gradients.parameters["1.kernel"].item() == 7 + 3 + 1
    explicit = network.backward([[[0.0], [0.0], [1.0]]], cache, truncation=1)
    np.testing.assert_array_equal(explicit.inputs.ravel(), [0, 0, 1])


def test_number_of_parameters_by_hand():
    rng = np.random.default_rng(0)
    network = Stacked([SimpleRNN(3, 4, rng=rng), LSTM(4, 5, rng=rng), GRU(5, 2, rng=rng)])
    assert network.n_parameters == 32 + 4 * (20 + 25 + 5) + 3 * (10 + 4 + 2 * 2)
    assert (network.n_features, network.n_outputs) == (3, 2)


# 2. parity with Keras


@pytest.mark.parametrize("mask", [None, LEFT_AND_RIGHT], ids=["no mask", "mask"])
def test_two_layers_equal_keras(equals_keras, mask):
    import keras

    rng = np.random.default_rng(0)
    network = Stacked([LSTM(2, 4, rng=rng), GRU(4, 6, rng=rng)])
    options = {"return_sequences": True, "return_state": True, "dtype": "float64"}
    layers = [keras.layers.LSTM(4, **options), keras.layers.GRU(6, **options)]

    def call(inputs, states):
        lower, hidden, cell = layers[0](inputs, initial_state=states[:2], mask=mask)
        upper, state = layers[1](lower, initial_state=states[2:], mask=mask)
        return [upper, hidden, cell, state]

    equals_keras(network, layers, mask, call=call)


# 3. central differences


def test_gradients(equals_differences):
    rng = np.random.default_rng(1)
    network = Stacked([SimpleRNN(2, 3, rng=rng), LSTM(3, 2, rng=rng), GRU(2, 3, reset_after=False, rng=rng)])
    equals_differences(network)
    equals_differences(network, np.array([[1, 1, 0, 0], [0, 1, 1, 1]], bool), seed=5)


def test_gradients_with_a_bidirectional_layer_below(equals_differences):
    rng = np.random.default_rng(2)
    both = Bidirectional(GRU(2, 3, rng=rng), GRU(2, 3, rng=rng))
    network = Stacked([both, LSTM(6, 2, rng=rng)])
    equals_differences(network, steps=3)
    equals_differences(network, np.array([[1, 1, 0], [0, 1, 1]], bool), steps=3, seed=5)


# 4. invariants


def test_layer_by_layer(tools):
    rng = np.random.default_rng(3)
    network = Stacked([GRU(2, 3, rng=rng), LSTM(3, 4, rng=rng)])
    x, grad = rng.normal(size=(3, 6, 2)), rng.normal(size=(3, 6, 4))
    outputs, cache = network.forward(x)
    lower, lower_cache = network.layers[0].forward(x)
    upper, upper_cache = network.layers[1].forward(lower)
    np.testing.assert_array_equal(outputs, upper)
    for truncation in (None, 2):
        found = network.backward(grad, cache, truncation=truncation)
        above = network.layers[1].backward(grad, upper_cache, truncation=truncation)
        below = network.layers[0].backward(above.inputs, lower_cache, truncation=truncation)
        np.testing.assert_array_equal(found.inputs, below.inputs)
        np.testing.assert_array_equal(found.parameters["0.bias"], below.parameters["bias"])
        np.testing.assert_array_equal(found.parameters["1.bias"], above.parameters["bias"])
    assert isinstance(cache.final_state[1], LSTMState)


def test_one_layer_is_that_layer(tools):
    rng = np.random.default_rng(4)
    layer = LSTM(2, 3, rng=rng)
    x, grad = rng.normal(size=(2, 5, 2)), rng.normal(size=(2, 5, 3))
    outputs, cache = layer.forward(x)
    stacked, stacked_cache = Stacked([layer]).forward(x)
    np.testing.assert_array_equal(outputs, stacked)
    np.testing.assert_array_equal(
        layer.backward(grad, cache).inputs, Stacked([layer]).backward(grad, stacked_cache).inputs
    )


def test_steps_one_by_one_equal_the_forward_pass(tools):
    rng = np.random.default_rng(5)
    network = Stacked([LSTM(2, 3, rng=rng), GRU(3, 4, rng=rng)])
    x = rng.normal(size=(3, 6, 2))
    outputs, cache = network.forward(x)
    states, of_one = None, None
    for t in range(6):
        states, of_one = network.step(x[:, t], states), network.step(x[2, t], of_one)
        np.testing.assert_allclose(states[1], outputs[:, t], rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(of_one[1], outputs[2, t], rtol=1e-12, atol=1e-14)
    for found, final in zip(tools.parts_of(states), tools.parts_of(cache.final_state), strict=True):
        np.testing.assert_allclose(found, final, rtol=1e-12, atol=1e-14)


def test_a_gradient_for_the_state_of_one_layer_alone():
    rng = np.random.default_rng(6)
    network = Stacked([GRU(2, 3, rng=rng), GRU(3, 4, rng=rng)])
    x = rng.normal(size=(3, 6, 2))
    _, cache = network.forward(x)
    gradients = network.backward(None, cache, (np.ones((3, 3)), None))
    np.testing.assert_array_equal(gradients.parameters["1.kernel"], 0.0)
    _, alone = network.layers[0].forward(x)
    expected = network.layers[0].backward(None, alone, np.ones((3, 3)))
    np.testing.assert_allclose(gradients.inputs, expected.inputs, rtol=1e-13, atol=1e-15)


def test_weights_go_in_and_out_in_order():
    first, second = (
        Stacked([GRU(2, 3, rng=np.random.default_rng(s)), LSTM(3, 4, rng=np.random.default_rng(s + 1))])
        for s in (7, 9)
    )
    second.set_weights(first.get_weights())
    x = np.random.default_rng(8).normal(size=(3, 5, 2))
    np.testing.assert_array_equal(first.forward(x)[0], second.forward(x)[0])
    first.parameters = {"1.bias": np.ones(16)}
    np.testing.assert_array_equal(first.layers[1].parameters["bias"], np.ones(16))
    with pytest.raises(ValueError, match=r"parameters must be named 0.kernel, .* got '2.bias'"):
        first.parameters = {"2.bias": np.ones(16)}


def test_bad_settings_and_input_are_named():
    rng = np.random.default_rng(0)
    one, two = GRU(2, 3, rng=rng), GRU(4, 3, rng=rng)
    square = GRU(3, 3, rng=rng)
    for layers, message in (
        ([], "^layers must"),
        ([one, "gru"], "layers must be sequence layers, got str at 1"),
        ([one, two], "layers must fit, the one at 1 takes 4 features, the one below gives 3"),
        ([square, square], "layers must be different objects, the one at 1 occurs twice"),
    ):
        with pytest.raises(ValueError, match=message):
            Stacked(layers)
    network = Stacked([one, square])
    x = np.zeros((4, 5, 2))
    with pytest.raises(ValueError, match="initial_state must be a tuple of 2, one a layer, got 1"):
        network.forward(x, (None,))
    with pytest.raises(ValueError, match="initial_state must be a tuple of 2, one a layer, got ndarray"):
        network.forward(x, np.zeros((2, 4, 3)))
    with pytest.raises(ValueError, match=r"^x must"):
        network.forward(np.zeros((4, 5, 3)))
    _, cache = network.forward(x)
    with pytest.raises(ValueError, match="grad_outputs or grad_final_state must be given"):
        network.backward(None, cache)
    with pytest.raises(ValueError, match=r"^truncation must"):
        network.backward(np.zeros((4, 5, 3)), cache, truncation=0)
    deep = Stacked([Bidirectional(GRU(2, 3, rng=rng), GRU(2, 3, rng=rng))])
    with pytest.raises(ValueError, match="step needs layers that go from step to step, got Bidirectional"):
        deep.step(np.zeros((4, 2)))


def test_what_overflows_is_named():
    growing = SimpleRNN(1, 1, activation="relu", kernel=[[1.0]], recurrent_kernel=[[1e200]])
    network = Stacked([growing, running_sum()])
    with pytest.raises(ValueError, match="outputs of layer 0 must be finite, they are not at step 2"):
        network.forward(np.ones((1, 5, 1)))
    network = Stacked([SimpleRNN(1, 1, activation="identity", kernel=[[1.0]], recurrent_kernel=[[1e200]])])
    _, cache = network.forward(np.zeros((1, 5, 1)))
    with pytest.raises(NonFiniteGradientError, match="gradient of the net inputs must be finite"):
        network.backward(np.ones((1, 5, 1)), cache)
