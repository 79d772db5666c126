"""Left-to-right chains, many side by side: densities of their states, forward and backward in logarithms."""

import numpy as np
from numpy.typing import NDArray

from ...numerics.logarithms import safe_log

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


def component_log_densities(x: Floats, weights: Floats, means: Floats, variances: Floats) -> Floats:
    """Weighted log densities of all Gaussians, of shape (n_frames, n_states, n_components)."""
    precision = (1 / variances).reshape(-1, x.shape[1])
    centers = means.reshape(-1, x.shape[1])
    squares = x**2 @ precision.T - 2 * x @ (centers * precision).T + (centers**2 * precision).sum(axis=1)
    constant = safe_log(weights.ravel()) - 0.5 * np.log(2 * np.pi / precision).sum(axis=1)
    return (constant - 0.5 * squares).reshape(len(x), *weights.shape)


def chain_forward(emissions: Floats, stay: Floats, leave: Floats) -> Floats:
    """Log forward probabilities of a batch of chains.

    `emissions` has shape (batch, n_frames, n_states), `stay` and `leave` (batch, n_states).
    """
    alpha = np.full(emissions.shape, -np.inf)
    alpha[:, 0, 0] = emissions[:, 0, 0]
    for t in range(1, emissions.shape[1]):
        here = alpha[:, t - 1] + stay
        moved = alpha[:, t - 1, :-1] + leave[:, :-1]
        here[:, 1:] = np.logaddexp(here[:, 1:], moved)
        alpha[:, t] = here + emissions[:, t]
    return alpha


def chain_backward(
    emissions: Floats, stay: Floats, leave: Floats, lengths: Indices, sizes: Indices
) -> Floats:
    """Log backward probabilities of a batch of chains; sequence b ends after its `lengths[b]` frames."""
    batch, n_frames, n_states = emissions.shape
    last = np.full((batch, n_states), -np.inf)
    rows = np.arange(batch)
    last[rows, sizes - 1] = leave[rows, sizes - 1]
    beta = np.full(emissions.shape, -np.inf)
    beta[:, -1] = np.where((lengths == n_frames)[:, None], last, -np.inf)
    for t in range(n_frames - 2, -1, -1):
        ahead = emissions[:, t + 1] + beta[:, t + 1]
        here = stay + ahead
        here[:, :-1] = np.logaddexp(here[:, :-1], leave[:, :-1] + ahead[:, 1:])
        beta[:, t] = np.where((lengths == t + 1)[:, None], last, here)
    return beta
