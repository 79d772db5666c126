"""From the probabilities of the next token to a sentence: greedy, drawn, by beam and exhaustive search."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..nn.softmax_functions import sharpened
from ..numerics import log_sum_exp

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]
NextLogProbabilities = Callable[..., ArrayLike]
"""Takes prefixes of shape (n_prefixes, length), which may have no token yet, and returns log-probabilities of
the next token, of shape (n_prefixes, n_tokens)."""

_TOLERANCE = 1e-3  # how far the logarithm of a sum may be from 0: models compute in single precision
_MOST_SENTENCES = 2_000_000


class Hypothesis(NamedTuple):
    """A sentence that a search has found.

    Parameters
    ----------
    tokens : ndarray of int of shape (length,)
        Its tokens. The last is the end-of-sentence token, unless the sentence was cut at the largest length.
    log_probability : float
        Logarithm of its probability, which for a cut sentence is that of beginning so.
    score : float
        What it is ranked by: the log-probability divided by a power of the length.
    """

    tokens: Ids
    log_probability: float
    score: float


def greedy(next_log_probabilities: NextLogProbabilities, *, eos: int, max_length: int) -> Hypothesis:
    """Take the most probable token at each step.

    Parameters
    ----------
    next_log_probabilities : callable
        The model: prefixes of shape (n_prefixes, length) to log-probabilities of the next token, of shape
        (n_prefixes, n_tokens). The first call has a prefix without a token.
    eos : int
        Id of the end-of-sentence token.
    max_length : int
        Most tokens, the end-of-sentence token included, at least 1.

    Returns
    -------
    Hypothesis
        The sentence. Of tokens with equal probability the one with the smaller id is taken. The score is the
        log-probability.

    Raises
    ------
    ValueError
        If the model does not return log-probabilities of that shape, or `eos` is not among the tokens.

    Examples
    --------
    >>> def model(prefixes):
    ...     return np.log(np.tile([0.3, 0.5, 0.2], (len(prefixes), 1)))
    >>> greedy(model, eos=2, max_length=3).tokens
    array([1, 1, 1])
    """
    max_length = checks.count(max_length, "max_length")
    tokens: list[int] = []
    total = 0.0
    while len(tokens) < max_length:
        row = _ask(next_log_probabilities, np.array([tokens], dtype=np.int64), eos)[0]
        tokens.append(int(row.argmax()))
        total += float(row[tokens[-1]])
        if tokens[-1] == eos:
            break
    return Hypothesis(np.array(tokens, dtype=np.int64), total, total)


def sample(
    next_log_probabilities: NextLogProbabilities,
    *,
    eos: int,
    max_length: int,
    n_samples: int = 1,
    temperature: float = 1.0,
    rng: np.random.Generator,
) -> list[Hypothesis]:
    r"""Draw sentences, one token after the other.

    Parameters
    ----------
    next_log_probabilities : callable
        The model, as for `greedy`.
    eos : int
        Id of the end-of-sentence token.
    max_length : int
        Most tokens, the end-of-sentence token included, at least 1.
    n_samples : int, default 1
        How many sentences.
    temperature : float, default 1.0
        The probabilities are raised to the power of 1 / temperature and scaled to sum 1. Towards 0 only the
        most probable token is left; 0 is allowed, and equal ones share. ``np.inf`` treats all possible tokens
        alike.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    list of Hypothesis
        The sentences in the order drawn. Log-probability and score are those of the model, at temperature 1.

    Raises
    ------
    ValueError
        If the model does not return log-probabilities of that shape, or an argument is out of range.

    Examples
    --------
    >>> def model(prefixes):
    ...     return np.log(np.tile([0.3, 0.5, 0.2], (len(prefixes), 1)))
    >>> found = sample(model, eos=2, max_length=3, n_samples=2, rng=np.random.default_rng(0))
    >>> [hypothesis.tokens.tolist() for hypothesis in found]
    [[1, 0, 2], [0, 0, 2]]
    """
    max_length = checks.count(max_length, "max_length")
    n_samples = checks.count(n_samples, "n_samples")
    if not (isinstance(temperature, float) and temperature == np.inf):
        temperature = checks.not_negative(temperature, "temperature")
    checks.rng(rng)
    tokens = np.zeros((n_samples, 0), dtype=np.int64)
    totals, which = np.zeros(n_samples), np.arange(n_samples)
    done: dict[int, Hypothesis] = {}
    while len(which):
        rows = _ask(next_log_probabilities, tokens, eos)
        drawn = _draw(sharpened(rows, temperature), rng)
        tokens = np.column_stack([tokens, drawn])
        totals = totals + rows[np.arange(len(rows)), drawn]
        over = (drawn == eos) | (tokens.shape[1] == max_length)
        for i in np.flatnonzero(over):
            done[int(which[i])] = Hypothesis(tokens[i], float(totals[i]), float(totals[i]))
        tokens, totals, which = tokens[~over], totals[~over], which[~over]
    return [done[i] for i in range(n_samples)]


def beam_search(
    next_log_probabilities: NextLogProbabilities,
    width: int,
    *,
    eos: int,
    max_length: int,
    length_power: float = 0.0,
) -> list[Hypothesis]:
    r"""Go on with the most probable beginnings, a fixed number of them.

    Parameters
    ----------
    next_log_probabilities : callable
        The model: prefixes of shape (n_prefixes, length) to log-probabilities of the next token, of shape
        (n_prefixes, n_tokens). The first call has one prefix without a token.
    width : int
        How many beginnings are kept at each step, at least 1. With 1 it is greedy decoding. With at least as
        many as there are beginnings of any length it is exhaustive search.
    eos : int
        Id of the end-of-sentence token.
    max_length : int
        Most tokens, the end-of-sentence token included, at least 1.
    length_power : float, default 0.0
        The power :math:`\alpha` of the length normalization, at least 0.

    Returns
    -------
    list of Hypothesis
        At most `width` sentences, the best score first; equal scores in the order of their ids.

    Raises
    ------
    ValueError
        If the model does not return log-probabilities of that shape, or an argument is out of range.

    Notes
    -----
    Among all extensions of the beginnings by one token the `width` most probable are kept; of equal ones
    that of the more probable beginning, then that with the smaller id. A sentence that ends keeps its place
    for good, so that one beginning fewer goes on. The search stops when no place is left, or at the largest
    length, where what has not ended is cut. Then all are ranked by

    .. math:: \frac{1}{T_y^{\alpha}} \sum_{t=1}^{T_y} \log P(y_t \mid y_1, \ldots, y_{t-1}, x)

    where :math:`T_y` counts the end-of-sentence token. Among beginnings of one length the normalization
    changes nothing, so it acts only here, at the end. The result need not be the most probable sentence, and
    a larger `width` can lead to a less probable one.

    References
    ----------
    - I. Sutskever, O. Vinyals and Q. V. Le, "Sequence to sequence learning with neural networks",
      Advances in Neural Information Processing Systems 27, 2014, section 3.2.
    - Y. Wu et al., "Google's neural machine translation system", arXiv:1609.08144, 2016, section 7, where
      the length is :math:`(5 + T_y) / 6`.

    Examples
    --------
    The most probable first token, 1, does not begin the most probable sentence:

    >>> def model(prefixes):
    ...     table = {(): [0.4, 0.6, 0.0], (0,): [0.0, 0.1, 0.9], (1,): [0.4, 0.3, 0.3]}
    ...     with np.errstate(divide="ignore"):
    ...         return np.log([table[tuple(prefix)] for prefix in prefixes])
    >>> for width in (1, 2):
    ...     best = beam_search(model, width, eos=2, max_length=2)[0]
    ...     print(best.tokens, np.exp(best.log_probability).round(2))
    [1 0] 0.24
    [0 2] 0.36
    """

    def of_one(prefixes: Ids, sources: Ids) -> ArrayLike:
        return next_log_probabilities(prefixes)

    return beam_search_many(of_one, 1, width, eos=eos, max_length=max_length, length_power=length_power)[0]


def beam_search_many(
    next_log_probabilities: NextLogProbabilities,
    n_sources: int,
    width: int,
    *,
    eos: int,
    max_length: int,
    length_power: float = 0.0,
) -> list[list[Hypothesis]]:
    """Carry out a beam search for each of several sources, step by step together.

    Parameters
    ----------
    next_log_probabilities : callable
        The model, called with prefixes of shape (n_prefixes, length) and the numbers of their sources, of
        shape (n_prefixes,), in ascending order.
    n_sources : int
        How many sources, at least 1.
    width : int
        Beginnings kept for each source.
    eos : int
        Id of the end-of-sentence token.
    max_length : int
        Most tokens, the end-of-sentence token included, at least 1.
    length_power : float, default 0.0
        The power of the length normalization, at least 0.

    Returns
    -------
    list of list of Hypothesis
        For each source what `beam_search` finds for it.

    Raises
    ------
    ValueError
        As for `beam_search`.

    Examples
    --------
    >>> def model(prefixes, sources):
    ...     return np.log(np.array([[0.3, 0.5, 0.2], [0.2, 0.1, 0.7]])[sources])
    >>> found = beam_search_many(model, 2, 2, eos=2, max_length=2)
    >>> [[hypothesis.tokens.tolist() for hypothesis in best] for best in found]
    [[[1, 1], [1, 0]], [[2], [0, 2]]]
    """
    n_sources, width = checks.count(n_sources, "n_sources"), checks.count(width, "width")
    max_length = checks.count(max_length, "max_length")
    power = checks.not_negative(length_power, "length_power")
    tokens = np.zeros((n_sources, 0), dtype=np.int64)
    totals, sources = np.zeros(n_sources), np.arange(n_sources)
    places = np.full(n_sources, width)
    found: list[list[Hypothesis]] = [[] for _ in range(n_sources)]
    while len(tokens):
        extended = totals[:, np.newaxis] + _ask(next_log_probabilities, tokens, eos, sources)
        rows, nexts = _most_probable(extended, sources, places)
        tokens = np.column_stack([tokens[rows], nexts])
        totals, sources = extended[rows, nexts], sources[rows]
        over = (nexts == eos) | (tokens.shape[1] == max_length)
        for i in np.flatnonzero(over):
            found[sources[i]].append(_scored(tokens[i], totals[i], power))
        places = places - np.bincount(sources[over], minlength=n_sources)
        tokens, totals, sources = tokens[~over], totals[~over], sources[~over]
    return [_ranked(hypotheses) for hypotheses in found]


def exhaustive_search(
    next_log_probabilities: NextLogProbabilities,
    *,
    eos: int,
    max_length: int,
    length_power: float = 0.0,
) -> list[Hypothesis]:
    """List all sentences that are possible, up to a length.

    Parameters
    ----------
    next_log_probabilities : callable
        The model, as for `beam_search`.
    eos : int
        Id of the end-of-sentence token.
    max_length : int
        Most tokens, the end-of-sentence token included, at least 1.
    length_power : float, default 0.0
        The power of the length normalization, as for `beam_search`.

    Returns
    -------
    list of Hypothesis
        All sentences that end, and all beginnings of the largest length, the best score first; equal scores
        in the order of their ids. Those with probability 0 are left out. The probabilities sum to 1.

    Raises
    ------
    ValueError
        If the model does not return log-probabilities of that shape, an argument is out of range, or there
        are more than two million sentences.

    Examples
    --------
    >>> def model(prefixes):
    ...     return np.log(np.tile([0.3, 0.5, 0.2], (len(prefixes), 1)))
    >>> for hypothesis in exhaustive_search(model, eos=2, max_length=2)[:3]:
    ...     print(hypothesis.tokens, np.exp(hypothesis.log_probability).round(2))
    [1 1] 0.25
    [2] 0.2
    [0 1] 0.15
    """
    max_length = checks.count(max_length, "max_length")
    power = checks.not_negative(length_power, "length_power")
    tokens, totals = np.zeros((1, 0), dtype=np.int64), np.zeros(1)
    found: list[Hypothesis] = []
    while len(tokens):
        extended = totals[:, np.newaxis] + _ask(next_log_probabilities, tokens, eos)
        rows, nexts = np.nonzero(np.isfinite(extended))
        if len(found) + len(rows) > _MOST_SENTENCES:
            raise ValueError(
                f"max_length must leave at most {_MOST_SENTENCES} sentences, got {max_length} "
                f"with {extended.shape[1]} tokens"
            )
        tokens, totals = np.column_stack([tokens[rows], nexts]), extended[rows, nexts]
        over = (nexts == eos) | (tokens.shape[1] == max_length)
        found += [_scored(tokens[i], totals[i], power) for i in np.flatnonzero(over)]
        tokens, totals = tokens[~over], totals[~over]
    return _ranked(found)


def sentence_log_probability(
    next_log_probabilities: NextLogProbabilities, tokens: ArrayLike, *, eos: int
) -> float:
    """Ask a model how probable a given sentence is.

    Parameters
    ----------
    next_log_probabilities : callable
        The model, as for `greedy`.
    tokens : array_like of int of shape (length,)
        The sentence. The end-of-sentence token may stand only at its end; without it the result is the
        probability of beginning so.
    eos : int
        Id of the end-of-sentence token.

    Returns
    -------
    float
        The logarithm of the probability, ``-inf`` for what is impossible.

    Raises
    ------
    ValueError
        If a token is not in the vocabulary, the sentence is empty or goes on after its end, or the model does
        not return log-probabilities.

    Examples
    --------
    >>> def model(prefixes):
    ...     return np.log(np.tile([0.3, 0.5, 0.2], (len(prefixes), 1)))
    >>> np.exp(sentence_log_probability(model, [1, 0, 2], eos=2)).round(3)
    np.float64(0.03)
    """
    sentence = checks.integers(tokens, "tokens", ("length",))
    if (sentence[:-1] == eos).any():
        raise ValueError(f"tokens must end at the end-of-sentence token {eos}, got {sentence.tolist()}")
    total = 0.0
    for t, token in enumerate(sentence):
        row = _ask(next_log_probabilities, sentence[np.newaxis, :t], eos)[0]
        checks.count(int(token), f"tokens[{t}]", 0, len(row) - 1)
        total += float(row[token])
    return total


def _ask(model: NextLogProbabilities, prefixes: Ids, eos: int, *sources: Ids) -> Floats:
    """Return what the model says, if it is what it must be."""
    name = "next_log_probabilities(prefixes)"
    rows = checks.array(
        model(prefixes.copy(), *sources), name, (len(prefixes), "n_tokens"), most=_TOLERANCE, finite=False
    )
    if np.isnan(rows).any():
        raise ValueError(f"{name} must be logarithms of probabilities, got NaN")
    sums: Any = log_sum_exp(rows)
    if (np.abs(sums) > _TOLERANCE).any():
        worst = np.exp(sums[np.abs(sums).argmax()])
        raise ValueError(f"{name} must be logarithms of probabilities that sum to 1, got sum {worst:.4g}")
    checks.count(eos, "eos", 0, rows.shape[1] - 1)
    return rows


def _draw(probabilities: Floats, rng: np.random.Generator) -> Ids:
    """Draw one token for each row, never one of probability 0."""
    cumulative = probabilities.cumsum(axis=1)
    levels = rng.random(len(probabilities)) * cumulative[:, -1]
    return (cumulative <= levels[:, np.newaxis]).sum(axis=1)


def _most_probable(extended: Floats, sources: Ids, places: Ids) -> tuple[Ids, Ids]:
    """Return row and token of the extensions that each source keeps, the most probable first."""
    n_tokens = extended.shape[1]
    starts = np.flatnonzero(np.diff(sources, prepend=-1))
    of_row = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(sources)))
    within = np.arange(len(sources)) - starts[of_row]
    table = np.full((len(starts), within.max() + 1, n_tokens), -np.inf)
    table[of_row, within] = extended
    flat = table.reshape(len(starts), -1)
    most = min(int(places.max()), flat.shape[1])
    least = np.partition(flat, -most, axis=1)[:, -most]  # all that can be kept are at least this
    group, place = np.nonzero((flat >= least[:, np.newaxis]) & np.isfinite(flat))
    order = np.lexsort((place, -flat[group, place], group))
    group, place = group[order], place[order]
    rank = np.arange(len(group)) - np.searchsorted(group, group)
    kept = rank < places[sources[starts]][group]
    group, place = group[kept], place[kept]
    return starts[group] + place // n_tokens, place % n_tokens


def _scored(tokens: Ids, total: float, power: float) -> Hypothesis:
    return Hypothesis(tokens.copy(), float(total), float(total / len(tokens) ** power))


def _ranked(found: list[Hypothesis]) -> list[Hypothesis]:
    return sorted(found, key=lambda hypothesis: (-hypothesis.score, hypothesis.tokens.tolist()))
