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
    r"""An encoder, and a decoder that looks at all states of the encoder at every step: GRUs with attention.

    Parameters
    ----------
    n_source : int
        Size of the vocabulary of the sources, at least 3.
    n_target : int
        Size of the vocabulary of the targets, at least 4. In both, ids 0, 1 and 2 are padding, start and end.
    units : int
        Number of units of encoder and decoder, at least 1; also of the hidden layer of the additive score.
    embedding : int
        Size of the learned vector of a token, at least 1.
    score : {"additive", "dot", "general", "scaled", "last", "mean"}, default "additive"
        How a state of the decoder is compared with one of the encoder, as in
        `dlbook.encoder_decoder.Attention`. With "last" all weight lies on the last state of the encoder, and
        with "mean" each state has the same: one vector for all steps, in a network with as many parameters as
        that with "dot".
    max_length : int, default 64
        The longest target, its end included.
    seed : int, default 0
        Draws all starting weights. Two networks with one seed are equal on the same backend.

    Attributes
    ----------
    model : keras.Model
        From ``[source, target_in]``, ids of shapes (batch, T_x) and (batch, T_y), to the logits of the next
        target token, of shape (batch, T_y, n_target).
    encoder, stepper : keras.Model
        Its two halves, with the same weights: from sources to the first state of the decoder, the states of
        the encoder and the mask; and from one token and these to the logits and these.

    Raises
    ------
    ValueError
        If a number is too small, or `score` is unknown.

    Notes
    -----
    .. math::

       \begin{aligned}
       \mathbf{h}_j &= \text{GRU}(\mathbf{h}_{j-1}, \mathbf{x}_j), \qquad \mathbf{s}_0 = \mathbf{h}_{T_x} \\
       e_{tj} &= \text{score}(\mathbf{s}_{t-1}, \mathbf{h}_j), \qquad
           \boldsymbol{\alpha}_t = \text{softmax}(\mathbf{e}_t), \qquad
           \mathbf{c}_t = \sum_j \alpha_{tj} \mathbf{h}_j \\
       \mathbf{s}_t &= \text{GRU}(\mathbf{s}_{t-1}, [\mathbf{y}_{t-1}; \mathbf{c}_t]), \qquad
           p(y_t) = \text{softmax}(\mathbf{V}^{\top} \mathbf{s}_t + \mathbf{b})
       \end{aligned}

    The score of step t reads the state *before* the step: :math:`\mathbf{s}_t` needs :math:`\mathbf{c}_t`.
    Padded targets do not count in the loss if ``fit`` gets the weights that `samples` returns.

    References
    ----------
    - D. Bahdanau, K. Cho and Y. Bengio, "Neural machine translation by jointly learning to align and
      translate", International Conference on Learning Representations, 2015, section 3.1.

    Examples
    --------
    >>> network = AttentionSeq2Seq(8, 6, units=4, embedding=3, max_length=5, seed=0)
    >>> words, weights = network.answer([[3, 4, 5], [6, 0, 0]])
    >>> words.shape, weights.shape, weights[1, 0].tolist()
    ((2, 5), (2, 5, 3), [1.0, 0.0, 0.0])
    """

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
        """Write the most probable token at every step, and return the attention weights as well.

        Parameters
        ----------
        source : array_like of int of shape (n_samples, T_x)
            Ids, padded with 0.
        max_length : int, optional
            Number of steps; as many as the network allows if not given.
        change : {"none", "uniform", "shuffled", "without the largest"}, default "none"
            What is done to the weights at every step before they are used: nothing; the same weight for every
            position; the weights of other positions, in one random order for a source; or the largest weight
            made zero, and the others scaled to sum to 1.
        rng : numpy.random.Generator, optional
            Draws the order of "shuffled". Without one nothing is shuffled.

        Returns
        -------
        words : ndarray of int of shape (n_samples, max_length)
            What was written, with the end token, then padding.
        weights : ndarray of shape (n_samples, max_length, T_x)
            The weights that were used, also for the steps behind the end.

        Raises
        ------
        ValueError
            If an id or `change` is unknown, a source is empty, or `max_length` is above that of the network.
        """
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
