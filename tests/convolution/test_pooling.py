import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.convolution import (
    AveragePooling1D,
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    MaxPooling1D,
    MaxPooling2D,
    cross_correlate,
)

IMAGES = [MaxPooling2D, AveragePooling2D]
SIGNALS = [MaxPooling1D, AveragePooling1D]
GLOBAL = [GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalAveragePooling1D, GlobalAveragePooling2D]
OPTIONS = [{}, {"stride": (1, 2)}, {"padding": "same"}, {"stride": (3, 2), "padding": "same"}]


def distinct(*shape, seed=0):
    """Numbers of which no two are close, so that no difference quotient sees another winner."""
    size = int(np.prod(shape))
    return np.random.default_rng(seed).permutation(size).reshape(shape) / size


# 1. by hand


def test_the_lecture_map_by_both_ways():
    image = np.array([[3.0, 5, 1, 0], [2, 4, 3, 3], [7, 1, 0, 4], [6, 7, 2, 1]])[None, :, :, None]
    np.testing.assert_array_equal(MaxPooling2D().forward(image)[0][0, ..., 0], [[5, 3], [7, 4]])
    np.testing.assert_array_equal(
        AveragePooling2D().forward(image)[0][0, ..., 0], [[3.5, 1.75], [5.25, 1.75]]
    )


def test_windows_that_overlap_add_up_what_they_send_back():
    x = np.array([1.0, 5.0, 2.0])[None, :, None]
    layer = MaxPooling1D(2, stride=1)
    output, cache = layer.forward(x)
    np.testing.assert_array_equal(output.ravel(), [5, 5])
    back = layer.backward(np.array([1.0, 10.0])[None, :, None], cache).inputs
    np.testing.assert_array_equal(back.ravel(), [0, 11, 0])


def test_the_first_of_equals_wins_and_in_the_whole_map_all_share():
    x = np.ones((1, 4, 2, 1))
    layer = MaxPooling2D(2)
    output, cache = layer.forward(x)
    first = layer.backward(output, cache).inputs[0, ..., 0]
    np.testing.assert_array_equal(first, [[1, 0], [0, 0], [1, 0], [0, 0]])
    output, cache = GlobalMaxPooling2D().forward(x)
    np.testing.assert_array_equal(GlobalMaxPooling2D().backward(output, cache).inputs, x / 8)


def test_what_stands_around_does_not_count():
    x = np.full((1, 3, 3, 1), -2.0)
    for make in IMAGES:
        np.testing.assert_array_equal(make(2, padding="same").forward(x)[0], np.full((1, 2, 2, 1), -2))
        np.testing.assert_array_equal(make(3, stride=1, padding=2).forward(x)[0], np.full((1, 5, 5, 1), -2))


# 2. parity with Keras


@pytest.mark.parametrize("make", IMAGES)
@pytest.mark.parametrize("options", OPTIONS)
def test_images_equal_those_of_keras(equals_keras, make, options):
    import keras

    named = {{"stride": "strides"}.get(name, name): value for name, value in options.items()}
    reference = getattr(keras.layers, make.__name__)((2, 3), dtype="float64", **named)
    equals_keras(make((2, 3), **options), reference, distinct(2, 7, 8, 3))


@pytest.mark.parametrize("make", SIGNALS)
def test_signals_equal_those_of_keras(equals_keras, make):
    import keras

    reference = getattr(keras.layers, make.__name__)(3, strides=2, padding="same", dtype="float64")
    equals_keras(make(3, stride=2, padding="same"), reference, distinct(2, 8, 3))


@pytest.mark.parametrize("make", GLOBAL)
def test_global_pooling_equals_that_of_keras(equals_keras, make):
    import keras

    x = distinct(2, 5, 3) if make.n_axes == 1 else distinct(2, 5, 4, 3)
    equals_keras(make(), getattr(keras.layers, make.__name__)(dtype="float64"), x)


@pytest.mark.parametrize("make", [MaxPooling2D, GlobalMaxPooling2D])
def test_ties_are_shared_as_in_keras(equals_keras, make):
    import keras

    x = np.random.default_rng(0).integers(0, 2, size=(3, 6, 6, 4)).astype(float)
    equals_keras(make(), getattr(keras.layers, make.__name__)(dtype="float64"), x)


@pytest.mark.parametrize("make", [MaxPooling2D, GlobalMaxPooling2D])
def test_ties_are_shared_as_by_jax(make):
    import jax
    import jax.numpy as jnp

    x = np.random.default_rng(0).integers(0, 2, size=(3, 6, 6, 4)).astype(np.float32)

    def pooled(values):
        if make is GlobalMaxPooling2D:
            return values.max(axis=(1, 2)).sum()
        window = (1, 2, 2, 1)
        return jax.lax.reduce_window(values, -jnp.inf, jax.lax.max, window, window, "VALID").sum()

    layer = make()
    output, cache = layer.forward(x)
    found = layer.backward(np.ones_like(output), cache).inputs
    np.testing.assert_allclose(found, jax.grad(pooled)(x), rtol=1e-6)


# 3. central differences


@pytest.mark.parametrize("make", IMAGES)
@pytest.mark.parametrize("options", [*OPTIONS, {"stride": 1, "padding": ((0, 1), 2)}])
def test_gradients_of_images(equals_differences, make, options):
    equals_differences(make((2, 3), **options), distinct(2, 5, 6, 2))


@pytest.mark.parametrize("make", [*SIGNALS, *GLOBAL])
def test_gradients_of_the_others(equals_differences, make):
    equals_differences(make(), distinct(2, 6, 3) if make.n_axes == 1 else distinct(2, 4, 5, 3))


# 4. invariants


@given(
    seed=st.integers(0, 2**32 - 1),
    sides=st.tuples(st.integers(3, 7), st.integers(3, 7)),
    size=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    stride=st.integers(1, 3),
    padding=st.sampled_from(["valid", "same"]),
)
@settings(deadline=None, max_examples=40)
def test_the_gradient_is_handed_on_whole(seed, sides, size, stride, padding):
    x = np.random.default_rng(seed).integers(0, 3, size=(2, *sides, 2)).astype(float)
    for make in IMAGES:
        layer = make(size, stride=stride, padding=padding)
        output, cache = layer.forward(x)
        assert output.max() <= x.max()
        assert output.min() >= x.min()
        grad = np.random.default_rng(seed).normal(size=output.shape)
        back = layer.backward(grad, cache).inputs
        np.testing.assert_allclose(back.sum(axis=(1, 2)), grad.sum(axis=(1, 2)), atol=1e-12)


def test_the_mean_of_a_window_is_a_convolution():
    x = np.random.default_rng(1).normal(size=(7, 8))
    pooled = AveragePooling2D((2, 3), stride=(1, 2)).forward(x[None, ..., None])[0][0, ..., 0]
    expected = cross_correlate(x, np.full((2, 3), 1 / 6), stride=(1, 2))
    np.testing.assert_allclose(pooled, expected, rtol=1e-12)


def test_the_global_ones_are_windows_as_large_as_the_map():
    x = distinct(2, 5, 4, 3)
    for whole, window in ((GlobalMaxPooling2D, MaxPooling2D), (GlobalAveragePooling2D, AveragePooling2D)):
        expected = window((5, 4)).forward(x)[0].reshape(2, 3)
        np.testing.assert_allclose(whole().forward(x)[0], expected, rtol=1e-12)


def test_a_small_shift_changes_less_after_pooling():
    """A map with one bright place, moved by one within its window: pooling sees no difference at all."""
    x = np.zeros((1, 4, 4, 1))
    x[0, 0, 0, 0] = 1
    moved = np.roll(x, 1, axis=2)
    np.testing.assert_array_equal(MaxPooling2D().forward(x)[0], MaxPooling2D().forward(moved)[0])
    further = np.roll(x, 2, axis=2)
    assert (MaxPooling2D().forward(x)[0] != MaxPooling2D().forward(further)[0]).any()


@pytest.mark.parametrize("make", [*IMAGES, GlobalMaxPooling2D, GlobalAveragePooling2D])
def test_single_precision_stays_and_no_samples_give_none(make):
    layer, x = make(), distinct(2, 4, 4, 3).astype(np.float32)
    output, cache = layer.forward(x)
    assert output.dtype == layer.backward(output, cache).inputs.dtype == np.float32
    output, cache = layer.forward(x[:0].astype(float))
    assert layer.backward(output, cache).inputs.shape == (0, 4, 4, 3)


# bad input


@pytest.mark.parametrize("make", IMAGES)
def test_bad_settings_are_named(make):
    for options, message in (
        ({"pool_size": 0}, "^pool_size must"),
        ({"pool_size": (2, 2, 2)}, "^pool_size must"),
        ({"stride": 0}, "^stride must"),
        ({"padding": 2}, "^padding must be less than pool_size"),
        ({"padding": "edge"}, "^padding must"),
    ):
        with pytest.raises(ValueError, match=message):
            make(**options)


@pytest.mark.parametrize("make", [*IMAGES, GlobalMaxPooling2D, GlobalAveragePooling2D])
def test_bad_inputs_are_named(make):
    layer = make()
    for x in (np.ones((2, 4, 4)), np.full((1, 2, 2, 1), np.nan), np.ones((1, 0, 3, 1))):
        with pytest.raises(ValueError, match=r"^x must"):
            layer.forward(x)
    _, cache = layer.forward(np.ones((1, 4, 4, 1)))
    with pytest.raises(ValueError, match=r"^grad must"):
        layer.backward(np.ones((1, 7, 7, 1)), cache)
