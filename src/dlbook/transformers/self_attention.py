"""Self-attention: every token asks all tokens, in several heads at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..nn import Module
from ._masks import both, check_heads_mask, check_mask, lower_triangle, masked_softmax, softmax_backward
from .positions import rotate_by

Floats = NDArray[np.floating]


class KeysAndValues(NamedTuple):
    """What attention keeps of the tokens that it has read: the key-value cache.

    Parameters
    ----------
    keys : ndarray of shape (batch, n_heads, time, n_key)
        Keys of all tokens so far. Rotary positions, if any, are in them.
    values : ndarray of shape (batch, n_heads, time, n_value)
        Values of all tokens so far.
    """

    keys: Floats
    values: Floats


class MultiHeadCache(NamedTuple):
    """What the backward pass needs to know of a forward pass of `MultiHeadAttention`.

    Parameters
    ----------
    weights : ndarray of shape (batch, n_heads, n_queries, n_keys)
        The attention weights of every head. Each row sums to 1, and what is masked has 0.
    inputs, context : ndarray
        Where queries come from, and where keys and values come from.
    own_context : bool
        Whether a context was given.
    queries, keys, values : ndarray of shape (batch, n_heads, time, size)
        What the heads make of them.
    heads : ndarray of shape (batch, n_queries, n_heads * n_value)
        The averages of all heads, side by side.
    """

    weights: Floats
    inputs: Floats
    context: Floats
    own_context: bool
    queries: Floats
    keys: Floats
    values: Floats
    heads: Floats


class MultiHeadGradients(NamedTuple):
    """Gradients of a loss, as the backward pass of `MultiHeadAttention` returns them.

    Parameters
    ----------
    inputs : ndarray of shape (batch, n_queries, n_features)
        For the inputs. In self-attention they act as queries, keys and values, and this is the sum.
    parameters : dict of str to ndarray
        For every parameter, under its name.
    context : ndarray of shape (batch, n_keys, n_context) or None
        For the context, if one was given.
    """

    inputs: Floats
    parameters: dict[str, Floats]
    context: Floats | None


def causal_mask(n_queries: int, n_keys: int | None = None) -> NDArray[np.bool_]:
    """Say which tokens each token may look at when it must not see later ones.

    Parameters
    ----------
    n_queries : int
        How many tokens ask, at least 1.
    n_keys : int, optional
        How many there are to look at, at least `n_queries`; as many if not given. With more, those that ask
        are the last ones.

    Returns
    -------
    ndarray of bool of shape (n_queries, n_keys)
        True where query (row) may look at key (column).

    Raises
    ------
    ValueError
        If a number is too small.

    Examples
    --------
    >>> causal_mask(3).astype(int)
    array([[1, 0, 0],
           [1, 1, 0],
           [1, 1, 1]])
    >>> causal_mask(1, 3).astype(int)
    array([[1, 1, 1]])
    """
    n = checks.count(n_queries, "n_queries")
    m = n if n_keys is None else checks.count(n_keys, "n_keys", n)
    checks.room((n, m), "n_queries" if n_keys is None else "n_keys")
    return lower_triangle(n, m)


def scaled_dot_product_attention(
    queries: ArrayLike,
    keys: ArrayLike,
    values: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    scale: float | None = None,
) -> tuple[Floats, Floats]:
    r"""Average values by how well their keys match each query.

    Parameters
    ----------
    queries : array_like of shape (..., n_queries, n_key)
        What asks.
    keys : array_like of shape (..., n_keys, n_key)
        What is compared with it; the axes before the last two are those of `queries`.
    values : array_like of shape (..., n_keys, n_value)
        What is averaged.
    mask : array_like of bool, optional
        True where a query may look; its shape broadcasts to (..., n_queries, n_keys), as `causal_mask` does.
    scale : float, optional
        What the scores are multiplied by, positive; one over the root of `n_key` if not given.

    Returns
    -------
    outputs : ndarray of shape (..., n_queries, n_value)
        The averages.
    weights : ndarray of shape (..., n_queries, n_keys)
        What they were made with: each row sums to 1, and what is masked has 0.

    Raises
    ------
    ValueError
        If shapes do not fit, a number is not finite, or a query may look at nothing.

    Notes
    -----
    .. math:: \text{Attention}(\mathbf{Q}, \mathbf{K}, \mathbf{V}) =
              \text{softmax}\Bigl(\frac{\mathbf{Q} \mathbf{K}^{\top}}{\sqrt{d_k}}\Bigr) \mathbf{V}

    with :math:`d_k` the size of a key, `n_key`.

    References
    ----------
    - A. Vaswani et al., "Attention is all you need", Advances in Neural Information Processing Systems, 2017,
      equation 1.

    Examples
    --------
    >>> x = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> outputs, weights = scaled_dot_product_attention(2 * x, x, [[10.0], [20.0]])
    >>> weights.round(3)
    array([[0.804, 0.196],
           [0.196, 0.804]])
    >>> outputs.round(2)
    array([[11.96],
           [18.04]])
    """
    q = checks.array(queries, "queries", (..., "n_queries", "n_key"), float32=True)
    k = checks.array(keys, "keys", (*q.shape[:-2], "n_keys", q.shape[-1]), float32=True)
    v = checks.array(values, "values", (*k.shape[:-1], "n_value"), float32=True)
    factor = q.shape[-1] ** -0.5 if scale is None else checks.positive(scale, "scale")
    present = check_mask(mask, (*q.shape[:-1], k.shape[-2]))
    with np.errstate(over="ignore", invalid="ignore"):
        scores = (q * q.dtype.type(factor)) @ k.swapaxes(-1, -2)
    if not np.isfinite(scores).all():
        raise ValueError("queries must have finite products with keys, got numbers that are too large")
    weights = masked_softmax(scores, present)
    return weights @ v, weights


class MultiHeadAttention(Module):
    r"""Attention in several heads, of a sequence over itself or over another one.

    Parameters
    ----------
    n_features : int
        Numbers in an input, and in an output.
    n_heads : int
        How many heads look at once.
    n_key : int, optional
        Numbers in a query and in a key of one head; ``n_features // n_heads`` if not given, which must come
        out even.
    n_value : int, optional
        Numbers in a value of one head; `n_key` if not given.
    n_context : int, optional
        Numbers in each vector of the context, if it is another sequence; `n_features` if not given.
    rotary : bool, default False
        Whether queries and keys are turned by their positions, see `rotate`.
    rng : numpy.random.Generator
        Draws the kernels, as Glorot and Bengio do: uniform, by numbers in and numbers out. Biases are 0.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    With inputs :math:`\mathbf{X}`, context :math:`\mathbf{C}` (in self-attention the inputs themselves) and
    heads :math:`i = 1, \ldots, h`:

    .. math::

       \begin{aligned}
       \mathbf{Q}_i &= \mathbf{X} \mathbf{W}^Q_i + \mathbf{b}^Q_i, \qquad
       \mathbf{K}_i = \mathbf{C} \mathbf{W}^K_i + \mathbf{b}^K_i, \qquad
       \mathbf{V}_i = \mathbf{C} \mathbf{W}^V_i + \mathbf{b}^V_i \\
       \mathbf{A}_i &= \text{softmax}\bigl(\mathbf{Q}_i \mathbf{K}_i^{\top} / \sqrt{d_k}\bigr), \qquad
       \mathbf{Z} = [\mathbf{A}_1 \mathbf{V}_1; \ldots; \mathbf{A}_h \mathbf{V}_h] \, \mathbf{W}^O
       + \mathbf{b}^O
       \end{aligned}

    ========================  ================================================  ===========================
    symbol                    name                                              meaning
    ========================  ================================================  ===========================
    :math:`\mathbf{W}^Q_i`    `query_kernel` at head i, of (n_features,         makes queries
                              n_heads, n_key)
    :math:`\mathbf{W}^K_i`    `key_kernel`, (n_context, n_heads, n_key)         makes keys
    :math:`\mathbf{W}^V_i`    `value_kernel`, (n_context, n_heads, n_value)     makes values
    :math:`\mathbf{W}^O`      `output_kernel`, (n_heads, n_value, n_features)   mixes the heads
    :math:`\mathbf{b}`        `query_bias`, `key_bias`, `value_bias`,           biases
                              `output_bias`
    :math:`\mathbf{A}_i`      `weights` of the cache at head i                  attention weights
    :math:`d_k`               `n_key`                                           size of a key
    ========================  ================================================  ===========================

    Parity: ``keras.layers.MultiHeadAttention`` has the same parameters in the same order, see `set_weights`.
    A query that may look at nothing is an error here; Keras lets it look at padding.

    References
    ----------
    - A. Vaswani et al., "Attention is all you need", Advances in Neural Information Processing Systems, 2017,
      section 3.2.2.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> layer = MultiHeadAttention(8, 2, rng=rng)
    >>> outputs, cache = layer.forward(rng.normal(size=(1, 3, 8)), causal=True)
    >>> outputs.shape, cache.weights.shape
    ((1, 3, 8), (1, 2, 3, 3))
    >>> cache.weights[0, 0, 0]
    array([1., 0., 0.])
    """

    def __init__(
        self,
        n_features: int,
        n_heads: int,
        *,
        n_key: int | None = None,
        n_value: int | None = None,
        n_context: int | None = None,
        rotary: bool = False,
        rng: np.random.Generator,
    ) -> None:
        self.n_features = n_features = checks.count(n_features, "n_features")
        self.n_heads = n_heads = checks.count(n_heads, "n_heads")
        if n_key is None and n_features % n_heads:
            raise ValueError(f"n_heads must divide n_features={n_features}, got {n_heads}")
        self.n_key = checks.count(n_features // n_heads if n_key is None else n_key, "n_key")
        self.n_value = self.n_key if n_value is None else checks.count(n_value, "n_value")
        self.n_context = self.n_features if n_context is None else checks.count(n_context, "n_context")
        self.rotary = bool(rotary)
        if self.rotary and self.n_key % 2:
            raise ValueError(f"n_key must be even for rotary positions, got {self.n_key}")
        checks.rng(rng)
        heads = {"query": (n_features, self.n_key), "key": (self.n_context, self.n_key)}
        heads["value"] = (self.n_context, self.n_value)
        self._parameters: dict[str, NDArray[np.float64]] = {}
        for name, (n_in, n_out) in heads.items():
            checks.room((n_in, n_heads, n_out), "n_features")
            self._parameters[f"{name}_kernel"] = _glorot((n_in, n_heads, n_out), n_in, n_heads * n_out, rng)
            self._parameters[f"{name}_bias"] = np.zeros((n_heads, n_out))
        kernel = _glorot((n_heads, self.n_value, n_features), n_heads * self.n_value, n_features, rng)
        self._parameters |= {"output_kernel": kernel, "output_bias": np.zeros(n_features)}

    def forward(
        self,
        x: ArrayLike,
        context: ArrayLike | None = None,
        *,
        mask: ArrayLike | None = None,
        causal: bool = False,
    ) -> tuple[Floats, MultiHeadCache]:
        """Let every token look around.

        Parameters
        ----------
        x : array_like of shape (batch, n_queries, n_features)
            The inputs, which ask.
        context : array_like of shape (batch, n_keys, n_context), optional
            What they look at; the inputs themselves if not given.
        mask : array_like of bool, of shape (batch, n_keys) or (batch, n_queries, n_keys), optional
            True where there is something to look at, False where there is padding.
        causal : bool, default False
            Whether no token sees a later one. For self-attention only.

        Returns
        -------
        outputs : ndarray of shape (batch, n_queries, n_features)
            One for each input.
        cache : MultiHeadCache
            What `backward` needs; its `weights` are the attention weights, for each head.

        Raises
        ------
        ValueError
            If shapes do not fit, a number is not finite, a token may look at nothing, or `causal` is asked
            for with a context.
        """
        x = checks.array(x, "x", ("batch", "n_queries", self.n_features), float32=True)
        other = x
        if context is not None:
            other = checks.array(context, "context", (len(x), "n_keys", self.n_context), float32=True)
            if causal:
                raise ValueError("causal must be False with a context, got True")
        elif self.n_context != self.n_features:
            raise ValueError(f"context must be given, of {self.n_context} numbers a vector, got None")
        shape = (len(x), x.shape[1], other.shape[1])
        present = check_heads_mask(mask, shape)
        if causal:
            present = both(present, lower_triangle(shape[1], shape[2]))
        queries, keys, values = self._project(x, other)
        weights, heads = _attend(queries, keys, values, present)
        cache = MultiHeadCache(weights, x, other, context is not None, queries, keys, values, heads)
        return self._mix(heads), cache

    def step(
        self, x: ArrayLike, past: KeysAndValues | None = None, *, mask: ArrayLike | None = None
    ) -> tuple[Floats, KeysAndValues]:
        """Read new tokens, and look at those read before without computing their keys and values again.

        Parameters
        ----------
        x : array_like of shape (batch, n_new, n_features)
            The new tokens. No token sees a later one.
        past : KeysAndValues, optional
            What the call before returned. None at the beginning.
        mask : array_like of bool of shape (batch, time), optional
            True where there is a token, False where there is padding; of all tokens so far, the new ones
            included.

        Returns
        -------
        outputs : ndarray of shape (batch, n_new, n_features)
            Those that `forward` with ``causal=True`` gives for all tokens, at the new ones.
        past : KeysAndValues
            Keys and values of all tokens so far.

        Raises
        ------
        ValueError
            If shapes do not fit, a number is not finite, or a token may look at nothing.
        """
        x = checks.array(x, "x", ("batch", "n_new", self.n_features), float32=True)
        if self.n_context != self.n_features:
            raise ValueError(f"x must be its own context, got a layer whose context has {self.n_context}")
        before = 0
        if past is not None:
            past = _check_past(past, (len(x), self.n_heads, self.n_key), self.n_value)
            before = past.keys.shape[2]
        queries, keys, values = self._project(x, x, before)
        if past is not None:
            keys = np.concatenate([past.keys, keys], axis=2)
            values = np.concatenate([past.values, values], axis=2)
        n_new, n_keys = x.shape[1], keys.shape[2]
        present = check_heads_mask(mask, (len(x), n_new, n_keys))
        if n_new > 1:
            present = both(present, lower_triangle(n_new, n_keys))
        _, heads = _attend(queries, keys, values, present)
        return self._mix(heads), KeysAndValues(keys, values)

    def backward(self, grad: ArrayLike, cache: MultiHeadCache) -> MultiHeadGradients:
        """Send the gradient of a loss from the outputs back.

        Parameters
        ----------
        grad : array_like of shape (batch, n_queries, n_features)
            Gradient of the loss with respect to the outputs.
        cache : MultiHeadCache
            What `forward` returned beside the outputs.

        Returns
        -------
        MultiHeadGradients
            The gradients: `inputs`, `parameters` and `context`.

        Raises
        ------
        ValueError
            If `grad` has another shape or a number that is not finite.
        """
        weights, x, context, own_context, queries, keys, values, heads = cache
        grad = checks.array(grad, "grad", x.shape, float32=True)
        found: dict[str, Floats] = {}
        kernel = self._kernel("output_kernel", 2, x.dtype)
        to_kernel = _rows(heads).T @ _rows(grad)
        to_heads = _split(grad @ kernel.T, self.n_heads)
        to_weights = to_heads @ values.swapaxes(-1, -2)
        to_values = weights.swapaxes(-1, -2) @ to_heads
        to_scores = softmax_backward(weights, to_weights)
        to_scores *= to_scores.dtype.type(self.n_key**-0.5)
        to_queries: Floats = to_scores @ keys
        to_keys: Floats = to_scores.swapaxes(-1, -2) @ queries
        if self.rotary:  # turn back: a rotation is its own inverse transposed
            to_queries, to_keys = rotate_by(to_queries, -1), rotate_by(to_keys, -1)
        back = []
        for name, source, to in (
            ("query", x, to_queries),
            ("key", context, to_keys),
            ("value", context, to_values),
        ):
            flat = _join(to)
            shape = self._parameters[f"{name}_kernel"].shape
            found[f"{name}_kernel"] = (_rows(source).T @ _rows(flat)).reshape(shape)
            found[f"{name}_bias"] = _rows(flat).sum(axis=0).reshape(shape[1:])
            back.append(flat @ self._kernel(f"{name}_kernel", 1, x.dtype).T)
        found["output_kernel"] = to_kernel.reshape(self._parameters["output_kernel"].shape)
        found["output_bias"] = _rows(grad).sum(axis=0)
        if own_context:
            return MultiHeadGradients(back[0], found, back[1] + back[2])
        return MultiHeadGradients(back[0] + back[1] + back[2], found, None)

    def get_weights(self) -> list[NDArray[np.float64]]:
        """Return copies of the parameters in Keras's order.

        Returns
        -------
        list of ndarray
            Kernel and bias of queries, of keys, of values, and of the output.
        """
        return [parameter.copy() for parameter in self._parameters.values()]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Take over parameters in Keras's order, that of `get_weights`.

        Parameters
        ----------
        weights : sequence of array_like
            What ``get_weights`` of a layer of the same sizes returns, here or in Keras.

        Raises
        ------
        ValueError
            If there are too many or too few arrays, a shape does not fit, or a number is not finite.
        """
        take_weights(self, weights)

    def _project(self, x: Floats, context: Floats, start: int = 0) -> tuple[Floats, Floats, Floats]:
        """Return queries, keys and values, of shape (batch, n_heads, time, size)."""
        made = []
        for name, source in (("query", x), ("key", context), ("value", context)):
            kernel = self._kernel(f"{name}_kernel", 1, x.dtype)
            flat = source @ kernel
            flat += self._parameters[f"{name}_bias"].reshape(-1).astype(x.dtype, copy=False)
            made.append(_split(flat, self.n_heads))
        queries, keys, values = made
        if self.rotary:
            queries, keys = rotate_by(queries, 1, start), rotate_by(keys, 1, start)
        return queries, keys, values

    def _mix(self, heads: Floats) -> Floats:
        outputs = heads @ self._kernel("output_kernel", 2, heads.dtype)
        outputs += self._parameters["output_bias"].astype(heads.dtype, copy=False)
        return outputs

    def _kernel(self, name: str, n_rows: int, dtype: np.dtype) -> Floats:
        """Return a kernel as a matrix; its first `n_rows` axes are the rows."""
        kernel = self._parameters[name]
        size = int(np.prod(kernel.shape[:n_rows]))
        return kernel.reshape(size, -1).astype(dtype, copy=False)

    def _collect(self) -> dict[str, NDArray[np.float64]]:
        return self._parameters

    def _assign(self, values: dict[str, NDArray[np.float64]]) -> None:
        self._parameters.update(values)


def take_weights(module: Module, weights: Sequence[ArrayLike]) -> None:
    """Give a module its parameters as a list in their order, or refuse what does not fit."""
    present = module.parameters
    if not isinstance(weights, list | tuple):
        raise ValueError(f"weights must be a list of arrays, got {type(weights).__name__}")
    if len(weights) != len(present):
        raise ValueError(f"weights must hold {len(present)} arrays, {', '.join(present)}, got {len(weights)}")
    module.parameters = {
        name: checks.array(value, f"weights of {name!r}", present[name].shape)
        for name, value in zip(present, weights, strict=True)
    }


def _attend(queries: Floats, keys: Floats, values: Floats, present: NDArray | None) -> tuple[Floats, Floats]:
    """Return the weights of all heads, and their averages side by side."""
    scale = queries.dtype.type(queries.shape[-1] ** -0.5)
    weights = masked_softmax((queries * scale) @ keys.swapaxes(-1, -2), present)
    return weights, _join(weights @ values)


def _split(flat: Floats, n_heads: int) -> Floats:
    """Give every head its part: from (batch, time, n_heads * size) to (batch, n_heads, time, size)."""
    batch, time, _ = flat.shape
    return flat.reshape(batch, time, n_heads, -1).transpose(0, 2, 1, 3)


def _join(heads: Floats) -> Floats:
    """Put the heads side by side: from (batch, n_heads, time, size) to (batch, time, n_heads * size)."""
    batch, n_heads, time, size = heads.shape
    return heads.transpose(0, 2, 1, 3).reshape(batch, time, n_heads * size)


def _rows(table: Floats) -> Floats:
    return table.reshape(-1, table.shape[-1])


def _glorot(shape: tuple[int, ...], n_in: int, n_out: int, rng: np.random.Generator) -> NDArray[np.float64]:
    limit = np.sqrt(6.0 / (n_in + n_out))
    return rng.uniform(-limit, limit, shape)


def _check_past(past: KeysAndValues, start: tuple[int, int, int], n_value: int) -> KeysAndValues:
    if not isinstance(past, KeysAndValues):
        raise ValueError(f"past must be what the step before returned, got {type(past).__name__}")
    batch, n_heads, n_key = start
    keys = checks.array(past.keys, "past", (batch, n_heads, "time", n_key), float32=True)
    shape = (*keys.shape[:3], n_value)
    return KeysAndValues(keys, checks.array(past.values, "past", shape, float32=True))
