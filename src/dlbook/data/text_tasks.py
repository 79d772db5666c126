"""Small worlds of text whose right answers are known: premises and what follows, reports, dialogues."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from .. import checks

T = TypeVar("T")

#: Who, in the singular and the plural, and what they are an example of.
_WHO: tuple[tuple[str, str, str, str], ...] = (
    *((one, f"{one}s", "a person", "people") for one in ("girl", "boy", "teacher", "doctor")),
    *((one, f"{one}s", "an animal", "animals") for one in ("dog", "cat", "horse", "cow")),
    *((one, f"{one}s", "a vehicle", "vehicles") for one in ("car", "van", "train", "bike")),
)
_ADJECTIVES = ("small", "big", "old", "young", "brown", "quiet")
#: What it does, in the singular and the plural, and what that is an example of. Vehicles only move.
_DOES: tuple[tuple[str, str, str, str], ...] = (
    *((f"{one}s", one, "moves", "move") for one in ("turn", "race", "roll", "roam")),
    *((f"{one}s", one, "rests", "rest") for one in ("sleep", "sit", "doze", "wait")),
    *((f"{one}s", one, "makes a sound", "make a sound") for one in ("call", "yell", "sing", "hum")),
)
#: Where, as part of a sentence; whether that is inside; the ground there.
_WHERE: tuple[tuple[str, bool, str], ...] = (
    *((f"in the {one}", True, one) for one in ("kitchen", "hall", "school", "garage")),
    *((f"in the {one}", False, one) for one in ("park", "garden", "yard")),
    *((f"on the {one}", False, one) for one in ("road", "beach", "field")),
)
_WEATHER = (("it is raining", "wet"), ("it is snowing", "white"), ("the sun shines", "warm"))

_TEAMS = ("india", "pakistan", "japan", "france", "spain", "argentina", "kenya", "germany")
_CITIES = ("delhi", "lahore", "tokyo", "paris", "madrid", "nairobi", "berlin", "london")
_GOALS = ("no goals", "one goal", "two goals", "three goals", "four goals", "five goals")
_NEWS = (
    "the hall was full .",
    "it rained all evening .",
    "the referee showed two yellow cards .",
    "both coaches were content .",
    "the second half began late .",
    "a young player was hurt .",
)

#: A person, the pronoun, and how the other speaker calls the same person.
_PERSONS = (
    *((f"my {one}", "she", f"your {one}") for one in ("sister", "mother", "aunt", "daughter")),
    *((f"my {one}", "he", f"your {one}") for one in ("brother", "father", "uncle", "son")),
)
#: A fact with a place for what differs, the question for it, the fact as asked for, and what may differ.
_FACTS = (
    ("lives in", "where does {} live ?", "live in", ("paris", "delhi", "tokyo", "lima", "oslo", "cairo")),
    ("plays", "what does {} play ?", "play", ("chess", "football", "the piano", "cards", "tennis", "golf")),
    ("likes", "what does {} like ?", "like", ("tea", "apples", "rain", "old films", "long walks", "bread")),
    ("owns", "what does {} own ?", "own", ("a dog", "two cats", "a boat", "a red car", "a farm", "a shop")),
)
_REMARKS = ("how nice .", "i see .", "really ?", "good to know .")


def entailment_pairs(n_samples: int, *, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Write sentences, each with one that follows from it.

    Parameters
    ----------
    n_samples : int
        Number of pairs, from 1 to 50,000.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    premises : list of str
        The sentences, all different.
    hypotheses : list of str
        What follows from each of them.

    Raises
    ------
    ValueError
        If `n_samples` is out of range.

    Notes
    -----
    From one sentence very many others follow. Here each has one chosen answer, by these rules. Who acts
    becomes its kind (dog: animal) and keeps its number, the adjective is left out, the action becomes its
    kind (races: moves), the place becomes *inside* or *outside*. Weather makes the ground wet, white or warm,
    and it is told of places outside only. A premise has one such clause or
    two, and the answers stay in their order:

    .. code-block:: text

        premise = scene | weather place | weather place "while" scene | scene "while" scene

    Examples
    --------
    >>> premises, hypotheses = entailment_pairs(2, rng=np.random.default_rng(4))
    >>> premises[0]
    'three quiet trains roll on the field while two big girls sit in the yard'
    >>> hypotheses[0]
    'three vehicles move outside and two people rest outside'
    """

    def pair() -> tuple[str, str]:
        forms = ((_scene,), (_weather,), (_weather, _scene), (_scene, _scene))
        clauses = [make(rng) for make in forms[int(rng.choice(4, p=(0.3, 0.1, 0.3, 0.3)))]]
        premise, hypothesis = zip(*clauses, strict=True)
        return " while ".join(premise), " and ".join(hypothesis)

    return _different(n_samples, pair, rng)


def match_reports(
    n_samples: int, *, rng: np.random.Generator, n_asides: int = 2
) -> tuple[list[str], list[str]]:
    """Write reports of hockey matches, each with a headline.

    Parameters
    ----------
    n_samples : int
        Number of reports, from 1 to 50,000.
    rng : numpy.random.Generator
        Source of randomness.
    n_asides : int, default 2
        Sentences of a report that say nothing about the result, from 0 to 6.

    Returns
    -------
    reports : list of str
        The reports, all different: who met where, the goals of each team, and asides, in any order.
    headlines : list of str
        Winner, loser, both numbers of goals, the winner's first, and the city; or a draw, in the order of the
        teams in the sentence about who met.

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    Whoever writes the headline has to find three of the sentences, and to compare two numbers. In a newspaper
    the first sentence often says it all; here the sentences stand in random order.

    Examples
    --------
    >>> reports, headlines = match_reports(1, rng=np.random.default_rng(0), n_asides=0)
    >>> reports[0]
    'germany scored no goals . argentina met germany in tokyo . argentina scored one goal .'
    >>> headlines[0]
    'argentina beat germany 1 0 in tokyo'
    """
    n_asides = checks.count(n_asides, "n_asides", least=0, most=len(_NEWS))

    def pair() -> tuple[str, str]:
        teams = [_TEAMS[i] for i in rng.choice(len(_TEAMS), size=2, replace=False)]
        city = _one(_CITIES, rng)
        goals = rng.integers(len(_GOALS), size=2)
        sentences = [f"{teams[0]} met {teams[1]} in {city} ."]
        sentences += [f"{team} scored {_GOALS[n]} ." for team, n in zip(teams, goals, strict=True)]
        sentences += [_NEWS[i] for i in rng.choice(len(_NEWS), size=n_asides, replace=False)]
        report = " ".join(sentences[i] for i in rng.permutation(len(sentences)))
        first, second = teams if goals[0] >= goals[1] else teams[::-1]
        high, low = goals.max(), goals.min()
        result = f"{first} beat {second}" if high > low else f"{first} and {second} draw"
        return report, f"{result} {high} {low} in {city}"

    return _different(n_samples, pair, rng)


def dialogues(n_samples: int, *, rng: np.random.Generator) -> tuple[list[list[str]], list[str]]:
    """Write short dialogues that end in a question, each with its answer.

    Parameters
    ----------
    n_samples : int
        Number of dialogues, from 1 to 50,000.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    turns : list of list of str
        The three turns of each dialogue: two facts about two persons, a remark, a question. All dialogues
        differ.
    replies : list of str
        The right answer to each question.

    Raises
    ------
    ValueError
        If `n_samples` is out of range.

    Notes
    -----
    Of the two persons one is *she* and one is *he*. The question asks with the pronoun for what the first
    turn said, whether that is so, or who it is. So the last turn alone does not say the answer, and the first
    alone does not say what was asked.

    Examples
    --------
    >>> turns, replies = dialogues(1, rng=np.random.default_rng(4))
    >>> for turn in (*turns[0], replies[0]):
    ...     print("-", turn)
    - my aunt owns a shop . my son owns a farm .
    - i see .
    - does she own a shop ?
    - yes , she owns a shop .
    """

    def pair() -> tuple[str, str]:
        women, men = _PERSONS[:4], _PERSONS[4:]
        persons = [_one(women, rng), _one(men, rng)]
        if rng.random() < 0.5:
            persons = persons[::-1]
        says, asks, plain, things = _one(_FACTS, rng)
        told = [things[i] for i in rng.choice(len(things), size=2, replace=False)]
        (first, _, _), (second, _, _) = persons
        opening = f"{first} {says} {told[0]} . {second} {says} {told[1]} ."
        about = int(rng.integers(2))
        _, pronoun, called = persons[about]
        form = int(rng.integers(3))
        if form == 0:
            question, reply = asks.format(pronoun), f"{pronoun} {says} {told[about]} ."
        elif form == 1:
            asked = told[int(rng.integers(2))]
            question = f"does {pronoun} {plain} {asked} ?"
            reply = f"{'yes' if asked == told[about] else 'no'} , {pronoun} {says} {told[about]} ."
        else:
            question, reply = f"who {says} {told[about]} ?", f"{called} ."
        return "\n".join((opening, _one(_REMARKS, rng), question)), reply

    joined, replies = _different(n_samples, pair, rng)
    return [text.split("\n") for text in joined], replies


def _scene(rng: np.random.Generator) -> tuple[str, str]:
    """Write who does what where, and what follows."""
    one, several, kind, kinds = _one(_WHO, rng)
    does, do, moves, move = _one(_DOES[:4] if kind == "a vehicle" else _DOES, rng)
    where, inside, _ = _one(_WHERE, rng)
    adjective = _one(_ADJECTIVES, rng) + " "
    number = ("the", "two", "three")[int(rng.integers(3))]
    side = "inside" if inside else "outside"
    if number == "the":
        return f"the {adjective}{one} {does} {where}", f"{kind} {moves} {side}"
    return f"{number} {adjective}{several} {do} {where}", f"{number} {kinds} {move} {side}"


def _weather(rng: np.random.Generator) -> tuple[str, str]:
    """Write what the weather is like where, and what follows for the ground."""
    weather, becomes = _one(_WEATHER, rng)
    where, _, ground = _one([place for place in _WHERE if not place[1]], rng)
    return f"{weather} {where}", f"the {ground} is {becomes}"


def _different(
    n_samples: int, pair: Callable[[], tuple[str, str]], rng: np.random.Generator
) -> tuple[list[str], list[str]]:
    """Make pairs until there are enough with different sources."""
    n_samples = checks.count(n_samples, "n_samples", most=50_000)
    checks.rng(rng)
    found: dict[str, str] = {}
    while len(found) < n_samples:
        source, target = pair()
        found.setdefault(source, target)
    return list(found), list(found.values())


def _one(several: Sequence[T], rng: np.random.Generator) -> T:
    return several[int(rng.integers(len(several)))]
