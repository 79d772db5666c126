"""Recursive networks: two vectors become one, again and again, along a tree."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..nn import Module

Floats = NDArray[np.float64]
Tree = Any
"""A leaf is its number; what two trees make is the pair of them, as in ``((0, 1), 2)``."""


class ScoredTree(NamedTuple):
    """A tree that was built step by step.

    Parameters
    ----------
    tree : tuple or int
        Pairs of pairs of leaves.
    score : float
        The sum of the scores of its merges.
    vector : ndarray of shape (n_units,)
        What stands for the whole.
    merges : list of (tuple, float)
        The subtrees in the order in which they were made, with their scores.
    """

    tree: Tree
    score: float
    vector: Floats
    merges: list[tuple[Tree, float]]


class RecursiveCache(NamedTuple):
    """What the backward pass needs to know of a forward pass of `RecursiveNetwork`.

    Parameters
    ----------
    scores : ndarray of shape (batch,)
        For every tree the sum of the scores of its merges; 0 for a single leaf.
    vectors : ndarray of shape (n_nodes, n_units)
        All nodes: the leaves, then the inner ones.
    levels : list of tuple of ndarray
        By height: numbers of the parents, of their left and right children, and of their trees.
    roots : ndarray of int of shape (batch,)
        Numbers of the roots.
    shape : tuple of int
        The shape of the inputs.
    """

    scores: Floats
    vectors: Floats
    levels: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]
    roots: NDArray[np.int64]
    shape: tuple[int, ...]


class RecursiveGradients(NamedTuple):
    """Gradients of a loss, as the backward pass of `RecursiveNetwork` returns them.

    Parameters
    ----------
    inputs : ndarray of shape (batch, n_leaves, n_units)
        For the leaves.
    parameters : dict of str to ndarray
        For every parameter, under its name.
    """

    inputs: Floats
    parameters: dict[str, Floats]


class RecursiveNetwork(Module):
    r"""A cell that makes one vector of two, and says how well they go together.

    Parameters
    ----------
    n_units : int
        Numbers in the vector of a node, of leaves too.
    rng : numpy.random.Generator
        Draws the kernel, uniform as Glorot and Bengio do, and the weights of the score, normal with variance
        one over `n_units`. The bias is 0.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    .. math:: \mathbf{p} = \tanh(\mathbf{W} [\mathbf{c}_1; \mathbf{c}_2] + \mathbf{b}), \qquad
              s = \mathbf{w}^{\top} \mathbf{p}

    for the vectors :math:`\mathbf{c}_1` and :math:`\mathbf{c}_2` of two children. Vectors are rows here:
    the parameter ``kernel``, of shape (2 n_units, n_units), is :math:`\mathbf{W}^{\top}`; ``bias`` is
    :math:`\mathbf{b}` and ``score`` is :math:`\mathbf{w}`. The score of a tree is the sum of the scores of
    its inner nodes. The same parameters serve everywhere in the tree, as those of a recurrent network serve
    at every step: a recurrent network is the tree that leans to one side.

    References
    ----------
    - R. Socher, C. C. Lin, A. Y. Ng and C. D. Manning, "Parsing natural scenes and natural language with
      recursive neural networks", International Conference on Machine Learning, 2011, section 4.
    - C. Goller and A. Küchler, "Learning task-dependent distributed representations by backpropagation
      through structure", International Conference on Neural Networks, 1996.

    Examples
    --------
    >>> network = RecursiveNetwork(1, rng=np.random.default_rng(0))
    >>> network.parameters = {"kernel": [[1.0], [1.0]], "bias": [0.0], "score": [1.0]}
    >>> found = network.greedy_tree([[0.1], [0.5], [0.7], [-0.9]])
    >>> found.tree, round(found.score, 3)
    (((0, (1, 2)), 3), 1.4)
    >>> network.forward([[[0.1], [0.5], [0.7], [-0.9]]], [((0, 1), (2, 3))])[1].scores.round(3)
    array([0.667])
    """

    def __init__(self, n_units: int, *, rng: np.random.Generator) -> None:
        self.n_units = checks.count(n_units, "n_units")
        checks.room((2 * self.n_units, self.n_units), "n_units")
        rng, limit = checks.rng(rng), np.sqrt(6.0 / (3 * self.n_units))
        self._parameters = {
            "kernel": rng.uniform(-limit, limit, (2 * self.n_units, self.n_units)),
            "bias": np.zeros(self.n_units),
            "score": rng.normal(size=self.n_units) / np.sqrt(self.n_units),
        }

    def merge(self, left: ArrayLike, right: ArrayLike) -> tuple[Floats, Floats]:
        """Make one vector of two.

        Parameters
        ----------
        left : array_like of shape (..., n_units)
            The first child.
        right : array_like of the shape of `left`
            The second child.

        Returns
        -------
        parent : ndarray of the shape of `left`
            Their parent.
        score : ndarray of shape (...)
            How well they go together.
        """
        one = checks.array(left, "left", (..., self.n_units))
        other = checks.array(right, "right", one.shape)
        return self._merge(one, other)

    def greedy_tree(
        self, leaves: ArrayLike, neighbours: Iterable[tuple[int, int]] | None = None
    ) -> ScoredTree:
        """Merge the two neighbours with the highest score, again and again, until one node is left.

        Parameters
        ----------
        leaves : array_like of shape (n_leaves, n_units)
            Their vectors.
        neighbours : iterable of (int, int), optional
            Which leaves touch, as the segments of a picture do. If not given, they stand in a row, as words.

        Returns
        -------
        ScoredTree
            The tree. In a row the left child stands further left; of segments it is the one whose first leaf
            has the smaller number. Of equal scores the pair that comes first is merged.

        Raises
        ------
        ValueError
            If a neighbour is no leaf, or the leaves do not hang together.

        Notes
        -----
        Greedy: it need not find the tree with the highest score. After each merge only the scores of the new
        node with its neighbours are computed.
        """
        vectors = list(checks.array(leaves, "leaves", ("n_leaves", self.n_units)))
        n = len(vectors)
        touching = _touching(n, neighbours)
        trees: list[Tree] = list(range(n))
        firsts = list(range(n))
        candidates = {pair: self._merge(vectors[pair[0]], vectors[pair[1]]) for pair in sorted(touching)}
        merges: list[tuple[Tree, float]] = []
        left = n
        while left > 1:
            if not candidates:
                raise ValueError(f"neighbours must hold the leaves together, got {left} parts")
            pair = min(candidates, key=lambda p: (-float(candidates[p][1]), firsts[p[0]], firsts[p[1]]))
            vector, score = candidates[pair]
            new, left = len(trees), left - 1
            trees.append((trees[pair[0]], trees[pair[1]]))
            vectors.append(vector)
            firsts.append(min(firsts[pair[0]], firsts[pair[1]]))
            merges.append((trees[new], float(score)))
            beside = {k for p in candidates if set(p) & set(pair) for k in p} - set(pair)
            candidates = {p: made for p, made in candidates.items() if not set(p) & set(pair)}
            for other in beside:
                ordered = (other, new) if firsts[other] < firsts[new] else (new, other)
                candidates[ordered] = self._merge(vectors[ordered[0]], vectors[ordered[1]])
        return ScoredTree(trees[-1], sum(score for _, score in merges), vectors[-1], merges)

    def forward(self, x: ArrayLike, trees: Sequence[Tree]) -> tuple[Floats, RecursiveCache]:
        """Compute the vectors at the roots of given trees.

        Parameters
        ----------
        x : array_like of shape (batch, n_leaves, n_units)
            The vectors of the leaves. Leaves that a tree does not name have no part in it, so rows may be
            filled up.
        trees : sequence of tuple or int
            For each row a tree of the numbers of its leaves, such as ``((0, 1), 2)``.

        Returns
        -------
        roots : ndarray of shape (batch, n_units)
            The vectors of the roots.
        cache : RecursiveCache
            What `backward` needs; its `scores` are those of the trees.

        Raises
        ------
        ValueError
            If shapes do not fit, or a tree is not made of pairs and numbers of leaves.

        Notes
        -----
        All nodes of the same height, in all trees, are computed at once.
        """
        leaves = checks.array(x, "x", ("batch", "n_leaves", self.n_units))
        batch, n_leaves, _ = leaves.shape
        levels, roots, n_nodes = _plan(trees, batch, n_leaves)
        vectors = np.empty((n_nodes, self.n_units))
        vectors[: batch * n_leaves] = leaves.reshape(-1, self.n_units)
        scores = np.zeros(batch)
        for parents, left, right, which in levels:
            vectors[parents], score = self._merge(vectors[left], vectors[right])
            np.add.at(scores, which, score)
        return vectors[roots], RecursiveCache(scores, vectors, levels, roots, leaves.shape)

    def backward(
        self, grad: ArrayLike, cache: RecursiveCache, grad_scores: ArrayLike | None = None
    ) -> RecursiveGradients:
        """Send the gradient of a loss down the trees: backpropagation through structure.

        Parameters
        ----------
        grad : array_like of shape (batch, n_units)
            Gradient of the loss with respect to the vectors of the roots.
        cache : RecursiveCache
            What `forward` returned beside them.
        grad_scores : array_like of shape (batch,), optional
            Gradient with respect to the scores of the trees; 0 if not given.

        Returns
        -------
        RecursiveGradients
            The gradients: `inputs` and `parameters`.
        """
        batch = len(cache.roots)
        slope = checks.array(grad, "grad", (batch, self.n_units))
        by_score = np.zeros(batch)
        if grad_scores is not None:
            by_score = checks.array(grad_scores, "grad_scores", (batch,))
        kernel, score = self._parameters["kernel"], self._parameters["score"]
        to = np.zeros(cache.vectors.shape)
        np.add.at(to, cache.roots, slope)
        found = {name: np.zeros(value.shape) for name, value in self._parameters.items()}
        for parents, left, right, which in reversed(cache.levels):
            made, weight = cache.vectors[parents], by_score[which]
            found["score"] += weight @ made
            to_net = (to[parents] + weight[:, None] * score) * (1.0 - made * made)
            children = np.concatenate([cache.vectors[left], cache.vectors[right]], axis=1)
            found["kernel"] += children.T @ to_net
            found["bias"] += to_net.sum(axis=0)
            to_children = to_net @ kernel.T
            np.add.at(to, left, to_children[:, : self.n_units])
            np.add.at(to, right, to_children[:, self.n_units :])
        inputs = to[: cache.shape[0] * cache.shape[1]].reshape(cache.shape)
        return RecursiveGradients(inputs, found)

    def _merge(self, left: Floats, right: Floats) -> tuple[Floats, Floats]:
        p = self._parameters
        parent = np.tanh(np.concatenate([left, right], axis=-1) @ p["kernel"] + p["bias"])
        return parent, parent @ p["score"]

    def _collect(self) -> dict[str, NDArray[np.float64]]:
        return self._parameters

    def _assign(self, values: dict[str, NDArray[np.float64]]) -> None:
        self._parameters.update(values)


def tree_spans(tree: Tree) -> set[frozenset[int]]:
    """Return the leaves under each inner node of a tree.

    Parameters
    ----------
    tree : tuple or int
        Pairs of pairs of leaves.

    Returns
    -------
    set of frozenset of int
        One set of leaves for each inner node. Two trees over the same leaves, in the same order, are the same
        if their spans are.

    Raises
    ------
    ValueError
        If it is not made of pairs and numbers.

    Examples
    --------
    >>> sorted(map(sorted, tree_spans(((0, 1), (2, 3)))))
    [[0, 1], [0, 1, 2, 3], [2, 3]]
    """
    found: set[frozenset[int]] = set()

    def leaves(node: Tree) -> frozenset[int]:
        if isinstance(node, tuple | list):
            one, other = _pair(node, "tree")
            both = leaves(one) | leaves(other)
            found.add(both)
            return both
        return frozenset([checks.count(node, "tree", 0)])

    leaves(tree)
    return found


def count_wrong_spans(tree: Tree, truth: Tree) -> int:
    """Count the inner nodes of a tree that the true tree lacks: none of its nodes has the same leaves.

    Parameters
    ----------
    tree : tuple or int
        A tree.
    truth : tuple or int
        The true one.

    Returns
    -------
    int
        The number. The margin of Socher et al. is proportional to it.

    Raises
    ------
    ValueError
        If one is not made of pairs and numbers.

    Examples
    --------
    >>> count_wrong_spans((((0, 1), 2), 3), ((0, 1), (2, 3)))
    1
    """
    return len(tree_spans(tree) - _spans_of(truth))


def _spans_of(truth: Tree) -> set[frozenset[int]]:
    try:
        return tree_spans(truth)
    except ValueError as error:
        raise ValueError(str(error).replace("tree", "truth", 1)) from None


def _pair(node: Any, name: str) -> tuple[Tree, Tree]:
    if len(node) != 2:
        raise ValueError(f"{name} must be pairs of pairs of leaves, got {node!r:.60}")
    return node[0], node[1]


def _touching(n: int, neighbours: Iterable[tuple[int, int]] | None) -> set[tuple[int, int]]:
    """Return the pairs of leaves that touch, the smaller number first."""
    if neighbours is None:
        return {(i, i + 1) for i in range(n - 1)}
    try:
        given = [tuple(pair) for pair in neighbours]
    except TypeError:
        raise ValueError(f"neighbours must be pairs of leaves, got {neighbours!r:.60}") from None
    found = set()
    for pair in given:
        if len(pair) != 2:
            raise ValueError(f"neighbours must be pairs of two leaves, got {pair!r:.60}")
        one, other = (checks.count(i, "neighbours", 0, n - 1) for i in pair)
        if one == other:
            raise ValueError(f"neighbours must be pairs of two leaves, got {pair!r:.60}")
        found.add((min(one, other), max(one, other)))
    return found


def _plan(trees: Sequence[Tree], batch: int, n_leaves: int) -> tuple[list[Any], NDArray[np.int64], int]:
    """Number all nodes of all trees, and sort the inner ones by height."""
    if not isinstance(trees, list | tuple) or len(trees) != batch:
        raise ValueError(f"trees must be a list of {batch} trees, one for each row, got {trees!r:.60}")
    by_height: dict[int, list[tuple[int, int, int, int]]] = {}
    n_nodes = batch * n_leaves

    def place(node: Tree, row: int) -> tuple[int, int]:
        """Return the number and the height of a node."""
        nonlocal n_nodes
        if not isinstance(node, tuple | list):
            return row * n_leaves + checks.count(node, "trees", 0, n_leaves - 1), 0
        one, other = _pair(node, "trees")
        (left, below), (right, beside) = place(one, row), place(other, row)
        height, number = 1 + max(below, beside), n_nodes
        n_nodes += 1
        by_height.setdefault(height, []).append((number, left, right, row))
        return number, height

    roots = [place(tree, row)[0] for row, tree in enumerate(trees)]
    levels = [tuple(np.array(by_height[h], dtype=np.int64).T) for h in sorted(by_height)]
    return levels, np.array(roots, dtype=np.int64), n_nodes
