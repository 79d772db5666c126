"""Where to start: points that lie apart."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks


def spread_points(x: ArrayLike, n_points: int, *, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw vectors that lie apart, in the manner of k-means++.

    The first is drawn with equal chances, each further one with a chance in proportion to its squared
    distance to the nearest one drawn before, in units of the standard deviations of the features.

    Parameters
    ----------
    x : array_like of shape (n_samples, n_features)
        The vectors to draw from.
    n_points : int
        How many to draw, at most `n_samples`.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    ndarray of shape (n_points, n_features)
        The vectors drawn. They are different as long as there are different ones left.

    Raises
    ------
    ValueError
        If the vectors are no finite table, or fewer than `n_points`.

    References
    ----------
    - D. Arthur and S. Vassilvitskii, "k-means++: the advantages of careful seeding", Proceedings of the 18th
      ACM-SIAM Symposium on Discrete Algorithms, 2007, pp. 1027-1035.

    Examples
    --------
    >>> import numpy as np
    >>> x = [[0.0], [0.1], [9.0], [9.1]]
    >>> sorted(spread_points(x, 2, rng=np.random.default_rng(0)).round().ravel().tolist())
    [0.0, 9.0]
    """
    points = checks.array(x, "x", ("n_samples", "n_features"))
    n_points = checks.count(n_points, "n_points", most=len(points))
    generator = checks.rng(rng)
    scale = points.std(axis=0)
    standardized = points / np.where(scale > 0, scale, 1.0)
    chosen = [int(generator.integers(len(points)))]
    distance = np.full(len(points), np.inf)
    while len(chosen) < n_points:
        distance = np.minimum(distance, ((standardized - standardized[chosen[-1]]) ** 2).sum(axis=1))
        total = distance.sum()
        chances = distance / total if total > 0 else np.full(len(points), 1 / len(points))
        chosen.append(int(generator.choice(len(points), p=chances)))
    return points[chosen]
