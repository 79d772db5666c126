"""Windows: by hand, parity with Keras and with a stateful run, and what must hold for any length."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.text import random_windows, stateful_batches, windows

# 1. by hand


def test_windows_by_hand():
    inputs, targets = windows(range(10), 3, stride=2)
    np.testing.assert_array_equal(inputs, [[0, 1, 2], [2, 3, 4], [4, 5, 6], [6, 7, 8]])
    np.testing.assert_array_equal(targets, [[1, 2, 3], [3, 4, 5], [5, 6, 7], [7, 8, 9]])


def test_stateful_batches_by_hand():
    """The table at the head of the module: 13 steps, 2 rows, windows of 2."""
    inputs, targets = stateful_batches(range(13), 2, 2)
    np.testing.assert_array_equal(inputs, [[[0, 1], [6, 7]], [[2, 3], [8, 9]], [[4, 5], [10, 11]]])
    np.testing.assert_array_equal(targets, inputs + 1)


def test_what_is_left_over_is_not_used():
    inputs, _ = windows(range(11), 3, stride=3)
    assert inputs.tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    inputs, _ = stateful_batches(range(12), 2, 2)  # 11 steps have a following one
    assert inputs.tolist() == [[[0, 1], [4, 5]], [[2, 3], [6, 7]]]


def test_the_shortest_series():
    for cut in (windows, lambda series, length: stateful_batches(series, 1, length)):
        inputs, targets = cut(["a", "b", "c"], 2)
        assert inputs.ravel().tolist() == ["a", "b"]
        assert targets.ravel().tolist() == ["b", "c"]


# 2. parity


@pytest.mark.parametrize("stride", [1, 3, 4])
def test_windows_equal_those_of_keras(stride):
    from keras.utils import timeseries_dataset_from_array

    series = np.random.default_rng(0).normal(size=(23, 2))
    reference = timeseries_dataset_from_array(
        series[:-1], series[1:], sequence_length=4, sequence_stride=stride, batch_size=None
    )
    expected = [(np.asarray(x), np.asarray(y)) for x, y in reference]
    inputs, targets = windows(series, 4, stride=stride)
    np.testing.assert_array_equal(inputs, np.stack([x for x, _ in expected]))
    # Keras gives the target of the first step of a window
    np.testing.assert_array_equal(targets[:, 0], np.stack([y for _, y in expected]))


def test_a_state_carried_from_batch_to_batch_is_that_of_an_uncut_run():
    """A leaky sum over the text: each stream gives the same numbers cut into windows and in one piece."""
    series = np.random.default_rng(1).normal(size=103)
    inputs, _ = stateful_batches(series, 4, 5)
    assert inputs.shape == (5, 4, 5)
    state, cut = np.zeros(4), []
    for batch in inputs:
        for column in batch.T:
            state = 0.9 * state + column
        cut.append(state)
    for row in range(4):
        stream, state, whole = series[25 * row : 25 * (row + 1)], 0.0, []
        for number in stream:
            state = 0.9 * state + number
            whole.append(state)
        np.testing.assert_allclose([states[row] for states in cut], whole[4::5], rtol=1e-13)


def test_the_keras_form_keeps_the_rows_of_a_batch_together():
    inputs, _ = stateful_batches(range(1000), 3, 7)
    flat = inputs.reshape(-1, 7)
    for batch in range(len(inputs) - 1):
        now, following = flat[3 * batch : 3 * batch + 3], flat[3 * batch + 3 : 3 * batch + 6]
        np.testing.assert_array_equal(now[:, -1] + 1, following[:, 0])


# 4. invariants


@given(n_steps=st.integers(2, 80), length=st.integers(1, 20), stride=st.integers(1, 25))
@settings(deadline=None, max_examples=100)
def test_windows_for_any_length(n_steps, length, stride):
    if n_steps <= length:
        with pytest.raises(ValueError, match=f"at least length \\+ 1 = {length + 1} steps, got {n_steps}"):
            windows(range(n_steps), length)
        return
    inputs, targets = windows(range(n_steps), length, stride=stride)
    assert inputs.shape == targets.shape == ((n_steps - 1 - length) // stride + 1, length)
    np.testing.assert_array_equal(inputs[:, 0], stride * np.arange(len(inputs)))
    np.testing.assert_array_equal(inputs, inputs[:, :1] + np.arange(length))
    np.testing.assert_array_equal(targets, inputs + 1)
    assert n_steps - 1 - targets[-1, -1] < stride  # no room for one more


@given(n_steps=st.integers(2, 200), batch_size=st.integers(1, 5), length=st.integers(1, 8))
@settings(deadline=None, max_examples=100)
def test_stateful_batches_for_any_length(n_steps, batch_size, length):
    n_batches = (n_steps - 1) // (batch_size * length)
    if not n_batches:
        with pytest.raises(ValueError, match="series must have at least"):
            stateful_batches(range(n_steps), batch_size, length)
        return
    inputs, targets = stateful_batches(range(n_steps), batch_size, length)
    assert inputs.shape == targets.shape == (n_batches, batch_size, length)
    np.testing.assert_array_equal(targets, inputs + 1)
    streams = inputs.swapaxes(0, 1).reshape(batch_size, -1)
    np.testing.assert_array_equal(streams.ravel(), np.arange(n_batches * batch_size * length))


def test_vectors_keep_their_features():
    series = np.random.default_rng(2).normal(size=(31, 3))
    for inputs, targets in (windows(series, 4), random_windows(series, 4, 5, rng=np.random.default_rng(0))):
        assert inputs.shape[1:] == targets.shape[1:] == (4, 3)
        np.testing.assert_array_equal(inputs[:, 1:], targets[:, :-1])
    inputs, targets = stateful_batches(series, 2, 4)
    assert inputs.shape == (3, 2, 4, 3)
    np.testing.assert_array_equal(inputs[1, 1], series[16:20])
    np.testing.assert_array_equal(targets[1, 1], series[17:21])


def test_random_windows_come_from_everywhere_and_follow_the_generator():
    inputs, targets = random_windows(range(12), 4, 2000, rng=np.random.default_rng(3))
    again, _ = random_windows(range(12), 4, 2000, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(inputs, again)
    np.testing.assert_array_equal(targets, inputs + 1)
    counts = np.bincount(inputs[:, 0])
    assert len(counts) == 8  # 0 to 7: the last target is 11
    assert counts.min() > 180
    assert targets.max() == 11


def test_windows_cannot_be_written_to_and_leave_the_series_alone():
    series = np.arange(20)
    inputs, targets = windows(series, 5)
    for view in (inputs, targets):
        with pytest.raises(ValueError, match="read-only"):
            view[0, 0] = 99
    batches, _ = stateful_batches(series, 2, 3)
    batches[:] = -1
    drawn, _ = random_windows(series, 3, 4, rng=np.random.default_rng(0))
    drawn[:] = -1
    np.testing.assert_array_equal(series, np.arange(20))


# bad input


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: windows("text", 2), "series"),
        (lambda: windows([1, [2, 3]], 1), "series"),
        (lambda: windows(np.ma.masked_array([1, 2, 3], [0, 0, 1]), 1), "series"),
        (lambda: windows(range(9), 9), "series"),
        (lambda: windows([], 1), "series"),
        (lambda: windows(range(9), 0), "length"),
        (lambda: windows(range(9), 3, stride=0), "stride"),
        (lambda: stateful_batches(range(9), 0, 2), "batch_size"),
        (lambda: stateful_batches(range(12), 3, 4), "series"),
        (lambda: random_windows(range(9), 3, 0, rng=np.random.default_rng(0)), "n_windows"),
        (lambda: random_windows(range(3), 3, 1, rng=np.random.default_rng(0)), "series"),
        (lambda: random_windows(range(9), 3, 1, rng=42), "rng"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        call()
