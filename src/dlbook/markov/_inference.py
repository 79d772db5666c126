"""Filtering and smoothing of packed sequences: scaled, and in logarithms where scaling loses something."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ._kernels import (
    log_backward,
    log_forward,
    log_sum_exp_kernel,
    safe_log,
    scaled_backward,
    scaled_forward,
)
from ._packing import Packing, by_step

Floats = NDArray[np.float64]

LARGEST_BETA = 1e200
"""Up to this the forward probabilities that underflow in the scaled form, below 1e-308, are of no account."""


class Model(Protocol):
    """What the inference asks of a hidden Markov model."""

    start: Floats
    transition: Floats

    def _log_likelihood(self, values: NDArray) -> Floats: ...

    def _shifted_likelihood(self, values: NDArray) -> tuple[Floats, Floats | float]: ...


class Filtered(NamedTuple):
    """Scaled forward probabilities of packed sequences.

    Parameters
    ----------
    alpha : ndarray of shape (n_rows, n_states)
        Forward probabilities, rows that sum to 1, or 0 where a sequence has become impossible.
    log_scale : ndarray of shape (n_rows,)
        Logarithm of the probability of the observation, given those before it.
    log_likelihood : ndarray of shape (n_sequences,)
        Sums of `log_scale`.
    """

    alpha: Floats
    log_scale: Floats
    log_likelihood: Floats


class Smoothed(NamedTuple):
    """Posterior probabilities of packed sequences.

    Parameters
    ----------
    gamma : ndarray of shape (n_rows, n_states)
        Of the states.
    pairs : ndarray of shape (n_rows - n_sequences, n_states, n_states) or (n_states, n_states)
        Of the states at the step before and at this one, for all rows but those of the first step; or the sum
        over all of them.
    log_likelihood : ndarray of shape (n_sequences,)
        Of the sequences.
    """

    gamma: Floats
    pairs: Floats
    log_likelihood: Floats


def filtered(model: Model, values: NDArray, packing: Packing) -> Filtered:
    """Run the forward recursion.

    Zeros among the scaled probabilities may be true, or too small for a floating-point number. What was lost
    so would have added its size, less than 1e-308, times beta to a probability of 1. So beta tells whether it
    matters. Where it does, the sequence is done again in logarithms.
    """
    likelihood, shift = model._shifted_likelihood(values)
    alpha, scale = scaled_forward(model.start, model.transition, likelihood, packing.sizes)
    log_scale = safe_log(scale) + shift
    if not alpha.all():
        beta = _scaled_beta(model, likelihood, scale, packing)
        doubtful = _doubtful(beta, scale, packing)
        if doubtful.any():
            rows, part = _part(packing, doubtful)
            log_alpha = _log_alpha(model, values[rows], part)
            alpha[rows], log_scale[rows] = _scaled(log_alpha, part)
    return Filtered(alpha, log_scale, packing.totals(log_scale))


def smoothed(model: Model, values: NDArray, packing: Packing, name: str, *, keep_pairs: bool) -> Smoothed:
    """Run both recursions and join them; sum the posterior probabilities of the pairs, or keep them all."""
    likelihood, shift = model._shifted_likelihood(values)
    alpha, scale = scaled_forward(model.start, model.transition, likelihood, packing.sizes)
    log_scale = safe_log(scale) + shift
    beta = _scaled_beta(model, likelihood, scale, packing)
    doubtful = _doubtful(beta, scale, packing)
    in_logs = None
    if doubtful.any():
        rows, part = _part(packing, doubtful)
        log_alpha = _log_alpha(model, values[rows], part)
        alpha[rows], log_scale[rows] = _scaled(log_alpha, part)
        if not alpha.any(axis=1).all():
            raise impossible(alpha, packing, name)
        in_logs = _smoothed_in_logs(model, values[rows], log_alpha, part, keep_pairs)
        alpha[rows], beta[rows], scale[rows] = 0.0, 0.0, 1.0
    first = int(packing.sizes[0])
    gamma = alpha * beta
    weighted = likelihood[first:] * beta[first:] / scale[first:, None]
    before = alpha[packing.earlier]
    if keep_pairs:
        pairs = before[:, :, None] * model.transition * weighted[:, None, :]
    else:
        pairs = (before.T @ weighted) * model.transition
    if in_logs is not None:
        gamma[rows] = in_logs[0]
        if keep_pairs:
            pairs[rows[rows >= first] - first] = in_logs[1]
        else:
            pairs += in_logs[1]
    gamma /= gamma.sum(axis=1, keepdims=True)
    if keep_pairs:
        pairs /= pairs.sum(axis=(1, 2), keepdims=True)
    return Smoothed(gamma, pairs, packing.totals(log_scale))


def impossible(alpha: Floats, packing: Packing, name: str) -> ValueError:
    """Return the error for the first sequence that the model cannot produce; `alpha` in scaled form."""
    hopeless = ~alpha.any(axis=1)
    sequence = int(packing.sequence[hopeless].min())
    step = int(packing.step[hopeless & (packing.sequence == sequence)].min())
    return ValueError(
        f"{name} must be possible under the model, got probability 0 for {packing.name(sequence)}: "
        f"no states explain its observations up to step {step} (counted from 0)"
    )


def _scaled_beta(model: Model, likelihood: Floats, scale: Floats, packing: Packing) -> Floats:
    with np.errstate(all="ignore"):  # impossible sequences, which `_doubtful` finds
        return scaled_backward(model.transition, likelihood / scale[:, None], packing.sizes)


def _doubtful(beta: Floats, scale: Floats, packing: Packing) -> NDArray[np.bool_]:
    """Find the sequences for which the scaled form may have lost something that matters."""
    with np.errstate(invalid="ignore"):
        bad = ~(beta.max(axis=1) < LARGEST_BETA) | (scale == 0)
    return packing.any(bad) if bad.any() else np.zeros(len(packing.lengths), dtype=bool)


def _part(packing: Packing, chosen: NDArray[np.bool_]) -> tuple[NDArray[np.intp], Packing]:
    """Return the rows of some of the sequences, and their packing."""
    return np.flatnonzero(chosen[packing.sequence]), Packing(packing.lengths[chosen], "list")


def _log_alpha(model: Model, values: NDArray, packing: Packing) -> Floats:
    return log_forward(
        safe_log(model.start), safe_log(model.transition), model._log_likelihood(values), packing.sizes
    )


def _scaled(log_alpha: Floats, packing: Packing) -> tuple[Floats, Floats]:
    """Return probabilities with rows that sum to 1, and the logarithms of the scales."""
    totals = log_sum_exp_kernel(log_alpha, axis=1)
    possible = totals > -np.inf
    shift = np.where(possible, totals, 0.0)
    log_scale = totals.copy()
    first = int(packing.sizes[0])
    log_scale[first:] = np.where(possible[first:], totals[first:] - shift[packing.earlier], -np.inf)
    return np.exp(log_alpha - shift[:, None]), log_scale


def _smoothed_in_logs(
    model: Model, values: NDArray, log_alpha: Floats, packing: Packing, keep_pairs: bool
) -> tuple[Floats, Floats]:
    """Return the posterior probabilities of the states and, summed or not, of the pairs."""
    log_transition, log_likelihood = safe_log(model.transition), model._log_likelihood(values)
    log_beta = log_backward(log_transition, log_likelihood, packing.sizes)
    joint = log_alpha + log_beta
    total = log_sum_exp_kernel(joint, axis=1)[:, None]  # the same at all steps of a sequence
    gamma = np.exp(joint - total)
    first, n_states = int(packing.sizes[0]), len(model.start)
    pairs = np.zeros((len(values) - first, n_states, n_states) if keep_pairs else (n_states, n_states))
    if len(values) == first:
        return gamma, pairs
    before = by_step((log_alpha - total)[packing.earlier], packing.sizes[1:])
    after = by_step((log_likelihood + log_beta)[first:], packing.sizes[1:])
    blocks = by_step(pairs, packing.sizes[1:]) if keep_pairs else None
    for t, (a, b) in enumerate(zip(before, after, strict=True)):
        block = np.exp(a[:, :, None] + log_transition + b[:, None, :])
        if blocks is None:
            pairs += block.sum(axis=0)
        else:
            blocks[t][:] = block
    return gamma, pairs
