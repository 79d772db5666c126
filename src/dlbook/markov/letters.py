"""Models of text after Shannon: the next letter depends on the last few."""

import string
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .. import checks

ALPHABET = string.ascii_lowercase + " "
"""The 26 letters and the space."""


def normalize_letters(text: str, alphabet: str = ALPHABET) -> str:
    """Write a text with the letters of an alphabet alone.

    Parameters
    ----------
    text : str
        Any text.
    alphabet : str
        The letters that are kept, all different, lower case, with the space among them.

    Returns
    -------
    str
        The text in lower case. Whatever is not in the alphabet becomes a space, several spaces become one,
        and none are left at the ends.

    Raises
    ------
    ValueError
        If `alphabet` has no space, has fewer than two letters, or repeats one.

    Examples
    --------
    >>> normalize_letters("It's 3 o'clock -- already?")
    'it s o clock already'
    """
    _check_alphabet(alphabet)
    if " " not in alphabet:
        raise ValueError(f"alphabet must contain a space, got {alphabet!r}")
    known = set(alphabet)
    _check_text(text, "text")
    return " ".join("".join(letter if letter in known else " " for letter in text.lower()).split())


class LetterModel:
    r"""A model that predicts the next letter from the last `order` ones.

    It is a Markov chain whose state is the group of the last letters. All it knows is how often each letter
    followed each group.

    Parameters
    ----------
    text : str
        The text to count in, with more than `order` letters, all of them in the alphabet.
    order : int
        How many letters back the model looks. With 0 it knows the frequencies of the letters alone.
    alphabet : str
        The letters, all different.
    smoothing : {"witten-bell", "none"}, default "witten-bell"
        What happens to letters that did not occur.

    Raises
    ------
    ValueError
        If `order` is negative, or so large that a group of letters has no 64-bit number; if `alphabet` has
        fewer than two letters or repeats one; if `text` is too short or holds another letter; or if
        `smoothing` is unknown.

    Attributes
    ----------
    order : int
        How many letters back the model looks.
    alphabet : str
        The letters.
    smoothing : {"witten-bell", "none"}
        What happens to letters that did not occur.
    n_contexts : int
        How many different groups of `order` letters the text held that were followed by a letter.

    Notes
    -----
    Without smoothing the probabilities are relative frequencies, those of maximum likelihood:

    .. math:: \hat{p}(x \mid h) = \frac{n(hx)}{n(h)}

    A group :math:`h` that never occurred is cut to its last letters until it did occur. A letter that never
    followed a group that did occur is impossible, and a text that holds such a place has an infinite
    cross-entropy. Witten-Bell smoothing mixes each order with the one below it, down to the uniform
    distribution over the :math:`V` letters of the alphabet:

    .. math::

       p(x \mid h) = \frac{n(hx) + d(h) \, p(x \mid h')}{n(h) + d(h)}, \qquad
       p(x \mid h') = \frac{1}{V} \text{ below order 0}

    ==================  ================================================================
    symbol              meaning
    ==================  ================================================================
    :math:`x`           the next letter
    :math:`h`           the letters before it, at most `order`
    :math:`h'`          :math:`h` without its first letter
    :math:`n(hx)`       how often :math:`h` was followed by :math:`x`
    :math:`n(h)`        how often :math:`h` was followed by any letter
    :math:`d(h)`        how many different letters followed :math:`h`
    ==================  ================================================================

    The weight of the lower order, :math:`d(h) / (n(h) + d(h))`, is large where few letters were counted and
    many of them were different. The first letters of a text are predicted from those before them, however
    few they are.

    References
    ----------
    - C. E. Shannon, "A mathematical theory of communication", Bell System Technical Journal 27, 1948,
      pp. 379-423 and 623-656, section 3.
    - I. H. Witten and T. C. Bell, "The zero-frequency problem: estimating the probabilities of novel events
      in adaptive text compression", IEEE Transactions on Information Theory 37(4), 1991, pp. 1085-1094.
    - S. F. Chen and J. Goodman, "An empirical study of smoothing techniques for language modeling", Computer
      Speech and Language 13(4), 1999, pp. 359-394, section 2.

    Examples
    --------
    >>> model = LetterModel("abracadabra", 1, alphabet="abcdr", smoothing="none")
    >>> model.probabilities("a").round(2)
    array([0.  , 0.5 , 0.25, 0.25, 0.  ])
    """

    def __init__(
        self,
        text: str,
        order: int,
        *,
        alphabet: str = ALPHABET,
        smoothing: Literal["witten-bell", "none"] = "witten-bell",
    ) -> None:
        _check_alphabet(alphabet)
        self.order = checks.count(order, "order", 0)
        if len(alphabet) ** (self.order + 1) >= 2**63:
            largest = int(63 * np.log(2) / np.log(len(alphabet))) - 1
            raise ValueError(f"order must be at most {largest} for {len(alphabet)} letters, got {order}")
        self.alphabet = alphabet
        self.smoothing = checks.choice(smoothing, "smoothing", ("witten-bell", "none"))
        letters = _encode(text, "text", alphabet)
        if len(letters) <= order:
            raise ValueError(f"text must have more than order={order} letters, got {len(letters)}")
        self._counts = [_Counts(letters, length, len(alphabet)) for length in range(order + 1)]
        self.n_contexts = len(self._counts[-1].contexts)

    def probabilities(self, context: str = "") -> NDArray[np.float64]:
        """Return the probabilities of the next letter.

        Parameters
        ----------
        context : str, default ""
            The letters before it. Only the last `order` of them count.

        Returns
        -------
        ndarray of shape (n_letters,)
            The probability of each letter of the alphabet, with sum 1.

        Raises
        ------
        ValueError
            If `context` holds a letter that is not in the alphabet.

        Examples
        --------
        >>> model = LetterModel("abracadabra", 1, alphabet="abcdr")
        >>> model.probabilities("a").round(3)
        array([0.161, 0.366, 0.196, 0.196, 0.08 ])
        """
        return self._next(_encode(context, "context", self.alphabet))

    def bits(self, text: str) -> NDArray[np.float64]:
        r"""Return how surprising each letter of a text is, in bits.

        Parameters
        ----------
        text : str
            At least one letter, all of them in the alphabet.

        Returns
        -------
        ndarray of shape (n_letters_of_text,)
            :math:`-\log_2` of the probability of each letter, given those before it; infinite for an
            impossible letter.

        Raises
        ------
        ValueError
            If `text` is empty or holds a letter that is not in the alphabet.

        Examples
        --------
        >>> model = LetterModel("abracadabra", 0, alphabet="abcdr", smoothing="none")
        >>> model.bits("ab").round(3)
        array([1.138, 2.459])
        """
        letters = _encode(text, "text", self.alphabet)
        if not len(letters):
            raise ValueError("text must have at least one letter, got none")
        size = len(self.alphabet)
        probability = np.full(len(letters), 1 / size)
        for length, counts in enumerate(self._counts):
            groups = _groups(letters, length + 1, size)
            probability[length:] = self._mixed(*counts.of(groups), probability[length:])
        with np.errstate(divide="ignore"):
            return -np.log2(probability) + 0.0  # no negative zero

    def cross_entropy(self, text: str) -> float:
        """Return the mean number of bits that the model needs for a letter of a text.

        Parameters
        ----------
        text : str
            At least one letter, all of them in the alphabet. Take a text that the model was not made from.

        Returns
        -------
        float
            Bits a letter: :math:`\\log_2` of the size of the alphabet for a model that knows nothing, less
            for one that predicts the text, infinite if a letter is impossible.

        Raises
        ------
        ValueError
            If `text` is empty or holds a letter that is not in the alphabet.

        Examples
        --------
        >>> model = LetterModel("abababababababab", 1, alphabet="ab")
        >>> round(model.cross_entropy("babababa"), 3)
        0.202
        """
        return float(self.bits(text).mean())

    def sample(self, length: int, *, rng: np.random.Generator, start: str = "") -> str:
        """Write a random text.

        Parameters
        ----------
        length : int
            Number of letters to write, at least 1.
        rng : numpy.random.Generator
            Where the randomness comes from.
        start : str, default ""
            Letters that precede the text. They are not part of what is returned.

        Returns
        -------
        str
            The text.

        Raises
        ------
        ValueError
            If `length` is not a whole number of at least 1, or `start` holds a letter that is not in the
            alphabet.

        Examples
        --------
        >>> model = LetterModel("ab" * 50, 1, alphabet="ab", smoothing="none")
        >>> model.sample(6, rng=np.random.default_rng(0), start="b")
        'ababab'
        """
        written = _encode(start, "start", self.alphabet).tolist()
        length = checks.count(length, "length")
        uniform = checks.rng(rng).random(length)
        for number in uniform:
            summed = np.cumsum(self._next(np.array(written[-self.order :] if self.order else [], dtype=int)))
            written.append(int(np.searchsorted(summed / summed[-1], number, side="right")))
        return "".join(self.alphabet[letter] for letter in written[-length:])

    def _next(self, context: NDArray[np.int64]) -> NDArray[np.float64]:
        size = len(self.alphabet)
        probability = np.full(size, 1 / size)
        for length, counts in enumerate(self._counts[: len(context) + 1]):
            last = context[len(context) - length :]
            groups = int(last @ size ** np.arange(length, 0, -1)) + np.arange(size)
            probability = self._mixed(*counts.of(groups), probability)
        return probability

    def _mixed(
        self,
        together: NDArray[np.int64],
        total: NDArray[np.int64],
        different: NDArray[np.int64],
        lower: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Return n(hx), n(h) and d(h) as probabilities, mixed with those of the order below."""
        weight = different if self.smoothing == "witten-bell" else 0
        return np.where(total > 0, (together + weight * lower) / np.maximum(total + weight, 1), lower)

    def __repr__(self) -> str:
        return f"LetterModel(order={self.order}, n_contexts={self.n_contexts})"


class _Counts:
    """How often each group of letters of one length occurred, and what followed it."""

    def __init__(self, letters: NDArray[np.int64], length: int, size: int) -> None:
        self.size = size
        self.groups, self.together = np.unique(_groups(letters, length + 1, size), return_counts=True)
        self.contexts, first, self.different = np.unique(
            self.groups // size, return_index=True, return_counts=True
        )
        self.total = np.add.reduceat(self.together, first)

    def of(self, groups: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return n(hx), n(h) and d(h) for groups hx."""
        contexts = groups // self.size
        return (
            _looked_up(self.groups, self.together, groups),
            _looked_up(self.contexts, self.total, contexts),
            _looked_up(self.contexts, self.different, contexts),
        )


def _looked_up(
    keys: NDArray[np.int64], values: NDArray[np.int64], wanted: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the value of each wanted key, 0 where there is none. The keys are in ascending order."""
    position = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[position] == wanted, values[position], 0)


def _groups(letters: NDArray[np.int64], length: int, size: int) -> NDArray[np.int64]:
    """Return every group of `length` neighbouring letters as a number to the base `size`."""
    count = max(len(letters) - length + 1, 0)
    numbers = np.zeros(count, dtype=np.int64)
    for offset in range(length):
        numbers = numbers * size + letters[offset : offset + count]
    return numbers


def _encode(text: str, name: str, alphabet: str) -> NDArray[np.int64]:
    _check_text(text, name)
    number = {letter: position for position, letter in enumerate(alphabet)}
    for position, letter in enumerate(text):
        if letter not in number:
            raise ValueError(
                f"{name} must hold letters of {alphabet!r} alone, got {letter!r} at position {position}"
            )
    return np.array([number[letter] for letter in text], dtype=np.int64)


def _check_text(value: str, name: str) -> None:
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text, got {value!r:.60}")


def _check_alphabet(alphabet: str) -> None:
    _check_text(alphabet, "alphabet")
    repeated = [letter for position, letter in enumerate(alphabet) if letter in alphabet[:position]]
    if len(alphabet) < 2 or repeated:
        got = f"{repeated[0]!r} twice" if repeated else repr(alphabet)
        raise ValueError(f"alphabet must hold at least two letters, all different, got {got}")
