import numpy as np
import pytest

from dlbook import sequences
from dlbook.training import copy_weights
from dlbook.training._shared import to_numpy
from dlbook.training.seq2seq import EOS, PAD, SOS, Seq2Seq

KINDS = ("gru", "lstm", "rnn")


def data(n=5, t_x=7, t_y=6, n_source=11, n_target=9, seed=0):
    """Return padded sources and targets of different lengths."""
    rng = np.random.default_rng(seed)
    source, target = np.zeros((n, t_x), int), np.zeros((n, t_y), int)
    for row in range(n):
        length, written = rng.integers(1, t_x + 1), rng.integers(0, t_y)
        source[row, :length] = rng.integers(3, n_source, size=length)
        target[row, :written] = rng.integers(3, n_target, size=written)
        target[row, written] = EOS
    return source, target


def network(kind="gru", **options):
    built = Seq2Seq(11, 9, units=8, embedding=5, kind=kind, **{"max_length": 10, "seed": 1} | options)
    for variable in built.model.trainable_variables:  # far from the small start
        variable.assign(2 * variable)
    return built


def logits_of(built, source, target_in):
    """Return the logits of the model, which is not compiled for it."""
    inputs = [np.asarray(part, dtype="int32") for part in (source, target_in)]
    return to_numpy(built.model(inputs))


# 1. numbers worked out by hand


def test_number_of_parameters():
    """Tables 11 x 5 and 9 x 5; two GRUs of 3 * 8 * (5 + 8 + 2); 8 * 9 + 9. One-hot tables are not trained."""
    assert network().model.count_params() == 55 + 45 + 2 * 360 + 81
    model = Seq2Seq(11, 9, units=8, kind="rnn").model
    trained = sum(int(np.prod(v.shape)) for v in model.trainable_variables)
    assert trained == 8 * (11 + 8 + 1) + 8 * (9 + 8 + 1) + 81


def test_samples_by_hand():
    inputs, target, weights = network().samples([[3, 4], [5, 0]], [[7, 8, 2], [2, 0, 0]])
    np.testing.assert_array_equal(inputs[0], [[3, 4], [5, 0]])
    np.testing.assert_array_equal(inputs[1], [[SOS, 7, 8], [SOS, 0, 0]])
    np.testing.assert_array_equal(target, [[7, 8, EOS], [EOS, 0, 0]])
    np.testing.assert_array_equal(weights, [[1, 1, 1], [1, 0, 0]])


# 2. parity with the layers in NumPy


@pytest.mark.parametrize("kind", KINDS)
def test_logits_equal_those_in_numpy(kind, values):
    """One row without padding, through the book's own layers with the same weights."""
    built = network(kind)
    layer = {"gru": sequences.GRU, "lstm": sequences.LSTM, "rnn": sequences.SimpleRNN}[kind]
    given = {
        v.path: array for v, array in zip(built.model.trainable_variables, values(built.model), strict=True)
    }
    tables = {len(array): array for path, array in given.items() if "embedding" in path}
    *recurrent, head, bias = (array for path, array in given.items() if "embedding" not in path)
    reader, writer = (layer(5, 8, rng=np.random.default_rng(0)) for _ in range(2))
    reader.set_weights(recurrent[:3])
    writer.set_weights(recurrent[3:])
    source, target_in = np.array([[3, 9, 4, 7]]), np.array([[1, 5, 8]])
    state = reader.forward(tables[11][source])[1].final_state
    written = writer.forward(tables[9][target_in], state)[0]
    expected = written @ head + bias
    got = logits_of(built, source, target_in)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


# 4. what must always hold


@pytest.mark.parametrize("kind", KINDS)
def test_padding_changes_nothing(kind):
    source, target = data()
    built = network(kind)
    (source, shifted), _, weights = built.samples(source, target)
    logits = logits_of(built, source, shifted)
    wider = [np.pad(part, ((0, 0), (0, 3))) for part in (source, shifted)]
    np.testing.assert_allclose(
        logits_of(built, *wider)[:, :6][weights > 0], logits[weights > 0], rtol=1e-4, atol=1e-5
    )
    for row in range(len(source)):
        alone = [part[row : row + 1, : (part[row] != PAD).sum()] for part in (source, shifted)]
        np.testing.assert_allclose(
            logits_of(built, *alone)[0], logits[row][weights[row] > 0], rtol=1e-4, atol=1e-5
        )
    left = np.pad(source, ((0, 0), (2, 0)))
    np.testing.assert_allclose(logits_of(built, left, shifted), logits, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_steps_give_the_logits_of_teacher_forcing(kind):
    """Without start and padding, which are never written, the probabilities are those of the model."""
    source, _ = data()
    built = network(kind)
    target_in = np.hstack([np.full((5, 1), SOS), np.random.default_rng(3).integers(3, 9, size=(5, 4))])
    logits = logits_of(built, source, target_in).astype(float)[:, :, 2:]
    expected = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    memory = built.encode(source)
    assert len(memory) == (2 if kind == "lstm" else 1)
    for t in range(1, 6):
        log_p = built.next_log_probabilities(target_in[:, :t], memory)
        assert np.isneginf(log_p[:, :2]).all()
        np.testing.assert_allclose(log_p[:, 2:], expected[:, t - 1], rtol=1e-4, atol=1e-5)


def test_one_memory_serves_several_prefixes():
    built = network("lstm")
    memory = built.encode([[3, 4, 5]])
    prefixes = [[1, 3], [1, 4], [1, 5]]
    together = built.next_log_probabilities(prefixes, memory)
    for row, prefix in enumerate(prefixes):
        alone = built.next_log_probabilities([prefix], memory)[0]
        np.testing.assert_allclose(together[row, 2:], alone[2:], rtol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_greedy_takes_the_best_and_stops_at_the_end(kind):
    source, _ = data(n=20, seed=4)
    built = network(kind)
    written = built.greedy(source)
    assert written.shape == (20, 10)
    ends = np.array([row.index(EOS) if EOS in row else 10 for row in written.tolist()])
    real = np.arange(10) <= ends[:, None]
    assert not written[~real].any()
    assert (written[real] > SOS).all()
    shifted = np.hstack([np.full((20, 1), SOS), written[:, :-1]])
    best = logits_of(built, source, shifted)[:, :, 2:].argmax(axis=2) + 2
    np.testing.assert_array_equal(best[real], written[real])
    np.testing.assert_array_equal(built.greedy(source, 3), written[:, :3])


def test_greedy_ends_at_once_where_only_the_end_is_likely():
    built = network()
    bias = built.model.trainable_variables[-1]
    bias.assign(np.where(np.arange(9) == EOS, 99.0, 0.0))
    np.testing.assert_array_equal(built.greedy([[3], [4]]), np.eye(1, 10, dtype=int) * EOS + np.zeros((2, 1)))
    bias.assign(np.where(np.arange(9) < 2, 99.0, 0.0))  # start and padding are never written
    assert built.greedy([[3], [4]]).min() >= 0
    assert (built.greedy([[3], [4]])[:, 0] >= 2).all()


def test_learns_to_turn_a_sequence_round(keras):
    rng = np.random.default_rng(0)
    source = rng.integers(3, 8, size=(600, 3))
    target = np.hstack([source[:, ::-1], np.full((600, 1), EOS)])
    built = Seq2Seq(8, 8, units=32, embedding=8, max_length=5, seed=0)
    inputs, wanted, weights = built.samples(source, target)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    built.model.compile(keras.optimizers.Adam(0.02), loss)
    built.model.fit(inputs, wanted, sample_weight=weights, batch_size=50, epochs=15, verbose=0)
    assert (built.greedy(source, 4) == target).all(axis=1).mean() > 0.9


def test_loss_leaves_padding_out(keras):
    source, target = data()
    built = network()
    inputs, wanted, weights = built.samples(source, target)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    built.model.compile("sgd", loss)
    logits = logits_of(built, *inputs).astype(float)
    log_p = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    chosen = np.take_along_axis(log_p, wanted[:, :, None], axis=2)[:, :, 0]
    expected = -chosen[weights > 0].mean()
    np.testing.assert_allclose(built.model.evaluate(inputs, wanted, verbose=0), expected, rtol=1e-4)


def test_one_seed_is_one_network():
    source, target = data()
    first, again, other = (Seq2Seq(11, 9, units=4, embedding=3, seed=seed) for seed in (0, 0, 1))
    inputs = first.samples(source, target)[0]
    logits = [logits_of(built, *inputs) for built in (first, again, other)]
    np.testing.assert_array_equal(logits[0], logits[1])
    assert np.abs(logits[0] - logits[2]).max() > 1e-4
    copy_weights(first.model, other.model)
    np.testing.assert_array_equal(first.greedy(source, 4), other.greedy(source, 4))


# bad input


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        (
            [[3, 4], [0, 0]],
            [[5, 2], [5, 2]],
            r"source must have a token in every row, got only padding in row 1",
        ),
        ([[3, 11]], [[5, 2]], r"source must be whole numbers from 0 to 10, got 11 at \(0, 1\)"),
        ([[3, 4]], [[9, 2]], r"target must be whole numbers from 0 to 8, got 9"),
        ([[3, 4]], [[5] * 10 + [2]], r"target must have at most max_length=10 tokens, got 11"),
        ([[3, 4]], [[5, 6]], r"target must have rows closed by one end token 2.*got \[5, 6\] in row 0"),
        ([[3, 4]], [[2, 5, 0]], r"target must have rows closed by one end token"),
        ([[3, 4]], [[0, 5, 2]], r"target must have rows closed by one end token"),
        ([[3, 4]], [[0, 0]], r"target must have rows closed by one end token"),
        ([[3, 4]], [[5, 2], [5, 2]], r"target must have shape \(1, T_y\), got shape \(2, 2\)"),
        (np.zeros((0, 3), int), np.zeros((0, 3), int), r"source must"),
    ],
)
def test_bad_samples(source, target, message):
    with pytest.raises(ValueError, match=message):
        network().samples(source, target)


def test_bad_arguments():
    built = network()
    memory = built.encode([[3], [4]])
    with pytest.raises(ValueError, match=r"max_length must be a whole number from 1 to 10, got 11"):
        built.greedy([[3]], 11)
    with pytest.raises(ValueError, match="only padding in row 0"):
        built.greedy([[0, 0]])
    with pytest.raises(ValueError, match="prefixes must begin with the start token 1, got 3 in row 1"):
        built.next_log_probabilities([[1, 4], [3, 4]], memory)
    with pytest.raises(ValueError, match="prefixes must have at most 10 tokens, got 11"):
        built.next_log_probabilities([[1] * 11], memory[:1])
    with pytest.raises(ValueError, match="memory must have one row or 3, got 2"):
        built.next_log_probabilities([[1]] * 3, memory)
    for name, least in (("n_source", 3), ("n_target", 4), ("units", 1), ("embedding", 1), ("max_length", 1)):
        options = {"n_source": 8, "n_target": 8, "units": 4} | {name: least - 1}
        with pytest.raises(ValueError, match=f"{name} must be a whole number of at least {least}"):
            Seq2Seq(**options)
    with pytest.raises(ValueError, match="kind must be one of"):
        Seq2Seq(8, 8, units=4, kind="cnn")
