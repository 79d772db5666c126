"""AdaGrad, RMSProp and Lion: by hand, against Keras, and what must hold."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dlbook.optimization import AdaGrad, Lion, RMSProp


def walk(optimizer, start, gradients):
    path = [np.asarray(start, float)]
    for gradient in gradients:
        path.append(optimizer.step({"w": path[-1]}, {"w": gradient})["w"])
    return np.array(path)


def test_adagrad_by_hand():
    # s: 9, 25; steps 3/3 and 4/5
    path = walk(AdaGrad(1.0, initial=0.0, epsilon=1e-15), 0.0, [3.0, 4.0])
    assert_allclose(path, [0, -1, -1.8], rtol=1e-12)


def test_rmsprop_by_hand():
    # rho = 0.75, s: 4, 7; steps 4/2 and 4/sqrt(7)
    path = walk(RMSProp(1.0, rho=0.75, epsilon=1e-15), 0.0, [4.0, 4.0])
    assert_allclose(path, [0, -2, -2 - 4 / np.sqrt(7)], rtol=1e-12)


def test_lion_by_hand():
    # beta_1 = 0.5, beta_2 = 0.75: m is 1, 0; the sign of 0.5 * 1 + 0.5 * (-3) is -1
    path = walk(Lion(0.1, beta_1=0.5, beta_2=0.75), 0.0, [4.0, -3.0, 0.0])
    assert_allclose(path, [0, -0.1, 0.0, 0.0], rtol=0, atol=1e-15)


@pytest.mark.parametrize("initial", [0.0, 0.1, 2.0])
@pytest.mark.parametrize("epsilon", [1e-7, 1e-3])
def test_adagrad_equals_keras(follows_keras, initial, epsilon):
    import keras

    theirs = keras.optimizers.Adagrad(0.3, initial_accumulator_value=initial, epsilon=epsilon)
    follows_keras(AdaGrad(0.3, initial=initial, epsilon=epsilon), theirs)


@pytest.mark.parametrize("rho", [0.0, 0.9, 0.99])
@pytest.mark.parametrize("epsilon", [1e-7, 1e-3])
def test_rmsprop_equals_keras(follows_keras, rho, epsilon):
    import keras

    theirs = keras.optimizers.RMSprop(0.03, rho=rho, epsilon=epsilon)
    follows_keras(RMSProp(0.03, rho=rho, epsilon=epsilon), theirs)


@pytest.mark.parametrize("betas", [(0.875, 0.984375), (0.5, 0.75)])
def test_lion_equals_keras(follows_keras, betas):
    import keras

    theirs = keras.optimizers.Lion(0.03, beta_1=betas[0], beta_2=betas[1])
    follows_keras(Lion(0.03, beta_1=betas[0], beta_2=betas[1]), theirs)


def test_the_defaults_are_those_of_keras():
    import keras

    theirs = keras.optimizers.Adagrad()
    ours = AdaGrad()
    assert ours.initial == theirs.initial_accumulator_value == 0.1
    assert ours.epsilon == theirs.epsilon
    assert (RMSProp().rho, RMSProp().epsilon) == (0.9, keras.optimizers.RMSprop().epsilon)
    assert (Lion().beta_1, Lion().beta_2) == (keras.optimizers.Lion().beta_1, keras.optimizers.Lion().beta_2)


def test_steps_of_adagrad_fall_as_one_over_the_root_under_a_steady_gradient():
    steps = -np.diff(walk(AdaGrad(1.0, initial=0.0, epsilon=1e-15), 0.0, [5.0] * 100))
    assert_allclose(steps, 1 / np.sqrt(np.arange(1, 101)), rtol=1e-9)


def test_steps_of_rmsprop_settle_under_a_steady_gradient():
    steps = -np.diff(walk(RMSProp(0.5), 0.0, [5.0] * 300))
    assert_allclose(steps[0], 0.5 / np.sqrt(0.1), rtol=1e-6)
    assert_allclose(steps[-1], 0.5, rtol=1e-6)


@pytest.mark.parametrize("make", [lambda: AdaGrad(0.1, initial=0, epsilon=1e-15), lambda: Lion(0.1)])
def test_the_scale_of_the_gradient_does_not_matter(make):
    gradients = np.random.default_rng(1).normal(size=(30, 4))
    start = np.zeros(4)
    assert_allclose(walk(make(), start, 1000 * gradients), walk(make(), start, gradients), rtol=1e-9)


@pytest.mark.parametrize("kind", [AdaGrad, RMSProp, Lion])
def test_a_gradient_of_zero_leaves_the_parameter(kind):
    assert (walk(kind(0.1), np.ones(3), [np.zeros(3)] * 4) == 1).all()


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (AdaGrad, "initial", -0.1),
        (AdaGrad, "epsilon", 0.0),
        (RMSProp, "rho", 1.0),
        (RMSProp, "epsilon", -1e-7),
        (Lion, "beta_1", 1.0),
        (Lion, "beta_2", -0.1),
    ],
)
def test_refuses_numbers_out_of_range(kind, name, value):
    with pytest.raises(ValueError, match=f"^{name} must"):
        kind(**{name: value})
