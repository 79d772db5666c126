"""Clipping: by hand, equal to Keras, the three-way comparison, and gradients that no number can hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.nn import (
    SGD,
    NonFiniteGradientError,
    check_finite_gradients,
    clip_by_global_norm,
    clip_by_norm,
    clip_by_value,
    global_norm,
)

CLIPS = [clip_by_value, clip_by_norm, clip_by_global_norm]
KEYWORDS = dict(zip(["clipvalue", "clipnorm", "global_clipnorm"], CLIPS, strict=True))


def some_gradients(seed=0, dtype=np.float64):
    """Gradients of a layer with 4 inputs and 3 units."""
    rng = np.random.default_rng(seed)
    shapes = {"kernel": (4, 3), "recurrent_kernel": (3, 3), "bias": (3,), "scale": ()}
    return {name: np.asarray(3 * rng.normal(size=shape), dtype=dtype) for name, shape in shapes.items()}


def flat(gradients):
    return np.concatenate([np.ravel(gradient) for gradient in gradients.values()])


# 1. by hand


def test_the_three_ways_by_hand():
    """The vectors (3, 4) and (0, 12): norms 5 and 12, together 13."""
    gradients = {"w": np.array([3.0, 4.0]), "b": np.array([0.0, -12.0])}
    clipped = clip_by_value(gradients, 3.5)
    assert (clipped["w"].tolist(), clipped["b"].tolist()) == ([3, 3.5], [0, -3.5])
    clipped = clip_by_norm(gradients, 6.0)
    np.testing.assert_array_equal(clipped["w"], [3, 4])  # short enough by itself
    np.testing.assert_allclose(clipped["b"], [0, -6], rtol=1e-15)
    clipped = clip_by_global_norm(gradients, 6.5)
    np.testing.assert_allclose(clipped["w"], [1.5, 2], rtol=1e-15)
    np.testing.assert_allclose(clipped["b"], [0, -6], rtol=1e-15)
    assert global_norm(gradients) == 13


def test_clipping_by_value_is_not_what_the_lecture_prints():
    """The lecture tests the norm and then puts the threshold in the place of the gradient."""
    gradient = np.array([0.6, -0.8, 0.0])
    threshold = 0.7
    printed = threshold if np.linalg.norm(gradient) >= threshold else gradient
    clipped = clip_by_value({"w": gradient}, threshold)
    assert np.ndim(printed) == 0  # one number for three: each weight would take the same step, upwards
    np.testing.assert_array_equal(clipped["w"], [0.6, -0.7, 0.0])
    small = np.full(100, 0.2)  # norm 2, yet no entry is large: nothing is to be cut
    np.testing.assert_array_equal(clip_by_value({"w": small}, threshold)["w"], small)
    assert np.linalg.norm(small) >= threshold


def test_a_norm_at_the_limit_changes_nothing():
    gradients = {"w": np.array([3.0, 4.0])}
    for clip in (clip_by_norm, clip_by_global_norm):
        np.testing.assert_array_equal(clip(gradients, 5.0)["w"], [3, 4])


# 2. parity


@pytest.mark.parametrize("limit", [0.05, 1.3, 7.0, 1000.0])
@pytest.mark.parametrize("keyword", list(KEYWORDS))
def test_a_clipped_step_equals_that_of_keras(keyword, limit):
    import keras

    gradients = some_gradients()
    start = {name: np.random.default_rng(1).normal(size=g.shape) for name, g in gradients.items()}
    variables = [keras.Variable(value.astype("float32")) for value in start.values()]
    optimizer = keras.optimizers.SGD(0.25, **{keyword: limit})
    optimizer.apply([keras.ops.convert_to_tensor(g.astype("float32")) for g in gradients.values()], variables)
    after = SGD(0.25).step(start, KEYWORDS[keyword](gradients, limit))
    for name, variable in zip(start, variables, strict=True):
        np.testing.assert_allclose(after[name], np.asarray(variable), rtol=1e-5, atol=1e-6)


# 4. invariants


@given(seed=st.integers(0, 2**32 - 1), limit=st.floats(0.01, 100))
@settings(deadline=None, max_examples=60)
def test_what_clipping_keeps(seed, limit):
    gradients = some_gradients(seed)
    before = flat(gradients)
    by_value = clip_by_value(gradients, limit)
    np.testing.assert_array_equal(flat(by_value), np.sign(before) * np.minimum(np.abs(before), limit))
    by_norm = clip_by_norm(gradients, limit)
    for name, gradient in gradients.items():
        length = np.sqrt((gradient**2).sum())
        np.testing.assert_allclose(by_norm[name], gradient * min(1, limit / length), rtol=1e-13)
    by_all = clip_by_global_norm(gradients, limit)
    np.testing.assert_allclose(flat(by_all), before * min(1, limit / np.linalg.norm(before)), rtol=1e-13)
    np.testing.assert_allclose(global_norm(gradients), np.linalg.norm(before), rtol=1e-14)
    np.testing.assert_array_equal(flat(gradients), flat(some_gradients(seed)))  # the input stays as it is


@pytest.mark.parametrize("clip", CLIPS)
@given(seed=st.integers(0, 2**32 - 1), limit=st.floats(0.01, 100))
@settings(deadline=None, max_examples=25)
def test_clipping_twice_is_clipping_once(clip, seed, limit):
    once = clip(some_gradients(seed), limit)
    twice = clip(once, limit)
    np.testing.assert_allclose(flat(twice), flat(once), rtol=1e-14)


def test_only_the_global_norm_keeps_the_direction():
    gradients = some_gradients(3)
    before = flat(gradients)

    def cosine(clip):
        after = flat(clip(gradients, 0.5))
        return after @ before / np.linalg.norm(after) / np.linalg.norm(before)

    assert cosine(clip_by_global_norm) == pytest.approx(1, rel=1e-12)
    assert cosine(clip_by_norm) < 0.99
    assert cosine(clip_by_value) < 0.99


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e160, 1e300])
def test_no_square_overflows_and_none_vanishes(size):
    gradients = {"w": np.array([3.0, 0.0]) * size, "b": np.array([-4.0]) * size}
    assert global_norm(gradients) == pytest.approx(5 * size, rel=1e-3 if size < 1e-300 else 1e-14)
    clipped = clip_by_global_norm(gradients, size)
    np.testing.assert_allclose(
        flat(clipped), [0.6 * size, 0, -0.8 * size], rtol=2e-3 if size < 1e-300 else 1e-13
    )


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_global_norm])
def test_nor_does_one_in_single_precision(clip):
    clipped = clip({"w": np.array([3e30, 4e30], dtype=np.float32)}, 1.0)
    np.testing.assert_allclose(clipped["w"], [0.6, 0.8], rtol=1e-6)


def test_a_norm_beyond_all_numbers_is_clipped_all_the_same():
    huge = {"w": np.full(4, 1.7e308)}
    assert global_norm(huge) == np.inf
    for clip in (clip_by_norm, clip_by_global_norm):
        np.testing.assert_allclose(clip(huge, 2.0)["w"], np.ones(4), rtol=1e-14)


@pytest.mark.parametrize("clip", CLIPS)
def test_zeros_and_empty_arrays_pass(clip):
    clipped = clip({"w": np.zeros((2, 3)), "none": np.zeros((0, 4))}, 1.0)
    np.testing.assert_array_equal(clipped["w"], np.zeros((2, 3)))
    assert clipped["none"].shape == (0, 4)


@pytest.mark.parametrize("clip", CLIPS)
def test_the_precision_stays_and_the_result_is_new(clip):
    for dtype in (np.float32, np.float64):
        gradients = some_gradients(dtype=dtype)
        for limit in (0.3, 1e6):
            clipped = clip(gradients, limit)
            for name, gradient in gradients.items():
                assert clipped[name].dtype == dtype
                assert clipped[name].shape == gradient.shape
                assert not np.shares_memory(clipped[name], gradient)
    assert clip({"w": [3, -4]}, 10.0)["w"].dtype == np.float64


def test_clipping_saves_a_descent_that_would_explode():
    """The loss x^4 from 3 at rate 0.1: the first step goes to -7.8, then farther and farther."""

    def descend(limit):
        x = 3.0
        for step in range(60):
            gradients = {"x": np.array(4 * x**3)}
            if limit is None:
                check_finite_gradients(gradients, step=step)
            else:
                gradients = clip_by_global_norm(gradients, limit, step=step)
            with np.errstate(over="ignore", invalid="ignore"):
                x = np.float64(x - 0.1 * gradients["x"])
        return float(x)

    assert abs(descend(5.0)) < 0.4
    with (
        np.errstate(over="ignore", invalid="ignore"),
        pytest.raises(NonFiniteGradientError, match=r"gradient of 'x' must be finite, .* at step 6"),
    ):
        descend(None)


# bad input


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("clip", CLIPS)
def test_a_gradient_that_is_not_finite_stops_with_name_norm_and_step(clip, wrong):
    gradients = {"kernel": np.array([[3.0, 4.0]]), "bias": np.array([wrong, 12.0, wrong])}
    message = (
        "gradient of 'bias' must be finite, got 2 of 3 entries infinite or not a number at step 31 "
        r"\(norm of all finite entries: 13\)"
    )
    with pytest.raises(NonFiniteGradientError, match=message) as caught:
        clip(gradients, 1.0, step=31)
    error = caught.value
    assert isinstance(error, ValueError)
    assert (error.parameter, error.n_wrong, error.norm, error.step) == ("bias", 2, 13.0, 31)


def test_without_a_step_none_is_named():
    for function in (check_finite_gradients, global_norm):
        with pytest.raises(
            NonFiniteGradientError, match=r"a number \(norm of all finite entries: 0\)"
        ) as caught:
            function({"w": [np.nan]})
        assert caught.value.step is None
    check_finite_gradients(some_gradients())  # finite ones pass


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("limit", [0, -1.0, np.nan, np.inf, "1"])
def test_bad_limits_are_named(clip, limit):
    with pytest.raises(ValueError, match=r"^limit must"):
        clip(some_gradients(), limit)


@pytest.mark.parametrize("function", [lambda g, f=f: f(g, 1.0) for f in CLIPS] + [global_norm])
@pytest.mark.parametrize("gradients", [{}, [1.0], {"w": [1j]}, {"w": "a"}, {"w": [[1.0], [1.0, 2.0]]}])
def test_what_holds_no_gradients_is_named(function, gradients):
    with pytest.raises(ValueError, match=r"^gradients (of 'w' )?must"):
        function(gradients)
