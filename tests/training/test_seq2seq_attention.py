"""The network with attention: equations in NumPy, fixed weights, changes, and what it shares with Seq2Seq."""

import numpy as np
import pytest

from dlbook.encoder_decoder import Attention
from dlbook.training import AttentionSeq2Seq
from dlbook.training._shared import to_numpy
from dlbook.training.seq2seq_attention import SCORES

SOURCE = np.array([[3, 4, 5, 6, 7], [8, 3, 0, 0, 0], [4, 0, 0, 0, 0]])
TARGET_IN = np.array([[1, 5, 6, 3], [1, 7, 4, 8], [1, 3, 3, 5]])


def network(score, units=6):
    built = AttentionSeq2Seq(9, 10, units=units, embedding=4, score=score, max_length=7, seed=3)
    for variable in built.model.trainable_variables:  # far from the small start
        variable.assign(2 * variable)
    return built


def gru_step(cell, x, state):
    """One step of a GRU by its equations, reset after the product."""
    kernel, recurrent, bias = (to_numpy(w) for w in cell.trainable_variables)
    a, b = x @ kernel + bias[0], state @ recurrent + bias[1]
    m = state.shape[1]
    z, r = (1 / (1 + np.exp(-(a + b)[:, k * m : (k + 1) * m])) for k in range(2))
    return z * state + (1 - z) * np.tanh(a[:, 2 * m :] + r * b[:, 2 * m :])


# 1. numbers worked out by hand


def test_number_of_parameters():
    """Encoder 9 * 4 + 3 * 6 * (4 + 6 + 2); decoder 10 * 4 + 3 * 6 * (4 + 6 + 6 + 2) + 6 * 10 + 10."""
    base = 36 + 216 + 40 + 324 + 70
    extra = {"additive": 36 + 36 + 6, "general": 36}
    for score in SCORES:
        assert network(score).model.count_params() == base + extra.get(score, 0)


# 2. parity with NumPy


@pytest.mark.parametrize("score", SCORES)
def test_logits_follow_the_equations(score):
    built = network(score)
    decoder = built._decoder
    first, states, present = (np.asarray(part) for part in built.encode(SOURCE))
    state, logits = first, []
    if score in ("additive", "general", "dot", "scaled"):
        layer = Attention(6, 6, score=score, rng=np.random.default_rng(0))
        names = {"additive": ("key_kernel", "query_kernel", "scale"), "general": ("kernel",)}
        layer.parameters = {
            name: to_numpy(getattr(decoder, name)).reshape(layer.parameters[name].shape)
            for name in names.get(score, ())
        }
    for t in range(TARGET_IN.shape[1]):
        if score == "last":
            context = first
        elif score == "mean":
            context = (states * present[..., None]).sum(axis=1) / present.sum(axis=1, keepdims=True)
        else:
            context = layer.forward(state[:, None], states, mask=present.astype(bool))[0][:, 0]
        token = to_numpy(decoder.embedding.embeddings)[TARGET_IN[:, t]]
        state = gru_step(decoder.cell, np.hstack([token, context]), state)
        kernel, bias = (to_numpy(w) for w in decoder.output_layer.trainable_variables)
        logits.append(state @ kernel + bias)
    found = built.model.predict_on_batch([SOURCE, TARGET_IN])
    np.testing.assert_allclose(found, np.stack(logits, axis=1), rtol=1e-4, atol=1e-5)


# 3. gradients: those of Keras agree with differences in a direction


def test_training_lowers_the_loss():
    import keras

    built = network("additive")
    inputs, target, real = built.samples(SOURCE, np.array([[5, 6, 2], [7, 2, 0], [2, 0, 0]]))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="mean_with_sample_weight")
    built.model.compile(keras.optimizers.Adam(0.03), loss)
    before = [to_numpy(v) for v in built.model.trainable_variables]
    curve = built.model.fit(inputs, target, sample_weight=real, epochs=40, verbose=0).history["loss"]
    assert curve[-1] < curve[0] / 4
    after = [to_numpy(v) for v in built.model.trainable_variables]
    assert all((a != b).any() for a, b in zip(before, after, strict=True))  # every parameter gets a gradient


# 4. invariants


@pytest.mark.parametrize("score", ["additive", "dot", "last"])
def test_answers_are_greedy_and_weights_sum_to_one(score):
    built = network(score)
    words, weights = built.answer(SOURCE)
    np.testing.assert_array_equal(words, built.greedy(SOURCE))
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-5)
    assert (weights[1, :, 2:] == 0).all()
    assert (weights[2, :, 0] == 1).all()
    padded, _ = built.answer(np.pad(SOURCE, ((0, 0), (0, 3))))
    np.testing.assert_array_equal(words, padded)


def test_changes_do_what_they_say():
    built = network("dot")
    _, before = built.answer(SOURCE)
    same, _ = built.answer(SOURCE, change="shuffled")
    np.testing.assert_array_equal(same, built.answer(SOURCE)[0])  # no generator: nothing is shuffled
    _, uniform = built.answer(SOURCE, change="uniform")
    np.testing.assert_allclose(uniform[0], 0.2, rtol=1e-6)
    _, shuffled = built.answer(SOURCE, change="shuffled", rng=np.random.default_rng(1))
    np.testing.assert_allclose(np.sort(shuffled[0, 0]), np.sort(before[0, 0]), rtol=1e-5)
    assert (shuffled[1, :, 2:] == 0).all()
    _, without = built.answer(SOURCE, change="without the largest")
    assert without[0, 0, before[0, 0].argmax()] < 1e-6
    np.testing.assert_allclose(without.sum(axis=-1), 1, rtol=1e-5)


def test_next_log_probabilities_agree_with_the_model():
    built = network("additive")
    log_p = built.next_log_probabilities(TARGET_IN[:, :3], built.encode(SOURCE))
    logits = built.model.predict_on_batch([SOURCE, TARGET_IN[:, :3]])[:, -1].astype(float)
    logits[:, :2] = -np.inf
    expected = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(log_p[:, 2:], expected[:, 2:], rtol=1e-4, atol=1e-5)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"^score must be one of"):
        AttentionSeq2Seq(9, 10, units=6, embedding=4, score="cosine")
    built = network("dot")
    with pytest.raises(ValueError, match=r"^change must be one of"):
        built.answer(SOURCE, change="nothing")
    with pytest.raises(ValueError, match=r"^max_length must be"):
        built.answer(SOURCE, 8)
    with pytest.raises(ValueError, match=r"^source must have a token in every row"):
        built.answer([[0, 0]])
