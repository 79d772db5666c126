"""A decoder-only transformer, as in GPT: forward and backward, step by step with a cache, and writing."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..nn import Activation, Module, softmax, sparse_categorical_cross_entropy_from_logits
from .blocks import BlockCache, EncoderBlock, LayerNormalization
from .positions import sinusoidal_positions
from .sampling import top_k_probabilities, top_p_probabilities
from .self_attention import KeysAndValues

Floats = NDArray[np.floating]
POSITIONS = ("learned", "sinusoidal", "rotary", "none")
"""How a model knows the order of its tokens."""


class GPTCache(NamedTuple):
    """What the backward pass needs to know of a forward pass of `GPT`.

    Parameters
    ----------
    weights : list of ndarray of shape (batch, n_heads, time, time)
        The attention weights of every block, from the input up.
    ids : ndarray of int of shape (batch, time)
        The tokens.
    blocks : list of BlockCache
        The caches of the blocks.
    norm : object
        That of the last norm, if there is one.
    features : ndarray of shape (batch, time, width)
        What the logits are made of.
    """

    weights: list[Floats]
    ids: NDArray[np.int64]
    blocks: list[BlockCache]
    norm: Any
    features: Floats


class GPTGradients(NamedTuple):
    """Gradients of a loss, as the backward pass of `GPT` returns them.

    Parameters
    ----------
    inputs : ndarray of shape (batch, time, width)
        For the vectors that enter the first block.
    parameters : dict of str to ndarray
        For every parameter, under its name.
    """

    inputs: Floats
    parameters: dict[str, Floats]


class GPT(Module):
    r"""A language model of causal blocks.

    Parameters
    ----------
    n_tokens : int
        Size of the vocabulary.
    n_layers : int
        Number of blocks.
    n_heads : int
        Heads of each block.
    width : int
        Numbers in the vector of a token; a multiple of `n_heads`.
    context : int
        The most tokens that it reads at once.
    n_hidden : int, optional
        Hidden units of each feed-forward network; ``4 * width`` if not given.
    norm : {"before", "after"}, default "before"
        Where the norms stand, see `EncoderBlock`. With "before" there is one more after the last block.
    positions : {"learned", "sinusoidal", "rotary", "none"}, default "learned"
        How it knows the order of the tokens: by a table of vectors that training changes, by sinusoids, for
        which the vectors of the tokens are multiplied by the root of `width`, by turning queries and keys, or
        not at all.
    activation : str or Activation, default "gelu_tanh"
        Of the hidden units.
    tied : bool, default False
        Whether the logits are products with the vectors of the tokens, or have a kernel and bias of their
        own.
    rng : numpy.random.Generator
        Draws the parameters.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    .. math::

       \begin{aligned}
       \mathbf{H}_0 &= \mathbf{E}_{\text{ids}} + \mathbf{P}, \qquad
       \mathbf{H}_l = \text{block}_l(\mathbf{H}_{l-1}), \quad l = 1, \ldots, L \\
       \text{logits} &= \text{norm}(\mathbf{H}_L) \, \mathbf{W} + \mathbf{b}
       \end{aligned}

    :math:`\mathbf{E}` is the parameter ``tokens`` of shape (n_tokens, width), :math:`\mathbf{P}` are the
    first rows of ``positions`` of shape (context, width), :math:`\mathbf{W}` is ``output_kernel`` of shape
    (width, n_tokens), or :math:`\mathbf{E}^{\top}` if tied, and :math:`\mathbf{b}` is ``output_bias``. The
    blocks' parameters are named as in ``block_0.attention.query_kernel``.

    Parity: `dlbook.transformers.keras_models.gpt_model` is the same model in Keras, and ``numpy_gpt`` beside
    it turns that one into this one.

    References
    ----------
    - A. Radford, K. Narasimhan, T. Salimans and I. Sutskever, "Improving language understanding by generative
      pre-training", 2018, section 3.1.
    - A. Radford et al., "Language models are unsupervised multitask learners", 2019, section 2.3.

    Examples
    --------
    >>> model = GPT(5, 2, 2, 8, 16, rng=np.random.default_rng(0))
    >>> logits, cache = model.forward([[0, 3, 1]])
    >>> logits.shape, len(cache.weights), cache.weights[0].shape
    ((1, 3, 5), 2, (1, 2, 3, 3))
    >>> model.generate([0, 3], 4, temperature=0).shape
    (4,)
    """

    def __init__(
        self,
        n_tokens: int,
        n_layers: int,
        n_heads: int,
        width: int,
        context: int,
        *,
        n_hidden: int | None = None,
        norm: str = "before",
        positions: str = "learned",
        activation: str | Activation = "gelu_tanh",
        tied: bool = False,
        rng: np.random.Generator,
    ) -> None:
        self.n_tokens = n_tokens = checks.count(n_tokens, "n_tokens")
        self.width = width = checks.count(width, "width")
        self.n_heads = n_heads = checks.count(n_heads, "n_heads")
        self.context = context = checks.count(context, "context")
        if width % n_heads:
            raise ValueError(f"n_heads must divide width={width}, got {n_heads}")
        self.positions = checks.choice(positions, "positions", POSITIONS)
        if positions == "rotary" and (width // n_heads) % 2:
            raise ValueError(f"width must be an even number a head for rotary positions, got {width}")
        if positions == "sinusoidal" and width % 2:
            raise ValueError(f"width must be even for sinusoidal positions, got {width}")
        rng, deviation = checks.rng(rng), width**-0.5
        for rows, name in ((n_tokens, "n_tokens"), (context, "context")):
            checks.room((rows, width), name)
        n_hidden = 4 * width if n_hidden is None else checks.count(n_hidden, "n_hidden")
        self._own = {"tokens": rng.normal(size=(n_tokens, width)) * deviation}
        if positions == "learned":
            self._own["positions"] = rng.normal(size=(context, width)) * deviation
        if not tied:
            limit = np.sqrt(6.0 / (width + n_tokens))
            self._own["output_kernel"] = rng.uniform(-limit, limit, (width, n_tokens))
            self._own["output_bias"] = np.zeros(n_tokens)
        self.blocks = [
            EncoderBlock(
                width,
                n_heads,
                n_hidden,
                norm=norm,
                activation=activation,
                rotary=positions == "rotary",
                rng=rng,
            )
            for _ in range(checks.count(n_layers, "n_layers", most=10_000))
        ]
        self.final_norm = LayerNormalization(width) if norm == "before" else None

    def forward(self, x: ArrayLike, *, mask: ArrayLike | None = None) -> tuple[Floats, GPTCache]:
        """Return the logits of the token after each token.

        Parameters
        ----------
        x : array_like of int of shape (batch, time)
            Ids, at most `context` in a row.
        mask : array_like of bool of shape (batch, time), optional
            True where there is a token, False where there is padding.

        Returns
        -------
        logits : ndarray of shape (batch, time, n_tokens)
            Their softmax are the probabilities of the next token.
        cache : GPTCache
            What `backward` needs; its `weights` are the attention weights of every block.
        """
        ids = self._check(x, 0)
        h, caches = self._embed(ids, 0), []
        for block in self.blocks:
            h, cache = block.forward(h, mask=mask, causal=True)
            caches.append(cache)
        norm_cache = None
        if self.final_norm is not None:
            h, norm_cache = self.final_norm.forward(h)
        weights = [cache.weights for cache in caches]
        return self._logits(h), GPTCache(weights, ids, caches, norm_cache, h)

    def backward(self, grad: ArrayLike, cache: GPTCache) -> GPTGradients:
        """Send the gradient of a loss from the logits back.

        Parameters
        ----------
        grad : array_like of shape (batch, time, n_tokens)
            Gradient of the loss with respect to the logits.
        cache : GPTCache
            What `forward` returned beside them.

        Returns
        -------
        GPTGradients
            The gradients: `inputs` and `parameters`.
        """
        ids, h = cache.ids, cache.features
        grad = checks.array(grad, "grad", (*ids.shape, self.n_tokens), float32=True)
        flat, rows = grad.reshape(-1, self.n_tokens), h.reshape(-1, self.width)
        found: dict[str, Floats] = {"tokens": np.zeros(self._own["tokens"].shape)}
        if "output_kernel" in self._own:
            found |= {"output_kernel": rows.T @ flat, "output_bias": flat.sum(axis=0)}
        else:
            found["tokens"] += flat.T @ rows
        to = grad @ self._output_kernel().T
        if self.final_norm is not None:
            back = self.final_norm.backward(to, cache.norm)
            found |= {f"final_norm.{key}": value for key, value in back.parameters.items()}
            to = back.inputs
        for i in reversed(range(len(self.blocks))):
            back = self.blocks[i].backward(to, cache.blocks[i])
            found |= {f"block_{i}.{key}": value for key, value in back.parameters.items()}
            to = back.inputs
        np.add.at(found["tokens"], ids, to * self._scale())
        if "positions" in self._own:
            found["positions"] = np.zeros(self._own["positions"].shape)
            found["positions"][: ids.shape[1]] = to.sum(axis=0)
        return GPTGradients(to, {name: found[name] for name in self.parameters})

    def loss_and_gradients(self, x: ArrayLike, y: ArrayLike) -> tuple[float, dict[str, Floats]]:
        """Return the mean cross-entropy of the next tokens, and its gradient for every parameter.

        Parameters
        ----------
        x : array_like of int of shape (batch, time)
            Ids.
        y : array_like of int of shape (batch, time)
            The id that follows each of them.

        Returns
        -------
        loss : float
            In nats for each token.
        gradients : dict of str to ndarray
            Under the names of the parameters.
        """
        logits, cache = self.forward(x)
        targets = checks.integers(y, "y", cache.ids.shape, most=self.n_tokens - 1)
        flat, wanted = logits.reshape(-1, self.n_tokens), targets.reshape(-1)
        loss = sparse_categorical_cross_entropy_from_logits(wanted, flat)
        slope = sparse_categorical_cross_entropy_from_logits.gradient(wanted, flat)
        return float(loss), self.backward(slope.reshape(logits.shape), cache).parameters

    def step(
        self, x: ArrayLike, past: list[KeysAndValues] | None = None
    ) -> tuple[Floats, list[KeysAndValues]]:
        """Read new tokens, without computing anew what was computed of those before.

        Parameters
        ----------
        x : array_like of int of shape (batch, n_new)
            Ids of the new tokens.
        past : list of KeysAndValues, optional
            What the call before returned. None at the beginning.

        Returns
        -------
        logits : ndarray of shape (batch, n_new, n_tokens)
            Those of `forward` at the new tokens.
        past : list of KeysAndValues
            Keys and values of all tokens so far, for each block.
        """
        if past is None:
            before: list[KeysAndValues | None] = [None] * len(self.blocks)
        elif isinstance(past, list) and len(past) == len(self.blocks):
            before = list(past)
        else:
            raise ValueError(f"past must be what the step before returned, got {type(past).__name__}")
        first = before[0]
        start = first.keys.shape[2] if isinstance(first, KeysAndValues) else 0
        ids = self._check(x, start)
        h, after = self._embed(ids, start), []
        for block, kept in zip(self.blocks, before, strict=True):
            h, now = block.step(h, kept)
            after.append(now)
        if self.final_norm is not None:
            h, _ = self.final_norm.forward(h)
        return self._logits(h), after

    def generate(
        self,
        start: ArrayLike,
        n_new: int,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        cached: bool = True,
        rng: np.random.Generator | None = None,
    ) -> NDArray[np.int64]:
        """Go on with a text, one token after the other.

        Parameters
        ----------
        start : array_like of int of shape (n_start,)
            Ids of the beginning, at least one.
        n_new : int
            How many tokens to write, at least 1.
        temperature : float, default 1.0
            The logits are divided by it. 0 takes the most probable token.
        top_k : int, optional
            Draw among that many of the most probable tokens only.
        top_p : float, optional
            Draw among the fewest tokens that make up this probability. After `top_k`, if both are given.
        cached : bool, default True
            Whether keys and values are kept. If not, the whole text is read again for every token, or its
            last `context` tokens. The same tokens come out.
        rng : numpy.random.Generator, optional
            Source of randomness. Needed unless the temperature is 0.

        Returns
        -------
        ndarray of int of shape (n_new,)
            The new ids, without `start`.

        Raises
        ------
        ValueError
            If an id is unknown, a number is out of range, `rng` is missing, or with `cached` the text grows
            beyond `context`.
        """
        text = checks.integers(start, "start", ("n_start",), most=self.n_tokens - 1).tolist()
        n_new = checks.count(n_new, "n_new")
        temperature = checks.not_negative(temperature, "temperature")
        if temperature:
            rng = checks.rng(rng)  # type: ignore[arg-type]
        if cached and len(text) + n_new - 1 > self.context:
            most = self.context + 1 - len(text)
            raise ValueError(f"n_new must be at most {most} after {len(text)} tokens, got {n_new}")
        past, unread = None, text
        for _ in range(n_new):
            if cached:
                logits, past = self.step([unread], past)
            else:
                logits, _ = self.forward([text[-self.context :]])
            chosen = _choose(logits[0, -1], temperature, top_k, top_p, rng)
            unread = [chosen]
            text = [*text, chosen]
        return np.array(text[-n_new:], dtype=np.int64)

    def _check(self, x: ArrayLike, start: int) -> NDArray[np.int64]:
        ids = checks.integers(x, "x", ("batch", "time"), most=self.n_tokens - 1)
        if start + ids.shape[1] > self.context:
            raise ValueError(f"x must end within {self.context} tokens, got {start + ids.shape[1]}")
        return ids

    def _embed(self, ids: NDArray[np.int64], start: int) -> Floats:
        vectors = self._own["tokens"][ids] * self._scale()
        stop = start + ids.shape[1]
        if self.positions == "learned":
            vectors += self._own["positions"][start:stop]
        elif self.positions == "sinusoidal":
            vectors += sinusoidal_positions(stop, self.width)[start:]
        return vectors

    def _scale(self) -> float:
        return self.width**0.5 if self.positions == "sinusoidal" else 1.0

    def _output_kernel(self) -> Floats:
        return self._own["output_kernel"] if "output_kernel" in self._own else self._own["tokens"].T

    def _logits(self, h: Floats) -> Floats:
        logits = h @ self._output_kernel()
        return logits + self._own["output_bias"] if "output_bias" in self._own else logits

    def _modules(self) -> dict[str, Module]:
        named: dict[str, Module] = {f"block_{i}": block for i, block in enumerate(self.blocks)}
        return named if self.final_norm is None else {**named, "final_norm": self.final_norm}

    def _collect(self) -> dict[str, NDArray[np.float64]]:
        found = dict(self._own)
        for part, module in self._modules().items():
            found |= {f"{part}.{name}": value for name, value in module.parameters.items()}
        return found

    def _assign(self, values: dict[str, NDArray[np.float64]]) -> None:
        self._own.update({name: value for name, value in values.items() if name in self._own})
        for part, module in self._modules().items():
            start = f"{part}."
            module.parameters = {n.removeprefix(start): v for n, v in values.items() if n.startswith(start)}


def _choose(
    logits: Floats,
    temperature: float,
    top_k: int | None,
    top_p: float | None,
    rng: np.random.Generator | None,
) -> int:
    """Return an id."""
    if top_k is not None:
        checks.count(top_k, "top_k")
    if top_p is not None:
        checks.number(top_p, "top_p", above=0, most=1)
    if rng is None or temperature == 0:
        return int(logits.argmax())
    with np.errstate(over="ignore"):  # far below the largest: the probability is 0
        below = np.maximum((logits - logits.max()) / temperature, -1e300)
    probabilities = softmax(below) if top_k is None else top_k_probabilities(below, top_k)
    if top_p is not None:
        with np.errstate(divide="ignore"):
            left = np.maximum(np.log(probabilities), -1e300)
        probabilities = top_p_probabilities(left, top_p)
    return int(rng.choice(len(probabilities), p=probabilities))
