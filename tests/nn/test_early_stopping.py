import types

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.nn import EarlyStopping


def run(stopping, losses):
    """Return the epoch in which training stops, None if it goes through."""
    stopping.reset()
    return next((epoch for epoch, loss in enumerate(losses, 1) if stopping.update(loss)), None)


def test_a_curve_by_hand():
    stopping = EarlyStopping(patience=3)
    assert run(stopping, [0.9, 0.7, 0.8, 0.6, 0.61, 0.62, 0.63, 0.1]) == 7
    assert (stopping.best, stopping.best_epoch, stopping.wait) == (0.6, 4, 3)


def test_the_inflection_point_is_not_where_the_loss_is_lowest():
    """A fall of (epoch - 8)^2 bends upwards everywhere; training goes on to the minimum."""
    stopping = EarlyStopping(patience=2)
    assert run(stopping, [(epoch - 8) ** 2 for epoch in range(1, 20)]) == 10
    assert stopping.best_epoch == 8


def test_small_improvements_do_not_count_with_min_delta():
    losses = [1.0, 0.99, 0.98, 0.97, 0.5]
    assert run(EarlyStopping(patience=3), losses) is None
    assert run(EarlyStopping(patience=3, min_delta=0.1), losses) == 4


@given(
    losses=st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.4, 0.5]), min_size=1, max_size=30),
    patience=st.integers(1, 5),
    min_delta=st.sampled_from([0.0, 0.15]),
)
@settings(deadline=None, max_examples=60)
def test_stops_where_keras_stops(losses, patience, min_delta):
    import keras

    reference = keras.callbacks.EarlyStopping(patience=patience, min_delta=min_delta, mode="min")
    model = types.SimpleNamespace(stop_training=False)
    reference.set_model(model)
    reference.on_train_begin()
    expected = None
    for epoch, loss in enumerate(losses):
        reference.on_epoch_end(epoch, {"val_loss": loss})
        if model.stop_training:
            expected = epoch + 1
            break
    ours = EarlyStopping(patience, min_delta)
    assert run(ours, losses) == expected
    assert ours.best == reference.best
    assert ours.best_epoch == reference.best_epoch + 1


@given(losses=st.lists(st.floats(0, 1), min_size=1, max_size=30), patience=st.integers(1, 6))
@settings(deadline=None, max_examples=60)
def test_the_best_is_the_lowest_seen(losses, patience):
    stopping = EarlyStopping(patience)
    last = run(stopping, losses) or len(losses)
    seen = losses[:last]
    assert stopping.best == min(seen)
    assert stopping.best_epoch == seen.index(min(seen)) + 1
    assert last - stopping.best_epoch <= patience


def test_not_a_number_never_counts_as_an_improvement():
    stopping = EarlyStopping(patience=2)
    assert run(stopping, [np.nan, np.nan, 0.1]) == 2
    assert stopping.best_epoch == 0


@pytest.mark.parametrize("loss", [None, "0.5", 1j, [0.5], np.ma.masked])
def test_what_is_no_loss_is_named_and_does_not_count(loss):
    stopping = EarlyStopping(patience=1)
    with pytest.raises(ValueError, match=r"^loss must"):
        stopping.update(loss)
    assert stopping.wait == 0


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"patience": 0}, "^patience must"),
        ({"patience": 1.5}, "^patience must"),
        ({"min_delta": -0.1}, "^min_delta must"),
    ],
)
def test_bad_settings_are_named(keywords, message):
    with pytest.raises(ValueError, match=message):
        EarlyStopping(**keywords)
