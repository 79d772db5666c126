import subprocess
import sys

import numpy as np
import pytest

from dlbook import sequences
from dlbook.training import (
    KINDS,
    character_model,
    copy_weights,
    recurrent_layer,
    reset_states,
    sequence_model,
)

BLOCKS = {"rnn": 1, "irnn": 1, "gru": 3, "lstm": 4}


def from_scratch(kind, features, units):
    """Return the layer of the same kind in NumPy, with any weights."""
    rng = np.random.default_rng(0)
    if kind == "lstm":
        return sequences.LSTM(features, units, rng=rng)
    if kind == "gru":
        return sequences.GRU(features, units, rng=rng)
    activation = "relu" if kind == "irnn" else "tanh"
    return sequences.SimpleRNN(features, units, activation=activation, rng=rng)


def run(code):
    return subprocess.run([sys.executable, *code], capture_output=True, encoding="utf-8", timeout=120)


# 1. numbers worked out by hand


@pytest.mark.parametrize("kind", KINDS)
def test_number_of_parameters(kind):
    """Each block has a matrix from the input, one from the state, and a bias; a GRU of Keras has two."""
    d, m = 5, 7
    biases = 2 if kind == "gru" else 1
    one = BLOCKS[kind] * m * (d + m + biases)
    for bidirectional, expected in ((False, one), (True, 2 * one)):
        layer = recurrent_layer(kind, m, bidirectional=bidirectional)
        layer.build((None, None, d))
        assert sum(int(np.prod(v.shape)) for v in layer.trainable_variables) == expected


def test_number_of_parameters_of_a_tagger():
    """Embedding 30 x 5; two directions of 4 * 6 * (5 + 6 + 1) and of 4 * 3 * (12 + 3 + 1); 6 * 4 + 4."""
    options = {"embedding": 5, "every_step": True, "bidirectional": True}
    model = sequence_model("lstm", [6, 3], 4, n_tokens=30, **options)
    assert model.count_params() == 30 * 5 + 2 * 288 + 2 * 192 + 28 == 1138


def test_one_hot_tokens_are_a_table_that_is_not_trained(keras, values):
    model = character_model(6, kind="rnn", units=4)
    table, *trained = (keras.ops.convert_to_numpy(keras.ops.copy(v)) for v in model.weights)
    np.testing.assert_array_equal(table, np.eye(6))
    assert (
        [v.shape for v in trained] == [v.shape for v in values(model)] == [(6, 4), (4, 4), (4,), (4, 6), (6,)]
    )


# 2. parity with the layers in NumPy


@pytest.mark.parametrize("kind", KINDS)
def test_outputs_equal_those_in_numpy(kind, values):
    batch, time, d, m = 3, 6, 2, 5
    x = np.random.default_rng(1).normal(size=(batch, time, d))
    model = sequence_model(kind, m, 4, n_features=d, every_step=True, seed=2)
    *inner, head, bias = values(model)
    layer = from_scratch(kind, d, m)
    layer.set_weights(inner)
    expected = layer.forward(x)[0] @ head + bias
    np.testing.assert_allclose(model.predict_on_batch(x.astype("float32")), expected, rtol=1e-4, atol=1e-6)


def test_deep_bidirectional_outputs_equal_those_in_numpy(values):
    x = np.random.default_rng(1).normal(size=(3, 6, 2))
    model = sequence_model("gru", [4, 5], 2, n_features=2, every_step=True, bidirectional=True, seed=2)
    *inner, head, bias = values(model)
    parts = [(from_scratch("gru", d, m), from_scratch("gru", d, m)) for d, m in ((2, 4), (8, 5))]
    stack = sequences.Stacked([sequences.Bidirectional(*pair) for pair in parts])
    stack.set_weights(inner)
    expected = stack.forward(x)[0] @ head + bias
    np.testing.assert_allclose(model.predict_on_batch(x.astype("float32")), expected, rtol=1e-4, atol=1e-6)


# 3. what must always hold


@pytest.mark.parametrize("kind", KINDS)
def test_one_seed_one_start(kind, values):
    def start(seed, bidirectional=True):
        options = {"n_tokens": 9, "embedding": 3, "bidirectional": bidirectional, "dropout": 0.1}
        return values(sequence_model(kind, [4, 4], 2, seed=seed, **options))

    for ours, theirs in zip(start(3), start(3), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    drawn, of_other_seed = ([v for v in start(s) if not set(np.unique(v)) <= {0, 1}] for s in (3, 4))
    n_drawn = {"irnn": 6}.get(kind, 10)  # embedding, head, and kernels of two layers in two directions
    assert len(drawn) == n_drawn
    assert not any(np.array_equal(v, w) for v, w in zip(drawn, of_other_seed, strict=True))
    different = {v.tobytes() for v in drawn}
    assert len(different) == n_drawn  # the directions start differently


def test_without_a_seed_keras_draws(keras, values):
    starts = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        starts.append(values(sequence_model("rnn", 3, 1, n_features=2)))
    assert all(np.array_equal(v, w) for v, w in zip(*starts[:2], strict=True))
    assert not np.array_equal(starts[0][0], starts[2][0])


def test_identity_start_keeps_what_it_has_read(values):
    model = sequence_model("irnn", 4, 4, n_features=2, every_step=True, seed=0)
    kernel, recurrent, bias, head, _ = values(model)
    np.testing.assert_array_equal(recurrent, np.eye(4))
    np.testing.assert_array_equal(bias, np.zeros(4))
    assert kernel.any()
    x = np.zeros((1, 50, 2), "float32")
    x[0, 0] = [1, -2]
    expected = np.maximum(x[0, 0] @ kernel, 0) @ head
    np.testing.assert_allclose(model.predict_on_batch(x)[0], np.tile(expected, (50, 1)), rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_stateful_windows_equal_one_long_run(kind):
    """On every backend, in compiled functions. A layer of Keras itself forgets its state under JAX."""
    ids = np.random.default_rng(0).integers(7, size=(2, 12))
    whole = character_model(7, kind=kind, units=[5, 4], embedding=3, seed=1)
    carrying = character_model(7, kind=kind, units=[5, 4], embedding=3, batch_size=2)
    copy_weights(whole, carrying)
    expected = whole.predict_on_batch(ids)
    for _ in range(2):
        parts = [carrying.predict_on_batch(ids[:, first : first + 4]) for first in (0, 4, 8)]
        np.testing.assert_allclose(np.concatenate(parts, axis=1), expected, rtol=1e-5, atol=1e-6)
        reset_states(carrying)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_is_not_seen(bidirectional):
    """Padded sequences have the outputs of the same sequences without padding."""
    options = {"n_tokens": 8, "embedding": 4, "bidirectional": bidirectional, "seed": 0}
    masked = sequence_model("gru", [5, 3], 2, mask_zero=True, **options)
    unmasked = sequence_model("gru", [5, 3], 2, **options)
    short, padded = np.array([[3, 1, 7]]), np.array([[3, 1, 7, 0, 0]])
    expected = unmasked.predict_on_batch(short)
    np.testing.assert_allclose(masked.predict_on_batch(padded), expected, rtol=0, atol=1e-6)
    assert np.abs(unmasked.predict_on_batch(padded) - expected).max() > 1e-4


def test_shapes_of_outputs():
    x, ids = np.zeros((3, 5, 2), "float32"), np.zeros((3, 5), "int32")
    assert sequence_model("rnn", 4, 6, n_features=2).predict_on_batch(x).shape == (3, 6)
    assert sequence_model("rnn", [4], 6, n_tokens=2, every_step=True).predict_on_batch(ids).shape == (3, 5, 6)
    assert sequence_model("lstm", 4, 1, n_features=2, length=5).input_shape == (None, 5, 2)
    assert character_model(9, units=4, batch_size=3, length=5).input_shape == (3, 5)


def test_options_reach_the_layer():
    layer = recurrent_layer("gru", 3, reset_after=False, name="first")
    assert (layer.name, layer.reset_after, layer.return_sequences) == ("first", False, False)
    assert recurrent_layer("rnn", 3, activation="relu").activation.__name__ == "relu"


# degenerate cases and bad input


def test_one_unit_one_step_one_feature():
    model = sequence_model("lstm", 1, 1, n_features=1, seed=0)
    assert np.isfinite(model.predict_on_batch(np.ones((1, 1, 1), "float32"))).all()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"kind": "elman"}, "kind"),
        ({"units": 0}, "units"),
        ({"units": [3, 1.5]}, "units"),
        ({"units": []}, "units"),
        ({"n_outputs": 0}, "n_outputs"),
        ({"n_features": None}, "n_features or n_tokens"),
        ({"n_tokens": 5}, "n_features or n_tokens"),
        ({"mask_zero": True}, "embedding and mask_zero"),
        ({"n_features": None, "n_tokens": 5, "embedding": 0}, "embedding"),
        ({"dropout": 1.0}, "dropout"),
        ({"batch_size": True}, "batch_size"),
        ({"batch_size": 4, "bidirectional": True}, "stateful"),
        ({"seed": "random"}, "seed"),
    ],
)
def test_wrong_arguments_are_named(change, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        sequence_model(**({"kind": "rnn", "units": 3, "n_outputs": 1, "n_features": 2} | change))


def test_counts_may_be_those_of_numpy():
    three = np.int64(3)
    model = sequence_model("rnn", [three], three, n_tokens=three, embedding=three, length=three, seed=three)
    assert model.output_shape == (None, 3)


def test_a_language_model_reads_from_left_to_right():
    with pytest.raises(ValueError, match=r"^bidirectional must be False for a language model, got True"):
        character_model(5, bidirectional=True)
    with pytest.raises(ValueError, match=r"^n_tokens must"):
        character_model(1)


def test_weights_are_copied_between_equal_networks_only():
    with pytest.raises(ValueError, match=r"target must have weights of shapes .*\(5, 4\).*, got .*\(5, 3\)"):
        copy_weights(character_model(5, kind="rnn", units=4), character_model(5, kind="rnn", units=3))


# the package itself


def test_import_does_not_load_keras():
    use = "dlbook.training.temperature_probabilities([1.0, 2.0])"
    code = f"import sys, dlbook.training; {use}; print('keras' in sys.modules)"
    assert run(["-c", code]).stdout == "False\n"


def test_without_keras_records_can_be_read_and_a_network_says_what_is_missing():
    code = (
        "import sys; sys.modules['keras'] = None; from dlbook import training; print(training.record); "
        "training.sequence_model('lstm', 2, 1, n_features=1)"
    )
    result = run(["-c", code])
    assert result.stdout.startswith("<function record")
    assert result.returncode == 1
    assert "ModuleNotFoundError: Keras on tensorflow needs keras, which is not installed" in result.stderr
