"""Numerical tools that several chapters share: sums in logarithms, Gaussian distributions, matchings."""

from .gaussians import (
    diagonal_log_density,
    divergences,
    full_log_density,
    weighted_covariance,
    weighted_mean,
    weighted_variance,
)
from .logarithms import log_sum_exp
from .matching import cheapest_matching
from .seeding import spread_points

__all__ = [
    "cheapest_matching",
    "diagonal_log_density",
    "divergences",
    "full_log_density",
    "log_sum_exp",
    "spread_points",
    "weighted_covariance",
    "weighted_mean",
    "weighted_variance",
]
