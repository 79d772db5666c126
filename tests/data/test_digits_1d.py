import numpy as np
import pytest

from dlbook.convolution import Conv1D, Flatten, GlobalMaxPooling1D, Reshape
from dlbook.data import LENGTH_1D, digits_1d
from dlbook.nn import Dense, Sequential
from dlbook.optimization import Adam


def drawn(n_samples=400, seed=0, **keywords):
    return digits_1d(n_samples, rng=np.random.default_rng(seed), **keywords)


# what is in it


def test_shapes_and_an_equal_number_of_each_digit():
    x, y = drawn(203)
    assert x.shape == (203, LENGTH_1D) == (203, 40)
    counts = np.bincount(y, minlength=10)
    assert counts.max() - counts.min() == 1
    assert (np.diff(y) != 1).any()
    assert 0.9 < np.abs(x).max() < 3
    assert x[:1].shape == drawn(1)[0].shape


def test_the_same_generator_gives_the_same_digits():
    for one, two in zip(drawn(50, 3), drawn(50, 3), strict=True):
        np.testing.assert_array_equal(one, two)
    assert np.abs(drawn(50, 3)[0] - drawn(50, 4)[0]).max() > 0.1


def test_shuffled_places_are_the_same_for_all_samples_and_in_every_call():
    x, y = drawn()
    shuffled, labels = drawn(shuffled=True)
    np.testing.assert_array_equal(labels, y)
    order = np.random.default_rng(0).permutation(LENGTH_1D)
    np.testing.assert_array_equal(shuffled, x[:, order])
    assert (order != np.arange(LENGTH_1D)).sum() > 30


def test_neighbours_are_alike_only_where_they_are_neighbours():
    def of_neighbours(x):
        return np.corrcoef(x[:, 1:].ravel(), x[:, :-1].ravel())[0, 1]

    assert of_neighbours(drawn()[0]) > 0.7
    assert of_neighbours(drawn(shuffled=True)[0]) < 0.4


def test_a_digit_is_found_at_many_places():
    x, y = drawn(2000)
    steepest = np.abs(np.diff(x[y == 4], axis=1)).argmax(axis=1)
    assert len(np.unique(steepest)) > 25


# what can be learned from it


def test_a_few_filters_learn_more_than_a_line():
    x, y = drawn(500)
    other, labels = drawn(500, seed=1)
    scores = []
    for kind in ("linear", "filters"):
        rng = np.random.default_rng(0)
        if kind == "linear":
            layers = [Dense(40, 10, rng=rng)]
        else:
            layers = [
                Reshape((40, 1)),
                Conv1D(1, 16, 7, stride=2, activation="relu", rng=rng),
                Conv1D(16, 16, 5, activation="relu", rng=rng),
                GlobalMaxPooling1D(),
                Flatten(),
                Dense(16, 10, rng=rng),
            ]
        model = Sequential(layers)
        loss = "sparse_categorical_cross_entropy_from_logits"
        model.fit(x, y, loss=loss, optimizer=Adam(0.01), epochs=20, batch_size=50, rng=rng)
        scores.append((model.predict(other).argmax(axis=1) == labels).mean())
    assert 0.15 < scores[0] < 0.5
    assert scores[1] > scores[0] + 0.15


# bad input


def test_bad_arguments_are_named():
    for n_samples in (0, 2.5, 2**40):
        with pytest.raises(ValueError, match=r"^n_samples must"):
            digits_1d(n_samples, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"^rng must"):
        digits_1d(5, rng=0)
