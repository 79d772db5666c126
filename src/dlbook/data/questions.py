"""Questions about generated pictures, with their answers, as drawn or balanced."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import checks
from .captions import COLOURS, SHAPES, CaptionedPictures, PictureObject

QUESTION_KINDS = ("colour", "shape", "there", "count", "beside")
"""What is asked for: a colour, a shape, whether a shape is there, how many there are, what is beside it."""

PLURALS = {shape: shape + ("es" if shape.endswith("s") else "s") for shape in SHAPES}
"""The shapes, many of them."""

ANSWERS = (*COLOURS, *SHAPES, "yes", "no", "0", "1", "2", "3", "4", "5")
"""All answers that there are."""


@dataclass(frozen=True)
class PictureQuestions:
    """Questions about pictures.

    Parameters
    ----------
    questions : tuple of str
        One sentence each.
    answers : tuple of str
        One word each, of `ANSWERS`.
    kinds : tuple of str
        What each asks for, of `QUESTION_KINDS`.
    picture_ids : ndarray of int, shape (n_questions,)
        Which picture each is about.
    """

    questions: tuple[str, ...]
    answers: tuple[str, ...]
    kinds: tuple[str, ...]
    picture_ids: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of questions."""
        return len(self.questions)

    def subset(self, ids: Sequence[int] | NDArray[np.int64]) -> "PictureQuestions":
        """Return some of the questions, in the order given.

        Parameters
        ----------
        ids : sequence of int
            Their positions.

        Returns
        -------
        PictureQuestions
            The questions.

        Raises
        ------
        ValueError
            If a position is no whole number or out of range.

        Examples
        --------
        >>> from dlbook.data import captioned_pictures
        >>> made = captioned_pictures(2, rng=np.random.default_rng(6))
        >>> picture_questions(made, rng=np.random.default_rng(0)).subset([1, 0]).answers
        ('no', 'cross')
        """
        most = len(self) - 1
        chosen = checks.integers(ids, "ids", ("n",), least=0, most=most, empty=True).tolist()
        parts = (tuple(part[i] for i in chosen) for part in (self.questions, self.answers, self.kinds))
        return PictureQuestions(*parts, self.picture_ids[chosen].copy())  # type: ignore[call-arg, arg-type]


def questions_about(objects: Sequence[PictureObject]) -> list[tuple[str, str, str]]:
    """List all questions that have exactly one answer in a picture.

    Parameters
    ----------
    objects : sequence of PictureObject
        The objects of the picture, in the order of its caption.

    Returns
    -------
    list of (str, str, str)
        Question, answer and kind.

    Raises
    ------
    ValueError
        If there is something else than objects.

    Notes
    -----
    Asked are the colour of each shape and the shape of each colour that occur once, whether a shape is there
    and how many there are, for each shape, and what stands left of or above a shape that occurs once, where
    the caption says it.

    Examples
    --------
    >>> first = PictureObject("small", "red", "circle", (0, 0), (1, 1, 6, 6))
    >>> second = PictureObject("large", "blue", "cross", (0, 2), (0, 17, 7, 24))
    >>> for asked in questions_about([first, second])[:5]:
    ...     print(asked)
    ('what colour is the circle', 'red', 'colour')
    ('what shape is the red one', 'circle', 'shape')
    ('what colour is the cross', 'blue', 'colour')
    ('what shape is the blue one', 'cross', 'shape')
    ('what is left of the cross', 'circle', 'beside')
    """
    scene = tuple(objects) if isinstance(objects, list | tuple) else (objects,)
    if not all(isinstance(thing, PictureObject) for thing in scene):
        raise ValueError(f"objects must hold PictureObjects and nothing else, got {objects!r:.80}")
    shapes, colours = [thing.shape for thing in scene], [thing.colour for thing in scene]
    asked = []
    for before, thing in zip((None, *scene), scene, strict=False):
        once = shapes.count(thing.shape) == 1
        if once:
            asked.append((f"what colour is the {thing.shape}", thing.colour, "colour"))
        if colours.count(thing.colour) == 1:
            asked.append((f"what shape is the {thing.colour} one", thing.shape, "shape"))
        if once and before is not None:
            relation = "left of" if before.cell[0] == thing.cell[0] else "above"
            asked.append((f"what is {relation} the {thing.shape}", before.shape, "beside"))
    for shape in SHAPES:
        n = shapes.count(shape)
        asked.append((f"is there a {shape}", "yes" if n else "no", "there"))
        asked.append((f"how many {PLURALS[shape]} are there", str(n), "count"))
    return asked


def picture_questions(
    made: CaptionedPictures, *, rng: np.random.Generator, kinds: Sequence[str] = QUESTION_KINDS
) -> PictureQuestions:
    """Ask of each picture one question of each kind that can be asked of it.

    Parameters
    ----------
    made : CaptionedPictures
        The pictures.
    rng : numpy.random.Generator
        Source of randomness: it chooses among the questions of one kind.
    kinds : sequence of str, default QUESTION_KINDS
        What to ask for.

    Returns
    -------
    PictureQuestions
        The questions, picture by picture.

    Raises
    ------
    ValueError
        If `made` is something else, `rng` is no generator, or a kind does not exist.

    Examples
    --------
    >>> from dlbook.data import captioned_pictures
    >>> made = captioned_pictures(2, rng=np.random.default_rng(6))
    >>> asked = picture_questions(made, rng=np.random.default_rng(0))
    >>> asked.questions[0], asked.answers[0]
    ('what shape is the green one', 'cross')
    """
    if not isinstance(made, CaptionedPictures):
        raise ValueError(f"made must be a CaptionedPictures, got {type(made).__name__}")
    checks.rng(rng)
    wanted = checks.texts(kinds, "kinds")
    for kind in wanted:
        checks.choice(kind, "kinds", QUESTION_KINDS)
    rows, ids = [], []
    for i, objects in enumerate(made.objects):
        asked = questions_about(objects)
        for kind in wanted:
            fitting = [row for row in asked if row[2] == kind]
            if fitting:
                rows.append(fitting[rng.integers(len(fitting))])
                ids.append(i)
    questions, answers, names = zip(*rows, strict=True) if rows else ((), (), ())
    return PictureQuestions(questions, answers, names, np.array(ids, dtype=np.int64))


def balance_answers(asked: PictureQuestions, *, rng: np.random.Generator) -> PictureQuestions:
    """Keep as many of each answer to a question as there are of its rarest answer.

    Parameters
    ----------
    asked : PictureQuestions
        The questions.
    rng : numpy.random.Generator
        Source of randomness: it chooses which to keep.

    Returns
    -------
    PictureQuestions
        Questions with the same words have each of their answers equally often. A question that has a single
        answer is left out.

    Raises
    ------
    ValueError
        If `asked` is something else or `rng` is no generator.

    Examples
    --------
    >>> from dlbook.data import captioned_pictures
    >>> made = captioned_pictures(20, rng=np.random.default_rng(0))
    >>> asked = picture_questions(made, rng=np.random.default_rng(0), kinds=["there"])
    >>> balanced = balance_answers(asked, rng=np.random.default_rng(0))
    >>> len(asked), balanced.answers.count("yes"), balanced.answers.count("no")
    (20, 7, 7)
    """
    if not isinstance(asked, PictureQuestions):
        raise ValueError(f"asked must be PictureQuestions, got {type(asked).__name__}")
    checks.rng(rng)
    places: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for i, (question, answer) in enumerate(zip(asked.questions, asked.answers, strict=True)):
        places[question][answer].append(i)
    kept: list[int] = []
    for answers in places.values():
        if len(answers) > 1:
            fewest = min(len(found) for found in answers.values())
            for found in answers.values():
                kept.extend(rng.choice(found, fewest, replace=False).tolist())
    return asked.subset(sorted(kept))
