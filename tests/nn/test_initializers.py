import math

import numpy as np
import pytest

from dlbook.nn import (
    INITIALIZERS,
    TRUNCATED_DEVIATION,
    fans,
    glorot_uniform,
    he_normal,
    lecun_normal,
    lecun_uniform,
    xavier_normal,
    xavier_uniform,
)

SHAPE = (300, 500)
VARIANCES = {"xavier": 1 / 300, "glorot": 1 / 400, "he": 2 / 300, "lecun": 1 / 300}
TRUNCATED = ["glorot_normal", "he_normal", "lecun_normal"]
UNIFORM = sorted(name for name in INITIALIZERS if name.endswith("uniform"))


def draw(name, shape=SHAPE, seed=0):
    return INITIALIZERS[name](shape, rng=np.random.default_rng(seed))


def variance(name):
    return VARIANCES[name.split("_")[0]]


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


# 1. numbers worked out by hand


def test_fans_worked_out_by_hand():
    assert fans((784, 300)) == (784, 300)
    assert fans((3, 5, 16, 32)) == (15 * 16, 15 * 32)
    assert fans((7, 2, 4)) == (14, 28)


def test_bounds_worked_out_by_hand():
    """784 inputs, 300 units: sqrt(6 / 1084) = 0.07440 for Glorot, sqrt(3 / 784) = 0.06186 for Xavier."""
    for function, bound in ((glorot_uniform, 0.0743982), (xavier_uniform, 0.0618590)):
        weights = function((784, 300), rng=np.random.default_rng(0))
        assert np.abs(weights).max() == pytest.approx(bound, rel=1e-4)
        assert np.abs(weights).max() <= bound


def test_the_spread_of_a_truncated_normal_follows_from_integration():
    """Between -c and c the variance is 1 - 2 c density(c) / (share between -c and c), here with c = 2."""
    density, inside = math.exp(-2) / math.sqrt(2 * math.pi), math.erf(math.sqrt(2))
    assert math.sqrt(1 - 4 * density / inside) == pytest.approx(TRUNCATED_DEVIATION, rel=1e-14)


# 2. parity with Keras


@pytest.mark.parametrize("name", sorted(set(INITIALIZERS) - {"xavier_normal", "xavier_uniform"}))
@pytest.mark.parametrize("shape", [(300, 500), (3, 5, 20, 30)], ids=["dense", "kernel"])
def test_scale_and_bounds_are_those_of_keras(keras, name, shape):
    family, kind = name.split("_")
    reference = getattr(keras.initializers, family.capitalize() + kind.capitalize())(seed=1)
    theirs, ours = keras.ops.convert_to_numpy(reference(shape)), draw(name, shape)
    assert ours.shape == theirs.shape
    assert ours.std() == pytest.approx(theirs.std(), rel=0.02)
    assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=0.01)
    quantiles = np.linspace(0.05, 0.95, 7)
    np.testing.assert_allclose(
        np.quantile(ours, quantiles), np.quantile(theirs, quantiles), atol=0.05 * theirs.std()
    )


# 4. the distributions


@pytest.mark.parametrize("name", sorted(INITIALIZERS))
def test_mean_and_variance_are_those_of_the_table(name):
    weights = draw(name)
    assert weights.shape == SHAPE
    assert weights.dtype == np.float64
    deviation = math.sqrt(variance(name))
    assert abs(weights.mean()) < 4 * deviation / math.sqrt(weights.size)
    # the standard error of a sample variance is at most sqrt(2 / n), which is that of a normal distribution
    assert weights.var() == pytest.approx(variance(name), rel=4 * math.sqrt(2 / weights.size))


@pytest.mark.parametrize("name", sorted(INITIALIZERS))
def test_the_distribution_passes_a_test_of_fit(name):
    from scipy import stats

    deviation = math.sqrt(variance(name))
    if name in UNIFORM:
        bound = math.sqrt(3) * deviation
        reference = stats.uniform(-bound, 2 * bound)
    elif name in TRUNCATED:
        reference = stats.truncnorm(-2, 2, scale=deviation / TRUNCATED_DEVIATION)
    else:
        reference = stats.norm(scale=deviation)
    assert stats.kstest(draw(name).ravel(), reference.cdf).pvalue > 0.01


@pytest.mark.parametrize("name", UNIFORM)
def test_a_uniform_distribution_fills_its_bounds(name):
    weights, bound = draw(name), math.sqrt(3 * variance(name))
    assert -bound <= weights.min() < -0.999 * bound
    assert 0.999 * bound < weights.max() <= bound


@pytest.mark.parametrize("name", TRUNCATED)
def test_a_truncated_normal_ends_at_two_deviations_of_the_normal_it_came_from(name):
    end = 2 * math.sqrt(variance(name)) / TRUNCATED_DEVIATION
    assert 0.999 * end < np.abs(draw(name)).max() <= end


def test_the_plain_normal_of_xavier_is_not_truncated():
    weights = draw("xavier_normal")
    share_outside = (np.abs(weights) > 2 * weights.std()).mean()
    assert share_outside == pytest.approx(0.0455, abs=0.002)
    assert (np.abs(draw("lecun_normal")) > 2.28 * math.sqrt(1 / 300)).sum() == 0


def test_xavier_and_lecun_have_the_same_uniform_distribution():
    first, second = (f((4, 6), rng=np.random.default_rng(3)) for f in (xavier_uniform, lecun_uniform))
    np.testing.assert_array_equal(first, second)


def test_he_doubles_the_variance_of_lecun():
    first, second = (f((4, 6), rng=np.random.default_rng(3)) for f in (he_normal, lecun_normal))
    np.testing.assert_allclose(first, math.sqrt(2) * second, rtol=1e-14)


def test_weights_follow_the_generator():
    for name in INITIALIZERS:
        np.testing.assert_array_equal(draw(name, (3, 5), 1), draw(name, (3, 5), 1))
        assert not np.array_equal(draw(name, (3, 5), 1), draw(name, (3, 5), 2))


def test_a_layer_with_as_many_units_keeps_the_variance_of_its_inputs():
    """One linear layer after another, ten of them: the reason for all of this."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 256))
    for _ in range(10):
        x = x @ xavier_normal((256, 256), rng=rng)
    assert 0.6 < x.var() < 1.6
    assert (np.random.default_rng(0).normal(size=(200, 256)) @ rng.normal(size=(256, 256))).var() > 200


def test_one_weight_will_do():
    for name in INITIALIZERS:
        assert draw(name, (1, 1)).shape == (1, 1)


def test_the_table_holds_every_initializer_under_its_own_name():
    assert set(INITIALIZERS) == {f"{f}_{k}" for f in VARIANCES for k in ("normal", "uniform")}
    assert all(function.__name__ == name for name, function in INITIALIZERS.items())


# bad input


@pytest.mark.parametrize("name", sorted(INITIALIZERS))
@pytest.mark.parametrize("shape", [5, (5,), (), (3, 0), (3, -1), (2.5, 3)])
def test_bad_shapes_are_named(name, shape):
    with pytest.raises(ValueError, match=r"^shape must"):
        draw(name, shape)


@pytest.mark.parametrize("name", sorted(INITIALIZERS))
@pytest.mark.parametrize("rng", [42, None, "seed"])
def test_a_seed_is_no_generator(name, rng):
    with pytest.raises(ValueError, match=r"^rng must"):
        INITIALIZERS[name]((3, 4), rng=rng)
