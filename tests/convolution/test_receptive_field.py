import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.convolution import (
    AveragePooling1D,
    Conv1D,
    Conv2D,
    MaxPooling2D,
    ReceptiveField,
    Window,
    effective_size,
    input_gradients,
    receptive_fields,
)

# 1. by hand


def test_three_small_kernels_see_as_much_as_one_large():
    fields = receptive_fields([("a", 3), ("b", 3), ("c", 3)])
    assert [field.size for field in fields] == [3, 5, 7]
    assert receptive_fields([("one", 7)])[-1].size == 7


def test_lenet_by_hand():
    layers = [("C1", 5), ("S2", 2, 2), ("C3", 5), ("S4", 2, 2), ("C5", 5)]
    found = [field[1:3] for field in receptive_fields(layers)]
    assert found == [(5, 1), (6, 2), (14, 2), (16, 4), (32, 4)]  # C5 sees the whole image of 32 pixels


def test_vgg_sees_212_pixels():
    layers = [row for n in (2, 2, 3, 3, 3) for row in [*[("conv", 3, 1, 1)] * n, ("pool", 2, 2)]]
    assert receptive_fields(layers)[-1] == ReceptiveField("pool", 212, 32, -90)


def test_padding_shifts_and_dilation_widens():
    assert receptive_fields([("a", 3, 1, 1)])[0] == ReceptiveField("a", 3, 1, -1)
    assert receptive_fields([Window("a", 3, stride=2, padding=1, dilation=4)])[0] == ReceptiveField(
        "a", 9, 2, -1
    )
    wavenet = [(f"d{2**i}", 2, 1, 0, 2**i) for i in range(5)]
    assert receptive_fields(wavenet)[-1].size == 32
    assert receptive_fields([]) == []


def test_two_boxes_make_a_triangle():
    layers = [Conv2D(1, 1, 3, padding="same", kernel=np.ones((3, 3, 1, 1))) for _ in range(2)]
    found = input_gradients(layers, np.zeros((1, 5, 5, 1)))
    np.testing.assert_allclose(found, np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1]), rtol=1e-12)
    assert effective_size(found) == 5
    assert effective_size(found, share=0.5) == np.sqrt(5)  # 9, and the four times 6


# 4. the theory agrees with gradients


@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.lists(
        st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(0, 1), st.integers(1, 2)),
        min_size=1,
        max_size=3,
    ),
)
@settings(deadline=None, max_examples=40)
def test_gradients_reach_from_the_first_to_the_last_that_is_seen(seed, rows):
    rng = np.random.default_rng(seed)
    length = 60
    layers = [
        Conv1D(1, 1, size, stride=stride, padding=padding, dilation=dilation, rng=rng)
        for size, stride, padding, dilation in rows
    ]
    x = rng.normal(size=(1, length, 1))
    n_outputs = length
    for layer in layers:
        x = layer.forward(x)[0]
        n_outputs = x.shape[1]
    field = receptive_fields([("layer", *row) for row in rows])[-1]
    first = field.start + field.jump * ((n_outputs - 1) // 2)
    seen = np.flatnonzero(input_gradients(layers, rng.normal(size=(1, length, 1))))
    assert first >= 0
    assert first + field.size <= length
    assert (seen[0], seen[-1]) == (first, first + field.size - 1)


def test_what_counts_grows_slower_than_what_is_seen():
    rng = np.random.default_rng(0)
    sizes = []
    for depth in (4, 16):
        layers = [Conv2D(1, 1, 3, padding="same", kernel=np.full((3, 3, 1, 1), 1 / 9)) for _ in range(depth)]
        found = input_gradients(layers, rng.normal(size=(1, 41, 41, 1)))
        assert np.count_nonzero(found > 0) == (2 * depth + 1) ** 2
        sizes.append(effective_size(found))
    assert 1.5 < sizes[1] / sizes[0] < 2.7  # the root of 4 is 2; what is seen grows from 9 to 33


def test_pooling_takes_part_and_layers_stay_as_they_are():
    rng = np.random.default_rng(1)
    layers = [Conv2D(2, 3, 3, activation="relu", rng=rng), MaxPooling2D(2), Conv2D(3, 4, 2, rng=rng)]
    before = layers[0].parameters["kernel"].copy()
    found = input_gradients(layers, rng.normal(size=(50, 12, 12, 2)))
    field = receptive_fields([("a", 3), ("b", 2, 2), ("c", 2)])[-1]
    assert np.count_nonzero(found) == field.size**2 == 36
    np.testing.assert_array_equal(layers[0].parameters["kernel"], before)
    assert (
        input_gradients([AveragePooling1D(3)], np.zeros((2, 9, 1))).tolist()
        == [0] * 3 + [1 / 3] * 3 + [0] * 3
    )


# bad input


def test_bad_arguments_are_named():
    for layers in (
        "conv",
        [("a",)],
        [(3, 1)],
        [("a", 0)],
        [("a", 3, 0)],
        [("a", 3, 1, -1)],
        [("a", 3, 1, 0, 0)],
    ):
        with pytest.raises(ValueError, match=r"^layers[ ,]"):
            receptive_fields(layers)
    for layers in ([], "conv", [3]):
        with pytest.raises(ValueError, match=r"^layers must"):
            input_gradients(layers, np.zeros((1, 5, 1)))
    with pytest.raises(ValueError, match=r"^x must"):
        input_gradients([Conv1D(1, 1, 3, rng=np.random.default_rng(0))], np.zeros(5))
    for gradients in (np.zeros((2, 2, 2)), [-1.0], []):
        with pytest.raises(ValueError, match=r"^gradients must"):
            effective_size(gradients)
    with pytest.raises(ValueError, match=r"^share must"):
        effective_size([1.0], share=1)
