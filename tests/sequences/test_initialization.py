"""Starting weights of recurrent layers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.sequences.gru import GRU
from dlbook.sequences.initialization import orthogonal
from dlbook.sequences.lstm import LSTM
from dlbook.sequences.rnn import SimpleRNN


@given(rows=st.integers(1, 7), columns=st.integers(1, 7), seed=st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=40)
def test_the_shorter_side_is_orthonormal(rows, columns, seed):
    w = orthogonal((rows, columns), rng=np.random.default_rng(seed))
    assert w.shape == (rows, columns)
    product = w @ w.T if rows <= columns else w.T @ w
    np.testing.assert_allclose(product, np.eye(min(rows, columns)), atol=1e-12)


def test_every_rotation_is_equally_probable():
    """Without the signs of R the first entry would always be negative. Its mean is 0, its variance 1/n."""
    rng = np.random.default_rng(0)
    first = np.array([orthogonal((4, 4), rng=rng)[0, 0] for _ in range(4000)])
    assert abs(first.mean()) < 0.04  # five standard deviations
    assert (first**2).mean() == pytest.approx(1 / 4, abs=0.02)
    signs = [np.linalg.det(orthogonal((3, 3), rng=rng)) for _ in range(200)]
    assert 60 < sum(sign > 0 for sign in signs) < 140


@pytest.mark.parametrize(("kind", "blocks"), [(SimpleRNN, 1), (GRU, 3), (LSTM, 4)])
def test_layers_start_glorot_uniform_and_orthogonal(kind, blocks):
    layer = kind(50, 40, rng=np.random.default_rng(1))
    kernel, recurrent_kernel, _ = layer.get_weights()
    limit = np.sqrt(6 / (50 + 40 * blocks))
    assert 0.99 * limit < np.abs(kernel).max() <= limit
    assert kernel.var() == pytest.approx(limit**2 / 3, rel=0.1)
    np.testing.assert_allclose(recurrent_kernel @ recurrent_kernel.T, np.eye(40), atol=1e-12)
    again = kind(50, 40, rng=np.random.default_rng(1)).get_weights()
    np.testing.assert_array_equal(kernel, again[0])
    np.testing.assert_array_equal(recurrent_kernel, again[1])


@pytest.mark.parametrize("shape", [(3,), (0, 2), (2.5, 2), (2, 2, 2)])
def test_bad_shapes_are_named(shape):
    with pytest.raises(ValueError, match=r"^shape must"):
        orthogonal(shape, rng=np.random.default_rng(0))


def test_a_seed_is_no_generator():
    for draw in (orthogonal, lambda shape, rng: GRU(*shape, rng=rng)):
        with pytest.raises(ValueError, match=r"^rng must"):
            draw((3, 4), rng=42)
