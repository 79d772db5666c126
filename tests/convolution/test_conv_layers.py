import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.convolution import (
    Conv1D,
    Conv1DTranspose,
    Conv2D,
    Conv2DTranspose,
    Flatten,
    MaxPooling2D,
    Reshape,
    convolution_matrix,
    cross_correlate,
    im2col,
    transposed_convolve,
)
from dlbook.nn import Activation, ActivationLayer, Dense, Sequential, check_network

# every option, with sides that differ: keywords of both libraries, and which sizes
IMAGES = [
    {},
    {"padding": "same"},
    {"stride": (2, 1)},
    {"stride": (2, 3), "padding": "same"},
    {"dilation": (1, 2)},
    {"dilation": (2, 1), "padding": "same"},
    {"groups": 2},
    {"groups": 2, "stride": (1, 2), "padding": "same"},
]
SIGNALS = [{}, {"padding": "same", "stride": 2}, {"padding": "causal", "dilation": 2}, {"groups": 2}]
names = pytest.mark.parametrize


def theirs(options):
    """The options under Keras's names."""
    renamed = {"stride": "strides", "dilation": "dilation_rate"}
    return {renamed.get(name, name): value for name, value in options.items()}


def with_bias(layer, seed=9):
    rng = np.random.default_rng(seed)
    layer.parameters = {"bias": rng.normal(size=layer.parameters["bias"].shape)}
    return layer


# 1. by hand


def test_one_image_two_channels_two_filters():
    x = np.zeros((1, 2, 3, 2))
    x[0, :, :, 0] = [[1, 2, 3], [4, 5, 6]]
    x[0, :, :, 1] = 10 * x[0, :, :, 0]
    kernel = np.zeros((2, 2, 2, 2))
    kernel[:, :, 0, 0], kernel[:, :, 1, 1] = [[1, 0], [0, 1]], [[0, 1], [1, 0]]
    layer = Conv2D(2, 2, 2, kernel=kernel, bias=[0, 1000])
    output, cache = layer.forward(x)
    np.testing.assert_array_equal(output[0, 0], [[1 + 5, 1020 + 40], [2 + 6, 1030 + 50]])
    inputs, gradients = layer.backward(np.array([[[[1.0, 0], [0, 1]]]]), cache)
    np.testing.assert_array_equal(gradients["bias"], [1, 1])
    np.testing.assert_array_equal(gradients["kernel"][:, :, 0, 0], [[1, 2], [4, 5]])
    np.testing.assert_array_equal(gradients["kernel"][:, :, 1, 1], [[20, 30], [50, 60]])
    np.testing.assert_array_equal(inputs[0, :, :, 0], [[1, 0, 0], [0, 1, 0]])
    np.testing.assert_array_equal(inputs[0, :, :, 1], [[0, 0, 1], [0, 1, 0]])


def test_parameters_are_counted():
    assert Conv2D(6, 16, 5, rng=np.random.default_rng(0)).n_parameters == 5 * 5 * 6 * 16 + 16
    grouped = Conv2D(96, 256, 5, groups=2, rng=np.random.default_rng(0))
    assert grouped.n_parameters == 307_456  # the second layer of AlexNet, on two cards
    assert Conv1D(3, 4, 7, rng=np.random.default_rng(0)).n_parameters == 7 * 3 * 4 + 4


def test_a_transposed_convolution_by_hand():
    np.testing.assert_array_equal(transposed_convolve([1, 2], [3, 4, 5]), [3, 4 + 6, 5 + 8, 10])
    np.testing.assert_array_equal(transposed_convolve([1, 2], [3, 4], stride=3), [3, 4, 0, 6, 8, 0])
    out = transposed_convolve([[1, 2], [3, 4]], np.ones((2, 2)), stride=2)
    np.testing.assert_array_equal(out, np.kron([[1, 2], [3, 4]], np.ones((2, 2))))


def test_a_kernel_that_the_stride_does_not_divide_makes_a_checkerboard():
    even = transposed_convolve(np.ones(6), np.ones(4), stride=2)[2:-2]
    uneven = transposed_convolve(np.ones(6), np.ones(3), stride=2)[2:-2]
    np.testing.assert_array_equal(even, 2)
    np.testing.assert_array_equal(uneven, [2, 1] * 4 + [2])


def test_a_convolution_as_a_matrix_by_hand():
    matrix = convolution_matrix([[1, 2], [3, 4]], (2, 3))
    np.testing.assert_array_equal(matrix, [[1, 2, 0, 3, 4, 0], [0, 1, 2, 0, 3, 4]])


# 2. parity with Keras


@names("options", IMAGES)
def test_images_equal_those_of_keras(equals_keras, options):
    import keras

    x = np.random.default_rng(1).normal(size=(3, 7, 8, 4))
    layer = Conv2D(4, 6, (3, 2), activation="tanh", rng=np.random.default_rng(0), **options)
    reference = keras.layers.Conv2D(6, (3, 2), activation="tanh", dtype="float64", **theirs(options))
    equals_keras(layer, reference, x)
    assert reference.count_params() == layer.n_parameters


@names("options", SIGNALS)
def test_signals_equal_those_of_keras(equals_keras, options):
    import keras

    x = np.random.default_rng(1).normal(size=(3, 9, 4))
    layer = Conv1D(4, 6, 3, rng=np.random.default_rng(0), **options)
    reference = keras.layers.Conv1D(6, 3, dtype="float64", **theirs(options))
    equals_keras(layer, reference, x)


@names("options", [{}, {"stride": (2, 3)}, {"stride": (2, 3), "padding": "same"}, {"stride": 4}])
def test_transposed_convolutions_equal_those_of_keras(equals_keras, options):
    import keras

    x = np.random.default_rng(1).normal(size=(3, 4, 5, 2))
    layer = Conv2DTranspose(2, 3, (3, 4), activation="tanh", rng=np.random.default_rng(0), **options)
    reference = keras.layers.Conv2DTranspose(3, (3, 4), activation="tanh", dtype="float64", **theirs(options))
    equals_keras(layer, reference, x)


@names("options", [{}, {"stride": 2, "padding": "same"}, {"stride": 3}])
def test_transposed_signals_equal_those_of_keras(equals_keras, options):
    import keras

    x = np.random.default_rng(1).normal(size=(3, 5, 2))
    layer = Conv1DTranspose(2, 3, 2, rng=np.random.default_rng(0), **options)
    reference = keras.layers.Conv1DTranspose(3, 2, dtype="float64", **theirs(options))
    equals_keras(layer, reference, x)


# 3. central differences


@names("options", [*IMAGES, {"padding": "full"}, {"padding": ((0, 2), 1), "groups": 4}])
def test_gradients_of_images(equals_differences, options):
    layer = with_bias(Conv2D(4, 8, (3, 2), activation="tanh", rng=np.random.default_rng(2), **options))
    equals_differences(layer, np.random.default_rng(3).normal(size=(2, 5, 6, 4)))


@names("options", [*SIGNALS, {"padding": "full"}])
def test_gradients_of_signals(equals_differences, options):
    layer = with_bias(Conv1D(2, 4, 3, activation="logistic", rng=np.random.default_rng(2), **options))
    equals_differences(layer, np.random.default_rng(3).normal(size=(2, 6, 2)))


@names("options", [{}, {"stride": (2, 3)}, {"padding": "same", "stride": 2}, {"padding": 1}, {"dilation": 2}])
def test_gradients_of_transposed_convolutions(equals_differences, options):
    rng = np.random.default_rng(2)
    layer = with_bias(Conv2DTranspose(2, 3, (3, 2), activation="tanh", rng=rng, **options))
    equals_differences(layer, np.random.default_rng(3).normal(size=(2, 3, 4, 2)))


def test_gradients_of_a_whole_network_and_its_training():
    rng = np.random.default_rng(4)
    model = Sequential(
        [
            Reshape((6, 5, 1)),
            Conv2D(1, 3, (3, 2), activation="tanh", rng=rng),
            MaxPooling2D((2, 1)),
            Flatten(),
            Dense(2 * 4 * 3, 2, rng=rng),
            ActivationLayer("softmax"),
        ]
    )
    x, y = rng.normal(size=(40, 30)), np.arange(40) % 2
    loss = "sparse_categorical_cross_entropy"
    check_network(model, x[:4], y[:4], loss=loss).raise_if_failed()
    x[y == 1, 7:9] += 3
    before = model.evaluate(x, y, loss=loss)
    history = model.fit(x, y, loss=loss, epochs=20, batch_size=10, rng=rng)
    assert history.loss[-1] < before / 3


# 4. invariants


@given(
    seed=st.integers(0, 2**32 - 1),
    sides=st.tuples(st.integers(3, 6), st.integers(3, 6)),
    size=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.sampled_from(["valid", "same", "full", "causal", 0, 1, ((0, 2), 1)]),
)
@settings(deadline=None, max_examples=60)
def test_the_matrix_gives_the_same_and_its_transpose_the_way_back(seed, sides, size, stride, padding):
    rng = np.random.default_rng(seed)
    x, kernel = rng.normal(size=sides), rng.normal(size=size)
    options = {"stride": stride, "padding": padding}
    matrix = convolution_matrix(kernel, sides, **options)
    output = cross_correlate(x, kernel, **options)
    np.testing.assert_allclose(matrix @ x.ravel(), output.ravel(), rtol=1e-10, atol=1e-12)
    layer = Conv2D(1, 1, size, kernel=kernel[..., None, None], **options)
    out, cache = layer.forward(x[None, ..., None])
    grad = rng.normal(size=out.shape)
    back = layer.backward(grad, cache).inputs
    np.testing.assert_allclose(back.ravel(), matrix.T @ grad.ravel(), rtol=1e-10, atol=1e-12)


@names("padding", ["valid", "same", 1])
@names(("sides", "size", "stride"), [((7, 5), (3, 3), (2, 2)), ((8, 9), (4, 3), (2, 3)), ((5, 6), (3, 2), 1)])
def test_a_transposed_convolution_is_the_product_with_the_transpose(padding, sides, size, stride):
    rng = np.random.default_rng(5)
    kernel = rng.normal(size=size)
    options = {"stride": stride, "padding": padding}
    small = rng.normal(size=cross_correlate(np.zeros(sides), kernel, **options).shape)
    large = transposed_convolve(small, kernel, **options)
    matrix = convolution_matrix(kernel, large.shape, **options)
    assert len(matrix) == small.size
    np.testing.assert_allclose(large.ravel(), matrix.T @ small.ravel(), rtol=1e-11, atol=1e-13)
    layer = Conv2DTranspose(1, 1, size, kernel=kernel[..., None, None], **options)
    np.testing.assert_allclose(layer.forward(small[None, ..., None])[0][0, ..., 0], large, rtol=1e-12)


def test_groups_are_layers_side_by_side():
    rng = np.random.default_rng(6)
    layer, x = Conv2D(6, 9, 2, groups=3, rng=rng), rng.normal(size=(2, 4, 5, 6))
    kernel = layer.parameters["kernel"]
    parts = [
        Conv2D(2, 3, 2, kernel=kernel[..., 3 * g : 3 * g + 3]).forward(x[..., 2 * g : 2 * g + 2])[0]
        for g in range(3)
    ]
    np.testing.assert_allclose(layer.forward(x)[0], np.concatenate(parts, axis=-1), rtol=1e-12)


def test_a_kernel_of_one_place_is_a_dense_layer_at_every_place():
    rng = np.random.default_rng(7)
    layer, x = Conv2D(3, 4, 1, rng=rng), rng.normal(size=(2, 5, 6, 3))
    dense = Dense(3, 4, weights=layer.parameters["kernel"][0, 0])
    expected = dense.forward(x.reshape(-1, 3))[0].reshape(2, 5, 6, 4)
    np.testing.assert_allclose(layer.forward(x)[0], expected, rtol=1e-12)


def test_a_kernel_as_large_as_the_image_is_a_dense_layer():
    rng = np.random.default_rng(8)
    layer, x = Conv2D(2, 4, (5, 6), rng=rng), rng.normal(size=(3, 5, 6, 2))
    expected = x.reshape(3, -1) @ layer.parameters["kernel"].reshape(-1, 4)
    np.testing.assert_allclose(layer.forward(x)[0].reshape(3, 4), expected, rtol=1e-12)


def test_the_table_of_a_layer_is_that_of_im2col():
    rng = np.random.default_rng(9)
    layer, x = Conv2D(2, 4, (2, 3), stride=2, padding="same", rng=rng), rng.normal(size=(3, 5, 6, 2))
    _, cache = layer.forward(x)
    table = im2col(x, (2, 3), stride=2, padding="same")
    np.testing.assert_array_equal(cache.table.reshape(table.shape), table)
    assert cache.n_bytes == table.nbytes == 3 * 3 * 3 * 12 * 8


@names("make", [Conv2D, Conv2DTranspose])
def test_single_precision_stays_and_no_samples_give_none(make):
    layer = make(2, 3, 2, activation="relu", rng=np.random.default_rng(0))
    x = np.random.default_rng(1).normal(size=(2, 4, 4, 2)).astype(np.float32)
    output, cache = layer.forward(x)
    inputs, gradients = layer.backward(output, cache)
    assert {a.dtype for a in (output, inputs, *gradients.values())} == {np.dtype(np.float32)}
    wide = layer.forward(x.astype(float))[0]
    np.testing.assert_allclose(output, wide, rtol=1e-4, atol=1e-6)
    output, cache = layer.forward(x[:0].astype(float))
    inputs, gradients = layer.backward(output, cache)
    assert inputs.shape == (0, 4, 4, 2)
    np.testing.assert_array_equal(gradients["kernel"], 0)


@names("n_samples", [1, 40])
@names("n_filters", [4, 60])
@names("groups", [1, 2])
def test_all_ways_to_multiply_agree(n_samples, n_filters, groups):
    """One product or many, and a few samples at a time: by the number of places, of filters, of samples."""
    rng = np.random.default_rng(10)
    layer = Conv2D(4, n_filters, (3, 2), groups=groups, rng=rng)
    for sides in ((5, 4), (12, 13), (60, 61)):
        x = rng.normal(size=(n_samples, *sides, 4))
        output, cache = layer.forward(x)
        grad = rng.normal(size=output.shape)
        inputs, gradients = layer.backward(grad, cache)
        kernel = layer.parameters["kernel"]
        for f in (0, n_filters - 1):
            first = 0 if f < n_filters // groups else 4 // groups
            seen = x[..., first : first + 4 // groups]
            view = np.lib.stride_tricks.sliding_window_view(seen, (3, 2), axis=(1, 2))
            expected = np.einsum("nijcab,abc->nij", view, kernel[..., f])
            np.testing.assert_allclose(output[..., f], expected, rtol=1e-9, atol=1e-11)
            expected = np.einsum("nijcab,nij->abc", view, grad[..., f])
            np.testing.assert_allclose(gradients["kernel"][..., f], expected, rtol=1e-9, atol=1e-9)
        # the gradient for the input is the transpose of the same linear map
        there = (output * grad).sum()
        np.testing.assert_allclose((x * inputs).sum(), there, rtol=1e-8)
        one, cache = layer.forward(x[-1:])
        back = layer.backward(grad[-1:], cache).inputs
        np.testing.assert_allclose(one[0], output[-1], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(back[0], inputs[-1], rtol=1e-10, atol=1e-12)


def test_an_activation_of_your_own():
    cube = Activation("cube", lambda z: z**3, lambda z: 3 * z**2)
    layer = Conv1D(1, 1, 1, kernel=[[[2.0]]], activation=cube)
    output, cache = layer.forward([[[1.0]]])
    assert output.item() == 8
    assert layer.backward([[[1.0]]], cache).inputs.item() == 3 * 4 * 2


def test_the_kernel_of_a_later_update_does_not_change_what_comes_back():
    layer = Conv1D(1, 1, 1, kernel=[[[2.0]]])
    _, cache = layer.forward([[[1.0]]])
    layer.parameters = {"kernel": [[[5.0]]]}
    assert layer.backward([[[1.0]]], cache).inputs.item() == 2


# bad input


@names(
    ("arguments", "message"),
    [
        ({"n_channels": 0}, "^n_channels must"),
        ({"n_filters": 1.5}, "^n_filters must"),
        ({"kernel_size": 0}, "^kernel_size must"),
        ({"kernel_size": (1, 2, 3)}, "^kernel_size must"),
        ({"kernel_size": 2**40}, "^kernel_size must"),
        ({"stride": 0}, "^stride must"),
        ({"dilation": -1}, "^dilation must"),
        ({"padding": "reflect"}, "^padding must"),
        ({"kernel": np.ones((2, 2, 2, 2))}, "^kernel must"),
        ({"bias": [1.0, 2.0]}, "^bias must"),
        ({"activation": "softmax"}, "^activation must"),
        ({"initializer": "ones"}, "^initializer must"),
        ({"rng": None}, "^rng must"),
        ({"rng": 3}, "^rng must"),
    ],
)
def test_bad_settings_are_named(arguments, message):
    given = {"n_channels": 2, "n_filters": 4, "kernel_size": 2, "rng": np.random.default_rng(0), **arguments}
    for make in (Conv2D, Conv2DTranspose):
        with pytest.raises(ValueError, match=message):
            make(**given)
    for groups in (0, 3):
        with pytest.raises(ValueError, match=r"^groups must"):
            Conv2D(2, 4, 2, groups=groups, rng=np.random.default_rng(0))


@names("make", [Conv2D, Conv2DTranspose])
def test_bad_inputs_are_named(make):
    layer = make(2, 3, 2, rng=np.random.default_rng(0))
    for x in (np.ones((4, 4, 2)), np.ones((1, 4, 4, 3)), np.full((1, 4, 4, 2), np.inf)):
        with pytest.raises(ValueError, match=r"^x must"):
            layer.forward(x)
    output, cache = layer.forward(np.ones((1, 4, 4, 2)))
    for grad in (output[0], output * np.nan):
        with pytest.raises(ValueError, match=r"^grad must"):
            layer.backward(grad, cache)
    with pytest.raises(ValueError, match=r"^x must be at least as large"):
        Conv2D(1, 1, 3, rng=np.random.default_rng(0)).forward(np.ones((1, 2, 5, 1)))


def test_bad_shapes_of_the_others_are_named():
    for shape in (0, (2, 3, 4), (2,), 2.5):
        with pytest.raises(ValueError, match=r"^shape must"):
            convolution_matrix(np.ones((2, 2)), shape)
    with pytest.raises(ValueError, match=r"^shape must be at least as large"):
        convolution_matrix(np.ones((2, 2)), (1, 5))
    with pytest.raises(ValueError, match=r"^shape must ask"):
        convolution_matrix(np.ones((2, 2)), (1000, 1000))
    with pytest.raises(ValueError, match=r"^padding must leave"):
        transposed_convolve([1.0], [1.0, 2.0], padding=1)
    with pytest.raises(ValueError, match=r"^shape must"):
        Reshape((0, 3))
    with pytest.raises(ValueError, match=r"^x must"):
        Reshape((2, 3)).forward(np.ones((2, 5)))
    with pytest.raises(ValueError, match=r"^grad must"):
        Flatten().backward(np.ones((2, 5)), (2, 3, 1))
