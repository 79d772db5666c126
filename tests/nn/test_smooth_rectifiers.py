import math

import numpy as np
import pytest

from dlbook.nn import (
    elu,
    gelu,
    gelu_tanh,
    selu,
    silu,
    softplus,
)
from dlbook.nn.smooth_rectifiers import SELU_ALPHA, SELU_SCALE


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


# 1. published and hand-computed numbers


def test_the_constants_of_selu_are_those_of_its_authors():
    """Klambauer et al. 2017: the fixed point at mean 0, variance 1 gives both constants in closed form."""
    root = math.sqrt(math.e)
    alpha = -math.sqrt(2 / math.pi) / (math.erfc(1 / math.sqrt(2)) * root - 1)
    np.testing.assert_allclose(SELU_ALPHA, alpha, rtol=1e-14)
    assert round(SELU_ALPHA, 4) == 1.6733
    assert round(SELU_SCALE, 4) == 1.0507


def test_values_worked_out_by_hand():
    assert elu(-1.0) == pytest.approx(1 / math.e - 1, rel=1e-15)
    assert elu(-1.0, 0.5) == pytest.approx((1 / math.e - 1) / 2, rel=1e-15)
    assert selu(-1.0) == pytest.approx(SELU_SCALE * SELU_ALPHA * (1 / math.e - 1), rel=1e-15)
    assert softplus(0.0) == pytest.approx(math.log(2), rel=1e-15)
    assert gelu(1.0) == pytest.approx(0.8413447460685429, rel=1e-15)
    assert silu(1.0) == pytest.approx(1 / (1 + 1 / math.e), rel=1e-15)


# 2. parity with Keras


@pytest.mark.parametrize("alpha", [1.0, 0.3, 2.5])
def test_elu_is_that_of_keras(keras, alpha):
    z = np.random.default_rng(1).normal(scale=4, size=(5, 7))
    theirs = keras.ops.convert_to_numpy(keras.activations.elu(z, alpha=alpha))
    np.testing.assert_allclose(elu(z, alpha), theirs, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("function", "approximate"), [(gelu, False), (gelu_tanh, True)])
def test_gelu_is_that_of_keras(keras, function, approximate):
    z = np.concatenate([np.random.default_rng(1).normal(scale=2, size=60), [-1000.0, 0.0, 1000.0]])
    theirs = keras.ops.convert_to_numpy(keras.activations.gelu(z, approximate=approximate))
    assert theirs.dtype == np.float64
    # TensorFlow rounds the constants of both forms to about seven digits
    np.testing.assert_allclose(function(z), theirs, rtol=1e-6, atol=1e-8)


def test_gelu_is_exact_far_to_the_left():
    from scipy.special import ndtr

    z = np.linspace(-37, 8, 91)
    np.testing.assert_allclose(gelu(z), z * ndtr(z), rtol=1e-12)


# 3. derivatives with other settings than those of the table


@pytest.mark.parametrize("alpha", [0.3, 2.5])
def test_elu_with_another_floor_has_the_slope_of_central_differences(alpha):
    z, step = np.random.default_rng(3).normal(scale=2, size=(4, 9)), 1e-6
    slope = (elu(z + step, alpha) - elu(z - step, alpha)) / (2 * step)
    np.testing.assert_allclose(elu.derivative(z, alpha), slope, rtol=1e-7)


# 4. invariants


def test_gelu_and_its_approximation_stay_close():
    z = np.linspace(-8, 8, 4001)
    assert np.abs(gelu(z) - gelu_tanh(z)).max() < 5e-4


def test_selu_keeps_a_standard_normal_standard():
    """By integration over the normal density."""
    z = np.linspace(-12, 12, 240_001)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    mean = np.trapezoid(selu(z) * density, z)
    assert mean == pytest.approx(0, abs=1e-8)
    assert np.trapezoid(selu(z) ** 2 * density, z) - mean**2 == pytest.approx(1, abs=1e-8)


def test_softplus_lies_above_the_rectifier_and_closes_in_on_it():
    z = np.linspace(-30, 30, 121)
    gap = softplus(z) - np.maximum(z, 0)
    assert gap.max() == gap[60] == pytest.approx(math.log(2), rel=1e-15)
    assert gap.min() > 0
    np.testing.assert_allclose(softplus(z) - softplus(-z), z, atol=1e-13)
    np.testing.assert_allclose(softplus.derivative(z), 1 / (1 + np.exp(-z)), rtol=1e-13)


@pytest.mark.parametrize("function", [gelu, gelu_tanh, silu])
def test_what_a_gate_takes_on_one_side_it_gives_on_the_other(function):
    z = np.linspace(-9, 9, 37)
    np.testing.assert_allclose(function(z) - function(-z), z, atol=1e-13)


def test_gelu_and_silu_turn_where_the_documentation_says():
    assert gelu.derivative(-0.76) < 0 < gelu.derivative(-0.74)
    z = np.linspace(-2, 0, 20_001)
    assert silu(z).min() == pytest.approx(-0.2785, abs=5e-5)
    assert z[silu(z).argmin()] == pytest.approx(-1.2785, abs=5e-4)


def test_selu_jumps_in_slope_at_zero():
    assert selu.derivative(0.0) == SELU_SCALE * SELU_ALPHA
    assert selu.derivative(1e-12) == SELU_SCALE


# bad input


@pytest.mark.parametrize("function", [elu, elu.derivative])
@pytest.mark.parametrize("alpha", [0.0, -1.0, np.nan, np.inf, [1.0, 2.0]])
def test_bad_floor_is_named(function, alpha):
    with pytest.raises(ValueError, match=r"^alpha must"):
        function([1.0], alpha)
