import numpy as np
import pytest

from dlbook.data import dialogues, entailment_pairs, match_reports
from dlbook.data import text_tasks as worlds

MAKERS = [entailment_pairs, match_reports, dialogues]


def rng(seed=0):
    return np.random.default_rng(seed)


def test_known_pairs():
    premises, hypotheses = entailment_pairs(2, rng=rng(4))
    assert premises[0] == "three quiet trains roll on the field while two big girls sit in the yard"
    assert hypotheses[0] == "three vehicles move outside and two people rest outside"
    reports, headlines = match_reports(1, rng=rng(), n_asides=0)
    assert reports[0].startswith("germany scored no goals . argentina met germany in tokyo .")
    assert headlines == ["argentina beat germany 1 0 in tokyo"]


@pytest.mark.parametrize("maker", MAKERS)
def test_one_seed_makes_one_list(maker):
    assert maker(20, rng=rng()) == maker(20, rng=rng())
    assert maker(20, rng=rng()) != maker(20, rng=rng(1))
    sources, targets = maker(300, rng=rng())
    assert len({str(source) for source in sources}) == len(targets) == 300


def follows(clause):
    """Find what follows from one clause, word by word."""
    words = clause.split()
    if clause.startswith(("it is", "the sun")):
        becomes = next(becomes for weather, becomes in worlds._WEATHER if clause.startswith(weather))
        return f"the {words[-1]} is {becomes}"
    inside = words[-1] in ("kitchen", "hall", "school", "garage")
    kinds = {name: entry for entry in worlds._WHO for name in entry[:2]}
    actions = {name: entry for entry in worlds._DOES for name in entry[:2]}
    one = words[0] == "the"
    kind = kinds[words[2]][2] if one else f"{words[0]} {kinds[words[2]][3]}"
    return f"{kind} {actions[words[3]][2 if one else 3]} {'inside' if inside else 'outside'}"


def test_hypotheses_follow():
    for premise, hypothesis in zip(*entailment_pairs(2000, rng=rng()), strict=True):
        assert hypothesis == " and ".join(follows(clause) for clause in premise.split(" while "))
        assert max(len(premise.split()), len(hypothesis.split())) <= 15
    # a van does not sing
    sounds = {form for entry in worlds._DOES[8:] for form in entry[:2]}
    vehicles = {name for entry in worlds._WHO[8:] for name in entry[:2]}
    for clause in " while ".join(entailment_pairs(2000, rng=rng())[0]).split(" while "):
        assert not (sounds & set(clause.split()) and vehicles & set(clause.split()))


def test_headlines_say_who_won():
    kinds = set()
    for report, headline in zip(*match_reports(1000, rng=rng()), strict=True):
        sentences = [sentence.split() for sentence in report.removesuffix(" .").split(" . ")]
        assert len(sentences) == 5
        (met,) = (words for words in sentences if words[1:2] == ["met"])
        goals = {
            words[0]: worlds._GOALS.index(" ".join(words[2:])) for words in sentences if "scored" in words
        }
        home, away = met[0], met[2]
        assert goals.keys() == {home, away}
        words = headline.split()
        assert words[-1] == met[-1]
        if goals[home] == goals[away]:
            assert headline.startswith(f"{home} and {away} draw {goals[home]} {goals[home]} in")
        else:
            winner = max(goals, key=goals.get)
            loser = min(goals, key=goals.get)
            assert headline.startswith(f"{winner} beat {loser} {goals[winner]} {goals[loser]} in")
        kinds.add(words[1])
    assert kinds == {"beat", "and"}


@pytest.mark.parametrize("n_asides", [0, 6])
def test_asides(n_asides):
    reports, _ = match_reports(50, rng=rng(), n_asides=n_asides)
    assert {report.count(" .") for report in reports} == {3 + n_asides}


def test_replies_are_in_the_first_turn():
    women = {person for person, pronoun, _ in worlds._PERSONS if pronoun == "she"}
    asked = set()
    for (told, _remark, question), reply in zip(*dialogues(1000, rng=rng()), strict=True):
        facts = {}
        for sentence in told.removesuffix(" .").split(" . "):
            person = " ".join(sentence.split()[:2])
            facts["she" if person in women else "he"] = (person, sentence.removeprefix(person + " "))
        assert len(facts) == 2
        asked.add(question.split()[0])
        if question.startswith("who"):
            fact = question.removeprefix("who ").removesuffix(" ?")
            person = next(person for person, known in facts.values() if known == fact)
            assert reply == person.replace("my", "your") + " ."
        else:
            pronoun = question.split()[1 if question.startswith("does ") else 2]
            fact = facts[pronoun][1]
            assert reply.endswith(f"{pronoun} {fact} .")
            if question.startswith("does "):
                same = question.removesuffix(" ?").split()[3:] == fact.split()[1:]
                assert reply.startswith("yes" if same else "no")
    assert asked == {"what", "where", "does", "who"}


def test_last_turn_alone_does_not_say_the_answer():
    answers = {}
    for turns, reply in zip(*dialogues(3000, rng=rng()), strict=True):
        answers.setdefault(turns[-1], set()).add(reply)
    several = [len(found) > 1 for found in answers.values()]
    assert np.mean(several) > 0.9


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("n_samples", [0, 50_001, 2.5])
def test_bad_numbers(maker, n_samples):
    with pytest.raises(ValueError, match="n_samples must be a whole number"):
        maker(n_samples, rng=rng())


def test_other_bad_arguments():
    with pytest.raises(ValueError, match=r"n_asides must be .* got 7"):
        match_reports(3, rng=rng(), n_asides=7)
    for maker in MAKERS:
        with pytest.raises(ValueError, match="rng must be"):
            maker(3, rng=0)
