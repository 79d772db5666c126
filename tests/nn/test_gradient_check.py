import numpy as np
import pytest

from dlbook.nn import (
    L1L2,
    ActivationLayer,
    BatchNormalization,
    Dense,
    Dropout,
    Sequential,
    check_gradients,
    check_network,
    numerical_gradient,
)


def network(seed=0):
    rng = np.random.default_rng(seed)
    return Sequential(
        [
            Dense(4, 5, rng=rng, penalty=L1L2(0.02, 0.03)),
            BatchNormalization(5),
            ActivationLayer("tanh"),
            Dropout(0.3),
            Dense(5, 3, rng=rng),
            ActivationLayer("softmax"),
        ]
    )


def test_the_slope_of_a_known_function():
    x = np.array([[0.5, -1.0, 2.0], [1.5, 0.0, -0.3]])
    slope = numerical_gradient(lambda x: float(np.sin(x).sum() + x[0, 0] * x[1, 1]), x)
    expected = np.cos(x)
    expected[0, 0] += x[1, 1]
    expected[1, 1] += x[0, 0]
    np.testing.assert_allclose(slope, expected, rtol=1e-9, atol=1e-10)


def test_a_parabola_is_exact_for_any_step_and_a_cubic_is_off_by_its_square():
    assert numerical_gradient(lambda x: float(x[0] ** 2), [3.0], step=0.5)[0] == 6
    assert numerical_gradient(lambda x: float(x[0] ** 3), [1.0], step=0.5)[0] == pytest.approx(3 + 0.5**2)


def test_a_single_number_and_no_number():
    assert numerical_gradient(lambda x: float(x**2), 3.0).shape == ()
    assert numerical_gradient(lambda x: 0.0, np.zeros((0, 2))).shape == (0, 2)


def test_the_worst_entry_is_named():
    values = {"w": np.arange(6.0).reshape(2, 3), "b": np.array([1.0, 2.0])}
    gradients = {"w": 2 * values["w"], "b": 3 * values["b"] ** 2}
    gradients["w"][1, 2] *= 1.01
    gradients["b"][0] *= 1.001

    def function(v):
        return float((v["w"] ** 2).sum() + (v["b"] ** 3).sum())

    report = check_gradients(function, values, gradients)
    assert (report.name, report.index, report.passed) == ("w", (1, 2), False)
    assert report.analytic == pytest.approx(10.1)
    assert report.numeric == pytest.approx(10, rel=1e-8)
    assert report.error == pytest.approx(0.1 / 10.1, rel=1e-5)
    assert report.n_entries == 8
    with pytest.raises(AssertionError, match=r"8 gradients do not agree, worst is w\[1, 2\]: analytic 10.1"):
        report.raise_if_failed()
    loose = check_gradients(function, values, gradients, tolerance=0.02)
    loose.raise_if_failed()
    assert str(loose).startswith("8 gradients agree, worst is w[1, 2]")


def test_tiny_gradients_are_compared_absolutely_but_not_waved_through():
    tiny = {"x": np.array([1e-6])}
    right = check_gradients(lambda v: float(1e-6 * v["x"][0]), {"x": [1.0]}, tiny)
    assert right.passed
    assert not check_gradients(lambda v: 0.0, {"x": [1.0]}, tiny).passed


def test_a_large_loss_rounds_and_that_is_no_fault():
    """A loss of a million has few digits left for a difference of 2e-5 times the slope."""
    rng = np.random.default_rng(0)
    values = {"x": rng.normal(size=40)}

    def function(v):
        return 1e6 + float(np.sin(v["x"]).sum())

    right = check_gradients(function, values, {"x": np.cos(values["x"])})
    assert right.passed
    wrong = np.cos(values["x"])
    wrong[7] += 0.01
    assert not check_gradients(function, values, {"x": wrong}).passed


def test_what_is_too_small_to_tell_is_counted():
    values, slopes = {"x": np.array([1.0, 2.0, 3.0])}, np.array([1e-3, 1e-11, 0.0])
    report = check_gradients(lambda v: float(slopes @ v["x"]), values, {"x": [1e-3, 0.0, 0.0]})
    assert report.passed  # although the second is wrong
    assert report.n_too_small == 1  # the third has no slope at all
    assert str(report).endswith("(tolerance 1e-06); 1 too small to tell")


def test_not_a_number_is_the_worst_of_errors():
    report = check_gradients(lambda v: float(v["x"].sum()), {"x": [1.0, 2.0]}, {"x": [1.0, np.nan]})
    assert report.index == (1,)
    assert report.error == np.inf


def test_the_kink_of_the_relu_is_reported():
    report = check_gradients(lambda v: float(np.maximum(v["x"], 0).sum()), {"x": [0.0]}, {"x": [0.0]})
    assert report.numeric == pytest.approx(0.5)
    assert not report.passed


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("loss", ["sparse_categorical_cross_entropy", "categorical_cross_entropy"])
def test_every_gradient_of_a_network_with_all_layers(training, loss):
    rng = np.random.default_rng(1)
    model, x, y = network(), rng.normal(size=(7, 4)), rng.integers(0, 3, size=7)
    model.layers[1].mean, model.layers[1].variance = rng.normal(size=5), rng.uniform(0.5, 2, size=5)
    if loss == "categorical_cross_entropy":
        y = np.eye(3)[y]
    before, generator = model.state, np.random.default_rng(5)
    report = check_network(model, x, y, loss=loss, training=training, rng=generator)
    report.raise_if_failed()
    assert report.n_entries == model.n_parameters + x.size
    for old, new in zip(before, model.state, strict=True):
        for name in old:
            np.testing.assert_array_equal(old[name], new[name])
    assert generator.random() == np.random.default_rng(5).random()


def test_a_wrong_layer_is_found_in_a_network():
    class Wrong(Dense):
        def backward(self, grad, cache):
            grad_input, gradients = super().backward(grad, cache)
            gradients["weights"][2, 1] += 0.3
            return grad_input, gradients

    rng = np.random.default_rng(2)
    model = Sequential([Dense(4, 3, rng=rng), Wrong(3, 2, rng=rng)])
    report = check_network(model, rng.normal(size=(5, 4)), rng.normal(size=(5, 2)), loss="mean_squared_error")
    assert (report.name, report.index) == ("1.weights", (2, 1))
    assert not report.passed


def test_values_are_left_alone():
    x = np.array([1.0, 2.0])
    check_gradients(lambda v: float((v["x"] ** 2).sum()), {"x": x}, {"x": 2 * x}).raise_if_failed()
    np.testing.assert_array_equal(x, [1, 2])


@pytest.mark.parametrize(
    ("values", "gradients", "keywords", "message"),
    [
        ({"x": [1.0]}, {"z": [1.0]}, {}, r"gradients must have the names \['x'\], got \['z'\]"),
        ({"x": [1.0]}, {"x": [1.0, 2.0]}, {}, "^gradients must"),
        ({"x": [np.inf]}, {"x": [1.0]}, {}, "^values of 'x' must"),
        ({"x": [1.0]}, {"x": ["a"]}, {}, "^gradients of 'x' must"),
        ([1.0], {"x": [1.0]}, {}, "^values must"),
        ({"x": []}, {"x": []}, {}, "^values must"),
        ({"x": [1.0]}, {"x": [1.0]}, {"step": 0}, "^step must"),
        ({"x": [1.0]}, {"x": [1.0]}, {"tolerance": -1}, "^tolerance must"),
    ],
)
def test_bad_input_is_named(values, gradients, keywords, message):
    with pytest.raises(ValueError, match=message):
        check_gradients(lambda v: float(v["x"].sum()), values, gradients, **keywords)


def test_bad_input_of_a_slope_is_named():
    with pytest.raises(ValueError, match=r"^x must"):
        numerical_gradient(lambda x: 0.0, [np.nan])
    with pytest.raises(ValueError, match=r"^step must"):
        numerical_gradient(lambda x: 0.0, [1.0], step=np.nan)
