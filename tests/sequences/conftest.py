"""What the tests of recurrent layers share: Keras's gradients, and central differences for everything."""

import numpy as np
import pytest

from dlbook.nn import check_gradients


def parts_of(state):
    """All arrays of a state, however its tuples are nested."""
    if isinstance(state, tuple):
        return [array for part in state for array in parts_of(part)]
    return [np.asarray(state)]


def like(state, arrays):
    """Put arrays together in the form of a state."""
    if not isinstance(state, tuple):
        return arrays.pop(0)
    parts = [like(part, arrays) for part in state]
    return type(state)(*parts) if hasattr(state, "_fields") else tuple(parts)


def random_state(layer, batch, rng):
    """A state of the form that the layer takes, every number drawn by chance."""
    _, cache = layer.forward(np.zeros((batch, 1, layer.n_features)))
    return like(cache.final_state, [rng.normal(size=a.shape) for a in parts_of(cache.final_state)])


def everything(layer, x, state, mask, grad_outputs, grad_state, **keywords):
    """Outputs, final states and all gradients, each as plain arrays."""
    outputs, cache = layer.forward(x, state, mask)
    gradients = layer.backward(grad_outputs, cache, grad_state, **keywords)
    return {
        "outputs": outputs,
        **{f"final state {i}": part for i, part in enumerate(parts_of(cache.final_state))},
        **gradients.parameters,
        "x": gradients.inputs,
        **{f"initial state {i}": part for i, part in enumerate(parts_of(gradients.initial_state))},
    }


def from_keras(call, weights, names, x, states, grad_outputs, grad_states):
    """The same from Keras, for the loss sum(outputs * grad_outputs) + sum(final states * grad_states).

    `call` takes inputs and a list of states and returns the outputs and the final states in a list.
    """
    import keras
    import tensorflow as tf

    def loss_of(results):
        total = keras.ops.sum(results[0] * grad_outputs)
        for state, grad in zip(results[1:], grad_states, strict=True):
            total = total + keras.ops.sum(state * grad)
        return total

    inputs, starts = tf.constant(x), [tf.constant(s) for s in states]
    with tf.GradientTape() as tape:
        tape.watch([inputs, *starts])
        results = call(inputs, starts)
        loss = loss_of(results)
    grads = tape.gradient(loss, [*(w.value for w in weights), inputs, *starts])
    labels = [*names, "x", *(f"initial state {i}" for i in range(len(states)))]
    return {
        "outputs": np.asarray(results[0]),
        **{f"final state {i}": np.asarray(state) for i, state in enumerate(results[1:])},
        **{label: np.asarray(grad) for label, grad in zip(labels, grads, strict=True)},
    }


@pytest.fixture
def tools():
    """The functions of this file, under their names."""

    class Tools:
        pass

    for function in (parts_of, like, random_state, everything):
        setattr(Tools, function.__name__, staticmethod(function))
    return Tools


@pytest.fixture
def equals_keras():
    """Compare a layer with Keras on everything, for random weights, states and gradients."""
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("GradientTape is TensorFlow's")

    def compare(layer, reference, mask=None, *, batch=3, steps=5, call=None, seed=0):
        rng = np.random.default_rng(seed)
        layer.set_weights([rng.normal(size=w.shape) * 0.6 for w in layer.get_weights()])
        x = rng.normal(size=(batch, steps, layer.n_features))
        state = random_state(layer, batch, rng)
        grad_outputs = rng.normal(size=(batch, steps, layer.n_outputs))
        grad_state = random_state(layer, batch, rng)
        layers = reference if isinstance(reference, list) else [reference]
        sizes = [layer.n_features]
        for one in layers:
            one.build((batch, steps, sizes[-1]))
            sizes.append(one.compute_output_shape((batch, steps, sizes[-1]))[0][-1])
        weights = layer.get_weights()
        for one in layers:
            one.set_weights([weights.pop(0) for _ in one.get_weights()])
        variables = [variable for one in layers for variable in one.trainable_variables]

        def one_layer(inputs, states):
            return list(reference(inputs, initial_state=states, mask=mask))

        expected = from_keras(
            call or one_layer,
            variables,
            list(layer.parameters),
            x,
            parts_of(state),
            grad_outputs,
            parts_of(grad_state),
        )
        ours = everything(layer, x, state, mask, grad_outputs, grad_state)
        assert sorted(ours) == sorted(expected)
        for name, array in expected.items():
            np.testing.assert_allclose(ours[name], array, rtol=1e-9, atol=1e-11, err_msg=name)

    return compare


@pytest.fixture
def equals_differences():
    """Compare the gradients of a layer with central differences: every parameter, the inputs, the state."""

    def compare(layer, mask=None, *, batch=2, steps=4, seed=0, x=None):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(batch, steps, layer.n_features)) if x is None else x
        state, grad_state = random_state(layer, batch, rng), random_state(layer, batch, rng)
        grad_outputs = rng.normal(size=(batch, steps, layer.n_outputs))
        starts = {f"initial state {i}": part for i, part in enumerate(parts_of(state))}

        def loss(values):
            layer.parameters = {name: values[name] for name in layer.parameters}
            outputs, cache = layer.forward(values["x"], like(state, [values[name] for name in starts]), mask)
            pairs = zip(parts_of(cache.final_state), parts_of(grad_state), strict=True)
            return float((outputs * grad_outputs).sum() + sum((a * b).sum() for a, b in pairs))

        values = {**layer.parameters, "x": x, **starts}
        found = everything(layer, x, state, mask, grad_outputs, grad_state)
        report = check_gradients(loss, values, {name: found[name] for name in values}, tolerance=2e-6)
        report.raise_if_failed()
        assert report.n_entries == sum(value.size for value in values.values())

    return compare
