"""Multi-head attention: by hand, parity with Keras, central differences, masks, the cache, invariants."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.nn import numerical_gradient
from dlbook.transformers import (
    KeysAndValues,
    MultiHeadAttention,
    causal_mask,
    rotate,
    scaled_dot_product_attention,
)

BATCH, QUERIES, KEYS, FEATURES, HEADS = 2, 5, 4, 6, 3
PADDING = np.array([[1, 1, 1, 1], [1, 1, 0, 0]], bool)
OWN_PADDING = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], bool)


def make(seed=0, **options):
    """A layer with biases that are not zero, inputs and a context for it."""
    rng = np.random.default_rng(seed)
    layer = MultiHeadAttention(FEATURES, HEADS, rng=rng, **options)
    layer.set_weights([rng.normal(size=value.shape) / 2 for value in layer.parameters.values()])
    x = rng.normal(size=(BATCH, QUERIES, FEATURES))
    return layer, x, rng.normal(size=(BATCH, KEYS, layer.n_context))


# 1. by hand


def test_three_words_by_hand():
    """Scores 2 ln 3 / sqrt(4), 0 and 0 give the weights 3/5, 1/5 and 1/5."""
    queries, keys = np.zeros((1, 4)), np.zeros((3, 4))
    queries[0, 0], keys[0, 0] = 2.0, np.log(3)
    outputs, weights = scaled_dot_product_attention(queries, keys, [[5.0], [10.0], [20.0]])
    np.testing.assert_allclose(weights, [[0.6, 0.2, 0.2]], rtol=1e-12)
    np.testing.assert_allclose(outputs, [[9.0]], rtol=1e-12)


def test_two_heads_by_hand():
    """Each head sees one feature; the kernels are ones, so that all is read off the scores."""
    layer = MultiHeadAttention(2, 2, rng=np.random.default_rng(0))
    eye = np.eye(2)[:, :, None]  # feature i goes to head i alone
    zero, out = np.zeros((2, 1)), np.eye(2)[:, None]
    layer.set_weights([eye, zero, eye, zero, eye, zero, out, np.zeros(2)])
    outputs, cache = layer.forward([[[1.0, 0.0], [0.0, np.log(3)]]])
    first = np.e / (np.e + 1)
    np.testing.assert_allclose(cache.weights[0, 0], [[first, 1 - first], [0.5, 0.5]], rtol=1e-12)
    ratio = 3.0 ** np.log(3) / (3.0 ** np.log(3) + 1)  # the score of the second word with itself is (ln 3)^2
    np.testing.assert_allclose(cache.weights[0, 1], [[0.5, 0.5], [1 - ratio, ratio]], rtol=1e-12)
    np.testing.assert_allclose(outputs[0], [[first, np.log(3) / 2], [0.5, ratio * np.log(3)]], rtol=1e-12)


def test_heads_are_attention_of_slices_mixed_by_the_last_kernel():
    layer, x, _ = make(n_key=2, n_value=4)
    outputs, cache = layer.forward(x)
    p = layer.parameters
    total = p["output_bias"].copy()
    for i in range(HEADS):
        q, k, v = (x @ p[f"{n}_kernel"][:, i] + p[f"{n}_bias"][i] for n in ("query", "key", "value"))
        head, weights = scaled_dot_product_attention(q, k, v)
        np.testing.assert_allclose(cache.weights[:, i], weights, rtol=1e-12)
        total = total + head @ p["output_kernel"][i]
    np.testing.assert_allclose(outputs, total, rtol=1e-11, atol=1e-13)


def test_causal_mask_by_hand():
    np.testing.assert_array_equal(causal_mask(2, 4), [[1, 1, 1, 0], [1, 1, 1, 1]])


# 2. parity with Keras


@pytest.mark.parametrize(
    "case", ["self", "causal", "padding", "causal padding", "context", "context padding"]
)
def test_equals_keras(case):
    """Keras rounds one over the root of the size to single precision: 4 has an exact one."""
    import keras
    import tensorflow as tf

    other = "context" in case
    layer, x, context = make(n_key=4, n_value=2, n_context=7 if other else None)
    theirs = keras.layers.MultiHeadAttention(HEADS, key_dim=4, value_dim=2, dtype="float64")
    inputs, memory = tf.constant(x), tf.constant(context if other else x)
    theirs.build(inputs.shape, memory.shape)
    theirs.set_weights(layer.get_weights())
    mask = (PADDING if other else OWN_PADDING) if "padding" in case else None
    causal = "causal" in case
    grad = np.random.default_rng(5).normal(size=x.shape)
    with tf.GradientTape() as tape:
        tape.watch([inputs, memory])
        outputs, alpha = theirs(
            inputs,
            memory if other else inputs,
            attention_mask=None if mask is None else tf.constant(mask[:, None, :]),
            use_causal_mask=causal,
            return_attention_scores=True,
        )
        loss = tf.reduce_sum(outputs * grad)
    weights = [weight.value for weight in theirs.trainable_variables]
    expected = tape.gradient(loss, [*weights, inputs, *([memory] if other else [])])

    found, cache = layer.forward(x, context if other else None, mask=mask, causal=causal)
    np.testing.assert_allclose(found, outputs, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(cache.weights, alpha, rtol=1e-9, atol=1e-12)
    back = layer.backward(grad, cache)
    ours = [*back.parameters.values(), back.inputs, *([back.context] if other else [])]
    for mine, wanted in zip(ours, expected, strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-8, atol=1e-11)


def test_weights_go_to_keras_and_come_back():
    import keras

    theirs = keras.layers.MultiHeadAttention(HEADS, key_dim=FEATURES // HEADS)
    theirs.build((None, None, FEATURES), (None, None, FEATURES))
    layer, _, _ = make()
    layer.set_weights(theirs.get_weights())
    for mine, other in zip(layer.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other.astype(float))


# 3. central differences


@pytest.mark.parametrize("rotary", [False, True])
@pytest.mark.parametrize("case", ["self", "causal padding", "context padding"])
def test_gradients(case, rotary):
    other = "context" in case
    layer, x, context = make(1, rotary=rotary, n_context=7 if other else None)
    mask = (PADDING if other else OWN_PADDING) if "padding" in case else None
    grad = np.random.default_rng(2).normal(size=x.shape)

    def loss(inputs=x, memory=context, **changed):
        before = dict(layer.parameters)
        layer.parameters = changed
        outputs, _ = layer.forward(inputs, memory if other else None, mask=mask, causal="causal" in case)
        layer.parameters = before
        return float((outputs * grad).sum())

    _, cache = layer.forward(x, context if other else None, mask=mask, causal="causal" in case)
    found = layer.backward(grad, cache)
    numeric = numerical_gradient(loss, x)
    np.testing.assert_allclose(found.inputs, numeric, rtol=1e-6, atol=1e-8)
    if other:
        numeric = numerical_gradient(lambda a: loss(memory=a), context)
        np.testing.assert_allclose(found.context, numeric, rtol=1e-6, atol=1e-8)
    else:
        assert found.context is None
    for name, value in layer.parameters.items():
        numeric = numerical_gradient(lambda a, name=name: loss(**{name: a}), value)
        np.testing.assert_allclose(found.parameters[name], numeric, rtol=1e-6, atol=1e-8, err_msg=name)


# 4. what must always hold


@given(seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_without_positions_a_new_order_of_tokens_only_reorders_the_outputs(seed):
    layer, x, _ = make(seed)
    outputs, cache = layer.forward(x)
    np.testing.assert_allclose(cache.weights.sum(axis=-1), 1, rtol=1e-12)
    order = np.random.default_rng(seed).permutation(QUERIES)
    again, _ = layer.forward(x[:, order])
    np.testing.assert_allclose(again, outputs[:, order], rtol=1e-9, atol=1e-12)


def test_with_rotary_positions_the_order_counts_and_a_shift_does_not():
    layer, x, _ = make(rotary=True)
    outputs, _ = layer.forward(x)
    swapped, _ = layer.forward(x[:, ::-1])
    assert np.abs(swapped - outputs[:, ::-1]).max() > 0.01
    p = layer.parameters
    q = np.einsum("btf,fhk->bhtk", x, p["query_kernel"]) + p["query_bias"][:, None]
    k = np.einsum("btf,fhk->bhtk", x, p["key_kernel"]) + p["key_bias"][:, None]
    later = np.arange(QUERIES) + 100
    _, shifted = scaled_dot_product_attention(rotate(q, later), rotate(k, later), k)
    np.testing.assert_allclose(layer.forward(x)[1].weights, shifted, rtol=1e-9, atol=1e-12)


def test_no_later_token_moves_an_earlier_output():
    layer, x, _ = make()
    outputs, _ = layer.forward(x, causal=True)
    changed = x.copy()
    changed[:, 3] += 1.0
    others, _ = layer.forward(changed, causal=True)
    np.testing.assert_array_equal(others[:, :3], outputs[:, :3])
    assert (np.abs(others[:, 3:] - outputs[:, 3:]).max(axis=-1) > 1e-3).all()


def test_what_is_masked_is_as_if_it_were_not_there():
    layer, x, _ = make()
    masked, cache = layer.forward(x, mask=OWN_PADDING)
    alone, _ = layer.forward(x[1:, :3])
    np.testing.assert_allclose(masked[1:, :3], alone, rtol=1e-11, atol=1e-13)
    assert (cache.weights[1, :, :, 3:] == 0).all()
    each, _ = layer.forward(x, mask=np.broadcast_to(OWN_PADDING[:, None], (BATCH, QUERIES, QUERIES)))
    np.testing.assert_array_equal(each, masked)


@pytest.mark.parametrize("rotary", [False, True])
@pytest.mark.parametrize("cuts", [(1, 2, 3, 4), (3,), (2, 4)])
def test_step_by_step_equals_all_at_once(cuts, rotary):
    layer, x, _ = make(rotary=rotary)
    expected, _ = layer.forward(x, causal=True)
    past, found = None, []
    for part in np.split(x, cuts, axis=1):
        outputs, past = layer.step(part, past)
        found.append(outputs)
    np.testing.assert_allclose(np.concatenate(found, axis=1), expected, rtol=1e-10, atol=1e-13)
    assert past.keys.shape == (BATCH, HEADS, QUERIES, FEATURES // HEADS)


def test_steps_leave_padding_out():
    layer, x, _ = make()
    mask = OWN_PADDING[:, ::-1]  # on the left
    _, past = layer.step(x[:, 3:4], None)
    with pytest.raises(ValueError, match=r"mask must leave each query at least one key"):
        layer.step(x, None, mask=mask)
    expected, _ = layer.step(x[1:, 4:], KeysAndValues(past.keys[1:], past.values[1:]))
    _, past = layer.step(x[:, 2:4])
    found, _ = layer.step(x[:, 4:], past, mask=np.array([[1, 1, 1], [0, 1, 1]]))
    np.testing.assert_allclose(found[1:], expected, rtol=1e-11, atol=1e-13)


def test_one_token_looks_at_itself_and_large_scores_do_not_overflow():
    layer, x, _ = make()
    _, cache = layer.forward(x[:, :1])
    assert (cache.weights == 1).all()
    _, weights = scaled_dot_product_attention([[1e4]], [[1e4], [1e4], [-1e4]], np.eye(3))
    np.testing.assert_array_equal(weights, [[0.5, 0.5, 0.0]])


@pytest.mark.parametrize("shift", [0.0, 59.0, 61.0, 1e4, -59.0, -61.0, -1e4])
def test_scores_of_every_size_give_the_softmax(shift):
    keys = np.array([[0.0], [1.0], [2.0], [0.5]]) + shift
    mask = np.array([[True, False, True, True]])
    for kind, tolerance in ((np.float64, 1e-11), (np.float32, 1e-2)):
        q, k, v = (np.array(a, dtype=kind) for a in ([[1.0]], keys, np.eye(4)))
        _, weights = scaled_dot_product_attention(q, k, v, mask=mask)
        powers = np.exp([0.0, -np.inf, 2.0, 0.5])
        np.testing.assert_allclose(weights[0], powers / powers.sum(), rtol=tolerance)


def test_single_precision_stays_and_inputs_are_not_changed():
    layer, *arrays = make(rotary=True)
    x, context = (a.astype(np.float32) for a in arrays)
    before = x.copy(), context.copy()
    outputs, cache = layer.forward(x, context)
    found = layer.backward(np.ones_like(outputs), cache)
    step, past = layer.step(x)
    kinds = {a.dtype for a in (outputs, found.inputs, found.context, step, *past)}
    assert kinds | {a.dtype for a in found.parameters.values()} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(context, before[1])


def test_number_of_parameters():
    """The paper's sizes: 512 features in eight heads of 64 make four tables of 512 x 512, and biases."""
    layer = MultiHeadAttention(512, 8, rng=np.random.default_rng(0))
    assert layer.n_key == 64
    assert layer.n_parameters == 4 * 512 * 512 + 4 * 512


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: causal_mask(0), "n_queries must be"),
        (lambda: causal_mask(3, 2), "n_keys must be"),
        (lambda: MultiHeadAttention(6, 4, rng=np.random.default_rng(0)), "n_heads must divide n_features=6"),
        (lambda: MultiHeadAttention(6, 2, rotary=True, rng=np.random.default_rng(0)), "n_key must be even"),
        (lambda: MultiHeadAttention(6, 2, rng=0), "rng must be"),
        (
            lambda: scaled_dot_product_attention(np.ones((2, 3)), np.ones((2, 4)), np.ones((2, 1))),
            r"keys must have shape \(n_keys, 3\)",
        ),
        (
            lambda: scaled_dot_product_attention([[1.0]], [[1.0]], [[1.0]], mask=[[False]]),
            "mask must leave each query at least one key",
        ),
        (
            lambda: scaled_dot_product_attention([[1e200]], [[1e200]], [[1.0]]),
            "queries must have finite products",
        ),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_bad_inputs_are_named():
    layer, x, context = make(n_context=7)
    with pytest.raises(ValueError, match=r"^x must have shape \(batch, n_queries, 6\)"):
        layer.forward(x[..., :2], context)
    with pytest.raises(ValueError, match=r"^context must have shape \(2, n_keys, 7\)"):
        layer.forward(x, x)
    with pytest.raises(ValueError, match=r"^context must be given"):
        layer.forward(x)
    with pytest.raises(ValueError, match=r"^causal must be False"):
        layer.forward(x, context, causal=True)
    with pytest.raises(ValueError, match=r"^mask must have a shape that broadcasts to \(2, 4\)"):
        layer.forward(x, context, mask=OWN_PADDING)
    with pytest.raises(ValueError, match=r"^x must be its own context"):
        layer.step(x)
    outputs, cache = layer.forward(x, context)
    with pytest.raises(ValueError, match=r"^grad must have shape \(2, 5, 6\)"):
        layer.backward(outputs[:, :1], cache)
    with pytest.raises(ValueError, match=r"^weights must hold 8 arrays"):
        layer.set_weights(layer.get_weights()[:-1])
    plain, _, _ = make()
    with pytest.raises(ValueError, match=r"^past must be what the step before returned"):
        plain.step(x, 3)
    with pytest.raises(ValueError, match=r"^past must have shape \(2, 3, time, 2\)"):
        plain.step(x, KeysAndValues(np.ones((1, 3, 2, 2)), np.ones((1, 3, 2, 2))))
