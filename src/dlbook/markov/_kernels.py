"""The recursions of hidden Markov models, step by step on packed arrays (see `_packing`), without checks."""

import numpy as np
from numpy.typing import NDArray

from ..numerics.logarithms import sum_logarithms
from ._packing import by_step

Floats = NDArray[np.float64]
Sizes = NDArray[np.intp]


def plain_forward(start: Floats, transition: Floats, likelihood: Floats, sizes: Sizes) -> Floats:
    """alpha_t(j) = sum_i alpha_{t-1}(i) a_ij b_j(x_t)."""
    alpha = np.empty_like(likelihood)
    rows, likelihoods = by_step(alpha, sizes), by_step(likelihood, sizes)
    np.multiply(start, likelihoods[0], out=rows[0])
    previous = rows[0]
    for row, b in zip(rows[1:], likelihoods[1:], strict=True):
        np.dot(previous[: len(row)], transition, row)
        np.multiply(row, b, row)
        previous = row
    return alpha


def plain_backward(transition: Floats, likelihood: Floats, sizes: Sizes) -> Floats:
    """beta_t(i) = sum_j a_ij b_j(x_{t+1}) beta_{t+1}(j), 1 at the end of a sequence."""
    beta = np.ones_like(likelihood)
    steps = zip(by_step(beta, sizes)[::-1], by_step(likelihood, sizes)[::-1], strict=True)
    back = np.ascontiguousarray(transition.T)
    later, b_later = next(steps)
    for row, b in steps:
        np.dot(later * b_later, back, row[: len(later)])
        later, b_later = row, b
    return beta


def scaled_forward(
    start: Floats, transition: Floats, likelihood: Floats, sizes: Sizes
) -> tuple[Floats, Floats]:
    """As `plain_forward`, but each row of alpha is divided by its sum c_t, the scale.

    From the step on at which a sequence becomes impossible, alpha and c are 0.
    """
    alpha, scale = np.empty_like(likelihood), np.empty((len(likelihood), 1))
    ones = np.ones((len(start), 1))
    dot, multiply, divide = np.dot, np.multiply, np.divide  # looked up once, not at each step
    steps = zip(by_step(alpha, sizes), by_step(likelihood, sizes), by_step(scale, sizes), strict=True)
    with np.errstate(divide="ignore", invalid="ignore"):  # 0/0 for impossible sequences, mended below
        row, b, c = next(steps)
        multiply(start, b, row)
        dot(row, ones, c)
        divide(row, c, row)
        previous = row
        for row, b, c in steps:
            dot(previous[: len(row)], transition, row)
            multiply(row, b, row)
            dot(row, ones, c)
            divide(row, c, row)
            previous = row
    impossible = ~(scale[:, 0] > 0)
    if impossible.any():
        alpha[impossible], scale[impossible] = 0.0, 0.0
    return alpha, scale[:, 0]


def log_forward(log_start: Floats, log_transition: Floats, log_likelihood: Floats, sizes: Sizes) -> Floats:
    """The logarithm of `plain_forward`."""
    log_alpha = np.empty_like(log_likelihood)
    rows, likelihoods = by_step(log_alpha, sizes), by_step(log_likelihood, sizes)
    np.add(log_start, likelihoods[0], out=rows[0])
    previous, back = rows[0], np.ascontiguousarray(log_transition.T)
    for row, b in zip(rows[1:], likelihoods[1:], strict=True):
        terms = previous[: len(row), None, :] + back  # (n_sequences, to, from)
        np.add(sum_logarithms(terms, axis=2), b, out=row)
        previous = row
    return log_alpha


def log_backward(log_transition: Floats, log_likelihood: Floats, sizes: Sizes) -> Floats:
    """The logarithm of `plain_backward`."""
    log_beta = np.zeros_like(log_likelihood)
    rows, likelihoods = by_step(log_beta, sizes), by_step(log_likelihood, sizes)
    for t in range(len(sizes) - 2, -1, -1):
        later = rows[t + 1] + likelihoods[t + 1]
        rows[t][: len(later)] = sum_logarithms(log_transition + later[:, None, :], axis=2)
    return log_beta


def log_viterbi(
    log_start: Floats, log_transition: Floats, log_likelihood: Floats, sizes: Sizes
) -> tuple[NDArray[np.intp], Floats]:
    """Best paths, packed, and log delta_t(j) = max_i (log delta_{t-1}(i) + log a_ij) + log b_j(x_t)."""
    log_delta = np.empty_like(log_likelihood)
    rows, likelihoods = by_step(log_delta, sizes), by_step(log_likelihood, sizes)
    np.add(log_start, likelihoods[0], out=rows[0])
    previous, back = rows[0], np.ascontiguousarray(log_transition.T)
    for row, b in zip(rows[1:], likelihoods[1:], strict=True):
        terms = previous[: len(row), None, :] + back  # (n_sequences, to, from)
        np.add(terms.max(axis=2), b, out=row)
        previous = row
    path = np.empty(len(log_likelihood), dtype=np.intp)
    best = by_step(path, sizes)
    later = best[-1][:0]  # the states one step later
    for states, row in zip(best[::-1], rows[::-1], strict=True):
        n_later = len(later)
        if n_later:
            (row[:n_later] + back[later]).argmax(axis=1, out=states[:n_later])  # the first of equals
        if n_later < len(row):
            row[n_later:].argmax(axis=1, out=states[n_later:])
        later = states
    return path, log_delta
