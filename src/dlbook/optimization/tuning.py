"""Tuning: which values of a hyperparameter to try, on a scale of factors and by chance."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, count, number, positive, room, sides
from ..checks import rng as generator

Draw = Callable[[np.random.Generator], Any]


def log_grid(low: float, high: float, n: int) -> NDArray[np.float64]:
    """Return values at equal factors from each other.

    Parameters
    ----------
    low : float
        The first value, positive.
    high : float
        The last value, above `low`.
    n : int
        How many values, at least 2.

    Returns
    -------
    ndarray of shape (n,)
        The values, rising.

    Examples
    --------
    >>> log_grid(0.001, 1.0, 4)
    array([0.001, 0.01 , 0.1  , 1.   ])
    """
    low, high = _range(low, high)
    n = count(n, "n", 2)
    room((n,), "n")
    return np.geomspace(low, high, n)


def log_uniform(
    low: float, high: float, size: int | tuple[int, ...] = (), *, rng: np.random.Generator
) -> Any:
    """Draw values whose logarithms are spread evenly.

    Parameters
    ----------
    low : float
        The lowest value, positive.
    high : float
        The highest value, above `low`.
    size : int or tuple of int, default ()
        Shape of what is returned. Without it, one number.
    rng : numpy.random.Generator
        Draws the values.

    Returns
    -------
    float or ndarray
        The values.

    Examples
    --------
    As many below 0.01 as above, between 0.0001 and 1:

    >>> rates = log_uniform(1e-4, 1.0, 10_000, rng=np.random.default_rng(0))
    >>> float((rates < 0.01).mean().round(2))
    0.5
    """
    low, high = _range(low, high)
    shape = sides(size, "size")
    room(shape, "size")
    drawn = np.exp(generator(rng).uniform(math.log(low), math.log(high), shape))
    return float(drawn) if shape == () else drawn


def finer(values: ArrayLike, scores: ArrayLike, n: int = 5) -> NDArray[np.float64]:
    """Return values to try next, around the best of a grid.

    Parameters
    ----------
    values : array_like of shape (n_values,)
        The values that were tried, positive and rising, at least two.
    scores : array_like of shape (n_values,)
        What came of each; the lowest is the best, and NaN or infinite what failed.
    n : int, default 5
        How many values to try, at least 4: three would be those that are known.

    Returns
    -------
    ndarray of shape (n,)
        Values between the two neighbours of the best one. Where the best stands at the border of the grid,
        the range reaches as far beyond it as to its neighbour: the best may lie outside.

    Examples
    --------
    >>> finer([0.01, 0.1, 1.0], [3.0, 1.0, 2.0]).round(3)
    array([0.01 , 0.032, 0.1  , 0.316, 1.   ])
    >>> finer([0.01, 0.1, 1.0], [3.0, 2.0, 1.0]).round(3)
    array([ 0.1  ,  0.316,  1.   ,  3.162, 10.   ])
    """
    tried = array(values, "values", ("n_values",))
    if len(tried) < 2 or tried[0] <= 0 or (np.diff(tried) <= 0).any():
        raise ValueError("values must be at least two positive numbers that rise")
    found = array(scores, "scores", (len(tried),), finite=False)
    if not np.isfinite(found).any():
        raise ValueError("scores must hold a finite number, got none")
    n = count(n, "n", 4)
    room((n,), "n")
    best = int(np.argmin(np.where(np.isfinite(found), found, np.inf)))
    logs = np.log(tried)
    below = logs[best - 1] if best else 2 * logs[0] - logs[1]
    above = logs[best + 1] if best < len(logs) - 1 else 2 * logs[-1] - logs[-2]
    with np.errstate(over="ignore"):
        chosen = np.exp(np.linspace(below, above, n))
    if not np.isfinite(chosen).all():
        raise ValueError("values must leave room above them for what is tried next")
    return chosen


@dataclass(frozen=True)
class Search:
    """What a search tried.

    Parameters
    ----------
    settings : tuple of dict
        The hyperparameters of every trial.
    scores : ndarray of shape (n_trials,)
        What came of each, infinite where it failed.
    """

    settings: tuple[dict[str, Any], ...]
    scores: NDArray[np.float64]

    @property
    def best(self) -> dict[str, Any]:
        """The hyperparameters with the lowest score."""
        return self.settings[int(np.argmin(self.scores))]

    @property
    def best_so_far(self) -> NDArray[np.float64]:
        """The lowest score after each trial."""
        return np.minimum.accumulate(self.scores)


def random_search(
    objective: Callable[..., float],
    space: Mapping[str, Draw],
    *,
    n_trials: int,
    rng: np.random.Generator,
) -> Search:
    """Try settings that are drawn by chance.

    Parameters
    ----------
    objective : callable
        Takes the hyperparameters by name and returns a score, the lower the better. A trial that raises a
        `FloatingPointError`, as a diverging training does, counts as failed, and so does a score that is not
        finite.
    space : mapping of str to callable
        For every hyperparameter, a function of a generator that draws its value.
    n_trials : int
        How many settings to try, at least 1.
    rng : numpy.random.Generator
        Draws the settings.

    Returns
    -------
    Search
        All settings and their scores.

    References
    ----------
    - J. Bergstra and Y. Bengio, "Random search for hyper-parameter optimization", Journal of Machine Learning
      Research 13, 2012, pp. 281-305.

    Examples
    --------
    >>> space = {
    ...     "rate": lambda rng: log_uniform(1e-4, 1.0, rng=rng),
    ...     "units": lambda rng: int(rng.integers(1, 9)),
    ... }
    >>> def objective(rate, units):
    ...     return abs(np.log10(rate) + 2) + abs(units - 4)
    >>> found = random_search(objective, space, n_trials=50, rng=np.random.default_rng(0))
    >>> found.best["units"], bool(0.003 < found.best["rate"] < 0.03)
    (4, True)
    """
    if not callable(objective):
        raise ValueError(f"objective must be a function, got {objective!r:.60}")
    if not isinstance(space, Mapping) or not space or not all(map(callable, space.values())):
        raise ValueError(f"space must be a dictionary of functions that draw a value, got {space!r:.60}")
    n_trials = count(n_trials, "n_trials")
    generator(rng)
    settings = tuple({name: draw(rng) for name, draw in space.items()} for _ in range(n_trials))
    scores = np.array([_score(objective, setting) for setting in settings])
    return Search(settings, scores)


def _score(objective: Callable[..., float], setting: dict[str, Any]) -> float:
    try:
        score = float(objective(**setting))
    except FloatingPointError:
        return math.inf
    return score if math.isfinite(score) else math.inf


def _range(low: float, high: float) -> tuple[float, float]:
    low = positive(low, "low")
    return low, number(high, "high", above=low)
