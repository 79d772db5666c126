"""Adam, AdamW and Nadam over fifty steps of Keras, and what must hold for the two that followed."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dlbook.optimization import Adam, AdamW, Nadam


@pytest.mark.parametrize("betas", [(0.875, 0.9990234375), (0.5, 0.875), (0.0, 0.984375)])
def test_adam_equals_keras(follows_keras, betas):
    import keras

    theirs = keras.optimizers.Adam(0.03, beta_1=betas[0], beta_2=betas[1], epsilon=1e-12)
    follows_keras(Adam(0.03, beta_1=betas[0], beta_2=betas[1], epsilon=1e-12), theirs)


@pytest.mark.parametrize("step", [1, 2, 50, 1000])
def test_epsilon_of_keras_stands_before_the_correction(step):
    # the step of Keras, by its own formula, is that of ours with epsilon / sqrt(1 - beta_2^t)
    ours = Adam(0.1, epsilon=1e-3 / np.sqrt(1 - 0.999**step))
    gradients, after = np.random.default_rng(0).normal(size=step) * 1e-3, 0.0
    m = v = 0.0
    for t, gradient in enumerate(gradients, 1):
        before, after = after, float(ours.step({"w": after}, {"w": gradient})["w"])
        m, v = m + (gradient - m) * (1 - 0.9), v + (gradient**2 - v) * (1 - 0.999)
        alpha = 0.1 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    assert_allclose(before - after, alpha * m / (np.sqrt(v) + 1e-3), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("weight_decay", [0.0, 0.00390625, 0.25])
def test_adamw_equals_keras(follows_keras, weight_decay):
    import keras

    settings = {"weight_decay": weight_decay, "beta_1": 0.875, "beta_2": 0.9990234375, "epsilon": 1e-12}
    follows_keras(AdamW(0.03, **settings), keras.optimizers.AdamW(0.03, **settings))


def test_adamw_equals_keras_with_a_schedule(follows_keras):
    import keras

    schedule = keras.optimizers.schedules.InverseTimeDecay(0.05, decay_steps=5, decay_rate=1.0)
    settings = {"weight_decay": 0.125, "beta_1": 0.875, "beta_2": 0.9990234375, "epsilon": 1e-12}
    ours = AdamW(lambda t: 0.05 / (1 + t / 5), **settings)
    follows_keras(ours, keras.optimizers.AdamW(schedule, **settings), atol=1e-8)  # schedules are in float32


@pytest.mark.parametrize("betas", [(0.875, 0.9990234375), (0.5, 0.875)])
@pytest.mark.parametrize("epsilon", [1e-7, 1e-2])
def test_nadam_equals_keras(follows_keras, betas, epsilon):
    import keras

    theirs = keras.optimizers.Nadam(0.03, beta_1=betas[0], beta_2=betas[1], epsilon=epsilon)
    ours = Nadam(0.03, beta_1=betas[0], beta_2=betas[1], epsilon=epsilon)
    follows_keras(ours, theirs, atol=1e-8)  # 0.96 is in float32


def test_the_defaults_are_those_of_keras():
    import keras

    for ours, theirs in ((Adam(), keras.optimizers.Adam()), (Nadam(), keras.optimizers.Nadam())):
        assert (ours.beta_1, ours.beta_2, ours.epsilon) == (theirs.beta_1, theirs.beta_2, theirs.epsilon)
    assert AdamW().weight_decay == keras.optimizers.AdamW().weight_decay


def test_adamw_without_decay_is_adam(trail):
    start, gradients = trail
    adam, decayed, one, two = Adam(0.1), AdamW(0.1, weight_decay=0.0), start, start
    for slopes in gradients:
        one, two = adam.step(one, slopes), decayed.step(two, slopes)
    for name, value in one.items():
        assert_allclose(two[name], value, rtol=1e-12)


def test_decay_is_not_a_penalty():
    # weights of very different gradients: AdamW shrinks both by the same factor, the penalty hardly the first
    start, gradient, rate, strength = np.ones(2), np.array([100.0, 0.1]), 0.001, 0.1
    decayed, penalized, plain = AdamW(rate, weight_decay=strength), Adam(rate), Adam(rate)
    one = two = three = start
    for _ in range(100):
        one = decayed.step({"w": one}, {"w": gradient})["w"]
        two = penalized.step({"w": two}, {"w": gradient + strength * two})["w"]
        three = plain.step({"w": three}, {"w": gradient})["w"]
    assert_allclose((three - one)[0], (three - one)[1], rtol=1e-3)
    assert (three - one > 0.008).all()
    assert (abs(three - two) < [1e-5, 2e-3]).all()


def test_inputs_stay_as_they_are():
    for kind in (AdamW, Nadam):
        parameters, gradients = {"w": np.ones(3)}, {"w": np.ones(3)}
        kind(0.1).step(parameters, gradients)
        assert (parameters["w"] == 1).all()
        assert (gradients["w"] == 1).all()


def test_a_schedule_is_asked_once_a_step():
    asked = []
    optimizer = AdamW(lambda n_steps: asked.append(n_steps) or 0.1)
    for _ in range(3):
        optimizer.step({"w": 1.0}, {"w": 2.0})
    assert asked == [0, 1, 2]


@pytest.mark.parametrize("value", [-0.1, np.nan, "0.1", None])
def test_refuses_a_decay_out_of_range(value):
    with pytest.raises(ValueError, match=r"^weight_decay must"):
        AdamW(weight_decay=value)
