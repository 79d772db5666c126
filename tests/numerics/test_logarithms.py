"""Sums of numbers that are given by their logarithms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from scipy.special import logsumexp

from dlbook.numerics import log_sum_exp


@given(arrays(float, (2, 3, 4), elements=st.floats(-1e5, 1e5)), st.integers(-3, 2))
def test_it_is_scipys(values, axis):
    assert_allclose(log_sum_exp(values, axis), logsumexp(values, axis=axis), rtol=1e-13, atol=1e-13)


def test_zeros_add_nothing():
    assert log_sum_exp([-np.inf, -np.inf]) == -np.inf
    assert log_sum_exp([-np.inf, 3.0]) == 3.0


@pytest.mark.parametrize(
    ("values", "axis", "message"),
    [
        (np.zeros((2, 0)), 1, r"^values must hold at least one number on axis 1, got shape \(2, 0\)"),
        ([0.0, np.nan], -1, "^values must be logarithms below .*, got nan at"),
        ([0.0, np.inf], -1, "^values must be logarithms below .*, got inf at"),
        (1.0, -1, "^values must"),
        ("ab", -1, "^values must"),
        ([0.0], 1, "^axis must"),
        ([0.0], 0.5, "^axis must"),
    ],
)
def test_bad_arguments_are_named(values, axis, message):
    with pytest.raises(ValueError, match=message):
        log_sum_exp(values, axis)
