"""The cheapest matching against SciPy, all matchings, and by hand."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from dlbook.numerics import cheapest_matching


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9), st.booleans())
def test_the_matching_is_as_cheap_as_that_of_scipy(seed, n, m, ties):
    from scipy.optimize import linear_sum_assignment

    rng = np.random.default_rng(seed)
    cost = rng.integers(-3, 4, size=(n, m)).astype(float) if ties else rng.normal(size=(n, m))
    rows, columns = cheapest_matching(cost)
    assert len(rows) == len(columns) == min(n, m)
    assert (np.diff(rows) > 0).all()
    assert len(set(columns.tolist())) == len(columns)
    best = cost[linear_sum_assignment(cost)].sum()
    assert cost[rows, columns].sum() == pytest.approx(best, abs=1e-12)


def test_no_other_matching_is_cheaper():
    cost = np.random.default_rng(0).normal(size=(3, 5))
    rows, columns = cheapest_matching(cost)
    every = [cost[[0, 1, 2], list(order)].sum() for order in itertools.permutations(range(5), 3)]
    assert cost[rows, columns].sum() == pytest.approx(min(every), abs=1e-15)


def test_the_total_counts_and_not_the_nearest_first():
    """Row 0 is nearest to column 1, but then row 1 would have to go far."""
    assert_array_equal(cheapest_matching([[0.3, 0.2], [0.9, 0.2]])[1], [0, 1])


def test_the_cheapest_rows_are_matched_where_columns_are_few():
    rows, columns = cheapest_matching([[5.0], [1.0], [3.0]])
    assert_array_equal(rows, [1])
    assert_array_equal(columns, [0])


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_where_there_is_nothing_nothing_is_matched(shape):
    rows, columns = cheapest_matching(np.zeros(shape))
    assert rows.size == columns.size == 0


@pytest.mark.parametrize("cost", [[1.0, 2.0], [[1.0, np.inf]], "ab", [[1], [1, 2]], [[1j]]])
def test_bad_costs_are_named(cost):
    with pytest.raises(ValueError, match=r"^cost must"):
        cheapest_matching(cost)
