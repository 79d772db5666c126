"""The quizzes cannot be passed by guessing: neither place nor length of an answer tells that it is right."""

import re
from pathlib import Path
from typing import Any

import pytest

from dlbook.display.quiz import load


@pytest.fixture(scope="module")
def single_choices() -> list[list[Any]]:
    """Return the answers of all questions that have one right answer, as they are shown."""
    chapters = Path(__file__).resolve().parents[2] / "chapters"
    questions = [question for path in sorted(chapters.glob("*/*.quiz.yml")) for question in load(path)]
    return [question["answers"] for question in questions if question["type"] == "multiple_choice"]


def share(hits: list[bool]) -> float:
    """Return how many of them are true, as a share."""
    return sum(hits) / len(hits)


def test_the_right_answer_stands_anywhere(single_choices: list[list[Any]]) -> None:
    assert 0.15 < share([answers[0]["correct"] for answers in single_choices]) < 0.40
    assert 0.15 < share([answers[-1]["correct"] for answers in single_choices]) < 0.40


def test_the_right_answer_is_seldom_the_longest_or_the_shortest(single_choices: list[list[Any]]) -> None:
    def lengths(answers: list[Any]) -> tuple[int, list[int]]:
        text = [(len(re.sub("<[^>]+>", "", answer["answer"])), answer["correct"]) for answer in answers]
        return next(n for n, right in text if right), [n for n, right in text if not right]

    measured = [lengths(answers) for answers in single_choices]
    assert share([right > max(wrong) for right, wrong in measured]) < 0.25
    assert share([right < min(wrong) for right, wrong in measured]) < 0.40
