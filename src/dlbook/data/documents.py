"""Documents with planted evidence: which sentences and which words decide their class is known exactly."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import checks

TOPICS: tuple[str, ...] = ("food", "room", "staff", "view", "price", "garden")
"""What the letters of `planted_documents` judge."""

#: Topics that are judged in each document: half of them praised, half of them not.
_N_JUDGED = 4
_DEFAULT_TOPIC = "food"
_JUDGEMENTS = {
    True: ("good", "great", "lovely", "fine", "perfect"),
    False: ("bad", "awful", "poor", "dreadful", "sad"),
}
_DEGREES = ("", "", "very ", "really ", "quite ")
_VERDICTS = (
    "the {topic} was {judgement} .",
    "we found the {topic} {judgement} .",
    "{judgement} was the {topic} this time .",
    "on both days the {topic} was {judgement} .",
)
_QUESTIONS = (
    "for us the {topic} counts most .",
    "we travel for the {topic} alone .",
    "it is the {topic} that matters to me .",
)
_ASIDES = (
    "we came on a {day} .",
    "it rained all {day} .",
    "on {day} we took the boat to the island .",
    "my {person} came along .",
    "my {person} read a book on the way .",
    "the train with my {person} was an hour late .",
    "then we met our {person} at the harbour .",
    "they sold tickets for the museum .",
)
_FILLINGS = {
    "day": ("monday", "tuesday", "thursday", "friday", "sunday"),
    "person": ("sister", "brother", "aunt", "friend", "teacher"),
}


@dataclass(frozen=True)
class Documents:
    """Documents with the sentences and words that decide their class.

    Parameters
    ----------
    sentences : list of list of list of str
        The words of each sentence of each document, a full stop at the end of each sentence.
    labels : ndarray of int, shape (n_samples,)
        1 for a good verdict, 0 for a bad one.
    asking : ndarray of int, shape (n_samples,)
        Which sentence says what counts, from 0 on; -1 where none does.
    deciding : ndarray of int, shape (n_samples,)
        Which sentence judges what counts, from 0 on.
    planted : list of list of list of bool
        For each word whether it is part of the evidence.
    """

    sentences: list[list[list[str]]]
    labels: NDArray[np.int64]
    asking: NDArray[np.int64]
    deciding: NDArray[np.int64]
    planted: list[list[list[bool]]]


def planted_documents(
    n_samples: int,
    *,
    rng: np.random.Generator,
    min_sentences: int = 6,
    max_sentences: int = 6,
    asks: bool = True,
    negation: float = 0.4,
) -> Documents:
    """Write letters about a stay in which one sentence says what counts and another one judges it.

    Parameters
    ----------
    n_samples : int
        Number of documents, at least 1.
    rng : numpy.random.Generator
        Source of randomness.
    min_sentences, max_sentences : int, default 6
        A document has from `min_sentences` to `max_sentences` sentences. At least 5, or 4 if `asks` is false.
    asks : bool, default True
        Whether a sentence says which topic counts. If not, it is always the food.
    negation : float, default 0.4
        Probability that a judgement is put as the negation of its opposite, "not bad" for good, from 0 to 1.

    Returns
    -------
    Documents
        The sentences, the classes (half of each, up to one, in random order), and the truth about the
        evidence.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The text is generated, in this order:

    1. Four of the six topics are judged, in a sentence each, such as "we found the room not very good ." Two
       are praised and two are not.
    2. One of the four counts. "for us the room counts most ." says which, in a sentence of its own.
    3. The class is the judgement of that topic.
    4. Asides such as "we came on a monday ." fill the document up. All sentences stand in random order.

    The evidence is the name of the topic in both sentences, the judgement, and "not" if it is there.

    Word counts say nothing about the class. Exchange the judgement of the topic that counts and the judgement
    of a topic of the other kind: the words stay the same, the class is the other one, and both documents are
    equally probable. So no model of word counts is right with a probability above 1/2. No single sentence
    decides either, unless `asks` is false.

    Examples
    --------
    >>> letters = planted_documents(1, rng=np.random.default_rng(5))
    >>> for sentence in letters.sentences[0]:
    ...     print(" ".join(sentence))
    they sold tickets for the museum .
    for us the price counts most .
    on both days the garden was really good .
    the room was not lovely .
    on both days the staff was great .
    not great was the price this time .
    >>> letters.labels.tolist(), letters.asking.tolist(), letters.deciding.tolist()
    ([0], [1], [5])
    """
    n_samples = checks.count(n_samples, "n_samples")
    least = _N_JUDGED + bool(asks)
    low = checks.count(min_sentences, "min_sentences", least)
    high = checks.count(max_sentences, "max_sentences", low)
    negation = checks.probability(negation, "negation")
    checks.rng(rng)
    labels = rng.permutation(np.arange(n_samples) % 2)
    places = np.full((n_samples, 2), -1)
    sentences, planted = [], []
    for row, label in enumerate(labels):
        topics, praised = _topics(asks, bool(label), rng)
        texts = [_verdict(topic, good, negation, rng) for topic, good in zip(topics, praised, strict=True)]
        if asks:
            texts.append(_one(_QUESTIONS, rng).format(topic=topics[0]))
        texts += [_aside(rng) for _ in range(int(rng.integers(low, high + 1)) - least)]
        order = rng.permutation(len(texts))
        place = np.argsort(order)
        places[row] = place[_N_JUDGED] if asks else -1, place[0]
        words = [texts[i].split() for i in order]
        sentences.append(words)
        planted.append([[i in places[row] and _decides(word) for word in s] for i, s in enumerate(words)])
    return Documents(sentences, labels, places[:, 0], places[:, 1], planted)


def _topics(asks: bool, good: bool, rng: np.random.Generator) -> tuple[list[str], list[bool]]:
    """Draw four topics, the one that counts first, and two judgements of each kind."""
    first = _one(TOPICS, rng) if asks else _DEFAULT_TOPIC
    others = [topic for topic in TOPICS if topic != first]
    drawn = [others[i] for i in rng.permutation(len(others))[: _N_JUDGED - 1]]
    return [first, *drawn], [good, good, not good, not good]


def _verdict(topic: str, praises: bool, negation: float, rng: np.random.Generator) -> str:
    """Write that a topic was good, or that it was not bad."""
    negated = rng.random() < negation
    word = _one(_JUDGEMENTS[praises != negated], rng)
    judgement = f"{'not ' if negated else ''}{_one(_DEGREES, rng)}{word}"
    return _one(_VERDICTS, rng).format(topic=topic, judgement=judgement)


def _aside(rng: np.random.Generator) -> str:
    """Write a sentence that judges nothing."""
    return _one(_ASIDES, rng).format(**{name: _one(words, rng) for name, words in _FILLINGS.items()})


def _decides(word: str) -> bool:
    return word == "not" or word in TOPICS or word in _JUDGEMENTS[True] or word in _JUDGEMENTS[False]


def _one(words: Sequence[str], rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]
