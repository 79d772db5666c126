import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.feedforward import Perceptron, convergence_bound, margin

INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
AND, OR, XOR = np.array([-1, -1, -1, 1]), np.array([-1, 1, 1, 1]), np.array([-1, 1, 1, -1])


def separable(rng, n_samples, n_features, gap):
    """Samples on both sides of a random hyperplane, none nearer to it than `gap`."""
    weights, bias = rng.normal(size=n_features), 0.3 * rng.normal()
    x = rng.normal(size=(n_samples, n_features))
    y = np.where(x @ weights + bias > 0, 1, -1)
    x += gap * y[:, None] * weights / np.linalg.norm(weights)
    y[:2] = [1, -1]  # both classes occur
    x[:2] = y[:2, None] * (gap + 1 + abs(bias)) * weights / np.linalg.norm(weights) ** 2
    x[:2] -= bias * weights / (weights @ weights)
    return x, y, weights, bias


# 1. numbers worked out by hand


def test_or_is_learned_in_the_nine_corrections_of_the_hand_calculation():
    model = Perceptron().fit(INPUTS, OR)
    steps = [(u.sample, *u.weights, u.bias) for u in model.history]
    assert steps == [
        (0, 0, 0, -1),
        (1, 0, 1, 0),
        (2, 1, 1, 1),
        (0, 1, 1, 0),
        (0, 1, 1, -1),
        (1, 1, 2, 0),
        (0, 1, 2, -1),
        (2, 2, 2, 0),
        (0, 2, 2, -1),
    ]
    assert model.converged
    assert model.n_epochs == 6
    np.testing.assert_array_equal(model.predict(INPUTS), OR)


def test_and_is_learned_in_eighteen_corrections():
    model = Perceptron().fit(INPUTS, AND)
    assert (model.n_updates, model.n_epochs, model.converged) == (18, 9, True)
    assert (*model.weights, model.bias) == (3, 2, -4)
    np.testing.assert_array_equal(model.predict(INPUTS), AND)


def test_xor_goes_round_in_a_circle_of_four_corrections():
    model = Perceptron(max_epochs=25).fit(INPUTS, XOR)
    assert not model.converged
    assert model.n_updates == 100
    circle = [(*u.weights, u.bias) for u in model.history[:4]]
    assert circle == [(0, 0, -1), (0, 1, 0), (1, 1, 1), (0, 0, 0)]
    assert [(*u.weights, u.bias) for u in model.history] == circle * 25


def test_bounds_of_and_and_or_by_hand():
    """R^2 = 3; the widest separators are (2, 2, -3) with gamma^2 = 1/17 and (2, 2, -1) with gamma^2 = 1/9."""
    assert margin(INPUTS, AND, [2, 2], -3) == pytest.approx(17**-0.5, rel=1e-14)
    assert convergence_bound(INPUTS, AND, [2, 2], -3) == pytest.approx(51, rel=1e-14)
    assert convergence_bound(INPUTS, OR, [2, 2], -1) == pytest.approx(27, rel=1e-14)


# 2. parity with scikit-learn


@pytest.mark.parametrize("learning_rate", [1.0, 0.37])
def test_every_step_equals_that_of_scikit_learn(learning_rate):
    from sklearn.linear_model import Perceptron as Reference

    x, y, _, _ = separable(np.random.default_rng(5), n_samples=60, n_features=4, gap=0.02)
    ours = Perceptron(learning_rate).fit(x, y)
    assert ours.converged
    assert ours.n_updates > 20

    reference = Reference(shuffle=False, eta0=learning_rate, tol=None)
    steps, before = [], np.zeros(5)
    for _, i in itertools.product(range(ours.n_epochs), range(len(x))):
        reference.partial_fit(x[i : i + 1], y[i : i + 1], classes=[-1, 1])
        after = np.append(reference.coef_[0], reference.intercept_)
        if not np.array_equal(after, before):
            steps.append((i, after))
        before = after.copy()
    assert [i for i, _ in steps] == [u.sample for u in ours.history]
    ours_steps = np.array([[*u.weights, u.bias] for u in ours.history])
    np.testing.assert_allclose(ours_steps, np.array([s for _, s in steps]), rtol=1e-12, atol=1e-12)


def test_same_weights_and_predictions_as_scikit_learn_without_convergence():
    from sklearn.linear_model import Perceptron as Reference

    rng = np.random.default_rng(11)
    x, y = rng.normal(size=(50, 3)), rng.choice(["no", "yes"], size=50)
    ours = Perceptron(max_epochs=7).fit(x, y)
    reference = Reference(shuffle=False, eta0=1.0, tol=None, max_iter=7).fit(x, y)
    assert not ours.converged
    np.testing.assert_allclose(ours.weights, reference.coef_[0], rtol=1e-12)
    np.testing.assert_allclose(ours.bias, reference.intercept_[0], rtol=1e-12)
    np.testing.assert_allclose(ours.decision_function(x), reference.decision_function(x), rtol=1e-11)
    np.testing.assert_array_equal(ours.predict(x), reference.predict(x))


# 3. the update is a gradient step


def test_a_correction_is_a_step_down_the_slope_of_the_perceptron_loss():
    """The loss max(0, -y (w.x + b)) has the slope -y x and -y where it is positive."""
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(1, 3)), -1.0
    parameters = rng.normal(size=4)
    parameters[3] = 5.0  # certainly wrong

    def loss(p):
        return max(0.0, -y * (x[0] @ p[:3] + p[3]))

    step = 1e-6
    gradient = [(loss(parameters + step * e) - loss(parameters - step * e)) / (2 * step) for e in np.eye(4)]
    np.testing.assert_allclose(gradient, [*(-y * x[0]), -y], atol=1e-8)


# 4. invariants


@given(
    seed=st.integers(0, 2**32 - 1),
    n_samples=st.integers(2, 60),
    n_features=st.integers(1, 8),
    gap=st.floats(0.1, 2.0),
    shuffle=st.booleans(),
)
@settings(deadline=None, max_examples=60)
def test_never_more_corrections_than_the_bound(seed, n_samples, n_features, gap, shuffle):
    rng = np.random.default_rng(seed)
    x, y, weights, bias = separable(rng, n_samples, n_features, gap)
    bound = convergence_bound(x, y, weights, bias)
    model = Perceptron(max_epochs=int(bound) + 2).fit(x, y, rng=rng if shuffle else None)
    assert model.converged
    assert model.n_updates <= bound * (1 + 1e-9)
    np.testing.assert_array_equal(model.predict(x), y)
    assert margin(x, y, model.weights, model.bias) > 0


@given(seed=st.integers(0, 2**32 - 1), learning_rate=st.sampled_from([0.125, 0.5, 4.0]))
@settings(deadline=None, max_examples=30)
def test_the_learning_rate_only_scales_the_weights(seed, learning_rate):
    x, y, _, _ = separable(np.random.default_rng(seed), 20, 3, 0.1)
    one, other = Perceptron().fit(x, y), Perceptron(learning_rate).fit(x, y)
    assert [u.sample for u in one.history] == [u.sample for u in other.history]
    np.testing.assert_array_equal(other.weights, learning_rate * one.weights)
    assert other.bias == learning_rate * one.bias


@given(seed=st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=30)
def test_the_weights_are_the_sum_of_the_mistakes(seed):
    x, y, _, _ = separable(np.random.default_rng(seed), 20, 3, 0.1)
    model = Perceptron().fit(x, y)
    mistakes = [u.sample for u in model.history]
    np.testing.assert_allclose(model.weights, (y[mistakes, None] * x[mistakes]).sum(axis=0), atol=1e-9)
    assert model.bias == y[mistakes].sum()


@given(seed=st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=30)
def test_the_same_as_the_loop_over_single_samples(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(-3, 4, size=(15, 2)), rng.choice([-1, 1], size=15)
    y[:2] = [-1, 1]
    w, b = np.zeros(2), 0.0
    for _, i in itertools.product(range(6), range(15)):
        if y[i] * (x[i] @ w + b) <= 0:
            w, b = w + y[i] * x[i], b + y[i]
    model = Perceptron(max_epochs=6).fit(x, y)
    np.testing.assert_array_equal(model.weights, w)
    assert model.bias == b


def test_any_two_labels_will_do_and_the_larger_is_positive():
    signs = Perceptron().fit(INPUTS, OR)
    for labels in ([0, 1, 1, 1], [False, True, True, True], ["a", "b", "b", "b"], [2.5, 7, 7, 7]):
        model = Perceptron().fit(INPUTS, labels)
        np.testing.assert_array_equal(model.weights, signs.weights)
        np.testing.assert_array_equal(model.predict(INPUTS), labels)


def test_a_point_on_the_line_is_a_mistake_when_learning_and_the_smaller_label_when_predicting():
    model = Perceptron().fit([[-1.0], [1.0]], [0, 1])
    assert model.history[0].sample == 0  # weights of zero: every sample lies on the line
    model.weights, model.bias = np.array([1.0]), 0.0
    np.testing.assert_array_equal(model.predict([[0.0], [1e-9]]), [0, 1])


def test_the_same_point_with_both_labels_never_converges():
    model = Perceptron(max_epochs=9).fit([[1.0, 2.0], [1.0, 2.0]], [0, 1])
    assert not model.converged
    assert model.n_epochs == 9


def test_shuffling_follows_the_generator_and_leaves_the_data_alone():
    x, y, _, _ = separable(np.random.default_rng(8), 30, 3, 0.05)
    x_before, y_before = x.copy(), y.copy()
    first = Perceptron().fit(x, y, rng=np.random.default_rng(1))
    again = Perceptron().fit(x, y, rng=np.random.default_rng(1))
    other = Perceptron().fit(x, y, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(first.weights, again.weights)
    assert [u.sample for u in first.history] != [u.sample for u in other.history]
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(y, y_before)


def test_changing_the_weights_of_a_model_leaves_its_history_alone():
    model = Perceptron().fit(INPUTS, OR)
    model.weights += 10
    np.testing.assert_array_equal(model.history[-1].weights, [2, 2])


def test_fitting_again_starts_anew():
    model = Perceptron().fit(INPUTS, AND).fit(INPUTS, OR)
    assert model.n_updates == 9


# bad input


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([0.0, 1.0], [0, 1], "^x must"),
        ([[0.0], [1.0]], [0, 1, 1], "^y must"),
        ([[0.0], [1.0]], [[0], [1]], "^y must"),
        ([[0.0], [np.nan]], [0, 1], "^x must"),
        ([[np.inf], [1.0]], [0, 1], "^x must"),
        ([[0.0], [1.0]], [0, np.nan], "^y must"),
        ([[0.0], [1.0]], [1, 1], r"exactly two labels, got 1: \[1\]"),
        ([[0.0], [1.0], [2.0]], [0, 1, 2], r"exactly two labels, got 3: \[0, 1, 2\]"),
        (np.zeros((0, 2)), [], "^x must"),
        ([[0.0], ["a"]], [0, 1], "^x must"),
        ([[0.0], [1.0]], [0, [1, 2]], "^y must"),
        ([[0.0], [1.0]], np.ma.masked_array([0, 1], [False, True]), "^y must"),
    ],
)
@pytest.mark.parametrize("call", [lambda x, y: Perceptron().fit(x, y), lambda x, y: margin(x, y, [1.0])])
def test_bad_samples_are_named(call, x, y, message):
    with pytest.raises(ValueError, match=message):
        call(x, y)


@pytest.mark.parametrize("rate", [0, -1.0, np.nan, np.inf])
def test_bad_learning_rate_is_named(rate):
    with pytest.raises(ValueError, match=r"^learning_rate must"):
        Perceptron(rate)


def test_bad_number_of_epochs_is_named():
    with pytest.raises(ValueError, match=r"^max_epochs must"):
        Perceptron(max_epochs=0)


def test_predicting_needs_a_fitted_model_and_the_right_number_of_columns():
    with pytest.raises(ValueError, match="must be fitted first"):
        Perceptron().predict(INPUTS)
    with pytest.raises(ValueError, match=r"^x must"):
        Perceptron().fit(INPUTS, AND).predict([[1, 2, 3]])


@pytest.mark.parametrize(
    ("weights", "bias", "message"),
    [
        ([1, 1, 1], 0, "^weights must"),
        ([1, np.nan], 0, "^weights must"),
        ([0, 0], 0, "must not all be zero"),
    ],
)
@pytest.mark.parametrize("function", [margin, convergence_bound])
def test_bad_separators_are_named(function, weights, bias, message):
    with pytest.raises(ValueError, match=message):
        function(INPUTS, OR, weights, bias)


def test_the_generator_is_no_seed():
    with pytest.raises(ValueError, match=r"^rng must"):
        Perceptron().fit(INPUTS, AND, rng=42)


def test_no_square_overflows():
    assert margin(INPUTS, OR, [2e200, 2e200], -1e200) == pytest.approx(1 / 3, rel=1e-14)
    assert convergence_bound([[1e200], [-1e200]], [1, 0], [1.0]) == pytest.approx(1, rel=1e-14)
    assert convergence_bound(1e200 * np.array(INPUTS), OR, [2, 2], -1e200) == np.inf


def test_a_bound_needs_a_line_that_separates():
    with pytest.raises(ValueError, match=r"must separate the classes, sample 0 has margin 0"):
        convergence_bound(INPUTS, OR, [1, 1], 0)
    assert margin(INPUTS, XOR, [1, 1], -0.5) < 0
