"""Sentences from small grammars, made from a seeded generator, so that the right answer is known."""

from collections.abc import Sequence

import numpy as np

from .. import checks

FOUR_REVIEWS: tuple[tuple[str, int], ...] = (
    ("The first half was very boring.", 0),
    ("Great performance by all the lead actors.", 1),
    ("The background music was awesome.", 1),
    ("The movie was a waste of time.", 0),
)
"""The four reviews of the lecture, each with 1 if it is positive. With the full stop and the tokens for
start, end and padding they have 24 different tokens."""

TAGS: tuple[str, ...] = ("pronoun", "article", "adjective", "noun", "verb", "stop")
"""The tags of `tagged_sentences`."""

BLANK = "___"
"""What stands in the place of the missing word."""

_ASPECTS = ("plot", "acting", "music", "ending", "dialogue", "beginning", "cast", "camera work")
_JUDGEMENTS = {
    True: ("good", "great", "brilliant", "moving", "funny", "clever"),
    False: ("bad", "dull", "boring", "awful", "weak", "silly"),
}
_DEGREES = ("", "", "very ", "really ", "quite ")
_ASIDES = (
    "we saw it on a monday .",
    "the hall was half full .",
    "it lasts two hours .",
    "my sister came along .",
    "it rained all evening .",
    "the tickets were cheap .",
)

_PRONOUNS = ("he", "she")
_PLAIN_NOUNS = ("dog", "girl", "teacher", "doctor", "king", "cat")
_PLAIN_ADJECTIVES = ("small", "tall", "happy", "quiet", "clever")
_PLAIN_VERBS = ("sees", "hears", "follows", "teaches", "loves")
#: Nouns after an article or an adjective, verbs after a subject: "she walks", "she sees the walks".
_NOUN_OR_VERB = ("walks", "plays", "paints", "cooks", "drinks", "dances", "answers", "watches")
#: Nouns unless a noun follows: "the patient walks", "the patient dog walks".
_ADJECTIVE_OR_NOUN = ("patient", "native", "giant", "rebel", "criminal", "veteran")

_WHEN = ("", "", "now ", "on monday ", "in the evening ", "after the long walk ")
#: Opposites, and for each of them what somebody does who is very much so. Who is not does the other.
_FEELINGS = (
    (("hungry", "full"), ("i eat half a cake", "i leave the cake")),
    (("cold", "hot"), ("i put on a coat", "i open the window")),
    (("tired", "awake"), ("i go to bed", "i stay up")),
    (("poor", "rich"), ("i count my money", "i buy a boat")),
)
_LOVERS = ("i like", "she loves", "we bought", "he sells", "they want", "you need")
_APPLES = {
    "fruit": ("juice", "pie", "trees", "cake", "jam"),
    "company": ("phones", "shares", "laptops", "software", "stores"),
}
_LINKS = ("", "", "and banana ", "and orange ")


def generated_reviews(
    n_samples: int, *, rng: np.random.Generator, negation: float = 0.4, max_asides: int = 1
) -> tuple[list[str], np.ndarray]:
    """Write film reviews whose verdict depends on the order of the words.

    Parameters
    ----------
    n_samples : int
        Number of reviews, at least 1.
    rng : numpy.random.Generator
        Source of randomness.
    negation : float, default 0.4
        Probability that a judgement is put as the negation of its opposite, "not dull" for good, from 0 to 1.
    max_asides : int, default 1
        A review ends with up to this many sentences that say nothing about the film, at least 0. They make
        the way from the verdict to the end longer.

    Returns
    -------
    reviews : list of str
        The reviews in lower case, with a space before each mark of punctuation.
    labels : ndarray of int, shape (n_samples,)
        1 for a positive review, 0 for a negative one. Half of each, up to one, in random order.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The text is generated, by this grammar:

    .. code-block:: text

        review   = verdict " ." asides
        verdict  = CLAUSE
                 | CLAUSE " and " CLAUSE
                 | clause " but " CLAUSE
                 | "although " clause " , " CLAUSE
                 | CLAUSE " although " clause
        clause   = "the " aspect " was " degree judgement | "the " aspect " was not " degree opposite

    The clauses in capitals agree with the label, those in small letters say the opposite. So the main clause
    decides, the one after "but" decides, and "not" turns round what follows. A model that only counts words
    cannot see which clause a word stands in.

    Examples
    --------
    >>> reviews, labels = generated_reviews(2, rng=np.random.default_rng(3))
    >>> for review, label in zip(reviews, labels, strict=True):
    ...     print(label, review)
    1 the acting was funny .
    0 the music was not really weak but the ending was not brilliant . my sister came along .
    """
    n_samples = checks.count(n_samples, "n_samples")
    negation = checks.probability(negation, "negation")
    max_asides = checks.count(max_asides, "max_asides", 0)
    checks.rng(rng)
    labels = rng.permutation(np.arange(n_samples) % 2)
    reviews = []
    for label in labels:
        with_it, against_it = bool(label), not label
        first, second = _drawn(_ASPECTS, rng, size=2)
        form = rng.integers(5)
        if form == 0:
            verdict = _clause(first, with_it, negation, rng)
        else:
            signs = ((with_it, with_it), (against_it, with_it), (against_it, with_it), (with_it, against_it))
            left, right = signs[form - 1]
            pattern = ("{} and {}", "{} but {}", "although {} , {}", "{} although {}")[form - 1]
            verdict = pattern.format(
                _clause(first, left, negation, rng), _clause(second, right, negation, rng)
            )
        asides = _drawn(_ASIDES, rng, size=int(rng.integers(min(max_asides, len(_ASIDES)) + 1)))
        reviews.append(" ".join([verdict, ".", *asides]))
    return reviews, labels


def tagged_sentences(n_samples: int, *, rng: np.random.Generator) -> tuple[list[list[str]], list[list[str]]]:
    """Write sentences in which the tag of a word depends on the words around it.

    Parameters
    ----------
    n_samples : int
        Number of sentences, at least 1.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    sentences : list of list of str
        The words of each sentence, a full stop at the end.
    tags : list of list of str
        The tag of each word, one of `TAGS`.

    Raises
    ------
    ValueError
        If `n_samples` is not a whole number of at least 1.

    Notes
    -----
    The text is generated, by this grammar:

    .. code-block:: text

        sentence = (pronoun | article noun | article adjective noun)  verb
                   (nothing | article noun | article adjective noun)  "."

    Half of the adjectives, nouns and verbs are words with two possible tags:

    - "walks" and its like are verbs after a subject and nouns after an article or an adjective. What stands
      to the left decides: "she walks ." and "she sees the walks ."
    - "patient" and its like are adjectives before a noun and nouns otherwise. What stands to the right
      decides: "the patient dog walks ." and "the patient walks ."

    "the patient walks" alone is a subject and its verb; in "she sees the patient walks ." the same words are
    an object. Every sentence can be read in one way only. Subjects are in the singular, so that verbs end in
    s; an object may be in the plural.

    Examples
    --------
    >>> sentences, tags = tagged_sentences(1, rng=np.random.default_rng(4))
    >>> for word, tag in zip(sentences[0], tags[0], strict=True):
    ...     print(word, tag)
    the article
    veteran adjective
    teacher noun
    teaches verb
    a article
    teacher noun
    . stop
    """
    n_samples = checks.count(n_samples, "n_samples")
    checks.rng(rng)
    sentences, all_tags = [], []
    for _ in range(n_samples):
        subject = int(rng.integers(3))
        pairs = (
            [(_one(_PRONOUNS, rng), "pronoun")] if subject == 0 else _noun_phrase(subject == 2, False, rng)
        )
        pairs.append((_one(_PLAIN_VERBS if rng.random() < 0.5 else _NOUN_OR_VERB, rng), "verb"))
        thing = int(rng.integers(3))
        if thing:
            pairs += _noun_phrase(thing == 2, True, rng)
        words, tags = zip(*pairs, (".", "stop"), strict=True)
        sentences.append(list(words))
        all_tags.append(list(tags))
    return sentences, all_tags


def fill_in_sentences(
    n_samples: int, *, rng: np.random.Generator
) -> tuple[list[list[str]], list[str], np.ndarray]:
    """Write sentences with a blank for "very" or "not". What follows the blank decides which.

    Parameters
    ----------
    n_samples : int
        Number of sentences, at least 1.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    sentences : list of list of str
        The words of each sentence, `BLANK` in the place of the missing one, a full stop at the end.
    answers : list of str
        The missing word: "very" or "not", half of each, up to one, in random order.
    positions : ndarray of int, shape (n_samples,)
        Where the blank is.

    Raises
    ------
    ValueError
        If `n_samples` is not a whole number of at least 1.

    Notes
    -----
    The text is generated. All that stands to the left of the blank is drawn without regard to the answer, so
    that a model that reads from left to right alone is right with probability 1/2. What decides is on the
    right, and it takes two things together: in "i am ___ cold , so i open the window ." the word is "not", in
    "i am ___ hot , so i open the window ." it is "very". Neither the adjective nor what is done says anything
    by itself.

    Examples
    --------
    >>> sentences, answers, positions = fill_in_sentences(2, rng=np.random.default_rng(0))
    >>> for sentence, answer in zip(sentences, answers, strict=True):
    ...     print(" ".join(sentence), "->", answer)
    i am ___ awake , so i go to bed . -> not
    i am ___ cold , so i put on a coat . -> very
    """
    n_samples = checks.count(n_samples, "n_samples")
    checks.rng(rng)
    answers = [("not", "very")[i] for i in rng.permutation(np.arange(n_samples) % 2)]
    texts = []
    for answer in answers:
        adjectives, actions = _FEELINGS[rng.integers(len(_FEELINGS))]
        side = int(rng.integers(2))
        action = actions[side if answer == "very" else 1 - side]
        texts.append(f"{_one(_WHEN, rng)}i am {BLANK} {adjectives[side]} , so {action} .".split())
    return texts, answers, np.array([text.index(BLANK) for text in texts])


def apple_sentences(
    n_samples: int, *, rng: np.random.Generator
) -> tuple[list[list[str]], list[str], np.ndarray]:
    """Write sentences with the word "apple": a fruit or a company, as the words after it say.

    Parameters
    ----------
    n_samples : int
        Number of sentences, at least 1.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    sentences : list of list of str
        The words of each sentence, a full stop at the end.
    meanings : list of str
        "fruit" or "company", half of each, up to one, in random order.
    positions : ndarray of int, shape (n_samples,)
        Where the word "apple" is.

    Raises
    ------
    ValueError
        If `n_samples` is not a whole number of at least 1.

    Notes
    -----
    The text is generated. What stands to the left is drawn without regard to the meaning, so that at the word
    itself a model that reads from left to right alone is right with probability 1/2.

    Examples
    --------
    >>> sentences, meanings, positions = apple_sentences(2, rng=np.random.default_rng(1))
    >>> for sentence, meaning in zip(sentences, meanings, strict=True):
    ...     print(" ".join(sentence), "->", meaning)
    on monday they want apple stores . -> company
    i like apple and orange jam . -> fruit
    """
    n_samples = checks.count(n_samples, "n_samples")
    checks.rng(rng)
    meanings = [("company", "fruit")[i] for i in rng.permutation(np.arange(n_samples) % 2)]
    texts = [
        f"{_one(_WHEN, rng)}{_one(_LOVERS, rng)} apple {_one(_LINKS, rng) if meaning == 'fruit' else ''}"
        f"{_one(_APPLES[meaning], rng)} .".split()
        for meaning in meanings
    ]
    return texts, meanings, np.array([text.index("apple") for text in texts])


def _clause(aspect: str, praises: bool, negation: float, rng: np.random.Generator) -> str:
    """Write that an aspect was good, or that it was not bad."""
    negated = rng.random() < negation
    judgement = _one(_JUDGEMENTS[praises != negated], rng)
    return f"the {aspect} was {'not ' if negated else ''}{_one(_DEGREES, rng)}{judgement}"


def _noun_phrase(
    with_adjective: bool, may_be_plural: bool, rng: np.random.Generator
) -> list[tuple[str, str]]:
    """Write an article and a noun, maybe with an adjective. Half of the words have another tag elsewhere."""
    adjective = _one(_PLAIN_ADJECTIVES if rng.random() < 0.5 else _ADJECTIVE_OR_NOUN, rng)
    kind = rng.random()
    plural = may_be_plural and kind < 0.25
    nouns = _NOUN_OR_VERB if plural else _ADJECTIVE_OR_NOUN if kind < 0.5 else _PLAIN_NOUNS
    article = "the" if plural or rng.random() < 0.5 else "a"
    middle = [(adjective, "adjective")] if with_adjective else []
    return [(article, "article"), *middle, (_one(nouns, rng), "noun")]


def _one(words: Sequence[str], rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]


def _drawn(words: Sequence[str], rng: np.random.Generator, *, size: int) -> list[str]:
    """Draw different words."""
    return [words[i] for i in rng.choice(len(words), size=size, replace=False)]
