"""Optimizers, schedules for their rates, surfaces to try them on, and the search for good settings. NumPy
only."""

from .adam import Adam
from .adam_variants import AdamW, Nadam
from .adaptive import AdaGrad, RMSProp
from .descent import (
    DivergenceError,
    Path,
    batch_descent,
    mini_batch_descent,
    minimize,
    stochastic_descent,
)
from .landscape import filter_normalized, loss_along
from .lion import Lion
from .momentum import Momentum, Nesterov
from .range_test import RangeTest, range_test
from .schedules import Performance, cosine, exponential, one_cycle, piecewise, power, warmup
from .surfaces import Surface, beale, quadratic, rosenbrock, saddle, sigmoid_toy
from .tuning import Search, finer, log_grid, log_uniform, random_search

__all__ = [
    "AdaGrad",
    "Adam",
    "AdamW",
    "DivergenceError",
    "Lion",
    "Momentum",
    "Nadam",
    "Nesterov",
    "Path",
    "Performance",
    "RMSProp",
    "RangeTest",
    "Search",
    "Surface",
    "batch_descent",
    "beale",
    "cosine",
    "exponential",
    "filter_normalized",
    "finer",
    "log_grid",
    "log_uniform",
    "loss_along",
    "mini_batch_descent",
    "minimize",
    "one_cycle",
    "piecewise",
    "power",
    "quadratic",
    "random_search",
    "range_test",
    "rosenbrock",
    "saddle",
    "sigmoid_toy",
    "stochastic_descent",
    "warmup",
]
