"""Sizes may be small integers of NumPy, as a shape or a vocabulary gives them: nothing runs over."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlbook import transformers as t

u8 = np.uint8
MAKERS: dict[str, Callable[[Any], Any]] = {
    "GPT": lambda rng: t.GPT(u8(200), u8(1), u8(2), u8(64), u8(20), rng=rng),
    "EncoderBlock": lambda rng: t.EncoderBlock(u8(64), u8(2), u8(128), rng=rng),
    "DecoderBlock": lambda rng: t.DecoderBlock(u8(64), u8(2), u8(128), rng=rng),
    "FeedForward": lambda rng: t.FeedForward(u8(100), u8(200), rng=rng),
    "MultiHeadAttention": lambda rng: t.MultiHeadAttention(u8(64), u8(8), rng=rng),
    "RecursiveNetwork": lambda rng: t.RecursiveNetwork(u8(64), rng=rng),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", MAKERS)
def test_sizes_may_be_small_integers_of_numpy(name: str) -> None:
    module = MAKERS[name](np.random.default_rng(0))
    assert all(np.isfinite(weight).all() for weight in module.parameters.values())


@pytest.mark.filterwarnings("error")
def test_so_may_masks_and_counts() -> None:
    assert t.causal_mask(u8(200)).sum() == 200 * 201 // 2
    sizes = {"n_tokens": u8(200), "context": u8(100)}
    assert t.count_gpt(u8(100), u8(64), **sizes) == t.count_gpt(100, 64, n_tokens=200, context=100)
    assert t.count_bert(u8(12), u8(64)) == t.count_bert(12, 64)
