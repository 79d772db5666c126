import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.nn import clip_by_global_norm, clip_by_value, gradient_descent


def some_gradients(seed=0):
    rng = np.random.default_rng(seed)
    return {"0.weights": 3 * rng.normal(size=(4, 3)), "0.bias": rng.normal(size=3), "2.bias": np.zeros(2)}


def test_a_step_by_hand():
    parameters = {"w": np.array([1.0, 2.0]), "b": np.array([0.5])}
    after = gradient_descent(parameters, {"w": np.array([0.5, -1.0]), "b": np.array([2.0])}, 0.1)
    np.testing.assert_allclose(after["w"], [0.95, 2.1], rtol=1e-12)
    np.testing.assert_allclose(after["b"], [0.3], rtol=1e-12)
    np.testing.assert_array_equal(parameters["w"], [1, 2])


def test_clipping_by_hand():
    """3-4-5: the value changes the direction, the norm does not."""
    gradients = {"w": np.array([3.0, 0.0]), "b": np.array([-4.0])}
    by_value = clip_by_value(gradients, 3.5)
    assert (*by_value["w"], *by_value["b"]) == (3, 0, -3.5)
    by_norm = clip_by_global_norm(gradients, 2.5)
    np.testing.assert_allclose([*by_norm["w"], *by_norm["b"]], [1.5, 0, -2], rtol=1e-12)


@pytest.mark.parametrize(
    ("keyword", "clip", "limit"),
    [("clipvalue", clip_by_value, 0.8), ("global_clipnorm", clip_by_global_norm, 2.0)],
)
def test_a_clipped_step_equals_that_of_keras(keyword, clip, limit):
    import keras

    gradients = some_gradients()
    parameters = {name: np.random.default_rng(1).normal(size=g.shape) for name, g in gradients.items()}
    variables = [keras.Variable(value, dtype="float64") for value in parameters.values()]
    optimizer = keras.optimizers.SGD(0.25, **{keyword: limit})
    optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradients.values()], variables)
    ours = gradient_descent(parameters, clip(gradients, limit), 0.25)
    for own, reference in zip(ours.values(), variables, strict=True):
        np.testing.assert_allclose(own, reference.numpy(), rtol=1e-6)


@given(seed=st.integers(0, 2**32 - 1), limit=st.floats(0.01, 100))
@settings(deadline=None, max_examples=40)
def test_clipping_keeps_its_limit_and_what_is_small(seed, limit):
    gradients = some_gradients(seed)
    flat = np.concatenate([g.ravel() for g in gradients.values()])
    by_value = np.concatenate([g.ravel() for g in clip_by_value(gradients, limit).values()])
    by_norm = np.concatenate([g.ravel() for g in clip_by_global_norm(gradients, limit).values()])
    assert np.abs(by_value).max() <= limit
    np.testing.assert_array_equal(by_value[np.abs(flat) <= limit], flat[np.abs(flat) <= limit])
    norm = np.linalg.norm(flat)
    np.testing.assert_allclose(by_norm, flat * min(1, limit / norm), rtol=1e-12)
    np.testing.assert_array_equal(some_gradients(seed)["0.weights"], gradients["0.weights"])


def test_clipping_zeros_gives_zeros():
    zeros = {"w": np.zeros(3)}
    np.testing.assert_array_equal(clip_by_global_norm(zeros, 1.0)["w"], 0)
    np.testing.assert_array_equal(clip_by_value(zeros, 1.0)["w"], 0)


@pytest.mark.parametrize("clip", [clip_by_value, clip_by_global_norm])
@pytest.mark.parametrize("limit", [0, -1.0, np.nan, np.inf])
def test_bad_limits_are_named(clip, limit):
    with pytest.raises(ValueError, match="limit must be positive and finite, got"):
        clip(some_gradients(), limit)
