import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.feedforward.mlp import multilayer_perceptron
from dlbook.nn import (
    L1L2,
    L2,
    LOSSES,
    SGD,
    ActivationLayer,
    BatchNormalization,
    Dense,
    Dropout,
    EarlyStopping,
    Loss,
    Sequential,
    check_network,
    clip_by_global_norm,
    clip_by_value,
    descend,
)
from dlbook.optimization import Adam

CLASSES = "sparse_categorical_cross_entropy"
HALF_SQUARE = Loss("half_square", lambda y, p: (y - p) ** 2 / 2, lambda y, p: p - y)


class WeightsOnly(SGD):
    """An optimizer of one's own: the biases stay."""

    def step(self, parameters, gradients):
        after = super().step(parameters, gradients)
        return {name: value for name, value in after.items() if name.endswith("weights")}


def lecture_network():
    return Sequential(
        [
            Dense(3, 2, weights=[[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]], bias=[-0.4, 0.2]),
            ActivationLayer("logistic"),
            Dense(2, 1, weights=[[-0.3], [-0.2]], bias=[0.1]),
            ActivationLayer("logistic"),
        ]
    )


def blobs(rng, n_samples=60, n_features=4, n_classes=3):
    """Groups of points around distant centres."""
    y = rng.integers(0, n_classes, size=n_samples)
    return 3 * np.eye(n_classes, n_features)[y] + rng.normal(size=(n_samples, n_features)), y


def accuracy(y, prediction):
    return float((prediction.argmax(axis=1) == y).mean())


def equal_states(a, b):
    return all(np.array_equal(x[name], y[name]) for x, y in zip(a, b, strict=True) for name in x)


# 1. numbers worked out by hand


@pytest.mark.parametrize(
    ("loss", "rate"), [(HALF_SQUARE, 0.9), ("mean_squared_error", 0.45)], ids=["half", "whole"]
)
def test_one_step_of_the_lecture_example(loss, rate):
    """The notes use E = (T - O)^2 / 2. The squared error has twice its slope, so half the rate."""
    model = lecture_network()
    history = model.fit([[1, 0, 1]], [1], loss=loss, optimizer=SGD(rate), batch_size=1, shuffle=False)
    expected = {
        "0.weights": [[0.192, -0.306], [0.4, 0.1], [-0.508, 0.194]],
        "0.bias": [-0.408, 0.194],
        "2.weights": [[-0.261], [-0.138]],
        "2.bias": [0.218],
    }
    assert list(model.parameters) == list(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(model.parameters[name], value, atol=5e-4)
    assert history.n_updates == 1
    assert model.n_parameters == 11


def test_two_steps_of_a_single_weight_by_hand():
    """yhat = w x, x = 2, y = 10, loss (yhat - y)^2, rate 0.1: w goes 1, 4.2, 4.84."""
    model = Sequential([Dense(1, 1, weights=[[1.0]])])
    seen = []
    model.fit(
        [[2.0]],
        [10.0],
        loss="mean_squared_error",
        optimizer=WeightsOnly(0.1),
        epochs=2,
        stop_when=lambda m, h: seen.append(m.parameters["0.weights"].item()),
        batch_size=None,
    )
    np.testing.assert_allclose(seen, [4.2, 4.84], rtol=1e-12)


def test_case_and_epoch_updating_by_hand():
    """y = w x with samples (1, 1) and (2, 0), loss (yhat - y)^2, rate 0.1, w = 0.

    Case: w = 0 + 0.2, then 0.2 - 0.1 * 2 * 2 * 0.4 = 0.04. Epoch: the mean slope is (-2 + 0) / 2, so w = 0.1.
    """

    results = []
    for size in (1, None):
        model = Sequential([Dense(1, 1, weights=[[0.0]])])
        history = model.fit(
            [[1.0], [2.0]],
            [1.0, 0.0],
            loss="mean_squared_error",
            optimizer=WeightsOnly(0.1),
            batch_size=size,
            shuffle=False,
        )
        results.append((model.parameters["0.weights"].item(), history.n_updates))
    assert results[0] == (pytest.approx(0.04, rel=1e-12), 2)
    assert results[1] == (pytest.approx(0.1, rel=1e-12), 1)


# 2. parity with Keras


@pytest.fixture
def double():
    """Keras in double precision, also for losses and penalties."""
    import keras

    before = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")  # once a layer was made, the policy no longer follows floatx
    yield
    keras.config.set_floatx(before[0])
    keras.config.set_dtype_policy(before[1])


def keras_twin(model, inputs):
    """The same network in Keras with the same weights, in double precision."""
    import keras

    layers = [keras.Input((inputs,))]
    names = {"logistic": "sigmoid", "identity": "linear"}
    for layer in model.layers:
        if isinstance(layer, Dense):
            penalty, limit = layer.weight_penalty, layer.limit
            twin = keras.layers.Dense(
                layer.n_units,
                kernel_regularizer=keras.regularizers.L1L2(penalty.l1, penalty.l2) if penalty else None,
                kernel_constraint=keras.constraints.MaxNorm(limit, axis=0) if limit else None,
            )
        elif isinstance(layer, BatchNormalization):
            twin = keras.layers.BatchNormalization(momentum=layer.momentum, epsilon=layer.epsilon)
        else:
            twin = keras.layers.Activation(names.get(layer.activation.name, layer.activation.name))
        twin.trainable = layer.trainable
        layers.append(twin)
    reference = keras.Sequential(layers)
    reference.set_weights(ordered(model))
    return reference


def ordered(model):
    """The arrays of a network in the order of Keras: weights, bias; gamma, beta, mean, variance."""
    order = ("weights", "bias", "gamma", "beta", "mean", "variance")
    return [state[name] for state in model.state for name in order if name in state]


def tolerance(model):
    """Keras adds 1e-7 to the norms when it shortens weights."""
    return 1e-6 if any(getattr(layer, "limit", None) for layer in model.layers) else 1e-10


CASES = {
    "softmax": lambda rng: [
        Dense(4, 5, rng=rng),
        ActivationLayer("tanh"),
        Dense(5, 3, rng=rng),
        ActivationLayer("softmax"),
    ],
    "relu and batch normalization": lambda rng: [
        Dense(4, 6, rng=rng),
        BatchNormalization(6, momentum=0.8),
        ActivationLayer("relu"),
        Dense(6, 3, rng=rng),
        ActivationLayer("softmax"),
    ],
    "penalties and max-norm": lambda rng: [
        Dense(4, 5, rng=rng, penalty=L1L2(1 / 64, 1 / 32), limit=0.9),
        ActivationLayer("logistic"),
        Dense(5, 3, rng=rng, penalty=L2(1 / 16)),
        ActivationLayer("softmax"),
    ],
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("frozen", [False, True], ids=["all trained", "first layer frozen"])
def test_five_training_steps_equal_those_of_keras(case, frozen, double):
    import keras

    rng = np.random.default_rng(1)
    model = Sequential(CASES[case](rng))
    model.layers[0].trainable = not frozen
    reference = keras_twin(model, 4)
    reference.compile(keras.optimizers.SGD(0.25), keras.losses.SparseCategoricalCrossentropy(dtype="float64"))
    x, y = rng.normal(size=(7, 4)), rng.integers(0, 3, size=7)
    np.testing.assert_allclose(model.predict(x), reference(x).numpy(), rtol=1e-9, atol=1e-12)
    losses = []
    for _ in range(5):
        expected = reference.train_on_batch(x, y)
        history = model.fit(x, y, loss=CLASSES, optimizer=SGD(0.25), batch_size=None)
        losses.append((history.loss[0], float(expected)))
        for own, other in zip(ordered(model), reference.get_weights(), strict=True):
            np.testing.assert_allclose(own, other, rtol=tolerance(model), atol=tolerance(model))
    ours, theirs = np.array(losses).T
    np.testing.assert_allclose(ours, theirs, rtol=tolerance(model))
    np.testing.assert_allclose(
        model.predict(x), reference(x).numpy(), rtol=tolerance(model), atol=tolerance(model)
    )


@pytest.mark.parametrize("case", CASES)
def test_gradients_of_parameters_and_inputs_equal_those_of_tensorflow(case, double):
    import tensorflow as tf

    rng = np.random.default_rng(2)
    model = Sequential(CASES[case](rng))
    reference = keras_twin(model, 4)
    x, y = rng.normal(size=(6, 4)), np.eye(3)[rng.integers(0, 3, size=6)]
    inputs = tf.Variable(x)
    with tf.GradientTape() as tape:
        p = reference(inputs, training=True)
        value = tf.reduce_mean(-tf.reduce_sum(y * tf.math.log(p), axis=1))
        value += sum(reference.losses)
    expected = tape.gradient(value, [inputs, *(v.value for v in reference.trainable_variables)])
    value_of_ours, grad_input, gradients = model.loss_and_gradients(
        x, y, loss="categorical_cross_entropy", training=True
    )
    assert value_of_ours == pytest.approx(float(value), rel=1e-12)
    order = [key for i in range(len(model.layers)) for key in gradients if key.startswith(f"{i}.")]
    order.sort(key=lambda key: (int(key.split(".")[0]), key.split(".")[1] in ("bias", "beta")))
    for own, other in zip([grad_input, *(gradients[key] for key in order)], expected, strict=True):
        np.testing.assert_allclose(own, other.numpy(), rtol=1e-9, atol=1e-12)


def test_epochs_of_batches_in_order_equal_those_of_keras(double):
    """23 samples in batches of 5: the last batch is short. History and validation loss included."""
    import keras

    rng = np.random.default_rng(3)
    model = Sequential(CASES["penalties and max-norm"](rng))
    reference = keras_twin(model, 4)
    reference.compile(
        keras.optimizers.SGD(0.125), keras.losses.SparseCategoricalCrossentropy(dtype="float64")
    )
    x, y = blobs(rng, 23)
    held_out = blobs(rng, 11)
    expected = reference.fit(
        x, y, batch_size=5, epochs=3, shuffle=False, verbose=0, validation_data=held_out
    ).history
    history = model.fit(
        x,
        y,
        loss=CLASSES,
        optimizer=SGD(0.125),
        batch_size=5,
        epochs=3,
        shuffle=False,
        validation=held_out,
        metrics={"accuracy": accuracy},
    )
    np.testing.assert_allclose(history.loss, expected["loss"], rtol=tolerance(model))
    np.testing.assert_allclose(history.validation_loss, expected["val_loss"], rtol=tolerance(model))
    for own, other in zip(ordered(model), reference.get_weights(), strict=True):
        np.testing.assert_allclose(own, other, rtol=tolerance(model), atol=tolerance(model))
    assert history.n_updates == 15
    assert history.metrics["accuracy"][-1] == accuracy(y, model.predict(x))
    assert history.validation_metrics["accuracy"][-1] == accuracy(held_out[1], model.predict(held_out[0]))


def test_dropout_in_a_network_with_a_fixed_mask_equals_a_library():
    import tensorflow as tf

    rng = np.random.default_rng(4)
    model = Sequential([Dense(4, 6, rng=rng), Dropout(0.4), Dense(6, 2, rng=rng)])
    x, y = rng.normal(size=(5, 4)), rng.normal(size=(5, 2))
    _, caches = model.forward(x, training=True, rng=np.random.default_rng(9))
    w1, b1, w2, b2 = variables = [tf.Variable(v) for v in model.parameters.values()]
    with tf.GradientTape() as tape:
        value = tf.reduce_mean((((x @ w1 + b1) * caches[1]) @ w2 + b2 - y) ** 2)
    ours, _, gradients = model.loss_and_gradients(
        x, y, loss="mean_squared_error", training=True, rng=np.random.default_rng(9)
    )
    assert ours == pytest.approx(float(value), rel=1e-12)
    for own, other in zip(
        (gradients[name] for name in model.parameters), tape.gradient(value, variables), strict=True
    ):
        np.testing.assert_allclose(own, other.numpy(), rtol=1e-10, atol=1e-14)


# 3. central differences


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("training", [False, True])
def test_gradients(case, training):
    rng = np.random.default_rng(5)
    model = Sequential(CASES[case](rng))
    report = check_network(
        model, rng.normal(size=(6, 4)), rng.integers(0, 3, size=6), loss=CLASSES, training=training
    )
    report.raise_if_failed()
    assert report.n_entries == model.n_parameters + 24


@pytest.mark.parametrize("loss", [name for name in LOSSES if "categorical" not in name])
def test_gradients_with_every_other_loss(loss):
    rng = np.random.default_rng(6)
    output = "identity" if "logits" in loss else "softmax" if loss == "kl_divergence" else "logistic"
    model = multilayer_perceptron([3, 4, 2], rng=rng, activation="tanh", output=output)
    y = rng.dirichlet(np.ones(2), size=5)
    check_network(model, rng.normal(size=(5, 3)), y, loss=loss).raise_if_failed()


# 4. invariants


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 9))
@settings(deadline=None, max_examples=20)
def test_samples_are_treated_apart_and_their_gradients_average(seed, n):
    rng = np.random.default_rng(seed)
    model = multilayer_perceptron([3, 5, 2], rng=rng, activation="tanh")
    x, y = rng.normal(size=(n, 3)), rng.integers(0, 2, size=n)
    rows = np.vstack([model.predict(row[None]) for row in x])
    np.testing.assert_allclose(model.predict(x), rows, rtol=1e-10)
    _, _, together = model.loss_and_gradients(x, y, loss=CLASSES)
    apart = [model.loss_and_gradients(x[[i]], y[[i]], loss=CLASSES)[2] for i in range(n)]
    for name, gradient in together.items():
        mean = np.mean([single[name] for single in apart], axis=0)
        np.testing.assert_allclose(gradient, mean, rtol=1e-9, atol=1e-12)


def test_predicting_in_groups_equals_one_pass():
    rng = np.random.default_rng(23)
    model = multilayer_perceptron([3, 5, 2], rng=rng, batch_normalization=True)
    for n in (0, 1, 511, 512, 513, 1100):
        x = rng.normal(size=(n, 3))
        np.testing.assert_allclose(model.predict(x), model.forward(x)[0], rtol=1e-12)


def test_renumbering_the_hidden_units_changes_nothing():
    rng = np.random.default_rng(7)
    model, order = multilayer_perceptron([3, 5, 2], rng=rng), rng.permutation(5)
    x = rng.normal(size=(4, 3))
    before = model.predict(x)
    p = model.parameters
    model.parameters = {
        "0.weights": p["0.weights"][:, order],
        "0.bias": p["0.bias"][order],
        "2.weights": p["2.weights"][order],
    }
    np.testing.assert_allclose(model.predict(x), before, rtol=1e-12)


def test_epoch_updating_does_not_depend_on_the_order_and_case_updating_does():
    rng = np.random.default_rng(8)
    x, y = blobs(rng, 12)
    turned = x[::-1], y[::-1]
    for size, same in ((None, True), (1, False)):
        results = []
        for data in ((x, y), turned):
            model = multilayer_perceptron([4, 5, 3], rng=np.random.default_rng(1))
            model.fit(*data, loss=CLASSES, batch_size=size, epochs=3, shuffle=False)
            results.append(model.predict(x))
        assert np.allclose(*results, rtol=1e-10) == same


def test_full_batch_descent_with_a_small_rate_never_raises_the_loss():
    rng = np.random.default_rng(9)
    x, y = blobs(rng)
    model = multilayer_perceptron([4, 6, 3], rng=rng, activation="tanh")
    history = model.fit(x, y, loss=CLASSES, optimizer=SGD(0.05), batch_size=None, epochs=200)
    assert np.diff(history.loss).max() <= 1e-12
    assert history.loss[-1] < history.loss[0] / 2


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_separable_groups_are_learned_with_everything_switched_on(seed):
    rng = np.random.default_rng(seed)
    x, y = blobs(rng, 150)
    test = blobs(rng, 300)
    model = multilayer_perceptron(
        [4, 16, 3], rng=rng, penalty=L2(1e-4), limit=3.0, dropout=0.2, batch_normalization=True
    )
    model.fit(x, y, loss=CLASSES, optimizer=SGD(0.1), epochs=30, rng=rng)
    assert accuracy(test[1], model.predict(test[0])) > 0.9


def test_the_generator_decides_and_data_are_left_alone():
    x, y = blobs(np.random.default_rng(10))
    before = x.copy(), y.copy()
    states = []
    for seed in (1, 1, 2):
        model = multilayer_perceptron([4, 5, 3], rng=np.random.default_rng(0), dropout=0.3)
        model.fit(x, y, loss=CLASSES, epochs=2, rng=np.random.default_rng(seed))
        states.append(model.state)
    assert equal_states(states[0], states[1])
    assert not equal_states(states[0], states[2])
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(y, before[1])


def test_training_goes_on_where_it_stopped():
    x, y = blobs(np.random.default_rng(11))
    at_once, in_two = (multilayer_perceptron([4, 5, 3], rng=np.random.default_rng(0)) for _ in range(2))
    at_once.fit(x, y, loss=CLASSES, epochs=4, rng=np.random.default_rng(1))
    rng = np.random.default_rng(1)
    for _ in range(2):
        in_two.fit(x, y, loss=CLASSES, epochs=2, rng=rng)
    assert equal_states(at_once.state, in_two.state)


def test_frozen_layers_stay_and_do_not_count():
    x, y = blobs(np.random.default_rng(12))
    model = multilayer_perceptron(
        [4, 5, 3], rng=np.random.default_rng(0), limit=0.1, batch_normalization=True
    )
    for layer in model.layers[:2]:
        layer.trainable = False
    before = model.state
    model.fit(x, y, loss=CLASSES, epochs=2, rng=np.random.default_rng(1))
    assert equal_states(before[:2], model.state[:2])
    assert not equal_states(before[2:], model.state[2:])
    assert model.n_parameters == 5 * 3 + 3


def test_a_state_brings_the_network_back():
    x, y = blobs(np.random.default_rng(13))
    model = multilayer_perceptron([4, 5, 3], rng=np.random.default_rng(0), batch_normalization=True)
    start, output = model.state, model.predict(x)
    model.fit(x, y, loss=CLASSES, rng=np.random.default_rng(1))
    assert np.abs(model.predict(x) - output).max() > 1e-3
    model.state = start
    np.testing.assert_array_equal(model.predict(x), output)


# the training loop


def test_the_rate_may_depend_on_the_step():
    """60 samples in batches of 30: two steps an epoch."""
    x, y = blobs(np.random.default_rng(14))
    model = multilayer_perceptron([4, 5, 3], rng=np.random.default_rng(0))
    schedule = SGD(lambda n_steps: 1 / (1 + n_steps))
    history = model.fit(x, y, loss=CLASSES, optimizer=schedule, epochs=3, batch_size=30, shuffle=False)
    assert history.learning_rate == [1, 1 / 3, 1 / 5]


def test_training_ends_when_the_changes_are_small_or_few_are_wrong():
    x, y = blobs(np.random.default_rng(15))
    model = multilayer_perceptron([4, 5, 3], rng=np.random.default_rng(0))
    arguments = {"loss": CLASSES, "optimizer": SGD(0.5), "batch_size": None, "epochs": 3000}
    history = model.fit(
        x,
        y,
        metrics={"accuracy": accuracy},
        stop_when=lambda m, h: h.metrics["accuracy"][-1] > 0.9,
        **arguments,
    )
    assert history.stopped_by == "stop_when"
    assert history.metrics["accuracy"][-1] > 0.9
    assert max(history.metrics["accuracy"][:-1], default=0) <= 0.9
    history = model.fit(x, y, stop_when=lambda m, h: h.largest_change[-1] < 0.01, **arguments)
    assert history.stopped_by == "stop_when"
    assert history.largest_change[-1] < 0.01 <= min(history.largest_change[:-1])
    assert history.n_epochs == len(history.largest_change) < 3000


def test_the_largest_change_is_that_of_the_parameters():
    x, y = blobs(np.random.default_rng(16))
    model = multilayer_perceptron([4, 5, 3], rng=np.random.default_rng(0))
    before = model.parameters
    history = model.fit(x, y, loss=CLASSES, rng=np.random.default_rng(1))
    changes = [np.abs(value - before[name]).max() for name, value in model.parameters.items()]
    assert history.largest_change == [max(changes)]


@pytest.mark.parametrize("restore", [True, False])
def test_early_stopping_returns_to_the_best_epoch(restore):
    rng = np.random.default_rng(17)
    x, y = rng.normal(size=(20, 4)), rng.integers(0, 3, size=20)  # nothing to learn but the noise
    held_out = rng.normal(size=(30, 4)), rng.integers(0, 3, size=30)
    model = multilayer_perceptron([4, 30, 3], rng=rng, batch_normalization=True)
    states = []
    stopping = EarlyStopping(patience=4, restore_best=restore)
    history = model.fit(
        x,
        y,
        loss=CLASSES,
        optimizer=SGD(0.3),
        epochs=200,
        rng=rng,
        validation=held_out,
        early_stopping=stopping,
        stop_when=lambda m, h: states.append(m.state),
    )
    assert history.stopped_by == "early_stopping"
    assert history.n_epochs == history.best_epoch + 4
    assert history.validation_loss[history.best_epoch - 1] == min(history.validation_loss) == stopping.best
    again = model.evaluate(*held_out, loss=CLASSES)
    expected = min(history.validation_loss) if restore else history.validation_loss[-1]
    assert again == pytest.approx(expected, rel=1e-12)
    if restore:
        assert equal_states(model.state, states[history.best_epoch - 1])


@pytest.mark.parametrize("clip", [clip_by_value, clip_by_global_norm])
def test_clipping_keeps_steps_short(clip):
    x, y = blobs(np.random.default_rng(18))
    model = multilayer_perceptron([4, 5, 3], rng=np.random.default_rng(0))
    history = model.fit(x, y, loss=CLASSES, optimizer=SGD(1.0), batch_size=None, clip=lambda g: clip(g, 0.01))
    assert 0 < history.largest_change[0] <= 0.01 * (1 + 1e-9)


def test_another_optimizer():
    """Momentum in a few lines, and Adam: parity with Keras's is that of their own chapter."""

    class Momentum(SGD):
        def __init__(self, learning_rate):
            super().__init__(learning_rate)
            self.velocity = {}

        def _change(self, name, gradient, rate):
            self.velocity[name] = 0.9 * self.velocity.get(name, 0.0) + rate * gradient
            return self.velocity[name]

    x, y = blobs(np.random.default_rng(19))
    losses = []
    for optimizer in (SGD(0.02), Momentum(0.02), Adam(0.1)):
        model = multilayer_perceptron([4, 5, 3], rng=np.random.default_rng(0))
        losses.append(model.fit(x, y, loss=CLASSES, optimizer=optimizer, batch_size=None, epochs=60).loss[-1])
    assert losses[1] < losses[0]
    assert losses[2] < losses[0]


def test_targets_without_a_second_axis_fit_a_single_output():
    rng = np.random.default_rng(20)
    x, y = rng.normal(size=(8, 2)), rng.normal(size=8)
    flat, column = (
        multilayer_perceptron([2, 3, 1], rng=np.random.default_rng(0), output="identity") for _ in "ab"
    )
    flat.fit(x, y, loss="mean_squared_error", batch_size=None, epochs=3)
    column.fit(x, y[:, None], loss="mean_squared_error", batch_size=None, epochs=3)
    assert equal_states(flat.state, column.state)


# divergence


def test_divergence_names_the_epoch_and_gives_the_last_good_state_back():
    rng = np.random.default_rng(21)
    x, y = 100 * rng.normal(size=(20, 3)), rng.normal(size=20)
    model = multilayer_perceptron([3, 8, 1], rng=rng, output="identity")
    with pytest.raises(FloatingPointError, match=r"diverges: in epoch \d+ .* no longer finite") as error:
        model.fit(x, y, loss="mean_squared_error", optimizer=SGD(10.0), epochs=50, batch_size=None)
    assert "Try a learning_rate below 10, inputs scaled to mean 0" in str(error.value)
    for value in model.parameters.values():
        assert np.isfinite(value).all()


class Exploding(SGD):
    """An optimizer that leaves infinite weights behind."""

    def step(self, parameters, gradients):
        return {name: np.full_like(value, np.inf) for name, value in parameters.items()}


def test_infinite_weights_behind_a_bounded_activation_are_divergence_too():
    layer = Dense(1, 1, weights=[[1.0]], penalty=L1L2(0.1, 0.1))
    model = Sequential([layer, ActivationLayer("logistic")])
    with pytest.raises(FloatingPointError, match="in epoch 1 the loss is no longer finite"):
        model.fit(
            [[1.0], [2.0]], [1.0, 0.0], loss=HALF_SQUARE, optimizer=Exploding(), batch_size=1, shuffle=False
        )
    assert layer.parameters["weights"] == 1.0


def test_layers_refuse_by_themselves_what_a_network_looks_at_in_the_end():
    layer = Dense(1, 1, weights=[[1e200]])
    with np.errstate(over="ignore"):
        output, _ = Sequential([layer, Dense(1, 1, weights=[[1e200]]), ActivationLayer("relu")]).forward(
            [[1.0]]
        )
    assert np.isinf(output).all()
    with pytest.raises(ValueError, match=r"^x must be finite"):
        layer.forward(output)


def test_a_cache_of_another_network_is_named():
    model = Sequential([Dense(1, 1, weights=[[1.0]])])
    _, cache = model.forward([[1.0]])
    for other in (None, cache * 2, np.array(cache)):
        with pytest.raises(ValueError, match=r"^cache must"):
            model.backward([[1.0]], other)


@pytest.mark.parametrize("batches", [3, "ab", [[np.ones((1, 1))]], np.ones((2, 1))])
def test_batches_must_be_tuples(batches):
    with pytest.raises(ValueError, match=r"^batches must"):
        descend(Sequential([Dense(1, 1, weights=[[1.0]])]), batches, SGD())


def test_the_number_of_epochs_may_be_of_any_size():
    model = Sequential([Dense(1, 1, weights=[[1.0]])])
    history = model.fit([[1.0]], [1.0], loss=HALF_SQUARE, epochs=np.uint8(255), batch_size=None)
    assert history.n_epochs == 255


def test_a_network_that_has_exploded_says_so():
    model = Sequential([Dense(1, 1, weights=[[1e200]])])
    with pytest.raises(FloatingPointError, match="the loss is no longer finite"), np.errstate(over="ignore"):
        model.loss_and_gradients([[1e50]], [0.0], loss=HALF_SQUARE)


# bad input


def test_layers_must_fit_together():
    def dense(a, b):
        return Dense(a, b, weights=np.ones((a, b)))

    shared = dense(2, 2)
    with pytest.raises(ValueError, match=r"^layers must"):
        Sequential([])
    with pytest.raises(ValueError, match="layers must be layers, got str at place 1"):
        Sequential([dense(2, 3), "relu"])
    with pytest.raises(ValueError, match="must be different objects, got the same at place 1"):
        Sequential([shared, shared])
    with pytest.raises(ValueError, match="layer 2 takes 5 columns, got 3 from before"):
        Sequential([dense(2, 3), ActivationLayer("relu"), dense(5, 1)])


def good(**changes):
    rng = np.random.default_rng(22)
    x, y = blobs(rng, 10)
    return {"x": x, "y": y, "loss": CLASSES, "rng": rng, **changes}


X, Y = good()["x"], good()["y"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x": X[:, :3]}, "^x must"),
        ({"x": X[0]}, "^x must"),
        ({"x": X[:0], "y": Y[:0]}, "^x must"),
        ({"x": np.where(np.isin(X, X[3, 1]), np.nan, X)}, "^x must"),
        ({"y": Y[:7]}, "^y must"),
        ({"y": np.full(10, np.nan)}, "^y must"),
        ({"y": Y + 1}, "^y must"),
        ({"y": Y - 1}, "^y must"),
        ({"y": Y + 0.5}, "^y must"),
        ({"y": np.eye(3)[Y]}, "one class index a sample, got shape .* one-hot rows belong"),
        ({"loss": "categorical_cross_entropy"}, r"y must have the shape \(10, 3\).*class indices belong"),
        ({"loss": "mse"}, "^loss must"),
        ({"optimizer": SGD(lambda n_steps: 0.0)}, "^learning_rate must"),
        ({"optimizer": "adam"}, "^optimizer must"),
        ({"batch_size": 0}, "^batch_size must"),
        ({"epochs": 0}, "^epochs must"),
        ({"rng": None, "batch_size": 4}, "^rng must"),
        ({"early_stopping": EarlyStopping()}, "validation must be given for early_stopping, got None"),
        ({"validation": (X[:, :2], Y)}, "^validation x must"),
        ({"validation": (X, Y[:3])}, "^validation y must"),
    ],
)
def test_bad_input_of_fit_is_named_and_the_network_left_alone(changes, message):
    model = multilayer_perceptron([4, 5, 3], rng=np.random.default_rng(0))
    before = model.state
    arguments = good(**changes)
    with pytest.raises(ValueError, match=message):
        model.fit(arguments.pop("x"), arguments.pop("y"), **arguments)
    assert equal_states(before, model.state)


def test_bad_parameters_and_states_are_named():
    model = multilayer_perceptron([4, 5, 3], rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"parameters must be named 0.weights, .*, got '1.weights'"):
        model.parameters = {"1.weights": np.ones((4, 5))}
    with pytest.raises(ValueError, match=r"must have shape \(4, 5\) for '0.weights', got \(5, 4\)"):
        model.parameters = {"0.weights": np.ones((5, 4))}
    with pytest.raises(ValueError, match="state must have the names and shapes"):
        model.state = multilayer_perceptron([4, 6, 3], rng=np.random.default_rng(0)).state


def test_dropout_needs_a_generator_in_training_even_without_shuffling():
    model = multilayer_perceptron([4, 5, 3], rng=np.random.default_rng(0), dropout=0.5)
    with pytest.raises(ValueError, match=r"^rng must"):
        model.fit(X, Y, loss=CLASSES, shuffle=False)
