"""What holds for every recurrent layer: truncation, masks, invariants, bad input, gradients that overflow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.nn import SGD, NonFiniteGradientError
from dlbook.sequences.gru import GRU
from dlbook.sequences.lstm import LSTM
from dlbook.sequences.recurrent_layer import RecurrentLayer
from dlbook.sequences.rnn import SimpleRNN

KINDS = {
    "rnn": SimpleRNN,
    "rnn, net inputs kept": lambda *sizes, **keywords: SimpleRNN(*sizes, activation="gelu", **keywords),
    "lstm": LSTM,
    "gru, reset after": GRU,
    "gru, reset before": lambda *sizes, **keywords: GRU(*sizes, reset_after=False, **keywords),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def make(kind, n_features=2, n_units=3, seed=0):
    """A layer with random biases too."""
    rng = np.random.default_rng(seed)
    layer = KINDS[kind](n_features, n_units, rng=rng)
    layer.parameters = {"bias": rng.normal(size=layer.parameters["bias"].shape)}
    return layer


def setting(tools, layer, batch=4, steps=6, seed=1):
    """Random inputs, initial state and gradients."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(batch, steps, layer.n_features))
    grad_outputs = rng.normal(size=(batch, steps, layer.n_outputs))
    return x, tools.random_state(layer, batch, rng), grad_outputs, tools.random_state(layer, batch, rng)


def assert_equal(found, expected, names=None, **tolerance):
    for name in names or expected:
        np.testing.assert_allclose(found[name], expected[name], err_msg=name, **tolerance)


# truncation


def piece_by_piece(tools, layer, x, state, grad_outputs, grad_state, k):
    """Truncated gradients by their definition, one output after the other.

    For the loss at step t the state k steps before is taken as given, and the k steps are run again.
    """
    _, cache = layer.forward(x, state)
    batch, steps, _ = x.shape
    total = {name: np.zeros_like(p) for name, p in layer.parameters.items()}
    total["x"] = np.zeros_like(x)
    starts = [np.zeros_like(part) for part in tools.parts_of(state)]
    zero = tools.like(state, [np.zeros_like(part) for part in tools.parts_of(state)])
    for t in range(steps):
        first = max(0, t + 1 - k)
        before = tools.like(state, [part[first] for part in cache.states])
        _, short = layer.forward(x[:, first : t + 1], before)
        here = np.zeros((batch, t + 1 - first, layer.n_outputs))
        here[:, -1] = grad_outputs[:, t]
        gradients = layer.backward(here, short, grad_state if t == steps - 1 else zero)
        for name, value in gradients.parameters.items():
            total[name] += value
        total["x"][:, first : t + 1] += gradients.inputs
        if first == 0:
            for start, value in zip(starts, tools.parts_of(gradients.initial_state), strict=True):
                start += value
    return {**total, **{f"initial state {i}": start for i, start in enumerate(starts)}}


@every_kind
@pytest.mark.parametrize("k", [1, 2, 3, 5, 6, 9])
def test_truncated_gradients_follow_their_definition(tools, kind, k):
    layer = make(kind)
    x, state, grad_outputs, grad_state = setting(tools, layer)
    found = tools.everything(layer, x, state, None, grad_outputs, grad_state, truncation=k)
    expected = piece_by_piece(tools, layer, x, state, grad_outputs, grad_state, k)
    assert_equal(found, expected, rtol=1e-11, atol=1e-13)


@every_kind
def test_a_truncation_of_the_whole_length_is_exact(tools, kind):
    layer = make(kind)
    data = setting(tools, layer)
    x, state, grad_outputs, grad_state = data
    full = tools.everything(layer, x, state, None, grad_outputs, grad_state)
    whole = tools.everything(layer, x, state, None, grad_outputs, grad_state, truncation=6)
    assert_equal(whole, full, rtol=0, atol=0)  # the same computation
    almost = tools.everything(layer, x, state, None, grad_outputs, grad_state, truncation=5)
    # Only the loss at the last step reaches the first, and only that is lost.
    np.testing.assert_allclose(almost["x"][:, 1:], full["x"][:, 1:], rtol=1e-11, atol=1e-13)
    assert np.abs(almost["x"][:, 0] - full["x"][:, 0]).max() > 1e-6


@every_kind
def test_a_truncation_of_one_leaves_the_explicit_part(tools, kind):
    """No gradient for x or a parameter comes through a state: every step is a sequence of length 1."""
    layer = make(kind)
    x, state, grad_outputs, _ = setting(tools, layer)
    _, cache = layer.forward(x, state)
    found = layer.backward(grad_outputs, cache, truncation=1)
    explicit = dict.fromkeys(layer.parameters, 0.0)
    for t in range(x.shape[1]):
        before = tools.like(state, [part[t] for part in cache.states])
        _, single = layer.forward(x[:, t : t + 1], before)
        step = layer.backward(grad_outputs[:, t : t + 1], single)
        explicit = {name: explicit[name] + value for name, value in step.parameters.items()}
        np.testing.assert_allclose(found.inputs[:, t], step.inputs[:, 0], rtol=1e-11, atol=1e-14)
    assert_equal(found.parameters, explicit, rtol=1e-11, atol=1e-13)


@every_kind
def test_pieces_with_the_state_carried_over_compute_the_same_outputs(tools, kind):
    layer = make(kind)
    x, state, _, _ = setting(tools, layer)
    whole, cache = layer.forward(x, state)
    carried, pieces = state, []
    for start in (0, 2, 4):
        outputs, piece = layer.forward(x[:, start : start + 2], carried)
        carried = piece.final_state
        pieces.append(outputs)
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, rtol=1e-13, atol=1e-15)
    ends = zip(tools.parts_of(carried), tools.parts_of(cache.final_state), strict=True)
    for end, final in ends:
        np.testing.assert_allclose(end, final, rtol=1e-13, atol=1e-15)


# masks


@every_kind
@pytest.mark.parametrize("truncation", [None, 2], ids=["exact", "truncated"])
@pytest.mark.parametrize("side", ["left", "right", "between"])
def test_padding_changes_neither_outputs_nor_gradients(tools, kind, side, truncation):
    """Each sequence alone and unpadded gives what it gives in a padded batch, wherever the padding stands."""
    layer = make(kind)
    rng = np.random.default_rng(3)
    length, lengths = 7, [4, 7, 1, 5]
    mask = np.zeros((4, length), bool)
    for row, n in enumerate(lengths):
        places = {"left": range(length - n, length), "right": range(n)}.get(side)
        mask[row, rng.permutation(length)[:n] if places is None else list(places)] = True
    x, state, grad_outputs, grad_state = setting(tools, layer, steps=length)
    x[~mask] = 1e3 * rng.normal(size=x[~mask].shape)  # padding may hold anything
    silent = np.where(mask[:, :, None], grad_outputs, 0.0)  # the loss is masked as well
    padded = tools.everything(layer, x, state, mask, silent, grad_state, truncation=truncation)
    sums = dict.fromkeys(layer.parameters, 0.0)
    for row, real in enumerate(mask):
        own = tools.like(state, [part[row : row + 1] for part in tools.parts_of(state)])
        own_grad = tools.like(state, [part[row : row + 1] for part in tools.parts_of(grad_state)])
        alone = tools.everything(
            layer, x[row, real][None], own, None, silent[row, real][None], own_grad, truncation=truncation
        )
        np.testing.assert_allclose(padded["outputs"][row, real], alone["outputs"][0], rtol=0, atol=1e-12)
        np.testing.assert_allclose(padded["x"][row, real], alone["x"][0], rtol=0, atol=1e-12)
        np.testing.assert_array_equal(padded["x"][row, ~real], 0.0)
        for name in padded:
            if "state" in name:
                np.testing.assert_allclose(padded[name][row], alone[name][0], rtol=0, atol=1e-12)
        sums = {name: value + alone[name] for name, value in sums.items()}
    assert_equal(padded, sums, rtol=0, atol=1e-12)


@every_kind
def test_outputs_at_masked_steps(tools, kind):
    """They repeat the output before, and are zero where there is none, although the initial state is not."""
    layer = make(kind)
    x, state, grad_outputs, _ = setting(tools, layer, batch=2, steps=5)
    mask = np.array([[0, 0, 1, 0, 1], [0, 0, 0, 0, 0]], bool)
    outputs, cache = layer.forward(x, state, mask)
    np.testing.assert_array_equal(outputs[0, :2], 0.0)
    np.testing.assert_array_equal(outputs[0, 3], outputs[0, 2])
    np.testing.assert_array_equal(outputs[1], 0.0)
    for final, start in zip(tools.parts_of(cache.final_state), tools.parts_of(state), strict=True):
        np.testing.assert_array_equal(final[1], start[1])
    moved = grad_outputs.copy()
    moved[0, 2] += moved[0, 3]  # output 3 is output 2
    moved[0, [0, 1, 3]] = 0.0  # those before the first real step are constant
    moved[1] = 0.0
    first, second = (layer.backward(grad, cache) for grad in (grad_outputs, moved))
    assert_equal(first.parameters, second.parameters, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(first.inputs, second.inputs, rtol=1e-12, atol=1e-14)


@every_kind
def test_a_mask_of_real_steps_only_changes_nothing(tools, kind):
    layer = make(kind)
    x, state, grad_outputs, grad_state = setting(tools, layer)
    plain = tools.everything(layer, x, state, None, grad_outputs, grad_state)
    masked = tools.everything(layer, x, state, np.ones((4, 6), bool), grad_outputs, grad_state)
    assert_equal(masked, plain, rtol=0, atol=0)


# other invariants


@every_kind
@given(
    batch=st.integers(1, 3), steps=st.integers(1, 4), units=st.integers(1, 3), seed=st.integers(0, 2**32 - 1)
)
@settings(deadline=None, max_examples=15)
def test_gradients_of_any_size_follow_the_directional_difference(kind, batch, steps, units, seed):
    """One step, one unit and one sequence included: along a random direction of everything at once."""
    rng = np.random.default_rng(seed)
    layer = make(kind, 2, units, seed)
    x, factors = rng.normal(size=(batch, steps, 2)), rng.normal(size=(batch, steps, units))
    values = {**layer.parameters, "x": x}
    direction = {name: rng.normal(size=value.shape) for name, value in values.items()}

    def loss(sign):
        moved = {name: value + sign * 1e-5 * direction[name] for name, value in values.items()}
        layer.parameters = {name: moved[name] for name in layer.parameters}
        return float((layer.forward(moved["x"])[0] * factors).sum())

    numeric = (loss(1) - loss(-1)) / 2e-5
    layer.parameters = {name: values[name] for name in layer.parameters}
    gradients = layer.backward(factors, layer.forward(x)[1])
    found = {**gradients.parameters, "x": gradients.inputs}
    analytic = sum(float((found[name] * direction[name]).sum()) for name in values)
    assert analytic == pytest.approx(numeric, rel=1e-6, abs=1e-7)


@every_kind
def test_sequences_of_a_batch_do_not_know_each_other(tools, kind):
    layer = make(kind)
    x, state, grad_outputs, grad_state = setting(tools, layer)
    together = tools.everything(layer, x, state, None, grad_outputs, grad_state)
    order = [2, 0, 3, 1]
    mixed = tools.everything(
        layer,
        x[order],
        tools.like(state, [part[order] for part in tools.parts_of(state)]),
        None,
        grad_outputs[order],
        tools.like(state, [part[order] for part in tools.parts_of(grad_state)]),
    )
    for name, value in together.items():
        by_row = name not in layer.parameters
        np.testing.assert_allclose(
            mixed[name], value[order] if by_row else value, rtol=1e-11, atol=1e-13, err_msg=name
        )


@every_kind
def test_steps_one_by_one_equal_the_forward_pass(tools, kind):
    layer = make(kind)
    x, state, _, _ = setting(tools, layer)
    outputs, cache = layer.forward(x, state)
    of_batch, of_one = state, tools.like(state, [part[1] for part in tools.parts_of(state)])
    for t in range(6):
        of_batch, of_one = layer.step(x[:, t], of_batch), layer.step(x[1, t], of_one)
        np.testing.assert_allclose(tools.parts_of(of_batch)[0], outputs[:, t], rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(tools.parts_of(of_one)[0], outputs[1, t], rtol=1e-12, atol=1e-14)
    assert type(of_batch) is type(cache.final_state) is type(of_one)
    first = layer.step(x[:, 0])
    np.testing.assert_array_equal(tools.parts_of(first)[0], layer.forward(x)[0][:, 0])


@every_kind
def test_zero_weights(kind):
    """With weights and biases of zero the state stays zero, and only the bias can get a gradient."""
    layer = make(kind)
    layer.parameters = {name: np.zeros_like(p) for name, p in layer.parameters.items()}
    outputs, cache = layer.forward(np.ones((2, 4, 2)))
    np.testing.assert_array_equal(outputs, 0.0)
    gradients = layer.backward(np.ones_like(outputs), cache)
    np.testing.assert_array_equal(gradients.inputs, 0.0)
    np.testing.assert_array_equal(gradients.parameters["recurrent_kernel"], 0.0)
    assert np.abs(gradients.parameters["bias"]).max() > 0.1


@every_kind
def test_single_precision_stays_single(tools, kind):
    layer = make(kind)
    x, state, grad_outputs, grad_state = setting(tools, layer)
    double = tools.everything(layer, x, state, None, grad_outputs, grad_state)
    single = tools.everything(layer, x.astype(np.float32), state, None, grad_outputs, grad_state)
    for name, value in double.items():
        assert value.dtype == np.float64
        assert single[name].dtype == np.float32
        np.testing.assert_allclose(single[name], value, rtol=1e-3, atol=1e-4, err_msg=name)
    whole_numbers, _ = layer.forward(np.ones((1, 2, 2), int))
    assert whole_numbers.dtype == np.float64


@every_kind
def test_nothing_that_was_handed_over_is_changed(tools, kind):
    layer = make(kind)
    x, state, grad_outputs, grad_state = setting(tools, layer)
    mask = np.ones((4, 6), bool)
    mask[0, 3:] = False
    given_arrays = [x, mask, grad_outputs, *tools.parts_of(state), *tools.parts_of(grad_state)]
    before = [array.copy() for array in given_arrays]
    weights = layer.get_weights()
    outputs, cache = layer.forward(x, state, mask)
    first = layer.backward(grad_outputs, cache, grad_state)
    for array, copy in zip([*given_arrays, *layer.get_weights()], [*before, *weights], strict=True):
        np.testing.assert_array_equal(array, copy)
    for array in given_arrays[1:2]:
        array[:] = True
    x += 1.0
    outputs += 1.0
    layer.parameters = {name: 2 * value for name, value in layer.parameters.items()}
    again = layer.backward(grad_outputs, cache, grad_state)  # the cache is of the pass as it was
    assert_equal(again.parameters, first.parameters, rtol=0, atol=0)
    np.testing.assert_array_equal(again.inputs, first.inputs)


@every_kind
def test_a_gradient_for_the_final_state_is_one_for_the_last_output(tools, kind):
    layer = make(kind)
    x, state, grad_outputs, _ = setting(tools, layer)
    outputs, cache = layer.forward(x, state)
    only_last = np.zeros_like(outputs)
    only_last[:, -1] = grad_outputs[:, -1]
    parts = [grad_outputs[:, -1], *(0 * part for part in tools.parts_of(state)[1:])]
    first = layer.backward(only_last, cache)
    second = layer.backward(None, cache, tools.like(state, parts))
    assert_equal(second.parameters, first.parameters, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(second.inputs, first.inputs, rtol=1e-13, atol=1e-15)


@every_kind
def test_learns_to_sum(kind):
    """Gradient descent on a mean squared error brings it well down: forward, backward and update together."""
    rng = np.random.default_rng(0)
    layer = KINDS[kind](1, 6, rng=rng)
    head = rng.normal(size=6) / 6**0.5
    x = rng.uniform(-0.5, 0.5, size=(32, 5, 1))
    y = np.tanh(x.sum(axis=(1, 2)))
    descent, losses = SGD(0.3), []
    for _ in range(300):
        outputs, cache = layer.forward(x)
        error = outputs[:, -1] @ head - y
        losses.append(float((error**2).mean()))
        grad = np.zeros_like(outputs)
        grad[:, -1] = 2 * error[:, None] / len(y) * head
        layer.parameters = descent.step(layer.parameters, layer.backward(grad, cache).parameters)
        head = head - 0.3 * 2 * (outputs[:, -1] * error[:, None]).mean(axis=0)
    assert losses[-1] < 0.2 * losses[0]


@every_kind
def test_weights_go_in_and_out_in_order(kind):
    layer, other = make(kind, 4, seed=1), make(kind, 4, seed=2)
    weights = layer.get_weights()
    weights[0][0, 0] += 1.0  # a copy
    assert np.abs(layer.parameters["kernel"] - weights[0]).max() == pytest.approx(1.0)
    other.set_weights(layer.get_weights())
    x = np.random.default_rng(3).normal(size=(2, 5, 4))
    np.testing.assert_array_equal(layer.forward(x)[0], other.forward(x)[0])
    with pytest.raises(ValueError, match="weights must hold 3 arrays, kernel, recurrent_kernel, bias, got 2"):
        layer.set_weights(weights[:2])
    with pytest.raises(ValueError, match="weights of 'kernel' must"):
        layer.set_weights(weights[::-1])
    with pytest.raises(ValueError, match=r"weights of 'bias' must"):
        layer.set_weights([*weights[:2], np.full_like(weights[2], np.nan)])
    with pytest.raises(ValueError, match="parameters must be named kernel, recurrent_kernel, bias, got 'w'"):
        layer.parameters = {"w": weights[0]}
    with pytest.raises(ValueError, match=r"^parameters must"):
        layer.parameters = {"kernel": np.zeros(2)}


def test_the_cache_knows_its_size():
    layer = make("lstm")
    _, cache = layer.forward(np.zeros((4, 6, 2)))
    assert cache.shape == (4, 6)
    # inputs 4*6*2, states 2 * 7*4*3, gates 6*4*12, shown cell states 6*4*3
    assert cache.n_bytes == 8 * (48 + 168 + 288 + 72)
    assert isinstance(layer, RecurrentLayer)


# bad input


@every_kind
def test_bad_input_is_named(tools, kind):
    layer = make(kind)
    x = np.zeros((4, 6, 2))
    broken = x.copy()
    broken[1, 2, 0] = np.nan
    mask = np.ones((4, 6), bool)
    for bad, message in (
        (np.zeros((6, 2)), "^x must"),
        (np.zeros((4, 6, 3)), "^x must"),
        (np.zeros((0, 6, 2)), "^x must"),
        (np.zeros((4, 0, 2)), "^x must"),
        (broken, "^x must"),
    ):
        with pytest.raises(ValueError, match=message):
            layer.forward(bad)
    for bad, message in (
        (mask[:, :5], "^mask must"),
        (mask[..., None], "^mask must"),
        (mask.astype(int), "mask must be boolean, True for a real step, got int64"),
    ):
        with pytest.raises(ValueError, match=message):
            layer.forward(x, mask=bad)
    wrong = tools.like(tools.random_state(layer, 3, np.random.default_rng(0)), [np.zeros((3, 3))] * 2)
    with pytest.raises(ValueError, match=r"^initial_state"):
        layer.forward(x, wrong)
    with pytest.raises(ValueError, match=r"^x_t must"):
        layer.step(np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"^x_t must"):
        layer.step(np.zeros((0, 2)))
    with pytest.raises(ValueError, match=r"^state"):
        layer.step(np.zeros(2), tools.like(wrong, [np.zeros(2)] * 2))


@every_kind
def test_bad_gradients_are_named(tools, kind):
    layer = make(kind)
    _, cache = layer.forward(np.zeros((4, 6, 2)))
    good = np.zeros((4, 6, 3))
    for truncation in (0, -1, 1.5, True):
        with pytest.raises(ValueError, match=r"^truncation must"):
            layer.backward(good, cache, truncation=truncation)
    with pytest.raises(ValueError, match="grad_outputs or grad_final_state must be given, got None for both"):
        layer.backward(None, cache)
    with pytest.raises(ValueError, match=r"^grad_outputs must"):
        layer.backward(good[..., :2], cache)
    with pytest.raises(ValueError, match=r"^grad_outputs must"):
        layer.backward(np.full_like(good, np.inf), cache)
    wrong = tools.like(cache.final_state, [np.zeros((4, 2))] * 2)
    with pytest.raises(ValueError, match=r"^grad_final_state"):
        layer.backward(good, cache, wrong)


# gradients that are not finite


def test_an_exploding_gradient_is_stopped_with_step_and_norm():
    """w = 1e20: the gradient grows from 1 by that factor a step, and 1e320 is too large for a number."""
    layer = SimpleRNN(1, 1, activation="identity", kernel=[[1.0]], recurrent_kernel=[[1e20]])
    outputs, cache = layer.forward(np.zeros((1, 30, 1)))
    np.testing.assert_array_equal(outputs, 0.0)
    message = (
        r"gradient of the net inputs must be finite, got 1 of 1 entries infinite or not a number at step 13 "
        r"of the sequence \(norm one step later: 1e\+300\)"
    )
    with pytest.raises(NonFiniteGradientError, match=message) as caught:
        layer.backward(None, cache, [[1.0]])
    assert caught.value.step == 29 - 16  # fifteen steps back it is 1e300
    assert caught.value.norm == pytest.approx(1e300)
    with pytest.raises(NonFiniteGradientError, match="at step 13 of the sequence"):
        layer.backward(None, cache, [[1.0]], truncation=20)
    shown = layer.backward(None, cache, [[1.0]], check_finite=False)
    assert np.isinf(shown.inputs[0, :14]).all()
    assert np.isfinite(shown.inputs[0, 14:]).all()
    short = layer.backward(None, cache, [[1.0]], truncation=10)  # truncation is a remedy
    assert np.isfinite(short.inputs).all()


def test_a_gradient_that_overflows_only_in_the_sum_is_stopped():
    layer = SimpleRNN(1, 1, activation="identity", kernel=[[1e10]], recurrent_kernel=[[0.0]])
    _, cache = layer.forward(np.zeros((1, 3, 1)))
    with pytest.raises(
        NonFiniteGradientError, match="gradient of the inputs must be finite, got 1 of 3"
    ) as caught:
        layer.backward(None, cache, [[1e300]])
    assert caught.value.step is None
    assert caught.value.norm == pytest.approx(1e300)


def test_states_that_overflow_are_named():
    """2^1100 is too large for a number: the states are infinite from step 1024 on."""
    layer = SimpleRNN(1, 1, activation="relu", kernel=[[1.0]], recurrent_kernel=[[2.0]])
    x = np.zeros((1, 1100, 1))
    x[0, 0] = 1.0
    outputs, cache = layer.forward(x)
    assert np.isfinite(outputs[0, :1024]).all()
    assert np.isinf(outputs[0, 1024:]).all()
    with pytest.raises(NonFiniteGradientError, match="the states are not finite from step 1024 on"):
        layer.backward(np.ones_like(outputs), cache)
