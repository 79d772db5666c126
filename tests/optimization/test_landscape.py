"""Landscapes: lengths of the filters, independence of the scale of layers, and losses on lines and planes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dlbook.optimization import filter_normalized, loss_along

RNG = np.random.default_rng(0)
NETWORK = {
    "conv": RNG.normal(size=(3, 3, 2, 4)),
    "dense": RNG.normal(size=(5, 6)),
    "bias": RNG.normal(size=6),
    "none": np.zeros((2, 3)),
}


def test_every_filter_has_the_length_of_that_of_the_network():
    direction = filter_normalized(NETWORK, rng=np.random.default_rng(1))
    for name, axes in (("conv", (0, 1, 2)), ("dense", (0,)), ("none", (0,))):
        found, wanted = (np.sqrt((one[name] ** 2).sum(axis=axes)) for one in (direction, NETWORK))
        assert_allclose(found, wanted, rtol=1e-12)
    assert (direction["bias"] == 0).all()


def test_directions_are_random_and_hardly_aligned():
    one, two = (
        filter_normalized({"w": np.ones((2000, 3))}, rng=np.random.default_rng(s))["w"] for s in (1, 2)
    )
    cosine = (one * two).sum(axis=0) / 2000
    assert (abs(cosine) < 0.1).all()


def test_the_scale_of_a_layer_does_not_change_the_picture():
    # doubling a hidden unit of a ReLU network and halving what leaves it changes nothing that it computes
    x = np.random.default_rng(2).normal(size=(20, 3))
    weights = {
        "in": np.random.default_rng(3).normal(size=(3, 4)),
        "out": np.random.default_rng(4).normal(size=(4, 1)),
    }
    scaled = {"in": weights["in"] * 10, "out": weights["out"] / 10}

    def loss(p):
        return float((np.maximum(x @ p["in"], 0) @ p["out"] - 1).__pow__(2).mean())

    curves = []
    for network in (weights, scaled):
        way = filter_normalized(network, rng=np.random.default_rng(5))
        curves.append(loss_along(loss, network, [way], np.linspace(-1, 1, 9)))
    assert_allclose(curves[0], curves[1], rtol=1e-9)


def test_a_plane_by_hand():
    def loss(p):
        return float(p["a"] ** 2 + 10 * p["b"])

    ways = [{"a": 1.0, "b": 0.0}, {"a": 0.0, "b": 1.0}]
    plane = loss_along(loss, {"a": 0.0, "b": 0.0}, ways, [0.0, 1.0, 2.0])
    assert plane.tolist() == [[0, 10, 20], [1, 11, 21], [4, 14, 24]]


def test_what_is_not_finite_is_infinite():
    assert (
        loss_along(lambda p: np.nan if p["w"] > 0 else 1.0, {"w": 0.0}, [{"w": 1.0}], [0.0, 1.0])[1] == np.inf
    )


def test_what_does_not_fit_is_named():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"^parameters must"):
        filter_normalized([1.0], rng=rng)
    with pytest.raises(ValueError, match=r"^directions must"):
        loss_along(lambda p: 0.0, {"w": 1.0}, [{"v": 1.0}], [0.0])
    with pytest.raises(ValueError, match=r"^directions must"):
        loss_along(lambda p: 0.0, {"w": 1.0}, [], [0.0])
    with pytest.raises(ValueError, match=r"^loss must"):
        loss_along(1.0, {"w": 1.0}, [{"w": 1.0}], [0.0])
