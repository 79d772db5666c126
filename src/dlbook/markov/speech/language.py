"""The language model: which word follows which."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ... import checks
from ...data.speech.checks import as_a, as_words

BEGIN, END = "<s>", "</s>"


class BigramModel:
    r"""Probabilities of words, given the word before.

    Parameters
    ----------
    words : sequence of str
        The vocabulary.
    counts : ndarray of shape (n_words + 1, n_words + 1)
        How often pairs of words occurred. Rows: the beginning of a phrase, then the words. Columns: the
        words, then the end of a phrase.
    smoothing : float, default 0.1
        What is added to every count, not negative.

    Attributes
    ----------
    words : tuple of str
        The vocabulary.
    counts : ndarray of shape (n_words + 1, n_words + 1)
        The counts.
    probabilities : ndarray of shape (n_words + 1, n_words + 1)
        Their probabilities; rows sum to 1.

    Raises
    ------
    ValueError
        If words repeat or use the symbols ``<s>`` and ``</s>``, counts have a wrong shape or are negative, or
        a row of counts is empty and `smoothing` is 0.

    Notes
    -----
    .. math:: P(v \mid w) = \frac{n(w, v) + s}{\sum_{v'} (n(w, v') + s)}

    ===============  ===============  ===========================================
    symbol           name             meaning
    ===============  ===============  ===========================================
    :math:`n(w, v)`  `counts`         how often v followed w
    :math:`s`        `smoothing`      what is added
    :math:`v'`       (internal)       every word, and the end of the phrase
    ===============  ===============  ===========================================

    The model is a Markov chain over the words, with a state for the beginning and one for the end.

    References
    ----------
    - D. Jurafsky and J. H. Martin, "Speech and Language Processing", 2nd edition, Pearson, 2009, chapter 4.

    Examples
    --------
    >>> model = BigramModel.fit(["go left", "go right", "stop"], smoothing=0)
    >>> model.words
    ('go', 'left', 'right', 'stop')
    >>> round(model.probability("left", after="go"), 4)
    0.5
    >>> round(float(np.exp(model.log_probability("go left"))), 4)
    0.3333
    """

    words: tuple[str, ...]
    counts: NDArray[np.float64]
    probabilities: NDArray[np.float64]

    def __init__(self, words: Sequence[str], counts: NDArray[np.float64], *, smoothing: float = 0.1) -> None:
        vocabulary = _vocabulary(words)
        if BEGIN in vocabulary or END in vocabulary:
            raise ValueError(f"words must not contain {BEGIN} or {END}")
        side = len(vocabulary) + 1
        table = checks.array(counts, "counts", (side, side)).copy()
        if (table < 0).any():
            raise ValueError(f"counts must not be negative, got {table.min():.6g}")
        smoothed = table + checks.not_negative(smoothing, "smoothing")
        sums = smoothed.sum(axis=1, keepdims=True)
        if (sums == 0).any():
            name = (BEGIN, *vocabulary)[int(np.flatnonzero(sums.ravel() == 0)[0])]
            raise ValueError(f"smoothing must be positive, because nothing was counted after {name!r}")
        self.words, self.counts, self.probabilities = vocabulary, table, smoothed / sums
        self._index = {word: k for k, word in enumerate(vocabulary)}

    @classmethod
    def fit(
        cls,
        phrases: Iterable[str | Sequence[str]],
        words: Sequence[str] | None = None,
        *,
        smoothing: float = 0.1,
    ) -> "BigramModel":
        """Count pairs of words in phrases.

        Parameters
        ----------
        phrases : iterable of str or sequence of str
            The phrases, at least one.
        words : sequence of str, optional
            The vocabulary. Without it, the words of the phrases, sorted.
        smoothing : float, default 0.1
            What is added to every count.

        Returns
        -------
        BigramModel
            The model.

        Raises
        ------
        ValueError
            If there is no phrase, a phrase is empty or holds a word that is not in the vocabulary.
        """
        given = _phrases(phrases)
        if not all(given):
            raise ValueError("phrases must be at least one, each of at least one word")
        vocabulary = tuple(sorted({w for p in given for w in p})) if words is None else _vocabulary(words)
        index = {word: k for k, word in enumerate(vocabulary)}
        counts = np.zeros((len(vocabulary) + 1, len(vocabulary) + 1))
        for phrase in given:
            unknown = [word for word in phrase if word not in index]
            if unknown:
                raise ValueError(f"phrases must use the words {', '.join(vocabulary)}, got {unknown[0]!r}")
            numbers = [index[word] for word in phrase]
            np.add.at(counts, ([0, *[k + 1 for k in numbers]], [*numbers, len(vocabulary)]), 1.0)
        return cls(vocabulary, counts, smoothing=smoothing)

    @classmethod
    def uniform(cls, words: Sequence[str]) -> "BigramModel":
        """Build the model that knows nothing: after each word, every word and the end are equally probable.

        Parameters
        ----------
        words : sequence of str
            The vocabulary.

        Returns
        -------
        BigramModel
            The model.

        Examples
        --------
        >>> BigramModel.uniform(["yes", "no"]).probability("no", after="yes")
        0.3333333333333333
        """
        vocabulary = _vocabulary(words)
        return cls(vocabulary, np.zeros((len(vocabulary) + 1, len(vocabulary) + 1)), smoothing=1.0)

    def probability(self, word: str, after: str = BEGIN) -> float:
        """Return the probability of a word.

        Parameters
        ----------
        word : str
            A word, or ``</s>`` for the end of the phrase.
        after : str, default "<s>"
            The word before, or ``<s>`` for the beginning of the phrase.

        Returns
        -------
        float
            The probability.

        Raises
        ------
        ValueError
            If a word is unknown.
        """
        row = 0 if as_a(after, "after", str) == BEGIN else self._number(after, "after") + 1
        column = len(self.words) if as_a(word, "word", str) == END else self._number(word, "word")
        return float(self.probabilities[row, column])

    def log_probability(self, phrase: str | Sequence[str]) -> float:
        """Return the logarithm of the probability of a phrase, its end included.

        Parameters
        ----------
        phrase : str or sequence of str
            Words of the vocabulary. No word at all is a phrase as well.

        Returns
        -------
        float
            The logarithm; minus infinity for a phrase that cannot be.

        Raises
        ------
        ValueError
            If a word is unknown.
        """
        numbers = [self._number(word, "phrase") for word in as_words(phrase, "phrase")]
        chosen = self.probabilities[[0, *[k + 1 for k in numbers]], [*numbers, len(self.words)]]
        with np.errstate(divide="ignore"):
            return float(np.log(chosen).sum())

    def perplexity(self, phrases: Iterable[str | Sequence[str]]) -> float:
        r"""Return among how many equally probable words the model seems to choose, on average.

        Parameters
        ----------
        phrases : iterable of str or sequence of str
            Phrases, as a rule others than those that were counted.

        Returns
        -------
        float
            The perplexity, from 1; infinity if the model holds a phrase impossible.

        Raises
        ------
        ValueError
            If there is no phrase or a word is unknown.

        Notes
        -----
        .. math:: \exp \left( - \frac{1}{n} \sum_i \log P(w_i \mid w_{i-1}) \right)

        The sum runs over all n words and ends of phrases.

        Examples
        --------
        >>> round(BigramModel.uniform(["yes", "no"]).perplexity(["yes", "no no"]), 6)
        3.0
        """
        given = _phrases(phrases)
        total = sum(self.log_probability(phrase) for phrase in given)
        return float(np.exp(-total / sum(len(phrase) + 1 for phrase in given)))

    def sample(self, *, rng: np.random.Generator, longest: int = 20) -> tuple[str, ...]:
        """Draw a phrase.

        Parameters
        ----------
        rng : numpy.random.Generator
            Draws it.
        longest : int, default 20
            Number of words after which a phrase is cut off.

        Returns
        -------
        tuple of str
            The words.

        Examples
        --------
        >>> model = BigramModel(["yes", "no"], [[1, 0, 0], [0, 1, 0], [0, 0, 1]], smoothing=0.0)
        >>> model.sample(rng=np.random.default_rng(0), longest=5)
        ('yes', 'no')
        """
        rng, longest = checks.rng(rng), checks.count(longest, "longest", 0)
        phrase: list[str] = []
        row = 0
        while len(phrase) < longest:
            column = int(rng.choice(len(self.words) + 1, p=self.probabilities[row]))
            if column == len(self.words):
                break
            phrase.append(self.words[column])
            row = column + 1
        return tuple(phrase)

    def _number(self, word: str, name: str) -> int:
        if not isinstance(word, str) or word not in self._index:
            raise ValueError(f"{name} must be one of {', '.join(self.words)}, got {word!r:.60}")
        return self._index[word]


def _vocabulary(words: Sequence[str]) -> tuple[str, ...]:
    vocabulary = as_words(words, "words")
    if not vocabulary or len(set(vocabulary)) != len(vocabulary):
        raise ValueError(f"words must be different, at least one, got {', '.join(vocabulary) or 'none'}")
    return vocabulary


def _phrases(phrases: Iterable[str | Sequence[str]]) -> list[tuple[str, ...]]:
    """Return one phrase or more, as words."""
    if isinstance(phrases, str) or not isinstance(phrases, Iterable):
        raise ValueError(f"phrases must be several phrases, got {phrases!r:.60}")
    given = [as_words(phrase, "phrases") for phrase in phrases]
    if not given:
        raise ValueError("phrases must be at least one, got none")
    return given
