"""Attention: compare queries with keys, and average the values by how well they match."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..nn import Module

Floats = NDArray[np.floating]

SCORES = ("additive", "dot", "general", "scaled")
"""The ways of comparing a query with a key."""


class AttentionCache(NamedTuple):
    """What the backward pass needs to know of a forward pass of `Attention`.

    Parameters
    ----------
    weights : ndarray of shape (batch, n_queries, n_keys)
        The attention weights. Each row sums to 1, and what is masked has 0.
    queries, keys, values : ndarray
        What was given; `values` are the keys, if none were.
    own_values : bool
        Whether values were given.
    hidden : ndarray of shape (batch, n_queries, n_keys, n_hidden) or None
        Additive scores only: the units of the small network behind them.
    parameters : mapping of str to ndarray
        The parameters at that time, in the precision of the inputs.
    """

    weights: Floats
    queries: Floats
    keys: Floats
    values: Floats
    own_values: bool
    hidden: Floats | None
    parameters: Mapping[str, Floats]


class AttentionGradients(NamedTuple):
    """Gradients of a loss, as the backward pass of `Attention` returns them.

    Parameters
    ----------
    inputs : ndarray of shape (batch, n_queries, n_query)
        For the queries.
    parameters : dict of str to ndarray
        For every parameter, under its name.
    keys : ndarray of shape (batch, n_keys, n_key)
        For the keys. Where no values were given, keys act twice, and this is the sum.
    values : ndarray of shape (batch, n_keys, n_value) or None
        For the values, if they were given.
    """

    inputs: Floats
    parameters: dict[str, Floats]
    keys: Floats
    values: Floats | None


def attention_weights(scores: ArrayLike, mask: ArrayLike | None = None) -> Floats:
    r"""Turn scores into weights that sum to 1 over what is not masked.

    Parameters
    ----------
    scores : array_like of shape (..., n_keys)
        How well a query matches each key.
    mask : array_like of bool, optional
        True where there is a key, False where there is padding; its shape broadcasts to that of `scores`.

    Returns
    -------
    ndarray of shape (..., n_keys)
        The softmax of the scores over the last axis, exactly 0 where masked.

    Raises
    ------
    ValueError
        If a score is not finite, the shapes do not fit, or a row is masked as a whole: nothing is there to
        look at, and no weights sum to 1.

    Notes
    -----
    .. math:: \alpha_{tj} = \frac{m_j \, e^{e_{tj}}}{\sum_k m_k \, e^{e_{tk}}}

    with :math:`m_j` 1 for a key and 0 for padding. Keras subtracts a large number from masked scores instead;
    a row that is masked as a whole then gets weights on padding, without a word.

    Examples
    --------
    >>> attention_weights([1.0, 1.0, 5.0], [True, True, False])
    array([0.5, 0.5, 0. ])
    """
    given = checks.array(scores, "scores", (..., "n_keys"), float32=True)
    return _weights(given, _mask(mask, given.shape))


class Attention(Module):
    r"""Attention of queries over keys and values, with one of four scores.

    Parameters
    ----------
    n_query : int
        Numbers in a query, such as units of a decoder; at least 1.
    n_key : int
        Numbers in a key, such as units of an encoder; at least 1.
    score : {"additive", "dot", "general", "scaled"}, default "additive"
        How a query is compared with a key. For "dot" and "scaled" both must have the same size.
    n_hidden : int, optional
        Units of the network behind the additive score; `n_key` if not given. No other score has any.
    rng : numpy.random.Generator, optional
        Draws the parameters: normal, with variance 1 over the number of rows. Scores without parameters need
        none.

    Raises
    ------
    ValueError
        If an argument is outside its range, or `rng` is missing where there are parameters.

    Notes
    -----
    Parameters of the additive score are ``key_kernel`` of shape (n_key, n_hidden), ``query_kernel`` of shape
    (n_query, n_hidden) and ``scale`` of shape (n_hidden,); of the general one ``kernel`` of shape
    (n_query, n_key). The others have none.

    For one query :math:`\mathbf{s}`, keys :math:`\mathbf{h}_j` and values :math:`\mathbf{v}_j`:

    .. math::

       \begin{aligned}
       e_j &= \mathbf{v}^{\top} \tanh(\mathbf{U}^{\top} \mathbf{h}_j + \mathbf{W}^{\top} \mathbf{s})
           && \text{additive} \\
       e_j &= \mathbf{s}^{\top} \mathbf{h}_j && \text{dot} \\
       e_j &= \mathbf{s}^{\top} \mathbf{W} \, \mathbf{h}_j && \text{general} \\
       e_j &= \mathbf{s}^{\top} \mathbf{h}_j / \sqrt{d} && \text{scaled} \\
       \boldsymbol{\alpha} &= \text{softmax}(\mathbf{e}), \qquad
           \mathbf{c} = \sum_j \alpha_j \mathbf{v}_j
       \end{aligned}

    ==========================  ==============================================  =========================
    symbol                      name                                            meaning
    ==========================  ==============================================  =========================
    :math:`\mathbf{s}`          a row of `queries`, (n_query,)                  what asks
    :math:`\mathbf{h}_j`        row j of `keys`, (n_key,)                       what is compared with it
    :math:`\mathbf{v}_j`        row j of `values`, (n_value,)                   what is averaged
    :math:`\mathbf{U}`          `key_kernel`, (n_key, n_hidden)                 :math:`U_{attn}`
    :math:`\mathbf{W}`          `query_kernel`, (n_query, n_hidden), or         :math:`W_{attn}`
                                `kernel`, (n_query, n_key)
    :math:`\mathbf{v}`          `scale`, (n_hidden,)                            :math:`V_{attn}`
    :math:`\alpha_j`            `weights` of the cache                          weight of key j
    :math:`\mathbf{c}`          the output, (n_value,)                          context
    :math:`d`                   `n_key`                                         size of a key
    ==========================  ==============================================  =========================

    Parity: ``keras.layers.Attention`` for "dot", with ``use_scale=False``, and
    ``keras.layers.AdditiveAttention`` for "additive", which has :math:`\mathbf{v}` as its `scale` and expects
    queries and keys that were multiplied by :math:`\mathbf{W}` and :math:`\mathbf{U}` before.

    References
    ----------
    - D. Bahdanau, K. Cho and Y. Bengio, "Neural machine translation by jointly learning to align and
      translate", International Conference on Learning Representations, 2015, section 3.1 and appendix A.1.2.
    - M.-T. Luong, H. Pham and C. D. Manning, "Effective approaches to attention-based neural machine
      translation", Conference on Empirical Methods in Natural Language Processing, 2015, section 3.1.
    - A. Vaswani et al., "Attention is all you need", Advances in Neural Information Processing Systems, 2017,
      section 3.2.1.

    Examples
    --------
    >>> contexts, cache = Attention(2, 2, score="dot").forward([[[4, 0]]], [[[1, 0], [0, 1]]], [[[10], [20]]])
    >>> cache.weights.round(3), contexts.round(2)
    (array([[[0.982, 0.018]]]), array([[[10.18]]]))
    """

    def __init__(
        self,
        n_query: int,
        n_key: int,
        *,
        score: str = "additive",
        n_hidden: int | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.n_query = checks.count(n_query, "n_query")
        self.n_key = checks.count(n_key, "n_key")
        self.score = checks.choice(score, "score", SCORES)
        if score in ("dot", "scaled") and n_query != n_key:
            raise ValueError(f"n_key must be n_query={n_query} for the score {score}, got {n_key}")
        if n_hidden is not None and score != "additive":
            raise ValueError(f"n_hidden must be left out for the score {score}, got {n_hidden}")
        shapes: dict[str, tuple[int, ...]] = {}
        if score == "additive":
            m = checks.count(self.n_key if n_hidden is None else n_hidden, "n_hidden")
            shapes = {"key_kernel": (n_key, m), "query_kernel": (n_query, m), "scale": (m,)}
        elif score == "general":
            shapes = {"kernel": (n_query, n_key)}
        if shapes:
            rng = checks.rng(rng)  # type: ignore[arg-type]
        self._parameters = {
            name: rng.normal(size=shape) / np.sqrt(shape[0])  # type: ignore[union-attr]
            for name, shape in shapes.items()
        }

    def forward(
        self, x: ArrayLike, keys: ArrayLike, values: ArrayLike | None = None, *, mask: ArrayLike | None = None
    ) -> tuple[Floats, AttentionCache]:
        """Compute the context of every query.

        Parameters
        ----------
        x : array_like of shape (batch, n_queries, n_query)
            The queries.
        keys : array_like of shape (batch, n_keys, n_key)
            What they are compared with.
        values : array_like of shape (batch, n_keys, n_value), optional
            What is averaged; the keys if not given.
        mask : array_like of bool, of shape (batch, n_keys) or (batch, n_queries, n_keys), optional
            True where there is a key, False where there is padding.

        Returns
        -------
        contexts : ndarray of shape (batch, n_queries, n_value)
            The averages.
        cache : AttentionCache
            What `backward` needs; its `weights` are the attention weights.

        Raises
        ------
        ValueError
            If shapes do not fit, a number is not finite, or all keys of a query are masked.
        """
        queries = checks.array(x, "x", ("batch", "n_queries", self.n_query), float32=True)
        batch = len(queries)
        keys = checks.array(keys, "keys", (batch, "n_keys", self.n_key), float32=True)
        averaged = keys
        if values is not None:
            averaged = checks.array(values, "values", (batch, keys.shape[1], "n_value"), float32=True)
        shape = (*queries.shape[:2], keys.shape[1])
        present = _mask(mask, shape)
        dtype = np.result_type(queries, keys)
        parameters = {name: value.astype(dtype, copy=False) for name, value in self._parameters.items()}
        scores, hidden = _scores(self.score, queries, keys, parameters)
        weights = _weights(scores, present)
        cache = AttentionCache(weights, queries, keys, averaged, values is not None, hidden, parameters)
        return weights @ averaged, cache

    def backward(self, grad: ArrayLike, cache: AttentionCache) -> AttentionGradients:
        """Send the gradient of a loss from the contexts back.

        Parameters
        ----------
        grad : array_like of shape (batch, n_queries, n_value)
            Gradient of the loss with respect to the contexts.
        cache : AttentionCache
            What `forward` returned beside the contexts.

        Returns
        -------
        AttentionGradients
            The gradients: `inputs` (for the queries), `parameters`, `keys` and `values`.

        Raises
        ------
        ValueError
            If `grad` has another shape or a number that is not finite.
        """
        weights, values = cache.weights, cache.values
        slope = checks.array(grad, "grad", (*weights.shape[:2], values.shape[-1]), float32=True)
        to_weights = slope @ values.transpose(0, 2, 1)
        to_scores = weights * (to_weights - (to_weights * weights).sum(axis=-1, keepdims=True))
        to_values = weights.transpose(0, 2, 1) @ slope
        to_queries, to_keys, parameters = _back(self.score, to_scores, cache)
        if not cache.own_values:
            return AttentionGradients(to_queries, parameters, to_keys + to_values, None)
        return AttentionGradients(to_queries, parameters, to_keys, to_values)

    def _collect(self) -> dict[str, NDArray[np.float64]]:
        return self._parameters

    def _assign(self, values: dict[str, NDArray[np.float64]]) -> None:
        self._parameters.update(values)


def _scores(
    score: str, queries: Floats, keys: Floats, parameters: Mapping[str, Floats]
) -> tuple[Floats, Floats | None]:
    """Return the scores and, if they are additive, the hidden units."""
    turned = keys.transpose(0, 2, 1)
    if score == "dot":
        return queries @ turned, None
    if score == "scaled":
        return queries @ turned / np.sqrt(queries.dtype.type(keys.shape[-1])), None
    if score == "general":
        return queries @ parameters["kernel"] @ turned, None
    from_keys, from_queries = keys @ parameters["key_kernel"], queries @ parameters["query_kernel"]
    hidden = from_queries[:, :, None] + from_keys[:, None]  # (batch, n_queries, n_keys, n_hidden)
    np.tanh(hidden, out=hidden)
    return hidden @ parameters["scale"], hidden


def _back(score: str, to_scores: Floats, cache: AttentionCache) -> tuple[Floats, Floats, dict[str, Floats]]:
    """Return the gradients for queries, keys and parameters, from that for the scores."""
    queries, keys, parameters = cache.queries, cache.keys, cache.parameters
    turned = to_scores.transpose(0, 2, 1)
    if score in ("dot", "scaled"):
        factor = 1.0 if score == "dot" else 1.0 / np.sqrt(queries.dtype.type(keys.shape[-1]))
        return to_scores @ keys * factor, turned @ queries * factor, {}
    if score == "general":
        kernel, by_keys = parameters["kernel"], to_scores @ keys
        to_kernel = np.tensordot(queries, by_keys, axes=((0, 1), (0, 1)))
        return by_keys @ kernel.T, turned @ (queries @ kernel), {"kernel": to_kernel}
    assert cache.hidden is not None  # for mypy: additive scores have hidden units
    hidden = cache.hidden
    m = hidden.shape[-1]
    to_scale = to_scores.reshape(-1) @ hidden.reshape(-1, m)
    net = hidden * hidden  # tanh' = 1 - tanh^2
    np.subtract(1.0, net, out=net)
    net *= to_scores[..., None]
    to_query_part = net.sum(axis=2) * parameters["scale"]  # (batch, n_queries, n_hidden)
    to_key_part = net.sum(axis=1) * parameters["scale"]  # (batch, n_keys, n_hidden)
    found = {
        "key_kernel": np.tensordot(keys, to_key_part, axes=((0, 1), (0, 1))),
        "query_kernel": np.tensordot(queries, to_query_part, axes=((0, 1), (0, 1))),
        "scale": to_scale,
    }
    return to_query_part @ parameters["query_kernel"].T, to_key_part @ parameters["key_kernel"].T, found


def _mask(mask: ArrayLike | None, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    """Return which keys are there, in a shape that broadcasts, or refuse a row that has none."""
    if mask is None:
        return None
    given = checks.array(mask, "mask")
    if not np.isin(given, (0, 1)).all():
        raise ValueError("mask must be True or False everywhere, got other numbers")
    present = given.astype(bool)
    if len(shape) == 3 and present.ndim == 2:
        present = present[:, None]  # one mask for all queries
    try:
        full = np.broadcast_to(present, shape)
    except ValueError:
        raise ValueError(f"mask must have a shape that broadcasts to {shape}, got {given.shape}") from None
    empty = ~full.any(axis=-1)
    if empty.any():
        row = tuple(int(i) for i in np.argwhere(empty)[0])
        raise ValueError(f"mask must leave at least one key in each row, got none in row {row}")
    return present


def _weights(scores: Floats, present: NDArray[np.bool_] | None) -> Floats:
    """Return the softmax over what is present."""
    if present is None:
        powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    else:
        known = np.where(present, scores, -np.inf)
        powers = np.exp(known - known.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
