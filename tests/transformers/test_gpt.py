"""The decoder-only model: gradients, causality, the cache, writing, top-k and top-p."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.nn import check_gradients, softmax
from dlbook.transformers import GPT, POSITIONS, top_k_probabilities, top_p_probabilities

TOKENS, LAYERS, HEADS, WIDTH, CONTEXT = 7, 2, 2, 8, 9


def make(seed=0, **options):
    return GPT(TOKENS, LAYERS, HEADS, WIDTH, CONTEXT, rng=np.random.default_rng(seed), **options)


IDS = np.array([[3, 1, 4, 1, 5], [2, 6, 5, 3, 5]])

# 1. by hand


def test_without_blocks_that_do_anything_the_logits_are_those_of_the_embedding():
    model = make(norm="before", tied=True, positions="none")
    still = {n: 0 * v for n, v in model.parameters.items() if n.startswith("block") and "output" in n}
    model.parameters = still
    logits, _ = model.forward(IDS)
    vectors = model.parameters["tokens"]
    centred = vectors - vectors.mean(axis=1, keepdims=True)
    normed = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-3)
    np.testing.assert_allclose(logits, (normed @ vectors.T)[IDS], rtol=1e-10, atol=1e-12)


def test_top_k_by_hand():
    logits = np.log([[0.4, 0.1, 0.3, 0.2], [0.25, 0.25, 0.25, 0.25]])
    found = top_k_probabilities(logits, 2)
    np.testing.assert_allclose(found, [[4 / 7, 0, 3 / 7, 0], [0.5, 0.5, 0, 0]], rtol=1e-12)


def test_top_p_by_hand():
    logits = np.log([0.4, 0.1, 0.3, 0.2])
    np.testing.assert_allclose(top_p_probabilities(logits, 0.7), [4 / 7, 0, 3 / 7, 0], rtol=1e-12)
    np.testing.assert_allclose(top_p_probabilities(logits, 0.71), [4 / 9, 0, 3 / 9, 2 / 9], rtol=1e-12)
    np.testing.assert_allclose(top_p_probabilities(logits, 0.1), [1, 0, 0, 0])


# 3. central differences


@pytest.mark.parametrize(
    "options",
    [
        {"norm": "before", "positions": "learned"},
        {"norm": "after", "positions": "sinusoidal", "tied": True},
        {"norm": "before", "positions": "rotary", "tied": True},
    ],
    ids=str,
)
def test_gradients(options):
    model = GPT(5, 2, 2, 4, 6, n_hidden=3, rng=np.random.default_rng(0), **options)
    x, y = [[0, 1, 4, 4], [2, 2, 1, 3]], [[1, 4, 4, 0], [2, 1, 3, 3]]

    def loss(values):
        model.parameters = values
        return model.loss_and_gradients(x, y)[0]

    values = dict(model.parameters)
    report = check_gradients(loss, values, model.loss_and_gradients(x, y)[1])
    assert report.passed, str(report)


# 4. what must always hold


@pytest.mark.parametrize("positions", POSITIONS)
def test_no_later_token_moves_an_earlier_logit(positions):
    model = make(positions=positions)
    logits, cache = model.forward(IDS)
    changed = IDS.copy()
    changed[:, 3] = 0
    others, _ = model.forward(changed)
    np.testing.assert_array_equal(others[:, :3], logits[:, :3])
    assert np.abs(others[:, 3:] - logits[:, 3:]).max(axis=-1).min() > 1e-4
    assert len(cache.weights) == LAYERS
    for weights in cache.weights:
        assert (weights[..., np.triu_indices(5, 1)[0], np.triu_indices(5, 1)[1]] == 0).all()


@pytest.mark.parametrize("norm", ["before", "after"])
@pytest.mark.parametrize("positions", POSITIONS)
def test_steps_equal_all_at_once(positions, norm):
    model = make(positions=positions, norm=norm)
    expected, _ = model.forward(IDS)
    first, past = model.step(IDS[:, :2])
    rest = []
    for t in range(2, 5):
        logits, past = model.step(IDS[:, t : t + 1], past)
        rest.append(logits)
    np.testing.assert_allclose(np.concatenate([first, *rest], axis=1), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("options", [{}, {"top_k": 3}, {"top_p": 0.8}, {"top_k": 4, "top_p": 0.5}], ids=str)
def test_the_same_text_with_and_without_the_cache(options):
    model = make(1, positions="rotary")
    texts = [
        model.generate([3, 1], 8, cached=cached, temperature=1.3, rng=np.random.default_rng(5), **options)
        for cached in (True, False)
    ]
    np.testing.assert_array_equal(*texts)
    greedy = model.generate([3, 1], 8, temperature=0)
    np.testing.assert_array_equal(model.generate([3, 1], 8, top_k=1, rng=np.random.default_rng(0)), greedy)
    far = model.generate([3, 1], 20, temperature=0, cached=False)
    np.testing.assert_array_equal(far[:8], greedy)


def test_training_lowers_the_loss():
    """A text that repeats itself is learned by plain descent in a few steps."""
    model, text = make(2), np.tile([0, 2, 4, 6, 1, 3], 4)
    x, y = text[None, :9], text[None, 1:10]
    losses = []
    for _ in range(40):
        loss, gradients = model.loss_and_gradients(x, y)
        model.parameters = {n: v - 0.3 * gradients[n] for n, v in model.parameters.items()}
        losses.append(loss)
    assert losses[-1] < 0.1 * losses[0]
    np.testing.assert_array_equal(model.generate([0], 5, temperature=0), [2, 4, 6, 1, 3])


def test_padding_at_the_end_changes_nothing():
    model = make()
    expected, _ = model.forward(IDS[:, :3])
    mask = np.array([[1, 1, 1, 0, 0]] * 2, bool)
    found, _ = model.forward(IDS, mask=mask)
    np.testing.assert_allclose(found[:, :3], expected, rtol=1e-10, atol=1e-13)


@given(seed=st.integers(0, 1000), k=st.integers(1, 9), p=st.floats(0.01, 1))
@settings(max_examples=50, deadline=None)
def test_what_is_kept_keeps_its_proportions(seed, k, p):
    logits = np.random.default_rng(seed).normal(size=(3, 8)) * 3
    whole = softmax(logits)
    for found in (top_k_probabilities(logits, k), top_p_probabilities(logits, p)):
        np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-12)
        kept = found > 0
        ratio = np.where(kept, found / whole, np.nan)
        np.testing.assert_allclose(np.nanmax(ratio, axis=1), np.nanmin(ratio, axis=1), rtol=1e-9)
        assert (np.where(kept, whole, 1).min(axis=1) >= np.where(kept, 0, whole).max(axis=1)).all()
    assert ((top_k_probabilities(logits, k) > 0).sum(axis=1) == min(k, 8)).all()
    inside = np.where(top_p_probabilities(logits, p) > 0, whole, 0)
    assert (inside.sum(axis=1) >= p - 1e-9).all()
    smallest = np.where(inside > 0, inside, 1).min(axis=1)
    assert (inside.sum(axis=1) - smallest < p).all()  # one token fewer would not do


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: GPT(5, 1, 3, 8, 4, rng=np.random.default_rng(0)), "n_heads must divide width=8"),
        (lambda: make(positions="absolute"), "positions must be one of"),
        (lambda: make(norm="never"), "norm must be one of"),
        (lambda: GPT(5, 1, 8, 8, 4, positions="rotary", rng=np.random.default_rng(0)), "width must be an"),
        (lambda: make().forward([[7]]), "x must be whole numbers from 0 to 6"),
        (lambda: make().forward([[0] * 10]), "x must end within 9 tokens, got 10"),
        (lambda: make().step([[0]], 3), "past must be what the step before returned"),
        (lambda: make().generate([1], 10, temperature=0), "n_new must be at most 9 after 1 tokens"),
        (lambda: make().generate([1], 2), "rng must be"),
        (lambda: make().generate([1], 2, top_k=0, rng=np.random.default_rng(0)), "top_k must be"),
        (lambda: make().generate([1], 2, top_p=0.0, rng=np.random.default_rng(0)), "top_p must be"),
        (lambda: make().loss_and_gradients([[1, 2]], [[1]]), r"y must have shape \(1, 2\)"),
        (lambda: top_k_probabilities([1.0], 0), "k must be"),
        (lambda: top_p_probabilities([1.0], 0), "p must be"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
