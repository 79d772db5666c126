"""Gradient flow: by hand, against autodiff and central differences, and the bound for any network."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.nn import ACTIVATIONS
from dlbook.sequences.gradient_flow import flow_bound, flow_norms, jacobian_products
from dlbook.sequences.gru import GRU
from dlbook.sequences.jacobians import (
    LARGEST_SLOPES,
    layer_jacobians,
    numerical_jacobian,
    simple_rnn_jacobians,
    unroll_jacobians,
)
from dlbook.sequences.lstm import LSTM
from dlbook.sequences.rnn import SimpleRNN
from dlbook.sequences.spectrum import spectral_norm, spectral_radius, with_spectral_radius

NAMES = sorted(LARGEST_SLOPES)


def network(rng, features=2, units=4, scale=1.0):
    """Draw the weights of a simple recurrent network."""
    kernel = rng.normal(size=(features, units))
    recurrent = scale * rng.normal(size=(units, units)) / np.sqrt(units)
    return {"kernel": kernel, "recurrent_kernel": recurrent, "bias": rng.normal(size=units)}


def run(x, weights, state, activation):
    """The network, step by step, for one sequence."""
    for now in x:
        a = now @ weights["kernel"] + state @ weights["recurrent_kernel"] + weights["bias"]
        state = ACTIVATIONS[activation](a)
    return state


# 1. by hand


def test_the_amplifier_of_the_lecture():
    """A weight of 2, four copies of the network: the input comes out 2^4 = 16 times as large."""
    jacobians = simple_rnn_jacobians(np.zeros((1, 4, 1)), [[1.0]], [[2.0]], [0.0], activation="identity")
    np.testing.assert_array_equal(flow_norms(jacobians), [[1, 2, 4, 8, 16]])
    np.testing.assert_array_equal(jacobian_products(jacobians)[0].ravel(), [16, 8, 4, 2, 1])
    np.testing.assert_array_equal(flow_bound([[2.0]], 4, activation="identity"), [1, 2, 4, 8, 16])


def test_two_units_by_hand():
    """tanh with a = (0, 0) at step 1: the Jacobian is the transpose of W. At step 2 a = (0, 1)."""
    w = np.array([[1.0, 2.0], [3.0, 4.0]])
    x = np.array([[[0.0, 0.0], [0.0, 1.0]]])
    jacobians = simple_rnn_jacobians(x, np.eye(2), w, np.zeros(2))
    np.testing.assert_array_equal(jacobians[0, 0], [[1, 3], [2, 4]])
    slope = 1 - np.tanh(1.0) ** 2  # 0.41997
    np.testing.assert_allclose(jacobians[0, 1], [[1, 3], [2 * slope, 4 * slope]], rtol=1e-14)
    products = jacobian_products(jacobians)[0]
    np.testing.assert_allclose(products[0], [[7, 15], [10 * slope, 22 * slope]], rtol=1e-14)  # J2 J1
    np.testing.assert_array_equal(products[2], np.eye(2))
    # a gradient that arrives as a row at the end goes back through both
    norms = flow_norms(jacobians, gradient=[[1.0, 0.0]])
    np.testing.assert_allclose(norms, [[1, np.hypot(1, 3), np.hypot(7, 15)]], rtol=1e-14)


def test_radius_and_norm_by_hand():
    """[[0, 4], [1, 0]] turns and stretches: eigenvalues 2 and -2, singular values 4 and 1."""
    matrix = [[0.0, 4.0], [1.0, 0.0]]
    assert spectral_radius(matrix) == pytest.approx(2, rel=1e-14)
    assert spectral_norm(matrix) == pytest.approx(4, rel=1e-14)
    np.testing.assert_allclose(with_spectral_radius(matrix, 0.5), [[0, 1], [0.25, 0]], rtol=1e-14)


def test_a_radius_of_zero_may_grow_before_it_vanishes():
    shift = np.diag([5.0, 5.0], k=1)
    jacobians = np.broadcast_to(shift.T, (4, 3, 3))
    np.testing.assert_allclose(flow_norms(jacobians), [1, 5, 25, 0, 0], rtol=1e-14)
    assert spectral_radius(shift) == 0
    np.testing.assert_allclose(flow_bound(shift, 4), [1, 5, 25, 125, 625], rtol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_the_largest_slopes(name):
    z = np.linspace(-6, 6, 1201)
    slopes = ACTIVATIONS[name].derivative(z)
    assert slopes.max() == pytest.approx(LARGEST_SLOPES[name], rel=1e-12)


# 2. parity


def test_jacobians_equal_those_of_automatic_differentiation():
    tf = pytest.importorskip("tensorflow")
    rng = np.random.default_rng(0)
    x, state = rng.normal(size=(3, 5, 2)), rng.normal(size=(3, 4))
    weights = network(rng)
    u, w, b = (tf.constant(weights[name]) for name in ("kernel", "recurrent_kernel", "bias"))
    for name, function in (("tanh", tf.tanh), ("logistic", tf.sigmoid), ("relu", tf.nn.relu)):
        ours = simple_rnn_jacobians(x, **weights, activation=name, initial_state=state)
        with tf.GradientTape(persistent=True) as tape:
            states = [tf.constant(state)]
            tape.watch(states[0])
            for t in range(5):
                states.append(function(x[:, t] @ u + states[-1] @ w + b))
        for t in range(5):
            single = tape.batch_jacobian(states[t + 1], states[t], experimental_use_pfor=False).numpy()
            np.testing.assert_allclose(ours[:, t], single, rtol=1e-10, atol=1e-14)
        for k in range(5):
            product = tape.batch_jacobian(states[5], states[k], experimental_use_pfor=False).numpy()
            np.testing.assert_allclose(jacobian_products(ours)[:, k], product, rtol=1e-10, atol=1e-14)


def test_radius_agrees_with_powers_of_the_matrix():
    """Gelfand: the n-th root of the norm of the n-th power tends to the radius."""
    matrix = np.random.default_rng(1).normal(size=(5, 5))
    scaled = matrix / spectral_norm(matrix)
    power = np.linalg.matrix_power(scaled, 400)
    root = np.exp(np.log(np.linalg.norm(power, 2)) / 400) * spectral_norm(matrix)
    assert spectral_radius(matrix) == pytest.approx(root, rel=0.02)


# 3. central differences


@pytest.mark.parametrize("activation", NAMES)
def test_the_product_is_the_slope_of_the_whole_run(activation):
    """Change the initial state a little and see what becomes of it after all steps."""
    rng = np.random.default_rng(2)
    x, state, weights = rng.normal(size=(6, 2)), rng.normal(size=4), network(rng)
    products = jacobian_products(
        simple_rnn_jacobians(x[None], **weights, activation=activation, initial_state=state[None])
    )
    whole = numerical_jacobian(lambda s: run(x, weights, s, activation), state)
    np.testing.assert_allclose(products[0, 0], whole, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("activation", NAMES)
def test_exact_and_numerical_jacobians_of_single_steps(activation):
    rng = np.random.default_rng(3)
    x, state, weights = rng.normal(size=(5, 2)), rng.normal(size=4), network(rng)

    def step(now, before):
        return run(now[None], weights, before, activation)

    exact = simple_rnn_jacobians(x[None], **weights, activation=activation, initial_state=state[None])[0]
    np.testing.assert_allclose(unroll_jacobians(step, x, state), exact, rtol=1e-7, atol=1e-10)


def test_the_gradient_of_a_loss_is_followed_back():
    rng = np.random.default_rng(4)
    x, weights, target = rng.normal(size=(7, 2)), network(rng), rng.normal(size=4)

    def loss(state):
        return [0.5 * ((state - target) ** 2).sum()]

    weights["bias"] = np.zeros(4)
    x /= 5  # small, so that the slopes of tanh are far from zero
    jacobians = simple_rnn_jacobians(x[None], **weights)[0]
    norms = flow_norms(jacobians, gradient=run(x, weights, np.zeros(4), "tanh") - target)
    slope = numerical_jacobian(lambda s: loss(run(x, weights, s, "tanh")), np.zeros(4))
    assert norms[7] > 1e-3
    np.testing.assert_allclose(norms[7], np.linalg.norm(slope), rtol=1e-7)


@pytest.mark.parametrize("kind", [SimpleRNN, LSTM, GRU])
def test_jacobians_of_every_layer(kind):
    """Backward passes of single steps against central differences of the step, and of the whole run."""
    rng = np.random.default_rng(8)
    layer, x = kind(2, 3, rng=rng), rng.normal(size=(4, 5, 2))
    parts = 2 if kind is LSTM else 1
    start = rng.normal(size=(4, 3 * parts))

    def packed(state):
        return np.concatenate(state, axis=-1) if parts == 2 else state

    def unpacked(state):
        return tuple(np.split(state, 2, axis=-1)) if parts == 2 else state

    exact = layer_jacobians(layer, x, unpacked(start))
    assert exact.shape == (4, 5, 3 * parts, 3 * parts)
    for row in range(4):
        numeric = unroll_jacobians(
            lambda now, before: packed(layer.step(now, unpacked(before))), x[row], start[row]
        )
        np.testing.assert_allclose(exact[row], numeric, rtol=1e-6, atol=1e-9)
        whole = numerical_jacobian(
            lambda state, row=row: packed(
                layer.forward(x[row : row + 1], unpacked(state[None]))[1].final_state
            )[0],
            start[row],
        )
        np.testing.assert_allclose(jacobian_products(exact)[row, 0], whole, rtol=1e-6, atol=1e-9)


def test_two_routes_to_the_jacobians_of_a_simple_network():
    rng = np.random.default_rng(9)
    x, state = rng.normal(size=(3, 6, 2)), rng.normal(size=(3, 4))
    for activation in NAMES:
        weights = network(rng)
        layer = SimpleRNN(2, 4, activation=activation, **weights)
        np.testing.assert_allclose(
            layer_jacobians(layer, x, state),
            simple_rnn_jacobians(x, **weights, activation=activation, initial_state=state),
            rtol=1e-12,
            atol=1e-15,
        )


def test_the_norms_are_those_of_a_backward_pass():
    """A loss on the final state alone: `backward` brings back a gradient of the length that is measured."""
    rng = np.random.default_rng(10)
    x, gradient = rng.normal(size=(3, 6, 2)), rng.normal(size=(3, 4))
    for layer in (SimpleRNN(2, 4, rng=rng), GRU(2, 4, rng=rng)):
        norms = flow_norms(layer_jacobians(layer, x), gradient=gradient)
        _, cache = layer.forward(x)
        back = layer.backward(None, cache, grad_final_state=gradient).initial_state
        np.testing.assert_allclose(norms[:, -1], np.linalg.norm(back, axis=1), rtol=1e-12)


def test_an_lstm_whose_gates_are_open_keeps_the_gradient():
    """With the forget gate at 1 and the input gate at 0, the cell state depends on the one before like 1."""
    rng = np.random.default_rng(5)
    units, x = 3, rng.normal(size=(1, 40, 2))

    def products(forget):
        layer = LSTM(2, units, rng=rng)
        bias = np.repeat([-40.0, forget, 0.0, 0.0], units)  # gates i, f, the candidate, o
        layer.parameters = {**{k: v / 10 for k, v in layer.parameters.items()}, "bias": bias}
        return jacobian_products(layer_jacobians(layer, x))[0, 0]

    np.testing.assert_allclose(products(forget=40.0)[units:, units:], np.eye(units), atol=1e-8)
    assert np.abs(products(forget=-3.0)).max() < 1e-30


# 4. invariants


@given(
    seed=st.integers(0, 2**32 - 1),
    units=st.integers(1, 6),
    n_steps=st.integers(1, 12),
    scale=st.floats(0.01, 3),
    activation=st.sampled_from(NAMES),
)
@settings(deadline=None, max_examples=100)
def test_no_norm_is_above_the_bound(seed, units, n_steps, scale, activation):
    rng = np.random.default_rng(seed)
    x, weights = rng.normal(size=(3, n_steps, 2)), network(rng, units=units, scale=scale)
    jacobians = simple_rnn_jacobians(x, **weights, activation=activation)
    norms = flow_norms(jacobians)
    bound = flow_bound(weights["recurrent_kernel"], n_steps, activation=activation)
    assert norms.shape == (3, n_steps + 1)
    assert (norms <= bound * (1 + 1e-12)).all()
    gradient = rng.normal(size=(3, units))
    followed = flow_norms(jacobians, gradient=gradient)
    assert (followed <= np.linalg.norm(gradient, axis=1)[:, None] * norms * (1 + 1e-12)).all()


@given(seed=st.integers(0, 2**32 - 1), n_steps=st.integers(1, 8))
@settings(deadline=None, max_examples=40)
def test_the_norms_are_those_of_the_products(seed, n_steps):
    jacobians = np.random.default_rng(seed).normal(size=(2, n_steps, 4, 4))
    products = jacobian_products(jacobians)
    np.testing.assert_allclose(
        flow_norms(jacobians), np.linalg.norm(products[:, ::-1], ord=2, axis=(-2, -1)), rtol=1e-10
    )
    for row in range(2):
        np.testing.assert_allclose(jacobian_products(jacobians[row]), products[row], rtol=1e-12)
        np.testing.assert_allclose(flow_norms(jacobians[row]), flow_norms(jacobians)[row], rtol=1e-12)


@given(seed=st.integers(0, 2**32 - 1), radius=st.floats(0.01, 10))
@settings(deadline=None, max_examples=40)
def test_radius_is_never_above_norm(seed, radius):
    matrix = with_spectral_radius(np.random.default_rng(seed).normal(size=(5, 5)), radius)
    assert spectral_radius(matrix) == pytest.approx(radius, rel=1e-9)
    assert spectral_radius(matrix) <= spectral_norm(matrix) * (1 + 1e-12)


def test_an_orthogonal_matrix_has_both_equal_to_one_and_keeps_every_gradient():
    q, _ = np.linalg.qr(np.random.default_rng(6).normal(size=(5, 5)))
    assert spectral_radius(q) == pytest.approx(1, rel=1e-12)
    assert spectral_norm(q) == pytest.approx(1, rel=1e-12)
    jacobians = simple_rnn_jacobians(
        np.zeros((1, 30, 1)), np.ones((1, 5)), q, np.zeros(5), activation="identity"
    )
    np.testing.assert_allclose(flow_norms(jacobians), 1, rtol=1e-12)


def test_norms_beyond_all_numbers_are_infinite_or_zero_and_never_not_a_number():
    for factor, end in ((10.0, np.inf), (0.1, 0.0)):
        jacobians = np.broadcast_to(factor * np.eye(2), (400, 2, 2))
        norms = flow_norms(jacobians)
        assert norms[-1] == end
        np.testing.assert_allclose(norms[:300], factor ** np.arange(300.0), rtol=1e-10)
        np.testing.assert_allclose(flow_bound(factor * np.eye(2), 400), norms, rtol=1e-10)
    with pytest.raises(ValueError, match="jacobians must have a finite product"):
        jacobian_products(np.broadcast_to(10 * np.eye(2), (400, 2, 2)))


def test_dead_units_pass_nothing_on():
    """ReLU units that are all off: the gradient is zero from the first step back."""
    jacobians = simple_rnn_jacobians(
        np.zeros((1, 3, 1)), np.ones((1, 2)), np.eye(2), np.full(2, -1.0), activation="relu"
    )
    np.testing.assert_array_equal(flow_norms(jacobians), [[1, 0, 0, 0]])
    np.testing.assert_array_equal(flow_norms(jacobians, gradient=np.zeros((1, 2))), np.zeros((1, 4)))


def test_inputs_stay_as_they_are():
    rng = np.random.default_rng(7)
    x, weights, state = rng.normal(size=(2, 3, 2)), network(rng), rng.normal(size=(2, 4))
    copies = [array.copy() for array in (x, *weights.values(), state)]
    simple_rnn_jacobians(x, **weights, initial_state=state)
    for array, copy in zip((x, *weights.values(), state), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


# bad input

X, U, W, B = np.zeros((1, 3, 2)), np.ones((2, 4)), np.eye(4), np.zeros(4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: simple_rnn_jacobians(X[0], U, W, B),
            "^x must",
        ),
        (
            lambda: simple_rnn_jacobians(X[:0], U, W, B),
            "^x must",
        ),
        (
            lambda: simple_rnn_jacobians(X[:, :0], U, W, B),
            "^x must",
        ),
        (
            lambda: simple_rnn_jacobians(X, U.T, W, B),
            "^kernel must",
        ),
        (
            lambda: simple_rnn_jacobians(X, U, W[:3], B),
            "^recurrent_kernel must",
        ),
        (lambda: simple_rnn_jacobians(X, U, W, B[:2]), "^bias must"),
        (
            lambda: simple_rnn_jacobians(X, U, W, B, initial_state=np.zeros((2, 4))),
            "^initial_state must",
        ),
        (
            lambda: simple_rnn_jacobians(X, U, np.where(W > 0, np.nan, 0), B),
            "^recurrent_kernel must",
        ),
        (
            lambda: simple_rnn_jacobians(X, U, W, B, activation="step"),
            "^activation must",
        ),
        (
            lambda: simple_rnn_jacobians(X + 1e200, U, 1e200 * W, B, activation="relu"),
            "states must stay finite, they overflow at step 1",
        ),
        (lambda: flow_bound(W, 0), "^n_steps must"),
        (lambda: flow_bound(W, 3, activation="selu"), "^activation must"),
        (lambda: flow_bound(W[:2], 3), "^recurrent_kernel must"),
        (lambda: flow_norms(np.zeros((3, 2, 4))), "^jacobians must"),
        (lambda: flow_norms(np.eye(2)), "^jacobians must"),
        (lambda: flow_norms(np.zeros((0, 2, 2))), "^jacobians must"),
        (lambda: flow_norms(np.full((1, 2, 2), np.inf)), "^jacobians must"),
        (
            lambda: flow_norms(np.zeros((5, 3, 2, 2)), gradient=[1.0, 2.0]),
            "^gradient must",
        ),
        (
            lambda: numerical_jacobian(lambda s: s, [[1.0]]),
            "^state must",
        ),
        (
            lambda: numerical_jacobian(lambda s: s, [1.0], difference=0),
            "^difference must",
        ),
        (
            lambda: numerical_jacobian(lambda s: s.sum(), [1.0]),
            "^the state that step returns must",
        ),
        (
            lambda: unroll_jacobians(lambda x, s: s, np.zeros((0, 1)), [1.0]),
            "^x must",
        ),
        (
            lambda: unroll_jacobians(lambda x, s: [*s, 1.0], np.zeros((2, 1)), [1.0]),
            "^the state that step returns must",
        ),
        (
            lambda: layer_jacobians(SimpleRNN(2, 4, rng=np.random.default_rng(0)), X[0]),
            "^x must",
        ),
        (lambda: layer_jacobians(np.tanh, X), "layer must be a SimpleRNN, an LSTM or a GRU, got ufunc"),
        (lambda: spectral_norm(np.zeros((0, 0))), "^matrix must"),
        (lambda: spectral_radius([[1.0, 2.0]]), "^matrix must"),
        (lambda: spectral_radius([1.0]), "^matrix must"),
        (
            lambda: with_spectral_radius(np.diag([2.0], k=1), 1.0),
            "matrix must have a spectral radius above 0, got 0",
        ),
        (lambda: with_spectral_radius(W, -1.0), "^radius must"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
