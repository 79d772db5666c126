import dataclasses
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook.nn import (
    LOSSES,
    Loss,
    huber_loss,
    mean_absolute_error,
    mean_squared_error,
    poisson_loss,
)

NAMES = sorted(LOSSES)
WEIGHTS = np.array([0.5, 2.0, 0.0, 1.0, 3.5])
# What Keras calls each of them
REFERENCES = {
    "mean_squared_error": "MeanSquaredError",
    "mean_absolute_error": "MeanAbsoluteError",
    "huber_loss": "Huber",
    "poisson_loss": "Poisson",
    "binary_cross_entropy": "BinaryCrossentropy",
    "binary_cross_entropy_from_logits": "BinaryCrossentropy",
    "categorical_cross_entropy": "CategoricalCrossentropy",
    "categorical_cross_entropy_from_logits": "CategoricalCrossentropy",
    "sparse_categorical_cross_entropy": "SparseCategoricalCrossentropy",
    "sparse_categorical_cross_entropy_from_logits": "SparseCategoricalCrossentropy",
    "kl_divergence": "KLDivergence",
}


def example(name, seed=0, outer=(5,), last=3):
    """Targets and predictions that suit a loss, with all sizes different."""
    rng = np.random.default_rng(seed)
    shape = (*outer, last)
    logits = rng.normal(scale=2, size=shape)
    probabilities = rng.dirichlet(np.ones(last), size=outer)
    labels = rng.integers(0, last, size=outer)
    if name.startswith("sparse"):
        return labels, logits if name.endswith("logits") else probabilities
    if name.startswith("categorical"):
        return np.eye(last)[labels], logits if name.endswith("logits") else probabilities
    if name == "kl_divergence":
        return rng.dirichlet(np.ones(last), size=outer), probabilities
    if name.startswith("binary"):
        return rng.integers(0, 2, size=shape), logits if name.endswith("logits") else probabilities
    if name == "poisson_loss":
        return rng.poisson(3.0, size=shape), rng.uniform(0.5, 6, size=shape)
    return 2 * rng.normal(size=shape), 2 * rng.normal(size=shape)


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def keras_loss(keras, name, **settings):
    if name.endswith("from_logits"):
        settings["from_logits"] = True
    return getattr(keras.losses, REFERENCES[name])(dtype="float64", **settings)


# 1. numbers worked out by hand


def test_errors_of_zero_one_and_three_by_hand():
    y, prediction = [1.0, 2.0, 3.0], [1.0, 3.0, 0.0]
    assert mean_squared_error(y, prediction) == pytest.approx(10 / 3, rel=1e-15)
    assert mean_absolute_error(y, prediction) == pytest.approx(4 / 3, rel=1e-15)
    assert huber_loss(y, prediction) == pytest.approx((0.5 + 2.5) / 3, rel=1e-15)
    assert huber_loss(y, prediction, 2.0) == pytest.approx((0.5 + 2 * (3 - 1)) / 3, rel=1e-15)
    np.testing.assert_allclose(mean_squared_error.gradient(y, prediction), [0, 2 / 3, -2], rtol=1e-15)
    np.testing.assert_allclose(mean_absolute_error.gradient(y, prediction), [0, 1 / 3, -1 / 3], rtol=1e-15)
    np.testing.assert_allclose(huber_loss.gradient(y, prediction, 2.0), [0, 1 / 3, -2 / 3], rtol=1e-15)


def test_without_the_half_the_huber_loss_would_have_a_step():
    """At delta both pieces give delta^2 / 2; the square alone would give twice as much."""
    delta = 1.5
    at, above = (huber_loss([0.0], [delta + gap], delta) for gap in (0.0, 1e-9))
    assert at == pytest.approx(delta**2 / 2, rel=1e-15)
    assert above - at == pytest.approx(1e-9 * delta, rel=1e-6)
    slopes = [huber_loss.gradient([0.0], [delta + gap], delta)[0] for gap in (-1e-9, 1e-9)]
    assert slopes == pytest.approx([delta, delta], rel=1e-8)


def test_counts_by_hand():
    value = poisson_loss([2.0, 0.0], [4.0, 1.0])
    assert value == pytest.approx((4 - 2 * math.log(4 + 1e-7) + 1) / 2, rel=1e-15)
    np.testing.assert_allclose(poisson_loss.gradient([2.0, 0.0], [4.0, 1.0]), [0.25, 0.5], rtol=1e-7)


def test_both_ways_to_use_sample_weights_by_hand():
    """Errors 1 and 2, weights 3 and 1: (3 * 1 + 1 * 4) divided by 2 samples, or by the weights' sum of 4."""
    arguments = {"y": [0.0, 0.0], "prediction": [1.0, 2.0], "sample_weight": [3.0, 1.0]}
    assert mean_squared_error(**arguments) == 3.5
    assert mean_squared_error(**arguments, reduction="weighted_mean") == 1.75
    np.testing.assert_array_equal(mean_squared_error.gradient(**arguments), [3, 2])
    weighted = mean_squared_error.gradient(**arguments, reduction="weighted_mean")
    np.testing.assert_array_equal(weighted, [1.5, 1])


# 2. parity with Keras and scikit-learn


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sample_weight", [None, WEIGHTS], ids=["plain", "weighted"])
def test_a_loss_is_that_of_keras(keras, name, sample_weight):
    y, prediction = example(name)
    theirs = float(keras_loss(keras, name)(y, prediction, sample_weight=sample_weight))
    assert LOSSES[name](y, prediction, sample_weight=sample_weight) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_the_weighted_mean_is_that_of_keras(keras, name):
    y, prediction = example(name, seed=1)
    reference = keras_loss(keras, name, reduction="mean_with_sample_weight")
    theirs = float(reference(y, prediction, sample_weight=WEIGHTS))
    ours = LOSSES[name](y, prediction, sample_weight=WEIGHTS, reduction="weighted_mean")
    assert ours == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_a_loss_over_time_steps_is_that_of_keras(keras, name):
    y, prediction = example(name, seed=2, outer=(5, 4))
    theirs = float(keras_loss(keras, name)(y, prediction))
    assert LOSSES[name](y, prediction) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("delta", [0.3, 2.0])
def test_huber_loss_with_another_delta_is_that_of_keras(keras, delta):
    y, prediction = example("huber_loss")
    theirs = float(keras.losses.Huber(delta=delta, dtype="float64")(y, prediction))
    assert huber_loss(y, prediction, delta) == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize("sample_weight", [None, WEIGHTS], ids=["plain", "weighted"])
def test_errors_are_those_of_scikit_learn(sample_weight):
    from sklearn import metrics

    y, prediction = example("mean_squared_error")
    settings = {"sample_weight": sample_weight}
    for ours, theirs in (
        (mean_squared_error, metrics.mean_squared_error),
        (mean_absolute_error, metrics.mean_absolute_error),
    ):
        expected = theirs(y, prediction, **settings)
        assert ours(y, prediction, **settings, reduction="weighted_mean") == pytest.approx(
            expected, rel=1e-12
        )


def test_differences_of_poisson_losses_are_half_the_deviance_of_scikit_learn():
    from sklearn.metrics import mean_poisson_deviance

    y, prediction = (a.ravel() for a in example("poisson_loss"))
    y[4] = 0
    best = np.maximum(y, 1e-300)  # the deviance is measured from the perfect prediction
    ours = poisson_loss(y, prediction, epsilon=1e-300) - poisson_loss(y, best, epsilon=1e-300)
    assert 2 * ours == pytest.approx(mean_poisson_deviance(y, prediction), rel=1e-12)


# 3. gradients


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("outer", [(5,), (2, 4)], ids=["table", "time steps"])
@pytest.mark.parametrize(
    "settings",
    [{}, {"sample_weight": True}, {"sample_weight": True, "reduction": "weighted_mean"}],
    ids=["plain", "weights", "weighted mean"],
)
def test_the_gradient_is_that_of_central_differences(name, outer, settings):
    y, prediction = example(name, seed=3, outer=outer)
    if "sample_weight" in settings:
        settings = settings | {"sample_weight": WEIGHTS[: outer[0]]}
    step, expected = 1e-6, np.zeros(prediction.shape)
    for place in np.ndindex(prediction.shape):
        moved = np.zeros(prediction.shape)
        moved[place] = step
        up, down = (LOSSES[name](y, prediction + sign * moved, **settings) for sign in (1, -1))
        expected[place] = (up - down) / (2 * step)
    gradient = LOSSES[name].gradient(y, prediction, **settings)
    assert gradient.shape == prediction.shape
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("delta", [0.3, 2.0])
def test_the_gradient_of_the_huber_loss_with_another_delta(delta):
    y, prediction = example("huber_loss", seed=4)
    step, expected = 1e-6, np.zeros(prediction.shape)
    for place in np.ndindex(prediction.shape):
        moved = np.zeros(prediction.shape)
        moved[place] = step
        up, down = huber_loss(y, prediction + moved, delta), huber_loss(y, prediction - moved, delta)
        expected[place] = (up - down) / (2 * step)
    np.testing.assert_allclose(huber_loss.gradient(y, prediction, delta), expected, rtol=1e-6, atol=1e-9)


# 4. invariants


@pytest.mark.parametrize("name", NAMES)
def test_equal_weights_change_nothing_and_a_weight_of_zero_leaves_a_sample_out(name):
    y, prediction = example(name, seed=5)
    loss = LOSSES[name]
    plain = loss(y, prediction)
    assert loss(y, prediction, sample_weight=np.ones(5)) == pytest.approx(plain, rel=1e-14)
    for weight in (0.1, 7.0):
        same = loss(y, prediction, sample_weight=[weight] * 5, reduction="weighted_mean")
        assert same == pytest.approx(plain, rel=1e-14)
    without = loss(y, prediction, sample_weight=[1, 1, 0, 1, 1], reduction="weighted_mean")
    assert without == pytest.approx(loss(np.delete(y, 2, 0), np.delete(prediction, 2, 0)), rel=1e-14)
    assert (loss.gradient(y, prediction, sample_weight=[1, 1, 0, 1, 1])[2] == 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_the_samples_does_not_matter(name):
    y, prediction = example(name, seed=6)
    order = [3, 0, 4, 2, 1]
    weights = {"sample_weight": WEIGHTS}, {"sample_weight": WEIGHTS[order]}
    first = LOSSES[name](y, prediction, **weights[0])
    assert LOSSES[name](y[order], prediction[order], **weights[1]) == pytest.approx(first, rel=1e-14)
    np.testing.assert_allclose(
        LOSSES[name].gradient(y, prediction, **weights[0])[order],
        LOSSES[name].gradient(y[order], prediction[order], **weights[1]),
        rtol=1e-14,
    )


@pytest.mark.parametrize("name", NAMES)
def test_arguments_are_left_alone(name):
    y, prediction = example(name, seed=7)
    before = y.copy(), prediction.copy()
    LOSSES[name](y, prediction, sample_weight=WEIGHTS)
    LOSSES[name].gradient(y, prediction, sample_weight=WEIGHTS)
    np.testing.assert_array_equal(y, before[0])
    np.testing.assert_array_equal(prediction, before[1])


@pytest.mark.parametrize("name", NAMES)
def test_one_sample_with_one_output_is_enough(name):
    y, prediction = example(name, outer=(1,), last=1)
    value = LOSSES[name](y, prediction)
    assert math.isfinite(value)
    assert type(value) is float
    assert LOSSES[name].gradient(y, prediction).shape == (1, 1)


@given(st.floats(-1e3, 1e3), st.floats(0.01, 100))
def test_the_huber_loss_lies_below_half_the_square_and_below_its_line(error, delta):
    value = huber_loss([0.0], [error], delta)
    assert 0 <= value <= error**2 / 2 + 1e-12
    assert value <= delta * abs(error) + 1e-12
    assert abs(huber_loss.gradient([0.0], [error], delta)[0]) <= delta


def test_a_wide_huber_loss_is_half_the_square_and_a_narrow_one_the_absolute_error():
    y, prediction = example("huber_loss", seed=8)
    assert huber_loss(y, prediction, 100.0) == pytest.approx(mean_squared_error(y, prediction) / 2, rel=1e-14)
    narrow = huber_loss(y, prediction, 1e-9) / 1e-9
    assert narrow == pytest.approx(mean_absolute_error(y, prediction), rel=1e-8)


def test_a_predicted_mean_of_zero_has_a_finite_loss():
    assert poisson_loss([0.0], [0.0]) == 0
    assert poisson_loss([1.0], [0.0]) == pytest.approx(-math.log(1e-7), rel=1e-14)


def test_the_table_holds_every_loss_under_its_own_name():
    assert set(NAMES) == set(REFERENCES)
    for name, loss in LOSSES.items():
        assert isinstance(loss, Loss)
        assert loss.name == loss.__name__ == name
    with pytest.raises(dataclasses.FrozenInstanceError):
        LOSSES["huber_loss"].name = "other"


# bad input


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("part", ["__call__", "gradient"])
def test_bad_weights_and_reductions_are_named(name, part):
    y, prediction = example(name)
    call = getattr(LOSSES[name], part)
    for weights, message in (
        ([1.0, 2.0], "^sample_weight must"),
        (np.ones((5, 1)), "^sample_weight must"),
        ([1, 1, -0.5, 1, 1], "^sample_weight must"),
        ([1, 1, np.nan, 1, 1], "^sample_weight must"),
    ):
        with pytest.raises(ValueError, match=message):
            call(y, prediction, sample_weight=weights)
    with pytest.raises(ValueError, match="sample_weight must not be all zero"):
        call(y, prediction, sample_weight=np.zeros(5), reduction="weighted_mean")
    with pytest.raises(ValueError, match=r"^reduction must"):
        call(y, prediction, reduction="sum")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("part", ["__call__", "gradient"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_predictions_that_are_not_finite_are_named(name, part, value):
    y, prediction = example(name)
    prediction[3, 1] = value
    with pytest.raises(ValueError, match=r"^prediction must"):
        getattr(LOSSES[name], part)(y, prediction)


@pytest.mark.parametrize("name", ["mean_squared_error", "mean_absolute_error", "huber_loss", "poisson_loss"])
@pytest.mark.parametrize("part", ["__call__", "gradient"])
@pytest.mark.parametrize(
    ("y", "prediction", "message"),
    [
        # broadcasting a column against a list would give a table of all differences
        ([1.0, 2.0], [[1.0], [2.0]], "^prediction must"),
        ([1.0, 2.0, 3.0], [1.0, 2.0], "^prediction must"),
        ([1.0, np.nan], [1.0, 2.0], "^y must"),
        ([], [], "^y must"),
        (1.0, 2.0, "^y must"),
    ],
)
def test_bad_numbers_are_named(name, part, y, prediction, message):
    with pytest.raises(ValueError, match=message):
        getattr(LOSSES[name], part)(y, prediction)


@pytest.mark.parametrize("call", [huber_loss, huber_loss.gradient])
@pytest.mark.parametrize("delta", [0.0, -1.0, np.nan, np.inf])
def test_bad_delta_is_named(call, delta):
    with pytest.raises(ValueError, match=r"^delta must"):
        call([1.0], [2.0], delta)


@pytest.mark.parametrize("call", [poisson_loss, poisson_loss.gradient])
def test_negative_counts_and_means_are_named(call):
    with pytest.raises(ValueError, match=r"^y must"):
        call([-1.0], [2.0])
    with pytest.raises(ValueError, match=r"^prediction must"):
        call([1.0], [-2.0])
    with pytest.raises(ValueError, match=r"^epsilon must"):
        call([1.0], [2.0], epsilon=0.0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("part", ["__call__", "gradient"])
def test_what_are_no_real_numbers_is_named(name, part):
    y, prediction = example(name)
    for wrong in (
        prediction * 1j,
        prediction.astype(str),
        [[1.0], [1.0, 2.0]],
        np.ma.masked_less(prediction, 9),
    ):
        with pytest.raises(ValueError, match=r"^prediction must"):
            getattr(LOSSES[name], part)(y, wrong)


def test_a_square_too_large_for_a_number_is_infinite():
    assert mean_squared_error([0.0], [1e200]) == np.inf
    assert huber_loss([0.0], [1e200]) == pytest.approx(1e200, rel=1e-15)


def test_a_loss_of_your_own():
    """One number a row: the sum over its outputs, and the mean over samples."""
    half = Loss("half", lambda y, p: ((p - y) ** 2).sum(axis=1) / 2, lambda y, p: p - y, by_row=True)
    y, prediction = np.zeros((2, 3)), np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 3.0]])
    assert half(y, prediction) == (5 / 2 + 9 / 2) / 2
    np.testing.assert_array_equal(half.gradient(y, prediction), prediction / 2)
    assert half(y, prediction, sample_weight=[3.0, 1.0], reduction="weighted_mean") == (3 * 2.5 + 4.5) / 4
    with pytest.raises(ValueError, match=r"^prediction must"):
        half(y, prediction[:, :2])


@pytest.mark.parametrize("name", NAMES)
def test_a_loss_is_sent_by_its_name(name):
    assert pickle.loads(pickle.dumps(LOSSES[name])) is LOSSES[name]
    assert "Parameters" in LOSSES[name].__doc__
