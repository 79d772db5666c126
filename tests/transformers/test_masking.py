"""BERT's training data: by hand, shares over many tokens, what is never touched, bad input."""

import numpy as np
import pytest

from dlbook.transformers import join_sentences, mask_tokens, next_sentence_pairs

SPECIAL, MASK, TOKENS = range(5), 4, 40


def masked(ids, seed=0, **options):
    rng = np.random.default_rng(seed)
    return mask_tokens(ids, mask_id=MASK, n_tokens=TOKENS, special=SPECIAL, rng=rng, **options)


def test_shares_of_many_tokens():
    """12 % of all tokens become the mask, 1.5 % another token, 1.5 % are asked for and stay."""
    ids = np.random.default_rng(1).integers(5, TOKENS, size=(200, 1000))
    found = masked(ids)
    np.testing.assert_array_equal(found.targets, ids)
    np.testing.assert_array_equal(found.chosen.sum(axis=1), 150)
    hidden = found.inputs == MASK
    other = (found.inputs != ids) & ~hidden
    assert hidden.mean() == pytest.approx(0.12, abs=0.001)
    assert other.mean() == pytest.approx(0.015 * 34 / 35, abs=0.001)  # a draw may give the same token again
    assert (found.chosen & ~hidden & ~other).mean() == pytest.approx(0.015 + 0.015 / 35, abs=0.001)
    assert (found.inputs[~found.chosen] == ids[~found.chosen]).all()
    drawn = np.bincount(found.inputs[other], minlength=TOKENS)
    assert (drawn[:5] == 0).all()
    assert drawn[5:].min() > 50


def test_special_tokens_are_never_chosen():
    ids = np.array([[2, 7, 8, 3, 9, 3, 0, 0], [2, 9, 3, 0, 0, 0, 0, 0], [2, 3, 0, 0, 0, 0, 0, 0]])
    for seed in range(50):
        found = masked(ids, seed)
        assert not found.chosen[ids < 5].any()
        np.testing.assert_array_equal(found.chosen.sum(axis=1), [1, 1, 0])  # at least one, where there is one


def test_the_three_ways_alone():
    ids = np.random.default_rng(2).integers(5, TOKENS, size=(3, 20))
    assert (masked(ids, rate=1, shares=(1, 0, 0)).inputs == MASK).all()
    np.testing.assert_array_equal(masked(ids, rate=1, shares=(0, 0, 1)).inputs, ids)
    drawn = masked(ids, rate=1, shares=(0, 1, 0)).inputs
    assert (drawn >= 5).all()
    assert (drawn != ids).mean() > 0.8


def test_the_same_seed_hides_the_same_tokens():
    ids = np.random.default_rng(3).integers(5, TOKENS, size=(4, 30))
    before = ids.copy()
    one, two, other = masked(ids, 1), masked(ids, 1), masked(ids, 2)
    np.testing.assert_array_equal(one.inputs, two.inputs)
    assert (one.chosen != other.chosen).any()
    np.testing.assert_array_equal(ids, before)
    assert not np.shares_memory(one.targets, ids)


def test_one_sentence_and_two():
    ids, segments = join_sentences([7], start_id=2, separator_id=3)
    assert (ids.tolist(), segments.tolist()) == ([2, 7, 3], [0, 0, 0])
    ids, segments = join_sentences([7], [], start_id=2, separator_id=3)
    assert (ids.tolist(), segments.tolist()) == ([2, 7, 3, 3], [0, 0, 0, 1])


def test_half_of_the_pairs_follow():
    first, second, follows = next_sentence_pairs(7, 20_001, rng=np.random.default_rng(0))
    assert follows.sum() == 10_000
    assert (second[follows] == first[follows] + 1).all()
    others, start = second[~follows], first[~follows]
    assert ((others != start) & (others != start + 1)).all()
    table = np.zeros((6, 7))
    np.add.at(table, (start, others), 1)
    assert (table > 0).sum() == 6 * 5
    assert second.max() == 6
    assert first.max() == 5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: masked([[40]]), "ids must be whole numbers from 0 to 39"),
        (lambda: masked([7]), r"ids must have shape \(batch, time\)"),
        (lambda: masked([[7]], rate=0), "rate must"),
        (lambda: masked([[7]], shares=(0.8, 0.1, 0.2)), "shares must sum to 1"),
        (
            lambda: mask_tokens([[0]], mask_id=0, n_tokens=2, special=[0, 1], rng=np.random.default_rng(0)),
            "special must leave a token",
        ),
        (lambda: join_sentences([[1]], start_id=0, separator_id=0), r"first must have shape \(n_first,\)"),
        (lambda: next_sentence_pairs(2, 1, rng=np.random.default_rng(0)), "n_sentences must"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
