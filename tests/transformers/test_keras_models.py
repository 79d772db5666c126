"""The models in Keras: equal to NumPy's, causal, masked, trainable, the same from the same seed."""

import keras
import numpy as np
import pytest

from dlbook.transformers import GPT
from dlbook.transformers.keras_models import (
    decoder_block,
    draw_weights,
    encoder_block,
    encoder_model,
    gpt_model,
    numpy_block,
    numpy_gpt,
    transformer_model,
)

IDS = np.array([[3, 1, 4, 1, 5], [2, 6, 5, 3, 5]])


def shaken(model):
    """Give a model weights without zeros and ones, so that nothing agrees by chance."""
    rng = np.random.default_rng(7)
    model.set_weights([w + 0.1 * rng.normal(size=w.shape) for w in model.get_weights()])
    return model


def out(model, *inputs):
    return np.asarray(model(inputs[0] if len(inputs) == 1 else list(inputs)))


@pytest.mark.parametrize("norm", ["before", "after"])
@pytest.mark.parametrize(
    ("positions", "tied", "activation"),
    [
        ("learned", False, "gelu_tanh"),
        ("sinusoidal", True, "relu"),
        ("rotary", False, "gelu"),
        ("none", True, "silu"),
    ],
)
def test_numpy_gpt_equals_keras(norm, positions, tied, activation):
    options = {"norm": norm, "positions": positions, "tied": tied, "activation": activation}
    model = shaken(gpt_model(7, 2, 2, 8, 9, n_hidden=12, **options))
    mine = numpy_gpt(model)
    logits, _ = mine.forward(IDS)
    np.testing.assert_allclose(logits, out(model, IDS), rtol=1e-4, atol=1e-5)
    assert mine.n_parameters == model.count_params()
    assert mine.context == 9


def test_no_later_token_moves_an_earlier_logit():
    for positions in ("learned", "rotary"):
        model = gpt_model(7, 2, 2, 8, 9, positions=positions)
        changed = IDS.copy()
        changed[:, 3] = 0
        before, after = out(model, IDS), out(model, changed)
        np.testing.assert_allclose(after[:, :3], before[:, :3], atol=1e-6)
        assert np.abs(after[:, 3:] - before[:, 3:]).max() > 1e-3


@pytest.mark.parametrize("positions", ["learned", "rotary"])
def test_padding_is_not_looked_at(positions):
    model = encoder_model(2, 2, 8, 9, n_tokens=7, positions=positions)
    padded = np.array([[3, 1, 4, 0, 0]])
    np.testing.assert_allclose(out(model, padded)[:, :3], out(model, padded[:, :3]), atol=1e-5)
    pooled = encoder_model(2, 2, 8, 9, n_tokens=7, positions=positions, pool="mean", n_outputs=3)
    np.testing.assert_allclose(out(pooled, padded), out(pooled, padded[:, :3]), atol=1e-5)


def test_without_positions_the_order_does_not_count():
    model = encoder_model(2, 2, 8, 9, n_tokens=7, positions="none", norm="before")
    order = [4, 2, 0, 1, 3]
    np.testing.assert_allclose(out(model, IDS[:, order]), out(model, IDS)[:, order], atol=1e-5)
    placed = encoder_model(2, 2, 8, 9, n_tokens=7)
    assert np.abs(out(placed, IDS[:, order]) - out(placed, IDS)[:, order]).max() > 1e-3


@pytest.mark.parametrize("norm", ["after", "before"])
def test_numpy_blocks_equal_keras(norm):
    inputs = keras.Input((None, 8)), keras.Input((None, 8))
    memory = encoder_block(inputs[0], "one", 2, 12, norm=norm, activation="gelu_tanh")
    answer = decoder_block(inputs[1], memory, "two", 2, 12, norm=norm)
    model = shaken(keras.Model(inputs, [memory, answer]))
    first, second = numpy_block(model, "one", norm=norm), numpy_block(model, "two", norm=norm)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 5, 8)), rng.normal(size=(2, 4, 8))
    expected = [np.asarray(a) for a in model([x, y])]
    mine, _ = first.forward(x)
    np.testing.assert_allclose(mine, expected[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(second.forward(y, mine)[0], expected[1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("norm", ["after", "before"])
def test_the_transformer_reads_its_source_and_no_later_target(norm):
    model = transformer_model(6, 7, 2, 2, 8, 9, norm=norm)
    source, target = np.array([[3, 1, 4, 0]]), np.array([[1, 2, 3]])
    before = out(model, source, target)
    assert before.shape == (1, 3, 7)
    np.testing.assert_allclose(out(model, source[:, :3], target), before, atol=1e-5)
    later, other = target.copy(), source.copy()
    later[0, 2], other[0, 1] = 6, 5
    np.testing.assert_allclose(out(model, source, later)[:, :2], before[:, :2], atol=1e-6)
    assert np.abs(out(model, other, target) - before).max() > 1e-3


def test_segments_and_vectors():
    model = encoder_model(1, 2, 8, 9, n_tokens=7, n_segments=2, n_outputs=2, pool="first")
    segments = np.array([[0, 0, 1, 1, 1]] * 2)
    assert np.abs(out(model, IDS, segments) - out(model, IDS, 0 * segments)).max() > 1e-4
    patches = encoder_model(1, 2, 8, 9, n_features=5, n_outputs=3, pool="mean", positions="sinusoidal")
    assert out(patches, np.ones((2, 4, 5))).shape == (2, 3)


def test_the_same_seed_gives_the_same_weights_and_heads_that_differ():
    one, two, other = (gpt_model(7, 1, 2, 8, 9, seed=seed) for seed in (0, 0, 1))
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(one.get_weights(), other.get_weights(), strict=True))
    query, _, key, *_ = one.get_layer("block_0_attention").get_weights()
    assert np.abs(query - key).max() > 0.1
    limit = np.sqrt(6 / (8 + 8))
    assert 0.5 * limit < np.abs(query).max() <= limit
    convolution = keras.Sequential([keras.Input((6, 6, 2)), keras.layers.Conv2D(4, 3)])
    draw_weights(convolution, 0)
    assert np.abs(convolution.get_weights()[0]).max() <= np.sqrt(6 / (9 * 2 + 9 * 4))


def test_models_learn():
    """A transformer learns to turn three letters round; GPT learns a text that repeats itself."""
    rng = np.random.default_rng(0)
    source = rng.integers(3, 8, size=(256, 3))
    target = np.concatenate([np.full((256, 1), 1), source[:, ::-1]], axis=1)
    model = transformer_model(8, 8, 1, 2, 16, 8)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    history = model.fit([source, target[:, :-1]], target[:, 1:], epochs=20, batch_size=64, verbose=0)
    assert history.history["accuracy"][-1] > 0.9
    text = np.tile(np.arange(6), 20)[:96].reshape(8, 12)
    gpt = gpt_model(6, 1, 2, 16, 12, dropout=0.1)
    gpt.compile(keras.optimizers.Adam(0.02), loss)
    gpt.fit(text[:, :-1], text[:, 1:], epochs=60, verbose=0)
    np.testing.assert_array_equal(numpy_gpt(gpt).generate([0, 1], 6, temperature=0), [2, 3, 4, 5, 0, 1])


def test_number_of_parameters():
    """Twelve times the square of the width a block, and what is left: biases, norms and tables."""
    model = gpt_model(11, 3, 4, 16, 32, tied=True)
    block = 12 * 16**2 + 13 * 16
    assert model.count_params() == 3 * block + 11 * 16 + 32 * 16 + 2 * 16
    assert numpy_gpt(model).n_parameters == model.count_params()
    assert isinstance(numpy_gpt(model), GPT)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gpt_model(5, 1, 3, 8, 4), "n_heads must divide width=8"),
        (lambda: gpt_model(5, 0, 2, 8, 4), "n_layers must"),
        (lambda: gpt_model(5, 1, 2, 8, 4, norm="x"), "norm must be one of"),
        (lambda: gpt_model(5, 1, 2, 8, 4, positions="x"), "positions must be one of"),
        (lambda: gpt_model(5, 1, 2, 8, 4, activation="x"), "activation must be one of"),
        (lambda: gpt_model(5, 1, 8, 8, 4, positions="rotary"), "width must be an even number a head"),
        (lambda: gpt_model(5, 1, 2, 8, 4, seed=-1), "seed must"),
        (lambda: encoder_model(1, 2, 8, 4), "n_tokens or n_features must be given"),
        (lambda: encoder_model(1, 2, 8, 4, n_tokens=5, pool="last"), "pool must be one of first, mean"),
        (lambda: transformer_model(0, 5, 1, 2, 8, 4), "n_source must"),
        (lambda: numpy_gpt(encoder_model(1, 2, 8, 4, n_tokens=5)), "model must be one that gpt_model made"),
        (lambda: numpy_block(gpt_model(5, 1, 2, 8, 4), "block_1"), "name must be that of a block"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
