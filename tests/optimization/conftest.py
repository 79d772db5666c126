"""What the tests of several optimizers share."""

import numpy as np
import pytest

SHAPES = {"W": (3, 4), "b": (5,)}


@pytest.fixture
def trail():
    """Return a start and the gradients of 50 steps, of very different size, with zeros among them."""
    rng = np.random.default_rng(0)
    start = {name: rng.normal(size=shape) for name, shape in SHAPES.items()}
    gradients = []
    for _ in range(50):
        size = 10.0 ** rng.uniform(-3, 2)
        gradients.append({name: size * rng.normal(size=shape) for name, shape in SHAPES.items()})
        gradients[-1]["b"][rng.random(5) < 0.5] = 0.0
    return start, gradients


@pytest.fixture
def follows_keras(trail):
    """Return a function that compares an optimizer with one of Keras after every step, all in float64.

    Some constants pass through float32 on the way into the formulas of Keras, on TensorFlow. So give it those
    that float32 holds exactly: sums of a few halves of halves.
    """
    import keras

    before = keras.config.floatx()
    keras.config.set_floatx("float64")  # the rate is kept in this precision

    def compare(ours, theirs, *, rtol=1e-6, atol=1e-12):
        after, gradients = trail
        variables = [keras.Variable(value, dtype="float64") for value in after.values()]
        for step, slopes in enumerate(gradients):
            after = ours.step(after, slopes)
            theirs.apply(
                [keras.ops.convert_to_tensor(g, dtype="float64") for g in slopes.values()], variables
            )
            for value, variable in zip(after.values(), variables, strict=True):
                reference = np.asarray(variable)
                np.testing.assert_allclose(value, reference, rtol=rtol, atol=atol, err_msg=f"step {step}")

    yield compare
    keras.config.set_floatx(before)
