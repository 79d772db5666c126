import numpy as np
import pytest

from dlbook.text import stateful_batches
from dlbook.training import character_model, epochs_to_reach, fit_model, fit_seeds, sequence_model


def signs(n_samples=70, length=4, seed=0):
    """Sequences of numbers; the class is the sign of the last one."""
    x = np.random.default_rng(seed).normal(size=(n_samples, length, 1))
    return x, (x[:, -1, 0] > 0).astype(int)


def classifier(seed=0):
    return sequence_model("rnn", 4, 2, n_features=1, seed=seed)


PLAN = {"task": "classes", "epochs": 2, "batch_size": 32, "learning_rate": 0.01}


@pytest.fixture(scope="module")
def trained(values):
    """Two starts of one network, and what each of them ended with."""
    return fit_seeds(classifier, [5, 6], signs(), signs(seed=1), measure=values, **PLAN)


# numbers worked out by hand


def test_what_is_counted(trained):
    """70 samples are batches of 32, 32 and 6; weights 4, 16, 4 and 8, 2."""
    for fit, seed in zip(trained, (5, 6), strict=True):
        assert (fit.n_parameters, fit.n_updates, fit.n_epochs, fit.seed) == (34, 6, 2, seed)
        assert sorted(fit.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
        assert all(len(scores) == 2 for scores in fit.history.values())
        assert fit.seconds == sum(fit.epoch_seconds) > 0
        assert not fit.diverged
    assert trained[0].compile_seconds > 0 == trained[1].compile_seconds


def test_epochs_to_reach():
    scores = [0.2, float("nan"), 0.9, 0.7, 0.95]
    assert epochs_to_reach(scores, 0.9) == 3
    assert epochs_to_reach(scores, 0.1) == 1
    assert epochs_to_reach(scores, 0.96) is None
    assert epochs_to_reach([3.0, 2.0, 1.0], 2.0, falling=True) == 2
    assert epochs_to_reach([], 0.5) is None


# parity with Keras itself


def test_equals_a_loop_in_keras(keras, trained, values):
    """Compiling first leaves no trace, and the order of samples is that of the seed."""
    (x, y), (x_held, y_held) = signs(), signs(seed=1)
    model, rng = classifier(5), np.random.default_rng(5)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    for _ in range(2):
        order = rng.permutation(70)
        log = model.fit(x[order], y[order], batch_size=32, shuffle=False, verbose=0).history
    after = model.evaluate(x_held, y_held, verbose=0, return_dict=True)
    for name, value in {"loss": log["loss"][0], "val_loss": after["loss"]}.items():
        assert trained[0].history[name][-1] == pytest.approx(value, rel=1e-4)
    assert trained[0].history["val_accuracy"][-1] == pytest.approx(after["accuracy"], abs=1e-6)
    for ours, theirs in zip(trained[0].measured, values(model), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


# what must always hold


def test_a_later_seed_equals_a_run_of_its_own(trained, values):
    model = classifier(6)
    fit = fit_model(model, signs(), signs(seed=1), seed=6, **PLAN)
    for name, scores in fit.history.items():
        np.testing.assert_allclose(trained[1].history[name], scores, rtol=1e-5, atol=1e-7)
    for ours, theirs in zip(trained[1].measured, values(model), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    assert trained[0].history["loss"] != trained[1].history["loss"]


def test_large_validation_data_are_measured_in_batches():
    """4 * 9000 steps are more than are measured at a time, 4 * 3000 are less; Keras's means must agree."""
    x, y = signs(3000, seed=1)
    three_times = np.tile(x, (3, 1, 1)), np.tile(y, 3)
    plan = PLAN | {"epochs": 1}
    once = fit_model(classifier(), signs(), (x, y), **plan).history
    again = fit_model(classifier(), signs(), three_times, **plan).history
    for name in once:
        assert again[name] == pytest.approx(once[name], rel=1e-4)


def test_what_is_easy_is_learned_and_training_stops_there():
    def good(history):
        return history["val_accuracy"][-1] >= 0.95

    plan = {"task": "classes", "epochs": 40, "learning_rate": 0.02, "stop_when": good}
    fit = fit_model(classifier(), signs(400), signs(200, seed=1), **plan)
    reached = epochs_to_reach(fit.history["val_accuracy"], 0.95)
    assert reached == fit.n_epochs < 40


def test_padding_counts_neither_in_loss_nor_in_accuracy(keras):
    """One step of two is padded in all sequences. Wrong targets there change nothing."""
    x = np.array([[1, 2, 0, 0], [3, 1, 0, 0]] * 4)
    y = np.array([[1, 0, 0, 0], [1, 1, 0, 0]] * 4)
    histories = []
    for padding in (0, 1):
        targets = np.where(x == 0, padding, y)
        options = {"n_tokens": 4, "embedding": 3, "mask_zero": True, "every_step": True, "seed": 0}
        plan = {"task": "classes", "epochs": 2, "batch_size": 4}
        model = sequence_model("gru", 3, 2, **options)
        histories.append(fit_model(model, (x, targets), (x, targets), **plan).history)
    for name in histories[0]:
        np.testing.assert_allclose(histories[0][name], histories[1][name], rtol=1e-6)
    logits = model.predict_on_batch(x)[:, :2]
    right = (logits.argmax(axis=2) == y[:, :2]).mean()
    assert histories[1]["val_accuracy"][-1] == pytest.approx(right, abs=1e-6)
    loss = float(keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y[:, :2], logits))
    assert histories[1]["val_loss"][-1] == pytest.approx(loss, rel=1e-5)


def test_a_stateful_network_is_trained_in_order_with_the_states_it_carries(keras, values):
    ids = np.random.default_rng(0).integers(4, size=49)
    x, y = (part.reshape(-1, 4) for part in stateful_batches(ids, batch_size=2, length=4))
    model = character_model(4, units=3, batch_size=2, seed=0)
    fit = fit_model(model, (x, y), (x, y), task="classes", epochs=1, batch_size=2, learning_rate=1e-9)
    whole = character_model(4, units=3, seed=0)
    streams = [np.concatenate([part[row::2].ravel()[None] for row in range(2)]) for part in (x, y)]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    expected = float(loss(streams[1], whole.predict_on_batch(streams[0])))
    assert fit.history["loss"][0] == pytest.approx(expected, rel=1e-5)
    assert fit.history["val_loss"][0] == pytest.approx(expected, rel=1e-5)
    forgetting = float(loss(y, whole.predict_on_batch(x)))
    assert abs(forgetting - expected) > 1e-4 * expected
    for state in model.layers[1].states:
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(keras.ops.copy(state)), 0)


def test_values_at_the_end_or_at_every_step_and_clipping(values):
    """One step of gradient descent with the gradient clipped to 1e-3 moves the weights by that at most."""
    x = np.random.default_rng(0).normal(size=(8, 3, 2))
    for name, norm in (("clipvalue", np.inf), ("clipnorm", 2), ("global_clipnorm", 2)):
        every_step = name == "clipnorm"
        model = sequence_model("rnn", 3, 1, n_features=2, every_step=every_step, seed=0)
        before = values(model)
        targets = 100 * (x[:, :, 0] if every_step else x[:, -1, 0])
        plan = {"task": "values", "epochs": 1, "learning_rate": 1.0, "optimizer": "SGD", name: 1e-3}
        fit = fit_model(model, (x, targets), metrics=["mean_absolute_error"], **plan)
        assert sorted(fit.history) == ["loss", "mean_absolute_error"]
        moved = [(v - w).ravel() for v, w in zip(values(model), before, strict=True)]
        parts = [np.concatenate(moved)] if name == "global_clipnorm" else moved
        assert max(np.linalg.norm(part, norm) for part in parts) == pytest.approx(1e-3, rel=1e-2)


def test_training_stops_where_the_loss_is_not_finite():
    x = np.full((4, 3, 1), 1e30)
    fit = fit_model(
        sequence_model("irnn", 2, 1, n_features=1, seed=0), (x, 1e30 * np.ones(4)), task="values", epochs=5
    )
    assert fit.diverged
    assert fit.n_epochs == 1


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"task": "tags"}, "task must"),
        ({"epochs": 0}, "epochs must"),
        ({"batch_size": 2.5}, "batch_size must"),
        ({"learning_rate": 0.0}, "learning_rate must"),
        ({"clipnorm": 1, "clipvalue": 1}, "only one of clipvalue, .* may be given, got clipvalue, clipnorm"),
        ({"clipnorm": -1}, "clipnorm must"),
        ({"compiled": True}, "compiled must"),
        ({"seed": -1}, "seed must"),
        ({"optimizer": "steepest"}, "optimizer must"),
        ({"optimizer": None}, "optimizer must"),
        ({"metrics": "accuracy"}, "metrics must"),
        ({"jit_compile": "yes"}, "jit_compile must"),
        ({"data": (np.zeros((3, 4, 1)),)}, "data must"),
        ({"data": (np.zeros((3, 4, 1)), [0, 1])}, r"data\[1\], the targets, must"),
        ({"data": (np.zeros((0, 4, 1)), [])}, r"data\[0\], the inputs, must"),
        ({"data": (np.zeros((2, 4, 2)), [0, 1])}, r"data\[0\], the inputs, must"),
        ({"data": (np.zeros((2, 4)), [0, 1])}, r"data\[0\], the inputs, must"),
        ({"data": (np.full((1, 4, 1), np.nan), [0])}, r"data\[0\], the inputs, must"),
        ({"data": (np.full((1, 4, 1), "text"), [0])}, r"data\[0\], the inputs, must"),
        ({"data": (np.zeros((2, 4, 1)), [0, 2])}, r"data\[1\], the targets, must"),
        ({"data": (np.zeros((2, 4, 1)), [0.0, 0.5])}, r"data\[1\], the targets, must"),
        ({"task": "values"}, r"data\[1\], the targets, must"),
        ({"validation": (np.zeros((1, 4, 1)), [9])}, r"validation\[1\], the targets, must"),
    ],
)
def test_wrong_arguments_are_named(change, name):
    arguments = {"data": signs(), **PLAN} | change
    with pytest.raises(ValueError, match=f"^{name}"):
        fit_model(classifier(), **arguments)


def test_wrong_batches_of_a_stateful_network_are_named():
    model = character_model(4, kind="rnn", units=2, batch_size=2)
    ids = np.zeros((3, 5), int)
    with pytest.raises(ValueError, match="batch_size must be that of the stateful network, 2, got 32"):
        fit_model(model, (ids, ids), task="classes")
    with pytest.raises(ValueError, match="data must have a multiple of 2 samples, got 3"):
        fit_model(model, (ids, ids), task="classes", batch_size=2)


def test_seeds_of_one_network_only():
    for seeds in ([], 3):
        with pytest.raises(ValueError, match=r"^seeds must"):
            fit_seeds(classifier, seeds, signs(), **PLAN)
    with pytest.raises(ValueError, match=r"the first network must have .*\(1, 3\).*, got .*\(1, 2\)"):
        fit_seeds(lambda s: sequence_model("rnn", 2 + s, 2, n_features=1), [0, 1], signs(), **PLAN)
