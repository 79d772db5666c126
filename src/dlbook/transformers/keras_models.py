"""Transformers in Keras, made of its layers: GPT, an encoder as in BERT, and encoder with decoder.

Keras is imported when the first function needs it. All is neutral to the backend. The layers have names, as
``block_0_attention``, so that `numpy_gpt` and `numpy_block` find their weights.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import checks
from .blocks import NORMS, DecoderBlock, EncoderBlock
from .gpt import GPT, POSITIONS

if TYPE_CHECKING:
    import keras

POOLS = ("first", "mean")
"""What stands for a whole sequence: the vector of its first token, or the mean of all that are no padding."""


def gpt_model(
    n_tokens: int,
    n_layers: int,
    n_heads: int,
    width: int,
    context: int,
    *,
    n_hidden: int | None = None,
    norm: str = "before",
    positions: str = "learned",
    activation: str = "gelu_tanh",
    dropout: float = 0.0,
    tied: bool = False,
    padding: bool = False,
    seed: int = 0,
) -> "keras.Model":
    """Make a language model of causal blocks.

    Parameters
    ----------
    n_tokens : int
        Size of the vocabulary.
    n_layers : int
        Number of blocks, at least 1.
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
        How it knows the order of the tokens, see `GPT`.
    activation : {"relu", "gelu", "gelu_tanh", "silu", "tanh"}, default "gelu_tanh"
        Of the hidden units.
    dropout : float, default 0.0
        Share of the outputs of each sublayer, and of the first vectors, that training leaves out.
    tied : bool, default False
        Whether the logits are products with the vectors of the tokens.
    padding : bool, default False
        Whether id 0 is padding, which no token looks at. Padding at the end needs none of this: no token
        sees a later one. Losses leave it out with ``ignore_class=0``.
    seed : int, default 0
        Draws the weights, see `draw_weights`.

    Returns
    -------
    keras.Model
        It turns ids of shape (batch, time) into logits of shape (batch, time, n_tokens).

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> model = gpt_model(5, 1, 2, 8, 16)
    >>> model.output_shape, model.count_params()
    ((None, None, 5), 1101)
    """
    _check(n_heads, width, norm, positions, activation)
    from keras import Input, Model, layers, ops

    from ._keras_layers import Embed, TiedLogits

    for value, name in ((n_tokens, "n_tokens"), (n_layers, "n_layers"), (context, "context")):
        checks.count(value, name)
    ids = Input((None,), dtype="int32", name="ids")
    present = ops.not_equal(ids, 0) if padding else None
    embed = Embed(n_tokens, width, context, positions, name="embed")
    x = _dropout(dropout)(embed(ids))
    for i in range(n_layers):
        x = encoder_block(
            x,
            f"block_{i}",
            n_heads,
            n_hidden,
            norm=norm,
            activation=activation,
            dropout=dropout,
            rotary=positions == "rotary",
            causal=True,
            mask=present,
        )
    if norm == "before":
        x = layers.LayerNormalization(name="final_norm")(x)
    logits = (TiedLogits(embed, name="output") if tied else layers.Dense(n_tokens, name="output"))(x)
    return draw_weights(Model(ids, logits, name="gpt"), seed)


def encoder_model(
    n_layers: int,
    n_heads: int,
    width: int,
    context: int,
    *,
    n_tokens: int | None = None,
    n_features: int | None = None,
    n_segments: int = 0,
    n_outputs: int | None = None,
    pool: str | None = None,
    n_hidden: int | None = None,
    norm: str = "after",
    positions: str = "learned",
    activation: str = "gelu",
    dropout: float = 0.0,
    seed: int = 0,
) -> "keras.Model":
    """Make an encoder: of tokens, as BERT, or of vectors, such as patches of a picture.

    Parameters
    ----------
    n_layers : int
        Number of blocks, at least 1.
    n_heads : int
        Heads of each block.
    width : int
        Numbers in the vector of a token; a multiple of `n_heads`.
    context : int
        The most tokens that it reads at once.
    n_tokens : int, optional
        Size of the vocabulary, if the input is ids. Id 0 is padding. Either this or `n_features` is given.
    n_features : int, optional
        Numbers in each vector, if the input is vectors.
    n_segments : int, default 0
        Kinds of segments: with 2 there is a second input, of the shape of the ids, that says for each token
        to which of two sentences it belongs.
    n_outputs : int, optional
        Outputs of a linear layer at the end: logits, or values. Without it the vectors themselves come out.
    pool : {"first", "mean"}, optional
        What stands for the whole sequence; without it there is an output for every token.
    n_hidden : int, optional
        Hidden units of each feed-forward network; ``4 * width`` if not given.
    norm : {"after", "before"}, default "after"
        Where the norms stand. With "before" there is one more after the last block.
    positions : {"learned", "sinusoidal", "rotary", "none"}, default "learned"
        How it knows the order, see `GPT`.
    activation : {"relu", "gelu", "gelu_tanh", "silu", "tanh"}, default "gelu"
        Of the hidden units.
    dropout : float, default 0.0
        Share of the outputs of each sublayer, and of the first vectors, that training leaves out.
    seed : int, default 0
        Draws the weights.

    Returns
    -------
    keras.Model
        Its outputs have shape (batch, time, size), or with `pool` (batch, size).

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> model = encoder_model(1, 2, 8, 16, n_tokens=5, n_outputs=3, pool="first")
    >>> model.output_shape
    (None, 3)
    """
    _check(n_heads, width, norm, positions, activation)
    if (n_tokens is None) == (n_features is None):
        raise ValueError(f"n_tokens or n_features must be given, one of them, got {n_tokens}, {n_features}")
    if pool is not None:
        checks.choice(pool, "pool", POOLS)
    from keras import Input, Model, layers, ops

    from ._keras_layers import Embed, Place

    for value, name in ((n_layers, "n_layers"), (context, "context")):
        checks.count(value, name)
    present = None
    if n_tokens is not None:
        checks.count(n_tokens, "n_tokens")
        inputs = [Input((None,), dtype="int32", name="ids")]
        present = ops.not_equal(inputs[0], 0)
        if checks.count(n_segments, "n_segments", 0):
            inputs.append(Input((None,), dtype="int32", name="segments"))
        x = Embed(n_tokens, width, context, positions, n_segments, name="embed")(*inputs)
    else:
        size = checks.count(n_features, "n_features")  # type: ignore[arg-type]
        inputs = [Input((None, size), name="vectors")]
        x = Place(context, positions, name="place")(layers.Dense(width, name="project")(inputs[0]))
    x = _dropout(dropout)(x)
    options: dict[str, Any] = {
        "norm": norm,
        "activation": activation,
        "dropout": dropout,
        "rotary": positions == "rotary",
    }
    for i in range(n_layers):
        x = encoder_block(x, f"block_{i}", n_heads, n_hidden, mask=present, **options)
    if norm == "before":
        x = layers.LayerNormalization(name="final_norm")(x)
    if pool == "first":
        x = x[:, 0]
    elif pool == "mean":
        x = layers.GlobalAveragePooling1D()(x, mask=present)
    if n_outputs is not None:
        x = layers.Dense(checks.count(n_outputs, "n_outputs"), name="output")(x)
    return draw_weights(Model(inputs[0] if len(inputs) == 1 else inputs, x, name="encoder"), seed)


def transformer_model(
    n_source: int,
    n_target: int,
    n_layers: int,
    n_heads: int,
    width: int,
    context: int,
    *,
    n_hidden: int | None = None,
    norm: str = "after",
    positions: str = "sinusoidal",
    activation: str = "relu",
    dropout: float = 0.0,
    seed: int = 0,
) -> "keras.Model":
    """Make an encoder and a decoder, as the first transformer.

    Parameters
    ----------
    n_source : int
        Size of the vocabulary of the inputs. Id 0 is padding.
    n_target : int
        Size of the vocabulary of the answers. Id 0 is padding, at their end; losses leave it out with
        ``ignore_class=0``.
    n_layers : int
        Number of blocks of the encoder, and of the decoder.
    n_heads : int
        Heads of each attention.
    width : int
        Numbers in the vector of a token; a multiple of `n_heads`.
    context : int
        The most tokens that it reads or writes.
    n_hidden : int, optional
        Hidden units of each feed-forward network; ``4 * width`` if not given.
    norm : {"after", "before"}, default "after"
        Where the norms stand. With "before" there is one more after the last block of each part.
    positions : {"sinusoidal", "learned", "rotary", "none"}, default "sinusoidal"
        How it knows the order, see `GPT`.
    activation : {"relu", "gelu", "gelu_tanh", "silu", "tanh"}, default "relu"
        Of the hidden units.
    dropout : float, default 0.0
        Share of the outputs of each sublayer, and of the first vectors, that training leaves out.
    seed : int, default 0
        Draws the weights.

    Returns
    -------
    keras.Model
        It turns two arrays of ids, the input and the answer without its last token, into logits of the next
        token of the answer, of shape (batch, time, n_target).

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> transformer_model(5, 7, 1, 2, 8, 16).output_shape
    (None, None, 7)
    """
    _check(n_heads, width, norm, positions, activation)
    from keras import Input, Model, layers, ops

    from ._keras_layers import Embed

    for value, name in ((n_source, "n_source"), (n_target, "n_target"), (context, "context")):
        checks.count(value, name)
    checks.count(n_layers, "n_layers")
    source = Input((None,), dtype="int32", name="source")
    target = Input((None,), dtype="int32", name="target")
    options: dict[str, Any] = {
        "norm": norm,
        "activation": activation,
        "dropout": dropout,
        "rotary": positions == "rotary",
    }

    def start(ids: Any, n_tokens: int, name: str) -> Any:
        embed = Embed(n_tokens, width, context, positions, name=f"{name}_embed")
        return _dropout(dropout)(embed(ids))

    def end(x: Any, name: str) -> Any:
        return layers.LayerNormalization(name=f"{name}_norm")(x) if norm == "before" else x

    memory, present = start(source, n_source, "encoder"), ops.not_equal(source, 0)
    for i in range(n_layers):
        memory = encoder_block(memory, f"encoder_{i}", n_heads, n_hidden, mask=present, **options)
    memory, x = end(memory, "encoder"), start(target, n_target, "decoder")
    for i in range(n_layers):
        x = decoder_block(x, memory, f"decoder_{i}", n_heads, n_hidden, memory_mask=present, **options)
    logits = layers.Dense(n_target, name="output")(end(x, "decoder"))
    return draw_weights(Model([source, target], logits, name="transformer"), seed)


def encoder_block(
    x: Any,
    name: str,
    n_heads: int,
    n_hidden: int | None = None,
    *,
    norm: str = "after",
    activation: str = "relu",
    dropout: float = 0.0,
    rotary: bool = False,
    causal: bool = False,
    mask: Any = None,
) -> Any:
    """Add the layers of a block: self-attention and a feed-forward network.

    Parameters
    ----------
    x : KerasTensor of shape (batch, time, width)
        The vectors of the tokens.
    name : str
        What the names of its layers begin with.
    n_heads : int
        Heads of the attention.
    n_hidden : int, optional
        Hidden units; four times the width if not given.
    norm : {"after", "before"}, default "after"
        Where the norms stand.
    activation : {"relu", "gelu", "gelu_tanh", "silu", "tanh"}, default "relu"
        Of the hidden units.
    dropout : float, default 0.0
        Share of the outputs of each sublayer that training leaves out.
    rotary : bool, default False
        Whether queries and keys are turned by their positions.
    causal : bool, default False
        Whether no token sees a later one.
    mask : KerasTensor of bool of shape (batch, time), optional
        True where there is a token, False where there is padding.

    Returns
    -------
    KerasTensor of the shape of `x`
        The outputs.

    Raises
    ------
    ValueError
        If an argument is outside its range.
    """
    attend = _self_attention(f"{name}_attention", n_heads, x.shape[-1], dropout, rotary, causal, mask)
    x = _sublayer(x, attend, f"{name}_attention", norm, dropout)
    network = _network(name, x.shape[-1], n_hidden, activation)
    return _sublayer(x, network, f"{name}_feed_forward", norm, dropout)


def decoder_block(
    x: Any,
    memory: Any,
    name: str,
    n_heads: int,
    n_hidden: int | None = None,
    *,
    norm: str = "after",
    activation: str = "relu",
    dropout: float = 0.0,
    rotary: bool = False,
    causal: bool = True,
    memory_mask: Any = None,
) -> Any:
    """Add the layers of a block: self-attention, attention over a memory, and a feed-forward network.

    Parameters
    ----------
    x : KerasTensor of shape (batch, time, width)
        The vectors of the tokens.
    memory : KerasTensor of shape (batch, n_keys, width)
        The outputs of the encoder.
    name : str
        What the names of its layers begin with.
    n_heads : int
        Heads of each attention.
    n_hidden : int, optional
        Hidden units; four times the width if not given.
    norm : {"after", "before"}, default "after"
        Where the norms stand.
    activation : {"relu", "gelu", "gelu_tanh", "silu", "tanh"}, default "relu"
        Of the hidden units.
    dropout : float, default 0.0
        Share of the outputs of each sublayer that training leaves out.
    rotary : bool, default False
        Whether queries and keys of the self-attention are turned by their positions.
    causal : bool, default True
        Whether no token sees a later one. Queries of a detector see each other all.
    memory_mask : KerasTensor of bool of shape (batch, n_keys), optional
        True where there is something to look at, False where there is padding.

    Returns
    -------
    KerasTensor of the shape of `x`
        The outputs.

    Raises
    ------
    ValueError
        If an argument is outside its range.
    """
    from keras import layers

    attend = _self_attention(f"{name}_attention", n_heads, x.shape[-1], dropout, rotary, causal, None)
    x = _sublayer(x, attend, f"{name}_attention", norm, dropout)
    seen = None if memory_mask is None else memory_mask[:, None]
    cross = layers.MultiHeadAttention(
        n_heads, x.shape[-1] // n_heads, dropout=dropout, name=f"{name}_cross_attention"
    )
    x = _sublayer(
        x, lambda h: cross(h, memory, attention_mask=seen), f"{name}_cross_attention", norm, dropout
    )
    network = _network(name, x.shape[-1], n_hidden, activation)
    return _sublayer(x, network, f"{name}_feed_forward", norm, dropout)


def draw_weights(model: "keras.Model", seed: int) -> "keras.Model":
    """Start a model from a seed, with the same weights on every backend.

    Parameters
    ----------
    model : keras.Model
        A model. Its weights are changed.
    seed : int
        Draws the weights, at least 0.

    Returns
    -------
    keras.Model
        The same model.

    Notes
    -----
    Kernels are uniform with the limit of Glorot and Bengio, by the numbers that go in and come out: those of
    all heads together, where Keras counts otherwise. Tables of vectors are normal with variance one over the
    width. Everything else, as biases and the parameters of norms, stays as it is.
    """
    rng = np.random.default_rng(checks.count(seed, "seed", 0))
    for variable in model.trainable_variables:
        shape = tuple(variable.shape)
        if "table" in variable.path.rsplit("/", 1)[-1]:
            variable.assign(rng.normal(size=shape) * shape[-1] ** -0.5)
        elif variable.path.endswith("kernel"):
            n_in, n_out = _fans(shape, "attention_output" in variable.path)
            limit = np.sqrt(6.0 / (n_in + n_out))
            variable.assign(rng.uniform(-limit, limit, shape))
    return model


def numpy_block(model: "keras.Model", name: str, *, norm: str = "after") -> EncoderBlock | DecoderBlock:
    """Return a block of a Keras model in NumPy, with its weights.

    Parameters
    ----------
    model : keras.Model
        A model that `encoder_block` or `decoder_block` has put a block into.
    name : str
        The name of the block there, such as ``"block_0"``.
    norm : {"after", "before"}, default "after"
        Where its norms stand.

    Returns
    -------
    EncoderBlock or DecoderBlock
        A decoder block if it attends over a memory.

    Raises
    ------
    ValueError
        If the model has no block of that name.
    """
    from ._keras_layers import ACTIVATIONS, RotaryAttention

    layers = {layer.name: layer for layer in model.layers}
    if f"{name}_attention" not in layers:
        raise ValueError(f"name must be that of a block of the model, got {name!r}")
    attention, hidden = layers[f"{name}_attention"], layers[f"{name}_hidden"]
    width, n_heads, _ = attention.get_weights()[0].shape
    cls = DecoderBlock if f"{name}_cross_attention" in layers else EncoderBlock
    block = cls(
        width,
        n_heads,
        hidden.units,
        norm=norm,
        activation=next(key for key, function in ACTIVATIONS.items() if function is hidden.activation),
        rotary=isinstance(attention, RotaryAttention),
        epsilon=layers[f"{name}_attention_norm"].epsilon,
        rng=np.random.default_rng(0),
    )
    values: list[NDArray] = []
    for part in block.parts:
        names = ["hidden", "output"] if part == "feed_forward" else [part]
        values += [value for key in names for value in layers[f"{name}_{key}"].get_weights()]
    block.parameters = dict(zip(block.parameters, values, strict=True))
    return block


def numpy_gpt(model: "keras.Model") -> GPT:
    """Return a model of `gpt_model` in NumPy, with its weights.

    Parameters
    ----------
    model : keras.Model
        What `gpt_model` returned, trained or not.

    Returns
    -------
    GPT
        The same model. Its logits are those of Keras but for rounding; its caches hold the attention weights
        of all heads.

    Raises
    ------
    ValueError
        If the model is not one of `gpt_model`.

    Examples
    --------
    >>> model = gpt_model(5, 1, 2, 8, 16, seed=3)
    >>> logits, cache = numpy_gpt(model).forward([[0, 3, 1]])
    >>> bool(abs(logits - np.array(model(np.array([[0, 3, 1]])))).max() < 1e-5)
    True
    """
    layers = {layer.name: layer for layer in getattr(model, "layers", ())}
    if not {"embed", "block_0_attention", "output"} <= layers.keys():
        raise ValueError(f"model must be one that gpt_model made, got {model!r:.60}")
    embed, output, final = layers["embed"], layers["output"], layers.get("final_norm")
    n_layers = sum(f"block_{i}_attention" in layers for i in range(len(layers)))
    norm = "after" if final is None else "before"
    blocks = [numpy_block(model, f"block_{i}", norm=norm) for i in range(n_layers)]
    found = GPT(
        embed.n_tokens,
        n_layers,
        blocks[0].n_heads,
        embed.width,
        embed.context,
        n_hidden=blocks[0].parts["feed_forward"].n_hidden,
        norm=norm,
        positions=embed.positions,
        activation=blocks[0].parts["feed_forward"].activation,
        tied=not output.get_weights(),
        rng=np.random.default_rng(0),
    )
    own = dict(zip(("tokens", "positions"), embed.get_weights(), strict=False))
    own |= dict(zip(("output_kernel", "output_bias"), output.get_weights(), strict=False))
    if final is not None:
        own |= dict(zip(("final_norm.gamma", "final_norm.beta"), final.get_weights(), strict=True))
    for i, block in enumerate(blocks):
        own |= {f"block_{i}.{key}": value for key, value in block.parameters.items()}
    found.parameters = own
    return found


def _check(n_heads: int, width: int, norm: str, positions: str, activation: str) -> None:
    """Refuse what fits no model."""
    checks.count(n_heads, "n_heads")
    if checks.count(width, "width") % n_heads:
        raise ValueError(f"n_heads must divide width={width}, got {n_heads}")
    checks.choice(norm, "norm", NORMS)
    checks.choice(positions, "positions", POSITIONS)
    checks.choice(activation, "activation", ("relu", "gelu", "gelu_tanh", "silu", "tanh"))
    if positions == "rotary" and (width // n_heads) % 2:
        raise ValueError(f"width must be an even number a head for rotary positions, got {width}")


def _sublayer(x: Any, sublayer: Callable[[Any], Any], name: str, norm: str, dropout: float) -> Any:
    """Wrap a sublayer in a residual connection and a norm."""
    from keras import layers

    checks.choice(norm, "norm", NORMS)
    normalize, drop = layers.LayerNormalization(name=f"{name}_norm"), _dropout(dropout)
    if norm == "before":
        return layers.Add()([x, drop(sublayer(normalize(x)))])
    return normalize(layers.Add()([x, drop(sublayer(x))]))


def _dropout(rate: float) -> Callable[[Any], Any]:
    """Return a layer, or nothing: where nothing is dropped, a layer would only make the model longer."""
    from keras import layers

    share = checks.number(rate, "dropout", least=0, below=1)
    return layers.Dropout(share) if share else lambda x: x


def _self_attention(
    name: str, n_heads: int, width: int, dropout: float, rotary: bool, causal: bool, mask: Any
) -> Callable[[Any], Any]:
    from keras import layers

    from ._keras_layers import RotaryAttention

    if width % checks.count(n_heads, "n_heads"):
        raise ValueError(f"n_heads must divide width={width}, got {n_heads}")
    options: dict[str, Any] = {
        "num_heads": n_heads,
        "key_dim": width // n_heads,
        "dropout": dropout,
        "name": name,
    }
    seen = None if mask is None else mask[:, None]  # (batch, 1, time): the same for every query
    if rotary:
        turned = RotaryAttention(**options)
        return lambda x: turned(x, attention_mask=seen, use_causal_mask=causal)
    plain = layers.MultiHeadAttention(**options)
    return lambda x: plain(x, x, attention_mask=seen, use_causal_mask=causal)


def _network(name: str, width: int, n_hidden: int | None, activation: str) -> Callable[[Any], Any]:
    from keras import layers

    from ._keras_layers import ACTIVATIONS

    function = ACTIVATIONS[checks.choice(activation, "activation", ACTIVATIONS)]
    units = 4 * width if n_hidden is None else checks.count(n_hidden, "n_hidden")
    hidden = layers.Dense(units, activation=function, name=f"{name}_hidden")
    output = layers.Dense(width, name=f"{name}_output")
    return lambda x: output(hidden(x))


def _fans(shape: tuple[int, ...], mixes_heads: bool) -> tuple[int, int]:
    """Return how many numbers go into a kernel, and how many come out."""
    size = int(np.prod(shape))
    if len(shape) == 3:
        n_in = shape[0] * shape[1] if mixes_heads else shape[0]
        return n_in, size // n_in
    n_in = size // shape[-1]
    return n_in, size // shape[-2]
