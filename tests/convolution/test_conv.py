import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.convolution import (
    CONVENTIONS,
    convolve,
    convolve_at_pixels,
    cross_correlate,
    im2col,
    output_size,
)

DIAGONALS = np.array(
    [
        [1, 0, 0, 0, 0, 1],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 1, 0, 0],
        [1, 0, 0, 0, 1, 0],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 0, 1, 0],
    ]
)
FILTER_1 = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
FILTER_2 = np.array([[-1, 1, -1]] * 3)


def by_loops(x, kernel, stride=(1, 1), dilation=(1, 1)):
    """A cross-correlation in two dimensions, one product after the other."""
    rows, columns = (
        (n - (k - 1) * d - 1) // s + 1
        for n, k, s, d in zip(x.shape, kernel.shape, stride, dilation, strict=True)
    )
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            for a in range(kernel.shape[0]):
                for b in range(kernel.shape[1]):
                    place = i * stride[0] + a * dilation[0], j * stride[1] + b * dilation[1]
                    out[i, j] += x[place] * kernel[a, b]
    return out


# 1. the lecture's examples, by hand


def test_the_lecture_image_and_its_filter():
    image = [[3, 5, 2, 8, 1], [9, 7, 5, 4, 3], [2, 0, 6, 1, 6], [6, 3, 7, 9, 2], [1, 4, 9, 5, 1]]
    out = cross_correlate(image, [[1, 0, 0], [1, 1, 0], [0, 0, 1]])
    assert out[0, 0] == 3 + 9 + 7 + 6
    np.testing.assert_array_equal(out, [[25, 18, 17], [18, 22, 14], [20, 15, 23]])


def test_two_filters_on_the_diagonals():
    expected = [[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]]
    np.testing.assert_array_equal(cross_correlate(DIAGONALS, FILTER_1), expected)
    expected = [[-1, -1, -1, -1], [-1, -1, -2, 1], [-1, -1, -2, 1], [-1, 0, -4, 3]]
    np.testing.assert_array_equal(cross_correlate(DIAGONALS, FILTER_2), expected)
    np.testing.assert_array_equal(cross_correlate(DIAGONALS, FILTER_1, stride=2), [[3, -3], [-3, 0]])


def test_the_spaceship_is_a_weighted_mean_of_the_last_positions():
    """s_t = sum of x_(t-a) w_(-a): with the weights from the oldest, w_-2 w_-1 w_0, no turn is left."""
    x, weights = [1.0, 2.0, 4.0, 8.0], [0.1, 0.3, 0.6]
    expected = [0.1 * 1 + 0.3 * 2 + 0.6 * 4, 0.1 * 2 + 0.3 * 4 + 0.6 * 8]
    np.testing.assert_allclose(cross_correlate(x, weights), expected, rtol=1e-14)
    np.testing.assert_allclose(convolve(x, weights[::-1]), expected, rtol=1e-14)


def test_three_conventions_by_their_equations():
    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=(5, 6)), rng.normal(size=(3, 5))
    m, n = kernel.shape
    c, e = m // 2, n // 2

    def at(i, j):
        return image[i, j] if 0 <= i < 5 and 0 <= j < 6 else 0.0

    equations = {
        "convolution": lambda i, j: sum(at(i - a, j - b) * kernel[a, b] for a in range(m) for b in range(n)),
        "cross-correlation": lambda i, j: sum(
            at(i + a, j + b) * kernel[a, b] for a in range(m) for b in range(n)
        ),
        "centred convolution": lambda i, j: sum(
            at(i - a, j - b) * kernel[c + a, e + b] for a in range(-c, c + 1) for b in range(-e, e + 1)
        ),
    }
    assert tuple(equations) == CONVENTIONS
    for convention, equation in equations.items():
        expected = [[equation(i, j) for j in range(6)] for i in range(5)]
        found = convolve_at_pixels(image, kernel, convention=convention)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14, err_msg=convention)


def test_two_conventions_differ_by_a_shift_and_the_third_by_a_turn():
    rng = np.random.default_rng(1)
    image, kernel = rng.normal(size=(7, 8)), rng.normal(size=(3, 5))
    back, ahead, centred = (convolve_at_pixels(image, kernel, convention=name) for name in CONVENTIONS)
    np.testing.assert_allclose(centred[:-1, :-2], back[1:, 2:], rtol=1e-12)
    turned = convolve_at_pixels(image, kernel[::-1, ::-1], convention="cross-correlation")
    np.testing.assert_allclose(centred[1:, 2:], turned[:-1, :-2], rtol=1e-12)
    assert np.abs(ahead - centred).max() > 0.1


def test_a_size_that_the_stride_does_not_divide():
    assert output_size(6, 3, stride=2) == 2  # (6 - 3) / 2 + 1 = 2.5
    x = np.arange(6.0)
    changed = x.copy()
    changed[5] = 100
    np.testing.assert_array_equal(
        cross_correlate(x, np.ones(3), stride=2), cross_correlate(changed, np.ones(3), stride=2)
    )


# 2. parity with SciPy and Keras


@pytest.mark.parametrize("padding", ["valid", "full", "same"])
@pytest.mark.parametrize(("shape", "size"), [((6, 9), (3, 5)), ((5, 7), (1, 3)), ((8,), (3,)), ((7,), (7,))])
def test_equals_scipy(padding, shape, size):
    from scipy import signal

    rng = np.random.default_rng(2)
    x, kernel = rng.normal(size=shape), rng.normal(size=size)
    theirs = (
        (signal.convolve2d, signal.correlate2d) if len(shape) == 2 else (signal.convolve, signal.correlate)
    )
    for ours, other in zip((convolve, cross_correlate), theirs, strict=True):
        expected = other(x, kernel, mode=padding)
        np.testing.assert_allclose(ours(x, kernel, padding=padding), expected, rtol=1e-11, atol=1e-13)


def test_scipy_puts_the_additional_zero_of_an_even_kernel_before():
    from scipy import signal

    x, kernel = np.arange(1.0, 7), np.array([1.0, 10.0])
    np.testing.assert_array_equal(
        signal.correlate(x, kernel, mode="same"), cross_correlate(x, kernel, padding=[(1, 0)])
    )
    np.testing.assert_array_equal(
        cross_correlate(x, kernel, padding="same"), cross_correlate(x, kernel, padding=[(0, 1)])
    )


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("n", [5, 8, 13])
@pytest.mark.parametrize("kernel_size", [1, 2, 3, 5])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (3, 1), (1, 2), (4, 1)])
def test_sizes_equal_those_of_keras(padding, n, kernel_size, stride, dilation):
    from keras.src.ops.operation_utils import compute_conv_output_shape

    if (kernel_size - 1) * dilation + 1 > n:
        with pytest.raises(ValueError, match=r"^size must"):
            output_size(n, kernel_size, dilation=dilation)
        return
    expected = compute_conv_output_shape(
        (None, n, 1), 1, (kernel_size,), stride, padding, "channels_last", dilation
    )
    found = output_size(n, kernel_size, stride=stride, padding=padding, dilation=dilation)
    assert found == expected[1]


# 4. invariants


@given(
    seed=st.integers(0, 2**32 - 1),
    sides=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    size=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    pads=st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * 2),
)
@settings(deadline=None, max_examples=60)
def test_one_product_equals_the_loops(seed, sides, size, stride, dilation, pads):
    rng = np.random.default_rng(seed)
    x, kernel = rng.normal(size=sides), rng.normal(size=size)
    spans = [(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)]
    options = {"stride": stride, "padding": pads, "dilation": dilation}
    if any(n + sum(pad) < span for n, pad, span in zip(sides, pads, spans, strict=True)):
        with pytest.raises(ValueError, match=r"^x must"):
            cross_correlate(x, kernel, **options)
        return
    expected = by_loops(np.pad(x, pads), kernel, stride, dilation)
    np.testing.assert_allclose(cross_correlate(x, kernel, **options), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(convolve(x, kernel[::-1, ::-1], **options), expected, rtol=1e-10, atol=1e-12)


def test_convolution_is_commutative_and_associative_and_correlation_is_neither():
    rng = np.random.default_rng(3)
    a, b, c = rng.normal(size=6), rng.normal(size=3), rng.normal(size=4)

    def full(operation, one, two):
        return operation(one, two, padding="full")

    np.testing.assert_allclose(full(convolve, a, b), full(convolve, b, a), rtol=1e-12)
    np.testing.assert_allclose(
        full(convolve, full(convolve, a, b), c), full(convolve, a, full(convolve, b, c)), rtol=1e-11
    )
    there, back = full(cross_correlate, a, b), full(cross_correlate, b, a)
    np.testing.assert_allclose(there, back[::-1], rtol=1e-12)
    assert np.abs(there - back).max() > 0.1
    left = full(cross_correlate, full(cross_correlate, a, b), c)
    assert np.abs(left - full(cross_correlate, a, full(cross_correlate, b, c))).max() > 0.1


def test_a_shift_of_the_input_shifts_the_output():
    rng = np.random.default_rng(4)
    x, kernel = rng.normal(size=(9, 10)), rng.normal(size=(3, 2))
    shifted = np.roll(x, (2, 1), axis=(0, 1))
    before, after = cross_correlate(x, kernel), cross_correlate(shifted, kernel)
    np.testing.assert_allclose(after[2:, 1:], before[:-2, :-1], rtol=1e-12)


def test_a_causal_output_sees_nothing_that_comes_later():
    x = np.random.default_rng(5).normal(size=8)
    changed = np.concatenate([x[:5], [9.0, 9.0, 9.0]])
    kernel = [1.0, 2.0, 3.0]
    one, two = (cross_correlate(v, kernel, padding="causal", dilation=2) for v in (x, changed))
    assert one.shape == (8,)
    np.testing.assert_array_equal(one[:5], two[:5])
    assert (one[5:] != two[5:]).all()


def test_the_table_has_one_window_a_row():
    x = np.arange(2 * 3 * 4 * 2.0).reshape(2, 3, 4, 2)
    table = im2col(x, (2, 3))
    assert table.shape == (2 * 2 * 2, 2 * 3 * 2)
    np.testing.assert_array_equal(table[0], x[0, :2, :3].ravel())
    np.testing.assert_array_equal(table[-1], x[1, 1:, 1:].ravel())
    assert im2col(x.astype(np.float32), 2).dtype == np.float32
    assert im2col(x[:1], 1).shape == (12, 2)


def test_inputs_stay_as_they_are():
    x, kernel = np.arange(6.0), np.ones(3)
    convolve(x, kernel, padding="full")[:] = 0
    np.testing.assert_array_equal(x, np.arange(6))
    np.testing.assert_array_equal(cross_correlate(x, [2.0]), 2 * x)
    np.testing.assert_array_equal(kernel, 1)


# bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": 3.0}, "^x must"),
        ({"x": np.ones((2, 3, 4))}, "^x must"),
        ({"x": [[1.0, np.nan], [0, 0]]}, "^x must"),
        ({"kernel": np.ones(3)}, "^kernel must"),
        ({"kernel": np.ones((0, 2))}, "^kernel must"),
        ({"kernel": np.ones((7, 2))}, "^x must"),
        ({"stride": 0}, "^stride must"),
        ({"stride": (1, 2, 3)}, "^stride must"),
        ({"stride": 1.5}, "^stride must"),
        ({"padding": "reflect"}, "^padding must"),
        ({"padding": -1}, "^padding must"),
        ({"padding": (1,)}, "^padding must"),
        ({"padding": [(1, 2, 3), 0]}, "^padding must"),
        ({"padding": 2**40}, "^padding must"),
        ({"dilation": 0}, "^dilation must"),
        ({"dilation": 2**50}, "^x must"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    given = {"x": np.ones((5, 6)), "kernel": np.ones((2, 3)), **arguments}
    for function in (convolve, cross_correlate):
        with pytest.raises(ValueError, match=message):
            function(**given)


def test_bad_arguments_of_the_others_are_named():
    with pytest.raises(ValueError, match=r"^convention must"):
        convolve_at_pixels([1.0], [1.0], convention="correlation")
    with pytest.raises(ValueError, match=r"^kernel must have odd sides"):
        convolve_at_pixels(np.ones((4, 4)), np.ones((3, 2)), convention="centred convolution")
    for arguments, message in (
        ((0, 1), "^size must"),
        ((3, 4), "^size must"),
        ((3, 0), "^kernel_size must"),
    ):
        with pytest.raises(ValueError, match=message):
            output_size(*arguments)
    with pytest.raises(ValueError, match=r"^x must"):
        im2col(np.ones((2, 3)), 2)
    with pytest.raises(ValueError, match=r"^x must"):
        im2col(np.ones((1, 2, 3, 4, 5)), 2)
    with pytest.raises(ValueError, match=r"^kernel_size must"):
        im2col(np.ones((1, 4, 4, 1)), (2, 2, 2))
