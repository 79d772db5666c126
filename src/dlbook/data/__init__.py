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
    photograph,
    stock_prices,
    wine,
)
from .downloads import DownloadError, cache_folder, fetch, load_idx, load_npz
from .english import english_text
from .generated import FONTS, GATES, font_digits, logic_gate, separable_points, spirals
from .public import keras_dataset, movie_reviews, tiny_shakespeare

__all__ = [
    "FONTS",
    "GATES",
    "PHOTOGRAPHS",
    "STOCKS",
    "Dataset",
    "DownloadError",
    "Prices",
    "breast_cancer",
    "cache_folder",
    "diabetes",
    "digits",
    "english_text",
    "fetch",
    "font_digits",
    "iris",
    "keras_dataset",
    "load_idx",
    "load_npz",
    "logic_gate",
    "movie_reviews",
    "photograph",
    "separable_points",
    "spirals",
    "stock_prices",
    "tiny_shakespeare",
    "wine",
]
