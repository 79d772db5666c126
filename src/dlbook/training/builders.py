"""Recurrent networks in Keras, started from a seed: for classes, values and the next character."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import checks
from ._shared import check_model, copy_variables, load_keras, stateful_layers

if TYPE_CHECKING:
    import keras

KINDS = ("rnn", "lstm", "gru", "irnn")
"""The kinds of recurrent layers: simple, LSTM, GRU, and simple with ReLU and an identity start."""


def recurrent_layer(
    kind: str,
    units: int,
    *,
    return_sequences: bool = False,
    stateful: bool = False,
    bidirectional: bool = False,
    seed: int | None = None,
    **options: Any,
) -> "keras.layers.Layer":
    r"""Make one recurrent layer.

    Parameters
    ----------
    kind : {"rnn", "lstm", "gru", "irnn"}
        A simple recurrent layer with tanh, an LSTM, a GRU, or a simple layer with ReLU that starts with the
        identity as its recurrent weights.
    units : int
        Number of units, at least 1, in each direction.
    return_sequences : bool, default False
        Whether every step has an output, or the last one only.
    stateful : bool, default False
        Whether the state after a batch is the first state of the next batch. This works in compiled training
        and prediction on every backend; see Notes.
    bidirectional : bool, default False
        Whether a second layer reads the sequence from its end. The outputs stand side by side,
        ``2 * units`` of them.
    seed : int, optional
        Draws all starting weights, those of the two directions differently. Without one Keras draws them, as
        after ``keras.utils.set_random_seed``.
    **options
        Further arguments of the Keras layer, such as ``reset_after``, ``recurrent_dropout`` or
        ``unroll``. They win over what `kind` and `seed` say.

    Returns
    -------
    keras.layers.Layer
        A ``SimpleRNN``, ``LSTM``, ``GRU`` or ``Bidirectional`` layer, not yet built.

    Raises
    ------
    ValueError
        If `kind` is none of the four, `units` is below 1, or a bidirectional layer is to be stateful: its
        backward part would have to begin with a future that it has not seen.

    Notes
    -----
    In Keras 3.15 a layer with ``stateful=True`` keeps its state between calls of ``fit`` and ``predict`` with
    TensorFlow, but loses it with JAX without a word, because it does not list the state among its variables.
    The layers made here list it. So `weights` holds the states too; use `copy_weights` between a stateful
    network and one that is not.

    The identity start is that of Le, Jaitly and Hinton: recurrent weights :math:`\mathbf{W} = \mathbf{I}` and
    biases zero. With no input the state then stays as it is, for any number of steps. They also draw the
    input weights very small, with a standard deviation of 0.001. Here they are drawn as for the other kinds
    (Glorot uniform), with which Adam needs far fewer epochs. For theirs, give
    ``kernel_initializer=keras.initializers.RandomNormal(stddev=0.001)``.

    References
    ----------
    - Q. V. Le, N. Jaitly and G. E. Hinton, "A simple way to initialize recurrent networks of rectified linear
      units", arXiv:1504.00941, 2015.

    Examples
    --------
    >>> layer = recurrent_layer("irnn", 3, seed=0)
    >>> layer.build((None, None, 2))
    >>> [tuple(variable.shape) for variable in layer.trainable_variables]
    [(2, 3), (3, 3), (3,)]
    """
    checks.choice(kind, "kind", KINDS)
    units = checks.count(units, "units")
    if stateful and bidirectional:
        raise ValueError("stateful must be False for a bidirectional layer, got True")
    shared = {"return_sequences": return_sequences, "stateful": stateful, **options}
    seeds = _seeds(seed)
    forward = _one_direction(kind, units, seeds, shared)
    if not bidirectional:
        return forward
    backward = _one_direction(kind, units, seeds, shared | {"go_backwards": True})
    return load_keras().layers.Bidirectional(forward, backward_layer=backward)


def sequence_model(
    kind: str,
    units: int | Sequence[int],
    n_outputs: int,
    *,
    n_features: int | None = None,
    n_tokens: int | None = None,
    embedding: int | None = None,
    mask_zero: bool = False,
    every_step: bool = False,
    bidirectional: bool = False,
    dropout: float = 0.0,
    length: int | None = None,
    batch_size: int | None = None,
    seed: int | None = None,
    **options: Any,
) -> "keras.Sequential":
    """Stack recurrent layers on features or token ids, with a linear layer at the end.

    Parameters
    ----------
    kind : {"rnn", "lstm", "gru", "irnn"}
        Kind of the recurrent layers, see `recurrent_layer`.
    units : int or sequence of int
        Number of units of each recurrent layer, from the input up. One number is one layer.
    n_outputs : int
        Number of classes, or of values. The outputs are linear: logits, of which ``keras.ops.softmax`` makes
        probabilities, or the values themselves.
    n_features : int, optional
        Features of the input at a step. Either this or `n_tokens` is given.
    n_tokens : int, optional
        Size of the vocabulary, if the input is ids from 0 to ``n_tokens - 1``.
    embedding : int, optional
        Size of the learned vector of a token. Without one, tokens enter as one-hot vectors, through a table
        that is not trained; so give one if the vocabulary has thousands of words.
    mask_zero : bool, default False
        Whether id 0 is padding, at which states stand still and which losses and metrics leave out.
    every_step : bool, default False
        Whether every step has an output (many to many), or the last one only (many to one).
    bidirectional : bool, default False
        Whether every recurrent layer reads in both directions.
    dropout : float, default 0.0
        Share of the outputs of every recurrent layer that is dropped in training, in [0, 1).
    length : int, optional
        Number of steps. Any if not given.
    batch_size : int, optional
        Given, the layers are stateful: they carry their state from batch to batch, each of this size, until
        `reset_states` is called.
    seed : int, optional
        Draws all starting weights. Two networks with one seed are equal on the same backend.
    **options
        Further arguments of the recurrent layers.

    Returns
    -------
    keras.Sequential
        The network, built but not compiled: see `fit_model`.

    Raises
    ------
    ValueError
        If a number is too small, both or neither of `n_features` and `n_tokens` are given, or `embedding`
        or `mask_zero` come without `n_tokens`.

    Examples
    --------
    The last step of sequences of two features says one value:

    >>> model = sequence_model("lstm", 8, 1, n_features=2, seed=0)
    >>> model.output_shape, model.count_params() == 4 * 8 * (2 + 8 + 1) + 9
    ((None, 1), True)

    One of six tags for every word, from both sides:

    >>> tagger = sequence_model("gru", [16, 8], 6, n_tokens=30, embedding=5, mask_zero=True,
    ...                         every_step=True, bidirectional=True, seed=0)
    >>> tagger.output_shape
    (None, None, 6)
    """
    sizes: list[Any] = list(units) if isinstance(units, list | tuple) else [units]
    if not sizes:
        raise ValueError("units must hold a number for every layer, at least one, got none")
    sizes = [checks.count(size, "units") for size in sizes]
    n_outputs = checks.count(n_outputs, "n_outputs")
    n_features, n_tokens = _count_or_none(n_features, "n_features"), _count_or_none(n_tokens, "n_tokens")
    embedding = _count_or_none(embedding, "embedding")
    length, batch_size = _count_or_none(length, "length"), _count_or_none(batch_size, "batch_size")
    if (n_features is None) == (n_tokens is None):
        raise ValueError(f"n_features or n_tokens must be given, not both, got {n_features} and {n_tokens}")
    if n_tokens is None and (embedding is not None or mask_zero):
        raise ValueError("embedding and mask_zero must come with n_tokens, got n_features")
    dropout = checks.number(dropout, "dropout", least=0, below=1)
    checks.choice(kind, "kind", KINDS)

    layers, seeds = load_keras().layers, _seeds(seed)
    if n_tokens is None:
        stack = [layers.Input(batch_shape=(batch_size, length, n_features))]
    else:
        stack = [layers.Input(batch_shape=(batch_size, length), dtype="int32")]
        stack.append(_token_layer(n_tokens, embedding, mask_zero, next(seeds)))
    stateful = batch_size is not None
    for number, size in enumerate(sizes):
        sequences = every_step or number < len(sizes) - 1
        directions = {"return_sequences": sequences, "stateful": stateful, "bidirectional": bidirectional}
        stack.append(recurrent_layer(kind, size, seed=next(seeds), **directions, **options))
        if dropout:
            stack.append(layers.Dropout(dropout, seed=next(seeds)))
    stack.append(layers.Dense(n_outputs, kernel_initializer=_initializer("GlorotUniform", next(seeds))))
    return load_keras().Sequential(stack)


def character_model(
    n_tokens: int, *, kind: str = "lstm", units: int | Sequence[int] = 128, **options: Any
) -> "keras.Sequential":
    """Build a language model: at every step the logits of the next character.

    Parameters
    ----------
    n_tokens : int
        Number of characters of the vocabulary, at least 2.
    kind : {"rnn", "lstm", "gru", "irnn"}, default "lstm"
        Kind of the recurrent layers.
    units : int or sequence of int, default 128
        Number of units of each recurrent layer.
    **options
        Arguments of `sequence_model`: with `batch_size` the model is stateful, without it every window
        begins with zero states. `embedding`, `dropout`, `length` and `seed` are of use here.

    Returns
    -------
    keras.Sequential
        The network, from ids of shape (batch, time) to logits of shape (batch, time, n_tokens).

    Raises
    ------
    ValueError
        If `n_tokens` is below 2, the model is to be bidirectional, which would show it the answer, or for a
        reason that `sequence_model` has.

    Examples
    --------
    >>> model = character_model(65, units=[32, 32], embedding=8, seed=0)
    >>> carrying = character_model(65, units=[32, 32], embedding=8, batch_size=1)
    >>> copy_weights(model, carrying)
    >>> carrying.input_shape, carrying.output_shape
    ((1, None), (1, None, 65))
    """
    n_tokens = checks.count(n_tokens, "n_tokens", least=2)
    if options.get("bidirectional"):
        raise ValueError("bidirectional must be False for a language model, got True")
    return sequence_model(kind, units, n_tokens, n_tokens=n_tokens, every_step=True, **options)


def copy_weights(source: "keras.Model", target: "keras.Model") -> None:
    """Give a network the trained weights of another that differs only in how it treats states.

    Parameters
    ----------
    source : keras.Model
        Where the weights come from.
    target : keras.Model
        Where they go. Its carried states stay as they are.

    Raises
    ------
    ValueError
        If the two do not have weights of the same shapes.
    """
    check_model(source, "source")
    check_model(target, "target")
    copy_variables(source.trainable_variables, target.trainable_variables, "target")


def reset_states(model: "keras.Model") -> None:
    """Set the states that a stateful network carries back to zero. Does nothing to another network.

    Parameters
    ----------
    model : keras.Model
        The network.
    """
    for layer in stateful_layers(check_model(model)):
        layer.reset_state()


def _count_or_none(value: int | None, name: str) -> int | None:
    return None if value is None else checks.count(value, name)


def _seeds(seed: int | None) -> Iterator[int | None]:
    """Return an endless stream of seeds for everything that is drawn, or of None."""
    if seed is not None:
        seed = checks.count(seed, "seed", least=0)
    return _drawn_seeds(seed)


def _drawn_seeds(seed: int | None) -> Iterator[int | None]:
    rng = None if seed is None else np.random.default_rng(seed)
    while True:
        yield None if rng is None else int(rng.integers(2**31))


def _initializer(name: str, seed: int | None, **config: float) -> Any:
    return getattr(load_keras().initializers, name)(seed=seed, **config)


def _one_direction(kind: str, units: int, seeds: Iterator[int | None], options: dict[str, Any]) -> Any:
    start: dict[str, Any] = {
        "kernel_initializer": _initializer("GlorotUniform", next(seeds)),
        "recurrent_initializer": _initializer("Orthogonal", next(seeds)),
        "seed": next(seeds),  # of dropout
    }
    if kind == "irnn":
        start |= {"activation": "relu", "recurrent_initializer": "identity"}
    name = {"lstm": "LSTM", "gru": "GRU"}.get(kind, "SimpleRNN")
    layer = _carrying(name) if options["stateful"] else getattr(load_keras().layers, name)
    return layer(units, **start | options)


@cache
def _carrying(name: str) -> type:
    """Return the stateful layer of that name, with its states among its variables.

    Keras creates them untracked, so that a compiled function of JAX forgets what is assigned to them.
    """
    parent: Any = getattr(load_keras().layers, name)

    def build(self: Any, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        parent.build(self, sequences_shape, initial_state_shape)
        self.carried_states = list(self.states)  # assigning is what makes Keras track them

    return type(name, (parent,), {"build": build, "__doc__": parent.__doc__})


def _token_layer(n_tokens: int, embedding: int | None, mask_zero: bool, seed: int | None) -> Any:
    """Return a learned table of vectors, or the table of one-hot vectors, which stays as it is."""
    layers = load_keras().layers
    if embedding is None:
        options = {"embeddings_initializer": "identity", "trainable": False}
        return layers.Embedding(n_tokens, n_tokens, mask_zero=mask_zero, **options)
    start = _initializer("RandomUniform", seed, minval=-0.05, maxval=0.05)
    return layers.Embedding(n_tokens, embedding, mask_zero=mask_zero, embeddings_initializer=start)
