"""Generated data: hand-computed values, a reference library, and what must hold for any seed."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.data import FONTS, GATES, font_digits, generated, logic_gate, separable_points, spirals


def test_logic_gates_agree_with_the_bitwise_operators():
    inputs, _ = logic_gate("AND")
    a, b = inputs.astype(bool).T
    expected = {"AND": a & b, "OR": a | b, "NAND": ~(a & b), "XOR": a ^ b}
    assert set(expected) == set(GATES)
    for name, outputs in expected.items():
        rows, found = logic_gate(name)
        np.testing.assert_array_equal(rows, [[0, 0], [0, 1], [1, 0], [1, 1]])
        np.testing.assert_array_equal(found, outputs.astype(float))
        assert rows.dtype == found.dtype == np.float64


def test_logic_gate_gives_arrays_of_its_own():
    inputs, outputs = logic_gate("XOR")
    inputs[:], outputs[:] = 9, 9
    assert logic_gate("xor")[0].max() == 1
    assert logic_gate("xor")[1].tolist() == [0, 1, 1, 0]


def test_unknown_gate_lists_the_known_ones():
    with pytest.raises(ValueError, match="name must be one of AND, OR, NAND, XOR, got 'NOT'"):
        logic_gate("NOT")


@given(
    n_samples=st.integers(2, 60),
    n_features=st.integers(1, 40),
    margin=st.floats(1e-9, 0.999),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=150, deadline=None)
def test_separable_points_keep_their_margin(n_samples, n_features, margin, seed):
    points, labels, weights = separable_points(
        n_samples, n_features, margin=margin, rng=np.random.default_rng(seed)
    )
    assert points.shape == (n_samples, n_features)
    assert labels.shape == (n_samples,)
    assert set(labels) == {-1.0, 1.0}
    assert abs(labels.sum()) <= 1
    np.testing.assert_allclose(np.linalg.norm(weights), 1.0, rtol=0, atol=1e-12)
    assert (labels * (points @ weights)).min() >= margin
    assert np.linalg.norm(points, axis=1).max() <= 1 + 1e-12


def test_perceptron_stays_within_the_bound_on_separable_points():
    rng = np.random.default_rng(3)
    for margin in (0.05, 0.2, 0.5):
        points, labels, _ = separable_points(80, 6, margin=margin, rng=rng)
        weights, mistakes, wrong = np.zeros(6), 0, True
        while wrong:
            wrong = False
            for point, label in zip(points, labels, strict=True):
                if label * (weights @ point) <= 0:
                    weights, mistakes, wrong = weights + label * point, mistakes + 1, True
        assert 0 < mistakes <= 1 / margin**2


@pytest.mark.parametrize("n_features", [1, 2, 7])
def test_separable_points_are_uniform_in_the_ball(n_features):
    """The mean of the squared length of a uniform point of the unit ball in d dimensions is d / (d + 2)."""
    points, _, weights = separable_points(40_000, n_features, margin=1e-9, rng=np.random.default_rng(4))
    squares = (points**2).sum(axis=1)
    np.testing.assert_allclose(squares.mean(), n_features / (n_features + 2), rtol=0, atol=0.01)
    # The same holds in every direction: a coordinate has the variance 1 / (d + 2), also along the normal.
    np.testing.assert_allclose((points @ weights).var(), 1 / (n_features + 2), rtol=0, atol=0.01)
    np.testing.assert_allclose(points.var(axis=0), 1 / (n_features + 2), rtol=0, atol=0.01)


def test_separable_points_agree_with_rejected_points():
    """The slow way: draw in the ball, and keep what is far enough from the hyperplane."""
    rng = np.random.default_rng(5)
    points, labels, weights = separable_points(20_000, 3, margin=0.3, rng=rng)
    drawn = rng.uniform(-1, 1, (400_000, 3))
    drawn = drawn[(drawn**2).sum(axis=1) <= 1]
    kept = drawn[np.abs(drawn @ weights) >= 0.3]
    quantiles = np.linspace(0.05, 0.95, 10)
    for found, expected in (
        (labels * (points @ weights), np.abs(kept @ weights)),
        (np.linalg.norm(points, axis=1), np.linalg.norm(kept, axis=1)),
    ):
        np.testing.assert_allclose(np.quantile(found, quantiles), np.quantile(expected, quantiles), atol=0.02)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"n_samples": 1}, "n_samples"),
        ({"n_samples": 2.0}, "n_samples"),
        ({"n_features": 0}, "n_features"),
        ({"margin": 0.0}, "margin"),
        ({"margin": 1.0}, "margin"),
        ({"rng": 42}, "rng"),
    ],
)
def test_separable_points_refuse_bad_arguments(change, name):
    arguments = {"n_samples": 5, "n_features": 2, "margin": 0.1, "rng": np.random.default_rng(0)}
    with pytest.raises(ValueError, match=f"^{name} must"):
        separable_points(**(arguments | change))


@given(
    n_classes=st.integers(2, 5),
    extra=st.integers(0, 60),
    turns=st.floats(0.1, 4),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_spirals_without_noise_follow_the_equation(n_classes, extra, turns, seed):
    n_samples = n_classes + extra
    points, labels = spirals(
        n_samples, n_classes=n_classes, turns=turns, noise=0.0, rng=np.random.default_rng(seed)
    )
    assert points.shape == (n_samples, 2)
    counts = np.bincount(labels, minlength=n_classes)
    assert len(counts) == n_classes
    assert np.ptp(counts) <= 1
    radius = np.hypot(*points.T)
    assert radius.min() >= 0.05 - 1e-12
    assert radius.max() <= 1 + 1e-12
    angle = 2 * np.pi * (labels / n_classes + turns * radius)
    np.testing.assert_allclose(
        points, radius[:, None] * np.c_[np.cos(angle), np.sin(angle)], rtol=0, atol=1e-9
    )


def test_noise_of_spirals_has_the_stated_size():
    quiet, _ = spirals(20_000, noise=0.0, rng=np.random.default_rng(6))
    noisy, _ = spirals(20_000, noise=0.05, rng=np.random.default_rng(6))
    np.testing.assert_allclose((noisy - quiet).std(axis=0), 0.05, rtol=0.03)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"n_classes": 1}, "n_classes"),
        ({"n_classes": 9}, "n_samples"),
        ({"turns": 0.0}, "turns"),
        ({"noise": -0.1}, "noise"),
        ({"rng": None}, "rng"),
    ],
)
def test_spirals_refuse_bad_arguments(change, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        spirals(8, **({"rng": np.random.default_rng(0)} | change))


@given(n_samples=st.integers(1, 40), size=st.integers(8, 40), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_font_digits_have_the_stated_form(n_samples, size, seed):
    images, labels = font_digits(n_samples, size=size, rng=np.random.default_rng(seed))
    assert images.shape == (n_samples, size, size)
    assert images.dtype == np.float32
    assert images.min() >= 0
    assert images.max() <= 1
    counts = np.bincount(labels, minlength=10)
    assert len(counts) == 10
    assert np.ptp(counts) <= 1
    again, labels_again = font_digits(n_samples, size=size, rng=np.random.default_rng(seed))
    np.testing.assert_array_equal(images, again)
    np.testing.assert_array_equal(labels, labels_again)


def test_font_digits_differ_between_seeds():
    images, _ = font_digits(20, rng=np.random.default_rng(0))
    others, _ = font_digits(20, rng=np.random.default_rng(1))
    assert np.abs(images - others).mean() > 0.02


def test_size_of_the_working_memory_changes_nothing(monkeypatch):
    images, labels = font_digits(50, rng=np.random.default_rng(2))
    monkeypatch.setattr(generated, "_CHUNK", 7)
    others, labels_again = font_digits(50, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(labels, labels_again)
    np.testing.assert_array_equal(images, others)


def test_undistorted_digits_of_one_font_are_all_the_same():
    images, labels = font_digits(
        60, distortion=0.0, noise=0.0, fonts=["DejaVuSans"], rng=np.random.default_rng(0)
    )
    first = {digit: images[labels == digit][0] for digit in range(10)}
    for image, label in zip(images, labels, strict=True):
        np.testing.assert_array_equal(image, first[label])
    for digit, image in first.items():
        rows, columns = np.nonzero(image > 0.5)
        assert abs(np.ptp(rows) + 1 - 20) <= 1, digit  # 20 of 28 pixels high, centred
        assert abs(rows.min() - (27 - rows.max())) <= 1, digit
        assert abs(columns.min() - (27 - columns.max())) <= 1, digit
        assert image.max() == 1
    zero, one, eight = first[0], first[1], first[8]
    assert zero[13:15, 13:15].max() == 0  # the hole of the zero, and the stems of the others
    assert one[13:15, 12:16].max() == 1
    assert eight[13:15, 13:15].max() == 1


def test_pictures_of_another_size_show_the_same():
    options = {"noise": 0.0, "fonts": ["DejaVuSans-Bold", "cmr10"]}
    large, labels = font_digits(40, size=56, rng=np.random.default_rng(3), **options)
    small, labels_again = font_digits(40, size=28, rng=np.random.default_rng(3), **options)
    np.testing.assert_array_equal(labels, labels_again)
    means = large.reshape(40, 28, 2, 28, 2).mean(axis=(2, 4))
    assert np.abs(means - small).mean() < 0.02


def test_digits_stay_inside_the_picture():
    images, _ = font_digits(2000, noise=0.0, rng=np.random.default_rng(4))
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    assert border.mean() < 0.02
    ink = images.sum(axis=(1, 2))
    assert ink.min() > 20  # none is empty
    assert ink.max() < 0.6 * 28 * 28


def test_distortion_grows_with_its_strength():
    def spread(strength):
        images, labels = font_digits(
            400, distortion=strength, noise=0.0, fonts=["DejaVuSans"], rng=np.random.default_rng(5)
        )
        return np.mean([images[labels == digit].std(axis=0).mean() for digit in range(10)])

    spreads = [spread(strength) for strength in (0.0, 0.5, 1.0, 2.0)]
    assert spreads[0] < 1e-6
    assert np.diff(spreads).min() > 0.01


def test_noise_of_digits_has_the_stated_size():
    quiet, _ = font_digits(300, noise=0.0, rng=np.random.default_rng(6))
    noisy, _ = font_digits(300, noise=0.1, rng=np.random.default_rng(6))
    middle = (quiet > 0.35) & (quiet < 0.65)  # where nothing is cut off at 0 and 1
    np.testing.assert_allclose((noisy - quiet)[middle].std(), 0.1, rtol=0.05)


def test_digits_can_be_read():
    """A nearest neighbour, which knows nothing of pictures, reads most digits, so the labels are right."""
    from sklearn.neighbors import KNeighborsClassifier

    images, labels = font_digits(2000, rng=np.random.default_rng(7))
    rows = images.reshape(2000, -1)
    reader = KNeighborsClassifier(1).fit(rows[:1500], labels[:1500])
    accuracy = (reader.predict(rows[1500:]) == labels[1500:]).mean()
    assert 0.8 < accuracy < 1.0  # neither unreadable nor trivial


def test_every_font_has_ten_different_digits():
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    assert len(set(FONTS)) == len(FONTS) == 22
    seen = set()
    for name in FONTS:
        assert (folder / f"{name}.ttf").is_file()
        outlines = generated._outlines(name)
        assert outlines.shape == (10, 108, 108)
        digits = {glyph.tobytes() for glyph in outlines}
        assert len(digits) == 10, name
        seen |= digits
        ink = (outlines > 0).mean(axis=(1, 2))
        assert ink.min() > 0.01, name
        assert ink.max() < 0.3, name
    assert len(seen) == 220  # no font stands for another


def test_distance_agrees_with_scipy():
    from scipy.ndimage import distance_transform_edt

    masks = np.random.default_rng(8).random((3, 17, 23)) < 0.02
    assert masks.any(axis=(1, 2)).all()
    expected = np.stack([distance_transform_edt(~mask) for mask in masks])
    np.testing.assert_allclose(
        generated._distance_to(masks), np.minimum(expected, generated._REACH), rtol=1e-6, atol=0
    )


def test_interpolation_agrees_with_scipy():
    from scipy.ndimage import map_coordinates

    rng = np.random.default_rng(9)
    side = generated._CANVAS
    outlines = rng.standard_normal((2, 10, side, side)).astype(np.float32)
    font, digit = np.array([1, 0, 1]), np.array([9, 0, 4])
    places = rng.uniform(0, side - 2, (3, 2, 50)).astype(np.float32)
    found = generated._sample(outlines, font, digit, places)
    for row in range(3):
        expected = map_coordinates(outlines[font[row], digit[row]], places[row, ::-1], order=1)
        np.testing.assert_allclose(found[row], expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"n_samples": 0}, "n_samples"),
        ({"size": 7}, "size"),
        ({"distortion": 2.5}, "distortion"),
        ({"noise": float("nan")}, "noise"),
        ({"fonts": ["cmsy10"]}, "fonts"),
        ({"fonts": []}, "fonts"),
        ({"fonts": "cmr10"}, "fonts"),
        ({"rng": 42}, "rng"),
    ],
)
def test_font_digits_refuse_bad_arguments(change, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        font_digits(**({"n_samples": 5, "rng": np.random.default_rng(0)} | change))
