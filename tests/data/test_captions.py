import re
from collections import Counter

import numpy as np
import pytest

from dlbook.data import (
    COLOURS,
    PICTURE_SIDE,
    SHAPES,
    SIZES,
    PictureObject,
    captioned_pictures,
    describe_objects,
)

OBJECT = re.compile(r"a (?:(small|large) )?(\w+) (\w+)")


def drawn(n_samples=300, seed=0, **keywords):
    return captioned_pictures(n_samples, rng=np.random.default_rng(seed), **keywords)


def thing(size="small", colour="red", shape="circle", cell=(0, 0), box=(0, 0, 5, 5)):
    return PictureObject(size, colour, shape, cell, box)


# what is in it


def test_shapes_types_and_ranges():
    made = drawn(50)
    assert len(made) == len(made.captions) == len(made.objects) == 50
    assert made.pictures.shape == (50, PICTURE_SIDE, PICTURE_SIDE, 3)
    assert made.pictures.dtype == np.float32
    assert 0 <= made.pictures.min() < made.pictures.max() <= 1
    assert made.masks.shape == (50, 3, PICTURE_SIDE, PICTURE_SIDE)
    assert made.masks.dtype == bool


def test_the_same_generator_gives_the_same_pictures():
    one, two, other = drawn(20, 3), drawn(20, 3), drawn(20, 4)
    np.testing.assert_array_equal(one.pictures, two.pictures)
    assert one.captions == two.captions
    assert one.captions != other.captions


def test_captions_by_hand():
    row = [
        thing(),
        thing("large", "blue", "square", (0, 2)),
        thing("small", "green", "cross", (2, 2)),
    ]
    long = "a small red circle left of a large blue square above a small green cross"
    assert describe_objects(row) == long
    assert describe_objects(row, sizes=False) == "a red circle left of a blue square above a green cross"
    assert describe_objects(row[:1], sizes=False) == "a red circle"


@pytest.mark.parametrize("sizes", [True, False])
def test_the_caption_says_what_is_in_the_picture(sizes):
    made = drawn(200, n_objects=(1, 2, 5), sizes=sizes)
    for caption, objects in zip(made.captions, made.objects, strict=True):
        said = OBJECT.findall(caption)
        assert said == [(o.size if sizes else "", o.colour, o.shape) for o in objects]
        relations = re.findall(r"left of|above", caption)
        for relation, one, two in zip(relations, objects, objects[1:], strict=False):
            assert (relation == "left of") == (one.cell[0] == two.cell[0])
        assert len(relations) == len(objects) - 1


def test_each_picture_has_one_caption():
    # the order of the objects is that of row + column, so the cells alone fix it
    for objects in drawn(400, n_objects=(2, 3, 4, 5)).objects:
        steps = [sum(o.cell) for o in objects]
        assert steps == sorted(set(steps))


def test_all_words_and_numbers_occur_equally_often():
    made = drawn(3000)
    numbers = Counter(len(objects) for objects in made.objects)
    assert set(numbers) == {1, 2, 3}
    assert min(numbers.values()) > 900
    for words, field in ((SIZES, "size"), (COLOURS, "colour"), (SHAPES, "shape")):
        seen = Counter(getattr(o, field) for objects in made.objects for o in objects)
        assert set(seen) == set(words)
        assert max(seen.values()) < 1.1 * min(seen.values())
    cells = Counter(o.cell for objects in made.objects if len(objects) == 1 for o in objects)
    assert len(cells) == 9


def test_boxes_lie_in_their_cells_and_masks_in_their_boxes():
    made = drawn(200)
    for objects, masks in zip(made.objects, made.masks, strict=True):
        assert masks[len(objects) :].sum() == 0
        assert masks.sum(axis=0).max() == 1  # no object hides another
        for o, mask in zip(objects, masks, strict=False):
            r0, c0, r1, c1 = o.box
            assert r1 - r0 == c1 - c0 == SIZES[o.size]
            assert (r0 // 8, c0 // 8) == ((r1 - 1) // 8, (c1 - 1) // 8) == o.cell
            assert mask[r0:r1, c0:c1].sum() == mask.sum() >= 9


def test_the_pixels_of_an_object_have_its_colour():
    made = drawn(100)
    for picture, objects, masks in zip(made.pictures, made.objects, made.masks, strict=True):
        for o, mask in zip(objects, masks, strict=False):
            mean = picture[mask].mean(axis=0)
            nearest = min(COLOURS, key=lambda name: np.abs(np.array(COLOURS[name]) - mean).sum())
            assert nearest == o.colour
        assert abs(picture[~masks.any(axis=0)].mean() - 0.1) < 0.05


def test_shapes_and_sizes_differ_in_their_pixels():
    made = drawn(600, n_objects=1)
    areas = {}
    for (o,), masks in zip(made.objects, made.masks, strict=True):
        areas.setdefault((o.size, o.shape), set()).add(int(masks[0].sum()))
    assert all(len(found) == 1 for found in areas.values())
    for size, side in SIZES.items():
        assert areas[size, "square"] == {side**2}
        assert areas[size, "circle"] < areas[size, "square"] or max(areas[size, "circle"]) < side**2
    for shape in SHAPES:
        assert max(areas["small", shape]) < min(areas["large", shape])


def test_combinations_that_are_left_out_do_not_occur():
    allowed = [("red", "circle"), ("blue", "cross")]
    made = drawn(200, combinations=allowed)
    assert {(o.colour, o.shape) for objects in made.objects for o in objects} == set(allowed)


def test_the_number_of_objects():
    assert {len(objects) for objects in drawn(50, n_objects=2).objects} == {2}
    assert drawn(5, n_objects=[1, 4]).masks.shape[1] == 4
    assert max(len(objects) for objects in drawn(50, n_objects=(1, 5)).objects) == 5


# bad input


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"n_samples": 0}, "n_samples must be a whole number of at least 1, got 0"),
        ({"rng": 0}, "rng must be a numpy.random.Generator"),
        ({"n_objects": 6}, "n_objects must be a whole number from 1 to 5, got 6"),
        ({"n_objects": (1, 0)}, "n_objects must be a whole number from 1 to 5, got 0"),
        ({"n_objects": ()}, "n_objects must hold at least one number, got none"),
        ({"combinations": []}, "combinations must hold at least one pair"),
        ({"combinations": [("pink", "circle")]}, "combinations must be pairs of a colour and a shape"),
        ({"combinations": [("red", "circle")] * 2}, "combinations must all differ"),
        ({"n_samples": 10**9}, "n_samples must ask for an array of at most"),
    ],
)
def test_bad_arguments(keywords, message):
    arguments = {"n_samples": 3, "rng": np.random.default_rng(0)} | keywords
    with pytest.raises(ValueError, match=re.escape(message)):
        captioned_pictures(arguments.pop("n_samples"), **arguments)


def test_objects_that_cannot_be_described():
    with pytest.raises(ValueError, match="objects must hold at least one PictureObject"):
        describe_objects([])
    with pytest.raises(ValueError, match=re.escape("got (0, 0) after (0, 2)")):
        describe_objects([thing(cell=(0, 2)), thing(cell=(0, 0))])
    with pytest.raises(ValueError, match="to the right of the one before or below it"):
        describe_objects([thing(), thing(cell=(1, 1))])
