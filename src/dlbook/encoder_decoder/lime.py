r"""LIME: explain one prediction of any model by a weighted linear fit around it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks

Floats = NDArray[np.float64]

_RANK = 1e-10  # below this share of the largest, a singular value counts as zero


@dataclass(frozen=True)
class LocalExplanation:
    """A linear model of the scores around one example.

    Parameters
    ----------
    weights : ndarray of shape (n_parts,)
        How much each part adds to the score by being there.
    intercept : float
        The score without any part.
    fit : float
        Share of the weighted variance of the scores that the linear model explains, at most 1.
    """

    weights: Floats
    intercept: float
    fit: float


def lime(
    predict: Callable[[NDArray[np.int64]], ArrayLike],
    n_parts: int,
    *,
    n_samples: int = 1000,
    width: float = 0.5,
    rng: np.random.Generator,
) -> LocalExplanation:
    r"""Explain one prediction by switching parts of the example off.

    Parameters
    ----------
    predict : callable
        Takes masks of shape (n_samples, n_parts), 1 for a part that is there and 0 for one that is switched
        off, and returns the score of each, of shape (n_samples,). It decides what "off" means: a word left
        out, a cell of a picture painted grey.
    n_parts : int
        Number of parts, at least 1.
    n_samples : int, default 1000
        Number of masks, at least 2. The first one is the whole example.
    width : float, default 0.5
        Width :math:`\sigma` of the kernel, above 0. The smaller, the more count masks with few parts off.
    rng : numpy.random.Generator
        Draws the masks.

    Returns
    -------
    LocalExplanation
        The weights of the parts.

    Raises
    ------
    ValueError
        If an argument is outside its range, `predict` returns another shape or a number that is not finite,
        or the masks that count do not determine the weights.

    Notes
    -----
    For masks :math:`\mathbf{z}_i` with scores :math:`f_i`, whole example :math:`\mathbf{1}`:

    .. math::

       \min_{b, \mathbf{w}} \sum_i \pi_i \bigl(f_i - b - \mathbf{w}^{\top} \mathbf{z}_i\bigr)^2, \qquad
       \pi_i = e^{-D_i^2 / \sigma^2}, \qquad
       D_i = 1 - \cos(\mathbf{1}, \mathbf{z}_i) = 1 - \sqrt{n_i / d}

    ======================  ==============  ==========================================
    symbol                  name            meaning
    ======================  ==============  ==========================================
    :math:`\mathbf{z}_i`    a mask          which parts are there
    :math:`n_i`, :math:`d`  its sum,        number of parts that are there, and of all
                            `n_parts`
    :math:`f_i`             a score         what the model says
    :math:`\sigma`          `width`         width of the kernel
    :math:`\mathbf{w}`      `weights`       the explanation
    :math:`b`               `intercept`     score without any part
    ======================  ==============  ==========================================

    For each mask it is drawn first how many parts are off, from 1 to all, and then which. The distance of the
    empty mask is 1. All parts get a weight: the choice of a few of them (K-LASSO in the paper) is left out.
    If the scores are linear in the masks, the fit returns their coefficients, whatever the width.

    References
    ----------
    - M. T. Ribeiro, S. Singh and C. Guestrin, "Why should I trust you? Explaining the predictions of any
      classifier", ACM SIGKDD International Conference on Knowledge Discovery and Data Mining, 2016,
      equations 1 and 2, algorithm 1.

    Examples
    --------
    >>> found = lime(lambda masks: 1 + masks @ [2, 0, -3], 3, n_samples=50, rng=np.random.default_rng(0))
    >>> (found.weights.round(6) + 0.0, round(found.intercept, 6), round(found.fit, 6))
    (array([ 2.,  0., -3.]), 1.0, 1.0)
    """
    n_parts = checks.count(n_parts, "n_parts")
    n_samples = checks.count(n_samples, "n_samples", 2)
    width = checks.positive(width, "width")
    checks.rng(rng)
    checks.room((n_samples, n_parts), "n_samples")
    if not callable(predict):
        raise ValueError(f"predict must be a function of masks, got {predict!r:.80}")
    masks = _draw_masks(n_parts, n_samples, rng)
    scores = checks.array(predict(masks.copy()), "what predict returns", (n_samples,))
    return fit_explanation(masks, scores, width=width)


def fit_explanation(masks: ArrayLike, scores: ArrayLike, *, width: float = 0.5) -> LocalExplanation:
    """Fit the linear model of `lime` to masks and scores that are given, such as all masks there are.

    Parameters
    ----------
    masks : array_like of shape (n_samples, n_parts)
        1 for a part that is there, 0 for one that is switched off.
    scores : array_like of shape (n_samples,)
        What the model says to each.
    width : float, default 0.5
        Width of the kernel, above 0.

    Returns
    -------
    LocalExplanation
        The weights of the parts.

    Raises
    ------
    ValueError
        If an argument is outside its range, or the masks that count do not determine the weights.

    Examples
    --------
    Two parts that score 1 together and 0 alone share the 1; without a kernel each gets a half.

    >>> found = fit_explanation([[1, 1], [1, 0], [0, 1], [0, 0]], [1, 0, 0, 0], width=1e6)
    >>> (found.weights.round(6), round(found.intercept, 6))
    (array([0.5, 0.5]), -0.25)
    """
    masks = checks.array(masks, "masks", ("n_samples", "n_parts"))
    if not np.isin(masks, (0, 1)).all():
        raise ValueError("masks must be 0 or 1 everywhere, got other numbers")
    scores = checks.array(scores, "scores", (len(masks),))
    nearness = _nearness(masks, checks.positive(width, "width"))
    return _weighted_fit(masks, scores, nearness)


def _draw_masks(n_parts: int, n_samples: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw masks of shape (n_samples, n_parts), the whole example first."""
    n_off = rng.integers(1, n_parts + 1, size=n_samples)
    n_off[0] = 0
    ranks = rng.random((n_samples, n_parts)).argsort(axis=1).argsort(axis=1)
    return (ranks >= n_off[:, None]).astype(np.int64)


def _nearness(masks: Floats, width: float) -> Floats:
    """Return the kernel's weight of each mask."""
    distance = 1 - np.sqrt(masks.mean(axis=1))
    return np.exp(-((distance / width) ** 2))


def _weighted_fit(masks: Floats, scores: Floats, nearness: Floats) -> LocalExplanation:
    """Solve the weighted least squares."""
    root = np.sqrt(nearness)[:, None]
    design = np.column_stack([np.ones(len(masks)), masks])
    solution, _, rank, _ = np.linalg.lstsq(root * design, root[:, 0] * scores, rcond=_RANK)
    n_unknown = design.shape[1]
    if rank < n_unknown:
        raise ValueError(
            f"masks must determine {n_unknown} numbers with the weights of the kernel, got rank {rank}: "
            "take more samples or a larger width"
        )
    total = nearness @ (scores - np.average(scores, weights=nearness)) ** 2
    left = nearness @ (scores - design @ solution) ** 2
    fit = 1.0 if total <= 1e-20 * (nearness @ scores**2) or total == 0 else 1 - left / total
    return LocalExplanation(solution[1:], float(solution[0]), float(fit))
