"""Recognition of phrases: one large hidden Markov model of all words, and the best path through it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ... import checks
from ...data.speech import Lexicon, Segment
from ...data.speech.checks import as_a, as_features
from ..recursions import viterbi_recursion
from ._network import Network
from .acoustic import AcousticModel
from .frontend import FrontEnd
from .language import BEGIN, END, BigramModel

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Hypothesis:
    """What a recognizer makes of an utterance.

    Parameters
    ----------
    words : tuple of str
        The words, in order.
    score : float
        Score of the path: `acoustic`, plus `language` times its weight, plus the penalty for every word.
    acoustic : float
        Log-likelihood of the frames along the path.
    language : float
        Log-probability of the words in the language model.
    word_frames : tuple of (str, int, int)
        Each word with its first frame and the frame after its last.
    unit_frames : tuple of (str, int, int)
        The same for units. Pauses are included as "SIL"; together they cover all frames.
    states : ndarray of shape (n_frames,)
        State of the acoustic model in every frame.
    """

    words: tuple[str, ...]
    score: float
    acoustic: float
    language: float
    word_frames: tuple[tuple[str, int, int], ...]
    unit_frames: tuple[tuple[str, int, int], ...]
    states: Indices

    def word_times(self, front_end: FrontEnd) -> tuple[Segment, ...]:
        """Return when the words were said.

        Parameters
        ----------
        front_end : FrontEnd
            What made the features.

        Returns
        -------
        tuple of Segment
            Words with their times in seconds.
        """
        return tuple(Segment(w, front_end.boundary(a), front_end.boundary(b)) for w, a, b in self.word_frames)

    def unit_times(self, front_end: FrontEnd) -> tuple[Segment, ...]:
        """Return when the units were said.

        Parameters
        ----------
        front_end : FrontEnd
            What made the features.

        Returns
        -------
        tuple of Segment
            Units with their times in seconds.
        """
        return tuple(Segment(u, front_end.boundary(a), front_end.boundary(b)) for u, a, b in self.unit_frames)


class ConnectedRecognizer:
    r"""Finds which words were said, when their number and their limits are unknown.

    Parameters
    ----------
    model : AcousticModel
        Models of the units and of silence.
    lexicon : Lexicon
        How words are built of units.
    language : BigramModel, optional
        Which word follows which: of the words of the lexicon, in any order. Without it, every word and the
        end are always equally probable.
    language_weight : float, default 1.0
        Factor of the language model's log-probability, not negative. With equally probable words it acts as
        a penalty for every word.
    insertion_penalty : float, default 0.0
        Added to the score for every word. A negative number makes for fewer words.
    pause_probability : float, default 0.5
        Probability that a pause stands before the first word or after a word, between 0 and 1.

    Raises
    ------
    ValueError
        If the model lacks a unit of the lexicon, the language model has other words, a word has a single
        state, or a number is out of range.

    Notes
    -----
    .. math:: W^{*} = \arg\max_W \; \bigl( \log P(X \mid W) + \lambda \log P(W) + p \, \lvert W \rvert \bigr)

    =======================  ===================  =======================================================
    symbol                   name                 meaning
    =======================  ===================  =======================================================
    :math:`W`                `words`              a sequence of words
    :math:`X`                `features`           frames of the utterance
    :math:`P(X \mid W)`      `acoustic`           acoustic model and lexicon, along the best path (Viterbi)
    :math:`P(W)`             `language`           language model
    :math:`\lambda`          `language_weight`    its weight
    :math:`p`                `insertion_penalty`  what each of the words costs
    =======================  ===================  =======================================================

    All words stand side by side in one network. From the end of each word lead arcs to the beginnings of all
    words, directly or through a pause, which carry the bigrams. So the network is again a hidden Markov
    model, and one run of Viterbi's algorithm finds words and limits at once.

    The weight is needed because the acoustic model takes neighbouring frames for independent. They are not,
    so its log-likelihoods differ far too much between words; a weight above 1 restores the balance.

    References
    ----------
    - L. R. Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition",
      Proceedings of the IEEE 77(2), 1989, pp. 257-286.

    Examples
    --------
    >>> model = AcousticModel(
    ...     ("SIL", "A", "B"), (1, 1, 1), np.full(3, 0.5), np.ones((3, 1)),
    ...     np.array([[[0.0]], [[3.0]], [[6.0]]]), np.full((3, 1, 1), 0.1))
    >>> recognizer = ConnectedRecognizer(model, Lexicon({"ab": "A B", "ba": "B A"}))
    >>> heard = recognizer.decode([[0.0], [3.0], [6.0], [6.1], [0.1], [5.9], [3.0], [2.9]])
    >>> heard.words
    ('ab', 'ba')
    >>> heard.word_frames
    (('ab', 1, 4), ('ba', 5, 8))
    >>> heard.word_times(FrontEnd())[0].label, len(heard.unit_times(FrontEnd()))
    ('ab', 6)
    >>> recognizer.align([[0.0], [3.0], [6.0], [6.1], [0.1]], "ab").word_frames
    (('ab', 1, 4),)
    """

    def __init__(
        self,
        model: AcousticModel,
        lexicon: Lexicon,
        language: BigramModel | None = None,
        *,
        language_weight: float = 1.0,
        insertion_penalty: float = 0.0,
        pause_probability: float = 0.5,
    ) -> None:
        self.model, self.lexicon = as_a(model, "model", AcousticModel), as_a(lexicon, "lexicon", Lexicon)
        known = BigramModel.uniform(lexicon.words) if language is None else language
        self.language = as_a(known, "language", BigramModel)
        if set(self.language.words) != set(lexicon.words):
            raise ValueError(
                f"language must have the words of the lexicon ({', '.join(lexicon.words)}), "
                f"got {', '.join(self.language.words)}"
            )
        self.language_weight = checks.not_negative(language_weight, "language_weight")
        self.insertion_penalty = checks.number(insertion_penalty, "insertion_penalty")
        self.pause_probability = checks.number(pause_probability, "pause_probability", above=0, below=1)
        short = [w for w in lexicon.words if len(model.chain(lexicon.spell(w))) < 2]
        if short:
            raise ValueError(f"words must have at least two states, got one for {short[0]!r}")
        self._network = self._loop()

    def decode(self, features: ArrayLike) -> Hypothesis:
        """Find the best words.

        Parameters
        ----------
        features : array_like of shape (n_frames, n_features)
            Features of the utterance.

        Returns
        -------
        Hypothesis
            Words, scores and times. Where nothing but silence is heard, there are no words.

        Raises
        ------
        ValueError
            If the features do not fit, or no path has as few frames or as probable words.
        """
        return self._best(self._network, features)

    def align(self, features: ArrayLike, words: str | Sequence[str]) -> Hypothesis:
        """Find when the given words were said.

        Parameters
        ----------
        features : array_like of shape (n_frames, n_features)
            Features of the utterance.
        words : str or sequence of str
            What was said.

        Returns
        -------
        Hypothesis
            The given words, with the best score and the best times that they can have.

        Raises
        ------
        ValueError
            If the features do not fit, a word is not in the lexicon, the language model holds the words
            impossible, or there are fewer frames than the words have states.
        """
        return self._best(self._line(self.lexicon.known(words)), features)

    def _bigram(self, word: str, after: str) -> float:
        """Score of an arc into a word or into the end."""
        with np.errstate(divide="ignore"):
            log_probability = float(np.log(self.language.probability(word, after)))
        weighted = self.language_weight * log_probability if self.language_weight else 0.0
        return weighted + (0.0 if word == END else self.insertion_penalty)

    def _loop(self) -> Network:
        """The network of all words: every word may follow every word."""
        words = self.lexicon.words
        network = Network(self.model)
        pauses = {BEGIN: network.add_pause()}
        nodes = {}
        for word in words:
            nodes[word] = network.add_word(word, self.lexicon.spell(word))
            pauses[word] = network.add_pause()
        self._connect(network, [(BEGIN, None, pauses[BEGIN])], [(w, nodes[w]) for w in words], end=True)
        history = [(word, nodes[word], pauses[word]) for word in words]
        self._connect(network, history, [(w, nodes[w]) for w in words], end=True)
        return network.closed()

    def _line(self, words: tuple[str, ...]) -> Network:
        """The network of one phrase."""
        network = Network(self.model)
        history: list[tuple[str, int | None, int]] = [(BEGIN, None, network.add_pause())]
        for word in words:
            node = network.add_word(word, self.lexicon.spell(word))
            self._connect(network, history, [(word, node)], end=False)
            history = [(word, node, network.add_pause())]
        self._connect(network, history, [], end=True)
        return network.closed()

    def _connect(
        self,
        network: Network,
        history: Sequence[tuple[str, int | None, int]],
        following: Sequence[tuple[str, int]],
        *,
        end: bool,
    ) -> None:
        """Join words (or the beginning, None) and the pauses after them to the words that may follow."""
        pause, none = np.log(self.pause_probability), np.log1p(-self.pause_probability)
        for word, node, silence in history:
            network.join(node, silence, pause)
            for other, target in following:
                bigram = self._bigram(other, word)
                network.join(node, target, none + bigram)
                network.join(silence, target, bigram)
            if end:
                bigram = self._bigram(END, word)
                if node is not None:
                    network.finish(node, none + bigram)
                network.finish(silence, bigram)

    def _best(self, network: Network, features: ArrayLike) -> Hypothesis:
        x = as_features(features, "features", self.model.n_features)
        emissions = self.model.log_likelihoods(x)[:, network.states]
        emissions[-1] += network.log_end
        path, score = viterbi_recursion(network.log_start, network.log_transition, emissions)
        if score == -np.inf:
            raise ValueError(
                f"features must have a frame for each state of the words, and the words a probability above "
                f"0, but no path fits {len(x)} frames"
            )
        words, units = network.read(path)
        said, score = tuple(word for word, _, _ in words), float(score)
        language = self.language.log_probability(said)
        weighted = self.language_weight * language if self.language_weight else 0.0
        acoustic = score - weighted - self.insertion_penalty * len(said)
        return Hypothesis(said, score, acoustic, language, words, units, network.states[path])
