"""Attention: the lecture's weights, numbers by hand, parity with Keras, central differences, invariants."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.encoder_decoder import SCORES, Attention, attention_weights
from dlbook.nn import numerical_gradient

BATCH, QUERIES, KEYS, VALUES, HIDDEN = 2, 3, 5, 4, 6
MASK = np.array([[1, 1, 1, 1, 1], [0, 1, 1, 0, 0]], bool)


def make(score, seed=0):
    """A layer whose queries and keys differ in size where the score allows it, and inputs for it."""
    rng = np.random.default_rng(seed)
    n_query, n_key = (7, 7) if score in ("dot", "scaled") else (8, 7)
    hidden = HIDDEN if score == "additive" else None
    layer = Attention(n_query, n_key, score=score, n_hidden=hidden, rng=rng)
    return (
        layer,
        rng.normal(size=(BATCH, QUERIES, n_query)),
        rng.normal(size=(BATCH, KEYS, n_key)),
        rng.normal(size=(BATCH, KEYS, VALUES)),
    )


# 1. numbers worked out by hand


def test_the_alignment_of_the_lecture_averages_the_states():
    """Main ghar ja raha hoon: "going" looks at the third and fourth word, half and half."""
    states = np.diag([1.0, 2.0, 3.0, 4.0, 5.0])
    scores = np.full((4, 5), -1e3)
    scores[0, 0] = scores[1, 4] = scores[2, 2] = scores[2, 3] = scores[3, 1] = 0.0
    weights = attention_weights(scores)
    expected = [[1, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0.5, 0.5, 0], [0, 1, 0, 0, 0]]
    np.testing.assert_allclose(weights, expected, atol=1e-12)
    np.testing.assert_allclose((weights @ states)[2], [0, 0, 1.5, 2, 0], atol=1e-12)


def test_dot_product_by_hand():
    """Scores ln 2 and 0 give weights 2/3 and 1/3; the values 3 and 6 average to 4."""
    keys = [[[np.log(2), 5.0], [0.0, 5.0]]]
    contexts, cache = Attention(2, 2, score="dot").forward([[[1.0, 0.0]]], keys, [[[3.0], [6.0]]])
    np.testing.assert_allclose(cache.weights, [[[2 / 3, 1 / 3]]], rtol=1e-12)
    np.testing.assert_allclose(contexts, [[[4.0]]], rtol=1e-12)


def test_scaled_divides_by_the_root_of_the_size():
    """Four numbers in a key: the score 2 ln 3 is halved, and the weights are 3/4 and 1/4."""
    keys = np.zeros((1, 2, 4))
    keys[0, 0, 0] = 2 * np.log(3)
    _, cache = Attention(4, 4, score="scaled").forward([[[1.0, 0, 0, 0]]], keys)
    np.testing.assert_allclose(cache.weights, [[[0.75, 0.25]]], rtol=1e-12)


def test_additive_by_hand():
    """One hidden unit: e_j = 2 tanh(h_j + s) is 2 tanh 1 and 0."""
    layer = Attention(1, 1, rng=np.random.default_rng(0))
    layer.parameters = {"key_kernel": [[1.0]], "query_kernel": [[1.0]], "scale": [2.0]}
    _, cache = layer.forward([[[0.5]]], [[[0.5], [-0.5]]])
    first = 1 / (1 + np.exp(-2 * np.tanh(1.0)))
    np.testing.assert_allclose(cache.weights, [[[first, 1 - first]]], rtol=1e-12)


def test_general_by_hand():
    """The kernel turns the query round: (1, 0) matches the second key."""
    layer = Attention(2, 2, score="general", rng=np.random.default_rng(0))
    layer.parameters = {"kernel": [[0.0, np.log(9)], [0.0, 0.0]]}
    _, cache = layer.forward([[[1.0, 0.0]]], [[[1.0, 0.0], [0.0, 1.0]]])
    np.testing.assert_allclose(cache.weights, [[[0.1, 0.9]]], rtol=1e-12)


# 2. parity with Keras


@pytest.mark.parametrize("mask", [None, MASK], ids=["no mask", "mask"])
@pytest.mark.parametrize("score", SCORES)
def test_equals_keras(score, mask):
    import keras
    import tensorflow as tf

    layer, queries, keys, values = make(score)
    parameters = layer.parameters
    if score == "additive":
        theirs = keras.layers.AdditiveAttention(dtype="float64")
    else:
        theirs = keras.layers.Attention(use_scale=False, dtype="float64")
    tensors = [tf.constant(a) for a in (queries, keys, values)]
    weights = {name: tf.constant(value) for name, value in parameters.items()}

    def call():
        q, k, v = tensors
        if score == "additive":
            q, k = q @ weights["query_kernel"], k @ weights["key_kernel"]
        elif score == "general":
            q = q @ weights["kernel"]
        elif score == "scaled":
            q = q / np.sqrt(k.shape[-1])
        if score == "additive" and not theirs.built:
            theirs.build([q.shape, v.shape, k.shape])
            theirs.scale.assign(parameters["scale"])
        masks = None if mask is None else [None, tf.constant(mask)]
        return theirs([q, v, k], mask=masks, return_attention_scores=True)

    grad = np.random.default_rng(5).normal(size=(BATCH, QUERIES, VALUES))
    with tf.GradientTape() as tape:
        tape.watch([*tensors, *weights.values()])
        outputs, alpha = call()
        loss = tf.reduce_sum(outputs * grad)
    wanted = [*tensors, *weights.values()]
    wanted = [w for name, w in zip(["q", "k", "v", *weights], wanted, strict=True) if name != "scale"]
    if score == "additive":
        wanted.append(theirs.scale.value)
    expected = tape.gradient(loss, wanted)

    contexts, cache = layer.forward(queries, keys, values, mask=mask)
    found = layer.backward(grad, cache)
    np.testing.assert_allclose(contexts, outputs, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(cache.weights, alpha, rtol=1e-9, atol=1e-12)
    ours = [found.inputs, found.keys, found.values, *found.parameters.values()]
    for mine, other in zip(ours, expected, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-8, atol=1e-11)


# 3. central differences


@pytest.mark.parametrize("own", [True, False], ids=["values", "keys are values"])
@pytest.mark.parametrize("mask", [None, MASK], ids=["no mask", "mask"])
@pytest.mark.parametrize("score", SCORES)
def test_gradients(score, mask, own):
    layer, queries, keys, values = make(score, seed=1)
    grad = np.random.default_rng(2).normal(size=(BATCH, QUERIES, VALUES if own else keys.shape[-1]))

    def loss(q=queries, k=keys, v=values, **changed):
        before = dict(layer.parameters)
        layer.parameters = changed
        contexts, _ = layer.forward(q, k, v if own else None, mask=mask)
        layer.parameters = before
        return float((contexts * grad).sum())

    _, cache = layer.forward(queries, keys, values if own else None, mask=mask)
    found = layer.backward(grad, cache)
    pairs = {"x": (found.inputs, lambda a: loss(q=a), queries)}
    pairs["keys"] = (found.keys, lambda a: loss(k=a), keys)
    if own:
        pairs["values"] = (found.values, lambda a: loss(v=a), values)
    for name, value in layer.parameters.items():
        pairs[name] = (found.parameters[name], lambda a, name=name: loss(**{name: a}), value)
    for analytic, function, at in pairs.values():
        np.testing.assert_allclose(analytic, numerical_gradient(function, at), rtol=1e-6, atol=1e-8)
    assert (found.values is None) == (not own)


# 4. invariants


@given(seed=st.integers(0, 1000), score=st.sampled_from(SCORES))
@settings(max_examples=25, deadline=None)
def test_weights_sum_to_one_and_the_order_of_keys_does_not_matter(seed, score):
    layer, queries, keys, values = make(score, seed)
    contexts, cache = layer.forward(queries, keys, values, mask=MASK)
    np.testing.assert_allclose(cache.weights.sum(axis=-1), 1, rtol=1e-12)
    assert (cache.weights[1, :, [0, 3, 4]] == 0).all()
    order = np.random.default_rng(seed).permutation(KEYS)
    again, _ = layer.forward(queries, keys[:, order], values[:, order], mask=MASK[:, order])
    np.testing.assert_allclose(again, contexts, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("score", SCORES)
def test_a_masked_key_is_as_if_it_were_not_there(score):
    layer, queries, keys, values = make(score)
    masked, cache = layer.forward(queries[1:], keys[1:], values[1:], mask=MASK[1:])
    alone, shorter = layer.forward(queries[1:], keys[1:, 1:3], values[1:, 1:3])
    np.testing.assert_allclose(masked, alone, rtol=1e-12)
    grad = np.ones_like(masked)
    with_mask, without = layer.backward(grad, cache), layer.backward(grad, shorter)
    np.testing.assert_allclose(with_mask.inputs, without.inputs, rtol=1e-9, atol=1e-12)
    assert (with_mask.keys[:, [0, 3, 4]] == 0).all()


def test_one_mask_for_all_queries_or_one_each():
    layer, queries, keys, values = make("dot")
    each = np.broadcast_to(MASK[:, None], (BATCH, QUERIES, KEYS))
    one, _ = layer.forward(queries, keys, values, mask=MASK)
    other, _ = layer.forward(queries, keys, values, mask=each)
    np.testing.assert_array_equal(one, other)


def test_one_key_gets_everything_and_large_scores_do_not_overflow():
    layer, queries, keys, values = make("dot")
    contexts, cache = layer.forward(queries, keys[:, :1], values[:, :1])
    assert (cache.weights == 1).all()
    np.testing.assert_array_equal(contexts, np.repeat(values[:, :1], QUERIES, axis=1))
    assert (layer.backward(np.ones_like(contexts), cache).inputs == 0).all()
    weights = attention_weights([[1e4, 1e4, -1e4]])
    np.testing.assert_array_equal(weights, [[0.5, 0.5, 0.0]])


def test_single_precision_stays():
    layer, *arrays = make("additive")
    contexts, cache = layer.forward(*(a.astype(np.float32) for a in arrays))
    found = layer.backward(np.ones_like(contexts), cache)
    kinds = {contexts.dtype, found.inputs.dtype, found.keys.dtype, found.parameters["scale"].dtype}
    assert kinds == {np.dtype(np.float32)}


def test_inputs_are_not_changed():
    layer, *arrays = make("additive")
    before = [a.copy() for a in arrays]
    contexts, cache = layer.forward(*arrays, mask=MASK)
    layer.backward(np.ones_like(contexts), cache)
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_number_of_parameters():
    rng = np.random.default_rng(0)
    assert Attention(3, 5, n_hidden=4, rng=rng).n_parameters == 5 * 4 + 3 * 4 + 4
    assert Attention(3, 5, rng=rng).n_parameters == 5 * 5 + 3 * 5 + 5
    assert Attention(3, 5, score="general", rng=rng).n_parameters == 15
    assert Attention(3, 3, score="dot").n_parameters == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Attention(2, 3, score="dot"), "n_key must be n_query=2"),
        (lambda: Attention(2, 2, score="cosine"), "score must be one of"),
        (lambda: Attention(0, 2, score="dot"), "n_query must"),
        (lambda: Attention(2, 2), "rng must"),
        (lambda: Attention(2, 2, score="dot", n_hidden=3), "n_hidden must be left out"),
        (lambda: attention_weights([1.0, np.nan]), "scores must be finite"),
        (lambda: attention_weights([1.0, 2.0], [True, True, True]), "mask must have a shape that"),
        (lambda: attention_weights([1.0, 2.0], [0.5, 0.5]), "mask must be True or False"),
        (lambda: attention_weights([[1.0, 2.0]], [[False, False]]), r"mask must leave .* row \(0,\)"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_bad_inputs_are_named():
    layer, queries, keys, values = make("general")
    with pytest.raises(ValueError, match=r"^x must have shape \(batch, n_queries, 8\)"):
        layer.forward(queries[..., :2], keys)
    with pytest.raises(ValueError, match=r"^keys must have shape \(2, n_keys, 7\)"):
        layer.forward(queries, keys[:1])
    with pytest.raises(ValueError, match=r"^values must have shape \(2, 5, n_value\)"):
        layer.forward(queries, keys, values[:, :3])
    with pytest.raises(
        ValueError, match=r"^mask must leave at least one key in each row, got none in row \(1"
    ):
        layer.forward(queries, keys, values, mask=MASK & [[True], [False]])
    with pytest.raises(ValueError, match=r"^mask must have a shape that broadcasts to \(2, 3, 5\)"):
        layer.forward(queries, keys, values, mask=MASK[:, :2])
    contexts, cache = layer.forward(queries, keys, values)
    with pytest.raises(ValueError, match=r"^grad must have shape \(2, 3, 4\)"):
        layer.backward(contexts[..., :1], cache)
