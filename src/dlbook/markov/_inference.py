"""Forward, backward and posterior probabilities of packed sequences: plain, scaled and in logarithms.

What the scaled form loses, because it underflows, is done again in logarithms, for the sequences concerned.
"""

from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..numerics.logarithms import safe_log, sum_logarithms
from ._blocks import Scaled
from ._kernels import log_backward, log_forward, plain_backward, plain_forward
from ._packing import Packing, by_step

Floats = NDArray[np.float64]

LARGEST_BETA = 1e200
"""Up to this the forward probabilities that underflow in the scaled form, below 1e-308, are of no account."""

SMALLEST_ALPHA = 1e-290
"""From this up a forward probability has not lost anything."""


class Model(Protocol):
    """What the inference asks of a hidden Markov model."""

    start: Floats
    transition: Floats

    def _log_likelihood(self, values: NDArray) -> Floats: ...

    def _shifted_likelihood(self, values: NDArray) -> tuple[Floats, Floats | float]: ...


class Pass(NamedTuple):
    """Forward or backward probabilities of packed sequences.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_states)
        The probabilities.
    scale : ndarray of shape (n_rows,) or None
        In scaled form the probability of each observation, given those before it.
    log_likelihood : ndarray of shape (n_sequences,)
        Of the sequences.
    """

    rows: Floats
    scale: Floats | None
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
    """

    gamma: Floats
    pairs: Floats


class Filter:
    """The scaled recursions, with what they lost done again in logarithms.

    Small numbers among the scaled probabilities may have lost digits, and zeros may be true or too small for
    a floating-point number. What was lost so would have added its size, less than 1e-308, times beta to a
    probability of 1. So beta tells whether it matters.
    """

    def __init__(self, model: Model, values: NDArray, packing: Packing) -> None:
        self.model, self.values, self.packing = model, values, packing
        self.likelihood, shift = model._shifted_likelihood(values)
        self.scaled = Scaled(model.start, model.transition, self.likelihood, packing.sizes)
        self.alpha, self.log_scale = self.scaled.alpha, safe_log(self.scaled.scale) + shift
        if self.alpha.min() < SMALLEST_ALPHA and self.lost.size:
            self.alpha[self.lost], self.log_scale[self.lost] = _scaled(self.log_alpha, self.part)
        self.log_likelihood = packing.totals(self.log_scale)

    @cached_property
    def beta(self) -> Floats:
        """Scaled backward probabilities. Rows that are lost may hold infinity or NaN."""
        return self.scaled.backward()

    @cached_property
    def doubtful(self) -> NDArray[np.bool_]:
        """The sequences for which the scaled form may have lost something that matters."""
        with np.errstate(invalid="ignore"):
            if self.beta.max() < LARGEST_BETA and self.scaled.scale.all():
                return np.zeros(len(self.packing.lengths), dtype=bool)
            bad = ~(self.beta.max(axis=1) < LARGEST_BETA) | (self.scaled.scale == 0)
        return self.packing.any(bad)

    @cached_property
    def lost(self) -> NDArray[np.intp]:
        """The rows of these sequences."""
        return np.flatnonzero(self.doubtful[self.packing.sequence])

    @cached_property
    def part(self) -> Packing:
        """How these sequences are packed by themselves."""
        return Packing(self.packing.lengths[self.doubtful], "list")

    @cached_property
    def log_alpha(self) -> Floats:
        """Forward probabilities of the rows that are lost, in logarithms."""
        return _forward_in_logs(self.model, self.model._log_likelihood(self.values[self.lost]), self.part)

    def check_possible(self, name: str) -> None:
        """Refuse sequences that the model cannot produce."""
        if not (self.log_likelihood > -np.inf).all():
            raise impossible(self.alpha, self.packing, name)


def forward_pass(model: Model, values: NDArray, packing: Packing, method: str) -> Pass:
    """Run the forward recursion."""
    if method == "scaled":
        done = Filter(model, values, packing)
        return Pass(done.alpha, _exp(done.log_scale), done.log_likelihood)
    log_likelihood = model._log_likelihood(values)
    if method == "log":
        alpha = _forward_in_logs(model, log_likelihood, packing)
        return Pass(alpha, None, sum_logarithms(alpha[packing.last_rows], axis=1))
    with np.errstate(over="ignore", invalid="ignore"):
        alpha = plain_forward(model.start, model.transition, np.exp(log_likelihood), packing.sizes)
        total = safe_log(alpha[packing.last_rows].sum(axis=1))
    _check_finite(alpha, total)
    return Pass(alpha, None, total)


def backward_pass(model: Model, values: NDArray, packing: Packing, method: str) -> Pass:
    """Run the backward recursion."""
    if method == "scaled":
        done = Filter(model, values, packing)
        done.check_possible("x")
        beta = _unscaled_in_logs(done) if done.doubtful.any() else done.beta
        return Pass(beta, _exp(done.log_scale), done.log_likelihood)
    log_likelihood = model._log_likelihood(values)
    first = slice(0, len(packing.lengths))
    if method == "log":
        beta = log_backward(safe_log(model.transition), log_likelihood, packing.sizes)
        joint = safe_log(model.start) + log_likelihood[first] + beta[first]
        return Pass(beta, None, _in_order(sum_logarithms(joint, axis=1), packing))
    with np.errstate(over="ignore", invalid="ignore"):
        likelihood = np.exp(log_likelihood)
        beta = plain_backward(model.transition, likelihood, packing.sizes)
        total = safe_log((model.start * likelihood[first] * beta[first]).sum(axis=1))
    _check_finite(beta, total)
    return Pass(beta, None, _in_order(total, packing))


def smoothed(done: Filter, *, keep_pairs: bool) -> Smoothed:
    """Join both recursions; sum the posterior probabilities of the pairs, or keep them all."""
    packing, transition = done.packing, done.model.transition
    alpha, beta, scale, rows = done.alpha, done.beta, done.scaled.scale, done.lost
    first = int(packing.sizes[0])
    in_logs = None
    if rows.size:
        in_logs = _smoothed_in_logs(done, keep_pairs)
        alpha[rows], beta[rows], scale[rows] = 0.0, 0.0, 1.0
    gamma = alpha * beta
    weighted = done.likelihood[first:] * beta[first:] / scale[first:, None]
    before = alpha[packing.earlier]
    if keep_pairs:
        pairs = before[:, :, None] * transition * weighted[:, None, :]
    else:
        pairs = (before.T @ weighted) * transition
    if in_logs is not None:
        gamma[rows] = in_logs[0]
        if keep_pairs:
            pairs[rows[rows >= first] - first] = in_logs[1]
        else:
            pairs += in_logs[1]
    gamma /= gamma.sum(axis=1, keepdims=True)
    if keep_pairs:
        pairs /= pairs.sum(axis=(1, 2), keepdims=True)
    return Smoothed(gamma, pairs)


def impossible(alpha: Floats, packing: Packing, name: str) -> ValueError:
    """Return the error for the first sequence that the model cannot produce; `alpha` in scaled form."""
    hopeless = ~alpha.any(axis=1)
    sequence = int(packing.sequence[hopeless].min())
    step = int(packing.step[hopeless & (packing.sequence == sequence)].min())
    return ValueError(
        f"{name} must be possible under the model, got probability 0 for {packing.name(sequence)}: "
        f"no states explain its observations up to step {step} (counted from 0)"
    )


def _forward_in_logs(model: Model, log_likelihood: Floats, packing: Packing) -> Floats:
    return log_forward(safe_log(model.start), safe_log(model.transition), log_likelihood, packing.sizes)


def _scaled(log_alpha: Floats, packing: Packing) -> tuple[Floats, Floats]:
    """Return probabilities with rows that sum to 1, and the logarithms of the scales."""
    totals = sum_logarithms(log_alpha, axis=1)
    possible = totals > -np.inf
    shift = np.where(possible, totals, 0.0)
    log_scale = totals.copy()
    first = int(packing.sizes[0])
    log_scale[first:] = np.where(possible[first:], totals[first:] - shift[packing.earlier], -np.inf)
    return np.exp(log_alpha - shift[:, None]), log_scale


def _unscaled_in_logs(done: Filter) -> Floats:
    """Return the scaled beta of all sequences by way of logarithms, at most the largest number."""
    model, packing = done.model, done.packing
    log_likelihood = model._log_likelihood(done.values)
    log_beta = log_backward(safe_log(model.transition), log_likelihood, packing.sizes)
    later = np.zeros(len(log_beta))  # logarithms of the products of all later scales
    products, log_scales = by_step(later, packing.sizes), by_step(done.log_scale, packing.sizes)
    for t in range(len(packing.sizes) - 2, -1, -1):
        products[t][: len(products[t + 1])] = products[t + 1] + log_scales[t + 1]
    return np.exp(np.minimum(log_beta - later[:, None], np.log(np.finfo(np.float64).max)))


def _smoothed_in_logs(done: Filter, keep_pairs: bool) -> tuple[Floats, Floats]:
    """Return the posterior probabilities of the lost rows and, summed or not, of their pairs."""
    model, log_alpha, packing = done.model, done.log_alpha, done.part
    log_transition, log_likelihood = safe_log(model.transition), model._log_likelihood(done.values[done.lost])
    log_beta = log_backward(log_transition, log_likelihood, packing.sizes)
    joint = log_alpha + log_beta
    total = sum_logarithms(joint, axis=1)[:, None]  # the same at all steps of a sequence
    gamma = np.exp(joint - total)
    first, n_states = int(packing.sizes[0]), len(model.start)
    pairs = np.zeros((len(joint) - first, n_states, n_states) if keep_pairs else (n_states, n_states))
    if len(joint) == first:
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


def _exp(values: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.exp(values)


def _check_finite(values: Floats, totals: Floats) -> None:
    if not (np.isfinite(values).all() and (totals < np.inf).all()):
        raise ValueError("method must be 'scaled' or 'log' for these observations: their densities overflow")


def _in_order(values: Floats, packing: Packing) -> Floats:
    """Return numbers of the sequences, given by falling length, in the order of the sequences."""
    ordered = np.empty_like(values)
    ordered[packing.order] = values
    return ordered
