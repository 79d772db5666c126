"""What BERT is trained on: tokens that are hidden, and pairs of sentences."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks

Ids = NDArray[np.int64]


class MaskedTokens(NamedTuple):
    """Sequences in which some tokens are to be guessed.

    Parameters
    ----------
    inputs : ndarray of int of shape (batch, time)
        What the model reads.
    targets : ndarray of int of shape (batch, time)
        What stood there.
    chosen : ndarray of bool of shape (batch, time)
        Where it has to guess: the loss counts there alone.
    """

    inputs: Ids
    targets: Ids
    chosen: NDArray[np.bool_]


def mask_tokens(
    ids: ArrayLike,
    *,
    mask_id: int,
    n_tokens: int,
    special: ArrayLike,
    rate: float = 0.15,
    shares: tuple[float, float, float] = (0.8, 0.1, 0.1),
    rng: np.random.Generator,
) -> MaskedTokens:
    """Choose tokens that a model has to guess, and hide most of them.

    Parameters
    ----------
    ids : array_like of int of shape (batch, time)
        Ids of tokens.
    mask_id : int
        Id of the token that stands for a hidden one.
    n_tokens : int
        Size of the vocabulary.
    special : array_like of int of shape (n_special,)
        Ids that are never chosen and never drawn, such as those of padding, separator and mask.
    rate : float, default 0.15
        Share of the other tokens that is chosen, above 0 and at most 1. In each sequence the number is
        rounded; it is at least one, where there is one.
    shares : tuple of three floats, default (0.8, 0.1, 0.1)
        Of the chosen tokens, the share that is replaced by the mask, that is replaced by a token drawn from
        all that are not special, and that is left as it is.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    MaskedTokens
        The sequences with hidden tokens, as they were, and where the chosen tokens are.

    Raises
    ------
    ValueError
        If an id is not in the vocabulary, `shares` do not sum to 1, or all tokens are special.

    Notes
    -----
    With the default, 12 % of all tokens become the mask, 1.5 % another token, and 1.5 % stay although they
    have to be guessed. So it is not 15 % that become the mask. The mask never occurs in use; as any token may
    be a wrong one, the model has to work on every token's vector.

    References
    ----------
    - J. Devlin, M.-W. Chang, K. Lee and K. Toutanova, "BERT: pre-training of deep bidirectional transformers
      for language understanding", 2019, section 3.1 and appendix A.1.

    Examples
    --------
    >>> ids = [[2, 7, 8, 9, 6, 7, 3, 0]]
    >>> found = mask_tokens(
    ...     ids, mask_id=4, n_tokens=10, special=range(5), rate=0.4, rng=np.random.default_rng(0)
    ... )
    >>> found.inputs
    array([[2, 7, 5, 4, 6, 7, 3, 0]])
    >>> found.targets[found.chosen]
    array([8, 9])
    """
    total = checks.count(n_tokens, "n_tokens")
    checks.room((total,), "n_tokens")
    whole = checks.integers(ids, "ids", ("batch", "time"), most=total - 1)
    mask_id = checks.count(mask_id, "mask_id", 0, total - 1)
    never = checks.integers(special, "special", ("n_special",), most=total - 1, empty=True)
    rate = checks.number(rate, "rate", above=0, most=1)
    parts = checks.probabilities(shares, "shares", (3,))
    rng = checks.rng(rng)
    ordinary = np.setdiff1d(np.arange(total), never)
    if not len(ordinary):
        raise ValueError(f"special must leave a token of the {total}, got all of them")
    free = ~np.isin(whole, never)
    numbers = np.minimum(np.maximum(np.rint(rate * free.sum(axis=1)), 1), free.sum(axis=1))
    order = np.where(free, rng.random(whole.shape), 2.0).argsort(axis=1).argsort(axis=1)
    chosen = order < numbers[:, None]
    way = rng.choice(3, size=whole.shape, p=parts)
    drawn = ordinary[rng.integers(len(ordinary), size=whole.shape)]
    inputs = np.where(chosen & (way == 0), mask_id, np.where(chosen & (way == 1), drawn, whole))
    return MaskedTokens(inputs, whole.copy(), chosen)


def join_sentences(
    first: ArrayLike, second: ArrayLike | None = None, *, start_id: int, separator_id: int
) -> tuple[Ids, Ids]:
    """Put one sentence or two between the special tokens of BERT.

    Parameters
    ----------
    first : array_like of int of shape (n_first,)
        Ids of the first sentence.
    second : array_like of int of shape (n_second,), optional
        Ids of the second one.
    start_id : int
        Id of ``[CLS]``, which stands at the beginning.
    separator_id : int
        Id of ``[SEP]``, which stands after each sentence.

    Returns
    -------
    ids : ndarray of int of shape (time,)
        All ids.
    segments : ndarray of int of shape (time,)
        0 up to the first separator, 1 after it.

    Raises
    ------
    ValueError
        If an id is no whole number of at least 0.

    Examples
    --------
    >>> join_sentences([7, 8], [9], start_id=2, separator_id=3)
    (array([2, 7, 8, 3, 9, 3]), array([0, 0, 0, 0, 1, 1]))
    """
    start, separator = checks.count(start_id, "start_id", 0), checks.count(separator_id, "separator_id", 0)
    one = checks.integers(first, "first", ("n_first",), empty=True)
    ids, segments = [start, *one, separator], [0] * (len(one) + 2)
    if second is not None:
        other = checks.integers(second, "second", ("n_second",), empty=True)
        ids, segments = [*ids, *other, separator], [*segments, *[1] * (len(other) + 1)]
    return np.array(ids, dtype=np.int64), np.array(segments, dtype=np.int64)


def next_sentence_pairs(
    n_sentences: int, n_pairs: int, *, rng: np.random.Generator
) -> tuple[Ids, Ids, NDArray[np.bool_]]:
    """Draw pairs of sentences of a text: in half of them the second follows the first.

    Parameters
    ----------
    n_sentences : int
        How many sentences the text has, at least 3.
    n_pairs : int
        How many pairs to draw, at least 1.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    first : ndarray of int of shape (n_pairs,)
        Numbers of the first sentences.
    second : ndarray of int of shape (n_pairs,)
        Numbers of the second ones.
    follows : ndarray of bool of shape (n_pairs,)
        Whether the second follows the first in the text: in one half of the pairs, rounded down. In the
        others it is any sentence but that one and the first itself.

    Raises
    ------
    ValueError
        If a number is too small.

    Examples
    --------
    >>> first, second, follows = next_sentence_pairs(100, 6, rng=np.random.default_rng(0))
    >>> int(follows.sum()), bool((second[follows] == first[follows] + 1).all())
    (3, True)
    """
    n = checks.count(n_sentences, "n_sentences", 3)
    size = checks.count(n_pairs, "n_pairs")
    checks.room((size,), "n_pairs")
    rng = checks.rng(rng)
    first = rng.integers(n - 1, size=size)
    other = rng.integers(n - 2, size=size)  # of all but the first and the one after it, which stand together
    other += 2 * (other >= first)
    follows = rng.permutation(size) < size // 2
    return first, np.where(follows, first + 1, other), follows
