"""Layer norm, feed-forward networks and blocks: by hand, against Keras, central differences, invariants."""

import numpy as np
import pytest

from dlbook.nn import numerical_gradient
from dlbook.transformers import NORMS, DecoderBlock, EncoderBlock, FeedForward, LayerNormalization

BATCH, TIME, KEYS, FEATURES, HEADS, HIDDEN = 2, 4, 3, 8, 2, 5
PADDING = np.array([[1, 1, 1, 1], [1, 1, 0, 0]], bool)
CONTEXT_PADDING = np.array([[1, 1, 1], [1, 1, 0]], bool)


def make(cls, seed=0, **options):
    """A module with parameters that are all drawn, and an input and a context for it."""
    rng = np.random.default_rng(seed)
    module = cls(FEATURES, rng=rng, **options)
    module.parameters = {name: rng.normal(size=v.shape) / 2 for name, v in module.parameters.items()}
    return module, rng.normal(size=(BATCH, TIME, FEATURES)), rng.normal(size=(BATCH, KEYS, FEATURES))


def block(cls, seed=0, **options):
    return make(cls, seed, n_heads=HEADS, n_hidden=HIDDEN, **options)


def check_gradients(module, forward, arrays, found):
    """Compare the gradients for some arrays and all parameters with central differences."""
    grad = np.random.default_rng(2).normal(size=forward(*arrays).shape)

    def loss(inputs, changed=()):
        before = dict(module.parameters)
        module.parameters = dict(changed)
        value = float((forward(*inputs) * grad).sum())
        module.parameters = before
        return value

    analytic = found(grad)
    slopes = [analytic.inputs, analytic.context]
    for i, array in enumerate(arrays):
        numeric = numerical_gradient(lambda a, i=i: loss([*arrays[:i], a, *arrays[i + 1 :]]), array)
        np.testing.assert_allclose(slopes[i], numeric, rtol=1e-6, atol=1e-7)
    assert list(analytic.parameters) == list(module.parameters)
    for name, value in module.parameters.items():
        numeric = numerical_gradient(lambda a, name=name: loss(arrays, {name: a}), value)
        np.testing.assert_allclose(analytic.parameters[name], numeric, rtol=1e-6, atol=1e-7, err_msg=name)


# 1. by hand


def test_layer_norm_by_hand():
    """The features 1, 2, 6 have mean 3 and variance 14/3; another token and another sentence have no part."""
    layer = LayerNormalization(3, epsilon=1e-3)
    outputs, _ = layer.forward([[[1.0, 2.0, 6.0], [0.0, 0.0, 0.0]], [[7.0, 7.0, 7.0], [1e3, 0.0, -5.0]]])
    np.testing.assert_allclose(outputs[0, 0], np.array([-2, -1, 3]) / np.sqrt(14 / 3 + 1e-3), rtol=1e-12)
    np.testing.assert_array_equal(outputs[0, 1], np.zeros(3))
    np.testing.assert_array_equal(outputs[1, 0], np.zeros(3))


def test_layer_norm_is_not_over_all_words_of_a_sentence():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1, 3, 4)) * [[[1.0], [10.0], [100.0]]]
    by_token, _ = LayerNormalization(4, epsilon=1e-9).forward(x)
    whole = (x - x.mean()) / x.std()
    np.testing.assert_allclose(by_token.std(axis=-1), 1, rtol=1e-6)
    assert np.abs(whole.std(axis=-1) - 1).max() > 0.5


def test_feed_forward_by_hand():
    layer = FeedForward(1, 2, rng=np.random.default_rng(0))
    layer.parameters = {
        "hidden_kernel": [[1.0, -1.0]],
        "hidden_bias": [0.5, 0.0],
        "output_kernel": [[2.0], [3.0]],
        "output_bias": [1.0],
    }
    outputs, _ = layer.forward([[[2.0], [-1.0]]])
    np.testing.assert_array_equal(outputs, [[[6.0], [4.0]]])  # 2 * 2.5 + 1, and 3 * 1 + 1


@pytest.mark.parametrize("norm", NORMS)
def test_a_block_of_zeros_is_the_residual_connection(norm):
    encoder, x, _ = block(EncoderBlock, norm=norm, epsilon=1e-9)
    zeros = {name: 0 * v for name, v in encoder.parameters.items() if "gamma" not in name}
    ones = {name: 0 * v + 1 for name, v in encoder.parameters.items() if "gamma" in name}
    encoder.parameters = zeros | ones
    outputs, _ = encoder.forward(x)
    normed, _ = LayerNormalization(FEATURES, epsilon=1e-9).forward(x)
    np.testing.assert_allclose(outputs, x if norm == "before" else normed, rtol=1e-8)


# 2. parity with Keras


def keras_block(module, x, context, mask, context_mask):
    """Compute the outputs of a block with layers of Keras that have its weights."""
    from keras import layers

    def layer(kind, prefix, *shapes, **options):
        made = kind(dtype="float64", **options)
        made.build(*shapes)
        mine = [v for name, v in module.parameters.items() if name.startswith(f"{prefix}.")]
        made.set_weights(mine)
        return made

    def network(inputs):
        p, shape = module.parameters, inputs.shape
        hidden = layers.Dense(HIDDEN, activation="relu", dtype="float64")
        output = layers.Dense(FEATURES, dtype="float64")
        hidden.build(shape)
        output.build((*shape[:-1], HIDDEN))
        hidden.set_weights([p["feed_forward.hidden_kernel"], p["feed_forward.hidden_bias"]])
        output.set_weights([p["feed_forward.output_kernel"], p["feed_forward.output_bias"]])
        return output(hidden(inputs))

    def attend(prefix, causal, memory, present):
        heads = layer(
            layers.MultiHeadAttention, prefix, x.shape, (x if memory is None else memory).shape,
            num_heads=HEADS, key_dim=FEATURES // HEADS,
        )  # fmt: skip
        return lambda inputs: heads(
            inputs,
            inputs if memory is None else memory,
            attention_mask=None if present is None else present[:, None, :],
            use_causal_mask=causal,
        )

    decoder = isinstance(module, DecoderBlock)
    sublayers = {"attention": attend("attention", decoder, None, mask)}
    if decoder:
        sublayers["cross_attention"] = attend("cross_attention", False, context, context_mask)
    sublayers["feed_forward"] = network
    for name, sublayer in sublayers.items():
        norm = layer(layers.LayerNormalization, f"{name}_norm", x.shape)
        x = x + sublayer(norm(x)) if module.norm == "before" else norm(x + sublayer(x))
    return np.asarray(x)


@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("cls", [EncoderBlock, DecoderBlock])
def test_blocks_equal_keras(cls, norm, masked):
    """Four features a head: Keras rounds one over the root of other sizes to single precision."""
    import tensorflow as tf

    module, x, context = block(cls, norm=norm)
    masks = (PADDING, CONTEXT_PADDING) if masked else (None, None)
    expected = keras_block(module, tf.constant(x), tf.constant(context), *masks)
    if cls is DecoderBlock:
        outputs, _ = module.forward(x, context, mask=masks[0], context_mask=masks[1])
    else:
        outputs, _ = module.forward(x, mask=masks[0])
    np.testing.assert_allclose(outputs, expected, rtol=1e-6, atol=1e-7)


def test_layer_norm_equals_keras():
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(0)
    layer = LayerNormalization(FEATURES)
    layer.parameters = {name: rng.normal(size=FEATURES) for name in ("gamma", "beta")}
    theirs = keras.layers.LayerNormalization(dtype="float64")
    x, grad = rng.normal(size=(2, BATCH, TIME, FEATURES))
    theirs.build(x.shape)
    theirs.set_weights(list(layer.parameters.values()))
    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = theirs(inputs)
        loss = tf.reduce_sum(outputs * grad)
    expected = tape.gradient(loss, [inputs, *(w.value for w in theirs.trainable_variables)])
    found, cache = layer.forward(x)
    back = layer.backward(grad, cache)
    np.testing.assert_allclose(found, outputs, rtol=1e-6, atol=1e-7)
    for mine, other in zip([back.inputs, *back.parameters.values()], expected, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-7)


# 3. central differences


def test_gradients_of_the_norm():
    rng = np.random.default_rng(1)
    layer = LayerNormalization(FEATURES)
    layer.parameters = {name: rng.normal(size=FEATURES) for name in ("gamma", "beta")}
    x = rng.normal(size=(BATCH, TIME, FEATURES))
    cache = layer.forward(x)[1]
    check_gradients(layer, lambda a: layer.forward(a)[0], [x], lambda g: layer.backward(g, cache))


@pytest.mark.parametrize("activation", ["relu", "gelu", "gelu_tanh"])
def test_gradients_of_the_feed_forward_network(activation):
    layer, x, _ = make(FeedForward, 1, n_hidden=HIDDEN, activation=activation)
    cache = layer.forward(x)[1]
    check_gradients(layer, lambda a: layer.forward(a)[0], [x], lambda g: layer.backward(g, cache))


@pytest.mark.parametrize("norm", NORMS)
def test_gradients_of_blocks(norm):
    encoder, x, context = block(EncoderBlock, 1, norm=norm, activation="tanh", rotary=True)
    options = {"mask": PADDING, "causal": True}
    cache = encoder.forward(x, **options)[1]
    check_gradients(
        encoder, lambda a: encoder.forward(a, **options)[0], [x], lambda g: encoder.backward(g, cache)
    )
    decoder, x, context = block(DecoderBlock, 1, norm=norm, activation="tanh")
    options = {"mask": PADDING, "context_mask": CONTEXT_PADDING}
    cache = decoder.forward(x, context, **options)[1]
    check_gradients(
        decoder,
        lambda a, c: decoder.forward(a, c, **options)[0],
        [x, context],
        lambda g: decoder.backward(g, cache),
    )


# 4. what must always hold


def test_the_norm_does_not_see_scale_or_shift():
    rng = np.random.default_rng(0)
    layer = LayerNormalization(FEATURES, epsilon=1e-12)
    x = rng.normal(size=(BATCH, TIME, FEATURES))
    outputs, _ = layer.forward(x)
    np.testing.assert_allclose(layer.forward(5 * x + 7)[0], outputs, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(outputs.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(layer.forward(x[1:, 2:3])[0], outputs[1:, 2:3], rtol=1e-12)


@pytest.mark.parametrize("norm", NORMS)
def test_no_later_token_moves_an_earlier_output_of_a_decoder(norm):
    decoder, x, context = block(DecoderBlock, norm=norm)
    outputs, _ = decoder.forward(x, context)
    changed = x.copy()
    changed[:, 2] += np.random.default_rng(1).normal(size=FEATURES)
    others, _ = decoder.forward(changed, context)
    np.testing.assert_array_equal(others[:, :2], outputs[:, :2])
    assert np.abs(others[:, 2:] - outputs[:, 2:]).min(axis=-1).max() > 1e-4


@pytest.mark.parametrize("norm", NORMS)
def test_steps_equal_all_at_once(norm):
    encoder, x, _ = block(EncoderBlock, norm=norm, rotary=True)
    expected, _ = encoder.forward(x, causal=True)
    first, past = encoder.step(x[:, :2])
    second, past = encoder.step(x[:, 2:3], past)
    third, past = encoder.step(x[:, 3:], past)
    np.testing.assert_allclose(np.concatenate([first, second, third], axis=1), expected, rtol=1e-9)


def test_what_is_masked_is_as_if_it_were_not_there():
    decoder, x, context = block(DecoderBlock)
    masked, cache = decoder.forward(x, context, mask=PADDING, context_mask=CONTEXT_PADDING)
    alone, _ = decoder.forward(x[1:, :2], context[1:, :2])
    np.testing.assert_allclose(masked[1:, :2], alone, rtol=1e-9, atol=1e-12)
    assert (cache.context_weights[1, :, :, 2] == 0).all()


def test_single_precision_stays():
    decoder, *arrays = block(DecoderBlock, activation="gelu_tanh")
    x, context = (a.astype(np.float32) for a in arrays)
    outputs, cache = decoder.forward(x, context)
    found = decoder.backward(np.ones_like(outputs), cache)
    kinds = {a.dtype for a in (outputs, found.inputs, found.context, *found.parameters.values())}
    assert kinds == {np.dtype(np.float32)}


def test_number_of_parameters():
    """Encoder block of the first transformer: 4 tables of 512 x 512, 2 of 512 x 2048, biases, two norms."""
    encoder = EncoderBlock(512, 8, 2048, rng=np.random.default_rng(0))
    assert encoder.n_parameters == 4 * 512**2 + 4 * 512 + 2 * 512 * 2048 + 2048 + 512 + 4 * 512


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: LayerNormalization(0), "n_features must"),
        (lambda rng: LayerNormalization(3, epsilon=0), "epsilon must"),
        (lambda rng: LayerNormalization(3).forward(np.ones((2, 4))), r"x must have shape \(\.\.\., 3\)"),
        (lambda rng: LayerNormalization(2).forward([[1e200, -1e200]]), "x must have finite variances"),
        (lambda rng: FeedForward(2, 0, rng=rng), "n_hidden must"),
        (lambda rng: FeedForward(2, 3, activation="sine", rng=rng), "activation must be one of"),
        (lambda rng: EncoderBlock(4, 2, 8, norm="between", rng=rng), "norm must be one of after, before"),
        (lambda rng: EncoderBlock(4, 3, 8, rng=rng), "n_heads must divide"),
        (
            lambda rng: DecoderBlock(4, 2, 8, rng=rng).forward(np.ones((2, 3, 4)), np.ones((2, 3, 5))),
            r"context must have shape \(2, n_keys, 4\)",
        ),
        (
            lambda rng: DecoderBlock(4, 2, 8, rng=rng).forward(
                np.ones((2, 3, 4)), np.ones((2, 3, 4)), context_mask=np.ones((2, 4))
            ),
            r"context_mask must have a shape that broadcasts to \(2, 3\)",
        ),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.random.default_rng(0))
