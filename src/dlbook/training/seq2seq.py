"""A network that reads one sequence and writes another: encoder and decoder, trained together, in Keras."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..nn.softmax_functions import log_probabilities
from ._shared import check_ids, load_keras
from .builders import _initializer, _seeds, _token_layer, recurrent_layer

PAD, SOS, EOS = 0, 1, 2
"""The first ids of every vocabulary of `dlbook.text`: padding, start and end of a sequence."""

Memory = tuple[NDArray[np.float32], ...]
"""What the decoder keeps of a source: arrays with one row a source."""


class Seq2Seq:
    r"""An encoder that reads a sequence, and a decoder that writes another from the encoder's last state.

    Parameters
    ----------
    n_source : int
        Size of the vocabulary of the sources, at least 3.
    n_target : int
        Size of the vocabulary of the targets, at least 4. In both, ids 0, 1 and 2 are padding, start and end.
    units : int
        Number of units of encoder and decoder, at least 1.
    embedding : int, optional
        Size of the learned vector of a token. Without one, tokens enter as one-hot vectors.
    kind : {"gru", "lstm", "rnn", "irnn"}, default "gru"
        Kind of the two recurrent layers, see `recurrent_layer`.
    max_length : int, default 64
        The longest target, its end included.
    seed : int, optional
        Draws all starting weights. Two networks with one seed are equal on the same backend.

    Attributes
    ----------
    model : keras.Model
        From ``[source, target_in]``, ids of shapes (batch, T_x) and (batch, T_y), to the logits of the next
        target token, of shape (batch, T_y, n_target). A plain Keras model, for ``compile``, ``fit`` and
        ``evaluate``.
    encoder, stepper : keras.Model
        Its two halves, with the same weights: from sources to states, and from one token and the states
        before it to the logits and the states after it.

    Raises
    ------
    ValueError
        If a number is too small, or `kind` is unknown.

    Notes
    -----
    .. math::

        \begin{aligned}
        \mathbf{h}_j &= f(\mathbf{h}_{j-1}, \mathbf{x}_j), \quad \mathbf{s}_0 = \mathbf{h}_{T_x} \\
        \mathbf{s}_t &= g(\mathbf{s}_{t-1}, \mathbf{y}_{t-1}), \quad
        p(y_t \mid y_1, \ldots, y_{t-1}, \mathbf{x}) = \text{softmax}(\mathbf{V} \mathbf{s}_t + \mathbf{b})
        \end{aligned}

    ====================  ===========================================
    symbol                meaning
    ====================  ===========================================
    :math:`\mathbf{h}_j`  state of the encoder after token j
    :math:`\mathbf{s}_t`  state of the decoder at output t
    :math:`\mathbf{V}`    weights of the output
    ====================  ===========================================

    An LSTM hands over its cell as well. Where a source is padded the state stands still, wherever the padding
    is: turn a source round with ``source[:, ::-1]``. Padded targets do not count in the loss; metrics need
    the weights that `samples` gives, because Keras loses the mask with JAX. Start and padding are never
    written: `greedy` and `next_log_probabilities` leave them out.

    References
    ----------
    - I. Sutskever, O. Vinyals and Q. V. Le, "Sequence to sequence learning with neural networks", NeurIPS
      2014.
    - K. Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical machine
      translation", EMNLP 2014.

    Examples
    --------
    >>> network = Seq2Seq(8, 6, units=4, embedding=3, seed=0)
    >>> inputs, target, weights = network.samples([[3, 4, 5], [6, 0, 0]], [[5, 2, 0], [3, 4, 2]])
    >>> inputs[1]
    array([[1, 5, 0],
           [1, 3, 4]], dtype=int32)
    >>> network.model.predict_on_batch(inputs).shape
    (2, 3, 6)
    >>> network.greedy([[3, 4, 5]], max_length=4).shape
    (1, 4)
    """

    def __init__(
        self,
        n_source: int,
        n_target: int,
        *,
        units: int,
        embedding: int | None = None,
        kind: str = "gru",
        max_length: int = 64,
        seed: int | None = None,
    ) -> None:
        self.n_source = checks.count(n_source, "n_source", least=3)
        self.n_target = checks.count(n_target, "n_target", least=4)
        self.max_length = checks.count(max_length, "max_length")
        units = checks.count(units, "units")
        if embedding is not None:
            embedding = checks.count(embedding, "embedding")
        keras, seeds = load_keras(), _seeds(seed)
        embed_source = _token_layer(self.n_source, embedding, True, next(seeds))
        embed_target = _token_layer(self.n_target, embedding, True, next(seeds))
        reader = recurrent_layer(kind, units, return_state=True, seed=next(seeds))
        writer = recurrent_layer(kind, units, return_sequences=True, return_state=True, seed=next(seeds))
        output = keras.layers.Dense(
            self.n_target, kernel_initializer=_initializer("GlorotUniform", next(seeds))
        )

        source = keras.Input((None,), dtype="int32", name="source")
        target_in = keras.Input((None,), dtype="int32", name="target_in")
        _, *states = reader(embed_source(source))
        written, *_ = writer(embed_target(target_in), initial_state=states)
        self.model = keras.Model([source, target_in], output(written))
        self.encoder = keras.Model(source, states)

        token = keras.Input((1,), dtype="int32", name="token")
        before = [keras.Input((units,), name=f"state_{i}") for i in range(len(states))]
        written, *after = writer(embed_target(token), initial_state=before)
        self.stepper = keras.Model([token, *before], [output(written), *after])

    def samples(
        self, source: ArrayLike, target: ArrayLike
    ) -> tuple[list[NDArray[np.int32]], NDArray[np.int32], NDArray[np.float32]]:
        """Check sources and targets, and return what ``fit`` wants.

        Parameters
        ----------
        source : array_like of int of shape (n_samples, T_x)
            Ids, padded with 0.
        target : array_like of int of shape (n_samples, T_y)
            Ids, each row closed by the end token and then padded with 0, without the start token.

        Returns
        -------
        inputs : list of two ndarray of int
            The sources, and the targets one step later behind the start token: teacher forcing.
        target : ndarray of int of shape (n_samples, T_y)
            The targets.
        weights : ndarray of shape (n_samples, T_y)
            1 for a token, 0 for padding: ``sample_weight``.

        Raises
        ------
        ValueError
            If an id is unknown, a source is empty, a target is longer than `max_length` or not closed by the
            end token, or the numbers of rows differ.
        """
        read = self._sources(source)
        wanted = check_ids(target, self.n_target, (len(read), "T_y"), "target")
        if wanted.shape[1] > self.max_length:
            raise ValueError(
                f"target must have at most max_length={self.max_length} tokens, got {wanted.shape[1]}"
            )
        real = wanted != PAD
        ends = real.sum(axis=1)
        closed = (wanted == EOS).sum(axis=1) == 1
        closed &= (ends > 0) & (wanted[np.arange(len(wanted)), ends - 1] == EOS)
        if not closed.all():
            row = int(np.flatnonzero(~closed)[0])
            raise ValueError(
                f"target must have rows closed by one end token {EOS}, padded after it, "
                f"got {wanted[row].tolist()} in row {row}"
            )
        shifted = np.where(real, np.roll(wanted, 1, axis=1), PAD)
        shifted[:, 0] = SOS
        return [read, shifted], wanted, real.astype(np.float32)

    def encode(self, source: ArrayLike) -> Memory:
        """Read sources.

        Parameters
        ----------
        source : array_like of int of shape (n_samples, T_x)
            Ids, padded with 0.

        Returns
        -------
        tuple of ndarray of shape (n_samples, units)
            The last states: one array, two for an LSTM.

        Raises
        ------
        ValueError
            If an id is unknown or a source is empty.
        """
        states = self.encoder.predict_on_batch(self._sources(source))
        return tuple(states) if isinstance(states, list | tuple) else (states,)

    def next_log_probabilities(self, prefixes: ArrayLike, memory: Memory) -> NDArray[np.float64]:
        """Return the log probability of every token that may come next.

        Parameters
        ----------
        prefixes : array_like of int of shape (n_prefixes, t)
            What has been written so far, all of one length, each beginning with the start token.
        memory : tuple of ndarray
            What `encode` returned: one row for each prefix, or one row for all of them.

        Returns
        -------
        ndarray of shape (n_prefixes, n_target)
            Log probabilities. Start and padding have ``-inf``, the others sum to 1.

        Raises
        ------
        ValueError
            If an id is unknown, a prefix does not begin with the start token or is longer than `max_length`,
            or the rows of the memory do not fit.

        Examples
        --------
        >>> network = Seq2Seq(8, 6, units=4, seed=0)
        >>> memory = network.encode([[3, 4, 5]])
        >>> log_p = network.next_log_probabilities([[1, 3], [1, 5]], memory)
        >>> log_p.shape, bool(abs(np.exp(log_p).sum(axis=1) - 1).max() < 1e-6)
        ((2, 6), True)
        """
        tokens = check_ids(prefixes, self.n_target, ("n_prefixes", "t"), "prefixes")
        n, length = tokens.shape
        unopened = tokens[:, 0] != SOS
        if unopened.any():
            row = int(unopened.argmax())
            raise ValueError(
                f"prefixes must begin with the start token {SOS}, got {int(tokens[row, 0])} in row {row}"
            )
        if length > self.max_length:
            raise ValueError(f"prefixes must have at most {self.max_length} tokens, got {length}")
        for kept in map(len, memory):
            if kept not in (1, n):
                raise ValueError(f"memory must have one row or {n}, got {kept}")
        rows = 1 << (n - 1).bit_length()  # few shapes, so that little is compiled
        states: Any = [
            np.resize(np.repeat(part, n // len(part), axis=0), (rows, *part.shape[1:])) for part in memory
        ]
        filled = np.resize(tokens, (rows, length))
        for t in range(length):
            logits, *states = self.stepper.predict_on_batch([filled[:, t : t + 1], *states])
        return log_probabilities(_allowed(logits[:n, 0]))

    def greedy(self, source: ArrayLike, max_length: int | None = None) -> NDArray[np.int32]:
        """Write the most probable token at every step, and read it at the next: free running.

        Parameters
        ----------
        source : array_like of int of shape (n_samples, T_x)
            Ids, padded with 0.
        max_length : int, optional
            Where to stop a row that does not end by itself; as long as the network allows if not given.

        Returns
        -------
        ndarray of int of shape (n_samples, max_length)
            What was written, with the end token, then padding.

        Raises
        ------
        ValueError
            If an id is unknown, a source is empty, or `max_length` is above that of the network.
        """
        steps = self.max_length if max_length is None else max_length
        steps = checks.count(steps, "max_length", most=self.max_length)
        states: Any = list(self.encode(source))
        n = len(states[0])
        written = np.zeros((n, steps), dtype=np.int32)
        token, open_rows = np.full((n, 1), SOS, dtype=np.int32), np.ones(n, dtype=bool)
        for t in range(steps):
            logits, *states = self.stepper.predict_on_batch([token, *states])
            best = _allowed(logits[:, 0]).argmax(axis=1)
            written[:, t] = np.where(open_rows, best, PAD)
            open_rows &= best != EOS
            if not open_rows.any():
                break
            token = written[:, t : t + 1]
        return written

    def _sources(self, source: ArrayLike) -> NDArray[np.int32]:
        read = check_ids(source, self.n_source, ("n_samples", "T_x"), "source")
        empty = ~(read != PAD).any(axis=1)
        if empty.any():
            row = int(np.flatnonzero(empty)[0])
            raise ValueError(f"source must have a token in every row, got only padding in row {row}")
        return read


def _allowed(logits: NDArray) -> NDArray[np.float64]:
    """Return logits in double precision, in which start and padding are impossible."""
    kept = logits.astype(np.float64)
    kept[:, [PAD, SOS]] = -np.inf
    return kept
