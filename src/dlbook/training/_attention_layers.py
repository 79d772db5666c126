"""The decoder with attention as layers of Keras. Importing this module imports Keras."""

from typing import Any

import keras
from keras import ops

from .seq2seq import EOS, SOS

_FAR = -1e9  # a score whose weight is zero


class AttentionDecoder(keras.layers.Layer):
    """Write an answer with a GRU that looks back at the states of an encoder at every step."""

    def __init__(self, n_target: int, units: int, embedding: int, score: str, seed: int) -> None:
        super().__init__()
        glorot, orthogonal = keras.initializers.GlorotUniform, keras.initializers.Orthogonal
        self.score, self.units, self.seed = score, units, seed
        self.embedding = keras.layers.Embedding(
            n_target, embedding, embeddings_initializer=keras.initializers.RandomUniform(seed=seed)
        )
        self.cell = keras.layers.GRUCell(
            units, kernel_initializer=glorot(seed + 1), recurrent_initializer=orthogonal(seed=seed + 2)
        )
        self.output_layer = keras.layers.Dense(n_target, kernel_initializer=glorot(seed + 3))
        self.supports_masking, self.supports_jit = True, keras.backend.backend() != "tensorflow"

    def build(self, target_shape: Any, memory_shape: Any, present_shape: Any) -> None:
        """Make the weights of the score, and those of the parts."""
        n_memory = memory_shape[-1]

        def weights(name: str, shape: tuple[int, ...], step: int) -> Any:
            start = keras.initializers.GlorotUniform(self.seed + step)
            return self.add_weight(name=name, shape=shape, initializer=start)

        if self.score == "additive":
            self.key_kernel = weights("key_kernel", (n_memory, self.units), 4)
            self.query_kernel = weights("query_kernel", (self.units, self.units), 5)
            self.scale = weights("scale", (self.units, 1), 6)
        elif self.score == "general":
            self.kernel = weights("kernel", (self.units, n_memory), 4)
        self.embedding.build(target_shape)
        self.cell.build((None, self.embedding.output_dim + n_memory))
        self.output_layer.build((None, self.units))
        self.built = True

    def keys(self, memory: Any) -> Any:
        """Return what every step compares its state with: computed once for an input."""
        if self.score == "additive":
            return ops.matmul(memory, self.key_kernel)
        if self.score == "general":
            return ops.matmul(memory, ops.transpose(self.kernel))
        return memory / self.units**0.5 if self.score == "scaled" else memory

    def attend(self, state: Any, keys: Any, present: Any) -> Any:
        """Return the weights for the state before a step, of shape (batch, source length)."""
        if self.score == "mean":
            return present / ops.sum(present, axis=-1, keepdims=True)
        if self.score == "last":
            after = ops.concatenate([present[:, 1:], ops.zeros_like(present[:, :1])], axis=1)
            return present * (1.0 - after)
        if self.score == "additive":
            query = ops.matmul(state, self.query_kernel)[:, None]
            scores = ops.matmul(ops.tanh(keys + query), self.scale)[..., 0]
        else:
            scores = ops.matmul(keys, state[..., None])[..., 0]
        scores = ops.where(present > 0, scores, _FAR)
        powers = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
        return powers / ops.sum(powers, axis=-1, keepdims=True)

    def step(self, token: Any, state: Any, weights: Any, memory: Any) -> Any:
        """Return the state after a step."""
        context = ops.sum(weights[..., None] * memory, axis=1)  # (batch, n_memory)
        return self.cell(ops.concatenate([token, context], axis=-1), [state])[0]

    def call(self, target: Any, memory: Any, present: Any) -> Any:
        """Return the logits of every step, and the weights, under teacher forcing."""
        keys = self.keys(memory)

        def step(before: Any, token: Any) -> Any:
            weights = self.attend(before[0], keys, present)
            after = self.step(token, before[0], weights, memory), weights
            return after, after  # TensorFlow stacks only what has the form of what is carried

        tokens = ops.swapaxes(self.embedding(target), 0, 1)
        _, (states, weights) = ops.scan(step, (memory[:, -1], ops.zeros_like(present)), tokens)
        return self.output_layer(ops.swapaxes(states, 0, 1)), ops.swapaxes(weights, 0, 1)

    def next(self, token: Any, state: Any, memory: Any, present: Any) -> Any:
        """Return the logits of one step, the state after it, and the weights that were used."""
        weights = self.attend(state, self.keys(memory), present)
        state = self.step(self.embedding(token), state, weights, memory)
        return self.output_layer(state), state, weights

    def compute_mask(self, *_: Any) -> Any:
        """Say nothing of padding: the weights of the samples do."""
        return None, None

    def compute_output_shape(self, target_shape: Any, memory_shape: Any, present_shape: Any) -> Any:
        """Return the shapes of logits and weights."""
        batch, steps = target_shape
        return (batch, steps, self.output_layer.units), (batch, steps, memory_shape[1])


class OneStep(keras.layers.Layer):
    """Take one step of a decoder."""

    def __init__(self, decoder: AttentionDecoder) -> None:
        super().__init__()
        self.decoder = decoder
        self.supports_masking, self.supports_jit = True, keras.backend.backend() != "tensorflow"

    def call(self, token: Any, state: Any, memory: Any, present: Any) -> Any:
        """Return the logits, with an axis for the one step, and the state after it."""
        logits, state, _ = self.decoder.next(token[:, 0], state, memory, present)
        return logits[:, None], state

    def compute_mask(self, *_: Any) -> Any:
        """Say nothing of padding."""
        return None, None

    def compute_output_shape(
        self, token_shape: Any, state_shape: Any, memory_shape: Any, present_shape: Any
    ) -> Any:
        """Return the shapes of logits and state."""
        return (*token_shape, self.decoder.output_layer.units), state_shape


class Writer(keras.layers.Layer):
    """Let a trained decoder read its own words, and perhaps change its weights."""

    def __init__(self, decoder: AttentionDecoder, length: int, change: str) -> None:
        super().__init__()
        self.decoder, self.length, self.change = decoder, length, change
        self.supports_masking, self.supports_jit = True, keras.backend.backend() != "tensorflow"

    def call(self, memory: Any, present: Any, order: Any) -> Any:
        """Return the words and the weights, one step after the other."""
        decoder, keys = self.decoder, self.decoder.keys(memory)

        def step(before: Any, _: Any) -> Any:
            state, token, _ = before
            weights = changed(decoder.attend(state, keys, present), present, order, self.change)
            state = decoder.step(decoder.embedding(token), state, weights, memory)
            logits = decoder.output_layer(state)[:, EOS:]  # padding and start are never written
            token = EOS + ops.cast(ops.argmax(logits, axis=-1), "int32")
            return (state, token, weights), (state, token, weights)

        start = ops.full_like(ops.cast(present[:, 0], "int32"), SOS)
        first = memory[:, -1], start, ops.zeros_like(present)
        _, (_, words, weights) = ops.scan(step, first, None, length=self.length)
        return ops.swapaxes(words, 0, 1), ops.swapaxes(weights, 0, 1)

    def compute_mask(self, *_: Any) -> Any:
        """Say nothing of padding."""
        return None, None

    def compute_output_shape(self, memory_shape: Any, present_shape: Any, order_shape: Any) -> Any:
        """Return the shapes of words and weights."""
        batch, steps = present_shape
        return (batch, self.length), (batch, self.length, steps)


def changed(weights: Any, present: Any, order: Any, change: str) -> Any:
    """Return other weights that sum to 1 over the real positions."""
    if change == "uniform":
        return present / ops.sum(present, axis=-1, keepdims=True)
    if change == "shuffled":
        return ops.take_along_axis(weights, order, axis=-1)
    if change == "without the largest":
        largest = ops.max(weights, axis=-1, keepdims=True)
        others = ops.where(weights < largest, weights, 0.0) + 1e-9 * present
        return others / ops.sum(others, axis=-1, keepdims=True)
    return weights
