"""The GRU: by hand, against Keras, central differences. See test_recurrent_layer too."""

from math import log

import numpy as np
import pytest

from dlbook.sequences.gru import GRU
from dlbook.sequences.rnn import SimpleRNN

LEFT_AND_RIGHT = np.array([[1, 1, 1, 1, 1], [0, 0, 1, 1, 1], [1, 1, 0, 0, 0]], bool)


def by_bias(reset_after, bias_beside_state=0.0):
    """Two units: z = 1/2, r = (1/4, 3/4), the weights of the candidate exchange the two; no input."""
    recurrent = np.zeros((2, 6))
    recurrent[:, 4:] = [[0, 1], [1, 0]]
    bias = np.array([0, 0, -log(3), log(3), 0, 0])
    if reset_after:
        bias = np.stack([bias, [0, 0, 0, 0, *np.full(2, bias_beside_state)]])
    return GRU(
        1,
        2,
        reset_after=reset_after,
        activation="identity",
        kernel=np.zeros((1, 6)),
        recurrent_kernel=recurrent,
        bias=bias,
    )


# 1. numbers worked out by hand


def test_the_two_reset_conventions_by_hand():
    """State (4, 8). After: (8, 4) times r is (2, 3). Before: (4, 8) times r is (1, 6), exchanged (6, 1).

    The new state is half of the old one and half of that.
    """
    for reset_after, candidate in ((True, [2, 3]), (False, [6, 1])):
        layer = by_bias(reset_after)
        outputs, cache = layer.forward([[[7.0]]], initial_state=[[4.0, 8.0]])
        gates = layer.gates(cache)
        np.testing.assert_allclose(gates["candidate"][0, 0], candidate, atol=1e-12)
        np.testing.assert_allclose(gates["reset"][0, 0], [0.25, 0.75], atol=1e-12)
        np.testing.assert_allclose(outputs[0, 0], (np.array([4, 8]) + candidate) / 2, atol=1e-12)
    layer = by_bias(True, bias_beside_state=4.0)  # it passes the reset gate too: (2 + 1, 3 + 3)
    _, cache = layer.forward([[[7.0]]], initial_state=[[4.0, 8.0]])
    np.testing.assert_allclose(layer.gates(cache)["candidate"][0, 0], [3, 6], atol=1e-12)


@pytest.mark.parametrize("reset_after", [True, False])
def test_update_is_the_share_of_the_candidate(reset_after):
    """Keras's z is the share of the old state; with z = 3/4 the update gate is 1/4."""
    rng = np.random.default_rng(0)
    layer = GRU(2, 3, reset_after=reset_after, rng=rng)
    bias = layer.parameters["bias"]
    bias[..., :3] = log(3) / 2 if reset_after else log(3)
    layer.parameters = {"bias": bias, "kernel": np.zeros((2, 9)), "recurrent_kernel": np.zeros((3, 9))}
    _, cache = layer.forward(rng.normal(size=(4, 5, 2)))
    np.testing.assert_allclose(layer.gates(cache)["update"], 0.25, atol=1e-12)
    layer = GRU(2, 3, reset_after=reset_after, rng=rng)
    outputs, cache = layer.forward(rng.normal(size=(4, 5, 2)), rng.normal(size=(4, 3)))
    gates, before = layer.gates(cache), cache.hidden_states[:, :-1]
    u = gates["update"]
    np.testing.assert_allclose((1 - u) * before + u * gates["candidate"], outputs, atol=1e-14)


def test_number_of_parameters_by_hand():
    """Three times those of a simple layer, 3 (3 * 5 + 5 * 5 + 5) = 135; 15 biases more with reset after."""
    rng = np.random.default_rng(0)
    assert GRU(3, 5, reset_after=False, rng=rng).n_parameters == 135
    assert GRU(3, 5, reset_after=True, rng=rng).n_parameters == 150
    assert 3 * SimpleRNN(3, 5, rng=rng).n_parameters == 135


# 2. parity with Keras


@pytest.mark.parametrize("mask", [None, LEFT_AND_RIGHT], ids=["no mask", "mask"])
@pytest.mark.parametrize("reset_after", [True, False], ids=["reset after", "reset before"])
def test_equals_keras(equals_keras, reset_after, mask):
    import keras

    layer = GRU(2, 4, reset_after=reset_after, rng=np.random.default_rng(0))
    reference = keras.layers.GRU(
        4, reset_after=reset_after, return_sequences=True, return_state=True, dtype="float64"
    )
    equals_keras(layer, reference, mask)
    assert reference.count_params() == layer.n_parameters


# 3. central differences


@pytest.mark.parametrize("activation", ["tanh", "logistic"])
@pytest.mark.parametrize("reset_after", [True, False], ids=["reset after", "reset before"])
def test_gradients(equals_differences, reset_after, activation):
    rng = np.random.default_rng(1)
    layer = GRU(2, 3, reset_after=reset_after, activation=activation, rng=rng)
    layer.parameters = {"bias": rng.normal(size=layer.parameters["bias"].shape)}
    equals_differences(layer)
    equals_differences(layer, np.array([[1, 1, 0, 0], [0, 1, 1, 1]], bool), seed=5)


# 4. invariants


def test_the_conventions_agree_where_the_reset_gate_is_open():
    rng = np.random.default_rng(2)
    before = GRU(2, 3, reset_after=False, rng=rng)
    bias = np.zeros(9)
    bias[3:6] = 60.0
    before.parameters = {"bias": bias}
    kernel, recurrent_kernel, _ = before.get_weights()
    after = GRU(2, 3, kernel=kernel, recurrent_kernel=recurrent_kernel, bias=np.stack([bias, 0 * bias]))
    x = rng.normal(size=(4, 5, 2))
    np.testing.assert_allclose(before.forward(x)[0], after.forward(x)[0], atol=1e-13)


def test_a_closed_reset_gate_forgets_the_state():
    rng = np.random.default_rng(3)
    for reset_after in (True, False):
        layer = GRU(2, 3, reset_after=reset_after, rng=rng)
        bias = layer.parameters["bias"]
        bias[..., 3:6] = -60.0
        bias[..., :3] = -60.0  # z = 0: the candidate alone
        layer.parameters = {"bias": bias}
        x = rng.normal(size=(1, 5, 2))
        one, two = (layer.forward(x, rng.normal(size=(1, 3)))[0] for _ in range(2))
        np.testing.assert_allclose(one, two, atol=1e-14)


def test_bad_settings_are_named():
    rng = np.random.default_rng(0)
    for keywords, message in (
        (
            {"activation": "sigmoid"},
            "^activation must",
        ),
        ({"bias": np.zeros(9)}, "^bias must"),
        (
            {"bias": np.zeros((2, 9)), "reset_after": False},
            "^bias must",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            GRU(2, 3, rng=rng, **keywords)
