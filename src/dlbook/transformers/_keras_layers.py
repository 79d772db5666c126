"""The few layers of a transformer that Keras does not have. Importing this module imports Keras."""

from typing import Any

import keras
from keras import layers, ops

from .positions import position_frequencies, sinusoidal_positions


def gelu_tanh(x: Any) -> Any:
    """Return the approximation of GELU by tanh that GPT has."""
    return keras.activations.gelu(x, approximate=True)


ACTIVATIONS = {
    "relu": keras.activations.relu,
    "gelu": keras.activations.gelu,
    "gelu_tanh": gelu_tanh,
    "silu": keras.activations.silu,
    "tanh": keras.activations.tanh,
}


class Embed(layers.Layer):
    """Turn ids into the sum of the vectors of tokens, of positions and, where there are any, of segments."""

    def __init__(
        self,
        n_tokens: int,
        width: int,
        context: int,
        positions: str,
        n_segments: int = 0,
        **keywords: Any,
    ) -> None:
        super().__init__(**keywords)
        self.n_tokens, self.width, self.context = n_tokens, width, context
        self.positions, self.n_segments = positions, n_segments

    def build(self, *_: Any) -> None:
        """Make the tables."""
        self.tokens = self.add_weight(name="token_table", shape=(self.n_tokens, self.width))
        if self.positions == "learned":
            self.places = self.add_weight(name="position_table", shape=(self.context, self.width))
        if self.n_segments:
            self.segments = self.add_weight(name="segment_table", shape=(self.n_segments, self.width))

    def call(self, ids: Any, segments: Any = None) -> Any:
        """Return the vectors, of shape (batch, time, width)."""
        vectors = ops.take(self.tokens, ids, axis=0)
        time = ops.shape(ids)[1]
        if self.positions == "learned":
            vectors = vectors + self.places[:time]
        elif self.positions == "sinusoidal":
            table = ops.convert_to_tensor(sinusoidal_positions(self.context, self.width), vectors.dtype)
            vectors = vectors * self.width**0.5 + table[:time]
        return vectors if segments is None else vectors + ops.take(self.segments, segments, axis=0)

    def compute_output_shape(self, shape: Any, *_: Any) -> Any:
        """Add an axis for the numbers of a vector."""
        return (*shape, self.width)


class Place(layers.Layer):
    """Add positions to vectors that are no tokens, as to patches of a picture."""

    def __init__(self, context: int, positions: str, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.context, self.positions = context, positions

    def build(self, shape: Any) -> None:
        """Make the table."""
        if self.positions == "learned":
            self.places = self.add_weight(name="position_table", shape=(self.context, shape[-1]))

    def call(self, vectors: Any) -> Any:
        """Return the sums."""
        time = ops.shape(vectors)[1]
        if self.positions == "learned":
            return vectors + self.places[:time]
        if self.positions == "sinusoidal":
            table = sinusoidal_positions(self.context, vectors.shape[-1])
            return vectors + ops.convert_to_tensor(table, vectors.dtype)[:time]
        return vectors

    def compute_output_shape(self, shape: Any) -> Any:
        """Return the shape of the input."""
        return shape


class TiedLogits(layers.Layer):
    """Multiply by the vectors of the tokens."""

    def __init__(self, embed: Embed, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.n_tokens = embed.n_tokens
        self.table = lambda: embed.tokens  # a function, so that the table is not listed as a weight of both

    def call(self, features: Any) -> Any:
        """Return the logits."""
        return ops.matmul(features, ops.transpose(self.table()))

    def compute_output_shape(self, shape: Any) -> Any:
        """Return one number for each token of the vocabulary."""
        return (*shape[:-1], self.n_tokens)


class RotaryAttention(layers.Layer):
    """Self-attention whose queries and keys are turned by their positions; else as Keras's layer."""

    def __init__(self, num_heads: int, key_dim: int, dropout: float = 0.0, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.num_heads, self.key_dim = num_heads, key_dim
        shape = (None, num_heads, key_dim)
        self.query, self.key, self.value = (
            layers.EinsumDense("btf,fhk->bthk", output_shape=shape, bias_axes="hk", name=name)
            for name in ("query", "key", "value")
        )
        self.drop = layers.Dropout(dropout)

    def build(self, shape: Any) -> None:
        """Make the kernels."""
        self.attention_output = layers.EinsumDense(
            "bthk,hkf->btf", output_shape=(None, shape[-1]), bias_axes="f", name="attention_output"
        )
        for layer in (self.query, self.key, self.value):
            layer.build(shape)
        self.attention_output.build((*shape[:-1], self.num_heads, self.key_dim))

    def call(
        self,
        x: Any,
        attention_mask: Any = None,
        use_causal_mask: bool = False,
        training: bool = False,
    ) -> Any:
        """Return the outputs."""
        queries, keys = rotated(self.query(x)), rotated(self.key(x))
        scores = ops.einsum("bqhk,bthk->bhqt", queries, keys) / self.key_dim**0.5
        places = ops.arange(ops.shape(x)[1])
        if use_causal_mask:
            scores = ops.where(places[:, None] >= places, scores, -1e9)
        if attention_mask is not None:  # (batch, 1, time)
            scores = ops.where(attention_mask[:, None], scores, -1e9)
        weights = self.drop(ops.softmax(scores), training=training)
        return self.attention_output(ops.einsum("bhqt,bthk->bqhk", weights, self.value(x)))

    def compute_output_shape(self, shape: Any) -> Any:
        """Return the shape of the input."""
        return shape


def rotated(x: Any) -> Any:
    """Turn neighbouring features by their positions, as `rotate` does, of (batch, time, heads, size)."""
    frequencies = ops.convert_to_tensor(position_frequencies(x.shape[-1]), x.dtype)
    angles = ops.cast(ops.arange(ops.shape(x)[1]), x.dtype)[:, None, None] * frequencies
    cosines, sines = ops.cos(angles), ops.sin(angles)
    even, odd = x[..., 0::2], x[..., 1::2]
    pairs = ops.stack([even * cosines - odd * sines, even * sines + odd * cosines], axis=-1)
    return ops.reshape(pairs, ops.shape(x))
