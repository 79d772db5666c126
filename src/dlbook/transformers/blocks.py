"""The parts of a transformer beside attention, and the blocks that are made of them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..nn import Activation, Module
from ..nn.activations import find_activation
from ._masks import check_heads_mask
from .self_attention import KeysAndValues, MultiHeadAttention

Floats = NDArray[np.floating]
NORMS = ("after", "before")
"""Where the norm of a block stands: after the sum, as in the first transformer, or before attention."""


class BlockGradients(NamedTuple):
    """Gradients of a loss, as the backward pass of a norm, a feed-forward network or a block returns them.

    Parameters
    ----------
    inputs : ndarray of shape (batch, time, n_features)
        For the inputs.
    parameters : dict of str to ndarray
        For every parameter, under its name.
    context : ndarray of shape (batch, n_keys, n_context) or None
        For the context, if one was given.
    """

    inputs: Floats
    parameters: dict[str, Floats]
    context: Floats | None = None


class LayerNormalization(Module):
    r"""Give the features of every token mean 0 and variance 1, then scale and shift them.

    Parameters
    ----------
    n_features : int
        Number of features, at least 1.
    epsilon : float, default 1e-3
        Added to the variance before the root, positive.

    Notes
    -----
    .. math:: \mu = \frac{1}{d} \sum_j x_j, \qquad
              \sigma^2 = \frac{1}{d} \sum_j (x_j - \mu)^2, \qquad
              z_j = \gamma_j \, \frac{x_j - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta_j

    The sums run over the :math:`d` features of one token, the last axis: neither other tokens nor other
    sequences have a part in them. So there is no difference between training and use, as there is in batch
    normalization. :math:`\gamma` and :math:`\beta` are the parameters ``gamma`` and ``beta``, 1 and 0 at
    first, of one number for each feature.

    References
    ----------
    - J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer normalization", arXiv:1607.06450, 2016, section 3.

    Examples
    --------
    >>> layer = LayerNormalization(3, epsilon=1e-9)
    >>> outputs, cache = layer.forward([[[1.0, 2.0, 6.0], [10.0, 20.0, 60.0]]])
    >>> outputs.round(3)
    array([[[-0.926, -0.463,  1.389],
            [-0.926, -0.463,  1.389]]])
    """

    def __init__(self, n_features: int, *, epsilon: float = 1e-3) -> None:
        self.n_features = checks.count(n_features, "n_features")
        checks.room((self.n_features,), "n_features")
        self.epsilon = checks.positive(epsilon, "epsilon")
        self._parameters = {"gamma": np.ones(self.n_features), "beta": np.zeros(self.n_features)}

    def forward(self, x: ArrayLike) -> tuple[Floats, tuple[Floats, Floats]]:
        """Normalize every token by itself.

        Parameters
        ----------
        x : array_like of shape (..., n_features)
            The features of tokens.

        Returns
        -------
        outputs : ndarray of the shape of `x`
            The normalized features, scaled and shifted.
        cache : tuple of ndarray
            What `backward` needs: the normalized features, and one over the deviations.
        """
        x = checks.array(x, "x", (..., self.n_features), float32=True)
        with np.errstate(over="ignore", invalid="ignore"):
            centred = x - x.mean(axis=-1, keepdims=True)
            variance = np.mean(centred * centred, axis=-1, keepdims=True)
        if not np.isfinite(variance).all():
            raise ValueError("x must have finite variances, got numbers that are too large")
        inverse_deviation = 1.0 / np.sqrt(variance + x.dtype.type(self.epsilon))
        normalized = centred * inverse_deviation
        outputs = normalized * self._parameters["gamma"].astype(x.dtype, copy=False)
        outputs += self._parameters["beta"].astype(x.dtype, copy=False)
        return outputs, (normalized, inverse_deviation)

    def backward(self, grad: ArrayLike, cache: Any) -> BlockGradients:
        """Send the gradient of a loss from the outputs back.

        Parameters
        ----------
        grad : array_like of the shape of the outputs
            Gradient of the loss with respect to the outputs.
        cache : tuple of ndarray
            What `forward` returned beside them.

        Returns
        -------
        BlockGradients
            The gradients: `inputs` and `parameters`.
        """
        normalized, inverse_deviation = cache
        grad = checks.array(grad, "grad", normalized.shape, float32=True)
        parameters = {"gamma": _summed(grad * normalized), "beta": _summed(grad)}
        slope = grad * self._parameters["gamma"].astype(grad.dtype, copy=False)
        along = (slope * normalized).mean(axis=-1, keepdims=True)
        inputs = inverse_deviation * (slope - slope.mean(axis=-1, keepdims=True) - normalized * along)
        return BlockGradients(inputs, parameters)

    def _collect(self) -> dict[str, NDArray[np.float64]]:
        return self._parameters

    def _assign(self, values: dict[str, NDArray[np.float64]]) -> None:
        self._parameters.update(values)


class FeedForward(Module):
    r"""The network of two layers that works on every token by itself.

    Parameters
    ----------
    n_features : int
        Numbers in an input, and in an output.
    n_hidden : int
        Hidden units; four times as many as features in the first transformer.
    activation : str or Activation, default "relu"
        Of the hidden units: a key of `dlbook.nn.ACTIVATIONS`, or one of your own.
    rng : numpy.random.Generator
        Draws the kernels, uniform as Glorot and Bengio do. Biases are 0.

    Notes
    -----
    .. math:: \text{FFN}(\mathbf{x}) = f(\mathbf{x} \mathbf{W}_1 + \mathbf{b}_1) \, \mathbf{W}_2
              + \mathbf{b}_2

    :math:`\mathbf{W}_1` is the parameter ``hidden_kernel`` of shape (n_features, n_hidden),
    :math:`\mathbf{b}_1` ``hidden_bias``, :math:`\mathbf{W}_2` ``output_kernel`` of shape (n_hidden,
    n_features), and :math:`\mathbf{b}_2` ``output_bias``.

    References
    ----------
    - A. Vaswani et al., "Attention is all you need", Advances in Neural Information Processing Systems, 2017,
      section 3.3.

    Examples
    --------
    >>> layer = FeedForward(2, 8, rng=np.random.default_rng(0))
    >>> outputs, cache = layer.forward([[[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]]])
    >>> bool((outputs[0, 0] == outputs[0, 2]).all())
    True
    """

    def __init__(
        self,
        n_features: int,
        n_hidden: int,
        *,
        activation: str | Activation = "relu",
        rng: np.random.Generator,
    ) -> None:
        self.n_features = n_features = checks.count(n_features, "n_features")
        self.n_hidden = n_hidden = checks.count(n_hidden, "n_hidden")
        self.activation = find_activation(activation, "activation")
        checks.room((n_features, n_hidden), "n_hidden")
        limit = np.sqrt(6.0 / (n_features + n_hidden))
        rng = checks.rng(rng)
        self._parameters = {
            "hidden_kernel": rng.uniform(-limit, limit, (n_features, n_hidden)),
            "hidden_bias": np.zeros(n_hidden),
            "output_kernel": rng.uniform(-limit, limit, (n_hidden, n_features)),
            "output_bias": np.zeros(n_features),
        }

    def forward(self, x: ArrayLike) -> tuple[Floats, tuple[Floats, Floats, Floats]]:
        """Compute the outputs of every token.

        Parameters
        ----------
        x : array_like of shape (..., n_features)
            The features of tokens.

        Returns
        -------
        outputs : ndarray of the shape of `x`
            The outputs.
        cache : tuple of ndarray
            What `backward` needs: the inputs, the net inputs of the hidden units, and their activations.
        """
        x = checks.array(x, "x", (..., self.n_features), float32=True)
        p = {name: value.astype(x.dtype, copy=False) for name, value in self._parameters.items()}
        net_inputs = x @ p["hidden_kernel"]
        net_inputs += p["hidden_bias"]
        hidden = self.activation.function(net_inputs).astype(x.dtype, copy=False)
        outputs = hidden @ p["output_kernel"]
        outputs += p["output_bias"]
        return outputs, (x, net_inputs, hidden)

    def backward(self, grad: ArrayLike, cache: Any) -> BlockGradients:
        """Send the gradient of a loss from the outputs back.

        Parameters
        ----------
        grad : array_like of the shape of the outputs
            Gradient of the loss with respect to the outputs.
        cache : tuple of ndarray
            What `forward` returned beside them.

        Returns
        -------
        BlockGradients
            The gradients: `inputs` and `parameters`.
        """
        x, net_inputs, hidden = cache
        grad = checks.array(grad, "grad", x.shape, float32=True)
        p = {name: value.astype(x.dtype, copy=False) for name, value in self._parameters.items()}
        to_net = self.activation.backward(net_inputs, grad @ p["output_kernel"].T)
        to_net = to_net.astype(x.dtype, copy=False)
        parameters = {
            "hidden_kernel": _rows(x).T @ _rows(to_net),
            "hidden_bias": _summed(to_net),
            "output_kernel": _rows(hidden).T @ _rows(grad),
            "output_bias": _summed(grad),
        }
        return BlockGradients(to_net @ p["hidden_kernel"].T, parameters)

    def _collect(self) -> dict[str, NDArray[np.float64]]:
        return self._parameters

    def _assign(self, values: dict[str, NDArray[np.float64]]) -> None:
        self._parameters.update(values)


class BlockCache(NamedTuple):
    """What the backward pass needs to know of a forward pass of a block.

    Parameters
    ----------
    weights : ndarray of shape (batch, n_heads, time, time)
        Weights of the attention of the sequence over itself.
    context_weights : ndarray of shape (batch, n_heads, time, n_keys) or None
        Weights of the attention over the context, in a decoder.
    parts : list of tuple
        For every sublayer the caches of its norm and of what it wraps.
    """

    weights: Floats
    context_weights: Floats | None
    parts: list[tuple[Any, Any]]


class Composite(Module):
    """A module that is made of named ones: its parameters are theirs, as in ``attention.query_kernel``."""

    parts: dict[str, Any]

    def _collect(self) -> dict[str, NDArray[np.float64]]:
        return {
            f"{part}.{name}": value
            for part, module in self.parts.items()
            for name, value in module.parameters.items()
        }

    def _assign(self, values: dict[str, NDArray[np.float64]]) -> None:
        for part, module in self.parts.items():
            start = f"{part}."
            mine = {name.removeprefix(start): v for name, v in values.items() if name.startswith(start)}
            module.parameters = mine


class Block(Composite):
    """What the blocks of encoder and decoder have in common: sublayers, each with a residual and a norm."""

    norm: str

    def __init__(
        self,
        n_features: int,
        n_heads: int,
        n_hidden: int,
        *,
        norm: str = "after",
        activation: str | Activation = "relu",
        rotary: bool = False,
        epsilon: float = 1e-3,
        rng: np.random.Generator,
    ) -> None:
        self.norm = checks.choice(norm, "norm", NORMS)
        self.n_features, self.n_heads = checks.count(n_features, "n_features"), n_heads
        self.parts = {}
        for name in self._attentions():
            turned = rotary and name == "attention"
            self.parts[name] = MultiHeadAttention(n_features, n_heads, rotary=turned, rng=rng)
            self.parts[f"{name}_norm"] = LayerNormalization(n_features, epsilon=epsilon)
        self.parts["feed_forward"] = FeedForward(n_features, n_hidden, activation=activation, rng=rng)
        self.parts["feed_forward_norm"] = LayerNormalization(n_features, epsilon=epsilon)

    def _attentions(self) -> tuple[str, ...]:
        return ("attention",)

    def _run(self, x: Floats, options: Mapping[str, dict[str, Any]]) -> tuple[Floats, list[tuple[Any, Any]]]:
        """Go through the sublayers; `options` are what each is called with beside its input."""
        caches = []
        for name in (*self._attentions(), "feed_forward"):
            layer, norm = self.parts[name], self.parts[f"{name}_norm"]
            if self.norm == "before":
                normed, norm_cache = norm.forward(x)
                change, cache = layer.forward(normed, **options.get(name, {}))
                x = x + change
            else:
                change, cache = layer.forward(x, **options.get(name, {}))
                x, norm_cache = norm.forward(x + change)
            caches.append((norm_cache, cache))
        return x, caches

    def backward(self, grad: ArrayLike, cache: BlockCache) -> BlockGradients:
        """Send the gradient of a loss from the outputs back.

        Parameters
        ----------
        grad : array_like of shape (batch, time, n_features)
            Gradient of the loss with respect to the outputs.
        cache : BlockCache
            What `forward` returned beside the outputs.

        Returns
        -------
        BlockGradients
            The gradients: `inputs`, `parameters`, and in a decoder `context`.
        """
        names = (*self._attentions(), "feed_forward")
        batch, _, time, _ = cache.weights.shape
        slope: Floats = checks.array(grad, "grad", (batch, time, self.n_features), float32=True)
        found: dict[str, Floats] = {}
        context = None
        for name, (norm_cache, inner_cache) in zip(names[::-1], cache.parts[::-1], strict=True):
            layer, norm = self.parts[name], self.parts[f"{name}_norm"]
            if self.norm == "before":
                inner = layer.backward(slope, inner_cache)
                outer = norm.backward(inner.inputs, norm_cache)
                slope = slope + outer.inputs
            else:
                outer = norm.backward(slope, norm_cache)
                inner = layer.backward(outer.inputs, inner_cache)
                slope = outer.inputs + inner.inputs
            context = inner.context if name == "cross_attention" else context
            found |= {f"{name}.{key}": value for key, value in inner.parameters.items()}
            found |= {f"{name}_norm.{key}": value for key, value in outer.parameters.items()}
        return BlockGradients(slope, {key: found[key] for key in self._collect()}, context)


class EncoderBlock(Block):
    r"""Self-attention, then a feed-forward network, each with a residual connection and a layer norm.

    Parameters
    ----------
    n_features : int
        Numbers in the vector of a token, before and after.
    n_heads : int
        Heads of the attention.
    n_hidden : int
        Hidden units of the feed-forward network.
    norm : {"after", "before"}, default "after"
        Where the norms stand.
    activation : str or Activation, default "relu"
        Of the hidden units.
    rotary : bool, default False
        Whether queries and keys are turned by their positions.
    epsilon : float, default 1e-3
        Of the norms.
    rng : numpy.random.Generator
        Draws the kernels.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    For each of the two sublayers :math:`F`, attention and feed-forward network:

    .. math:: \mathbf{x} \leftarrow \text{norm}(\mathbf{x} + F(\mathbf{x})) \quad \text{(after)}, \qquad
              \mathbf{x} \leftarrow \mathbf{x} + F(\text{norm}(\mathbf{x})) \quad \text{(before)}

    With the norm before, what comes out of the last block is not normalized: models put one norm more there.
    Called with ``causal=True`` it is the block of a decoder that has no encoder, as in GPT.

    The parameters are those of ``attention``, ``attention_norm``, ``feed_forward`` and ``feed_forward_norm``,
    as in ``parameters["attention.query_kernel"]``.

    References
    ----------
    - A. Vaswani et al., "Attention is all you need", Advances in Neural Information Processing Systems, 2017,
      section 3.1.
    - R. Xiong et al., "On layer normalization in the transformer architecture", International Conference on
      Machine Learning, 2020.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> block = EncoderBlock(8, 2, 32, rng=rng)
    >>> outputs, cache = block.forward(rng.normal(size=(1, 5, 8)), mask=[[True, True, True, True, False]])
    >>> outputs.shape, cache.weights.shape
    ((1, 5, 8), (1, 2, 5, 5))
    """

    def forward(
        self, x: ArrayLike, *, mask: ArrayLike | None = None, causal: bool = False
    ) -> tuple[Floats, BlockCache]:
        """Compute the outputs.

        Parameters
        ----------
        x : array_like of shape (batch, time, n_features)
            The vectors of the tokens.
        mask : array_like of bool, of shape (batch, time) or (batch, time, time), optional
            True where there is something to look at, False where there is padding.
        causal : bool, default False
            Whether no token sees a later one.

        Returns
        -------
        outputs : ndarray of the shape of `x`
            One for each token.
        cache : BlockCache
            What `backward` needs; its `weights` are the attention weights.
        """
        x = checks.array(x, "x", ("batch", "time", self.n_features), float32=True)
        outputs, caches = self._run(x, {"attention": {"mask": mask, "causal": causal}})
        return outputs, BlockCache(caches[0][1].weights, None, caches)

    def step(
        self, x: ArrayLike, past: KeysAndValues | None = None, *, mask: ArrayLike | None = None
    ) -> tuple[Floats, KeysAndValues]:
        """Read new tokens, after those whose keys and values are given.

        Parameters
        ----------
        x : array_like of shape (batch, n_new, n_features)
            The vectors of the new tokens.
        past : KeysAndValues, optional
            What the call before returned. None at the beginning.
        mask : array_like of bool of shape (batch, time), optional
            True where there is a token, of all so far.

        Returns
        -------
        outputs : ndarray of the shape of `x`
            Those of `forward` with ``causal=True``, at the new tokens.
        past : KeysAndValues
            Keys and values of all tokens so far.
        """
        x = checks.array(x, "x", ("batch", "n_new", self.n_features), float32=True)
        attention, norm = self.parts["attention"], self.parts["attention_norm"]
        network, second = self.parts["feed_forward"], self.parts["feed_forward_norm"]
        if self.norm == "before":
            change, past = attention.step(norm.forward(x)[0], past, mask=mask)
            x = x + change
            return x + network.forward(second.forward(x)[0])[0], past
        change, past = attention.step(x, past, mask=mask)
        x, _ = norm.forward(x + change)
        return second.forward(x + network.forward(x)[0])[0], past


class DecoderBlock(Block):
    r"""Causal self-attention, then attention over an encoder's outputs, then a feed-forward network.

    Parameters
    ----------
    n_features : int
        Numbers in the vector of a token, before and after, and in those of the encoder.
    n_heads : int
        Heads of each of the two attentions.
    n_hidden : int
        Hidden units of the feed-forward network.
    norm : {"after", "before"}, default "after"
        Where the norms stand, see `EncoderBlock`.
    activation : str or Activation, default "relu"
        Of the hidden units.
    rotary : bool, default False
        Whether queries and keys of the self-attention are turned by their positions.
    epsilon : float, default 1e-3
        Of the norms.
    rng : numpy.random.Generator
        Draws the kernels.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    No token sees a later one. In the second attention the queries come from the decoder, the keys and values
    from the outputs of the encoder, the context. The parameters are those of ``attention``,
    ``cross_attention`` and ``feed_forward``, and of the norm of each, such as ``cross_attention_norm``.

    References
    ----------
    - A. Vaswani et al., "Attention is all you need", Advances in Neural Information Processing Systems, 2017,
      section 3.1.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> block = DecoderBlock(8, 2, 32, rng=rng)
    >>> outputs, cache = block.forward(rng.normal(size=(1, 3, 8)), rng.normal(size=(1, 5, 8)))
    >>> outputs.shape, cache.weights.shape, cache.context_weights.shape
    ((1, 3, 8), (1, 2, 3, 3), (1, 2, 3, 5))
    """

    def _attentions(self) -> tuple[str, ...]:
        return ("attention", "cross_attention")

    def forward(
        self,
        x: ArrayLike,
        context: ArrayLike,
        *,
        mask: ArrayLike | None = None,
        context_mask: ArrayLike | None = None,
    ) -> tuple[Floats, BlockCache]:
        """Compute the outputs.

        Parameters
        ----------
        x : array_like of shape (batch, time, n_features)
            The vectors of the tokens.
        context : array_like of shape (batch, n_keys, n_features)
            The outputs of the encoder.
        mask : array_like of bool, of shape (batch, time) or (batch, time, time), optional
            True where there is a token, False where there is padding.
        context_mask : array_like of bool of shape (batch, n_keys), optional
            The same for the context.

        Returns
        -------
        outputs : ndarray of the shape of `x`
            One for each token.
        cache : BlockCache
            What `backward` needs; its `weights` and `context_weights` are the attention weights.
        """
        x = checks.array(x, "x", ("batch", "time", self.n_features), float32=True)
        context = checks.array(context, "context", (len(x), "n_keys", self.n_features), float32=True)
        present = check_heads_mask(context_mask, (*x.shape[:2], context.shape[1]), "context_mask")
        options: dict[str, dict[str, Any]] = {
            "attention": {"mask": mask, "causal": True},
            "cross_attention": {"context": context, "mask": None if present is None else present[:, 0]},
        }
        outputs, caches = self._run(x, options)
        return outputs, BlockCache(caches[0][1].weights, caches[1][1].weights, caches)


def _rows(table: Floats) -> Floats:
    return table.reshape(-1, table.shape[-1])


def _summed(table: Floats) -> Floats:
    return _rows(table).sum(axis=0)
