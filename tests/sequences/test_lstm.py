"""The LSTM: by hand, against Keras, central differences. See test_recurrent_layer too."""

from math import atanh, log, tanh

import numpy as np
import pytest

from dlbook.sequences.lstm import LSTM, LSTMState
from dlbook.sequences.rnn import SimpleRNN

LEFT_AND_RIGHT = np.array([[1, 1, 1, 1, 1], [0, 0, 1, 1, 1], [1, 1, 0, 0, 0]], bool)


# 1. numbers worked out by hand


def test_one_step_by_hand():
    """Biases alone set the gates: i = 3/4, f = 1/2, candidate 1/2, o = 1/4. From a cell state of 4:

    4 / 2 + 3 / 4 * 1 / 2 = 2.375, of which tanh(2.375) / 4 is shown.
    """
    layer = LSTM(
        1,
        1,
        kernel=np.zeros((1, 4)),
        recurrent_kernel=np.zeros((1, 4)),
        bias=[log(3), 0, atanh(0.5), -log(3)],
    )
    outputs, cache = layer.forward([[[7.0]]], initial_state=([[9.0]], [[4.0]]))
    assert cache.final_state.cell.item() == pytest.approx(2.375, abs=1e-12)
    assert outputs.item() == pytest.approx(tanh(2.375) / 4, abs=1e-12)
    gates = {name: gate.item() for name, gate in layer.gates(cache).items()}
    assert gates == pytest.approx({"input": 0.75, "forget": 0.5, "candidate": 0.5, "output": 0.25})
    np.testing.assert_allclose(layer.cell_states(cache).ravel(), [4, 2.375], atol=1e-12)
    gradients = layer.backward(None, cache, ([[0.0]], [[1.0]]))
    assert gradients.initial_state.cell.item() == pytest.approx(0.5)  # the forget gate, nothing else
    di, df, dc, do = gradients.parameters["bias"]
    assert (di, df) == pytest.approx((0.5 * 0.75 * 0.25, 4 * 0.25))  # candidate i (1 - i), s0 f (1 - f)
    assert (dc, do) == pytest.approx((0.75 * (1 - 0.25), 0.0))  # i (1 - tanh^2), not shown


def test_each_gate_reads_its_own_block():
    """An input of 1 moves one gate by its block of the kernel: input, forget, candidate, output."""
    for block, name in enumerate(("input", "forget", "candidate", "output")):
        kernel = np.zeros((1, 8))
        kernel[0, 2 * block : 2 * block + 2] = [1.0, -1.0]
        layer = LSTM(1, 2, kernel=kernel, recurrent_kernel=np.zeros((2, 8)), forget_bias=0.0)
        gates = layer.gates(layer.forward([[[1.0]]])[1])
        moved = np.tanh([1, -1]) if name == "candidate" else 1 / (1 + np.exp([-1.0, 1.0]))
        for other, gate in gates.items():
            still = 0.0 if other == "candidate" else 0.5
            np.testing.assert_allclose(gate[0, 0], moved if other == name else [still] * 2, atol=1e-15)


def test_number_of_parameters_by_hand():
    """Four times those of a simple layer: 4 (3 * 5 + 5 * 5 + 5) = 180."""
    layer = LSTM(3, 5, rng=np.random.default_rng(0))
    assert layer.n_parameters == 180 == 4 * SimpleRNN(3, 5, rng=np.random.default_rng(0)).n_parameters
    np.testing.assert_array_equal(layer.parameters["bias"], [0] * 5 + [1] * 5 + [0] * 10)
    np.testing.assert_array_equal(
        LSTM(3, 5, forget_bias=0.0, rng=np.random.default_rng(0)).parameters["bias"], np.zeros(20)
    )


# 2. parity with Keras


@pytest.mark.parametrize(
    ("activation", "theirs", "mask"),
    [("tanh", "tanh", None), ("tanh", "tanh", LEFT_AND_RIGHT), ("logistic", "sigmoid", LEFT_AND_RIGHT)],
)
def test_equals_keras(equals_keras, activation, theirs, mask):
    import keras

    layer = LSTM(2, 4, activation=activation, rng=np.random.default_rng(0))
    reference = keras.layers.LSTM(
        4, activation=theirs, return_sequences=True, return_state=True, dtype="float64"
    )
    equals_keras(layer, reference, mask)
    assert reference.count_params() == layer.n_parameters
    fresh = keras.layers.LSTM(4, dtype="float64")
    fresh.build((3, 5, 2))
    start = LSTM(2, 4, rng=np.random.default_rng(0)).parameters["bias"]
    np.testing.assert_array_equal(fresh.get_weights()[2], start)


# 3. central differences


@pytest.mark.parametrize(
    ("activation", "output_activation"),
    [("tanh", None), ("logistic", None), ("tanh", "identity"), ("relu", "logistic")],
)
def test_gradients(equals_differences, activation, output_activation):
    rng = np.random.default_rng(1)
    layer = LSTM(2, 3, activation=activation, output_activation=output_activation, rng=rng)
    layer.parameters = {"bias": rng.normal(size=12)}
    equals_differences(layer)
    equals_differences(layer, np.array([[1, 1, 0, 0], [0, 1, 1, 1]], bool), seed=5)


# 4. invariants


def test_open_forget_gate_and_closed_input_gate_carry_the_cell_state():
    """With f = 1 and i = 0 to the last digit the cell state, and its gradient, pass 200 steps unchanged."""
    bias = np.concatenate([np.full(3, -50.0), np.full(3, 50.0), np.zeros(6)])
    layer = LSTM(2, 3, bias=bias, rng=np.random.default_rng(2))
    start = LSTMState(np.zeros((1, 3)), np.array([[1.0, -2.0, 3.0]]))
    _, cache = layer.forward(np.random.default_rng(3).normal(size=(1, 200, 2)), start)
    np.testing.assert_allclose(cache.final_state.cell, start.cell, rtol=1e-12)
    gradients = layer.backward(None, cache, LSTMState(np.zeros((1, 3)), np.array([[1.0, 2.0, -3.0]])))
    np.testing.assert_allclose(gradients.initial_state.cell, [[1.0, 2.0, -3.0]], rtol=1e-12)


def test_gates_lie_between_zero_and_one():
    rng = np.random.default_rng(4)
    layer = LSTM(2, 3, rng=rng)
    _, cache = layer.forward(100 * rng.normal(size=(4, 6, 2)))
    gates = layer.gates(cache)
    assert list(gates) == ["input", "forget", "candidate", "output"]
    for name, gate in gates.items():
        assert gate.shape == (4, 6, 3)
        assert gate.min() >= (-1 if name == "candidate" else 0)
        assert gate.max() <= 1
    assert layer.cell_states(cache).shape == (4, 7, 3)


def test_bad_settings_are_named():
    rng = np.random.default_rng(0)
    for keywords, message in (
        ({"activation": "gelu"}, "^activation must"),
        ({"output_activation": "sin"}, "^output_activation must"),
        ({"forget_bias": np.inf}, "^forget_bias must"),
        ({"bias": np.zeros(3)}, "^bias must"),
    ):
        with pytest.raises(ValueError, match=message):
            LSTM(2, 3, rng=rng, **keywords)


def test_a_wrong_state_is_named():
    layer = LSTM(2, 3, rng=np.random.default_rng(0))
    x, good = np.zeros((4, 5, 2)), np.zeros((4, 3))
    for state, message in (
        (good, "initial_state must hold 2 arrays, hidden and cell, got 4"),
        ((good,), "initial_state must hold 2 arrays, hidden and cell, got 1"),
        (3.0, "initial_state must hold 2 arrays, hidden and cell, got float"),
        ((good, good[:1]), r"^initial_state \(cell\) must"),
        ((good + np.nan, good), r"^initial_state \(hidden\) must"),
    ):
        with pytest.raises(ValueError, match=message):
            layer.forward(x, state)
    _, cache = layer.forward(x)
    with pytest.raises(ValueError, match="grad_final_state must hold 2 arrays, hidden and cell, got 4"):
        layer.backward(None, cache, good)
