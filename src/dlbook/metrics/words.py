"""Word errors: substitutions, deletions and insertions, their rate and how sure it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .. import checks


@dataclass(frozen=True)
class WordErrors:
    """Errors in one or several utterances.

    Parameters
    ----------
    substitutions : int
        Words that were replaced by others.
    deletions : int
        Words that are missing.
    insertions : int
        Words that were not said.
    n_words : int
        Words that were said.
    pairs : tuple of (str or None, str or None)
        What was said beside what was recognized; None where one of them has nothing.
    """

    substitutions: int
    deletions: int
    insertions: int
    n_words: int
    pairs: tuple[tuple[str | None, str | None], ...] = ()

    def __post_init__(self) -> None:
        for name in ("substitutions", "deletions", "insertions", "n_words"):
            checks.count(getattr(self, name), name, least=0)

    @property
    def total(self) -> int:
        """All errors."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float:
        """Word error rate: errors for each word that was said. It may exceed 1.

        Without a said word it is 0 if nothing was recognized, else infinite.
        """
        if self.n_words:
            return self.total / self.n_words
        return float("inf") if self.total else 0.0

    def __add__(self, other: "WordErrors") -> "WordErrors":
        return WordErrors(
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
            self.n_words + other.n_words,
            self.pairs + other.pairs,
        )


def word_errors(reference: str | Sequence[str], hypothesis: str | Sequence[str]) -> WordErrors:
    r"""Count the least number of changes that turn what was said into what was recognized.

    Parameters
    ----------
    reference : str or sequence of str
        What was said.
    hypothesis : str or sequence of str
        What was recognized.

    Returns
    -------
    WordErrors
        The errors. Of several equally short ways, one with the fewest insertions and deletions is counted.

    Raises
    ------
    ValueError
        If an argument is not a text or a sequence of words.

    Notes
    -----
    Edit distance by dynamic programming:

    .. math:: d_{ij} = \min \left( d_{i-1,j-1} + [r_i \ne h_j], \; d_{i-1,j} + 1, \; d_{i,j-1} + 1 \right)

    ==============  ============  ====================================================
    symbol          name          meaning
    ==============  ============  ====================================================
    :math:`r_i`     `reference`   word i that was said
    :math:`h_j`     `hypothesis`  word j that was recognized
    :math:`d_{ij}`  (internal)    errors between the first i and the first j of them
    ==============  ============  ====================================================

    References
    ----------
    - R. A. Wagner and M. J. Fischer, "The string-to-string correction problem", Journal of the ACM 21(1),
      1974, pp. 168-173.

    Examples
    --------
    >>> errors = word_errors("go left two", "no go left")
    >>> errors.substitutions, errors.deletions, errors.insertions
    (0, 1, 1)
    >>> round(errors.rate, 3)
    0.667
    """
    said, heard = _words(reference, "reference"), _words(hypothesis, "hypothesis")
    # Errors first, then gaps: among the fewest errors the way with the fewest gaps wins.
    cost = np.zeros((len(said) + 1, len(heard) + 1, 2), dtype=int)
    cost[:, 0] = np.arange(len(said) + 1)[:, None]
    cost[0, :] = np.arange(len(heard) + 1)[:, None]
    for i, word in enumerate(said, start=1):
        for j, other in enumerate(heard, start=1):
            ways = (
                cost[i - 1, j - 1] + (int(word != other), 0),
                cost[i - 1, j] + (1, 1),
                cost[i, j - 1] + (1, 1),
            )
            cost[i, j] = min(ways, key=tuple)
    return _trace_back(said, heard, cost)


def _words(given: str | Sequence[str], name: str) -> tuple[str, ...]:
    return tuple(given.split()) if isinstance(given, str) else checks.texts(given, name)


def _trace_back(said: tuple[str, ...], heard: tuple[str, ...], cost: np.ndarray) -> WordErrors:
    i, j = len(said), len(heard)
    pairs: list[tuple[str | None, str | None]] = []
    while i or j:
        here = tuple(cost[i, j])
        if i and j and here == tuple(cost[i - 1, j - 1] + (int(said[i - 1] != heard[j - 1]), 0)):
            i, j = i - 1, j - 1
            pairs.append((said[i], heard[j]))
        elif i and here == tuple(cost[i - 1, j] + (1, 1)):
            i -= 1
            pairs.append((said[i], None))
        else:
            j -= 1
            pairs.append((None, heard[j]))
    pairs.reverse()
    return WordErrors(
        sum(r is not None and h is not None and r != h for r, h in pairs),
        sum(h is None for _, h in pairs),
        sum(r is None for r, _ in pairs),
        len(said),
        tuple(pairs),
    )


def total_errors(utterances: Sequence[WordErrors]) -> WordErrors:
    """Add the errors of several utterances.

    Parameters
    ----------
    utterances : sequence of WordErrors
        Their errors.

    Returns
    -------
    WordErrors
        The sums. Its `rate` is the word error rate of all utterances together, in which long ones count more.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> total_errors([word_errors("go", "no"), word_errors("go left two", "go left two")]).rate
    0.25
    """
    return sum(_checked(utterances, 1), WordErrors(0, 0, 0, 0))


def bootstrap_interval(
    utterances: Sequence[WordErrors],
    *,
    rng: np.random.Generator,
    level: float = 0.95,
    n_resamples: int = 2000,
) -> tuple[float, float]:
    """Return an interval for the word error rate by drawing the utterances again and again.

    Parameters
    ----------
    utterances : sequence of WordErrors
        Errors of the utterances, at least two.
    rng : numpy.random.Generator
        Draws utterances, with replacement.
    level : float, default 0.95
        Share of the drawn rates that the interval holds, between 0 and 1.
    n_resamples : int, default 2000
        How often a set of utterances is drawn.

    Returns
    -------
    tuple of float
        Lower and upper end. Utterances of one speaker are treated as independent, which they are not: over
        speakers the rate varies more.

    Raises
    ------
    ValueError
        If there are fewer than two utterances, none has a word, or `level` is out of range.

    References
    ----------
    - M. Bisani and H. Ney, "Bootstrap estimates for confidence intervals in ASR performance evaluation",
      ICASSP 2004, volume 1, pp. 409-412.

    Examples
    --------
    >>> one_wrong = [word_errors("go", "go")] * 9 + [word_errors("go", "no")]
    >>> low, high = bootstrap_interval(one_wrong, rng=np.random.default_rng(0))
    >>> round(low, 2), round(high, 2)
    (0.0, 0.3)
    """
    counted = _checked(utterances, 2)
    level = checks.number(level, "level", above=0, below=1)
    n_resamples = checks.count(n_resamples, "n_resamples")
    checks.rng(rng)
    errors = np.array([u.total for u in counted], dtype=float)
    lengths = np.array([u.n_words for u in counted], dtype=float)
    if not lengths.any():
        raise ValueError("utterances must hold at least one word that was said")
    drawn = rng.integers(len(errors), size=(n_resamples, len(errors)))
    sums = lengths[drawn].sum(axis=1)
    rates = errors[drawn].sum(axis=1)[sums > 0] / sums[sums > 0]
    low, high = np.quantile(rates, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _checked(utterances: Sequence[WordErrors], least: int) -> list[WordErrors]:
    counted = list(utterances) if isinstance(utterances, Iterable) else []
    if len(counted) < least or not all(isinstance(errors, WordErrors) for errors in counted):
        raise ValueError(f"utterances must be WordErrors, at least {least}, got {utterances!r:.60}")
    return counted
