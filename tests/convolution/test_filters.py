import numpy as np
import pytest

from dlbook.convolution import (
    BORDERS,
    FILTERS,
    Conv2D,
    box_filter,
    filter_image,
    gaussian_filter,
    gradient_magnitude,
)

STEP = np.tile([0.0, 0.0, 0.0, 6.0, 6.0, 6.0], (4, 1))  # a vertical edge


# 1. by hand


def test_a_vertical_edge_under_every_filter():
    expected = {
        "smoothing": [0, 0, 2, 4, 6, 6],
        "gaussian": [0, 0, 1.5, 4.5, 6, 6],
        "sharpening": [0, 0, -6, 12, 6, 6],
        "edges": [0, 0, 18, -18, 0, 0],
        "prewitt_x": [0, 0, 18, 18, 0, 0],
        "prewitt_y": [0] * 6,
        "sobel_x": [0, 0, 24, 24, 0, 0],
        "sobel_y": [0] * 6,
        "laplacian": [0, 0, 6, -6, 0, 0],
        "roberts_x": [0, 0, 6, 0, 0, 0],
        "roberts_y": [0, 0, -6, 0, 0, 0],
    }
    assert set(expected) == set(FILTERS)
    for name, row in expected.items():
        np.testing.assert_allclose(filter_image(STEP, name)[1], row, atol=1e-12, err_msg=name)


def test_smoothing_filters_sum_to_one_and_edge_filters_to_zero():
    sums = {name: float(kernel.sum()) for name, kernel in FILTERS.items()}
    ones = {"smoothing", "gaussian", "sharpening"}
    assert {name for name, total in sums.items() if abs(total - 1) < 1e-12} == ones
    assert all(abs(total) < 1e-12 for name, total in sums.items() if name not in ones)


def test_the_three_by_three_filters_are_those_of_the_functions():
    np.testing.assert_allclose(box_filter(3), FILTERS["smoothing"], rtol=1e-14)
    deviation = np.sqrt(1 / (2 * np.log(2)))  # a neighbour weighs half
    np.testing.assert_allclose(gaussian_filter(3, deviation), FILTERS["gaussian"], rtol=1e-12)


def test_laplacian_and_edges_are_sums_of_second_differences():
    image = np.add.outer(np.arange(5.0) ** 2, 3 * np.arange(6.0) ** 2)
    np.testing.assert_allclose(filter_image(image, "laplacian", border="valid"), 2 + 6, atol=1e-12)
    diagonal = np.array([[1, 0, 1], [0, -4, 0], [1, 0, 1]])
    np.testing.assert_array_equal(FILTERS["edges"], FILTERS["laplacian"] + diagonal)


# 2. parity with SciPy, and with a layer


@pytest.mark.parametrize(
    ("border", "mode"), [("edge", "nearest"), ("reflect", "mirror"), ("zero", "constant")]
)
@pytest.mark.parametrize("size", [(3, 3), (2, 2), (5, 3), (1, 4)])
def test_equals_scipy(border, mode, size):
    from scipy import ndimage

    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=(7, 8)), rng.normal(size=size)
    origin = [-1 if k % 2 == 0 else 0 for k in size]  # SciPy puts the centre of an even filter behind
    expected = ndimage.correlate(image, kernel, mode=mode, origin=origin)
    np.testing.assert_allclose(filter_image(image, kernel, border=border), expected, rtol=1e-11, atol=1e-13)


def test_the_gaussian_equals_that_of_scipy():
    from scipy import ndimage

    image = np.random.default_rng(1).normal(size=(20, 21))
    expected = ndimage.gaussian_filter(image, 1.3, mode="nearest", truncate=5 / 1.3)
    np.testing.assert_allclose(
        filter_image(image, gaussian_filter(11, 1.3)), expected, rtol=1e-10, atol=1e-12
    )


def test_a_filter_for_each_channel_is_a_grouped_convolution():
    rng = np.random.default_rng(2)
    image = rng.normal(size=(6, 7, 3))
    kernel = np.repeat(FILTERS["sobel_x"][:, :, None, None], 3, axis=-1)
    layer = Conv2D(3, 3, 3, groups=3, padding="same", kernel=kernel)
    expected = layer.forward(image[None])[0][0]
    np.testing.assert_allclose(
        filter_image(image, "sobel_x", border="zero"), expected, rtol=1e-12, atol=1e-13
    )


# 4. invariants


@pytest.mark.parametrize("name", ["smoothing", "gaussian", "sharpening"])
def test_a_plain_grey_stays(name):
    for border in ("edge", "reflect", "valid"):
        np.testing.assert_allclose(
            filter_image(np.full((5, 6, 3), 0.3), name, border=border), 0.3, rtol=1e-12
        )
    assert filter_image(np.full((5, 6), 0.3), name, border="zero")[0, 0] != pytest.approx(0.3)


def test_the_gaussian_is_the_product_of_two_and_grows_with_its_deviation():
    kernel = gaussian_filter(9, 1.5)
    np.testing.assert_allclose(kernel, np.outer(kernel.sum(axis=1), kernel.sum(axis=0)), rtol=1e-12)
    assert np.linalg.matrix_rank(kernel) == 1
    for size in (4, 5):
        for deviation in (1e-300, 1e-3, 1.0, 1e300):
            assert gaussian_filter(size, deviation).sum() == pytest.approx(1)
    np.testing.assert_array_equal(gaussian_filter(3, 1e-300), [[0, 0, 0], [0, 1, 0], [0, 0, 0]])
    np.testing.assert_allclose(gaussian_filter(3, 1e300), box_filter(3), rtol=1e-12)


@pytest.mark.parametrize("kind", ["sobel", "prewitt", "roberts"])
def test_the_magnitude_does_not_ask_for_the_direction(kind):
    image = np.random.default_rng(3).normal(size=(6, 6))
    found = gradient_magnitude(image, kind=kind, border="valid")
    turned = gradient_magnitude(np.rot90(image), kind=kind, border="valid")
    np.testing.assert_allclose(turned, np.rot90(found), rtol=1e-12)
    assert found.min() >= 0
    assert gradient_magnitude(np.full((4, 4), 5.0), kind=kind).max() == 0


def test_shapes_and_single_precision():
    image = np.random.default_rng(4).random((5, 7, 3)).astype(np.float32)
    for border in BORDERS:
        found = filter_image(image, "sharpening", border=border)
        assert found.dtype == np.float32
        assert found.shape == ((3, 5, 3) if border == "valid" else image.shape)
        one = filter_image(image[..., 1], "sharpening", border=border)
        np.testing.assert_array_equal(found[..., 1], one)


def test_the_filters_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        FILTERS["smoothing"][0, 0] = 1
    with pytest.raises(TypeError, match="assignment"):
        FILTERS["smoothing"] = 1


# bad input


def test_bad_arguments_are_named():
    good = np.ones((5, 5))
    for arguments, message in (
        ((np.ones(5), "edges"), "^image must"),
        ((np.ones((2, 3, 4, 5)), "edges"), "^image must"),
        ((good * np.nan, "edges"), "^image must"),
        ((good, "sobel"), "^kernel must"),
        ((good, [1.0, 2.0]), "^kernel must"),
    ):
        with pytest.raises(ValueError, match=message):
            filter_image(*arguments)
    with pytest.raises(ValueError, match=r"^border must"):
        filter_image(good, "edges", border="wrap")
    with pytest.raises(ValueError, match=r"^image must be at least as large"):
        filter_image(good, box_filter(6), border="valid")
    with pytest.raises(ValueError, match=r"^image must be larger than half"):
        filter_image(good, box_filter(11), border="reflect")
    with pytest.raises(ValueError, match=r"^kind must"):
        gradient_magnitude(good, kind="laplacian")
    for size in (0, 2.5, 2000):
        with pytest.raises(ValueError, match=r"^size must"):
            box_filter(size)
    with pytest.raises(ValueError, match=r"^deviation must"):
        gaussian_filter(3, 0)
