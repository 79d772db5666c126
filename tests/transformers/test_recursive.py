"""Recursive networks: a tree by hand, gradients, batches of trees, greedy trees of words and segments."""

import itertools

import numpy as np
import pytest

from dlbook.nn import check_gradients
from dlbook.transformers import RecursiveNetwork, count_wrong_spans, tree_spans

UNITS = 3
TREES = [((0, 1), (2, 3)), (0, ((1, 2), 3)), 2, (3, 1)]


def make(seed=0, units=UNITS):
    rng = np.random.default_rng(seed)
    network = RecursiveNetwork(units, rng=rng)
    network.parameters = {"bias": rng.normal(size=units) / 2}
    return network, rng.normal(size=(4, 4, units))


def adder():
    """One unit that adds: p = tanh(c1 + c2), and the score is p."""
    network = RecursiveNetwork(1, rng=np.random.default_rng(0))
    network.parameters = {"kernel": [[1.0], [1.0]], "bias": [0.0], "score": [1.0]}
    return network


def test_greedy_tree_by_hand():
    """0.5 and 0.7 go first: 0.834; then 0.1 joins: 0.732; then -0.9."""
    found = adder().greedy_tree([[0.1], [0.5], [0.7], [-0.9]])
    first, second = np.tanh(1.2), np.tanh(0.1 + np.tanh(1.2))
    third = np.tanh(second - 0.9)
    assert found.tree == ((0, (1, 2)), 3)
    np.testing.assert_allclose([score for _, score in found.merges], [first, second, third], rtol=1e-12)
    assert [tree for tree, _ in found.merges] == [(1, 2), (0, (1, 2)), ((0, (1, 2)), 3)]
    np.testing.assert_allclose(found.score, first + second + third, rtol=1e-12)
    np.testing.assert_allclose(found.vector, [third], rtol=1e-12)


def test_the_cell_is_the_formula():
    network, x = make()
    p = network.parameters
    parent, score = network.merge(x[0, 0], x[0, 1])
    w = p["kernel"].T
    expected = np.tanh(w @ np.concatenate([x[0, 0], x[0, 1]]) + p["bias"])
    np.testing.assert_allclose(parent, expected, rtol=1e-12)
    np.testing.assert_allclose(score, p["score"] @ expected, rtol=1e-12)


def test_a_batch_of_trees_is_the_same_as_one_after_the_other():
    network, x = make()
    roots, cache = network.forward(x, TREES)

    def alone(tree, leaves):
        if isinstance(tree, int):
            return leaves[tree], 0.0
        (one, a), (other, b) = alone(tree[0], leaves), alone(tree[1], leaves)
        parent, score = network.merge(one, other)
        return parent, a + b + score

    for row, tree in enumerate(TREES):
        vector, score = alone(tree, x[row])
        np.testing.assert_allclose(roots[row], vector, rtol=1e-12)
        np.testing.assert_allclose(cache.scores[row], score, rtol=1e-12, atol=1e-15)


def test_gradients():
    network, x = make(1)
    rng = np.random.default_rng(2)
    to_roots, to_scores = rng.normal(size=(4, UNITS)), rng.normal(size=4)

    def loss(values):
        network.parameters = {name: value for name, value in values.items() if name != "x"}
        roots, cache = network.forward(values["x"], TREES)
        return float((roots * to_roots).sum() + cache.scores @ to_scores)

    values = {**network.parameters, "x": x}
    found = network.backward(to_roots, network.forward(x, TREES)[1], to_scores)
    report = check_gradients(loss, values, {**found.parameters, "x": found.inputs})
    assert report.passed, str(report)
    assert (found.inputs[2, [0, 1, 3]] == 0).all()  # leaves that the tree does not name


def test_a_recurrent_network_is_the_tree_that_leans_to_one_side():
    network, x = make()
    p, state = network.parameters, x[0, 0]
    for leaf in x[0, 1:]:
        state = np.tanh(state @ p["kernel"][:UNITS] + leaf @ p["kernel"][UNITS:] + p["bias"])
    roots, _ = network.forward(x[:1], [(((0, 1), 2), 3)])
    np.testing.assert_allclose(roots[0], state, rtol=1e-12)


def all_trees(leaves):
    if len(leaves) == 1:
        return [leaves[0]]
    return [
        (a, b)
        for cut in range(1, len(leaves))
        for a, b in itertools.product(all_trees(leaves[:cut]), all_trees(leaves[cut:]))
    ]


def test_greedy_is_never_above_the_best_tree_and_sometimes_below():
    trees, below = all_trees((0, 1, 2, 3, 4)), 0
    assert len(trees) == 14
    for seed in range(20):
        network, _ = make(seed)
        leaves = np.random.default_rng(seed + 100).normal(size=(5, UNITS))
        found = network.greedy_tree(leaves)
        _, cache = network.forward(np.tile(leaves, (14, 1, 1)), trees)
        np.testing.assert_allclose(cache.scores[trees.index(found.tree)], found.score, rtol=1e-10)
        assert found.score <= cache.scores.max() + 1e-12
        below += found.score < cache.scores.max() - 1e-9
    assert 0 < below < 20


def test_segments_merge_only_where_they_touch():
    network, leaves = adder(), [[0.9], [0.1], [0.8], [0.2]]
    found = network.greedy_tree(leaves, neighbours=[(0, 1), (3, 2), (1, 2)])
    assert found.tree == network.greedy_tree(leaves).tree
    star = network.greedy_tree(leaves, neighbours=[(1, 0), (1, 2), (1, 3)])
    assert next(tree for tree, _ in star.merges) == (0, 1)
    assert star.tree == (((0, 1), 2), 3)
    assert network.greedy_tree([[0.5]]).tree == 0
    assert network.greedy_tree([[0.5]]).merges == []


def test_spans_by_hand():
    assert tree_spans(5) == set()
    assert count_wrong_spans(((0, 1), (2, 3)), ((0, 1), (2, 3))) == 0
    assert count_wrong_spans((0, (1, (2, 3))), (((0, 1), 2), 3)) == 2


def test_inputs_are_not_changed():
    network, x = make()
    before = x.copy()
    roots, cache = network.forward(x, TREES)
    network.backward(roots, cache)
    network.greedy_tree(x[0])
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda n, x: n.forward(x, TREES[:2]), "trees must be a list of 4 trees"),
        (lambda n, x: n.forward(x, [4, 0, 0, 0]), "trees must be a whole number from 0 to 3, got 4"),
        (lambda n, x: n.forward(x, [(0, 1, 2), 0, 0, 0]), "trees must be pairs of pairs"),
        (lambda n, x: n.forward(x[..., :2], TREES), r"x must have shape \(batch, n_leaves, 3\)"),
        (lambda n, x: n.greedy_tree(x[0], [(0, 1), (2, 3)]), "neighbours must hold the leaves together"),
        (lambda n, x: n.greedy_tree(x[0], [(0, 4)]), "neighbours must be a whole number from 0 to 3"),
        (lambda n, x: n.greedy_tree(x[0], [(0, 0)]), "neighbours must be pairs of two leaves"),
        (lambda n, x: n.greedy_tree(x[0], 3), "neighbours must be pairs of leaves"),
        (lambda n, x: n.merge(x[0], x[1, :2]), r"right must have shape \(4, 3\)"),
        (lambda n, x: count_wrong_spans((0, 1), (0, 1, 2)), "truth must be pairs"),
        (lambda n, x: tree_spans((0, -1)), "tree must be a whole number"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(*make())
