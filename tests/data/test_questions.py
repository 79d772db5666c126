from collections import Counter, defaultdict

import numpy as np
import pytest

from dlbook.data import (
    ANSWERS,
    PLURALS,
    QUESTION_KINDS,
    SHAPES,
    PictureObject,
    PictureQuestions,
    balance_answers,
    captioned_pictures,
    picture_questions,
    questions_about,
)


def pictures(n_samples=300, seed=0, **keywords):
    return captioned_pictures(n_samples, rng=np.random.default_rng(seed), **keywords)


def asked_about(made, seed=0, **keywords):
    return picture_questions(made, rng=np.random.default_rng(seed), **keywords)


def thing(colour, shape, cell):
    return PictureObject("small", colour, shape, cell, (0, 0, 5, 5))


# by hand


def test_questions_about_two_circles_and_a_cross():
    scene = [thing("red", "circle", (0, 0)), thing("red", "cross", (0, 2)), thing("blue", "circle", (1, 2))]
    assert set(questions_about(scene)) == {
        ("what colour is the cross", "red", "colour"),
        ("what is left of the cross", "circle", "beside"),
        ("what shape is the blue one", "circle", "shape"),
        ("is there a circle", "yes", "there"),
        ("is there a square", "no", "there"),
        ("is there a triangle", "no", "there"),
        ("is there a cross", "yes", "there"),
        ("how many circles are there", "2", "count"),
        ("how many squares are there", "0", "count"),
        ("how many triangles are there", "0", "count"),
        ("how many crosses are there", "1", "count"),
    }


def test_above():
    scene = [thing("red", "circle", (0, 0)), thing("blue", "cross", (2, 0))]
    assert ("what is above the cross", "circle", "beside") in questions_about(scene)


def test_plurals():
    assert dict(zip(SHAPES, ("circles", "squares", "triangles", "crosses"), strict=True)) == PLURALS


def test_balanced_by_hand():
    asked = PictureQuestions(
        ("is there a cross",) * 5 + ("how many",), ("no", "yes", "no", "no", "yes", "0"),
        ("there",) * 5 + ("count",), np.arange(6),
    )  # fmt: skip
    kept = balance_answers(asked, rng=np.random.default_rng(0))
    assert Counter(kept.answers) == {"no": 2, "yes": 2}
    assert {1, 4} < set(kept.picture_ids.tolist())


# what must hold


def test_each_question_has_one_answer_and_the_known_words():
    for objects in pictures(300, n_objects=(1, 2, 3, 5)).objects:
        asked = questions_about(objects)
        assert len({question for question, _, _ in asked}) == len(asked)
        assert {answer for _, answer, _ in asked} <= set(ANSWERS)
        assert {kind for _, _, kind in asked} <= set(QUESTION_KINDS)


def test_one_question_of_each_kind_that_fits_the_picture():
    made = pictures()
    asked = asked_about(made)
    pairs = list(zip(asked.picture_ids.tolist(), asked.kinds, strict=True))
    assert len(set(pairs)) == len(pairs) == len(asked)
    for i, question, answer, kind in zip(
        asked.picture_ids, asked.questions, asked.answers, asked.kinds, strict=True
    ):
        assert (question, answer, kind) in questions_about(made.objects[i])
    assert Counter(asked.kinds)["there"] == Counter(asked.kinds)["count"] == len(made)


def test_the_same_generator_gives_the_same_questions():
    made = pictures(50)
    assert asked_about(made, 1).questions == asked_about(made, 1).questions
    assert asked_about(made, 1).questions != asked_about(made, 2).questions


def test_after_balancing_all_answers_to_a_question_are_equally_frequent():
    asked = asked_about(pictures(1000))
    kept = balance_answers(asked, rng=np.random.default_rng(0))
    counts = defaultdict(Counter)
    for question, answer in zip(kept.questions, kept.answers, strict=True):
        counts[question][answer] += 1
    for answers in counts.values():
        assert len(answers) > 1
        assert len(set(answers.values())) == 1
    again = balance_answers(kept, rng=np.random.default_rng(1))
    assert again.questions == kept.questions
    known = set(zip(asked.questions, asked.answers, asked.picture_ids.tolist(), strict=True))
    assert set(zip(kept.questions, kept.answers, kept.picture_ids.tolist(), strict=True)) <= known


def test_chosen_kinds_and_none():
    made = pictures(40, n_objects=1)
    assert set(asked_about(made, kinds=("count",)).kinds) == {"count"}
    none = asked_about(made, kinds=("beside",))
    assert len(none) == 0
    assert len(balance_answers(none, rng=np.random.default_rng(0))) == 0


def test_subset():
    asked = asked_about(pictures(20))
    few = asked.subset([3, 0])
    assert few.questions == (asked.questions[3], asked.questions[0])
    np.testing.assert_array_equal(few.picture_ids, asked.picture_ids[[3, 0]])


# bad input


def test_bad_input():
    made, rng = pictures(2), np.random.default_rng(0)
    with pytest.raises(ValueError, match="made must be a CaptionedPictures, got list"):
        picture_questions([], rng=rng)
    with pytest.raises(ValueError, match="rng must be a numpy"):
        picture_questions(made, rng=0)
    with pytest.raises(ValueError, match="kinds must be"):
        picture_questions(made, rng=rng, kinds=("size",))
    with pytest.raises(ValueError, match="asked must be PictureQuestions, got list"):
        balance_answers([], rng=rng)
    with pytest.raises(ValueError, match="rng must be a numpy"):
        balance_answers(asked_about(made), rng=None)
    with pytest.raises(ValueError, match="objects must hold PictureObjects"):
        questions_about(["circle"])
    with pytest.raises(ValueError, match="ids must"):
        asked_about(made).subset([1000])
