import numpy as np
import pytest

from dlbook.data import STAMP_CELL, STAMPED_SHAPES, stamp, stamped_pictures


def drawn(n_samples=400, seed=0, **keywords):
    return stamped_pictures(n_samples, rng=np.random.default_rng(seed), **keywords)


def test_shapes_types_and_ranges():
    made = drawn(50)
    assert made.pictures.shape == (50, 24, 24, 3)
    assert made.pictures.dtype == np.float32
    assert made.labels.shape == made.stamps.shape == (50,)
    assert made.cells.shape == (50, 2)
    assert set(made.labels) == {0, 1} == set(range(len(STAMPED_SHAPES)))


def test_the_stamp_tells_the_class_as_often_as_asked():
    assert (drawn(agreement=1).stamps == drawn(agreement=1).labels).all()
    assert (drawn(agreement=0).stamps == 1 - drawn(agreement=0).labels).all()
    made = drawn(4000, agreement=0.8, share=0.5)
    there = made.stamps >= 0
    assert abs(there.mean() - 0.5) < 0.04
    assert abs((made.stamps == made.labels)[there].mean() - 0.8) < 0.04
    # whether there is a stamp says nothing about the class
    assert abs(made.labels[there].mean() - made.labels[~there].mean()) < 0.08
    assert (drawn(share=0).stamps == -1).all()


def test_the_object_is_where_it_is_said_to_be_and_never_under_the_stamp():
    made = drawn(300, share=0)
    for picture, cell in zip(made.pictures, made.cells, strict=True):
        lit = (picture.max(axis=2) > 0.5).reshape(3, 8, 3, 8).sum(axis=(1, 3))
        assert np.unravel_index(lit.argmax(), (3, 3)) == tuple(cell)
        assert tuple(cell) != STAMP_CELL
        assert np.count_nonzero(lit) == 1


def test_the_classes_differ_in_shape_alone():
    made = drawn(4000, agreement=0.5)
    for channel in range(3):
        brightest = made.pictures[:, :20, :20, channel].max(axis=(1, 2))
        of_class = [brightest[made.labels == k].mean() for k in (0, 1)]
        assert abs(of_class[0] - of_class[1]) < 0.04
    # a square fills its box, a circle pi/4 of it
    lit = (drawn(4000, share=0).pictures.max(axis=3) > 0.5).sum(axis=(1, 2))
    labels = drawn(4000, share=0).labels
    assert abs(lit[labels == 1].mean() - 37) < 2  # (25 + 49) / 2 pixels


def test_stamp_paints_copies_of_the_corner_alone():
    plain = drawn(3, share=0).pictures
    before = plain.copy()
    painted = stamp(plain, [0, 1, -1])
    np.testing.assert_array_equal(plain, before)
    np.testing.assert_array_equal(painted[2], plain[2])
    changed = (painted != plain).any(axis=(0, 3))
    assert changed[-3:, -3:].all()
    assert changed.sum() == 9
    np.testing.assert_allclose(painted[1, -3:, -3:], 0.95, rtol=1e-6)
    np.testing.assert_allclose(painted[0, -1, -1], [0.6, 0.2, 0.7], rtol=1e-6)


def test_the_same_generator_gives_the_same_pictures():
    np.testing.assert_array_equal(drawn(20, 3).pictures, drawn(20, 3).pictures)
    assert len(drawn(1).labels) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_samples": 0}, "n_samples must be"),
        ({"rng": 3}, "rng must be a numpy.random.Generator"),
        ({"agreement": 1.5}, "agreement must be"),
        ({"share": -1}, "share must be"),
    ],
)
def test_refuses(change, message):
    arguments = {"n_samples": 3, "rng": np.random.default_rng(0)} | change
    with pytest.raises(ValueError, match=message):
        stamped_pictures(arguments.pop("n_samples"), **arguments)


def test_stamp_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="pictures must have shape"):
        stamp(np.zeros((1, 8, 8, 3)), [0])
    with pytest.raises(ValueError, match="stamps must have shape"):
        stamp(np.zeros((1, 24, 24, 3)), [0, 1])
    with pytest.raises(ValueError, match="stamps must be whole numbers from -1 to 1"):
        stamp(np.zeros((1, 24, 24, 3)), [2])
