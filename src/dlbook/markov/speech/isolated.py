"""Recognition of single words: the word with the best product of likelihood and prior."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ... import checks
from ...data.speech import SILENCE, Lexicon
from ...data.speech.checks import as_a, as_features
from ._chains import chain_forward
from .acoustic import AcousticModel

Floats = NDArray[np.float64]


class IsolatedRecognizer:
    r"""Finds which single word was said.

    Parameters
    ----------
    model : AcousticModel
        Models of the units and of silence.
    lexicon : Lexicon
        How words are built of units. The words need not be those that the model was trained with.
    priors : mapping of str to float, optional
        Probability of every word, positive; they sum to 1. Without it all words are equally probable.

    Attributes
    ----------
    words : tuple of str
        The words that can be recognized.

    Raises
    ------
    ValueError
        If the model lacks a unit of the lexicon, or `priors` does not give every word a probability.

    Notes
    -----
    .. math:: w^{*} = \arg\max_w \; \bigl( \log P(X \mid w) + \log P(w) \bigr)

    ===================  ==========  ====================================================
    symbol               name        meaning
    ===================  ==========  ====================================================
    :math:`X`            `features`  frames of the recording
    :math:`P(X \mid w)`  `model`     density of the chain silence, units of w, silence
    :math:`P(w)`         `priors`    probability of the word
    ===================  ==========  ====================================================

    Examples
    --------
    >>> model = AcousticModel(
    ...     ("SIL", "A", "B"), (1, 1, 1), np.full(3, 0.5), np.ones((3, 1)),
    ...     np.array([[[0.0]], [[3.0]], [[6.0]]]), np.ones((3, 1, 1)))
    >>> recognizer = IsolatedRecognizer(model, Lexicon({"ab": "A B", "ba": "B A"}))
    >>> frames = [[0.1], [2.8], [3.1], [6.2], [0.2]]
    >>> recognizer.recognize(frames), recognizer.words[recognizer.scores(frames).argmax()]
    ('ab', 'ab')
    >>> recognizer.posteriors(frames).round(4).tolist()
    [1.0, 0.0]
    """

    words: tuple[str, ...]

    def __init__(
        self, model: AcousticModel, lexicon: Lexicon, priors: Mapping[str, float] | None = None
    ) -> None:
        self.model, self.lexicon = as_a(model, "model", AcousticModel), as_a(lexicon, "lexicon", Lexicon)
        self.words = lexicon.words
        self._log_priors = _check_priors(priors, lexicon.words)
        chains = [model.chain((SILENCE, *lexicon.spell(word), SILENCE)) for word in lexicon.words]
        self._sizes = np.array([len(chain) for chain in chains])
        longest = self._sizes.max()
        self._chains = np.array([np.pad(c, (0, longest - len(c)), mode="edge") for c in chains])
        self._beyond = np.arange(longest) >= self._sizes[:, None]

    def scores(self, features: ArrayLike) -> Floats:
        """Score every word.

        Parameters
        ----------
        features : array_like of shape (n_frames, n_features)
            Features of a recording: silence, one word, silence.

        Returns
        -------
        ndarray of shape (n_words,)
            Log-likelihood plus log prior of each word; minus infinity where a word needs more frames.

        Raises
        ------
        ValueError
            If the features do not fit, or there are fewer frames than any word has states.
        """
        x = as_features(features, "features", self.model.n_features)
        if len(x) < self._sizes.min():
            raise ValueError(
                f"features must have at least {self._sizes.min()} frames, one for each state of the shortest "
                f"word, got {len(x)}"
            )
        emissions = self.model.log_likelihoods(x)[:, self._chains].swapaxes(0, 1)
        emissions[np.broadcast_to(self._beyond[:, None], emissions.shape)] = -np.inf
        stay, leave = np.log(self.model.stay[self._chains]), np.log1p(-self.model.stay[self._chains])
        rows = np.arange(len(self.words))
        last = chain_forward(emissions, stay, leave)[rows, -1, self._sizes - 1]
        return last + leave[rows, self._sizes - 1] + self._log_priors

    def posteriors(self, features: ArrayLike) -> Floats:
        """Return how probable every word is, given that one of them was said.

        Parameters
        ----------
        features : array_like of shape (n_frames, n_features)
            Features of a recording.

        Returns
        -------
        ndarray of shape (n_words,)
            Probabilities; they sum to 1. They are far too sure of themselves: the model takes neighbouring
            frames for independent.
        """
        scores = self.scores(features)
        shares = np.exp(scores - scores.max())
        return shares / shares.sum()

    def recognize(self, features: ArrayLike) -> str:
        """Return the best word.

        Parameters
        ----------
        features : array_like of shape (n_frames, n_features)
            Features of a recording.

        Returns
        -------
        str
            The word; of equally good words the first.
        """
        return self.words[int(self.scores(features).argmax())]


def _check_priors(priors: Mapping[str, float] | None, words: tuple[str, ...]) -> Floats:
    if priors is None:
        return np.full(len(words), -np.log(len(words)))
    if set(as_a(priors, "priors", Mapping)) != set(words):
        raise ValueError(f"priors must name the words {', '.join(words)}, got {', '.join(map(str, priors))}")
    values = checks.probabilities([priors[word] for word in words], "priors")
    if not values.all():
        raise ValueError(f"priors must be positive, got 0 for {words[int(values.argmin())]!r}")
    return np.log(values)
