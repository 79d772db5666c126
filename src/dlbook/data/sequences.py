"""Tasks for a memory, made from a seeded generator: what must be kept, and for how long, is known exactly."""

import numpy as np

from .. import checks


def adding_problem(n_samples: int, length: int, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    r"""Draw sequences of numbers of which two are marked. The sum of these two is asked for.

    Parameters
    ----------
    n_samples : int
        Number of sequences, at least 1.
    length : int
        Number of steps, at least 2.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    x : ndarray of shape (n_samples, length, 2)
        Feature 0 is a number, uniform from 0 to 1. Feature 1 is the mark: 1 at two steps, one in each half of
        the sequence, and 0 elsewhere. If the length is odd the first half is the shorter one.
    y : ndarray of shape (n_samples,)
        The sum of the two marked numbers, from 0 to 2.

    Raises
    ------
    ValueError
        If a count is too small.

    Notes
    -----
    Who knows nothing says 1 every time. The mean squared error of that is the variance of the sum of two
    uniform numbers,

    .. math:: \operatorname{Var}(a + b) = 2 \cdot \tfrac{1}{12} = \tfrac{1}{6} \approx 0.167,

    and a network has learned something once it is below. The problem as first posed draws numbers from -1 to
    1 and lengths at random, and marks the first number among the first ten; this form is the later one.

    References
    ----------
    - S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997,
      pp. 1735-1780, experiment 4.
    - M. Arjovsky, A. Shah and Y. Bengio, "Unitary evolution recurrent neural networks", International
      Conference on Machine Learning, 2016.

    Examples
    --------
    >>> x, y = adding_problem(4, 50, rng=np.random.default_rng(0))
    >>> x.shape, x[:, :, 1].sum(axis=1).tolist()
    ((4, 50, 2), [2.0, 2.0, 2.0, 2.0])
    >>> bool(np.allclose(y, (x[:, :, 0] * x[:, :, 1]).sum(axis=1)))
    True
    """
    n_samples = checks.count(n_samples, "n_samples")
    length = checks.count(length, "length", 2)
    checks.rng(rng)
    middle = length // 2
    x = np.zeros((n_samples, length, 2))
    x[:, :, 0] = rng.random((n_samples, length))
    samples = np.arange(n_samples)
    first, second = rng.integers(middle, size=n_samples), rng.integers(middle, length, size=n_samples)
    x[samples, first, 1] = x[samples, second, 1] = 1.0
    return x, x[samples, first, 0] + x[samples, second, 0]


def copy_problem(
    n_samples: int, delay: int, *, rng: np.random.Generator, n_symbols: int = 8, n_copied: int = 10
) -> tuple[np.ndarray, np.ndarray]:
    r"""Draw symbols that must be repeated in order after a delay.

    Parameters
    ----------
    n_samples : int
        Number of sequences, at least 1.
    delay : int
        Steps from the end of the symbols to the signal to repeat them, that signal included, at least 1.
    rng : numpy.random.Generator
        Source of randomness.
    n_symbols : int, default 8
        Number of different symbols, at least 2.
    n_copied : int, default 10
        How many symbols have to be repeated, at least 1.

    Returns
    -------
    x : ndarray of int, shape (n_samples, delay + 2 * n_copied)
        Symbols from 0 to n_symbols - 1; ``n_symbols`` is the blank, ``n_symbols + 1`` the signal. So there
        are n_symbols + 2 different inputs.
    y : ndarray of int, shape (n_samples, delay + 2 * n_copied)
        The output wanted at each step: blanks, and at the last n_copied steps the symbols.

    Raises
    ------
    ValueError
        If a count is too small.

    Notes
    -----
    With symbols a, b, c, the blank ``.`` and the signal ``!``, a `delay` of 4 and `n_copied` of 3:

    .. code-block:: text

        x   c a b . . . ! . . .
        y   . . . . . . . c a b

    Who remembers nothing answers blanks, and then each symbol with the same probability. With :math:`S`
    symbols, :math:`n` of them copied after a delay :math:`D`, the mean cross-entropy of a step is then

    .. math:: \frac{n \log S}{D + 2 n}

    References
    ----------
    - M. Arjovsky, A. Shah and Y. Bengio, "Unitary evolution recurrent neural networks", International
      Conference on Machine Learning, 2016.

    Examples
    --------
    >>> x, y = copy_problem(1, 4, n_symbols=3, n_copied=3, rng=np.random.default_rng(0))
    >>> x[0]
    array([2, 1, 1, 3, 3, 3, 4, 3, 3, 3])
    >>> y[0]
    array([3, 3, 3, 3, 3, 3, 3, 2, 1, 1])
    """
    n_samples = checks.count(n_samples, "n_samples")
    delay = checks.count(delay, "delay")
    n_symbols = checks.count(n_symbols, "n_symbols", 2)
    n_copied = checks.count(n_copied, "n_copied")
    checks.rng(rng)
    symbols = rng.integers(n_symbols, size=(n_samples, n_copied))
    x = np.full((n_samples, delay + 2 * n_copied), n_symbols)
    y = x.copy()
    x[:, :n_copied] = y[:, -n_copied:] = symbols
    x[:, n_copied + delay - 1] = n_symbols + 1
    return x, y


def recall_task(
    n_samples: int, delay: int, *, rng: np.random.Generator, n_symbols: int = 2, n_distractors: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    """Draw sequences whose first symbol must be named at the end, after a delay filled with others.

    Parameters
    ----------
    n_samples : int
        Number of sequences, at least 1. Each symbol stands first equally often, up to one.
    delay : int
        Steps from the symbol to the last step, at least 0. Each of them shows a distractor.
    rng : numpy.random.Generator
        Source of randomness.
    n_symbols : int, default 2
        Number of symbols to remember, at least 2.
    n_distractors : int, default 2
        Number of different distractors, at least 1.

    Returns
    -------
    x : ndarray of int, shape (n_samples, delay + 1)
        The symbol, from 0 to n_symbols - 1, then distractors, whose numbers go on from n_symbols.
    y : ndarray of int, shape (n_samples,)
        The symbol, in random order.

    Raises
    ------
    ValueError
        If a count is too small.

    Notes
    -----
    The distractors say nothing about the symbol, so that who does not remember is right with probability
    1 / n_symbols. The longest delay at which a network still learns tells how far back its gradient reaches.

    References
    ----------
    - Y. Bengio, P. Simard and P. Frasconi, "Learning long-term dependencies with gradient descent is
      difficult", IEEE Transactions on Neural Networks 5(2), 1994, pp. 157-166.

    Examples
    --------
    >>> x, y = recall_task(6, 3, rng=np.random.default_rng(0))
    >>> x.shape, bool((x[:, 0] == y).all()), np.bincount(y).tolist()
    ((6, 4), True, [3, 3])
    """
    n_samples = checks.count(n_samples, "n_samples")
    delay = checks.count(delay, "delay", 0)
    n_symbols = checks.count(n_symbols, "n_symbols", 2)
    n_distractors = checks.count(n_distractors, "n_distractors")
    checks.rng(rng)
    y = rng.permutation(np.arange(n_samples) % n_symbols)
    distractors = rng.integers(n_symbols, n_symbols + n_distractors, size=(n_samples, delay))
    return np.column_stack([y, distractors]), y
