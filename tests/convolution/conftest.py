"""What the tests of these layers share: central differences, and the gradients of Keras."""

import numpy as np
import pytest

from dlbook.nn import check_gradients


@pytest.fixture
def equals_differences():
    """Compare the gradients of a layer with central differences: every parameter, and the inputs."""

    def compare(layer, x, *, seed=0):
        rng = np.random.default_rng(seed)
        x = np.asarray(x, dtype=float)
        output, cache = layer.forward(x)
        factors = rng.normal(size=output.shape)
        inputs, gradients = layer.backward(factors, cache)

        def loss(values):
            layer.parameters = {name: values[name] for name in layer.parameters}
            return float((layer.forward(values["x"])[0] * factors).sum())

        values = {**layer.parameters, "x": x}
        report = check_gradients(loss, values, {**gradients, "x": inputs})
        report.raise_if_failed()
        assert report.n_entries == layer.n_parameters + x.size

    return compare


@pytest.fixture
def equals_keras():
    """Compare outputs and all gradients of a layer with those of Keras's, through copied weights."""
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("GradientTape is TensorFlow's")
    import tensorflow as tf

    def compare(layer, reference, x, *, seed=0):
        rng = np.random.default_rng(seed)
        reference.build(x.shape)
        layer.parameters = {name: rng.normal(size=value.shape) for name, value in layer.parameters.items()}
        reference.set_weights(list(layer.parameters.values()))
        inputs = tf.constant(x)
        variables = [variable.value for variable in reference.trainable_variables]
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            expected = reference(inputs)
            factors = rng.normal(size=expected.shape)
            loss = keras.ops.sum(expected * factors)
        slopes = [np.asarray(grad) for grad in tape.gradient(loss, [inputs, *variables])]
        output, cache = layer.forward(x)
        found = layer.backward(factors, cache)
        np.testing.assert_allclose(output, np.asarray(expected), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(found.inputs, slopes[0], rtol=1e-10, atol=1e-12)
        for (name, value), slope in zip(found.parameters.items(), slopes[1:], strict=True):
            np.testing.assert_allclose(value, slope, rtol=1e-10, atol=1e-12, err_msg=name)

    return compare
