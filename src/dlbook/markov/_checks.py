"""What `dlbook.checks` has not: read-only parameters, square matrices of probabilities, names."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks


def frozen(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a copy that cannot be written to."""
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def distributions(value: ArrayLike, name: str, shape: checks.Shape) -> NDArray[np.float64]:
    """Return distributions, one along the last axis each, that cannot be written to."""
    return frozen(checks.probabilities(value, name, shape))


def transition_matrix(value: ArrayLike, name: str = "transition") -> NDArray[np.float64]:
    """Return a square matrix whose rows are distributions, and that cannot be written to."""
    size = len(checks.array(value, name, ("n_states", "n_states"), finite=False))
    return distributions(value, name, (size, size))


def labels(value: Any, name: str, size: int | None = None) -> tuple[str, ...]:
    """Return names of states or symbols, all different; "0", "1", ... where none are given.

    A string counts as the sequence of its letters.
    """
    if value is None and size is not None:
        return tuple(str(i) for i in range(size))
    if not isinstance(value, Iterable) or isinstance(value, bytes):
        raise ValueError(f"{name} must be a sequence of names, got {value!r:.80}")
    given = tuple(value)
    if len(given) != (len(given) if size is None else size) or not given:
        raise ValueError(f"{name} must hold {size or 'at least 1'} names, got {len(given)}: {given[:8]}")
    for position, item in enumerate(given):
        if not isinstance(item, str):
            raise ValueError(f"{name} must be strings, got {item!r:.80} at position {position}")
    if len(set(given)) < len(given):
        double = next(item for position, item in enumerate(given) if item in given[:position])
        places = [position for position, item in enumerate(given) if item == double]
        raise ValueError(
            f"{name} must be different from each other, "
            f"got {double!r} at positions {places[0]} and {places[1]}"
        )
    return tuple(str(item) for item in given)
