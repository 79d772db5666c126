"""Schedules: against those of Keras, by hand, and as the rate of an optimizer."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dlbook.nn import SGD
from dlbook.optimization import Performance, cosine, exponential, one_cycle, piecewise, power, warmup

STEPS = range(0, 130, 7)


def theirs(name, *args, **kwargs):
    import keras

    schedule = getattr(keras.optimizers.schedules, name)(*args, **kwargs)
    return [float(keras.ops.convert_to_numpy(schedule(step))) for step in STEPS]


def test_power_equals_inverse_time_decay():
    ours = power(0.1, steps=50)
    expected = theirs("InverseTimeDecay", 0.1, decay_steps=50, decay_rate=1.0)
    assert_allclose([ours(t) for t in STEPS], expected, rtol=1e-6)


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.0])
def test_after_s_steps_the_power_rate_is_divided_by_two_to_the_exponent(exponent):
    assert_allclose(power(0.3, steps=20, exponent=exponent)(20), 0.3 / 2**exponent, rtol=1e-12)


def test_exponential_equals_keras():
    ours = exponential(0.1, steps=40, factor=0.5)
    assert_allclose([ours(t) for t in STEPS], theirs("ExponentialDecay", 0.1, 40, 0.5), rtol=1e-6)


def test_piecewise_equals_keras_one_step_earlier():
    ours = piecewise([21, 70], [1.0, 0.1, 0.01])
    keras_rates = theirs("PiecewiseConstantDecay", [20, 69], [1.0, 0.1, 0.01])
    assert_allclose([ours(t) for t in STEPS], keras_rates, rtol=1e-6)
    assert [ours(t) for t in (20, 21, 69, 70)] == [1.0, 0.1, 0.1, 0.01]


def test_cosine_equals_keras():
    ours = cosine(0.2, steps=100, final=0.02)
    assert_allclose([ours(t) for t in STEPS], theirs("CosineDecay", 0.2, 100, alpha=0.1), rtol=1e-5)


def test_warmup_rises_in_a_line_and_then_hands_over():
    after = exponential(1.0, steps=10)
    rate = warmup(after, steps=4)
    assert_allclose([rate(t) for t in range(4)], [0.2, 0.4, 0.6, 0.8], rtol=1e-12)
    assert [rate(t) for t in range(4, 30)] == [after(t) for t in range(26)]
    assert_allclose(warmup(0.5, steps=1, start=0.1)(0), 0.3, rtol=1e-12)


def test_one_cycle_begins_peaks_and_ends_where_it_should():
    rate = one_cycle(2.0, steps=101, rise=0.25)
    rates = np.array([rate(t) for t in range(101)])
    assert np.argmax(rates) == 25
    assert_allclose(rates[[0, 25, 100]], [0.08, 2.0, 8e-6], rtol=1e-9)
    assert (np.diff(rates[:26]) > 0).all()
    assert (np.diff(rates[25:]) < 0).all()
    assert rate(1000) == rates[-1]
    assert one_cycle(1.0, steps=2)(1) == pytest.approx(4e-6)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # within Keras
def test_performance_equals_reduce_on_plateau():
    import keras

    losses = [1.0, 0.5, 0.6, 0.5, 0.49999, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.1]
    ours = Performance(0.1, factor=0.5, patience=2)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    callback = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=2)
    callback.set_model(model)
    callback.on_train_begin()
    seen = []
    for epoch, loss in enumerate(losses):
        ours.report(loss)
        callback.on_epoch_end(epoch, {"loss": loss})
        seen.append(ours(epoch))
        assert_allclose(seen[-1], float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)), rtol=1e-6)
    assert seen[-1] == pytest.approx(0.1 / 8)


def test_performance_stops_at_its_lowest_rate():
    rate = Performance(0.1, factor=0.1, patience=1, lowest=0.02)
    for _ in range(5):
        rate.report(1.0)
    assert rate(0) == 0.02


@pytest.mark.parametrize("make", [lambda: power(0.5, steps=1), lambda: exponential(0.5, steps=1, factor=0.5)])
def test_an_optimizer_follows_its_schedule(make):
    optimizer, rate, w, path = SGD(make()), make(), 0.0, [0.0]
    for _ in range(4):
        w = float(optimizer.step({"w": w}, {"w": -1.0})["w"])
        path.append(w)
    assert_allclose(np.diff(path), [rate(t) for t in range(4)], rtol=1e-12)


@pytest.mark.parametrize(
    ("boundaries", "rates", "name"),
    [
        ([5, 5], [1, 1, 1], "boundaries"),
        ([7, 5], [1, 1, 1], "boundaries"),
        ([5], [1, 1, 1], "rates"),
        ([5], [1, 0], "rates"),
        ([-5], [1, 1], "boundaries"),
    ],
)
def test_pieces_that_do_not_fit_are_named(boundaries, rates, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        piecewise(boundaries, rates)
