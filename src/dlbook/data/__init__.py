"""Data for the notebooks: bundled with the libraries, generated from a seed, or downloaded.

The `quick` profile uses the first two kinds and needs no network. The `full` profile may download.
"""

from .bundled import (
    PHOTOGRAPHS,
    STOCKS,
    Dataset,
    Prices,
    breast_cancer,
    diabetes,
    digits,
    iris,
    mnist_digits,
    photograph,
    stock_prices,
    wine,
)
from .captions import (
    COLOURS,
    PICTURE_SIDE,
    SHAPES,
    SIZES,
    CaptionedPictures,
    PictureObject,
    captioned_pictures,
    describe_objects,
)
from .clips import (
    ACTIVITIES,
    CLIP_FRAMES,
    FRAME_SIDE,
    SPEEDS,
    Clips,
    describe_clip,
    moving_shapes,
)
from .dates import DATE_FORMATS, LOCALES, written_dates
from .demand import Demand, daily_demand
from .devanagari import (
    devanagari_by_rules,
    devanagari_names,
    devanagari_words,
    latin_spelling,
)
from .documents import TOPICS, Documents, planted_documents
from .downloads import DownloadError, cache_folder, fetch, load_idx, load_npz
from .english import english_text
from .generated import FONTS, GATES, font_digits, logic_gate, separable_points, spirals
from .one_dimensional import LENGTH_1D, digits_1d
from .pronunciations import Pronunciations, pronounce, pronunciations
from .public import keras_dataset, movie_reviews, tiny_shakespeare
from .questions import (
    ANSWERS,
    PLURALS,
    QUESTION_KINDS,
    PictureQuestions,
    balance_answers,
    picture_questions,
    questions_about,
)
from .sentences import (
    BLANK,
    FOUR_REVIEWS,
    TAGS,
    apple_sentences,
    fill_in_sentences,
    generated_reviews,
    tagged_sentences,
)
from .sequences import adding_problem, copy_problem, recall_task
from .shortcuts import STAMP_CELL, STAMPED_SHAPES, StampedPictures, stamp, stamped_pictures
from .text_tasks import dialogues, entailment_pairs, match_reports

__all__ = [
    "ACTIVITIES",
    "ANSWERS",
    "BLANK",
    "CLIP_FRAMES",
    "COLOURS",
    "DATE_FORMATS",
    "FONTS",
    "FOUR_REVIEWS",
    "FRAME_SIDE",
    "GATES",
    "LENGTH_1D",
    "LOCALES",
    "PHOTOGRAPHS",
    "PICTURE_SIDE",
    "PLURALS",
    "QUESTION_KINDS",
    "SHAPES",
    "SIZES",
    "SPEEDS",
    "STAMPED_SHAPES",
    "STAMP_CELL",
    "STOCKS",
    "TAGS",
    "TOPICS",
    "CaptionedPictures",
    "Clips",
    "Dataset",
    "Demand",
    "Documents",
    "DownloadError",
    "PictureObject",
    "PictureQuestions",
    "Prices",
    "Pronunciations",
    "StampedPictures",
    "adding_problem",
    "apple_sentences",
    "balance_answers",
    "breast_cancer",
    "cache_folder",
    "captioned_pictures",
    "copy_problem",
    "daily_demand",
    "describe_clip",
    "describe_objects",
    "devanagari_by_rules",
    "devanagari_names",
    "devanagari_words",
    "diabetes",
    "dialogues",
    "digits",
    "digits_1d",
    "english_text",
    "entailment_pairs",
    "fetch",
    "fill_in_sentences",
    "font_digits",
    "generated_reviews",
    "iris",
    "keras_dataset",
    "latin_spelling",
    "load_idx",
    "load_npz",
    "logic_gate",
    "match_reports",
    "mnist_digits",
    "movie_reviews",
    "moving_shapes",
    "photograph",
    "picture_questions",
    "planted_documents",
    "pronounce",
    "pronunciations",
    "questions_about",
    "recall_task",
    "separable_points",
    "spirals",
    "stamp",
    "stamped_pictures",
    "stock_prices",
    "tagged_sentences",
    "tiny_shakespeare",
    "wine",
    "written_dates",
]
