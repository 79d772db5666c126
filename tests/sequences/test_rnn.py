"""The simple recurrent layer: by hand, against Keras, central differences. See test_recurrent_layer too."""

import numpy as np
import pytest

from dlbook.nn import ACTIVATIONS, Activation
from dlbook.sequences.rnn import SimpleRNN

LEFT_AND_RIGHT = np.array([[1, 1, 1, 1, 1], [0, 0, 1, 1, 1], [1, 1, 0, 0, 0]], bool)


# 1. numbers worked out by hand


def test_four_hidden_units_by_hand():
    """h in R^4, h0 = 0, h = logistic(W h + U x + b), o = V h + c, for columns.

    With U = (1, 0, -1, 2), x1 = 1 and b = 0, h1 is the logistic function of U. W moves each unit's value to
    the unit before, the first one's to the last, and x2 = 0: h2 is the logistic function of that.
    """
    u, w = np.array([[1.0], [0.0], [-1.0], [2.0]]), np.roll(np.eye(4), 1, axis=1)
    v, c = np.array([[1.0, -1.0, 1.0, 0.0]]), 0.5
    layer = SimpleRNN(1, 4, activation="logistic", kernel=u.T, recurrent_kernel=w.T)
    outputs, cache = layer.forward([[[1.0], [0.0]]])
    h1, h2 = outputs[0]
    np.testing.assert_allclose(h1, [0.7311, 0.5, 0.2689, 0.8808], atol=5e-5)
    np.testing.assert_allclose(w @ h1, [0.5, 0.2689, 0.8808, 0.7311], atol=5e-5)
    np.testing.assert_allclose(h2, [0.6225, 0.5668, 0.7070, 0.6750], atol=5e-5)
    np.testing.assert_allclose([(v @ h + c).item() for h in (h1, h2)], [1.0, 1.2626], atol=5e-5)
    y = np.array([1.0, 1.0])
    losses = (y - (outputs[0] @ v.T).ravel() - c) ** 2
    np.testing.assert_allclose(losses, [0.0, 0.0690], atol=5e-5)
    np.testing.assert_array_equal(cache.final_state, outputs[:, -1])
    np.testing.assert_array_equal(cache.hidden_states[0], [np.zeros(4), h1, h2])


def test_terms_of_backpropagation_through_time_by_hand():
    """s_t = w s_{t-1} + x_t with w = 2 and x = (1, 0, 0, 0): s = 1, 2, 4, 8 = w^3, so ds4/dw = 3 w^2 = 12.

    Explicit part s3 = 4; then w s2 = 4, w^2 s1 = 4 and w^3 s0 = 0. And 2^4 = 16 is what is left of a gradient
    after four steps back.
    """
    layer = SimpleRNN(1, 1, activation="identity", kernel=[[1.0]], recurrent_kernel=[[2.0]])
    outputs, cache = layer.forward([[[1.0], [0.0], [0.0], [0.0]]])
    np.testing.assert_array_equal(outputs.ravel(), [1, 2, 4, 8])
    results = {k: layer.backward(None, cache, [[1.0]], truncation=k) for k in (1, 2, 3, 4, None)}
    found = {k: result.parameters["recurrent_kernel"].item() for k, result in results.items()}
    assert found == {1: 4.0, 2: 8.0, 3: 12.0, 4: 12.0, None: 12.0}
    starts = {k: result.initial_state.item() for k, result in results.items()}
    assert starts == {1: 0.0, 2: 0.0, 3: 0.0, 4: 16.0, None: 16.0}
    np.testing.assert_array_equal(results[None].inputs.ravel(), [8, 4, 2, 1])
    np.testing.assert_array_equal(results[2].inputs.ravel(), [0, 0, 2, 1])
    assert results[3].parameters["bias"].item() == 1 + 2 + 4


def test_number_of_parameters_by_hand():
    """3 features, 4 units: 12 weights from the input, 16 from the state, 4 biases."""
    layer = SimpleRNN(3, 4, rng=np.random.default_rng(0))
    assert layer.n_parameters == 32
    assert {name: p.shape for name, p in layer.parameters.items()} == {
        "kernel": (3, 4),
        "recurrent_kernel": (4, 4),
        "bias": (4,),
    }


# 2. parity with Keras


@pytest.mark.parametrize(
    ("activation", "theirs", "mask"),
    [
        ("tanh", "tanh", LEFT_AND_RIGHT),
        ("logistic", "sigmoid", None),
        ("relu", "relu", LEFT_AND_RIGHT),
        ("identity", "linear", None),
        ("softplus", "softplus", LEFT_AND_RIGHT),
    ],
)
def test_equals_keras(equals_keras, activation, theirs, mask):
    import keras

    layer = SimpleRNN(2, 4, activation=activation, rng=np.random.default_rng(0))
    reference = keras.layers.SimpleRNN(
        4, activation=theirs, return_sequences=True, return_state=True, dtype="float64"
    )
    equals_keras(layer, reference, mask)
    assert reference.count_params() == layer.n_parameters


# 3. central differences


@pytest.mark.parametrize("activation", ["tanh", "logistic", "relu", "identity", "gelu", "arctan", "elu"])
def test_gradients(equals_differences, activation):
    layer = SimpleRNN(2, 3, activation=activation, rng=np.random.default_rng(1), bias=[0.1, -0.2, 0.3])
    equals_differences(layer)
    equals_differences(layer, np.array([[1, 1, 0, 0], [0, 1, 1, 1]], bool), seed=5)


def test_an_activation_of_ones_own(equals_differences):
    sine = Activation("sine", np.sin, np.cos)
    equals_differences(SimpleRNN(2, 3, activation=sine, rng=np.random.default_rng(2)))


# 4. invariants


@pytest.mark.parametrize("activation", sorted(set(ACTIVATIONS) - {"randomized_relu", "softmax"}))
def test_takes_every_activation(activation):
    rng = np.random.default_rng(3)
    layer = SimpleRNN(2, 4, activation=activation, rng=rng)
    x, state = rng.normal(size=(3, 5, 2)), rng.normal(size=(3, 4))
    outputs, _ = layer.forward(x, state)
    u, w, b = layer.get_weights()
    for t in range(5):
        state = ACTIVATIONS[activation](x[:, t] @ u + state @ w + b)
        np.testing.assert_allclose(outputs[:, t], state, rtol=1e-12, atol=1e-14)


def test_identity_start_copies_the_state():
    layer = SimpleRNN(2, 3, activation="relu", identity_start=True, rng=np.random.default_rng(4))
    np.testing.assert_array_equal(layer.parameters["recurrent_kernel"], np.eye(3))
    np.testing.assert_array_equal(layer.parameters["bias"], np.zeros(3))
    outputs, cache = layer.forward(np.zeros((1, 100, 2)), initial_state=[[0.5, 2.0, 7.0]])
    np.testing.assert_array_equal(outputs[0, -1], [0.5, 2.0, 7.0])
    gradients = layer.backward(None, cache, [[1.0, -2.0, 3.0]])
    np.testing.assert_array_equal(gradients.initial_state, [[1.0, -2.0, 3.0]])


def test_bad_settings_are_named():
    rng = np.random.default_rng(0)
    for keywords, message in (
        ({"activation": "sigmoid"}, "^activation must"),
        ({"identity_start": True, "recurrent_kernel": np.eye(3)}, "identity_start must be False when"),
        ({"kernel": np.ones((3, 2))}, "^kernel must"),
        ({"bias": [1, 2]}, "^bias must"),
        ({"bias": [1, np.nan, 2]}, "^bias must"),
    ):
        with pytest.raises(ValueError, match=message):
            SimpleRNN(2, 3, rng=rng, **keywords)
    with pytest.raises(ValueError, match=r"^rng must"):
        SimpleRNN(2, 3)
    with pytest.raises(ValueError, match=r"^n_units must"):
        SimpleRNN(2, 0, rng=rng, identity_start=True)
    with pytest.raises(ValueError, match=r"^n_features must"):
        SimpleRNN(2.5, 3, rng=rng)
