import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.nn import ACTIVATIONS, L1L2, Activation, ActivationLayer, Dense, Layer, check_gradients


def worked_example():
    """The 3-2-1 network of the lecture: hidden units 4 and 5, output unit 6."""
    hidden = Dense(3, 2, weights=[[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]], bias=[-0.4, 0.2])
    output = Dense(2, 1, weights=[[-0.3], [-0.2]], bias=[0.1])
    return hidden, output, ActivationLayer("logistic")


def gradients_of_layer(layer, x, seed=0, **keywords):
    """Check a layer by the loss sum(output * factors), for a random factor for every output."""
    x = np.asarray(x, dtype=float)
    output, cache = layer.forward(x, **keywords)
    factors = np.random.default_rng(seed).normal(size=output.shape)
    grad_input, gradients = layer.backward(factors, cache)

    def function(values):
        layer.parameters = {name: values[name] for name in layer.parameters}
        return float((layer.forward(values["x"], **keywords)[0] * factors).sum())

    return check_gradients(function, {**layer.parameters, "x": x}, {**gradients, "x": grad_input})


# 1. numbers worked out by hand


def test_the_lecture_example_forward():
    hidden, output, logistic = worked_example()
    net, _ = hidden.forward([[1, 0, 1]])
    np.testing.assert_allclose(net, [[-0.7, 0.1]], atol=1e-12)
    h, _ = logistic.forward(net)
    np.testing.assert_allclose(h, [[0.332, 0.525]], atol=5e-4)
    net, _ = output.forward(h)
    np.testing.assert_allclose(net, [[-0.105]], atol=5e-4)
    np.testing.assert_allclose(logistic.forward(net)[0], [[0.474]], atol=5e-4)


def test_the_lecture_example_backward():
    """Err is minus the gradient of E = (T - O)^2 / 2 for a net input; T = 1 and the rate is 0.9."""
    hidden, output, logistic = worked_example()
    z1, cache1 = hidden.forward([[1, 0, 1]])
    h, cache_h = logistic.forward(z1)
    z2, cache2 = output.forward(h)
    o, cache_o = logistic.forward(z2)
    grad, _ = logistic.backward(o - 1.0, cache_o)
    assert -grad[0, 0] == pytest.approx(0.1312, abs=5e-5)
    assert (
        round(0.474 * (1 - 0.474) * (1 - 0.474), 4) == 0.1311
    )  # the lecture goes on with the rounded output
    grad, of_output = output.backward(grad, cache2)
    grad, _ = logistic.backward(grad, cache_h)
    np.testing.assert_allclose(-grad, [[-0.0087, -0.0065]], atol=5e-5)
    _, of_hidden = hidden.backward(grad, cache1)
    updated = [
        layer.parameters[name] - 0.9 * gradients[name]
        for layer, gradients in ((hidden, of_hidden), (output, of_output))
        for name in ("weights", "bias")
    ]
    expected = [
        [[0.192, -0.306], [0.4, 0.1], [-0.508, 0.194]],  # w14 w15, w24 w25, w34 w35
        [-0.408, 0.194],  # theta4, theta5
        [[-0.261], [-0.138]],  # w46, w56
        [0.218],  # theta6
    ]
    for ours, lecture in zip(updated, expected, strict=True):
        np.testing.assert_allclose(ours, lecture, atol=5e-4)


def test_one_iteration_of_the_relu_example():
    """All weights 0, b1 = 1, b2 = b0 = 0, x = (1, 0), y = 1, loss (y - yhat)^2."""
    hidden = Dense(2, 2, weights=np.zeros((2, 2)), bias=[1, 0])
    output = Dense(2, 1, weights=np.zeros((2, 1)))
    relu = ActivationLayer("relu")
    z, cache1 = hidden.forward([[1, 0]])
    h, cache_h = relu.forward(z)
    np.testing.assert_array_equal(h, [[1, 0]])  # h2 is max(0, 0)
    prediction, cache2 = output.forward(h)
    assert (1 - prediction.item()) ** 2 == 1
    grad, of_output = output.backward(2 * (prediction - 1), cache2)
    np.testing.assert_array_equal(of_output["weights"], [[-2], [0]])
    np.testing.assert_array_equal(of_output["bias"], [-2])
    grad, _ = relu.backward(grad, cache_h)
    _, of_hidden = hidden.backward(grad, cache1)
    np.testing.assert_array_equal(of_hidden["weights"], np.zeros((2, 2)))
    np.testing.assert_array_equal(of_hidden["bias"], [0, 0])


# 2. parity with a library: see test_sequential.py for whole networks


def test_dense_equals_that_of_keras():
    import keras

    rng = np.random.default_rng(1)
    layer = Dense(4, 3, rng=rng, bias=rng.normal(size=3))
    reference = keras.layers.Dense(3, dtype="float64")
    reference.build((None, 4))
    reference.set_weights([layer.parameters["weights"], layer.parameters["bias"]])
    x = rng.normal(size=(5, 4))
    expected = keras.ops.convert_to_numpy(reference(x))
    np.testing.assert_allclose(layer.forward(x)[0], expected, rtol=1e-12, atol=1e-14)


# 3. central differences


def test_gradients_of_dense():
    rng = np.random.default_rng(2)
    layer = Dense(4, 3, rng=rng, bias=rng.normal(size=3))
    report = gradients_of_layer(layer, rng.normal(size=(5, 4)))
    report.raise_if_failed()
    assert report.n_entries == 4 * 3 + 3 + 5 * 4


@pytest.mark.parametrize("name", [*sorted(set(ACTIVATIONS) - {"step"}), "softmax"])
def test_gradients_of_activations(name):
    x = np.random.default_rng(3).normal(size=(4, 3)) * 1.7
    assert np.abs(x).min() > 1e-3  # away from the kinks
    gradients_of_layer(ActivationLayer(name), x).raise_if_failed()


def test_gradient_of_a_penalty():
    rng = np.random.default_rng(4)
    layer = Dense(3, 2, rng=rng, penalty=L1L2(0.3, 0.2))
    start = layer.parameters["weights"]

    def function(values):
        layer.parameters = values
        return layer.penalty()[0]

    report = check_gradients(function, {"weights": start}, layer.penalty()[1])
    report.raise_if_failed()
    assert layer.penalty()[0] > 0


# 4. invariants


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 6), width=st.integers(1, 5))
@settings(deadline=None, max_examples=25)
def test_dense_is_linear_and_treats_rows_apart(seed, n, width):
    rng = np.random.default_rng(seed)
    layer = Dense(width, 3, rng=rng)
    a, b = rng.normal(size=(n, width)), rng.normal(size=(n, width))
    together = layer.forward(2 * a - b)[0]
    apart = 2 * layer.forward(a)[0] - layer.forward(b)[0]
    np.testing.assert_allclose(together, apart, rtol=1e-10, atol=1e-12)
    rows = np.vstack([layer.forward(row[None])[0] for row in a])
    np.testing.assert_allclose(layer.forward(a)[0], rows, rtol=1e-10, atol=1e-12)


def test_the_bias_is_one_more_input():
    rng = np.random.default_rng(5)
    layer = Dense(3, 2, rng=rng, bias=[0.3, -0.4])
    stacked = np.vstack([layer.parameters["weights"], layer.parameters["bias"]])
    x = rng.normal(size=(4, 3))
    with_one = np.hstack([x, np.ones((4, 1))])
    np.testing.assert_allclose(layer.forward(x)[0], with_one @ stacked, rtol=1e-12)


def test_rows_and_columns_are_two_ways_to_write_the_same():
    rng = np.random.default_rng(6)
    layer, x = Dense(4, 2, rng=rng), rng.normal(size=(5, 4))
    w, b = layer.parameters["weights"], layer.parameters["bias"]
    np.testing.assert_allclose(layer.forward(x)[0].T, w.T @ x.T + b[:, None], rtol=1e-12)


def test_the_gradients_of_a_batch_are_the_sums_over_its_samples():
    rng = np.random.default_rng(7)
    layer, x, grad = Dense(4, 2, rng=rng), rng.normal(size=(6, 4)), rng.normal(size=(6, 2))
    _, together = layer.backward(grad, layer.forward(x)[1])
    singles = [layer.backward(grad[[i]], layer.forward(x[[i]])[1])[1] for i in range(6)]
    for name in ("weights", "bias"):
        np.testing.assert_allclose(together[name], sum(single[name] for single in singles), rtol=1e-12)


def test_softmax_rows_sum_to_one_and_its_gradient_rows_to_zero():
    rng = np.random.default_rng(8)
    layer = ActivationLayer("softmax")
    p, cache = layer.forward(1000 * rng.normal(size=(5, 4)))
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
    grad, gradients = layer.backward(rng.normal(size=(5, 4)), cache)
    np.testing.assert_allclose(grad.sum(axis=1), 0, atol=1e-12)
    assert gradients == {}


def test_an_activation_of_your_own():
    square = Activation("square", lambda z: np.square(z), lambda z: 2 * np.asarray(z))
    gradients_of_layer(ActivationLayer(square), [[1.0, -2.0, 0.5]]).raise_if_failed()


def test_weights_are_copied_and_inputs_left_alone():
    weights, x = np.ones((2, 3)), np.array([[1.0, 2.0]])
    layer = Dense(2, 3, weights=weights, limit=0.5)
    layer.constrain()
    output, cache = layer.forward(x)
    layer.backward(output, cache)
    np.testing.assert_array_equal(weights, 1)
    np.testing.assert_array_equal(x, [[1, 2]])


def test_the_initializer_draws_from_the_generator():
    first, again, other = (Dense(3, 4, rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.parameters["weights"], again.parameters["weights"])
    assert not np.array_equal(first.parameters["weights"], other.parameters["weights"])
    np.testing.assert_array_equal(first.parameters["bias"], 0)
    own = Dense(3, 4, rng=np.random.default_rng(1), initializer=lambda shape, *, rng: rng.normal(size=shape))
    expected = np.random.default_rng(1).normal(size=(3, 4))
    np.testing.assert_array_equal(own.parameters["weights"], expected)


def test_max_norm_shortens_only_what_is_too_long():
    layer = Dense(2, 2, weights=[[3, 0.3], [4, 0.4]], limit=1.0)
    layer.constrain()
    np.testing.assert_allclose(layer.parameters["weights"], [[0.6, 0.3], [0.8, 0.4]], rtol=1e-12)


def test_a_layer_without_samples_gives_none():
    assert Dense(3, 2, weights=np.ones((3, 2))).forward(np.zeros((0, 3)))[0].shape == (0, 2)


# bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_inputs": 0}, "^n_inputs must"),
        ({"n_units": 2.5}, "^n_units must"),
        ({"weights": np.ones((2, 3))}, "^weights must"),
        ({"weights": [[1, 1], [1, np.nan], [1, 1]]}, "^weights must"),
        ({"bias": [1, 2, 3]}, "^bias must"),
        ({"limit": -1.0}, "^limit must"),
        ({"initializer": "zeros"}, "^initializer must"),
        ({"rng": None}, "^rng must"),
    ],
)
def test_bad_settings_of_a_dense_layer_are_named(arguments, message):
    settings = {"n_inputs": 3, "n_units": 2, "rng": np.random.default_rng(0), **arguments}
    with pytest.raises(ValueError, match=message):
        Dense(settings.pop("n_inputs"), settings.pop("n_units"), **settings)


@pytest.mark.parametrize("x", [np.ones(3), np.ones((2, 4)), np.ones((2, 3, 1))])
def test_bad_inputs_of_a_dense_layer_are_named(x):
    with pytest.raises(ValueError, match=r"^x must"):
        Dense(3, 2, weights=np.ones((3, 2))).forward(x)


def test_a_gradient_of_the_wrong_shape_is_named():
    layer = Dense(3, 2, weights=np.ones((3, 2)))
    _, cache = layer.forward(np.ones((4, 3)))
    with pytest.raises(ValueError, match=r"^grad must"):
        layer.backward(np.ones((4, 1)), cache)
    _, cache = ActivationLayer("tanh").forward(np.ones((4, 2)))
    with pytest.raises(ValueError, match=r"^grad must"):
        ActivationLayer("tanh").backward(np.ones(2), cache)


def test_an_unknown_activation_is_named():
    with pytest.raises(ValueError, match=r"^activation must"):
        ActivationLayer("rely")


def test_a_bare_layer_is_no_layer():
    with pytest.raises(TypeError, match="abstract"):
        Layer()


def test_parameters_are_assigned_and_not_changed_in_place():
    layer = Dense(2, 1, weights=[[1.0], [2.0]])
    with pytest.raises(TypeError, match="item assignment"):
        layer.parameters["bias"] = np.ones(1)
    layer.parameters = {"bias": [3]}
    np.testing.assert_array_equal(layer.forward([[1.0, 1.0]])[0], [[6]])
    with pytest.raises(ValueError, match=r"^parameters must"):
        layer.parameters = {"gamma": [1.0]}
    with pytest.raises(ValueError, match=r"^parameters must"):
        layer.parameters = {"bias": [1.0, 2.0]}
    assert layer.n_parameters == 3


def test_an_override_takes_over_the_docstring():
    assert Dense.forward.__doc__ == inspect.getdoc(Layer.forward)
    assert "One sample a row." in Dense.forward.__doc__
    assert "Draws" not in Dense.backward.__doc__


def test_a_layer_says_its_gradients_by_name_and_in_order():
    layer = Dense(2, 1, weights=[[1.0], [2.0]])
    result = layer.backward(np.ones((1, 1)), layer.forward([[3.0, 4.0]])[1])
    inputs, parameters = result
    assert inputs is result.inputs
    assert parameters is result.parameters
    np.testing.assert_array_equal(inputs, [[1, 2]])
