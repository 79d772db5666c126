"""Positions: the paper's formula, what sinusoids and rotations have to do with distances, bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.transformers import position_frequencies, rotate, sinusoidal_positions


def test_the_formula_of_the_paper():
    table = sinusoidal_positions(50, 8)
    for t, i in [(0, 0), (3, 1), (49, 3), (17, 2)]:
        angle = t / 10_000 ** (2 * i / 8)
        assert table[t, 2 * i] == pytest.approx(np.sin(angle), abs=1e-14)
        assert table[t, 2 * i + 1] == pytest.approx(np.cos(angle), abs=1e-14)


def test_frequencies_by_hand():
    np.testing.assert_allclose(position_frequencies(6, base=1000.0), [1.0, 0.1, 0.01], rtol=1e-12)


@given(shift=st.integers(0, 60), d=st.sampled_from([2, 4, 10]))
@settings(max_examples=25, deadline=None)
def test_one_linear_map_moves_every_position(shift, d):
    table = sinusoidal_positions(120, d)
    angles = shift * position_frequencies(d)
    move = np.zeros((d, d))
    for i, angle in enumerate(angles):
        c, s = np.cos(angle), np.sin(angle)
        move[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = [[c, s], [-s, c]]
    np.testing.assert_allclose(table[:60] @ move.T, table[shift : shift + 60], atol=1e-10)


def test_products_of_sinusoids_depend_on_the_distance_alone():
    table = sinusoidal_positions(30, 16)
    products = table @ table.T
    for distance in range(30):
        diagonal = np.diagonal(products, distance)
        np.testing.assert_allclose(diagonal, diagonal[0], rtol=1e-11)
    np.testing.assert_allclose(np.diagonal(products), 8, rtol=1e-12)


def test_rotation_by_hand():
    """Position 2 turns the first pair by 2 radians, the second by 0.02."""
    turned = rotate([[1.0, 0.0, 0.0, 1.0]], [2])
    expected = [[np.cos(2), np.sin(2), -np.sin(0.02), np.cos(0.02)]]
    np.testing.assert_allclose(turned, expected, rtol=1e-12)


@given(seed=st.integers(0, 1000), shift=st.floats(-50, 50))
@settings(max_examples=25, deadline=None)
def test_products_of_rotated_vectors_depend_on_the_distance_alone(seed, shift):
    rng = np.random.default_rng(seed)
    queries, keys = rng.normal(size=(2, 7, 10))
    places = np.arange(7.0)
    products = rotate(queries) @ rotate(keys).T
    moved = rotate(queries, places + shift) @ rotate(keys, places + shift).T
    np.testing.assert_allclose(moved, products, atol=1e-10)
    np.testing.assert_allclose(np.linalg.norm(rotate(queries), axis=-1), np.linalg.norm(queries, axis=-1))


def test_equals_complex_numbers():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 3, 5, 8))
    pairs = x[..., 0::2] + 1j * x[..., 1::2]
    turned = pairs * np.exp(1j * np.arange(5)[:, None] * position_frequencies(8))
    found = rotate(x)
    np.testing.assert_allclose(found[..., 0::2], turned.real, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found[..., 1::2], turned.imag, rtol=1e-12, atol=1e-14)
    assert rotate(x.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sinusoidal_positions(0, 4), "n_positions must be"),
        (lambda: sinusoidal_positions(3, 5), "n_features must be even, got 5"),
        (lambda: position_frequencies(4, base=1.0), "base must be a finite number, above 1"),
        (lambda: rotate([[1.0, 2.0, 3.0]]), "x must have an even number of features, got 3"),
        (lambda: rotate([[1.0, 2.0]], [0, 1]), r"positions must have shape \(1,\)"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
