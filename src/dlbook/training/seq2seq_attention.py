"""An encoder, and a decoder that looks back at every state of the encoder, in Keras."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ._shared import load_keras
from .seq2seq import EOS, PAD, Seq2Seq

if TYPE_CHECKING:
    import keras

SCORES = ("additive", "dot", "general", "scaled", "last", "mean")
"""The scores of `AttentionSeq2Seq`; the last two are fixed weights, for comparison."""

CHANGES = ("none", "uniform", "shuffled", "without the largest")
"""What can be done to the weights of a trained network."""

_AT_A_TIME = 500  # sources that are answered together
_LAST = 2.0  # above every random number: padding stays behind


class AttentionSeq2Seq(Seq2Seq):
    def __init__(
        self,
        n_source: int,
        n_target: int,
        *,
        units: int,
        embedding: int,
        score: str = "additive",
        max_length: int = 64,
        seed: int = 0,
    ) -> None:
        self.n_source = checks.count(n_source, "n_source", least=3)
        self.n_target = checks.count(n_target, "n_target", least=4)
        self.max_length = checks.count(max_length, "max_length")
        self.score = checks.choice(score, "score", SCORES)
        units, embedding = checks.count(units, "units"), checks.count(embedding, "embedding")
        seed = checks.count(seed, "seed", least=0)
        keras = load_keras()
        from ._attention_layers import AttentionDecoder, OneStep

        draw = keras.initializers
        embed = keras.layers.Embedding(
            self.n_source,
            embedding,
            mask_zero=True,
            embeddings_initializer=draw.RandomUniform(seed=seed + 10),
        )
        reader = keras.layers.GRU(
            units,
            return_sequences=True,
            kernel_initializer=draw.GlorotUniform(seed + 11),
            recurrent_initializer=draw.Orthogonal(seed=seed + 12),
        )
        self._decoder = AttentionDecoder(self.n_target, units, embedding, score, seed)

        source = keras.Input((None,), dtype="int32", name="source")
        target_in = keras.Input((None,), dtype="int32", name="target_in")
        states = reader(embed(source))
        present = keras.ops.cast(source != PAD, "float32")
        logits, weights = self._decoder(target_in, states, present)
        self.model = keras.Model([source, target_in], logits)
        self.encoder = keras.Model(source, [states[:, -1], states, present])
        self._weigher = keras.Model([source, target_in], weights)

        token = keras.Input((1,), dtype="int32", name="token")
        before = keras.Input((units,), name="state")
        read = keras.Input((None, units), name="states")
        real = keras.Input((None,), name="present")
        one, after = OneStep(self._decoder)(token, before, read, real)
        self.stepper = keras.Model([token, before, read, real], [one, after, read, real])
        self._writers: dict[tuple[int, str], Any] = {}

    def answer(
        self,
        source: ArrayLike,
        max_length: int | None = None,
        *,
        change: str = "none",
        rng: np.random.Generator | None = None,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        steps = self.max_length if max_length is None else max_length
        steps = checks.count(steps, "max_length", most=self.max_length)
        change = checks.choice(change, "change", CHANGES)
        read = self._sources(source)
        noise = np.zeros(read.shape) if rng is None else checks.rng(rng).random(read.shape)
        order = np.argsort(np.where(read == PAD, _LAST, noise), axis=1, kind="stable").astype(np.int32)
        if (steps, change) not in self._writers:
            self._writers[steps, change] = self._writer(steps, change)
        writer = self._writers[steps, change]
        words, weights = writer.predict([read, order], verbose=0, batch_size=_AT_A_TIME)
        behind = np.cumsum(words == EOS, axis=1) - (words == EOS) > 0
        return np.where(behind, PAD, words).astype(np.int32), weights

    def _writer(self, length: int, change: str) -> "keras.Model":
        keras = load_keras()
        from ._attention_layers import Writer

        source = keras.Input((None,), dtype="int32")
        order = keras.Input((None,), dtype="int32")
        _, states, present = self.encoder(source)
        return keras.Model([source, order], Writer(self._decoder, length, change)(states, present, order))
