"""Parameters counted: against models that are built, and against the published numbers."""

import numpy as np
import pytest

from dlbook.transformers import (
    BERT_MODELS,
    GPT,
    GPT2_MODELS,
    GPT3_MODELS,
    DecoderBlock,
    EncoderBlock,
    count_bert,
    count_gpt,
    count_transformer,
)


@pytest.mark.parametrize("tied", [True, False])
def test_a_small_model_has_as_many_as_are_counted(tied):
    model = GPT(11, 3, 4, 16, 9, n_hidden=20, tied=tied, rng=np.random.default_rng(0))
    counted = count_gpt(3, 16, n_tokens=11, context=9, n_hidden=20, tied=tied)
    bias = 0 if tied else 11
    assert counted.total + bias == model.n_parameters
    assert counted.attention == sum(b.parts["attention"].n_parameters for b in model.blocks)
    assert counted.feed_forward == sum(b.parts["feed_forward"].n_parameters for b in model.blocks)


def test_blocks_of_the_first_transformer():
    rng = np.random.default_rng(0)
    blocks = EncoderBlock(16, 4, 64, rng=rng).n_parameters + DecoderBlock(16, 4, 64, rng=rng).n_parameters
    counted = count_transformer(1, 16, n_tokens=10)
    assert counted.total == blocks + 160
    assert count_bert(1, 16, n_tokens=10, context=5, pooler=False).total == (
        EncoderBlock(16, 4, 64, rng=rng).n_parameters + (10 + 5 + 2) * 16 + 2 * 16
    )


def test_published_numbers():
    """GPT-2's smallest model was printed as 117 million, and has 124; the others are near what is printed.

    BERT base is 110 million, with 109.5 counted, BERT large 340 million with 335.1.
    """
    exact = [124_439_808, 354_823_168, 774_030_080, 1_557_611_200]
    assert [count_gpt(m.n_layers, m.width).total for m in GPT2_MODELS] == exact
    for m in GPT2_MODELS[1:]:
        assert count_gpt(m.n_layers, m.width).total / 1e6 == pytest.approx(m.millions, rel=0.03)
    assert count_bert(12, 768).total == 109_482_240
    assert count_bert(24, 1024).total == 335_141_888
    for m in BERT_MODELS:
        assert count_bert(m.n_layers, m.width).total / 1e6 == pytest.approx(m.millions, rel=0.015)


def test_the_table_of_gpt_3():
    """Layers and width give the printed numbers within 2 %; heads times their size is not always the width.

    24 heads of 128 make 3072, not 2048, and 40 of 128 make 5120, not 5140. The width 12288 gives 175 billion;
    12888, as in some copies, gives 192.
    """
    for m in GPT3_MODELS:
        counted = count_gpt(m.n_layers, m.width, context=2048).total / 1e6
        assert counted == pytest.approx(m.millions, rel=0.02), m.name
    widths = {m.name: (m.n_heads * m.head_size, m.width) for m in GPT3_MODELS}
    odd = {name: pair for name, pair in widths.items() if pair[0] != pair[1]}
    assert odd == {"GPT-3 XL": (3072, 2048), "GPT-3 13B": (5120, 5140)}
    assert count_gpt(96, 12_888, context=2048).total / 1e9 == pytest.approx(192.0, abs=0.1)
    wider = count_gpt(24, 2048, context=2048, attention_width=3072).total / 1e6
    assert wider == pytest.approx(1517, abs=2)
    assert count_gpt(40, 5120, context=2048).total / 1e9 == pytest.approx(12.85, abs=0.01)
    assert count_gpt(40, 5140, context=2048).total / 1e9 == pytest.approx(12.95, abs=0.01)


def test_parts_add_up():
    counts = count_gpt(2, 8, n_tokens=10, context=4)
    assert counts.total == sum(counts[:-1])
    assert counts.embeddings == 14 * 8
    assert counts.attention + counts.feed_forward + counts.norms == 2 * (12 * 64 + 13 * 8) + 16


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: count_gpt(0, 8), "n_layers must"),
        (lambda: count_gpt(1, 8, n_hidden=0), "n_hidden must"),
        (lambda: count_gpt(1, 8, attention_width=0), "attention_width must"),
        (lambda: count_bert(1, 8, n_segments=-1), "n_segments must"),
        (lambda: count_transformer(1, 1.5), "width must"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
