r"""The loss around a trained network, along random directions that are scaled filter by filter.

A network with ReLU computes the same when the weights of a unit are doubled and the next ones halved, but a
step of a given length then moves it differently. So each filter of a random direction gets the length of the
filter of the network in the same place.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, room
from ..checks import rng as generator


def filter_normalized(
    parameters: Mapping[str, ArrayLike], *, rng: np.random.Generator
) -> dict[str, NDArray[np.float64]]:
    r"""Draw a random direction whose filters are as long as those of the parameters.

    Parameters
    ----------
    parameters : mapping of str to array_like
        The parameters of a network. The last axis of an array counts its filters, the weights into one unit
        or one map, as in `dlbook.nn` and in Keras.
    rng : numpy.random.Generator
        Draws the direction.

    Returns
    -------
    dict of str to ndarray
        The direction, in the shapes of the parameters. It is zero for what has fewer than two axes: biases,
        and scale and shift of batch normalization.

    Notes
    -----
    .. math:: \mathbf{d}_j \leftarrow
              \frac{\mathbf{d}_j}{\lVert \mathbf{d}_j \rVert} \, \lVert \boldsymbol{\theta}_j \rVert

    for every filter :math:`\boldsymbol{\theta}_j` and the normal random numbers :math:`\mathbf{d}_j` in its
    place.

    References
    ----------
    - H. Li, Z. Xu, G. Taylor, C. Studer and T. Goldstein, "Visualizing the loss landscape of neural nets",
      Advances in Neural Information Processing Systems 31, 2018, section 4.

    Examples
    --------
    >>> weights = {"kernel": np.array([[3.0, 0.0], [4.0, 2.0]]), "bias": np.ones(2)}
    >>> direction = filter_normalized(weights, rng=np.random.default_rng(0))
    >>> np.linalg.norm(direction["kernel"], axis=0).round(4)
    array([5., 2.])
    >>> direction["bias"]
    array([0., 0.])
    """
    arrays = _arrays(parameters, "parameters")
    generator(rng)
    return {name: _direction(value, rng) for name, value in arrays.items()}


def _direction(value: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    drawn = rng.normal(size=value.shape)
    if value.ndim < 2:
        return np.zeros(value.shape)
    axes = tuple(range(value.ndim - 1))
    length, wanted = (np.sqrt((one**2).sum(axis=axes, keepdims=True)) for one in (drawn, value))
    return drawn / np.where(length > 0, length, 1.0) * wanted


def loss_along(
    loss: Callable[[dict[str, NDArray[np.float64]]], float],
    parameters: Mapping[str, ArrayLike],
    directions: Sequence[Mapping[str, ArrayLike]],
    distances: ArrayLike,
) -> NDArray[np.float64]:
    r"""Compute the loss on a line, or on a plane, through the parameters.

    Parameters
    ----------
    loss : callable
        Returns the loss of parameters.
    parameters : mapping of str to array_like
        The parameters in the middle.
    directions : sequence of mapping
        One direction for a line, two for a plane, in the shapes of the parameters.
    distances : array_like of shape (n,)
        How far to go along each direction.

    Returns
    -------
    ndarray of shape (n,) or (n, n)
        The losses. Along a plane, the first axis belongs to the first direction. What is not finite is
        infinite.

    Examples
    --------
    >>> loss_along(lambda p: float(p["w"] ** 2), {"w": 1.0}, [{"w": 1.0}], [-1.0, 0.0, 1.0])
    array([0., 1., 4.])
    """
    if not callable(loss):
        raise ValueError(f"loss must be a function of parameters, got {loss!r:.60}")
    middle = _arrays(parameters, "parameters")
    if not isinstance(directions, list | tuple) or len(directions) not in (1, 2):
        raise ValueError("directions must be a list of one direction or two")
    ways = [_arrays(direction, "directions") for direction in directions]
    for way in ways:
        if {name: one.shape for name, one in way.items()} != {n: one.shape for n, one in middle.items()}:
            raise ValueError("directions must have the names and shapes of parameters")
    steps = array(distances, "distances", ("n",))
    room((len(steps),) * len(ways), "distances")
    losses = np.empty((len(steps),) * len(ways))
    for place in np.ndindex(losses.shape):
        moved = {
            name: value + sum(steps[i] * way[name] for i, way in zip(place, ways, strict=True))
            for name, value in middle.items()
        }
        losses[place] = float(loss(moved))
    return np.where(np.isfinite(losses), losses, np.inf)


def _arrays(given: Mapping[str, ArrayLike], name: str) -> dict[str, NDArray[np.float64]]:
    if not isinstance(given, Mapping) or not given:
        raise ValueError(f"{name} must be a dictionary of arrays, got {given!r:.60}")
    return {key: array(value, f"{name} of {key!r}") for key, value in given.items()}
