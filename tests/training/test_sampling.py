import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from dlbook.nn import softmax
from dlbook.text import stateful_batches
from dlbook.training import (
    bits_per_character,
    character_model,
    copy_weights,
    sample_tokens,
    sequence_model,
    temperature_probabilities,
)

LOGITS = arrays(float, array_shapes(min_dims=1, max_dims=3, max_side=5), elements=st.floats(-50, 50))


@pytest.fixture(scope="module")
def model():
    return character_model(6, units=[5, 4], embedding=3, seed=0)


@pytest.fixture(scope="module")
def carrying(model):
    stateful = character_model(6, units=[5, 4], embedding=3, batch_size=1)
    copy_weights(model, stateful)
    return stateful


def sharpen(network, factor):
    """Multiply the weights of the output, so that an untrained network has something to say."""
    for variable in network.layers[-1].weights:
        variable.assign(factor * variable)


# temperature: numbers worked out by hand, parity, invariants


def test_temperature_by_hand():
    """With logits log 1, log 2, log 5: p = 1/8, 2/8, 5/8; at 1/2 the squares 1, 4, 25 count."""
    z = np.log([1.0, 2.0, 5.0])
    np.testing.assert_allclose(temperature_probabilities(z), [0.125, 0.25, 0.625], rtol=1e-14)
    np.testing.assert_allclose(temperature_probabilities(z, 0.5), [1 / 30, 4 / 30, 25 / 30], rtol=1e-14)
    roots = np.sqrt([1.0, 2.0, 5.0])
    np.testing.assert_allclose(temperature_probabilities(z, 2), roots / roots.sum(), rtol=1e-14)


@given(LOGITS)
def test_temperature_one_is_the_softmax(z):
    np.testing.assert_allclose(temperature_probabilities(z), softmax(z), rtol=1e-12, atol=0)


@given(LOGITS, st.sampled_from([0.0, 1e-300, 0.1, 1.0, 7.0, 1e300, np.inf]))
@settings(deadline=None)
def test_probabilities_sum_to_one_and_keep_the_order(z, temperature):
    p = temperature_probabilities(z, temperature)
    assert p.shape == z.shape
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=-1), 1, rtol=1e-12)
    by_logit = np.take_along_axis(p, np.argsort(z, axis=-1), axis=-1)
    assert (np.diff(by_logit, axis=-1) >= 0).all()


@given(LOGITS, st.floats(0.1, 10), st.integers(-9, 9))
def test_a_constant_changes_nothing(z, temperature, constant):
    shifted = temperature_probabilities(z + constant, temperature)
    np.testing.assert_allclose(shifted, temperature_probabilities(z, temperature), rtol=1e-9, atol=1e-12)


def test_limits_of_the_temperature():
    z = np.array([[0.3, 2.0, -1.0, 2.0], [5.0, 1.0, 1.0, 1.0]])
    coldest = [[0, 0.5, 0, 0.5], [1, 0, 0, 0]]
    np.testing.assert_array_equal(temperature_probabilities(z, 0), coldest)
    np.testing.assert_allclose(temperature_probabilities(z, 1e-3), coldest, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(temperature_probabilities(z, np.inf), np.full((2, 4), 0.25))
    np.testing.assert_allclose(temperature_probabilities(z, 1e9), np.full((2, 4), 0.25), rtol=0, atol=1e-8)
    np.testing.assert_array_equal(temperature_probabilities([-1e300, 1e300], 1e-300), [0, 1])


@pytest.mark.parametrize(
    ("logits", "temperature", "name"),
    [
        (3.0, 1, "logits"),
        (np.zeros((2, 0)), 1, "logits"),
        ([[0, 1], [np.nan, 2]], 1, "logits"),
        ([0, 1], -0.5, "temperature"),
        ([0, 1], np.nan, "temperature"),
        ([0, 1], "hot", "temperature"),
    ],
)
def test_wrong_logits_and_temperatures_are_named(logits, temperature, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        temperature_probabilities(logits, temperature)


# sampling


def test_sampling_is_reproducible(model):
    def text(seed, temperature=2.0):
        rng = np.random.default_rng(seed)
        return sample_tokens(model, [1, 2], 40, temperature=temperature, window=5, rng=rng).tolist()

    assert text(0) == text(0)
    assert text(0) != text(1)
    assert len(text(0)) == 40
    assert set(text(0)) <= set(range(6))
    assert text(0, temperature=0) == text(1, temperature=0)


def test_carried_states_and_a_window_as_long_as_the_text_agree(model, carrying):
    """Two routes to the same distribution: reading everything again, or remembering it."""
    texts = []
    for network, options in ((model, {"window": 32}), (carrying, {}), (carrying, {})):
        texts.append(sample_tokens(network, [3, 0], 30, rng=np.random.default_rng(4), **options).tolist())
    assert texts[0] == texts[1] == texts[2]


def test_rows_of_a_stateful_batch_read_the_same(model, carrying):
    wide = character_model(6, units=[5, 4], embedding=3, batch_size=3)
    copy_weights(model, wide)
    texts = [sample_tokens(m, [5], 12, rng=np.random.default_rng(1)).tolist() for m in (wide, carrying)]
    assert texts[0] == texts[1]


def test_the_coldest_sample_is_the_most_probable_token(model):
    """Also when the text outgrows the window: the network then sees the last tokens only."""
    ids = [2, 4]
    for _ in range(6):
        ids.append(int(model.predict_on_batch(np.array([ids[-3:]]))[0, -1].argmax()))
    sample = sample_tokens(model, [2, 4], 6, temperature=0, window=3, rng=np.random.default_rng(0))
    assert sample.tolist() == ids[2:]


def test_samples_follow_the_distribution():
    model = character_model(3, kind="rnn", units=2, seed=1)
    sharpen(model, 0.0)
    model.layers[-1].bias.assign(np.log([1.0, 2.0, 5.0]))
    sample = sample_tokens(model, [0], 800, window=1, rng=np.random.default_rng(0))
    shares = np.bincount(sample, minlength=3) / 800
    np.testing.assert_allclose(shares, [0.125, 0.25, 0.625], atol=4 * np.sqrt(0.25 / 800))


def test_the_network_is_traced_once(monkeypatch):
    """Python runs the layer when it is traced, and not for every token."""
    for options, window in (({}, 4), ({"batch_size": 1}, None)):
        model = character_model(6, kind="rnn", units=3, seed=0, **options)
        calls, call = [], model.layers[-1].call

        def counted(x, training=None, calls=calls, call=call):
            calls.append(x.shape)
            return call(x)

        monkeypatch.setattr(model.layers[-1], "call", counted)
        sample_tokens(model, [1, 2, 3], 20, window=window, rng=np.random.default_rng(0))
        assert 1 <= len(calls) <= 2


def test_the_window_is_the_length_of_the_model_where_it_has_one():
    model = character_model(6, kind="rnn", units=3, length=4, seed=0)
    texts = [
        sample_tokens(model, [1], 9, window=window, rng=np.random.default_rng(0)).tolist()
        for window in (None, 4)
    ]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"start": []}, "start"),
        ({"start": [0.5]}, "start"),
        ({"start": [1, 6]}, "start"),
        ({"start": [-1]}, "start"),
        ({"length": 0}, "length"),
        ({"window": 0}, "window"),
        ({"window": None}, "window"),
        ({"temperature": -1}, "temperature"),
        ({"rng": 42}, "rng"),
        ({"model": "lstm"}, "model"),
    ],
)
def test_wrong_arguments_of_sampling_are_named(model, change, name):
    good = {"model": model, "start": [1], "length": 5, "window": 3, "rng": np.random.default_rng(0)}
    with pytest.raises(ValueError, match=f"^{name} must"):
        sample_tokens(**(good | change))


def test_wrong_models_are_named(carrying):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"^window must not be given for a stateful model, got 3"):
        sample_tokens(carrying, [1], 5, window=3, rng=rng)
    classifier = sequence_model("rnn", 3, 2, n_tokens=5)
    with pytest.raises(ValueError, match=r"^model must turn ids .* got outputs of shape \(None, 2\)"):
        sample_tokens(classifier, [1], 5, window=3, rng=rng)


# bits per character


def test_bits_by_hand():
    """p = 1/8, 1/8, 1/4, 1/2 for every next token: 3, 3, 2 and 1 bits."""
    model = character_model(4, kind="rnn", units=2, seed=0)
    sharpen(model, 0.0)
    model.layers[-1].bias.assign(np.log([1.0, 1.0, 2.0, 4.0]))
    targets = np.array([[0, 1, 2], [3, 3, 2]])
    bits = bits_per_character(model, np.zeros((2, 3), int), targets)
    assert bits == pytest.approx((3 + 3 + 2 + 1 + 1 + 2) / 6, rel=1e-6)
    skipping = bits_per_character(model, np.zeros((2, 3), int), targets, skip=2)
    assert skipping == pytest.approx(2, rel=1e-6)


def test_bits_equal_the_cross_entropy_of_keras(keras, model):
    """Whatever the number of windows at a time, and if it does not divide theirs."""
    ids = np.random.default_rng(0).integers(6, size=(7, 9))
    x, y = ids[:, :-1], ids[:, 1:]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    expected = float(loss(y, model.predict_on_batch(x))) / np.log(2)
    for batch_size in (2, 7, 64):
        assert bits_per_character(model, x, y, batch_size=batch_size) == pytest.approx(expected, rel=1e-5)


def test_bits_with_carried_states_are_those_of_one_long_window(model):
    carrying = character_model(6, units=[5, 4], embedding=3, batch_size=2)
    copy_weights(model, carrying)
    x, y = stateful_batches(np.random.default_rng(0).integers(6, size=25), batch_size=2, length=4)
    by_windows = bits_per_character(carrying, x.reshape(-1, 4), y.reshape(-1, 4))
    streams = [part.swapaxes(0, 1).reshape(2, 12) for part in (x, y)]
    assert by_windows == pytest.approx(bits_per_character(model, *streams), rel=1e-5)


def test_wrong_arguments_of_bits_are_named(model):
    ids = np.zeros((3, 4), int)
    stateful = character_model(6, kind="rnn", units=2, batch_size=2)
    for arguments, options, name in [
        ((model, ids, ids[:, 1:]), {}, "targets"),
        ((model, ids, ids), {"skip": 4}, "skip"),
        ((model, ids, ids + 6), {}, "targets"),
        ((model, ids[0], ids[0]), {}, "inputs"),
        ((model, ids, ids), {"batch_size": 0}, "batch_size"),
        ((stateful, ids, ids), {}, "inputs"),
    ]:
        with pytest.raises(ValueError, match=f"^{name} must"):
            bits_per_character(*arguments, **options)
