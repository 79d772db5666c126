"""The bidirectional layer: by hand, against Keras, central differences, and both directions by themselves."""

import numpy as np
import pytest

from dlbook.sequences.bidirectional import Bidirectional, BidirectionalState
from dlbook.sequences.gru import GRU
from dlbook.sequences.lstm import LSTM
from dlbook.sequences.rnn import SimpleRNN

LEFT_AND_RIGHT = np.array([[1, 1, 1, 1, 1], [0, 0, 1, 1, 1], [1, 1, 0, 0, 0]], bool)
MERGES = ["concat", "sum", "ave", "mul"]


def pair(kind=GRU, seed=0, merge="concat", **keywords):
    rng = np.random.default_rng(seed)
    return Bidirectional(kind(2, 3, rng=rng, **keywords), kind(2, 3, rng=rng, **keywords), merge=merge)


# 1. numbers worked out by hand


@pytest.mark.parametrize(
    ("merge", "expected"),
    [
        ("concat", [[1, 13], [3, 6], [7, 2]]),
        ("sum", [[14], [9], [9]]),
        ("ave", [[7], [4.5], [4.5]]),
        ("mul", [[13], [18], [14]]),
    ],
)
def test_running_sums_by_hand(merge, expected):
    """Of (1, 2, 4), from the left 1, 3, 7. From the right each sum is doubled first, from -1 on:

    4 - 2 = 2, then 2 + 4 = 6, then 1 + 12 = 13.
    """
    ahead = SimpleRNN(1, 1, activation="identity", kernel=[[1.0]], recurrent_kernel=[[1.0]])
    behind = SimpleRNN(1, 1, activation="identity", kernel=[[1.0]], recurrent_kernel=[[2.0]])
    layer = Bidirectional(ahead, behind, merge=merge)
    outputs, cache = layer.forward([[[1.0], [2.0], [4.0]]], ([[0.0]], [[-1.0]]))
    np.testing.assert_array_equal(outputs[0], expected)
    assert cache.final_state == BidirectionalState([[7.0]], [[13.0]])


def test_number_of_parameters_is_that_of_both():
    layer = pair(LSTM)
    assert layer.n_parameters == 2 * 4 * (2 * 3 + 3 * 3 + 3)
    assert (layer.n_features, layer.n_outputs) == (2, 6)
    assert list(layer.parameters)[::3] == ["forward.kernel", "backward.kernel"]


# 2. parity with Keras


@pytest.mark.parametrize(
    ("kind", "merge", "mask"),
    [
        (SimpleRNN, "concat", None),
        (LSTM, "concat", LEFT_AND_RIGHT),
        (LSTM, "mul", None),
        (GRU, "ave", LEFT_AND_RIGHT),
        (GRU, "sum", None),
    ],
)
def test_equals_keras(equals_keras, kind, merge, mask):
    import keras

    rng = np.random.default_rng(0)
    layer = Bidirectional(kind(2, 4, rng=rng), kind(2, 4, rng=rng), merge=merge)
    inner = getattr(keras.layers, kind.__name__)(4, return_sequences=True, return_state=True, dtype="float64")
    reference = keras.layers.Bidirectional(inner, merge_mode=merge, dtype="float64")

    def call(inputs, states):
        return list(reference(inputs, initial_state=states, mask=mask))

    equals_keras(layer, reference, mask, call=call)
    assert reference.count_params() == layer.n_parameters


# 3. central differences


@pytest.mark.parametrize("merge", MERGES)
@pytest.mark.parametrize("kind", [SimpleRNN, LSTM, GRU])
def test_gradients(equals_differences, kind, merge):
    layer = pair(kind, merge=merge)
    equals_differences(layer, steps=3)
    equals_differences(layer, np.array([[1, 1, 0], [0, 1, 1]], bool), steps=3, seed=5)


def test_gradients_of_two_kinds_and_sizes(equals_differences):
    rng = np.random.default_rng(1)
    layer = Bidirectional(LSTM(2, 3, rng=rng), SimpleRNN(2, 2, rng=rng))
    assert layer.n_outputs == 5
    equals_differences(layer)


# 4. invariants


def test_both_directions_by_themselves(tools):
    layer = pair(LSTM)
    rng = np.random.default_rng(2)
    x, grad = rng.normal(size=(4, 5, 2)), rng.normal(size=(4, 5, 6))
    outputs, cache = layer.forward(x)
    ahead, cache_ahead = layer.forward_layer.forward(x)
    behind, cache_behind = layer.backward_layer.forward(x[:, ::-1])
    np.testing.assert_array_equal(outputs, np.concatenate([ahead, behind[:, ::-1]], axis=-1))
    gradients = layer.backward(grad, cache)
    first = layer.forward_layer.backward(grad[..., :3], cache_ahead)
    second = layer.backward_layer.backward(grad[:, ::-1, 3:], cache_behind)
    np.testing.assert_array_equal(gradients.inputs, first.inputs + second.inputs[:, ::-1])
    np.testing.assert_array_equal(gradients.parameters["backward.kernel"], second.parameters["kernel"])
    # What comes later is known at the first step, and only by the backward layer.
    later = x.copy()
    later[:, -1] += 1.0
    changed = np.abs(layer.forward(later)[0] - outputs)[:, 0].max(axis=0)
    np.testing.assert_array_equal(changed[:3], 0.0)
    assert changed[3:].min() > 1e-6


@pytest.mark.parametrize("merge", MERGES)
def test_padding_changes_neither_outputs_nor_gradients(tools, merge):
    layer = pair(GRU, merge=merge)
    rng = np.random.default_rng(3)
    x, grad = rng.normal(size=(1, 4, 2)), rng.normal(size=(1, 4, layer.n_outputs))
    state, grad_state = (tools.random_state(layer, 1, rng) for _ in range(2))
    plain = tools.everything(layer, x, state, None, grad, grad_state)
    for before, after in ((0, 3), (2, 0), (1, 2)):
        sides = [(0, 0), (before, after), (0, 0)]
        mask = np.pad(np.ones((1, 4), bool), sides[:2])
        padded = tools.everything(
            layer,
            np.pad(x, sides, constant_values=9.0),
            state,
            mask,
            np.pad(grad, sides, constant_values=9.0),
            grad_state,
        )
        np.testing.assert_array_equal(padded["outputs"][~mask], 0.0)
        for name, value in plain.items():
            found = padded[name][mask][None] if name in ("outputs", "x") else padded[name]
            np.testing.assert_allclose(found, value, rtol=0, atol=1e-12, err_msg=name)


def test_truncation_holds_along_each_direction(tools):
    layer = pair(SimpleRNN)
    rng = np.random.default_rng(4)
    x, grad = rng.normal(size=(3, 5, 2)), np.zeros((3, 5, 6))
    grad[:, 2] = 1.0
    _, cache = layer.forward(x)
    reached = np.abs(layer.backward(grad, cache, truncation=2).inputs).max(axis=(0, 2)) > 0
    np.testing.assert_array_equal(reached, [False, True, True, True, False])
    exact, whole = layer.backward(grad, cache), layer.backward(grad, cache, truncation=5)
    np.testing.assert_array_equal(exact.inputs, whole.inputs)


def test_a_gradient_for_one_of_the_final_states_alone(tools):
    layer = pair(GRU)
    x = np.random.default_rng(5).normal(size=(3, 5, 2))
    _, cache = layer.forward(x)
    gradients = layer.backward(None, cache, (None, np.ones((3, 3))))
    np.testing.assert_array_equal(gradients.parameters["forward.kernel"], 0.0)
    _, cache_alone = layer.backward_layer.forward(x[:, ::-1])
    expected = layer.backward_layer.backward(None, cache_alone, np.ones((3, 3)))
    np.testing.assert_array_equal(gradients.inputs, expected.inputs[:, ::-1])


def test_bad_settings_and_input_are_named():
    rng = np.random.default_rng(0)
    one, other, wide = GRU(2, 3, rng=rng), GRU(2, 4, rng=rng), GRU(5, 3, rng=rng)
    for arguments, keywords, message in (
        ((one, one), {}, "backward_layer must be another object than forward_layer, got the same"),
        ((one, wide), {}, "backward_layer must take 2 features, as forward_layer, got 5"),
        ((one, other), {"merge": "sum"}, "backward_layer must have 3 units, as forward_layer, to sum"),
        ((one, other), {"merge": "add"}, "^merge must"),
        ((one, "gru"), {}, "backward_layer must be a recurrent layer, got str"),
    ):
        with pytest.raises(ValueError, match=message):
            Bidirectional(*arguments, **keywords)
    layer = pair()
    x = np.zeros((4, 5, 2))
    with pytest.raises(ValueError, match=r"initial_state must be a pair, .* got ndarray"):
        layer.forward(x, np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"initial_state must be a pair, .* got 3 of them"):
        layer.forward(x, (None, None, None))
    with pytest.raises(ValueError, match=r"^mask must"):
        layer.forward(x, mask=np.ones((4, 4), bool))
    with pytest.raises(ValueError, match=r"^x must"):
        layer.forward(x[:0])
    _, cache = layer.forward(x)
    with pytest.raises(ValueError, match=r"^grad_outputs must"):
        layer.backward(np.zeros((4, 5, 3)), cache)
    with pytest.raises(ValueError, match="grad_outputs or grad_final_state must be given"):
        layer.backward(None, cache)
    with pytest.raises(ValueError, match=r"^truncation must"):
        layer.backward(np.zeros((4, 5, 6)), cache, truncation=0)
