"""The forward and backward recursions of packed sequences in three forms: plain, scaled, in logarithms."""

import numpy as np
from numpy.typing import NDArray

from ._inference import Filtered, Model, filtered, impossible
from ._kernels import (
    log_backward,
    log_forward,
    log_sum_exp_kernel,
    plain_backward,
    plain_forward,
    safe_log,
    scaled_backward,
)
from ._packing import Packing, by_step

Floats = NDArray[np.float64]

Pass = tuple[Floats, Floats | None, Floats]
"""Probabilities and scales of the rows, log-likelihoods of the sequences."""


def forward_pass(model: Model, values: NDArray, packing: Packing, method: str) -> Pass:
    """Return alpha, the scales if there are any, and the log-likelihoods."""
    if method == "scaled":
        done = filtered(model, values, packing)
        return done.alpha, _exp(done.log_scale), done.log_likelihood
    log_likelihood = model._log_likelihood(values)
    if method == "log":
        log_start, log_transition = safe_log(model.start), safe_log(model.transition)
        alpha = log_forward(log_start, log_transition, log_likelihood, packing.sizes)
        return alpha, None, log_sum_exp_kernel(alpha[packing.last_rows], axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        alpha = plain_forward(model.start, model.transition, np.exp(log_likelihood), packing.sizes)
        total = safe_log(alpha[packing.last_rows].sum(axis=1))
    _check_finite(alpha, total)
    return alpha, None, total


def backward_pass(model: Model, values: NDArray, packing: Packing, method: str) -> Pass:
    """Return beta, the scales if there are any, and the log-likelihoods."""
    if method == "scaled":
        done = filtered(model, values, packing)
        if not (done.log_likelihood > -np.inf).all():
            raise impossible(done.alpha, packing, "x")
        return _scaled_beta(model, values, packing, done), _exp(done.log_scale), done.log_likelihood
    log_likelihood = model._log_likelihood(values)
    first = slice(0, len(packing.lengths))
    if method == "log":
        beta = log_backward(safe_log(model.transition), log_likelihood, packing.sizes)
        joint = safe_log(model.start) + log_likelihood[first] + beta[first]
        return beta, None, _in_order(log_sum_exp_kernel(joint, axis=1), packing)
    with np.errstate(over="ignore", invalid="ignore"):
        likelihood = np.exp(log_likelihood)
        beta = plain_backward(model.transition, likelihood, packing.sizes)
        total = safe_log((model.start * likelihood[first] * beta[first]).sum(axis=1))
    _check_finite(beta, total)
    return beta, None, _in_order(total, packing)


def _scaled_beta(model: Model, values: NDArray, packing: Packing, done: Filtered) -> Floats:
    likelihood, shift = model._shifted_likelihood(values)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        divided = likelihood / np.exp(done.log_scale - shift)[:, None]
        beta = scaled_backward(model.transition, divided, packing.sizes)
    if np.isfinite(beta).all():
        return beta
    log_beta = log_backward(safe_log(model.transition), model._log_likelihood(values), packing.sizes)
    later = np.zeros(len(values))  # logarithms of the products of all later scales
    products, log_scales = by_step(later, packing.sizes), by_step(done.log_scale, packing.sizes)
    for t in range(len(packing.sizes) - 2, -1, -1):
        products[t][: len(products[t + 1])] = products[t + 1] + log_scales[t + 1]
    return np.exp(np.minimum(log_beta - later[:, None], np.log(np.finfo(np.float64).max)))


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
